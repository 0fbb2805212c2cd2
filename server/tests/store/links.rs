//! Identities that come and go, and accounts that are deleted.

use server::store::{Linked, Person, Unlinked};

use crate::support::{
    Database, ada, at_google, link, on_both, providers, sign_in, try_link, try_sign_in,
};

on_both! {
    async fn a_linked_identity_leads_to_the_account(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        assert_eq!(link(store, &at_google("ada"), "a1", 2).await, Linked::Done);
        assert_eq!(providers(store, "s1").await, ["spotify", "google"]);
        assert_eq!(sign_in(store, &at_google("ada"), 3).await, "a1");
    }

    async fn a_linked_identity_is_linked_already(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 2).await;
        assert_eq!(link(store, &at_google("ada"), "a1", 3).await, Linked::Already);
        assert_eq!(link(store, &ada(&["id:ada"]), "a1", 4).await, Linked::Already);
        assert_eq!(providers(store, "s1").await, ["spotify", "google"]);
    }

    async fn an_identity_of_another_account_is_taken(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        sign_in(store, &at_google("bea"), 2).await;
        assert_eq!(link(store, &at_google("bea"), "a1", 3).await, Linked::Taken);
        assert_eq!(providers(store, "s1").await, ["spotify"]);
        assert_eq!(sign_in(store, &at_google("bea"), 4).await, "a2");
    }

    async fn a_second_identity_of_a_provider_is_refused(database: Database) {
        let store = &database.store;
        sign_in(store, &at_google("ada"), 1).await;
        let other = link(store, &at_google("bea"), "a1", 2).await;
        assert_eq!(other, Linked::OtherOfProvider);
        assert_eq!(store.find_account(&at_google("bea")).await.expect("an answer"), None);
    }

    async fn an_account_that_is_not_there_is_not_linked(database: Database) {
        let store = &database.store;
        assert_eq!(link(store, &at_google("ada"), "a1", 1).await, Linked::NoAccount);
        assert_eq!(store.find_account(&at_google("ada")).await.expect("an answer"), None);
    }

    async fn two_parallel_links_of_a_provider_leave_one(database: Database) {
        let (here, there) = (&database.store, database.again().await);
        sign_in(here, &ada(&["id:ada"]), 1).await;
        let (bea, cleo) = (at_google("bea"), at_google("cleo"));
        let links = tokio::join!(link(here, &bea, "a1", 2), link(&there, &cleo, "a1", 3));
        assert!(
            matches!(
                links,
                (Linked::Done, Linked::OtherOfProvider) | (Linked::OtherOfProvider, Linked::Done)
            ),
            "{links:?}"
        );
    }

    async fn a_link_and_a_first_sign_in_share_no_identity(database: Database) {
        let (here, there) = (&database.store, database.again().await);
        for n in 1..=10 {
            let (ada, bea) = (ada(&[&format!("id:{n}")]), at_google(&format!("bea{n}")));
            let account = sign_in(here, &ada, 10 * n).await;
            let (linked, signed_in) = tokio::join!(
                link(here, &bea, &account, 10 * n + 1),
                sign_in(&there, &bea, 10 * n + 2)
            );
            match linked {
                Linked::Done => assert_eq!(signed_in, account),
                other => {
                    assert_eq!(other, Linked::Taken);
                    assert_ne!(signed_in, account);
                }
            }
        }
        assert_eq!(database.number("SELECT COUNT(*) FROM identity").await, 20);
        assert_eq!(database.number("SELECT COUNT(*) FROM identity_key").await, 20);
    }

    async fn an_unlinked_identity_is_a_stranger(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 2).await;
        let unlinked = store.unlink("a1", "google", "s1", 3).await;
        assert_eq!(unlinked.expect("an answer"), Unlinked::Done(Vec::new()));
        assert_eq!(providers(store, "s1").await, ["spotify"]);
        assert_eq!(sign_in(store, &at_google("ada"), 4).await, "a4");
    }

    async fn sessions_of_an_unlinked_identity_end_with_it(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 2).await;
        sign_in(store, &at_google("ada"), 3).await;
        sign_in(store, &at_google("ada"), 4).await;
        sign_in(store, &ada(&["id:ada"]), 5).await;
        let unlinked = store.unlink("a1", "google", "s3", 6).await;
        assert_eq!(unlinked.expect("an answer"), Unlinked::Done(vec!["s4".to_owned()]));
        let ended = store.ended_since(0).await.expect("a list");
        assert_eq!(ended, [("s4".to_owned(), 6)]);
        let left = store.sessions_of("a1").await.expect("a list");
        let mut left: Vec<&str> = left.iter().map(|session| session.id.as_str()).collect();
        left.sort_unstable();
        assert_eq!(left, ["s1", "s3", "s5"]);
    }

    async fn a_sign_in_beside_an_unlink_ends_or_is_new(database: Database) {
        let (here, there) = (&database.store, database.again().await);
        for n in 1..=10 {
            let (ada, bea) = (ada(&[&format!("id:{n}")]), at_google(&format!("bea{n}")));
            let account = sign_in(here, &ada, 10 * n).await;
            link(here, &bea, &account, 10 * n + 1).await;
            let asking = format!("s{}", 10 * n);
            let (unlinked, signed_in) = tokio::join!(
                here.unlink(&account, "google", &asking, 3),
                sign_in(&there, &bea, 10 * n + 2)
            );
            let Unlinked::Done(ended) = unlinked.expect("an answer") else {
                panic!("it was linked");
            };
            assert_eq!(ended.len() == 1, signed_in == account, "{ended:?}");
        }
    }

    async fn the_last_identity_stays(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let unlinked = store.unlink("a1", "spotify", "s1", 2).await;
        assert_eq!(unlinked.expect("an answer"), Unlinked::Last);
        assert_eq!(providers(store, "s1").await, ["spotify"]);
    }

    async fn what_is_not_linked_is_not_unlinked(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        for (account, provider) in [("a1", "google"), ("a2", "spotify")] {
            let unlinked = store.unlink(account, provider, "s1", 2).await;
            assert_eq!(unlinked.expect("an answer"), Unlinked::NotThere);
        }
    }

    async fn two_parallel_unlinks_leave_one(database: Database) {
        let (here, there) = (&database.store, database.again().await);
        sign_in(here, &ada(&["id:ada"]), 1).await;
        for n in 10..20 {
            for person in [ada(&["id:ada"]), at_google("ada")] {
                link(here, &person, "a1", n).await;
            }
            let (one, other) =
                tokio::join!(here.unlink("a1", "google", "s1", 3), there.unlink("a1", "spotify", "s1", 3));
            let unlinks = [one.expect("an answer"), other.expect("an answer")];
            assert!(
                matches!(
                    unlinks,
                    [Unlinked::Done(_), Unlinked::Last] | [Unlinked::Last, Unlinked::Done(_)]
                ),
                "{unlinks:?}"
            );
            assert_eq!(providers(here, "s1").await.len(), 1);
        }
    }

    async fn the_profile_goes_with_the_identity(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 2).await;
        store.unlink("a1", "spotify", "s1", 3).await.expect("an answer");
        let found = store.session_and_account("s1").await.expect("an answer");
        let account = found.expect("a session").1;
        assert_eq!(account.name.as_deref(), Some("ada of Google"));
        assert_eq!(account.email.as_deref(), Some("ada@google.example"));
        assert_eq!(account.picture, None);
    }

    async fn a_profile_of_another_identity_stays(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 2).await;
        // It was seen last, and nobody signed in with it.
        let third = Person { provider: "third".into(), issuer: "https://third.example".into(), ..at_google("ada") };
        link(store, &third, "a1", 3).await;
        store.unlink("a1", "google", "s1", 4).await.expect("an answer");
        let found = store.session_and_account("s1").await.expect("an answer");
        let account = found.expect("a session").1;
        assert_eq!(account.name.as_deref(), Some("Ada"));
        assert_eq!(account.picture, ada(&[]).picture);
    }

    async fn a_deleted_account_leaves_nothing_of_the_person(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["account_id:x", "id:ada"]), 1).await;
        sign_in(store, &ada(&["account_id:x", "id:ada"]), 2).await;
        link(store, &at_google("ada"), "a1", 2).await;
        sign_in(store, &at_google("bea"), 3).await;
        let ended = store.delete_account("a1", 4).await.expect("an answer");
        assert_eq!(ended.expect("an account"), ["s1", "s2"]);
        let ended = store.ended_since(0).await.expect("a list");
        assert_eq!(ended.len(), 2);
        for (table, left) in [
            ("account", 1),
            ("identity", 1),
            ("identity_key", 1),
            ("session", 1),
            ("session_login", 1),
        ] {
            let count = database.number(&format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(count, left, "{table}");
        }
        assert_eq!(sign_in(store, &ada(&["account_id:x", "id:ada"]), 5).await, "a5");
    }

    async fn an_account_that_is_not_there_is_not_deleted(database: Database) {
        assert_eq!(database.store.delete_account("a1", 1).await.expect("an answer"), None);
        assert!(database.store.changed_since(0).await.expect("a list").is_empty());
    }

    async fn a_sign_in_beside_a_deletion_is_whole_or_new(database: Database) {
        let (here, there) = (&database.store, database.again().await);
        for n in 0..10 {
            let person = at_google(&format!("ada{n}"));
            let old = sign_in(here, &person, 2 * n).await;
            let (deleted, account) =
                tokio::join!(here.delete_account(&old, 9), try_sign_in(&there, &person, 2 * n + 1));
            let ended = deleted.expect("an answer").expect("an account");
            let account = account.expect("signed in");
            if account == old {
                assert_eq!(ended.len(), 2, "the deletion came second");
            }
        }
        let left = database.number("SELECT COUNT(*) FROM account").await;
        assert_eq!(database.number("SELECT COUNT(*) FROM identity").await, left);
        assert_eq!(database.number("SELECT COUNT(*) FROM session").await, left);
    }

    async fn what_fails_at_its_end_has_changed_nothing(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        sign_in(store, &at_google("bea"), 2).await;
        link(store, &ada(&["id:bea"]), "a2", 3).await;
        // The last statement of each has nowhere to write.
        database.run("ALTER TABLE account_change RENAME TO away").await;
        assert!(try_link(store, &at_google("ada"), "a1", 4).await.is_err());
        assert!(store.unlink("a2", "google", "s2", 4).await.is_err());
        assert!(store.delete_account("a2", 4).await.is_err());
        database.run("ALTER TABLE away RENAME TO account_change").await;
        assert_eq!(providers(store, "s1").await, ["spotify"]);
        assert_eq!(providers(store, "s2").await, ["google", "spotify"]);
        assert_eq!(store.find_account(&at_google("ada")).await.expect("an answer"), None);
        assert!(store.ended_since(0).await.expect("a list").is_empty());
    }
}
