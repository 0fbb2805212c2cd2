//! What of the catalogue is the person's own, whom they follow and what they saved, as far as this page
//! knows; and what they want done with it.

mod ledger;

use leptos::prelude::*;
use leptos::reactive::owner::WeakOwner;
use leptos::task::spawn_local;
use spotify::Permission;
use spotify::ids::{Batch, Uri};

use crate::deed::Deed;
use crate::effect::{effect, effect_after};
use crate::error::ApiError;
use crate::paged::memory::Memory;
use crate::session::live::Session;
use ledger::Ledger;

/// A deed that waits for something: the person's permission, or another try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What the person wants.
    pub deed: Deed,
    /// Why it was not done when it was tried.
    pub trouble: Option<ApiError>,
}

/// What is the person's own. Copy it freely; all copies are the same shelf.
#[derive(Clone, Copy)]
pub struct Shelf {
    session: Session,
    wanted: RwSignal<Option<Wanted>>,
    /// What was let go last.
    gone: RwSignal<Option<Deed>>,
    /// Opened when a thing is first asked about: a page that shows none loads nothing for it.
    ledger: StoredValue<Option<Ledger>>,
    /// What the ledger lives as long as.
    app: StoredValue<Option<WeakOwner>>,
}

/// Puts the shelf into context. Called once, by the app.
pub fn provide_shelf(session: Session) -> Shelf {
    let shelf = Shelf {
        session,
        wanted: RwSignal::new(None),
        gone: RwSignal::new(None),
        ledger: StoredValue::new(None),
        app: StoredValue::new(Owner::current().map(|owner| owner.downgrade())),
    };
    provide_context(shelf);
    effect_after(move |before: Option<Present>| {
        let now = Present {
            person: session.person(),
            account: session.tie().account,
        };
        if let Some(before) = before {
            shelf.turn(&before, &now);
        }
        now
    });
    shelf
}

/// Who is known to be here, as far as it matters to what they wanted.
#[derive(PartialEq, Eq)]
struct Present {
    person: Option<String>,
    account: Option<String>,
}

/// The shelf of this page.
pub fn use_shelf() -> Shelf {
    expect_context::<Shelf>()
}

impl Shelf {
    /// Whether the person has it, where that is known. Tracked.
    pub fn has(self, uri: &Uri) -> Option<bool> {
        self.ledger().of(uri).kept.get()
    }

    /// Whether something is being done with it. Tracked.
    pub fn is_under_way(self, uri: &Uri) -> bool {
        self.ledger().of(uri).under_way.get()
    }

    /// The lists that were left. They are of who is here.
    pub fn lists(self) -> Memory {
        self.ledger().lists
    }

    fn ledger(self) -> Ledger {
        let opened = self.ledger.try_get_value().flatten();
        opened.unwrap_or_else(|| {
            let open = || Ledger::open(self.session);
            let app = self.app.try_get_value().flatten();
            let ledger = match app.and_then(|app| app.upgrade()) {
                Some(app) => app.with(open),
                None => open(),
            };
            self.ledger
                .try_update_value(|opened| *opened = Some(ledger));
            ledger
        })
    }

    /// The deed that waits, where there is one. Tracked.
    pub fn wanted(self) -> Option<Wanted> {
        self.wanted.get()
    }

    /// What was let go last, for as long as it can be taken back at once. Tracked.
    pub fn let_gone(self) -> Option<Deed> {
        self.gone.get()
    }

    /// It cannot be taken back at once any more.
    pub fn close(self) {
        self.gone.maybe_update(|gone| gone.take().is_some());
    }

    /// Lets the deed go that waits.
    pub fn let_go(self) {
        self.wanted.maybe_update(|wanted| wanted.take().is_some());
    }

    /// Does what the person pressed a button for, or has the page ask for what it wants first.
    /// Browser only.
    pub fn press(self, deed: Deed) {
        let allowed = untrack(|| self.session.holds(deed.permission()));
        if allowed {
            self.perform(deed, |_| {});
        } else {
            self.wanted.set(Some(Wanted {
                deed,
                trouble: None,
            }));
        }
    }

    /// Does it, unless something is being done with the same thing, and calls `then` with whether it
    /// is done. Browser only.
    pub fn perform(self, deed: Deed, then: impl FnOnce(bool) + 'static) {
        let ledger = self.ledger();
        let known = ledger.of(&deed.uri);
        if known.under_way.get_untracked() {
            return;
        }
        known.under_way.set(true);
        ledger.count(&deed.uri);
        self.session.note_deed();
        let account = move || untrack(|| self.session.account()).map(|account| account.id);
        let whose = account();
        spawn_local(async move {
            let answer = deed.perform(self.session).await;
            if account() != whose {
                return;
            }
            ledger.count(&deed.uri);
            self.session.note_deed();
            known.under_way.set(false);
            then(answer.is_ok());
            match answer {
                Ok(()) => {
                    self.let_go();
                    known.kept.set(Some(deed.keep));
                    self.gone.set((!deed.keep).then_some(deed));
                }
                Err(error) => {
                    self.wanted.set(Some(Wanted {
                        deed,
                        trouble: Some(error),
                    }));
                }
            }
        });
    }

    /// Finds out what of `uris` the person has, as far as they allowed it, and again when they allow
    /// more. Without an answer the page offers what it would offer anyway. Browser only.
    pub fn look(self, uris: Vec<Uri>) {
        let ledger = self.ledger();
        let uris = StoredValue::new(uris);
        for permission in [Permission::Following, Permission::Library] {
            effect(move || {
                // Another person is another question.
                let _ = self.session.tie();
                if !self.session.holds(permission) {
                    return;
                }
                let seen = uris.with_value(|uris| {
                    let seen = uris
                        .iter()
                        .filter(|uri| Permission::to_see(uri.kind) == permission);
                    seen.cloned().collect::<Vec<_>>()
                });
                for batch in Batch::cut(seen) {
                    spawn_local(ledger.learn(batch));
                }
            });
        }
    }

    /// Whether it is known of this thing whether the person has it. Untracked.
    pub fn knows(self, uri: &Uri) -> bool {
        self.ledger().of(uri).kept.get_untracked().is_some()
    }

    /// Takes up that somebody else is here. What the same person wanted stays theirs, whatever becomes
    /// of the connection: a deed that finds it gone is what the sheet is open for.
    fn turn(self, before: &Present, now: &Present) {
        if before.account != now.account {
            self.close();
        }
        if before.person.is_some() && before.person != now.person {
            self.let_go();
        }
    }
}
