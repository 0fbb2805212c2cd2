//! The person's playlists, and the way to each.

pub mod draft;
pub mod new;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::{use_params_map, use_query_map};
use spotify::request::MAX_LIST_LIMIT;
use spotify::{Permission, Request};

use crate::paged::{Cursor, use_paged};
use crate::pages::playlist::PlaylistPage;
use crate::parts::needs_permission::NeedsPermission;
use crate::parts::open_spotify::ListFoot;
use crate::parts::paged_list::{Counted, PagedList};
use crate::parts::things::Look;
use new::{Listing, NewForm};

crate::lazy_page!(playlists in playlists: PlaylistPages);

/// `/playlists` and `/playlists/{id}`, which arrive together.
#[component]
pub fn PlaylistPages() -> impl IntoView {
    let params = use_params_map();
    let one = Memo::new(move |_| params.with(|params| params.get("id").is_some()));
    move || {
        if one.get() {
            view! { <PlaylistPage /> }.into_any()
        } else {
            view! { <Playlists /> }.into_any()
        }
    }
}

/// `/playlists`: the playlists that the person owns or follows; `/playlists?new`: the form for another.
/// The form stands in the address, so that whoever has to allow it first comes back to it.
#[component]
pub fn Playlists() -> impl IntoView {
    let query = use_query_map();
    let new = Memo::new(move |_| query.with(|query| query.get("new")));
    // Choosing something in the form does not make the form anew.
    let making = Memo::new(move |_| new.with(Option::is_some));
    let title = move || {
        if making.get() {
            "New playlist"
        } else {
            "Your playlists"
        }
    };
    view! {
        <Title text=title />
        <section class="search playlists">
            {move || if making.get() {
                let listing = Signal::derive(move || {
                    new.with(|new| new.as_deref().and_then(Listing::read))
                });
                view! { <NewForm listing /> }.into_any()
            } else {
                view! { <Mine /> }.into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Mine() -> impl IntoView {
    view! {
        <div class="list-head">
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
    view! {
        <Counted
            paged
            one="playlist, yours or followed"
            many="playlists, yours and those you follow"
            empty="You have no playlist yet. Make one here, or follow one in Spotify."
        />
        <PagedList paged look=Look::Tiles />
        <ListFoot address="https://open.spotify.com/collection/playlists" of="your playlists" />
    }
    .into_any()
}
