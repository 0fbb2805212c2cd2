//! The foot of every page.

use leptos::prelude::*;
use leptos_router::components::A;

/// Where the music data comes from, and where to read what is kept.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="foot">
            <div class="foot-inner">
                <p>
                    "Stagedoor works with Spotify and is not made by it. \
                     Names and pictures of music are provided by Spotify."
                </p>
                <ul role="list">
                    <li><A href="/privacy">"What is kept"</A></li>
                    <li>
                        <a href="https://www.spotify.com/account/apps/" rel="external noreferrer">
                            "Apps you let in at Spotify"
                        </a>
                    </li>
                </ul>
            </div>
        </footer>
    }
    .into_any()
}
