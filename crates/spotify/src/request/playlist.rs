//! Playlists: to see, make and change them.
//!
//! A change needs `playlist-modify-public` or `playlist-modify-private`, by what the playlist is:
//! [`Permission::to_edit_playlist`](crate::Permission::to_edit_playlist) says which. Nobody can
//! delete a playlist: its owner stops following it, by [`remove`](Request::remove) with its URI.

use serde_json::{Map, Value, json};

use super::{Body, Method, Request, page};
use crate::answer::Done;
use crate::cover::Cover;
use crate::ids::{Base62Id, ItemBatch, ItemUri};
use crate::model::{Playlist, PlaylistImages, PlaylistItem, PlaylistSimplified, Snapshot};
use crate::page::Page;
use crate::permission::{Permission, Visibility};

/// Without this, episodes come in the shape of tracks.
const ALL_TYPES: (&str, &str) = ("additional_types", "track,episode");

/// A playlist to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlaylist {
    /// Its name; Spotify wants one.
    pub name: String,
    /// What it is about; nothing is sent where it is empty.
    pub description: String,
    /// Whether the person's profile lists it. It is always said: Spotify makes it public else, and
    /// does so at times all the same. Nobody is to be promised that others cannot open it.
    pub visibility: Visibility,
    /// Whether others may add to it. Such a playlist is private, whatever `visibility` says.
    pub collaborative: bool,
}

impl NewPlaylist {
    /// The permission to make it.
    pub const fn permission(&self) -> Permission {
        Permission::to_edit_playlist(
            Some(matches!(self.visibility, Visibility::Public)),
            self.collaborative,
        )
    }

    fn body(&self) -> Value {
        let change = PlaylistChange {
            name: Some(self.name.clone()),
            description: Some(self.description.clone()).filter(|text| !text.is_empty()),
            public: Some(self.visibility == Visibility::Public),
            collaborative: Some(self.collaborative),
        };
        change.body()
    }
}

/// What is to be changed of a playlist; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaylistChange {
    /// The name.
    pub name: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Whether the owner's profile lists it.
    pub public: Option<bool>,
    /// Whether others may add to it. Such a playlist is private, whatever `public` says.
    pub collaborative: Option<bool>,
}

impl PlaylistChange {
    fn body(&self) -> Value {
        let mut body = Map::new();
        let texts = [("name", &self.name), ("description", &self.description)];
        for (name, text) in texts {
            if let Some(text) = text {
                body.insert(name.to_owned(), Value::from(text.as_str()));
            }
        }
        // Spotify refuses a playlist that is both.
        let public = match self.collaborative {
            Some(true) => Some(false),
            _ => self.public,
        };
        for (name, flag) in [("public", public), ("collaborative", self.collaborative)] {
            if let Some(flag) = flag {
                body.insert(name.to_owned(), Value::from(flag));
            }
        }
        Value::Object(body)
    }
}

/// A move of neighbouring items within a playlist. Places are counted from 0, and as they are
/// before the move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reorder {
    /// The place of the first item that is moved.
    pub range_start: u32,
    /// How many are moved; at least one.
    pub range_length: u32,
    /// The place of the item before which they shall stand; the number of all items for the end.
    pub insert_before: u32,
}

impl Reorder {
    /// The move of one item after which it stands at the place `to`.
    pub const fn one(from: u32, to: u32) -> Self {
        Self {
            range_start: from,
            range_length: 1,
            // What lies between closes up.
            insert_before: if to > from { to.saturating_add(1) } else { to },
        }
    }

    /// Does the same to a list, so that a page can show it before Spotify has done it. Whether it
    /// could be done; if not, the list is as before.
    pub fn apply<T>(self, list: &mut [T]) -> bool {
        let place = |place: u32| usize::try_from(place).ok();
        let (Some(start), Some(length), Some(before)) = (
            place(self.range_start),
            place(self.range_length),
            place(self.insert_before),
        ) else {
            return false;
        };
        let Some(end) = start.checked_add(length) else {
            return false;
        };
        if length == 0 || end > list.len() || before > list.len() {
            return false;
        }
        if before < start {
            list[before..end].rotate_right(length);
        } else if before > end {
            list[start..before].rotate_left(length);
        }
        true
    }
}

impl Request<Page<PlaylistSimplified>> {
    /// The playlists that the person owns or follows. `playlist-read-private` adds the private
    /// ones, `playlist-read-collaborative` those made with others. `limit` is cut to 1 to 50.
    pub fn my_playlists(limit: u32, offset: u32) -> Self {
        Self::get("/me/playlists", page(limit, offset).into())
    }
}

impl Request<Playlist> {
    /// A playlist with its first items. A public one needs no scope and no person, a private one
    /// `playlist-read-private`.
    pub fn playlist(id: &Base62Id) -> Self {
        let (name, value) = ALL_TYPES;
        Self::get(&format!("/playlists/{id}"), vec![(name, value.to_owned())])
    }

    /// Makes a playlist, which is empty.
    pub fn create_playlist(new: &NewPlaylist) -> Self {
        Self::new(Method::Post, "/me/playlists", Vec::new()).with(new.body())
    }
}

impl Request<Page<PlaylistItem>> {
    /// The items of a playlist of the person's, or of one they may add to; else the Web API says
    /// `Forbidden`. `playlist-read-private`. `limit` is cut to 1 to 50.
    pub fn playlist_items(id: &Base62Id, limit: u32, offset: u32) -> Self {
        let mut query = Vec::from(page(limit, offset));
        query.push((ALL_TYPES.0, ALL_TYPES.1.to_owned()));
        Self::get(&items(id), query)
    }
}

impl Request<Done> {
    /// Changes name, description or visibility. To change whether it is public wants both scopes.
    pub fn change_playlist(id: &Base62Id, change: &PlaylistChange) -> Self {
        Self::new(Method::Put, &format!("/playlists/{id}"), Vec::new()).with(change.body())
    }

    /// Gives a playlist a picture; `ugc-image-upload` besides the scope of the change. Spotify
    /// shows it a while later.
    pub fn set_playlist_image(id: &Base62Id, cover: &Cover) -> Self {
        let mut request = Self::new(Method::Put, &images(id), Vec::new());
        request.body = Body::Jpeg(cover.as_base64().to_owned());
        request
    }
}

impl Request<Snapshot> {
    /// Adds items at a place, or at the end. What is there already is there twice afterwards.
    /// Files on somebody's disc cannot be added.
    pub fn add_to_playlist(id: &Base62Id, added: &ItemBatch, position: Option<u32>) -> Self {
        let mut body = json!({ "uris": uris(added.as_slice()) });
        if let Some(position) = position {
            body["position"] = position.into();
        }
        Self::new(Method::Post, &items(id), Vec::new()).with(body)
    }

    /// Moves items. `snapshot_id` is the version that the places were counted in.
    pub fn reorder_playlist(id: &Base62Id, reorder: Reorder, snapshot_id: Option<&str>) -> Self {
        let body = json!({
            "range_start": reorder.range_start,
            "range_length": reorder.range_length,
            "insert_before": reorder.insert_before,
        });
        let body = of_version(body, snapshot_id);
        Self::new(Method::Put, &items(id), Vec::new()).with(body)
    }

    /// Puts these items in the place of all that is there; `None` empties the playlist.
    pub fn replace_playlist_items(id: &Base62Id, placed: Option<&ItemBatch>) -> Self {
        let placed = placed.map(ItemBatch::as_slice).unwrap_or_default();
        let body = json!({ "uris": uris(placed) });
        Self::new(Method::Put, &items(id), Vec::new()).with(body)
    }

    /// Takes items out, each wherever it stands. `snapshot_id` is the version that they were seen
    /// in.
    pub fn remove_from_playlist(
        id: &Base62Id,
        removed: &ItemBatch,
        snapshot_id: Option<&str>,
    ) -> Self {
        let removed = uris(removed.as_slice()).into_iter();
        let removed: Vec<_> = removed.map(|uri| json!({ "uri": uri })).collect();
        let body = of_version(json!({ "items": removed }), snapshot_id);
        Self::new(Method::Delete, &items(id), Vec::new()).with(body)
    }
}

impl Request<PlaylistImages> {
    /// The pictures of a playlist. Their addresses are good for a short time only.
    pub fn playlist_images(id: &Base62Id) -> Self {
        Self::get(&images(id), Vec::new())
    }
}

fn items(id: &Base62Id) -> String {
    format!("/playlists/{id}/items")
}

fn images(id: &Base62Id) -> String {
    format!("/playlists/{id}/images")
}

fn uris(items: &[ItemUri]) -> Vec<&str> {
    items.iter().map(ItemUri::as_str).collect()
}

fn of_version(mut body: Value, snapshot_id: Option<&str>) -> Value {
    if let Some(snapshot_id) = snapshot_id {
        body["snapshot_id"] = snapshot_id.into();
    }
    body
}
