//! Which bodies are accepted.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderName, Method};

use super::{PathPrefix, Refusal, only};

/// A type that is accepted beside JSON.
#[derive(Clone, Debug)]
pub(super) struct AcceptedType {
    /// Everywhere when there is none.
    prefix: Option<PathPrefix>,
    media_type: String,
}

impl AcceptedType {
    pub(super) fn everywhere(media_type: &str) -> Self {
        Self {
            prefix: None,
            media_type: media_type.to_owned(),
        }
    }

    pub(super) fn under(prefix: PathPrefix, media_type: &str) -> Self {
        Self {
            prefix: Some(prefix),
            media_type: media_type.to_owned(),
        }
    }

    fn accepts(&self, path: &str, value: &str) -> bool {
        self.media_type.eq_ignore_ascii_case(value)
            && self
                .prefix
                .as_ref()
                .is_none_or(|prefix| prefix.covers(path))
    }
}

/// Checks the content type of a request that may change something.
pub(super) fn check(
    accepted: &[AcceptedType],
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<(), Refusal> {
    let value = only(headers, CONTENT_TYPE.as_str()).map_err(|_| Refusal::ContentType)?;
    let Some(value) = value else {
        // A `POST` decodes its body whatever its length, an empty one too. The other methods are
        // also used without a body, and then they have no type.
        let needs_type = *method == Method::POST || has_body(headers);
        return if needs_type {
            Err(Refusal::ContentType)
        } else {
            Ok(())
        };
    };
    let value = value.to_str().map_err(|_| Refusal::ContentType)?;
    let fits = is_json(value)
        || accepted
            .iter()
            .any(|accepted| accepted.accepts(path, value));
    if fits {
        Ok(())
    } else {
        Err(Refusal::ContentType)
    }
}

/// Whether a body is announced. A length that cannot be read counts as one.
fn has_body(headers: &HeaderMap) -> bool {
    let announces = |name: HeaderName, is_empty: fn(&HeaderValue) -> bool| {
        headers.get_all(name).iter().any(|value| !is_empty(value))
    };
    announces(TRANSFER_ENCODING, |_| false) || announces(CONTENT_LENGTH, |value| value == "0")
}

/// `application/json`, bare or with `charset=utf-8` and nothing else.
fn is_json(value: &str) -> bool {
    let (essence, parameter) = match value.split_once(';') {
        Some((essence, parameter)) => (essence.trim_end(), Some(parameter.trim())),
        None => (value, None),
    };
    essence.eq_ignore_ascii_case("application/json")
        && parameter.is_none_or(|parameter| parameter.eq_ignore_ascii_case("charset=utf-8"))
}
