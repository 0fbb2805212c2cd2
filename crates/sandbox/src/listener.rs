//! The people who can sign in.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A person with an account at the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// What the person types at the sign-in page; nobody else's.
    pub login: String,
    /// The user id: any text at all.
    pub id: String,
    /// The immutable id that the provider added in 2026.
    pub account_id: String,
    /// The name shown; some listeners have none.
    pub display_name: Option<String>,
    /// The unverified e-mail address.
    pub email: String,
    /// Two-letter country.
    pub country: String,
    /// `premium` or `free`.
    pub product: String,
    /// Pictures; `None` lets the sandbox draw one, an empty list is none.
    pub images: Option<Vec<Image>>,
    /// How many follow this person.
    pub followers: u64,
    /// Whether the person is on the app's allow list.
    pub allow_listed: bool,
}

/// One size of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Where it is.
    pub url: String,
    /// Pixels; unknown for custom covers.
    pub width: Option<u32>,
    /// Pixels; unknown for custom covers.
    pub height: Option<u32>,
}

impl Listener {
    /// A listener whose every detail is made from the login.
    #[must_use]
    pub fn new(login: &str) -> Self {
        Self {
            login: login.to_owned(),
            id: login.to_owned(),
            account_id: account_id(login),
            display_name: Some(login.to_owned()),
            email: format!("{login}@listeners.invalid"),
            country: "SE".to_owned(),
            product: "premium".to_owned(),
            images: None,
            followers: 0,
            allow_listed: true,
        }
    }

    /// The three who are there from the start.
    pub(crate) fn ready() -> [Self; 3] {
        [
            Self {
                id: "ada.lindqvist".to_owned(),
                display_name: Some("Ada Lindqvist".to_owned()),
                email: "ada.lindqvist@listeners.invalid".to_owned(),
                followers: 42,
                ..Self::new("ada")
            },
            Self {
                id: "hanako+yamada/北%2F1".to_owned(),
                display_name: Some("花子 Ямада-Константинопольская (山田 花子)".to_owned()),
                country: "JP".to_owned(),
                product: "free".to_owned(),
                followers: 1_204,
                ..Self::new("hanako")
            },
            Self {
                id: "31q7newcomer_x.5".to_owned(),
                display_name: None,
                country: "PT".to_owned(),
                product: "free".to_owned(),
                images: Some(Vec::new()),
                ..Self::new("newcomer")
            },
        ]
    }

    /// What a page calls this person: the display name, else the login.
    pub(crate) fn label(&self) -> &str {
        self.display_name
            .as_deref()
            .filter(|name| !name.trim().is_empty())
            .unwrap_or(&self.login)
    }
}

/// A stable id that says nothing of the login.
fn account_id(login: &str) -> String {
    use std::fmt::Write as _;

    let hash = Sha256::digest(format!("account:{login}"));
    hash.iter().take(11).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
