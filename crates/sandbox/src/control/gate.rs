//! Keeps other sites away from `/control`: any web page can reach a loopback port.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::world::World;

/// The names of this machine that count; a name that merely resolves to it does not, because
/// that is how a page on another site gets here (DNS rebinding).
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The layer: 403 unless `Host` and `Origin` are ours and no other site asks.
pub(crate) async fn keep(State(world): State<World>, request: Request, next: Next) -> Response {
    match refusal(request.headers(), world.port()) {
        None => next.run(request).await,
        Some(sentence) => {
            (StatusCode::FORBIDDEN, Json(json!({ "error": sentence }))).into_response()
        }
    }
}

fn refusal(headers: &HeaderMap, port: u16) -> Option<&'static str> {
    let ours = |authority: &str| {
        HOSTS.iter().any(|host| {
            authority
                .strip_prefix(host)
                .and_then(|rest| rest.strip_prefix(':'))
                .is_some_and(|text| text == port.to_string())
        })
    };
    let texts = |name| {
        headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap_or_default())
    };
    if headers.get_all(header::HOST).iter().count() != 1 || !texts(header::HOST).all(ours) {
        return Some("this Host is not the sandbox");
    }
    if !texts(header::ORIGIN).all(|origin| origin.strip_prefix("http://").is_some_and(ours)) {
        return Some("this Origin is not the sandbox");
    }
    let site = header::HeaderName::from_static("sec-fetch-site");
    if !texts(site).all(|site| matches!(site, "same-origin" | "none")) {
        return Some("another site asked for this");
    }
    None
}
