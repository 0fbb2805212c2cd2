//! What tests and people publish, rename and fill.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Control, ControlError, refuse};
use crate::catalogue::{AlbumKind, is_base62, long_name};
use crate::library::{Kind, NEWEST};
use crate::playlists::{Content, Draft, Item, Owner, PlaylistSettings};

/// An hour, in seconds.
const MAX_COVER_DELAY_S: i64 = 3600;
/// The characters of the longest name.
const MAX_NAME: usize = 2000;
/// The most releases that may be published.
const MAX_PUBLISHED: usize = 1000;
/// The most items of a playlist, and the most playlists.
const MAX_ITEMS: usize = 11_000;
const MAX_PLAYLISTS: usize = 20_000;

/// A playlist to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPlaylist {
    /// Whose it will be.
    pub login: String,
    /// What it is called.
    pub name: String,
    /// What is said of it.
    #[serde(default)]
    pub description: Option<String>,
    /// How many tracks are in it, at most 11,000.
    #[serde(default)]
    pub items: usize,
    /// Whether it is shown on the profile.
    #[serde(default = "yes")]
    pub public: bool,
    /// Whether others may change it; then it is not public.
    #[serde(default)]
    pub collaborative: bool,
}

fn yes() -> bool {
    true
}

impl Control {
    /// Publishes a release of an artist, named by id or by their whole name, on the sandbox's day of
    /// today, and answers its id. It heads the artist's releases of its group, and the search.
    ///
    /// # Errors
    /// An unknown artist, a name of no or too many characters, or too many releases.
    pub fn publish(
        &self,
        artist: &str,
        name: &str,
        kind: AlbumKind,
    ) -> Result<String, ControlError> {
        check_name(name)?;
        self.world.with(|data| {
            let now = data.clock.now();
            if data.published >= MAX_PUBLISHED {
                return refuse("there are too many already");
            }
            let artists = &data.catalogue.artists;
            let index = artists
                .iter()
                .position(|one| one.id == artist || one.name == artist);
            let Some(index) = index else {
                return refuse("there is no such `artist`");
            };
            let catalogue = Arc::make_mut(&mut data.catalogue);
            let album = catalogue.publish(index, name, kind, now);
            data.published += 1;
            Ok(catalogue.albums[album].id.clone())
        })
    }

    /// Gives an artist, an album, a track or a playlist another name.
    ///
    /// # Errors
    /// A URI of something else or of nothing, or a name of no or too many characters.
    pub fn rename(&self, uri: &str, name: &str) -> Result<(), ControlError> {
        check_name(name)?;
        let mut parts = uri.split(':');
        let (Some("spotify"), Some(kind), Some(id), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return refuse("`uri` must be one of Spotify’s");
        };
        let renamed = self.world.with(|data| {
            if !is_base62(id) {
                return false;
            }
            if kind != "playlist" {
                return Arc::make_mut(&mut data.catalogue).rename(kind, id, name);
            }
            data.prepare_playlists();
            let playlist = data.playlists.get_mut(id);
            let is_there = playlist.is_some();
            if let Some(playlist) = playlist {
                name.clone_into(&mut playlist.name);
                playlist.touch();
            }
            is_there
        });
        if renamed {
            Ok(())
        } else {
            refuse("there is nothing of this `uri`")
        }
    }

    /// A name of so many characters that reads like one.
    ///
    /// # Errors
    /// No or too many characters.
    pub fn long_name(length: usize) -> Result<String, ControlError> {
        if (1..=MAX_NAME).contains(&length) {
            Ok(long_name(length, length))
        } else {
            refuse("`length` must be between 1 and 2000")
        }
    }

    /// Makes a playlist of a listener, and answers its id. It is in their list at once.
    ///
    /// # Errors
    /// An unknown login, a name of no or too many characters, too many items or playlists, or one
    /// that is public and collaborative.
    pub fn add_playlist(&self, playlist: &NewPlaylist) -> Result<String, ControlError> {
        check_name(&playlist.name)?;
        if playlist.items > MAX_ITEMS {
            return refuse("`items` must be at most 11000");
        }
        if playlist.public && playlist.collaborative {
            return refuse("a collaborative playlist is not `public`");
        }
        let login = &playlist.login;
        self.world.with(|data| {
            if !data.listeners.contains_key(login) {
                return refuse("there is no listener of this `login`");
            }
            data.prepare_playlists();
            if data.playlists.all().len() >= MAX_PLAYLISTS {
                return refuse("there are too many already");
            }
            let draft = Draft {
                name: playlist.name.clone(),
                description: playlist.description.clone(),
                public: playlist.public,
                collaborative: playlist.collaborative,
            };
            let id = data.playlists.create(login, draft, data.clock.now_ms());
            let tracks = data.catalogue.tracks.len();
            // A stride that has no divisor in common with most numbers of tracks: neighbours differ.
            let items = (0..playlist.items).map(|number| Item {
                content: Content::Track(number * 997 % tracks.max(1)),
                added_at: Some(NEWEST),
                added_by: Some(Owner::Listener(login.clone())),
            });
            if let Some(made) = data.playlists.get_mut(&id) {
                made.items = items.collect();
            }
            let now = data.clock.now();
            data.library(login).put(Kind::Playlist, &id, now);
            Ok(id)
        })
    }

    /// Sets the provider's habits with playlists.
    ///
    /// # Errors
    /// Covers that are shown after less than nothing or more than an hour.
    pub fn set_playlist_settings(&self, settings: PlaylistSettings) -> Result<(), ControlError> {
        if !(0..=MAX_COVER_DELAY_S).contains(&settings.cover_delay_s) {
            return refuse("`cover_delay_s` must be between 0 and 3600");
        }
        self.world.with(|data| data.switches.playlists = settings);
        Ok(())
    }

    /// The provider's habits with playlists at the moment.
    pub(super) fn playlist_settings(&self) -> PlaylistSettings {
        self.world.with(|data| data.switches.playlists)
    }
}

fn check_name(name: &str) -> Result<(), ControlError> {
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return refuse("`name` must have 1 to 2000 characters");
    }
    Ok(())
}
