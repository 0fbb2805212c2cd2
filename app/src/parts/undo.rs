//! The way back from what was just let go.

use leptos::prelude::*;

use crate::deed::Deed;
use crate::shelf::use_shelf;

/// Says what is not followed or saved any more, and takes it back by one press. It stands at the foot
/// of the window, over every page, until the next deed or the next page.
#[component]
pub fn Undo() -> impl IntoView {
    let shelf = use_shelf();
    view! {
        <div class="undo" role="status">
            {move || shelf.let_gone().map(way_back)}
        </div>
    }
    .into_any()
}

crate::later_view! {
    fn way_back(deed: Deed) in session {
        let shelf = use_shelf();
        let back = deed.opposite();
        view! {
            <p dir="auto">{deed.done()}</p>
            <button
                type="button"
                class="button small"
                on:click=move |_| shelf.press(back.clone())
            >
                "Undo"
            </button>
            <button
                type="button"
                class="icon-button"
                aria-label="Close this message"
                on:click=move |_| shelf.close()
            >
                "×"
            </button>
        }
        .into_any()
    }
}
