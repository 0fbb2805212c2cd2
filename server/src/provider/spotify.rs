//! Spotify: OAuth 2.0 without an ID token (<https://developer.spotify.com/documentation/web-api>).

use std::sync::Arc;

use app::error::{ApiError, Code};
use axum::http::{self, header};
use oauth::client::ClientConfig;
use oauth::profile;
use oauth::tokens::AccessToken;
use spotify::{Permission, Refusal};
use url::Url;

use super::capabilities::Revocation;
use super::{Capabilities, Endpoints, IdentitySource, Provider, ProviderError};
use crate::egress::{Egress, EgressError};
use crate::settings::{Origin, SpotifySettings};
use crate::store::Person;

/// Since 2026 a grant ends six months after consent, and a refresh does not extend it
/// (<https://developer.spotify.com/blog/2026-06-18-refresh-tokens>). 182 days: never later than Spotify's count.
const GRANT_LIFE_S: i64 = 182 * 86_400;
/// Hosts that serve artwork and people's pictures; `*.` stands for any name below.
const IMAGE_HOSTS: &[&str] = &[
    "*.scdn.co",
    "*.spotifycdn.com",
    "*.fbcdn.net",
    "platform-lookaside.fbsbx.com",
];

/// What Spotify can do.
pub const CAPABILITIES: Capabilities = Capabilities {
    id_token: false,
    nonce: false,
    pkce: true,
    iss: false,
    rotation: true,
    refresh_token_on_first_consent_only: false,
    revocation: Revocation::None,
    end_session: false,
    back_channel_logout: false,
};

/// Spotify as configured.
///
/// # Errors
/// [`ProviderError`] where an endpoint cannot be made of the settings.
pub fn provider(settings: &SpotifySettings, origin: &Origin) -> Result<Provider, ProviderError> {
    let token_url = format!("{}/api/token", settings.accounts_url);
    let endpoints = Endpoints {
        authorize_url: Url::parse(&format!("{}/authorize", settings.accounts_url))?,
        client: ClientConfig::new(
            &token_url,
            &settings.client_id,
            settings.client_secret.clone(),
        )?,
        revocation_url: None,
        capabilities: CAPABILITIES,
        open_id: None,
    };
    Ok(Provider {
        id: "spotify".to_owned(),
        label: "Spotify".to_owned(),
        issuer: settings.accounts_url.clone(),
        redirect_uri: super::redirect_uri(origin, "spotify"),
        capabilities: CAPABILITIES,
        scopes: Vec::new(),
        parameters: &[],
        switch_account: ("show_dialog", "true"),
        ask_again: None,
        images: IMAGE_HOSTS
            .iter()
            .map(|host| format!("https://{host}"))
            .chain(sandbox_images(&settings.api_url))
            .collect(),
        grant_life_s: Some(GRANT_LIFE_S),
        manage_url: Some("https://www.spotify.com/account/apps/"),
        identity: IdentitySource::Spotify {
            endpoints: Arc::new(endpoints),
            api_url: settings.api_url.clone(),
        },
    })
}

/// A provider on http loopback, the sandbox, draws its own pictures.
fn sandbox_images(api_url: &str) -> Option<String> {
    let api = Url::parse(api_url).ok()?;
    (api.scheme() == "http").then(|| api.origin().ascii_serialization())
}

/// The names of the permissions that `scopes` cover.
pub fn permissions_of(scopes: &[String]) -> impl Iterator<Item = &'static str> {
    Permission::covered(scopes)
        .into_iter()
        .map(Permission::name)
}

/// The person could not be asked for.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// No answer came.
    #[error("the profile did not arrive")]
    Egress(#[from] EgressError),
    /// Spotify refused, or answered nonsense.
    #[error("Spotify did not tell the profile")]
    Refused(#[from] Refusal),
    /// The request could not be made of the settings.
    #[error("the request for the profile cannot be made")]
    Request(#[from] http::Error),
}

impl PersonError {
    /// What the person is told.
    pub fn answer(&self) -> ApiError {
        match self {
            Self::Egress(error) => error.answer(),
            // Spotify issued the token a moment ago: that it does not take it is nonsense.
            Self::Refused(Refusal::TokenExpired | Refusal::NotFound | Refusal::BadRequest) => {
                Code::ProviderError.into()
            }
            Self::Refused(refusal) => answer(*refusal),
            Self::Request(_) => Code::Unexpected.into(),
        }
    }
}

/// What the person is told of a refusal of the Web API. Its `Retry-After` is passed on.
pub fn answer(refusal: Refusal) -> ApiError {
    let code = match refusal {
        Refusal::NotAllowListed => Code::NotAllowListed,
        Refusal::OwnerPremiumRequired => Code::OwnerPremiumRequired,
        Refusal::InsufficientScope => Code::PermissionNeeded,
        Refusal::RateLimited { .. } => Code::RateLimited,
        Refusal::QuotaExhausted { .. } => Code::QuotaExhausted,
        Refusal::TokenExpired => Code::Reauthorize,
        Refusal::NotFound => Code::NotFound,
        Refusal::Forbidden => Code::Forbidden,
        Refusal::BadRequest => Code::BadRequest,
        Refusal::Unavailable => Code::ProviderUnavailable,
        Refusal::Nonsense => Code::ProviderError,
    };
    let error = ApiError::new(code);
    match refusal
        .retry_after_s()
        .and_then(|seconds| u32::try_from(seconds).ok())
    {
        Some(seconds) => error.retry_after(seconds),
        None => error,
    }
}

/// Asks `GET /v1/me` who signed in.
///
/// # Errors
/// [`PersonError`].
pub async fn person(
    egress: &Egress,
    provider: &Provider,
    api_url: &str,
    token: &AccessToken,
) -> Result<Person, PersonError> {
    let me = spotify::Request::me();
    let request = http::Request::builder()
        .method(me.method.as_str())
        .uri(format!("{api_url}/v1{}", me.path_and_query()))
        .header(
            header::AUTHORIZATION,
            super::bearer(token).map_err(http::Error::from)?,
        )
        .header(header::ACCEPT, "application/json")
        .body(Vec::new())?;
    let response = egress.send(request).await?;
    let text = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    if !response.status().is_success() {
        let retry_after = text(header::RETRY_AFTER);
        return Err(Refusal::read(response.status().as_u16(), retry_after, response.body()).into());
    }
    let user = me.decode(
        response.status().as_u16(),
        text(header::CONTENT_TYPE),
        response.body(),
    )?;
    let (account_id, id) = user.subjects();
    // Either finds the account, and neither can be taken for the other.
    let keys = account_id
        .map(|key| format!("account_id:{key}"))
        .into_iter()
        .chain([format!("id:{id}")])
        .collect();
    Ok(Person {
        provider: provider.id.clone(),
        issuer: provider.issuer.clone(),
        keys,
        subject: id.to_owned(),
        name: user.display_name.as_deref().and_then(profile::name),
        email: None,
        picture: user
            .images
            .first()
            .map(|image| image.url.clone())
            .filter(|url| provider.shows(url)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(text: &str) -> bool {
        let settings = SpotifySettings {
            client_id: "a".into(),
            client_secret: oauth::client::ClientSecret::new("b".into()).unwrap(),
            accounts_url: "https://accounts.spotify.com".into(),
            api_url: "http://localhost:4400/spotify".into(),
        };
        provider(&settings, &Origin::parse("http://127.0.0.1:3000").unwrap())
            .unwrap()
            .shows(text)
    }

    #[test]
    fn pictures_of_the_provider_are_kept() {
        for text in [
            "https://i.scdn.co/image/ab67",
            "https://image-cdn-ak.spotifycdn.com/x",
            "http://localhost:4400/spotify/images/a.svg",
        ] {
            assert!(picture(text), "{text}");
        }
    }

    #[test]
    fn pictures_from_elsewhere_are_dropped() {
        for text in [
            "https://evil.example/x",
            "https://evilscdn.co/x",
            "http://i.scdn.co/x",
            "https://i.scdn.co:444/x",
            "https://a@i.scdn.co/x",
            "javascript:alert(1)",
            "data:text/html,x",
            "",
        ] {
            assert!(!picture(text), "{text}");
        }
    }
}
