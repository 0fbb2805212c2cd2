//! Sessions: used, listed, ended, ended by a provider, forgotten.

use std::sync::atomic::{AtomicU32, Ordering};

use server::store::{Linked, Logout, NewSession, Store};

use crate::support::{Database, ada, at_google, link, logout, on_both, sign_in};

const GOOGLE: &str = "https://accounts.google.com";
/// A logout token is good once, so each has a name of its own.
static TOKENS: AtomicU32 = AtomicU32::new(0);

async fn alive(store: &Store, session: &str) -> bool {
    let found = store.session_and_account(session).await;
    found.expect("an answer").is_some()
}

/// Signs Ada of Google in with a session of the provider.
async fn with_sid(store: &Store, subject: &str, id: &str, sid: Option<&str>) {
    let new = NewSession {
        id,
        browser: None,
        provider_session: sid,
    };
    let (account, identity) = (format!("a-{id}"), format!("i-{id}"));
    store
        .sign_in(&at_google(subject), [&account, &identity], &new, None, 1)
        .await
        .expect("signed in");
}

async fn ended_by(store: &Store, subject: Option<&str>, sid: Option<&str>) -> Vec<String> {
    let token_id = format!(
        "{subject:?} {sid:?} {}",
        TOKENS.fetch_add(1, Ordering::Relaxed)
    );
    let ended = store
        .log_out(&logout(GOOGLE, &token_id, subject, sid), 5)
        .await;
    ended.expect("an answer").expect("a fresh token")
}

on_both! {
    async fn a_session_that_is_used_is_touched(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        assert!(store.touch_session("s1", 20).await.expect("an answer"));
        assert!(store.touch_session("s1", 10).await.expect("an answer"), "the clock went back");
        let sessions = store.sessions_of("a1").await.expect("a list");
        assert_eq!(sessions[0].seen_at, 20);
        assert!(!store.touch_session("s2", 20).await.expect("an answer"));
    }

    async fn sessions_are_listed_the_last_used_first(database: Database) {
        let store = &database.store;
        for n in 1..=3 {
            sign_in(store, &ada(&["id:ada"]), n).await;
        }
        sign_in(store, &at_google("bea"), 4).await;
        store.touch_session("s1", 9).await.expect("an answer");
        let sessions = store.sessions_of("a1").await.expect("a list");
        let ids: Vec<_> = sessions.iter().map(|session| session.id.as_str()).collect();
        assert_eq!(ids, ["s1", "s3", "s2"]);
    }

    async fn an_ended_session_is_gone_and_remembered(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        store.end_session("s1", 7).await.expect("ended");
        store.end_session("s1", 8).await.expect("ended again");
        assert!(!alive(store, "s1").await);
        assert_eq!(store.ended_since(7).await.expect("a list"), [("s1".to_owned(), 7)]);
        assert!(store.ended_since(8).await.expect("a list").is_empty());
    }

    async fn every_session_of_an_account_is_ended(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        sign_in(store, &ada(&["id:ada"]), 2).await;
        sign_in(store, &at_google("bea"), 3).await;
        let ended = store.end_sessions_of("a1", 7).await.expect("a list");
        assert_eq!(ended, ["s1", "s2"]);
        assert!(!alive(store, "s1").await && !alive(store, "s2").await);
        assert!(alive(store, "s3").await);
    }

    async fn only_sessions_of_the_account_are_ended(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        sign_in(store, &ada(&["id:ada"]), 2).await;
        sign_in(store, &at_google("bea"), 3).await;
        let named = ["s2".to_owned(), "s3".to_owned(), "s9".to_owned()];
        let ended = store.end_sessions("a1", &named, 7).await.expect("a list");
        assert_eq!(ended, ["s2"]);
        assert!(alive(store, "s1").await && alive(store, "s3").await);
        assert_eq!(store.ended_since(0).await.expect("a list").len(), 1);
    }

    async fn sessions_that_cannot_all_be_ended_all_go_on(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        database.run("ALTER TABLE ended_session RENAME TO away").await;
        assert!(store.end_session("s1", 7).await.is_err());
        assert!(store.end_sessions_of("a1", 7).await.is_err());
        assert!(store.end_sessions("a1", &["s1".to_owned()], 7).await.is_err());
        database.run("ALTER TABLE away RENAME TO ended_session").await;
        assert!(alive(store, "s1").await);
    }

    async fn a_provider_ends_the_sessions_of_its_own_session(database: Database) {
        let store = &database.store;
        with_sid(store, "ada", "s1", Some("one")).await;
        with_sid(store, "ada", "s2", Some("two")).await;
        with_sid(store, "ada", "s3", None).await;
        assert_eq!(ended_by(store, None, Some("one")).await, ["s1"]);
        assert!(alive(store, "s2").await && alive(store, "s3").await);
        assert_eq!(store.ended_since(5).await.expect("a list").len(), 1);
    }

    async fn a_provider_ends_every_session_of_an_identity(database: Database) {
        let store = &database.store;
        with_sid(store, "ada", "s1", Some("one")).await;
        with_sid(store, "ada", "s2", None).await;
        with_sid(store, "bea", "s3", None).await;
        assert_eq!(ended_by(store, Some("ada"), None).await, ["s1", "s2"]);
        assert!(alive(store, "s3").await);
    }

    async fn both_names_must_fit(database: Database) {
        let store = &database.store;
        with_sid(store, "ada", "s1", Some("one")).await;
        assert!(ended_by(store, Some("bea"), Some("one")).await.is_empty());
        assert!(ended_by(store, Some("ada"), Some("two")).await.is_empty());
        assert!(alive(store, "s1").await);
        assert_eq!(ended_by(store, Some("ada"), Some("one")).await, ["s1"]);
    }

    async fn a_provider_that_names_nothing_ends_nothing(database: Database) {
        let store = &database.store;
        with_sid(store, "ada", "s1", Some("one")).await;
        assert!(ended_by(store, None, None).await.is_empty());
        assert!(alive(store, "s1").await);
    }

    async fn another_issuer_ends_nothing(database: Database) {
        let store = &database.store;
        with_sid(store, "ada", "s1", Some("one")).await;
        let logout = logout("https://elsewhere.example", "token", Some("ada"), Some("one"));
        let ended = store.log_out(&logout, 5).await;
        assert_eq!(ended.expect("an answer"), Some(Vec::new()));
        assert!(alive(store, "s1").await);
    }

    async fn a_linked_session_ends_with_that_of_its_provider(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        sign_in(store, &ada(&["id:ada"]), 2).await;
        let linked = store.link(&at_google("ada"), "a1", "i3", "s1", Some("one"), 3).await;
        linked.expect("linked");
        // Linking it again without a name for the session forgets nothing.
        link(store, &at_google("ada"), "a1", 1).await;
        assert_eq!(ended_by(store, None, Some("one")).await, ["s1"]);
        assert!(alive(store, "s2").await);
    }

    async fn an_unlinked_provider_ends_nothing(database: Database) {
        let store = &database.store;
        with_sid(store, "ada", "s1", Some("one")).await;
        link(store, &ada(&["id:ada"]), "a-s1", 2).await;
        store.unlink("a-s1", "google", "s1", 3).await.expect("an answer");
        assert!(ended_by(store, Some("ada"), Some("one")).await.is_empty());
        assert!(alive(store, "s1").await);
    }

    async fn a_login_is_noted_for_sessions_of_the_account_alone(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        sign_in(store, &at_google("bea"), 2).await;
        // `s2` is of another account.
        let linked = store.link(&at_google("ada"), "a1", "i3", "s2", None, 3).await;
        assert_eq!(linked.expect("an answer"), Linked::Done);
        assert!(ended_by(store, Some("ada"), None).await.is_empty());
        assert!(alive(store, "s2").await);
    }

    async fn sessions_are_counted_as_long_as_they_go_on(database: Database) {
        let store = &database.store;
        for n in [10, 20, 30] {
            sign_in(store, &ada(&["id:ada"]), n).await;
        }
        assert_eq!(store.count_sessions(0, 0).await.expect("a count"), 3);
        assert_eq!(store.count_sessions(20, 0).await.expect("a count"), 2);
        assert_eq!(store.count_sessions(0, 30).await.expect("a count"), 1);
    }

    async fn what_is_past_its_time_is_forgotten(database: Database) {
        let store = &database.store;
        for n in [10, 20, 30, 40] {
            sign_in(store, &ada(&["id:ada"]), n).await;
        }
        link(store, &at_google("ada"), "a10", 5).await;
        store.touch_session("s10", 50).await.expect("an answer");
        store.end_session("s40", 6).await.expect("ended");
        let used = Logout { until: 6, ..logout("issuer", "token", None, None) };
        store.log_out(&used, 0).await.expect("used");
        store.purge(25, 15, 6).await.expect("purged");
        // One was opened too long ago, one was not used.
        assert!(!alive(store, "s10").await && !alive(store, "s20").await);
        assert!(alive(store, "s30").await);
        assert_eq!(store.ended_since(0).await.expect("a list").len(), 1);
        assert!(store.changed_since(0).await.expect("a list").is_empty());
        assert_eq!(database.number("SELECT COUNT(*) FROM used_logout_token").await, 1);
        store.purge(25, 15, 7).await.expect("purged");
        assert!(store.ended_since(0).await.expect("a list").is_empty());
        assert_eq!(database.number("SELECT COUNT(*) FROM used_logout_token").await, 0);
    }
}
