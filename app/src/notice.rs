//! One sentence at the head of the page about what just happened.

use std::borrow::Cow;

use leptos::prelude::*;

use crate::page_life::{focus_soon, is_web_address};
use crate::session::live::use_session;
use crate::sign_in::button::SignInButton;
use crate::sign_in::errand::Away;

/// The id of the notice in the page.
const ID: &str = "notice";

/// What is said, and the ways on where there are any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whole sentences.
    pub text: String,
    /// Words and address of each link to another site.
    pub links: Vec<(String, String)>,
    /// An errand that came to nothing because the person was somebody else there: a button goes for
    /// it again, and lets them choose.
    pub again: Option<Away>,
}

impl Notice {
    /// A notice without links.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            links: Vec::new(),
            again: None,
        }
    }

    /// The same notice with a button that goes for `away` once more.
    #[must_use]
    pub fn again(mut self, away: Away) -> Self {
        self.again = Some(away);
        self
    }

    /// The same notice with one more link.
    #[must_use]
    pub fn link(mut self, words: impl Into<String>, address: String) -> Self {
        self.links.push((words.into(), address));
        self
    }
}

/// The place where a notice is put. There is one at a time, and it stays on one page.
#[derive(Debug, Clone, Copy)]
pub struct NoticeBoard(RwSignal<Option<(Cow<'static, str>, Notice)>>);

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
        self.0.set(Some((Cow::Borrowed(path), notice)));
    }

    /// Says `notice` on the page at a path that was read.
    pub fn put_at(self, path: &str, notice: Notice) {
        self.0.set(Some((Cow::Owned(path.to_owned()), notice)));
    }

    /// Says `notice` on the page at `path` and puts the keyboard there: what the person pressed is
    /// gone from the page. Browser only.
    pub fn put_and_go(self, path: &'static str, notice: Notice) {
        self.put(path, notice);
        focus_soon(|| document().get_element_by_id(ID));
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

/// The links of a notice, each after a space. What is no address on the web is left out.
#[component]
pub fn NoticeLinks(
    /// Words and addresses.
    links: Vec<(String, String)>,
) -> impl IntoView {
    let shown = links
        .into_iter()
        .filter(|(_, address)| is_web_address(address));
    shown
        .map(|(words, address)| {
            view! {
                " "
                <a href=address rel="external noreferrer">{words}</a>
            }
        })
        .collect_view()
}

/// Goes for an errand once more, as another person there; for whom it was begun alone.
#[component]
fn Again(away: Away) -> impl IntoView {
    let session = use_session();
    let whose = away.account.clone();
    // What one person wanted is no button of the next.
    let theirs = Memo::new(move |_| {
        let account = session.account().map(|account| account.id);
        account.is_some() && account == whose
    });
    move || {
        let away = away.clone();
        let provider = session.provider(&away.provider);
        provider.filter(|_| theirs.get()).map(|provider| {
            let label = format!("Choose another {} account", provider.label);
            view! {
                <SignInButton
                    provider
                    label
                    intent=away.intent
                    permissions=away.permissions
                    deed=away.deed
                    switch_account=true
                    quiet=true
                />
            }
        })
    }
}

/// Where the notice is shown and read out. It is on every page, empty or not, because a screen
/// reader only hears what changes in a region that was there before.
#[component]
pub fn NoticeBar() -> impl IntoView {
    let board = use_notice();
    view! {
        <div class="notice-place" role="status" aria-live="polite">
            {move || board.0.get().map(|(_, notice)| shown(notice))}
        </div>
    }
    .into_any()
}

crate::later_view! {
    fn shown(notice: Notice) in session {
        let board = use_notice();
        view! {
            <div class="notice" id=ID tabindex="-1">
                <p>
                    {notice.text}
                    <NoticeLinks links=notice.links />
                </p>
                {notice.again.map(|away| view! { <Again away /> })}
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
        .into_any()
    }
}
