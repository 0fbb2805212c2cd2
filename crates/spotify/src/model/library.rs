//! What the person's library holds.

use serde::{Deserialize, Serialize};

use super::{AlbumSimplified, Track};
use crate::answer::{Answer, Shape};
use crate::lenient;

/// An album in the person's library: an entry of `GET /me/albums`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedAlbum {
    /// When it was saved, ISO 8601 in UTC.
    #[serde(default, deserialize_with = "lenient::option")]
    pub added_at: Option<String>,
    /// The album; its tracks are not read.
    pub album: AlbumSimplified,
}

/// A track in the person's library: an entry of `GET /me/tracks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedTrack {
    /// When it was saved, ISO 8601 in UTC.
    #[serde(default, deserialize_with = "lenient::option")]
    pub added_at: Option<String>,
    /// The track.
    pub track: Track,
}

/// Whether the library holds what was asked about, in the order of the question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Contained(#[serde(deserialize_with = "lenient::flags")] Vec<Option<bool>>);

impl Answer for Contained {
    const SHAPE: Shape = Shape::Array;
}

impl Contained {
    /// The answer about the thing with this place in the question; `None` where there is none.
    pub fn get(&self, place: usize) -> Option<bool> {
        self.0.get(place).copied().flatten()
    }

    /// The answers in the order of the question; `None` where one makes no sense.
    pub fn iter(&self) -> impl Iterator<Item = Option<bool>> + '_ {
        self.0.iter().copied()
    }
}
