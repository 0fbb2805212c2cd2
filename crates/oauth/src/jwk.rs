//! The public keys of a provider (RFC 7517).
//!
//! A set is read key by key: a provider may publish keys for purposes and curves that are none
//! of ours, and one of them must not hide the others.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::jose::{Algorithm, Jws};
use crate::strict_json::{self, JsonError};

/// A key that a signature can be checked with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PublicKey {
    /// RSA, 2048 to 8192 bits.
    Rsa {
        /// The modulus, big-endian, without leading zeros.
        n: Vec<u8>,
        /// The exponent, big-endian, without leading zeros: odd, at least 3, at most 32 bits.
        e: Vec<u8>,
    },
    /// A point that claims to be on P-256; whether it is there is for the cryptography to say.
    P256 {
        /// Its first coordinate, big-endian.
        x: [u8; 32],
        /// Its second coordinate, big-endian.
        y: [u8; 32],
    },
    /// An Ed25519 public key.
    Ed25519 {
        /// The 32 bytes of RFC 8032.
        x: [u8; 32],
    },
}

impl PublicKey {
    /// Whether it is a key for this algorithm.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.algorithm() == algorithm
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::P256 { .. } => Algorithm::Es256,
            Self::Ed25519 { .. } => Algorithm::EdDsa,
        }
    }
}

/// The usable keys of a provider.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Key>,
    skipped: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Key {
    kid: Option<String>,
    public: PublicKey,
}

/// What a token's key is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice<'a> {
    /// This one.
    Key(&'a PublicKey),
    /// None of these. The provider may have a new one by now.
    Unknown,
    /// The token names no key and several would do.
    Ambiguous,
}

/// Why bytes are no set of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// More than [`KeySet::MAX_BYTES`].
    #[error("the key set is too large")]
    TooLarge,
    /// Not one JSON object in which each member is there once.
    #[error("the key set is not a JSON object")]
    Json,
    /// `keys` is no array.
    #[error("the key set has no array of keys")]
    Keys,
    /// More than [`KeySet::MAX_KEYS`].
    #[error("the key set has too many keys")]
    TooMany,
}

impl KeySet {
    /// The largest set that is read, in bytes.
    pub const MAX_BYTES: usize = 512 * 1024;

    /// The most keys that a set may have, usable or not.
    pub const MAX_KEYS: usize = 1000;

    /// Reads a set. A key that cannot be used is skipped: another type or curve, another purpose
    /// or algorithm, too weak, private, malformed. Of different keys with one id all are
    /// skipped, for nothing says which was meant.
    ///
    /// # Errors
    /// See [`KeySetError`]. A set without any usable key is none.
    pub fn parse(body: &[u8]) -> Result<Self, KeySetError> {
        let set = strict_json::object(body, Self::MAX_BYTES).map_err(|error| match error {
            JsonError::TooLarge => KeySetError::TooLarge,
            JsonError::Malformed => KeySetError::Json,
        })?;
        let Some(Value::Array(all)) = set.get("keys") else {
            return Err(KeySetError::Keys);
        };
        if all.len() > Self::MAX_KEYS {
            return Err(KeySetError::TooMany);
        }
        let mut keys: Vec<Key> = Vec::new();
        let mut disputed = BTreeSet::new();
        for key in all.iter().filter_map(|key| read_key(key.as_object()?)) {
            if keys.contains(&key) {
                continue;
            }
            if let Some(kid) = &key.kid
                && keys.iter().any(|other| other.kid.as_ref() == Some(kid))
            {
                disputed.insert(kid.clone());
            }
            keys.push(key);
        }
        keys.retain(|key| key.kid.as_ref().is_none_or(|kid| !disputed.contains(kid)));
        let skipped = all.len() - keys.len();
        Ok(Self { keys, skipped })
    }

    /// How many usable keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key is usable.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many keys were skipped, for the log.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// The key for a token with this key id and algorithm. Without a key id it is the only one
    /// that fits the algorithm, if there is only one.
    pub fn choose(&self, kid: Option<&str>, algorithm: Algorithm) -> Choice<'_> {
        let mut fitting = self
            .keys
            .iter()
            .filter(|key| key.public.fits(algorithm))
            .filter(|key| kid.is_none() || key.kid.as_deref() == kid);
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Choice::Key(&key.public),
            (Some(_), Some(_)) => Choice::Ambiguous,
            (None, _) => Choice::Unknown,
        }
    }
}

/// One key of a set, if it can be used here.
fn read_key(key: &Map<String, Value>) -> Option<Key> {
    /// A key with one of these is private or symmetric, and whoever publishes it has lost it.
    const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    if SECRET.iter().any(|name| key.contains_key(*name)) || !is_for_signatures(key) {
        return None;
    }
    let kid = match key.get("kid") {
        None => None,
        Some(Value::String(kid)) if (1..=Jws::MAX_KID_BYTES).contains(&kid.len()) => {
            Some(kid.clone())
        }
        Some(_) => return None,
    };
    let public = read_public(key)?;
    match key.get("alg") {
        None => {}
        Some(Value::String(alg)) if *alg == public.algorithm().name() => {}
        // The newer name of the same (RFC 9864).
        Some(Value::String(alg)) if alg == "Ed25519" && public.fits(Algorithm::EdDsa) => {}
        Some(_) => return None,
    }
    Some(Key { kid, public })
}

/// Whether nothing in the key speaks against it: `use`, and `key_ops` where they are there.
fn is_for_signatures(key: &Map<String, Value>) -> bool {
    let by_use = key.get("use").is_none_or(|purpose| purpose == "sig");
    let by_operations = key.get("key_ops").is_none_or(|operations| {
        operations
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == "verify"))
    });
    by_use && by_operations
}

fn read_public(key: &Map<String, Value>) -> Option<PublicKey> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    match (text("kty")?, text("crv")) {
        ("RSA", _) => rsa(&bytes(text("n")?)?, &bytes(text("e")?)?),
        ("EC", Some("P-256")) => Some(PublicKey::P256 {
            x: coordinate(text("x")?)?,
            y: coordinate(text("y")?)?,
        }),
        ("OKP", Some("Ed25519")) => Some(PublicKey::Ed25519 {
            x: coordinate(text("x")?)?,
        }),
        _ => None,
    }
}

fn rsa(n: &[u8], e: &[u8]) -> Option<PublicKey> {
    let n = without_leading_zeros(n);
    let e = without_leading_zeros(e);
    let first = n.first()?;
    let bits = n.len() * 8 - usize::try_from(first.leading_zeros()).ok()?;
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let exponent_is_sound = e.len() <= 4 && is_odd(e) && e != [1];
    ((2048..=8192).contains(&bits) && is_odd(n) && exponent_is_sound).then(|| PublicKey::Rsa {
        n: n.to_vec(),
        e: e.to_vec(),
    })
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

fn coordinate(text: &str) -> Option<[u8; 32]> {
    bytes(text)?.try_into().ok()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
