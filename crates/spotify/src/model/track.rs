//! Tracks, and what else can stand among them.

use serde::{Deserialize, Serialize};

use super::{AlbumSimplified, ArtistSimplified, ExternalIds, ExternalUrls, Image, Restrictions};
use crate::answer::Answer;
use crate::ids::Base62Id;
use crate::lenient;

/// A track: `GET /tracks/{id}`, and in lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Missing for local files.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Who plays it.
    #[serde(default, deserialize_with = "lenient::list")]
    pub artists: Vec<ArtistSimplified>,
    /// Where it is from.
    #[serde(default, deserialize_with = "lenient::option")]
    pub album: Option<AlbumSimplified>,
    /// In milliseconds.
    #[serde(default, deserialize_with = "lenient::option")]
    pub duration_ms: Option<u32>,
    /// Whether its words are marked explicit; `false` where that is unknown.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub explicit: bool,
    /// Which disc of the album it is on, from 1.
    #[serde(default, deserialize_with = "lenient::option")]
    pub disc_number: Option<u32>,
    /// Its place on that disc, from 1.
    #[serde(default, deserialize_with = "lenient::option")]
    pub track_number: Option<u32>,
    /// Whether it can be played; known only where the market is.
    #[serde(default, deserialize_with = "lenient::option")]
    pub is_playable: Option<bool>,
    /// There where the track cannot be played.
    #[serde(default, deserialize_with = "lenient::option")]
    pub restrictions: Option<Restrictions>,
    /// Whether it is a file on somebody's disc, of which Spotify knows little more than its name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_local: bool,
    /// The `isrc`, where it is known.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_ids: ExternalIds,
    /// `spotify:track:…` or, for a file on somebody's disc, `spotify:local:…`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub uri: Option<String>,
    /// Where the track is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
    /// 0 to 100; removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub popularity: Option<u8>,
}

impl Answer for Track {}

/// A track as part of its album.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackSimplified {
    /// Missing for local files.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Who plays it.
    #[serde(default, deserialize_with = "lenient::list")]
    pub artists: Vec<ArtistSimplified>,
    /// In milliseconds.
    #[serde(default, deserialize_with = "lenient::option")]
    pub duration_ms: Option<u32>,
    /// Whether its words are marked explicit; `false` where that is unknown.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub explicit: bool,
    /// Which disc of the album it is on, from 1.
    #[serde(default, deserialize_with = "lenient::option")]
    pub disc_number: Option<u32>,
    /// Its place on that disc, from 1.
    #[serde(default, deserialize_with = "lenient::option")]
    pub track_number: Option<u32>,
    /// Whether it can be played; known only where the market is.
    #[serde(default, deserialize_with = "lenient::option")]
    pub is_playable: Option<bool>,
    /// There where the track cannot be played.
    #[serde(default, deserialize_with = "lenient::option")]
    pub restrictions: Option<Restrictions>,
    /// Whether it is a file on somebody's disc, of which Spotify knows little more than its name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_local: bool,
    /// `spotify:track:…` or, for a file on somebody's disc, `spotify:local:…`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub uri: Option<String>,
    /// Where the track is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

/// An episode of a show, as playlists hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// The episode's id.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Whose episode it is.
    #[serde(default, deserialize_with = "lenient::option")]
    pub show: Option<ShowSimplified>,
    /// Pictures, widest first; may be none.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
    /// In milliseconds.
    #[serde(default, deserialize_with = "lenient::option")]
    pub duration_ms: Option<u32>,
    /// Whether its words are marked explicit; `false` where that is unknown.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub explicit: bool,
    /// `2026`, `2026-11` or `2026-11-20`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub release_date: Option<String>,
    /// Whether it can be played; known only where the market is.
    #[serde(default, deserialize_with = "lenient::option")]
    pub is_playable: Option<bool>,
    /// There where the episode cannot be played.
    #[serde(default, deserialize_with = "lenient::option")]
    pub restrictions: Option<Restrictions>,
    /// `spotify:episode:…`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub uri: Option<String>,
    /// Where the episode is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

/// A show as part of its episodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowSimplified {
    /// The show's id.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Where the show is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}
