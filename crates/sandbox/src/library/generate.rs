//! Draws libraries and top lists from the login.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

use super::{Kind, LibrarySize};
use crate::catalogue::{Artist, Catalogue, Track};

/// When the newest thing was saved: 2026-06-30T21:14:05Z.
pub(crate) const NEWEST: i64 = 1_782_854_045;
/// Artists whose names are hard to show; everybody follows them and hears them a lot.
const ODD: usize = 6;

/// Over which time a top list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    Short,
    Medium,
    Long,
}

impl Range {
    /// Reads the name of a range.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "short_term" => Some(Self::Short),
            "medium_term" => Some(Self::Medium),
            "long_term" => Some(Self::Long),
            _ => None,
        }
    }
}

/// What the library holds at first, and since when.
pub(super) fn held(
    login: &str,
    size: LibrarySize,
    catalogue: &Catalogue,
) -> BTreeMap<(Kind, String), i64> {
    let mut rng = dice(login, "library");
    let artists = catalogue
        .known_artists(size.artists)
        .iter()
        .map(|one| &one.id);
    // One album without a name is there, and whoever has many has it, too.
    let (nameless, albums): (Vec<_>, Vec<_>) = catalogue
        .known_albums()
        .iter()
        .partition(|album| album.name.is_empty());
    let albums = nameless.into_iter().chain(albums).map(|one| &one.id);
    let tracks = catalogue.known_tracks().iter().map(|one| &one.id);
    let mut held = BTreeMap::new();
    for (kind, ids, first, count) in [
        (Kind::Artist, artists.collect(), ODD, size.artists),
        (Kind::Album, albums.collect(), 1, size.albums),
        (Kind::Track, tracks.collect(), 0, size.tracks),
    ] {
        held.extend(chosen(&mut rng, kind, ids, first, count));
    }
    held
}

/// `count` of these, among them the `first` ones, saved one after the other.
fn chosen(
    rng: &mut StdRng,
    kind: Kind,
    mut ids: Vec<&String>,
    first: usize,
    count: usize,
) -> Vec<((Kind, String), i64)> {
    let certain = first.min(ids.len());
    ids[certain..].shuffle(rng);
    ids.truncate(count);
    ids.shuffle(rng);
    let mut at = NEWEST;
    ids.into_iter()
        .map(|id| {
            let since = at;
            at -= rng.random_range(90..9 * 86_400);
            ((kind, id.clone()), since)
        })
        .collect()
}

/// The artists whom the listener hears most in this range, the first one most.
pub(crate) fn top_artists<'a>(
    login: &str,
    range: Range,
    catalogue: &'a Catalogue,
) -> Vec<&'a Artist> {
    let scores = artist_scores(login, range, catalogue);
    let mut ranked: Vec<_> = catalogue.known_artists(0).iter().zip(scores).collect();
    ranked.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
    ranked.into_iter().map(|(artist, _)| artist).collect()
}

/// The tracks that the listener hears most in this range, the first one most.
pub(crate) fn top_tracks<'a>(
    login: &str,
    range: Range,
    catalogue: &'a Catalogue,
) -> Vec<&'a Track> {
    let artists = artist_scores(login, range, catalogue);
    let (mut lasting, mut of_range) = (dice(login, "tracks"), dice(login, range.salt()));
    let mut ranked: Vec<_> = catalogue
        .known_tracks()
        .iter()
        .map(|track| {
            let by = track.artists.first().map_or(0, |index| artists[*index]);
            let own = lasting.random_range(0..800) + of_range.random_range(0..800);
            (track, by + own)
        })
        .collect();
    ranked.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
    ranked.into_iter().map(|(track, _)| track).collect()
}

/// A taste that lasts, and what the range adds to it: lists differ, and are those of one person.
fn artist_scores(login: &str, range: Range, catalogue: &Catalogue) -> Vec<u32> {
    let (mut lasting, mut of_range) = (dice(login, "artists"), dice(login, range.salt()));
    (0..catalogue.known_artists(0).len())
        .map(|index| {
            let odd = if index < ODD { 500 } else { 0 };
            odd + lasting.random_range(0..1000) + of_range.random_range(0..700)
        })
        .collect()
}

impl Range {
    fn salt(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Medium => "medium",
            Self::Long => "long",
        }
    }
}

pub(crate) fn dice(login: &str, salt: &str) -> StdRng {
    StdRng::from_seed(Sha256::digest(format!("{salt}:{login}")).into())
}
