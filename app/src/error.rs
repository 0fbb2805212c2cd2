//! The one error that crosses the wire: a stable code, one sentence, and what helps to act on it.

use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// What every refused or failed request under `/api` answers with, and what a page shows.
///
/// `message` is a sentence of ours for `code`; no text of a provider is ever in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What happened, for a program.
    pub code: Code,
    /// What happened, for a person.
    pub message: String,
    /// Seconds until another try makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The permission that is missing, with code [`Code::PermissionNeeded`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The request id under which the server's log tells the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl ApiError {
    /// The error for `code` with its sentence and nothing else.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            message: code.sentence().to_owned(),
            retry_after: None,
            permission: None,
            reference: None,
        }
    }

    /// The same error, worth another try after `seconds`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same error with the request id that the log carries.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal, $sentence:literal;)*) => {
        /// Every code of the contract. The name on the wire, the HTTP status and the sentence stand together.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All codes, for tables and tests.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// The HTTP status of an answer with this code; 0 for what never left the browser.
            pub const fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* }
            }

            /// One sentence for the person: what happened, whose doing it is.
            pub const fn sentence(self) -> &'static str {
                match self { $(Code::$variant => $sentence,)* }
            }
        }
    };
}

codes! {
    /// No transaction cookie of this browser fits the answer.
    TransactionMissing = "transaction_missing", 400, "This sign-in was not started in this browser, or it was already finished.";
    /// More than ten minutes passed since `begin`.
    TransactionExpired = "transaction_expired", 400, "This sign-in took longer than ten minutes, so it is no longer valid.";
    /// `state` differs from the sealed one.
    StateMismatch = "state_mismatch", 400, "The answer does not belong to the sign-in that was started here.";
    /// `iss` names another issuer, or is missing where it must be there (RFC 9207).
    IssuerMismatch = "issuer_mismatch", 400, "The answer came from another service than the one you chose.";
    /// The answer arrived at another provider's callback.
    ProviderMismatch = "provider_mismatch", 400, "The answer arrived at the address of another sign-in service.";
    /// The verifier does not belong to the sealed challenge.
    VerifierMismatch = "verifier_mismatch", 400, "This tab did not start the sign-in that came back.";
    /// The provider refused the authorization code.
    CodeRejected = "code_rejected", 400, "The sign-in service did not accept this sign-in; it may have been used or have run out.";
    /// The person said no.
    AccessDenied = "access_denied", 400, "You chose not to sign in.";
    /// The request cannot be understood.
    BadRequest = "bad_request", 400, "The request could not be understood.";
    /// There is no session.
    SignedOut = "signed_out", 401, "You are signed out.";
    /// The provider ended the connection; the account stays.
    Reauthorize = "reauthorize", 401, "The connection has ended and needs to be made again.";
    /// The ID token does not hold.
    IdTokenInvalid = "id_token_invalid", 401, "The sign-in service sent a proof of identity that does not hold.";
    /// Userinfo speaks of somebody else.
    UserinfoMismatch = "userinfo_mismatch", 401, "The sign-in service contradicted itself about who you are.";
    /// The request does not come from this app's own pages.
    Csrf = "csrf", 403, "The request did not come from this app's own pages.";
    /// A permission is missing.
    PermissionNeeded = "permission_needed", 403, "This needs a permission that you have not given yet.";
    /// The provider's development mode does not list this person.
    NotAllowListed = "not_allow_listed", 403, "This installation is in Spotify's development mode, and your Spotify account is not on its list.";
    /// The developer's own subscription lapsed.
    OwnerPremiumRequired = "owner_premium_required", 403, "Spotify has paused this installation because its owner's Premium subscription has lapsed.";
    /// Not for this person or this kind of app.
    Forbidden = "forbidden", 403, "That is not allowed.";
    /// The action wants a sign-in within the last ten minutes.
    RecentSignInNeeded = "recent_sign_in_needed", 403, "Please sign in once more first; your last sign-in is more than ten minutes ago.";
    /// There is no such thing.
    NotFound = "not_found", 404, "There is nothing here.";
    /// The method does not fit the path.
    MethodNotAllowed = "bad_request", 405, "That cannot be asked for in this way.";
    /// The content type is not accepted.
    UnsupportedMediaType = "bad_request", 415, "That kind of content is not accepted here.";
    /// The request names another host.
    MisdirectedRequest = "bad_request", 421, "The request named another host than this one.";
    /// Larger than accepted.
    TooLarge = "too_large", 413, "That is more than can be accepted.";
    /// The identity belongs to another account.
    IdentityTaken = "identity_taken", 409, "That identity belongs to another account here.";
    /// The last identity cannot be unlinked.
    LastIdentity = "last_identity", 409, "That is the only way into your account, so it cannot be removed.";
    /// Consent was given by another provider account.
    WrongAccount = "wrong_account", 409, "You gave permission with another account than the one that is connected.";
    /// There is no connection in this browser.
    NotConnected = "not_connected", 409, "That service is not connected in this browser.";
    /// Too many requests.
    RateLimited = "rate_limited", 429, "That was a lot in a short time. Please wait a moment.";
    /// The provider's daily allowance is used up.
    QuotaExhausted = "quota_exhausted", 429, "Spotify's daily allowance for this installation is used up.";
    /// The provider answered nonsense.
    ProviderError = "provider_error", 502, "The other service gave an answer that makes no sense.";
    /// The provider is down or slow.
    ProviderUnavailable = "provider_unavailable", 503, "The other service cannot be reached right now.";
    /// Our database is away.
    Unavailable = "unavailable", 503, "This service cannot do that right now; the trouble is on our side.";
    /// A defect of ours.
    Unexpected = "unexpected", 500, "Something went wrong on our side.";
    /// No answer of the server arrived, or not a whole one. Never on the wire.
    Offline = "offline", 0, "No answer came back: you may be offline, or this service may be restarting.";
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Code {
    /// Several statuses share `bad_request`; a browser gets the first of them. A code that is not
    /// known here, from a newer server, is [`Code::Unexpected`].
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::ALL
            .iter()
            .copied()
            .find(|code| code.name() == name)
            .unwrap_or(Self::Unexpected))
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let code = match error {
            // On the server this is a body that does not decode.
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_)
                if cfg!(feature = "ssr") =>
            {
                Code::BadRequest
            }
            // In the browser no answer came, or one that broke off, or one that is not ours, such as
            // a proxy's error page. Either way nobody knows what the server said.
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) => Code::Offline,
            _ => Code::Unexpected,
        };
        let error = Self::new(code);
        #[cfg(feature = "ssr")]
        crate::port::refused(&error);
        error
    }
}
