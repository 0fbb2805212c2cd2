//! JSON bodies of calls that write.

use serde_json::{Map, Value};

use super::error::ApiError;

/// The fields of a JSON body.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body that must be there.
    pub(super) fn read(body: &[u8]) -> Result<Self, ApiError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            _ => Err(ApiError::bad("Error parsing JSON.")),
        }
    }

    /// Reads a body that may be left out.
    pub(super) fn read_or_none(body: &[u8]) -> Result<Self, ApiError> {
        if body.is_empty() {
            Ok(Self(Map::new()))
        } else {
            Self::read(body)
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, ApiError> {
        self.typed(name, |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.typed(name, Value::as_bool)
    }

    pub(super) fn count(&self, name: &str) -> Result<Option<usize>, ApiError> {
        self.typed(name, |value| usize::try_from(value.as_u64()?).ok())
    }

    /// A text that must be there and not empty.
    pub(super) fn filled(&self, name: &str) -> Result<String, ApiError> {
        self.text(name)?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| ApiError::BadRequest(format!("Missing required field: {name}")))
    }

    fn typed<T>(
        &self,
        name: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(ApiError::BadRequest(format!(
                "Invalid value for field: {name}"
            ))),
        }
    }
}
