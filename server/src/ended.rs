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

    /// Takes over ends that the database knows, and tells which of them are news here.
    pub fn learn(&self, ended: Vec<(String, i64)>, now: i64) -> Vec<String> {
        let unwritten = self
            .unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|session, at| *at >= Self::horizon(now) || unwritten.contains(session));
        let mut news = Vec::new();
        for (session, at) in ended {
            if at >= Self::horizon(now) && !recent.contains_key(&session) {
                recent.insert(session.clone(), at);
                news.push(session);
            }
        }
        news
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
    fn an_end_is_news_once() {
        let ended = Ended::default();
        ended.add("own", 10);
        let known = vec![("own".to_owned(), 10), ("other".to_owned(), 10)];
        assert_eq!(ended.learn(known.clone(), 11), ["other"]);
        assert!(ended.learn(known, 12).is_empty());
        assert!(ended.contains("other"));
    }

    #[test]
    fn an_end_of_long_ago_is_no_news() {
        let ended = Ended::default();
        let old = vec![("old".to_owned(), 0)];
        assert!(ended.learn(old, LIFE_S + 61).is_empty());
        assert!(!ended.contains("old"));
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
