//! The app's own token (RFC 6749 §4.4), for the catalogue that everybody may look at.
//!
//! It is renewed ahead of its end, beside the calls: the old one goes on being used while it is
//! good. Only who has none that is good waits. Nothing here touches anybody's connection.

use std::sync::{Arc, Mutex, PoisonError};

use app::error::{ApiError, Code};
use oauth::client::{AppTokenError, client_credentials};
use oauth::tokens::{AccessToken, TokenSet};

use crate::provider::Provider;
use crate::world::World;

/// Seconds between two tries after one that failed, unless told more.
const BACK_OFF_S: i64 = 5;
/// A provider's `Retry-After` is believed up to this, in seconds.
const RETRY_AFTER_MAX_S: i64 = 3600;
/// How long before its end a token is renewed, in seconds; of one with a short life the last
/// quarter.
const AHEAD_S: i64 = 300;

/// The token and the last failure to get one, and the right to fetch one, which one has at a time.
#[derive(Debug, Default)]
pub struct AppToken {
    held: Mutex<Held>,
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Held {
    tokens: Option<TokenSet>,
    failed: Option<(Code, i64)>,
}

impl Held {
    /// A token that is good for a while.
    fn lasting(&self, now: i64) -> Option<&AccessToken> {
        let tokens = self.tokens.as_ref().filter(|tokens| !tokens.due(now))?;
        Some(&tokens.access_token)
    }

    /// Whether a token that is good should be renewed by now.
    fn is_near_its_end(&self, now: i64) -> bool {
        self.tokens.as_ref().is_some_and(|tokens| {
            let ahead_s = AHEAD_S.min(tokens.access_life_s / 4);
            tokens.access_expires_at.saturating_sub(now) <= ahead_s
        })
    }

    /// What the last try failed with, while another makes no sense yet.
    fn pause(&self, now: i64) -> Option<ApiError> {
        let (code, retry_at) = self.failed.filter(|(_, retry_at)| now < *retry_at)?;
        Some(ApiError::new(code).retry_after(u32::try_from(retry_at - now).unwrap_or(1)))
    }
}

impl AppToken {
    fn with<T>(&self, work: impl FnOnce(&mut Held) -> T) -> T {
        work(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl World {
    /// A token that speaks for the app alone. `rejected` is one that the provider just refused.
    ///
    /// # Errors
    /// An [`ApiError`] with `provider_unavailable` or `provider_error`.
    pub async fn app_token(
        self: &Arc<Self>,
        provider: &Provider,
        rejected: Option<&AccessToken>,
    ) -> Result<AccessToken, ApiError> {
        if let Some(rejected) = rejected {
            self.app_token.with(|held| {
                held.tokens
                    .take_if(|tokens| tokens.access_token.secret() == rejected.secret());
            });
        }
        let now = self.clock.now();
        let (lasting, renew) = self.app_token.with(|held| {
            let renew = held.is_near_its_end(now) && held.pause(now).is_none();
            (held.lasting(now).cloned(), renew)
        });
        if let Some(token) = lasting {
            if renew {
                self.renew_app_token_ahead(provider);
            }
            return Ok(token);
        }
        let _fetching = self.app_token.fetching.lock().await;
        // Somebody else may have fetched one meanwhile.
        let now = self.clock.now();
        if let Some(token) = self.app_token.with(|held| held.lasting(now).cloned()) {
            return Ok(token);
        }
        let fetched = match self.app_token.with(|held| held.pause(now)) {
            Some(error) => Err(error),
            None => self.fetch_app_token(provider).await,
        };
        // Its last seconds are better than nothing.
        fetched.or_else(|error| {
            let now = self.clock.now();
            self.app_token.with(|held| {
                let left = held.tokens.as_ref();
                left.filter(|tokens| now < tokens.access_expires_at)
                    .map(|tokens| tokens.access_token.clone())
                    .ok_or(error)
            })
        })
    }

    /// Fetches a new token in a task of its own, unless one is being fetched.
    fn renew_app_token_ahead(self: &Arc<Self>, provider: &Provider) {
        let Ok(fetching) = Arc::clone(&self.app_token.fetching).try_lock_owned() else {
            return;
        };
        let (world, provider) = (Arc::clone(self), provider.id.clone());
        self.tasks.spawn(async move {
            let _fetching = fetching;
            let near = |held: &mut Held| held.is_near_its_end(world.clock.now());
            if world.app_token.with(near)
                && let Some(provider) = world.provider(&provider)
            {
                // What it fails with is kept for the next; the old token is still good.
                let _ = world.fetch_app_token(provider).await;
            }
        });
    }

    /// Asks for a new token. Only who has the right to fetch calls this.
    async fn fetch_app_token(&self, provider: &Provider) -> Result<AccessToken, ApiError> {
        let now = self.clock.now();
        let endpoints = provider
            .endpoints(&self.egress, now)
            .await
            .map_err(|down| down.answer())?;
        match client_credentials(&endpoints.client, self.egress.transport(), now).await {
            Ok(tokens) => {
                let token = tokens.access_token.clone();
                self.app_token.with(|held| {
                    *held = Held {
                        tokens: Some(tokens),
                        failed: None,
                    };
                });
                Ok(token)
            }
            Err(error) => {
                tracing::error!(
                    provider = provider.id,
                    error = &error as &dyn std::error::Error,
                    "the app's own token cannot be had"
                );
                let (code, told) = match &error {
                    AppTokenError::Unavailable(unavailable) => {
                        (Code::ProviderUnavailable, unavailable.retry_after_s())
                    }
                    AppTokenError::ClientRejected
                    | AppTokenError::Refused(_)
                    | AppTokenError::Nonsense => (Code::ProviderError, None),
                };
                let wait = told
                    .and_then(|seconds| i64::try_from(seconds).ok())
                    .unwrap_or(BACK_OFF_S)
                    .clamp(1, RETRY_AFTER_MAX_S);
                // Counted from the end of the try: a try may take longer than the pause.
                let retry_at = self.clock.now() + wait;
                self.app_token
                    .with(|held| held.failed = Some((code, retry_at)));
                Err(ApiError::new(code).retry_after(u32::try_from(wait).unwrap_or(1)))
            }
        }
    }
}
