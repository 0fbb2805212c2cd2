//! Exchanges under way, so that a browser that hangs up in the middle can come back for the result.
//!
//! A code is good once. When the browser's connection breaks while the provider is being asked, the
//! exchange goes on in a task of its own; a second request with the same cookie, the same answer
//! and the same verifier joins it. While the first request is still being served, or once it was
//! answered, a second one is a replay.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// How long a result waits for its browser, in seconds.
const KEPT_S: i64 = 120;
/// More than this many results do not wait.
const KEPT: usize = 10_000;

/// The exchanges of this node, by the hash of the state and the answer. `T` is a result.
#[derive(Debug)]
pub struct Exchanges<T = crate::sign_in::Outcome> {
    entries: Arc<Mutex<HashMap<String, Entry<T>>>>,
}

#[derive(Debug)]
struct Entry<T> {
    result: watch::Receiver<Option<Arc<T>>>,
    attended: bool,
    until: i64,
}

impl<T> Default for Exchanges<T> {
    fn default() -> Self {
        Self {
            entries: Arc::default(),
        }
    }
}

/// What a request for an exchange gets.
#[derive(Debug)]
pub enum Joined<T> {
    /// It is the first: it must start the exchange and send its result.
    First(watch::Sender<Option<Arc<T>>>, Attendance<T>),
    /// The first hung up: it gets the result.
    Again(Attendance<T>),
    /// Somebody is being served already.
    Taken,
}

/// A request that waits for a result. Dropped before the result was handed over, it leaves the
/// result for the next.
#[derive(Debug)]
pub struct Attendance<T> {
    entries: Arc<Mutex<HashMap<String, Entry<T>>>>,
    key: String,
    result: watch::Receiver<Option<Arc<T>>>,
}

impl<T> Exchanges<T> {
    /// Joins the exchange of `key`.
    pub fn join(&self, key: String, now: i64) -> Joined<T> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.get_mut(&key) {
            Some(entry) if entry.attended => Joined::Taken,
            Some(entry) if entry.until > now => {
                entry.attended = true;
                let result = entry.result.clone();
                drop(entries);
                Joined::Again(Attendance {
                    entries: Arc::clone(&self.entries),
                    key,
                    result,
                })
            }
            _ => {
                if entries.len() >= KEPT {
                    entries.retain(|_, entry| entry.attended);
                }
                let (sender, result) = watch::channel(None);
                let entry = Entry {
                    result: result.clone(),
                    attended: true,
                    until: now + KEPT_S,
                };
                entries.insert(key.clone(), entry);
                drop(entries);
                Joined::First(
                    sender,
                    Attendance {
                        entries: Arc::clone(&self.entries),
                        key,
                        result,
                    },
                )
            }
        }
    }

    /// Drops results that nobody came for.
    pub fn tidy(&self, now: i64) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| entry.attended || entry.until > now);
    }
}

impl<T> Attendance<T> {
    /// Waits for the result and takes it: after that it waits for nobody. `None` where the
    /// exchange ended without one, by a defect.
    pub async fn result(mut self) -> Option<Arc<T>> {
        let result = self
            .result
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|result| result.clone());
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.remove(&self.key);
        drop(entries);
        // Handed over: whoever joins under this key from now on is not of our concern.
        self.key.clear();
        result
    }
}

impl<T> Drop for Attendance<T> {
    fn drop(&mut self) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get_mut(&self.key) {
            entry.attended = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_result_waits_for_who_hung_up() {
        let exchanges = Exchanges::<u8>::default();
        let Joined::First(sender, attendance) = exchanges.join("key".into(), 0) else {
            panic!("it is the first")
        };
        assert!(matches!(exchanges.join("key".into(), 0), Joined::Taken));
        drop(attendance);
        sender.send_replace(Some(Arc::new(7)));
        drop(sender);
        let Joined::Again(attendance) = exchanges.join("key".into(), 1) else {
            panic!("the result waits")
        };
        assert_eq!(attendance.result().await.as_deref(), Some(&7));
        assert!(
            matches!(exchanges.join("key".into(), 1), Joined::First(..)),
            "it waits once"
        );
    }

    #[tokio::test]
    async fn a_result_that_was_handed_over_waits_for_nobody() {
        let exchanges = Exchanges::<u8>::default();
        let Joined::First(sender, attendance) = exchanges.join("key".into(), 0) else {
            panic!("it is the first")
        };
        sender.send_replace(Some(Arc::new(7)));
        assert_eq!(attendance.result().await.as_deref(), Some(&7));
        assert!(matches!(exchanges.join("key".into(), 0), Joined::First(..)));
    }

    #[tokio::test]
    async fn a_result_waits_two_minutes() {
        let exchanges = Exchanges::<u8>::default();
        let Joined::First(sender, attendance) = exchanges.join("key".into(), 0) else {
            panic!("it is the first")
        };
        sender.send_replace(Some(Arc::new(7)));
        drop(attendance);
        assert!(matches!(
            exchanges.join("key".into(), KEPT_S),
            Joined::First(..)
        ));
    }
}
