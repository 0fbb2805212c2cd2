//! The objects of the Web API, as far as the app shows them.
//!
//! Only what a thing cannot be without is required: everything else Spotify has left out, set
//! to null or removed at some time. Texts are untrusted and may be of any length.

mod album;
mod artist;
mod audiobook;
mod library;
mod played;
mod playlist;
mod search;
mod several;
mod track;
mod user;

use serde::{Deserialize, Serialize};

use crate::lenient;

pub use album::{Album, AlbumSimplified, Copyright};
pub use artist::{Artist, ArtistSimplified, FollowedArtists};
pub use audiobook::{Audiobook, AudiobookPerson, Chapter};
pub use library::{Contained, SavedAlbum, SavedTrack};
pub use played::{Context, Played};
pub use playlist::{
    ItemCount, Playable, Playlist, PlaylistImages, PlaylistItem, PlaylistOwner, PlaylistSimplified,
    PlaylistUser, Snapshot,
};
pub use search::SearchAnswer;
pub use several::{
    NewReleases, SeveralAlbums, SeveralArtists, SeveralAudiobooks, SeveralChapters,
    SeveralEpisodes, SeveralShows, SeveralTracks,
};
pub use track::{Episode, ShowSimplified, Track, TrackSimplified};
pub use user::PrivateUser;

/// A picture in one size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its address, as Spotify sent it: check the scheme before showing it.
    pub url: String,
    /// In pixels; unknown for covers that people uploaded.
    #[serde(default, deserialize_with = "lenient::option")]
    pub height: Option<u32>,
    /// In pixels; unknown for covers that people uploaded.
    #[serde(default, deserialize_with = "lenient::option")]
    pub width: Option<u32>,
}

/// Addresses of a thing outside of the Web API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalUrls {
    /// Its page at Spotify, as Spotify sent it: check the scheme before linking to it.
    #[serde(default, deserialize_with = "lenient::option")]
    pub spotify: Option<String>,
}

/// How many people follow somebody or something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followers {
    /// Their number.
    #[serde(default, deserialize_with = "lenient::option")]
    pub total: Option<u32>,
}

/// What the industry calls a recording or a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalIds {
    /// Of a recording: International Standard Recording Code.
    #[serde(default, deserialize_with = "lenient::option")]
    pub isrc: Option<String>,
    /// Of a release: International Article Number.
    #[serde(default, deserialize_with = "lenient::option")]
    pub ean: Option<String>,
    /// Of a release: Universal Product Code.
    #[serde(default, deserialize_with = "lenient::option")]
    pub upc: Option<String>,
}

/// Why a thing cannot be played.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restrictions {
    /// `market`, `product`, `explicit`; others may come.
    #[serde(default, deserialize_with = "lenient::option")]
    pub reason: Option<String>,
}
