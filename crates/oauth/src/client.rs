//! The exchange, the refresh and the revocation: `oauth2` on paper, a closure as the wire.
//!
//! The closure takes one request and answers it. It must not follow redirects, must bound time
//! and size, and must not retry: a code is good once. Its future owns what it needs and can move
//! between threads, so that an operation can run in a task of its own.

use std::future::Future;
use std::pin::Pin;

use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::url::Url;
use oauth2::{AuthType, EndpointNotSet, EndpointSet, StandardRevocableToken};

pub use oauth2::{HttpRequest, HttpResponse};

use crate::callback::ValidatedCallback;
use crate::secret::secret_text;
use crate::tokens::{IdTokenText, TokenSet};

mod answer;
mod error;
mod revocation;
mod wire;

pub use error::{
    AppTokenError, ConfigError, ExchangeError, RefreshError, RevokeError, TokenErrorCode,
    TransportError, Unavailable,
};
pub use revocation::revoke;

use error::Failure;

secret_text! {
    /// The secret of a confidential client. Visible ASCII and spaces (RFC 6749 appendix A.2).
    ClientSecret, max 4096, byte |byte| (0x20..=0x7e).contains(&byte)
}

/// How a client proves who it is at the token endpoint (RFC 6749 §2.3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClientAuth {
    /// In the `Authorization` header, id and secret form-encoded first.
    #[default]
    Basic,
    /// In the form body.
    Post,
}

/// What an exchange or a refresh gave.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The tokens.
    pub tokens: TokenSet,
    /// The ID token that came with them, not verified: nobody is signed in by it before it is.
    pub id_token: Option<IdTokenText>,
}

/// One client of one provider: where its tokens come from and who it is there.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    token_url: oauth2::TokenUrl,
    client_id: String,
    client_secret: ClientSecret,
    auth: ClientAuth,
}

impl ClientConfig {
    /// A client that authenticates with [`ClientAuth::Basic`].
    ///
    /// # Errors
    /// The token endpoint is not an `http` or `https` address with a host and without user
    /// name, password and fragment, or the client id is empty or not visible ASCII.
    /// Whether plain `http` is allowed at all is the caller's to decide.
    pub fn new(
        token_url: &str,
        client_id: &str,
        client_secret: ClientSecret,
    ) -> Result<Self, ConfigError> {
        let token_url =
            oauth2::TokenUrl::new(token_url.to_owned()).map_err(|_| ConfigError::TokenUrl)?;
        if !is_plain(token_url.url()) {
            return Err(ConfigError::TokenUrl);
        }
        if client_id.is_empty() || !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConfigError::ClientId);
        }
        let client_id = client_id.to_owned();
        Ok(Self {
            token_url,
            client_id,
            client_secret,
            auth: ClientAuth::default(),
        })
    }

    /// The same client with another way to authenticate.
    #[must_use]
    pub fn with_auth(mut self, auth: ClientAuth) -> Self {
        self.auth = auth;
        self
    }

    /// The client id, which is no secret.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    fn protocol(&self) -> Protocol {
        let auth = match self.auth {
            ClientAuth::Basic => AuthType::BasicAuth,
            ClientAuth::Post => AuthType::RequestBody,
        };
        oauth2::Client::new(oauth2::ClientId::new(self.client_id.clone()))
            .set_client_secret(oauth2::ClientSecret::new(
                self.client_secret.secret().to_owned(),
            ))
            .set_auth_type(auth)
            .set_token_uri(self.token_url.clone())
    }
}

/// Whether credentials may be sent there: an address with a host, and neither user name nor
/// password nor fragment.
fn is_plain(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
}

/// The `oauth2` client with our own reading of answers and errors.
type Protocol = oauth2::Client<
    answer::ErrorBody,
    answer::TokenBody,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// A request under way. The type is spelled so that whoever awaits it can move between threads:
/// the compiler cannot see that through the nested lifetimes of `oauth2`.
type Sent<'a> = Pin<
    Box<
        dyn Future<
                Output = Result<
                    answer::TokenBody,
                    oauth2::RequestTokenError<wire::WireFault, answer::ErrorBody>,
                >,
            > + Send
            + 'a,
    >,
>;

/// Exchanges the code of a validated answer for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5).
///
/// `requested` are the scopes that the authorization request asked for: an answer without
/// `scope` granted them all. `now` (unix seconds) is when consent was given and, read before
/// the request is sent, the safe side for the expiry. Exactly one request is sent.
///
/// # Errors
/// See [`ExchangeError`].
pub async fn exchange<H, F, E>(
    config: &ClientConfig,
    validated: &ValidatedCallback,
    requested: &[String],
    http: H,
    now: i64,
) -> Result<Granted, ExchangeError>
where
    H: Fn(HttpRequest) -> F + Sync,
    F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
    E: Into<TransportError>,
{
    let redirect_uri = oauth2::RedirectUrl::new(validated.redirect_uri().to_owned())
        .map_err(|_| ExchangeError::RedirectUri)?;
    let protocol = config.protocol().set_redirect_uri(redirect_uri);
    let transport = |request| {
        let answer = http(request);
        async move { wire::observe(answer.await) }
    };
    let code = oauth2::AuthorizationCode::new(validated.code().secret().to_owned());
    let verifier = oauth2::PkceCodeVerifier::new(validated.verifier().secret().to_owned());
    let sent: Sent<'_> = Box::pin(
        protocol
            .exchange_code(code)
            .set_pkce_verifier(verifier)
            .request_async(&transport),
    );
    let body = sent.await.map_err(Failure::from)?;
    let mut answer = body.check().map_err(Failure::from)?;
    let id_token = answer.id_token.take();
    let tokens = TokenSet::granted(answer, requested, now);
    Ok(Granted { tokens, id_token })
}

/// Renews the access token (RFC 6749 §6) and merges the answer into `tokens`.
///
/// Exactly one request is sent, and none where there is no refresh token. That no two run for
/// one refresh token is the caller's part. `now` as in [`exchange`].
///
/// # Errors
/// See [`RefreshError`]. Only [`RefreshError::Ended`] ends the connection.
pub async fn refresh<H, F, E>(
    config: &ClientConfig,
    tokens: &TokenSet,
    http: H,
    now: i64,
) -> Result<Granted, RefreshError>
where
    H: Fn(HttpRequest) -> F + Sync,
    F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
    E: Into<TransportError>,
{
    let refresh_token = tokens
        .refresh_token
        .as_ref()
        .ok_or(RefreshError::NoRefreshToken)?;
    let refresh_token = oauth2::RefreshToken::new(refresh_token.secret().to_owned());
    let protocol = config.protocol();
    let transport = |request| {
        let answer = http(request);
        async move { wire::observe(answer.await) }
    };
    let sent: Sent<'_> = Box::pin(
        protocol
            .exchange_refresh_token(&refresh_token)
            .request_async(&transport),
    );
    let body = sent.await.map_err(Failure::from)?;
    let mut answer = body.check().map_err(Failure::from)?;
    let id_token = answer.id_token.take();
    let tokens = tokens.refreshed(answer, now);
    Ok(Granted { tokens, id_token })
}

/// Fetches a token of the app's own, which stands for no person (RFC 6749 §4.4).
///
/// `now` as in [`exchange`].
///
/// # Errors
/// See [`AppTokenError`].
pub async fn client_credentials<H, F, E>(
    config: &ClientConfig,
    http: H,
    now: i64,
) -> Result<TokenSet, AppTokenError>
where
    H: Fn(HttpRequest) -> F + Sync,
    F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
    E: Into<TransportError>,
{
    let protocol = config.protocol();
    let transport = |request| {
        let answer = http(request);
        async move { wire::observe(answer.await) }
    };
    let sent: Sent<'_> = Box::pin(
        protocol
            .exchange_client_credentials()
            .request_async(&transport),
    );
    let body = sent.await.map_err(Failure::from)?;
    let answer = body.check().map_err(Failure::from)?;
    Ok(TokenSet::granted(answer, &[], now))
}
