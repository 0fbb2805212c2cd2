//! What a search found.

use serde::{Deserialize, Serialize};

use super::{AlbumSimplified, Artist, PlaylistSimplified, Track};
use crate::answer::Answer;
use crate::lenient;
use crate::page::Page;

/// What a search found: `GET /search`. Only the kinds that were asked for are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchAnswer {
    /// Artists that match.
    #[serde(default, deserialize_with = "lenient::option")]
    pub artists: Option<Page<Artist>>,
    /// Albums that match.
    #[serde(default, deserialize_with = "lenient::option")]
    pub albums: Option<Page<AlbumSimplified>>,
    /// Tracks that match.
    #[serde(default, deserialize_with = "lenient::option")]
    pub tracks: Option<Page<Track>>,
    /// Playlists that match.
    #[serde(default, deserialize_with = "lenient::option")]
    pub playlists: Option<Page<PlaylistSimplified>>,
}

impl Answer for SearchAnswer {}
