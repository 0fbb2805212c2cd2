//! Which logout tokens were used.

use super::{Store, StoreError, Use, timely};

impl Store {
    /// Whether a logout token was used.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is known of the token and it must be refused.
    pub async fn is_logout_token_used(
        &self,
        issuer: &str,
        token_id: &str,
    ) -> Result<bool, StoreError> {
        timely(async {
            let row =
                sqlx::query("SELECT 1 FROM used_logout_token WHERE issuer = $1 AND token_id = $2")
                    .bind(issuer)
                    .bind(token_id)
                    .fetch_optional(&self.pool)
                    .await?;
            Ok(row.is_some())
        })
        .await
    }

    /// Uses a logout token up, and forgets those that are past their time.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is known of the token and it must be refused.
    pub async fn use_logout_token(
        &self,
        issuer: &str,
        token_id: &str,
        expires_at: i64,
        now: i64,
    ) -> Result<Use, StoreError> {
        timely(async {
            sqlx::query("DELETE FROM used_logout_token WHERE expires_at < $1")
                .bind(now)
                .execute(&self.pool)
                .await?;
            let inserted = sqlx::query(
                "INSERT INTO used_logout_token (issuer, token_id, expires_at) VALUES ($1, $2, $3) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(issuer)
            .bind(token_id)
            .bind(expires_at)
            .execute(&self.pool)
            .await?
            .rows_affected();
            Ok(Use::of(inserted))
        })
        .await
    }
}
