//! Albums.

use serde::{Deserialize, Serialize};

use super::{ArtistSimplified, ExternalIds, ExternalUrls, Image, Restrictions, TrackSimplified};
use crate::answer::Answer;
use crate::ids::Base62Id;
use crate::lenient;
use crate::page::Page;

/// An album with its first tracks: `GET /albums/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Album {
    /// The album's id.
    pub id: Base62Id,
    /// The name; empty after a takedown.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// `album`, `single` or `compilation`. An EP is a `single`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub album_type: Option<String>,
    /// Whose album it is.
    #[serde(default, deserialize_with = "lenient::list")]
    pub artists: Vec<ArtistSimplified>,
    /// Covers, widest first; may be none.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
    /// `2026`, `2026-11` or `2026-11-20`, see `release_date_precision`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub release_date: Option<String>,
    /// `year`, `month` or `day`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub release_date_precision: Option<String>,
    /// How many tracks it has.
    #[serde(default, deserialize_with = "lenient::option")]
    pub total_tracks: Option<u32>,
    /// The first tracks, up to 50; the others come with
    /// [`album_tracks`](crate::Request::album_tracks).
    #[serde(default, deserialize_with = "lenient::option")]
    pub tracks: Option<Page<TrackSimplified>>,
    /// Whose rights it is under.
    #[serde(default, deserialize_with = "lenient::list")]
    pub copyrights: Vec<Copyright>,
    /// `upc` and `ean`, where they are known.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_ids: ExternalIds,
    /// Who published it; removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub label: Option<String>,
    /// There where the album cannot be played.
    #[serde(default, deserialize_with = "lenient::option")]
    pub restrictions: Option<Restrictions>,
    /// Where the album is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
    /// 0 to 100; removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub popularity: Option<u8>,
}

impl Answer for Album {}

/// An album without its tracks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumSimplified {
    /// Missing for local files.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty after a takedown.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// `album`, `single` or `compilation`. An EP is a `single`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub album_type: Option<String>,
    /// What it is to the artist whose list it stands in: as `album_type`, or `appears_on`. Only in
    /// such a list; removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub album_group: Option<String>,
    /// Whose album it is.
    #[serde(default, deserialize_with = "lenient::list")]
    pub artists: Vec<ArtistSimplified>,
    /// Covers, widest first; may be none.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
    /// `2026`, `2026-11` or `2026-11-20`, see `release_date_precision`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub release_date: Option<String>,
    /// `year`, `month` or `day`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub release_date_precision: Option<String>,
    /// How many tracks it has.
    #[serde(default, deserialize_with = "lenient::option")]
    pub total_tracks: Option<u32>,
    /// There where the album cannot be played.
    #[serde(default, deserialize_with = "lenient::option")]
    pub restrictions: Option<Restrictions>,
    /// Where the album is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

/// A line about rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copyright {
    /// The line, as its holder wrote it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub text: String,
    /// `C` for the work, `P` for the recording.
    #[serde(default, rename = "type", deserialize_with = "lenient::option")]
    pub kind: Option<String>,
}
