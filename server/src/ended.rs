//! Sessions that were ended while their session token could still speak for them.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::session_token::LIFE_S;

/// What ended within the life of a session token, so that a fresh token of an ended session is
/// refused without a look into the database.
#[derive(Debug, Default)]
pub struct Ended(RwLock<HashMap<String, i64>>);

impl Ended {
    /// What the database remembers of it: the ids and when they ended.
    pub fn of(ended: Vec<(String, i64)>) -> Self {
        Self(RwLock::new(ended.into_iter().collect()))
    }

    /// How far back one must look at `now`: a token may be issued in the very second a session ends.
    pub fn horizon(now: i64) -> i64 {
        now - LIFE_S - 60
    }

    /// Notes the end of a session.
    pub fn add(&self, session: &str, now: i64) {
        let mut ended = self.0.write().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, at| *at >= Self::horizon(now));
        ended.insert(session.to_owned(), now);
    }

    /// Whether a session was ended.
    pub fn contains(&self, session: &str) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(session)
    }
}
