//! Whether the owner's profile lists a playlist.

use std::sync::Arc;

use leptos::prelude::*;
use spotify::Request;
use spotify::request::PlaylistChange;

use super::open::Open;
use crate::notice::Notice;
use crate::pages::account::act::{ActButton, Outcome, use_act};

/// What it means, and the button for the opposite.
#[component]
pub fn ListingForm(
    /// The playlist.
    open: Open,
) -> impl IntoView {
    let act = use_act();
    let change = move |public: bool| {
        let change = PlaylistChange {
            public: Some(public),
            ..PlaylistChange::default()
        };
        let request = Request::change_playlist(&open.id(), &change);
        let changed = async move { open.or_as_it_is(open.send_change(&request)).await };
        act.run("list", changed, move |_| {
            open.head
                .update(|head| Arc::make_mut(head).public = Some(public));
            Some(Notice::new(if public {
                "Your profile lists it now. Spotify may take a moment to show that."
            } else {
                "Your profile does not list it any more. Whoever has its address can still open it."
            }))
        });
    };
    let now = Memo::new(move |_| {
        let head = open.head();
        (head.public, head.collaborative)
    });
    let words = move || match now.get() {
        (_, true) => "Others may add to this playlist, so your profile does not list it.",
        (Some(true), false) => "Your Spotify profile lists this playlist.",
        (Some(false), false) => "Your Spotify profile does not list this playlist.",
        (None, false) => "Spotify does not say whether your profile lists this playlist.",
    };
    let buttons = move || {
        let (public, collaborative) = now.get();
        let button = |to: bool| {
            let words = if to {
                "List it on my profile"
            } else {
                "Take it off my profile"
            };
            let press = Callback::new(move |()| change(to));
            view! { <ActButton act name="list" words quiet=true press /> }
        };
        let offered = [true, false].into_iter();
        let offered = offered.filter(|to| !collaborative && public != Some(*to));
        offered.map(button).collect_view()
    };
    view! {
        <section class="card" aria-labelledby="listing">
            <h2 id="listing">"Listing"</h2>
            <p>{words}</p>
            <p class="soft">
                "That is all it says. Whoever has the address of a playlist can open it either way."
            </p>
            <div class="actions">{buttons}</div>
            <Outcome act />
        </section>
    }
    .into_any()
}
