//! What each listener plays: without end, and always the same for one login and time.
//!
//! Time is cut into blocks. In some of them the listener hears a few tracks one after the other, of
//! one album, artist or playlist, or of nothing that is said. Nothing is kept.

use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::catalogue::Catalogue;
use crate::library::{Range, dice, top_tracks};
use crate::playlists::{Content, Playlists};

/// No more of them can be had.
pub(crate) const REACHABLE: usize = 50;
/// Seventy minutes, in milliseconds.
const BLOCK_MS: i64 = 70 * 60 * 1000;
/// How far back is looked: two months.
const BLOCKS: i64 = 1250;
/// In so many of a hundred blocks something is heard.
const ACTIVE: u32 = 45;
/// How many tracks are heard again and again.
const TASTE: usize = 120;

/// One track that was played to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Play {
    /// By its place in the catalogue.
    pub(crate) track: usize,
    /// Unix milliseconds.
    pub(crate) played_at_ms: i64,
    /// Out of what it was played.
    pub(crate) context: Option<Context>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Context {
    /// `album`, `artist` or `playlist`.
    pub(crate) kind: &'static str,
    pub(crate) id: String,
}

/// The last plays before this time, the newest first.
pub(crate) fn last(
    login: &str,
    catalogue: &Catalogue,
    playlists: &Playlists,
    now_ms: i64,
) -> Vec<Play> {
    let taste: Vec<usize> = top_tracks(login, Range::Short, catalogue)
        .into_iter()
        .take(TASTE)
        .filter_map(|track| catalogue.track_index(&track.id))
        .collect();
    let newest = now_ms.div_euclid(BLOCK_MS);
    let mut plays = Vec::new();
    for block in (newest - BLOCKS..=newest).rev() {
        let mut heard = heard(login, block, &taste, catalogue, playlists);
        heard.retain(|play| play.played_at_ms <= now_ms);
        heard.reverse();
        plays.append(&mut heard);
        if plays.len() >= REACHABLE {
            break;
        }
    }
    plays.truncate(REACHABLE);
    plays
}

/// What is heard in one block, one after the other.
fn heard(
    login: &str,
    block: i64,
    taste: &[usize],
    catalogue: &Catalogue,
    playlists: &Playlists,
) -> Vec<Play> {
    let mut rng = dice(login, &format!("plays {block}"));
    if taste.is_empty() || rng.random_range(0..100) >= ACTIVE {
        return Vec::new();
    }
    let (context, tracks) = source(&mut rng, login, taste, catalogue, playlists);
    let begin = block * BLOCK_MS;
    let mut at = begin + rng.random_range(0..600_000);
    let count = rng.random_range(4..15);
    let mut plays = Vec::new();
    for track in tracks.iter().cycle().take(count) {
        at += i64::from(catalogue.tracks[*track].duration_ms) + rng.random_range(200..900);
        if at >= begin + BLOCK_MS {
            break;
        }
        plays.push(Play {
            track: *track,
            played_at_ms: at,
            context: context.clone(),
        });
    }
    plays
}

/// Out of what a block is heard, and the tracks of it in their order.
fn source(
    rng: &mut StdRng,
    login: &str,
    taste: &[usize],
    catalogue: &Catalogue,
    playlists: &Playlists,
) -> (Option<Context>, Vec<usize>) {
    let liked = taste[rng.random_range(0..taste.len())];
    let album = &catalogue.albums[catalogue.tracks[liked].album];
    match rng.random_range(0..10) {
        0 | 1 => {}
        2..=4 if album.tracks.len() > 2 => {
            let (kind, id) = ("album", album.id.clone());
            return (Some(Context { kind, id }), album.tracks.clone());
        }
        5 | 6 => {
            let artist = album.artist;
            let tracks = catalogue.tracks.iter().enumerate();
            let tracks = tracks.filter(|(_, track)| track.artists.first() == Some(&artist));
            let id = catalogue.artists[artist].id.clone();
            let tracks = tracks.map(|(index, _)| index).collect();
            return (Some(Context { kind: "artist", id }), tracks);
        }
        _ => {
            let held = playlists.at_first(login);
            let from = rng.random_range(0..1_000_usize);
            let playlist = held
                .get(from % held.len().max(1))
                .and_then(|(id, _)| playlists.get(id));
            if let Some(playlist) = playlist {
                let tracks = playlist.items.iter().filter_map(|item| match item.content {
                    Content::Track(index) => Some(index),
                    _ => None,
                });
                let mut tracks: Vec<_> = tracks.collect();
                if !tracks.is_empty() {
                    let middle = from % tracks.len();
                    tracks.rotate_left(middle);
                    let id = playlist.id.clone();
                    return (
                        Some(Context {
                            kind: "playlist",
                            id,
                        }),
                        tracks,
                    );
                }
            }
        }
    }
    let random = (0..15).map(|_| taste[rng.random_range(0..taste.len())]);
    (None, random.collect())
}
