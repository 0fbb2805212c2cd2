//! The server functions: sign-in, session, refresh and sign-out, as JSON at fixed endpoints.
//! Those of the account page are in [`account`], those of the operator in [`admin`].

pub mod account;
pub mod admin;

use guard::GuardedClient;
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::session::SessionView;

/// What `begin` is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginRequest {
    /// The provider id.
    pub provider: String,
    /// The S256 challenge of the verifier that stays in the tab (RFC 7636 §4.2).
    pub code_challenge: String,
    /// Permissions to ask for besides who the person is.
    pub permissions: Vec<String>,
    /// The page to come back to; `/` where absent.
    pub return_to: Option<String>,
    /// `sign-in`, `link` or `grant`; `sign-in` where absent.
    pub intent: Option<String>,
    /// Asks the provider to let the person choose another account.
    pub switch_account: bool,
}

/// Where to go to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The provider's authorization endpoint with all parameters (RFC 6749 §4.1.1).
    pub authorize_url: String,
    /// The `state` in it, under which the tab keeps its verifier.
    pub state: String,
}

/// What `complete` is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompleteRequest {
    /// The provider whose callback the browser was sent to.
    pub provider: String,
    /// The raw query string of the callback.
    pub query: String,
    /// The verifier of this tab.
    pub code_verifier: String,
}

/// The end of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    /// The page to go to.
    pub return_to: String,
    /// Who is signed in now.
    pub session: SessionView,
}

/// The answer of a refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refreshed {
    /// When the access token ends, in unix seconds.
    pub access_expires_at: i64,
}

/// The answer of a sign-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOut {
    /// Where the provider's own session can be ended, for a provider that has such a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_url: Option<String>,
}

/// Starts a sign-in and sets the transaction cookie.
///
/// # Errors
/// [`ApiError`] with `bad_request`, `rate_limited`, `unavailable` or `unexpected`.
#[server(name = Begin, prefix = "/api", endpoint = "sign-in/begin", input = Json, output = Json, client = GuardedClient)]
pub async fn begin(
    /// The provider id.
    provider: String,
    /// The S256 challenge of the verifier that stays in the tab.
    code_challenge: String,
    /// Permissions to ask for besides who the person is; none where absent.
    permissions: Option<Vec<String>>,
    /// The page to come back to; `/` where absent.
    return_to: Option<String>,
    /// `sign-in`, `link` or `grant`; `sign-in` where absent.
    intent: Option<String>,
    /// Asks the provider to let the person choose another account.
    switch_account: Option<bool>,
) -> Result<Begun, ApiError> {
    let (permissions, switch_account) = (
        permissions.unwrap_or_default(),
        switch_account == Some(true),
    );
    let request = BeginRequest {
        provider,
        code_challenge,
        permissions,
        return_to,
        intent,
        switch_account,
    };
    crate::port::port()?
        .begin(request)
        .await
        .inspect_err(crate::port::refused)
}

/// Finishes a sign-in: the session and token cookies are set, the transaction is over.
///
/// # Errors
/// [`ApiError`] with any code of the sign-in (`transaction_missing` … `provider_unavailable`).
#[server(name = Complete, prefix = "/api", endpoint = "sign-in/complete", input = Json, output = Json, client = GuardedClient)]
pub async fn complete(
    /// The provider whose callback the browser was sent to.
    provider: String,
    /// The raw query string of the callback.
    query: String,
    /// The verifier of this tab.
    code_verifier: String,
) -> Result<Completed, ApiError> {
    let request = CompleteRequest {
        provider,
        query,
        code_verifier,
    };
    crate::port::port()?
        .complete(request)
        .await
        .inspect_err(crate::port::refused)
}

/// Tells who is signed in. Answers 200 whatever the cookies hold.
///
/// # Errors
/// [`ApiError`] with `unavailable` while the database is away.
#[server(name = Session, prefix = "/api", endpoint = "session", input = GetUrl, output = Json, client = GuardedClient)]
pub async fn session() -> Result<SessionView, ApiError> {
    crate::port::port()?
        .session()
        .await
        .inspect_err(crate::port::refused)
}

/// Refreshes the tokens of `provider` if they are due.
///
/// # Errors
/// [`ApiError`] with `signed_out`, `not_connected`, `reauthorize`, `provider_unavailable`, …
#[server(name = Refresh, prefix = "/api", endpoint = "session/refresh", input = Json, output = Json, client = GuardedClient)]
pub async fn refresh(
    /// The provider id.
    provider: String,
) -> Result<Refreshed, ApiError> {
    crate::port::port()?
        .refresh(provider)
        .await
        .inspect_err(crate::port::refused)
}

/// Ends the session of this browser, or with `everywhere` every session of the account.
///
/// # Errors
/// [`ApiError`] with `unavailable` while the database is away.
#[server(name = SignOut, prefix = "/api", endpoint = "sign-out", input = Json, output = Json, client = GuardedClient)]
pub async fn sign_out(
    /// Ends every session of the account.
    everywhere: Option<bool>,
) -> Result<SignedOut, ApiError> {
    crate::port::port()?
        .sign_out(everywhere == Some(true))
        .await
        .inspect_err(crate::port::refused)
}
