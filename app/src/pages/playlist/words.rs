//! Name and description of a playlist, as they are typed.

use leptos::prelude::*;

/// The longest name that can be typed, in characters.
pub const LONGEST_NAME: usize = 100;

/// The longest description that can be typed, in characters.
pub const LONGEST_DESCRIPTION: usize = 300;

/// What stands in the two fields. Copy it freely; all copies are the same fields.
#[derive(Debug, Clone, Copy)]
pub struct Details {
    /// The name.
    pub name: RwSignal<String>,
    /// What it is about.
    pub description: RwSignal<String>,
    complaint: RwSignal<Option<&'static str>>,
}

impl Details {
    /// Fields with this in them.
    pub fn new(name: String, description: String) -> Self {
        Self {
            name: RwSignal::new(name),
            description: RwSignal::new(description),
            complaint: RwSignal::new(None),
        }
    }

    /// Name and description as they are sent. `None` where they cannot be, and then
    /// [`complaint`](Self::complaint) says why.
    pub fn checked(self) -> Option<(String, String)> {
        self.checked_but(false)
    }

    /// The same, but the name is not looked at where it stays (`same_name`).
    pub fn checked_but(self, same_name: bool) -> Option<(String, String)> {
        let name = in_one_line(&self.name.get_untracked());
        let description = in_one_line(&self.description.get_untracked());
        let complaint = complaint(if same_name { "x" } else { &name }, &description);
        self.complaint.set(complaint);
        complaint.is_none().then_some((name, description))
    }

    /// Why the last try could not be sent. Tracked.
    pub fn complaint(self) -> Option<&'static str> {
        self.complaint.get()
    }
}

fn complaint(name: &str, description: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("A playlist needs a name.")
    } else if name.chars().count() > LONGEST_NAME {
        Some("The name is too long: 100 characters at most.")
    } else if description.chars().count() > LONGEST_DESCRIPTION {
        Some("The description is too long: 300 characters at most.")
    } else {
        None
    }
}

/// Spotify takes no line ends in either.
fn in_one_line(text: &str) -> String {
    let lines = text.split(['\r', '\n', '\t']).map(str::trim);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{complaint, in_one_line};

    #[test]
    fn what_spotify_does_not_take_is_told_before() {
        assert_eq!(complaint("x", ""), None);
        assert_eq!(complaint(&"ä".repeat(100), &"ä".repeat(300)), None);
        assert!(complaint("", "").is_some());
        assert!(complaint(&"x".repeat(101), "").is_some());
        assert!(complaint("x", &"x".repeat(301)).is_some());
    }

    #[test]
    fn line_ends_become_spaces() {
        assert_eq!(in_one_line(" one\r\ntwo "), "one two");
        assert_eq!(in_one_line("\n"), "");
    }
}
