//! Playlists: whose they are, what is in them, and what is done to them.

mod cover;
mod edit;
mod generate;
mod names;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

pub(crate) use cover::Upload;
pub(crate) use edit::EditRefusal;

use crate::catalogue::{Catalogue, Cover, base62_of};

/// The provider's habits with playlists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaylistSettings {
    /// Whether `public: false` is ignored when a playlist is created, as some people saw it.
    pub ignores_private: bool,
    /// How long an uploaded cover takes until it is shown, in seconds.
    pub cover_delay_s: i64,
}

impl Default for PlaylistSettings {
    fn default() -> Self {
        Self {
            ignores_private: false,
            cover_delay_s: 5,
        }
    }
}

/// Every playlist. None is ever deleted: who deletes one only follows it no longer.
#[derive(Debug, Default)]
pub(crate) struct Playlists {
    list: Vec<Playlist>,
    by_id: HashMap<String, usize>,
    /// What each listener owned and followed at first, and since when in unix seconds.
    at_first: BTreeMap<String, Vec<(String, i64)>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Playlist {
    pub(crate) id: String,
    pub(crate) name: String,
    /// As it was typed; answers escape it.
    pub(crate) description: Option<String>,
    pub(crate) owner: Owner,
    pub(crate) collaborative: bool,
    /// The logins of those who may change it besides the owner, while it is collaborative.
    pub(crate) collaborators: BTreeSet<String>,
    /// Whether it is shown on the owner's profile; `None` is said of some.
    pub(crate) public: Option<bool>,
    pub(crate) cover: Cover,
    pub(crate) uploads: Vec<Upload>,
    pub(crate) items: Vec<Item>,
    pub(crate) followers: u32,
    pub(crate) searched: Searched,
    /// Counts its writes.
    version: u32,
}

/// Whose a playlist is, and who put something into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Someone who can sign in, by login.
    Listener(String),
    /// Someone whom nothing else is known of.
    Other {
        id: &'static str,
        name: Option<&'static str>,
    },
}

/// What a search does with a playlist that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Searched {
    Found,
    /// It answers `null` in its place.
    Withheld,
    Never,
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) content: Content,
    /// Unix seconds; very old playlists do not say.
    pub(crate) added_at: Option<i64>,
    pub(crate) added_by: Option<Owner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// By its place in the catalogue.
    Track(usize),
    /// By its place in the catalogue.
    Episode(usize),
    /// A file of the listener's own.
    Local {
        artist: &'static str,
        album: &'static str,
        title: &'static str,
        seconds: u32,
    },
    /// Something that is there no longer.
    Gone,
}

/// What a new playlist begins with.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) public: bool,
    pub(crate) collaborative: bool,
}

impl Playlists {
    /// Makes the catalogue's playlists, and those of each of these listeners, where that has not
    /// been done.
    pub(crate) fn prepare<'a>(
        &mut self,
        logins: impl Iterator<Item = &'a String>,
        catalogue: &Catalogue,
    ) {
        if self.list.is_empty() {
            for playlist in generate::of_everybody(catalogue) {
                self.insert(playlist);
            }
        }
        for login in logins {
            if !self.at_first.contains_key(login) {
                let theirs = generate::of_listener(login, catalogue, &self.list);
                for playlist in theirs.own {
                    self.insert(playlist);
                }
                self.at_first.insert(login.clone(), theirs.held);
            }
        }
    }

    /// What a listener owned and followed at first, and since when.
    pub(crate) fn at_first(&self, login: &str) -> &[(String, i64)] {
        self.at_first.get(login).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Playlist> {
        self.list.get(*self.by_id.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Playlist> {
        self.list.get_mut(*self.by_id.get(id)?)
    }

    /// All of them, the oldest first.
    pub(crate) fn all(&self) -> &[Playlist] {
        &self.list
    }

    /// Creates one, and answers its id.
    pub(crate) fn create(&mut self, login: &str, draft: Draft, now_ms: i64) -> String {
        let id = base62_of(&format!("playlist:{}:{now_ms}", self.list.len()));
        self.insert(Playlist {
            id: id.clone(),
            name: draft.name,
            description: draft.description,
            owner: Owner::Listener(login.to_owned()),
            collaborative: draft.collaborative,
            collaborators: BTreeSet::new(),
            public: Some(draft.public),
            cover: Cover::Mosaic,
            uploads: Vec::new(),
            items: Vec::new(),
            followers: 0,
            searched: Searched::Never,
            version: 1,
        });
        id
    }

    fn insert(&mut self, playlist: Playlist) {
        self.by_id.insert(playlist.id.clone(), self.list.len());
        self.list.push(playlist);
    }
}

impl Playlist {
    pub(crate) fn is_owned_by(&self, login: &str) -> bool {
        self.owner == Owner::Listener(login.to_owned())
    }

    /// Whether this listener may change what is in it, and read it where only owner and
    /// collaborators may.
    pub(crate) fn is_shared_with(&self, login: &str) -> bool {
        self.is_owned_by(login) || (self.collaborative && self.collaborators.contains(login))
    }

    /// The version as it is now; another after each write.
    pub(crate) fn snapshot_id(&self) -> String {
        self.snapshot(self.version)
    }

    /// Whether it is the version of now or one of before.
    pub(crate) fn knows_snapshot(&self, snapshot_id: &str) -> bool {
        (1..=self.version)
            .rev()
            .any(|version| self.snapshot(version) == snapshot_id)
    }

    /// Says that something was written.
    pub(crate) fn touch(&mut self) {
        self.version += 1;
    }

    fn snapshot(&self, version: u32) -> String {
        format!("AAAA{}", base62_of(&format!("{}:{version}", self.id)))
    }
}

impl Content {
    /// Its URI; what is gone has none.
    pub(crate) fn uri(&self, catalogue: &Catalogue) -> Option<String> {
        match self {
            Self::Track(index) => {
                let track = catalogue.tracks.get(*index)?;
                Some(format!("spotify:track:{}", track.id))
            }
            Self::Episode(index) => {
                let episode = catalogue.episodes.get(*index)?;
                Some(format!("spotify:episode:{}", episode.id))
            }
            Self::Local {
                artist,
                album,
                title,
                seconds,
            } => {
                let part = |text: &str| -> String {
                    form_urlencoded::byte_serialize(text.as_bytes()).collect()
                };
                let (artist, album, title) = (part(artist), part(album), part(title));
                Some(format!("spotify:local:{artist}:{album}:{title}:{seconds}"))
            }
            Self::Gone => None,
        }
    }
}
