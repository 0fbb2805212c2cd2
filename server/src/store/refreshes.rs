//! Refreshes: claims that all nodes see, and what came of them.

use app::error::Code;
use flight::{Found, Holder, Phase, Row, Stage, Stamp, Wrote};
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Store, StoreError, timely};

/// What came of a refresh, as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// New tokens, sealed.
    Tokens {
        /// The sealed text.
        sealed: String,
        /// The refresh token before was replaced by another.
        superseded: bool,
    },
    /// The connection is over.
    Over,
    /// It did not get through, and this is what the person is told.
    Failed(Code),
}

/// Which refresh it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RefreshKey {
    /// The session.
    pub session: String,
    /// The provider.
    pub provider: String,
    /// The epoch that the tokens were given in, see [`Identity::epoch`](super::Identity::epoch).
    pub epoch: String,
    /// The hash of the refresh token.
    pub token_hash: String,
    /// How many refreshes lie behind it.
    pub generation: i64,
}

/// One refresh in the database.
#[derive(Debug)]
pub struct RefreshRow<'a> {
    store: &'a Store,
    key: &'a RefreshKey,
}

/// The row of a key, and with it every row of the same token.
const LOOK: &str = "SELECT identity.id, identity.epoch, refresh.generation, refresh.fence, \
     refresh.holder, refresh.stage, refresh.result, refresh.retry_at, refresh.superseded, \
     refresh.written_at \
     FROM session JOIN identity ON identity.account_id = session.account_id \
     AND identity.provider = $2 \
     LEFT JOIN refresh ON refresh.session_id = session.id AND refresh.provider = $2 \
     AND refresh.token_hash = $3 WHERE session.id = $1";

/// A claim where there is none, for a session and an epoch that go on and a token that was not
/// superseded.
const INSERT: &str = "INSERT INTO refresh \
     (session_id, provider, token_hash, generation, fence, holder, stage, written_at) \
     SELECT session.id, $2, $3, $4, $5, $6, $7, $8 \
     FROM session JOIN identity ON identity.account_id = session.account_id \
     AND identity.provider = $2 WHERE session.id = $1 AND identity.id = $9 AND identity.epoch = $10 \
     AND NOT EXISTS (SELECT 1 FROM refresh AS used WHERE used.session_id = $1 \
     AND used.provider = $2 AND used.token_hash = $3 AND used.superseded = 1) \
     ON CONFLICT DO NOTHING";

/// A row that is as it was seen, of a session and an epoch that go on.
const SWAP: &str = "UPDATE refresh SET fence = $5, holder = $6, stage = $7, result = $8, \
     retry_at = $9, superseded = $10, written_at = $11 \
     WHERE session_id = $1 AND provider = $2 AND token_hash = $3 AND generation = $4 \
     AND fence = $12 AND holder = $13 AND stage = $14 \
     AND EXISTS (SELECT 1 FROM session JOIN identity ON identity.account_id = session.account_id \
     AND identity.provider = $2 \
     WHERE session.id = $1 AND identity.id = $15 AND identity.epoch = $16)";

/// A result that no refresh brought. The fence grows, so that one under way is refused.
const REPLACE: &str = "INSERT INTO refresh \
     (session_id, provider, token_hash, generation, fence, holder, stage, result, superseded, \
     written_at) \
     SELECT session.id, $2, $3, $4, 1, '', 'landed', $5, $6, $7 \
     FROM session JOIN identity ON identity.account_id = session.account_id \
     AND identity.provider = $2 WHERE session.id = $1 AND identity.id = $8 AND identity.epoch = $9 \
     ON CONFLICT (session_id, provider, token_hash, generation) DO UPDATE SET \
     fence = refresh.fence + 1, holder = '', stage = 'landed', result = excluded.result, \
     superseded = excluded.superseded, written_at = excluded.written_at \
     WHERE refresh.stage <> 'landed' OR refresh.result IS NULL";

impl Store {
    /// The refresh of this key.
    pub fn refresh<'a>(&'a self, key: &'a RefreshKey) -> RefreshRow<'a> {
        RefreshRow { store: self, key }
    }

    /// Lands a refresh from outside, whatever is under way for it and also where the provider ended
    /// the connection, but never over tokens.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replace_refresh(
        &self,
        key: &RefreshKey,
        outcome: &Outcome,
        now: i64,
    ) -> Result<(), StoreError> {
        let Some((identity, epoch)) = key.epoch() else {
            return Ok(());
        };
        retried!(async {
            sqlx::query(REPLACE)
                .bind(&key.session)
                .bind(&key.provider)
                .bind(&key.token_hash)
                .bind(key.generation)
                .bind(text(outcome))
                .bind(i64::from(supersedes(outcome)))
                .bind(now)
                .bind(identity)
                .bind(epoch)
                .execute(&self.pool)
                .await?;
            Ok(())
        })?;
        self.wake_waiting().await;
        Ok(())
    }

    /// Takes results of before `older_than` away. A token that was superseded stays known as such.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn purge_refreshes(&self, older_than: i64) -> Result<(), StoreError> {
        retried!(async {
            for statement in [
                "UPDATE refresh SET result = NULL \
                 WHERE written_at < $1 AND result IS NOT NULL AND superseded = 1",
                "DELETE FROM refresh WHERE written_at < $1 AND superseded = 0",
            ] {
                sqlx::query(statement)
                    .bind(older_than)
                    .execute(&self.pool)
                    .await?;
            }
            Ok(())
        })
    }
}

impl RefreshKey {
    /// The id of the identity and its epoch, as the database holds them.
    fn epoch(&self) -> Option<(&str, i64)> {
        let (identity, epoch) = self.epoch.rsplit_once('.')?;
        Some((identity, epoch.parse().ok()?))
    }
}

impl flight::Store<Outcome> for RefreshRow<'_> {
    type Error = StoreError;

    async fn look(&self) -> Result<Found<Outcome>, StoreError> {
        let key = self.key;
        let rows = timely(async {
            Ok(sqlx::query(LOOK)
                .bind(&key.session)
                .bind(&key.provider)
                .bind(&key.token_hash)
                .fetch_all(&self.store.pool)
                .await?)
        })
        .await?;
        let Some(first) = rows.first() else {
            return Ok(Found::Gone);
        };
        let current = (first.try_get::<String, _>(0)?, first.try_get::<i64, _>(1)?);
        if key.epoch() != Some((current.0.as_str(), current.1)) {
            return Ok(Found::Gone);
        }
        let mut found = None;
        for row in &rows {
            let Some(generation) = row.try_get::<Option<i64>, _>(2)? else {
                continue;
            };
            if generation == key.generation {
                return Ok(Found::Row(Some(read(row)?)));
            }
            // The same token under another generation, and it was used up there.
            if row.try_get::<i64, _>(8)? == 1 {
                found = Some(Row {
                    phase: Phase::Landed(Outcome::Over),
                    ..read(row)?
                });
            }
        }
        Ok(Found::Row(found))
    }

    async fn insert(&self, row: &Row<Outcome>) -> Result<Wrote, StoreError> {
        let key = self.key;
        let Some((identity, epoch)) = key.epoch() else {
            return Ok(Wrote::Gone);
        };
        timely(async {
            let inserted = sqlx::query(INSERT)
                .bind(&key.session)
                .bind(&key.provider)
                .bind(&key.token_hash)
                .bind(key.generation)
                .bind(number(row.fence))
                .bind(row.holder.as_str())
                .bind(stage_name(row.phase.stage()))
                .bind(row.written_at)
                .bind(identity)
                .bind(epoch)
                .execute(&self.store.pool)
                .await?
                .rows_affected();
            Ok(wrote(inserted))
        })
        .await
    }

    async fn swap(&self, from: &Stamp, to: &Row<Outcome>) -> Result<Wrote, StoreError> {
        let key = self.key;
        let Some((identity, epoch)) = key.epoch() else {
            return Ok(Wrote::Gone);
        };
        let (result, retry_at, superseded) = match &to.phase {
            Phase::Claimed | Phase::Sending => (None, 0, false),
            Phase::Failed { result, retry_at } => (text(result), *retry_at, false),
            Phase::Landed(result) => (text(result), 0, supersedes(result)),
        };
        let wrote = timely(async {
            let updated = sqlx::query(SWAP)
                .bind(&key.session)
                .bind(&key.provider)
                .bind(&key.token_hash)
                .bind(key.generation)
                .bind(number(to.fence))
                .bind(to.holder.as_str())
                .bind(stage_name(to.phase.stage()))
                .bind(result)
                .bind(retry_at)
                .bind(i64::from(superseded))
                .bind(to.written_at)
                .bind(number(from.fence))
                .bind(from.holder.as_str())
                .bind(stage_name(from.stage))
                .bind(identity)
                .bind(epoch)
                .execute(&self.store.pool)
                .await?
                .rows_affected();
            Ok(wrote(updated))
        })
        .await?;
        if wrote == Wrote::Done && matches!(to.phase, Phase::Failed { .. } | Phase::Landed(_)) {
            self.store.wake_waiting().await;
        }
        Ok(wrote)
    }
}

/// Forgets the refreshes of an account's sessions with a provider: their epoch is over.
pub(super) async fn forget(
    connection: &mut AnyConnection,
    account: &str,
    provider: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM refresh WHERE provider = $2 \
         AND session_id IN (SELECT id FROM session WHERE account_id = $1)",
    )
    .bind(account)
    .bind(provider)
    .execute(connection)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Row<Outcome>, StoreError> {
    let result: Option<String> = row.try_get(6)?;
    let superseded = row.try_get::<i64, _>(8)? == 1;
    let phase = match row.try_get::<String, _>(5)?.as_str() {
        "claimed" => Phase::Claimed,
        "sending" => Phase::Sending,
        "failed" => Phase::Failed {
            result: Outcome::Failed(code(result.as_deref())),
            retry_at: row.try_get(7)?,
        },
        _ => Phase::Landed(match result {
            Some(sealed) => Outcome::Tokens { sealed, superseded },
            // The connection ended, or the result was taken away.
            None => Outcome::Over,
        }),
    };
    Ok(Row {
        fence: u64::try_from(row.try_get::<i64, _>(3)?).unwrap_or(0),
        holder: Holder::new(row.try_get::<String, _>(4)?),
        phase,
        written_at: row.try_get(9)?,
    })
}

fn text(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Tokens { sealed, .. } => Some(sealed),
        Outcome::Over => None,
        Outcome::Failed(code) => Some(code.name()),
    }
}

/// Whether the refresh token is good for nothing any more.
fn supersedes(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Tokens { superseded, .. } => *superseded,
        Outcome::Over => true,
        Outcome::Failed(_) => false,
    }
}

fn code(name: Option<&str>) -> Code {
    Code::ALL
        .iter()
        .copied()
        .find(|code| Some(code.name()) == name)
        .unwrap_or(Code::ProviderUnavailable)
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Claimed => "claimed",
        Stage::Sending => "sending",
        Stage::Failed => "failed",
        Stage::Landed => "landed",
    }
}

fn number(fence: u64) -> i64 {
    i64::try_from(fence).unwrap_or(i64::MAX)
}

/// By how many rows were written. Where there were none, a look tells why.
fn wrote(rows: u64) -> Wrote {
    if rows == 1 {
        Wrote::Done
    } else {
        Wrote::Refused
    }
}
