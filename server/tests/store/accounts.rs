//! Sign-ins, and the accounts they lead to.

use server::store::{Account, NewSession, Person};

use crate::support::{
    Database, ada, at_google, link, logout, on_both, session, sign_in, try_sign_in,
};

async fn account_of(database: &Database, session: &str) -> Account {
    let found = database.store.session_and_account(session).await;
    found.expect("an answer").expect("a session").1
}

on_both! {
    async fn a_sign_in_is_told_as_it_was(database: Database) {
        let new = NewSession {
            id: "s1",
            browser: Some("Firefox on Linux"),
            provider_session: Some("sid"),
        };
        let person = ada(&["account_id:x", "id:ada"]);
        let account = database.store.sign_in(&person, ["a1", "i1"], &new, None, 10).await;
        assert_eq!(account.expect("signed in"), "a1");
        let found = database.store.session_and_account("s1").await.expect("an answer");
        let (row, account, identities) = found.expect("a session");
        assert_eq!(row.account_id, "a1");
        assert_eq!((row.created_at, row.seen_at), (10, 10));
        assert_eq!(row.browser.as_deref(), Some("Firefox on Linux"));
        assert_eq!(row.provider.as_deref(), Some("spotify"));
        assert_eq!(account.name, person.name);
        assert_eq!(account.email, person.email);
        assert_eq!(account.picture, person.picture);
        assert_eq!(account.created_at, 10);
        let [identity] = identities.as_slice() else { panic!("{identities:?}") };
        assert_eq!((identity.id.as_str(), identity.issuer.as_str()), ("i1", person.issuer.as_str()));
        assert_eq!((identity.linked_at, identity.seen_at), (10, 10));
        assert_eq!(identity.email, person.email);
    }

    async fn a_person_without_a_profile_is_signed_in_too(database: Database) {
        let nobody = Person { name: None, email: None, picture: None, ..ada(&["id:ada"]) };
        sign_in(&database.store, &nobody, 1).await;
        let account = account_of(&database, "s1").await;
        assert_eq!((account.name, account.email, account.picture), (None, None, None));
    }

    async fn a_name_with_a_nul_is_kept_without_it(database: Database) {
        let odd = Person { name: Some("A\0da".into()), ..ada(&["id:ada"]) };
        sign_in(&database.store, &odd, 1).await;
        assert_eq!(account_of(&database, "s1").await.name.as_deref(), Some("Ada"));
    }

    async fn either_key_finds_the_same_account(database: Database) {
        let store = &database.store;
        let first = sign_in(store, &ada(&["id:ada"]), 1).await;
        let both = sign_in(store, &ada(&["account_id:x", "id:ada"]), 2).await;
        let renamed = sign_in(store, &ada(&["account_id:x", "id:ada-new"]), 3).await;
        assert_eq!((first.as_str(), both.as_str(), renamed.as_str()), ("a1", "a1", "a1"));
        assert_eq!(store.count_accounts().await.expect("a count"), 1);
        let found = store.find_account(&ada(&["id:ada-new"])).await.expect("an answer");
        assert_eq!(found.as_deref(), Some("a1"));
    }

    async fn a_user_id_that_passed_on_is_another_account(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["account_id:x", "id:ada"]), 1).await;
        let second = ada(&["account_id:y", "id:ada"]);
        assert_eq!(store.find_account(&second).await.expect("an answer"), None);
        assert_eq!(sign_in(store, &second, 2).await, "a2");
        assert_eq!(sign_in(store, &second, 3).await, "a2");
        assert_eq!(sign_in(store, &ada(&["account_id:x", "id:ada"]), 4).await, "a1");
    }

    async fn another_issuer_is_another_account(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let other = Person { issuer: "https://elsewhere.example".into(), ..ada(&["id:ada"]) };
        assert_eq!(sign_in(store, &other, 2).await, "a2");
    }

    async fn an_equal_address_of_e_mail_is_another_account(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let other = Person { email: ada(&[]).email, ..at_google("ada") };
        assert_eq!(store.find_account(&other).await.expect("an answer"), None);
        assert_eq!(sign_in(store, &other, 2).await, "a2");
    }

    async fn a_sign_in_ends_the_session_before_it(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let again = store
            .sign_in(&ada(&["id:ada"]), ["a2", "i2"], &session("s2"), Some("s1"), 20)
            .await;
        assert_eq!(again.expect("signed in"), "a1");
        assert_eq!(store.session_and_account("s1").await.expect("an answer"), None);
        let ended = store.ended_since(0).await.expect("a list");
        assert_eq!(ended, [("s1".to_owned(), 20)]);
    }

    async fn twenty_parallel_first_sign_ins_make_one_account(database: Database) {
        let (here, there) = (&database.store, database.again().await);
        let person = ada(&["account_id:x", "id:ada"]);
        // Half of them know the keys in the other order.
        let turned = ada(&["id:ada", "account_id:x"]);
        let all = (0..20).map(|n| {
            let store = if n % 2 == 0 { here } else { &there };
            let person = if n % 3 == 0 { &turned } else { &person };
            sign_in(store, person, n)
        });
        let accounts = futures::future::join_all(all).await;
        assert!(accounts.windows(2).all(|pair| pair[0] == pair[1]), "{accounts:?}");
        assert_eq!(here.count_accounts().await.expect("a count"), 1);
        let sessions = here.sessions_of(&accounts[0]).await.expect("a list");
        assert_eq!(sessions.len(), 20);
        assert_eq!(database.number("SELECT COUNT(*) FROM identity_claim").await, 0);
    }

    async fn a_sign_in_that_fails_writes_nothing(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        // The session id is taken, so the last statement fails after account and identity went in.
        let result = store
            .sign_in(&at_google("bea"), ["a2", "i2"], &session("s1"), Some("s1"), 10)
            .await;
        assert!(result.is_ok(), "the session in the way is ended first");
        let result = store
            .sign_in(&at_google("cleo"), ["a3", "i3"], &session("s1"), None, 10)
            .await;
        assert!(result.is_err());
        assert_eq!(store.count_accounts().await.expect("a count"), 2);
        assert_eq!(store.find_account(&at_google("cleo")).await.expect("an answer"), None);
        assert_eq!(database.number("SELECT COUNT(*) FROM identity_key").await, 2);
        assert_eq!(database.number("SELECT COUNT(*) FROM identity_claim").await, 0);
    }

    async fn a_sign_in_that_fails_ends_nothing(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        sign_in(store, &ada(&["id:ada"]), 2).await;
        let result = store
            .sign_in(&ada(&["id:ada"]), ["a3", "i3"], &session("s1"), Some("s2"), 10)
            .await;
        assert!(result.is_err());
        assert!(store.session_and_account("s2").await.expect("an answer").is_some());
        assert!(store.ended_since(0).await.expect("a list").is_empty());
    }

    async fn the_account_shows_the_identity_last_signed_in_with(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 2).await;
        assert_eq!(account_of(&database, "s1").await.name.as_deref(), Some("Ada"));
        sign_in(store, &at_google("ada"), 3).await;
        let account = account_of(&database, "s1").await;
        assert_eq!(account.name.as_deref(), Some("ada of Google"));
        assert_eq!(account.email.as_deref(), Some("ada@google.example"));
        assert_eq!(account.picture, None);
    }

    async fn a_profile_read_anew_is_taken_over(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let renamed = Person { name: Some("Ada L.".into()), ..ada(&["id:ada"]) };
        assert!(store.update_person(&renamed, "a1", 5).await.expect("an answer"));
        let found = store.session_and_account("s1").await.expect("an answer");
        let (_, account, identities) = found.expect("a session");
        assert_eq!(account.name.as_deref(), Some("Ada L."));
        assert_eq!(identities[0].name.as_deref(), Some("Ada L."));
        assert_eq!(identities[0].seen_at, 1);
    }

    async fn a_profile_that_is_not_shown_stays_behind(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 2).await;
        let renamed = Person { name: Some("Ada L.".into()), ..at_google("ada") };
        assert!(store.update_person(&renamed, "a1", 5).await.expect("an answer"));
        let found = store.session_and_account("s1").await.expect("an answer");
        let (_, account, identities) = found.expect("a session");
        assert_eq!(account.name.as_deref(), Some("Ada"));
        assert_eq!(identities[1].name.as_deref(), Some("Ada L."));
    }

    async fn a_profile_of_somebody_else_is_not_taken_over(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        sign_in(store, &at_google("bea"), 2).await;
        for person in [at_google("bea"), at_google("cleo")] {
            let updated = store.update_person(&person, "a1", 5).await;
            assert!(!updated.expect("an answer"));
        }
        assert!(!store.update_person(&ada(&["id:ada"]), "a9", 5).await.expect("an answer"));
        assert_eq!(account_of(&database, "s1").await.name.as_deref(), Some("Ada"));
    }

    async fn a_closed_database_is_an_error(database: Database) {
        let store = &database.store;
        store.close().await;
        assert!(store.ping().await.is_err());
        assert!(try_sign_in(store, &ada(&["id:ada"]), 1).await.is_err());
        assert!(store.session_and_account("s1").await.is_err());
        assert!(store.find_account(&ada(&["id:ada"])).await.is_err());
        assert!(store.touch_session("s1", 1).await.is_err());
        assert!(store.end_session("s1", 1).await.is_err());
        assert!(store.use_transaction("state", "challenge", 100, 0).await.is_err());
        assert!(store.log_out(&logout("issuer", "token", Some("ada"), None), 0).await.is_err());
        assert!(store.ended_since(0).await.is_err());
        assert!(store.changed_since(0).await.is_err());
        assert!(store.purge(0, 0, 0).await.is_err());
    }
}
