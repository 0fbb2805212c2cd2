//! Renewed tokens at rest: sealed under a key that needs the ring *and* the refresh token before, so
//! that a database with all its keys opens nothing.

use oauth::tokens::{RefreshToken, TokenSet};
use seal::{Context, KeyRing, OpenError, Sealer};

use crate::rng::Rng;
use crate::store::RefreshKey;

/// How long a result can be opened, in seconds. Until then the browser has come for it, or it has to
/// connect anew.
pub const LIFE_S: i64 = 86_400;

/// Seals and opens renewed tokens.
#[derive(Debug)]
pub struct Successors {
    ring: KeyRing,
}

/// A result cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SuccessorError {
    /// It was sealed with a key that this node does not know.
    #[error("renewed tokens were sealed with a key that is not in the ring")]
    UnknownKey,
    /// It is past its time, or none of ours.
    #[error("renewed tokens do not open")]
    Worthless,
    /// It is too long for a seal.
    #[error("renewed tokens are too long to be kept")]
    TooLong,
}

impl Successors {
    /// Under the keys of `ring`.
    pub fn new(ring: KeyRing) -> Self {
        Self { ring }
    }

    /// Seals the tokens that follow on `before`.
    ///
    /// # Errors
    /// [`SuccessorError::TooLong`].
    pub fn seal(
        &self,
        key: &RefreshKey,
        before: &RefreshToken,
        tokens: &TokenSet,
        now: i64,
        rng: &Rng,
    ) -> Result<String, SuccessorError> {
        self.sealer(before)
            .seal(
                &context(key, &name(key)),
                &tokens.to_sealed_json(),
                now + LIFE_S,
                rng.bytes(),
            )
            .map_err(|_| SuccessorError::TooLong)
    }

    /// Opens what [`Successors::seal`] gave, for who still has the refresh token before.
    ///
    /// # Errors
    /// [`SuccessorError`].
    pub fn open(
        &self,
        key: &RefreshKey,
        before: &RefreshToken,
        sealed: &str,
        now: i64,
    ) -> Result<TokenSet, SuccessorError> {
        let opened = self
            .sealer(before)
            .open(&context(key, &name(key)), sealed, now)
            .map_err(|error| match error {
                OpenError::UnknownKey => SuccessorError::UnknownKey,
                _ => SuccessorError::Worthless,
            })?;
        TokenSet::from_sealed_json(&opened.plaintext).map_err(|_| SuccessorError::Worthless)
    }

    fn sealer(&self, before: &RefreshToken) -> Sealer {
        Sealer::with_secret(&self.ring, "successor", before.secret().as_bytes())
    }
}

fn name(key: &RefreshKey) -> String {
    format!("{}/{}", key.epoch, key.generation)
}

fn context<'a>(key: &'a RefreshKey, name: &'a str) -> Context<'a> {
    Context {
        provider: &key.provider,
        session: &key.session,
        name,
    }
}
