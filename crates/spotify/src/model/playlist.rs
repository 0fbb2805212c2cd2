//! Playlists.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Episode, ExternalUrls, Followers, Image, Track};
use crate::answer::{Answer, Shape};
use crate::ids::{Base62Id, ItemUri};
use crate::lenient;
use crate::page::Page;

/// A playlist with its first items: `GET /playlists/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Playlist {
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
    /// Its items, under the newer name. Read [`contents`](Self::contents).
    #[serde(default, deserialize_with = "contents")]
    pub items: Option<Page<PlaylistItem>>,
    /// The same under the older name. Read [`contents`](Self::contents).
    #[serde(default, deserialize_with = "contents")]
    pub tracks: Option<Page<PlaylistItem>>,
    /// How many people follow it.
    #[serde(default, deserialize_with = "lenient::option")]
    pub followers: Option<Followers>,
    /// Where the playlist is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

impl Answer for Playlist {}

impl Playlist {
    /// The first items, under either name; the others come with
    /// [`playlist_items`](crate::Request::playlist_items). `None` for the playlists of others,
    /// whose items apps in development mode do not get.
    pub fn contents(&self) -> Option<&Page<PlaylistItem>> {
        self.items.as_ref().or(self.tracks.as_ref())
    }
}

/// A page of items; a mere reference to one, which has a number but no list, is none.
fn contents<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Page<PlaylistItem>>, D::Error> {
    let page = Value::deserialize(deserializer)?;
    let has_list = page.get("items").is_some_and(Value::is_array);
    Ok(has_list.then(|| Page::deserialize(page).ok()).flatten())
}

/// One place in a playlist.
///
/// It reads from anything: what cannot be read is an item that is no longer available. Nothing is
/// skipped, as a playlist is changed by naming places in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaylistItem {
    /// When it was put there, ISO 8601 in UTC; unknown in very old playlists.
    pub added_at: Option<String>,
    /// Who put it there; unknown in very old playlists.
    pub added_by: Option<PlaylistUser>,
    /// What is there. `None` is what is no longer available.
    pub item: Option<Playable>,
}

impl PlaylistItem {
    /// What to call the item in a change of the playlist; unknown for what is no longer available.
    pub fn uri(&self) -> Option<ItemUri> {
        ItemUri::parse(self.item.as_ref()?.uri()?).ok()
    }
}

impl<'de> Deserialize<'de> for PlaylistItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entry = Value::deserialize(deserializer)?;
        let entry = Some(entry).filter(Value::is_object);
        Ok(entry
            .and_then(|entry| Entry::deserialize(entry).ok())
            .map(Self::from)
            .unwrap_or_default())
    }
}

/// An entry as it comes.
#[derive(Deserialize)]
struct Entry {
    #[serde(default, deserialize_with = "lenient::option")]
    added_at: Option<String>,
    #[serde(default, deserialize_with = "lenient::option")]
    added_by: Option<PlaylistUser>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    is_local: bool,
    /// The newer name.
    #[serde(default)]
    item: Value,
    /// The older name.
    #[serde(default)]
    track: Value,
}

impl From<Entry> for PlaylistItem {
    fn from(entry: Entry) -> Self {
        let is_local = entry.is_local;
        Self {
            added_at: entry.added_at,
            added_by: entry.added_by,
            item: Playable::read(entry.item, is_local)
                .or_else(|| Playable::read(entry.track, is_local)),
        }
    }
}

/// What a playlist can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Playable {
    /// A track of the catalogue.
    Track(Box<Track>),
    /// A file on somebody's disc: a name and little more. It has no page, and no app can add it.
    LocalFile(Box<Track>),
    /// An episode of a show.
    Episode(Box<Episode>),
}

impl Playable {
    /// Its name; empty where there is none.
    pub fn name(&self) -> &str {
        match self {
            Self::Track(track) | Self::LocalFile(track) => &track.name,
            Self::Episode(episode) => &episode.name,
        }
    }

    /// Its URI, as Spotify sent it.
    pub fn uri(&self) -> Option<&str> {
        match self {
            Self::Track(track) | Self::LocalFile(track) => track.uri.as_deref(),
            Self::Episode(episode) => episode.uri.as_deref(),
        }
    }

    /// How long it plays, in milliseconds.
    pub fn duration_ms(&self) -> Option<u32> {
        match self {
            Self::Track(track) | Self::LocalFile(track) => track.duration_ms,
            Self::Episode(episode) => episode.duration_ms,
        }
    }

    fn read(item: Value, is_local: bool) -> Option<Self> {
        let fields = item.as_object()?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let uri = text("uri").unwrap_or_default();
        // An object that says neither is of no use to anybody.
        if uri.is_empty() && text("name").unwrap_or_default().is_empty() {
            return None;
        }
        let is_local = is_local || uri.starts_with("spotify:local:");
        let is_episode = text("type") == Some("episode") || uri.starts_with("spotify:episode:");
        if is_episode {
            return Some(Self::Episode(Box::new(Episode::deserialize(item).ok()?)));
        }
        let track = Box::new(Track::deserialize(item).ok()?);
        Some(if is_local || track.is_local {
            Self::LocalFile(track)
        } else {
            Self::Track(track)
        })
    }
}
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

/// Who put something into a playlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaylistUser {
    /// A user id: arbitrary text.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub id: String,
    /// Where the person is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

/// The pictures of a playlist: `GET /playlists/{id}/images`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct PlaylistImages(#[serde(deserialize_with = "lenient::list")] pub Vec<Image>);

impl Answer for PlaylistImages {
    const SHAPE: Shape = Shape::Array;
}

/// That a change of a playlist was taken, and what the playlist is called after it.
///
/// An answer without a word about that is one, too: the change is done, and to report anything
/// else would have people do it twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The version of the playlist; to be named in the next change.
    pub snapshot_id: Option<String>,
}

impl Answer for Snapshot {
    const SHAPE: Shape = Shape::Anything;
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let answer = Value::deserialize(deserializer)?;
        let snapshot_id = answer.get("snapshot_id").and_then(Value::as_str);
        Ok(Self {
            snapshot_id: snapshot_id.map(str::to_owned),
        })
    }
}
