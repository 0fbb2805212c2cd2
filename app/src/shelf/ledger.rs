//! What is known of each thing: whether the person has it, and whether something is being done with it.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use spotify::Request;
use spotify::ids::{Batch, Uri, UriKind};
use spotify::model::Contained;

use crate::deed::is_of_older_kind;
use crate::effect::effect_after;
use crate::error::ApiError;
use crate::music::send;
use crate::paged::memory::Memory;
use crate::session::live::Session;

/// What is known of all things that were ever asked about.
#[derive(Clone, Copy)]
pub(super) struct Ledger {
    session: Session,
    /// One for each thing, so that what is learnt of one stirs no other: a list may show thousands.
    known: StoredValue<HashMap<Uri, Known>>,
    /// Counts the people and the connections before. What was asked by one of them counts for no
    /// other.
    whose: StoredValue<u32>,
    /// Counts, for each thing, the beginnings and the ends of deeds. What was asked before one of
    /// them may not know of it.
    deeds: StoredValue<HashMap<Uri, u32>>,
    /// The lists that were left.
    pub(super) lists: Memory,
}

/// What is known of one thing.
#[derive(Clone)]
pub(super) struct Known {
    /// Whether the person has it, where that is known.
    pub(super) kept: ArcRwSignal<Option<bool>>,
    /// Whether something is being done with it.
    pub(super) under_way: ArcRwSignal<bool>,
}

impl Known {
    fn nothing() -> Self {
        Self {
            kept: ArcRwSignal::new(None),
            under_way: ArcRwSignal::new(false),
        }
    }
}

impl Ledger {
    /// An empty one, which follows who is here.
    pub(super) fn open(session: Session) -> Self {
        let ledger = Self {
            session,
            known: StoredValue::new(HashMap::new()),
            whose: StoredValue::new(0),
            deeds: StoredValue::new(HashMap::new()),
            lists: Memory::empty(),
        };
        effect_after(
            move |before: Option<(Option<String>, bool, Option<String>)>| {
                let tie = session.tie();
                let now = (tie.account, tie.granted_at.is_some(), session.person());
                if let Some(before) = before {
                    if before != now {
                        ledger.forget();
                    }
                    if before.0 != now.0 {
                        for known in ledger.all() {
                            known.under_way.maybe_update(std::mem::take);
                        }
                    }
                }
                now
            },
        );
        ledger
    }

    /// What is known of one thing.
    pub(super) fn of(self, uri: &Uri) -> Known {
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

    /// Asks which of these things, which are all of one kind of permission, the person has.
    pub(super) async fn learn(self, batch: Batch<Uri>) {
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
                self.of(uri).kept.set(has);
            }
        }
    }

    /// Counts the beginning or the end of a deed.
    pub(super) fn count(self, uri: &Uri) {
        self.deeds.update_value(|deeds| {
            let count = deeds.entry(uri.clone()).or_default();
            *count = count.wrapping_add(1);
        });
    }

    /// Forgets what was learnt.
    fn forget(self) {
        self.whose
            .update_value(|whose| *whose = whose.wrapping_add(1));
        for known in self.all() {
            known.kept.maybe_update(|kept| kept.take().is_some());
        }
        self.lists.forget();
    }

    fn all(self) -> Vec<Known> {
        self.known.with_value(|all| all.values().cloned().collect())
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
