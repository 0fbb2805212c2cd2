//! Signed tokens in the compact form, read strictly (RFC 7515).
//!
//! A token is taken apart here and its signature is looked at elsewhere: no key is in the token,
//! whatever its header says, and the algorithm is not the token's to choose (RFC 8725 §3.1).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::jwk::PublicKey;
use crate::strict_json;

/// A signature algorithm that a provider's tokens may have. There is no other: nothing
/// symmetric, and no `none`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, which every provider has (OIDC Core §15.1).
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// `EdDSA` with Ed25519 (RFC 8037).
    EdDsa,
}

impl Algorithm {
    /// All there are, the most common first.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// The algorithm with this registered name, which is case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// What a token is meant to be. Its `typ`, where there is one, must agree (RFC 8725 §3.11).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenKind {
    /// No `typ`, or `JWT`.
    IdToken,
    /// `logout+jwt`; no `typ` and `JWT` are tolerated, for most providers send those.
    LogoutToken,
}

impl TokenKind {
    /// Names of types have no case, and `application/` before one without a slash means nothing
    /// (RFC 7515 §4.1.9).
    fn admits(self, typ: &str) -> bool {
        let typ = typ.to_ascii_lowercase();
        match typ.strip_prefix("application/").unwrap_or(&typ) {
            "jwt" => true,
            "logout+jwt" => self == Self::LogoutToken,
            _ => false,
        }
    }
}

/// How a signature is checked: by the caller, who has the cryptography. The arguments are the
/// key, the algorithm, what was signed, and the signature as it stands in the token.
pub type VerifySignature<'a> =
    &'a (dyn Fn(&PublicKey, Algorithm, &[u8], &[u8]) -> bool + Send + Sync);

/// A signed token, taken apart and *not* verified.
pub struct Jws<'a> {
    signing_input: &'a str,
    algorithm: Algorithm,
    kid: Option<String>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// The longest token that is looked at, in bytes.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// The longest key id that is looked at, in bytes.
    pub const MAX_KID_BYTES: usize = 256;

    /// Takes a token apart that should be `meant` for this. Keys that the header names or holds are never looked at.
    ///
    /// # Errors
    /// See [`JoseError`].
    pub fn parse(text: &'a str, expected: Algorithm, meant: TokenKind) -> Result<Self, JoseError> {
        if text.len() > Self::MAX_BYTES {
            return Err(JoseError::TooLong);
        }
        let mut segments = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) = (
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
        ) else {
            return Err(JoseError::Segments);
        };
        let header_json = decode(header)?;
        let payload_json = decode(payload)?;
        let signature_bytes = decode(signature)?;
        let header_members =
            strict_json::object(&header_json, Self::MAX_BYTES).map_err(|_| JoseError::Header)?;
        let kid = read_header(&header_members, expected, meant)?;
        // The two segments and the dot between them stand at the very front.
        let signing_input = text
            .get(..header.len() + 1 + payload.len())
            .ok_or(JoseError::Segments)?;
        Ok(Self {
            signing_input,
            algorithm: expected,
            kid,
            payload: payload_json,
            signature: signature_bytes,
        })
    }

    /// The algorithm, which is the expected one.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key id, to choose a key of the provider's by. It proves nothing.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// What was signed.
    pub fn signing_input(&self) -> &[u8] {
        self.signing_input.as_bytes()
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// What was signed, decoded. Nothing of it may be believed before the signature was checked.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Whether `key` made the signature. A key for another algorithm, and a signature that
    /// cannot be one, never reach `verify`.
    pub fn is_signed_by(&self, key: &PublicKey, verify: VerifySignature<'_>) -> bool {
        key.fits(self.algorithm)
            && self.signature_is_plausible(key)
            && verify(key, self.algorithm, self.signing_input(), &self.signature)
    }

    /// Whether the signature has the one length that RFC 7518 §3.3, §3.4 and RFC 8037 §3.1 give
    /// it. An ECDSA signature of zeros verifies anything in a careless library.
    fn signature_is_plausible(&self, key: &PublicKey) -> bool {
        match key {
            PublicKey::Rsa { n, .. } => self.signature.len() == n.len(),
            PublicKey::P256 { .. } => {
                let (r, s) = self.signature.split_at(self.signature.len().min(32));
                let is_scalar = |half: &[u8]| half.len() == 32 && half.iter().any(|b| *b != 0);
                is_scalar(r) && is_scalar(s)
            }
            PublicKey::Ed25519 { .. } => self.signature.len() == 64,
        }
    }
}

impl fmt::Debug for Jws<'_> {
    /// Without the token: an ID token is a hint that some providers take for a proof.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jws")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Why a text is no signed token of the expected kind. It never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// Longer than [`Jws::MAX_BYTES`].
    #[error("the token is too long")]
    TooLong,
    /// Not three segments: no signature, or an encrypted token.
    #[error("the token does not have three segments")]
    Segments,
    /// A segment is empty or not canonical base64url without padding.
    #[error("a segment of the token is not base64url")]
    Encoding,
    /// The header is not one JSON object in which each member is there once.
    #[error("the header of the token is not a JSON object")]
    Header,
    /// The algorithm is not exactly the expected one: `none` and everything symmetric with it.
    #[error("the token has another algorithm than its provider's")]
    Algorithm,
    /// `crit`, `b64`, `zip` or `enc`: an extension that changes what the token means.
    #[error("the token has an extension that is not supported")]
    Extension,
    /// `kid` is no text of 1 to [`Jws::MAX_KID_BYTES`] bytes.
    #[error("the key id of the token is malformed")]
    Kid,
    /// `typ` says that the token is something else.
    #[error("the token is of another type")]
    Type,
}

/// Checks a header and gives its key id.
fn read_header(
    header: &Map<String, Value>,
    expected: Algorithm,
    meant: TokenKind,
) -> Result<Option<String>, JoseError> {
    if header.get("alg").and_then(Value::as_str) != Some(expected.name()) {
        return Err(JoseError::Algorithm);
    }
    if ["crit", "b64", "zip", "enc"]
        .iter()
        .any(|name| header.contains_key(*name))
    {
        return Err(JoseError::Extension);
    }
    match header.get("typ") {
        None => {}
        Some(Value::String(typ)) if meant.admits(typ) => {}
        Some(_) => return Err(JoseError::Type),
    }
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(kid)) if (1..=Jws::MAX_KID_BYTES).contains(&kid.len()) => {
            Ok(Some(kid.clone()))
        }
        Some(_) => Err(JoseError::Kid),
    }
}

fn decode(segment: &str) -> Result<Vec<u8>, JoseError> {
    match URL_SAFE_NO_PAD.decode(segment) {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        _ => Err(JoseError::Encoding),
    }
}
