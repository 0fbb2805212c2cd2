//! The foot of every page.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::page_life::is_web_address;
use crate::session::live::use_session;
use crate::sign_in::words::{SPOTIFY, manage_url};

/// Where the music data comes from, and where to read what is kept.
#[component]
pub fn Footer() -> impl IntoView {
    let session = use_session();
    // For a person who came in another way it would be about somebody else's service.
    let concerns =
        move |provider: &str| session.signed_in() != Some(true) || session.has_identity(provider);
    let music = session.provider(SPOTIFY).map(|_| {
        view! {
            {move || concerns(SPOTIFY).then(|| view! {
                <p>
                    "Stagedoor works with Spotify and is not made by it. \
                     Names and pictures of music are provided by Spotify."
                </p>
            })}
        }
    });
    let apps = move || {
        let shown = session
            .providers()
            .into_iter()
            .filter(|provider| concerns(&provider.id))
            .filter_map(|provider| {
                let address = manage_url(&provider).filter(|address| is_web_address(address))?;
                Some(view! {
                    <li>
                        <a href=address rel="external noreferrer">
                            {format!("Apps you let in at {}", provider.label)}
                        </a>
                    </li>
                })
            });
        shown.collect_view()
    };
    view! {
        <footer class="foot">
            <div class="foot-inner">
                {music}
                <ul role="list">
                    <li><A href="/privacy">"What is kept"</A></li>
                    {apps}
                </ul>
            </div>
        </footer>
    }
    .into_any()
}
