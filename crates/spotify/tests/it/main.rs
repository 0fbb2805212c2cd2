//! The rules of this crate, natively and in a browser: every module runs on both.
#![cfg_attr(
    target_arch = "wasm32",
    expect(clippy::unwrap_used, reason = "clippy takes only `#[test]` for a test")
)]

mod decode;
mod paths;
mod permission;
mod refusal;
mod request;
mod robustness;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// An id as Spotify makes them.
const ID: &str = "0aV6DOiouImYTqrR5YlIqx";
