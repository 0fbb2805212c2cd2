//! The objects of the Web API, as far as the app shows them.
//!
//! Only what a thing cannot be without is required: everything else Spotify has left out, set
//! to null or removed at some time. Texts are untrusted and may be of any length.

use serde::{Deserialize, Deserializer, Serialize};

use crate::answer::{Answer, Shape};
use crate::ids::Base62Id;
use crate::lenient;
use crate::page::{CursorPage, Page};

/// The person whose token it is: `GET /me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateUser {
    /// The user id: arbitrary text, 1 to 255 bytes, not to be put into a path unencoded.
    #[serde(deserialize_with = "required_subject")]
    pub id: String,
    /// The pseudonymous id that never changes, since May 2026.
    #[serde(default, deserialize_with = "optional_subject")]
    pub account_id: Option<String>,
    /// The name shown; may be missing.
    #[serde(default, deserialize_with = "lenient::option")]
    pub display_name: Option<String>,
    /// Portraits, widest first; may be none.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
    /// `spotify:user:…`.
    #[serde(default, deserialize_with = "lenient::option")]
    pub uri: Option<String>,
    /// Where the profile is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
    /// Needs `user-read-private`; removed for apps in development mode. ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "lenient::option")]
    pub country: Option<String>,
    /// Needs `user-read-email`; removed for apps in development mode. Not verified by Spotify.
    #[serde(default, deserialize_with = "lenient::option")]
    pub email: Option<String>,
    /// `premium`, `free` or `open`; removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub product: Option<String>,
    /// Removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub followers: Option<Followers>,
}

impl Answer for PrivateUser {}

impl PrivateUser {
    /// The keys of this identity: the `account_id`, preferred where there is one, and the `id`.
    /// Either finds the account.
    pub fn subjects(&self) -> (Option<&str>, &str) {
        (self.account_id.as_deref(), &self.id)
    }
}

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

/// An artist as part of something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtistSimplified {
    /// Missing for local files.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Where the artist is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

/// An artist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artist {
    /// The artist's id.
    pub id: Base62Id,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Pictures, widest first; may be none.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
    /// Often empty.
    #[serde(default, deserialize_with = "lenient::list")]
    pub genres: Vec<String>,
    /// Where the artist is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
    /// Removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub followers: Option<Followers>,
    /// 0 to 100; removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub popularity: Option<u8>,
}

impl Answer for Artist {}

/// An album without its tracks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumSimplified {
    /// Missing for local files.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty after a takedown.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// `album`, `single` or `compilation`.
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
    /// Where the album is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

/// A track.
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

/// A playlist without its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaylistSimplified {
    /// The playlist's id.
    pub id: Base62Id,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// May hold HTML entities.
    #[serde(default, deserialize_with = "lenient::option")]
    pub description: Option<String>,
    /// The cover; its address is good for a short time only.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
    /// Whose playlist it is.
    #[serde(default, deserialize_with = "lenient::option")]
    pub owner: Option<PlaylistOwner>,
    /// Whether the owner's profile lists it, which is not whether others can open it.
    #[serde(default, deserialize_with = "lenient::option")]
    pub public: Option<bool>,
    /// Whether others may add to it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub collaborative: bool,
    /// Changes with every change.
    #[serde(default, deserialize_with = "lenient::option")]
    pub snapshot_id: Option<String>,
    /// How many items it has, under the newer name. Read [`item_count`](Self::item_count).
    #[serde(default, deserialize_with = "lenient::option")]
    pub items: Option<ItemCount>,
    /// The same under the older name. Read [`item_count`](Self::item_count).
    #[serde(default, deserialize_with = "lenient::option")]
    pub tracks: Option<ItemCount>,
    /// Where the playlist is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

impl PlaylistSimplified {
    /// How many items it has, under either name; unknown for the playlists of others.
    pub fn item_count(&self) -> Option<u32> {
        self.items.or(self.tracks)?.total
    }
}

/// Whose playlist it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaylistOwner {
    /// A user id: arbitrary text.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub id: String,
    /// The name shown; may be missing.
    #[serde(default, deserialize_with = "lenient::option")]
    pub display_name: Option<String>,
}

/// How many items a playlist has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemCount {
    /// Their number.
    #[serde(default, deserialize_with = "lenient::option")]
    pub total: Option<u32>,
}

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

/// Whom the person follows: `GET /me/following?type=artist`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedArtists {
    /// The artists. Required: to say of somebody that they follow nobody, an answer must say so.
    #[serde(deserialize_with = "lenient::object")]
    pub artists: CursorPage<Artist>,
}

impl Answer for FollowedArtists {}

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

/// A text that may be the key of an account: something, not endless, and printable.
fn is_subject(text: &str) -> bool {
    (1..=255).contains(&text.len()) && !text.contains(char::is_control)
}

fn required_subject<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_subject(&text) {
        Ok(text)
    } else {
        Err(serde::de::Error::custom("the id cannot be a key"))
    }
}

fn optional_subject<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text: Option<String> = lenient::option(deserializer)?;
    Ok(text.filter(|text| is_subject(text)))
}
