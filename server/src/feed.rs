//! The feed: what other nodes ended and changed comes here, too.
//!
//! `PostgreSQL` wakes a node that waits for news; a wake-up can be lost, so each node also asks every
//! second. Asking twice does no harm.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

use crate::ended::Ended;
use crate::store::{StoreError, Wake};
use crate::world::World;

/// How often a node asks.
const POLL: Duration = Duration::from_secs(1);
/// How far back it looks before the time it asked last, in seconds: another node's clock may be
/// behind, and what it wrote may become visible later than it says.
const OVERLAP_S: i64 = 120;
/// Every so many times it looks back as far as anything matters.
const WHOLE_EVERY: u32 = 60;

/// How far this node has followed.
#[derive(Debug, Default)]
pub struct Feed(Mutex<Position>);

#[derive(Debug, Default)]
struct Position {
    /// When it asked last and was answered.
    asked_at: Option<i64>,
    /// How often it was answered since it looked back all the way.
    answers: u32,
    /// The changes it has seen.
    changes: HashMap<String, i64>,
}

impl Feed {
    /// How far back to look at `now`.
    fn since(&self, now: i64) -> i64 {
        let position = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let horizon = Ended::horizon(now);
        match position.asked_at {
            Some(asked_at) if position.answers < WHOLE_EVERY => {
                horizon.max(now.min(asked_at) - OVERLAP_S)
            }
            _ => horizon,
        }
    }

    /// Notes an answer that looked back to `since`, and picks the accounts whose change is news.
    fn news(&self, changes: Vec<(String, i64)>, since: i64, now: i64) -> Vec<String> {
        let mut position = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let horizon = Ended::horizon(now);
        position.asked_at = Some(now);
        position.answers = if since <= horizon {
            0
        } else {
            position.answers + 1
        };
        position
            .changes
            .retain(|_, changed_at| *changed_at >= horizon);
        changes
            .into_iter()
            .filter(|(account, changed_at)| {
                position.changes.insert(account.clone(), *changed_at) != Some(*changed_at)
            })
            .map(|(account, _)| account)
            .collect()
    }
}

impl World {
    /// Follows the feed until it is dropped. A database that is away is waited for; one line says
    /// that it went, and one that it came back.
    pub async fn follow(&self) {
        let woken = Notify::new();
        // On its own, so that asking never interrupts a connection in the making.
        let listening = async {
            let mut wakes = self.store.listen();
            loop {
                match wakes.next().await {
                    Wake::Ended => woken.notify_one(),
                    Wake::Refreshed => self.refreshes.wake(),
                }
            }
        };
        let asking = async {
            let mut interval = tokio::time::interval(POLL);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut away = false;
            loop {
                tokio::select! {
                    _ = interval.tick() => {}
                    () = woken.notified() => {}
                }
                match self.follow_once().await {
                    Ok(()) if away => {
                        away = false;
                        tracing::info!("what other nodes end is followed again");
                    }
                    Err(error) if !away => {
                        away = true;
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "what other nodes end cannot be followed for now"
                        );
                    }
                    _ => {}
                }
            }
        };
        tokio::join!(listening, asking);
    }

    /// Asks once what ended and what changed, and takes it over.
    ///
    /// # Errors
    /// [`StoreError`]; then the next time looks back as far as this time would have.
    pub async fn follow_once(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let since = self.feed.since(now);
        let ended = self.store.ended_since(since).await?;
        let changes = self.store.changed_since(since).await?;
        for session in self.ended.learn(ended, now) {
            self.drop_session(&session);
        }
        let news = self.feed.news(changes, since, now);
        if !news.is_empty() {
            self.views.invalidate_accounts(&news);
        }
        Ok(())
    }

    /// Notes on this node that the view of an account is another one now.
    pub fn note_changed(&self, account: &str) {
        self.views.invalidate_account(account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(at: i64) -> Vec<(String, i64)> {
        vec![("a".to_owned(), at)]
    }

    #[test]
    fn the_first_look_goes_back_all_the_way() {
        assert_eq!(Feed::default().since(10_000), Ended::horizon(10_000));
    }

    #[test]
    fn a_look_overlaps_the_one_before() {
        let feed = Feed::default();
        feed.news(Vec::new(), Ended::horizon(10_000), 10_000);
        assert_eq!(feed.since(10_001), 10_000 - OVERLAP_S);
        // The database was away for a while.
        assert_eq!(feed.since(10_100), 10_000 - OVERLAP_S);
        assert_eq!(feed.since(90_000), Ended::horizon(90_000));
        // The clock was set back.
        assert_eq!(feed.since(9_000), 9_000 - OVERLAP_S);
    }

    #[test]
    fn now_and_then_a_look_goes_back_all_the_way() {
        let feed = Feed::default();
        let whole = (0..600_i64)
            .filter(|second| {
                let now = 10_000 + second;
                let since = feed.since(now);
                feed.news(Vec::new(), since, now);
                since == Ended::horizon(now)
            })
            .count();
        assert_eq!(whole, 10);
    }

    #[test]
    fn a_change_is_news_once() {
        let feed = Feed::default();
        assert_eq!(feed.news(change(10), 0, 10), ["a"]);
        assert!(feed.news(change(10), 0, 11).is_empty());
        assert_eq!(feed.news(change(11), 0, 11), ["a"]);
    }
}
