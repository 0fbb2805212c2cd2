//! To follow an artist, to save an album or a track, and the opposite.

use leptos::prelude::*;
use spotify::ids::{Uri, UriKind};

use crate::deed::Deed;
use crate::shelf::use_shelf;

/// A button beside a thing of the catalogue: one press, one deed. Where it is not allowed yet, the page
/// asks for it then.
#[component]
pub fn KeepButton(
    /// What it is about.
    uri: Uri,
    /// Its name.
    name: String,
    /// Whether it says in words what others show by a sign.
    #[prop(optional)]
    words: bool,
) -> impl IntoView {
    let shelf = use_shelf();
    let artist = uri.kind == UriKind::Artist;
    let kept = {
        let uri = uri.clone();
        Memo::new(move |_| shelf.has(&uri) == Some(true))
    };
    let busy = {
        let uri = uri.clone();
        move || shelf.is_under_way(&uri).then_some("true")
    };
    let label = {
        let name = name.clone();
        move || match (artist, kept.get()) {
            (true, false) => format!("Follow {name}"),
            (true, true) => format!("Following {name}, press to stop"),
            (false, false) => format!("Save {name}"),
            (false, true) => format!("Saved {name}, press to take it out"),
        }
    };
    let press = move |_| {
        shelf.press(Deed {
            keep: !kept.get_untracked(),
            uri: uri.clone(),
            name: name.clone(),
        });
    };
    view! {
        <button
            type="button"
            class="button small quiet keep"
            class:kept=move || kept.get()
            aria-label=label.clone()
            title=label
            aria-disabled=busy.clone()
            aria-busy=busy
            on:click=press
        >
            {move || match (artist, kept.get(), words) {
                (true, false, _) => "Follow",
                (true, true, _) => "Following",
                (false, false, true) => "+ Save",
                (false, true, true) => "✓ Saved",
                (false, false, false) => "+",
                (false, true, false) => "✓",
            }}
        </button>
    }
    .into_any()
}
