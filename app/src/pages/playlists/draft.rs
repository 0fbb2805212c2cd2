//! What a person typed for a new playlist, while they are away to allow it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Its name in the tab's storage.
const KEY: &str = "stagedoor.new-playlist";

/// What was typed, and by whom: it is shown to nobody else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The account of the person.
    pub account: Option<String>,
    /// The name.
    pub name: String,
    /// What it is about.
    pub description: String,
}

impl Draft {
    /// Keeps it in the tab. A browser that stores nothing forgets it. Browser only.
    pub fn keep(&self) {
        if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(self)) {
            // It fails where the storage is full, and then the draft is forgotten.
            let _ = storage.set_item(KEY, &text);
        }
    }

    /// What this account typed. What another did is taken out of the tab. Browser only.
    pub fn of(account: &str) -> Option<Self> {
        let text = storage()?.get_item(KEY).ok().flatten()?;
        let draft = serde_json::from_str::<Self>(&text).ok();
        let own = draft.filter(|draft| draft.account.as_deref() == Some(account));
        if own.is_none() {
            Self::forget();
        }
        own
    }

    /// Takes it out of the tab, whosever it is. Browser only.
    pub fn forget() {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(KEY);
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
