//! Connections to either database.

use std::fmt;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _};
use url::Url;

use super::migrations::migrator;
use super::{StoreError, timely};

/// How many connections a node holds at most.
const CONNECTIONS: u32 = 8;
/// How long a call waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(4);
/// How long a connection that is given back may take to show that it lives.
const RELEASE: Duration = Duration::from_secs(1);

/// What a connection to `SQLite` is told. The write lock is waited for at the start of a transaction.
const SQLITE: &str = "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 3000;";
/// What one to a file is told besides.
const SQLITE_FILE: &str = "PRAGMA journal_mode = WAL;";
/// What a connection to `PostgreSQL` is told, in milliseconds. A claim that a crash could take back
/// would let a refresh token be sent twice, so what is committed is written, however the database is
/// set up.
const POSTGRES: &str = "SET statement_timeout = 4000; SET idle_in_transaction_session_timeout = 15000; \
     SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off';";

/// Parameters of an address that the driver knows. It would log any other together with its value.
const PARAMETERS: [&str; 20] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
    "mode",
    "cache",
];

/// Which database it is.
#[derive(Clone)]
pub(super) enum Engine {
    /// `SQLite`.
    Sqlite,
    /// `PostgreSQL`, and how a connection that listens is made.
    Postgres(Arc<PgConnectOptions>),
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The options hold the password.
        formatter.write_str(match self {
            Self::Sqlite => "Sqlite",
            Self::Postgres(_) => "Postgres",
        })
    }
}

impl Engine {
    /// How a transaction that writes begins. `SQLite` takes the write lock here, so that it waits for
    /// others at its start and does not fail against them in its middle; `PostgreSQL` locks rows.
    pub(super) fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }
}

/// Opens `url`, or the file in `data_dir`, and migrates it.
pub(super) async fn open(
    url: Option<&str>,
    data_dir: &Path,
) -> Result<(AnyPool, Engine), StoreError> {
    sqlx::any::install_default_drivers();
    let url = match url {
        Some(url) => parse(url)?,
        None => file_in(data_dir)?,
    };
    match url.scheme() {
        "sqlite" => Ok((sqlite(url).await?, Engine::Sqlite)),
        "postgres" | "postgresql" => {
            // The driver's own sentence about a value it cannot read may hold that value.
            let options = PgConnectOptions::from_str(url.as_str())
                .map_err(|_| address("a parameter has a value that cannot be read"))?;
            let pool = postgres(&url).await?;
            Ok((pool, Engine::Postgres(Arc::new(options))))
        }
        _ => Err(address("it must start with sqlite: or postgres:")),
    }
}

fn address(sentence: &str) -> StoreError {
    StoreError::Address(sentence.to_owned())
}

fn parse(url: &str) -> Result<Url, StoreError> {
    let url = Url::parse(url).map_err(|error| StoreError::Address(error.to_string()))?;
    let known = |key: &str| PARAMETERS.contains(&key) || key.starts_with("options[");
    let unknown = url.query_pairs().find(|(key, _)| !known(key));
    match unknown {
        Some((key, _)) if url.scheme() != "sqlite" => Err(StoreError::Address(format!(
            "the parameter {key} is not known"
        ))),
        _ => Ok(url),
    }
}

fn file_in(data_dir: &Path) -> Result<Url, StoreError> {
    std::fs::create_dir_all(data_dir)?;
    let file = data_dir.canonicalize()?.join("stagedoor.sqlite");
    // The one way of `url` to write any path with nothing in it taken for a query.
    let encoded = Url::from_file_path(file).map_err(|()| address("the data directory is odd"))?;
    parse(&format!("sqlite://{}", encoded.path()))
}

async fn sqlite(mut url: Url) -> Result<AnyPool, StoreError> {
    let mode = url.query_pairs().find(|(key, _)| key == "mode");
    let mode = mode.map(|(_, value)| value.into_owned());
    let in_memory = url.as_str().contains(":memory:") || mode.as_deref() == Some("memory");
    if mode.is_none() && !in_memory {
        url.query_pairs_mut().append_pair("mode", "rwc");
    }
    // Every connection to `:memory:` is a database of its own.
    let connections = if in_memory { 1 } else { CONNECTIONS };
    let pool = pool(connections)
        // A connection costs nothing, and the only one to `:memory:` is the database.
        .min_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(SQLITE).await?;
                if !in_memory {
                    connection.execute(SQLITE_FILE).await?;
                }
                Ok(())
            })
        });
    let pool = pool.connect_with(options(&url)?).await?;
    migrator().run(&pool).await?;
    Ok(pool)
}

async fn postgres(url: &Url) -> Result<AnyPool, StoreError> {
    // On a connection of its own, which may take its time: a statement over many rows, and other
    // nodes that migrate first.
    let options = options(url)?;
    let connect = async { Ok(AnyConnection::connect_with(&options).await?) };
    let mut connection = timely(connect).await?;
    migrator().run(&mut connection).await?;
    connection.close().await?;
    let pool = pool(CONNECTIONS)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(POSTGRES).await?;
                Ok(())
            })
        })
        .after_release(|connection, _| Box::pin(lives(connection)));
    Ok(pool.connect_with(options).await?)
}

fn pool(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
}

fn options(url: &Url) -> Result<AnyConnectOptions, StoreError> {
    Ok(AnyConnectOptions::from_str(url.as_str())?)
}

/// Whether a connection that is given back is good for another call. The pool itself would wait for
/// ever for one whose peer vanished, and would be short of a connection meanwhile.
async fn lives(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    match tokio::time::timeout(RELEASE, connection.ping()).await {
        Ok(pong) => pong.map(|()| true),
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(url: &str) -> String {
        parse(url).expect_err("it cannot be used").to_string()
    }

    #[test]
    fn a_parameter_that_is_not_known_is_named_without_its_value() {
        let sentence = sentence("postgres://ada:hush@localhost/x?sslpassword=hush");
        assert!(sentence.contains("sslpassword"), "{sentence}");
        assert!(!sentence.contains("hush"), "{sentence}");
    }

    #[test]
    fn an_address_that_cannot_be_read_is_not_repeated() {
        let sentence = sentence("postgres://ada:hush@localhost:port/x");
        assert!(!sentence.contains("hush"), "{sentence}");
    }

    #[tokio::test]
    async fn another_kind_of_database_is_refused() {
        let result = open(Some("mysql://ada:hush@localhost/x"), Path::new("")).await;
        let error = result.map(drop).expect_err("it cannot be used");
        assert!(matches!(error, StoreError::Address(_)), "{error}");
    }

    #[test]
    fn the_engine_does_not_tell_the_password() {
        let options = PgConnectOptions::from_str("postgres://ada:hush@localhost/x");
        let engine = Engine::Postgres(Arc::new(options.expect("options")));
        assert_eq!(format!("{engine:?}"), "Postgres");
    }
}
