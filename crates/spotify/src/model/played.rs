//! What was played last.

use serde::{Deserialize, Serialize};

use super::{ExternalUrls, Track};
use crate::lenient;

/// That a track was played: an entry of `GET /me/player/recently-played`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Played {
    /// What was played. Never an episode.
    pub track: Track,
    /// When, ISO 8601 in UTC with milliseconds. A track that was played twice stands there twice.
    #[serde(default, deserialize_with = "lenient::option")]
    pub played_at: Option<String>,
    /// What it was played from; unknown where it was played on its own.
    #[serde(default, deserialize_with = "lenient::option")]
    pub context: Option<Context>,
}

/// What a track was played from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// `artist`, `album`, `playlist`, `show`; others may come.
    #[serde(default, rename = "type", deserialize_with = "lenient::option")]
    pub kind: Option<String>,
    /// Its name among all things; [`Uri::parse`](crate::ids::Uri::parse) reads those that have a
    /// page here.
    #[serde(default, deserialize_with = "lenient::option")]
    pub uri: Option<String>,
    /// Where it is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}
