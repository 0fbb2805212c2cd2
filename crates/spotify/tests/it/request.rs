use spotify::ids::{Base62Id, Batch, Uri};
use spotify::request::{Kind, TimeRange};
use spotify::{Body, Method, Request};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ID, id, is_catalogue, sent};

#[test]
fn profile_is_asked_for_by_its_path_alone() {
    let request = Request::me();
    assert_eq!(
        (request.method, request.path_and_query().as_str()),
        (Method::Get, "/me")
    );
    assert!(request.body == Body::Nothing);
    assert_eq!(
        request.decode(200, None, br#"{"id":"ada"}"#).unwrap().id,
        "ada"
    );
}

#[test]
fn search_encodes_what_a_person_typed() {
    let of = |query| Request::search(query, &[Kind::Track], 5, 0).path_and_query();
    assert_eq!(of("a b"), "/search?q=a+b&type=track&limit=5&offset=0");
    assert_eq!(
        of("x&type=show#/../me?é"),
        "/search?q=x%26type%3Dshow%23%2F..%2Fme%3F%C3%A9&type=track&limit=5&offset=0"
    );
    assert_eq!(of(""), "/search?q=&type=track&limit=5&offset=0");
}

#[test]
fn search_without_kinds_looks_for_all() {
    let request = Request::search("a", &[], 5, 0);
    assert_eq!(
        request.query[1],
        ("type", "artist,album,track,playlist".to_owned())
    );
}

#[test]
fn search_stays_within_the_limits_of_the_web_api() {
    for (limit, offset, sent) in [
        (0, 0, ("1", "0")),
        (10, 1000, ("10", "1000")),
        (11, 1001, ("10", "1000")),
        (u32::MAX, u32::MAX, ("10", "1000")),
    ] {
        let request = Request::search("a", &[Kind::Artist], limit, offset);
        assert_eq!(
            (request.query[2].1.as_str(), request.query[3].1.as_str()),
            sent
        );
    }
}

#[test]
fn every_request_is_on_the_list() {
    assert_eq!(sent(&Request::me()), "GET /me");
    assert!(!is_catalogue(&Request::me()));
    assert!(is_catalogue(&Request::search("a", &[], 5, 0)));
}

#[test]
fn top_lists_say_their_range() {
    assert_eq!(
        sent(&Request::top_artists(TimeRange::Short, 50, 0)),
        "GET /me/top/artists?time_range=short_term&limit=50&offset=0"
    );
    assert_eq!(
        sent(&Request::top_tracks(TimeRange::default(), 20, 20)),
        "GET /me/top/tracks?time_range=medium_term&limit=20&offset=20"
    );
    let names = TimeRange::ALL.map(TimeRange::as_str);
    assert_eq!(names, ["short_term", "medium_term", "long_term"]);
}

#[test]
fn lists_stay_within_the_limits_of_the_web_api() {
    for (limit, in_query) in [(0, "1"), (1, "1"), (50, "50"), (51, "50"), (u32::MAX, "50")] {
        let limits = [
            Request::top_artists(TimeRange::Long, limit, 0).query[1].clone(),
            Request::top_tracks(TimeRange::Long, limit, 0).query[1].clone(),
            Request::followed_artists(None, limit).query[1].clone(),
            Request::saved_albums(limit, 0).query[0].clone(),
            Request::saved_tracks(limit, 0).query[0].clone(),
        ];
        for named in limits {
            assert_eq!(named, ("limit", in_query.to_owned()));
        }
    }
}

#[test]
fn followed_artists_are_paged_by_cursor() {
    assert_eq!(
        sent(&Request::followed_artists(None, 50)),
        "GET /me/following?type=artist&limit=50"
    );
    // A cursor is whatever an answer said it is.
    assert_eq!(
        sent(&Request::followed_artists(Some("a&type=user"), 50)),
        "GET /me/following?type=artist&limit=50&after=a%26type%3Duser"
    );
}

#[test]
fn library_is_listed_by_offset() {
    assert_eq!(
        sent(&Request::saved_albums(50, 100)),
        "GET /me/albums?limit=50&offset=100"
    );
    assert_eq!(
        sent(&Request::saved_tracks(20, 0)),
        "GET /me/tracks?limit=20&offset=0"
    );
}

#[test]
fn writes_name_what_they_mean_in_the_query() {
    let uris = Batch::cut([
        Uri::artist(id()),
        Uri::album(id()),
        Uri::track(id()),
        Uri::playlist(id()),
    ]);
    let query = ["artist", "album", "track", "playlist"]
        .map(|kind| format!("spotify%3A{kind}%3A{ID}"))
        .join("%2C");
    assert_eq!(
        sent(&Request::save(&uris[0])),
        format!("PUT /me/library?uris={query}")
    );
    assert_eq!(
        sent(&Request::remove(&uris[0])),
        format!("DELETE /me/library?uris={query}")
    );
    assert_eq!(
        sent(&Request::contains(&uris[0])),
        format!("GET /me/library/contains?uris={query}")
    );
}

#[test]
fn older_apps_follow_by_id() {
    let ids = Batch::one(id());
    for (request, method) in [
        (Request::follow_artists(&ids), "PUT"),
        (Request::unfollow_artists(&ids), "DELETE"),
    ] {
        assert_eq!(
            sent(&request),
            format!("{method} /me/following?type=artist&ids={ID}")
        );
    }
    assert_eq!(
        sent(&Request::follows_artists(&ids)),
        format!("GET /me/following/contains?type=artist&ids={ID}")
    );
}

#[test]
fn batch_is_never_empty_and_never_too_large() {
    assert!(Batch::<Uri>::cut([]).is_empty());
    for (count, sizes) in [
        (1, vec![1]),
        (40, vec![40]),
        (41, vec![40, 1]),
        (120, vec![40, 40, 40]),
    ] {
        let batches = Batch::cut(
            (0..count).map(|number| Base62Id::parse(&format!("{number:022}")).expect("an id")),
        );
        let found: Vec<_> = batches.iter().map(|batch| batch.as_slice().len()).collect();
        assert_eq!(found, sizes);
        let all: Vec<_> = batches.iter().flat_map(Batch::as_slice).collect();
        assert!(all.is_sorted() && all.len() == count, "the order is kept");
    }
}

#[test]
fn method_is_read_by_its_exact_name() {
    for method in [Method::Get, Method::Post, Method::Put, Method::Delete] {
        assert_eq!(Method::parse(method.as_str()), Some(method));
    }
    for text in [
        "", "get", "Get", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE", "GET ",
    ] {
        assert_eq!(Method::parse(text), None, "{text}");
    }
}
