//! Everything the Web API says instead of an answer.

use serde::Deserialize;
use serde_json::Value;

/// As much of an error body as is looked at, in bytes.
const MAX_LOOK: usize = 8 * 1024;

/// Why the Web API did not answer. Its texts are read, matched and dropped: they are made for
/// developers, change without notice, and are never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The person is not on the app's list of users. Signing in works, every call fails.
    #[error("the person is not on the app's list of users")]
    NotAllowListed,
    /// The app's owner has no Premium subscription, so the app is switched off for everybody.
    #[error("the app's owner has no premium subscription")]
    OwnerPremiumRequired,
    /// The token lacks a scope for this call.
    #[error("the token lacks a scope")]
    InsufficientScope,
    /// Too many calls within 30 seconds.
    #[error("too many calls")]
    RateLimited {
        /// `Retry-After` in seconds, if it said so.
        retry_after_s: Option<u64>,
    },
    /// The developer's daily quota is used up.
    #[error("the daily quota is used up")]
    QuotaExhausted {
        /// `Retry-After` in seconds, if it said so; often most of a day.
        retry_after_s: Option<u64>,
    },
    /// The access token is over, or was none.
    #[error("the access token is not accepted")]
    TokenExpired,
    /// There is nothing under this path.
    #[error("not found")]
    NotFound,
    /// This app or this person may not do this.
    #[error("forbidden")]
    Forbidden,
    /// The request is wrong: ours to repair.
    #[error("the request is wrong")]
    BadRequest,
    /// Spotify is down or overloaded.
    #[error("the web API is unavailable")]
    Unavailable,
    /// The answer makes no sense.
    #[error("the answer makes no sense")]
    Nonsense,
}

impl Refusal {
    /// Reads an answer that is no 2xx: a nested or a flat error object, plain text, HTML or
    /// nothing. `retry_after` is the header, if there was one.
    pub fn read(status: u16, retry_after: Option<&str>, body: &[u8]) -> Self {
        let retry_after_s = retry_after.and_then(|seconds| seconds.trim().parse().ok());
        let error = ErrorText::read(body);
        match status {
            401 => Self::TokenExpired,
            403 => forbidden(&error),
            404 => Self::NotFound,
            // The two differ in nothing but this word, and by a day in what they mean.
            429 if error.reason == "QUOTA_EXCEEDED" => Self::QuotaExhausted { retry_after_s },
            429 => Self::RateLimited { retry_after_s },
            400..=499 => Self::BadRequest,
            500..=599 => Self::Unavailable,
            _ => Self::Nonsense,
        }
    }

    /// How many seconds to wait before asking again, if Spotify said so.
    pub fn retry_after_s(self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after_s } | Self::QuotaExhausted { retry_after_s } => {
                retry_after_s
            }
            _ => None,
        }
    }

    /// Whether a call of the newer kind may be refused because the app is of an older kind: then the
    /// older call is worth a try ([`save_older`](crate::Request::save_older) and its sisters).
    /// Spotify says 400 or 403 for that; a missing scope, a person who is not on the list and a
    /// limit are none of it.
    pub const fn calls_for_older(self) -> bool {
        matches!(self, Self::Forbidden | Self::BadRequest)
    }

    /// The stable code for this refusal, as the interface names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAllowListed => "not_allow_listed",
            Self::OwnerPremiumRequired => "owner_premium_required",
            Self::InsufficientScope => "permission_needed",
            Self::RateLimited { .. } => "rate_limited",
            Self::QuotaExhausted { .. } => "quota_exhausted",
            Self::TokenExpired => "reauthorize",
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::BadRequest => "bad_request",
            Self::Unavailable => "provider_unavailable",
            Self::Nonsense => "provider_error",
        }
    }
}

/// Tells the kinds of 403 apart. Only their wording does; each has had several.
fn forbidden(error: &ErrorText) -> Refusal {
    let says = |word: &str| error.message.contains(word);
    if error.code == "insufficient_scope" || says("insufficient client scope") {
        Refusal::InsufficientScope
    } else if says("premium") && says("owner of the app") {
        Refusal::OwnerPremiumRequired
    } else if says("not registered") || says("not be registered") {
        Refusal::NotAllowListed
    } else {
        Refusal::Forbidden
    }
}

/// The texts of an error, whatever its shape. Absent ones are empty.
#[derive(Default)]
struct ErrorText {
    /// The flat shape's `error`.
    code: String,
    /// The sentence, in lower case.
    message: String,
    /// The nested shape's `reason`.
    reason: String,
}

impl ErrorText {
    fn read(body: &[u8]) -> Self {
        let body = &body[..body.len().min(MAX_LOOK)];
        let mut text = Self::default();
        match serde_json::from_slice(body).map(
            |Body {
                 error,
                 error_description,
             }| { (error, error_description) },
        ) {
            Ok((Value::Object(error), _)) => {
                text.message = string(error.get("message"));
                text.reason = string(error.get("reason"));
            }
            Ok((Value::String(code), description)) => {
                text.code = code;
                text.message = string(Some(&description));
            }
            Ok(_) => {}
            Err(_) => text.message = String::from_utf8_lossy(body).into_owned(),
        }
        text.message.make_ascii_lowercase();
        text
    }
}

#[derive(Deserialize)]
struct Body {
    error: Value,
    #[serde(default)]
    error_description: Value,
}

fn string(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}
