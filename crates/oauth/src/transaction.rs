//! One attempt to sign in, from `begin` to `complete`.

use serde::{Deserialize, Serialize};

use crate::pkce::Challenge;
use crate::return_to::ReturnTo;
use crate::state::{Nonce, State};

/// Everything the server must remember about one authorization request.
///
/// The server seals it into a cookie of the browser that started; nothing of it is believed
/// from anywhere else. Whoever returns must bring this cookie *and* the matching verifier.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Transaction {
    /// The provider's id, as in the callback's path (`spotify`).
    pub provider: String,
    /// The issuer identifier that an `iss` in the answer must equal (RFC 9207).
    pub issuer: String,
    /// Whether the provider promised to send `iss`: then an answer without it is refused.
    #[serde(default)]
    pub iss_required: bool,
    /// The redirect URI of the request; the exchange repeats it byte for byte.
    pub redirect_uri: String,
    /// The `state` of the request.
    pub state: State,
    /// The `nonce` of the request, where the provider speaks OIDC.
    pub nonce: Option<Nonce>,
    /// The S256 challenge that the browser chose.
    pub challenge: Challenge,
    /// What the person set out to do.
    pub intent: Intent,
    /// The permissions that were asked for, by our own names.
    pub permissions: Vec<String>,
    /// Where the person goes afterwards.
    pub return_to: ReturnTo,
    /// The session that a link or a grant belongs to. A sign-in has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// When it began, in unix seconds.
    pub issued_at: i64,
}

impl Transaction {
    /// How long a transaction lives, in seconds.
    pub const LIFE_S: i64 = 600;

    /// How far ahead of our clock `issued_at` may lie, in seconds: nodes of one deployment
    /// do not agree to the second.
    pub const SKEW_S: i64 = 60;

    /// Whether the transaction is in its life at `now`: not over, and not from the future.
    pub fn is_fresh(&self, now: i64) -> bool {
        let age = now.saturating_sub(self.issued_at);
        (-Self::SKEW_S..Self::LIFE_S).contains(&age)
    }
}

/// What a person set out to do with the provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// Sign in: a new session.
    #[default]
    SignIn,
    /// Add this identity to the account that is signed in.
    Link,
    /// Widen or renew what the app may do for the account that is signed in.
    Grant,
}
