//! What may be asked of the Web API at all: the allow-list of the proxy.

use crate::ids::Base62Id;
use crate::request::Method;

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
}

/// Every endpoint there is. What is not here cannot be reached.
pub const ENDPOINTS: &[Endpoint] = &[
    personal(Method::Get, "/me"),
    catalogue(Method::Get, "/search"),
    personal(Method::Get, "/me/top/artists"),
    personal(Method::Get, "/me/top/tracks"),
    personal(Method::Get, "/me/following"),
    personal(Method::Put, "/me/following"),
    personal(Method::Delete, "/me/following"),
    personal(Method::Get, "/me/following/contains"),
    personal(Method::Put, "/me/library"),
    personal(Method::Delete, "/me/library"),
    personal(Method::Get, "/me/library/contains"),
    personal(Method::Get, "/me/albums"),
    personal(Method::Get, "/me/tracks"),
];

const fn personal(method: Method, path: &'static str) -> Endpoint {
    Endpoint {
        method,
        path,
        catalogue: false,
    }
}

const fn catalogue(method: Method, path: &'static str) -> Endpoint {
    Endpoint {
        method,
        path,
        catalogue: true,
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
