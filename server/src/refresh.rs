//! One refresh at a time: for one refresh token and generation there is one request, on this node.
//!
//! The result stays for a while, for requests of the same session that still carry the older
//! tokens: the browser may have hung up before it saw the new cookie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::error::{ApiError, Code};
use oauth::client::{Granted, RefreshError, refresh};
use oauth::id_token::Purpose;
use oauth::tokens::TokenSet;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::identify::{self, IdentifyError};
use crate::provider::{Endpoints, Provider};
use crate::store::{Person, StoreError};
use crate::world::World;

/// A result stays at most this long, in seconds.
const KEPT_S: i64 = 3600;
/// Nobody waits longer than this for a refresh.
const PATIENCE: Duration = Duration::from_secs(15);
/// More results than this do not stay.
const KEPT: usize = 20_000;
/// After trouble with the network the next try waits this long, in seconds, unless told more.
const BACK_OFF_S: i64 = 5;
/// A provider's `Retry-After` is believed up to this, in seconds.
const RETRY_AFTER_MAX_S: i64 = 3600;

/// One refresh: the session, the provider, the hash of the refresh token, and its generation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Flight {
    session: String,
    provider: String,
    token_hash: [u8; 32],
    generation: u64,
}

/// What came of a refresh.
#[derive(Debug, Clone)]
pub enum Landed {
    /// New tokens.
    Tokens(Arc<TokenSet>),
    /// The provider ended the connection.
    Over,
    /// It could not be asked, or did not make sense; another try makes sense at `retry_at`.
    Failed {
        /// What the person is told.
        code: Code,
        /// Unix seconds.
        retry_at: i64,
    },
}

#[derive(Debug)]
enum Entry {
    Flying(watch::Receiver<Option<Landed>>),
    Landed(Landed, i64),
}

/// The refreshes of this node.
#[derive(Debug, Default)]
pub struct Refreshes(Mutex<HashMap<Flight, Entry>>);

impl Refreshes {
    /// Forgets the results of a session that ended.
    pub fn forget(&self, session: &str) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries
            .retain(|flight, entry| flight.session != session || matches!(entry, Entry::Flying(_)));
    }

    /// Forgets results that are past their time.
    pub fn tidy(&self, now: i64) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| match entry {
            Entry::Flying(_) => true,
            Entry::Landed(_, until) => *until > now,
        });
    }
}

/// There are no usable tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoTokens {
    /// The connection is over; the account is not.
    #[error("the connection is over")]
    Over,
    /// The session ended meanwhile.
    #[error("the session ended meanwhile")]
    SessionEnded,
    /// Not now.
    #[error("the tokens cannot be refreshed now")]
    Failed {
        /// What the person is told.
        code: Code,
        /// Seconds until another try makes sense.
        retry_after_s: u32,
    },
}

impl From<NoTokens> for ApiError {
    fn from(error: NoTokens) -> Self {
        match error {
            NoTokens::Over => Code::Reauthorize.into(),
            NoTokens::SessionEnded => Code::SignedOut.into(),
            NoTokens::Failed {
                code,
                retry_after_s,
            } => Self::new(code).retry_after(retry_after_s),
        }
    }
}

impl World {
    /// Refreshes `tokens` of a session. The work goes on where the caller is dropped.
    ///
    /// # Errors
    /// [`NoTokens`].
    pub async fn refresh_tokens(
        self: &Arc<Self>,
        session: &str,
        provider: &str,
        tokens: &TokenSet,
    ) -> Result<Arc<TokenSet>, NoTokens> {
        let Some(refresh_token) = &tokens.refresh_token else {
            return Err(NoTokens::Over);
        };
        let flight = Flight {
            session: session.to_owned(),
            provider: provider.to_owned(),
            token_hash: Sha256::digest(refresh_token.secret()).into(),
            generation: tokens.generation,
        };
        let landed = self.fly(flight, tokens).await;
        if self.ended.contains(session) {
            return Err(NoTokens::SessionEnded);
        }
        match landed {
            Some(Landed::Tokens(tokens)) => Ok(tokens),
            Some(Landed::Over) => Err(NoTokens::Over),
            Some(Landed::Failed { code, retry_at }) => {
                let wait = (retry_at - self.clock.now()).clamp(1, RETRY_AFTER_MAX_S);
                Err(NoTokens::Failed {
                    code,
                    retry_after_s: u32::try_from(wait).unwrap_or(1),
                })
            }
            None => Err(NoTokens::Failed {
                code: Code::Unexpected,
                retry_after_s: 1,
            }),
        }
    }

    /// Joins the flight, or starts it. `None` where it ended without a result, by a defect.
    async fn fly(self: &Arc<Self>, flight: Flight, tokens: &TokenSet) -> Option<Landed> {
        let now = self.clock.now();
        let mut waiting = {
            let mut entries = self
                .refreshes
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            match entries.get(&flight) {
                Some(Entry::Landed(landed, until)) if *until > now => return Some(landed.clone()),
                Some(Entry::Flying(waiting)) => waiting.clone(),
                _ => {
                    if entries.len() >= KEPT {
                        entries.retain(|_, entry| matches!(entry, Entry::Flying(_)));
                    }
                    let (sender, waiting) = watch::channel(None);
                    entries.insert(flight.clone(), Entry::Flying(waiting.clone()));
                    let (world, tokens) = (Arc::clone(self), tokens.clone());
                    self.tasks.spawn(async move {
                        let grounded = Grounded {
                            world: &world,
                            flight: &flight,
                        };
                        let landed = world.send_refresh(&flight.provider, &tokens).await;
                        grounded.land(landed.clone());
                        sender.send_replace(Some(landed));
                    });
                    waiting
                }
            }
        };
        let landed = tokio::time::timeout(PATIENCE, waiting.wait_for(Option::is_some)).await;
        match landed {
            Ok(landed) => landed.ok().and_then(|landed| landed.clone()),
            // It goes on without whoever asked, and its result stays for the next.
            Err(_) => Some(Landed::Failed {
                code: Code::ProviderUnavailable,
                retry_at: self.clock.now() + BACK_OFF_S,
            }),
        }
    }

    async fn send_refresh(&self, provider: &str, tokens: &TokenSet) -> Landed {
        let now = self.clock.now();
        let failed = |code, wait_s: i64| Landed::Failed {
            code,
            retry_at: self.clock.now() + wait_s,
        };
        let Some(provider) = self.provider(provider) else {
            return Landed::Over;
        };
        let endpoints = match provider.endpoints(&self.egress, now).await {
            Ok(endpoints) => endpoints,
            Err(down) => return failed(down.answer().code, down.retry_after_s.into()),
        };
        match refresh(&endpoints.client, tokens, self.egress.transport(), now).await {
            Ok(granted) => match self.adopt(provider, &endpoints, granted).await {
                Ok(tokens) => Landed::Tokens(Arc::new(tokens)),
                Err(error) => {
                    tracing::error!(
                        provider = provider.id,
                        error = &error as &dyn std::error::Error,
                        "a refresh brought an ID token that does not hold"
                    );
                    failed(error.answer().code, BACK_OFF_S)
                }
            },
            Err(RefreshError::Ended | RefreshError::NoRefreshToken) => {
                tracing::info!(provider = provider.id, "the provider ended a connection");
                Landed::Over
            }
            Err(error @ RefreshError::Unavailable(_)) => {
                let told = match &error {
                    RefreshError::Unavailable(unavailable) => unavailable.retry_after_s(),
                    _ => None,
                };
                tracing::warn!(
                    provider = provider.id,
                    error = &error as &dyn std::error::Error,
                    "a refresh did not get through"
                );
                let wait = told
                    .and_then(|seconds| i64::try_from(seconds).ok())
                    .unwrap_or(BACK_OFF_S);
                failed(Code::ProviderUnavailable, wait.clamp(1, RETRY_AFTER_MAX_S))
            }
            Err(error) => {
                tracing::error!(
                    provider = provider.id,
                    error = &error as &dyn std::error::Error,
                    "a refresh failed"
                );
                failed(Code::ProviderError, BACK_OFF_S)
            }
        }
    }
}

impl World {
    /// Checks the ID token that came with renewed tokens, and renews what is known of the person.
    ///
    /// # Errors
    /// [`IdentifyError`] where it does not hold, or is of somebody else: then nothing of the answer
    /// is used.
    async fn adopt(
        &self,
        provider: &Provider,
        endpoints: &Endpoints,
        granted: Granted,
    ) -> Result<TokenSet, IdentifyError> {
        let mut tokens = granted.tokens;
        let (Some(subject), true) = (tokens.subject.clone(), endpoints.capabilities.id_token)
        else {
            return Ok(tokens);
        };
        if let Some(text) = granted.id_token {
            let purpose = Purpose::Refresh {
                subject: &subject,
                nonce: tokens.nonce.as_deref(),
            };
            let now = self.clock.now();
            let verified = identify::verify(
                &self.egress,
                provider,
                endpoints,
                &text,
                &tokens.access_token,
                purpose,
                now,
            )
            .await;
            match verified {
                Ok(_) if endpoints.capabilities.end_session => tokens.id_token = Some(text),
                Ok(_) => {}
                // It could not be looked at, which says nothing against it. The refresh token before
                // may be gone: dropping this one would end the connection.
                Err(error) if error.is_trouble_of_the_network() => {
                    tracing::warn!(
                        provider = provider.id,
                        error = &error as &dyn std::error::Error,
                        "a renewed ID token was not looked at"
                    );
                    return Ok(tokens);
                }
                Err(error) => return Err(error),
            }
        }
        self.renew_profile(provider, endpoints, &tokens, &subject)
            .await;
        Ok(tokens)
    }

    /// Asks userinfo for name, address and picture as they are now. Where it fails, what is known
    /// stays: the tokens are good all the same.
    async fn renew_profile(
        &self,
        provider: &Provider,
        endpoints: &Endpoints,
        tokens: &TokenSet,
        subject: &str,
    ) {
        let url = endpoints
            .open_id
            .as_ref()
            .and_then(|more| more.userinfo_url.as_ref());
        let Some(url) = url else { return };
        let told = identify::userinfo(&self.egress, url, &tokens.access_token, subject).await;
        let renewed = match told {
            // Some providers tell less here than in the ID token: what they leave out stays.
            Ok(profile) if profile.name.is_none() => return,
            Ok(profile) => {
                let person = identify::person(provider, subject, profile);
                self.store_profile(&person).await
            }
            Err(error) => {
                tracing::warn!(
                    provider = provider.id,
                    error = &error as &dyn std::error::Error,
                    "a profile was not renewed"
                );
                return;
            }
        };
        if let Err(error) = renewed {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a renewed profile was not written"
            );
        }
    }

    async fn store_profile(&self, person: &Person) -> Result<(), StoreError> {
        let Some(account) = self.store.find_account(person).await? else {
            return Ok(());
        };
        self.store
            .update_person(person, &account, self.clock.now())
            .await?;
        self.views.invalidate_account(&account);
        Ok(())
    }
}

/// A flight that must end in some way: dropped without a result, it leaves no entry behind, so that
/// a defect does not block the token for ever.
struct Grounded<'a> {
    world: &'a World,
    flight: &'a Flight,
}

impl Grounded<'_> {
    fn land(self, landed: Landed) {
        let until = match &landed {
            Landed::Tokens(tokens) => tokens
                .access_expires_at
                .min(self.world.clock.now() + KEPT_S),
            Landed::Over => self.world.clock.now() + KEPT_S,
            Landed::Failed { retry_at, .. } => *retry_at,
        };
        let mut entries = self
            .world
            .refreshes
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Tokens of a session that ended meanwhile are kept for nobody.
        if self.world.ended.contains(&self.flight.session) {
            entries.remove(self.flight);
        } else {
            entries.insert(self.flight.clone(), Entry::Landed(landed, until));
        }
    }
}

impl Drop for Grounded<'_> {
    fn drop(&mut self) {
        let mut entries = self
            .world
            .refreshes
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if matches!(entries.get(self.flight), Some(Entry::Flying(_))) {
            entries.remove(self.flight);
        }
    }
}
