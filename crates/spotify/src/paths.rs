//! What may be asked of the Web API at all: the allow-list of the proxy.

use BodyKind::{Jpeg, Json, Nothing};

use crate::ids::Base62Id;
use crate::request::{BodyKind, Method};

/// One method and path that may be forwarded.
#[derive(Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The HTTP method.
    pub method: Method,
    /// The path below `/v1`; `{id}` stands for one [`Base62Id`]. Of few values, so that it can
    /// name the endpoint in a log or a metric.
    pub path: &'static str,
    /// The endpoint holds nothing of a person: the app's own token will do.
    pub catalogue: bool,
    /// What the request says besides its query.
    pub body: BodyKind,
}

/// Every endpoint there is. What is not here cannot be reached.
pub const ENDPOINTS: &[Endpoint] = &[
    catalogue("/search"),
    catalogue("/artists/{id}"),
    catalogue("/artists/{id}/albums"),
    catalogue("/albums/{id}"),
    catalogue("/albums/{id}/tracks"),
    catalogue("/tracks/{id}"),
    // The app's own token reads the public ones.
    catalogue("/playlists/{id}"),
    read("/me"),
    read("/me/top/artists"),
    read("/me/top/tracks"),
    read("/me/player/recently-played"),
    read("/me/following"),
    read("/me/albums"),
    read("/me/tracks"),
    write(Method::Put, "/me/library", Nothing),
    write(Method::Delete, "/me/library", Nothing),
    read("/me/library/contains"),
    read("/me/playlists"),
    write(Method::Post, "/me/playlists", Json),
    write(Method::Put, "/playlists/{id}", Json),
    read("/playlists/{id}/items"),
    write(Method::Post, "/playlists/{id}/items", Json),
    write(Method::Put, "/playlists/{id}/items", Json),
    write(Method::Delete, "/playlists/{id}/items", Json),
    read("/playlists/{id}/images"),
    write(Method::Put, "/playlists/{id}/images", Jpeg),
    // Of the catalogue, for apps of older kinds alone.
    catalogue("/artists"),
    catalogue("/albums"),
    catalogue("/tracks"),
    catalogue("/shows"),
    catalogue("/episodes"),
    catalogue("/audiobooks"),
    catalogue("/chapters"),
    catalogue("/browse/new-releases"),
    // Apps of older kinds have these in the place of the library's.
    write(Method::Put, "/me/following", Nothing),
    write(Method::Delete, "/me/following", Nothing),
    read("/me/following/contains"),
    write(Method::Put, "/me/albums", Nothing),
    write(Method::Delete, "/me/albums", Nothing),
    read("/me/albums/contains"),
    write(Method::Put, "/me/tracks", Nothing),
    write(Method::Delete, "/me/tracks", Nothing),
    read("/me/tracks/contains"),
    write(Method::Delete, "/playlists/{id}/followers", Nothing),
];

const fn catalogue(path: &'static str) -> Endpoint {
    Endpoint {
        method: Method::Get,
        path,
        catalogue: true,
        body: Nothing,
    }
}

const fn read(path: &'static str) -> Endpoint {
    write(Method::Get, path, Nothing)
}

const fn write(method: Method, path: &'static str, body: BodyKind) -> Endpoint {
    Endpoint {
        method,
        path,
        catalogue: false,
        body,
    }
}

/// The endpoint behind a method and a raw path (`/me`), if it may be asked.
///
/// The path is neither decoded nor repaired: an empty, dotted or encoded segment matches
/// nothing, and so what is forwarded is a path of the list and never another host.
pub fn allowed(method: Method, path: &str) -> Option<&'static Endpoint> {
    ENDPOINTS
        .iter()
        .find(|endpoint| endpoint.method == method && fits(endpoint.path, path))
}

/// Whether `path` is `template`, segment by segment.
fn fits(template: &str, path: &str) -> bool {
    let mut given = path.split('/');
    template.split('/').all(|expected| {
        given.next().is_some_and(|segment| match expected {
            "{id}" => Base62Id::parse(segment).is_ok(),
            word => segment == word,
        })
    }) && given.next().is_none()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::fits;

    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

    const ID: &str = "0aV6DOiouImYTqrR5YlIqx";

    #[test]
    fn id_in_a_template_is_one_base62_segment() {
        let template = "/artists/{id}/albums";
        assert!(fits(template, &format!("/artists/{ID}/albums")));
        for id in [
            "",
            ".",
            "..",
            "a",
            "%2e%2e",
            "{id}",
            &format!("{ID}x"),
            &format!("{ID}/{ID}"),
        ] {
            assert!(!fits(template, &format!("/artists/{id}/albums")), "{id}");
        }
        for path in [
            "/artists",
            &format!("/artists/{ID}"),
            &format!("/artists/{ID}/albums/"),
        ] {
            assert!(!fits(template, path), "{path}");
        }
    }
}
