//! The end of a session by the person's own hand, and the way to end it at the provider, too.

use std::time::Duration;

use app::api::SignedOut;
use app::error::{ApiError, Code};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::cookies::{CookieName, Jar};
use crate::provider::Provider;
use crate::session_token::Claims;
use crate::sessions::Who;
use crate::world::World;

/// How long a sign-out waits for a provider's metadata.
const METADATA: Duration = Duration::from_secs(2);

impl World {
    /// Ends the session of a browser, or every session of its account. The cookies go whatever the
    /// database says: who signs out on a borrowed machine must not be left signed in. Where the
    /// database is away, the session is over on this node at once and its end is written later.
    ///
    /// # Errors
    /// [`Code::Unavailable`] where an end is not written yet.
    pub async fn sign_out(&self, jar: &mut Jar, everywhere: bool) -> Result<SignedOut, ApiError> {
        let now = self.clock.now();
        // A token that is only well signed may end its own session. Ending others wants a live one.
        let own = jar
            .get(&CookieName::session())
            .and_then(|token| self.session_tokens.verify(token, now).ok());
        let live = if everywhere {
            self.who(jar).await
        } else {
            Ok(Who::Nobody)
        };
        let hints = own.as_ref().map(|own| self.hints(jar, own));
        self.forget(jar);
        let mut written = true;
        if let Some(own) = own {
            written &= self.end_for_good(&own.sid).await;
        }
        match live {
            Ok(Who::Session(claims)) => match self.store.end_sessions_of(&claims.sub, now).await {
                Ok(sessions) => sessions.iter().for_each(|session| self.note_ended(session)),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the sessions of an account cannot be ended"
                    );
                    written = false;
                }
            },
            Ok(_) => {}
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "it cannot be told whose sessions to end"
                );
                written = false;
            }
        }
        if !written {
            return Err(Code::Unavailable.into());
        }
        // Everything has ended here by now, whatever the provider does.
        Ok(SignedOut {
            end_session_url: self.end_session_url(hints.unwrap_or_default()).await,
        })
    }

    /// The providers that this browser is connected to and that may have an end of their own, each
    /// with the ID token that tells it whose session is meant.
    fn hints<'a>(&'a self, jar: &Jar, claims: &Claims) -> Vec<(&'a Provider, Option<String>)> {
        let now = self.clock.now();
        let mut hints: Vec<(&Provider, Option<String>)> = self
            .providers
            .iter()
            .filter(|provider| provider.capabilities.id_token)
            .filter_map(|provider| {
                let connection = self
                    .connections
                    .open(jar, &provider.id, &claims.sid, now)
                    .connection()?;
                let hint = connection
                    .tokens
                    .id_token
                    .map(|text| text.secret().to_owned());
                Some((provider, hint))
            })
            .collect();
        hints.sort_by_key(|(_, hint)| hint.is_none());
        hints
    }

    /// The address that ends the session at the first provider that has one (`OpenID` Connect
    /// RP-Initiated Logout 1.0 §2). It is made by us alone, and leads back to the front page.
    async fn end_session_url(&self, hints: Vec<(&Provider, Option<String>)>) -> Option<String> {
        for (provider, hint) in hints {
            let endpoints = provider.endpoints(&self.egress, self.clock.now());
            let Ok(Ok(endpoints)) = tokio::time::timeout(METADATA, endpoints).await else {
                continue;
            };
            let Some(mut url) = endpoints
                .open_id
                .as_ref()
                .and_then(|more| more.end_session_url.clone())
            else {
                continue;
            };
            {
                let mut query = url.query_pairs_mut();
                if let Some(hint) = &hint {
                    query.append_pair("id_token_hint", hint);
                }
                query
                    .append_pair("client_id", endpoints.client.client_id())
                    .append_pair(
                        "post_logout_redirect_uri",
                        &format!("{}/", self.settings.origin.as_str()),
                    )
                    .append_pair("state", &URL_SAFE_NO_PAD.encode(self.rng.bytes::<16>()));
            }
            return Some(url.into());
        }
        None
    }
}
