//! Any other address.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

/// Says that there is no such page, with status 404.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::port::page_status(404);
    view! {
        <Title text="No such page" />
        <section class="narrow">
            <h1>"This door leads nowhere"</h1>
            <p class="lead">"There is no page at this address. It may be mistyped, or the page is gone."</p>
            <p class="actions">
                <A href="/" attr:class="button">"Go to the start page"</A>
                <A href="/search" attr:class="button quiet">"Search for music"</A>
            </p>
        </section>
    }
    .into_any()
}
