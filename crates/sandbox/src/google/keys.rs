//! The keys that sign ID tokens.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// How many keys are published at most; Google publishes two.
const MOST_PUBLISHED: usize = 3;
/// How many bytes of a hash name a key: 40 characters, as at Google.
const KID_BYTES: usize = 20;

/// The keys of this process, in the order in which they are taken. A key takes long to make, and
/// a process of tests starts hundreds of sandboxes, so that all of them share these. A key is made
/// when it is first needed.
static POOL: LazyLock<Mutex<Vec<Arc<Key>>>> = LazyLock::new(Mutex::default);

/// A key pair and its name.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) kid: String,
    pair: KeyPair,
}

/// Which keys of the pool a sandbox signs with and publishes.
#[derive(Debug)]
pub(crate) struct Keys {
    current: usize,
    /// Newest first; the current one is among them.
    published: Vec<usize>,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            current: 0,
            published: vec![0],
        }
    }
}

impl Keys {
    /// The key that signs.
    pub(crate) fn current(&self) -> Arc<Key> {
        take(self.current)
    }

    /// The keys that a client may verify with, newest first.
    pub(crate) fn published(&self) -> impl Iterator<Item = Arc<Key>> + '_ {
        self.published.iter().map(|index| take(*index))
    }

    /// Signs with the next key from now on; the ones before stay published, or do not.
    pub(crate) fn rotate(&mut self, keep_old: bool) {
        self.current += 1;
        if !keep_old {
            self.published.clear();
        }
        self.published.insert(0, self.current);
        self.published.truncate(MOST_PUBLISHED);
    }
}

impl Key {
    fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
        let hash = Sha256::digest(pair.public_key().as_ref());
        let kid = hash
            .iter()
            .take(KID_BYTES)
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
        Self { kid, pair }
    }

    /// The public half as a JWK (RFC 7517 §4, RFC 7518 §6.3.1).
    pub(crate) fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": self.kid,
            "n": number(public.modulus().big_endian_without_leading_zero()),
            "e": number(public.exponent().big_endian_without_leading_zero()),
        })
    }

    /// The RS256 signature of a text, in base64url.
    pub(crate) fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .expect("a key that was just made signs");
        URL_SAFE_NO_PAD.encode(signature)
    }
}

fn take(index: usize) -> Arc<Key> {
    // Nothing is half done when a holder of this lock panics.
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    while pool.len() <= index {
        pool.push(Arc::new(Key::generate()));
    }
    Arc::clone(&pool[index])
}

#[cfg(test)]
mod tests {
    use super::{Keys, MOST_PUBLISHED};

    #[test]
    fn a_rotation_keeps_the_old_keys_only_when_told_to() {
        let mut keys = Keys::default();
        keys.rotate(true);
        assert_eq!((keys.current, &*keys.published), (1, &[1, 0][..]));
        keys.rotate(false);
        assert_eq!((keys.current, &*keys.published), (2, &[2][..]));
        for _ in 0..10 {
            keys.rotate(true);
        }
        assert_eq!(keys.published.len(), MOST_PUBLISHED);
        assert_eq!(keys.published[0], keys.current);
    }
}
