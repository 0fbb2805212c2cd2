//! The head of a page about one thing of the catalogue.

use std::time::Duration;

use leptos::prelude::*;
use spotify::ids::Uri;

use crate::frame::go_to_heading;
use crate::parts::artwork::Artwork;
use crate::parts::keep_button::KeepButton;
use crate::parts::open_spotify::OpenSpotify;

/// The pixels of the picture, for a sharp one on a dense screen.
pub const PICTURE: u32 = 640;

/// Picture, name and what else there is to say of it, and the ways on.
#[component]
pub fn ThingHead(
    /// What kind of thing it is.
    kind: &'static str,
    /// Its name.
    name: String,
    /// The address of its picture.
    picture: Option<String>,
    /// Where it is at Spotify.
    address: Option<String>,
    /// By what it is followed or saved, where it can be.
    #[prop(default = None)]
    uri: Option<Uri>,
    /// What else there is to say.
    children: Children,
) -> impl IntoView {
    let keep = uri.map(|uri| view! { <KeepButton uri name=name.clone() words=true /> });
    let title = name.clone();
    let open = address.map(|address| view! { <OpenSpotify address of=name.clone() /> });
    view! {
        <header class="thing-head">
            <Artwork address=picture size=232 />
            <div class="thing-words">
                <p class="eyebrow">{kind}</p>
                <h1 dir="auto" title=title>{name}</h1>
                {children()}
                <div class="thing-ways">{keep} {open}</div>
            </div>
        </header>
    }
    .into_any()
}

/// Grey in the place of the head, while it is on its way.
#[component]
pub fn HeadToCome(
    /// What kind of thing it is, which is its heading until its name is known.
    kind: &'static str,
) -> impl IntoView {
    Effect::new(|_| on_cleanup(stay_on_heading));
    view! {
        <header class="thing-head">
            <span class="artwork skeleton" aria-hidden="true"></span>
            <div class="thing-words bars">
                <h1 class="heard" data-to-come>{kind}</h1>
                <p class="heard" role="status">"Asking Spotify…"</p>
                <span class="skeleton" aria-hidden="true"></span>
                <span class="skeleton" aria-hidden="true"></span>
                <span class="skeleton" aria-hidden="true"></span>
            </div>
        </header>
    }
    .into_any()
}

/// Whoever turned to the page stands on its heading, and so on the one that comes in its place.
fn stay_on_heading() {
    let stands = document().query_selector("[data-to-come]:focus");
    if stands.is_ok_and(|stands| stands.is_some()) {
        set_timeout(go_to_heading, Duration::ZERO);
    }
}
