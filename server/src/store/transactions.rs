//! Which sign-in transactions were used up.

use super::{Store, StoreError};

/// What came of the attempt to use a transaction up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It was fresh and is used now.
    First,
    /// It, or its challenge, was used before.
    Again,
}

impl Store {
    /// Uses a transaction up. Must stand before its code is sent anywhere.
    ///
    /// # Errors
    /// [`StoreError::Database`]; then nothing is known of the transaction and it must be refused.
    pub async fn use_transaction(
        &self,
        state_hash: &str,
        challenge: &str,
        expires_at: i64,
        now: i64,
    ) -> Result<Use, StoreError> {
        sqlx::query("DELETE FROM used_transaction WHERE expires_at < $1")
            .bind(now)
            .execute(&self.pool)
            .await?;
        let inserted = sqlx::query(
            "INSERT INTO used_transaction (state_hash, challenge, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
        )
        .bind(state_hash)
        .bind(challenge)
        .bind(expires_at)
        .execute(&self.pool)
        .await?
        .rows_affected();
        Ok(if inserted == 1 {
            Use::First
        } else {
            Use::Again
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transaction_is_used_once() {
        let store = Store::in_memory().await.expect("a database");
        assert_eq!(
            store
                .use_transaction("state", "challenge", 100, 0)
                .await
                .expect("insert"),
            Use::First
        );
        assert_eq!(
            store
                .use_transaction("state", "another", 100, 0)
                .await
                .expect("insert"),
            Use::Again
        );
    }

    #[tokio::test]
    async fn a_challenge_is_good_for_one_transaction() {
        let store = Store::in_memory().await.expect("a database");
        assert_eq!(
            store
                .use_transaction("one", "challenge", 100, 0)
                .await
                .expect("insert"),
            Use::First
        );
        assert_eq!(
            store
                .use_transaction("two", "challenge", 100, 0)
                .await
                .expect("insert"),
            Use::Again
        );
    }

    #[tokio::test]
    async fn a_closed_database_is_an_error() {
        let store = Store::in_memory().await.expect("a database");
        store.close().await;
        assert!(
            store
                .use_transaction("state", "challenge", 100, 0)
                .await
                .is_err()
        );
    }
}
