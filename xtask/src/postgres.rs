//! A `PostgreSQL` of its own for the tests of the server: made, started, stopped and removed.
//!
//! It takes connections on loopback alone, from anybody, and keeps nothing.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::failure::{Failure, at};
use crate::interrupt;
use crate::process::{self, Output, Running};
use crate::requirements::Requirement;
use crate::step::{Step, Steps};
use crate::tools::on_path;
use crate::workspace::Workspace;

/// The step that starts a cluster.
pub(crate) const START: &str = "start PostgreSQL";

/// What the tests read its address from.
pub(crate) const VARIABLE: &str = "STAGEDOOR_TEST_POSTGRES";
/// Its superuser.
const USER: &str = "stagedoor";
/// How long it may take to answer for the first time.
const STARTS_WITHIN: Duration = Duration::from_secs(30);
/// How long it may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Where its programs are, and as whom they run.
pub(crate) struct Programs {
    folder: PathBuf,
    account: Option<Account>,
}

/// An account other than this one.
struct Account {
    user: u32,
    group: u32,
}

/// Finds the programs, and an account that may run them.
pub(crate) fn prepare() -> Result<Programs, Failure> {
    let folder = find()?;
    let account = match number(&["-u"]) {
        // Its programs refuse to run as root.
        Some(0) => Some(account()?),
        _ => None,
    };
    Ok(Programs { folder, account })
}

/// Finds the folder that holds the server's programs; Debian keeps them off `PATH`.
pub(crate) fn find() -> Result<PathBuf, Failure> {
    let configured = process::answer(process::command("pg_config").arg("--bindir"));
    let on_path = on_path("initdb").and_then(|path| path.parent().map(Path::to_owned));
    configured
        .map(PathBuf::from)
        .into_iter()
        .chain(debians())
        .chain(on_path)
        // `pg_config` may belong to the client library alone.
        .find(|folder| is_complete(folder))
        .ok_or_else(|| {
            Requirement::Postgres.missing(
                "PostgreSQL",
                "install its server, with initdb and postgres on PATH",
            )
        })
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "pg_isready", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

/// Debian's folders, the newest version first.
fn debians() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        });
    newest_first(versions.collect())
}

fn newest_first(mut versions: Vec<(u32, PathBuf)>) -> Vec<PathBuf> {
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// Whom the programs run as where this account is root.
fn account() -> Result<Account, Failure> {
    let account = ["postgres", "nobody"].into_iter().find_map(|name| {
        Some(Account {
            user: number(&["-u", name])?,
            group: number(&["-g", name])?,
        })
    });
    account
        .filter(|_| on_path("setpriv").is_some())
        .ok_or_else(|| Failure::NotInstalled {
            what: "an account that PostgreSQL can run as",
            remedy: "it refuses to run as root: add the account `postgres` and install `setpriv` \
                     (util-linux), or use an account of your own"
                .to_owned(),
        })
}

fn number(arguments: &[&str]) -> Option<u32> {
    process::answer(process::command("id").args(arguments))?
        .parse()
        .ok()
}

impl Programs {
    /// A command that runs as an account that is not root.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let Some(Account { user, group }) = self.account else {
            return process::command(program);
        };
        // Unlike `runuser` and `su` it leaves no process in between, which would have to be ended too.
        let mut command = process::command("setpriv");
        command
            .args([format!("--reuid={user}"), format!("--regid={group}")])
            .arg("--clear-groups")
            .arg(program.as_ref());
        command
    }

    fn postgres(&self, program: &str, data: &Path) -> Command {
        let mut command = self.command(self.folder.join(program));
        command.arg("-D").arg(data).current_dir("/");
        command
    }

    /// An empty folder that the programs may use.
    fn folder(&self, workspace: &Workspace) -> Result<PathBuf, Failure> {
        let own = workspace.target.join("xtask/postgres");
        if own.exists() {
            // Left behind by a run that was killed; perhaps it still runs.
            let mut stop = self.postgres("pg_ctl", &own.join("data"));
            process::answer(stop.args(["stop", "--mode=immediate"]));
            fs::remove_dir_all(&own).map_err(at(&own))?;
        }
        let elsewhere =
            std::env::temp_dir().join(format!("stagedoor-postgres-{}", std::process::id()));
        for folder in [&own, &elsewhere] {
            fs::create_dir(folder).map_err(at(folder))?;
            let Some(Account { user, group }) = self.account else {
                break;
            };
            chown(folder, Some(user), Some(group)).map_err(at(folder))?;
            // Another account may not come as far as a checkout under /root.
            if process::answer(self.command("test").arg("-w").arg(folder)).is_some() {
                return Ok(folder.clone());
            }
            fs::remove_dir(folder).map_err(at(folder))?;
        }
        if self.account.is_none() {
            return Ok(own);
        }
        Err(Failure::NotInstalled {
            what: "a folder for PostgreSQL",
            remedy: format!(
                "let its account use {} or {}",
                own.display(),
                elsewhere.display()
            ),
        })
    }
}

/// A cluster under way. Dropping it stops it and removes its files.
pub(crate) struct Cluster {
    running: Running,
    folder: PathBuf,
    /// Its address, as its superuser.
    pub(crate) url: String,
}

impl Cluster {
    /// The number of its first process.
    pub(crate) fn id(&self) -> u32 {
        self.running.id()
    }

    /// Makes an empty cluster and starts it.
    pub(crate) fn start(
        workspace: &Workspace,
        steps: &mut Steps,
        programs: &Programs,
    ) -> Result<Self, Failure> {
        let log = steps.log("PostgreSQL");
        steps.run(START, |step| {
            let folder = programs.folder(workspace)?;
            let started = Self::in_folder(step, programs, &folder, &log);
            if started.is_err() {
                let _ = fs::remove_dir_all(&folder);
            }
            started
        })
    }

    fn in_folder(
        step: &mut Step,
        programs: &Programs,
        folder: &Path,
        log: &Path,
    ) -> Result<Self, Failure> {
        let data = folder.join("data");
        let mut initdb = programs.postgres("initdb", &data);
        initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        step.exec(initdb.arg(format!("--username={USER}")))?;
        let address = free_address().map_err(at(Path::new("127.0.0.1")))?;
        let mut postgres = programs.postgres("postgres", &data);
        postgres
            .args(["-h", &address.ip().to_string()])
            .args(["-p", &address.port().to_string()])
            // Loopback is the only way in.
            .args(["-c", "unix_socket_directories="])
            .args(["-c", "fsync=off", "-c", "synchronous_commit=off"])
            .args(["-c", "full_page_writes=off", "-c", "max_connections=300"]);
        let file = File::create(log).map_err(at(log))?;
        let mut cluster = Self {
            running: Running::start(&mut postgres, &Output::File(&file))?,
            folder: folder.to_owned(),
            url: format!("postgres://{USER}@{address}/postgres"),
        };
        cluster.await_answer(programs, address, log)?;
        let version = process::answer(
            programs
                .postgres("postgres", &data)
                .args(["-C", "server_version"]),
        );
        step.note(format!("{} on {address}", version.unwrap_or_default()));
        Ok(cluster)
    }

    fn await_answer(
        &mut self,
        programs: &Programs,
        address: SocketAddr,
        log: &Path,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            if interrupt::requested() {
                return Err(Failure::Interrupted);
            }
            if let Some(status) = self.running.ended()? {
                return Err(Failure::Died {
                    what: "PostgreSQL",
                    status: status.to_string(),
                    log: log.display().to_string(),
                });
            }
            let mut ready = process::command(programs.folder.join("pg_isready"));
            ready
                .args(["-h", &address.ip().to_string()])
                .args(["-p", &address.port().to_string()])
                .args(["-d", "postgres", "-U", USER]);
            if process::answer(&mut ready).is_some() {
                return Ok(());
            }
            if started.elapsed() > STARTS_WITHIN {
                return Err(Failure::NotReady {
                    what: "PostgreSQL",
                    url: self.url.clone(),
                    seconds: STARTS_WITHIN.as_secs(),
                    log: log.display().to_string(),
                });
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // What it calls a fast shutdown: it waits for nobody who is still connected.
        self.running.stop_by(Signal::SIGINT, GRACE);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// An address on loopback that was free just now.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let versions = vec![(9, "nine".into()), (17, "seventeen".into())];
        assert_eq!(
            newest_first(versions),
            [Path::new("seventeen"), Path::new("nine")]
        );
    }

    #[test]
    fn a_folder_without_a_server_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        File::create(folder.path().join("pg_isready")).unwrap();
        assert!(!is_complete(folder.path()));
    }

    #[test]
    fn what_runs_as_another_account_leaves_nothing_in_between() {
        let programs = Programs {
            folder: "/pg".into(),
            account: Some(Account { user: 5, group: 6 }),
        };
        let command = process::spelled(&programs.postgres("initdb", Path::new("/data")));
        assert_eq!(
            command,
            "setpriv --reuid=5 --regid=6 --clear-groups /pg/initdb -D /data"
        );
    }
}
