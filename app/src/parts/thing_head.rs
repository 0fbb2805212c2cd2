//! The head of a page about one thing of the catalogue.

use leptos::prelude::*;
use spotify::ids::Uri;

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
pub fn HeadToCome() -> impl IntoView {
    view! {
        <header class="thing-head" role="status">
            <span class="heard">"Asking Spotify…"</span>
            <span class="artwork skeleton" aria-hidden="true"></span>
            <div class="thing-words bars" aria-hidden="true">
                <span class="skeleton"></span>
                <span class="skeleton"></span>
                <span class="skeleton"></span>
            </div>
        </header>
    }
    .into_any()
}
