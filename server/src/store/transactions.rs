//! Which sign-in transactions were used up.

use super::{Store, StoreError, timely};

/// What came of the attempt to use something up that is good for one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It was fresh and is used now.
    First,
    /// It, or its challenge, was used before.
    Again,
}

impl Use {
    /// By how many rows were inserted.
    pub(super) fn of(inserted: u64) -> Self {
        if inserted == 1 {
            Self::First
        } else {
            Self::Again
        }
    }
}

impl Store {
    /// Uses a transaction up. Must stand before its code is sent anywhere.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is known of the transaction and it must be refused.
    pub async fn use_transaction(
        &self,
        state_hash: &str,
        challenge: &str,
        expires_at: i64,
        now: i64,
    ) -> Result<Use, StoreError> {
        timely(async {
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
            Ok(Use::of(inserted))
        })
        .await
    }
}
