//! The providers one can sign in with: one value each, one file each.

pub mod spotify;

use axum::http::HeaderValue;
use axum::http::header::InvalidHeaderValue;
use oauth::client::{ClientConfig, ConfigError};
use oauth::tokens::AccessToken;
use url::Url;

use crate::settings::{Origin, Settings};

/// A provider as the sign-in engine sees it.
#[derive(Debug)]
pub struct Provider {
    /// The id, as in `/callback/{provider}`.
    pub id: &'static str,
    /// The name a person knows.
    pub label: &'static str,
    /// The issuer that an `iss` in an answer must equal (RFC 9207).
    pub issuer: String,
    /// Whether it promises to send `iss`; then an answer without it is refused.
    pub iss_advertised: bool,
    /// The authorization endpoint.
    pub authorize_url: Url,
    /// The token endpoint and our credentials for it.
    pub client: ClientConfig,
    /// The redirect URI, as registered.
    pub redirect_uri: String,
    /// The parameter that makes the provider offer a change of account.
    pub switch_account: (&'static str, &'static str),
    /// The host of its interface, without a trailing slash.
    pub api_url: String,
    /// Where pictures of people and music come from, as sources of a content security policy.
    pub images: Vec<String>,
    /// How long a grant lives after consent, in seconds, where that is known.
    pub grant_life_s: Option<i64>,
}

impl Provider {
    /// The URL that starts an authorization code grant with PKCE (RFC 6749 §4.1.1, RFC 7636 §4.3).
    pub fn authorize_url(
        &self,
        state: &str,
        challenge: &str,
        scopes: &[&str],
        switch_account: bool,
    ) -> String {
        let mut url = self.authorize_url.clone();
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("client_id", self.client.client_id())
                .append_pair("response_type", "code")
                .append_pair("redirect_uri", &self.redirect_uri)
                .append_pair("state", state)
                .append_pair("code_challenge_method", "S256")
                .append_pair("code_challenge", challenge);
            if !scopes.is_empty() {
                query.append_pair("scope", &scopes.join(" "));
            }
            if switch_account {
                query.append_pair(self.switch_account.0, self.switch_account.1);
            }
        }
        url.into()
    }
}

/// A token as it stands in the `Authorization` header (RFC 6750 §2.1), marked so that it is not printed.
///
/// # Errors
/// The header's own error; the token's type leaves none.
pub fn bearer(token: &AccessToken) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.secret()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The redirect URI of a provider: the only place that writes one.
pub fn redirect_uri(origin: &Origin, provider: &str) -> String {
    format!("{}/callback/{provider}", origin.as_str())
}

/// A provider cannot be made of the settings.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// An endpoint is not a URL.
    #[error("an endpoint is not a URL: {0}")]
    Url(#[from] url::ParseError),
    /// The token endpoint or the client id cannot be used.
    #[error(transparent)]
    Client(#[from] ConfigError),
}

/// The providers that are configured.
///
/// # Errors
/// [`ProviderError`].
pub fn configured(settings: &Settings) -> Result<Vec<Provider>, ProviderError> {
    settings
        .spotify
        .as_ref()
        .map(|spotify| spotify::provider(spotify, &settings.origin))
        .into_iter()
        .collect()
}
