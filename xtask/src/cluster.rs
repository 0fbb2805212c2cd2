//! `cargo xtask cluster`: three nodes over one `PostgreSQL`, behind a balancer, for anybody to try
//! what happens when one of them goes.

pub(crate) mod nginx;

use std::fs::{self, File};
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::failure::{Failure, at};
use crate::port;
use crate::postgres::{self, Cluster};
use crate::process;
use crate::programs::{Program, Programs};
use crate::requirements;
use crate::serve::{self, APP, APP_GRACE, SANDBOX, SANDBOX_NAME};
use crate::site::{self, Built};
use crate::step::Steps;
use crate::tools;
use crate::workspace::Workspace;

/// The nodes; the balancer stands where the app stands alone.
const NODES: [(&str, ([u8; 4], u16)); 3] = [
    ("node 1", ([127, 0, 0, 1], 3001)),
    ("node 2", ([127, 0, 0, 1], 3002)),
    ("node 3", ([127, 0, 0, 1], 3003)),
];
/// What the balancer is called.
const BALANCER: &str = "the balancer";
/// How long the balancer may take to end.
const BALANCER_GRACE: Duration = Duration::from_secs(3);
/// A node that ended starts again after this long, so that there is time to see that the others
/// go on.
const PAUSE: Duration = Duration::from_secs(10);

/// Builds, starts, waits, and stops.
pub(crate) fn run(workspace: &Workspace, steps: &mut Steps, release: bool) -> Result<(), Failure> {
    port::ensure_free(BALANCER, APP.into())?;
    port::ensure_free(SANDBOX_NAME, SANDBOX.into())?;
    for (what, address) in NODES {
        port::ensure_free(what, address.into())?;
    }
    requirements::ensure(steps, requirements::CLUSTER)?;
    tools::crates(workspace, steps)?;
    let nginx = nginx::find()?;
    let postgres = postgres::prepare()?;
    let built = site::build(workspace, steps, release)?;

    let cluster = Cluster::start(workspace, steps, &postgres)?;
    let mut programs = Programs(Vec::new());
    serve::start_sandbox(&built, steps, &mut programs)?;
    let folder = workspace.target.join("xtask/cluster");
    let settings = Settings {
        built: &built,
        folder: &folder,
        keys: fresh_keys()?,
        database: &cluster.url,
    };
    let mut nodes = Nodes::start(&settings, steps)?;
    let addresses = NODES.map(|(_, address)| address.into());
    let mut balancer = nginx::command(&nginx, &folder, APP.into(), &addresses)?;
    let started = Program::start(BALANCER, &mut balancer, steps, BALANCER_GRACE)?;
    // First in the list: it is stopped first, while there is something behind it.
    programs.0.insert(0, started);
    let origin = SocketAddr::from(APP);
    steps.run("start balancer", |_| {
        programs.await_answer(origin, &origin.to_string(), "/readyz")
    })?;
    println!("{}", greeting(&nodes, &programs, &cluster, steps));

    let outcome = loop {
        if let Err(failure) = programs.look().and_then(|()| nodes.look(&settings, steps)) {
            break failure;
        }
        thread::sleep(Duration::from_millis(100));
    };
    if let Some(balancer) = programs.0.first_mut() {
        balancer.stop();
    }
    nodes.stop();
    programs.stop();
    drop(cluster);
    match outcome {
        // Ctrl-C is how this command is meant to end.
        Failure::Interrupted => {
            println!("\nstopped.");
            Ok(())
        }
        failure => Err(failure),
    }
}

/// What all nodes are told.
struct Settings<'a> {
    built: &'a Built,
    folder: &'a Path,
    keys: String,
    database: &'a str,
}

impl Settings<'_> {
    fn command(&self, listen: SocketAddr) -> Result<Command, Failure> {
        let data = self.folder.join(format!("node-{}", listen.port()));
        fs::create_dir_all(&data).map_err(at(&data))?;
        let mut node = process::command(&self.built.stagedoor);
        serve::sandbox_settings(&mut node, listen, APP.into(), &data);
        node.env("LEPTOS_SITE_ROOT", &self.built.site)
            .env("STAGEDOOR_KEYS", &self.keys)
            .env("DATABASE_URL", self.database)
            // The balancer's: without it all browsers were one, and would share one limit.
            .env(
                "STAGEDOOR_TRUSTED_PROXIES",
                SocketAddr::from(APP).ip().to_string(),
            )
            .current_dir(&data);
        Ok(node)
    }
}

/// A key ring of one key, for this time alone; the database is a new one each time, too.
fn fresh_keys() -> Result<String, Failure> {
    let source = Path::new("/dev/urandom");
    let mut key = [0; 32];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut key))
        .map_err(at(source))?;
    Ok(format!("cluster:{}", STANDARD.encode(key)))
}

/// The nodes, each under way or about to be again.
struct Nodes(Vec<Node>);

struct Node {
    address: SocketAddr,
    program: Program,
    /// When it was seen that it had ended.
    ended: Option<Instant>,
}

impl Nodes {
    fn start(settings: &Settings<'_>, steps: &mut Steps) -> Result<Self, Failure> {
        let mut nodes = Vec::new();
        for (what, address) in NODES {
            let address = SocketAddr::from(address);
            let mut command = settings.command(address)?;
            let mut one = Programs(vec![Program::start(what, &mut command, steps, APP_GRACE)?]);
            steps.run(&format!("start {what}"), |_| {
                one.await_answer(address, &address.to_string(), "/readyz")
            })?;
            nodes.extend(one.0.into_iter().map(|program| Node {
                address,
                program,
                ended: None,
            }));
        }
        Ok(Self(nodes))
    }

    /// Says which of them ended, and starts again what ended a while ago.
    fn look(&mut self, settings: &Settings<'_>, steps: &Steps) -> Result<(), Failure> {
        for node in &mut self.0 {
            let what = node.program.what;
            match (node.ended, node.program.running.ended()?) {
                (None, Some(status)) => {
                    println!(
                        "{what} ended ({status}); it starts again in {} s",
                        PAUSE.as_secs()
                    );
                    node.ended = Some(Instant::now());
                }
                (Some(since), _) if since.elapsed() > PAUSE => {
                    let mut command = settings.command(node.address)?;
                    node.program.restart(&mut command, steps)?;
                    node.ended = None;
                    println!(
                        "{what} starts again, as process {}",
                        node.program.running.id()
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn stop(&mut self) {
        for node in &mut self.0 {
            node.program.stop();
        }
    }
}

/// Where to go, what runs, and what to try.
fn greeting(nodes: &Nodes, programs: &Programs, cluster: &Cluster, steps: &Steps) -> String {
    let origin = SocketAddr::from(APP);
    let mut lines = vec![
        String::new(),
        format!("Stagedoor is at http://{origin}, behind a balancer that asks each node in turn:"),
    ];
    let mut told = |what: &str, pid: u32, place: &str| {
        lines.push(format!("  {what:<14} process {pid:<8} {place}"));
    };
    for Node {
        address, program, ..
    } in &nodes.0
    {
        told(program.what, program.running.id(), &address.to_string());
    }
    for program in &programs.0 {
        let place = if program.what == BALANCER {
            origin
        } else {
            SANDBOX.into()
        };
        told(program.what, program.running.id(), &place.to_string());
    }
    told("PostgreSQL", cluster.id(), &cluster.url);
    lines.extend(serve::who_can_sign_in());
    let pids: Vec<_> = nodes
        .0
        .iter()
        .map(|node| node.program.running.id())
        .collect();
    lines.extend(tries(&pids));
    if !steps.verbose() {
        lines.push(format!("The nodes' logs are {}", logs(steps)));
    }
    lines.push("Ctrl-C stops everything.".to_owned());
    lines.join("\n")
}

fn logs(steps: &Steps) -> String {
    NODES
        .map(|(what, _)| steps.log(what).display().to_string())
        .join(", ")
}

/// What to do to the nodes, once somebody is signed in.
fn tries(pids: &[u32]) -> Vec<String> {
    let mut lines = vec!["Sign in, and try".to_owned()];
    let tries = [
        (
            "kill -KILL",
            "a node is gone; the others go on, and nobody is signed out",
        ),
        (
            "kill -STOP",
            "a node hangs; what was sent to it is asked elsewhere after 20 s",
        ),
        ("kill -CONT", "it goes on"),
        (
            "kill -TERM",
            "a node ends what is under way, and starts again: a rolling restart",
        ),
    ];
    for (index, (command, what)) in tries.into_iter().enumerate() {
        // Pausing and going on are of one node.
        let pid = pids.get(index.saturating_sub(usize::from(index > 1)));
        let pid = pid.copied().unwrap_or_default();
        lines.push(format!("  {:<19} {what}", format!("{command} {pid}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ring_is_one_key_of_32_bytes_and_never_the_same() {
        let keys = fresh_keys().unwrap();
        let (id, key) = keys.split_once(':').unwrap();
        assert_eq!(id, "cluster");
        assert_eq!(STANDARD.decode(key).unwrap().len(), 32);
        assert_ne!(keys, fresh_keys().unwrap());
    }

    #[test]
    fn each_try_names_a_process_and_going_on_the_one_that_was_paused() {
        let lines = tries(&[11, 22, 33]);
        let commands: Vec<_> = lines[1..]
            .iter()
            .map(|line| {
                line.split_whitespace()
                    .take(3)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        assert_eq!(
            commands,
            [
                "kill -KILL 11",
                "kill -STOP 22",
                "kill -CONT 22",
                "kill -TERM 33"
            ]
        );
    }

    #[test]
    fn all_nodes_know_the_same_keys_the_same_database_and_the_balancer() {
        let folder = tempfile::tempdir().unwrap();
        let built = Built {
            stagedoor: "stagedoor".into(),
            sandbox: "sandbox".into(),
            site: "site".into(),
        };
        let settings = Settings {
            built: &built,
            folder: folder.path(),
            keys: "cluster:key".into(),
            database: "postgres://stagedoor@127.0.0.1:1/postgres",
        };
        for (_, address) in NODES {
            let listen = SocketAddr::from(address).to_string();
            let command = settings.command(address.into()).unwrap();
            let value = |name: &str| {
                let (_, value) = command.get_envs().find(|(key, _)| *key == name).unwrap();
                value.unwrap().to_str().unwrap().to_owned()
            };
            assert_eq!(value("STAGEDOOR_LISTEN"), listen);
            assert_eq!(value("STAGEDOOR_ORIGIN"), "http://127.0.0.1:3000");
            assert_eq!(value("STAGEDOOR_KEYS"), "cluster:key");
            assert_eq!(value("DATABASE_URL"), settings.database);
            assert_eq!(value("STAGEDOOR_TRUSTED_PROXIES"), "127.0.0.1");
        }
    }
}
