//! The frame of every HTML page, its style, and its headers.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

/// The style of all pages: plain, and nobody's brand.
const STYLE: &str = include_str!("page/style.css");

/// No script, and no other origin. There is no `form-action`, because browsers hold the redirect
/// after a form to it as well, and that redirect leads to the client.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src '{}'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
        source_hash(STYLE)
    )
});

/// What stays as it is in one segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Text as HTML, in an element or in a quoted attribute.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    html_escape::encode_safe(text)
}

/// Text as one segment of a path.
pub(crate) fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// A page that a provider shows; `body` is HTML, `title` is text.
pub(crate) fn page(title: &str, body: &str) -> Response {
    let main = format!(
        r#"<header><p><strong>Sandbox</strong> A stand-in on this machine. It is neither Spotify nor Google.</p></header><main class="card">{body}</main>"#
    );
    document(title, &main, &POLICY)
}

/// A whole document under this content security policy.
pub(crate) fn document(title: &str, body: &str, policy: &str) -> Response {
    let html = format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{} · Sandbox</title><link rel="icon" href="data:,"><style>{STYLE}</style></head><body>{body}</body></html>"#,
        escape(title)
    );
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// The CSP source of an inline style or script.
pub(crate) fn source_hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// The CSP source of the style of all pages.
pub(crate) fn style_hash() -> String {
    source_hash(STYLE)
}

/// A redirect that nobody keeps.
pub(crate) fn redirect(status: StatusCode, url: &str) -> Response {
    match HeaderValue::from_str(url) {
        Ok(location) => {
            let mut response = (status, [(header::CACHE_CONTROL, "no-store")]).into_response();
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Whether a form was sent by one of our own pages, as far as the browser says.
pub(crate) fn is_own_form(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_none_or(|site| site == "same-origin")
}

/// The answer to a form that was not.
pub(crate) fn foreign_form() -> Response {
    (StatusCode::FORBIDDEN, "This form was sent by another site.").into_response()
}
