//! Proof Key for Code Exchange, S256 only (RFC 7636; RFC 9700 §2.1.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A code verifier: the secret that the browser keeps until the provider has answered.
///
/// 43 to 128 unreserved characters (RFC 7636 §4.1).
#[derive(Clone)]
pub struct Verifier(Zeroizing<String>);

impl Verifier {
    /// A verifier of 43 base64url characters from 32 random bytes (RFC 7636 §4.1).
    pub fn from_bytes(random: [u8; 32]) -> Self {
        let random = Zeroizing::new(random);
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(*random)))
    }

    /// Reads a verifier that somebody sent.
    ///
    /// # Errors
    /// It is not 43 to 128 characters of `A-Z a-z 0-9 - . _ ~`.
    pub fn parse(text: &str) -> Result<Self, VerifierError> {
        if !(43..=128).contains(&text.len()) {
            return Err(VerifierError::Length);
        }
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !text.bytes().all(unreserved) {
            return Err(VerifierError::Character);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The verifier itself, for the token request alone.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Its S256 challenge: base64url of the SHA-256 (RFC 7636 §4.2).
    pub fn challenge(&self) -> Challenge {
        Challenge(URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes())))
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier([redacted])")
    }
}

/// Why a text is not a code verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifierError {
    /// Shorter than 43 or longer than 128 characters.
    #[error("a code verifier has 43 to 128 characters")]
    Length,
    /// A character outside `A-Z a-z 0-9 - . _ ~`.
    #[error("a code verifier is made of unreserved characters")]
    Character,
}

/// An S256 code challenge: 43 base64url characters that stand for one SHA-256.
///
/// It is no secret: the browser sends it in the address of the authorization request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Challenge(String);

impl Challenge {
    /// Reads a challenge that somebody sent.
    ///
    /// A `plain` challenge, a verifier sent by mistake in hexadecimal or a padded one do not
    /// pass; a verifier of 43 characters looks like a challenge and is caught on return.
    ///
    /// # Errors
    /// It is not the one canonical base64url text of 32 bytes, or it is the challenge of an
    /// empty verifier, which everybody knows.
    pub fn parse(text: &str) -> Result<Self, ChallengeError> {
        if text.len() != 43 {
            return Err(ChallengeError::Length);
        }
        // The engine refuses padding, foreign characters and stray trailing bits, so two
        // different texts are never the same challenge.
        let digest = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| ChallengeError::Encoding)?;
        if digest == Sha256::digest(b"")[..] {
            return Err(ChallengeError::OfNothing);
        }
        Ok(Self(text.to_owned()))
    }

    /// The 43 characters, for the `code_challenge` parameter.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the challenge was made from this verifier, in constant time.
    pub fn matches(&self, verifier: &Verifier) -> bool {
        self.0
            .as_bytes()
            .ct_eq(verifier.challenge().0.as_bytes())
            .into()
    }
}

impl TryFrom<String> for Challenge {
    type Error = ChallengeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Challenge> for String {
    fn from(challenge: Challenge) -> Self {
        challenge.0
    }
}

/// Why a text is not a code challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// Not 43 characters.
    #[error("an S256 code challenge has 43 characters")]
    Length,
    /// Not canonical base64url without padding.
    #[error("a code challenge is canonical base64url")]
    Encoding,
    /// The challenge of the empty text.
    #[error("this is the challenge of an empty verifier")]
    OfNothing,
}
