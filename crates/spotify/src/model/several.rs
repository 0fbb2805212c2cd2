//! Several things of the catalogue at once, for apps of older kinds.

use serde::{Deserialize, Serialize};

use super::{Album, AlbumSimplified, Artist, Audiobook, Chapter, Episode, ShowSimplified, Track};
use crate::answer::Answer;
use crate::lenient;
use crate::page::Page;

/// The artists that were asked for, in the order of the question: `GET /artists`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveralArtists {
    /// `None` where Spotify knows none of that id.
    #[serde(deserialize_with = "lenient::places")]
    pub artists: Vec<Option<Artist>>,
}

impl Answer for SeveralArtists {}

/// The albums that were asked for, in the order of the question: `GET /albums`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveralAlbums {
    /// `None` where Spotify knows none of that id.
    #[serde(deserialize_with = "lenient::places")]
    pub albums: Vec<Option<Album>>,
}

impl Answer for SeveralAlbums {}

/// The tracks that were asked for, in the order of the question: `GET /tracks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveralTracks {
    /// `None` where Spotify knows none of that id.
    #[serde(deserialize_with = "lenient::places")]
    pub tracks: Vec<Option<Track>>,
}

impl Answer for SeveralTracks {}

/// The shows that were asked for, in the order of the question: `GET /shows`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveralShows {
    /// `None` where Spotify knows none of that id, or has none in the person's country.
    #[serde(deserialize_with = "lenient::places")]
    pub shows: Vec<Option<ShowSimplified>>,
}

impl Answer for SeveralShows {}

/// The episodes that were asked for, in the order of the question: `GET /episodes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveralEpisodes {
    /// `None` where Spotify knows none of that id, or has none in the person's country.
    #[serde(deserialize_with = "lenient::places")]
    pub episodes: Vec<Option<Episode>>,
}

impl Answer for SeveralEpisodes {}

/// The audiobooks that were asked for, in the order of the question: `GET /audiobooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveralAudiobooks {
    /// `None` where Spotify knows none of that id, or has none in the person's country.
    #[serde(deserialize_with = "lenient::places")]
    pub audiobooks: Vec<Option<Audiobook>>,
}

impl Answer for SeveralAudiobooks {}

/// The chapters that were asked for, in the order of the question: `GET /chapters`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveralChapters {
    /// `None` where Spotify knows none of that id, or has none in the person's country.
    #[serde(deserialize_with = "lenient::places")]
    pub chapters: Vec<Option<Chapter>>,
}

impl Answer for SeveralChapters {}

/// The newest albums of the catalogue: `GET /browse/new-releases`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReleases {
    /// One page of them.
    #[serde(deserialize_with = "lenient::object")]
    pub albums: Page<AlbumSimplified>,
}

impl Answer for NewReleases {}
