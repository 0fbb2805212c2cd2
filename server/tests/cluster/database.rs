//! A database of its own for every test, and what can happen to it.

use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::FutureExt as _;
use sqlx::{Connection as _, Executor as _, PgConnection};

const VARIABLE: &str = "STAGEDOOR_TEST_POSTGRES";

/// A database that is dropped after the test.
#[derive(Clone)]
pub(crate) struct Database {
    name: String,
    /// As whom databases are made.
    admin: String,
    /// Its address.
    pub(crate) url: String,
}

/// Runs a test with an empty database, and drops that database, whatever comes of it. Without a
/// `PostgreSQL` there is no test.
pub(crate) async fn with<F: Future<Output = ()>>(test: impl FnOnce(Database) -> F) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Some(admin) = postgres() else { return };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("cluster_{}_{number}", std::process::id());
    let mut url = url::Url::parse(&admin).expect("an address");
    url.set_path(&name);
    let database = Database {
        name,
        admin,
        url: url.into(),
    };
    let name = &database.name;
    database.run(&format!("CREATE DATABASE {name}")).await;
    let outcome = AssertUnwindSafe(test(database.clone()))
        .catch_unwind()
        .await;
    database
        .run(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

impl Database {
    /// Runs a statement beside the database.
    async fn run(&self, statement: &str) {
        let connecting = PgConnection::connect(&self.admin).await;
        let mut admin = connecting.expect("the cluster");
        admin.execute(statement).await.expect("the statement");
        admin.close().await.expect("goodbye");
    }
}

/// The `PostgreSQL` to test on. Where there is none, that is said once, past the capture of output.
fn postgres() -> Option<String> {
    static SKIPPED: Once = Once::new();
    let address = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty());
    if address.is_none() {
        SKIPPED.call_once(|| {
            let word = format!(
                "SKIPPED: every test of several nodes, for {VARIABLE} is not set (`cargo xtask test` sets it)\n"
            );
            let _ = std::io::stderr().write_all(word.as_bytes());
        });
    }
    address
}
