//! The people who can sign in with Google.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A Google account; it has nothing to do with a listener of the same login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoogleAccount {
    /// How tests and forms name the account; it stands in no token.
    pub login: String,
    /// The subject: what the account is known by, for good. Google's have 21 digits.
    pub sub: String,
    /// The address, which may change and may not be unique.
    pub email: String,
    /// Whether the address was ever verified.
    pub email_verified: bool,
    /// The full name; some accounts show none.
    pub name: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The address of a picture; a path is one of the sandbox's own.
    pub picture: Option<String>,
    /// The domain of the organisation, for a Workspace account alone.
    pub hd: Option<String>,
}

impl GoogleAccount {
    /// A verified Gmail account whose every detail is made from the login.
    #[must_use]
    pub fn new(login: &str) -> Self {
        Self {
            login: login.to_owned(),
            sub: sub(login),
            email: format!("{login}@gmail.com"),
            email_verified: true,
            name: Some(login.to_owned()),
            given_name: Some(login.to_owned()),
            family_name: None,
            picture: Some(super::picture::path(login)),
            hd: None,
        }
    }

    /// The three who are there from the start.
    pub(crate) fn ready() -> [Self; 3] {
        [
            Self {
                email: "ada.lindqvist@gmail.com".to_owned(),
                name: Some("Ada Lindqvist".to_owned()),
                given_name: Some("Ada".to_owned()),
                family_name: Some("Lindqvist".to_owned()),
                ..Self::new("ada")
            },
            Self {
                email: "kenji@kitahama-records.example".to_owned(),
                name: Some(
                    "渡辺・モンゴメリー 健二 (Kenji Watanabe-Montgomery, 北浜レコード 国際部)"
                        .to_owned(),
                ),
                given_name: Some("健二 (Kenji)".to_owned()),
                family_name: Some("渡辺・モンゴメリー (Watanabe-Montgomery)".to_owned()),
                hd: Some("kitahama-records.example".to_owned()),
                ..Self::new("kenji")
            },
            Self {
                email: "newcomer@post.example".to_owned(),
                email_verified: false,
                name: None,
                given_name: None,
                picture: None,
                ..Self::new("newcomer")
            },
        ]
    }

    /// What a page calls this person: the name, else the address.
    pub(crate) fn label(&self) -> &str {
        self.name
            .as_deref()
            .filter(|name| !name.trim().is_empty())
            .unwrap_or(&self.email)
    }
}

/// 21 digits that say nothing of the login, and are too many for a 64-bit number.
fn sub(login: &str) -> String {
    let hash = Sha256::digest(format!("google:{login}"));
    let digits: String = hash
        .iter()
        .take(20)
        .map(|byte| char::from(b'0' + byte % 10))
        .collect();
    format!("1{digits}")
}

#[cfg(test)]
mod tests {
    use super::GoogleAccount;

    #[test]
    fn every_subject_has_21_digits_and_is_nobody_elses() {
        let subs = GoogleAccount::ready().map(|one| one.sub);
        for sub in &subs {
            assert_eq!(sub.len(), 21, "{sub}");
            assert!(sub.bytes().all(|byte| byte.is_ascii_digit()), "{sub}");
        }
        assert_ne!(subs[0], subs[1]);
        assert_ne!(subs[1], subs[2]);
    }
}
