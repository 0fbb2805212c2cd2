//! Playlists: how they come, and how they are changed.

use serde_json::json;
use spotify::answer::decode;
use spotify::ids::{ItemBatch, ItemUri};
use spotify::model::{
    Playable, Playlist, PlaylistImages, PlaylistItem, PlaylistSimplified, Snapshot,
};
use spotify::page::Page;
use spotify::permission::Visibility;
use spotify::request::{NewPlaylist, PlaylistChange, Reorder};
use spotify::{Body, BodyKind, Cover, Method, Permission, Refusal, Request};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ID, JSON, OTHER, id, is_catalogue, read, sent};

fn track() -> ItemUri {
    ItemUri::track(&id())
}

fn two() -> ItemBatch {
    let episode = ItemUri::parse(&format!("spotify:episode:{OTHER}")).expect("a URI");
    ItemBatch::cut([track(), episode]).remove(0)
}

#[test]
fn playlists_are_listed_and_opened() {
    assert_eq!(
        sent(&Request::my_playlists(50, 50)),
        "GET /me/playlists?limit=50&offset=50"
    );
    assert_eq!(
        sent(&Request::playlist(&id())),
        format!("GET /playlists/{ID}?additional_types=track%2Cepisode")
    );
    assert_eq!(
        sent(&Request::playlist_items(&id(), 100, 50)),
        format!("GET /playlists/{ID}/items?limit=50&offset=50&additional_types=track%2Cepisode")
    );
    assert_eq!(
        sent(&Request::playlist_images(&id())),
        format!("GET /playlists/{ID}/images")
    );
    assert!(is_catalogue(&Request::playlist(&id())));
    assert!(!is_catalogue(&Request::playlist_items(&id(), 50, 0)));
    assert!(!is_catalogue(&Request::my_playlists(50, 0)));
}

#[test]
fn new_playlist_says_who_sees_it() {
    let new = |visibility, collaborative| NewPlaylist {
        name: "Mine \"&\" more".to_owned(),
        description: String::new(),
        visibility,
        collaborative,
    };
    let body = |new: &NewPlaylist| {
        let request = Request::create_playlist(new);
        assert_eq!(
            (request.method, request.path.as_str()),
            (Method::Post, "/me/playlists")
        );
        sent(&request);
        match request.body {
            Body::Json(json) => json,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        body(&new(Visibility::Public, false)),
        json!({ "name": "Mine \"&\" more", "public": true, "collaborative": false })
    );
    let described = NewPlaylist {
        description: "For the road".to_owned(),
        ..new(Visibility::Private, false)
    };
    assert_eq!(
        body(&described),
        json!({ "name": "Mine \"&\" more", "description": "For the road", "public": false,
            "collaborative": false })
    );
    // Spotify refuses one that is both.
    for visibility in [Visibility::Public, Visibility::Private] {
        let both = body(&new(visibility, true));
        assert_eq!(both["public"], json!(false));
        assert_eq!(both["collaborative"], json!(true));
        assert_eq!(
            new(visibility, true).permission(),
            Permission::EditPlaylists(None)
        );
    }
    for visibility in [Visibility::Public, Visibility::Private] {
        assert_eq!(
            new(visibility, false).permission(),
            Permission::EditPlaylists(Some(visibility))
        );
    }
}

#[test]
fn change_says_only_what_changes() {
    let line = |change: &PlaylistChange| sent(&Request::change_playlist(&id(), change));
    let path = format!("PUT /playlists/{ID}");
    assert_eq!(line(&PlaylistChange::default()), format!("{path} {{}}"));
    let name = PlaylistChange {
        name: Some("New".to_owned()),
        ..PlaylistChange::default()
    };
    assert_eq!(line(&name), format!(r#"{path} {{"name":"New"}}"#));
    let all = PlaylistChange {
        name: Some("N".to_owned()),
        description: Some("D".to_owned()),
        public: Some(true),
        collaborative: Some(false),
    };
    assert_eq!(
        line(&all),
        format!(r#"{path} {{"collaborative":false,"description":"D","name":"N","public":true}}"#)
    );
    let shared = PlaylistChange {
        public: Some(true),
        collaborative: Some(true),
        ..PlaylistChange::default()
    };
    assert_eq!(
        line(&shared),
        format!(r#"{path} {{"collaborative":true,"public":false}}"#)
    );
}

#[test]
fn items_are_named_in_the_body_alone() {
    let path = format!("/playlists/{ID}/items");
    let uris = format!(r#"["spotify:track:{ID}","spotify:episode:{OTHER}"]"#);
    assert_eq!(
        sent(&Request::add_to_playlist(&id(), &two(), None)),
        format!(r#"POST {path} {{"uris":{uris}}}"#)
    );
    assert_eq!(
        sent(&Request::add_to_playlist(&id(), &two(), Some(0))),
        format!(r#"POST {path} {{"position":0,"uris":{uris}}}"#)
    );
    assert_eq!(
        sent(&Request::replace_playlist_items(&id(), Some(&two()))),
        format!(r#"PUT {path} {{"uris":{uris}}}"#)
    );
    assert_eq!(
        sent(&Request::replace_playlist_items(&id(), None)),
        format!(r#"PUT {path} {{"uris":[]}}"#)
    );
    let one = ItemBatch::one(track());
    assert_eq!(
        sent(&Request::remove_from_playlist(&id(), &one, Some("s1"))),
        format!(r#"DELETE {path} {{"items":[{{"uri":"spotify:track:{ID}"}}],"snapshot_id":"s1"}}"#)
    );
    assert_eq!(
        sent(&Request::remove_from_playlist(&id(), &one, None)),
        format!(r#"DELETE {path} {{"items":[{{"uri":"spotify:track:{ID}"}}]}}"#)
    );
}

#[test]
fn move_names_places_and_the_version_they_are_of() {
    let reorder = Reorder {
        range_start: 9,
        range_length: 2,
        insert_before: 0,
    };
    assert_eq!(
        sent(&Request::reorder_playlist(&id(), reorder, Some("s1"))),
        format!(
            r#"PUT /playlists/{ID}/items {{"insert_before":0,"range_length":2,"range_start":9,"snapshot_id":"s1"}}"#
        )
    );
    assert_eq!(
        sent(&Request::reorder_playlist(&id(), Reorder::one(0, 9), None)),
        format!(
            r#"PUT /playlists/{ID}/items {{"insert_before":10,"range_length":1,"range_start":0}}"#
        )
    );
}

#[test]
fn move_is_shown_as_spotify_does_it() {
    // The examples of Spotify's own description.
    let moved = |range_start, range_length, insert_before| {
        let mut list: Vec<u32> = (0..10).collect();
        let reorder = Reorder {
            range_start,
            range_length,
            insert_before,
        };
        assert!(reorder.apply(&mut list));
        list
    };
    assert_eq!(moved(0, 1, 10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
    assert_eq!(moved(9, 1, 0), [9, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(moved(8, 2, 0), [8, 9, 0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(moved(1, 2, 5), [0, 3, 4, 1, 2, 5, 6, 7, 8, 9]);
    let same: Vec<u32> = (0..10).collect();
    assert_eq!(moved(3, 3, 3), same);
    assert_eq!(moved(3, 3, 4), same);
    assert_eq!(moved(3, 3, 6), same);
}

#[test]
fn move_beyond_the_end_is_refused() {
    for (range_start, range_length, insert_before) in [
        (0, 0, 1),
        (3, 1, 0),
        (0, 4, 0),
        (0, 1, 4),
        (u32::MAX, u32::MAX, 0),
    ] {
        let mut list = [1, 2, 3];
        let reorder = Reorder {
            range_start,
            range_length,
            insert_before,
        };
        assert!(!reorder.apply(&mut list), "{reorder:?}");
        assert_eq!(list, [1, 2, 3]);
    }
}

#[test]
fn cover_is_sent_as_base64_of_a_jpeg() {
    let cover = Cover::read(&[0xff, 0xd8, 0xff, 0xe0]).unwrap();
    let request = Request::set_playlist_image(&id(), &cover);
    assert_eq!(request.body.kind(), BodyKind::Jpeg);
    assert_eq!(
        sent(&request),
        format!("PUT /playlists/{ID}/images /9j/4A==")
    );
    assert!(request.decode(202, None, b"").is_ok());
}

#[test]
fn batch_of_items_is_never_empty_and_never_too_large() {
    assert!(ItemBatch::cut([]).is_empty());
    for (count, sizes) in [(1, vec![1]), (100, vec![100]), (250, vec![100, 100, 50])] {
        let batches = ItemBatch::cut((0..count).map(|_| track()));
        let found: Vec<_> = batches.iter().map(|batch| batch.as_slice().len()).collect();
        assert_eq!(found, sizes);
    }
}

#[test]
fn item_is_a_track_an_episode_or_a_file() {
    for text in [
        &format!("spotify:track:{ID}"),
        &format!("spotify:episode:{ID}"),
        "spotify:local:Ada:An+Album:A+Song:61",
        "spotify:local::::0",
    ] {
        let uri = ItemUri::parse(text).unwrap();
        assert_eq!(uri.as_str(), text);
        assert_eq!(uri.is_local(), text.starts_with("spotify:local:"));
    }
    for text in [
        "",
        "spotify:local:",
        "spotify:track:",
        "spotify:track:x",
        &format!("spotify:track:{ID}:x"),
        &format!("spotify:track:{ID}\n"),
        &format!("spotify:album:{ID}"),
        &format!("spotify:playlist:{ID}"),
        &format!("Spotify:track:{ID}"),
        &format!("https://open.spotify.com/track/{ID}"),
    ] {
        assert!(ItemUri::parse(text).is_err(), "{text}");
    }
}

/// One of each, and what is no longer there.
fn entries(key: &str) -> String {
    format!(
        r#"[{{"added_at":"2026-11-20T19:03:11Z","added_by":{{"id":"ada.l","type":"user",
               "external_urls":{{"spotify":"https://x/u"}}}},"is_local":false,
               "{key}":{{"type":"track","id":"{ID}","name":"Jóga","uri":"spotify:track:{ID}",
                 "duration_ms":305000,"is_local":false}}}},
            {{"added_at":null,"added_by":null,"is_local":true,
              "{key}":{{"type":"track","id":null,"name":"Demo","uri":"spotify:local:Ada::Demo:61",
                "is_local":true,"artists":[{{"id":null,"name":"Ada"}}],"album":{{"id":null,"name":""}}}}}},
            {{"added_at":"2026-11-20T19:03:11Z","is_local":false,
              "{key}":{{"type":"episode","id":"{OTHER}","name":"Talk","uri":"spotify:episode:{OTHER}",
                "duration_ms":1686230,"show":{{"id":"{ID}","name":"The Show"}},"images":[]}}}},
            {{"added_at":"2019-01-01T00:00:00Z","is_local":false,"{key}":null}}]"#
    )
}

fn check(items: &[PlaylistItem]) {
    let [track, file, episode, gone] = items else {
        panic!("four entries: {items:?}")
    };
    assert!(matches!(&track.item, Some(Playable::Track(track)) if track.name == "Jóga"));
    assert_eq!(
        track.added_by.as_ref().map(|by| by.id.as_str()),
        Some("ada.l")
    );
    assert_eq!(track.uri(), Some(ItemUri::track(&id())));
    assert!(matches!(&file.item, Some(Playable::LocalFile(file)) if file.id.is_none()));
    assert!(file.added_by.is_none() && file.added_at.is_none());
    assert_eq!(file.uri().map(|uri| uri.is_local()), Some(true));
    let Some(Playable::Episode(talk)) = &episode.item else {
        panic!("{episode:?}")
    };
    assert_eq!(
        talk.show.as_ref().map(|show| show.name.as_str()),
        Some("The Show")
    );
    assert_eq!(episode.uri().map(|uri| uri.is_local()), Some(false));
    assert_eq!((&gone.item, gone.uri()), (&None, None));
    assert_eq!(gone.added_at.as_deref(), Some("2019-01-01T00:00:00Z"));
    let shown: Vec<_> = items
        .iter()
        .filter_map(|item| item.item.as_ref())
        .map(|item| (item.name(), item.duration_ms()))
        .collect();
    let meant = [
        ("Jóga", Some(305_000)),
        ("Demo", None),
        ("Talk", Some(1_686_230)),
    ];
    assert_eq!(shown, meant);
}

#[test]
fn items_are_read_under_both_names() {
    for key in ["item", "track"] {
        let body = format!(
            r#"{{"href":"h","items":{},"limit":50,"next":null,"offset":0,"previous":null,"total":4}}"#,
            entries(key)
        );
        check(&read::<Page<PlaylistItem>>(&body).items);
    }
    let both = |item: &str, track: &str| {
        let page: Page<PlaylistItem> = read(&format!(
            r#"{{"items":[{{"item":{item},"track":{track}}}]}}"#
        ));
        page.items[0].uri().map(|uri| uri.as_str().to_owned())
    };
    let one = format!(r#"{{"name":"A","uri":"spotify:track:{ID}"}}"#);
    let other = format!(r#"{{"name":"B","uri":"spotify:track:{OTHER}"}}"#);
    let uri = Some(format!("spotify:track:{ID}"));
    assert_eq!(both(&one, &other), uri);
    assert_eq!(both("null", &one), uri);
    assert_eq!(both("7", &one), uri);
    assert_eq!(both(&one, "null"), uri);
    assert_eq!(both("null", "null"), None);
}

#[test]
fn playlist_of_every_kind_of_app_is_read() {
    let head = format!(
        r#""collaborative":false,"description":null,"external_urls":{{"spotify":"https://x/p"}},
           "href":"h","id":"{ID}","images":null,"name":"Mine","public":null,"snapshot_id":"s1",
           "owner":{{"id":"ada.l","display_name":null}},"followers":{{"href":null,"total":3}},
           "type":"playlist","uri":"spotify:playlist:{ID}""#
    );
    let page = |key: &str| {
        format!(
            r#"{{"href":"h","items":{},"limit":100,"next":null,"offset":0,"total":4}}"#,
            entries(key)
        )
    };
    // In development mode since 2026, before it, and in transition.
    for fields in [
        format!(r#","items":{}"#, page("item")),
        format!(r#","tracks":{}"#, page("track")),
        format!(r#","items":{},"tracks":{}"#, page("item"), page("track")),
        format!(r#","items":null,"tracks":{}"#, page("track")),
    ] {
        let playlist: Playlist = read(&format!("{{{head}{fields}}}"));
        let contents = playlist.contents().expect("its own items");
        assert_eq!(contents.total, 4);
        check(&contents.items);
        assert!(playlist.images.is_empty() && playlist.public.is_none());
        assert_eq!(playlist.snapshot_id.as_deref(), Some("s1"));
        assert_eq!(playlist.followers.unwrap().total, Some(3));
        assert_eq!(playlist.owner.as_ref().unwrap().id, "ada.l");
    }
    // Of others, in development mode.
    for fields in [
        "",
        r#","items":null"#,
        r#","items":{"href":"h","total":7}"#,
        r#","tracks":{"href":"h","total":7}"#,
        r#","items":[]"#,
        r#","items":{"items":null}"#,
    ] {
        let playlist: Playlist = read(&format!("{{{head}{fields}}}"));
        assert_eq!(playlist.contents(), None, "{fields}");
    }
}

#[test]
fn empty_playlist_has_contents_all_the_same() {
    let playlist: Playlist = read(&format!(
        r#"{{"id":"{ID}","items":{{"items":[],"total":0}}}}"#
    ));
    assert_eq!(playlist.contents().map(|page| page.items.len()), Some(0));
}

#[test]
fn playlist_without_an_id_is_refused() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"id":"x"}"#,
        r#"{"id":null,"name":"Mine"}"#,
    ] {
        let refused = decode::<Playlist>(201, JSON, body.as_bytes());
        assert_eq!(refused, Err(Refusal::Nonsense), "{body}");
    }
}

#[test]
fn item_that_says_nothing_is_no_longer_available() {
    for item in [
        "null",
        "{}",
        "7",
        "[]",
        r#""x""#,
        "true",
        r#"{"name":"","uri":""}"#,
        r#"{"type":"track","id":null,"name":null,"uri":null}"#,
        r#"{"type":"episode"}"#,
    ] {
        let page: Page<PlaylistItem> = read(&format!(r#"{{"items":[{{"item":{item}}},{item}]}}"#));
        assert_eq!(
            page.items,
            [PlaylistItem::default(), PlaylistItem::default()],
            "{item}"
        );
    }
}

#[test]
fn odd_entry_keeps_what_can_be_read() {
    let page: Page<PlaylistItem> = read(
        r#"{"items":[{"added_at":7,"added_by":"x","is_local":"no","item":{"type":7,"uri":{},
            "name":"Jóga","artists":7,"album":null,"duration_ms":"x"}}]}"#,
    );
    let item = &page.items[0];
    assert!(matches!(&item.item, Some(Playable::Track(track)) if track.name == "Jóga"));
    assert_eq!((item.uri(), &item.added_at), (None, &None));
}

#[test]
fn my_playlists_are_read_and_null_ones_skipped() {
    let page: Page<PlaylistSimplified> = read(&format!(
        r#"{{"href":"h","limit":50,"next":null,"offset":0,"total":3,"items":[null,
            {{"id":"{ID}","name":"Mine","public":true,"collaborative":true,"images":
              [{{"url":"https://i/1","height":null,"width":null}}],"items":{{"href":"h","total":12}},
              "owner":{{"id":"ada.l","display_name":"Ada"}},"snapshot_id":"s1"}}]}}"#
    ));
    let [mine] = &page.items[..] else {
        panic!("{page:?}")
    };
    assert_eq!((mine.item_count(), mine.public), (Some(12), Some(true)));
    assert!(mine.collaborative);
}

#[test]
fn pictures_of_a_playlist_come_bare() {
    let pictures: PlaylistImages =
        read(r#"[{"url":"https://i/1","height":null,"width":null},null,{"height":3}]"#);
    assert_eq!(pictures.0.len(), 1);
    assert!(read::<PlaylistImages>("[]").0.is_empty());
    for body in ["", "{}", "null", r#"{"images":[]}"#] {
        let refused = decode::<PlaylistImages>(200, JSON, body.as_bytes());
        assert_eq!(refused, Err(Refusal::Nonsense), "{body}");
    }
}

#[test]
fn change_that_was_taken_is_never_reported_as_failed() {
    for (status, content_type, body, version) in [
        (
            201,
            JSON,
            r#"{"snapshot_id":"AAAAB8C+GjVHq8v4vzStbL6AUYzo1cDV"}"#,
            true,
        ),
        (200, JSON, r#"{"snapshot_id":"s","x":[1]}"#, true),
        (200, JSON, r#"{"snapshot_id":null}"#, false),
        (200, JSON, r#"{"snapshot_id":7}"#, false),
        (200, JSON, "{}", false),
        (200, JSON, "[]", false),
        (200, None, "", false),
        (200, Some("text/html"), "<h1>OK</h1>", false),
        (201, JSON, r#"{"snapshot_id":"s""#, false),
    ] {
        let snapshot = decode::<Snapshot>(status, content_type, body.as_bytes()).expect(body);
        assert_eq!(snapshot.snapshot_id.is_some(), version, "{body}");
    }
    for status in [400, 403, 404, 413, 429, 502] {
        let body = br#"{"snapshot_id":"s"}"#;
        assert!(decode::<Snapshot>(status, JSON, body).is_err(), "{status}");
    }
}
