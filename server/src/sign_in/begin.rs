//! The start of a transaction.

use std::net::IpAddr;

use ::spotify::Permission;
use app::api::{BeginRequest, Begun};
use oauth::pkce::Challenge;
use oauth::return_to::ReturnTo;
use oauth::state::{Nonce, State};
use oauth::transaction::{Intent, Transaction};

use super::{BeginError, RECENT_S};
use crate::cookies::{CookieName, Jar};
use crate::limits::Kind;
use crate::provider::{Authorization, IdentitySource, Provider, spotify};
use crate::sessions::Who;
use crate::world::World;

/// The scope that asks for a refresh token (`OpenID` Connect Core 1.0 §11).
const OFFLINE_ACCESS: &str = "offline_access";

impl World {
    /// Starts a transaction. Nobody is called but, for a provider that is not known yet, its
    /// metadata.
    ///
    /// # Errors
    /// [`BeginError`].
    pub async fn begin(
        &self,
        request: &BeginRequest,
        jar: &mut Jar,
        client: IpAddr,
    ) -> Result<Begun, BeginError> {
        self.limits.check(Kind::SignIn, client)?;
        let provider = self
            .provider(&request.provider)
            .ok_or(BeginError::BadRequest("provider"))?;
        let challenge = Challenge::parse(&request.code_challenge)
            .map_err(|_| BeginError::BadRequest("code_challenge"))?;
        let intent = match request.intent.as_deref() {
            None | Some("sign-in") => Intent::SignIn,
            Some("link") => Intent::Link,
            Some("grant") => Intent::Grant,
            Some(_) => return Err(BeginError::BadRequest("intent")),
        };
        let mut scopes =
            scopes(provider, &request.permissions).ok_or(BeginError::BadRequest("permissions"))?;
        let mut permissions = request.permissions.clone();
        let session = self.session_for(intent, jar).await?;
        if let Some(session) = &session {
            self.add_held(provider, jar, session, &mut permissions, &mut scopes);
        }
        // A page that is not ours is not worth refusing a sign-in for, but it is never gone to.
        let return_to = request
            .return_to
            .as_deref()
            .and_then(|text| ReturnTo::parse(text).ok())
            .unwrap_or_default();
        let now = self.clock.now();
        let endpoints = provider.endpoints(&self.egress, now).await?;
        // Who wants to stay connected wants a refresh token, and most providers ask to be asked.
        let offline = endpoints
            .open_id
            .as_ref()
            .is_some_and(|more| more.offline_access);
        if intent == Intent::Grant && offline && !scopes.iter().any(|one| one == OFFLINE_ACCESS) {
            scopes.push(OFFLINE_ACCESS.to_owned());
        }
        let state = State::from_bytes(self.rng.bytes());
        let transaction = Transaction {
            provider: provider.id.clone(),
            issuer: provider.issuer.clone(),
            iss_required: endpoints.capabilities.iss,
            redirect_uri: provider.redirect_uri.clone(),
            state: state.clone(),
            nonce: endpoints
                .capabilities
                .nonce
                .then(|| Nonce::from_bytes(self.rng.bytes())),
            challenge,
            intent,
            permissions,
            return_to,
            session,
            issued_at: now,
        };
        let name = CookieName::sign_in(state.prefix());
        let value = self.transactions.seal(&name, &transaction, &self.rng)?;
        jar.set_sign_in(name, value, Transaction::LIFE_S, |name, value| {
            self.transactions
                .open(name, value, now)
                .ok()
                .flatten()
                .map(|transaction| transaction.issued_at)
        })?;
        jar.fits()?;
        let authorize_url = provider.authorize_url(
            &endpoints,
            &Authorization {
                state: state.as_str(),
                challenge: transaction.challenge.as_str(),
                nonce: transaction.nonce.as_ref().map(Nonce::as_str),
                scopes: &scopes,
                intent,
                switch_account: request.switch_account,
            },
        );
        Ok(Begun {
            authorize_url,
            state: state.as_str().to_owned(),
        })
    }

    /// The session that a link or a grant belongs to. A link wants a recent sign-in: whoever finds a
    /// browser unattended must not leave a way in for themselves.
    async fn session_for(&self, intent: Intent, jar: &Jar) -> Result<Option<String>, BeginError> {
        if intent == Intent::SignIn {
            return Ok(None);
        }
        let Who::Session(claims) = self.who(jar).await? else {
            return Err(BeginError::SignedOut);
        };
        let known = self.known(&claims).await?.ok_or(BeginError::SignedOut)?;
        if intent == Intent::Link && !known.is_recent(self.clock.now()) {
            return Err(BeginError::NotRecent);
        }
        Ok(Some(claims.sid))
    }

    /// What was granted before is asked for again with what is new, so that nothing is lost. The
    /// transaction names it, too: an answer without scopes grants what was asked for (RFC 6749
    /// §5.1), and that is all of it.
    fn add_held(
        &self,
        provider: &Provider,
        jar: &Jar,
        session: &str,
        permissions: &mut Vec<String>,
        scopes: &mut Vec<String>,
    ) {
        if !matches!(provider.identity, IdentitySource::Spotify { .. }) {
            return;
        }
        let held = self
            .connections
            .open(jar, &provider.id, session, self.clock.now())
            .connection()
            .map(|held| held.tokens.scopes)
            .unwrap_or_default();
        for name in spotify::permissions_of(&held) {
            if !permissions.iter().any(|known| known == name) {
                permissions.push(name.to_owned());
            }
        }
        for scope in held {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
    }
}

/// The scopes to ask for: the provider's usual ones and those of the permissions. `None` where a
/// permission is not one of this provider's.
pub(super) fn scopes(provider: &Provider, permissions: &[String]) -> Option<Vec<String>> {
    let mut scopes = provider.scopes.clone();
    for permission in permissions {
        let IdentitySource::Spotify { .. } = provider.identity else {
            return None;
        };
        for scope in Permission::parse(permission)?.scopes() {
            if !scopes.iter().any(|known| known == scope) {
                scopes.push((*scope).to_owned());
            }
        }
    }
    Some(scopes)
}

/// Whether a session that was opened at `opened_at` was signed in to recently.
pub(crate) fn is_recent(opened_at: i64, now: i64) -> bool {
    now.saturating_sub(opened_at) < RECENT_S
}
