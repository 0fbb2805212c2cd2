//! Playlists as the Web API spells them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::window::Window;
use crate::catalogue::{Cover, Shape, put};
use crate::clock::iso;
use crate::listener::Listener;
use crate::page::{encode_segment, escape};
use crate::playlists::{Content, Item, Owner, Playlist};

/// What a full playlist holds of its items.
pub(super) const WHOLE: Window = Window {
    limit: 100,
    offset: 0,
};

/// Writes playlists for one caller, as they are shown at one time.
pub(super) struct PlaylistShape<'a> {
    pub(super) shape: &'a Shape<'a>,
    pub(super) listeners: &'a BTreeMap<String, Listener>,
    pub(super) now_ms: i64,
}

/// How the items of a playlist are to be shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) with_market: bool,
    /// Whether the caller knows of episodes; else there is `null` in their place.
    pub(super) with_episodes: bool,
}

impl PlaylistShape<'_> {
    /// A simplified playlist: it says where its items are, and how many.
    pub(super) fn simple(&self, playlist: &Playlist) -> Value {
        let mut object = self.head(playlist);
        let link = |name: &str| json!({ "href": self.address(playlist, name), "total": playlist.items.len() });
        self.put_items(&mut object, link);
        Value::Object(object)
    }

    /// A simplified playlist as a search finds it: it is not said whether it is public.
    pub(super) fn found(&self, playlist: &Playlist) -> Value {
        let mut object = self.simple(playlist);
        object["public"] = Value::Null;
        object
    }

    /// A full playlist; `reading` is `None` where the caller may not read its items.
    pub(super) fn full(&self, playlist: &Playlist, reading: Option<Reading>) -> Value {
        let mut object = self.head(playlist);
        if let Some(reading) = reading {
            self.put_items(&mut object, |name| {
                self.page(playlist, name, WHOLE, reading)
            });
        }
        if self.shape.profile.keeps_removed_fields() {
            let followers = json!({ "href": null, "total": playlist.followers });
            put(&mut object, "followers", followers);
        }
        Value::Object(object)
    }

    /// A page of the items, under the name that the path has: `items` or `tracks`.
    pub(super) fn page(
        &self,
        playlist: &Playlist,
        name: &str,
        window: Window,
        reading: Reading,
    ) -> Value {
        let address = self.address(playlist, name);
        let mut parameters = String::new();
        if reading.with_episodes {
            parameters.push_str("&additional_types=track,episode");
        }
        window.page(&address, &parameters, &playlist.items, |item| {
            self.item(item, reading)
        })
    }

    /// The pictures: none, one that was uploaded, or one made of covers.
    pub(super) fn images(&self, playlist: &Playlist) -> Value {
        let custom = |url: String| json!([{ "url": url, "height": null, "width": null }]);
        if let Some(upload) = playlist.uploaded(self.now_ms) {
            let (base, number) = (self.shape.base, upload.number);
            let id = &playlist.id;
            return custom(format!("{base}/spotify/images/covers/{id}/{number}.jpg"));
        }
        match playlist.cover {
            Cover::Custom => custom(self.shape.image("playlists", &playlist.id, 640)),
            Cover::Mosaic if !playlist.items.is_empty() => {
                self.shape.images("playlists", &playlist.id)
            }
            Cover::Mosaic | Cover::Missing => Value::Null,
        }
    }

    fn head(&self, playlist: &Playlist) -> Map<String, Value> {
        let mut object = self.shape.reference("playlist", &playlist.id);
        let description = playlist.description.as_deref().map(escape);
        put(&mut object, "collaborative", json!(playlist.collaborative));
        put(&mut object, "description", json!(description));
        put(&mut object, "images", self.images(playlist));
        put(&mut object, "name", json!(playlist.name));
        let mut owner = self.user(&playlist.owner);
        put(
            &mut owner,
            "display_name",
            json!(self.name(&playlist.owner)),
        );
        put(&mut object, "owner", Value::Object(owner));
        put(&mut object, "primary_color", Value::Null);
        put(&mut object, "public", json!(playlist.public));
        put(&mut object, "snapshot_id", json!(playlist.snapshot_id()));
        object
    }

    /// Under the new name, and where that was not yet done away with, under the old one as well.
    fn put_items(&self, object: &mut Map<String, Value>, write: impl Fn(&str) -> Value) {
        put(object, "items", write("items"));
        if self.shape.profile.keeps_removed_fields() {
            put(object, "tracks", write("tracks"));
        }
    }

    fn address(&self, playlist: &Playlist, name: &str) -> String {
        let (base, id) = (self.shape.base, &playlist.id);
        format!("{base}/spotify/v1/playlists/{id}/{name}")
    }

    fn item(&self, item: &Item, reading: Reading) -> Value {
        let mut object = Map::new();
        let content = self.content(&item.content, reading);
        let is_local = matches!(item.content, Content::Local { .. });
        put(&mut object, "added_at", json!(item.added_at.map(iso)));
        let by = item.added_by.as_ref().map(|by| self.user(by));
        put(&mut object, "added_by", json!(by));
        put(&mut object, "is_local", json!(is_local));
        put(&mut object, "primary_color", Value::Null);
        put(&mut object, "video_thumbnail", json!({ "url": null }));
        if self.shape.profile.keeps_removed_fields() {
            put(&mut object, "track", content.clone());
        }
        put(&mut object, "item", content);
        Value::Object(object)
    }

    fn content(&self, content: &Content, reading: Reading) -> Value {
        let catalogue = self.shape.catalogue;
        match content {
            Content::Track(index) => self
                .shape
                .track(&catalogue.tracks[*index], reading.with_market),
            Content::Episode(index) if reading.with_episodes => {
                self.shape.episode(&catalogue.episodes[*index])
            }
            Content::Episode(_) | Content::Gone => Value::Null,
            Content::Local {
                artist,
                album,
                title,
                seconds,
            } => {
                let uri = content.uri(catalogue);
                let mut track = local(artist, album, title, *seconds, uri.as_deref());
                if self.shape.profile.keeps_removed_fields() {
                    track["album"]["available_markets"] = json!([]);
                    track["available_markets"] = json!([]);
                    track["popularity"] = json!(0);
                }
                track
            }
        }
    }

    /// Someone, by reference.
    fn user(&self, owner: &Owner) -> Map<String, Value> {
        let id = match owner {
            Owner::Listener(login) => self
                .listeners
                .get(login)
                .map_or(login.as_str(), |one| &one.id),
            Owner::Other { id, .. } => id,
        };
        let segment = encode_segment(id);
        let mut object = Map::new();
        let page = format!("https://open.spotify.com/user/{segment}");
        put(&mut object, "external_urls", json!({ "spotify": page }));
        let href = format!("{}/spotify/v1/users/{segment}", self.shape.base);
        put(&mut object, "href", json!(href));
        put(&mut object, "id", json!(id));
        put(&mut object, "type", json!("user"));
        put(&mut object, "uri", json!(format!("spotify:user:{segment}")));
        object
    }

    fn name(&self, owner: &Owner) -> Option<&str> {
        match owner {
            Owner::Listener(login) => self.listeners.get(login)?.display_name.as_deref(),
            Owner::Other { name, .. } => *name,
        }
    }
}

/// A file of the listener's own: a track of which next to nothing is known.
fn local(artist: &str, album: &str, title: &str, seconds: u32, uri: Option<&str>) -> Value {
    json!({
        "album": {
            "album_type": null,
            "artists": [],
            "external_urls": {},
            "href": null,
            "id": null,
            "images": [],
            "name": album,
            "release_date": null,
            "release_date_precision": null,
            "type": "album",
            "uri": null,
        },
        "artists": [{
            "external_urls": {},
            "href": null,
            "id": null,
            "name": artist,
            "type": "artist",
            "uri": null,
        }],
        "disc_number": 0,
        "duration_ms": u64::from(seconds) * 1000,
        "explicit": false,
        "external_ids": {},
        "external_urls": {},
        "href": null,
        "id": null,
        "is_local": true,
        "name": title,
        "preview_url": null,
        "track_number": 0,
        "type": "track",
        "uri": uri,
    })
}
