//! The ring of keys and what is derived from it.

mod derived;
mod key_id;

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

pub use self::derived::{DerivedKey, DerivedKeys};
pub use self::key_id::KeyId;

/// Length of a key of the ring, and of every key derived from it, in bytes.
pub(crate) const KEY_BYTES: usize = 32;

/// The longest base64 text of a key: 32 bytes with padding.
const KEY_TEXT_BYTES: usize = 44;

/// Standard base64 (RFC 4648 section 4). Padding may be there or not, as tools differ; trailing
/// bits that are not zero are refused, so that one key has one text.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keys of an installation, in order: the first seals and signs, all of them open and verify.
///
/// The ring never gives a key away. Each use takes a key derived for it, by [`KeyRing::derive`],
/// [`KeyRing::derive_for`] or a [`Sealer`](crate::Sealer). The memory of the keys is overwritten
/// when the ring is dropped, and `Debug` shows the key ids alone.
pub struct KeyRing {
    /// Never empty: [`KeyRing::parse`] is the only author.
    keys: Vec<RingKey>,
}

struct RingKey {
    id: KeyId,
    material: Zeroizing<[u8; KEY_BYTES]>,
}

impl KeyRing {
    /// Reads a ring from `id:base64(32 bytes)`, comma separated, the first key first.
    ///
    /// The base64 is the standard one, padded or not. White space around an entry is ignored.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when there is no key, when an entry has no id or a wrong one, when a key is
    /// not 32 bytes or is one byte repeated, and when two entries share an id or a key. No error
    /// holds any part of a key.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        if text.trim().is_empty() {
            return Err(KeyRingError::Empty);
        }
        // The room for all keys is taken at once: a vector that grows leaves copies behind.
        let mut keys: Vec<RingKey> = Vec::with_capacity(text.split(',').count());
        for (index, entry) in text.split(',').enumerate() {
            let key = parse_entry(entry.trim(), index + 1)?;
            for earlier in &keys {
                if earlier.id == key.id {
                    return Err(KeyRingError::DuplicateId { id: key.id });
                }
                if bool::from(earlier.material.ct_eq(key.material.as_slice())) {
                    return Err(KeyRingError::DuplicateKey {
                        id: key.id,
                        other: earlier.id.clone(),
                    });
                }
            }
            keys.push(key);
        }
        Ok(Self { keys })
    }

    /// The ids of all keys, the first key first.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = &KeyId> {
        self.keys.iter().map(|key| &key.id)
    }

    /// The id of the key that seals and signs.
    pub fn first(&self) -> &KeyId {
        &self.keys[0].id
    }

    /// Derives one key from every key of the ring, the first key first.
    ///
    /// HKDF-SHA256 (RFC 5869) without salt, as the keys of the ring are uniform already, and with
    /// `label` as `info`. A label names one use, such as `stagedoor/v1/session-signing`; two uses
    /// never share a label. Labels under `stagedoor/v1/seal/` belong to [`Sealer`](crate::Sealer).
    #[must_use]
    pub fn derive(&self, label: &str) -> DerivedKeys {
        DerivedKeys::new(self.keys.iter().map(|key| {
            (
                key.id.clone(),
                derived::derive(key.material.as_slice(), label),
            )
        }))
    }

    /// Derives as [`KeyRing::derive`] does, from every key of the ring *and* `secret`: who has the
    /// ring alone, or the secret alone, has nothing.
    ///
    /// The secret is hashed first, so that its length says nothing and no two pairs of key and
    /// secret make the same input.
    #[must_use]
    pub(crate) fn derive_with(&self, label: &str, secret: &[u8]) -> DerivedKeys {
        let secret = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(secret)));
        DerivedKeys::new(self.keys.iter().map(|key| {
            let mut both = Zeroizing::new([0; 2 * KEY_BYTES]);
            both[..KEY_BYTES].copy_from_slice(key.material.as_slice());
            both[KEY_BYTES..].copy_from_slice(secret.as_slice());
            (key.id.clone(), derived::derive(both.as_slice(), label))
        }))
    }

    /// Derives one key from the key named `id`, as [`KeyRing::derive`] does; none when the ring has
    /// no such key.
    #[must_use]
    pub fn derive_for(&self, id: &KeyId, label: &str) -> Option<DerivedKey> {
        let key = self.keys.iter().find(|key| key.id == *id)?;
        Some(derived::derive(key.material.as_slice(), label))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing(")?;
        f.debug_list().entries(self.ids()).finish()?;
        f.write_str(", [redacted])")
    }
}

/// Why a text is not a key ring.
///
/// Entries are counted from 1. A message names an entry by its number until its id is known to be
/// one, since a person who swaps id and key would otherwise read the key in a log.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// There is no key at all.
    #[error("there is no key; give at least one as `id:base64(32 bytes)`")]
    Empty,
    /// An entry is not `id:key`.
    #[error("entry {entry} is not `id:base64(32 bytes)`")]
    NotAnEntry {
        /// The number of the entry.
        entry: usize,
    },
    /// An id is not 1 to 16 characters of `A-Z a-z 0-9 _ -`.
    #[error("the id of entry {entry} is not 1 to 16 characters of A-Z, a-z, 0-9, `_` and `-`")]
    BadId {
        /// The number of the entry.
        entry: usize,
    },
    /// A key is not base64.
    #[error("the key `{id}` is not standard base64")]
    NotBase64 {
        /// The id of the key.
        id: KeyId,
    },
    /// A key is longer or shorter than 32 bytes.
    #[error("the key `{id}` is not exactly 32 bytes")]
    WrongLength {
        /// The id of the key.
        id: KeyId,
    },
    /// A key is one byte repeated, all zero bytes for one.
    #[error("the key `{id}` is one byte repeated; draw 32 random bytes")]
    Weak {
        /// The id of the key.
        id: KeyId,
    },
    /// Two entries have one id.
    #[error("the id `{id}` is given twice")]
    DuplicateId {
        /// The id they share.
        id: KeyId,
    },
    /// Two entries have one key.
    #[error("the keys `{id}` and `{other}` are the same")]
    DuplicateKey {
        /// The id of the later entry.
        id: KeyId,
        /// The id of the earlier entry.
        other: KeyId,
    },
}

fn parse_entry(text: &str, entry: usize) -> Result<RingKey, KeyRingError> {
    let (id, key) = text
        .split_once(':')
        .ok_or(KeyRingError::NotAnEntry { entry })?;
    let id = KeyId::parse(id).ok_or(KeyRingError::BadId { entry })?;
    let material = parse_material(key, &id)?;
    Ok(RingKey { id, material })
}

fn parse_material(text: &str, id: &KeyId) -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyRingError> {
    if text.len() > KEY_TEXT_BYTES {
        return Err(KeyRingError::WrongLength { id: id.clone() });
    }
    // The decoder asks for room by its estimate, which can be more than the key needs.
    let mut decoded = Zeroizing::new([0; KEY_TEXT_BYTES]);
    let length = BASE64
        .decode_slice(text, decoded.as_mut_slice())
        .map_err(|_| KeyRingError::NotBase64 { id: id.clone() })?;
    if length != KEY_BYTES {
        return Err(KeyRingError::WrongLength { id: id.clone() });
    }
    let mut material = Zeroizing::new([0; KEY_BYTES]);
    material.copy_from_slice(&decoded[..KEY_BYTES]);
    if material.iter().all(|byte| *byte == material[0]) {
        return Err(KeyRingError::Weak { id: id.clone() });
    }
    Ok(material)
}
