//! A provider's public keys: fetched when needed, kept as long as the provider says, fetched again
//! for a key that is not among them.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{self, header};
use oauth::jose::Algorithm;
use oauth::jwk::{Choice, KeySet, KeySetError, PublicKey};
use url::Url;

use crate::egress::{Egress, EgressError};
use crate::freshness;

/// A set is kept at least this long, in seconds, whatever its headers say.
const FLOOR_S: i64 = 60;
/// Without a word of the provider, this long.
const USUAL_S: i64 = 3600;
/// And never longer than this, also where the provider cannot be reached.
const CAP_S: i64 = 86_400;
/// After a failure the next try waits this long, in seconds, and at least as long as one try takes.
const PAUSE_S: i64 = 15;
/// How many forced fetches may follow each other.
const FORCED: i64 = 3;
/// After those, one in this time, in seconds.
const FORCED_EVERY_S: i64 = 30;

/// The keys of one provider.
#[derive(Debug, Default)]
pub struct KeySets {
    state: Mutex<State>,
    /// Held while a set is fetched, so that there is one request for all who wait.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    fetched: Option<Fetched>,
    /// Counts the sets that were fetched.
    generation: u64,
    /// A fetch failed: the next one waits until then.
    retry_at: i64,
    /// How many forced fetches are left, and since when that many.
    forced_left: i64,
    forced_at: i64,
}

#[derive(Debug, Clone)]
struct Fetched {
    set: Arc<KeySet>,
    at: i64,
    until: i64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            fetched: None,
            generation: 0,
            retry_at: i64::MIN,
            forced_left: FORCED,
            forced_at: i64::MIN,
        }
    }
}

impl State {
    /// Takes one forced fetch, where there is one.
    fn take_forced(&mut self, now: i64) -> bool {
        let gained = now.saturating_sub(self.forced_at) / FORCED_EVERY_S;
        if self.forced_left < FORCED && gained > 0 {
            self.forced_left = self.forced_left.saturating_add(gained).min(FORCED);
            self.forced_at = now;
        }
        if self.forced_left == 0 {
            return false;
        }
        if self.forced_left == FORCED {
            self.forced_at = now;
        }
        self.forced_left -= 1;
        true
    }
}

/// There is no key to check a signature with.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No key of the provider has this id, or none fits the algorithm.
    #[error("no key of the provider fits")]
    Unknown,
    /// The token names no key and there are several.
    #[error("the token names no key and several would fit")]
    Ambiguous,
    /// The set did not arrive.
    #[error("the keys of the provider did not arrive")]
    Egress(#[from] EgressError),
    /// They did not arrive a moment ago, and are not asked for again yet.
    #[error("the keys of the provider did not arrive a moment ago")]
    Paused,
    /// The provider refused.
    #[error("the provider answered {0} to the request for its keys")]
    Status(u16),
    /// The set is none.
    #[error("the keys of the provider cannot be read")]
    Set(#[from] KeySetError),
    /// The request could not be made.
    #[error("the request for the keys cannot be made")]
    Request(#[from] http::Error),
}

impl KeySets {
    /// The key named `kid`, or the only one that fits `algorithm` where none is named.
    ///
    /// # Errors
    /// [`KeyError`]. A set that cannot be fetched again for an unknown key refuses.
    pub async fn find(
        &self,
        jwks_uri: &Url,
        kid: Option<&str>,
        algorithm: Algorithm,
        egress: &Egress,
        now: i64,
    ) -> Result<PublicKey, KeyError> {
        let (set, generation, fresh) = self.current(jwks_uri, egress, now).await?;
        match set.choose(kid, algorithm) {
            Choice::Key(key) => return Ok(key.clone()),
            Choice::Ambiguous => return Err(KeyError::Ambiguous),
            // It was fetched for this very token.
            Choice::Unknown if fresh => return Err(KeyError::Unknown),
            Choice::Unknown => {}
        }
        let _flight = self.flight.lock().await;
        let set = match self.newer_than(generation) {
            Some(set) => set,
            None if self.state().take_forced(now) => self.fetch(jwks_uri, egress, now).await?,
            None => return Err(KeyError::Unknown),
        };
        match set.choose(kid, algorithm) {
            Choice::Key(key) => Ok(key.clone()),
            Choice::Ambiguous => Err(KeyError::Ambiguous),
            Choice::Unknown => Err(KeyError::Unknown),
        }
    }

    /// The set as it is kept or, past its time, fetched; its generation, and whether it is new.
    async fn current(
        &self,
        jwks_uri: &Url,
        egress: &Egress,
        now: i64,
    ) -> Result<(Arc<KeySet>, u64, bool), KeyError> {
        if let Some((set, generation)) = self.kept(now) {
            return Ok((set, generation, false));
        }
        let _flight = self.flight.lock().await;
        if let Some((set, generation)) = self.kept(now) {
            return Ok((set, generation, false));
        }
        // Whoever waited behind a fetch that failed does not fetch as well.
        // A clock that went back must not make the pause longer.
        let left_s = self.state().retry_at.saturating_sub(now);
        let paused = (1..=PAUSE_S).contains(&left_s);
        let fetched = if paused {
            Err(KeyError::Paused)
        } else {
            self.fetch(jwks_uri, egress, now).await
        };
        match fetched {
            Ok(set) => Ok((set, self.state().generation, true)),
            Err(error) => {
                let mut state = self.state();
                if !paused {
                    state.retry_at = now.saturating_add(PAUSE_S);
                }
                match &state.fetched {
                    // Known keys go on verifying while the provider is away, for a day.
                    Some(old) if now.saturating_sub(old.at) < CAP_S => {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "older keys of a provider are used on"
                        );
                        Ok((Arc::clone(&old.set), state.generation, false))
                    }
                    _ => Err(error),
                }
            }
        }
    }

    fn kept(&self, now: i64) -> Option<(Arc<KeySet>, u64)> {
        let state = self.state();
        let fetched = state.fetched.as_ref()?;
        (fetched.at <= now && now < fetched.until)
            .then(|| (Arc::clone(&fetched.set), state.generation))
    }

    fn newer_than(&self, generation: u64) -> Option<Arc<KeySet>> {
        let state = self.state();
        (state.generation != generation)
            .then(|| {
                state
                    .fetched
                    .as_ref()
                    .map(|fetched| Arc::clone(&fetched.set))
            })
            .flatten()
    }

    async fn fetch(
        &self,
        jwks_uri: &Url,
        egress: &Egress,
        now: i64,
    ) -> Result<Arc<KeySet>, KeyError> {
        let request = http::Request::get(jwks_uri.as_str())
            .header(header::ACCEPT, "application/jwk-set+json, application/json")
            .body(Vec::new())?;
        let response = egress.send(request).await?;
        if response.status() != http::StatusCode::OK {
            return Err(KeyError::Status(response.status().as_u16()));
        }
        let set = Arc::new(KeySet::parse(response.body())?);
        let life_s = freshness::life_s(response.headers(), FLOOR_S, USUAL_S, CAP_S);
        let mut state = self.state();
        state.generation += 1;
        state.fetched = Some(Fetched {
            set: Arc::clone(&set),
            at: now,
            until: now.saturating_add(life_s),
        });
        Ok(set)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forced_fetches_are_few() {
        let mut state = State::default();
        let taken = |state: &mut State, now| (0..10).filter(|_| state.take_forced(now)).count();
        assert_eq!(taken(&mut state, 1000), 3);
        assert_eq!(taken(&mut state, 1029), 0);
        assert_eq!(taken(&mut state, 1030), 1);
        assert_eq!(taken(&mut state, 1059), 0);
        assert_eq!(taken(&mut state, 5000), 3);
    }
}
