//! `POST /spotify/api/token`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::client_auth::Caller;
use super::grants::{AccessToken, RefreshToken};
use crate::form::Form;
use crate::scope::{self, Scopes};
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

/// The answer (RFC 6749 §5.1).
#[derive(Debug, Serialize)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

/// Why no token was issued; the texts are the provider's where they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum TokenRefusal {
    #[error("grant_type parameter is missing")]
    NoGrantType,
    #[error("grant_type must be client_credentials, authorization_code or refresh_token")]
    UnknownGrantType,
    #[error("Duplicate parameter: {0}")]
    Duplicate(&'static str),
    #[error("{0} must be supplied")]
    Missing(&'static str),
    #[error("Invalid client")]
    InvalidClient,
    #[error("Invalid client secret")]
    InvalidSecret,
    #[error("Invalid authorization code")]
    InvalidCode,
    #[error("Authorization code expired")]
    ExpiredCode,
    #[error("Invalid redirect URI")]
    OtherRedirect,
    #[error("code_verifier was incorrect")]
    WrongVerifier,
    #[error("Invalid refresh token")]
    InvalidRefreshToken,
    #[error("Refresh token revoked")]
    RevokedRefreshToken,
}

impl TokenRefusal {
    /// The code of RFC 6749 §5.2.
    fn code(self) -> &'static str {
        match self {
            Self::NoGrantType | Self::UnknownGrantType => "unsupported_grant_type",
            Self::Duplicate(_) | Self::Missing(_) => "invalid_request",
            Self::InvalidClient | Self::InvalidSecret => "invalid_client",
            Self::InvalidCode
            | Self::ExpiredCode
            | Self::OtherRedirect
            | Self::WrongVerifier
            | Self::InvalidRefreshToken
            | Self::RevokedRefreshToken => "invalid_grant",
        }
    }
}

impl IntoResponse for TokenRefusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code(), "error_description": self.to_string() });
        (
            StatusCode::BAD_REQUEST,
            [(header::CACHE_CONTROL, "no-store")],
            Json(body),
        )
            .into_response()
    }
}

/// `POST /spotify/api/token`.
pub(crate) async fn token(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::of_body(&headers, &body);
    match world.with(|data| issue(data, &headers, &form)) {
        Ok(tokens) => ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn issue(data: &mut Data, headers: &HeaderMap, form: &Form) -> Result<Tokens, TokenRefusal> {
    // A JSON body has no fields as far as this endpoint is concerned, so it ends here as well.
    let grant_type = form.filled("grant_type").ok_or(TokenRefusal::NoGrantType)?;
    if let Some(name) = form.repeated(&FIELDS) {
        return Err(TokenRefusal::Duplicate(name));
    }
    let caller = Caller::read(headers, form, data)?;
    match grant_type {
        "authorization_code" => exchange(data, &caller, form),
        "refresh_token" => refresh(data, &caller, form),
        "client_credentials" => own_token(data, &caller),
        _ => Err(TokenRefusal::UnknownGrantType),
    }
}

fn exchange(data: &mut Data, caller: &Caller, form: &Form) -> Result<Tokens, TokenRefusal> {
    let presented = form.filled("code").ok_or(TokenRefusal::Missing("code"))?;
    let code = data
        .grants
        .take_code(presented, &caller.client.id)
        .ok_or(TokenRefusal::InvalidCode)?;
    let now = data.clock.now();
    if code.is_expired(now) {
        return Err(TokenRefusal::ExpiredCode);
    }
    if form.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(TokenRefusal::OtherRedirect);
    }
    check_verifier(
        code.challenge.as_deref(),
        form.get("code_verifier"),
        caller.proven,
    )?;
    let refresh_token = data.mint.code(data.clock.now_ms());
    let family = data.grants.new_family();
    data.grants.keep_refresh(
        refresh_token.clone(),
        RefreshToken {
            client_id: code.client_id,
            login: code.login.clone(),
            agreed_at: code.issued_at,
            with_pkce: code.challenge.is_some(),
            refreshes: 0,
            family,
            superseded: false,
            dead: false,
        },
    );
    let (access_token, expires_in) = keep_access(
        data,
        &caller.client.id,
        Some(code.login),
        code.scopes.clone(),
    );
    Ok(Tokens {
        access_token,
        token_type: "Bearer",
        scope: Some(scope::join(&code.scopes)),
        expires_in,
        refresh_token: Some(refresh_token),
    })
}

/// PKCE (RFC 7636 §4.6), and one of secret and verifier must be there.
fn check_verifier(
    challenge: Option<&str>,
    verifier: Option<&str>,
    proven: bool,
) -> Result<(), TokenRefusal> {
    match (challenge, verifier) {
        (None, None) if proven => Ok(()),
        (_, None) => Err(TokenRefusal::Missing("code_verifier")),
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

fn refresh(data: &mut Data, caller: &Caller, form: &Form) -> Result<Tokens, TokenRefusal> {
    let presented = form
        .filled("refresh_token")
        .ok_or(TokenRefusal::Missing("refresh_token"))?;
    let (now, now_ms) = (data.clock.now(), data.clock.now_ms());
    let held = data
        .grants
        .refresh(presented)
        .filter(|held| held.client_id == caller.client.id)
        .ok_or(TokenRefusal::InvalidRefreshToken)?;
    if !caller.proven && !held.with_pkce {
        return Err(TokenRefusal::InvalidSecret);
    }
    let policy = data.switches.refresh_policy;
    if held.superseded {
        let family = held.family;
        data.grants.superseded_sent += 1;
        if policy.kills_family() {
            data.grants.kill_family(family);
        }
        return Err(TokenRefusal::RevokedRefreshToken);
    }
    if held.is_dead(now) {
        return Err(TokenRefusal::RevokedRefreshToken);
    }
    held.refreshes += 1;
    let rotates = policy.rotates(held.refreshes);
    held.superseded = rotates;
    let held = held.clone();
    let refresh_token = rotates.then(|| data.mint.code(now_ms));
    if let Some(next) = &refresh_token {
        data.grants.keep_refresh(
            next.clone(),
            RefreshToken {
                superseded: false,
                ..held.clone()
            },
        );
    }
    // A refresh answers with all that the person ever granted this app, not with what this
    // connection asked for; unless the control half has the say.
    let granted = || data.grants.consent(&held.client_id, &held.login);
    let scopes = match &data.switches.refresh_scope {
        Some(scopes) => scopes.clone(),
        None => granted()
            .map(|consent| consent.scopes.clone())
            .unwrap_or_default(),
    };
    let scope = (!data.switches.omit_scope).then(|| scope::join(&scopes));
    let (access_token, expires_in) = keep_access(data, &caller.client.id, Some(held.login), scopes);
    Ok(Tokens {
        access_token,
        token_type: "Bearer",
        scope,
        expires_in,
        refresh_token,
    })
}

fn own_token(data: &mut Data, caller: &Caller) -> Result<Tokens, TokenRefusal> {
    if !caller.proven {
        return Err(TokenRefusal::InvalidSecret);
    }
    let (access_token, expires_in) = keep_access(data, &caller.client.id, None, Scopes::new());
    // The lower case is the provider's, in this grant alone.
    Ok(Tokens {
        access_token,
        token_type: "bearer",
        scope: None,
        expires_in,
        refresh_token: None,
    })
}

fn keep_access(
    data: &mut Data,
    client_id: &str,
    login: Option<String>,
    scopes: Scopes,
) -> (String, i64) {
    let life = data.switches.token_life_s;
    let token = data.mint.access_token(data.clock.now_ms());
    let expires_at = data.clock.now().saturating_add(life);
    data.grants.keep_access(
        token.clone(),
        AccessToken {
            client_id: client_id.to_owned(),
            login,
            scopes,
            expires_at,
        },
    );
    (token, life)
}
