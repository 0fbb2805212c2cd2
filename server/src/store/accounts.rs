//! Accounts and the identities that lead to them.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::sessions::{self, NewSession, SessionRow};
use super::{Store, StoreError, feed, storable, timely};

/// A person as a provider describes them at sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The provider id.
    pub provider: String,
    /// The issuer that vouches for the keys.
    pub issuer: String,
    /// What finds the identity, the preferred key first. Never empty.
    pub keys: Vec<String>,
    /// The provider's id of the person, to show.
    pub subject: String,
    /// The display name.
    pub name: Option<String>,
    /// The address of e-mail. It is shown and never joins accounts.
    pub email: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
}

/// A person here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Our id.
    pub id: String,
    /// The display name.
    pub name: Option<String>,
    /// The address of e-mail.
    pub email: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
}

/// One way into an account. Times are unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Our id.
    pub id: String,
    /// The provider id.
    pub provider: String,
    /// The issuer.
    pub issuer: String,
    /// The provider's id of the person.
    pub subject: String,
    /// The name the provider gave.
    pub name: Option<String>,
    /// The address of e-mail the provider gave.
    pub email: Option<String>,
    /// When it came to the account.
    pub linked_at: i64,
    /// When somebody last signed in or linked with it.
    pub seen_at: i64,
    /// How often its connections were ended in all browsers of the account.
    pub epoch: i64,
}

impl Identity {
    /// What tokens are given under: once it is another, they are worth nothing. An identity that
    /// comes to the account anew has a new one.
    pub fn epoch(&self) -> String {
        format!("{}.{}", self.id, self.epoch)
    }
}

/// An identity that was found, and whose it is.
pub(super) struct Found {
    pub(super) identity: String,
    pub(super) account: String,
}

impl Store {
    /// Finds or makes the account of `person` and opens `session` for it, ending `previous`: all or nothing.
    ///
    /// `fresh_ids` are the ids a new account and a new identity would get. Returns the account's id.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written.
    pub async fn sign_in(
        &self,
        person: &Person,
        fresh_ids: [&str; 2],
        session: &NewSession<'_>,
        previous: Option<&str>,
        now: i64,
    ) -> Result<String, StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            // Two first sign-ins of one person queue up here, and the second finds what the first made.
            claim(&mut transaction, person).await?;
            let mut news = false;
            let found = if let Some(found) = find(&mut transaction, person).await? {
                if !lock(&mut transaction, &found.account).await? {
                    return Err(StoreError::Overtaken);
                }
                news |= refresh(&mut transaction, person, &found.identity).await?;
                news |= show(&mut transaction, person, &found.account).await?;
                see(&mut transaction, &found.identity, now).await?;
                if news {
                    feed::note_change(&mut transaction, &found.account, now).await?;
                }
                found
            } else {
                let [account, identity] = fresh_ids;
                insert_account(&mut transaction, person, account, now).await?;
                insert_identity(&mut transaction, person, identity, account, now).await?;
                Found {
                    identity: identity.to_owned(),
                    account: account.to_owned(),
                }
            };
            insert_keys(&mut transaction, person, &found.identity).await?;
            if let Some(previous) = previous {
                sessions::end(&mut transaction, previous, now).await?;
                news = true;
            }
            let of = (
                found.account.as_str(),
                found.identity.as_str(),
                person.provider.as_str(),
            );
            sessions::open(&mut transaction, session, of, now).await?;
            release(&mut transaction, person).await?;
            if news {
                self.wake(&mut transaction).await?;
            }
            transaction.commit().await?;
            Ok(found.account)
        })
    }

    /// Whose identity this is, by the same rules as [`Self::sign_in`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find_account(&self, person: &Person) -> Result<Option<String>, StoreError> {
        timely(async {
            let mut connection = self.pool.acquire().await?;
            let found = find(&mut connection, person).await?;
            Ok(found.map(|found| found.account))
        })
        .await
    }

    /// Takes over a profile that was read anew: to the identity, and to the account where that shows
    /// this identity. `false` where the person is not of this account.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written.
    pub async fn update_person(
        &self,
        person: &Person,
        account: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            if !lock(&mut transaction, account).await? {
                return Ok(false);
            }
            let found = find(&mut transaction, person).await?;
            let Some(found) = found.filter(|found| found.account == account) else {
                return Ok(false);
            };
            // Asked before the identity changes.
            let shown = shows(&mut transaction, account, &found.identity).await?;
            let mut news = refresh(&mut transaction, person, &found.identity).await?;
            if shown {
                news |= show(&mut transaction, person, account).await?;
            }
            if news {
                feed::note_change(&mut transaction, account, now).await?;
                self.wake(&mut transaction).await?;
            }
            transaction.commit().await?;
            Ok(true)
        })
    }

    /// The account and its identities behind a session, with the session itself; `None` where the
    /// session is not there any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_and_account(
        &self,
        session: &str,
    ) -> Result<Option<(SessionRow, Account, Vec<Identity>)>, StoreError> {
        let statement = format!(
            "SELECT {}, account.name, account.email, account.picture, account.created_at \
             FROM session JOIN account ON account.id = session.account_id WHERE session.id = $1",
            sessions::COLUMNS
        );
        timely(async {
            let mut connection = self.pool.acquire().await?;
            let row = sqlx::query(AssertSqlSafe(statement))
                .bind(session)
                .fetch_optional(&mut *connection)
                .await?;
            let Some(row) = row else { return Ok(None) };
            let session = sessions::read(&row)?;
            let account = Account {
                id: session.account_id.clone(),
                name: row.try_get(6)?,
                email: row.try_get(7)?,
                picture: row.try_get(8)?,
                created_at: row.try_get(9)?,
            };
            let identities = identities_of(&mut connection, &account.id).await?;
            Ok(Some((session, account, identities)))
        })
        .await
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_accounts(&self) -> Result<i64, StoreError> {
        timely(async {
            Ok(sqlx::query_scalar("SELECT COUNT(*) FROM account")
                .fetch_one(&self.pool)
                .await?)
        })
        .await
    }
}

/// The identities of an account, the oldest first.
pub(super) async fn identities_of(
    connection: &mut AnyConnection,
    account: &str,
) -> Result<Vec<Identity>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, provider, issuer, subject, name, email, linked_at, seen_at, epoch FROM identity \
         WHERE account_id = $1 ORDER BY linked_at, id",
    )
    .bind(account)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Identity {
                id: row.try_get(0)?,
                provider: row.try_get(1)?,
                issuer: row.try_get(2)?,
                subject: row.try_get(3)?,
                name: row.try_get(4)?,
                email: row.try_get(5)?,
                linked_at: row.try_get(6)?,
                seen_at: row.try_get(7)?,
                epoch: row.try_get(8)?,
            })
        })
        .collect()
}

/// Keeps every other transaction that claims one of the person's keys waiting until this one ends.
pub(super) async fn claim(
    connection: &mut AnyConnection,
    person: &Person,
) -> Result<(), StoreError> {
    // Everybody claims in the same order, so that nobody waits for somebody who waits for them.
    let mut keys: Vec<&String> = person.keys.iter().collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        sqlx::query(
            "INSERT INTO identity_claim (issuer, key) VALUES ($1, $2) \
             ON CONFLICT (issuer, key) DO UPDATE SET key = excluded.key",
        )
        .bind(&person.issuer)
        .bind(key)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Takes the claims back before the transaction ends, so that nobody ever sees them.
pub(super) async fn release(
    connection: &mut AnyConnection,
    person: &Person,
) -> Result<(), StoreError> {
    for key in &person.keys {
        sqlx::query("DELETE FROM identity_claim WHERE issuer = $1 AND key = $2")
            .bind(&person.issuer)
            .bind(key)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Finds the identity of a person: the first key that leads to one and does not contradict the
/// preferred key.
pub(super) async fn find(
    connection: &mut AnyConnection,
    person: &Person,
) -> Result<Option<Found>, StoreError> {
    for (rank, key) in person.keys.iter().enumerate() {
        let row = sqlx::query(
            "SELECT identity.id, identity.account_id FROM identity_key \
             JOIN identity ON identity.id = identity_key.identity_id \
             WHERE identity_key.issuer = $1 AND identity_key.key = $2",
        )
        .bind(&person.issuer)
        .bind(key)
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else { continue };
        let found = Found {
            identity: row.try_get(0)?,
            account: row.try_get(1)?,
        };
        if rank == 0 || !contradicts(connection, &found.identity, &person.keys[0]).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Whether an identity that was found by a lesser key holds another key of the preferred kind
/// than `preferred`: then the lesser key has passed on to somebody else.
async fn contradicts(
    connection: &mut AnyConnection,
    identity: &str,
    preferred: &str,
) -> Result<bool, StoreError> {
    let kind = preferred.split(':').next().unwrap_or_default();
    let held: Vec<String> =
        sqlx::query_scalar("SELECT key FROM identity_key WHERE identity_id = $1")
            .bind(identity)
            .fetch_all(connection)
            .await?;
    Ok(held
        .iter()
        .any(|held| held != preferred && held.split(':').next() == Some(kind)))
}

/// Keeps every other transaction that changes this account waiting until this one ends. `false`
/// where there is no such account.
pub(super) async fn lock(
    connection: &mut AnyConnection,
    account: &str,
) -> Result<bool, StoreError> {
    // What `SELECT … FOR UPDATE` is for, which SQLite does not know.
    let locked = sqlx::query("UPDATE account SET created_at = created_at WHERE id = $1")
        .bind(account)
        .execute(connection)
        .await?
        .rows_affected();
    Ok(locked == 1)
}

/// Takes the profile over to the identity; whether it is another one now.
pub(super) async fn refresh(
    connection: &mut AnyConnection,
    person: &Person,
    identity: &str,
) -> Result<bool, StoreError> {
    profile(
        connection,
        "UPDATE identity SET name = $1, email = $2, picture = $3 WHERE id = $4 AND \
         (name IS DISTINCT FROM $1 OR email IS DISTINCT FROM $2 OR picture IS DISTINCT FROM $3)",
        person,
        identity,
    )
    .await
}

/// Takes the profile over to the account; whether it is another one now.
pub(super) async fn show(
    connection: &mut AnyConnection,
    person: &Person,
    account: &str,
) -> Result<bool, StoreError> {
    profile(
        connection,
        "UPDATE account SET name = $1, email = $2, picture = $3 WHERE id = $4 AND \
         (name IS DISTINCT FROM $1 OR email IS DISTINCT FROM $2 OR picture IS DISTINCT FROM $3)",
        person,
        account,
    )
    .await
}

async fn profile(
    connection: &mut AnyConnection,
    statement: &'static str,
    person: &Person,
    id: &str,
) -> Result<bool, StoreError> {
    let updated = sqlx::query(statement)
        .bind(storable(person.name.as_ref()))
        .bind(storable(person.email.as_ref()))
        .bind(storable(person.picture.as_ref()))
        .bind(id)
        .execute(connection)
        .await?
        .rows_affected();
    Ok(updated == 1)
}

/// Whether the account shows the profile of this identity.
pub(super) async fn shows(
    connection: &mut AnyConnection,
    account: &str,
    identity: &str,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT 1 FROM account JOIN identity ON identity.id = $2 WHERE account.id = $1 \
         AND account.name IS NOT DISTINCT FROM identity.name \
         AND account.email IS NOT DISTINCT FROM identity.email \
         AND account.picture IS NOT DISTINCT FROM identity.picture",
    )
    .bind(account)
    .bind(identity)
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Notes that somebody came with the identity just now.
pub(super) async fn see(
    connection: &mut AnyConnection,
    identity: &str,
    now: i64,
) -> Result<(), StoreError> {
    let seen = sqlx::query("UPDATE identity SET seen_at = $1 WHERE id = $2")
        .bind(now)
        .bind(identity)
        .execute(connection)
        .await?
        .rows_affected();
    // It was unlinked between the look-up and the lock.
    if seen == 1 {
        Ok(())
    } else {
        Err(StoreError::Overtaken)
    }
}

async fn insert_account(
    connection: &mut AnyConnection,
    person: &Person,
    account: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO account (id, name, email, picture, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(account)
    .bind(storable(person.name.as_ref()))
    .bind(storable(person.email.as_ref()))
    .bind(storable(person.picture.as_ref()))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn insert_identity(
    connection: &mut AnyConnection,
    person: &Person,
    identity: &str,
    account: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO identity \
         (id, account_id, provider, issuer, subject, name, email, picture, linked_at, seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind(identity)
    .bind(account)
    .bind(&person.provider)
    .bind(&person.issuer)
    .bind(&person.subject)
    .bind(storable(person.name.as_ref()))
    .bind(storable(person.email.as_ref()))
    .bind(storable(person.picture.as_ref()))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn insert_keys(
    connection: &mut AnyConnection,
    person: &Person,
    identity: &str,
) -> Result<(), StoreError> {
    for key in &person.keys {
        // A key that already leads elsewhere stays there: two identities are never merged.
        sqlx::query(
            "INSERT INTO identity_key (issuer, key, identity_id) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
        )
        .bind(&person.issuer)
        .bind(key)
        .bind(identity)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
