//! Where a database can be, and what is said where it is not.

use std::error::Error;
use std::path::Path;

use server::store::{Store, StoreError};

async fn refused(url: &str) -> StoreError {
    let opened = Store::open(Some(url), Path::new("")).await;
    opened.map(drop).expect_err("there is no such database")
}

/// All that anybody could print of an error.
fn told(error: &StoreError) -> String {
    let mut text = format!("{error:?}");
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn no_error_tells_the_password() {
    for url in [
        "postgres://ada:hush@127.0.0.1:1/x",
        "postgres://ada:hush@127.0.0.1:1/x?sslmode=hush",
        "postgres://ada:hush@127.0.0.1:1/x?sslpassword=hush",
        "postgres://ada:hush@127.0.0.1:hush/x",
        "postgres://ada:hush@",
        "mysql://ada:hush@127.0.0.1/x",
        "hush",
    ] {
        let error = refused(url).await;
        assert!(!told(&error).contains("hush"), "{url}: {}", told(&error));
    }
}

#[tokio::test]
async fn a_folder_of_any_name_holds_a_database() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["plain", "with space", "100%25?mode=ro#x", "ä:ö"] {
        let data = folder.path().join(name);
        let store = Store::open(None, &data).await.expect("a database");
        store.ping().await.expect("a sign of life");
        assert!(data.join("stagedoor.sqlite").is_file(), "{name}");
    }
}

#[tokio::test]
async fn a_file_of_sqlite_is_made_where_it_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("new.sqlite");
    let url = format!("sqlite:{}", file.display());
    let store = Store::open(Some(&url), Path::new("")).await;
    store
        .expect("a database")
        .ping()
        .await
        .expect("a sign of life");
    assert!(file.is_file());
}

#[tokio::test]
async fn a_database_in_memory_is_one_database() {
    let store = Store::in_memory().await.expect("a database");
    let pings = futures::future::join_all((0..10).map(|_| store.ping())).await;
    assert!(pings.into_iter().all(|ping| ping.is_ok()));
}
