//! Identifiers, as far as they have a form.

use serde::{Deserialize, Serialize};

/// The id of an artist, album, track or playlist: 22 characters of `0-9 A-Z a-z`.
///
/// User ids are arbitrary text and have no type of their own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Base62Id(String);

impl Base62Id {
    /// Reads an id.
    ///
    /// # Errors
    /// It is not 22 letters and digits.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.len() == 22 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError)
        }
    }

    /// The 22 characters; they need no encoding anywhere.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Base62Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Base62Id {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Base62Id> for String {
    fn from(id: Base62Id) -> Self {
        id.0
    }
}

/// A text is not 22 letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 22 letters and digits")]
pub struct IdError;
