//! The two random values that tie an answer to the browser and to the request it belongs to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

/// Declares a value of 32 random bytes, written as 43 base64url characters.
macro_rules! random_value {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The value made of 32 random bytes.
            pub fn from_bytes(random: [u8; 32]) -> Self {
                Self(URL_SAFE_NO_PAD.encode(random))
            }

            /// Its 43 characters, for the authorization request.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether `other` is this value, in time that does not depend on where they differ.
            pub fn matches(&self, other: &str) -> bool {
                self.0.as_bytes().ct_eq(other.as_bytes()).into()
            }
        }

        impl TryFrom<String> for $name {
            type Error = RandomValueError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                match URL_SAFE_NO_PAD.decode(&text) {
                    Ok(bytes) if bytes.len() == 32 => Ok(Self(text)),
                    _ => Err(RandomValueError),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

random_value! {
    /// The `state` of one authorization request (RFC 6749 §4.1.1, §10.12).
    ///
    /// It is minted by the server, sealed into the transaction, and compared on return.
    State
}

random_value! {
    /// The `nonce` of one authentication request (OIDC Core §3.1.2.1).
    Nonce
}

impl State {
    /// The first eight characters: they name the transaction's cookie, so that several
    /// sign-ins can be under way at once.
    pub fn prefix(&self) -> &str {
        // 43 ASCII characters by construction, so this never falls back.
        self.0.get(..8).unwrap_or(&self.0)
    }
}

/// A text is not 43 base64url characters that stand for 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a random value is 32 bytes in base64url")]
pub struct RandomValueError;
