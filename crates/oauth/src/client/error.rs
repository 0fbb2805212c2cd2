//! Why there are no tokens: one type for each operation, one story behind them.

use serde::{Deserialize, Serialize, Serializer};

use crate::tokens::SecretError;

use super::answer::ErrorBody;
use super::wire::WireFault;

/// Whatever the transport says when it cannot deliver a request or an answer.
pub type TransportError = Box<dyn std::error::Error + Send + Sync>;

/// Why a client cannot be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The token endpoint is not a plain absolute address.
    #[error("the token endpoint is not an absolute http(s) address")]
    TokenUrl,
    /// The client id is empty or holds characters that cannot be one.
    #[error("the client id is not visible ASCII")]
    ClientId,
}

/// The provider could not be asked. Nothing ends because of it.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// The request or the answer did not get through. The source is the transport's.
    #[error("the provider cannot be reached")]
    Unreachable(#[source] TransportError),
    /// The provider answered 5xx or 429.
    #[error("the provider answered {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// `Retry-After` in seconds, if it said so.
        retry_after_s: Option<u64>,
    },
}

impl Unavailable {
    /// How many seconds to wait before asking again, if the provider said so.
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::Unreachable(_) => None,
            Self::Status { retry_after_s, .. } => *retry_after_s,
        }
    }
}

/// The error codes of RFC 6749 §5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, thiserror::Error)]
#[serde(from = "String")]
pub enum TokenErrorCode {
    /// The request was malformed.
    #[error("invalid_request")]
    InvalidRequest,
    /// Client id or secret are wrong: ours to repair.
    #[error("invalid_client")]
    InvalidClient,
    /// Code or refresh token are used, expired, revoked or somebody else's.
    #[error("invalid_grant")]
    InvalidGrant,
    /// This client may not use this grant.
    #[error("unauthorized_client")]
    UnauthorizedClient,
    /// The provider does not know this grant.
    #[error("unsupported_grant_type")]
    UnsupportedGrantType,
    /// A scope is unknown, malformed or too wide.
    #[error("invalid_scope")]
    InvalidScope,
    /// Anything else. Its text is not kept.
    #[error("an unknown error")]
    Other,
}

impl From<String> for TokenErrorCode {
    fn from(text: String) -> Self {
        match text.as_str() {
            "invalid_request" => Self::InvalidRequest,
            "invalid_client" => Self::InvalidClient,
            "invalid_grant" => Self::InvalidGrant,
            "unauthorized_client" => Self::UnauthorizedClient,
            "unsupported_grant_type" => Self::UnsupportedGrantType,
            "invalid_scope" => Self::InvalidScope,
            _ => Self::Other,
        }
    }
}

impl Serialize for TokenErrorCode {
    /// `oauth2` asks for it; the code by its own name.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a code was not exchanged.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The provider does not accept the code (`invalid_grant`).
    #[error("the provider rejected the code")]
    CodeRejected,
    /// The provider does not accept *us* (`invalid_client`): the deployment's id or secret is
    /// wrong, nobody can sign in, and somebody should be told.
    #[error("the provider rejected the client id or secret")]
    ClientRejected,
    /// The provider reported another error.
    #[error("the provider refused: {0}")]
    Refused(TokenErrorCode),
    /// The provider could not be asked.
    #[error("the provider is unavailable")]
    Unavailable(#[source] Unavailable),
    /// The provider answered something that is no token answer.
    #[error("the provider answered nonsense")]
    Nonsense,
    /// The transaction's redirect URI is no address. Nothing was sent.
    #[error("the redirect URI of the transaction is malformed")]
    RedirectUri,
}

impl ExchangeError {
    /// The stable code for this failure, as the interface names it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CodeRejected => "code_rejected",
            Self::ClientRejected | Self::Refused(_) | Self::Nonsense => "provider_error",
            Self::Unavailable(_) => "provider_unavailable",
            Self::RedirectUri => "unexpected",
        }
    }
}

/// Why an access token was not renewed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The refresh token is over (`invalid_grant`): so is the connection. The account is not.
    #[error("the provider ended the connection")]
    Ended,
    /// There never was a refresh token. Nothing was sent.
    #[error("the connection has no refresh token")]
    NoRefreshToken,
    /// The provider does not accept *us* (`invalid_client`), see
    /// [`ExchangeError::ClientRejected`].
    #[error("the provider rejected the client id or secret")]
    ClientRejected,
    /// The provider reported another error.
    #[error("the provider refused: {0}")]
    Refused(TokenErrorCode),
    /// The provider could not be asked.
    #[error("the provider is unavailable")]
    Unavailable(#[source] Unavailable),
    /// The provider answered something that is no token answer.
    #[error("the provider answered nonsense")]
    Nonsense,
}

impl RefreshError {
    /// The stable code for this failure, as the interface names it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ended | Self::NoRefreshToken => "reauthorize",
            Self::ClientRejected | Self::Refused(_) | Self::Nonsense => "provider_error",
            Self::Unavailable(_) => "provider_unavailable",
        }
    }
}

/// Why there is no token of the app's own.
#[derive(Debug, thiserror::Error)]
pub enum AppTokenError {
    /// The provider does not accept *us* (`invalid_client`), see
    /// [`ExchangeError::ClientRejected`].
    #[error("the provider rejected the client id or secret")]
    ClientRejected,
    /// The provider reported another error.
    #[error("the provider refused: {0}")]
    Refused(TokenErrorCode),
    /// The provider could not be asked.
    #[error("the provider is unavailable")]
    Unavailable(#[source] Unavailable),
    /// The provider answered something that is no token answer.
    #[error("the provider answered nonsense")]
    Nonsense,
}

impl AppTokenError {
    /// The stable code for this failure, as the interface names it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ClientRejected | Self::Refused(_) | Self::Nonsense => "provider_error",
            Self::Unavailable(_) => "provider_unavailable",
        }
    }
}

/// Why a token was not given back.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// The revocation endpoint is no plain absolute address. Nothing was sent.
    #[error("the revocation endpoint is malformed")]
    Address,
    /// The provider refused. Of what it said only the status is kept.
    #[error("the provider refused with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The provider could not be asked.
    #[error("the provider is unavailable")]
    Unavailable(#[source] Unavailable),
}

impl RevokeError {
    /// The stable code for this failure, as the interface names it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address => "unexpected",
            Self::Refused { .. } => "provider_error",
            Self::Unavailable(_) => "provider_unavailable",
        }
    }
}

/// What the three operations for tokens have in common.
#[derive(Debug)]
pub(super) enum Failure {
    Error(TokenErrorCode),
    Unavailable(Unavailable),
    Nonsense,
}

impl From<oauth2::RequestTokenError<WireFault, ErrorBody>> for Failure {
    /// Drops the bodies that `oauth2` keeps in its errors: they may hold a token.
    fn from(error: oauth2::RequestTokenError<WireFault, ErrorBody>) -> Self {
        use oauth2::RequestTokenError as Error;
        match error {
            Error::ServerResponse(body) => Self::Error(body.code()),
            Error::Request(WireFault::Unavailable(unavailable)) => Self::Unavailable(unavailable),
            Error::Request(WireFault::Nonsense) | Error::Parse(..) | Error::Other(_) => {
                Self::Nonsense
            }
        }
    }
}

impl From<SecretError> for Failure {
    fn from(_: SecretError) -> Self {
        Self::Nonsense
    }
}

impl From<Failure> for ExchangeError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Error(TokenErrorCode::InvalidGrant) => Self::CodeRejected,
            Failure::Error(TokenErrorCode::InvalidClient) => Self::ClientRejected,
            Failure::Error(code) => Self::Refused(code),
            Failure::Unavailable(unavailable) => Self::Unavailable(unavailable),
            Failure::Nonsense => Self::Nonsense,
        }
    }
}

impl From<Failure> for RefreshError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Error(TokenErrorCode::InvalidGrant) => Self::Ended,
            Failure::Error(TokenErrorCode::InvalidClient) => Self::ClientRejected,
            Failure::Error(code) => Self::Refused(code),
            Failure::Unavailable(unavailable) => Self::Unavailable(unavailable),
            Failure::Nonsense => Self::Nonsense,
        }
    }
}

impl From<Failure> for AppTokenError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Error(TokenErrorCode::InvalidClient) => Self::ClientRejected,
            Failure::Error(code) => Self::Refused(code),
            Failure::Unavailable(unavailable) => Self::Unavailable(unavailable),
            Failure::Nonsense => Self::Nonsense,
        }
    }
}
