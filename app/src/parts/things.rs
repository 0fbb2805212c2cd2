//! Things of the catalogue: artists, albums, tracks and playlists, each with the way to Spotify.

use leptos::prelude::*;
use spotify::ids::{Base62Id, Uri};
use spotify::model::{AlbumSimplified, Artist, ArtistSimplified, Image, PlaylistSimplified, Track};

use crate::parts::artwork::{Artwork, fitting};
use crate::parts::keep_button::KeepButton;
use crate::parts::open_spotify::spotify_address;

/// The pixels of a tile's picture, for a sharp one on a dense screen.
const TILE: u32 = 300;

/// The pixels of a row's picture.
const ROW: u32 = 96;

/// Stands between the facts of a line.
const DOT: &str = " · ";

/// What a tile or a row shows, of whatever kind it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// Where it is to be seen at Spotify.
    pub address: Option<String>,
    /// The picture of a tile, and the smaller one of a row.
    pictures: [Option<String>; 2],
    /// Its name.
    pub name: String,
    by: String,
    explicit: bool,
    /// By what it is followed or saved, for things that can be.
    pub uri: Option<Uri>,
}

impl From<Artist> for Thing {
    fn from(artist: Artist) -> Self {
        Self {
            address: spotify_address(
                artist.external_urls.spotify,
                "artist",
                Some(artist.id.as_str()),
            ),
            pictures: pictures(&artist.images),
            name: named(artist.name),
            by: "Artist".to_owned(),
            explicit: false,
            uri: Some(Uri::artist(artist.id)),
        }
    }
}

impl From<AlbumSimplified> for Thing {
    fn from(album: AlbumSimplified) -> Self {
        let id = album.id.as_ref().map(Base62Id::as_str);
        Self {
            address: spotify_address(album.external_urls.spotify, "album", id),
            pictures: pictures(&album.images),
            name: named(album.name),
            by: joined([names(album.artists), year(album.release_date)], DOT),
            explicit: false,
            uri: album.id.map(Uri::album),
        }
    }
}

impl From<Track> for Thing {
    fn from(track: Track) -> Self {
        let id = track.id.as_ref().map(Base62Id::as_str);
        let (images, album) = track
            .album
            .map_or_else(Default::default, |album| (album.images, album.name));
        Self {
            address: spotify_address(track.external_urls.spotify, "track", id),
            pictures: pictures(&images),
            name: named(track.name),
            by: joined(
                [
                    names(track.artists),
                    album,
                    track.duration_ms.map(duration).unwrap_or_default(),
                ],
                DOT,
            ),
            explicit: track.explicit,
            uri: track.id.map(Uri::track),
        }
    }
}

impl From<PlaylistSimplified> for Thing {
    fn from(playlist: PlaylistSimplified) -> Self {
        let owner = playlist
            .owner
            .map(|owner| owner.display_name.unwrap_or(owner.id));
        Self {
            address: spotify_address(
                playlist.external_urls.spotify,
                "playlist",
                Some(playlist.id.as_str()),
            ),
            pictures: pictures(&playlist.images),
            name: named(playlist.name),
            by: owner
                .filter(|owner| !owner.is_empty())
                .map(|owner| format!("By {owner}"))
                .unwrap_or_default(),
            explicit: false,
            uri: None,
        }
    }
}

fn pictures(images: &[Image]) -> [Option<String>; 2] {
    [fitting(images, TILE), fitting(images, ROW)]
}

fn named(name: String) -> String {
    // A thing that was taken down keeps its place and loses its name.
    if name.trim().is_empty() {
        "Without a name".to_owned()
    } else {
        name
    }
}

fn names(artists: Vec<ArtistSimplified>) -> String {
    joined(artists.into_iter().map(|artist| artist.name), ", ")
}

/// The parts that are there, with `between` between them.
fn joined(parts: impl IntoIterator<Item = String>, between: &str) -> String {
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

/// The year of `2026`, `2026-11` or `2026-11-20`.
fn year(date: Option<String>) -> String {
    let year: String = date.unwrap_or_default().chars().take(4).collect();
    if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) {
        year
    } else {
        String::new()
    }
}

/// Milliseconds as `3:05` or `1:02:07`.
fn duration(ms: u32) -> String {
    let seconds = ms / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A shelf with its heading; nothing where there is nothing on it.
#[component]
pub fn Shelved(
    /// The heading.
    name: &'static str,
    /// Whether there is anything on it.
    any: bool,
    /// What is on it.
    children: Children,
) -> impl IntoView {
    any.then(|| {
        view! {
            <section class="shelf">
                <h2>{name}</h2>
                {children()}
            </section>
        }
    })
}

/// Things beside each other, each under its picture.
#[component]
pub fn Tiles(
    /// The things.
    things: Vec<Thing>,
    /// Whether their order is a ranking, and the numbers are shown.
    #[prop(optional)]
    ranked: bool,
) -> impl IntoView {
    let tiles: Vec<_> = things
        .into_iter()
        .map(|thing| {
            let opens = thing.address.is_some();
            let [tile, _] = thing.pictures;
            let keep = keep(thing.uri, &thing.name);
            let inside = view! {
                <Artwork address=tile size=160 />
                <span class="name" title=thing.name.clone()>{thing.name.clone()}</span>
                <span class="by" title=thing.by.clone()>{thing.by.clone()}</span>
                {opens.then(|| view! { <span class="open-spotify">"Open Spotify"</span> })}
            };
            view! { <li class="tile">{linked(thing.address, inside.into_any())} {keep}</li> }
        })
        .collect();
    listed("tiles", ranked, tiles.into_any())
}

/// Things below each other.
#[component]
pub fn Rows(
    /// The things.
    things: Vec<Thing>,
    /// Whether their order is a ranking, and the numbers are shown.
    #[prop(optional)]
    ranked: bool,
) -> impl IntoView {
    let rows: Vec<_> = things
        .into_iter()
        .map(|thing| {
            let opens = thing.address.is_some();
            let [_, row] = thing.pictures;
            let keep = keep(thing.uri, &thing.name);
            let inside = view! {
                <Artwork address=row size=52 />
                <span class="row-words">
                    <span class="name" title=thing.name.clone()>{thing.name.clone()}</span>
                    <span class="by" title=thing.by.clone()>
                        {thing.explicit.then(|| view! {
                            <abbr class="explicit" title="Explicit">"E"</abbr>
                        })}
                        {thing.by.clone()}
                    </span>
                </span>
                {opens.then(|| view! { <span class="open-spotify">"Open Spotify"</span> })}
            };
            view! { <li class="row">{linked(thing.address, inside.into_any())} {keep}</li> }
        })
        .collect();
    listed("rows", ranked, rows.into_any())
}

/// The whole thing is one link to where it comes from, so that a keyboard stops at it once.
fn linked(address: Option<String>, inside: AnyView) -> AnyView {
    match address {
        Some(address) => view! {
            <a class="thing" href=address target="_blank" rel="external noopener noreferrer">
                {inside}
                <span class="heard">" (opens in a new tab)"</span>
            </a>
        }
        .into_any(),
        None => view! { <div class="thing">{inside}</div> }.into_any(),
    }
}

/// The button to follow or to save it, where it can be.
fn keep(uri: Option<Uri>, name: &str) -> Option<AnyView> {
    let name = name.to_owned();
    uri.map(|uri| view! { <KeepButton uri name /> }.into_any())
}

fn listed(class: &'static str, ranked: bool, things: AnyView) -> AnyView {
    if ranked {
        view! { <ol class=class.to_owned() + " ranked" role="list">{things}</ol> }.into_any()
    } else {
        view! { <ul class=class role="list">{things}</ul> }.into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::{DOT, duration, joined, named, year};

    #[test]
    fn durations_are_told_as_players_do() {
        assert_eq!(duration(0), "0:00");
        assert_eq!(duration(185_999), "3:05");
        assert_eq!(duration(3_727_000), "1:02:07");
    }

    #[test]
    fn year_is_read_from_any_precision() {
        for date in ["2026", "2026-11", "2026-11-20"] {
            assert_eq!(year(Some(date.to_owned())), "2026");
        }
        for odd in ["", "26", "????-01"] {
            assert_eq!(year(Some(odd.to_owned())), "");
        }
        assert_eq!(year(None), "");
    }

    #[test]
    fn what_is_missing_leaves_no_gap() {
        assert_eq!(
            joined(["a".to_owned(), String::new(), "c".to_owned()], DOT),
            "a · c"
        );
        assert_eq!(named("  ".to_owned()), "Without a name");
    }
}
