//! The catalogue as the Web API spells it.

use serde_json::{Map, Value, json};

use super::{Album, AlbumKind, Artist, Catalogue, Group, Track};
use crate::profile::Profile;

/// Countries that everything is sold in.
pub(crate) const MARKETS: [&str; 6] = ["BR", "DE", "GB", "JP", "SE", "US"];
/// Who brings everything out.
const LABEL: &str = "Sandbox Records";
const SIZES: [u32; 3] = [640, 300, 64];

/// Writes objects for one caller.
pub(crate) struct Shape<'a> {
    pub(crate) base: &'a str,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) profile: Profile,
}

impl Shape<'_> {
    /// A full artist.
    pub(crate) fn artist(&self, artist: &Artist) -> Value {
        let mut object = self.reference("artist", &artist.id);
        put(&mut object, "name", json!(artist.name));
        put(&mut object, "genres", json!(artist.genres));
        let images = if artist.pictured {
            self.images("artists", &artist.id)
        } else {
            json!([])
        };
        put(&mut object, "images", images);
        if self.profile.keeps_removed_fields() {
            put(
                &mut object,
                "followers",
                json!({ "href": null, "total": artist.followers }),
            );
            put(&mut object, "popularity", json!(artist.popularity));
        }
        Value::Object(object)
    }

    fn simple_artist(&self, index: usize) -> Value {
        let artist = &self.catalogue.artists[index];
        let mut object = self.reference("artist", &artist.id);
        put(&mut object, "name", json!(artist.name));
        Value::Object(object)
    }

    /// A simplified album.
    pub(crate) fn album(&self, album: &Album) -> Value {
        let mut object = self.reference("album", &album.id);
        let (date, precision) = album.released.text();
        put(&mut object, "album_type", json!(album.kind.name()));
        put(&mut object, "total_tracks", json!(album.tracks.len()));
        put(&mut object, "images", self.images("albums", &album.id));
        put(&mut object, "name", json!(album.name));
        put(&mut object, "release_date", json!(date));
        put(&mut object, "release_date_precision", json!(precision));
        put(
            &mut object,
            "artists",
            json!([self.simple_artist(album.artist)]),
        );
        if self.profile.keeps_removed_fields() {
            put(&mut object, "available_markets", json!(MARKETS));
        }
        Value::Object(object)
    }

    /// A simplified album in the discography of an artist.
    pub(crate) fn release(&self, group: Group, album: &Album) -> Value {
        let mut object = self.album(album);
        if self.profile.keeps_removed_fields() {
            object["album_group"] = json!(group.name());
        }
        object
    }

    /// A full album, with the page of its tracks.
    pub(crate) fn full_album(&self, album: &Album) -> Value {
        let Value::Object(mut object) = self.album(album) else {
            return Value::Null;
        };
        let items: Vec<_> = album
            .tracks
            .iter()
            .map(|index| self.simple_track(&self.catalogue.tracks[*index], false))
            .collect();
        let href = format!("{}/spotify/v1/albums/{}/tracks", self.base, album.id);
        put(
            &mut object,
            "tracks",
            json!({
                "href": format!("{href}?offset=0&limit=50"),
                "items": items,
                "limit": 50,
                "next": null,
                "offset": 0,
                "previous": null,
                "total": album.tracks.len(),
            }),
        );
        let copyright = format!("{} {LABEL}", album.released.year);
        let copyrights = ["C", "P"].map(|kind| json!({ "text": copyright, "type": kind }));
        put(&mut object, "copyrights", json!(copyrights));
        put(&mut object, "external_ids", json!({ "upc": album.upc }));
        put(&mut object, "genres", json!([]));
        if self.profile.keeps_removed_fields() {
            put(&mut object, "label", json!(LABEL));
            put(&mut object, "popularity", json!(album.popularity));
        }
        Value::Object(object)
    }

    /// A simplified track: what an album lists.
    pub(crate) fn simple_track(&self, track: &Track, with_market: bool) -> Value {
        let Value::Object(mut object) = self.track(track, with_market) else {
            return Value::Null;
        };
        for name in ["album", "external_ids", "popularity"] {
            object.remove(name);
        }
        Value::Object(object)
    }

    /// A full track.
    pub(crate) fn track(&self, track: &Track, with_market: bool) -> Value {
        let mut object = self.reference("track", &track.id);
        let artists: Vec<_> = track
            .artists
            .iter()
            .map(|index| self.simple_artist(*index))
            .collect();
        put(
            &mut object,
            "album",
            self.album(&self.catalogue.albums[track.album]),
        );
        put(&mut object, "artists", json!(artists));
        put(&mut object, "disc_number", json!(1));
        put(&mut object, "duration_ms", json!(track.duration_ms));
        put(&mut object, "explicit", json!(track.explicit));
        put(&mut object, "external_ids", json!({ "isrc": track.isrc }));
        put(&mut object, "is_local", json!(false));
        put(&mut object, "name", json!(track.name));
        put(&mut object, "preview_url", Value::Null);
        put(&mut object, "track_number", json!(track.number));
        if with_market {
            put(&mut object, "is_playable", json!(true));
        }
        if self.profile.keeps_removed_fields() {
            put(&mut object, "popularity", json!(track.popularity));
            if !with_market {
                put(&mut object, "available_markets", json!(MARKETS));
            }
        }
        Value::Object(object)
    }

    /// What every object begins with.
    pub(crate) fn reference(&self, kind: &str, id: &str) -> Map<String, Value> {
        let mut object = Map::new();
        let page = format!("https://open.spotify.com/{kind}/{id}");
        put(&mut object, "external_urls", json!({ "spotify": page }));
        put(
            &mut object,
            "href",
            json!(format!("{}/spotify/v1/{kind}s/{id}", self.base)),
        );
        put(&mut object, "id", json!(id));
        put(&mut object, "type", json!(kind));
        put(&mut object, "uri", json!(format!("spotify:{kind}:{id}")));
        object
    }

    /// One picture in its sizes, the widest first.
    pub(crate) fn images(&self, kind: &str, id: &str) -> Value {
        SIZES
            .iter()
            .map(
                |size| json!({ "url": self.image(kind, id, *size), "height": size, "width": size }),
            )
            .collect()
    }

    /// Where a picture is.
    pub(crate) fn image(&self, kind: &str, id: &str, size: u32) -> String {
        format!("{}/spotify/images/{kind}/{id}/{size}.svg", self.base)
    }
}

impl AlbumKind {
    fn name(self) -> &'static str {
        match self {
            Self::Album => "album",
            Self::Single => "single",
            Self::Compilation => "compilation",
        }
    }
}

pub(crate) fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    object.insert(name.to_owned(), value);
}
