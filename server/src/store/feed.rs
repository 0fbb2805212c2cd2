//! What a node has to tell the others: sessions that ended, accounts whose view changed.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{AnyConnection, Row as _};

use super::connect::Engine;
use super::{PATIENCE, Store, StoreError, timely};

/// The channel on which `PostgreSQL` tells that something ended or changed.
const ENDED: &str = "stagedoor_ended";
/// The channel on which it tells that a refresh has a result.
const REFRESHED: &str = "stagedoor_refreshed";
/// How long listening rests after it failed.
const REST: Duration = Duration::from_secs(1);

impl Store {
    /// The sessions that were ended since `since`, and when.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ended_since(&self, since: i64) -> Result<Vec<(String, i64)>, StoreError> {
        self.since(
            "SELECT id, ended_at FROM ended_session WHERE ended_at >= $1",
            since,
        )
        .await
    }

    /// The accounts whose view changed since `since` (linked, unlinked, renamed or deleted), each
    /// with the time of its last change. That time is another one for every change.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn changed_since(&self, since: i64) -> Result<Vec<(String, i64)>, StoreError> {
        self.since(
            "SELECT account_id, changed_at FROM account_change WHERE changed_at >= $1",
            since,
        )
        .await
    }

    async fn since(
        &self,
        statement: &'static str,
        since: i64,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        timely(async {
            let rows = sqlx::query(statement)
                .bind(since)
                .fetch_all(&self.pool)
                .await?;
            rows.into_iter()
                .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
                .collect()
        })
        .await
    }

    /// What wakes a node that waits for news. Only `PostgreSQL` wakes anybody.
    pub fn listen(&self) -> Wakes {
        Wakes {
            options: match &self.engine {
                Engine::Sqlite => None,
                Engine::Postgres(options) => Some(Arc::clone(options)),
            },
            listener: None,
            failing: false,
        }
    }

    /// Wakes the other nodes once the transaction is committed.
    pub(super) async fn wake(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        if let Engine::Postgres(_) = self.engine {
            sqlx::query("SELECT pg_notify($1, '')")
                .bind(ENDED)
                .execute(connection)
                .await?;
        }
        Ok(())
    }

    /// Wakes whoever waits for a refresh on another node. They look by themselves, too: where it
    /// fails they wait a little longer.
    pub(super) async fn wake_waiting(&self) {
        if let Engine::Postgres(_) = self.engine {
            let woken = timely(async {
                sqlx::query("SELECT pg_notify($1, '')")
                    .bind(REFRESHED)
                    .execute(&self.pool)
                    .await?;
                Ok(())
            });
            if let Err(error) = woken.await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "nobody was woken for a refresh"
                );
            }
        }
    }
}

/// What a node is woken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// Something ended or changed, or may have.
    Ended,
    /// A refresh has a result.
    Refreshed,
}

/// Notes that the view of an account is another one now.
pub(super) async fn note_change(
    connection: &mut AnyConnection,
    account: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO account_change (account_id, changed_at) VALUES ($1, $2) \
         ON CONFLICT (account_id) DO UPDATE SET changed_at = \
         CASE WHEN account_change.changed_at >= excluded.changed_at \
         THEN account_change.changed_at + 1 ELSE excluded.changed_at END",
    )
    .bind(account)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Wake-ups from the database. They say that there may be news, not which; and one can be lost.
pub struct Wakes {
    options: Option<Arc<PgConnectOptions>>,
    listener: Option<PgListener>,
    failing: bool,
}

impl std::fmt::Debug for Wakes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The options hold the password.
        formatter.debug_struct("Wakes").finish_non_exhaustive()
    }
}

impl Wakes {
    /// Waits for the next wake-up; for ever where nobody gives any. While the database is away it
    /// goes on trying, and what comes after that is a wake-up, too.
    pub async fn next(&mut self) -> Wake {
        let Some(options) = self.options.clone() else {
            return std::future::pending().await;
        };
        loop {
            match self.heard(&options).await {
                Ok(Some(wake)) => return wake,
                Ok(None) => {}
                Err(error) => {
                    if !std::mem::replace(&mut self.failing, true) {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "the database cannot be listened to; it is asked every second all the same"
                        );
                    }
                    self.listener = None;
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    /// Waits for a wake-up, or listens anew. `None` where the connection was lost: whatever was told
    /// meanwhile is lost with it, so listening anew is a wake-up.
    async fn heard(&mut self, options: &PgConnectOptions) -> Result<Option<Wake>, StoreError> {
        let Some(listener) = &mut self.listener else {
            self.listener = Some(timely(connect(options)).await?);
            self.failing = false;
            return Ok(Some(Wake::Ended));
        };
        let heard = listener.try_recv().await?;
        if heard.is_none() {
            self.listener = None;
        }
        Ok(heard.map(|told| match told.channel() {
            REFRESHED => Wake::Refreshed,
            _ => Wake::Ended,
        }))
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgListener, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_with(options.clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen_all([ENDED, REFRESHED]).await?;
    Ok(listener)
}
