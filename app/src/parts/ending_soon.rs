//! That a connection ends by itself before long.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::effect::effect;
use crate::page_life::browser_now;
use crate::parts::date::Day;
use crate::session::live::use_session;
use crate::sign_in::button::SignInButton;
use crate::sign_in::errand::Intent;
use crate::sign_in::words::SPOTIFY;

/// How long before the end it is told, in seconds.
const WARNED_S: i64 = 14 * 86_400;

/// How far the end of a grant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Far away, or not known.
    Far,
    /// It comes at this time, which is near.
    Near(i64),
    /// It was at this time.
    Past(i64),
}

impl End {
    /// How far `at` is at `now`, both in unix seconds.
    pub const fn of(at: i64, now: i64) -> Self {
        if at <= now {
            Self::Past(at)
        } else if at.saturating_sub(now) <= WARNED_S {
            Self::Near(at)
        } else {
            Self::Far
        }
    }
}

/// How far the end of the connection to Spotify is, once the page is live: what is drawn first depends
/// on no clock.
pub fn use_end() -> Memo<End> {
    let session = use_session();
    let now = RwSignal::new(None);
    effect(move || {
        // Every look at the session is a look at the clock.
        session.view();
        now.set(Some(browser_now()));
    });
    Memo::new(move |_| {
        let ends_at = session
            .view()
            .and_then(|view| view.connection(SPOTIFY)?.grant_ends_at);
        ends_at
            .zip(now.get())
            .map_or(End::Far, |(at, now)| End::of(at, now))
    })
}

crate::later_view! {
    /// As [`EndingSoon`], for a person who is signed in.
    pub fn ending_soon() in session, after ending_arrival {
        view! { <EndingSoon /> }.into_any()
    }
}

/// One quiet line at the head of every page, with the button that puts the end off. The permissions
/// page says it in its own place.
#[component]
pub fn EndingSoon() -> impl IntoView {
    let end = use_end();
    let path = use_location().pathname;
    let hidden = RwSignal::new(false);
    let elsewhere = Memo::new(move |_| {
        path.with(|path| path == "/permissions" || path.starts_with("/callback/"))
    });
    move || match end.get() {
        End::Near(at) if !hidden.get() && !elsewhere.get() => view! {
            <aside class="notice ending-soon" aria-label="A connection ends soon">
                <p>"Spotify ends the connection on " <Day at /> ", six months after you agreed."</p>
                <Renew />
                <button
                    type="button"
                    class="icon-button"
                    aria-label="Not now"
                    on:click=move |_| hidden.set(true)
                >
                    <span aria-hidden="true">"×"</span>
                </button>
            </aside>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

/// A button that makes the connection anew, with all that it may do now.
#[component]
pub fn Renew() -> impl IntoView {
    let session = use_session();
    session.provider(SPOTIFY).map(|provider| {
        let permissions = session.had(SPOTIFY);
        view! {
            <SignInButton
                provider
                label="Renew it now"
                intent=Intent::Grant
                permissions
                quiet=true
            />
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{End, WARNED_S};

    #[test]
    fn end_is_told_from_fourteen_days_before() {
        let at = 100 * 86_400;
        assert_eq!(End::of(at, at - WARNED_S - 1), End::Far);
        assert_eq!(End::of(at, at - WARNED_S), End::Near(at));
        assert_eq!(End::of(at, at - 1), End::Near(at));
        assert_eq!(End::of(at, at), End::Past(at));
    }
}
