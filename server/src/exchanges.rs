//! Exchanges under way, so that a browser that hangs up in the middle can come back for the result.
//!
//! A code is good once. When the browser's connection breaks while the provider is being asked, the
//! exchange goes on in a task of its own; a second request with the same cookie, the same answer
//! and the same verifier joins it. The last to join gets the result: the one before it may be a
//! connection that died without a sign. Once the result was handed over, a request is a replay.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// How long a result waits for its browser, in seconds.
const KEPT_S: i64 = 120;

/// The exchanges of this node, by the hash of the state and the answer. `T` is a result.
#[derive(Debug)]
pub struct Exchanges<T = crate::sign_in::Outcome>(Arc<Mutex<HashMap<String, Entry<T>>>>);

#[derive(Debug)]
struct Entry<T> {
    result: watch::Receiver<Option<Arc<T>>>,
    /// Counts who joined; the last one is served.
    joined: u64,
    until: i64,
}

impl<T> Default for Exchanges<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// What a request for an exchange gets.
#[derive(Debug)]
pub enum Joined<T> {
    /// It is the first: it must start the exchange and send its result.
    First(watch::Sender<Option<Arc<T>>>, Attendance<T>),
    /// The exchange is under way or over, and nobody has its result yet.
    Again(Attendance<T>),
}

/// There is no result for this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoResult {
    /// Another request joined later and gets it.
    Overtaken,
    /// The exchange ended without one, by a defect.
    Lost,
}

/// A request that waits for a result. Dropped before [`Attendance::finish`], it leaves the result
/// for the next.
#[derive(Debug)]
pub struct Attendance<T> {
    exchanges: Exchanges<T>,
    key: String,
    turn: u64,
    result: watch::Receiver<Option<Arc<T>>>,
}

impl<T> Exchanges<T> {
    /// Joins the exchange of `key`.
    pub fn join(&self, key: String, now: i64) -> Joined<T> {
        let mut entries = self.entries();
        if let Some(entry) = entries.get_mut(&key)
            && entry.until > now
        {
            entry.joined += 1;
            let (turn, result) = (entry.joined, entry.result.clone());
            return Joined::Again(self.attendance(key, turn, result));
        }
        let (sender, result) = watch::channel(None);
        let entry = Entry {
            result: result.clone(),
            joined: 0,
            until: now + KEPT_S,
        };
        entries.insert(key.clone(), entry);
        Joined::First(sender, self.attendance(key, 0, result))
    }

    /// Drops the results that nobody came for, and tells them.
    pub fn tidy(&self, now: i64) -> Vec<Arc<T>> {
        let mut entries = self.entries();
        let over: Vec<String> = entries
            .iter()
            .filter(|(_, entry)| entry.until <= now)
            .map(|(key, _)| key.clone())
            .collect();
        over.into_iter()
            .filter_map(|key| entries.remove(&key))
            .filter_map(|entry| entry.result.borrow().clone())
            .collect()
    }

    fn attendance(
        &self,
        key: String,
        turn: u64,
        result: watch::Receiver<Option<Arc<T>>>,
    ) -> Attendance<T> {
        Attendance {
            exchanges: Self(Arc::clone(&self.0)),
            key,
            turn,
            result,
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Attendance<T> {
    /// Waits for the result.
    ///
    /// # Errors
    /// [`NoResult`].
    pub async fn result(&mut self) -> Result<Arc<T>, NoResult> {
        let result = self
            .result
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|result| result.clone());
        let result = result.ok_or(NoResult::Lost)?;
        let served = self
            .exchanges
            .entries()
            .get(&self.key)
            .is_some_and(|entry| entry.joined == self.turn);
        if served {
            Ok(result)
        } else {
            Err(NoResult::Overtaken)
        }
    }

    /// The result was handed over: it waits for nobody any more.
    pub fn finish(self) {
        let mut entries = self.exchanges.entries();
        if entries
            .get(&self.key)
            .is_some_and(|entry| entry.joined == self.turn)
        {
            entries.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(exchanges: &Exchanges<u8>) -> (watch::Sender<Option<Arc<u8>>>, Attendance<u8>) {
        match exchanges.join("key".into(), 0) {
            Joined::First(sender, attendance) => (sender, attendance),
            Joined::Again(_) => panic!("it is the first"),
        }
    }

    fn again(exchanges: &Exchanges<u8>, now: i64) -> Attendance<u8> {
        match exchanges.join("key".into(), now) {
            Joined::Again(attendance) => attendance,
            Joined::First(..) => panic!("there is one under way"),
        }
    }

    #[tokio::test]
    async fn a_result_waits_for_who_hung_up() {
        let exchanges = Exchanges::default();
        let (sender, attendance) = first(&exchanges);
        drop(attendance);
        sender.send_replace(Some(Arc::new(7)));
        drop(sender);
        let mut attendance = again(&exchanges, 1);
        assert_eq!(attendance.result().await.as_deref(), Ok(&7));
        attendance.finish();
        first(&exchanges);
    }

    #[tokio::test]
    async fn a_result_that_was_not_handed_over_waits_on() {
        let exchanges = Exchanges::default();
        let (sender, mut attendance) = first(&exchanges);
        sender.send_replace(Some(Arc::new(7)));
        assert_eq!(attendance.result().await.as_deref(), Ok(&7));
        drop(attendance);
        assert_eq!(again(&exchanges, 1).result().await.as_deref(), Ok(&7));
    }

    #[tokio::test]
    async fn the_last_to_join_is_served() {
        let exchanges = Exchanges::default();
        let (sender, mut dead) = first(&exchanges);
        let mut alive = again(&exchanges, 0);
        sender.send_replace(Some(Arc::new(7)));
        assert_eq!(dead.result().await, Err(NoResult::Overtaken));
        dead.finish();
        assert_eq!(alive.result().await.as_deref(), Ok(&7));
    }

    #[tokio::test]
    async fn a_result_waits_two_minutes() {
        let exchanges = Exchanges::default();
        let (sender, attendance) = first(&exchanges);
        sender.send_replace(Some(Arc::new(7)));
        drop(attendance);
        assert!(exchanges.tidy(KEPT_S - 1).is_empty());
        assert_eq!(exchanges.tidy(KEPT_S), [Arc::new(7)]);
        first(&exchanges);
    }
}
