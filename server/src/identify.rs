//! Who signed in: Spotify's profile, or an ID token and userinfo.

use app::error::{ApiError, Code};
use axum::http::{self, header};
use oauth::id_token::{self, Expected, IdToken, IdTokenError, Purpose};
use oauth::jose::{JoseError, Jws, TokenKind};
use oauth::profile::Profile;
use oauth::tokens::{AccessToken, IdTokenText};
use oauth::userinfo::{self, UserinfoError};
use url::Url;

use crate::egress::{Egress, EgressError};
use crate::key_sets::KeyError;
use crate::provider::spotify::{self, PersonError};
use crate::provider::{self, Endpoints, IdentitySource, OpenId, OpenIdEndpoints, Provider};
use crate::signature;
use crate::store::Person;

/// Who signed in, and what else the proof of it said.
#[derive(Debug)]
pub struct Identified {
    /// The person.
    pub person: Person,
    /// The provider's own session, by which it may end ours.
    pub provider_session: Option<String>,
}

/// It cannot be told who signed in.
#[derive(Debug, thiserror::Error)]
pub enum IdentifyError {
    /// Spotify did not tell.
    #[error("the profile did not come")]
    Spotify(#[from] PersonError),
    /// The answer of the token endpoint holds no ID token.
    #[error("the provider sent no ID token")]
    NoIdToken,
    /// The ID token is none, or not one of ours.
    #[error("the ID token is malformed")]
    Jose(#[from] JoseError),
    /// No key for it.
    #[error("the ID token cannot be verified")]
    Key(#[from] KeyError),
    /// It does not hold.
    #[error("the ID token does not hold")]
    IdToken(#[from] IdTokenError),
    /// The answer of the userinfo endpoint.
    #[error("userinfo does not hold")]
    Userinfo(#[from] UserinfoError),
    /// No answer of the userinfo endpoint.
    #[error("userinfo did not arrive")]
    Egress(#[from] EgressError),
    /// The userinfo endpoint refused.
    #[error("the provider answered {0} to the request for userinfo")]
    Status(u16),
    /// The request for it could not be made.
    #[error("the request for userinfo cannot be made")]
    Request(#[from] http::Error),
    /// An ID token was looked for at a provider that has none: a defect.
    #[error("the provider has no ID tokens")]
    NotOpenId,
}

impl IdentifyError {
    /// Whether something that is needed for the check could not be had, in contrast to a check that
    /// failed.
    pub fn is_trouble_of_the_network(&self) -> bool {
        matches!(
            self,
            Self::Egress(EgressError::Unreachable(_) | EgressError::TimedOut)
                | Self::Key(
                    KeyError::Egress(EgressError::Unreachable(_) | EgressError::TimedOut)
                        | KeyError::Paused
                        | KeyError::Status(429 | 500..)
                )
        )
    }

    /// What the person is told.
    pub fn answer(&self) -> ApiError {
        let code = match self {
            Self::Spotify(error) => return error.answer(),
            Self::Egress(error) | Self::Key(KeyError::Egress(error)) => return error.answer(),
            Self::NoIdToken
            | Self::Jose(_)
            | Self::IdToken(_)
            | Self::Key(KeyError::Unknown | KeyError::Ambiguous) => Code::IdTokenInvalid,
            Self::Key(KeyError::Paused | KeyError::Status(429 | 500..))
            | Self::Status(429 | 500..) => Code::ProviderUnavailable,
            Self::Key(KeyError::Status(_) | KeyError::Set(_)) | Self::Status(_) => {
                Code::ProviderError
            }
            Self::Userinfo(UserinfoError::SubjectForeign | UserinfoError::SubjectMalformed) => {
                Code::UserinfoMismatch
            }
            Self::Userinfo(_) => Code::ProviderError,
            Self::Key(KeyError::Request(_)) | Self::Request(_) | Self::NotOpenId => {
                Code::Unexpected
            }
        };
        code.into()
    }
}

/// Learns who signed in.
///
/// # Errors
/// [`IdentifyError`].
pub async fn identify(
    egress: &Egress,
    provider: &Provider,
    endpoints: &Endpoints,
    access_token: &AccessToken,
    id_token: Option<&IdTokenText>,
    nonce: Option<&str>,
    now: i64,
) -> Result<Identified, IdentifyError> {
    let api_url = match &provider.identity {
        IdentitySource::Spotify { api_url, .. } => api_url,
        IdentitySource::OpenId(_) => {
            let text = id_token.ok_or(IdentifyError::NoIdToken)?;
            // The engine sends a nonce to every provider with ID tokens, so there is one to expect.
            let purpose = Purpose::SignIn {
                nonce: nonce.ok_or(IdentifyError::NotOpenId)?,
            };
            let token = verify(
                egress,
                provider,
                endpoints,
                text,
                access_token,
                purpose,
                now,
            )
            .await?;
            let profile = profile(egress, endpoints, &token, access_token).await?;
            return Ok(Identified {
                person: person(provider, &token.subject, profile),
                provider_session: token.session_id,
            });
        }
    };
    let person = spotify::person(egress, provider, api_url, access_token).await?;
    Ok(Identified {
        person,
        provider_session: None,
    })
}

/// Verifies an ID token: the algorithm pinned, the key by its id, the claims against our clock.
///
/// # Errors
/// [`IdentifyError`].
pub async fn verify(
    egress: &Egress,
    provider: &Provider,
    endpoints: &Endpoints,
    text: &IdTokenText,
    access_token: &AccessToken,
    purpose: Purpose<'_>,
    now: i64,
) -> Result<IdToken, IdentifyError> {
    let (open_id, more) = parts(provider, endpoints)?;
    let jws = Jws::parse(text.secret(), more.algorithm, TokenKind::IdToken)?;
    let key = open_id
        .keys
        .find(&more.jwks_uri, jws.kid(), more.algorithm, egress, now)
        .await?;
    let issuers: Vec<&str> = open_id.issuers.iter().map(String::as_str).collect();
    let expected = Expected {
        issuers: &issuers,
        client_id: endpoints.client.client_id(),
        access_token: Some(access_token.secret()),
        purpose,
        max_age_s: None,
        now,
    };
    Ok(id_token::check(&jws, &key, &signature::holds, &expected)?)
}

/// What a provider tells of a person now. Nothing of it counts that is about somebody else.
///
/// # Errors
/// [`IdentifyError`].
pub async fn userinfo(
    egress: &Egress,
    url: &Url,
    access_token: &AccessToken,
    subject: &str,
) -> Result<Profile, IdentifyError> {
    let request = http::Request::get(url.as_str())
        .header(
            header::AUTHORIZATION,
            provider::bearer(access_token).map_err(http::Error::from)?,
        )
        .header(header::ACCEPT, "application/json")
        .body(Vec::new())?;
    let response = egress.send(request).await?;
    if response.status() != http::StatusCode::OK {
        return Err(IdentifyError::Status(response.status().as_u16()));
    }
    let content_type = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    Ok(userinfo::read(content_type, response.body(), subject)?)
}

/// A person of an `OpenID` provider. The key is the subject; no e-mail address ever is one.
pub fn person(provider: &Provider, subject: &str, profile: Profile) -> Person {
    Person {
        provider: provider.id.clone(),
        issuer: provider.issuer.clone(),
        keys: vec![format!("sub:{subject}")],
        subject: subject.to_owned(),
        name: profile.name,
        email: profile.email,
        picture: profile.picture.filter(|url| provider.shows(url)),
    }
}

/// The parts of a provider that has ID tokens.
///
/// # Errors
/// [`IdentifyError::NotOpenId`].
pub fn parts<'a>(
    provider: &'a Provider,
    endpoints: &'a Endpoints,
) -> Result<(&'a OpenId, &'a OpenIdEndpoints), IdentifyError> {
    match (&provider.identity, &endpoints.open_id) {
        (IdentitySource::OpenId(open_id), Some(more)) => Ok((open_id, more)),
        _ => Err(IdentifyError::NotOpenId),
    }
}

/// The profile in the ID token, and where that lacks the name, the one at userinfo.
async fn profile(
    egress: &Egress,
    endpoints: &Endpoints,
    token: &IdToken,
    access_token: &AccessToken,
) -> Result<Profile, IdentifyError> {
    let known = token.profile.clone();
    let more = endpoints
        .open_id
        .as_ref()
        .and_then(|more| more.userinfo_url.as_ref());
    match more {
        Some(url) if known.name.is_none() => {
            let told = userinfo(egress, url, access_token, &token.subject).await?;
            Ok(told.or(known))
        }
        _ => Ok(known),
    }
}
