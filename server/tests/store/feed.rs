//! What the store tells other nodes.

use server::store::Person;

use crate::support::{Database, ada, at_google, link, on_both, on_postgres, sign_in};

async fn changed(database: &Database) -> Vec<(String, i64)> {
    database.store.changed_since(0).await.expect("a list")
}

on_both! {
    async fn what_changes_a_view_is_told(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        sign_in(store, &ada(&["id:ada"]), 2).await;
        assert!(changed(&database).await.is_empty(), "a sign-in alone changes nothing");
        link(store, &at_google("ada"), "a1", 10).await;
        assert_eq!(changed(&database).await, [("a1".to_owned(), 10)]);
        store.unlink("a1", "google", "s1", 20).await.expect("an answer");
        assert_eq!(changed(&database).await, [("a1".to_owned(), 20)]);
        let renamed = Person { name: Some("Ada L.".into()), ..ada(&["id:ada"]) };
        sign_in(store, &renamed, 30).await;
        assert_eq!(changed(&database).await, [("a1".to_owned(), 30)]);
        store.update_person(&renamed, "a1", 40).await.expect("an answer");
        assert_eq!(changed(&database).await, [("a1".to_owned(), 30)], "nothing is new");
        store.update_person(&ada(&["id:ada"]), "a1", 50).await.expect("an answer");
        assert_eq!(changed(&database).await, [("a1".to_owned(), 50)]);
        store.delete_account("a1", 60).await.expect("an answer");
        assert_eq!(changed(&database).await, [("a1".to_owned(), 60)]);
        assert!(store.changed_since(61).await.expect("a list").is_empty());
    }

    async fn two_changes_within_a_second_are_told_apart(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 10).await;
        store.unlink("a1", "google", "s1", 10).await.expect("an answer");
        assert_eq!(changed(&database).await, [("a1".to_owned(), 11)]);
        // The clock of another node is behind.
        link(store, &at_google("ada"), "a1", 5).await;
        assert_eq!(changed(&database).await, [("a1".to_owned(), 12)]);
    }
}

#[tokio::test]
async fn whoever_listens_is_woken() {
    on_postgres(|database| async move {
        let store = &database.store;
        let mut wakes = database.again().await.listen();
        // The first says that it listens now.
        wakes.next().await;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        store.end_session("s1", 2).await.expect("ended");
        wakes.next().await;
        link(store, &at_google("ada"), "a1", 3).await;
        wakes.next().await;
        sign_in(store, &ada(&["id:ada"]), 4).await;
        store.end_sessions_of("a1", 5).await.expect("ended");
        wakes.next().await;
        store
            .unlink("a1", "google", "s1", 6)
            .await
            .expect("an answer");
        wakes.next().await;
        store.delete_account("a1", 7).await.expect("an answer");
        wakes.next().await;
    })
    .await;
}
