//! Why an answer is refused.

/// Why an answer of a provider was refused. Nothing of the answer's own text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// This browser started nothing, or it was used up.
    #[error("there is no transaction for this answer")]
    TransactionMissing,
    /// The transaction is older than its life, or from the future.
    #[error("the transaction is over")]
    TransactionExpired,
    /// The transaction was started at another provider.
    #[error("the transaction belongs to another provider")]
    ProviderMismatch,
    /// No `state`, or not the transaction's.
    #[error("the state is not the transaction's")]
    StateMismatch,
    /// `iss` is not the transaction's issuer, or is missing where it was promised.
    #[error("the issuer is not the transaction's")]
    IssuerMismatch,
    /// The person said no.
    #[error("access was denied")]
    AccessDenied,
    /// The provider reported another error.
    #[error("the provider reported {0}")]
    ProviderError(AuthorizationErrorCode),
    /// The answer is not well formed.
    #[error("the answer is not well formed: {0}")]
    BadRequest(Defect),
    /// The verifier is not the one that the challenge was made from.
    #[error("the verifier does not match the challenge")]
    VerifierMismatch,
}

impl CallbackError {
    /// The stable code for this refusal, as the interface names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::TransactionMissing => "transaction_missing",
            Self::TransactionExpired => "transaction_expired",
            Self::ProviderMismatch => "provider_mismatch",
            Self::StateMismatch => "state_mismatch",
            Self::IssuerMismatch => "issuer_mismatch",
            Self::AccessDenied => "access_denied",
            Self::ProviderError(_) => "provider_error",
            Self::BadRequest(_) => "bad_request",
            Self::VerifierMismatch => "verifier_mismatch",
        }
    }
}

/// What is wrong with an answer that is not well formed. For the log: the person sees one
/// sentence for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// Longer than [`CallbackQuery::MAX_BYTES`](super::CallbackQuery::MAX_BYTES).
    #[error("it is too long")]
    TooLong,
    /// A protocol parameter is there twice (RFC 6749 §3.1).
    #[error("a parameter is there twice")]
    Duplicate,
    /// A broken escape, bytes that are not UTF-8, or a control character.
    #[error("it is not well encoded")]
    Encoding,
    /// A token or a JWT answer where only a code was asked for.
    #[error("it holds a token")]
    ForeignParameter,
    /// `code` and `error` at once.
    #[error("it holds a code and an error")]
    CodeAndError,
    /// Neither `code` nor `error`.
    #[error("it holds no code")]
    NoCode,
    /// A code that is empty, too long or not visible ASCII.
    #[error("the code is malformed")]
    Code,
}

/// The error codes of RFC 6749 §4.1.2.1; `access_denied` has a refusal of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationErrorCode {
    /// The request was malformed.
    #[error("invalid_request")]
    InvalidRequest,
    /// This client may not ask for a code.
    #[error("unauthorized_client")]
    UnauthorizedClient,
    /// The provider does not hand out codes this way.
    #[error("unsupported_response_type")]
    UnsupportedResponseType,
    /// A scope is unknown or malformed.
    #[error("invalid_scope")]
    InvalidScope,
    /// The provider failed.
    #[error("server_error")]
    ServerError,
    /// The provider is overloaded or under maintenance.
    #[error("temporarily_unavailable")]
    TemporarilyUnavailable,
    /// Anything else. Its text is not kept: whoever wrote the address could choose it.
    #[error("an unknown error")]
    Other,
}

impl AuthorizationErrorCode {
    pub(super) fn read(text: &str) -> Self {
        match text {
            "invalid_request" => Self::InvalidRequest,
            "unauthorized_client" => Self::UnauthorizedClient,
            "unsupported_response_type" => Self::UnsupportedResponseType,
            "invalid_scope" => Self::InvalidScope,
            "server_error" => Self::ServerError,
            "temporarily_unavailable" => Self::TemporarilyUnavailable,
            _ => Self::Other,
        }
    }
}
