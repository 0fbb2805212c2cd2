//! What providers end, and which of their logout tokens were used.

use super::{Store, StoreError};

/// What a provider says is over, in a logout token that was checked.
#[derive(Debug, Clone, Copy)]
pub struct Logout<'a> {
    /// Who says so.
    pub issuer: &'a str,
    /// The token's id (`jti`), unique for its issuer.
    pub token_id: &'a str,
    /// Until when the token would be taken again, in unix seconds.
    pub until: i64,
    /// Whose sessions are meant.
    pub subject: Option<&'a str>,
    /// Which session of the provider is meant (`sid`).
    pub provider_session: Option<&'a str>,
}

impl Store {
    /// Ends what a provider says is over, and tells which sessions they were; `None` where its token
    /// was used before. The token is used up and the sessions end together or not at all, so that a
    /// word that could not be carried out can be said again.
    ///
    /// With `provider_session` those end that were signed in or linked with that session of the
    /// provider (of that `subject`, where both are given); with `subject` alone all that were signed in
    /// or linked with that identity; with neither none.
    ///
    /// # Errors
    /// [`StoreError`]; then all of them go on and the token is good still.
    pub async fn log_out(
        &self,
        logout: &Logout<'_>,
        now: i64,
    ) -> Result<Option<Vec<String>>, StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            sqlx::query("DELETE FROM used_logout_token WHERE expires_at < $1")
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            let inserted = sqlx::query(
                "INSERT INTO used_logout_token (issuer, token_id, expires_at) VALUES ($1, $2, $3) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(logout.issuer)
            .bind(logout.token_id)
            .bind(logout.until)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if inserted == 0 {
                return Ok(None);
            }
            let sessions = if logout.subject.is_none() && logout.provider_session.is_none() {
                Vec::new()
            } else {
                sqlx::query_scalar(
                    "SELECT session_login.session_id FROM session_login \
                     JOIN identity ON identity.id = session_login.identity_id \
                     WHERE identity.issuer = $1 AND ($2 IS NULL OR identity.subject = $2) \
                     AND ($3 IS NULL OR session_login.provider_session = $3) \
                     GROUP BY session_login.session_id ORDER BY session_login.session_id",
                )
                .bind(logout.issuer)
                .bind(logout.subject)
                .bind(logout.provider_session)
                .fetch_all(&mut *transaction)
                .await?
            };
            self.end_all(transaction, sessions, now).await.map(Some)
        })
    }
}
