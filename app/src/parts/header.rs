//! The head of every page.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::parts::account_menu::AccountMenu;
use crate::parts::brand::BrandMark;
use crate::parts::theme_menu::ThemeMenu;
use crate::session::live::use_session;
use crate::sign_in::words::SPOTIFY;

/// The pages about the person's music, in the order of the bar.
const MUSIC: [(&str, &str); 5] = [
    ("/top", "Top"),
    ("/artists", "Artists"),
    ("/playlists", "Playlists"),
    ("/saved", "Saved"),
    ("/recent", "Recent"),
];

/// Brand, pages, colours, account.
#[component]
pub fn Header() -> impl IntoView {
    let session = use_session();
    let music = session.provider(SPOTIFY).map(|_| {
        MUSIC
            .map(|(to, words)| view! { <li><A href=to>{words}</A></li> })
            .collect_view()
    });
    view! {
        <header class="bar">
            <div class="bar-inner">
                <A href="/" exact=true attr:class="brand">
                    <BrandMark />
                    <span>"Stagedoor"</span>
                </A>
                <nav aria-label="Pages">
                    <ul role="list">
                        <li><A href="/search">"Search"</A></li>
                        {music}
                        <li><A href="/profile">"Profile"</A></li>
                    </ul>
                </nav>
                <div class="bar-end">
                    <ThemeMenu />
                    <AccountMenu />
                </div>
            </div>
        </header>
    }
    .into_any()
}
