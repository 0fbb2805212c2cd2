//! The person's playlists.

pub mod draft;
pub mod new;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use spotify::request::MAX_LIST_LIMIT;
use spotify::{Permission, Request};

use crate::paged::{Cursor, Reading, use_paged};
use crate::parts::needs_permission::NeedsPermission;
use crate::parts::open_spotify::{FromSpotify, OpenSpotify};
use crate::parts::paged_list::PagedList;
use crate::parts::things::Look;
use new::{Listing, NewForm};

/// `/playlists`: the playlists that the person owns or follows; `/playlists?new`: the form for another.
/// The form stands in the address, so that whoever has to allow it first comes back to it.
#[component]
pub fn Playlists() -> impl IntoView {
    let query = use_query_map();
    let making = Memo::new(move |_| {
        query
            .with(|query| query.get("new"))
            .map(|new| Listing::read(&new))
    });
    let title = move || match making.get() {
        Some(_) => "New playlist",
        None => "Your playlists",
    };
    view! {
        <Title text=title />
        <section class="search playlists">
            {move || match making.get() {
                Some(_) => {
                    let listing = Signal::derive(move || making.get().flatten());
                    view! { <NewForm listing /> }.into_any()
                }
                None => view! { <Mine /> }.into_any(),
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Mine() -> impl IntoView {
    view! {
        <div class="playlists-head">
            <h1>"Your playlists"</h1>
            <A href="/playlists?new" attr:class="button">"New playlist"</A>
        </div>
        <NeedsPermission permission=Permission::Playlists>
            <All />
        </NeedsPermission>
    }
    .into_any()
}

#[component]
fn All() -> impl IntoView {
    let paged = use_paged(|cursor: &Cursor| Request::my_playlists(MAX_LIST_LIMIT, cursor.offset()));
    let told = move || match (paged.count(), paged.reading(), paged.total()) {
        (0, Reading::Whole, _) => {
            "You have no playlist yet. Make one here, or follow one in Spotify.".to_owned()
        }
        (1, Reading::Whole, _) => "1 playlist, yours or followed.".to_owned(),
        (count, Reading::Whole, _) => format!("{count} playlists, yours and those you follow."),
        (count, _, Some(total)) if count > 0 => format!("{count} of {total} playlists."),
        _ => String::new(),
    };
    view! {
        <p class="soft" role="status">{told}</p>
        <PagedList paged look=Look::Tiles />
        <footer class="search-foot">
            <FromSpotify />
            <OpenSpotify
                address="https://open.spotify.com/collection/playlists".to_owned()
                of="your playlists"
            />
        </footer>
    }
    .into_any()
}
