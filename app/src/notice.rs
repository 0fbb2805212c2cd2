//! One sentence at the head of the page about what just happened.

use leptos::prelude::*;

use crate::page_life::is_web_address;

/// What is said, and a way on where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whole sentences.
    pub text: String,
    /// Words and address of a link to another site.
    pub link: Option<(&'static str, String)>,
}

/// The place where a notice is put. There is one at a time, and it stays on one page.
#[derive(Debug, Clone, Copy)]
pub struct NoticeBoard(RwSignal<Option<(&'static str, Notice)>>);

/// Puts the board into context. Called once, by the app.
pub fn provide_notice() -> NoticeBoard {
    let board = NoticeBoard(RwSignal::new(None));
    provide_context(board);
    board
}

/// The board of this page.
pub fn use_notice() -> NoticeBoard {
    expect_context::<NoticeBoard>()
}

impl NoticeBoard {
    /// Says `notice` on the page at `path`, in the place of what was said before.
    pub fn put(self, path: &'static str, notice: Notice) {
        self.0.set(Some((path, notice)));
    }

    /// Says nothing any more.
    pub fn clear(self) {
        self.0.maybe_update(|notice| notice.take().is_some());
    }

    /// Takes down what was for another page than the one at `path`.
    pub fn turn_to(self, path: &str) {
        self.0
            .maybe_update(|notice| notice.take_if(|(page, _)| *page != path).is_some());
    }
}

/// Where the notice is shown and read out. It is on every page, empty or not, because a screen
/// reader only hears what changes in a region that was there before.
#[component]
pub fn NoticeBar() -> impl IntoView {
    let board = use_notice();
    view! {
        <div class="notice-place" role="status" aria-live="polite">
            {move || board.0.get().map(|(_, notice)| {
                let link = notice.link.filter(|(_, address)| is_web_address(address));
                view! {
                    <div class="notice">
                        <p>
                            {notice.text}
                            {link.map(|(words, address)| view! {
                                " "
                                <a href=address rel="external noreferrer">{words}</a>
                            })}
                        </p>
                        <button
                            type="button"
                            class="icon-button"
                            aria-label="Dismiss"
                            on:click=move |_| board.clear()
                        >
                            <span aria-hidden="true">"×"</span>
                        </button>
                    </div>
                }
            })}
        </div>
    }
    .into_any()
}
