//! Logout tokens: a provider says that somebody signed out (OIDC Back-Channel Logout 1.0).

use serde_json::{Map, Value};

use crate::claims::{self, AudienceError};
use crate::id_token::SKEW_S;
use crate::jose::{Jws, VerifySignature};
use crate::jwk::PublicKey;
use crate::strict_json;

/// How long a logout token counts after it was issued, in seconds, before the skew.
pub const LIFE_S: i64 = 600;

/// The member of `events` that makes a token a logout token (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What a logout token must say.
#[derive(Clone, Copy)]
pub struct LogoutExpected<'a> {
    /// The issuer's names, as for an ID token.
    pub issuers: &'a [&'a str],
    /// Who the token is for.
    pub client_id: &'a str,
    /// The present, in unix seconds.
    pub now: i64,
}

/// What a checked logout token says. It names a person, a session, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutToken {
    /// The issuer: always the first of [`LogoutExpected::issuers`].
    pub issuer: String,
    /// The person who signed out; without a session, everywhere.
    pub subject: Option<String>,
    /// `sid`: the session that ended.
    pub session_id: Option<String>,
    /// `jti`. A token counts once: remember this until [`SKEW_S`] after `expires_at`.
    pub token_id: String,
    /// When the token was issued, in unix seconds.
    pub issued_at: i64,
    /// When the token ends, in unix seconds: `exp`, and never later than [`LIFE_S`] after it
    /// was issued.
    pub expires_at: i64,
}

/// Why a logout token is refused. It holds nothing of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogoutTokenError {
    /// The key did not make the signature.
    #[error("the signature of the logout token is wrong")]
    Signature,
    /// The payload is not one JSON object in which each member is there once.
    #[error("the logout token holds no JSON object")]
    Payload,
    /// `iss` is absent or no text.
    #[error("the issuer of the logout token is malformed")]
    IssuerMalformed,
    /// `iss` is another.
    #[error("the logout token is of another issuer")]
    IssuerForeign,
    /// `aud` is absent or neither a text nor an array of texts.
    #[error("the audience of the logout token is malformed")]
    AudienceMalformed,
    /// `aud` does not name this client.
    #[error("the logout token is for another client")]
    AudienceForeign,
    /// `aud` names others too and `azp` is absent.
    #[error("the logout token is for several clients and names no authorized party")]
    PartyMissing,
    /// `azp` is not this client.
    #[error("the logout token was issued to another client")]
    PartyForeign,
    /// `iat` is absent or no moment.
    #[error("the time of issue of the logout token is malformed")]
    IssuedAtMalformed,
    /// `iat` lies in the future.
    #[error("the logout token is issued in the future")]
    IssuedInFuture,
    /// `exp` is no moment.
    #[error("the expiry of the logout token is malformed")]
    ExpiryMalformed,
    /// `exp` is over, or `iat` too long ago.
    #[error("the logout token has expired")]
    Expired,
    /// `nbf` is no moment.
    #[error("the beginning of the logout token is malformed")]
    NotBeforeMalformed,
    /// `nbf` lies in the future.
    #[error("the logout token is not valid yet")]
    NotYetValid,
    /// `events` does not hold the object of a back-channel logout.
    #[error("the token tells of no logout")]
    Event,
    /// There is a `nonce`: an ID token, or one made to pass for one.
    #[error("the logout token has a nonce")]
    Nonce,
    /// `jti` is absent, no text, empty, too long or not ASCII.
    #[error("the logout token has no id of its own")]
    TokenIdMalformed,
    /// `sub` is no text, empty, too long or not ASCII.
    #[error("the subject of the logout token is malformed")]
    SubjectMalformed,
    /// `sid` is no text, empty, too long or not ASCII.
    #[error("the session of the logout token is malformed")]
    SessionIdMalformed,
    /// Neither `sub` nor `sid`.
    #[error("the logout token names nobody")]
    Nobody,
}

impl From<AudienceError> for LogoutTokenError {
    fn from(error: AudienceError) -> Self {
        match error {
            AudienceError::Malformed => Self::AudienceMalformed,
            AudienceError::Foreign => Self::AudienceForeign,
            AudienceError::PartyMissing => Self::PartyMissing,
            AudienceError::PartyForeign => Self::PartyForeign,
        }
    }
}

/// Checks a logout token: first the signature, then the claims in a fixed order (§2.6).
///
/// That a `jti` counts once is the caller's part.
///
/// # Errors
/// See [`LogoutTokenError`]: the first check that failed.
pub fn check(
    jws: &Jws<'_>,
    key: &PublicKey,
    verify: VerifySignature<'_>,
    expected: &LogoutExpected<'_>,
) -> Result<LogoutToken, LogoutTokenError> {
    use LogoutTokenError as Error;
    if !jws.is_signed_by(key, verify) {
        return Err(Error::Signature);
    }
    let claims = strict_json::object(jws.payload(), Jws::MAX_BYTES).map_err(|_| Error::Payload)?;
    let issuer = claims::issuer(&claims, expected.issuers)
        .map_err(|_| Error::IssuerMalformed)?
        .ok_or(Error::IssuerForeign)?;
    claims::audience(&claims, expected.client_id)?;
    let (issued_at, expires_at) = check_times(&claims, expected.now)?;
    if !tells_of_logout(&claims) {
        return Err(Error::Event);
    }
    if claims.contains_key("nonce") {
        return Err(Error::Nonce);
    }
    let token_id = claims::identifier(&claims, "jti")
        .ok()
        .flatten()
        .ok_or(Error::TokenIdMalformed)?;
    let subject = claims::identifier(&claims, "sub").map_err(|_| Error::SubjectMalformed)?;
    let session_id = claims::identifier(&claims, "sid").map_err(|_| Error::SessionIdMalformed)?;
    if subject.is_none() && session_id.is_none() {
        return Err(Error::Nobody);
    }
    Ok(LogoutToken {
        issuer: issuer.to_owned(),
        subject: subject.map(str::to_owned),
        session_id: session_id.map(str::to_owned),
        token_id: token_id.to_owned(),
        issued_at,
        expires_at,
    })
}

/// `iat`, `exp` and `nbf`; gives `iat` and the end. Many providers send no `exp`.
fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(i64, i64), LogoutTokenError> {
    use LogoutTokenError as Error;
    let latest = now.saturating_add(SKEW_S);
    let issued_at = claims::moment(claims, "iat")
        .ok()
        .flatten()
        .ok_or(Error::IssuedAtMalformed)?;
    if issued_at > latest {
        return Err(Error::IssuedInFuture);
    }
    let last = issued_at.saturating_add(LIFE_S);
    let expires_at = claims::moment(claims, "exp")
        .map_err(|_| Error::ExpiryMalformed)?
        .map_or(last, |said| said.min(last));
    if expires_at <= now.saturating_sub(SKEW_S) {
        return Err(Error::Expired);
    }
    let not_before = claims::moment(claims, "nbf").map_err(|_| Error::NotBeforeMalformed)?;
    if not_before.is_some_and(|not_before| not_before > latest) {
        return Err(Error::NotYetValid);
    }
    Ok((issued_at, expires_at))
}

fn tells_of_logout(claims: &Map<String, Value>) -> bool {
    claims
        .get("events")
        .and_then(Value::as_object)
        .and_then(|events| events.get(EVENT))
        .is_some_and(Value::is_object)
}
