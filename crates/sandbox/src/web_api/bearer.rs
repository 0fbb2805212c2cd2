//! The bearer token of a call and what it stands for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::error::ApiError;
use crate::accounts::AccessToken;
use crate::listener::Listener;
use crate::profile::Profile;
use crate::scope::Scopes;
use crate::world::{Data, World};

/// Who calls, by a token that is good.
#[derive(Debug)]
pub(crate) struct Caller {
    /// `None` for the app's own token.
    pub(crate) listener: Option<Listener>,
    pub(crate) scopes: Scopes,
    pub(crate) profile: Profile,
}

impl Caller {
    /// The listener, whom the app's own token does not have.
    ///
    /// # Errors
    /// [`ApiError::NoListener`].
    pub(crate) fn listener(&self) -> Result<&Listener, ApiError> {
        self.listener.as_ref().ok_or(ApiError::NoListener)
    }

    /// The listener, with a token that has this scope.
    ///
    /// # Errors
    /// [`ApiError::NoListener`], [`ApiError::MissingScope`].
    pub(crate) fn listener_with(&self, scope: &str) -> Result<&Listener, ApiError> {
        let listener = self.listener()?;
        if self.may(scope) {
            Ok(listener)
        } else {
            Err(ApiError::MissingScope)
        }
    }

    /// Whether an endpoint that was removed in February 2026 is still there.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] where it is not.
    pub(crate) fn removed_endpoint(&self) -> Result<(), ApiError> {
        if self.profile.keeps_removed_endpoints() {
            Ok(())
        } else {
            Err(ApiError::Forbidden)
        }
    }

    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }
}

impl FromRequestParts<World> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, world: &World) -> Result<Self, ApiError> {
        world.with(|data| caller(data, &parts.headers))
    }
}

/// The token that a request carries, where it is one.
pub(crate) fn held<'a>(data: &'a Data, headers: &HeaderMap) -> Option<&'a AccessToken> {
    data.grants.access(token(headers).ok()?)
}

fn caller(data: &Data, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let held = data
        .grants
        .access(token(headers)?)
        .ok_or(ApiError::InvalidToken)?;
    if data.clock.now() >= held.expires_at {
        return Err(ApiError::ExpiredToken);
    }
    let listener = match &held.login {
        Some(login) => Some(data.listeners.get(login).ok_or(ApiError::InvalidToken)?),
        None => None,
    };
    let profile = data.switches.profile;
    if profile.is_development() && data.switches.owner_premium_lapsed {
        return Err(ApiError::OwnerPremiumLapsed);
    }
    if profile.is_development() && listener.is_some_and(|one| !one.allow_listed) {
        return Err(ApiError::NotAllowListed);
    }
    Ok(Caller {
        listener: listener.cloned(),
        scopes: held.scopes.clone(),
        profile,
    })
}

fn token(headers: &HeaderMap) -> Result<&str, ApiError> {
    let value = headers
        .get(header::AUTHORIZATION)
        .ok_or(ApiError::NoToken)?;
    let text = value.to_str().map_err(|_| ApiError::NotBearer)?;
    let (scheme, token) = text.split_once(' ').ok_or(ApiError::NotBearer)?;
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() {
        Ok(token)
    } else {
        Err(ApiError::NotBearer)
    }
}
