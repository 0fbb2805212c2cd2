//! `POST /google/revoke`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::form::Form;
use crate::world::World;

/// Ends all access that the account of this token gave, to every client: a revocation is of the
/// whole project, not of one token. The token is proof enough; no client has to say who it is.
pub(crate) async fn revoke(
    State(world): State<World>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::of_body(&headers, &body);
    let query = Form::of_query(query.as_deref().unwrap_or_default());
    let token = form.filled("token").or_else(|| query.filled("token"));
    let refused = |code, description| {
        let body = json!({ "error": code, "error_description": description });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let Some(token) = token else {
        return refused("invalid_request", "Missing required parameter: token");
    };
    world.with(|data| {
        let now = data.clock.now();
        match data.google.grants.login_of(token, now) {
            Some(login) => {
                data.google.grants.remove_project(&login);
                Json(json!({})).into_response()
            }
            None => refused("invalid_token", "Token expired or revoked"),
        }
    })
}
