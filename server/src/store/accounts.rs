//! Accounts and the identities that lead to them.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::{SessionRow, Store, StoreError, WRITE};

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
    /// The address of a picture.
    pub picture: Option<String>,
}

/// One way into an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider id.
    pub provider: String,
    /// The provider's id of the person.
    pub subject: String,
    /// The name the provider gave.
    pub name: Option<String>,
    /// Unix seconds.
    pub linked_at: i64,
}

impl Store {
    /// Finds or makes the account of `person` and opens `session` for it, ending `previous`: all or nothing.
    ///
    /// `fresh_ids` are the ids a new account and a new identity would get. Returns the account's id.
    ///
    /// # Errors
    /// [`StoreError::Database`]; then nothing was written.
    pub async fn sign_in(
        &self,
        person: &Person,
        fresh_ids: [&str; 2],
        session: &str,
        previous: Option<&str>,
        now: i64,
    ) -> Result<String, StoreError> {
        // Two first sign-ins of one person queue up here, and the second finds what the first made.
        let mut transaction = self.pool.begin_with(WRITE).await?;
        let mut found: Option<(String, String)> = None;
        for key in &person.keys {
            let row = sqlx::query(
                "SELECT identity.id, identity.account_id FROM identity_key \
                 JOIN identity ON identity.id = identity_key.identity_id \
                 WHERE identity_key.issuer = $1 AND identity_key.key = $2",
            )
            .bind(&person.issuer)
            .bind(key)
            .fetch_optional(&mut *transaction)
            .await?;
            let Some(row) = row else { continue };
            let identity: String = row.try_get(0)?;
            if key == &person.keys[0]
                || !Self::contradicts(&mut transaction, &identity, &person.keys[0]).await?
            {
                found = Some((identity, row.try_get(1)?));
                break;
            }
        }
        let (identity, account) = if let Some(found) = found {
            sqlx::query("UPDATE account SET name = $1, picture = $2 WHERE id = $3")
                .bind(&person.name)
                .bind(&person.picture)
                .bind(&found.1)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("UPDATE identity SET name = $1 WHERE id = $2")
                .bind(&person.name)
                .bind(&found.0)
                .execute(&mut *transaction)
                .await?;
            found
        } else {
            let [account, identity] = fresh_ids;
            sqlx::query(
                "INSERT INTO account (id, name, picture, created_at) VALUES ($1, $2, $3, $4)",
            )
            .bind(account)
            .bind(&person.name)
            .bind(&person.picture)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
            sqlx::query(
                "INSERT INTO identity (id, account_id, provider, issuer, subject, name, linked_at) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(identity)
            .bind(account)
            .bind(&person.provider)
            .bind(&person.issuer)
            .bind(&person.subject)
            .bind(&person.name)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
            (identity.to_owned(), account.to_owned())
        };
        for key in &person.keys {
            // A key that already leads elsewhere stays there: two identities are never merged.
            sqlx::query("INSERT INTO identity_key (issuer, key, identity_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                .bind(&person.issuer)
                .bind(key)
                .bind(&identity)
                .execute(&mut *transaction)
                .await?;
        }
        if let Some(previous) = previous {
            Self::end_within(&mut transaction, previous, now).await?;
        }
        sqlx::query(
            "INSERT INTO session (id, account_id, created_at, seen_at) VALUES ($1, $2, $3, $3)",
        )
        .bind(session)
        .bind(&account)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(account)
    }

    /// Whether an identity that was found by a lesser key holds another key of the preferred kind
    /// than `preferred`: then the lesser key has passed on to somebody else.
    async fn contradicts(
        transaction: &mut Transaction<'_, Sqlite>,
        identity: &str,
        preferred: &str,
    ) -> Result<bool, StoreError> {
        let kind = preferred.split(':').next().unwrap_or_default();
        let held: Vec<String> =
            sqlx::query_scalar("SELECT key FROM identity_key WHERE identity_id = $1")
                .bind(identity)
                .fetch_all(&mut **transaction)
                .await?;
        Ok(held
            .iter()
            .any(|held| held != preferred && held.split(':').next() == Some(kind)))
    }

    /// The account and its identities behind a session, with the session itself; `None` where the
    /// session is not there any more.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn session_and_account(
        &self,
        session: &str,
    ) -> Result<Option<(SessionRow, Account, Vec<Identity>)>, StoreError> {
        let row = sqlx::query(
            "SELECT session.id, session.account_id, session.created_at, session.seen_at, account.name, account.picture \
             FROM session JOIN account ON account.id = session.account_id WHERE session.id = $1",
        )
        .bind(session)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let session = SessionRow {
            id: row.try_get(0)?,
            account_id: row.try_get(1)?,
            created_at: row.try_get(2)?,
            seen_at: row.try_get(3)?,
        };
        let account = Account {
            id: session.account_id.clone(),
            name: row.try_get(4)?,
            picture: row.try_get(5)?,
        };
        let identities = sqlx::query(
            "SELECT provider, subject, name, linked_at FROM identity WHERE account_id = $1 ORDER BY linked_at, id",
        )
        .bind(&account.id)
        .try_map(|row: SqliteRow| {
            Ok(Identity {
                provider: row.try_get(0)?,
                subject: row.try_get(1)?,
                name: row.try_get(2)?,
                linked_at: row.try_get(3)?,
            })
        })
        .fetch_all(&self.pool)
        .await?;
        Ok(Some((session, account, identities)))
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn count_accounts(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT COUNT(*) FROM account")
            .fetch_one(&self.pool)
            .await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(keys: &[&str]) -> Person {
        Person {
            provider: "spotify".into(),
            issuer: "https://accounts.spotify.com".into(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            subject: "ada".into(),
            name: Some("Ada".into()),
            picture: None,
        }
    }

    async fn sign_in(store: &Store, person: &Person, n: u32) -> String {
        let (account, identity, session) = (format!("a{n}"), format!("i{n}"), format!("s{n}"));
        store
            .sign_in(person, [&account, &identity], &session, None, 10)
            .await
            .expect("signed in")
    }

    #[tokio::test]
    async fn either_key_finds_the_same_account() {
        let store = Store::in_memory().await.expect("a database");
        let first = sign_in(&store, &person(&["id:ada"]), 1).await;
        let both = sign_in(&store, &person(&["account_id:x", "id:ada"]), 2).await;
        let renamed = sign_in(&store, &person(&["account_id:x", "id:ada-new"]), 3).await;
        assert_eq!(
            (first.as_str(), both.as_str(), renamed.as_str()),
            ("a1", "a1", "a1")
        );
        assert_eq!(store.count_accounts().await.expect("count"), 1);
    }

    #[tokio::test]
    async fn a_user_id_that_passed_on_is_another_account() {
        let store = Store::in_memory().await.expect("a database");
        sign_in(&store, &person(&["account_id:x", "id:ada"]), 1).await;
        let second = person(&["account_id:y", "id:ada"]);
        assert_eq!(sign_in(&store, &second, 2).await, "a2");
        assert_eq!(sign_in(&store, &second, 3).await, "a2");
        let first = person(&["account_id:x", "id:ada"]);
        assert_eq!(sign_in(&store, &first, 4).await, "a1");
    }

    #[tokio::test]
    async fn another_issuer_is_another_account() {
        let store = Store::in_memory().await.expect("a database");
        sign_in(&store, &person(&["id:ada"]), 1).await;
        let other = Person {
            issuer: "https://elsewhere.example".into(),
            ..person(&["id:ada"])
        };
        assert_eq!(sign_in(&store, &other, 2).await, "a2");
    }

    #[tokio::test]
    async fn twenty_first_sign_ins_make_one_account() {
        let directory = tempfile::tempdir().expect("a folder");
        let store = Store::open(None, directory.path())
            .await
            .expect("a database");
        let person = person(&["account_id:x", "id:ada"]);
        let all = (0..20).map(|n| {
            let (store, person) = (store.clone(), person.clone());
            async move { sign_in(&store, &person, n).await }
        });
        let accounts = futures::future::join_all(all).await;
        assert!(accounts.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(store.count_accounts().await.expect("count"), 1);
    }

    #[tokio::test]
    async fn a_sign_in_that_fails_writes_nothing() {
        let store = Store::in_memory().await.expect("a database");
        sign_in(&store, &person(&["id:ada"]), 1).await;
        // The session id is taken, so the last statement fails after account and identity went in.
        let result = store
            .sign_in(&person(&["id:bea"]), ["a2", "i2"], "s1", None, 10)
            .await;
        assert!(result.is_err());
        assert_eq!(store.count_accounts().await.expect("count"), 1);
    }
}
