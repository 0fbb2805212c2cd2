use spotify::Method;
use spotify::paths::{ENDPOINTS, allowed};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::ID;

#[test]
fn profile_and_search_are_allowed_and_nothing_else() {
    let list: Vec<_> = ENDPOINTS
        .iter()
        .map(|e| (e.method.as_str(), e.path, e.catalogue))
        .collect();
    assert_eq!(list, [("GET", "/me", false), ("GET", "/search", true)]);
    for endpoint in &ENDPOINTS {
        assert_eq!(allowed(endpoint.method, endpoint.path), Some(endpoint));
    }
}

#[test]
fn other_method_is_refused() {
    for method in [Method::Post, Method::Put, Method::Delete] {
        for path in ["/me", "/search"] {
            assert_eq!(allowed(method, path), None, "{method:?} {path}");
        }
    }
}

#[test]
fn other_path_is_refused() {
    for path in [
        "/me/player/play",
        "/me/tracks",
        "/users/ada",
        "/playlists",
        &format!("/artists/{ID}"),
        "/browse/new-releases",
        "/ME",
        "/Search",
        "/m",
        "/mee",
        "/searc",
    ] {
        assert_eq!(allowed(Method::Get, path), None, "{path}");
    }
}

#[test]
fn path_that_another_reader_could_take_differently_is_refused() {
    for path in [
        "",
        "/",
        "me",
        "search",
        "//",
        "//me",
        "///me",
        "/me/",
        "/me//",
        "/search/",
        "/./me",
        "/me/.",
        "/me/..",
        "/../me",
        "/search/../me",
        "/x/../me",
        "/%6de",
        "/me%2f",
        "/%2e/me",
        "/me%00",
        "/me\0",
        "/me ",
        " /me",
        "/me\t",
        "/me\n",
        "/me\r\n",
        "\\me",
        "/me\\",
        "/\\me",
        "/me?",
        "/me?x=1",
        "/me#",
        "/me#x",
        "/me;x=1",
        "/me:80",
        "/@evil.example/me",
        "//evil.example/me",
        "https://evil.example/me",
        "http:/me",
        "/v1/me",
        "/.me",
        "/me.",
        "/me.json",
        "/mé",
        "/ｍｅ",
        "／me",
        "/me\u{200b}",
        "*",
    ] {
        assert_eq!(allowed(Method::Get, path), None, "{path:?}");
    }
}
