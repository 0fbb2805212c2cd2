//! The documents that a client reads first: what the provider has, and its keys.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::world::World;

/// How long the discovery document may be kept, in seconds.
const MAX_AGE_S: u32 = 3600;

/// `GET /google/.well-known/openid-configuration`.
///
/// There is no `end_session_endpoint`: Google signs nobody out for a client.
pub(crate) async fn configuration(State(world): State<World>) -> Response {
    let document = world.with(|data| {
        let mut document = document(&data.google.issuer);
        if data.google.settings.advertise_iss {
            document["authorization_response_iss_parameter_supported"] = json!(true);
        }
        document
    });
    let cache = format!("public, max-age={MAX_AGE_S}");
    ([(header::CACHE_CONTROL, cache)], Json(document)).into_response()
}

/// `GET /google/certs`: the public keys, newest first.
pub(crate) async fn certs(State(world): State<World>) -> Response {
    let (keys, max_age) = world.with(|data| {
        let keys: Vec<Value> = data.google.keys.published().map(|key| key.jwk()).collect();
        (keys, data.google.settings.certs_max_age_s)
    });
    let cache = format!("public, max-age={max_age}, must-revalidate, no-transform");
    (
        [(header::CACHE_CONTROL, cache)],
        Json(json!({ "keys": keys })),
    )
        .into_response()
}

fn document(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/o/oauth2/v2/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "jwks_uri": format!("{issuer}/certs"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            "aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss",
            "name", "picture", "sub"
        ],
        "code_challenge_methods_supported": ["S256"],
    })
}
