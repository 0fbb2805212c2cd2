//! `GET /spotify/v1/me`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use crate::listener::{Image, Listener};
use crate::page::encode_segment;
use crate::world::World;

/// The sizes of a drawn picture, the widest first.
const SIZES: [u32; 2] = [300, 64];

/// `GET /spotify/v1/me`: the private user, as far as profile and scopes allow.
pub(crate) async fn me(
    State(world): State<World>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listener = caller.listener()?;
    Ok(etag::json(
        &headers,
        &private_user(world.base(), listener, &caller),
    ))
}

fn private_user(base: &str, listener: &Listener, caller: &Caller) -> Value {
    let id = encode_segment(&listener.id);
    let mut user = Map::new();
    let mut put = |name: &str, value: Value| user.insert(name.to_owned(), value);
    put("account_id", json!(listener.account_id));
    put("display_name", json!(listener.display_name));
    put(
        "external_urls",
        json!({ "spotify": format!("https://open.spotify.com/user/{id}") }),
    );
    put("href", json!(format!("{base}/spotify/v1/users/{id}")));
    put("id", json!(listener.id));
    put("images", json!(images(base, listener)));
    put("type", json!("user"));
    put("uri", json!(format!("spotify:user:{id}")));
    if caller.profile.keeps_removed_fields() {
        put(
            "followers",
            json!({ "href": null, "total": listener.followers }),
        );
        if caller.may("user-read-email") {
            put("email", json!(listener.email));
        }
        if caller.may("user-read-private") {
            put("country", json!(listener.country));
            put("product", json!(listener.product));
            put(
                "explicit_content",
                json!({ "filter_enabled": false, "filter_locked": false }),
            );
        }
    }
    Value::Object(user)
}

fn images(base: &str, listener: &Listener) -> Vec<Image> {
    listener.images.clone().unwrap_or_else(|| {
        let login = encode_segment(&listener.login);
        SIZES
            .iter()
            .map(|size| Image {
                url: format!("{base}/spotify/images/users/{login}/{size}.svg"),
                width: Some(*size),
                height: Some(*size),
            })
            .collect()
    })
}
