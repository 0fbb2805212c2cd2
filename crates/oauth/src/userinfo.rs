//! The answer of a userinfo endpoint (OIDC Core §5.3.2).

use subtle::ConstantTimeEq as _;

use crate::claims;
use crate::profile::Profile;
use crate::strict_json::{self, JsonError};

/// The largest answer that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// Why a userinfo answer is refused. It holds nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserinfoError {
    /// More than [`MAX_BYTES`].
    #[error("the userinfo answer is too large")]
    TooLarge,
    /// The answer says that it is something else than JSON; a signed one was not asked for.
    #[error("the userinfo answer is not JSON")]
    ContentType,
    /// Not one JSON object in which each member is there once.
    #[error("the userinfo answer is not a JSON object")]
    Json,
    /// `sub` is absent, no text, empty, too long or not ASCII.
    #[error("the userinfo answer has no subject")]
    SubjectMalformed,
    /// `sub` is not the one of the ID token.
    #[error("the userinfo answer is of another person")]
    SubjectForeign,
}

/// Reads an answer that must be of `subject`, as the ID token named it.
///
/// Claims that stand elsewhere (aggregated and distributed ones) are not followed.
///
/// # Errors
/// See [`UserinfoError`].
pub fn read(
    content_type: Option<&str>,
    body: &[u8],
    subject: &str,
) -> Result<Profile, UserinfoError> {
    if content_type.is_some_and(|value| !is_json(value)) {
        return Err(UserinfoError::ContentType);
    }
    let claims = strict_json::object(body, MAX_BYTES).map_err(|error| match error {
        JsonError::TooLarge => UserinfoError::TooLarge,
        JsonError::Malformed => UserinfoError::Json,
    })?;
    let said = claims::identifier(&claims, "sub")
        .ok()
        .flatten()
        .ok_or(UserinfoError::SubjectMalformed)?;
    if !bool::from(said.as_bytes().ct_eq(subject.as_bytes())) {
        return Err(UserinfoError::SubjectForeign);
    }
    Ok(Profile::from_claims(&claims))
}

/// `application/json`, whatever its parameters.
fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}
