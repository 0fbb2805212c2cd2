//! What of the catalogue is the person's own, whom they follow and what they saved, as far as this page
//! knows; and what they want done with it.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use spotify::ids::{Batch, Uri, UriKind};
use spotify::model::Contained;
use spotify::{Permission, Request};

use crate::deed::{Deed, is_of_older_kind};
use crate::error::ApiError;
use crate::music::send;
use crate::session::live::Session;

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
    /// One for each thing that was ever asked about, so that what is learnt of one stirs no other: a list
    /// may show thousands.
    known: StoredValue<HashMap<Uri, Known>>,
    wanted: RwSignal<Option<Wanted>>,
    /// What was let go last.
    gone: RwSignal<Option<Deed>>,
    /// Counts the people and the connections before. What was asked by one of them counts for no
    /// other.
    whose: StoredValue<u32>,
    /// Counts, for each thing, the beginnings and the ends of deeds. What was asked before one of
    /// them may not know of it.
    deeds: StoredValue<HashMap<Uri, u32>>,
}

/// What is known of one thing.
#[derive(Clone)]
struct Known {
    /// Whether the person has it, where that is known.
    kept: ArcRwSignal<Option<bool>>,
    /// Whether something is being done with it.
    under_way: ArcRwSignal<bool>,
}

impl Known {
    fn nothing() -> Self {
        Self {
            kept: ArcRwSignal::new(None),
            under_way: ArcRwSignal::new(false),
        }
    }
}

/// Puts the shelf into context. Called once, by the app.
pub fn provide_shelf(session: Session) -> Shelf {
    let shelf = Shelf {
        session,
        known: StoredValue::new(HashMap::new()),
        wanted: RwSignal::new(None),
        gone: RwSignal::new(None),
        whose: StoredValue::new(0),
        deeds: StoredValue::new(HashMap::new()),
    };
    provide_context(shelf);
    Effect::new(move |before: Option<Present>| {
        let tie = session.tie();
        let now = Present {
            person: session.person(),
            account: tie.account,
            connected: tie.granted_at.is_some(),
        };
        if let Some(before) = before {
            shelf.turn(&before, &now);
        }
        now
    });
    shelf
}

/// Who is known to be here, as far as it matters to what is on the shelf.
#[derive(PartialEq, Eq)]
struct Present {
    person: Option<String>,
    account: Option<String>,
    connected: bool,
}

/// The shelf of this page.
pub fn use_shelf() -> Shelf {
    expect_context::<Shelf>()
}

impl Shelf {
    /// Whether the person has it, where that is known. Tracked.
    pub fn has(self, uri: &Uri) -> Option<bool> {
        self.known(uri).kept.get()
    }

    /// Whether something is being done with it. Tracked.
    pub fn is_under_way(self, uri: &Uri) -> bool {
        self.known(uri).under_way.get()
    }

    fn known(self, uri: &Uri) -> Known {
        let known = |all: &mut HashMap<Uri, Known>| match all.get(uri) {
            Some(known) => known.clone(),
            None => all
                .entry(uri.clone())
                .or_insert_with(Known::nothing)
                .clone(),
        };
        self.known
            .try_update_value(known)
            .unwrap_or_else(Known::nothing)
    }

    fn all_known(self) -> Vec<Known> {
        self.known.with_value(|all| all.values().cloned().collect())
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
        let known = self.known(&deed.uri);
        if known.under_way.get_untracked() {
            return;
        }
        known.under_way.set(true);
        self.count(&deed.uri);
        let account = move || untrack(|| self.session.account()).map(|account| account.id);
        let whose = account();
        spawn_local(async move {
            let answer = deed.perform(self.session).await;
            if account() != whose {
                return;
            }
            self.count(&deed.uri);
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
        let uris = StoredValue::new(uris);
        for permission in [Permission::Following, Permission::Library] {
            Effect::new(move |_| {
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
                    spawn_local(self.learn(batch));
                }
            });
        }
    }

    async fn learn(self, batch: Batch<Uri>) {
        let whose = self.whose.get_value();
        let deeds = |uri: &Uri| self.deeds.with_value(|deeds| deeds.get(uri).copied());
        let before: Vec<_> = batch.as_slice().iter().map(deeds).collect();
        let contained = match contains(self.session, &batch).await {
            Ok(contained) => contained,
            Err(error) => {
                // Apps of older kinds are asked about one kind of thing at a time.
                let kinds = [UriKind::Artist, UriKind::Album, UriKind::Track].map(|kind| {
                    let all = batch.as_slice().iter();
                    all.filter(|uri| uri.kind == kind)
                        .cloned()
                        .collect::<Vec<_>>()
                });
                if is_of_older_kind(&error) && kinds.iter().filter(|of| !of.is_empty()).count() > 1
                {
                    for batch in kinds.into_iter().flat_map(Batch::cut) {
                        spawn_local(Box::pin(self.learn(batch)));
                    }
                }
                return;
            }
        };
        if self.whose.try_get_value() != Some(whose) {
            return;
        }
        let answers = batch.as_slice().iter().zip(contained.iter());
        for ((uri, has), before) in answers.zip(before) {
            // What was pressed meanwhile is known better.
            if has.is_some() && deeds(uri) == before {
                self.known(uri).kept.set(has);
            }
        }
    }

    /// Counts the beginning or the end of a deed.
    fn count(self, uri: &Uri) {
        self.deeds.update_value(|deeds| {
            let count = deeds.entry(uri.clone()).or_default();
            *count = count.wrapping_add(1);
        });
    }

    /// Takes up that somebody else is here, or the same person with another connection. What they
    /// wanted stays theirs: a deed that finds the connection gone is what the sheet is open for.
    fn turn(self, before: &Present, now: &Present) {
        if before != now {
            self.forget();
        }
        if before.account != now.account {
            self.close();
            for known in self.all_known() {
                known.under_way.maybe_update(std::mem::take);
            }
        }
        if before.person.is_some() && before.person != now.person {
            self.let_go();
        }
    }

    /// Forgets what was learnt.
    fn forget(self) {
        self.whose
            .update_value(|whose| *whose = whose.wrapping_add(1));
        for known in self.all_known() {
            known.kept.maybe_update(|kept| kept.take().is_some());
        }
    }
}

/// Asks whether the library holds these things, which are all of one kind of permission.
async fn contains(session: Session, batch: &Batch<Uri>) -> Result<Contained, ApiError> {
    let answer = send(session, &Request::contains(batch), None).await;
    match answer {
        Err(error) if is_of_older_kind(&error) => {
            let mut kinds = batch.as_slice().iter().map(|uri| uri.kind);
            let ids = batch.as_slice().iter().map(|uri| uri.id.clone());
            let ids = Batch::cut(ids).into_iter().next();
            let kind = kinds
                .next()
                .filter(|kind| kinds.all(|other| other == *kind));
            match kind
                .zip(ids)
                .map(|(kind, ids)| Request::contains_older(kind, &ids))
            {
                Some(Some(older)) => send(session, &older, None).await,
                _ => Err(error),
            }
        }
        answer => answer,
    }
}
