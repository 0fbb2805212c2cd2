//! JSON answers with an `ETag`, and 304 when the caller has it already.

use std::fmt::Write as _;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Answers 200 with the value, or 304 when `If-None-Match` names it.
pub(crate) fn json(request: &HeaderMap, value: &Value) -> Response {
    let body = value.to_string();
    let etag = etag(&body);
    let kept = [
        (header::ETAG, etag.as_str()),
        (header::CACHE_CONTROL, "private, max-age=0"),
    ];
    if names(request, &etag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    (kept, content_type, body).into_response()
}

fn etag(body: &str) -> String {
    let hash = Sha256::digest(body);
    let mut etag = String::from("\"");
    for byte in hash.iter().take(16) {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    etag
}

fn names(request: &HeaderMap, etag: &str) -> bool {
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == etag || one == "*")
}
