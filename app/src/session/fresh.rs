//! Keeps the session true while the page is open: other tabs, other windows, the Back button.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::reactive::owner::WeakOwner;
use leptos::task::spawn_local;

use crate::effect::{effect, effect_after};
use crate::error::ApiError;
use crate::notice::NoticeBoard;
use crate::page_life::on_restored;
use crate::session::live::Session;
use crate::session::renewal::renew_when_due;
use crate::shelf::Shelf;
use crate::sign_in::verifiers;
use crate::tabs::{self, News};

/// The least time between two questions that coming back to the window causes, in milliseconds.
const QUIET_MS: f64 = 5_000.0;

/// How long until it is tried again to have the part come that keeps the session true.
const AGAIN: Duration = Duration::from_secs(5);

/// Has the session kept true from the moment on when the page is live and the part for it is here: as
/// [`keep_fresh`], in the component that calls this.
pub fn follow(session: Session, shelf: Shelf, notice: NoticeBoard, asks_itself: bool) {
    let owner = StoredValue::new(Owner::current().map(|owner| owner.downgrade()));
    effect(move || begin(session, shelf, notice, asks_itself, owner));
}

fn begin(session: Session, shelf: Shelf, notice: NoticeBoard, asks_itself: bool, owner: Place) {
    spawn_local(async move {
        if kept(session, shelf, notice, asks_itself, owner)
            .await
            .is_err()
        {
            set_timeout(
                move || begin(session, shelf, notice, asks_itself, owner),
                AGAIN,
            );
        }
    });
}

/// Whose effects are made.
type Place = StoredValue<Option<WeakOwner>>;

crate::later! {
    async fn kept(session: Session, shelf: Shelf, notice: NoticeBoard, asks_itself: bool, owner: Place) -> Result<(), ApiError> in session {
        // The component may be gone by now.
        let owner = owner.try_get_value().flatten();
        if let Some(owner) = owner.and_then(|owner| owner.upgrade()) {
            owner.with(|| keep_fresh(session, shelf, notice, asks_itself));
        }
        Ok(())
    }
}

/// Asks for the session where the page came without it or says so, and again whenever it may have
/// changed.
///
/// `asks_itself` says that the page shown first finds out by its own means, as the callback does:
/// its answer would race with ours.
pub fn keep_fresh(session: Session, shelf: Shelf, notice: NoticeBoard, asks_itself: bool) {
    effect(move || {
        if session.wants_asking() && !asks_itself {
            ask(session);
        }
    });
    effect(move || {
        tabs::listen(move |news| match news {
            // What another tab ended is over here at once, whether or not the server can be asked.
            News::SignedOut => {
                session.end();
                shelf.let_go();
                notice.clear();
                verifiers::forget_everything();
            }
            News::SignedIn(account) => {
                // Nothing of one person stays on the screen of another, not even while the server
                // is asked.
                if untrack(|| session.account()).is_some_and(|known| known.id != account) {
                    session.forget();
                    notice.clear();
                }
                ask(session);
            }
            News::Changed => ask(session),
            News::Ended(provider) => _ = session.note_ended(&provider),
        });
    });
    // Not every switch is told by another tab: the Back button and an answer of the server tell of
    // one, too.
    effect_after(move |before: Option<Option<String>>| {
        let person = session.person();
        if before
            .flatten()
            .is_some_and(|before| person != Some(before))
        {
            notice.clear();
            verifiers::forget_everything();
        }
        person
    });
    effect(move || ask_on_return(session));
    renew_when_due(session);
    on_restored(move || {
        // The page comes back as it was when it was left, which may have been another person's.
        session.forget();
        notice.clear();
        ask(session);
    });
}

/// Asks when the person comes back to the window or the network does.
fn ask_on_return(session: Session) {
    // The events carry their own time, so no clock is read.
    let last = Rc::new(Cell::new(0.0));
    let due = {
        let last = Rc::clone(&last);
        move |event: &web_sys::Event| {
            let now = event.time_stamp();
            let due = now - last.get() >= QUIET_MS;
            if due {
                last.set(now);
            }
            due
        }
    };
    let focus = window_event_listener(ev::focus, {
        let due = due.clone();
        move |event| {
            if due(&event) {
                ask(session);
            }
        }
    });
    // It fires at the document and bubbles to the window.
    let visible = window_event_listener(ev::visibilitychange, move |event| {
        let visible = document().visibility_state() == web_sys::VisibilityState::Visible;
        if visible && due(&event) {
            ask(session);
        }
    });
    let online = window_event_listener(ev::online, move |_| ask(session));
    on_cleanup(move || {
        focus.remove();
        visible.remove();
        online.remove();
    });
}

/// Asks in the background. A failure is kept where pages can show it.
pub fn ask(session: Session) {
    spawn_local(async move {
        // `ask` has taken note of the failure.
        let _ = session.ask().await;
    });
}
