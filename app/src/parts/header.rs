//! The head of every page.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast as _;

use crate::effect::effect;
use crate::parts::account_menu::AccountMenu;
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
    let nav = NodeRef::<html::Nav>::new();
    let path = use_location().pathname;
    effect(move || {
        path.track();
        // A moment later, when the link knows that it is the one.
        set_timeout(move || show_current(nav), Duration::ZERO);
    });
    view! {
        <header class="bar">
            <div class="bar-inner">
                <a
                    href="/"
                    class="brand"
                    aria-current=move || path.with(|path| path == "/").then_some("page")
                >
                    <img class="mark" loading="lazy" src="/favicon.svg" alt="" width="32" height="32" />
                    <span>"Stagedoor"</span>
                </a>
                <nav aria-label="Pages" node_ref=nav>
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

/// Moves the line of pages, where it is longer than the window, to the one that is shown.
fn show_current(nav: NodeRef<html::Nav>) {
    let Some(nav) = nav.try_get_untracked().flatten() else {
        return;
    };
    let current = nav.query_selector("a[aria-current=page]").ok().flatten();
    let current = current.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(current) = current {
        let middle = current.offset_left() + current.offset_width() / 2 - nav.client_width() / 2;
        nav.set_scroll_left(middle - nav.offset_left());
    }
}
