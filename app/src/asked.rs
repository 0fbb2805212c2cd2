//! What a page asks this app's own server for once it is live: lists and overviews that the session
//! does not tell.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::effect::effect;
use crate::error::{ApiError, Code};
use crate::music::Loading;
use crate::session::fresh::ask;
use crate::session::live::use_session;

/// An answer of the server, and the way to ask again.
pub struct Asked<T: Send + Sync + 'static> {
    state: RwSignal<Loading<T>>,
    again: RwSignal<u32>,
    /// Counts questions and news. An answer counts only if nothing was learnt since its question.
    learnt: StoredValue<u32>,
}

impl<T: Send + Sync + 'static> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Asked<T> {}

impl<T: Clone + Send + Sync + 'static> Asked<T> {
    /// What is known now. Tracked.
    pub fn get(self) -> Loading<T> {
        self.state.get()
    }

    /// Takes up what the server told in another answer.
    pub fn put(self, value: T) {
        self.learn();
        self.state.try_set(Loading::Ready(value));
    }

    /// Asks again, as a *Try again* button does.
    pub fn retry(self) -> Callback<()> {
        let again = self.again;
        Callback::new(move |()| again.update(|count| *count = count.wrapping_add(1)))
    }

    fn learn(self) -> u32 {
        self.learnt
            .try_update_value(|count| {
                *count = count.wrapping_add(1);
                *count
            })
            .unwrap_or_default()
    }
}

/// Asks `question` in the browser, and again when [`Asked::retry`] says so. The server renders the
/// page without the answer. An answer that says *signed out* makes the session ask for itself.
pub fn use_asked<T, F>(question: impl Fn() -> F + 'static) -> Asked<T>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, ApiError>> + 'static,
{
    let session = use_session();
    let asked = Asked {
        state: RwSignal::new(Loading::Pending),
        again: RwSignal::new(0),
        learnt: StoredValue::new(0),
    };
    effect(move || {
        asked.again.track();
        asked.state.set(Loading::Pending);
        let turn = asked.learn();
        let question = question();
        spawn_local(async move {
            let answer = question.await;
            if asked.learnt.try_get_value() != Some(turn) {
                return;
            }
            if answer
                .as_ref()
                .is_err_and(|error| error.code == Code::SignedOut)
            {
                ask(session);
            }
            asked
                .state
                .try_set(answer.map_or_else(Loading::Failed, Loading::Ready));
        });
    });
    asked
}
