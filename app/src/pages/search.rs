//! The catalogue of Spotify, for anybody.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use spotify::Request;
use spotify::ids::Base62Id;
use spotify::model::{
    AlbumSimplified, Artist, ArtistSimplified, PlaylistSimplified, SearchAnswer, Track,
};

use crate::music::{Loading, use_call};
use crate::parts::artwork::{Artwork, fitting};
use crate::parts::error_view::ErrorView;
use crate::parts::open_spotify::{FromSpotify, OpenSpotify, spotify_address};
use crate::parts::search_box::{SearchBox, asked, encoded};

/// How many of each kind are shown. The guidelines allow twenty; six fill two rows everywhere.
const EACH: u32 = 6;

/// The pixels of a tile's picture, for a sharp one on a dense screen.
const TILE: u32 = 300;

/// Stands between the facts of a line.
const DOT: &str = " · ";

/// The pixels of a row's picture.
const ROW: u32 = 96;

/// `/search?q=…`: artists, albums, tracks and playlists that match. The question is in the address,
/// so a search can be linked to and the Back button walks through searches.
#[component]
pub fn Search() -> impl IntoView {
    let query = use_query_map();
    let question =
        Memo::new(move |_| asked(&query.with(|query| query.get("q").unwrap_or_default())));
    let call = use_call(move || {
        let question = question.get();
        (!question.is_empty()).then(|| Request::search(&question, &[], EACH, 0))
    });
    let title = move || match question.get() {
        question if question.is_empty() => "Search".to_owned(),
        question => format!("{question} · Search"),
    };

    view! {
        <Title text=title />
        <section class="search">
            <h1>"Search"</h1>
            <SearchBox question />
            <p class="soft" role="status">{move || told(&call.get(), &question.get())}</p>
            {move || match call.get() {
                Loading::Idle => ().into_any(),
                Loading::Pending => view! { <Waiting /> }.into_any(),
                Loading::Ready(found) => {
                    view! { <Found found question=question.get_untracked() /> }.into_any()
                }
                Loading::Failed(error) => {
                    view! { <ErrorView problem=error retry=call.retry() /> }.into_any()
                }
            }}
        </section>
    }
    .into_any()
}

/// One sentence about where the search stands, which is also read out.
fn told(state: &Loading<SearchAnswer>, question: &str) -> String {
    match state {
        Loading::Idle => "Type a name and press Enter. You need not be signed in.".to_owned(),
        Loading::Pending => format!("Searching for “{question}”…"),
        Loading::Ready(found) => match count(found) {
            0 => format!("Nothing was found for “{question}”. Another spelling may help."),
            1 => format!("One match for “{question}”."),
            count => format!("The first {count} matches for “{question}”."),
        },
        Loading::Failed(_) => String::new(),
    }
}

fn count(found: &SearchAnswer) -> usize {
    found.artists.as_ref().map_or(0, |page| page.items.len())
        + found.albums.as_ref().map_or(0, |page| page.items.len())
        + found.tracks.as_ref().map_or(0, |page| page.items.len())
        + found.playlists.as_ref().map_or(0, |page| page.items.len())
}

/// Grey tiles of the size of what is to come.
#[component]
fn Waiting() -> impl IntoView {
    let tile = || {
        view! {
            <li class="tile">
                <span class="artwork skeleton"></span>
            </li>
        }
    };
    view! {
        <ul class="tiles" role="list" aria-hidden="true">
            {(0..EACH).map(|_| tile()).collect_view()}
        </ul>
    }
}

#[component]
fn Found(found: SearchAnswer, question: String) -> impl IntoView {
    if count(&found) == 0 {
        return ().into_any();
    }
    let artists = found
        .artists
        .map(|page| page.items.into_iter().map(artist).collect::<Vec<_>>());
    let albums = found
        .albums
        .map(|page| page.items.into_iter().map(album).collect::<Vec<_>>());
    let tracks = found
        .tracks
        .map(|page| page.items.into_iter().map(track).collect::<Vec<_>>());
    let playlists = found
        .playlists
        .map(|page| page.items.into_iter().map(playlist).collect::<Vec<_>>());
    let all = format!("https://open.spotify.com/search/{}", encoded(&question));
    view! {
        <Tiles name="Artists" things=artists.unwrap_or_default() />
        <Rows name="Tracks" things=tracks.unwrap_or_default() />
        <Tiles name="Albums" things=albums.unwrap_or_default() />
        <Tiles name="Playlists" things=playlists.unwrap_or_default() />
        <footer class="search-foot">
            <FromSpotify />
            <OpenSpotify address=all of="all matches" />
        </footer>
    }
    .into_any()
}

/// What a tile or a row shows, of whatever kind it is.
struct Thing {
    address: Option<String>,
    picture: Option<String>,
    name: String,
    by: String,
    explicit: bool,
}

fn artist(artist: Artist) -> Thing {
    Thing {
        address: spotify_address(
            artist.external_urls.spotify,
            "artist",
            Some(artist.id.as_str()),
        ),
        picture: fitting(&artist.images, TILE),
        name: named(artist.name),
        by: "Artist".to_owned(),
        explicit: false,
    }
}

fn album(album: AlbumSimplified) -> Thing {
    let id = album.id.as_ref().map(Base62Id::as_str);
    Thing {
        address: spotify_address(album.external_urls.spotify, "album", id),
        picture: fitting(&album.images, TILE),
        name: named(album.name),
        by: joined([names(album.artists), year(album.release_date)], DOT),
        explicit: false,
    }
}

fn track(track: Track) -> Thing {
    let id = track.id.as_ref().map(Base62Id::as_str);
    let (images, album) = track
        .album
        .map_or_else(Default::default, |album| (album.images, album.name));
    Thing {
        address: spotify_address(track.external_urls.spotify, "track", id),
        picture: fitting(&images, ROW),
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
    }
}

fn playlist(playlist: PlaylistSimplified) -> Thing {
    let owner = playlist
        .owner
        .map(|owner| owner.display_name.unwrap_or(owner.id));
    Thing {
        address: spotify_address(
            playlist.external_urls.spotify,
            "playlist",
            Some(playlist.id.as_str()),
        ),
        picture: fitting(&playlist.images, TILE),
        name: named(playlist.name),
        by: owner
            .filter(|owner| !owner.is_empty())
            .map(|owner| format!("By {owner}"))
            .unwrap_or_default(),
        explicit: false,
    }
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

#[component]
fn Tiles(name: &'static str, things: Vec<Thing>) -> impl IntoView {
    if things.is_empty() {
        return ().into_any();
    }
    let tiles: Vec<_> = things
        .into_iter()
        .map(|thing| {
            let opens = thing.address.is_some();
            let inside = view! {
                <Artwork address=thing.picture size=160 />
                <span class="name" title=thing.name.clone()>{thing.name.clone()}</span>
                <span class="by" title=thing.by.clone()>{thing.by.clone()}</span>
                {opens.then(|| view! { <span class="open-spotify">"Open Spotify"</span> })}
            };
            view! { <li class="tile">{linked(thing.address, inside.into_any())}</li> }
        })
        .collect();
    view! {
        <section class="shelf">
            <h2>{name}</h2>
            <ul class="tiles" role="list">{tiles}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Rows(name: &'static str, things: Vec<Thing>) -> impl IntoView {
    if things.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = things
        .into_iter()
        .map(|thing| {
            let opens = thing.address.is_some();
            let inside = view! {
                <Artwork address=thing.picture size=52 />
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
            view! { <li class="row">{linked(thing.address, inside.into_any())}</li> }
        })
        .collect();
    view! {
        <section class="shelf">
            <h2>{name}</h2>
            <ul class="rows" role="list">{rows}</ul>
        </section>
    }
    .into_any()
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
