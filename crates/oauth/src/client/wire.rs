//! What came back over the wire, looked at before `oauth2` reads it.
//!
//! `oauth2` reads an answer leniently in places (a 5xx with a well-formed error counts as the
//! provider's word, `Retry-After` is lost, garbage after the JSON passes) and keeps the whole
//! body in its errors. What it would misread never reaches it.

use http::StatusCode;
use http::header::RETRY_AFTER;
use oauth2::HttpResponse;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::error::{TransportError, Unavailable};

/// Why an answer is not worth reading.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireFault {
    #[error(transparent)]
    Unavailable(Unavailable),
    #[error("the answer is not one JSON object")]
    Nonsense,
}

/// Lets through what may be a token answer or an OAuth error, and nothing else.
pub(super) fn observe<E: Into<TransportError>>(
    answer: Result<HttpResponse, E>,
) -> Result<HttpResponse, WireFault> {
    let mut response = answered(answer).map_err(WireFault::Unavailable)?;
    let status = response.status();
    let members = members(response.body()).ok_or(WireFault::Nonsense)?;
    if status == StatusCode::OK && members.error.is_some() {
        if members.access_token.is_some() {
            return Err(WireFault::Nonsense);
        }
        // Some providers report errors with 200 (GitHub does). An error it is all the same.
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    Ok(response)
}

/// An answer that is the provider's word, whatever it says.
pub(super) fn answered<E: Into<TransportError>>(
    answer: Result<HttpResponse, E>,
) -> Result<HttpResponse, Unavailable> {
    let response = answer.map_err(|error| Unavailable::Unreachable(error.into()))?;
    let status = response.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Unavailable::Status {
            status: status.as_u16(),
            retry_after_s: retry_after_s(&response),
        });
    }
    Ok(response)
}

/// Which of the two telling members there are; their values stay unread.
#[derive(Deserialize)]
struct Members {
    error: Option<IgnoredAny>,
    access_token: Option<IgnoredAny>,
}

/// The members of a body that is one JSON object with nothing behind it.
fn members(body: &[u8]) -> Option<Members> {
    // A struct would be read from an array as well.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(body).ok()
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3). The form with a date is not used by token
/// endpoints and counts as absent.
fn retry_after_s(response: &HttpResponse) -> Option<u64> {
    response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}
