//! Calls that Spotify told to wait: until then they are answered here, and not sent.
//!
//! A 429 is of two kinds. A *rate* is counted over half a minute: whoever called too often waits,
//! at that endpoint, and nobody else. The day's *quota* is the developer account's, for each
//! endpoint (which endpoints share one is not published): there everybody waits, with whatever
//! token. What is waited for is known to this node alone, as a cache is: another node asks once
//! and then knows, too.
//!
//! A wait may be most of a day, and may end early. So no word is believed for more than an hour:
//! then one call a minute goes through to look, and the first success ends the wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use app::error::{ApiError, Code};
use spotify::paths::Endpoint;

/// A wait is believed for this long, in seconds.
const BELIEVED_S: i64 = 3600;
/// Between two looks, in seconds.
const LOOK_S: i64 = 60;
/// More waits than this are not kept.
const KEPT: usize = 10_000;

/// The waits of this node.
#[derive(Debug)]
pub struct HeldBack {
    enabled: bool,
    waits: Mutex<HashMap<(Whose, Bucket), Wait>>,
}

/// With whose token a call is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Whose {
    /// The connection of this session.
    Session(String),
    /// The app's own.
    App,
    /// Anybody's.
    Everybody,
}

/// Method and path of the list: what is counted together.
type Bucket = (&'static str, &'static str);

#[derive(Debug)]
struct Wait {
    code: Code,
    until: i64,
    look_at: i64,
    /// A call went through to look.
    looked: bool,
}

impl HeldBack {
    /// No waits yet, and none ever where `enabled` is false.
    pub fn new(enabled: bool) -> Self {
        Self {
            enabled,
            waits: Mutex::default(),
        }
    }

    /// Whether a call may be sent.
    ///
    /// # Errors
    /// An [`ApiError`] with `rate_limited` or `quota_exhausted` and the seconds that are left.
    pub fn check(&self, whose: &Whose, endpoint: &Endpoint, now: i64) -> Result<(), ApiError> {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if waits.is_empty() {
            return Ok(());
        }
        let mut looks = Vec::new();
        for whose in [whose, &Whose::Everybody] {
            let key = (whose.clone(), bucket(endpoint));
            let Some(wait) = waits.get(&key).filter(|wait| now < wait.until) else {
                continue;
            };
            if now < wait.look_at {
                let left = u32::try_from(wait.until - now).unwrap_or(u32::MAX);
                return Err(ApiError::new(wait.code).retry_after(left));
            }
            looks.push(key);
        }
        for key in looks {
            if let Some(wait) = waits.get_mut(&key) {
                wait.look_at = now + LOOK_S;
                wait.looked = true;
            }
        }
        Ok(())
    }

    /// Takes note of what a call that was sent came to.
    pub fn note<T>(
        &self,
        whose: &Whose,
        endpoint: &Endpoint,
        result: &Result<T, ApiError>,
        now: i64,
    ) {
        if !self.enabled {
            return;
        }
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let Err(error) = result else {
            for whose in [whose, &Whose::Everybody] {
                let key = (whose.clone(), bucket(endpoint));
                // What was on its way before the wait began does not end it.
                if waits.get(&key).is_some_and(|wait| wait.looked) {
                    waits.remove(&key);
                }
            }
            return;
        };
        let whose = match error.code {
            Code::RateLimited => whose.clone(),
            Code::QuotaExhausted => Whose::Everybody,
            _ => return,
        };
        // Without a word of how long there is nothing to wait for.
        let Some(seconds) = error.retry_after.filter(|seconds| *seconds > 0) else {
            return;
        };
        let until = now.saturating_add(seconds.into());
        if waits.len() >= KEPT {
            waits.retain(|_, wait| now < wait.until);
        }
        if waits.len() < KEPT {
            let wait = Wait {
                code: error.code,
                until,
                look_at: until.min(now + BELIEVED_S),
                looked: false,
            };
            waits.insert((whose, bucket(endpoint)), wait);
        }
    }

    /// Forgets what is past its time.
    pub fn tidy(&self, now: i64) {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.retain(|_, wait| now < wait.until);
    }
}

fn bucket(endpoint: &Endpoint) -> Bucket {
    (endpoint.method.as_str(), endpoint.path)
}

#[cfg(test)]
mod tests {
    use spotify::Method;
    use spotify::paths::allowed;

    use super::*;

    fn endpoint(path: &str) -> &'static Endpoint {
        allowed(Method::Get, path).expect("on the list")
    }

    fn session(name: &str) -> Whose {
        Whose::Session(name.to_owned())
    }

    fn refused(code: Code, seconds: u32) -> Result<(), ApiError> {
        Err(ApiError::new(code).retry_after(seconds))
    }

    fn left(error: Result<(), ApiError>) -> Option<(Code, Option<u32>)> {
        error.err().map(|error| (error.code, error.retry_after))
    }

    #[test]
    fn a_rate_holds_back_one_connection_at_one_endpoint() {
        let held = HeldBack::new(true);
        let (me, search) = (endpoint("/me"), endpoint("/search"));
        held.note(&session("a"), me, &refused(Code::RateLimited, 7), 100);
        assert_eq!(
            left(held.check(&session("a"), me, 103)),
            Some((Code::RateLimited, Some(4)))
        );
        for (whose, endpoint) in [(session("b"), me), (session("a"), search), (Whose::App, me)] {
            assert_eq!(held.check(&whose, endpoint, 103), Ok(()), "{whose:?}");
        }
        assert_eq!(held.check(&session("a"), me, 107), Ok(()));
    }

    #[test]
    fn a_quota_holds_back_everybody_at_one_endpoint() {
        let held = HeldBack::new(true);
        let (me, search) = (endpoint("/me"), endpoint("/search"));
        held.note(&Whose::App, search, &refused(Code::QuotaExhausted, 900), 0);
        for whose in [session("a"), Whose::App] {
            assert_eq!(
                left(held.check(&whose, search, 1)),
                Some((Code::QuotaExhausted, Some(899)))
            );
            assert_eq!(held.check(&whose, me, 1), Ok(()));
        }
    }

    #[test]
    fn after_an_hour_one_call_a_minute_looks_again() {
        let held = HeldBack::new(true);
        let search = endpoint("/search");
        let spent = refused(Code::QuotaExhausted, 48_925);
        held.note(&Whose::App, search, &spent, 0);
        assert!(held.check(&Whose::App, search, 3599).is_err());
        assert_eq!(held.check(&Whose::App, search, 3600), Ok(()));
        assert!(held.check(&session("a"), search, 3601).is_err());
        assert_eq!(held.check(&session("a"), search, 3660), Ok(()));
        held.note(&session("a"), search, &Ok(()), 3661);
        assert_eq!(held.check(&Whose::App, search, 3661), Ok(()), "it is over");
    }

    #[test]
    fn a_success_that_was_on_its_way_before_does_not_end_a_wait() {
        let held = HeldBack::new(true);
        let me = endpoint("/me");
        held.note(&session("a"), me, &refused(Code::RateLimited, 7), 0);
        held.note(&session("a"), me, &Ok(()), 1);
        assert!(held.check(&session("a"), me, 2).is_err());
    }

    #[test]
    fn other_refusals_and_waits_of_nothing_hold_nobody_back() {
        let held = HeldBack::new(true);
        let me = endpoint("/me");
        for result in [
            refused(Code::ProviderUnavailable, 60),
            refused(Code::RateLimited, 0),
            Err(Code::RateLimited.into()),
            Err(Code::QuotaExhausted.into()),
        ] {
            held.note(&session("a"), me, &result, 0);
            assert_eq!(held.check(&session("a"), me, 0), Ok(()), "{result:?}");
        }
    }

    #[test]
    fn no_more_waits_are_kept_than_there_is_room_for() {
        let held = HeldBack::new(true);
        let me = endpoint("/me");
        for number in 0..KEPT + 50 {
            let whose = session(&number.to_string());
            held.note(&whose, me, &refused(Code::RateLimited, 30), 0);
        }
        assert_eq!(held.waits.lock().expect("a lock").len(), KEPT);
        held.note(&session("late"), me, &refused(Code::RateLimited, 30), 31);
        assert_eq!(held.waits.lock().expect("a lock").len(), 1);
        held.tidy(61);
        assert!(held.waits.lock().expect("a lock").is_empty());
    }

    #[test]
    fn where_limits_are_off_nobody_is_held_back() {
        let held = HeldBack::new(false);
        let me = endpoint("/me");
        held.note(&session("a"), me, &refused(Code::RateLimited, 30), 0);
        assert_eq!(held.check(&session("a"), me, 1), Ok(()));
    }
}
