//! A database of its own for every test: a file of `SQLite`, and a database of `PostgreSQL` where
//! `STAGEDOOR_TEST_POSTGRES` names a cluster (`cargo xtask test` always starts one).

use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::FutureExt as _;
use server::store::{Linked, Logout, NewSession, Person, Store, StoreError};
use sqlx::{AnyPool, AssertSqlSafe, Connection as _, Executor as _, PgConnection};

const CLUSTER: &str = "STAGEDOOR_TEST_POSTGRES";

/// Runs each test on both databases.
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($database:ident: Database) $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn test($database: Database) $body

            #[tokio::test]
            async fn sqlite() {
                $crate::support::on_sqlite(test).await;
            }

            #[tokio::test]
            async fn postgres() {
                $crate::support::on_postgres(test).await;
            }
        }
    )*};
}
pub(crate) use on_both;

/// One database, migrated and open.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) url: String,
}

impl Database {
    async fn open(url: String) -> Self {
        let store = open(&url).await;
        Self { store, url }
    }

    /// The same database as another node opens it.
    pub(crate) async fn again(&self) -> Store {
        open(&self.url).await
    }

    /// Runs statements past the store.
    pub(crate) async fn run(&self, statements: &str) {
        let pool = AnyPool::connect(&self.url).await.expect("a connection");
        pool.execute(AssertSqlSafe(statements.to_owned()))
            .await
            .expect("the statements");
        pool.close().await;
    }

    /// Asks for one number past the store.
    pub(crate) async fn number(&self, statement: &str) -> i64 {
        let pool = AnyPool::connect(&self.url).await.expect("a connection");
        let number = sqlx::query_scalar(AssertSqlSafe(statement.to_owned()))
            .fetch_one(&pool)
            .await;
        pool.close().await;
        number.expect("a number")
    }
}

async fn open(url: &str) -> Store {
    let store = Store::open(Some(url), Path::new("")).await;
    store.expect("a database")
}

/// The address of a file in a folder that lives as long as the test.
pub(crate) fn file_in(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("test.sqlite").display())
}

pub(crate) async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Database) -> F) {
    let folder = tempfile::tempdir().expect("a folder");
    test(Database::open(file_in(folder.path())).await).await;
}

pub(crate) async fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(Database) -> F) {
    on_empty_postgres(|url| async move { test(Database::open(url).await).await }).await;
}

/// Runs a test with the address of an empty database, and drops that database, whatever comes of it.
pub(crate) async fn on_empty_postgres<F: Future<Output = ()>>(test: impl FnOnce(String) -> F) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Some(cluster) = cluster() else { return };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    let mut admin = PgConnection::connect(&cluster).await.expect("the cluster");
    let create = format!("CREATE DATABASE {name}");
    admin
        .execute(AssertSqlSafe(create))
        .await
        .expect("a database");
    let mut url = url::Url::parse(&cluster).expect("an address");
    url.set_path(&name);
    let outcome = AssertUnwindSafe(test(url.into())).catch_unwind().await;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    admin
        .execute(AssertSqlSafe(drop))
        .await
        .expect("it is dropped");
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// The cluster to test on. Where there is none, that is said once, past the capture of output.
fn cluster() -> Option<String> {
    static SKIPPED: Once = Once::new();
    let cluster = std::env::var(CLUSTER).ok().filter(|url| !url.is_empty());
    if cluster.is_none() {
        SKIPPED.call_once(|| {
            let word = format!(
                "SKIPPED: every test named `postgres`, for {CLUSTER} is not set (`cargo xtask test` sets it)\n"
            );
            let _ = std::io::stderr().write_all(word.as_bytes());
        });
    }
    cluster
}

/// Ada at Spotify, by these keys.
pub(crate) fn ada(keys: &[&str]) -> Person {
    Person {
        provider: "spotify".into(),
        issuer: "https://accounts.spotify.com".into(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        subject: "ada".into(),
        name: Some("Ada".into()),
        email: Some("ada@spotify.example".into()),
        picture: Some("https://pictures.example/ada".into()),
    }
}

/// Somebody at Google.
pub(crate) fn at_google(subject: &str) -> Person {
    Person {
        provider: "google".into(),
        issuer: "https://accounts.google.com".into(),
        keys: vec![format!("sub:{subject}")],
        subject: subject.into(),
        name: Some(format!("{subject} of Google")),
        email: Some(format!("{subject}@google.example")),
        picture: None,
    }
}

/// A session of a browser without a name.
pub(crate) fn session(id: &str) -> NewSession<'_> {
    NewSession {
        id,
        browser: None,
        provider_session: None,
    }
}

/// The sign-in number `n`, at second `n`: of account `a{n}` and identity `i{n}` if they are new, and
/// session `s{n}`.
pub(crate) async fn try_sign_in(
    store: &Store,
    person: &Person,
    n: u32,
) -> Result<String, StoreError> {
    let (account, identity, id) = (format!("a{n}"), format!("i{n}"), format!("s{n}"));
    store
        .sign_in(person, [&account, &identity], &session(&id), None, n.into())
        .await
}

pub(crate) async fn sign_in(store: &Store, person: &Person, n: u32) -> String {
    try_sign_in(store, person, n).await.expect("signed in")
}

/// Links a person to an account, in the session `s{n}` and with identity `i{n}`, at second `n`.
pub(crate) async fn try_link(
    store: &Store,
    person: &Person,
    account: &str,
    n: u32,
) -> Result<Linked, StoreError> {
    let (identity, id) = (format!("i{n}"), format!("s{n}"));
    store
        .link(person, account, &identity, &id, None, n.into())
        .await
}

pub(crate) async fn link(store: &Store, person: &Person, account: &str, n: u32) -> Linked {
    try_link(store, person, account, n)
        .await
        .expect("an answer")
}

/// The providers of the identities behind a session.
pub(crate) async fn providers(store: &Store, session: &str) -> Vec<String> {
    let found = store.session_and_account(session).await.expect("an answer");
    let (.., identities) = found.expect("a session");
    identities
        .into_iter()
        .map(|identity| identity.provider)
        .collect()
}

/// A logout token of `issuer` that would be taken until 100.
pub(crate) fn logout<'a>(
    issuer: &'a str,
    token_id: &'a str,
    subject: Option<&'a str>,
    provider_session: Option<&'a str>,
) -> Logout<'a> {
    Logout {
        issuer,
        token_id,
        until: 100,
        subject,
        provider_session,
    }
}
