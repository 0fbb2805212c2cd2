//! What apps of older kinds have in the place of the library.

use spotify::ids::{Batch, Uri, UriKind};
use spotify::{Refusal, Request};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ID, OTHER, id, sent};

fn ids() -> Batch<spotify::ids::Base62Id> {
    let other = spotify::ids::Base62Id::parse(OTHER).expect("an id");
    Batch::cut([id(), other]).remove(0)
}

#[test]
fn older_write_has_an_address_for_each_kind() {
    let save = |uri| Request::save_older(&uri).map(|request| sent(&request));
    let remove = |uri| sent(&Request::remove_older(&uri));
    for (uri, at) in [
        (
            Uri::artist(id()),
            format!("/me/following?type=artist&ids={ID}"),
        ),
        (Uri::album(id()), format!("/me/albums?ids={ID}")),
        (Uri::track(id()), format!("/me/tracks?ids={ID}")),
    ] {
        assert_eq!(save(uri.clone()), Some(format!("PUT {at}")));
        assert_eq!(remove(uri), format!("DELETE {at}"));
    }
    assert_eq!(save(Uri::playlist(id())), None);
    assert_eq!(
        remove(Uri::playlist(id())),
        format!("DELETE /playlists/{ID}/followers")
    );
}

#[test]
fn older_question_is_about_one_kind() {
    let ids = ids();
    let contains = |kind| Request::contains_older(kind, &ids).map(|request| sent(&request));
    for (kind, line) in [
        (
            UriKind::Artist,
            format!("GET /me/following/contains?type=artist&ids={ID}%2C{OTHER}"),
        ),
        (
            UriKind::Album,
            format!("GET /me/albums/contains?ids={ID}%2C{OTHER}"),
        ),
        (
            UriKind::Track,
            format!("GET /me/tracks/contains?ids={ID}%2C{OTHER}"),
        ),
    ] {
        assert_eq!(contains(kind), Some(line));
    }
    assert_eq!(contains(UriKind::Playlist), None);
}

#[test]
fn only_a_wrong_or_forbidden_call_is_made_the_older_way() {
    for (status, body, falls_back) in [
        (
            403,
            r#"{"error":{"status":403,"message":"Forbidden"}}"#,
            true,
        ),
        (
            400,
            r#"{"error":{"status":400,"message":"Missing required field: uris"}}"#,
            true,
        ),
        (
            400,
            r#"{"error":{"status":400,"message":"Unsupported URI type"}}"#,
            true,
        ),
        // A consent is missing, not an address.
        (
            403,
            r#"{"error":{"status":403,"message":"Insufficient client scope"}}"#,
            false,
        ),
        (403, "User not registered in the Developer Dashboard", false),
        (
            403,
            "Active premium subscription required for the owner of the app.",
            false,
        ),
        (401, "", false),
        (404, "", false),
        (429, "", false),
        (500, "", false),
        (503, "<h1>", false),
        (304, "", false),
    ] {
        let refusal = Refusal::read(status, None, body.as_bytes());
        assert_eq!(refusal.calls_for_older(), falls_back, "{status} {body}");
    }
}
