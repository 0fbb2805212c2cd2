//! The rules of this crate, natively and in a browser: every module runs on both.
#![cfg_attr(
    target_arch = "wasm32",
    expect(clippy::unwrap_used, reason = "clippy takes only `#[test]` for a test")
)]

mod catalogue;
mod corpus;
mod cover;
mod decode;
mod exercise;
mod older;
mod paging;
mod paths;
mod permission;
mod playlist;
mod recent;
mod refusal;
mod request;
mod robustness;

use spotify::answer::decode;
use spotify::ids::Base62Id;
use spotify::paths::allowed;
use spotify::{Answer, Body, Request};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// An id as Spotify makes them.
const ID: &str = "0aV6DOiouImYTqrR5YlIqx";

/// Another.
const OTHER: &str = "7a3LWj5xSFhFRYmztS8wgK";

const JSON: Option<&str> = Some("application/json; charset=utf-8");

fn id() -> Base62Id {
    Base62Id::parse(ID).expect("an id")
}

fn read<T: Answer>(body: &str) -> T {
    decode(200, JSON, body.as_bytes()).expect(body)
}

/// Sees that a body is not read as `T`.
fn refused<T: Answer + std::fmt::Debug>(body: &str) {
    assert_eq!(
        decode::<T>(200, JSON, body.as_bytes()).expect_err(body),
        spotify::Refusal::Nonsense
    );
}

/// Method, address and body as they are sent, of a request that the list has.
fn sent<T>(request: &Request<T>) -> String {
    let endpoint = allowed(request.method, &request.path).expect("on the list");
    assert_eq!(endpoint.body, request.body.kind(), "{}", request.path);
    let line = format!("{} {}", request.method.as_str(), request.path_and_query());
    match &request.body {
        Body::Nothing => line,
        Body::Json(json) => format!("{line} {json}"),
        Body::Jpeg(base64) => format!("{line} {base64}"),
    }
}

/// Whether the app's own token will do for it.
fn is_catalogue<T>(request: &Request<T>) -> bool {
    allowed(request.method, &request.path).is_some_and(|endpoint| endpoint.catalogue)
}
