//! Ids as the provider forms them: 22 characters of base 62.

use rand::RngExt as _;
use rand::rngs::StdRng;
use sha2::{Digest as _, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 22;

/// Whether an id has the form that ids have.
pub(crate) fn is_base62(id: &str) -> bool {
    id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The id that follows from a text.
pub(crate) fn base62_of(text: &str) -> String {
    let hash = Sha256::digest(text);
    let bytes = hash.iter().take(LENGTH);
    bytes
        .map(|byte| char::from(BASE62[usize::from(*byte) % BASE62.len()]))
        .collect()
}

/// The next id of these dice.
pub(super) fn base62(rng: &mut StdRng) -> String {
    (0..LENGTH)
        .map(|_| char::from(BASE62[rng.random_range(0..BASE62.len())]))
        .collect()
}
