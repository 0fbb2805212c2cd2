//! Everything inside the body: the frame, the routes, and what happens between two pages.

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::{NavigateOptions, path};
use wasm_bindgen::JsCast as _;

use crate::callback;
use crate::effect::effect_after;
use crate::lazy_page::{OnItsWay, Turn, provide_turn};
use crate::notice::{NoticeBar, provide_notice, use_notice};
use crate::page_life::current_address;
use crate::pages::landing::Landing;
use crate::pages::not_found::NotFound;
use crate::pages::{
    account, admin, album, artist, artists, permissions, playlists, privacy, profile, recent,
    saved, search, top,
};
use crate::parts::ending_soon::ending_soon;
use crate::parts::footer::Footer;
use crate::parts::header::Header;
use crate::parts::undo::Undo;
use crate::parts::wanted::WantedSheet;
use crate::session::Boot;
use crate::session::fresh::follow;
use crate::session::live::{provide_session, use_session};
use crate::shelf::{provide_shelf, use_shelf};
use crate::sign_in::resumption::carry_on;

/// The app. The server renders it with a [`Boot`] in context; the browser puts there what it read in
/// the page, so both draw the same thing first.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let boot = use_context::<Boot>().unwrap_or_default();
    let session = provide_session(boot);
    provide_shelf(session);
    provide_notice();
    let turn = provide_turn();

    view! {
        <Title formatter=full_title />
        <Router>
            <a class="skip" href="#main" rel="external">"Skip to the content"</a>
            <Header />
            <main id="main" tabindex="-1">
                <OnItsWay />
                <NoticeBar />
                {move || (session.signed_in() == Some(true)).then(ending_soon)}
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view=Landing />
                    <Route path=path!("/search") view=search::PAGE />
                    <Route path=path!("/top") view=top::PAGE />
                    <Route path=path!("/artists") view=artists::PAGE />
                    <Route path=path!("/artist/:id") view=artist::PAGE />
                    <Route path=path!("/album/:id") view=album::PAGE />
                    <Route path=path!("/playlists") view=playlists::PAGE />
                    <Route path=path!("/playlists/:id") view=playlists::PAGE />
                    <Route path=path!("/recent") view=recent::PAGE />
                    <Route path=path!("/saved") view=saved::PAGE />
                    <Route path=path!("/profile") view=profile::PAGE />
                    <Route path=path!("/permissions") view=permissions::PAGE />
                    <Route path=path!("/account") view=account::PAGE />
                    <Route path=path!("/admin") view=admin::PAGE />
                    <Route path=path!("/privacy") view=privacy::PAGE />
                    <Route path=path!("/callback/:provider") view=callback::PAGE />
                </FlatRoutes>
            </main>
            <Footer />
            <WantedSheet />
            <Undo />
            <Turning turn />
        </Router>
    }
}

/// The title of a page with the name of the app.
///
/// The library writes it into the document as it is, so what the server writes is made text here:
/// a title may hold what a stranger typed. The browser sets it as text by itself.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the library's formatter takes the title itself"
)]
fn full_title(title: String) -> String {
    let title = if title.is_empty() {
        "Stagedoor".to_owned()
    } else {
        format!("{title} · Stagedoor")
    };
    if cfg!(feature = "ssr") {
        title.replace('&', "&amp;").replace('<', "&lt;")
    } else {
        title
    }
}

/// What happens when the app turns to another page.
#[component]
fn Turning(turn: Turn) -> impl IntoView {
    let session = use_session();
    let notice = use_notice();
    let location = use_location();
    let path = location.pathname;
    let at_first = untrack(|| path.get());
    let shelf = use_shelf();
    follow(session, shelf, notice, at_first.starts_with("/callback/"));
    let navigate = use_navigate();
    carry_on(session, shelf, notice, move |place| {
        navigate(place, NavigateOptions::default());
    });
    let query = location.search;
    effect_after(move |before: Option<(String, String)>| {
        let now = (path.get(), query.get());
        // What is asked over a page is asked of that page, which the Back button leaves as well.
        if before.is_some_and(|before| before != now) {
            shelf.let_go();
            shelf.close();
        }
        now
    });
    effect_after(move |before: Option<String>| {
        let path = path.get();
        notice.turn_to(&path);
        if before.is_some_and(|before| before != path) {
            // A moment later, when the new page stands, unless it is still on its way.
            set_timeout(
                move || {
                    if untrack(|| turn.awaited()).is_none() {
                        begin_at_heading();
                    }
                },
                Duration::ZERO,
            );
        }
        path
    });
    effect_after(move |before: Option<bool>| {
        let waits = turn.awaited().is_some();
        if before == Some(true) && !waits {
            set_timeout(begin_at_heading, Duration::ZERO);
        }
        waits
    });
}

/// Whether the address is another than the one that the server drew the page for, as when the Back
/// button was pressed before the program was here. Browser only.
pub fn is_elsewhere() -> bool {
    let html = document().document_element();
    let drawn = html.and_then(|html| html.get_attribute("data-drawn"));
    drawn.is_some_and(|drawn| drawn != current_address())
}

/// Tells style and tests that the page is live, a moment from now, when everything that waits for
/// its turn has had it: `html[data-ready]`. Called once the page has been taken over, and so never
/// where that failed. Browser only.
pub fn mark_ready() {
    set_timeout(ready, Duration::ZERO);
}

fn ready() {
    if let Some(html) = document().document_element() {
        // It fails for names that are no attribute names, and these are.
        let _ = html.set_attribute("data-ready", "");
        let _ = html.remove_attribute("data-failed");
    }
}

/// Goes to the heading of a page that has just come, unless the keyboard is in it already: the Back button
/// finds where the person was, and either may come first.
fn begin_at_heading() {
    let is_there = document()
        .query_selector("main :focus")
        .is_ok_and(|focused| focused.is_some());
    if !is_there {
        go_to_heading();
    }
}

/// Puts the keyboard and the screen reader where a full page load would: at the head of the page.
pub(crate) fn go_to_heading() {
    let heading = document().query_selector("main h1").ok().flatten();
    let main = || document().get_element_by_id("main");
    let Some(target) = heading.or_else(main) else {
        return;
    };
    let _ = target.set_attribute("tabindex", "-1");
    if let Ok(target) = target.dyn_into::<web_sys::HtmlElement>() {
        let options = web_sys::FocusOptions::new();
        // The router has scrolled to where the page is to be read from.
        options.set_prevent_scroll(true);
        let _ = target.focus_with_options(&options);
    }
}
