use spotify::paths::allowed;
use spotify::request::Kind;
use spotify::{Method, Request};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn profile_is_asked_for_by_its_path_alone() {
    let request = Request::me();
    assert_eq!(
        (request.method, request.path_and_query().as_str()),
        (Method::Get, "/me")
    );
    assert!(request.body.is_none());
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
    let me = Request::me();
    assert!(!allowed(me.method, &me.path).unwrap().catalogue);
    let search = Request::search("a", &[], 5, 0);
    assert!(allowed(search.method, &search.path).unwrap().catalogue);
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
