//! The session as the page knows it now: one context, read by every component.

use leptos::prelude::*;

use crate::api;
use crate::error::ApiError;
use crate::session::{AccountView, Boot, ProviderView, SessionLife, SessionView};
use crate::sign_in::words::labels;

/// What this page knows about the session, as signals.
///
/// Copy it freely; all copies are the same session. It is there from the first render, on the
/// server and in the browser alike, so no component waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    view: RwSignal<Option<SessionView>>,
    trouble: RwSignal<Option<ApiError>>,
    providers: StoredValue<Vec<ProviderView>>,
    life: SessionLife,
    /// Whether the page that was loaded should ask for itself.
    ask: bool,
    /// Counts what was learnt. An answer counts only if nothing was learnt since its request.
    learnt: StoredValue<u32>,
    signed_in: Memo<Option<bool>>,
    account: Memo<Option<AccountView>>,
}

/// Puts the session of `boot` into context. Called once, by the app.
pub fn provide_session(boot: Boot) -> Session {
    let ask = boot.ask || boot.session.is_none();
    let view = RwSignal::new(boot.session);
    let session = Session {
        view,
        trouble: RwSignal::new(None),
        providers: StoredValue::new(boot.providers),
        life: boot.session_life,
        ask,
        learnt: StoredValue::new(0),
        signed_in: Memo::new(move |_| view.with(|view| view.as_ref().map(|view| view.signed_in))),
        account: Memo::new(move |_| view.with(|view| view.as_ref()?.account.clone())),
    };
    provide_context(session);
    session
}

/// The session of this page.
pub fn use_session() -> Session {
    expect_context::<Session>()
}

impl Session {
    /// All that is known, or `None` while it is not yet known. Tracked.
    pub fn view(self) -> Option<SessionView> {
        self.view.get()
    }

    /// All that is known, without following it.
    pub fn view_untracked(self) -> Option<SessionView> {
        self.view.get_untracked()
    }

    /// Whether somebody is signed in, or `None` while it is not yet known. Tracked, and quiet when
    /// something else about the session changes.
    pub fn signed_in(self) -> Option<bool> {
        self.signed_in.get()
    }

    /// Who is signed in. Tracked, and quiet when something else about the session changes.
    pub fn account(self) -> Option<AccountView> {
        self.account.get()
    }

    /// Why it is still not known, if asking failed. Tracked.
    pub fn trouble(self) -> Option<ApiError> {
        self.trouble.get()
    }

    /// Whether the server wants to be asked as soon as the page is live: it could not tell who it
    /// is, or the visit should keep the session going.
    pub fn wants_asking(self) -> bool {
        self.ask
    }

    /// How long a session lives here.
    pub fn life(self) -> SessionLife {
        self.life
    }

    /// The providers one can sign in with here.
    pub fn providers(self) -> Vec<ProviderView> {
        self.providers.get_value()
    }

    /// The provider with this id, where it is on offer here.
    pub fn provider(self, id: &str) -> Option<ProviderView> {
        self.providers
            .with_value(|all| all.iter().find(|provider| provider.id == id).cloned())
    }

    /// What follows from the labels of the providers on offer, such as a sentence.
    pub fn with_labels<T>(self, words: impl FnOnce(&[&str]) -> T) -> T {
        self.providers.with_value(|all| words(&labels(all)))
    }

    /// The name a person knows the provider with this id by, or the id itself where it is not on
    /// offer any more.
    pub fn label(self, id: &str) -> String {
        self.provider(id)
            .map_or_else(|| id.to_owned(), |provider| provider.label)
    }

    /// Whether the account has an identity of `provider`. Tracked.
    pub fn has_identity(self, provider: &str) -> bool {
        self.view.with(|view| {
            view.as_ref().is_some_and(|view| {
                view.identities
                    .iter()
                    .any(|identity| identity.provider == provider)
            })
        })
    }

    /// Takes up what the server told.
    pub fn put(self, view: SessionView) {
        self.learn(Some(view));
    }

    /// Takes up that nobody is signed in any more. Everything personal leaves the page with it.
    pub fn end(self) {
        self.learn(Some(SessionView::default()));
    }

    /// Takes back what is known: the page waits until it is asked again.
    pub fn forget(self) {
        self.learn(None);
    }

    /// Asks the server who is signed in and takes up the answer, unless something newer was learnt
    /// while the request was on its way.
    ///
    /// # Errors
    /// As [`api::session`]; what was known stays, and [`Session::trouble`] tells where nothing was.
    pub async fn ask(self) -> Result<SessionView, ApiError> {
        let before = self.learnt.get_value();
        let answer = api::session().await;
        match (&answer, self.learnt.get_value() == before) {
            (Ok(view), true) => self.put(view.clone()),
            (Ok(_), false) => {}
            (Err(error), _) => self.trouble.set(Some(error.clone())),
        }
        answer
    }

    fn learn(self, view: Option<SessionView>) {
        self.learnt
            .update_value(|count| *count = count.wrapping_add(1));
        self.trouble
            .maybe_update(|trouble| trouble.take().is_some());
        self.view.maybe_update(|known| {
            let new = *known != view;
            *known = view;
            new
        });
    }
}
