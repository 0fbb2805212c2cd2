//! Opaque values: codes, tokens and session ids.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

/// How many random bytes an access token holds: 2 + 4/3 × 180 = 242 characters.
const ACCESS_TOKEN_BYTES: usize = 180;
/// How many random bytes a code or refresh token holds: 134 characters.
const CODE_BYTES: usize = 99;
/// How many random bytes a code of Google's holds: 73 characters in all.
const GOOGLE_CODE_BYTES: usize = 52;
/// How many random bytes a refresh token of Google's holds: 103 characters in all.
const GOOGLE_REFRESH_BYTES: usize = 74;
const SESSION_BYTES: usize = 24;

/// Draws opaque values from the seed, a counter and the time.
///
/// The time takes part so that a restart, or a reset, never repeats a value: a client with a
/// long memory would take a repeated refresh token for one that it has already seen.
#[derive(Debug)]
pub(crate) struct Mint {
    seed: u64,
    drawn: u64,
}

impl Mint {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// A code or a refresh token: `AQ…`.
    pub(crate) fn code(&mut self, now_ms: i64) -> String {
        self.draw("AQ", CODE_BYTES, now_ms)
    }

    /// An access token: `BQ…`, over 200 characters.
    pub(crate) fn access_token(&mut self, now_ms: i64) -> String {
        self.draw("BQ", ACCESS_TOKEN_BYTES, now_ms)
    }

    /// The id of a browser that is signed in at the sandbox.
    pub(crate) fn session_id(&mut self, now_ms: i64) -> String {
        self.draw("", SESSION_BYTES, now_ms)
    }

    /// A code of Google's, with a slash in it: `4/0…`.
    pub(crate) fn google_code(&mut self, now_ms: i64) -> String {
        self.draw("4/0", GOOGLE_CODE_BYTES, now_ms)
    }

    /// An access token of Google's: `ya29.…`.
    pub(crate) fn google_access(&mut self, now_ms: i64) -> String {
        self.draw("ya29.", ACCESS_TOKEN_BYTES, now_ms)
    }

    /// A refresh token of Google's, with slashes in it: `1//0…`.
    pub(crate) fn google_refresh(&mut self, now_ms: i64) -> String {
        self.draw("1//0", GOOGLE_REFRESH_BYTES, now_ms)
    }

    fn draw(&mut self, prefix: &str, length: usize, now_ms: i64) -> String {
        loop {
            self.drawn += 1;
            let mut hash = Sha256::new();
            hash.update(self.seed.to_be_bytes());
            hash.update(self.drawn.to_be_bytes());
            hash.update(now_ms.to_be_bytes());
            let mut bytes = vec![0; length];
            StdRng::from_seed(hash.finalize().into()).fill_bytes(&mut bytes);
            let value = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes));
            // The provider's tokens hold both, and a client that forgets to encode them must
            // find out here, not by chance on one day in twenty.
            if value.contains('-') && value.contains('_') {
                return value;
            }
        }
    }
}
