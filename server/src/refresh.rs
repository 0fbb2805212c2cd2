//! One refresh at a time: for one refresh token and generation there is one request, on all nodes.
//!
//! On this node, whoever needs the same refresh joins its flight; across nodes the flight follows the
//! claims of [`flight`] in the database. The result stays there, sealed, for requests of the same
//! session that still carry the older tokens: the browser may have hung up before it saw the new
//! cookie, or taken an older cookie for a newer one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::error::{ApiError, Code};
use flight::{End, Found, Holder, Phase, Row, Store as _, Time};
use moka::sync::Cache;
use oauth::client::{Granted, RefreshError, refresh};
use oauth::id_token::Purpose;
use oauth::tokens::{RefreshToken, TokenSet};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::clock::Stopwatch;
use crate::connection::{Bond, Connection};
use crate::identify::{self, IdentifyError};
use crate::provider::{Endpoints, Provider};
use crate::store::{Outcome, Person, RefreshKey, StoreError};
use crate::successors::SuccessorError;
use crate::world::World;

/// Nobody waits longer than this for a refresh.
const PATIENCE: Duration = Duration::from_secs(14);
/// What an answer needs at most to be checked.
const CHECK: Duration = Duration::from_millis(1500);
/// So long those who wait for tokens also wait for the profile that is renewed with them.
const PROFILE: Duration = Duration::from_secs(2);
/// Between two successful refreshes lie at least this many seconds, however short a token lives.
const FLOOR_S: i64 = 5;
/// After trouble with the network the next try waits at most this long, in seconds, unless told more.
const BACK_OFF_S: i64 = 5;
/// So much less it may be, so that not everybody tries in the same second.
const JITTER_S: u8 = 3;
/// A provider's `Retry-After` is believed up to this, in seconds.
const RETRY_AFTER_MAX_S: i64 = 3600;
/// So long a node remembers the newest tokens that it has seen: as long as most of them live.
const SEEN: Duration = Duration::from_hours(1);
/// So many results are followed from the oldest cookie to the newest.
const CHAIN: usize = 32;

/// What came of a refresh.
#[derive(Debug, Clone)]
enum Landed {
    /// New tokens.
    Tokens(Arc<TokenSet>),
    /// The provider ended the connection.
    Over,
    /// The session or the connection ended here meanwhile.
    Gone,
    /// It could not be asked, or did not make sense; another try makes sense at `retry_at`.
    Failed {
        /// What the person is told.
        code: Code,
        /// Unix seconds.
        retry_at: i64,
    },
}

/// The flights of this node, and the newest tokens of each session that it has seen.
#[derive(Debug)]
pub struct Refreshes {
    flying: Mutex<HashMap<RefreshKey, watch::Receiver<Option<Landed>>>>,
    woken: Notify,
    seen: Cache<(String, String, String), Age>,
}

/// Consent, and the refreshes since. What is greater is newer.
type Age = (i64, u64);

impl Default for Refreshes {
    fn default() -> Self {
        Self {
            flying: Mutex::default(),
            woken: Notify::default(),
            seen: Cache::builder()
                .max_capacity(20_000)
                .time_to_live(SEEN)
                .build(),
        }
    }
}

impl Refreshes {
    /// A result may be there: whoever waits for another node looks again.
    pub fn wake(&self) {
        self.woken.notify_waiters();
    }

    /// Whether newer tokens than these were shown to this node, or given out by it. Notes these.
    pub fn has_seen_newer(&self, bond: Bond<'_>, tokens: &TokenSet) -> bool {
        let key = (
            bond.session.to_owned(),
            bond.provider.to_owned(),
            bond.epoch.to_owned(),
        );
        let age = (tokens.granted_at, tokens.generation);
        match self.seen.get(&key) {
            Some(newest) if newest >= age => newest > age,
            _ => {
                self.seen.insert(key, age);
                false
            }
        }
    }

    fn flying(&self) -> MutexGuard<'_, HashMap<RefreshKey, watch::Receiver<Option<Landed>>>> {
        self.flying.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// There are no usable tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoTokens {
    /// The connection is over; the account is not.
    #[error("the connection is over")]
    Over,
    /// The connection was ended here meanwhile, be it in another browser.
    #[error("the connection was ended meanwhile")]
    Disconnected,
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
            NoTokens::Disconnected => Code::NotConnected.into(),
            NoTokens::SessionEnded => Code::SignedOut.into(),
            NoTokens::Failed {
                code,
                retry_after_s,
            } => Self::new(code).retry_after(retry_after_s),
        }
    }
}

impl World {
    /// The tokens that follow on `tokens`: found, or asked for. The work goes on where the caller is
    /// dropped. Whether session and connection go on is looked at before the answer.
    ///
    /// # Errors
    /// [`NoTokens`].
    pub async fn refresh_tokens(
        self: &Arc<Self>,
        bond: Bond<'_>,
        tokens: &TokenSet,
    ) -> Result<Arc<TokenSet>, NoTokens> {
        let renewed = timeout(PATIENCE, self.newest(bond, tokens)).await;
        if self.ended.contains(bond.session) {
            return Err(NoTokens::SessionEnded);
        }
        // It goes on without whoever asked, and its result stays for the next.
        renewed.unwrap_or(Err(NoTokens::Failed {
            code: Code::ProviderUnavailable,
            retry_after_s: 1,
        }))
    }

    /// Follows the results from these tokens on, for a cookie may be several refreshes old, and asks
    /// for new ones where the last are due as well.
    async fn newest(
        self: &Arc<Self>,
        bond: Bond<'_>,
        tokens: &TokenSet,
    ) -> Result<Arc<TokenSet>, NoTokens> {
        let mut tokens = Arc::new(tokens.clone());
        for _ in 0..CHAIN {
            let renewed = match self.join(bond, &tokens).await {
                Landed::Tokens(renewed) => renewed,
                Landed::Over => return Err(NoTokens::Over),
                Landed::Gone => return Err(self.what_ended(bond).await),
                Landed::Failed { code, retry_at } => {
                    let wait = (retry_at - self.clock.now()).clamp(1, RETRY_AFTER_MAX_S);
                    return Err(NoTokens::Failed {
                        code,
                        retry_after_s: u32::try_from(wait).unwrap_or(1),
                    });
                }
            };
            let now = self.clock.now();
            self.refreshes.has_seen_newer(bond, &renewed);
            // One that was issued a moment ago is the best there is, however short it lives.
            if !renewed.due(now) || now < renewed.issued_at().saturating_add(FLOOR_S) {
                return Ok(renewed);
            }
            tokens = renewed;
        }
        tracing::error!("renewed tokens follow on one another without end");
        Err(NoTokens::Failed {
            code: Code::Unexpected,
            retry_after_s: 1,
        })
    }

    /// What follows on these tokens already, the newest of it. Nothing is sent for it.
    pub(crate) async fn successor(
        &self,
        bond: Bond<'_>,
        tokens: &TokenSet,
    ) -> Option<Arc<TokenSet>> {
        let mut newest = None;
        let mut tokens = Arc::new(tokens.clone());
        for _ in 0..CHAIN {
            let Some(before) = &tokens.refresh_token else {
                break;
            };
            let key = key(bond, before, &tokens);
            let Ok(Found::Row(Some(Row {
                phase: Phase::Landed(Outcome::Tokens { sealed, .. }),
                ..
            }))) = self.store.refresh(&key).look().await
            else {
                break;
            };
            let opened = self
                .successors
                .open(&key, before, &sealed, self.clock.now());
            let Ok(opened) = opened else { break };
            tokens = Arc::new(opened);
            newest = Some(Arc::clone(&tokens));
        }
        newest
    }

    /// The newest that follows on what the browser holds of a provider.
    pub(crate) async fn newest_of(
        &self,
        provider: &str,
        session: &str,
        held: Connection,
    ) -> TokenSet {
        let bond = Bond {
            provider,
            session,
            epoch: &held.epoch,
        };
        match self.successor(bond, &held.tokens).await {
            Some(newest) => TokenSet::clone(&newest),
            None => held.tokens,
        }
    }

    /// What follows on these tokens once a refresh that is under way on this node has landed.
    pub(crate) async fn settled_successor(
        &self,
        bond: Bond<'_>,
        tokens: &TokenSet,
    ) -> Option<Arc<TokenSet>> {
        let key = key(bond, tokens.refresh_token.as_ref()?, tokens);
        let flying = self.refreshes.flying().get(&key).cloned();
        if let Some(mut flying) = flying {
            let _ = timeout(PATIENCE, flying.wait_for(Option::is_some)).await;
        }
        self.successor(bond, tokens).await
    }

    /// Lets tokens that a consent brought follow on those that it replaced: whoever still carries the
    /// older cookie gets to the newer, and a refresh of the older that is under way is stored for
    /// nobody.
    pub(crate) async fn replace_tokens(
        &self,
        bond: Bond<'_>,
        older: &TokenSet,
        newer: &TokenSet,
    ) -> Result<(), StoreError> {
        let newest = self.successor(bond, older).await;
        let older = newest.as_deref().unwrap_or(older);
        let Some(before) = &older.refresh_token else {
            return Ok(());
        };
        let key = key(bond, before, older);
        let is_same = newer
            .refresh_token
            .as_ref()
            .is_some_and(|token| hash(token) == key.token_hash);
        // They follow already, or nothing may follow on itself.
        if is_same && newer.generation <= older.generation {
            return Ok(());
        }
        let superseded = newer
            .refresh_token
            .as_ref()
            .is_some_and(|token| hash(token) != key.token_hash);
        let now = self.clock.now();
        match self.successors.seal(&key, before, newer, now, &self.rng) {
            Ok(sealed) => {
                let outcome = Outcome::Tokens { sealed, superseded };
                self.store.replace_refresh(&key, &outcome, now).await
            }
            // Then the older ones end by themselves.
            Err(_) => Ok(()),
        }
    }

    /// Whether the session or the connection alone is what ended.
    async fn what_ended(&self, bond: Bond<'_>) -> NoTokens {
        match self.store.session_and_account(bond.session).await {
            Ok(Some(_)) => NoTokens::Disconnected,
            Ok(None) => NoTokens::SessionEnded,
            Err(_) => NoTokens::Failed {
                code: Code::Unavailable,
                retry_after_s: 1,
            },
        }
    }

    /// Joins the flight of these tokens on this node, or starts it.
    async fn join(self: &Arc<Self>, bond: Bond<'_>, tokens: &Arc<TokenSet>) -> Landed {
        let Some(refresh_token) = tokens.refresh_token.clone() else {
            return Landed::Over;
        };
        let key = key(bond, &refresh_token, tokens);
        let mut waiting = {
            let mut flying = self.refreshes.flying();
            if let Some(waiting) = flying.get(&key) {
                waiting.clone()
            } else {
                let (sender, waiting) = watch::channel(None);
                flying.insert(key.clone(), waiting.clone());
                let (world, tokens) = (Arc::clone(self), Arc::clone(tokens));
                self.tasks.spawn(async move {
                    let airborne = Airborne {
                        refreshes: &world.refreshes,
                        key: &key,
                    };
                    let landed = world.fly(&key, &refresh_token, &tokens).await;
                    // Whoever comes from now on finds the result in the database.
                    drop(airborne);
                    sender.send_replace(Some(landed));
                });
                waiting
            }
        };
        let landed = waiting.wait_for(Option::is_some).await;
        landed
            .ok()
            .and_then(|landed| landed.clone())
            // It ended without a result, by a defect.
            .unwrap_or(Landed::Failed {
                code: Code::Unexpected,
                retry_at: 0,
            })
    }

    /// One flight of this node, to its end.
    async fn fly(
        self: &Arc<Self>,
        key: &RefreshKey,
        refresh_token: &RefreshToken,
        tokens: &TokenSet,
    ) -> Landed {
        self.keep_the_floor(tokens).await;
        let crew = Crew {
            world: self,
            key,
            refresh_token,
            tokens,
            since: self.clock.stopwatch(),
            pauses: AtomicU32::default(),
            sent: AtomicBool::default(),
            store_failed: AtomicBool::default(),
        };
        let row = self.store.refresh(key);
        let end = flight::fly(&row, &crew, Holder::new(self.rng.id())).await;
        let now = self.clock.now();
        match end {
            End::Landed(Outcome::Tokens { sealed, .. }) => {
                match self.successors.open(key, refresh_token, &sealed, now) {
                    Ok(renewed) => {
                        let renewed = Arc::new(renewed);
                        if crew.sent.load(Ordering::Relaxed) {
                            let (world, provider) = (Arc::clone(self), key.provider.clone());
                            let tokens = Arc::clone(&renewed);
                            let asking = self.tasks.spawn(async move {
                                world.renew_profile(&provider, &tokens).await;
                            });
                            // It goes on, but nobody waits long for a name.
                            let _ = timeout(PROFILE, asking).await;
                        }
                        Landed::Tokens(renewed)
                    }
                    // Another node knows the key, and so will this one in a moment.
                    Err(SuccessorError::UnknownKey) => Landed::Failed {
                        code: Code::Unavailable,
                        retry_at: now + BACK_OFF_S,
                    },
                    Err(SuccessorError::Worthless | SuccessorError::TooLong) => Landed::Over,
                }
            }
            End::Landed(Outcome::Over) => Landed::Over,
            End::Failed {
                result: Outcome::Failed(code),
                retry_at,
            } => Landed::Failed { code, retry_at },
            End::Landed(Outcome::Failed(_)) | End::Failed { .. } => Landed::Failed {
                code: Code::Unexpected,
                retry_at: now,
            },
            End::Gone => Landed::Gone,
            End::GivenUp => Landed::Failed {
                code: if crew.store_failed.load(Ordering::Relaxed) {
                    Code::Unavailable
                } else {
                    Code::ProviderUnavailable
                },
                retry_at: now,
            },
        }
    }

    /// A token that lives for a second must not be renewed every second. The first is never delayed.
    async fn keep_the_floor(&self, tokens: &TokenSet) {
        if tokens.generation == 0 {
            return;
        }
        let wait = tokens.issued_at().saturating_add(FLOOR_S) - self.clock.now();
        if let Ok(wait @ 1..) = u64::try_from(wait.min(FLOOR_S)) {
            tokio::time::sleep(Duration::from_secs(wait)).await;
        }
    }

    /// Sends the request and checks what came. `Ok` are the new tokens; nothing is kept of an answer
    /// that does not hold.
    async fn send_refresh(&self, provider: &str, tokens: &TokenSet) -> Result<TokenSet, Refused> {
        let provider = self.provider(provider).ok_or(Refused::Over)?;
        let sending = async {
            let now = self.clock.now();
            let endpoints = provider
                .endpoints(&self.egress, now)
                .await
                .map_err(|down| Refused::Failed {
                    code: down.answer().code,
                    told: Some(down.retry_after_s.into()),
                })?;
            let granted = refresh(&endpoints.client, tokens, self.egress.transport(), now)
                .await
                .map_err(|error| refused(provider, &error))?;
            Ok((endpoints, granted))
        };
        let (endpoints, granted) = timeout(flight::SEND_DEADLINE.saturating_sub(CHECK), sending)
            .await
            .map_err(|_| {
                tracing::warn!(provider = provider.id, "a refresh took too long");
                Refused::Failed {
                    code: Code::ProviderUnavailable,
                    told: None,
                }
            })??;
        self.adopt(provider, &endpoints, granted)
            .await
            .map_err(|error| {
                tracing::error!(
                    provider = provider.id,
                    error = &error as &dyn std::error::Error,
                    "a refresh brought an ID token that does not hold"
                );
                Refused::Failed {
                    code: error.answer().code,
                    told: None,
                }
            })
    }

    /// Checks the ID token that came with renewed tokens.
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
        let Some(text) = granted.id_token else {
            return Ok(tokens);
        };
        let purpose = Purpose::Refresh {
            subject: &subject,
            nonce: tokens.nonce.as_deref(),
        };
        let now = self.clock.now();
        let verifying = identify::verify(
            &self.egress,
            provider,
            endpoints,
            &text,
            &tokens.access_token,
            purpose,
            now,
        );
        match timeout(CHECK, verifying).await {
            Ok(Ok(_)) if endpoints.capabilities.end_session => tokens.id_token = Some(text),
            Ok(Ok(_)) => {}
            Ok(Err(error)) if !error.is_trouble_of_the_network() => return Err(error),
            // It could not be looked at, which says nothing against it. The refresh token before
            // may be gone: dropping this one would end the connection.
            Ok(Err(_)) | Err(_) => {
                tracing::warn!(
                    provider = provider.id,
                    "a renewed ID token was not looked at"
                );
            }
        }
        Ok(tokens)
    }

    /// Asks userinfo for name, address and picture as they are now. Where it fails, what is known
    /// stays: the tokens are good all the same.
    async fn renew_profile(&self, provider: &str, tokens: &TokenSet) {
        let (Some(provider), Some(subject)) = (self.provider(provider), &tokens.subject) else {
            return;
        };
        let Ok(endpoints) = provider.endpoints(&self.egress, self.clock.now()).await else {
            return;
        };
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

/// No tokens came.
enum Refused {
    /// The provider ended the connection.
    Over,
    /// It did not get through, or made no sense.
    Failed {
        /// What the person is told.
        code: Code,
        /// The seconds to wait that the provider named.
        told: Option<i64>,
    },
}

fn refused(provider: &Provider, error: &RefreshError) -> Refused {
    let cause = error as &dyn std::error::Error;
    match error {
        RefreshError::Ended | RefreshError::NoRefreshToken => {
            tracing::info!(provider = provider.id, "the provider ended a connection");
            Refused::Over
        }
        RefreshError::Unavailable(unavailable) => {
            tracing::warn!(
                provider = provider.id,
                error = cause,
                "a refresh did not get through"
            );
            Refused::Failed {
                code: Code::ProviderUnavailable,
                told: unavailable
                    .retry_after_s()
                    .and_then(|seconds| i64::try_from(seconds).ok()),
            }
        }
        _ => {
            tracing::error!(provider = provider.id, error = cause, "a refresh failed");
            Refused::Failed {
                code: Code::ProviderError,
                told: None,
            }
        }
    }
}

/// What a flight needs of this node.
struct Crew<'a> {
    world: &'a World,
    key: &'a RefreshKey,
    refresh_token: &'a RefreshToken,
    tokens: &'a TokenSet,
    since: Stopwatch,
    pauses: AtomicU32,
    /// This node sent the request.
    sent: AtomicBool,
    /// The last word of the database was that it failed.
    store_failed: AtomicBool,
}

impl flight::Crew<Outcome, StoreError> for Crew<'_> {
    fn time(&self) -> Time {
        Time {
            elapsed: self.since.elapsed(),
            now: self.world.clock.now(),
        }
    }

    async fn pause(&self) {
        let pauses = self.pauses.fetch_add(1, Ordering::Relaxed);
        let [jitter] = self.world.rng.bytes();
        let wait = (25 << pauses.min(4)) + u64::from(jitter) / 4;
        tokio::select! {
            () = self.world.refreshes.woken.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(wait)) => {}
        }
    }

    async fn send(&self, _fence: u64) -> Phase<Outcome> {
        let (world, key) = (self.world, self.key);
        self.sent.store(true, Ordering::Relaxed);
        self.store_failed.store(false, Ordering::Relaxed);
        let refused = match world.send_refresh(&key.provider, self.tokens).await {
            Ok(renewed) => {
                let superseded = renewed
                    .refresh_token
                    .as_ref()
                    .is_some_and(|token| hash(token) != key.token_hash);
                let now = world.clock.now();
                match world
                    .successors
                    .seal(key, self.refresh_token, &renewed, now, &world.rng)
                {
                    Ok(sealed) => {
                        return Phase::Landed(Outcome::Tokens { sealed, superseded });
                    }
                    Err(error) => {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "renewed tokens cannot be kept"
                        );
                        Refused::Failed {
                            code: Code::TooLarge,
                            told: None,
                        }
                    }
                }
            }
            Err(refused) => refused,
        };
        match refused {
            Refused::Over => Phase::Landed(Outcome::Over),
            Refused::Failed { code, told } => {
                let [jitter] = world.rng.bytes();
                let wait = told
                    .unwrap_or(BACK_OFF_S - i64::from(jitter % JITTER_S))
                    .clamp(1, RETRY_AFTER_MAX_S);
                Phase::Failed {
                    result: Outcome::Failed(code),
                    retry_at: world.clock.now() + wait,
                }
            }
        }
    }

    fn trouble(&self, error: StoreError) {
        if !self.store_failed.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the database fails while tokens are refreshed"
            );
        }
    }
}

fn key(bond: Bond<'_>, refresh_token: &RefreshToken, tokens: &TokenSet) -> RefreshKey {
    RefreshKey {
        session: bond.session.to_owned(),
        provider: bond.provider.to_owned(),
        epoch: bond.epoch.to_owned(),
        token_hash: hash(refresh_token),
        generation: i64::try_from(tokens.generation).unwrap_or(i64::MAX),
    }
}

/// What a refresh token is known by. It cannot be turned back into the token.
fn hash(token: &RefreshToken) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(token.secret());
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A flight that must end in some way: dropped without a result, it leaves no entry behind, so that
/// a defect does not block the token for ever.
struct Airborne<'a> {
    refreshes: &'a Refreshes,
    key: &'a RefreshKey,
}

impl Drop for Airborne<'_> {
    fn drop(&mut self) {
        self.refreshes.flying().remove(self.key);
    }
}
