//! What was played last.

use spotify::Request;
use spotify::model::Played;
use spotify::page::CursorPage;
use spotify::request::Moment;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ID, OTHER, read, sent};

#[test]
fn moment_is_before_or_after_and_never_both() {
    let line = |moment| sent(&Request::recently_played(50, moment));
    let path = "GET /me/player/recently-played?limit=50";
    assert_eq!(line(None), path);
    assert_eq!(
        line(Some(Moment::Before(1_763_665_391_123))),
        format!("{path}&before=1763665391123")
    );
    assert_eq!(line(Some(Moment::After(0))), format!("{path}&after=0"));
    for (limit, said) in [(0, "1"), (51, "50"), (u32::MAX, "50")] {
        let request = Request::recently_played(limit, None);
        assert_eq!(request.query[0], ("limit", said.to_owned()));
    }
}

#[test]
fn plays_are_read_with_what_they_were_played_from() {
    let page: CursorPage<Played> = read(&format!(
        r#"{{"href":"h","limit":20,"next":"https://api.spotify.com/v1/me/player/recently-played?before=1763661234567&limit=20",
            "cursors":{{"after":"1763665391123","before":"1763661234567"}},
            "items":[
              {{"track":{{"id":"{ID}","name":"Jóga","uri":"spotify:track:{ID}","duration_ms":305000,
                 "album":{{"id":"{OTHER}","name":"Homogenic"}},"artists":[{{"name":"Björk"}}]}},
                "played_at":"2026-11-20T19:03:11.123Z",
                "context":{{"type":"playlist","href":"h","uri":"spotify:playlist:{OTHER}",
                  "external_urls":{{"spotify":"https://x/p"}}}}}},
              {{"track":{{"id":"{ID}","name":"Jóga"}},"played_at":"2026-11-20T18:58:00.000Z","context":null}},
              {{"track":{{"id":"{ID}","name":"Hunter"}},"played_at":7,"context":"x"}},
              {{"track":null,"played_at":"2026-11-20T18:50:00.000Z"}},
              null]}}"#
    ));
    assert_eq!(page.items.len(), 3, "what has no track is nothing to show");
    let first = &page.items[0];
    assert_eq!(first.played_at.as_deref(), Some("2026-11-20T19:03:11.123Z"));
    let context = first.context.as_ref().unwrap();
    assert_eq!(context.kind.as_deref(), Some("playlist"));
    let uri = spotify::ids::Uri::parse(context.uri.as_deref().unwrap()).unwrap();
    assert_eq!(uri.id.as_str(), OTHER);
    assert!(page.items[1].context.is_none() && page.items[2].context.is_none());
    assert_eq!(page.items[2].played_at, None);
    assert_eq!(page.next_before(None), Some(1_763_661_234_567));
    assert_eq!(page.total, None);
}

#[test]
fn who_played_nothing_has_an_empty_page() {
    let page: CursorPage<Played> =
        read(r#"{"items":[],"next":null,"cursors":null,"limit":20,"href":"h"}"#);
    assert!(page.items.is_empty());
    assert_eq!(page.next_before(None), None);
    assert_eq!(page.next_after(), None);
}
