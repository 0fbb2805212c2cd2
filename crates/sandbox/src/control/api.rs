//! `/control/…`: the handle over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Control, ControlError, overlay};
use crate::accounts::AuthorizeRefusal;
use crate::fault::{Fault, begins};
use crate::form::media_type;
use crate::library::LibrarySize;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::log::Entry;
use crate::profile::{Profile, RefreshPolicy};
use crate::registration::Client;
use crate::world::World;

/// The longest body, in bytes.
pub(crate) const BODY_LIMIT: usize = 256 * 1024;

/// What `/control` answers.
pub(super) type Answer = Result<Json<Value>, ControlError>;

/// A JSON body; nothing else is read, because a form or plain text is what another site can send
/// without asking first.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<World> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, world: &World) -> Result<Self, Response> {
        if media_type(request.headers()).as_deref() != Some("application/json") {
            let sentence = "send `Content-Type: application/json`";
            return Err(failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, sentence));
        }
        let bytes = Bytes::from_request(request, world)
            .await
            .map_err(IntoResponse::into_response)?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(text)
            .map(Self)
            .map_err(|error| failure(StatusCode::BAD_REQUEST, &error.to_string()))
    }
}

/// `{}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockBody {
    offset_s: i64,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileBody {
    profile: Profile,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyBody {
    policy: RefreshPolicy,
    #[serde(default)]
    omit_scope: bool,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeBody {
    scope: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PremiumBody {
    lapsed: bool,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LifeBody {
    seconds: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorizeBody {
    pub(super) authorize_url: String,
    pub(super) login: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemovalBody {
    pub(super) login: String,
    pub(super) client_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogQuery {
    path: Option<String>,
    grant_type: Option<String>,
    after: Option<u64>,
}

pub(crate) async fn state(State(world): State<World>) -> Json<super::Snapshot> {
    Json(Control::new(world).snapshot())
}

pub(crate) async fn users(State(world): State<World>, Body(given): Body<Value>) -> Answer {
    let login = given
        .get("login")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let listener = overlay(&Listener::new(login), given)?;
    Control::new(world).add_user(listener.clone())?;
    Ok(Json(json!(listener)))
}

pub(crate) async fn clients(State(world): State<World>, Body(given): Body<Value>) -> Answer {
    let id = given.get("id").and_then(Value::as_str).unwrap_or_default();
    let client = overlay(&Client::new(id), given)?;
    Control::new(world).add_client(client.clone())?;
    Ok(Json(json!(client)))
}

pub(crate) async fn fault(State(world): State<World>, Body(fault): Body<Fault>) -> Answer {
    Control::new(world).fault(fault.clone())?;
    Ok(Json(json!(fault)))
}

pub(crate) async fn release_held(State(world): State<World>, _: Body<Nothing>) -> Answer {
    Control::new(world).release_held();
    Ok(Json(json!({})))
}

pub(crate) async fn clear_faults(State(world): State<World>, _: Body<Nothing>) -> Answer {
    Control::new(world).clear_faults();
    Ok(Json(json!({})))
}

pub(crate) async fn clock(State(world): State<World>, Body(body): Body<ClockBody>) -> Answer {
    let control = Control::new(world);
    control.set_clock_offset(body.offset_s)?;
    Ok(Json(
        json!({ "now": control.now(), "offset_s": body.offset_s }),
    ))
}

pub(crate) async fn profile(State(world): State<World>, Body(body): Body<ProfileBody>) -> Answer {
    Control::new(world).set_profile(body.profile);
    Ok(Json(json!(body)))
}

pub(crate) async fn policy(State(world): State<World>, Body(body): Body<PolicyBody>) -> Answer {
    Control::new(world).set_refresh_policy(body.policy, body.omit_scope);
    Ok(Json(json!(body)))
}

pub(crate) async fn refresh_scope(
    State(world): State<World>,
    Body(body): Body<ScopeBody>,
) -> Answer {
    Control::new(world).set_refresh_scope(body.scope.as_deref())?;
    Ok(Json(json!(body)))
}

pub(crate) async fn premium(State(world): State<World>, Body(body): Body<PremiumBody>) -> Answer {
    Control::new(world).set_owner_premium_lapsed(body.lapsed);
    Ok(Json(json!(body)))
}

pub(crate) async fn token_life(State(world): State<World>, Body(body): Body<LifeBody>) -> Answer {
    Control::new(world).set_token_life(body.seconds)?;
    Ok(Json(json!(body)))
}

/// What is left out is not limited.
pub(crate) async fn limits(State(world): State<World>, Body(limits): Body<Limits>) -> Answer {
    Control::new(world).set_limits(limits.clone())?;
    Ok(Json(json!(limits)))
}

/// What is left out is as large as it is for that login at first.
pub(crate) async fn library(State(world): State<World>, Body(mut given): Body<Value>) -> Answer {
    let login = given
        .as_object_mut()
        .and_then(|fields| fields.remove("login"));
    let login = login.as_ref().and_then(Value::as_str).unwrap_or_default();
    let size = overlay(&LibrarySize::of(login), given)?;
    Control::new(world).set_library(login, size)?;
    Ok(Json(json!(size)))
}

/// What is left out stays as it is.
pub(crate) async fn library_settings(
    State(world): State<World>,
    Body(given): Body<Value>,
) -> Answer {
    let control = Control::new(world);
    let settings = overlay(&control.library_settings(), given)?;
    control.set_library_settings(settings)?;
    Ok(Json(json!(settings)))
}

pub(crate) async fn authorize(
    State(world): State<World>,
    Body(body): Body<AuthorizeBody>,
) -> Answer {
    let callback_url = Control::new(world).authorize(&body.authorize_url, &body.login)?;
    Ok(Json(json!({ "callback_url": callback_url })))
}

pub(crate) async fn remove_app(
    State(world): State<World>,
    Body(body): Body<RemovalBody>,
) -> Answer {
    Control::new(world).remove_app(&body.login, &body.client_id);
    Ok(Json(json!({})))
}

pub(crate) async fn reset(State(world): State<World>, _: Body<Nothing>) -> Answer {
    Control::new(world).reset();
    Ok(Json(json!({})))
}

pub(crate) async fn log(
    State(world): State<World>,
    Query(query): Query<LogQuery>,
) -> Json<Vec<Entry>> {
    let mut entries = Control::new(world).log();
    entries.retain(|entry| {
        query
            .path
            .as_deref()
            .is_none_or(|path| begins(&entry.path, path))
            && query
                .grant_type
                .as_deref()
                .is_none_or(|grant| entry.form_value("grant_type") == Some(grant))
            && query.after.is_none_or(|id| entry.id > id)
    });
    Json(entries)
}

pub(crate) async fn counts(State(world): State<World>) -> Json<Value> {
    let control = Control::new(world);
    let (spotify, google) = control.superseded_sent();
    Json(json!({
        "requests": control.counts(),
        "superseded_sent": { "spotify": spotify, "google": google },
    }))
}

pub(crate) async fn clear_log(State(world): State<World>, _: Body<Nothing>) -> Answer {
    Control::new(world).clear_log();
    Ok(Json(json!({})))
}

/// Any other path under `/control`.
pub(crate) async fn unknown() -> Response {
    failure(StatusCode::NOT_FOUND, "there is no such control")
}

/// A method that a control does not have.
pub(crate) async fn unknown_method() -> Response {
    failure(
        StatusCode::METHOD_NOT_ALLOWED,
        "this control has another method",
    )
}

fn failure(status: StatusCode, sentence: &str) -> Response {
    (status, Json(json!({ "error": sentence }))).into_response()
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        failure(StatusCode::BAD_REQUEST, &self.to_string())
    }
}

impl From<AuthorizeRefusal> for ControlError {
    fn from(refusal: AuthorizeRefusal) -> Self {
        Self(refusal.to_string())
    }
}
