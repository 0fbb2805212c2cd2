//! What the server puts behind the server functions: one trait, request-scoped, in context.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::use_context;

use crate::api::account::{Deleted, Disconnected, Export, Sessions};
use crate::api::admin::Overview;
use crate::api::{BeginRequest, Begun, CompleteRequest, Completed, Refreshed, SignedOut};
use crate::error::{ApiError, Code};
use crate::session::SessionView;

/// The deeds behind the server functions, for one request. Cookies of the answer are its business.
#[async_trait]
pub trait Port: Send + Sync {
    /// Starts a transaction.
    async fn begin(&self, request: BeginRequest) -> Result<Begun, ApiError>;
    /// Finishes a transaction.
    async fn complete(&self, request: CompleteRequest) -> Result<Completed, ApiError>;
    /// Tells who is signed in; never an error for what the cookies hold.
    async fn session(&self) -> Result<SessionView, ApiError>;
    /// Refreshes the provider's tokens if they are due.
    async fn refresh(&self, provider: String) -> Result<Refreshed, ApiError>;
    /// Ends the session, or every session of the account.
    async fn sign_out(&self, everywhere: bool) -> Result<SignedOut, ApiError>;
    /// Drops a connection.
    async fn disconnect(&self, provider: String) -> Result<Disconnected, ApiError>;
    /// Links the identity that waits, or drops it.
    async fn confirm_link(&self, accept: bool) -> Result<SessionView, ApiError>;
    /// Takes an identity out of the account.
    async fn unlink(&self, provider: String) -> Result<SessionView, ApiError>;
    /// The sessions of the account.
    async fn sessions(&self) -> Result<Sessions, ApiError>;
    /// Ends one session of the account, or all others.
    async fn end_session(&self, id: Option<String>, others: bool) -> Result<Sessions, ApiError>;
    /// Deletes the account.
    async fn delete_account(&self) -> Result<Deleted, ApiError>;
    /// All that is kept of the person.
    async fn export(&self) -> Result<Export, ApiError>;
    /// How the installation is doing.
    async fn overview(&self) -> Result<Overview, ApiError>;
    /// Gives the answer the status of `error`. Leptos 0.8 answers 500 to every error otherwise.
    fn refused(&self, error: &ApiError);
}

/// The port of this request.
pub type RequestPort = Arc<dyn Port>;

/// Sets the status of the page being rendered. The server puts one into context for each page.
#[derive(Clone)]
pub struct PageStatus(pub Arc<dyn Fn(u16) + Send + Sync>);

/// The style sheet, for a page that brings it along. The server puts it into context for such a page,
/// and lets it in by its hash; it must not end the element it stands in.
#[derive(Clone)]
pub struct InlineStyle(pub Arc<str>);

/// Gives the page being rendered this status. Does nothing where nobody listens, as while the list
/// of routes is made.
pub(crate) fn page_status(status: u16) {
    if let Some(PageStatus(set)) = use_context::<PageStatus>() {
        set(status);
    }
}

/// The port that the handler put into context.
///
/// # Errors
/// [`Code::Unexpected`] where a server function runs outside of the handler.
pub(crate) fn port() -> Result<RequestPort, ApiError> {
    use_context::<RequestPort>().ok_or_else(|| ApiError::new(Code::Unexpected))
}

/// Sets the status for `error`, where there is an answer to set it on. While a page renders there
/// is no port, so a failure inside a page never becomes the status of the page.
pub(crate) fn refused(error: &ApiError) {
    if let Some(port) = use_context::<RequestPort>() {
        port.refused(error);
    }
}
