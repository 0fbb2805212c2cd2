//! The result of an exchange becomes the cookies of a browser.

use app::api::Completed;
use oauth::tokens::TokenSet;

use super::{CompleteError, Deed, Finished};
use crate::connection::{Bond, Connection, Held};
use crate::cookies::{CookieName, Jar};
use crate::pending_link::PendingLink;
use crate::sessions::Who;
use crate::store::Identity;
use crate::world::World;

impl World {
    /// Turns the result into the cookies of this browser.
    pub(super) async fn hand_over(
        &self,
        finished: &Finished,
        who: &Who,
        jar: &mut Jar,
    ) -> Result<Completed, CompleteError> {
        let (session, previous) = match &finished.deed {
            Deed::SignedIn {
                session,
                previous,
                same_account,
            } => {
                self.end_other(session, previous.as_deref(), who).await?;
                let kept = previous.as_deref().filter(|_| *same_account);
                (session, kept)
            }
            Deed::Connected { session } | Deed::Proven { session, .. } => {
                (session, Some(session.as_str()))
            }
        };
        let Some((row, account, identities)) = self.open_session(jar, session).await? else {
            // It was ended before the browser came back for it.
            return Err(CompleteError::Used);
        };
        let now = self.clock.now();
        let ends_at = now + self.settings.session_max_s;
        let own = &finished.transaction.provider;
        let epoch_of = |provider: &str| {
            let identity = identities.iter().find(|one| one.provider == provider);
            identity.map(Identity::epoch)
        };
        let own_held = previous.and_then(|previous| {
            let held = self.connections.open(jar, own, previous, now);
            held.of_epoch(epoch_of(own).as_deref()).connection()
        });
        let mut connections = Vec::new();
        for provider in jar
            .token_providers()
            .into_iter()
            .filter(|provider| provider != own)
        {
            // What was disconnected or unlinked elsewhere leaves no connection.
            let held = previous.map(|previous| {
                let held = self.connections.open(jar, &provider, previous, now);
                held.of_epoch(epoch_of(&provider).as_deref())
            });
            match held {
                Some(Held::Connection(held)) => {
                    let tokens = finished.others.get(&provider);
                    let tokens = tokens.map_or(&held.tokens, |newest| newest);
                    if previous != Some(session) {
                        let bond = Bond {
                            provider: &provider,
                            session: &row.id,
                            epoch: &held.epoch,
                        };
                        self.connections
                            .keep(jar, tokens, bond, ends_at, now, &self.rng)?;
                    }
                    connections.push(self.describe_connection(&provider, tokens));
                }
                Some(Held::Foreign) => {}
                _ => jar.unset_cut(&CookieName::tokens(&provider)),
            }
        }
        let mut pending = None;
        match &finished.deed {
            Deed::SignedIn { .. } | Deed::Connected { .. } => {
                jar.unset_cut(&CookieName::link());
                // The identity may have been unlinked since: then there is nothing to be connected to.
                let Some(epoch) = epoch_of(own) else {
                    return Err(CompleteError::Used);
                };
                let bond = Bond {
                    provider: own,
                    session: &row.id,
                    epoch: &epoch,
                };
                let goes_on = previous == Some(session);
                let tokens = self
                    .connect(jar, bond, &finished.tokens, own_held, goes_on)
                    .await?;
                connections.push(self.describe_connection(own, &tokens));
            }
            Deed::Proven {
                person,
                provider_session,
                ..
            } => {
                let waiting =
                    PendingLink::new(person, provider_session.as_deref(), &finished.tokens);
                self.pending_links
                    .keep(jar, &waiting, &row.id, now, &self.rng)?;
                pending = Some(waiting.view_at(now));
            }
        }
        let mut view = self.describe(&row, &account, &identities, connections);
        view.pending_link = pending;
        Ok(Completed {
            return_to: finished.transaction.return_to.as_str().to_owned(),
            session: view,
        })
    }

    /// Puts the tokens that came into the jar. Where the session goes on, those that it held before lead
    /// on to them: another tab may carry the older ones, and bring their successors late.
    async fn connect(
        &self,
        jar: &mut Jar,
        bond: Bond<'_>,
        tokens: &TokenSet,
        held: Option<Connection>,
        goes_on: bool,
    ) -> Result<TokenSet, CompleteError> {
        let older = match held {
            Some(held) => Some(self.newest_of(bond.provider, bond.session, held).await),
            None => None,
        };
        let mut tokens = self.with_older_refresh_token(bond.provider, tokens, older.as_ref());
        if let Some(older) = older.as_ref().filter(|_| goes_on) {
            tokens = tokens.following_on(older);
        }
        let now = self.clock.now();
        let ends_at = now + self.settings.session_max_s;
        self.connections
            .keep(jar, &tokens, bond, ends_at, now, &self.rng)?;
        if let Some(older) = older.filter(|_| goes_on) {
            if let Err(error) = self.replace_tokens(bond, &older, &tokens).await {
                // Then the older ones end by themselves.
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "older tokens do not lead on to those of a consent"
                );
            }
            self.refreshes.has_seen_newer(bond, &tokens);
        }
        Ok(tokens)
    }

    /// While the browser was away it may have signed in another way: that session ends, too.
    async fn end_other(
        &self,
        session: &str,
        previous: Option<&str>,
        who: &Who,
    ) -> Result<(), CompleteError> {
        if let Some(other) = who.session()
            && other.sid != session
            && Some(other.sid.as_str()) != previous
        {
            self.store.end_session(&other.sid, self.clock.now()).await?;
            self.note_ended(&other.sid);
        }
        Ok(())
    }

    /// Google gives a refresh token with the first consent alone. What an earlier sign-in of the same
    /// person in this browser brought is not lost to a later one without.
    fn with_older_refresh_token(
        &self,
        provider: &str,
        tokens: &TokenSet,
        held: Option<&TokenSet>,
    ) -> TokenSet {
        let mut tokens = tokens.clone();
        let secret = |tokens: &TokenSet| {
            let token = tokens.refresh_token.as_ref();
            token.map(|token| token.secret().to_owned())
        };
        if let Some(held) = held
            && secret(held).is_some()
            && secret(held) == secret(&tokens)
        {
            // The same refresh token must not be taken for one that was never used.
            tokens.generation = held.generation.saturating_add(1);
        }
        let first_only = self
            .provider(provider)
            .is_some_and(|provider| provider.capabilities.refresh_token_on_first_consent_only);
        if first_only
            && tokens.refresh_token.is_none()
            && let Some(held) = held
            && held.subject.is_some()
            && held.subject == tokens.subject
        {
            tokens.refresh_token.clone_from(&held.refresh_token);
            // The same refresh token must not be taken for one that was never used.
            tokens.generation = held.generation.saturating_add(1);
        }
        tokens
    }
}
