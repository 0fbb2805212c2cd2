//! ID tokens: who signed in, in the provider's word (OIDC Core §2, §3.1.3.7, §12.2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha512};
use subtle::ConstantTimeEq as _;

use crate::claims::{self, AudienceError};
use crate::jose::{Algorithm, Jws, VerifySignature};
use crate::jwk::PublicKey;
use crate::profile::Profile;
use crate::strict_json;
use crate::tokens::IdTokenText;

/// How far a provider's clock may be from ours, in seconds, in either direction.
pub const SKEW_S: i64 = 300;

/// What an ID token must say.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The issuer's names, byte for byte. The first is the one accounts are keyed by; a second
    /// is only for Google, which also leaves out the scheme.
    pub issuers: &'a [&'a str],
    /// Who the token is for.
    pub client_id: &'a str,
    /// What the token was asked for.
    pub purpose: Purpose<'a>,
    /// The access token of the same answer, to compare `at_hash` with. A token with an `at_hash`
    /// is refused without it.
    pub access_token: Option<&'a str>,
    /// The `max_age` of the request, where there was one, in seconds.
    pub max_age_s: Option<i64>,
    /// The present, in unix seconds.
    pub now: i64,
}

/// What an ID token was asked for.
#[derive(Clone, Copy)]
pub enum Purpose<'a> {
    /// To sign somebody in. The token must repeat the nonce.
    SignIn {
        /// The nonce of the request.
        nonce: &'a str,
    },
    /// It came with renewed tokens and must be of the same person (OIDC Core §12.2).
    Refresh {
        /// The subject of the first ID token.
        subject: &'a str,
        /// The nonce of the first ID token. A renewed one need not have any; any other is
        /// refused, and every one where none is known. See [`nonce_of`].
        nonce: Option<&'a str>,
    },
}

/// What a checked ID token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdToken {
    /// The issuer: always the first of [`Expected::issuers`], so that one person has one key.
    pub issuer: String,
    /// The person's identifier at the issuer: 1 to 255 ASCII characters.
    pub subject: String,
    /// When the token was issued, in unix seconds.
    pub issued_at: i64,
    /// When the token ends, in unix seconds.
    pub expires_at: i64,
    /// When the person last signed in at the provider, in unix seconds.
    pub auth_time: Option<i64>,
    /// `sid`: the session at the provider, which a logout token may name.
    pub session_id: Option<String>,
    /// What it tells of the person.
    pub profile: Profile,
}

/// Why an ID token is refused. It holds nothing of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// The key did not make the signature.
    #[error("the signature of the ID token is wrong")]
    Signature,
    /// The payload is not one JSON object in which each member is there once.
    #[error("the ID token holds no JSON object")]
    Payload,
    /// It has `events`: a logout token, or another of that family.
    #[error("the token tells of an event and is no ID token")]
    Event,
    /// `iss` is absent or no text.
    #[error("the issuer of the ID token is malformed")]
    IssuerMalformed,
    /// `iss` is another.
    #[error("the ID token is of another issuer")]
    IssuerForeign,
    /// `sub` is absent, no text, empty, too long or not ASCII.
    #[error("the subject of the ID token is malformed")]
    SubjectMalformed,
    /// `sub` is not the one of the first ID token.
    #[error("the ID token is of another person")]
    SubjectForeign,
    /// `aud` is absent or neither a text nor an array of texts.
    #[error("the audience of the ID token is malformed")]
    AudienceMalformed,
    /// `aud` does not name this client.
    #[error("the ID token is for another client")]
    AudienceForeign,
    /// `aud` names others too and `azp` is absent.
    #[error("the ID token is for several clients and names no authorized party")]
    PartyMissing,
    /// `azp` is not this client.
    #[error("the ID token was issued to another client")]
    PartyForeign,
    /// `exp` is absent or no moment.
    #[error("the expiry of the ID token is malformed")]
    ExpiryMalformed,
    /// `exp` is over.
    #[error("the ID token has expired")]
    Expired,
    /// `iat` is absent or no moment.
    #[error("the time of issue of the ID token is malformed")]
    IssuedAtMalformed,
    /// `iat` lies in the future.
    #[error("the ID token is issued in the future")]
    IssuedInFuture,
    /// `nbf` is no moment.
    #[error("the beginning of the ID token is malformed")]
    NotBeforeMalformed,
    /// `nbf` lies in the future.
    #[error("the ID token is not valid yet")]
    NotYetValid,
    /// `nonce` is absent where one was sent.
    #[error("the ID token has no nonce")]
    NonceMissing,
    /// `nonce` is another, or no text.
    #[error("the nonce of the ID token is wrong")]
    NonceMismatch,
    /// `at_hash` does not belong to the access token, or there is none to compare it with.
    #[error("the ID token belongs to another access token")]
    AccessTokenHash,
    /// `auth_time` is no moment, or lies in the future.
    #[error("the time of authentication is malformed")]
    AuthTimeMalformed,
    /// `auth_time` is absent although `max_age` was sent.
    #[error("the ID token does not tell when the person was authenticated")]
    AuthTimeMissing,
    /// `auth_time` is longer ago than `max_age` allows.
    #[error("the person was authenticated too long ago")]
    AuthTimeTooOld,
    /// `sid` is no text, empty, too long or not ASCII.
    #[error("the session of the ID token is malformed")]
    SessionIdMalformed,
}

impl From<AudienceError> for IdTokenError {
    fn from(error: AudienceError) -> Self {
        match error {
            AudienceError::Malformed => Self::AudienceMalformed,
            AudienceError::Foreign => Self::AudienceForeign,
            AudienceError::PartyMissing => Self::PartyMissing,
            AudienceError::PartyForeign => Self::PartyForeign,
        }
    }
}

/// Checks an ID token: first the signature, then the claims in a fixed order.
///
/// # Errors
/// See [`IdTokenError`]: the first check that failed.
pub fn check(
    jws: &Jws<'_>,
    key: &PublicKey,
    verify: VerifySignature<'_>,
    expected: &Expected<'_>,
) -> Result<IdToken, IdTokenError> {
    use IdTokenError as Error;
    if !jws.is_signed_by(key, verify) {
        return Err(Error::Signature);
    }
    let claims = strict_json::object(jws.payload(), Jws::MAX_BYTES).map_err(|_| Error::Payload)?;
    if claims.contains_key("events") {
        return Err(Error::Event);
    }
    let issuer = claims::issuer(&claims, expected.issuers)
        .map_err(|_| Error::IssuerMalformed)?
        .ok_or(Error::IssuerForeign)?;
    let subject = claims::identifier(&claims, "sub")
        .ok()
        .flatten()
        .ok_or(Error::SubjectMalformed)?;
    claims::audience(&claims, expected.client_id)?;
    let (issued_at, expires_at) = check_times(&claims, expected.now)?;
    check_purpose(&claims, subject, expected.purpose)?;
    check_access_token(&claims, jws.algorithm(), expected.access_token)?;
    let auth_time = check_auth_time(&claims, expected)?;
    let session_id = claims::identifier(&claims, "sid").map_err(|_| Error::SessionIdMalformed)?;
    Ok(IdToken {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        issued_at,
        expires_at,
        auth_time,
        session_id: session_id.map(str::to_owned),
        profile: Profile::from_claims(&claims),
    })
}

/// The nonce of an ID token that was checked before, for the check of its successor.
///
/// Nothing is verified here: it is for the text that [`TokenSet::id_token`] kept in its seal.
///
/// [`TokenSet::id_token`]: crate::tokens::TokenSet::id_token
pub fn nonce_of(checked: &IdTokenText) -> Option<String> {
    let payload = checked.secret().split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims = strict_json::object(&payload, Jws::MAX_BYTES).ok()?;
    claims.get("nonce")?.as_str().map(str::to_owned)
}

/// `exp`, `iat` and `nbf`; gives `iat` and `exp`.
fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(i64, i64), IdTokenError> {
    use IdTokenError as Error;
    let latest = now.saturating_add(SKEW_S);
    let expires_at = claims::moment(claims, "exp")
        .ok()
        .flatten()
        .ok_or(Error::ExpiryMalformed)?;
    if expires_at <= now.saturating_sub(SKEW_S) {
        return Err(Error::Expired);
    }
    let issued_at = claims::moment(claims, "iat")
        .ok()
        .flatten()
        .ok_or(Error::IssuedAtMalformed)?;
    if issued_at > latest {
        return Err(Error::IssuedInFuture);
    }
    let not_before = claims::moment(claims, "nbf").map_err(|_| Error::NotBeforeMalformed)?;
    if not_before.is_some_and(|not_before| not_before > latest) {
        return Err(Error::NotYetValid);
    }
    Ok((issued_at, expires_at))
}

fn check_purpose(
    claims: &Map<String, Value>,
    subject: &str,
    purpose: Purpose<'_>,
) -> Result<(), IdTokenError> {
    let said = claims.get("nonce");
    let expected = match purpose {
        Purpose::SignIn { nonce } => Some(nonce),
        Purpose::Refresh { subject: same, .. } if !equal(subject, same) => {
            return Err(IdTokenError::SubjectForeign);
        }
        Purpose::Refresh { .. } if said.is_none() => return Ok(()),
        Purpose::Refresh { nonce, .. } => nonce,
    };
    let said = said.ok_or(IdTokenError::NonceMissing)?;
    match (said.as_str(), expected) {
        (Some(said), Some(expected)) if equal(said, expected) => Ok(()),
        _ => Err(IdTokenError::NonceMismatch),
    }
}

/// `at_hash`: the left half of the hash that goes with the signature (OIDC Core §3.1.3.6). With
/// Ed25519 that is SHA-512.
fn check_access_token(
    claims: &Map<String, Value>,
    algorithm: Algorithm,
    access_token: Option<&str>,
) -> Result<(), IdTokenError> {
    let Some(said) = claims.get("at_hash") else {
        return Ok(());
    };
    let (Some(said), Some(access_token)) = (said.as_str(), access_token) else {
        return Err(IdTokenError::AccessTokenHash);
    };
    let ours = match algorithm {
        Algorithm::Rs256 | Algorithm::Es256 => {
            URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16])
        }
        Algorithm::EdDsa => URL_SAFE_NO_PAD.encode(&Sha512::digest(access_token)[..32]),
    };
    if equal(said, &ours) {
        Ok(())
    } else {
        Err(IdTokenError::AccessTokenHash)
    }
}

fn check_auth_time(
    claims: &Map<String, Value>,
    expected: &Expected<'_>,
) -> Result<Option<i64>, IdTokenError> {
    use IdTokenError as Error;
    let auth_time = claims::moment(claims, "auth_time").map_err(|_| Error::AuthTimeMalformed)?;
    // One from the future would count as recent for as long.
    if auth_time.is_some_and(|time| time > expected.now.saturating_add(SKEW_S)) {
        return Err(Error::AuthTimeMalformed);
    }
    if let Some(max_age_s) = expected.max_age_s {
        let age_s = expected
            .now
            .saturating_sub(auth_time.ok_or(Error::AuthTimeMissing)?);
        if age_s > max_age_s.saturating_add(SKEW_S) {
            return Err(Error::AuthTimeTooOld);
        }
    }
    Ok(auth_time)
}

/// In time that does not depend on where they differ.
fn equal(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}
