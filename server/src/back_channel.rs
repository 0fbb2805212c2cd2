//! A provider tells that its session ended (`OpenID` Connect Back-Channel Logout 1.0).

use std::sync::Arc;

use app::error::Code;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use http_body_util::{BodyExt as _, Limited};
use oauth::id_token::SKEW_S;
use oauth::jose::{JoseError, Jws, TokenKind};
use oauth::logout_token::{self, LogoutExpected, LogoutToken, LogoutTokenError};

use crate::answer;
use crate::discovery::Down;
use crate::identify::{self, IdentifyError};
use crate::key_sets::KeyError;
use crate::signature;
use crate::store::{Logout, StoreError};
use crate::world::World;

/// The longest body that is read.
const BODY_BYTES: usize = 32 * 1024;

/// A logout token ended nothing.
#[derive(Debug, thiserror::Error)]
enum BackChannelError {
    #[error("there is no such provider")]
    UnknownProvider,
    #[error("the provider does not end sessions here")]
    NotForThisProvider,
    #[error("the body is not a form with one logout_token")]
    Body,
    #[error(transparent)]
    Down(#[from] Down),
    #[error("the provider has no logout tokens")]
    Provider(#[source] IdentifyError),
    #[error("the logout token is malformed")]
    Jose(#[from] JoseError),
    #[error("the logout token cannot be verified")]
    Key(#[from] KeyError),
    #[error("the logout token does not hold")]
    Token(#[from] LogoutTokenError),
    #[error("the logout token was used before")]
    Replayed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers `POST /api/backchannel-logout/{provider}` with 200 or 400 (§2.8). No browser calls it, so
/// it carries no mark of our pages; what counts is the signature.
pub async fn handle(
    State(world): State<Arc<World>>,
    Path(provider): Path<String>,
    request: Request,
) -> Response<Body> {
    match world.end_by_provider(&provider, request).await {
        Ok(count) => {
            tracing::info!(provider, count, "a provider ended sessions");
            (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response()
        }
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a logout token was refused"
            );
            answer::refused(Code::BadRequest)
        }
    }
}

impl World {
    async fn end_by_provider(
        &self,
        provider: &str,
        request: Request,
    ) -> Result<usize, BackChannelError> {
        let provider = self
            .provider(provider)
            .ok_or(BackChannelError::UnknownProvider)?;
        let text = logout_token(request).await?;
        let now = self.clock.now();
        let endpoints = provider.endpoints(&self.egress, now).await?;
        if !endpoints.capabilities.back_channel_logout {
            return Err(BackChannelError::NotForThisProvider);
        }
        let (open_id, more) =
            identify::parts(provider, &endpoints).map_err(BackChannelError::Provider)?;
        let jws = Jws::parse(&text, more.algorithm, TokenKind::LogoutToken)?;
        let key = open_id
            .keys
            .find(&more.jwks_uri, jws.kid(), more.algorithm, &self.egress, now)
            .await?;
        let issuers: Vec<&str> = open_id.issuers.iter().map(String::as_str).collect();
        let expected = LogoutExpected {
            issuers: &issuers,
            client_id: endpoints.client.client_id(),
            now,
        };
        let token = logout_token::check(&jws, &key, &signature::holds, &expected)?;
        self.end_named(&token).await
    }

    async fn end_named(&self, token: &LogoutToken) -> Result<usize, BackChannelError> {
        let logout = Logout {
            issuer: &token.issuer,
            token_id: &token.token_id,
            // Remembered for as long as it would be taken: its clock may be behind ours.
            until: token.expires_at.saturating_add(SKEW_S + 1),
            subject: token.subject.as_deref(),
            provider_session: token.session_id.as_deref(),
        };
        let ended = self
            .store
            .log_out(&logout, self.clock.now())
            .await?
            .ok_or(BackChannelError::Replayed)?;
        for session in &ended {
            self.note_ended(session);
        }
        Ok(ended.len())
    }
}

/// The one `logout_token` of a form body. A token in the query is none.
async fn logout_token(request: Request) -> Result<String, BackChannelError> {
    if !is_form(request.headers()) {
        return Err(BackChannelError::Body);
    }
    let body = Limited::new(request.into_body(), BODY_BYTES)
        .collect()
        .await
        .map_err(|_| BackChannelError::Body)?
        .to_bytes();
    let mut tokens = form_urlencoded::parse(&body)
        .filter(|(name, _)| name == "logout_token")
        .map(|(_, value)| value.into_owned());
    match (tokens.next(), tokens.next()) {
        (Some(token), None) if !token.is_empty() => Ok(token),
        _ => Err(BackChannelError::Body),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(first), None) = (types.next(), types.next()) else {
        return false;
    };
    first.to_str().is_ok_and(|text| {
        text.split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}
