//! Everything a request may need, in one value.

use oauth::transaction::Transaction;
use seal::{Context, OpenError, Sealer};
use tokio_util::task::TaskTracker;

use crate::app_token::AppToken;
use crate::clock::Clock;
use crate::connection::Connections;
use crate::cookies::CookieName;
use crate::egress::Egress;
use crate::ended::Ended;
use crate::exchanges::Exchanges;
use crate::feed::Feed;
use crate::held_back::HeldBack;
use crate::keys;
use crate::limits::Limits;
use crate::pending_link::PendingLinks;
use crate::provider::{self, Provider};
use crate::refresh::Refreshes;
use crate::rng::Rng;
use crate::session_token::SessionTokens;
use crate::sessions::Views;
use crate::settings::Settings;
use crate::store::Store;
use crate::successors::{self, Successors};

/// The server's parts, made once at start and shared by all requests.
#[derive(Debug)]
pub struct World {
    /// What it was told.
    pub settings: Settings,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub rng: Rng,
    /// The database.
    pub store: Store,
    /// The way out.
    pub egress: Egress,
    /// The providers on offer.
    pub providers: Vec<Provider>,
    /// Our session tokens.
    pub session_tokens: SessionTokens,
    /// Sealed connections.
    pub connections: Connections,
    /// Sealed identities that wait to be linked.
    pub pending_links: PendingLinks,
    /// Sealed transactions.
    pub transactions: Transactions,
    /// Sessions that ended a short time ago.
    pub ended: Ended,
    /// How far what other nodes end and change was followed.
    pub feed: Feed,
    /// Account views by session.
    pub views: Views,
    /// Exchanges under way.
    pub exchanges: Exchanges,
    /// Refreshes under way.
    pub refreshes: Refreshes,
    /// Renewed tokens at rest.
    pub successors: Successors,
    /// The app's own token for the catalogue.
    pub app_token: AppToken,
    /// Rate limits.
    pub limits: Limits,
    /// Calls that a provider told to wait.
    pub held_back: HeldBack,
    /// Work that a shutdown waits for.
    pub tasks: TaskTracker,
}

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The keys.
    #[error(transparent)]
    Keys(#[from] keys::KeysError),
    /// The signing keys.
    #[error(transparent)]
    Signing(#[from] crate::session_token::SigningError),
    /// The database.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The client for providers.
    #[error("the client for providers cannot be made")]
    Egress(#[from] reqwest::Error),
    /// A provider.
    #[error("the settings of a provider cannot be used: {0}")]
    Provider(#[from] provider::ProviderError),
}

impl World {
    /// Opens the database and makes every part.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn new(settings: Settings, clock: Clock, rng: Rng) -> Result<Self, StartError> {
        let store = Store::open(
            settings
                .database_url
                .as_ref()
                .map(crate::settings::DatabaseUrl::secret),
            &settings.data_dir,
        )
        .await?;
        Self::with_store(settings, clock, rng, store).await
    }

    /// The same over a database that is already open.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn with_store(
        settings: Settings,
        clock: Clock,
        rng: Rng,
        store: Store,
    ) -> Result<Self, StartError> {
        let key_ring = keys::load(
            settings.keys.as_ref().map(crate::settings::Keys::secret),
            &settings.data_dir,
            &rng,
        )?;
        let ended = Ended::of(store.ended_since(Ended::horizon(clock.now())).await?);
        Ok(Self {
            egress: Egress::new(!settings.allow_loopback)?,
            providers: provider::configured(&settings)?,
            session_tokens: SessionTokens::new(&key_ring, settings.origin.as_str())?,
            connections: Connections::new(&key_ring),
            pending_links: PendingLinks::new(&key_ring),
            transactions: Transactions::new(&key_ring),
            ended,
            feed: Feed::default(),
            views: Views::default(),
            exchanges: Exchanges::default(),
            refreshes: Refreshes::default(),
            successors: Successors::new(key_ring),
            app_token: AppToken::default(),
            limits: Limits::new(settings.limits, settings.trusted_proxies.clone()),
            held_back: HeldBack::new(settings.limits),
            tasks: TaskTracker::new(),
            settings,
            clock,
            rng,
            store,
        })
    }

    /// Ends a session here and in the database; where that fails, the end is written later.
    ///
    /// Returns whether it is written.
    pub async fn end_for_good(&self, session: &str) -> bool {
        self.note_ended(session);
        // Before it is tried: who asked may hang up in the middle, and then nobody is told.
        self.ended.write_later(session);
        match self.store.end_session(session, self.clock.now()).await {
            Ok(()) => {
                self.ended.written(session);
                true
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the end of a session is not written yet"
                );
                false
            }
        }
    }

    /// The provider with this id.
    pub fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    /// Forgets what is past its time. Run it every few minutes.
    pub async fn tidy(&self) {
        let now = self.clock.now();
        self.limits.tidy();
        self.held_back.tidy(now);
        for outcome in self.exchanges.tidy(now) {
            // Nobody came for it: a session that no browser holds must not live on.
            if let Ok(finished) = outcome.as_ref()
                && let Some(session) = finished.opened_session()
            {
                self.end_for_good(session).await;
            }
        }
        for session in self.ended.unwritten() {
            self.end_for_good(&session).await;
        }
        let (idle, max) = (self.settings.session_idle_s, self.settings.session_max_s);
        if let Err(error) = self
            .store
            .purge(now - idle, now - max, Ended::horizon(now))
            .await
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "sessions past their time stay for now"
            );
        }
        let purged = self.store.purge_refreshes(now - successors::LIFE_S).await;
        if let Err(error) = purged {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "renewed tokens past their time stay for now"
            );
        }
    }
}

/// Opens and seals transactions.
#[derive(Debug)]
pub struct Transactions {
    sealer: Sealer,
}

impl Transactions {
    fn new(ring: &seal::KeyRing) -> Self {
        Self {
            sealer: Sealer::new(ring, "transaction"),
        }
    }

    /// Seals a transaction for the cookie `name`.
    ///
    /// # Errors
    /// [`crate::cookies::TooLarge`] where it is too long for a seal.
    pub fn seal(
        &self,
        name: &CookieName,
        transaction: &Transaction,
        rng: &Rng,
    ) -> Result<String, crate::cookies::TooLarge> {
        let context = Context {
            name: name.as_str(),
            ..Context::default()
        };
        let plaintext = serde_json::to_vec(transaction).map_err(|_| crate::cookies::TooLarge)?;
        // The seal outlives the transaction, so that one that is too old can be told from none.
        let expires_at = transaction.issued_at + 2 * Transaction::LIFE_S;
        self.sealer
            .seal(&context, &plaintext, expires_at, rng.bytes())
            .map_err(|_| crate::cookies::TooLarge)
    }

    /// Opens the transaction in the cookie `name`. `Err(())` says that it is past its time.
    ///
    /// # Errors
    /// [`Expired`].
    pub fn open(
        &self,
        name: &CookieName,
        value: &str,
        now: i64,
    ) -> Result<Option<Transaction>, Expired> {
        let context = Context {
            name: name.as_str(),
            ..Context::default()
        };
        match self.sealer.open(&context, value, now) {
            Ok(opened) => Ok(serde_json::from_slice(&opened.plaintext).ok()),
            Err(OpenError::Expired) => Err(Expired),
            Err(_) => Ok(None),
        }
    }
}

/// The transaction was ours, and is long past its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the transaction is past its time")]
pub struct Expired;
