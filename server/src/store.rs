//! Accounts, identities, sessions and used transactions, in a database.
//!
//! A failing database is an error and never an answer: whoever asks must refuse.

mod accounts;
mod sessions;
mod transactions;

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

pub use accounts::{Account, Identity, Person};
pub use sessions::SessionRow;
pub use transactions::Use;

/// How a transaction that writes begins: with the write lock, so that it waits for others at its
/// start and does not fail against them in its middle.
const WRITE: &str = "BEGIN IMMEDIATE";

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pool: sqlx::SqlitePool,
}

/// The database could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed or was too slow.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The folder of the database could not be made.
    #[error("the data directory cannot be written")]
    Directory(#[from] std::io::Error),
}

impl Store {
    /// Opens `url` (`sqlite:…`), or the file `stagedoor.sqlite` in `data_dir`, and migrates it.
    ///
    /// # Errors
    /// [`StoreError`] where the folder, the file or the migration fails.
    pub async fn open(url: Option<&str>, data_dir: &Path) -> Result<Self, StoreError> {
        let options = if let Some(url) = url {
            SqliteConnectOptions::from_str(url)?
        } else {
            std::fs::create_dir_all(data_dir)?;
            SqliteConnectOptions::new().filename(data_dir.join("stagedoor.sqlite"))
        };
        Self::connect(
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal),
            8,
        )
        .await
    }

    /// A database of its own in memory, for tests.
    ///
    /// # Errors
    /// [`StoreError`] where the migration fails.
    pub async fn in_memory() -> Result<Self, StoreError> {
        // One connection: every connection to `:memory:` is a database of its own.
        Self::connect(SqliteConnectOptions::from_str("sqlite::memory:")?, 1).await
    }

    async fn connect(options: SqliteConnectOptions, connections: u32) -> Result<Self, StoreError> {
        let options = options
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(3));
        let pool = SqlitePoolOptions::new()
            .max_connections(connections)
            .min_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(Duration::from_secs(4))
            .connect_with(options)
            .await?;
        sqlx::migrate!("./migrations").run(&pool).await?;
        Ok(Self { pool })
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StoreError::Database`] where there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1 FROM account LIMIT 1")
            .fetch_optional(&self.pool)
            .await?;
        Ok(())
    }

    /// Closes every connection; each later call fails. At shutdown, and in tests of a failing database.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
