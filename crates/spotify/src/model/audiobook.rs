//! Audiobooks, which are there in some countries alone.

use serde::{Deserialize, Serialize};

use super::{ExternalUrls, Image};
use crate::ids::Base62Id;
use crate::lenient;

/// An audiobook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audiobook {
    /// The audiobook's id.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Who wrote it.
    #[serde(default, deserialize_with = "lenient::list")]
    pub authors: Vec<AudiobookPerson>,
    /// Who reads it.
    #[serde(default, deserialize_with = "lenient::list")]
    pub narrators: Vec<AudiobookPerson>,
    /// Pictures, widest first; may be none.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
    /// How many chapters it has.
    #[serde(default, deserialize_with = "lenient::option")]
    pub total_chapters: Option<u32>,
    /// Where the audiobook is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

/// Somebody who wrote or reads an audiobook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudiobookPerson {
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
}

/// A chapter of an audiobook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// The chapter's id.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Its place in the audiobook, from 0.
    #[serde(default, deserialize_with = "lenient::option")]
    pub chapter_number: Option<u32>,
    /// In milliseconds.
    #[serde(default, deserialize_with = "lenient::option")]
    pub duration_ms: Option<u32>,
    /// Whether it can be played; known only where the market is.
    #[serde(default, deserialize_with = "lenient::option")]
    pub is_playable: Option<bool>,
    /// Where the chapter is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}
