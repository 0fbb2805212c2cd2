//! The public name of a key.

use std::fmt;
use std::sync::Arc;

/// The longest id, in characters.
const MAX_CHARS: usize = 16;

/// The public name of a key of the ring: 1 to 16 characters of `A-Z a-z 0-9 _ -`.
///
/// It stands in sealed values and as `kid` in tokens, so it is no secret. A clone is cheap.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(Arc<str>);

impl KeyId {
    /// Reads an id; none when `text` is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=MAX_CHARS).contains(&text.len());
        let clean = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        (fits && clean).then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
