//! The three scopes of a sign-in, under the two names that some of them have.

use std::collections::BTreeSet;

/// Scopes by the names that the token answer uses.
pub(crate) type Scopes = BTreeSet<&'static str>;

pub(crate) const OPENID: &str = "openid";
pub(crate) const EMAIL: &str = "https://www.googleapis.com/auth/userinfo.email";
pub(crate) const PROFILE: &str = "https://www.googleapis.com/auth/userinfo.profile";

/// Short name, full name, and the sentence on the consent page.
const SCOPES: [(&str, &str, &str); 3] = [
    ("openid", OPENID, "Know you again by your Google account."),
    ("email", EMAIL, "See your e-mail address."),
    (
        "profile",
        PROFILE,
        "See your name and your picture, as far as you show them.",
    ),
];

/// Reads a space-separated list; `None` when one of them is unknown.
pub(crate) fn parse(list: &str) -> Option<Scopes> {
    list.split(' ')
        .filter(|name| !name.is_empty())
        .map(|name| {
            SCOPES
                .iter()
                .find(|(short, full, _)| *short == name || *full == name)
                .map(|(_, full, _)| *full)
        })
        .collect()
}

/// The sentences of these scopes, in a fixed order.
pub(crate) fn sentences(scopes: &Scopes) -> impl Iterator<Item = &'static str> + '_ {
    SCOPES
        .iter()
        .filter(|(_, full, _)| scopes.contains(full))
        .map(|(_, _, sentence)| *sentence)
}

/// The list as answers spell it: `openid` first.
pub(crate) fn join(scopes: &Scopes) -> String {
    SCOPES
        .iter()
        .filter(|(_, full, _)| scopes.contains(full))
        .map(|(_, full, _)| *full)
        .collect::<Vec<_>>()
        .join(" ")
}
