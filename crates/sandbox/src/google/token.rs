//! `POST /google/token`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::client_auth;
use super::grants::{AccessToken, Holder, RefreshToken};
use super::id_token::{self, About};
use super::scope::{self, Scopes};
use crate::form::Form;
use crate::registration::Client;
use crate::world::{Data, World};

/// The fields that must not be repeated (RFC 6749 §3.2).
const FIELDS: [&str; 7] = [
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "client_id",
    "client_secret",
];

/// The answer (RFC 6749 §5.1, OIDC Core §3.1.3.3).
#[derive(Debug, Serialize)]
struct Tokens {
    access_token: String,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
    token_type: &'static str,
    id_token: String,
}

/// Why no token was issued; the texts are Google's where they are known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum TokenRefusal {
    #[error("Missing required parameter: {0}")]
    Missing(&'static str),
    #[error("OAuth 2 parameters can only have a single value: {0}")]
    Duplicate(&'static str),
    #[error("Only one way of client authentication may be used.")]
    TwoCredentials,
    #[error("Invalid grant_type: {0}")]
    UnknownGrantType(String),
    #[error("The OAuth client was not found.")]
    UnknownClient,
    #[error("The provided client secret is invalid.")]
    WrongSecret,
    #[error("Malformed auth code.")]
    InvalidCode,
    #[error("The auth code has expired.")]
    ExpiredCode,
    #[error("Bad Request")]
    OtherRedirect,
    #[error("Missing code verifier.")]
    NoVerifier,
    #[error("Invalid code verifier.")]
    WrongVerifier,
    #[error("Bad Request")]
    InvalidRefreshToken,
    #[error("Token has been expired or revoked.")]
    DeadRefreshToken,
}

impl TokenRefusal {
    /// The code of RFC 6749 §5.2, and one of Google's own.
    fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) | Self::Duplicate(_) | Self::TwoCredentials => "invalid_request",
            Self::UnknownGrantType(_) => "unsupported_grant_type",
            Self::UnknownClient | Self::WrongSecret => "invalid_client",
            Self::OtherRedirect => "redirect_uri_mismatch",
            Self::InvalidCode
            | Self::ExpiredCode
            | Self::NoVerifier
            | Self::WrongVerifier
            | Self::InvalidRefreshToken
            | Self::DeadRefreshToken => "invalid_grant",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownClient | Self::WrongSecret => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for TokenRefusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code(), "error_description": self.to_string() });
        let status = self.status();
        let mut response =
            (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"google\""),
            );
        }
        response
    }
}

/// `POST /google/token`.
pub(crate) async fn token(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::of_body(&headers, &body);
    match world.with(|data| issue(data, &headers, &form)) {
        Ok(tokens) => ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn issue(data: &mut Data, headers: &HeaderMap, form: &Form) -> Result<Tokens, TokenRefusal> {
    if let Some(name) = form.repeated(&FIELDS) {
        return Err(TokenRefusal::Duplicate(name));
    }
    // A JSON body has no fields as far as this endpoint is concerned, so it ends here as well.
    let grant_type = required(form, "grant_type")?;
    let client = client_auth::client(headers, form, data)?;
    match grant_type {
        "authorization_code" => exchange(data, &client, form),
        "refresh_token" => refresh(data, &client, form),
        other => Err(TokenRefusal::UnknownGrantType(other.to_owned())),
    }
}

fn required<'a>(form: &'a Form, name: &'static str) -> Result<&'a str, TokenRefusal> {
    form.filled(name).ok_or(TokenRefusal::Missing(name))
}

fn exchange(data: &mut Data, client: &Client, form: &Form) -> Result<Tokens, TokenRefusal> {
    let presented = required(form, "code")?;
    let now = data.clock.now();
    let code = data
        .google
        .grants
        .take_code(presented, &client.id)
        .ok_or(TokenRefusal::InvalidCode)?;
    if code.is_expired(now) {
        return Err(TokenRefusal::ExpiredCode);
    }
    if form.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(TokenRefusal::OtherRedirect);
    }
    check_verifier(code.challenge.as_deref(), form.get("code_verifier"))?;
    let family = data.google.grants.new_family();
    let (access_token, expires_in) = keep_access(data, &code.holder, &code.scopes, family);
    let about = About {
        client_id: &client.id,
        access_token: &access_token,
        scopes: &code.scopes,
        nonce: code.nonce.as_deref(),
        refreshed: false,
        now,
    };
    let id_token = id_token(data, &code.holder, &about).ok_or(TokenRefusal::InvalidCode)?;
    let first = data.google.grants.note_exchange(&code.holder);
    let due = first || code.consent_forced || data.google.settings.always_refresh_token;
    let refresh_token = (code.offline && due).then(|| {
        let token = data.mint.google_refresh(data.clock.now_ms());
        let held = RefreshToken {
            holder: code.holder,
            scopes: code.scopes.clone(),
            used_at: now,
            refreshes: 0,
            family,
            superseded: false,
            dead: false,
        };
        data.google.grants.keep_refresh(token.clone(), held);
        token
    });
    Ok(Tokens {
        access_token,
        expires_in,
        refresh_token,
        scope: scope::join(&code.scopes),
        token_type: "Bearer",
        id_token,
    })
}

/// PKCE (RFC 7636 §4.6).
fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), TokenRefusal> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(TokenRefusal::NoVerifier),
        (Some(challenge), Some(verifier)) if fits(challenge, verifier) => Ok(()),
        // A verifier for a code that had no challenge is a downgrade (RFC 9700 §4.8.2).
        (_, Some(_)) => Err(TokenRefusal::WrongVerifier),
    }
}

fn fits(challenge: &str, verifier: &str) -> bool {
    let unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(unreserved)
        && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}

/// Unless set otherwise, the refresh token that was sent stays the one.
fn refresh(data: &mut Data, client: &Client, form: &Form) -> Result<Tokens, TokenRefusal> {
    let presented = required(form, "refresh_token")?;
    let now = data.clock.now();
    let held = data
        .google
        .grants
        .refresh(presented)
        .filter(|held| held.holder.client_id == client.id)
        .ok_or(TokenRefusal::InvalidRefreshToken)?;
    let policy = data.google.settings.refresh_policy;
    if held.superseded {
        let family = held.family;
        data.google.grants.superseded_sent += 1;
        if policy.kills_family() {
            data.google.grants.kill_family(family);
        }
        return Err(TokenRefusal::DeadRefreshToken);
    }
    if held.is_dead(now) {
        return Err(TokenRefusal::DeadRefreshToken);
    }
    held.used_at = now;
    held.refreshes += 1;
    let rotates = policy.rotates(held.refreshes);
    held.superseded = rotates;
    let held = held.clone();
    let refresh_token = rotates.then(|| {
        let token = data.mint.google_refresh(data.clock.now_ms());
        let next = RefreshToken {
            superseded: false,
            ..held.clone()
        };
        data.google.grants.keep_refresh(token.clone(), next);
        token
    });
    let (access_token, expires_in) = keep_access(data, &held.holder, &held.scopes, held.family);
    let about = About {
        client_id: &client.id,
        access_token: &access_token,
        scopes: &held.scopes,
        nonce: None,
        refreshed: true,
        now,
    };
    let id_token = id_token(data, &held.holder, &about).ok_or(TokenRefusal::InvalidRefreshToken)?;
    Ok(Tokens {
        access_token,
        expires_in,
        refresh_token,
        scope: scope::join(&held.scopes),
        token_type: "Bearer",
        id_token,
    })
}

/// The ID token of an account; there is none when the account is gone.
fn id_token(data: &Data, holder: &Holder, about: &About<'_>) -> Option<String> {
    let account = data.google.accounts.get(&holder.login)?;
    Some(id_token::issue(&data.google, account, about))
}

/// A new access token and its life, of which Google always tells a second less.
fn keep_access(data: &mut Data, holder: &Holder, scopes: &Scopes, family: u64) -> (String, i64) {
    let life = data.switches.token_life_s;
    let token = data.mint.google_access(data.clock.now_ms());
    let held = AccessToken {
        holder: holder.clone(),
        scopes: scopes.clone(),
        expires_at: data.clock.now().saturating_add(life),
        family,
        dead: false,
    };
    data.google.grants.keep_access(token.clone(), held);
    (token, (life - 1).max(1))
}
