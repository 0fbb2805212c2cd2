//! Keys for one use, derived from the keys of the ring.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{KEY_BYTES, KeyId};

/// A key for one use: 32 bytes, overwritten when dropped, redacted in `Debug`.
pub struct DerivedKey(Zeroizing<[u8; KEY_BYTES]>);

impl DerivedKey {
    /// The key itself.
    ///
    /// Security warning: never log it, never send it, never keep it longer than its use.
    pub fn secret(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DerivedKey([redacted])")
    }
}

/// The keys for one use, one from each key of the ring, the first key first.
#[derive(Debug)]
pub struct DerivedKeys(Vec<(KeyId, DerivedKey)>);

impl DerivedKeys {
    /// Collects the keys of a ring, which is never empty.
    pub(super) fn new(keys: impl Iterator<Item = (KeyId, DerivedKey)>) -> Self {
        Self(keys.collect())
    }

    /// The key that seals and signs, with the id it is known by.
    pub fn first(&self) -> (&KeyId, &DerivedKey) {
        let (id, key) = &self.0[0];
        (id, key)
    }

    /// The key known by `id`; none when the ring has no such key.
    pub fn get(&self, id: &KeyId) -> Option<&DerivedKey> {
        self.iter()
            .find_map(|(known, key)| (known == id).then_some(key))
    }

    /// All keys, the first key first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&KeyId, &DerivedKey)> {
        self.0.iter().map(|(id, key)| (id, key))
    }
}

pub(super) fn derive(material: &[u8], label: &str) -> DerivedKey {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    hkdf_sha256(material, label.as_bytes(), key.as_mut_slice());
    DerivedKey(key)
}

/// HKDF-SHA256 without salt (RFC 5869 section 2).
fn hkdf_sha256(material: &[u8], info: &[u8], output: &mut [u8]) {
    Hkdf::<Sha256>::new(None, material)
        .expand(info, output)
        .expect("HKDF-SHA256 gives up to 255 * 32 bytes, and a key is 32");
}

#[cfg(test)]
mod tests {
    use super::hkdf_sha256;

    /// RFC 5869 appendix A.3: SHA-256, no salt, no info.
    #[test]
    fn the_third_vector_of_rfc_5869_holds() {
        let mut output = [0; 42];
        hkdf_sha256(&[0x0b; 22], b"", &mut output);
        let expected: [u8; 42] = [
            0x8d, 0xa4, 0xe7, 0x75, 0xa5, 0x63, 0xc1, 0x8f, 0x71, 0x5f, 0x80, 0x2a, 0x06, 0x3c,
            0x5a, 0x31, 0xb8, 0xa1, 0x1f, 0x5c, 0x5e, 0xe1, 0x87, 0x9e, 0xc3, 0x45, 0x4e, 0x5f,
            0x3c, 0x73, 0x8d, 0x2d, 0x9d, 0x20, 0x13, 0x95, 0xfa, 0xa4, 0xb6, 0x1a, 0x96, 0xc8,
        ];
        assert_eq!(output, expected);
    }
}
