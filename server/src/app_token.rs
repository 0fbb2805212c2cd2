//! The app's own token (RFC 6749 §4.4), for the catalogue that everybody may look at.

use std::sync::Arc;

use app::error::{ApiError, Code};
use oauth::client::{AppTokenError, client_credentials};
use oauth::tokens::{AccessToken, TokenSet};
use tokio::sync::Mutex;

use crate::provider::Provider;
use crate::world::World;

/// Seconds between two tries after one that failed.
const BACK_OFF_S: i64 = 5;

/// The token and the last failure to get one. The lock is held while it is fetched, so that there
/// is one request however many wait for it.
#[derive(Debug, Default)]
pub struct AppToken(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    tokens: Option<TokenSet>,
    failed: Option<(Code, i64)>,
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
        let mut held = self.app_token.0.lock().await;
        let now = self.clock.now();
        if let Some(tokens) = &held.tokens
            && !tokens.due(now)
            && rejected.is_none_or(|rejected| rejected.secret() != tokens.access_token.secret())
        {
            return Ok(tokens.access_token.clone());
        }
        if let Some((code, retry_at)) = held.failed
            && now < retry_at
        {
            let wait = u32::try_from(retry_at - now).unwrap_or(1);
            return Err(ApiError::new(code).retry_after(wait));
        }
        let endpoints = provider
            .endpoints(&self.egress, now)
            .await
            .map_err(|down| down.answer())?;
        match client_credentials(&endpoints.client, self.egress.transport(), now).await {
            Ok(tokens) => {
                let token = tokens.access_token.clone();
                *held = Held {
                    tokens: Some(tokens),
                    failed: None,
                };
                Ok(token)
            }
            Err(error) => {
                tracing::error!(
                    provider = provider.id,
                    error = &error as &dyn std::error::Error,
                    "the app's own token cannot be had"
                );
                let code = match &error {
                    AppTokenError::Unavailable(_) => Code::ProviderUnavailable,
                    AppTokenError::ClientRejected
                    | AppTokenError::Refused(_)
                    | AppTokenError::Nonsense => Code::ProviderError,
                };
                // Counted from the end of the try: a try may take longer than the pause.
                *held = Held {
                    tokens: None,
                    failed: Some((code, self.clock.now() + BACK_OFF_S)),
                };
                Err(ApiError::new(code).retry_after(5))
            }
        }
    }
}
