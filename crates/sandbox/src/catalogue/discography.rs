//! What an artist has brought out, and what few people know.

use std::cmp::Reverse;

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::generate::ARTISTS;
use super::ids::base62;
use super::{Album, AlbumKind, Catalogue};

/// One artist has so many more releases, that one page does not hold them.
const PROLIFIC: (usize, usize) = (4, 34);
/// Albums that there are twice, under two ids: the song with the word in it, and without.
const DOUBLED: [usize; 2] = [12, 36];
/// How popular what few people know is at most.
const LITTLE_KNOWN: u32 = 2;

/// How a release belongs to an artist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Album,
    Single,
    AppearsOn,
    Compilation,
}

impl Group {
    pub(crate) const ALL: [Self; 4] = [
        Self::Album,
        Self::Single,
        Self::AppearsOn,
        Self::Compilation,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Album => "album",
            Self::Single => "single",
            Self::AppearsOn => "appears_on",
            Self::Compilation => "compilation",
        }
    }
}

impl Catalogue {
    /// The releases of an artist in these groups: group by group, the newest first in each.
    pub(crate) fn discography(&self, artist: usize, groups: &[Group]) -> Vec<(Group, &Album)> {
        let mut releases: Vec<_> = self
            .albums
            .iter()
            .filter_map(|album| Some((self.group(album, artist)?, album)))
            .filter(|(group, _)| groups.contains(group))
            .collect();
        // What was published later on the same day comes first.
        releases.reverse();
        releases.sort_by_key(|(group, album)| (*group, Reverse(album.released.first_day())));
        releases
    }

    fn group(&self, album: &Album, artist: usize) -> Option<Group> {
        if album.artist == artist {
            return Some(match album.kind {
                AlbumKind::Album => Group::Album,
                AlbumKind::Single => Group::Single,
                AlbumKind::Compilation => Group::Compilation,
            });
        }
        let mut tracks = album.tracks.iter().map(|index| &self.tracks[*index]);
        tracks
            .any(|track| track.artists.contains(&artist))
            .then_some(Group::AppearsOn)
    }

    /// Adds what few people know: it stands behind what everybody does.
    pub(super) fn add_further(&mut self, rng: &mut StdRng) {
        let (prolific, count) = PROLIFIC;
        for number in 0..count {
            let release = match number % 5 {
                0 => (AlbumKind::Album, 9),
                3 => (AlbumKind::Single, 4),
                _ => (AlbumKind::Single, 1),
            };
            self.add_album(rng, prolific, release, LITTLE_KNOWN);
        }
        for artist in ARTISTS..self.artists.len() {
            self.add_little_known(rng, artist);
        }
        for index in DOUBLED {
            self.double(rng, index);
        }
    }

    /// A release or two; some have none.
    pub(super) fn add_little_known(&mut self, rng: &mut StdRng, artist: usize) {
        let releases: &[(AlbumKind, usize)] = match artist % 9 {
            8 => &[],
            0 | 3 => &[(AlbumKind::Album, 7), (AlbumKind::Single, 1)],
            1 | 5 => &[(AlbumKind::Album, 5)],
            _ => &[(AlbumKind::Single, 2)],
        };
        for release in releases {
            self.add_album(rng, artist, *release, LITTLE_KNOWN);
        }
    }

    /// The same release once more, under other ids.
    fn double(&mut self, rng: &mut StdRng, index: usize) {
        let mut album = self.albums[index].clone();
        album.id = base62(rng);
        album.upc = format!("0{:011}", 10_000 + self.albums.len());
        album.popularity = rng.random_range(0..=LITTLE_KNOWN);
        let first = self.tracks.len();
        for number in std::mem::take(&mut album.tracks) {
            let mut track = self.tracks[number].clone();
            track.id = base62(rng);
            track.album = self.albums.len();
            track.explicit = !track.explicit;
            track.popularity = 0;
            track.isrc = format!("XXSBX{:07}", self.tracks.len() + 1);
            self.tracks.push(track);
        }
        album.tracks = (first..self.tracks.len()).collect();
        self.albums.push(album);
    }
}
