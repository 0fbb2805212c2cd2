//! Draws the catalogue from a seed.

use std::collections::HashSet;

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::ids::base62;
use super::names::{
    ADJECTIVES, COINED, ENDINGS, FIRST, FIXED_ARTISTS, FURTHER_ARTISTS, FURTHER_FIRST,
    FURTHER_LAST, GENRES, LAST, NOUNS, OPENINGS, OWNERS, PLAYLISTS, THINGS,
};
use super::{Album, AlbumKind, Artist, Catalogue, Cover, Playlist, Released, Track};

/// How many artists have records.
pub(super) const ARTISTS: usize = 60;
/// How many more there are without any, so that somebody can follow hundreds.
const FURTHER: usize = 300;

impl Catalogue {
    /// The catalogue of this seed.
    pub(crate) fn generate(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut catalogue = Self {
            artists: artists(&mut rng),
            albums: Vec::new(),
            tracks: Vec::new(),
            playlists: Vec::new(),
            shows: Vec::new(),
            episodes: Vec::new(),
        };
        for artist in 0..ARTISTS {
            for _ in 0..2 + (artist + 1) % 2 {
                catalogue.add_known(&mut rng, artist);
            }
        }
        // One that was taken down: it is still listed, without its name.
        if let Some(album) = catalogue.albums.get_mut(77) {
            album.name.clear();
        }
        catalogue.playlists = playlists(&mut rng);
        catalogue.artists.extend(further_artists(&mut rng));
        catalogue.add_shows(&mut rng);
        catalogue.add_further(&mut rng);
        catalogue
    }

    fn add_known(&mut self, rng: &mut StdRng, artist: usize) {
        let index = self.albums.len();
        // A record, a single, and what others call an EP: four tracks each on average.
        let (kind, length) = match index % 3 {
            0 if index.is_multiple_of(15) => (AlbumKind::Compilation, 8),
            0 => (AlbumKind::Album, 8),
            1 => (AlbumKind::Single, 1),
            _ => (AlbumKind::Single, 3),
        };
        self.add_album(rng, artist, (kind, length), 90);
    }

    /// Adds a release of so many tracks that is at most so popular.
    pub(super) fn add_album(
        &mut self,
        rng: &mut StdRng,
        artist: usize,
        (kind, length): (AlbumKind, usize),
        most_popular: u32,
    ) {
        let index = self.albums.len();
        let popularity = rng.random_range(0..=most_popular);
        let first = self.tracks.len();
        for number in 1..=length {
            let guest = rng.random_range(0..ARTISTS);
            let mut artists = vec![artist];
            if rng.random_range(0..6) == 0 && guest != artist {
                artists.push(guest);
            }
            self.tracks.push(Track {
                id: base62(rng),
                name: title(rng),
                album: index,
                artists,
                number,
                duration_ms: rng.random_range(95_000..420_000),
                explicit: rng.random_range(0..8) == 0,
                popularity: rng.random_range(0..=popularity),
                isrc: format!("XXSBX{:07}", self.tracks.len() + 1),
            });
        }
        // A single is named after its song.
        let name = if length == 1 {
            self.tracks[first].name.clone()
        } else {
            title(rng)
        };
        self.albums.push(Album {
            id: base62(rng),
            name,
            kind,
            artist,
            released: released(rng, index),
            popularity,
            upc: format!("0{:011}", 10_000 + index),
            tracks: (first..self.tracks.len()).collect(),
        });
    }
}

fn artists(rng: &mut StdRng) -> Vec<Artist> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut artists = Vec::with_capacity(ARTISTS);
    while artists.len() < ARTISTS {
        let index = artists.len();
        let name = FIXED_ARTISTS
            .get(index)
            .map_or_else(|| artist_name(rng, index), |name| (*name).to_owned());
        if !taken.insert(name.clone()) {
            continue;
        }
        let pictured = index % 13 != 4;
        artists.push(artist(rng, name, pictured));
    }
    artists
}

/// Artists whom nobody but their followers knows.
fn further_artists(rng: &mut StdRng) -> Vec<Artist> {
    let made = FURTHER_FIRST.iter().flat_map(|first| {
        FURTHER_LAST
            .iter()
            .map(move |last| format!("{first} {last}"))
    });
    let mut made: Vec<_> = made.collect();
    made.shuffle(rng);
    FURTHER_ARTISTS
        .iter()
        .map(|name| (*name).to_owned())
        .chain(made)
        .take(FURTHER)
        .enumerate()
        .map(|(index, name)| artist(rng, name, index % 17 != 5))
        .collect()
}

pub(super) fn artist(rng: &mut StdRng, name: String, pictured: bool) -> Artist {
    let mut genres: Vec<_> = (0..rng.random_range(0..3))
        .map(|_| pick(rng, &GENRES))
        .collect();
    genres.dedup();
    Artist {
        id: base62(rng),
        name,
        genres,
        followers: rng.random_range(12..3_000_000),
        popularity: rng.random_range(3..=92),
        pictured,
    }
}

fn artist_name(rng: &mut StdRng, index: usize) -> String {
    match index % 4 {
        0 => format!("The {} {}", pick(rng, &ADJECTIVES), pick(rng, &THINGS)),
        1 => format!("{} {}", pick(rng, &FIRST), pick(rng, &LAST)),
        2 if index < 40 => pick(rng, &COINED).to_owned(),
        2 => format!("{} {}", pick(rng, &COINED), pick(rng, &NOUNS)),
        _ => format!("{} & the {}", pick(rng, &FIRST), pick(rng, &THINGS)),
    }
}

pub(super) fn title(rng: &mut StdRng) -> String {
    match rng.random_range(0..4) {
        0 => format!("{} {}", pick(rng, &NOUNS), pick(rng, &ENDINGS)),
        1 => format!("{} {}", pick(rng, &OPENINGS), pick(rng, &NOUNS)),
        2 => format!("{} {}", pick(rng, &ADJECTIVES), pick(rng, &NOUNS)),
        _ => format!("{} and {}", pick(rng, &NOUNS), pick(rng, &NOUNS)),
    }
}

fn released(rng: &mut StdRng, index: usize) -> Released {
    let precise = index % 11;
    Released {
        year: rng.random_range(1968..=2026),
        // Nothing here is younger than the sandbox: the newest is of June 2026.
        month: (precise != 7).then(|| rng.random_range(1..=6)),
        day: (precise != 7 && precise != 9).then(|| rng.random_range(1..=28)),
    }
}

fn playlists(rng: &mut StdRng) -> Vec<Playlist> {
    PLAYLISTS
        .iter()
        .enumerate()
        .map(|(index, name)| Playlist {
            id: base62(rng),
            name: (*name).to_owned(),
            description: (index % 4 != 2).then(|| {
                format!(
                    "{}, {}.",
                    pick(rng, &GENRES),
                    pick(rng, &ENDINGS).to_lowercase()
                )
            }),
            owner: OWNERS[index % OWNERS.len()],
            cover: match index % 5 {
                2 => Cover::Custom,
                3 => Cover::Missing,
                _ => Cover::Mosaic,
            },
            tracks: rng.random_range(8..140),
            // A search for *songs* or for *harbour* meets one.
            withheld: index % 6 == 2,
        })
        .collect()
}

pub(super) fn pick<'a>(rng: &mut StdRng, words: &[&'a str]) -> &'a str {
    words[rng.random_range(0..words.len())]
}
