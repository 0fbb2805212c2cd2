//! The claims that ID tokens and logout tokens have in common (OIDC Core §2).

use serde_json::{Map, Value};

/// The last moment that is believed, in unix seconds: the year 9999.
const MAX_TIME: i64 = 253_402_300_799;

/// The same as a float, which holds it exactly.
const MAX_TIME_F: f64 = 253_402_300_799.0;

/// The longest identifier of a person or a session, in bytes (OIDC Core §2).
const MAX_ID_BYTES: usize = 255;

/// A claim is there and is not what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// An identifier: 1 to 255 ASCII characters, none of them a control character.
pub(crate) fn identifier<'a>(
    claims: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a str>, Malformed> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let text = value.as_str().ok_or(Malformed)?;
    let plain = text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    if plain && (1..=MAX_ID_BYTES).contains(&text.len()) {
        Ok(Some(text))
    } else {
        Err(Malformed)
    }
}

/// A moment in unix seconds: a whole number, or a float without a fraction as some write it.
/// A wrong type never counts as absent.
pub(crate) fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, Malformed> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let Value::Number(number) = value else {
        return Err(Malformed);
    };
    let seconds = match (number.as_i64(), number.as_f64()) {
        (Some(seconds), _) => seconds,
        (None, Some(seconds)) => whole(seconds).ok_or(Malformed)?,
        (None, None) => return Err(Malformed),
    };
    if (0..=MAX_TIME).contains(&seconds) {
        Ok(Some(seconds))
    } else {
        Err(Malformed)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the float is whole and in the range just tested"
)]
fn whole(seconds: f64) -> Option<i64> {
    let fits = (0.0..=MAX_TIME_F).contains(&seconds) && seconds.fract() == 0.0;
    fits.then_some(seconds as i64)
}

/// The first of `issuers`, if the token is of one of them.
pub(crate) fn issuer<'a>(
    claims: &Map<String, Value>,
    issuers: &[&'a str],
) -> Result<Option<&'a str>, Malformed> {
    let said = claims.get("iss").and_then(Value::as_str).ok_or(Malformed)?;
    Ok(if issuers.contains(&said) {
        issuers.first().copied()
    } else {
        None
    })
}

/// Why a token is not for this client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AudienceError {
    Malformed,
    Foreign,
    PartyMissing,
    PartyForeign,
}

/// Whether the token is for this client: `aud` names it, and `azp` does where it is there, as it
/// must be beside several audiences (OIDC Core §3.1.3.7, 3 to 5).
pub(crate) fn audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), AudienceError> {
    let several = match claims.get("aud") {
        Some(Value::String(one)) if one == client_id => false,
        Some(Value::String(_)) => return Err(AudienceError::Foreign),
        Some(Value::Array(all)) => {
            if !all.iter().all(Value::is_string) {
                return Err(AudienceError::Malformed);
            }
            if !all.iter().any(|one| one == client_id) {
                return Err(AudienceError::Foreign);
            }
            all.len() > 1
        }
        _ => return Err(AudienceError::Malformed),
    };
    match claims.get("azp") {
        None if several => Err(AudienceError::PartyMissing),
        None => Ok(()),
        Some(party) if party == client_id => Ok(()),
        Some(_) => Err(AudienceError::PartyForeign),
    }
}
