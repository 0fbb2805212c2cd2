//! Where a list goes on, and that it ends.

use spotify::model::{Artist, Played, PlaylistItem};
use spotify::page::{CursorPage, Page};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::read;

#[test]
fn next_offset_counts_by_limit_and_ends() {
    let page = |fields: &str| read::<Page<Artist>>(&format!("{{{fields}}}")).next_offset();
    // The page holds no readable entry, and goes on all the same.
    assert_eq!(
        page(r#""items":[null],"limit":10,"offset":20,"next":"https://x""#),
        Some(30)
    );
    assert_eq!(page(r#""limit":10,"offset":20,"next":null"#), None);
    assert_eq!(page(r#""limit":10,"offset":20"#), None);
    assert_eq!(page(r#""limit":0,"offset":20,"next":"https://x""#), None);
    assert_eq!(
        page(r#""limit":10,"offset":4294967295,"next":"https://x""#),
        None
    );
}

#[test]
fn list_by_cursor_ends_where_either_says_so() {
    let page = |fields: &str| {
        read::<CursorPage<Artist>>(&format!("{{{fields}}}"))
            .next_after()
            .map(str::to_owned)
    };
    assert_eq!(
        page(r#""next":"https://x","cursors":{"after":"a"}"#).as_deref(),
        Some("a")
    );
    for fields in [
        r#""next":null,"cursors":{"after":null}"#,
        r#""next":null,"cursors":{"after":"a"}"#,
        r#""cursors":{"after":"a"}"#,
        r#""next":"https://x","cursors":{"after":null}"#,
        r#""next":"https://x","cursors":{"after":""}"#,
        r#""next":"https://x","cursors":{"after":7}"#,
        r#""next":"https://x","cursors":null"#,
        r#""next":"https://x","cursors":"a""#,
        r#""next":"https://x""#,
    ] {
        assert_eq!(page(fields), None, "{fields}");
    }
}

#[test]
fn page_that_leads_back_is_the_last() {
    let page = |fields: &str| read::<Page<Artist>>(&format!("{{{fields}}}"));
    // Says that it is the first page, whatever was asked for.
    let stuck = page(r#""limit":10,"offset":0,"next":"https://x""#);
    assert_eq!(stuck.next_offset_beyond(0), Some(10));
    assert_eq!(stuck.next_offset_beyond(9), Some(10));
    assert_eq!(stuck.next_offset_beyond(10), None);
    assert_eq!(stuck.next_offset_beyond(20), None);
    let last = page(r#""limit":10,"offset":20,"next":null"#);
    assert_eq!(last.next_offset_beyond(20), None);
}

#[test]
fn cursor_that_repeats_itself_ends_the_list() {
    let page: CursorPage<Artist> = read(r#"{"next":"https://x","cursors":{"after":"a"}}"#);
    assert_eq!(page.next_after_beyond(None), Some("a"));
    assert_eq!(page.next_after_beyond(Some("b")), Some("a"));
    assert_eq!(page.next_after_beyond(Some("a")), None);
}

#[test]
fn what_was_played_is_paged_backwards() {
    let next = |fields: &str, asked| {
        read::<CursorPage<Played>>(&format!("{{{fields}}}")).next_before(asked)
    };
    let page = r#""next":"https://x","cursors":{"after":"1763665391123","before":"1763661234567"}"#;
    assert_eq!(next(page, None), Some(1_763_661_234_567));
    assert_eq!(next(page, Some(1_763_661_234_568)), Some(1_763_661_234_567));
    for asked in [1_763_661_234_567, 1_763_661_234_566, 0] {
        assert_eq!(
            next(page, Some(asked)),
            None,
            "{asked} leads no further back"
        );
    }
    for fields in [
        r#""next":null,"cursors":{"before":"1"}"#,
        r#""cursors":{"before":"1"}"#,
        r#""next":"https://x","cursors":null"#,
        r#""next":"https://x""#,
        r#""next":"https://x","cursors":{"after":"1"}"#,
        r#""next":"https://x","cursors":{"before":null}"#,
        r#""next":"https://x","cursors":{"before":""}"#,
        r#""next":"https://x","cursors":{"before":"-1"}"#,
        r#""next":"https://x","cursors":{"before":"1.5"}"#,
        r#""next":"https://x","cursors":{"before":"99999999999999999999"}"#,
        r#""next":"https://x","cursors":{"before":1763661234567}"#,
    ] {
        assert_eq!(next(fields, None), None, "{fields}");
    }
}

#[test]
fn every_item_of_a_playlist_has_its_place() {
    let page: Page<PlaylistItem> = read(
        r#"{"offset":100,"items":[null,{"item":null},7,"x",[],{"item":{"name":"Jóga","uri":"u"}}]}"#,
    );
    let places: Vec<_> = page
        .places()
        .map(|(place, item)| (place, item.item.is_some()))
        .collect();
    let gone = [
        (100, false),
        (101, false),
        (102, false),
        (103, false),
        (104, false),
    ];
    assert_eq!(places[..5], gone);
    assert_eq!(places[5..], [(105, true)]);
}

#[test]
fn places_end_where_numbers_do() {
    let page: Page<PlaylistItem> = read(r#"{"offset":4294967294,"items":[{},{},{},{}]}"#);
    assert_eq!(page.places().count(), 2);
}
