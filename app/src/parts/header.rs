//! The head of every page.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::parts::account_menu::AccountMenu;
use crate::parts::brand::BrandMark;
use crate::parts::theme_menu::ThemeMenu;
use crate::session::live::use_session;
use crate::sign_in::words::SPOTIFY;

/// Brand, pages, colours, account.
#[component]
pub fn Header() -> impl IntoView {
    let top = use_session().provider(SPOTIFY).map(|_| {
        view! { <li class="roomy"><A href="/top">"Top"</A></li> }
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
                        {top}
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
