//! The sign-in: `begin` and `complete`.

use std::net::IpAddr;
use std::sync::Arc;

use app::api::{BeginRequest, Begun, CompleteRequest, Completed};
use app::error::{ApiError, Code};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth::callback::{CallbackError, CallbackQuery, ValidatedCallback, check, state_of};
use oauth::client::{ExchangeError, exchange};
use oauth::pkce::Challenge;
use oauth::return_to::ReturnTo;
use oauth::state::State;
use oauth::tokens::TokenSet;
use oauth::transaction::{Intent, Transaction};
use sha2::{Digest as _, Sha256};

use crate::connection::Held;
use crate::cookies::{CookieName, Jar, TooLarge};
use crate::exchanges::{Joined, NoResult};
use crate::limits::{Kind, Limited};
use crate::provider::spotify::{self, PersonError};
use crate::sessions::{SessionError, Who};
use crate::store::{NewSession, StoreError, Use};
use crate::world::World;

/// Room for the session cookie, in bytes; the token in it has about 400.
const SESSION_COOKIE_BYTES: usize = 1024;

/// A sign-in cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The request is not one that can be begun: provider, challenge, permission, intent or page.
    #[error("the request cannot be begun: {0}")]
    BadRequest(&'static str),
    /// Too many from this address.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The transaction does not fit into a cookie.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

impl From<BeginError> for ApiError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::BadRequest(_) => Code::BadRequest.into(),
            BeginError::Limited(limited) => {
                Self::new(Code::RateLimited).retry_after(limited.retry_after_s)
            }
            BeginError::TooLarge(_) => Code::TooLarge.into(),
        }
    }
}

/// A sign-in cannot be finished.
#[derive(Debug, thiserror::Error)]
pub enum CompleteError {
    /// The answer of the provider does not hold.
    #[error(transparent)]
    Callback(#[from] CallbackError),
    /// The transaction was used before.
    #[error("the transaction was used before")]
    Used,
    /// The provider is not configured.
    #[error("the provider is not configured")]
    UnknownProvider,
    /// Too many from this address.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The code was not exchanged.
    #[error("the code was not exchanged")]
    Exchange(#[source] ExchangeError),
    /// The provider did not tell who signed in.
    #[error("the provider did not tell who signed in")]
    Person(#[source] PersonError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The tokens do not fit into cookies.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The exchange ended without a result.
    #[error("the exchange ended without a result")]
    Lost,
}

impl CompleteError {
    /// What the person is told.
    pub fn answer(&self) -> ApiError {
        let code = match self {
            Self::Callback(error) => callback_code(*error),
            Self::Used => Code::TransactionMissing,
            Self::UnknownProvider => Code::BadRequest,
            Self::Limited(limited) => {
                return ApiError::new(Code::RateLimited).retry_after(limited.retry_after_s);
            }
            Self::Exchange(error) => match error {
                ExchangeError::CodeRejected => Code::CodeRejected,
                ExchangeError::ClientRejected
                | ExchangeError::Refused(_)
                | ExchangeError::Nonsense => Code::ProviderError,
                ExchangeError::Unavailable(_) => Code::ProviderUnavailable,
                ExchangeError::RedirectUri => Code::Unexpected,
            },
            Self::Person(error) => return error.answer(),
            Self::Store(_) => Code::Unavailable,
            Self::Session(error) => return ApiError::from(error),
            Self::TooLarge(_) => Code::TooLarge,
            Self::Lost => Code::Unexpected,
        };
        code.into()
    }

    /// Whether it says that something of ours, or of the installation, is broken.
    fn is_defect(&self) -> bool {
        matches!(
            self,
            Self::Lost
                | Self::Store(_)
                | Self::Session(_)
                | Self::Exchange(ExchangeError::ClientRejected | ExchangeError::RedirectUri)
        )
    }
}

impl From<&SessionError> for ApiError {
    fn from(error: &SessionError) -> Self {
        match error {
            SessionError::Store(_) => Code::Unavailable.into(),
            SessionError::Signing(_) => Code::Unexpected.into(),
            SessionError::TooLarge(_) => Code::TooLarge.into(),
        }
    }
}

fn callback_code(error: CallbackError) -> Code {
    Code::ALL
        .iter()
        .copied()
        .find(|code| code.name() == error.code())
        .unwrap_or(Code::BadRequest)
}

/// The result of an exchange: what the cookies of the browser are made of.
#[derive(Debug)]
pub struct SignedIn {
    session: String,
    tokens: TokenSet,
    transaction: Transaction,
    /// The session that this one replaces.
    previous: Option<String>,
    /// Whether that was of the same account.
    same_account: bool,
}

impl SignedIn {
    /// The session that was opened.
    pub fn session(&self) -> &str {
        &self.session
    }
}

/// What an exchange ends in.
pub type Outcome = Result<SignedIn, Arc<CompleteError>>;

impl World {
    /// Starts a transaction.
    ///
    /// # Errors
    /// [`BeginError`].
    pub fn begin(
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
        if !matches!(request.intent.as_deref(), None | Some("sign-in")) {
            return Err(BeginError::BadRequest("intent"));
        }
        let mut scopes: Vec<&str> = Vec::new();
        for permission in &request.permissions {
            let needed =
                spotify::scopes_of(permission).ok_or(BeginError::BadRequest("permissions"))?;
            scopes.extend(
                needed
                    .iter()
                    .filter(|scope| !scopes.contains(*scope))
                    .copied()
                    .collect::<Vec<_>>(),
            );
        }
        // A page that is not ours is not worth refusing a sign-in for, but it is never gone to.
        let return_to = request
            .return_to
            .as_deref()
            .and_then(|text| ReturnTo::parse(text).ok())
            .unwrap_or_default();
        let now = self.clock.now();
        let state = State::from_bytes(self.rng.bytes());
        let transaction = Transaction {
            provider: provider.id.to_owned(),
            issuer: provider.issuer.clone(),
            redirect_uri: provider.redirect_uri.clone(),
            state: state.clone(),
            nonce: None,
            challenge,
            intent: Intent::SignIn,
            permissions: request.permissions.clone(),
            return_to,
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
            state.as_str(),
            transaction.challenge.as_str(),
            &scopes,
            request.switch_account,
        );
        Ok(Begun {
            authorize_url,
            state: state.as_str().to_owned(),
        })
    }

    /// Finishes a transaction. The exchange runs in a task of its own, to the stored result.
    ///
    /// # Errors
    /// [`CompleteError`], logged once.
    pub async fn complete(
        self: &Arc<Self>,
        request: &CompleteRequest,
        jar: &mut Jar,
        client: IpAddr,
    ) -> Result<Completed, ApiError> {
        let result = self.try_complete(request, jar, client).await;
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
        client: IpAddr,
    ) -> Result<Completed, Arc<CompleteError>> {
        self.limits
            .check(Kind::SignIn, client)
            .map_err(|limited| Arc::new(limited.into()))?;
        let now = self.clock.now();
        let validated = self.validate(request, jar, now)?;
        let who = self
            .who(jar)
            .await
            .map_err(|error| Arc::new(error.into()))?;
        let key = digest(&[validated.transaction().state.as_str(), &request.query]);
        let sign_in = CookieName::sign_in(validated.transaction().state.prefix());
        let mut attendance = match self.exchanges.join(key, now) {
            Joined::Again(attendance) => attendance,
            Joined::First(sender, attendance) => {
                let (world, who) = (Arc::clone(self), who.clone());
                self.tasks.spawn(async move {
                    let outcome = world.exchange(validated, &who).await.map_err(Arc::new);
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
            Ok(signed_in) => self
                .hand_over(signed_in, &who, jar)
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
        let result = check(
            transaction,
            provider.id,
            query,
            &request.code_verifier,
            provider.iss_advertised,
            now,
        );
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

    /// Exchanges the code, learns who signed in, and opens the session: the part that must not be
    /// interrupted.
    async fn exchange(
        &self,
        validated: ValidatedCallback,
        before: &Who,
    ) -> Result<SignedIn, CompleteError> {
        let now = self.clock.now();
        let (state_hash, challenge, expires_at) = {
            let transaction = validated.transaction();
            let expires_at = transaction.issued_at + 2 * Transaction::LIFE_S;
            (
                digest(&[transaction.state.as_str()]),
                transaction.challenge.as_str().to_owned(),
                expires_at,
            )
        };
        if self
            .store
            .use_transaction(&state_hash, &challenge, expires_at, now)
            .await?
            == Use::Again
        {
            return Err(CompleteError::Used);
        }
        let provider = self
            .provider(&validated.transaction().provider)
            .ok_or(CompleteError::UnknownProvider)?;
        let requested: Vec<String> = validated
            .transaction()
            .permissions
            .iter()
            .filter_map(|permission| spotify::scopes_of(permission))
            .flatten()
            .map(|scope| (*scope).to_owned())
            .collect();
        let tokens = exchange(
            &provider.client,
            &validated,
            &requested,
            self.egress.transport(),
            now,
        )
        .await
        .map_err(CompleteError::Exchange)?;
        let person = spotify::person(&self.egress, provider, &tokens.access_token)
            .await
            .map_err(CompleteError::Person)?;
        let session = self.rng.id();
        // Before anything is written or ended: what does not fit must not cost a session.
        let mut trial = Jar::default();
        trial.set(CookieName::session(), "x".repeat(SESSION_COOKIE_BYTES), 1)?;
        let ends_at = now + self.settings.session_max_s;
        self.connections.keep(
            &mut trial,
            &tokens,
            (provider.id, &session),
            ends_at,
            now,
            &self.rng,
        )?;
        let fresh_ids = [self.rng.id(), self.rng.id()];
        let previous = before.session().map(|claims| claims.sid.as_str());
        let account = self
            .store
            .sign_in(
                &person,
                [&fresh_ids[0], &fresh_ids[1]],
                &NewSession {
                    id: &session,
                    browser: None,
                    provider_session: None,
                },
                previous,
                self.clock.now(),
            )
            .await?;
        if let Some(previous) = previous {
            self.note_ended(previous);
        }
        let same_account = before.session().is_some_and(|claims| claims.sub == account);
        Ok(SignedIn {
            session,
            tokens,
            transaction: validated.into_transaction(),
            previous: previous.map(str::to_owned),
            same_account,
        })
    }

    /// Turns the result into the cookies of this browser.
    async fn hand_over(
        &self,
        signed_in: &SignedIn,
        who: &Who,
        jar: &mut Jar,
    ) -> Result<Completed, CompleteError> {
        let now = self.clock.now();
        // While the browser was away it may have signed in another way: that session ends, too.
        if let Some(other) = who.session()
            && other.sid != signed_in.session
            && Some(&other.sid) != signed_in.previous.as_ref()
        {
            self.store.end_session(&other.sid, now).await?;
            self.note_ended(&other.sid);
        }
        let Some((row, account, identities)) = self.open_session(jar, &signed_in.session).await?
        else {
            // It was ended before the browser came back for it.
            return Err(CompleteError::Used);
        };
        let ends_at = now + self.settings.session_max_s;
        let own = &signed_in.transaction.provider;
        let mut connections = Vec::new();
        for provider in jar
            .token_providers()
            .into_iter()
            .filter(|provider| provider != own)
        {
            let held = signed_in
                .previous
                .as_deref()
                .filter(|_| signed_in.same_account)
                .map(|previous| self.connections.open(jar, &provider, previous, now));
            match held {
                Some(Held::Tokens(tokens)) => {
                    self.connections.keep(
                        jar,
                        &tokens,
                        (&provider, &row.id),
                        ends_at,
                        now,
                        &self.rng,
                    )?;
                    connections.push(self.describe_connection(&provider, &tokens));
                }
                Some(Held::Foreign) => {}
                _ => jar.unset_cut(&CookieName::tokens(&provider)),
            }
        }
        self.connections.keep(
            jar,
            &signed_in.tokens,
            (own, &row.id),
            ends_at,
            now,
            &self.rng,
        )?;
        connections.push(self.describe_connection(own, &signed_in.tokens));
        Ok(Completed {
            return_to: signed_in.transaction.return_to.as_str().to_owned(),
            session: self.describe(&row, &account, &identities, connections),
        })
    }
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}
