use spotify::Method;
use spotify::paths::{ENDPOINTS, allowed};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::ID;

#[test]
fn the_list_is_this_and_nothing_else() {
    let list: Vec<_> = ENDPOINTS
        .iter()
        .map(|e| (e.method.as_str(), e.path, e.catalogue))
        .collect();
    assert_eq!(
        list,
        [
            ("GET", "/me", false),
            ("GET", "/search", true),
            ("GET", "/me/top/artists", false),
            ("GET", "/me/top/tracks", false),
            ("GET", "/me/following", false),
            ("PUT", "/me/following", false),
            ("DELETE", "/me/following", false),
            ("GET", "/me/following/contains", false),
            ("PUT", "/me/library", false),
            ("DELETE", "/me/library", false),
            ("GET", "/me/library/contains", false),
            ("GET", "/me/albums", false),
            ("GET", "/me/tracks", false),
        ]
    );
    for endpoint in ENDPOINTS {
        assert_eq!(allowed(endpoint.method, endpoint.path), Some(endpoint));
    }
}

#[test]
fn nothing_of_a_person_is_catalogue() {
    for endpoint in ENDPOINTS {
        let personal = endpoint.path.starts_with("/me");
        assert_eq!(endpoint.catalogue, !personal, "{}", endpoint.path);
    }
}

#[test]
fn other_method_is_refused() {
    for (methods, path) in [
        (&[Method::Post, Method::Put, Method::Delete][..], "/me"),
        (&[Method::Post, Method::Put, Method::Delete], "/search"),
        (
            &[Method::Post, Method::Put, Method::Delete],
            "/me/top/artists",
        ),
        (&[Method::Post], "/me/following"),
        (&[Method::Put, Method::Delete], "/me/following/contains"),
        (&[Method::Get, Method::Post], "/me/library"),
        (&[Method::Put, Method::Delete], "/me/library/contains"),
        // Removed in 2026; `/me/library` stands in for them.
        (&[Method::Put, Method::Delete], "/me/albums"),
        (&[Method::Put, Method::Delete], "/me/tracks"),
    ] {
        for method in methods {
            assert_eq!(allowed(*method, path), None, "{method:?} {path}");
        }
    }
}

#[test]
fn other_path_is_refused() {
    for path in [
        "/me/player/play",
        "/me/top",
        "/me/top/genres",
        "/me/top/artists/x",
        "/me/library/",
        "/me/albums/contains",
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
