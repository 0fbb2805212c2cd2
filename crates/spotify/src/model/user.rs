//! People.

use serde::{Deserialize, Deserializer, Serialize};

use super::{ExternalUrls, Followers, Image};
use crate::answer::Answer;
use crate::lenient;

/// The person whose token it is: `GET /me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateUser {
    /// The user id: arbitrary text, 1 to 255 bytes, not to be put into a path unencoded.
    #[serde(deserialize_with = "required_subject")]
    pub id: String,
    /// The pseudonymous id that never changes, since May 2026.
    #[serde(default, deserialize_with = "optional_subject")]
    pub account_id: Option<String>,
    /// The name shown; may be missing.
    #[serde(default, deserialize_with = "lenient::option")]
    pub display_name: Option<String>,
    /// Portraits, widest first; may be none.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
    /// `spotify:user:…`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub uri: Option<String>,
    /// Where the profile is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
    /// Needs `user-read-private`; removed for apps in development mode. ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "lenient::option")]
    pub country: Option<String>,
    /// Needs `user-read-email`; removed for apps in development mode. Not verified by Spotify.
    #[serde(default, deserialize_with = "lenient::option")]
    pub email: Option<String>,
    /// `premium`, `free` or `open`; removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub product: Option<String>,
    /// Removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub followers: Option<Followers>,
}

impl Answer for PrivateUser {}

impl PrivateUser {
    /// The keys of this identity: the `account_id`, preferred where there is one, and the `id`.
    /// Either finds the account.
    pub fn subjects(&self) -> (Option<&str>, &str) {
        (self.account_id.as_deref(), &self.id)
    }
}

/// A text that may be the key of an account: something, not endless, and printable.
fn is_subject(text: &str) -> bool {
    (1..=255).contains(&text.len()) && !text.contains(char::is_control)
}

fn required_subject<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_subject(&text) {
        Ok(text)
    } else {
        Err(serde::de::Error::custom("the id cannot be a key"))
    }
}

fn optional_subject<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text: Option<String> = lenient::option(deserializer)?;
    Ok(text.filter(|text| is_subject(text)))
}
