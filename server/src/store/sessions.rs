//! Sessions, and which of them were ended.

use sqlx::{Row, Sqlite, SqliteConnection, Transaction};

use super::{Store, StoreError, WRITE};

/// One signed-in browser of an account. Times are unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The session id.
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// When it was opened.
    pub created_at: i64,
    /// When it last asked who is signed in.
    pub seen_at: i64,
}

impl Store {
    /// Notes that a session was used. `false` where it is not there any more.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn touch_session(&self, session: &str, now: i64) -> Result<bool, StoreError> {
        let touched =
            sqlx::query("UPDATE session SET seen_at = $1 WHERE id = $2 AND seen_at <= $1")
                .bind(now)
                .bind(session)
                .execute(&self.pool)
                .await?
                .rows_affected();
        if touched == 1 {
            return Ok(true);
        }
        // The clock went back, or the session is gone.
        let row = sqlx::query("SELECT 1 FROM session WHERE id = $1")
            .bind(session)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Ends one session.
    ///
    /// # Errors
    /// [`StoreError::Database`]; then it goes on.
    pub async fn end_session(&self, session: &str, now: i64) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with(WRITE).await?;
        Self::end_within(&mut transaction, session, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends every session of an account and tells which they were.
    ///
    /// # Errors
    /// [`StoreError::Database`]; then all of them go on.
    pub async fn end_sessions_of(
        &self,
        account: &str,
        now: i64,
    ) -> Result<Vec<String>, StoreError> {
        let mut transaction = self.pool.begin_with(WRITE).await?;
        let rows = sqlx::query("SELECT id FROM session WHERE account_id = $1")
            .bind(account)
            .fetch_all(&mut *transaction)
            .await?;
        let mut ended = Vec::with_capacity(rows.len());
        for row in rows {
            let session: String = row.try_get(0)?;
            Self::end_within(&mut transaction, &session, now).await?;
            ended.push(session);
        }
        transaction.commit().await?;
        Ok(ended)
    }

    /// The sessions that were ended since `since`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn ended_since(&self, since: i64) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = sqlx::query("SELECT id, ended_at FROM ended_session WHERE ended_at >= $1")
            .bind(since)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    /// Removes sessions that are past their idle or absolute life, and endings that no session
    /// token can contradict any more.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn purge(
        &self,
        unused_since: i64,
        opened_before: i64,
        ended_before: i64,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE seen_at < $1 OR created_at < $2")
            .bind(unused_since)
            .bind(opened_before)
            .execute(&self.pool)
            .await?;
        sqlx::query("DELETE FROM ended_session WHERE ended_at < $1")
            .bind(ended_before)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(super) async fn end_within(
        transaction: &mut Transaction<'_, Sqlite>,
        session: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let connection: &mut SqliteConnection = transaction;
        sqlx::query("DELETE FROM session WHERE id = $1")
            .bind(session)
            .execute(&mut *connection)
            .await?;
        sqlx::query(
            "INSERT INTO ended_session (id, ended_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(session)
        .bind(now)
        .execute(connection)
        .await?;
        Ok(())
    }
}
