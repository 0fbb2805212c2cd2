//! `/control/google/…`: the handle over HTTP.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{Answer, AuthorizeBody, Body, RemovalBody};
use super::{Control, ControlError, overlay};
use crate::google::{GoogleAccount, GoogleClaims, GoogleRefusal};
use crate::world::World;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationBody {
    #[serde(default = "yes")]
    keep_old: bool,
}

fn yes() -> bool {
    true
}

pub(crate) async fn accounts(State(world): State<World>, Body(given): Body<Value>) -> Answer {
    let login = given
        .get("login")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let account = overlay(&GoogleAccount::new(login), given)?;
    Control::new(world).google_account(account.clone())?;
    Ok(Json(json!(account)))
}

pub(crate) async fn authorize(
    State(world): State<World>,
    Body(body): Body<AuthorizeBody>,
) -> Answer {
    let control = Control::new(world);
    let callback_url = control.google_authorize(&body.authorize_url, &body.login)?;
    Ok(Json(json!({ "callback_url": callback_url })))
}

pub(crate) async fn claims(State(world): State<World>, Body(claims): Body<GoogleClaims>) -> Answer {
    Control::new(world).google_claims(claims.clone());
    Ok(Json(json!(claims)))
}

pub(crate) async fn rotate_keys(
    State(world): State<World>,
    Body(body): Body<RotationBody>,
) -> Answer {
    let control = Control::new(world);
    let kid = control.google_rotate_keys(body.keep_old);
    Ok(Json(json!({ "kid": kid, "kids": control.google_kids() })))
}

/// What is left out stays as it is.
pub(crate) async fn settings(State(world): State<World>, Body(given): Body<Value>) -> Answer {
    let control = Control::new(world);
    let settings = overlay(&control.google_habits(), given)?;
    control.google_settings(settings)?;
    Ok(Json(json!(settings)))
}

pub(crate) async fn remove_app(
    State(world): State<World>,
    Body(body): Body<RemovalBody>,
) -> Answer {
    Control::new(world).google_remove_app(&body.login, &body.client_id);
    Ok(Json(json!({})))
}

impl From<GoogleRefusal> for ControlError {
    fn from(refusal: GoogleRefusal) -> Self {
        Self(format!("{}: {refusal}", refusal.code()))
    }
}
