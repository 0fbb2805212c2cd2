//! The server functions of the account page.

use guard::GuardedClient;
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::session::SessionView;

/// The answer of a disconnect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disconnected {
    /// Whether the provider was told and took the grant back. Google takes back everything that any
    /// app of the same project was granted.
    pub revoked: bool,
    /// The provider's own page where a person can take the grant back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manage_url: Option<String>,
    /// Who is signed in, and what is connected still.
    pub session: SessionView,
}

/// The sessions of an account, the newest use first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    /// The sessions.
    pub sessions: Vec<SessionEntry>,
}

/// One signed-in browser. Times are unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEntry {
    /// What ends it. It is not the session id, and opens nothing.
    pub id: String,
    /// The browser as it described itself, such as `Firefox on Linux`.
    pub browser: Option<String>,
    /// The provider it was signed in with.
    pub provider: Option<String>,
    /// When it was opened.
    pub created_at: i64,
    /// When it was last used, to a few minutes.
    pub seen_at: i64,
    /// When it ends if it is not used again.
    pub ends_at: i64,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The answer of a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleted {
    /// What became of the grant at each provider that was connected in this browser.
    pub grants: Vec<GrantEnd>,
}

/// What became of the grant at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantEnd {
    /// The provider id.
    pub provider: String,
    /// Whether the provider took it back.
    pub revoked: bool,
    /// The provider's own page where a person can take it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manage_url: Option<String>,
}

/// All that is kept of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// When it was made, in unix seconds.
    pub exported_at: i64,
    /// The account, its identities, and what this browser is connected to.
    pub account: SessionView,
    /// The sessions.
    pub sessions: Vec<SessionEntry>,
}

/// Drops the tokens of a provider in this browser, and has the provider take the grant back where
/// it can.
///
/// # Errors
/// [`ApiError`] with `signed_out`, `not_connected`, `bad_request` or `unavailable`.
#[server(name = Disconnect, prefix = "/api", endpoint = "disconnect", input = Json, output = Json, client = GuardedClient)]
pub async fn disconnect(
    /// The provider id.
    provider: String,
) -> Result<Disconnected, ApiError> {
    crate::port::port()?
        .disconnect(provider)
        .await
        .inspect_err(crate::port::refused)
}

/// Links the identity that waits to the account, or drops it.
///
/// # Errors
/// [`ApiError`] with `signed_out`, `not_found` where none waits, `recent_sign_in_needed`,
/// `identity_taken`, `wrong_account` or `unavailable`.
#[server(name = ConfirmLink, prefix = "/api", endpoint = "account/link/confirm", input = Json, output = Json, client = GuardedClient)]
pub async fn confirm_link(
    /// Whether the person wants it.
    accept: bool,
) -> Result<SessionView, ApiError> {
    crate::port::port()?
        .confirm_link(accept)
        .await
        .inspect_err(crate::port::refused)
}

/// Takes an identity out of the account.
///
/// # Errors
/// [`ApiError`] with `signed_out`, `not_found`, `last_identity`, `recent_sign_in_needed` or
/// `unavailable`.
#[server(name = Unlink, prefix = "/api", endpoint = "account/unlink", input = Json, output = Json, client = GuardedClient)]
pub async fn unlink(
    /// The provider id.
    provider: String,
) -> Result<SessionView, ApiError> {
    crate::port::port()?
        .unlink(provider)
        .await
        .inspect_err(crate::port::refused)
}

/// The sessions of the account.
///
/// # Errors
/// [`ApiError`] with `signed_out` or `unavailable`.
#[server(name = ListSessions, prefix = "/api", endpoint = "account/sessions", input = GetUrl, output = Json, client = GuardedClient)]
pub async fn sessions() -> Result<Sessions, ApiError> {
    crate::port::port()?
        .sessions()
        .await
        .inspect_err(crate::port::refused)
}

/// Ends one session of the account, or all others. One of the two is asked for.
///
/// # Errors
/// [`ApiError`] with `signed_out`, `not_found`, `bad_request` or `unavailable`.
#[server(name = EndSession, prefix = "/api", endpoint = "account/sessions/end", input = Json, output = Json, client = GuardedClient)]
pub async fn end_session(
    /// Which, by [`SessionEntry::id`].
    id: Option<String>,
    /// All but the one that asks.
    others: Option<bool>,
) -> Result<Sessions, ApiError> {
    crate::port::port()?
        .end_session(id, others == Some(true))
        .await
        .inspect_err(crate::port::refused)
}

/// Deletes the account with all that is kept of it, and ends every session of it.
///
/// # Errors
/// [`ApiError`] with `signed_out`, `recent_sign_in_needed` or `unavailable`.
#[server(name = DeleteAccount, prefix = "/api", endpoint = "account/delete", input = Json, output = Json, client = GuardedClient)]
pub async fn delete_account() -> Result<Deleted, ApiError> {
    crate::port::port()?
        .delete_account()
        .await
        .inspect_err(crate::port::refused)
}

/// All that is kept of the person, to take along.
///
/// # Errors
/// [`ApiError`] with `signed_out` or `unavailable`.
#[server(name = ExportAccount, prefix = "/api", endpoint = "account/export", input = GetUrl, output = Json, client = GuardedClient)]
pub async fn export() -> Result<Export, ApiError> {
    crate::port::port()?
        .export()
        .await
        .inspect_err(crate::port::refused)
}
