//! Randomness, from one place.

use std::sync::{Mutex, PoisonError};

use rand::{Rng as _, SeedableRng as _, TryRng as _};
use rand_chacha::ChaCha20Rng;

/// A cryptographic generator: seeded by the operating system, or by a test.
#[derive(Debug)]
pub struct Rng(Mutex<ChaCha20Rng>);

impl Rng {
    /// A generator seeded by the operating system.
    ///
    /// # Errors
    /// The operating system's own error where it has no randomness to give.
    pub fn system() -> Result<Self, std::io::Error> {
        let mut seed = [0; 32];
        rand::rngs::SysRng
            .try_fill_bytes(&mut seed)
            .map_err(std::io::Error::other)?;
        Ok(Self(Mutex::new(ChaCha20Rng::from_seed(seed))))
    }

    /// A generator whose draws repeat, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// `N` fresh random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        bytes
    }

    /// A fresh random id of 128 bits, as 22 characters of base64url.
    pub fn id(&self) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.bytes::<16>())
    }
}
