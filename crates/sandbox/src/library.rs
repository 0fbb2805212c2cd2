//! What each listener follows, has saved, and listens to most.

mod generate;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

pub(crate) use generate::{NEWEST, Range, dice, top_artists, top_tracks};

use crate::catalogue::Catalogue;

/// How many changes are remembered for lists that lag.
const CHANGES: usize = 1000;

/// What a library holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Artist,
    Album,
    Track,
    Playlist,
}

/// How much a library holds when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibrarySize {
    /// Artists followed, at most 5000.
    pub artists: usize,
    /// Albums saved, of 150.
    pub albums: usize,
    /// Tracks saved, of 600.
    pub tracks: usize,
    /// The length of each top list, at most 50.
    pub top: usize,
}

impl LibrarySize {
    /// The usual size for a listener; the one who is new has nothing yet.
    #[must_use]
    pub fn of(login: &str) -> Self {
        let (artists, albums, tracks, top) = match login {
            "ada" => (312, 126, 431, 50),
            "hanako" => (183, 48, 97, 50),
            "newcomer" => (0, 0, 0, 0),
            _ => (24, 12, 40, 50),
        };
        Self {
            artists,
            albums,
            tracks,
            top,
        }
    }
}

/// The provider's habits with libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibrarySettings {
    /// Whether `/me/library` takes artists. Spotify does, and its documentation says otherwise.
    pub accepts_artists: bool,
    /// How long lists show what was, in seconds; `contains` tells the truth at once.
    pub list_lag_s: i64,
}

impl Default for LibrarySettings {
    fn default() -> Self {
        Self {
            accepts_artists: true,
            list_lag_s: 0,
        }
    }
}

/// The library of one listener.
#[derive(Debug)]
pub(crate) struct Library {
    /// Since when, in unix seconds, each thing is held.
    held: BTreeMap<(Kind, String), i64>,
    changes: VecDeque<Change>,
    /// The length of each top list.
    pub(crate) top: usize,
}

/// One thing that was put in or taken out, and how it stood before.
#[derive(Debug)]
struct Change {
    at: i64,
    thing: (Kind, String),
    before: Option<i64>,
}

impl Library {
    /// The library of this login: the same each time, for one catalogue and size.
    ///
    /// `playlists` are those that it owns and follows, each with its time.
    pub(crate) fn new(
        login: &str,
        size: LibrarySize,
        catalogue: &Catalogue,
        playlists: &[(String, i64)],
    ) -> Self {
        let mut held = generate::held(login, size, catalogue);
        let playlists = playlists.iter().cloned();
        held.extend(playlists.map(|(id, since)| ((Kind::Playlist, id), since)));
        Self {
            held,
            changes: VecDeque::new(),
            top: size.top,
        }
    }

    /// Puts a thing in; what is there already stays as it is.
    pub(crate) fn put(&mut self, kind: Kind, id: &str, now: i64) {
        if !self.holds(kind, id) {
            let thing = (kind, id.to_owned());
            self.held.insert(thing.clone(), now);
            self.note(now, thing, None);
        }
    }

    /// Takes a thing out; what is not there is left so.
    pub(crate) fn take(&mut self, kind: Kind, id: &str, now: i64) {
        let thing = (kind, id.to_owned());
        if let Some(since) = self.held.remove(&thing) {
            self.note(now, thing, Some(since));
        }
    }

    pub(crate) fn holds(&self, kind: Kind, id: &str) -> bool {
        self.held.contains_key(&(kind, id.to_owned()))
    }

    /// Ids and times of one kind as they stood at this time, in the order of the ids.
    pub(crate) fn list(&self, kind: Kind, at: i64) -> Vec<(String, i64)> {
        let mut held: BTreeMap<&str, i64> = self
            .held
            .iter()
            .filter(|((of, _), _)| *of == kind)
            .map(|((_, id), since)| (id.as_str(), *since))
            .collect();
        for change in self.changes.iter().rev() {
            let (of, id) = &change.thing;
            if change.at <= at || *of != kind {
                continue;
            }
            match change.before {
                Some(since) => held.insert(id, since),
                None => held.remove(id.as_str()),
            };
        }
        held.into_iter()
            .map(|(id, since)| (id.to_owned(), since))
            .collect()
    }

    fn note(&mut self, at: i64, thing: (Kind, String), before: Option<i64>) {
        self.changes.push_back(Change { at, thing, before });
        if self.changes.len() > CHANGES {
            self.changes.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Library, LibrarySize};
    use crate::catalogue::Catalogue;

    #[test]
    fn a_list_can_be_had_as_it_stood() {
        let catalogue = Catalogue::generate(1);
        let mut library = Library::new("newcomer", LibrarySize::of("newcomer"), &catalogue, &[]);
        library.put(Kind::Artist, "a", 100);
        library.put(Kind::Artist, "a", 150);
        library.take(Kind::Artist, "a", 200);
        library.take(Kind::Artist, "a", 250);
        library.put(Kind::Album, "b", 300);
        let a = vec![("a".to_owned(), 100)];
        for (at, artists) in [(99, vec![]), (100, a.clone()), (199, a), (200, vec![])] {
            assert_eq!(library.list(Kind::Artist, at), artists, "{at}");
        }
        assert_eq!(library.list(Kind::Album, 299), []);
        assert!(library.holds(Kind::Album, "b") && !library.holds(Kind::Artist, "a"));
    }
}
