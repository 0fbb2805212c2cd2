//! The catalogue of Spotify, for anybody.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use spotify::model::SearchAnswer;
use spotify::page::Page;
use spotify::{Permission, Request};

use crate::music::{Loading, use_kept_call};
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::open_spotify::{FromSpotify, OpenSpotify};
use crate::parts::search_box::{SearchBox, asked, encoded};
use crate::parts::things::{Rows, Shelved, Thing, Tiles};
use crate::session::live::use_session;
use crate::shelf::use_shelf;
use crate::sign_in::button::SignInButton;
use crate::sign_in::errand::Intent;
use crate::sign_in::words::SPOTIFY;

/// How many of each kind are shown. The guidelines allow twenty; six fill two rows everywhere.
const EACH: u32 = 6;

crate::lazy_page!(search in music: Search);

/// `/search?q=…`: artists, albums, tracks and playlists that match. The question is in the address,
/// so a search can be linked to and the Back button walks through searches.
#[component]
pub fn Search() -> impl IntoView {
    let query = use_query_map();
    let question =
        Memo::new(move |_| asked(&query.with(|query| query.get("q").unwrap_or_default())));
    let call = use_kept_call(move || {
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
                    let problem = Problem::from(error).naming("Spotify");
                    view! { <ErrorView problem retry=call.retry() /> }.into_any()
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
    let artists = things(found.artists);
    let albums = things(found.albums);
    let tracks = things(found.tracks);
    let playlists = things(found.playlists);
    let uris = [&artists, &albums, &tracks].into_iter().flatten();
    use_shelf().look(uris.filter_map(|thing| thing.uri.clone()).collect());
    let all = format!("https://open.spotify.com/search/{}", encoded(&question));
    view! {
        <SeeToo />
        <Shelved name="Artists" any=!artists.is_empty()>
            <Tiles things=artists />
        </Shelved>
        <Shelved name="Tracks" any=!tracks.is_empty()>
            <Rows things=tracks />
        </Shelved>
        <Shelved name="Albums" any=!albums.is_empty()>
            <Tiles things=albums />
        </Shelved>
        <Shelved name="Playlists" any=!playlists.is_empty()>
            <Tiles things=playlists />
        </Shelved>
        <footer class="search-foot">
            <FromSpotify />
            <OpenSpotify address=all of="all matches" />
        </footer>
    }
    .into_any()
}

/// A quiet line for a person who lets this app follow or save and not look: the page offers them what
/// they may have already. One button asks for the other half, where they want it.
#[component]
pub fn SeeToo() -> impl IntoView {
    let session = use_session();
    let unseen = Memo::new(move |_| {
        let halves = [
            (Permission::Follow, Permission::Following),
            (Permission::EditLibrary, Permission::Library),
        ];
        halves
            .into_iter()
            .filter(|&(keep, see)| session.holds(keep) && !session.holds(see))
            .map(|(_, see)| see)
            .collect::<Vec<_>>()
    });
    move || {
        let permissions = unseen.get();
        let label = match permissions.as_slice() {
            [] => return None,
            [Permission::Following] => "Show whom I follow already",
            [Permission::Library] => "Show what I keep already",
            _ => "Show what I follow and keep already",
        };
        let names: Vec<_> = permissions
            .iter()
            .map(|permission| permission.name().to_owned())
            .collect();
        session.provider(SPOTIFY).map(|provider| {
            view! {
                <div class="search-foot">
                    <p class="soft">"Spotify does not tell this page yet what you have already."</p>
                    <SignInButton
                        provider
                        label
                        intent=Intent::Grant
                        permissions=names
                        quiet=true
                    />
                </div>
            }
        })
    }
}

/// What a page of an answer shows.
fn things<T: Into<Thing>>(page: Option<Page<T>>) -> Vec<Thing> {
    let items = page.map(|page| page.items).unwrap_or_default();
    items.into_iter().map(Into::into).collect()
}
