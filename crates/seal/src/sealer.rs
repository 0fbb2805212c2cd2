//! Sealing and opening values.

mod associated_data;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::{DerivedKeys, KeyId, KeyRing};

/// Length of a nonce, in bytes: 192 bits, wide enough to be drawn at random for each value.
pub const NONCE_BYTES: usize = 24;

/// The longest sealed text that is written or read, in bytes.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// The longest plaintext that fits a sealed text whatever the key id, in bytes.
pub const MAX_PLAINTEXT_BYTES: usize =
    (MAX_TEXT_BYTES - LONGEST_HEAD_BYTES) / 4 * 3 - NONCE_BYTES - EXPIRY_BYTES - TAG_BYTES;

const VERSION: &str = "v1";
const EXPIRY_BYTES: usize = 8;
const TAG_BYTES: usize = 16;
/// `v1.`, an id of 16 characters and the second dot.
const LONGEST_HEAD_BYTES: usize = 20;

/// What a value is bound to, beside the purpose of its sealer. A field without a meaning for a
/// value is left empty. All fields must be equal when the value is opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Context<'a> {
    /// The id of the provider that the value belongs to.
    pub provider: &'a str,
    /// The id of the session that the value belongs to.
    pub session: &'a str,
    /// The name that the value is kept under, of a cookie for one.
    pub name: &'a str,
}

/// Seals and opens the values of one purpose with the keys of a ring.
///
/// The keys are derived once, here, so that opening a value costs no derivation. Keep a sealer as
/// long as its ring. Its keys are overwritten when it is dropped, and `Debug` shows the purpose and
/// the key ids alone.
pub struct Sealer {
    purpose: String,
    /// The first seals. Never empty, as a ring is not.
    keys: Vec<(KeyId, XChaCha20Poly1305)>,
}

impl Sealer {
    /// A sealer for one purpose, a short name such as `tokens`.
    ///
    /// The label of its keys is `stagedoor/v1/seal/<purpose>`.
    #[must_use]
    pub fn new(ring: &KeyRing, purpose: &str) -> Self {
        Self::of(purpose, &ring.derive(&label(purpose)))
    }

    /// A sealer for one purpose that needs `secret` beside the ring: what it sealed opens for nobody
    /// who has the ring and not the secret. Its keys are derived at each call.
    #[must_use]
    pub fn with_secret(ring: &KeyRing, purpose: &str, secret: &[u8]) -> Self {
        Self::of(purpose, &ring.derive_with(&label(purpose), secret))
    }

    fn of(purpose: &str, derived: &DerivedKeys) -> Self {
        let keys = derived
            .iter()
            .map(|(id, key)| (id.clone(), XChaCha20Poly1305::new(key.secret().into())))
            .collect();
        Self {
            purpose: purpose.to_owned(),
            keys,
        }
    }

    /// Seals `plaintext` with the first key, until `expires_at` in unix seconds.
    ///
    /// `nonce` must be drawn fresh for each value from a cryptographic random source: two values
    /// under one nonce give both of them away.
    ///
    /// # Errors
    ///
    /// [`SealError::TooLong`] when the plaintext is longer than [`MAX_PLAINTEXT_BYTES`].
    pub fn seal(
        &self,
        context: &Context<'_>,
        plaintext: &[u8],
        expires_at: i64,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<String, SealError> {
        if plaintext.len() > MAX_PLAINTEXT_BYTES {
            return Err(SealError::TooLong {
                bytes: plaintext.len(),
            });
        }
        let (id, cipher) = &self.keys[0];
        let bound = associated_data::encode(VERSION, id, &self.purpose, context);

        // The plaintext is encrypted where it lies, in room taken at once, so that no copy of it
        // is left behind.
        let mut sealed =
            Vec::with_capacity(NONCE_BYTES + EXPIRY_BYTES + plaintext.len() + TAG_BYTES);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&expires_at.to_be_bytes());
        sealed.extend_from_slice(plaintext);
        let tag = cipher
            .encrypt_inout_detached(
                &XNonce::from(nonce),
                &bound,
                sealed[NONCE_BYTES..].as_mut().into(),
            )
            .expect("the cipher takes up to 256 GB, and the length is checked above");
        sealed.extend_from_slice(&tag);

        let mut text = format!("{VERSION}.{id}.");
        URL_SAFE_NO_PAD.encode_string(&sealed, &mut text);
        Ok(text)
    }

    /// Opens what [`Sealer::seal`] gave, at the time `now` in unix seconds.
    ///
    /// A value is good while `now` is less than its expiry.
    ///
    /// # Errors
    ///
    /// [`OpenError`]. Whatever the error, the value must be treated as absent: who sent it must not
    /// learn from the answer why it did not open.
    pub fn open(&self, context: &Context<'_>, text: &str, now: i64) -> Result<Opened, OpenError> {
        let (id, mut sealed) = read(text)?;
        let cipher = self
            .keys
            .iter()
            .find_map(|(known, cipher)| (*known == id).then_some(cipher))
            .ok_or(OpenError::UnknownKey)?;
        let bound = associated_data::encode(VERSION, &id, &self.purpose, context);

        let (nonce, rest) = sealed.split_at_mut(NONCE_BYTES);
        let (body, tag) = rest.split_at_mut(rest.len() - TAG_BYTES);
        let (nonce, tag) = XNonce::try_from(&*nonce)
            .ok()
            .zip(Tag::try_from(&*tag).ok())
            .ok_or(OpenError::Malformed)?;
        cipher
            .decrypt_inout_detached(&nonce, &bound, (&mut *body).into(), &tag)
            .map_err(|_| OpenError::Rejected)?;

        let (expires_at, plaintext) = body
            .split_first_chunk::<EXPIRY_BYTES>()
            .ok_or(OpenError::Malformed)?;
        let expires_at = i64::from_be_bytes(*expires_at);
        if now >= expires_at {
            return Err(OpenError::Expired);
        }
        Ok(Opened {
            plaintext: Zeroizing::new(plaintext.to_vec()),
            key_id: id,
            expires_at,
        })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.keys.iter().map(|(id, _)| id).collect();
        f.debug_struct("Sealer")
            .field("purpose", &self.purpose)
            .field("keys", &ids)
            .finish_non_exhaustive()
    }
}

/// A value that was opened. Its plaintext is overwritten when dropped and redacted in `Debug`.
pub struct Opened {
    /// What was sealed.
    pub plaintext: Zeroizing<Vec<u8>>,
    /// The key that sealed it. When it is not the ring's first, the value is worth sealing again.
    pub key_id: KeyId,
    /// The end of the value, in unix seconds.
    pub expires_at: i64,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("plaintext", &format_args!("[redacted]"))
            .field("key_id", &self.key_id)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// Why a value could not be sealed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The plaintext would make a text that [`Sealer::open`] refuses.
    #[error("a plaintext of {bytes} bytes is too long to seal; {MAX_PLAINTEXT_BYTES} is the limit")]
    TooLong {
        /// The length of the plaintext.
        bytes: usize,
    },
}

/// Why a value did not open.
///
/// For the outside all of them mean one thing: there is no value. The difference is for the log,
/// and for one decision: what is kept under a wrong value may be cleared, but not on
/// [`OpenError::UnknownKey`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// The text has not the form of a sealed value.
    #[error("this is not a sealed value")]
    Malformed,
    /// The ring has no key of this id. During a key rotation another node may know it: ignore the
    /// value, do not clear it.
    #[error("the key of this sealed value is not in the ring")]
    UnknownKey,
    /// The value was changed, or it was sealed for another purpose or context.
    #[error("this sealed value was changed or belongs elsewhere")]
    Rejected,
    /// The value is genuine and over.
    #[error("this sealed value has expired")]
    Expired,
}

fn label(purpose: &str) -> String {
    format!("stagedoor/v1/seal/{purpose}")
}

/// Takes a sealed text apart: the key id, and nonce, body and tag in one.
fn read(text: &str) -> Result<(KeyId, Zeroizing<Vec<u8>>), OpenError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(OpenError::Malformed);
    }
    let (id, payload) = text
        .strip_prefix(VERSION)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.split_once('.'))
        .ok_or(OpenError::Malformed)?;
    let id = KeyId::parse(id).ok_or(OpenError::Malformed)?;
    // This decoder refuses padding and trailing bits that are not zero: one value has one text.
    let sealed = URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|_| OpenError::Malformed)?;
    if sealed.len() < NONCE_BYTES + EXPIRY_BYTES + TAG_BYTES {
        return Err(OpenError::Malformed);
    }
    Ok((id, Zeroizing::new(sealed)))
}
