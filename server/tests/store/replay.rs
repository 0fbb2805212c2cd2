//! What is good for one time.

use server::store::Use;

use crate::support::{Database, on_both};

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
            ("issuer", "token", Use::First),
            ("issuer", "token", Use::Again),
            ("issuer", "another", Use::First),
            // What one issuer calls its token says nothing of another's.
            ("elsewhere", "token", Use::First),
        ] {
            let answer = store.use_logout_token(issuer, token, 100, 100).await;
            assert_eq!(answer.expect("an answer"), used, "{issuer} {token}");
        }
    }

    async fn logout_tokens_past_their_time_are_forgotten(database: Database) {
        let store = &database.store;
        store.use_logout_token("issuer", "old", 100, 0).await.expect("used");
        store.use_logout_token("issuer", "new", 300, 101).await.expect("used");
        assert_eq!(database.number("SELECT COUNT(*) FROM used_logout_token").await, 1);
    }
}
