//! Sessions that were ended while their session token could still speak for them.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError, RwLock};

use crate::session_token::LIFE_S;

/// What ended within the life of a session token, so that a fresh token of an ended session is
/// refused without a look into the database; and the ends that the database does not know yet.
#[derive(Debug, Default)]
pub struct Ended {
    recent: RwLock<HashMap<String, i64>>,
    unwritten: Mutex<HashSet<String>>,
}

impl Ended {
    /// What the database remembers of it: the ids and when they ended.
    pub fn of(ended: Vec<(String, i64)>) -> Self {
        Self {
            recent: RwLock::new(ended.into_iter().collect()),
            unwritten: Mutex::default(),
        }
    }

    /// How far back one must look at `now`: a token may be issued in the very second a session ends.
    pub fn horizon(now: i64) -> i64 {
        now - LIFE_S - 60
    }

    /// Notes the end of a session.
    pub fn add(&self, session: &str, now: i64) {
        let unwritten = self
            .unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|session, at| *at >= Self::horizon(now) || unwritten.contains(session));
        recent.insert(session.to_owned(), now);
    }

    /// Whether a session was ended.
    pub fn contains(&self, session: &str) -> bool {
        self.recent
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(session)
    }

    /// Remembers an end until the database knows it.
    pub fn write_later(&self, session: &str) {
        self.unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(session.to_owned());
    }

    /// The database knows an end.
    pub fn written(&self, session: &str) {
        self.unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(session);
    }

    /// The ends that the database does not know yet.
    pub fn unwritten(&self) -> Vec<String> {
        self.unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_forgotten_when_no_token_can_contradict_it() {
        let ended = Ended::default();
        ended.add("old", 0);
        ended.add("new", LIFE_S + 61);
        assert!(!ended.contains("old") && ended.contains("new"));
    }

    #[test]
    fn an_end_that_is_not_written_is_not_forgotten() {
        let ended = Ended::default();
        ended.add("old", 0);
        ended.write_later("old");
        ended.add("new", 1_000_000);
        assert!(ended.contains("old"));
        ended.written("old");
        ended.add("newer", 1_000_000);
        assert!(!ended.contains("old"));
    }
}
