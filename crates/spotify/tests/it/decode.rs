use spotify::answer::decode;
use spotify::ids::Base62Id;
use spotify::model::{
    Artist, Contained, FollowedArtists, PlaylistSimplified, PrivateUser, SavedAlbum, SavedTrack,
    SearchAnswer, Track,
};
use spotify::page::Page;
use spotify::{Done, Refusal};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ID, JSON, read, refused};

#[test]
fn full_profile_is_read() {
    let user: PrivateUser = read(
        r#"{"account_id":"acc-1","country":"DE","display_name":"Ada","email":"ada@example.com",
            "explicit_content":{"filter_enabled":false},"external_urls":{"spotify":"https://x/u"},
            "followers":{"href":null,"total":7},"href":"h","id":"ada","type":"user",
            "images":[{"url":"https://i/1","height":300,"width":300}],"product":"premium",
            "uri":"spotify:user:ada"}"#,
    );
    assert_eq!(user.subjects(), (Some("acc-1"), "ada"));
    assert_eq!(user.display_name.as_deref(), Some("Ada"));
    assert_eq!(user.email.as_deref(), Some("ada@example.com"));
    assert_eq!(user.country.as_deref(), Some("DE"));
    assert_eq!(user.product.as_deref(), Some("premium"));
    assert_eq!(user.followers.unwrap().total, Some(7));
    assert_eq!(user.images[0].width, Some(300));
    assert_eq!(user.external_urls.spotify.as_deref(), Some("https://x/u"));
}

#[test]
fn profile_of_2026_needs_nothing_but_an_id() {
    let user: PrivateUser = read(r#"{"id":"ada"}"#);
    assert_eq!(user.subjects(), (None, "ada"));
    assert!(user.images.is_empty() && user.email.is_none());
}

#[test]
fn odd_fields_of_a_profile_are_absent() {
    let user: PrivateUser = read(
        r#"{"id":"ada","account_id":7,"display_name":null,"email":["a"],"images":null,"uri":{},
            "external_urls":"x","followers":3,"product":false,"country":{"a":[1]}}"#,
    );
    assert_eq!(user, read(r#"{"id":"ada"}"#));
}

#[test]
fn profile_without_a_usable_id_is_refused() {
    for id in [r#""""#, "null", "7", "[]", r#""a\u0000""#, r#""a\n""#] {
        refused::<PrivateUser>(&format!(r#"{{"id":{id}}}"#));
    }
    refused::<PrivateUser>("{}");
    refused::<PrivateUser>(&format!(r#"{{"id":"{}"}}"#, "a".repeat(256)));
    refused::<PrivateUser>(r#"{"id":"ada","id":"eve"}"#);
    let longest = "a".repeat(255);
    assert_eq!(
        read::<PrivateUser>(&format!(r#"{{"id":"{longest}"}}"#)).id,
        longest
    );
}

#[test]
fn unusable_account_id_is_absent() {
    for account_id in [r#""""#, r#""a\r\n""#, "null", "{}"] {
        let user: PrivateUser = read(&format!(r#"{{"id":"ada","account_id":{account_id}}}"#));
        assert_eq!(user.subjects(), (None, "ada"), "{account_id}");
    }
}

#[test]
fn answer_that_is_not_one_object_is_refused() {
    for body in [
        "",
        "null",
        "7",
        "\"ada\"",
        "[]",
        r#"["ada"]"#,
        r#"[{"id":"ada"}]"#,
        "<h1>Hi</h1>",
        "{",
        r#"{"id":"ada"}x"#,
        "\u{feff}{\"id\":\"ada\"}",
    ] {
        refused::<PrivateUser>(body);
        refused::<SearchAnswer>(body);
        refused::<Page<Artist>>(body);
    }
    let deep = format!("{{\"id\":\"a\",\"x\":{}", "[".repeat(100_000));
    refused::<PrivateUser>(&deep);
}

#[test]
fn other_content_type_is_refused() {
    let body = br#"{"id":"ada"}"#;
    for content_type in [
        None,
        Some("application/json"),
        Some("Application/JSON;charset=UTF-8"),
    ] {
        assert!(
            decode::<PrivateUser>(200, content_type, body).is_ok(),
            "{content_type:?}"
        );
    }
    for content_type in [
        "text/html",
        "",
        "application/jsonp",
        "text/plain;application/json",
    ] {
        assert_eq!(
            decode::<PrivateUser>(200, Some(content_type), body),
            Err(Refusal::Nonsense),
            "{content_type}"
        );
    }
}

#[test]
fn status_decides_before_the_body() {
    let body = br#"{"id":"ada"}"#;
    for (status, refusal) in [
        (304, Refusal::Nonsense),
        (302, Refusal::Nonsense),
        (401, Refusal::TokenExpired),
        (404, Refusal::NotFound),
        (
            429,
            Refusal::RateLimited {
                retry_after_s: None,
            },
        ),
        (503, Refusal::Unavailable),
    ] {
        assert_eq!(
            decode::<PrivateUser>(status, JSON, body),
            Err(refusal),
            "{status}"
        );
    }
}

#[test]
fn search_answer_is_read_and_null_entries_are_skipped() {
    let answer: SearchAnswer = read(&format!(
        r#"{{"artists":{{"href":"h","items":[{{"id":"{ID}","name":"Björk","genres":["a",7],
              "images":[null,{{"url":"https://i/1","height":null,"width":"x"}},{{}}]}}],
              "limit":5,"next":"https://api/v1/search?offset=5","offset":0,"total":812}},
            "albums":{{"items":[null,{{"id":"{ID}","name":"","album_type":"single",
              "artists":[{{"id":"{ID}","name":"Björk"}}],"release_date":"1995",
              "release_date_precision":"year","total_tracks":11}}],"total":1}},
            "tracks":{{"items":[{{"id":null,"name":"Local","artists":null,"album":{{"name":"A"}},
              "duration_ms":61000,"explicit":true,"uri":"spotify:local:a:b:c:61"}}]}},
            "playlists":{{"items":[null,null,{{"id":"{ID}","name":"Mine","images":null,
              "description":null,"public":null,"tracks":{{"href":"h","total":3}}}},{{"id":"x"}}]}},
            "shows":{{"items":[7]}}}}"#
    ));
    let artists = answer.artists.unwrap();
    assert_eq!(artists.items[0].id, Base62Id::parse(ID).unwrap());
    assert_eq!(artists.items[0].genres, ["a"]);
    assert_eq!(artists.items[0].images.len(), 1);
    assert_eq!(artists.items[0].images[0].width, None);
    assert_eq!((artists.total, artists.next_offset()), (812, Some(5)));
    let albums = answer.albums.unwrap();
    assert_eq!(albums.items.len(), 1);
    assert_eq!(albums.items[0].artists[0].name, "Björk");
    assert_eq!(albums.next_offset(), None);
    let tracks: Vec<Track> = answer.tracks.unwrap().items;
    assert_eq!(
        (tracks[0].id.as_ref(), tracks[0].duration_ms),
        (None, Some(61_000))
    );
    assert_eq!(tracks[0].album.as_ref().unwrap().name, "A");
    assert!(tracks[0].explicit);
    let playlists: Vec<PlaylistSimplified> = answer.playlists.unwrap().items;
    assert_eq!(playlists.len(), 1);
    assert_eq!(
        (playlists[0].item_count(), playlists[0].public),
        (Some(3), None)
    );
}

#[test]
fn one_odd_page_does_not_spoil_the_others() {
    let answer: SearchAnswer =
        read(r#"{"artists":7,"albums":null,"tracks":{"items":"x"},"playlists":{"total":-1}}"#);
    assert!(answer.artists.is_none() && answer.albums.is_none());
    assert!(answer.tracks.unwrap().items.is_empty());
    assert_eq!(answer.playlists.unwrap().total, 0);
}

#[test]
fn item_count_is_read_under_both_names() {
    for (fields, count) in [
        (r#""items":{"total":4}"#, Some(4)),
        (r#""tracks":{"total":3}"#, Some(3)),
        (r#""items":{"total":4},"tracks":{"total":3}"#, Some(4)),
        (r#""items":null,"tracks":{"total":3}"#, Some(3)),
        (r#""items":{}"#, None),
        (r#""x":1"#, None),
    ] {
        let page: Page<PlaylistSimplified> =
            read(&format!(r#"{{"items":[{{"id":"{ID}",{fields}}}]}}"#));
        assert_eq!(page.items[0].item_count(), count, "{fields}");
    }
}

#[test]
fn followed_artists_are_read_and_go_on() {
    let followed: FollowedArtists = read(&format!(
        r#"{{"artists":{{"href":"h","items":[null,{{"id":"{ID}","name":"Björk","images":null,
            "genres":null}},{{"id":7}}],"limit":20,"total":183,"next":"https://x",
            "cursors":{{"after":"{ID}","before":null}}}}}}"#
    ));
    let page = followed.artists;
    assert_eq!((page.items.len(), page.total), (1, Some(183)));
    assert_eq!(page.next_after(), Some(ID));
}

#[test]
fn nobody_is_said_to_follow_nobody_without_a_word() {
    for body in [
        "{}",
        r#"{"artists":null}"#,
        r#"{"artists":[]}"#,
        r#"{"items":[]}"#,
    ] {
        refused::<FollowedArtists>(body);
    }
    let none: FollowedArtists = read(r#"{"artists":{"items":[],"total":0}}"#);
    assert_eq!((none.artists.items.len(), none.artists.total), (0, Some(0)));
}

#[test]
fn saved_things_are_read_and_what_is_gone_is_skipped() {
    let albums: Page<SavedAlbum> = read(&format!(
        r#"{{"items":[{{"added_at":"2026-11-20T19:03:11Z","album":{{"id":"{ID}","name":"",
            "tracks":{{"items":[]}}}}}},{{"added_at":"2026-11-20T19:03:11Z","album":null}},
            {{"added_at":null,"album":{{}}}},null],"total":3}}"#
    ));
    assert_eq!(albums.items.len(), 2);
    assert_eq!(
        albums.items[0].added_at.as_deref(),
        Some("2026-11-20T19:03:11Z")
    );
    assert_eq!(albums.items[1].added_at, None);
    let tracks: Page<SavedTrack> = read(&format!(
        r#"{{"items":[{{"track":{{"id":"{ID}","name":"Jóga","is_local":false}}}},
            {{"added_at":"2026","track":{{"id":null,"name":"Mine","uri":"spotify:local:a:b:c:61"}}}},
            {{"track":7}},{{}}],"total":4}}"#
    ));
    let names: Vec<_> = tracks.items.iter().map(|saved| &saved.track.name).collect();
    assert_eq!(names, ["Jóga", "Mine"]);
}

#[test]
fn contained_keeps_its_places() {
    let contained: Contained = read("[true,null,false,\"true\",1]");
    let places: Vec<_> = contained.iter().collect();
    assert_eq!(places, [Some(true), None, Some(false), None, None]);
    assert_eq!(
        (contained.get(0), contained.get(1), contained.get(9)),
        (Some(true), None, None)
    );
    for body in ["", "{}", "null", "true", "[true", r#"{"0":true}"#] {
        refused::<Contained>(body);
    }
}

#[test]
fn taken_write_needs_no_body() {
    for (status, content_type, body) in [
        (200, None, ""),
        (204, None, ""),
        (200, JSON, "{}"),
        (200, Some("text/plain"), "OK"),
        (202, Some("text/html"), "<h1>"),
    ] {
        assert_eq!(
            decode(status, content_type, body.as_bytes()),
            Ok(Done),
            "{body}"
        );
    }
    let refused = decode::<Done>(
        403,
        None,
        b"{\"error\":{\"status\":403,\"message\":\"Forbidden\"}}",
    );
    assert_eq!(refused, Err(Refusal::Forbidden));
}

#[test]
fn id_is_22_letters_and_digits() {
    assert_eq!(Base62Id::parse(ID).unwrap().as_str(), ID);
    for id in [
        "",
        "a",
        &ID[..21],
        &format!("{ID}a"),
        "0aV6DOiouImYTqrR5YlIq/",
        "0aV6DOiouImYTqrR5YlIq.",
        "0aV6DOiouImYTqrR5Yl%2f",
        "0aV6DOiouImYTqrR5YlIé",
        "0aV6DOiouImYTqrR5Yl I",
    ] {
        assert!(Base62Id::parse(id).is_err(), "{id}");
        let json = serde_json::to_string(id).unwrap();
        assert!(serde_json::from_str::<Base62Id>(&json).is_err(), "{id}");
    }
}
