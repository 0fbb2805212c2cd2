//! The providers one can sign in with: one value each, one file each.

pub mod capabilities;
pub mod google;
pub mod open_id;
pub mod spotify;

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::InvalidHeaderValue;
use oauth::client::{ClientConfig, ConfigError};
use oauth::jose::Algorithm;
use oauth::metadata::MetadataError;
use oauth::tokens::AccessToken;
use oauth::transaction::Intent;
use url::Url;

pub use capabilities::{Capabilities, Contradiction};

use crate::discovery::{Discovery, Down, Standing};
use crate::egress::Egress;
use crate::key_sets::KeySets;
use crate::settings::{Origin, Settings};

/// A provider as the sign-in engine sees it.
#[derive(Debug)]
pub struct Provider {
    /// The id, as in `/callback/{provider}`.
    pub id: String,
    /// The name a person knows.
    pub label: String,
    /// The issuer that an `iss` in an answer must equal (RFC 9207).
    pub issuer: String,
    /// The redirect URI, as registered.
    pub redirect_uri: String,
    /// What it can do, as far as that is known before it is asked.
    pub capabilities: Capabilities,
    /// The scopes that every sign-in asks for.
    pub scopes: Vec<String>,
    /// What every authorization request carries besides.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The parameter that makes the provider offer a change of account.
    pub switch_account: (&'static str, &'static str),
    /// The parameter that makes the provider ask for consent once more, where it has one. Google
    /// gives a refresh token again for that alone.
    pub ask_again: Option<(&'static str, &'static str)>,
    /// Where pictures of people and music come from, as sources of a content security policy.
    pub images: Vec<String>,
    /// How long a grant lives after consent, in seconds, where that is known.
    pub grant_life_s: Option<i64>,
    /// The provider's own page where a person takes a grant back.
    pub manage_url: Option<&'static str>,
    /// How it says who signed in.
    pub identity: IdentitySource,
}

/// How a provider says who signed in.
#[derive(Debug)]
pub enum IdentitySource {
    /// Spotify's Web API: `GET /v1/me`.
    Spotify {
        /// The endpoints, which are known.
        endpoints: Arc<Endpoints>,
        /// The host of its interface, without a trailing slash.
        api_url: String,
    },
    /// An ID token (`OpenID` Connect Core 1.0 §2), and userinfo where that lacks the name.
    OpenId(Box<OpenId>),
}

/// What belongs to an `OpenID` provider.
#[derive(Debug)]
pub struct OpenId {
    /// Its metadata.
    pub discovery: Discovery,
    /// Its keys.
    pub keys: KeySets,
    /// What an ID token may name as its issuer; the first is the one an account is kept under.
    pub issuers: Vec<String>,
    /// The client that its endpoints are read for.
    pub client: open_id::Client,
}

/// Where a provider is to be asked.
#[derive(Debug)]
pub struct Endpoints {
    /// The authorization endpoint.
    pub authorize_url: Url,
    /// The token endpoint and our credentials for it.
    pub client: ClientConfig,
    /// The revocation endpoint (RFC 7009), where there is one.
    pub revocation_url: Option<Url>,
    /// What it can do.
    pub capabilities: Capabilities,
    /// The rest of an `OpenID` provider.
    pub open_id: Option<OpenIdEndpoints>,
}

/// Where an `OpenID` provider is to be asked besides.
#[derive(Debug)]
pub struct OpenIdEndpoints {
    /// Its keys.
    pub jwks_uri: Url,
    /// Who somebody is.
    pub userinfo_url: Option<Url>,
    /// The end of its own session (`OpenID` Connect RP-Initiated Logout 1.0).
    pub end_session_url: Option<Url>,
    /// What its ID tokens are signed with. One, pinned.
    pub algorithm: Algorithm,
    /// Whether it takes the scope `offline_access` (Core 1.0 §11), which asks for a refresh token.
    pub offline_access: bool,
}

/// Endpoints cannot be made of what a provider says.
#[derive(Debug, thiserror::Error)]
pub enum EndpointsError {
    /// An endpoint is in a private network.
    #[error("an endpoint is in a private network")]
    PrivateEndpoint,
    /// An endpoint is on the host of another provider, which must not see our secret.
    #[error("an endpoint is on the host of another provider")]
    ForeignEndpoint,
    /// The token endpoint or the client id.
    #[error(transparent)]
    Client(#[from] ConfigError),
    /// No way to authenticate that we know.
    #[error("the token endpoint takes neither client_secret_basic nor client_secret_post")]
    ClientAuthentication,
    /// What it can do does not go together.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
}

impl Provider {
    /// Where it is to be asked. Another provider's metadata may have to be fetched for that.
    ///
    /// # Errors
    /// [`Down`].
    pub async fn endpoints(&self, egress: &Egress, now: i64) -> Result<Arc<Endpoints>, Down> {
        match &self.identity {
            IdentitySource::Spotify { endpoints, .. } => Ok(Arc::clone(endpoints)),
            IdentitySource::OpenId(open_id) => {
                open_id
                    .discovery
                    .endpoints(|metadata| open_id.client.endpoints(metadata), egress, now)
                    .await
            }
        }
    }

    /// The host of its interface, without a trailing slash, where we pass calls on to it.
    pub fn api_url(&self) -> Option<&str> {
        match &self.identity {
            IdentitySource::Spotify { api_url, .. } => Some(api_url),
            IdentitySource::OpenId(_) => None,
        }
    }

    /// Whether a sign-in can be tried now.
    pub fn is_available(&self, now: i64) -> bool {
        match &self.identity {
            IdentitySource::Spotify { .. } => true,
            IdentitySource::OpenId(open_id) => open_id.discovery.is_available(now),
        }
    }

    /// What is known of it without asking.
    pub fn standing(&self, now: i64) -> Standing {
        match &self.identity {
            IdentitySource::Spotify { .. } => Standing::Ready(None),
            IdentitySource::OpenId(open_id) => open_id.discovery.standing(now),
        }
    }

    /// The URL that starts an authorization code grant with PKCE (RFC 6749 §4.1.1, RFC 7636 §4.3,
    /// `OpenID` Connect Core 1.0 §3.1.2.1).
    pub fn authorize_url(&self, endpoints: &Endpoints, request: &Authorization<'_>) -> String {
        let mut prompts: Vec<&str> = Vec::new();
        let mut parameters: Vec<(&str, &str)> = self.parameters.to_vec();
        let asked = [
            request.switch_account.then_some(self.switch_account),
            (request.intent == Intent::Grant)
                .then_some(self.ask_again)
                .flatten(),
        ];
        for (name, value) in asked.into_iter().flatten() {
            // Both may be a prompt, which is one parameter with a list in it.
            if name == "prompt" {
                prompts.push(value);
            } else {
                parameters.push((name, value));
            }
        }
        let mut url = endpoints.authorize_url.clone();
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("client_id", endpoints.client.client_id())
                .append_pair("response_type", "code")
                .append_pair("redirect_uri", &self.redirect_uri)
                .append_pair("state", request.state)
                .append_pair("code_challenge_method", "S256")
                .append_pair("code_challenge", request.challenge);
            if let Some(nonce) = request.nonce {
                query.append_pair("nonce", nonce);
            }
            if !request.scopes.is_empty() {
                query.append_pair("scope", &request.scopes.join(" "));
            }
            for (name, value) in parameters {
                query.append_pair(name, value);
            }
            if !prompts.is_empty() {
                query.append_pair("prompt", &prompts.join(" "));
            }
        }
        url.into()
    }

    /// Whether a picture is kept: its address is one that our pages may load from.
    pub fn shows(&self, picture: &str) -> bool {
        let Ok(url) = Url::parse(picture) else {
            return false;
        };
        let plain = picture.len() <= 1024 && url.username().is_empty() && url.password().is_none();
        let origin = url.origin().ascii_serialization();
        plain
            && self.images.iter().any(|source| {
                source == &origin
                    || source
                        .strip_prefix("https://*")
                        .is_some_and(|end| origin.starts_with("https://") && origin.ends_with(end))
            })
    }
}

/// What an authorization request says.
#[derive(Debug)]
pub struct Authorization<'a> {
    /// Our `state`.
    pub state: &'a str,
    /// The S256 challenge.
    pub challenge: &'a str,
    /// Our `nonce`, where there will be an ID token to hold it.
    pub nonce: Option<&'a str>,
    /// The scopes.
    pub scopes: &'a [String],
    /// What the person set out to do.
    pub intent: Intent,
    /// Whether the person wants another account there.
    pub switch_account: bool,
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
    /// The issuer cannot be used.
    #[error("the issuer cannot be used: {0}")]
    Issuer(#[from] MetadataError),
    /// What it can do does not go together.
    #[error("the capabilities of a provider contradict each other: {0}")]
    Contradiction(#[from] Contradiction),
}

/// The providers that are configured, in the order of their buttons.
///
/// # Errors
/// [`ProviderError`].
pub fn configured(settings: &Settings) -> Result<Vec<Provider>, ProviderError> {
    let mut providers = Vec::new();
    if let Some(spotify) = &settings.spotify {
        providers.push(spotify::provider(spotify, &settings.origin)?);
    }
    if let Some(google) = &settings.google {
        providers.push(google::provider(google, settings)?);
    }
    for own in &settings.open_id {
        providers.push(open_id::provider(own, settings)?);
    }
    for provider in &providers {
        provider.capabilities.check()?;
    }
    Ok(providers)
}
