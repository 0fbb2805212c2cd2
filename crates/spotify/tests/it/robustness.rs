//! Nothing that comes over the wire can make this crate panic.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::Config;
use serde_json::Value;
use spotify::answer::decode;
use spotify::ids::{Base62Id, ItemBatch, ItemUri};
use spotify::model::{
    Album, AlbumSimplified, Contained, FollowedArtists, Played, Playlist, PlaylistItem,
    PrivateUser, SearchAnswer, Snapshot, Track,
};
use spotify::page::{CursorPage, Page};
use spotify::paths::{ENDPOINTS, allowed};
use spotify::request::{Reorder, TimeRange};
use spotify::{Answer, Cover, Method, Refusal, Request};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ID, exercise, sent};

/// Cases per property; a browser is slower than a native run.
fn property() -> Config {
    Config {
        cases: if cfg!(target_arch = "wasm32") {
            256
        } else {
            1024
        },
        failure_persistence: None,
        ..Config::default()
    }
}

/// Paths of the list, and what somebody could make of them.
fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        8 => prop::sample::select(vec![
            "", "me", "top", "artists", "tracks", "following", "contains", "library", "albums",
            "search", "playlists", "items", "images", "followers", "player", "recently-played",
            "shows", "episodes", "audiobooks", "chapters", "browse", "new-releases",
            "{id}", ".", "..", "%2e%2e", "me%2ftop", "ME", "v1", "x;y", ID,
        ])
        .prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop_oneof![
        3 => prop::collection::vec(segment, 0..5).prop_map(|segments| format!("/{}", segments.join("/"))),
        1 => any::<String>(),
    ]
}

fn method() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![Method::Get, Method::Post, Method::Put, Method::Delete])
}

/// Names that mean something, and some that do not.
fn name() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "id",
        "account_id",
        "display_name",
        "images",
        "url",
        "height",
        "width",
        "external_urls",
        "spotify",
        "followers",
        "total",
        "items",
        "limit",
        "offset",
        "next",
        "artists",
        "albums",
        "tracks",
        "playlists",
        "name",
        "genres",
        "popularity",
        "album",
        "owner",
        "public",
        "error",
        "status",
        "message",
        "reason",
        "error_description",
        "duration_ms",
        "explicit",
        "cursors",
        "after",
        "added_at",
        "track",
        "item",
        "type",
        "uri",
        "is_local",
        "added_by",
        "show",
        "snapshot_id",
        "copyrights",
        "external_ids",
        "restrictions",
        "played_at",
        "context",
        "before",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

/// JSON of any shape under such names.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(Value::from(ID)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u8..120).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..10)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Answers as they come, of which single fields are taken or turned into something else.
macro_rules! answer {
    ($name:literal) => {
        include_str!(concat!("../../../../fuzz/corpus/decode/", $name, ".json"))
    };
}

/// Turns what lies on the way through `value` into `new`, or takes it away, but for the id of the
/// whole. Each number of the way chooses among the members of one level.
fn turn(value: &mut Value, way: &[usize], new: Option<Value>, is_top: bool) {
    let Some((choice, rest)) = way.split_first() else {
        *value = new.unwrap_or_default();
        return;
    };
    match value {
        Value::Array(entries) if !entries.is_empty() => {
            let place = choice % entries.len();
            turn(&mut entries[place], rest, new, false);
        }
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields.keys().nth(choice % fields.len()).cloned();
            let name = name.filter(|name| !(is_top && name == "id"));
            match (name, new) {
                (Some(name), None) if rest.is_empty() => _ = fields.remove(&name),
                (Some(name), new) => turn(&mut fields[&name], rest, new, false),
                (None, _) => {}
            }
        }
        leaf => {
            if !is_top {
                *leaf = new.unwrap_or_default();
            }
        }
    }
}

fn still_reads<T: Answer>(answer: &str, way: &[usize], new: Option<Value>) {
    let mut value: Value = serde_json::from_str(answer).expect("JSON");
    turn(&mut value, way, new, true);
    let body = value.to_string();
    exercise::decode(200, body.as_bytes());
    assert!(decode::<T>(200, None, body.as_bytes()).is_ok(), "{body}");
}

fn page_of(count: usize) -> Vec<Value> {
    vec![Value::Null; count]
}

proptest! {
    #![proptest_config(property())]

    #[test]
    fn any_bytes_are_read_without_panic(
        status in any::<u16>(),
        body in any::<Vec<u8>>(),
        text in any::<String>(),
    ) {
        exercise::decode(200, &body);
        exercise::decode(status, &body);
        exercise::decode(status, text.as_bytes());
        let _ = decode::<PrivateUser>(200, Some(&text), &body);
        let _ = Refusal::read(status, Some(&text), &body);
    }

    #[test]
    fn any_json_is_read_without_panic(value in json(), status in 200_u16..600) {
        let body = value.to_string();
        exercise::decode(200, body.as_bytes());
        exercise::decode(status, body.as_bytes());
    }

    /// Whatever the optional fields hold, the profile is read.
    #[test]
    fn odd_optional_fields_never_fail_a_profile(mut fields in prop::collection::btree_map(name(), json(), 0..5)) {
        fields.insert("id".to_owned(), Value::from("ada"));
        let body = Value::Object(fields.into_iter().collect()).to_string();
        let user = decode::<PrivateUser>(200, None, body.as_bytes());
        assert_eq!(user.map(|user| user.id), Ok("ada".to_owned()), "{body}");
    }

    /// The same for a search, which has no required field at all.
    #[test]
    fn odd_fields_never_fail_a_search(fields in prop::collection::btree_map(name(), json(), 0..5)) {
        let body = Value::Object(fields.into_iter().collect()).to_string();
        assert!(decode::<SearchAnswer>(200, None, body.as_bytes()).is_ok(), "{body}");
    }

    /// Whatever a page of artists holds, what can be read of it is read.
    #[test]
    fn odd_fields_never_fail_followed_artists(fields in prop::collection::btree_map(name(), json(), 0..5)) {
        let page = Value::Object(fields.into_iter().collect());
        let body = serde_json::json!({ "artists": page }).to_string();
        assert!(decode::<FollowedArtists>(200, None, body.as_bytes()).is_ok(), "{body}");
    }

    /// The same for an album and a playlist, which need nothing but an id.
    #[test]
    fn odd_optional_fields_never_fail_an_album_or_a_playlist(mut fields in prop::collection::btree_map(name(), json(), 0..5)) {
        fields.insert("id".to_owned(), Value::from(ID));
        let body = Value::Object(fields.into_iter().collect()).to_string();
        assert!(decode::<Album>(200, None, body.as_bytes()).is_ok(), "{body}");
        assert!(decode::<Playlist>(200, None, body.as_bytes()).is_ok(), "{body}");
    }

    /// An answer as it comes, with one thing in it taken away or turned into anything, is read.
    #[test]
    fn one_odd_thing_never_fails_an_answer(
        way in prop::collection::vec(any::<usize>(), 1..6),
        new in prop::option::of(json()),
    ) {
        still_reads::<Playlist>(answer!("playlist-newer"), &way, new.clone());
        still_reads::<Playlist>(answer!("playlist-older"), &way, new.clone());
        still_reads::<Page<PlaylistItem>>(answer!("playlist-items-newer"), &way, new.clone());
        still_reads::<Album>(answer!("album"), &way, new.clone());
        still_reads::<Track>(answer!("track"), &way, new.clone());
        still_reads::<Page<AlbumSimplified>>(answer!("artist-albums"), &way, new.clone());
        still_reads::<CursorPage<Played>>(answer!("played"), &way, new.clone());
        still_reads::<SearchAnswer>(answer!("search"), &way, new);
    }

    /// Whatever the entries are, none moves another: a change names places.
    #[test]
    fn every_entry_keeps_its_place_in_a_playlist(entries in prop::collection::vec(json(), 0..8)) {
        let count = entries.len();
        let body = serde_json::json!({ "items": entries }).to_string();
        let page = decode::<Page<PlaylistItem>>(200, None, body.as_bytes()).expect("a page");
        assert_eq!(page.items.len(), count);
        let body = serde_json::json!({ "id": ID, "tracks": { "items": page_of(count) } }).to_string();
        let playlist = decode::<Playlist>(200, None, body.as_bytes()).expect("a playlist");
        assert_eq!(playlist.contents().map(|page| page.items.len()), Some(count));
    }

    /// A change that was taken is not reported as anything else, whatever the answer holds.
    #[test]
    fn odd_answer_never_fails_a_change(body in any::<Vec<u8>>(), value in json()) {
        for body in [body.as_slice(), value.to_string().as_bytes()] {
            assert!(decode::<Snapshot>(201, None, body).is_ok());
        }
    }

    /// A page shows a move as Spotify does it: cut out, and put before the item that was named.
    #[test]
    fn a_move_loses_nothing(start in 0_u32..8, length in 0_u32..8, before in 0_u32..10, count in 0_u32..8) {
        let mut list: Vec<u32> = (0..count).collect();
        let reorder = Reorder { range_start: start, range_length: length, insert_before: before };
        let done = reorder.apply(&mut list);
        let fits = length > 0 && start + length <= count && before <= count;
        assert_eq!(done, fits);
        let moved = if fits { start..start + length } else { 0..0 };
        let (mut meant, mut rest) = (Vec::new(), Vec::new());
        for item in (0..count).filter(|item| !moved.contains(item)) {
            if item < before { meant.push(item) } else { rest.push(item) }
        }
        if fits {
            meant.extend(moved);
        }
        meant.extend(rest);
        assert_eq!(list, meant);
    }

    #[test]
    fn one_item_arrives_where_it_was_moved_to(from in 0_u32..8, to in 0_u32..8) {
        let mut list: Vec<u32> = (0..8).collect();
        assert!(Reorder::one(from, to).apply(&mut list));
        assert_eq!(list.iter().position(|item| *item == from), usize::try_from(to).ok());
        list.retain(|item| *item != from);
        assert!(list.is_sorted(), "the others keep their order");
    }

    #[test]
    fn any_move_is_done_or_refused(start in any::<u32>(), length in any::<u32>(), before in any::<u32>()) {
        let reorder = Reorder { range_start: start, range_length: length, insert_before: before };
        reorder.apply(&mut [1, 2, 3]);
        reorder.apply::<u8>(&mut []);
        let _ = Reorder::one(start, before);
    }

    #[test]
    fn any_picture_fits_or_is_refused(start in prop::sample::select(vec![0, 1, 2, 3]), bytes in any::<Vec<u8>>()) {
        let mut picture = [0xff, 0xd8, 0xff][..start].to_vec();
        picture.extend(bytes);
        let begins = picture.starts_with(&[0xff, 0xd8, 0xff]);
        assert_eq!(Cover::read(&picture).is_ok(), begins);
    }

    /// As many answers as the array has places.
    #[test]
    fn odd_entries_never_move_the_others(entries in prop::collection::vec(json(), 0..8)) {
        let body = Value::from(entries.clone()).to_string();
        let contained = decode::<Contained>(200, None, body.as_bytes()).expect("an array");
        let read: Vec<_> = contained.iter().collect();
        let meant: Vec<_> = entries.iter().map(Value::as_bool).collect();
        assert_eq!(read, meant);
    }

    #[test]
    fn what_is_allowed_is_plain(path in path()) {
        exercise::paths(path.as_bytes());
    }

    /// What is allowed is a path of the list, to the letter but for the id.
    #[test]
    fn any_path_is_allowed_to_the_letter_or_not_at_all(method in method(), path in path()) {
        let template = path.replace(ID, "{id}");
        let listed = ENDPOINTS.iter().find(|e| e.method == method && e.path == template);
        let listed = listed.filter(|_| !path.contains("{id}"));
        assert_eq!(allowed(method, &path), listed);
    }

    #[test]
    fn any_text_is_sent_encoded(text in any::<String>(), limit in any::<u32>(), offset in any::<u32>()) {
        assert!(Request::search(&text, &[], limit, offset).path_and_query().is_ascii());
        assert!(Request::followed_artists(Some(&text), limit).path_and_query().is_ascii());
        assert!(Request::top_tracks(TimeRange::Long, limit, offset).path_and_query().is_ascii());
        // A body may hold any text; the line it goes with holds none.
        let id = Base62Id::parse(ID).expect("an id");
        let batch = ItemBatch::one(ItemUri::track(&id));
        let line = sent(&Request::remove_from_playlist(&id, &batch, Some(&text)));
        assert!(line.starts_with(&format!("DELETE /playlists/{ID}/items {{")));
    }
}
