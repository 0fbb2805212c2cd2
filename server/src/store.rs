//! Accounts, identities, sessions and used transactions, in a database: `SQLite`, or `PostgreSQL` where
//! there are several nodes. One set of statements, one set of migrations.
//!
//! A failing database is an error and never an answer: whoever asks must refuse.

/// Makes an attempt again, a few times, where another transaction got in its way.
macro_rules! retried {
    ($attempt:expr) => {{
        let mut left = 4_u8;
        loop {
            match crate::store::timely($attempt).await {
                Err(error) if left > 0 && error.is_conflict() => left -= 1,
                result => break result,
            }
        }
    }};
}

mod accounts;
mod connect;
mod feed;
mod links;
mod logout_tokens;
mod migrations;
mod refreshes;
mod sessions;
mod transactions;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use sqlx::{Any, AnyPool, Transaction};

pub use accounts::{Account, Identity, Person};
pub use feed::{Wake, Wakes};
pub use links::{Linked, Unlinked};
pub use logout_tokens::Logout;
pub use refreshes::{Outcome, RefreshKey, RefreshRow};
pub use sessions::{NewSession, SessionRow};
pub use transactions::Use;

use connect::Engine;

/// How long one attempt may take in all: a database that is away must not keep anybody waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Store")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// The database could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The database did not answer in time.
    #[error("the database did not answer in time")]
    Slow,
    /// What was found was gone before it could be used, again and again.
    #[error("the rows changed meanwhile")]
    Overtaken,
    /// The address of the database cannot be used. The address itself is not said: it may hold a password.
    #[error("DATABASE_URL cannot be used: {0}")]
    Address(String),
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The folder of the database could not be made.
    #[error("the data directory cannot be written")]
    Directory(#[from] std::io::Error),
}

impl StoreError {
    /// Whether another transaction was in the way, so that the same may well succeed now.
    fn is_conflict(&self) -> bool {
        match self {
            Self::Overtaken => true,
            // Serialization failure and deadlock, as PostgreSQL calls them.
            Self::Database(sqlx::Error::Database(error)) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01"))
            }
            _ => false,
        }
    }
}

impl Store {
    /// Opens `url` (`sqlite:…` or `postgres:…`), or the file `stagedoor.sqlite` in `data_dir`, and
    /// migrates it.
    ///
    /// # Errors
    /// [`StoreError`] where the address, the folder, the file, the server or the migration fails.
    pub async fn open(url: Option<&str>, data_dir: &Path) -> Result<Self, StoreError> {
        let (pool, engine) = connect::open(url, data_dir).await?;
        Ok(Self { pool, engine })
    }

    /// A database of its own in memory, for tests.
    ///
    /// # Errors
    /// [`StoreError`] where the migration fails.
    pub async fn in_memory() -> Result<Self, StoreError> {
        Self::open(Some("sqlite::memory:"), Path::new("")).await
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StoreError`] where there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        timely(async {
            sqlx::query("SELECT 1 FROM account LIMIT 1")
                .fetch_optional(&self.pool)
                .await?;
            Ok(())
        })
        .await
    }

    /// Closes every connection; each later call fails. At shutdown, and in tests of a failing database.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Begins a transaction that writes.
    async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.pool.begin_with(self.engine.begin()).await?)
    }
}

/// Waits for the database, but not for ever: a peer that vanished without a word never answers.
async fn timely<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or(Err(StoreError::Slow))
}

/// The text as both databases can hold it: `PostgreSQL` knows no NUL.
fn storable(text: Option<&String>) -> Option<String> {
    text.map(|text| text.replace('\0', ""))
}
