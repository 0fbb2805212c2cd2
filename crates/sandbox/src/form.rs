//! Queries and form bodies as decoded pairs, in order, repeated names kept.

use axum::http::{HeaderMap, header};

/// Decoded pairs of a query or a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Decodes a raw query string.
    pub(crate) fn of_query(raw: &str) -> Self {
        Self(
            form_urlencoded::parse(raw.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// Decodes a body when its content type says that it is a form; else there are no pairs.
    pub(crate) fn of_body(headers: &HeaderMap, body: &[u8]) -> Self {
        if media_type(headers).is_some_and(|kind| kind == "application/x-www-form-urlencoded") {
            Self(form_urlencoded::parse(body).into_owned().collect())
        } else {
            Self::default()
        }
    }

    /// The first value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first value of a name, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// The first of these names that is there more than once.
    pub(crate) fn repeated(&self, names: &[&'static str]) -> Option<&'static str> {
        names
            .iter()
            .find(|name| self.0.iter().filter(|(key, _)| key == **name).count() > 1)
            .copied()
    }

    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

/// The media type of a request in lower case, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = value.split(';').next().unwrap_or_default();
    Some(kind.trim().to_ascii_lowercase())
}
