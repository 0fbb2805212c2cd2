//! Draws the playlists of the catalogue and of each listener.

use std::collections::BTreeSet;

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use super::names::{FEW, MANY, SAID};
use super::{Content, Item, Owner, Playlist, Searched};
use crate::catalogue::{Catalogue, Cover, base62_of, long_name};
use crate::library::{NEWEST, Range, dice, top_tracks};
use crate::listener::Listener;

/// The characters of the longest name.
const LONG: usize = 300;
/// How many tracks somebody's own playlists are made of.
const TASTE: usize = 240;
const DAY_S: i64 = 86_400;

/// What one listener has at first.
pub(super) struct Shelf {
    pub(super) own: Vec<Playlist>,
    /// Own and followed ones, and since when.
    pub(super) held: Vec<(String, i64)>,
}

/// The playlists that a search can find.
pub(super) fn of_everybody(catalogue: &Catalogue) -> Vec<Playlist> {
    let mut rng = dice("everybody", "playlists");
    let listeners = Listener::ready();
    let made = catalogue.playlists.iter().map(|one| {
        let (id, name) = one.owner;
        let owner = match listeners.iter().find(|listener| listener.id == id) {
            Some(listener) => Owner::Listener(listener.login.clone()),
            None => Owner::Other { id, name },
        };
        let tracks = (0..one.tracks).map(|_| rng.random_range(0..catalogue.known_tracks().len()));
        let tracks: Vec<_> = tracks.collect();
        Playlist {
            id: one.id.clone(),
            name: one.name.clone(),
            description: one.description.clone(),
            items: added(&mut rng, tracks, Some(&owner)),
            // Of the playlists of others it is not always said.
            public: matches!(owner, Owner::Listener(_)).then_some(true),
            owner,
            collaborative: false,
            collaborators: BTreeSet::new(),
            cover: one.cover,
            uploads: Vec::new(),
            followers: rng.random_range(3..90_000),
            searched: if one.withheld {
                Searched::Withheld
            } else {
                Searched::Found
            },
            version: 1,
        }
    });
    made.collect()
}

/// What this listener has at first; `others` are the playlists that there are already.
pub(super) fn of_listener(login: &str, catalogue: &Catalogue, others: &[Playlist]) -> Shelf {
    let (names, follows): (&[&str], usize) = match login {
        "ada" => (&MANY, 9),
        "hanako" => (&FEW, 4),
        "newcomer" => (&[], 0),
        _ => (&FEW[1..4], 2),
    };
    let mut rng = dice(login, "playlists");
    let taste: Vec<usize> = top_tracks(login, Range::Long, catalogue)
        .into_iter()
        .take(TASTE)
        .filter_map(|track| catalogue.track_index(&track.id))
        .collect();
    let mut own: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(number, name)| own_playlist(&mut rng, login, number, name, &taste))
        .collect();
    match login {
        "ada" => own.extend(odd_ones(&mut rng, &taste)),
        "hanako" => {
            if let Some(first) = own.first_mut() {
                share(first, "ada");
            }
        }
        _ => {}
    }

    let theirs = |one: &&Playlist| !one.is_owned_by(login);
    let mut followed: Vec<_> = others
        .iter()
        .filter(theirs)
        .filter(|one| one.searched != Searched::Never)
        .collect();
    followed.shuffle(&mut rng);
    followed.truncate(follows);
    let mut ids: Vec<_> = followed.iter().map(|one| one.id.clone()).collect();
    ids.extend(own.iter().map(|one| one.id.clone()));
    let of_search = others.iter().filter(|one| one.is_owned_by(login));
    ids.extend(of_search.map(|one| one.id.clone()));
    ids.extend(shared_with(login));
    ids.shuffle(&mut rng);
    let mut at = NEWEST;
    let held = ids.into_iter().map(|id| {
        at -= rng.random_range(3600..60 * DAY_S);
        (id, at)
    });
    Shelf {
        held: held.collect(),
        own,
    }
}

fn own_playlist(
    rng: &mut StdRng,
    login: &str,
    number: usize,
    name: &str,
    taste: &[usize],
) -> Playlist {
    let length = match number % 7 {
        // One in seven was never filled, one holds a single song, one everything.
        4 => 0,
        5 => 1,
        2 => 160,
        _ => rng.random_range(6..60),
    };
    let length = if name.starts_with("Everything") {
        612
    } else {
        length
    };
    let tracks = (0..length).map(|_| taste[rng.random_range(0..taste.len())]);
    let tracks: Vec<_> = tracks.collect();
    let owner = Owner::Listener(login.to_owned());
    Playlist {
        id: id(login, number),
        name: name.to_owned(),
        description: SAID[number % SAID.len()].map(str::to_owned),
        items: added(rng, tracks, Some(&owner)),
        owner,
        collaborative: false,
        collaborators: BTreeSet::new(),
        public: Some(number.is_multiple_of(3)),
        cover: match number % 6 {
            1 => Cover::Custom,
            3 => Cover::Missing,
            _ => Cover::Mosaic,
        },
        uploads: Vec::new(),
        followers: u32::from(number.is_multiple_of(3)) * rng.random_range(0..5),
        searched: Searched::Never,
        version: 1,
    }
}

/// Ada's further ones: what is rare with others is all here.
fn odd_ones(rng: &mut StdRng, taste: &[usize]) -> Vec<Playlist> {
    let ada = Owner::Listener("ada".to_owned());
    let name = long_name(LONG, 2);
    let long = own_playlist(rng, "ada", MANY.len(), &name, taste);

    let mut mixed = own_playlist(rng, "ada", MANY.len() + 1, "odds and ends", taste);
    mixed.public = Some(false);
    mixed.cover = Cover::Mosaic;
    let local = |artist, album, title, seconds| Content::Local {
        artist,
        album,
        title,
        seconds,
    };
    for (place, content) in [
        (
            2,
            local("Trio Åkerblad", "Demo (2003)", "Vals från köket", 187),
        ),
        (4, Content::Gone),
        (5, Content::Episode(1)),
        (9, local("", "", "new recording 7", 42)),
        (11, Content::Episode(8)),
        (12, Content::Gone),
    ] {
        let item = Item {
            content,
            added_at: Some(NEWEST - 3 * DAY_S),
            added_by: Some(ada.clone()),
        };
        mixed.items.insert(place.min(mixed.items.len()), item);
    }
    // From before the provider wrote down who and when.
    let mut old = own_playlist(
        rng,
        "ada",
        MANY.len() + 2,
        "imported from the old laptop",
        taste,
    );
    for item in &mut old.items {
        item.added_at = None;
        item.added_by = None;
    }
    old.public = None;
    old.cover = Cover::Missing;

    let mut shared = own_playlist(
        rng,
        "ada",
        MANY.len() + 3,
        "kök & kompis (everybody adds)",
        taste,
    );
    share(&mut shared, "hanako");
    for item in shared.items.iter_mut().step_by(3) {
        item.added_by = Some(Owner::Listener("hanako".to_owned()));
    }
    vec![long, mixed, old, shared]
}

fn share(playlist: &mut Playlist, with: &str) {
    playlist.public = Some(false);
    playlist.collaborative = true;
    playlist.collaborators.insert(with.to_owned());
}

/// The ids of the playlists that others share with this listener.
fn shared_with(login: &str) -> Option<String> {
    match login {
        "ada" => Some(id("hanako", 0)),
        "hanako" => Some(id("ada", MANY.len() + 3)),
        _ => None,
    }
}

fn id(login: &str, number: usize) -> String {
    base62_of(&format!("playlist:{login}:{number}"))
}

/// These tracks, added one after the other over the years, the newest last.
fn added(rng: &mut StdRng, tracks: Vec<usize>, by: Option<&Owner>) -> Vec<Item> {
    let mut at = NEWEST;
    let mut items: Vec<_> = tracks
        .into_iter()
        .map(|index| {
            at -= rng.random_range(40..5 * DAY_S);
            Item {
                content: Content::Track(index),
                added_at: Some(at),
                added_by: by.cloned(),
            }
        })
        .collect();
    items.reverse();
    items
}
