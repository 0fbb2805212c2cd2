//! What the person played last.

use leptos::prelude::*;
use leptos_meta::Title;
use spotify::request::{MAX_LIST_LIMIT, Moment};
use spotify::{Permission, Request};

use crate::paged::use_paged;
use crate::parts::needs_permission::NeedsPermission;
use crate::parts::open_spotify::ListFoot;
use crate::parts::paged_list::{Counted, PagedList};
use crate::parts::things::Look;

crate::lazy_page!(recent in music: Recent);

/// `/recent`: the tracks that the person played last, the newest first. Spotify tells about fifty.
#[component]
pub fn Recent() -> impl IntoView {
    view! {
        <Title text="Recently played" />
        <section class="search">
            <h1>"Recently played"</h1>
            <NeedsPermission permission=Permission::Recent>
                <Plays />
            </NeedsPermission>
        </section>
    }
    .into_any()
}

#[component]
fn Plays() -> impl IntoView {
    let paged = use_paged(|cursor| {
        Request::recently_played(MAX_LIST_LIMIT, cursor.before().map(Moment::Before))
    });
    let again = move |_| paged.read_anew();
    view! {
        <div class="list-head">
            <Counted
                paged
                one="play"
                many="plays"
                empty="Spotify tells of nothing that you played lately. A track counts after half a \
                       minute; podcasts are not listed."
            />
            <button type="button" class="button small quiet" on:click=again>"Look again"</button>
        </div>
        <PagedList paged look=Look::Rows />
        <p class="soft small">"Spotify tells of the last fifty plays, and of no podcast."</p>
        <ListFoot address="https://open.spotify.com/" of="more of your music" />
    }
}
