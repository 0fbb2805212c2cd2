//! Identities that come to an account and leave it, and the end of the account.

use super::accounts::{
    claim, find, identities_of, insert_identity, insert_keys, lock, refresh, release, see, show,
    shows,
};
use super::sessions::{end, ids_of, note_login};
use super::{Person, Store, StoreError, feed, refreshes};

/// What came of linking an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// It belongs to the account now.
    Done,
    /// It did before.
    Already,
    /// It belongs to another account.
    Taken,
    /// The account has another identity of this provider.
    OtherOfProvider,
    /// There is no such account.
    NoAccount,
}

/// What came of unlinking an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unlinked {
    /// It is gone, and these sessions ended with it.
    Done(Vec<String>),
    /// It is the only way into the account and stays.
    Last,
    /// The account has no identity of this provider.
    NotThere,
}

impl Store {
    /// Gives the account another way in. `session` is the session that asks for it; what the
    /// provider calls its own session ends it, too, from now on.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written.
    pub async fn link(
        &self,
        person: &Person,
        account: &str,
        fresh_identity: &str,
        session: &str,
        provider_session: Option<&str>,
        now: i64,
    ) -> Result<Linked, StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            claim(&mut transaction, person).await?;
            if !lock(&mut transaction, account).await? {
                return Ok(Linked::NoAccount);
            }
            let found = find(&mut transaction, person).await?;
            let (identity, linked, news) = match found {
                Some(found) if found.account != account => return Ok(Linked::Taken),
                Some(found) => {
                    let shown = shows(&mut transaction, account, &found.identity).await?;
                    let mut news = refresh(&mut transaction, person, &found.identity).await?;
                    if shown {
                        news |= show(&mut transaction, person, account).await?;
                    }
                    see(&mut transaction, &found.identity, now).await?;
                    (found.identity, Linked::Already, news)
                }
                None => {
                    let others = identities_of(&mut transaction, account).await?;
                    if others.iter().any(|other| other.provider == person.provider) {
                        return Ok(Linked::OtherOfProvider);
                    }
                    insert_identity(&mut transaction, person, fresh_identity, account, now).await?;
                    (fresh_identity.to_owned(), Linked::Done, true)
                }
            };
            insert_keys(&mut transaction, person, &identity).await?;
            let of = (session, account);
            note_login(&mut transaction, of, &identity, provider_session).await?;
            if news {
                feed::note_change(&mut transaction, account, now).await?;
                self.wake(&mut transaction).await?;
            }
            release(&mut transaction, person).await?;
            transaction.commit().await?;
            Ok(linked)
        })
    }

    /// Takes a way in from the account, but never its last one, and ends every session that was
    /// signed in with it but `asking`: it leads into this account no more. An account that showed the
    /// profile of this identity shows that of the one last seen from now on.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written.
    pub async fn unlink(
        &self,
        account: &str,
        provider: &str,
        asking: &str,
        now: i64,
    ) -> Result<Unlinked, StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            if !lock(&mut transaction, account).await? {
                return Ok(Unlinked::NotThere);
            }
            let identities = identities_of(&mut transaction, account).await?;
            let of_provider = |identity: &&super::Identity| identity.provider == provider;
            let Some(identity) = identities.iter().find(of_provider) else {
                return Ok(Unlinked::NotThere);
            };
            let others = identities.iter().filter(|other| other.id != identity.id);
            let Some(heir) = others.max_by_key(|other| other.seen_at) else {
                return Ok(Unlinked::Last);
            };
            if shows(&mut transaction, account, &identity.id).await? {
                sqlx::query(
                    "UPDATE account SET name = (SELECT name FROM identity WHERE id = $2), \
                     email = (SELECT email FROM identity WHERE id = $2), \
                     picture = (SELECT picture FROM identity WHERE id = $2) WHERE id = $1",
                )
                .bind(account)
                .bind(&heir.id)
                .execute(&mut *transaction)
                .await?;
            }
            refreshes::forget(&mut transaction, account, provider).await?;
            // Its keys and its sign-ins go with it.
            sqlx::query("DELETE FROM identity WHERE id = $1")
                .bind(&identity.id)
                .execute(&mut *transaction)
                .await?;
            // Under the lock of the account: a sign-in with it comes before and ends, or comes after and
            // makes another account.
            let ended: Vec<String> = sqlx::query_scalar(
                "SELECT id FROM session WHERE account_id = $1 AND provider = $2 AND id <> $3 ORDER BY id",
            )
            .bind(account)
            .bind(provider)
            .bind(asking)
            .fetch_all(&mut *transaction)
            .await?;
            for session in &ended {
                end(&mut transaction, session, now).await?;
            }
            feed::note_change(&mut transaction, account, now).await?;
            self.wake(&mut transaction).await?;
            transaction.commit().await?;
            Ok(Unlinked::Done(ended))
        })
    }

    /// Ends the connections to `provider` in every browser of the account; what is being renewed for
    /// them meanwhile is stored for nobody. `false` where the account has no identity of it.
    ///
    /// # Errors
    /// [`StoreError`]; then all of them go on.
    pub async fn disconnect(
        &self,
        account: &str,
        provider: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            if !lock(&mut transaction, account).await? {
                return Ok(false);
            }
            let ended = sqlx::query(
                "UPDATE identity SET epoch = epoch + 1 WHERE account_id = $1 AND provider = $2",
            )
            .bind(account)
            .bind(provider)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            refreshes::forget(&mut transaction, account, provider).await?;
            feed::note_change(&mut transaction, account, now).await?;
            self.wake(&mut transaction).await?;
            transaction.commit().await?;
            Ok(ended == 1)
        })
    }

    /// Deletes an account with all that is known of the person, and tells which sessions ended with
    /// it; `None` where there is no such account.
    ///
    /// # Errors
    /// [`StoreError`]; then all of it is still there.
    pub async fn delete_account(
        &self,
        account: &str,
        now: i64,
    ) -> Result<Option<Vec<String>>, StoreError> {
        retried!(async {
            let mut transaction = self.begin().await?;
            if !lock(&mut transaction, account).await? {
                return Ok(None);
            }
            let sessions = ids_of(&mut transaction, account).await?;
            for session in &sessions {
                end(&mut transaction, session, now).await?;
            }
            // Identities, keys and sign-ins go with it.
            sqlx::query("DELETE FROM account WHERE id = $1")
                .bind(account)
                .execute(&mut *transaction)
                .await?;
            feed::note_change(&mut transaction, account, now).await?;
            self.wake(&mut transaction).await?;
            transaction.commit().await?;
            Ok(Some(sessions))
        })
    }
}
