//! The server function of the operator's page.

use guard::GuardedClient;
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// How this installation is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// How many accounts there are.
    pub accounts: i64,
    /// How many sessions are open.
    pub sessions: i64,
    /// The providers, in the order of the sign-in buttons.
    pub providers: Vec<ProviderHealth>,
}

/// How a provider is doing, as this node saw it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderHealth {
    /// The provider id.
    pub id: String,
    /// The name a person knows.
    pub label: String,
    /// The issuer identifier.
    pub issuer: String,
    /// What is known of it.
    pub state: Health,
    /// When that was learnt, in unix seconds.
    pub since: Option<i64>,
}

/// What is known of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// Nothing was asked of it yet.
    Unknown,
    /// Its metadata was read, or it needs none.
    Ready,
    /// It could not be reached, or its metadata cannot be used.
    Down,
}

/// How this installation is doing. For people with the role `admin`.
///
/// # Errors
/// [`ApiError`] with `signed_out`, `forbidden` or `unavailable`.
#[server(name = AdminOverview, prefix = "/api", endpoint = "admin", input = GetUrl, output = Json, client = GuardedClient)]
pub async fn overview() -> Result<Overview, ApiError> {
    crate::port::port()?
        .overview()
        .await
        .inspect_err(crate::port::refused)
}
