//! The tokens of one connection, and how an answer of the provider changes them.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::secret::secret_text;

mod sealed;

pub use sealed::SealedTokensError;

secret_text! {
    /// A bearer access token: visible ASCII, so that it can stand in a header (RFC 6750 §2.1).
    AccessToken, max 16 * 1024, byte |byte| byte.is_ascii_graphic()
}

secret_text! {
    /// A refresh token: visible ASCII. Opaque, never parsed.
    RefreshToken, max 16 * 1024, byte |byte| byte.is_ascii_graphic()
}

secret_text! {
    /// An authorization code: visible ASCII. Good for one exchange.
    AuthorizationCode, max 16 * 1024, byte |byte| byte.is_ascii_graphic()
}

secret_text! {
    /// An ID token as it was sent: visible ASCII. Nothing of it is verified here.
    IdTokenText, max 16 * 1024, byte |byte| byte.is_ascii_graphic()
}

/// Why a text cannot be the secret it claims to be. It never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Nothing at all.
    #[error("the value is empty")]
    Empty,
    /// Longer than the type's `MAX_BYTES`.
    #[error("the value is too long")]
    TooLong,
    /// A byte that could not stand in a header or a form field unharmed.
    #[error("the value holds a character that has no place in it")]
    Character,
}

/// What a token endpoint answered, checked but not yet merged (RFC 6749 §5.1).
///
/// The token type is not here: only `Bearer`, in any case, gets this far.
#[derive(Debug, Clone)]
pub struct TokenAnswer {
    /// The new access token.
    pub access_token: AccessToken,
    /// A new refresh token. Absent means: keep the one you have.
    pub refresh_token: Option<RefreshToken>,
    /// The scopes of the access token. Absent means: as asked for, or as before.
    pub scopes: Option<Vec<String>>,
    /// `expires_in`, in seconds, as the provider said it.
    pub expires_in_s: Option<i64>,
    /// The ID token, where the provider speaks OIDC (OIDC Core §3.1.3.3). Not verified.
    pub id_token: Option<IdTokenText>,
}

impl TokenAnswer {
    /// The life assumed where the provider names none, in seconds. Short on purpose: the cost
    /// of being wrong is one early refresh.
    pub const UNKNOWN_LIFE_S: i64 = 300;

    /// The longest life that is believed, in seconds.
    pub const MAX_LIFE_S: i64 = 86_400;

    /// The life of the access token in seconds, within `0..=`[`Self::MAX_LIFE_S`].
    pub fn life_s(&self) -> i64 {
        self.expires_in_s
            .unwrap_or(Self::UNKNOWN_LIFE_S)
            .clamp(0, Self::MAX_LIFE_S)
    }
}

/// The tokens of one connection.
///
/// It has no `Serialize`: [`to_sealed_json`](Self::to_sealed_json) is the one way out, and its
/// name says where the bytes belong.
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// Presented at the provider's interface.
    pub access_token: AccessToken,
    /// Exchanged for the next access token, where the provider gave one.
    pub refresh_token: Option<RefreshToken>,
    /// What the access token may do, in the provider's order.
    pub scopes: Vec<String>,
    /// When the access token ends, in unix seconds.
    pub access_expires_at: i64,
    /// How long the access token lived when it was issued, in seconds.
    pub access_life_s: i64,
    /// When the person consented, in unix seconds. A refresh does not move it: Spotify counts
    /// its six months from here.
    pub granted_at: i64,
    /// When a scope was first granted, in unix seconds, where that was not at `granted_at`: it was
    /// held before the last consent, or a refresh brought it. Read [`since`](Self::since).
    pub since: BTreeMap<String, i64>,
    /// How many refreshes lie behind this set. With the refresh token it names one flight,
    /// for a provider may keep the same refresh token for ever.
    pub generation: u64,
    /// Who the tokens are of, as the first ID token said: a renewed one must say the same. The
    /// caller sets it once that ID token is checked.
    pub subject: Option<String>,
    /// The last checked ID token: the hint for signing out at the provider. The caller sets it.
    pub id_token: Option<IdTokenText>,
    /// The nonce of the first ID token: a renewed one that has any must have the same. The caller
    /// sets it.
    pub nonce: Option<String>,
}

impl TokenSet {
    /// The first set of a connection. An answer without `scope` granted what was requested
    /// (RFC 6749 §5.1). `now` is best read before the request was sent. The answer's ID token is
    /// left out: it is not checked yet.
    pub fn granted(answer: TokenAnswer, requested: &[String], now: i64) -> Self {
        let life_s = answer.life_s();
        Self {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            scopes: answer.scopes.unwrap_or_else(|| requested.to_vec()),
            access_expires_at: now.saturating_add(life_s),
            access_life_s: life_s,
            granted_at: now,
            since: BTreeMap::new(),
            generation: 0,
            subject: None,
            id_token: None,
            nonce: None,
        }
    }

    /// The set after a refresh (RFC 6749 §6): an absent refresh token or scope keeps the old
    /// one, a present one replaces it. A refresh at Spotify may *widen* the scope. Subject and ID
    /// token stay: the answer's is not checked yet.
    #[must_use]
    pub fn refreshed(&self, answer: TokenAnswer, now: i64) -> Self {
        let life_s = answer.life_s();
        let scopes = answer.scopes.unwrap_or_else(|| self.scopes.clone());
        Self {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token.or_else(|| self.refresh_token.clone()),
            since: self.since_of(&scopes, self.granted_at, now),
            scopes,
            access_expires_at: now.saturating_add(life_s),
            access_life_s: life_s,
            granted_at: self.granted_at,
            generation: self.generation.saturating_add(1),
            subject: self.subject.clone(),
            id_token: self.id_token.clone(),
            nonce: self.nonce.clone(),
        }
    }

    /// The set of a later consent, which knows what was granted before it.
    #[must_use]
    pub fn following_on(mut self, before: &Self) -> Self {
        self.since = before.since_of(&self.scopes, self.granted_at, self.granted_at);
        self
    }

    /// When `scope` was first granted, in unix seconds.
    pub fn since(&self, scope: &str) -> i64 {
        self.since.get(scope).copied().unwrap_or(self.granted_at)
    }

    /// What [`since`](Self::since) is of a set with `scopes` that follows on this one; what this one
    /// does not hold is granted `now`.
    fn since_of(&self, scopes: &[String], granted_at: i64, now: i64) -> BTreeMap<String, i64> {
        let first = |scope: &String| {
            if self.scopes.contains(scope) {
                self.since(scope)
            } else {
                now
            }
        };
        scopes
            .iter()
            .map(|scope| (scope.clone(), first(scope)))
            .filter(|(_, first)| *first != granted_at)
            .collect()
    }

    /// Whether a refresh is due: under 30 seconds are left, or, where the whole life was under
    /// 60 seconds, when it is over. Without the second half such a token would always be due.
    pub fn due(&self, now: i64) -> bool {
        let left_s = self.access_expires_at.saturating_sub(now);
        if self.access_life_s < 60 {
            left_s <= 0
        } else {
            left_s < 30
        }
    }

    /// When the access token was issued, in unix seconds.
    pub fn issued_at(&self) -> i64 {
        self.access_expires_at.saturating_sub(self.access_life_s)
    }

    /// When [`due`](Self::due) begins to hold, in unix seconds.
    pub fn due_at(&self) -> i64 {
        if self.access_life_s < 60 {
            self.access_expires_at
        } else {
            self.access_expires_at.saturating_sub(29)
        }
    }

    /// The set as bytes, wiped on drop. They belong into a seal and nowhere else.
    pub fn to_sealed_json(&self) -> Zeroizing<Vec<u8>> {
        sealed::write(self)
    }

    /// Reads what [`to_sealed_json`](Self::to_sealed_json) wrote, after the seal was opened.
    ///
    /// # Errors
    /// The bytes are not of this form. The message holds nothing of them.
    pub fn from_sealed_json(bytes: &[u8]) -> Result<Self, SealedTokensError> {
        sealed::read(bytes)
    }
}
