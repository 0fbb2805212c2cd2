//! Databases that were made by an earlier version.

use std::path::Path;

use server::store::Store;
use sqlx::migrate::Migrator;
use sqlx::{AnyPool, Executor as _};

use crate::support::{ada, file_in, logout, on_empty_postgres, sign_in};

async fn an_earlier_database_is_brought_up_to_date(url: String) {
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(&url).await.expect("a connection");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let all = Migrator::new(folder).await.expect("migrations");
    let first = Migrator::with_migrations(all.iter().take(1).cloned().collect());
    first.run(&pool).await.expect("the first migration");
    pool.execute(
        "INSERT INTO account (id, name, picture, created_at) VALUES ('a1', 'Ada', 'p', 5); \
         INSERT INTO identity (id, account_id, provider, issuer, subject, name, linked_at) \
         VALUES ('i1', 'a1', 'spotify', 'https://accounts.spotify.com', 'ada', 'Ada', 5); \
         INSERT INTO identity_key (issuer, key, identity_id) \
         VALUES ('https://accounts.spotify.com', 'id:ada', 'i1'); \
         INSERT INTO session (id, account_id, created_at, seen_at) VALUES ('s1', 'a1', 5, 6);",
    )
    .await
    .expect("rows");
    pool.close().await;
    let store = Store::open(Some(&url), Path::new(""))
        .await
        .expect("a database");
    let found = store.session_and_account("s1").await.expect("an answer");
    let (row, account, identities) = found.expect("a session");
    assert_eq!(row.provider.as_deref(), Some("spotify"));
    assert_eq!(row.browser, None);
    assert_eq!(
        (account.picture.as_deref(), account.email),
        (Some("p"), None)
    );
    assert_eq!(identities[0].seen_at, 5);
    assert_eq!(sign_in(&store, &ada(&["id:ada"]), 9).await, "a1");
    let logout = logout("https://accounts.spotify.com", "token", Some("ada"), None);
    let ended = store.log_out(&logout, 10).await.expect("an answer");
    assert_eq!(ended.expect("a fresh token"), ["s1", "s9"]);
}

#[tokio::test]
async fn an_earlier_database_of_sqlite_is_brought_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    an_earlier_database_is_brought_up_to_date(file_in(folder.path())).await;
}

#[tokio::test]
async fn an_earlier_database_of_postgres_is_brought_up_to_date() {
    on_empty_postgres(an_earlier_database_is_brought_up_to_date).await;
}

#[tokio::test]
async fn nodes_that_start_together_migrate_once() {
    on_empty_postgres(|url| async move {
        let opened = (0..4).map(|_| Store::open(Some(&url), Path::new("")));
        for store in futures::future::join_all(opened).await {
            store
                .expect("a database")
                .ping()
                .await
                .expect("a sign of life");
        }
    })
    .await;
}
