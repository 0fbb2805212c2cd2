//! Invented music: the same for one seed, and nobody's.

mod discography;
mod generate;
mod ids;
mod names;
mod publish;
mod shape;
mod shows;

pub(crate) use discography::Group;
pub(crate) use ids::{base62_of, is_base62};
pub(crate) use names::long_name;
pub(crate) use shape::{MARKETS, Shape, put};
pub(crate) use shows::{Episode, Show};

use serde::{Deserialize, Serialize};

/// How much there is for everybody to hear and to keep, at the head of each list. What follows is
/// published later, or by artists whom few know.
const KNOWN_ARTISTS: usize = 360;
const KNOWN_ALBUMS: usize = 150;
const KNOWN_TRACKS: usize = 600;

/// All artists, albums, tracks, shows and playlists. They refer to each other by index.
#[derive(Debug, Clone)]
pub(crate) struct Catalogue {
    pub(crate) artists: Vec<Artist>,
    pub(crate) albums: Vec<Album>,
    pub(crate) tracks: Vec<Track>,
    pub(crate) playlists: Vec<Playlist>,
    pub(crate) shows: Vec<Show>,
    pub(crate) episodes: Vec<Episode>,
}

#[derive(Debug, Clone)]
pub(crate) struct Artist {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) genres: Vec<&'static str>,
    pub(crate) followers: u32,
    pub(crate) popularity: u32,
    pub(crate) pictured: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Album {
    pub(crate) id: String,
    /// Empty for one that was taken down.
    pub(crate) name: String,
    pub(crate) kind: AlbumKind,
    pub(crate) artist: usize,
    pub(crate) released: Released,
    pub(crate) popularity: u32,
    pub(crate) upc: String,
    pub(crate) tracks: Vec<usize>,
}

/// What kind of release; there is none of its own for what others call an EP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlbumKind {
    /// A record of some length.
    #[default]
    Album,
    /// One song or a few.
    Single,
    /// Gathered from other records.
    Compilation,
}

/// A release date that may be known to the year or the month alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Released {
    pub(crate) year: i32,
    pub(crate) month: Option<u32>,
    pub(crate) day: Option<u32>,
}

#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) album: usize,
    /// The album's artist first, then guests.
    pub(crate) artists: Vec<usize>,
    pub(crate) number: usize,
    pub(crate) duration_ms: u32,
    pub(crate) explicit: bool,
    pub(crate) popularity: u32,
    pub(crate) isrc: String,
}

/// A playlist as it is at first.
#[derive(Debug, Clone)]
pub(crate) struct Playlist {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) owner: (&'static str, Option<&'static str>),
    pub(crate) cover: Cover,
    pub(crate) tracks: usize,
    /// Search answers `null` in its place.
    pub(crate) withheld: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cover {
    /// Made of album covers, in three sizes.
    Mosaic,
    /// Uploaded: one image of unknown size.
    Custom,
    /// `images` is `null`.
    Missing,
}

impl Catalogue {
    pub(crate) fn artist(&self, id: &str) -> Option<&Artist> {
        self.artists.iter().find(|one| one.id == id)
    }

    pub(crate) fn album(&self, id: &str) -> Option<&Album> {
        self.albums.iter().find(|one| one.id == id)
    }

    pub(crate) fn artist_index(&self, id: &str) -> Option<usize> {
        self.artists.iter().position(|one| one.id == id)
    }

    pub(crate) fn track(&self, id: &str) -> Option<&Track> {
        self.tracks.iter().find(|one| one.id == id)
    }

    /// Where in the list a track is.
    pub(crate) fn track_index(&self, id: &str) -> Option<usize> {
        self.tracks.iter().position(|one| one.id == id)
    }

    /// Where in the list an episode is.
    pub(crate) fn episode_index(&self, id: &str) -> Option<usize> {
        self.episodes.iter().position(|one| one.id == id)
    }

    /// The artists whom people know, and as many more as make up this number, where there are so
    /// many.
    pub(crate) fn known_artists(&self, at_least: usize) -> &[Artist] {
        head(&self.artists, KNOWN_ARTISTS.max(at_least))
    }

    /// The albums that people know.
    pub(crate) fn known_albums(&self) -> &[Album] {
        head(&self.albums, KNOWN_ALBUMS)
    }

    /// The tracks that people know.
    pub(crate) fn known_tracks(&self) -> &[Track] {
        head(&self.tracks, KNOWN_TRACKS)
    }
}

/// The first so many, or all there are.
fn head<T>(list: &[T], count: usize) -> &[T] {
    &list[..count.min(list.len())]
}

impl Released {
    /// `2024`, `2024-05` or `2024-05-17`, and the name of that precision.
    pub(crate) fn text(self) -> (String, &'static str) {
        match (self.month, self.day) {
            (Some(month), Some(day)) => (format!("{:04}-{month:02}-{day:02}", self.year), "day"),
            (Some(month), None) => (format!("{:04}-{month:02}", self.year), "month"),
            _ => (format!("{:04}", self.year), "year"),
        }
    }

    /// Days since 1970-01-01 of the first day that it may be.
    pub(crate) fn first_day(self) -> i64 {
        days_from_civil(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
///
/// The algorithm is `days_from_civil` of Howard Hinnant's *chrono-Compatible Low-Level Date
/// Algorithms*.
fn days_from_civil(year: i32, month: u32, day: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{AlbumKind, Catalogue, days_from_civil};

    #[test]
    fn the_catalogue_is_the_same_for_one_seed() {
        let [one, same, other] = [7, 7, 8].map(|seed| format!("{:?}", Catalogue::generate(seed)));
        assert_eq!(one, same);
        assert_ne!(one, other);
    }

    #[test]
    fn the_catalogue_has_its_size_and_its_edges() {
        let catalogue = Catalogue::generate(1);
        assert_eq!(catalogue.artists.len(), 360);
        assert_eq!(catalogue.known_artists(0).len(), 360);
        assert_eq!(catalogue.known_albums().len(), 150);
        assert_eq!(catalogue.known_tracks().len(), 600);
        let last = &catalogue.known_albums()[149];
        assert_eq!(
            last.tracks.last(),
            Some(&599),
            "known albums have known tracks"
        );
        assert_eq!(catalogue.playlists.len(), 30);
        assert!(catalogue.artists.iter().any(|artist| !artist.pictured));
        assert!(catalogue.albums.iter().any(|album| album.name.is_empty()));
        assert!(
            catalogue
                .albums
                .iter()
                .any(|album| album.kind == AlbumKind::Compilation)
        );
        assert!(
            catalogue
                .albums
                .iter()
                .any(|album| album.released.month.is_none())
        );
        assert!(catalogue.playlists.iter().any(|playlist| playlist.withheld));
        assert!(
            catalogue
                .playlists
                .iter()
                .any(|playlist| playlist.description.is_none())
        );
        let names: HashSet<_> = catalogue
            .artists
            .iter()
            .map(|artist| &artist.name)
            .collect();
        assert_eq!(names.len(), 360, "artist names repeat");
        let ids: HashSet<_> = catalogue.tracks.iter().map(|track| &track.id).collect();
        assert_eq!(ids.len(), catalogue.tracks.len(), "ids repeat");
        assert!(ids.iter().all(|id| id.len() == 22));
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2000, 2, 29), 11_016);
        assert_eq!(days_from_civil(2026, 11, 22), 20_779);
    }
}
