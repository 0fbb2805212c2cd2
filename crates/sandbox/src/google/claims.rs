//! What a test changes in the ID tokens.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Changes to every ID token that is issued from now on; the default changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GoogleClaims {
    /// Claims to set, to any value at all.
    pub set: Map<String, Value>,
    /// Claims to leave out; `set` has the last word.
    pub remove: Vec<String>,
    /// Fields of the header to set; `null` leaves one out. The signature is RS256 all the same.
    pub header: Map<String, Value>,
}

impl GoogleClaims {
    /// Sets a claim.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    #[must_use]
    pub fn remove(mut self, name: &str) -> Self {
        self.remove.push(name.to_owned());
        self
    }

    /// Sets a field of the header; `null` leaves it out.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Lays the changes over a header and its claims.
    pub(crate) fn apply(&self, header: &mut Map<String, Value>, claims: &mut Map<String, Value>) {
        for name in &self.remove {
            claims.remove(name);
        }
        claims.extend(self.set.clone());
        header.extend(self.header.clone());
        header.retain(|_, value| !value.is_null());
    }
}
