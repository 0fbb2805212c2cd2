//! Single things of the catalogue, as apps of every kind get them.

use spotify::ids::{Uri, UriKind};
use spotify::model::{Album, AlbumSimplified, Artist, Track, TrackSimplified};
use spotify::page::Page;
use spotify::request::AlbumGroup;
use spotify::{Refusal, Request};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ID, JSON, OTHER, id, is_catalogue, read, sent};

#[test]
fn single_things_are_asked_for_by_id() {
    assert_eq!(sent(&Request::artist(&id())), format!("GET /artists/{ID}"));
    assert_eq!(sent(&Request::album(&id())), format!("GET /albums/{ID}"));
    assert_eq!(sent(&Request::track(&id())), format!("GET /tracks/{ID}"));
    assert_eq!(
        sent(&Request::album_tracks(&id(), 50, 50)),
        format!("GET /albums/{ID}/tracks?limit=50&offset=50")
    );
    assert!(is_catalogue(&Request::artist(&id())));
    assert!(is_catalogue(&Request::artist_albums(&id(), &[], 10, 0)));
    assert!(is_catalogue(&Request::album(&id())));
    assert!(is_catalogue(&Request::album_tracks(&id(), 50, 0)));
    assert!(is_catalogue(&Request::track(&id())));
}

#[test]
fn albums_of_an_artist_say_their_groups() {
    let groups = [AlbumGroup::Album, AlbumGroup::AppearsOn];
    assert_eq!(
        sent(&Request::artist_albums(&id(), &groups, 5, 10)),
        format!("GET /artists/{ID}/albums?include_groups=album%2Cappears_on&limit=5&offset=10")
    );
    assert_eq!(
        sent(&Request::artist_albums(&id(), &[], 10, 0)),
        format!("GET /artists/{ID}/albums?limit=10&offset=0")
    );
    let names = AlbumGroup::ALL.map(AlbumGroup::as_str);
    assert_eq!(names, ["album", "single", "appears_on", "compilation"]);
}

#[test]
fn albums_and_tracks_stay_within_the_limits_of_the_web_api() {
    for (limit, said) in [(0, "1"), (10, "10"), (11, "10"), (u32::MAX, "10")] {
        let request = Request::artist_albums(&id(), &[], limit, 0);
        assert_eq!(request.query[0], ("limit", said.to_owned()));
    }
    for (limit, said) in [(0, "1"), (50, "50"), (51, "50")] {
        let request = Request::album_tracks(&id(), limit, 0);
        assert_eq!(request.query[0], ("limit", said.to_owned()));
    }
}

#[test]
fn artist_of_every_kind_of_app_is_read() {
    let dev_2026: Artist = read(&format!(
        r#"{{"external_urls":{{"spotify":"https://x/a"}},"href":"h","id":"{ID}","genres":[],
            "images":[{{"url":"https://i/640","height":640,"width":640}}],"name":"Björk",
            "type":"artist","uri":"spotify:artist:{ID}"}}"#
    ));
    assert_eq!(dev_2026.name, "Björk");
    assert!(dev_2026.followers.is_none() && dev_2026.popularity.is_none());
    let extended: Artist = read(&format!(
        r#"{{"id":"{ID}","name":"Björk","genres":["art pop"],"images":[],
            "followers":{{"href":null,"total":2104513}},"popularity":67,"type":"artist"}}"#
    ));
    assert_eq!(extended.followers.unwrap().total, Some(2_104_513));
    assert_eq!(extended.popularity, Some(67));
    assert_eq!(extended.genres, ["art pop"]);
}

#[test]
fn albums_of_an_artist_are_read() {
    let page: Page<AlbumSimplified> = read(&format!(
        r#"{{"href":"h","limit":10,"next":"https://x","offset":0,"previous":null,"total":31,
            "items":[
              {{"album_type":"single","album_group":"appears_on","total_tracks":4,"id":"{ID}","name":"EP",
                "release_date":"2026-11-20","release_date_precision":"day","type":"album",
                "restrictions":{{"reason":"market"}},"artists":[{{"id":"{OTHER}","name":"Ada"}}],
                "available_markets":["DE"],"images":[]}},
              {{"album_type":"album","id":"{OTHER}","name":"","release_date":"1993",
                "release_date_precision":"year","artists":[],"images":null}},
              null]}}"#
    ));
    let [ep, gone] = &page.items[..] else {
        panic!("two albums")
    };
    assert_eq!(ep.album_group.as_deref(), Some("appears_on"));
    assert_eq!(
        ep.restrictions.as_ref().unwrap().reason.as_deref(),
        Some("market")
    );
    assert_eq!(gone.album_group, None);
    assert_eq!(gone.release_date_precision.as_deref(), Some("year"));
    assert_eq!(page.next_offset(), Some(10));
}

#[test]
fn album_is_read_with_its_tracks_and_rights() {
    let album: Album = read(&format!(
        r#"{{"album_type":"album","total_tracks":2,"external_urls":{{"spotify":"https://x/al"}},
            "href":"h","id":"{ID}","images":[{{"url":"https://i/640","height":640,"width":640}}],
            "name":"Homogenic","release_date":"1997-09","release_date_precision":"month",
            "type":"album","uri":"spotify:album:{ID}","artists":[{{"id":"{OTHER}","name":"Björk"}}],
            "tracks":{{"href":"h","limit":50,"next":null,"offset":0,"previous":null,"total":2,
              "items":[{{"artists":[{{"id":"{OTHER}","name":"Björk"}}],"disc_number":1,
                "duration_ms":255373,"explicit":false,"id":"{ID}","is_local":false,
                "is_playable":false,"restrictions":{{"reason":"explicit"}},"name":"Hunter",
                "preview_url":null,"track_number":1,"type":"track","uri":"spotify:track:{ID}"}},null]}},
            "copyrights":[{{"text":"1997 One Little Indian","type":"C"}},{{"text":"1997","type":"P"}},7],
            "external_ids":{{"upc":"5016958997270"}},"genres":[],"label":"One Little Indian","popularity":61}}"#
    ));
    assert_eq!(album.name, "Homogenic");
    assert_eq!(album.release_date.as_deref(), Some("1997-09"));
    assert_eq!(album.external_ids.upc.as_deref(), Some("5016958997270"));
    assert_eq!(album.copyrights.len(), 2);
    assert_eq!(album.copyrights[0].kind.as_deref(), Some("C"));
    assert_eq!(album.copyrights[0].text, "1997 One Little Indian");
    assert_eq!(album.label.as_deref(), Some("One Little Indian"));
    assert_eq!(album.popularity, Some(61));
    let tracks = album.tracks.unwrap();
    assert_eq!((tracks.items.len(), tracks.total), (1, 2));
    let track = &tracks.items[0];
    assert_eq!((track.disc_number, track.track_number), (Some(1), Some(1)));
    assert_eq!(track.is_playable, Some(false));
    assert_eq!(
        track.restrictions.as_ref().unwrap().reason.as_deref(),
        Some("explicit")
    );
}

#[test]
fn album_of_2026_needs_nothing_but_an_id() {
    let bare: Album = read(&format!(r#"{{"id":"{ID}"}}"#));
    assert!(bare.tracks.is_none() && bare.copyrights.is_empty() && bare.label.is_none());
    let odd: Album = read(&format!(
        r#"{{"id":"{ID}","name":7,"artists":null,"tracks":null,"copyrights":{{}},"external_ids":null,
            "images":"x","total_tracks":-2,"release_date":[],"restrictions":null,"popularity":"61"}}"#
    ));
    assert_eq!(odd, bare);
    for body in ["{}", r#"{"id":null}"#, r#"{"id":"x"}"#, "[]", ""] {
        let refused = Request::album(&id()).decode(200, JSON, body.as_bytes());
        assert_eq!(refused, Err(Refusal::Nonsense), "{body}");
    }
}

#[test]
fn tracks_of_an_album_are_read() {
    let page: Page<TrackSimplified> = read(&format!(
        r#"{{"items":[{{"id":"{ID}","name":"Hunter","disc_number":2,"track_number":11,
            "explicit":true,"duration_ms":255373.0}},null],"limit":50,"offset":0,"total":2,"next":null}}"#
    ));
    assert_eq!(page.items.len(), 1);
    assert!(page.items[0].explicit);
    assert_eq!(page.items[0].duration_ms, None);
    assert_eq!(page.items[0].disc_number, Some(2));
}

#[test]
fn track_of_every_kind_of_app_is_read() {
    let track: Track = read(&format!(
        r#"{{"album":{{"album_type":"album","id":"{OTHER}","name":"Homogenic","images":[],
              "release_date":"1997","release_date_precision":"year"}},
            "artists":[{{"id":"{OTHER}","name":"Björk"}}],"disc_number":1,"duration_ms":305000,
            "explicit":false,"external_ids":{{"isrc":"GBAJM9700014"}},"id":"{ID}","is_playable":true,
            "name":"Jóga","preview_url":null,"track_number":2,"type":"track",
            "uri":"spotify:track:{ID}","is_local":false,"popularity":55,"linked_from":{{"id":"x"}}}}"#
    ));
    assert_eq!(track.external_ids.isrc.as_deref(), Some("GBAJM9700014"));
    assert_eq!((track.is_playable, track.is_local), (Some(true), false));
    assert_eq!((track.disc_number, track.track_number), (Some(1), Some(2)));
    let odd: Track = read(
        r#"{"external_ids":[],"is_playable":"yes","is_local":null,"restrictions":7,"disc_number":null}"#,
    );
    assert_eq!((odd.is_playable, odd.is_local), (None, false));
    assert!(odd.restrictions.is_none() && odd.external_ids.isrc.is_none());
}

#[test]
fn uri_is_a_kind_and_an_id() {
    for kind in UriKind::ALL {
        let text = format!("spotify:{}:{ID}", kind.as_str());
        let uri = Uri::parse(&text).unwrap();
        assert_eq!((uri.kind, uri.to_string()), (kind, text));
    }
    for text in [
        "",
        "spotify:",
        "spotify:artist",
        "spotify:artist:",
        &format!("artist:{ID}"),
        &format!("spotify:show:{ID}"),
        &format!("spotify:Artist:{ID}"),
        &format!("spotify:artist:{ID}:x"),
        &format!("spotify:artist:{ID} "),
        "spotify:artist:../me",
        "spotify:user:ada",
        "spotify:local:a:b:c:61",
        "spotify:user:ada:collection",
    ] {
        assert!(Uri::parse(text).is_err(), "{text}");
    }
}
