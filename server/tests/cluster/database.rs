//! A database of its own for every test, and what can happen to it.

use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// How long anything may take.
const BOUND: Duration = Duration::from_secs(15);
/// How often something is looked at.
const POLL: Duration = Duration::from_millis(20);
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
        admin
            .execute(AssertSqlSafe(statement.to_owned()))
            .await
            .expect("the statement");
        admin.close().await.expect("goodbye");
    }
}

impl Database {
    async fn connect(&self) -> PgConnection {
        let connecting = PgConnection::connect(&self.url).await;
        connecting.expect("the database")
    }

    /// Runs statements that write rows.
    pub(crate) async fn fill(&self, statements: &str) {
        let mut connection = self.connect().await;
        let filled = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
            .execute(&mut connection)
            .await;
        filled.expect("rows");
    }

    /// Every refresh that is stored: its fence, its stage and its result.
    pub(crate) async fn refreshes(&self) -> Vec<(i64, String, Option<String>)> {
        let mut connection = self.connect().await;
        let rows = sqlx::query_as("SELECT fence, stage, result FROM refresh ORDER BY written_at");
        rows.fetch_all(&mut connection).await.expect("rows")
    }

    /// Cuts every connection and takes no new one, as a server that restarts.
    pub(crate) async fn shut(&self) {
        let name = &self.name;
        self.run(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            .await;
        self.run(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ))
        .await;
    }

    /// Takes connections again.
    pub(crate) async fn reopen(&self) {
        let name = &self.name;
        self.run(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
            .await;
    }

    /// Kills one of its processes, and with that everybody's: it cuts every connection, reads its log
    /// again and then takes new ones. Only where it runs on this machine.
    pub(crate) async fn crash(&self) {
        let mut own = self.connect().await;
        let asked = sqlx::query_scalar("SELECT pg_backend_pid()");
        let backend: i32 = asked.fetch_one(&mut own).await.expect("a number");
        let name = std::fs::read_to_string(format!("/proc/{backend}/comm")).unwrap_or_default();
        assert_eq!(name.trim(), "postgres", "{VARIABLE} names another machine");
        kill(Pid::from_raw(backend), Signal::SIGKILL).expect("a signal");
        // It is over once this connection is.
        let gone = async { while own.ping().await.is_ok() {} };
        tokio::time::timeout(BOUND, gone).await.expect("it is cut");
    }

    /// Waits until it takes connections.
    pub(crate) async fn until_back(&self) {
        let back = async {
            while PgConnection::connect(&self.url).await.is_err() {
                tokio::time::sleep(POLL).await;
            }
        };
        tokio::time::timeout(BOUND, back).await.expect("it is back");
    }

    /// Holds up whoever is about to write this stage of a refresh, until the gate is opened.
    pub(crate) async fn gate(&self, stage: &str) -> Gate {
        self.fill(&format!(
            "CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END';
             CREATE TRIGGER gate BEFORE UPDATE ON refresh FOR EACH ROW
             WHEN (NEW.stage = '{stage}') EXECUTE FUNCTION gate();"
        ))
        .await;
        let mut keeper = self.connect().await;
        let shut = keeper.execute("SELECT pg_advisory_lock(1)").await;
        shut.expect("a lock");
        Gate(keeper)
    }
}

/// A gate that is shut.
pub(crate) struct Gate(PgConnection);

impl Gate {
    /// Waits until somebody waits.
    pub(crate) async fn until_somebody_waits(&mut self) {
        let waits = async {
            while self.waiting().await.is_empty() {
                tokio::time::sleep(POLL).await;
            }
        };
        let in_time = tokio::time::timeout(BOUND, waits).await;
        in_time.expect("somebody waits");
    }

    /// Cuts the connections of all who wait: what they were about to write never comes.
    pub(crate) async fn turn_away(&mut self) {
        for pid in self.waiting().await {
            let cut = sqlx::query("SELECT pg_terminate_backend($1)").bind(pid);
            cut.execute(&mut self.0).await.expect("a connection is cut");
        }
    }

    /// Lets everybody through from now on.
    pub(crate) async fn open(self) {
        self.0.close().await.expect("goodbye");
    }

    async fn waiting(&mut self) -> Vec<i32> {
        let waiting = sqlx::query_scalar(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        );
        waiting.fetch_all(&mut self.0).await.expect("who waits")
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
