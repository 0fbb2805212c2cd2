//! `GET /google/userinfo`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::id_token;
use crate::world::{Data, World};

/// `GET` or `POST /google/userinfo`, with the token in the header alone.
pub(crate) async fn show(State(world): State<World>, headers: HeaderMap) -> Response {
    world.with(|data| {
        claims(data, &headers).map_or_else(
            || unauthorized(&data.google.issuer),
            |claims| ([(header::CACHE_CONTROL, "no-store")], Json(claims)).into_response(),
        )
    })
}

fn unauthorized(issuer: &str) -> Response {
    let headers = [
        (
            header::WWW_AUTHENTICATE,
            format!(r#"Bearer realm="{issuer}", error="invalid_token""#),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let body = json!({ "error": "invalid_request", "error_description": "Invalid Credentials" });
    (StatusCode::UNAUTHORIZED, headers, Json(body)).into_response()
}

fn claims(data: &Data, headers: &HeaderMap) -> Option<Map<String, Value>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let held = data.google.grants.access(token.trim())?;
    if data.clock.now() >= held.expires_at {
        return None;
    }
    let account = data.google.accounts.get(&held.holder.login)?;
    let mut claims = id_token::details(&data.google, account, &held.scopes, false);
    claims.insert("sub".to_owned(), json!(account.sub));
    Some(claims)
}
