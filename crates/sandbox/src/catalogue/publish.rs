//! What changes in the catalogue: a release of today, more artists, other names.

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::generate::artist;
use super::names::{ADJECTIVES, FURTHER_FIRST, FURTHER_LAST};
use super::{AlbumKind, Catalogue, Released};
use crate::clock::date;

/// How popular the newest release is: it heads every search that it fits.
const POPULAR: u32 = 100;

impl Catalogue {
    /// Publishes a release of an artist on the day of this time, and answers its place.
    pub(crate) fn publish(
        &mut self,
        artist: usize,
        name: &str,
        kind: AlbumKind,
        now: i64,
    ) -> usize {
        let index = self.albums.len();
        let length = match kind {
            AlbumKind::Album => 9,
            AlbumKind::Single => 1,
            AlbumKind::Compilation => 14,
        };
        // What was published before is less so.
        for album in &mut self.albums {
            if album.popularity > 90 {
                album.popularity -= 1;
            }
        }
        let seed = u64::try_from(index).unwrap_or_default();
        let mut rng = StdRng::seed_from_u64(seed);
        self.add_album(&mut rng, artist, (kind, length), 0);
        let (year, month, day) = date(now);
        let part = |number: i64| u32::try_from(number).unwrap_or(1);
        let album = &mut self.albums[index];
        name.clone_into(&mut album.name);
        album.popularity = POPULAR;
        album.released = Released {
            year: i32::try_from(year).unwrap_or(1970),
            month: Some(part(month)),
            day: Some(part(day)),
        };
        let first = album.tracks.first().copied();
        if let (AlbumKind::Single, Some(first)) = (kind, first) {
            name.clone_into(&mut self.tracks[first].name);
        }
        index
    }

    /// Adds artists whom few know until there are so many, as far as names reach.
    pub(crate) fn grow_artists(&mut self, count: usize) {
        let mut rng = StdRng::seed_from_u64(u64::try_from(count).unwrap_or_default());
        let mut names = FURTHER_LAST.iter().flat_map(|last| {
            let first = FURTHER_FIRST.iter();
            first.flat_map(move |first| {
                let adjectives = ADJECTIVES.iter();
                adjectives.map(move |adjective| format!("{adjective} {first} {last}"))
            })
        });
        // So many of these names are taken already.
        let grown = self.artists.len().saturating_sub(super::KNOWN_ARTISTS);
        let mut names = names.by_ref().skip(grown);
        while self.artists.len() < count {
            let Some(name) = names.next() else {
                return;
            };
            let index = self.artists.len();
            let made = artist(&mut rng, name, index % 17 != 5);
            self.artists.push(made);
            self.add_little_known(&mut rng, index);
        }
    }

    /// Gives an artist, album or track another name; `false` where there is none of this id.
    pub(crate) fn rename(&mut self, kind: &str, id: &str, name: &str) -> bool {
        let found = match kind {
            "artist" => self
                .artists
                .iter_mut()
                .find(|one| one.id == id)
                .map(|one| &mut one.name),
            "album" => self
                .albums
                .iter_mut()
                .find(|one| one.id == id)
                .map(|one| &mut one.name),
            "track" => self
                .tracks
                .iter_mut()
                .find(|one| one.id == id)
                .map(|one| &mut one.name),
            _ => None,
        };
        let is_there = found.is_some();
        if let Some(found) = found {
            name.clone_into(found);
        }
        is_there
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Catalogue;

    #[test]
    fn artists_can_be_grown_again_and_again_without_a_name_twice() {
        let mut catalogue = Catalogue::generate(1);
        for count in [100, 500, 1200, 1200, 6000] {
            catalogue.grow_artists(count);
        }
        assert_eq!(catalogue.artists.len(), 6000);
        let names: HashSet<_> = catalogue.artists.iter().map(|one| &one.name).collect();
        assert_eq!(names.len(), 6000);
    }
}
