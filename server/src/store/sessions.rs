//! Sessions, and which of them were ended.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::{Store, StoreError, timely};

/// What a session is read from, in the order of its fields.
pub(super) const COLUMNS: &str = "session.id, session.account_id, session.created_at, session.seen_at, session.browser, session.provider";

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
    /// The browser, in a few words.
    pub browser: Option<String>,
    /// The provider that opened it.
    pub provider: Option<String>,
}

/// A session to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSession<'a> {
    /// Its id.
    pub id: &'a str,
    /// The browser, in a few words.
    pub browser: Option<&'a str>,
    /// What the provider calls its own session: `sid` of the ID token.
    pub provider_session: Option<&'a str>,
}

impl Store {
    /// Notes that a session was used. `false` where it is not there any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn touch_session(&self, session: &str, now: i64) -> Result<bool, StoreError> {
        timely(async {
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
        })
        .await
    }

    /// The sessions of an account, the last used first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sessions_of(&self, account: &str) -> Result<Vec<SessionRow>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM session WHERE account_id = $1 ORDER BY seen_at DESC, created_at DESC, id"
        );
        timely(async {
            let rows = sqlx::query(AssertSqlSafe(statement))
                .bind(account)
                .fetch_all(&self.pool)
                .await?;
            rows.iter().map(read).collect()
        })
        .await
    }

    /// How many sessions are used and young enough to go on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_sessions(
        &self,
        unused_since: i64,
        opened_before: i64,
    ) -> Result<i64, StoreError> {
        timely(async {
            Ok(sqlx::query_scalar(
                "SELECT COUNT(*) FROM session WHERE seen_at >= $1 AND created_at >= $2",
            )
            .bind(unused_since)
            .bind(opened_before)
            .fetch_one(&self.pool)
            .await?)
        })
        .await
    }

    /// Ends one session.
    ///
    /// # Errors
    /// [`StoreError`]; then it goes on.
    pub async fn end_session(&self, session: &str, now: i64) -> Result<(), StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            end(&mut transaction, session, now).await?;
            self.wake(&mut transaction).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    /// Ends every session of an account and tells which they were.
    ///
    /// # Errors
    /// [`StoreError`]; then all of them go on.
    pub async fn end_sessions_of(
        &self,
        account: &str,
        now: i64,
    ) -> Result<Vec<String>, StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            // A sign-in that is under way comes before or after, not in between.
            super::accounts::lock(&mut transaction, account).await?;
            let sessions = ids_of(&mut transaction, account).await?;
            self.end_all(transaction, sessions, now).await
        })
    }

    /// Ends those of `sessions` that are the account's and tells which they were.
    ///
    /// # Errors
    /// [`StoreError`]; then all of them go on.
    pub async fn end_sessions(
        &self,
        account: &str,
        sessions: &[String],
        now: i64,
    ) -> Result<Vec<String>, StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            let mut own = ids_of(&mut transaction, account).await?;
            own.retain(|session| sessions.contains(session));
            self.end_all(transaction, own, now).await
        })
    }

    /// Removes sessions that are past their idle or absolute life, and endings, changes and logout
    /// tokens that no session token can contradict any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn purge(
        &self,
        unused_since: i64,
        opened_before: i64,
        ended_before: i64,
    ) -> Result<(), StoreError> {
        retried!(async {
            sqlx::query("DELETE FROM session WHERE seen_at < $1 OR created_at < $2")
                .bind(unused_since)
                .bind(opened_before)
                .execute(&self.pool)
                .await?;
            for statement in [
                "DELETE FROM ended_session WHERE ended_at < $1",
                "DELETE FROM account_change WHERE changed_at < $1",
                "DELETE FROM used_logout_token WHERE expires_at < $1",
            ] {
                sqlx::query(statement)
                    .bind(ended_before)
                    .execute(&self.pool)
                    .await?;
            }
            Ok(())
        })
    }

    pub(super) async fn end_all(
        &self,
        mut transaction: sqlx::Transaction<'static, sqlx::Any>,
        sessions: Vec<String>,
        now: i64,
    ) -> Result<Vec<String>, StoreError> {
        for session in &sessions {
            end(&mut transaction, session, now).await?;
        }
        self.wake(&mut transaction).await?;
        transaction.commit().await?;
        Ok(sessions)
    }
}

/// The session in a row that begins with [`COLUMNS`].
pub(super) fn read(row: &AnyRow) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: row.try_get(0)?,
        account_id: row.try_get(1)?,
        created_at: row.try_get(2)?,
        seen_at: row.try_get(3)?,
        browser: row.try_get(4)?,
        provider: row.try_get(5)?,
    })
}

/// Opens a session that was signed in with an identity.
pub(super) async fn open(
    connection: &mut AnyConnection,
    session: &NewSession<'_>,
    (account, identity, provider): (&str, &str, &str),
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO session (id, account_id, created_at, seen_at, browser, provider) \
         VALUES ($1, $2, $3, $3, $4, $5)",
    )
    .bind(session.id)
    .bind(account)
    .bind(now)
    .bind(session.browser.map(|browser| browser.replace('\0', "")))
    .bind(provider)
    .execute(&mut *connection)
    .await?;
    note_login(
        connection,
        (session.id, account),
        identity,
        session.provider_session,
    )
    .await
}

/// Notes that a session of the account was signed in or linked with an identity.
pub(super) async fn note_login(
    connection: &mut AnyConnection,
    (session, account): (&str, &str),
    identity: &str,
    provider_session: Option<&str>,
) -> Result<(), StoreError> {
    // The session may have ended meanwhile. `WHERE` also keeps SQLite from reading `ON` as a join's.
    sqlx::query(
        "INSERT INTO session_login (session_id, identity_id, provider_session) \
         SELECT session.id, $3, $4 FROM session WHERE session.id = $1 AND session.account_id = $2 \
         ON CONFLICT (session_id, identity_id) DO UPDATE SET provider_session = \
         COALESCE(excluded.provider_session, session_login.provider_session)",
    )
    .bind(session)
    .bind(account)
    .bind(identity)
    .bind(provider_session)
    .execute(connection)
    .await?;
    Ok(())
}

/// The ids of an account's sessions, in the order in which everybody locks them.
pub(super) async fn ids_of(
    connection: &mut AnyConnection,
    account: &str,
) -> Result<Vec<String>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT id FROM session WHERE account_id = $1 ORDER BY id")
            .bind(account)
            .fetch_all(connection)
            .await?,
    )
}

/// Ends a session and remembers its end.
pub(super) async fn end(
    connection: &mut AnyConnection,
    session: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM session WHERE id = $1")
        .bind(session)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO ended_session (id, ended_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(session)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}
