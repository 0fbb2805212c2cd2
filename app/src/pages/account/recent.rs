//! Whether the sign-in of this session is recent enough for what cannot be taken back lightly.

use std::time::Duration;

use leptos::prelude::*;

use crate::page_life::browser_now;
use crate::session::live::use_session;
use crate::sign_in::button::SignInAgain;

/// How often the page looks whether the time has passed.
const LOOK: Duration = Duration::from_secs(15);

/// Says that linking, unlinking and deleting want a recent sign-in, and offers one once the last one
/// is too old.
///
/// The server has the last word: the browser's clock may be wrong, so nothing is locked by it.
#[component]
pub fn Recent() -> impl IntoView {
    let session = use_session();
    let until = Memo::new(move |_| session.view().and_then(|view| view.recent_until));
    // Not known before the page is live: the server does not know the browser's clock.
    let now = RwSignal::new(None::<i64>);
    Effect::new(move |_| {
        now.set(Some(browser_now()));
        if let Ok(timer) =
            set_interval_with_handle(move || _ = now.try_set(Some(browser_now())), LOOK)
        {
            on_cleanup(move || timer.clear());
        }
    });
    let past = Memo::new(move |_| now.get().is_some_and(|now| is_past(until.get(), now)));
    view! {
        <div class="recent" role="status">
            {move || past.get().then(|| view! {
                <div class="problem calm">
                    <p class="problem-sentence">
                        "Your last sign-in here is more than ten minutes ago."
                    </p>
                    <p>
                        "To link, unlink or delete, sign in again first. You come back to this page."
                    </p>
                    <SignInAgain />
                </div>
            })}
        </div>
    }
    .into_any()
}

/// Without a time there is no recent sign-in.
fn is_past(until: Option<i64>, now: i64) -> bool {
    until.is_none_or(|until| until <= now)
}

#[cfg(test)]
mod tests {
    use super::is_past;

    #[test]
    fn sign_in_is_recent_until_its_time() {
        assert!(!is_past(Some(100), 99));
        assert!(is_past(Some(100), 100));
        assert!(is_past(None, 0));
    }
}
