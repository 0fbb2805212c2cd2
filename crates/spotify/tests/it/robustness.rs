//! Nothing that comes over the wire can make this crate panic.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::Config;
use serde_json::Value;
use spotify::answer::decode;
use spotify::model::{
    Artist, Contained, FollowedArtists, PlaylistSimplified, PrivateUser, SavedAlbum, SavedTrack,
    SearchAnswer, Track,
};
use spotify::page::Page;
use spotify::paths::{ENDPOINTS, allowed};
use spotify::request::TimeRange;
use spotify::{Done, Method, Refusal, Request};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::ID;

/// Cases per property; a browser is slower than a native run.
fn property() -> Config {
    Config {
        cases: if cfg!(target_arch = "wasm32") {
            256
        } else {
            2048
        },
        failure_persistence: None,
        ..Config::default()
    }
}

fn read_as_everything(status: u16, body: &[u8]) {
    let _ = decode::<PrivateUser>(status, None, body).map(|user| user.subjects().1.len());
    let _ = decode::<SearchAnswer>(status, None, body);
    let _ = decode::<Artist>(status, None, body);
    let _ = decode::<Track>(status, None, body);
    let _ = decode::<Page<PlaylistSimplified>>(status, None, body).map(|page| {
        (
            page.next_offset(),
            page.items.first().map(PlaylistSimplified::item_count),
        )
    });
    let _ = decode::<FollowedArtists>(status, None, body)
        .map(|followed| followed.artists.next_after().map(str::len));
    let _ = decode::<Page<SavedAlbum>>(status, None, body).map(|page| page.next_offset());
    let _ = decode::<Page<SavedTrack>>(status, None, body).map(|page| page.next_offset());
    let _ = decode::<Contained>(status, None, body).map(|answers| answers.get(0));
    let _ = decode::<Done>(status, None, body);
    let _ = Refusal::read(status, Some("7"), body);
}

/// Paths of the list, and what somebody could make of them.
fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        8 => prop::sample::select(vec![
            "", "me", "top", "artists", "tracks", "following", "contains", "library", "albums",
            "search", "playlists", "items", "images", "followers", "player", "recently-played",
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

proptest! {
    #![proptest_config(property())]

    #[test]
    fn any_bytes_are_read_without_panic(
        status in any::<u16>(),
        body in any::<Vec<u8>>(),
        text in any::<String>(),
    ) {
        read_as_everything(200, &body);
        read_as_everything(status, &body);
        read_as_everything(status, text.as_bytes());
        let _ = decode::<PrivateUser>(200, Some(&text), &body);
        let _ = Refusal::read(status, Some(&text), &body);
    }

    #[test]
    fn any_json_is_read_without_panic(value in json(), status in 200_u16..600) {
        let body = value.to_string();
        read_as_everything(200, body.as_bytes());
        read_as_everything(status, body.as_bytes());
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

    /// As many answers as the array has places.
    #[test]
    fn odd_entries_never_move_the_others(entries in prop::collection::vec(json(), 0..8)) {
        let body = Value::from(entries.clone()).to_string();
        let contained = decode::<Contained>(200, None, body.as_bytes()).expect("an array");
        let read: Vec<_> = contained.iter().collect();
        let meant: Vec<_> = entries.iter().map(Value::as_bool).collect();
        assert_eq!(read, meant);
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
    }
}
