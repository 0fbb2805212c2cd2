//! One thing a person does in a section of the page, and what comes of it.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::{ev, html};

use crate::error::{ApiError, Code};
use crate::notice::{Notice, NoticeLinks};
use crate::page_life::focus_soon;
use crate::parts::error_view::ErrorView;
use crate::session::fresh::ask;
use crate::session::live::{Session, use_session};

/// The deeds of one section. There is one under way at a time, and the words about the last one
/// stand in its [`Outcome`].
#[derive(Clone, Copy)]
pub struct Act {
    session: Session,
    under_way: RwSignal<Option<String>>,
    came: RwSignal<Option<Result<Notice, ApiError>>>,
    place: NodeRef<html::Div>,
}

/// The deeds of the section that calls it. Nothing has been done yet.
pub fn use_act() -> Act {
    Act {
        session: use_session(),
        under_way: RwSignal::new(None),
        came: RwSignal::new(None),
        place: NodeRef::new(),
    }
}

impl Act {
    /// Whether the deed of this name is under way. Tracked.
    pub fn is_under_way(self, name: &str) -> bool {
        self.under_way
            .with(|under_way| under_way.as_deref() == Some(name))
    }

    /// Whether any deed is under way. Tracked.
    pub fn is_busy(self) -> bool {
        self.under_way.with(Option::is_some)
    }

    /// Forgets what the last deed came to.
    pub fn hush(self) {
        self.came.maybe_update(|came| came.take().is_some());
    }

    /// Does `deed`, unless one is under way. `then` takes up its answer and says what came of it;
    /// the words get the focus, for what was pressed is often gone by then.
    pub fn run<T: 'static>(
        self,
        name: &str,
        deed: impl Future<Output = Result<T, ApiError>> + 'static,
        then: impl FnOnce(T) -> Option<Notice> + 'static,
    ) {
        if self.under_way.with_untracked(Option::is_some) {
            return;
        }
        self.under_way.set(Some(name.to_owned()));
        self.hush();
        spawn_local(async move {
            let answer = deed.await;
            self.under_way.try_set(None);
            let came = match answer {
                Ok(value) => then(value).map(Ok),
                Err(error) => {
                    // The whole page learns of it.
                    if error.code == Code::SignedOut {
                        ask(self.session);
                    }
                    Some(Err(error))
                }
            };
            if came.is_some() && self.came.try_set(came).is_none() {
                let place = self.place;
                focus_soon(move || place.try_get_untracked().flatten().map(Into::into));
            }
        });
    }
}

/// Where a section says what came of a deed. It is there from the first, empty, because a screen
/// reader only hears what changes in a region that was there before.
#[component]
pub fn Outcome(
    /// The deeds it speaks of.
    act: Act,
) -> impl IntoView {
    view! {
        <div class="outcome" role="status" tabindex="-1" node_ref=act.place>
            {move || act.came.get().map(|came| match came {
                Ok(notice) => view! {
                    <p class="said">{notice.text}<NoticeLinks links=notice.links /></p>
                }
                .into_any(),
                Err(error) => view! { <ErrorView problem=error /> }.into_any(),
            })}
        </div>
    }
    .into_any()
}

/// A button for a deed: busy while it is under way.
#[component]
pub fn ActButton(
    /// The deeds of the section.
    act: Act,
    /// The name of the deed.
    #[prop(into)]
    name: String,
    /// The words on it.
    #[prop(into)]
    words: String,
    /// What else a screen reader hears, to tell it from others with the same words.
    #[prop(optional, into)]
    heard: Option<String>,
    /// Draws it as one that cannot be taken back.
    #[prop(optional)]
    grave: bool,
    /// Draws it quieter than the one thing to do.
    #[prop(optional)]
    quiet: bool,
    /// What it does.
    press: Callback<()>,
) -> impl IntoView {
    let busy = move || act.is_under_way(&name).then_some("true");
    let label = heard.map(|heard| format!("{words} {heard}"));
    view! {
        <button
            type="button"
            class="button small"
            class:grave=grave
            class:quiet=quiet
            aria-label=label
            aria-disabled=busy.clone()
            aria-busy=busy
            on:click=move |_: ev::MouseEvent| press.run(())
        >
            {words}
        </button>
    }
    .into_any()
}

/// A button that asks once more, in the page, before a deed is done. What it means stands there
/// then, and the focus is on it.
#[component]
pub fn Confirmed(
    /// The deeds of the section.
    act: Act,
    /// The name of the deed.
    #[prop(into)]
    name: String,
    /// The words on the first button.
    #[prop(into)]
    words: String,
    /// The name of the first button for a screen reader, which begins with its words.
    #[prop(into)]
    heard: String,
    /// The words on the second button.
    #[prop(into)]
    sure: String,
    /// What the deed means.
    #[prop(into)]
    meaning: String,
    /// What it does.
    press: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let question = NodeRef::<html::P>::new();
    let first = NodeRef::<html::Button>::new();
    let ask_first = move |_| {
        act.hush();
        open.set(true);
        focus_soon(move || question.try_get_untracked().flatten().map(Into::into));
    };
    let back = move || {
        open.set(false);
        focus_soon(move || first.try_get_untracked().flatten().map(Into::into));
    };
    move || {
        if open.get() {
            view! {
                <div
                    class="confirm"
                    role="group"
                    aria-label=heard.clone()
                    on:keydown=move |event| if event.key() == "Escape" { back() }
                >
                    <p tabindex="-1" node_ref=question>{meaning.clone()}</p>
                    <div class="actions">
                        <ActButton act name=name.clone() words=sure.clone() grave=true press />
                        <button type="button" class="button small quiet" on:click=move |_| back()>
                            "Not now"
                        </button>
                    </div>
                </div>
            }
            .into_any()
        } else {
            view! {
                <button
                    type="button"
                    class="button small quiet"
                    aria-label=heard.clone()
                    node_ref=first
                    on:click=ask_first
                >
                    {words.clone()}
                </button>
            }
            .into_any()
        }
    }
}
