use spotify::BodyKind::{Jpeg, Json, Nothing};
use spotify::Method;
use spotify::paths::{ENDPOINTS, allowed};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::ID;

#[test]
fn the_list_is_this_and_nothing_else() {
    let list: Vec<_> = ENDPOINTS
        .iter()
        .map(|e| (e.method.as_str(), e.path, e.body))
        .collect();
    assert_eq!(
        list,
        [
            ("GET", "/search", Nothing),
            ("GET", "/artists/{id}", Nothing),
            ("GET", "/artists/{id}/albums", Nothing),
            ("GET", "/albums/{id}", Nothing),
            ("GET", "/albums/{id}/tracks", Nothing),
            ("GET", "/tracks/{id}", Nothing),
            ("GET", "/playlists/{id}", Nothing),
            ("GET", "/me", Nothing),
            ("GET", "/me/top/artists", Nothing),
            ("GET", "/me/top/tracks", Nothing),
            ("GET", "/me/player/recently-played", Nothing),
            ("GET", "/me/following", Nothing),
            ("GET", "/me/albums", Nothing),
            ("GET", "/me/tracks", Nothing),
            ("PUT", "/me/library", Nothing),
            ("DELETE", "/me/library", Nothing),
            ("GET", "/me/library/contains", Nothing),
            ("GET", "/me/playlists", Nothing),
            ("POST", "/me/playlists", Json),
            ("PUT", "/playlists/{id}", Json),
            ("GET", "/playlists/{id}/items", Nothing),
            ("POST", "/playlists/{id}/items", Json),
            ("PUT", "/playlists/{id}/items", Json),
            ("DELETE", "/playlists/{id}/items", Json),
            ("GET", "/playlists/{id}/images", Nothing),
            ("PUT", "/playlists/{id}/images", Jpeg),
            ("GET", "/artists", Nothing),
            ("GET", "/albums", Nothing),
            ("GET", "/tracks", Nothing),
            ("GET", "/shows", Nothing),
            ("GET", "/episodes", Nothing),
            ("GET", "/audiobooks", Nothing),
            ("GET", "/chapters", Nothing),
            ("GET", "/browse/new-releases", Nothing),
            ("PUT", "/me/following", Nothing),
            ("DELETE", "/me/following", Nothing),
            ("GET", "/me/following/contains", Nothing),
            ("PUT", "/me/albums", Nothing),
            ("DELETE", "/me/albums", Nothing),
            ("GET", "/me/albums/contains", Nothing),
            ("PUT", "/me/tracks", Nothing),
            ("DELETE", "/me/tracks", Nothing),
            ("GET", "/me/tracks/contains", Nothing),
            ("DELETE", "/playlists/{id}/followers", Nothing),
        ]
    );
    for endpoint in ENDPOINTS {
        let path = endpoint.path.replace("{id}", ID);
        assert_eq!(allowed(endpoint.method, &path), Some(endpoint));
    }
}

#[test]
fn nothing_of_a_person_is_catalogue() {
    let catalogue: Vec<_> = ENDPOINTS.iter().filter(|e| e.catalogue).collect();
    let paths: Vec<_> = catalogue.iter().map(|e| e.path).collect();
    assert_eq!(
        paths,
        [
            "/search",
            "/artists/{id}",
            "/artists/{id}/albums",
            "/albums/{id}",
            "/albums/{id}/tracks",
            "/tracks/{id}",
            "/playlists/{id}",
            "/artists",
            "/albums",
            "/tracks",
            "/shows",
            "/episodes",
            "/audiobooks",
            "/chapters",
            "/browse/new-releases",
        ]
    );
    for endpoint in catalogue {
        assert_eq!(endpoint.method, Method::Get, "{}", endpoint.path);
    }
}

#[test]
fn what_is_read_takes_no_body() {
    for endpoint in ENDPOINTS {
        if endpoint.method == Method::Get {
            assert_eq!(endpoint.body, Nothing, "{}", endpoint.path);
        }
    }
    let types = [Nothing, Json, Jpeg].map(spotify::BodyKind::content_type);
    assert_eq!(types, [None, Some("application/json"), Some("image/jpeg")]);
}

#[test]
fn other_method_is_refused() {
    const WRITES: &[Method] = &[Method::Post, Method::Put, Method::Delete];
    for (methods, path) in [
        (WRITES, "/me"),
        (WRITES, "/search"),
        (WRITES, "/me/top/artists"),
        (WRITES, "/me/player/recently-played"),
        (WRITES, "/artists/{id}"),
        (WRITES, "/artists/{id}/albums"),
        (WRITES, "/albums/{id}"),
        (WRITES, "/albums/{id}/tracks"),
        (WRITES, "/tracks/{id}"),
        (WRITES, "/me/albums/contains"),
        (&[Method::Post], "/me/following"),
        (&[Method::Put, Method::Delete], "/me/following/contains"),
        (&[Method::Get, Method::Post], "/me/library"),
        (&[Method::Put, Method::Delete], "/me/library/contains"),
        (&[Method::Post], "/me/albums"),
        (&[Method::Post], "/me/tracks"),
        (&[Method::Put, Method::Delete], "/me/playlists"),
        (&[Method::Post, Method::Delete], "/playlists/{id}"),
        (&[Method::Post, Method::Delete], "/playlists/{id}/images"),
        (
            &[Method::Get, Method::Post, Method::Put],
            "/playlists/{id}/followers",
        ),
    ] {
        for method in methods {
            let path = path.replace("{id}", ID);
            assert_eq!(allowed(*method, &path), None, "{method:?} {path}");
        }
    }
}

#[test]
fn other_path_is_refused() {
    for path in [
        "/me/player",
        "/me/player/play",
        "/me/player/recently_played",
        "/me/top",
        "/me/top/genres",
        "/me/top/artists/x",
        "/me/library/",
        "/me/shows",
        "/me/audiobooks",
        "/users/ada",
        "/users/ada/playlists",
        "/playlists",
        "/artists/",
        "/albums/",
        "/tracks/",
        "/shows/",
        &format!("/artists/{ID}/top-tracks"),
        &format!("/artists/{ID}/related-artists"),
        &format!("/albums/{ID}/images"),
        &format!("/playlists/{ID}/tracks"),
        &format!("/playlists/{ID}/items/0"),
        &format!("/playlists/{ID}/followers/contains"),
        &format!("/shows/{ID}"),
        &format!("/episodes/{ID}"),
        &format!("/me/albums/{ID}"),
        "/browse",
        "/browse/new-releases/",
        "/browse/categories",
        "/markets",
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
fn what_is_no_id_is_refused() {
    for id in [
        "",
        ".",
        "..",
        "...",
        "{id}",
        "me",
        "ada",
        "%2e%2e",
        "%2E%2E",
        "0aV6DOiouImYTqrR5YlIq",
        "0aV6DOiouImYTqrR5YlIqxx",
        "0aV6DOiouImYTqrR5YlIq/",
        "0aV6DOiouIm/TqrR5YlIqx",
        "0aV6DOiouIm%2fqrR5YlIq",
        "0aV6DOiouImYTqrR5Yl%00",
        "0aV6DOiouImYTqrR5Yl.qx",
        "0aV6DOiouImYTqrR5Yl-qx",
        "0aV6DOiouImYTqrR5Yl_qx",
        "0aV6DOiouImYTqrR5Yl qx",
        "0aV6DOiouImYTqrR5YlIq\n",
        "0aV6DOiouImYTqrR5YlIq?",
        "0aV6DOiouImYTqrR5YlIq#",
        // 22 bytes each, and no letters of these.
        "0aV6DOiouImYTqrR5YlI\u{e9}",
        "\u{ff10}aV6DOiouImYTqrR5Ylx",
        "spotify:artist:0aV6DOiouImYTqrR5YlIqx",
        "0aV6DOiouImYTqrR5YlIqx,0aV6DOiouImYTqrR5YlIqx",
    ] {
        for endpoint in ENDPOINTS.iter().filter(|e| e.path.contains("{id}")) {
            let path = endpoint.path.replace("{id}", id);
            assert_eq!(allowed(endpoint.method, &path), None, "{path:?}");
        }
    }
}

#[test]
fn path_with_a_tail_is_refused() {
    for endpoint in ENDPOINTS {
        let path = endpoint.path.replace("{id}", ID);
        for tail in [
            "/", "//", "/.", "/..", "%2f", "%00", "?", "#", ";", " ", "\n", "\\",
        ] {
            let path = format!("{path}{tail}");
            assert_eq!(allowed(endpoint.method, &path), None, "{path:?}");
        }
        let encoded = path.replacen('/', "%2f", 1);
        assert_eq!(allowed(endpoint.method, &encoded), None, "{encoded:?}");
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
