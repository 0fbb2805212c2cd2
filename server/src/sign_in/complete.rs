//! The end of a transaction: the answer is checked, the code exchanged, the person known.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use app::api::{CompleteRequest, Completed};
use app::error::ApiError;
use oauth::callback::{CallbackError, CallbackQuery, ValidatedCallback, check, state_of};
use oauth::client::exchange;
use oauth::state::Nonce;
use oauth::tokens::TokenSet;
use oauth::transaction::{Intent, Transaction};

use super::begin::scopes;
use super::{CompleteError, Deed, Finished, digest};
use crate::connection::{Bond, Connection};
use crate::cookies::{CookieName, Jar};
use crate::exchanges::{Joined, NoResult};
use crate::identify::{Identified, identify};
use crate::limits::Kind;
use crate::pending_link::PendingLink;
use crate::provider::Provider;
use crate::sessions::Who;
use crate::store::{Linked, NewSession, Use};
use crate::world::World;

/// Room for the session cookie, in bytes; the token in it has about 400.
const SESSION_COOKIE_BYTES: usize = 1024;

/// Who brings an answer.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The address.
    pub client: IpAddr,
    /// What the browser calls itself, in a few words.
    pub browser: Option<String>,
}

impl World {
    /// Finishes a transaction. The exchange runs in a task of its own, to the stored result.
    ///
    /// # Errors
    /// [`CompleteError`], logged once.
    pub async fn complete(
        self: &Arc<Self>,
        request: &CompleteRequest,
        jar: &mut Jar,
        visitor: Visitor,
    ) -> Result<Completed, ApiError> {
        let result = self.try_complete(request, jar, visitor).await;
        result.map_err(|error| {
            let cause: &(dyn std::error::Error + 'static) = error.as_ref();
            if error.is_defect() {
                tracing::error!(
                    error = cause,
                    code = error.answer().code.name(),
                    "a sign-in failed"
                );
            } else {
                tracing::info!(
                    error = cause,
                    code = error.answer().code.name(),
                    "a sign-in was refused"
                );
            }
            error.answer()
        })
    }

    async fn try_complete(
        self: &Arc<Self>,
        request: &CompleteRequest,
        jar: &mut Jar,
        visitor: Visitor,
    ) -> Result<Completed, Arc<CompleteError>> {
        self.limits
            .check(Kind::SignIn, visitor.client)
            .map_err(|limited| Arc::new(limited.into()))?;
        let now = self.clock.now();
        let validated = self.validate(request, jar, now)?;
        let who = self
            .who(jar)
            .await
            .map_err(|error| Arc::new(error.into()))?;
        let sign_in = CookieName::sign_in(validated.transaction().state.prefix());
        if let Err(error) = is_of_this_session(validated.transaction(), &who) {
            jar.unset(sign_in);
            return Err(Arc::new(error));
        }
        let key = digest(&[validated.transaction().state.as_str(), &request.query]);
        let mut attendance = match self.exchanges.join(key, now) {
            Joined::Again(attendance) => attendance,
            Joined::First(sender, attendance) => {
                let (world, who) = (Arc::clone(self), who.clone());
                let others = self.others(jar, &who, validated.transaction());
                self.tasks.spawn(async move {
                    let outcome = world
                        .exchange(validated, &who, visitor.browser.as_deref(), others)
                        .await
                        .map_err(Arc::new);
                    sender.send_replace(Some(Arc::new(outcome)));
                });
                attendance
            }
        };
        let outcome = attendance.result().await.map_err(|error| {
            Arc::new(match error {
                NoResult::Overtaken => CompleteError::Used,
                NoResult::Lost => CompleteError::Lost,
            })
        })?;
        // Whatever came of it, this transaction is over, and its cookie with it.
        jar.unset(sign_in);
        let result = match outcome.as_ref() {
            Ok(finished) => self
                .hand_over(finished, &who, jar)
                .await
                .map_err(Arc::new)?,
            Err(error) => {
                attendance.finish();
                return Err(Arc::clone(error));
            }
        };
        attendance.finish();
        Ok(result)
    }

    /// Checks the answer against the sealed transaction, in the order of the design: nobody is
    /// called before everything holds.
    fn validate(
        &self,
        request: &CompleteRequest,
        jar: &mut Jar,
        now: i64,
    ) -> Result<ValidatedCallback, Arc<CompleteError>> {
        let provider = self
            .provider(&request.provider)
            .ok_or(CompleteError::UnknownProvider)?;
        let name = state_of(&request.query)
            .and_then(|state| state.get(..8).map(CookieName::sign_in))
            .filter(|name| jar.holds(name));
        let opened = name.as_ref().and_then(|name| {
            let value = jar.get(name)?;
            Some(self.transactions.open(name, value, now))
        });
        let transaction = match opened {
            None => None,
            Some(Ok(transaction)) => transaction,
            Some(Err(crate::world::Expired)) => {
                if let Some(name) = name {
                    jar.unset(name);
                }
                return Err(Arc::new(CallbackError::TransactionExpired.into()));
            }
        };
        let known = transaction.is_some();
        let query = CallbackQuery::parse(&request.query).map_err(|error| Arc::new(error.into()))?;
        let iss_required = transaction
            .as_ref()
            .is_some_and(|transaction| transaction.iss_required);
        // The provider may have been set up anew since: then the code is not for us any more.
        let moved = transaction.as_ref().is_some_and(|transaction| {
            transaction.provider == provider.id
                && (transaction.issuer != provider.issuer
                    || transaction.redirect_uri != provider.redirect_uri)
        });
        let result = check(
            transaction,
            &provider.id,
            query,
            &request.code_verifier,
            iss_required,
            now,
        )
        .and_then(|validated| {
            if moved {
                Err(CallbackError::ProviderMismatch)
            } else {
                Ok(validated)
            }
        });
        result.map_err(|error| {
            // An answer that is not of this transaction must not end it: anybody can make one up.
            if known
                && !matches!(error, CallbackError::StateMismatch)
                && let Some(name) = name
            {
                jar.unset(name);
            }
            Arc::new(error.into())
        })
    }

    /// Exchanges the code, learns who signed in, and does what the person set out to do: the part
    /// that must not be interrupted.
    async fn exchange(
        &self,
        validated: ValidatedCallback,
        before: &Who,
        browser: Option<&str>,
        others: Vec<(String, Connection)>,
    ) -> Result<Finished, CompleteError> {
        let now = self.clock.now();
        self.use_up(validated.transaction(), now).await?;
        let provider = self
            .provider(&validated.transaction().provider)
            .ok_or(CompleteError::UnknownProvider)?;
        let endpoints = provider.endpoints(&self.egress, now).await?;
        let requested = scopes(provider, &validated.transaction().permissions).unwrap_or_default();
        let granted = exchange(
            &endpoints.client,
            &validated,
            &requested,
            self.egress.transport(),
            now,
        )
        .await
        .map_err(CompleteError::Exchange)?;
        let mut tokens = granted.tokens;
        let identified = identify(
            &self.egress,
            provider,
            &endpoints,
            &tokens.access_token,
            granted.id_token.as_ref(),
            validated.transaction().nonce.as_ref().map(Nonce::as_str),
            self.clock.now(),
        )
        .await
        .map_err(CompleteError::Identify)?;
        if endpoints.capabilities.id_token {
            tokens.subject = Some(identified.person.subject.clone());
            tokens.nonce = validated
                .transaction()
                .nonce
                .as_ref()
                .map(|nonce| nonce.as_str().to_owned());
        }
        if endpoints.capabilities.end_session {
            tokens.id_token = granted.id_token;
        }
        let others = self.settled(before, others).await;
        let deed = match validated.transaction().intent {
            Intent::SignIn => {
                self.sign_in(provider, &identified, &tokens, before, browser)
                    .await?
            }
            intent @ (Intent::Link | Intent::Grant) => {
                let claims = before.session().ok_or(CompleteError::SignedOut)?;
                self.attach(
                    intent,
                    provider,
                    identified,
                    &tokens,
                    (&claims.sub, &claims.sid),
                )
                .await?
            }
        };
        Ok(Finished {
            deed,
            tokens,
            transaction: validated.into_transaction(),
            others,
        })
    }

    /// The connections to other providers, where the session that holds them is about to be replaced.
    fn others(&self, jar: &Jar, who: &Who, transaction: &Transaction) -> Vec<(String, Connection)> {
        let Some(claims) = who.session() else {
            return Vec::new();
        };
        if transaction.intent != Intent::SignIn {
            return Vec::new();
        }
        let others = jar.token_providers().into_iter();
        let others = others.filter(|provider| *provider != transaction.provider);
        others
            .filter_map(|provider| {
                let now = self.clock.now();
                let held = self.connections.open(jar, &provider, &claims.sid, now);
                Some((provider, held.connection()?))
            })
            .collect()
    }

    /// What followed on these connections, while it can still be found.
    async fn settled(
        &self,
        before: &Who,
        others: Vec<(String, Connection)>,
    ) -> HashMap<String, Arc<TokenSet>> {
        let mut settled = HashMap::new();
        let Some(claims) = before.session() else {
            return settled;
        };
        for (provider, held) in others {
            let bond = Bond {
                provider: &provider,
                session: &claims.sid,
                epoch: &held.epoch,
            };
            if let Some(newest) = self.settled_successor(bond, &held.tokens).await {
                settled.insert(provider, newest);
            }
        }
        settled
    }

    /// Writes down that the transaction was used. Before anything is sent: a database that fails
    /// refuses.
    async fn use_up(&self, transaction: &Transaction, now: i64) -> Result<(), CompleteError> {
        let used = self
            .store
            .use_transaction(
                &digest(&[transaction.state.as_str()]),
                transaction.challenge.as_str(),
                transaction.issued_at + 2 * Transaction::LIFE_S,
                now,
            )
            .await?;
        match used {
            Use::First => Ok(()),
            Use::Again => Err(CompleteError::Used),
        }
    }

    async fn sign_in(
        &self,
        provider: &Provider,
        identified: &Identified,
        tokens: &TokenSet,
        before: &Who,
        browser: Option<&str>,
    ) -> Result<Deed, CompleteError> {
        let now = self.clock.now();
        let session = self.rng.id();
        // Before anything is written or ended: what does not fit must not cost a session.
        let mut trial = Jar::default();
        trial.set(CookieName::session(), "x".repeat(SESSION_COOKIE_BYTES), 1)?;
        let ends_at = now + self.settings.session_max_s;
        self.connections.keep(
            &mut trial,
            tokens,
            Bond {
                provider: &provider.id,
                session: &session,
                // As long as an epoch gets.
                epoch: &format!("{session}.{}", i64::MAX),
            },
            ends_at,
            now,
            &self.rng,
        )?;
        let fresh_ids = [self.rng.id(), self.rng.id()];
        let previous = before.session().map(|claims| claims.sid.as_str());
        let account = self
            .store
            .sign_in(
                &identified.person,
                [&fresh_ids[0], &fresh_ids[1]],
                &NewSession {
                    id: &session,
                    browser,
                    provider_session: identified.provider_session.as_deref(),
                },
                previous,
                now,
            )
            .await?;
        if let Some(previous) = previous {
            self.note_ended(previous);
        }
        // Name and picture may be new in the account's other sessions.
        self.views.invalidate_account(&account);
        let same_account = before.session().is_some_and(|claims| claims.sub == account);
        Ok(Deed::SignedIn {
            session,
            previous: previous.map(str::to_owned),
            same_account,
        })
    }

    /// Ties an identity that was proven to the account that is signed in, as far as that goes
    /// without the person's word.
    async fn attach(
        &self,
        intent: Intent,
        provider: &Provider,
        identified: Identified,
        tokens: &TokenSet,
        (account, session): (&str, &str),
    ) -> Result<Deed, CompleteError> {
        let Identified {
            person,
            provider_session,
        } = identified;
        let owner = self.store.find_account(&person).await?;
        match owner {
            Some(owner) if owner == account => {
                let fresh = self.rng.id();
                let linked = self
                    .store
                    .link(
                        &person,
                        account,
                        &fresh,
                        session,
                        provider_session.as_deref(),
                        self.clock.now(),
                    )
                    .await?;
                self.views.invalidate_account(account);
                match linked {
                    Linked::Done | Linked::Already => Ok(Deed::Connected {
                        session: session.to_owned(),
                    }),
                    Linked::Taken => Err(CompleteError::Taken),
                    Linked::OtherOfProvider => Err(CompleteError::WrongAccount),
                    Linked::NoAccount => Err(CompleteError::SignedOut),
                }
            }
            Some(_) if intent == Intent::Link => Err(CompleteError::Taken),
            None if intent == Intent::Link => {
                let identities = self.store.session_and_account(session).await?;
                let Some((.., identities)) = identities else {
                    return Err(CompleteError::SignedOut);
                };
                if identities.iter().any(|known| known.provider == provider.id) {
                    return Err(CompleteError::WrongAccount);
                }
                let waiting = PendingLink::new(&person, provider_session.as_deref(), tokens);
                // What does not fit is said now, not when the person agrees.
                let mut trial = Jar::default();
                trial.set(CookieName::session(), "x".repeat(SESSION_COOKIE_BYTES), 1)?;
                self.pending_links.keep(
                    &mut trial,
                    &waiting,
                    session,
                    self.clock.now(),
                    &self.rng,
                )?;
                Ok(Deed::Proven {
                    session: session.to_owned(),
                    person: Box::new(person),
                    provider_session,
                })
            }
            _ => Err(CompleteError::WrongAccount),
        }
    }
}

/// A link or a grant is finished by the session that began it, and by no other.
fn is_of_this_session(transaction: &Transaction, who: &Who) -> Result<(), CompleteError> {
    if transaction.intent == Intent::SignIn {
        return Ok(());
    }
    match (who.session(), &transaction.session) {
        (Some(claims), Some(session)) if claims.sid == *session => Ok(()),
        (Some(_), _) => Err(CompleteError::OtherSession),
        (None, _) => Err(CompleteError::SignedOut),
    }
}
