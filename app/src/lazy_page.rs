//! Pages whose program arrives when they are first opened.
//!
//! The build cuts each of them out of the program that every page loads, into a *part* of its own.
//! A page becomes one by one line in its file, [`lazy_page!`](crate::lazy_page), and stands in
//! [`LAZY`](crate::pages::LAZY) from then on.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures::FutureExt as _;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::ChooseView;

use crate::effect::effect_after;
use crate::frame::go_to_heading;

pub use leptos::wasm_split::SplitLoaderError as DidNotArrive;

/// Something of a part, once the part is here.
pub type Awaited<T> = Pin<Box<dyn Future<Output = Result<T, DidNotArrive>>>>;

/// A page in a part of its own. It is a view of a route.
#[derive(Debug, Clone, Copy)]
pub struct LazyPage {
    /// The first segment of the page's path.
    segment: &'static str,
    /// The name of the part.
    part: &'static str,
    arrive: fn() -> Awaited<()>,
    draw: fn() -> Awaited<AnyView>,
}

/// Makes the constant `PAGE` of a page's file: `lazy_page!(search in music: Search);` puts the
/// component `Search`, which is the page at the paths that begin with `/search`, into the part named
/// `music`.
///
/// Pages of one part arrive together. What only two parts share becomes a file of its own, so few
/// parts mean few files; pages that have much in common, or that one opens in turn, are one part.
#[macro_export]
macro_rules! lazy_page {
    ($segment:ident in $part:ident: $page:ident) => {
        /// The page, in a part of the program of its own.
        pub const PAGE: $crate::lazy_page::LazyPage = {
            #[cfg(feature = "parts")]
            use ::leptos::wasm_split;

            #[cfg(feature = "parts")]
            #[wasm_split::wasm_split($part, wasm_split_path = wasm_split, preload(arrive), fallible)]
            fn $segment() -> Result<::leptos::prelude::AnyView, $crate::lazy_page::DidNotArrive> {
                Ok(::leptos::prelude::IntoAny::into_any($page()))
            }

            #[cfg(not(feature = "parts"))]
            async fn $segment() -> Result<::leptos::prelude::AnyView, $crate::lazy_page::DidNotArrive> {
                Ok(::leptos::prelude::IntoAny::into_any($page()))
            }

            #[cfg(not(feature = "parts"))]
            async fn arrive() -> Result<(), $crate::lazy_page::DidNotArrive> {
                Ok(())
            }

            $crate::lazy_page::LazyPage::new(
                stringify!($segment),
                stringify!($part),
                || Box::pin(arrive()),
                || Box::pin($segment()),
            )
        };
    };
}

impl LazyPage {
    /// A page from its names and what the build makes of it. For [`lazy_page!`](crate::lazy_page)
    /// alone.
    #[doc(hidden)]
    pub const fn new(
        segment: &'static str,
        part: &'static str,
        arrive: fn() -> Awaited<()>,
        draw: fn() -> Awaited<AnyView>,
    ) -> Self {
        Self {
            segment,
            part,
            arrive,
            draw,
        }
    }

    /// Whether it is the page at `path`.
    pub fn is_at(self, path: &str) -> bool {
        leads_to(path, self.segment)
    }

    /// Waits until the part is here. The server has all parts.
    ///
    /// # Errors
    /// The part did not arrive. Asking again tries again.
    pub async fn arrive(self) -> Result<(), DidNotArrive> {
        (self.arrive)().await
    }

    /// The page, where its part is here already.
    fn draw(self) -> Option<AnyView> {
        (self.draw)().now_or_never()?.ok()
    }
}

impl ChooseView for LazyPage {
    async fn choose(self) -> AnyView {
        // The page that the server draws tells the browser to load the part beside the program.
        if cfg!(feature = "ssr") {
            leptos::prefetch_lazy_fn_on_server(self.part);
        }
        let turn = use_turn();
        turn.begin(self.segment);
        let drawn = (self.draw)().await;
        turn.end(self.segment);
        drawn.unwrap_or_else(|_| view! { <NotArrived page=self /> }.into_any())
    }

    async fn preload(&self) {
        // What does not arrive is told when the page is opened.
        let _ = self.arrive().await;
    }
}

/// A lazy page inside of one that is not: it stands there at once where its part is here, as on the
/// server, else as soon as it has arrived.
#[component]
pub fn Within(
    /// The page.
    page: LazyPage,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    leptos::prefetch_lazy_fn_on_server(page.part);
    if let Some(drawn) = page.draw() {
        return drawn;
    }
    let arrived = RwSignal::new(None);
    spawn_local(async move {
        let answer = page.arrive().await;
        arrived.try_set(Some(answer.is_ok()));
    });
    let view = move || match arrived.get() {
        None => view! {
            <div class="bars" role="status">
                <span class="heard">"The page is on its way…"</span>
                <span class="skeleton" aria-hidden="true"></span>
                <span class="skeleton" aria-hidden="true"></span>
            </div>
        }
        .into_any(),
        Some(true) => page
            .draw()
            .unwrap_or_else(|| view! { <NotArrived page /> }.into_any()),
        Some(false) => view! { <NotArrived page /> }.into_any(),
    };
    view.into_any()
}

/// The page that is being waited for. The one before stands until then.
#[derive(Debug, Clone, Copy)]
pub struct Turn(RwSignal<Option<&'static str>>);

/// Puts it into context. Called once, by the app.
pub fn provide_turn() -> Turn {
    let turn = Turn(RwSignal::new(None));
    provide_context(turn);
    turn
}

fn use_turn() -> Turn {
    expect_context::<Turn>()
}

impl Turn {
    /// The first segment of the awaited page's path. Tracked.
    pub fn awaited(self) -> Option<&'static str> {
        self.0.get()
    }

    fn begin(self, segment: &'static str) {
        self.0.set(Some(segment));
    }

    fn end(self, segment: &'static str) {
        // The person may wait for another page by now.
        self.0
            .maybe_update(|awaited| awaited.take_if(|awaited| *awaited == segment).is_some());
    }
}

/// Says that the page is on its way: in the page, to a screen reader, and on the links that lead
/// there.
#[component]
pub fn OnItsWay() -> impl IntoView {
    let turn = use_turn();
    effect_after(move |before: Option<Option<&'static str>>| {
        let awaited = turn.awaited();
        if let Some(Some(before)) = before {
            mark_links(before, false);
        }
        if let Some(awaited) = awaited {
            mark_links(awaited, true);
        }
        awaited
    });
    view! {
        <div class="on-its-way" aria-live="polite">
            {move || turn.awaited().map(|_| view! { <p>"The page is on its way…"</p> })}
        </div>
    }
    .into_any()
}

/// Marks the links to a page, `a[data-awaited]`, or takes the mark away. Browser only.
fn mark_links(segment: &str, awaited: bool) {
    let links = document().links();
    for link in (0..links.length()).filter_map(|index| links.item(index)) {
        let address = link.get_attribute("href").unwrap_or_default();
        if address.starts_with('/') && leads_to(&address, segment) {
            // It fails for names that are no attribute names, and this is one.
            let _ = if awaited {
                link.set_attribute("data-awaited", "")
            } else {
                link.remove_attribute("data-awaited")
            };
        }
    }
}

/// Whether the first segment of `address`, a path with or without a query, is `segment`.
fn leads_to(address: &str, segment: &str) -> bool {
    let path = address.strip_prefix('/').unwrap_or(address);
    path.split(['/', '?', '#']).next() == Some(segment)
}

/// What stands in the place of a page that did not arrive.
#[component]
fn NotArrived(page: LazyPage) -> impl IntoView {
    let trying = RwSignal::new(false);
    let arrived = RwSignal::new(false);
    let again = move |_| {
        if trying.get_untracked() {
            return;
        }
        trying.set(true);
        spawn_local(async move {
            let answer = page.arrive().await;
            // The person may have gone elsewhere meanwhile, and then the signals are gone, too.
            trying.try_set(false);
            if answer.is_ok() && arrived.try_set(true).is_none() {
                set_timeout(go_to_heading, Duration::ZERO);
            }
        });
    };
    move || {
        let drawn = arrived.get().then(|| page.draw()).flatten();
        drawn.unwrap_or_else(|| {
            view! {
                <Title text="The page did not arrive" />
                <section class="narrow">
                    <h1>"The page did not arrive"</h1>
                    <p class="lead" role="alert">
                        "This page is loaded when it is first opened, and that did not succeed. \
                         The connection may be down, or the app was renewed meanwhile."
                    </p>
                    <p class="actions">
                        <button
                            type="button"
                            class="button"
                            aria-disabled=move || trying.get().then_some("true")
                            on:click=again
                        >
                            {move || if trying.get() { "Trying…" } else { "Try again" }}
                        </button>
                        <a class="button quiet" href="" rel="external">"Load everything again"</a>
                    </p>
                </section>
            }
            .into_any()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::leads_to;
    use crate::pages::{LAZY, admin, top};

    #[test]
    fn page_is_known_by_the_first_segment_of_its_path() {
        for path in [
            "/top",
            "/top/",
            "/top/artists",
            "/top?of=tracks",
            "/top#main",
        ] {
            assert!(top::PAGE.is_at(path), "{path}");
            assert!(!admin::PAGE.is_at(path), "{path}");
        }
        for path in ["/", "", "/topmost", "/stop", "//top", "/callback/top"] {
            assert!(!top::PAGE.is_at(path), "{path}");
        }
        assert!(leads_to("/admin", "admin"));
    }

    #[test]
    fn no_two_pages_begin_with_the_same_segment() {
        for page in LAZY {
            let same = LAZY
                .into_iter()
                .filter(|other| other.segment == page.segment);
            assert_eq!(same.count(), 1, "{}", page.segment);
        }
    }
}
