//! From bytes to a typed answer.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// A type that an endpoint of the Web API answers with.
pub trait Answer: DeserializeOwned {
    /// What the body must be; one JSON object unless said otherwise.
    const SHAPE: Shape = Shape::Object;
}

/// What the body of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One JSON object. Serde would read a struct from an array as well; that is refused.
    Object,
    /// One JSON array without anything around it.
    Array,
    /// Whatever it is, it says nothing: the type is read from `null`.
    Nothing,
    /// It may say something, but need not: what is not JSON is read as `null`.
    Anything,
}

/// That a write was taken, in which all is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Done;

impl Answer for Done {
    const SHAPE: Shape = Shape::Nothing;
}

/// Reads an answer of the Web API. `content_type` is the header, if there was one.
///
/// Missing, null and wrong-typed optional fields are absent, unknown ones ignored, list entries
/// that cannot be read skipped.
///
/// # Errors
/// Any status but 2xx is the [`Refusal`] that it stands for; a 2xx whose body is not of the
/// expected [`Shape`] is [`Refusal::Nonsense`]. A `Retry-After` is not known here: read a 429 with
/// [`Refusal::read`].
pub fn decode<T: Answer>(
    status: u16,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<T, Refusal> {
    if !(200..300).contains(&status) {
        return Err(Refusal::read(status, None, body));
    }
    let first = match T::SHAPE {
        Shape::Object => b'{',
        Shape::Array => b'[',
        // Empty, mostly, and of any type.
        Shape::Nothing => return from_null(),
        Shape::Anything => return serde_json::from_slice(body).or_else(|_| from_null()),
    };
    if body.trim_ascii_start().first() != Some(&first) || !content_type.is_none_or(is_json) {
        return Err(Refusal::Nonsense);
    }
    // The message of serde_json quotes the answer, which may hold an e-mail address.
    serde_json::from_slice(body).map_err(|_| Refusal::Nonsense)
}

fn from_null<T: Answer>() -> Result<T, Refusal> {
    serde_json::from_slice(b"null").map_err(|_| Refusal::Nonsense)
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
