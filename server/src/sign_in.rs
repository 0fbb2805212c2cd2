//! The sign-in: `begin` and `complete`, for all three intents.

mod begin;
mod complete;
mod hand_over;

pub(crate) use begin::is_recent;
pub use complete::Visitor;

use std::collections::HashMap;
use std::sync::Arc;

use app::error::{ApiError, Code};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth::callback::CallbackError;
use oauth::client::{ExchangeError, Unavailable};
use oauth::tokens::TokenSet;
use oauth::transaction::Transaction;
use sha2::{Digest as _, Sha256};

use crate::cookies::TooLarge;
use crate::discovery::Down;
use crate::egress::EgressError;
use crate::identify::IdentifyError;
use crate::limits::Limited;
use crate::sessions::SessionError;
use crate::store::{Person, StoreError};

/// How long a sign-in counts as recent, in seconds: linking, unlinking and deleting want one. It is
/// what we saw ourselves; whether the provider asked for a password is not known.
pub const RECENT_S: i64 = 600;

/// A sign-in cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The request is not one that can be begun: provider, challenge, permission, intent or page.
    #[error("the request cannot be begun: {0}")]
    BadRequest(&'static str),
    /// Too many from this address.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The transaction does not fit into a cookie.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// Only who is signed in can link or grant.
    #[error("nobody is signed in")]
    SignedOut,
    /// Only who has just signed in can link.
    #[error("the sign-in is not recent")]
    NotRecent,
    /// The provider cannot be used now.
    #[error(transparent)]
    Down(#[from] Down),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BeginError> for ApiError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::BadRequest(_) => Code::BadRequest.into(),
            BeginError::Limited(limited) => {
                Self::new(Code::RateLimited).retry_after(limited.retry_after_s)
            }
            BeginError::TooLarge(_) => Code::TooLarge.into(),
            BeginError::SignedOut => Code::SignedOut.into(),
            BeginError::NotRecent => Code::RecentSignInNeeded.into(),
            BeginError::Down(down) => down.answer(),
            BeginError::Store(_) => Code::Unavailable.into(),
        }
    }
}

/// A sign-in cannot be finished.
#[derive(Debug, thiserror::Error)]
pub enum CompleteError {
    /// The answer of the provider does not hold.
    #[error(transparent)]
    Callback(#[from] CallbackError),
    /// The transaction was used before.
    #[error("the transaction was used before")]
    Used,
    /// The provider is not configured.
    #[error("the provider is not configured")]
    UnknownProvider,
    /// Too many from this address.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// A link or grant without a session.
    #[error("nobody is signed in")]
    SignedOut,
    /// A link or grant of another session.
    #[error("the transaction is one of another session")]
    OtherSession,
    /// The provider cannot be used now.
    #[error(transparent)]
    Down(#[from] Down),
    /// The code was not exchanged.
    #[error("the code was not exchanged")]
    Exchange(#[source] ExchangeError),
    /// The provider did not tell who signed in, or not in a way that holds.
    #[error("it cannot be told who signed in")]
    Identify(#[source] IdentifyError),
    /// The identity belongs to somebody else here.
    #[error("the identity belongs to another account")]
    Taken,
    /// It is another identity of the provider than the one that is linked.
    #[error("it is another account at the provider than the one that is linked")]
    WrongAccount,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The tokens do not fit into cookies.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The exchange ended without a result.
    #[error("the exchange ended without a result")]
    Lost,
}

impl CompleteError {
    /// What the person is told.
    pub fn answer(&self) -> ApiError {
        let code = match self {
            Self::Callback(error) => callback_code(*error),
            Self::Used | Self::OtherSession => Code::TransactionMissing,
            Self::UnknownProvider => Code::BadRequest,
            Self::Limited(limited) => {
                return ApiError::new(Code::RateLimited).retry_after(limited.retry_after_s);
            }
            Self::SignedOut => Code::SignedOut,
            Self::Down(down) => return down.answer(),
            Self::Exchange(error) => match error {
                ExchangeError::CodeRejected => Code::CodeRejected,
                ExchangeError::ClientRejected
                | ExchangeError::Refused(_)
                | ExchangeError::Nonsense => Code::ProviderError,
                // An answer came, and more of it than anybody needs.
                ExchangeError::Unavailable(Unavailable::Unreachable(source))
                    if matches!(source.downcast_ref(), Some(EgressError::TooLarge)) =>
                {
                    Code::ProviderError
                }
                ExchangeError::Unavailable(_) => Code::ProviderUnavailable,
                ExchangeError::RedirectUri => Code::Unexpected,
            },
            Self::Identify(error) => return error.answer(),
            Self::Taken => Code::IdentityTaken,
            Self::WrongAccount => Code::WrongAccount,
            Self::Store(_) => Code::Unavailable,
            Self::Session(error) => return ApiError::from(error),
            Self::TooLarge(_) => Code::TooLarge,
            Self::Lost => Code::Unexpected,
        };
        code.into()
    }

    /// Whether it says that something of ours, or of the installation, is broken.
    fn is_defect(&self) -> bool {
        matches!(
            self,
            Self::Lost
                | Self::Store(_)
                | Self::Session(_)
                | Self::Exchange(ExchangeError::ClientRejected | ExchangeError::RedirectUri)
        )
    }
}

impl From<&SessionError> for ApiError {
    fn from(error: &SessionError) -> Self {
        match error {
            SessionError::Store(_) => Code::Unavailable.into(),
            SessionError::Signing(_) => Code::Unexpected.into(),
            SessionError::TooLarge(_) => Code::TooLarge.into(),
        }
    }
}

fn callback_code(error: CallbackError) -> Code {
    Code::ALL
        .iter()
        .copied()
        .find(|code| code.name() == error.code())
        .unwrap_or(Code::BadRequest)
}

/// The result of an exchange: what the cookies of the browser are made of.
#[derive(Debug)]
pub struct Finished {
    deed: Deed,
    tokens: TokenSet,
    transaction: Transaction,
    /// What followed on the tokens of other providers that the browser held: it may not have seen it
    /// yet, and with the session before it is gone.
    others: HashMap<String, Arc<TokenSet>>,
}

impl Finished {
    /// The session that was opened, if one was.
    pub fn opened_session(&self) -> Option<&str> {
        match &self.deed {
            Deed::SignedIn { session, .. } => Some(session),
            Deed::Connected { .. } | Deed::Proven { .. } => None,
        }
    }
}

/// What an exchange led to.
#[derive(Debug)]
enum Deed {
    /// A new session.
    SignedIn {
        session: String,
        /// The session that this one replaces.
        previous: Option<String>,
        /// Whether that was of the same account.
        same_account: bool,
    },
    /// Tokens for a session that goes on, of an identity that is linked.
    Connected { session: String },
    /// An identity that is proven, and linked once the person has confirmed it.
    Proven {
        session: String,
        person: Box<Person>,
        provider_session: Option<String>,
    },
}

/// What an exchange ends in.
pub type Outcome = Result<Finished, Arc<CompleteError>>;

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}
