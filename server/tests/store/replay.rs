//! What is good for one time.

use server::store::{Logout, Use};

use crate::support::{Database, at_google, logout, on_both, sign_in};

const GOOGLE: &str = "https://accounts.google.com";

on_both! {
    async fn a_transaction_is_used_once(database: Database) {
        let store = &database.store;
        let first = store.use_transaction("state", "challenge", 100, 0).await;
        assert_eq!(first.expect("an answer"), Use::First);
        let again = store.use_transaction("state", "another", 100, 0).await;
        assert_eq!(again.expect("an answer"), Use::Again);
    }

    async fn a_challenge_is_good_for_one_transaction(database: Database) {
        let store = &database.store;
        let first = store.use_transaction("one", "challenge", 100, 0).await;
        assert_eq!(first.expect("an answer"), Use::First);
        let again = store.use_transaction("two", "challenge", 100, 0).await;
        assert_eq!(again.expect("an answer"), Use::Again);
    }

    async fn of_ten_parallel_uses_one_is_the_first(database: Database) {
        let (here, there) = (&database.store, database.again().await);
        let uses = (0..10).map(|n| {
            let store = if n % 2 == 0 { here } else { &there };
            store.use_transaction("state", "challenge", 100, 0)
        });
        let uses = futures::future::join_all(uses).await;
        let first = uses
            .into_iter()
            .filter(|used| *used.as_ref().expect("an answer") == Use::First);
        assert_eq!(first.count(), 1);
    }

    async fn a_logout_token_is_used_once(database: Database) {
        let store = &database.store;
        for (issuer, token, used) in [
            ("issuer", "token", true),
            ("issuer", "token", false),
            ("issuer", "another", true),
            // What one issuer calls its token says nothing of another's.
            ("elsewhere", "token", true),
        ] {
            let answer = store.log_out(&logout(issuer, token, None, None), 100).await;
            assert_eq!(answer.expect("an answer").is_some(), used, "{issuer} {token}");
        }
    }

    async fn logout_tokens_past_their_time_are_forgotten(database: Database) {
        let store = &database.store;
        let old = logout("issuer", "old", None, None);
        store.log_out(&old, 0).await.expect("used");
        let new = Logout { until: 300, ..logout("issuer", "new", None, None) };
        store.log_out(&new, 101).await.expect("used");
        assert_eq!(database.number("SELECT COUNT(*) FROM used_logout_token").await, 1);
    }

    async fn a_logout_that_failed_can_be_asked_for_again(database: Database) {
        let store = &database.store;
        sign_in(store, &at_google("ada"), 1).await;
        let logout = logout(GOOGLE, "token", Some("ada"), None);
        // The token is used up first; the end of the session has nowhere to be written.
        database.run("ALTER TABLE ended_session RENAME TO away").await;
        assert!(store.log_out(&logout, 5).await.is_err());
        database.run("ALTER TABLE away RENAME TO ended_session").await;
        let ended = store.log_out(&logout, 5).await.expect("an answer");
        assert_eq!(ended.expect("a token that is good still"), ["s1"]);
        assert_eq!(store.log_out(&logout, 5).await.expect("an answer"), None);
    }
}
