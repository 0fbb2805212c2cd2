//! `cargo xtask run`: the app, and the sandbox it signs in at, until somebody stops them.

mod listeners;
mod real;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, at};
use crate::http;
use crate::interrupt;
use crate::port;
use crate::process::{self, Output, Running};
use crate::site::{self, Built};
use crate::step::Steps;
use crate::tools;
use crate::workspace::Workspace;

/// What the app is called in a sentence and, hyphenated, in the name of its log.
const APP_NAME: &str = "the app";
/// What the sandbox is called.
const SANDBOX_NAME: &str = "the sandbox";
/// Where the app listens when the sandbox stands in for the providers.
const APP: ([u8; 4], u16) = ([127, 0, 0, 1], 3000);
/// Where the sandbox listens.
const SANDBOX: ([u8; 4], u16) = ([127, 0, 0, 1], 4400);
/// What the sandbox is called: another site than the app's, as the real provider is.
const SANDBOX_HOST: &str = "localhost:4400";
/// How long a program may take to answer for the first time.
const START: Duration = Duration::from_secs(30);
/// How long the app may take to end what is under way; no exchange waits longer than 15 s.
const APP_GRACE: Duration = Duration::from_secs(20);
/// How long the sandbox may take to end.
const SANDBOX_GRACE: Duration = Duration::from_secs(3);

/// Builds, starts, waits, and stops.
pub(crate) fn run(
    workspace: &Workspace,
    steps: &mut Steps,
    real: bool,
    release: bool,
) -> Result<(), Failure> {
    let real::Place {
        listen: app,
        origin,
    } = if real {
        real::place(&workspace.root)?
    } else {
        real::Place {
            listen: APP.into(),
            origin: format!("http://{}", SocketAddr::from(APP)),
        }
    };
    port::ensure_free(APP_NAME, app)?;
    if !real {
        port::ensure_free(SANDBOX_NAME, SANDBOX.into())?;
    }
    tools::crates(workspace, steps)?;
    let built = site::build(workspace, steps, release)?;
    // The app comes first in the list: it is stopped first, while its provider still answers.
    let mut programs = Programs(Vec::new());
    if !real {
        let mut command = process::command(&built.sandbox);
        command.args(["--listen", &SocketAddr::from(SANDBOX).to_string()]);
        let sandbox = Program::start(SANDBOX_NAME, &mut command, steps, SANDBOX_GRACE)?;
        programs.0.insert(0, sandbox);
        steps.run("start sandbox", |_| {
            programs.await_answer(SANDBOX.into(), SANDBOX_HOST, "/control/state")
        })?;
    }
    let mut command = app_command(workspace, &built, real)?;
    let started = Program::start(APP_NAME, &mut command, steps, APP_GRACE)?;
    programs.0.insert(0, started);
    steps.run("start app", |_| {
        programs.await_answer(app, &app.to_string(), "/readyz")
    })?;
    println!("{}", greeting(&origin, real, steps));
    let outcome = programs.watch();
    programs.stop();
    match outcome {
        // Ctrl-C is how this command is meant to end.
        Err(Failure::Interrupted) => {
            println!("\nstopped.");
            Ok(())
        }
        outcome => outcome,
    }
}

fn app_command(workspace: &Workspace, built: &Built, real: bool) -> Result<Command, Failure> {
    let mut app = process::command(&built.stagedoor);
    app.env("LEPTOS_SITE_ROOT", &built.site)
        .current_dir(&workspace.root);
    if !real {
        let data = workspace.target.join("sandbox-data");
        fs::create_dir_all(&data).map_err(at(&data))?;
        sandbox_settings(&mut app, &data);
    }
    Ok(app)
}

/// Settings for the sandbox and nothing else: neither the environment nor a `.env` with real
/// credentials shall decide here. An empty variable counts as absent, and a variable that is set
/// wins over `.env`.
fn sandbox_settings(app: &mut Command, data: &Path) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["STAGEDOOR_", "SPOTIFY_", "GOOGLE_", "OIDC_"]
            .iter()
            .any(|start| text.starts_with(start))
        {
            app.env_remove(&name);
        }
    }
    let listen = SocketAddr::from(APP);
    app.env("STAGEDOOR_LISTEN", listen.to_string())
        .env("STAGEDOOR_ORIGIN", format!("http://{listen}"))
        .env("STAGEDOOR_DATA_DIR", data)
        .env("STAGEDOOR_ALLOW_LOOPBACK", "true")
        .env("STAGEDOOR_KEYS", "")
        .env("DATABASE_URL", "")
        .env("SPOTIFY_CLIENT_ID", "sandbox-client")
        .env("SPOTIFY_CLIENT_SECRET", "sandbox-secret")
        .env(
            "SPOTIFY_ACCOUNTS_URL",
            format!("http://{SANDBOX_HOST}/spotify"),
        )
        .env("SPOTIFY_API_URL", format!("http://{SANDBOX_HOST}/spotify"))
        .env("GOOGLE_CLIENT_ID", "sandbox-client")
        .env("GOOGLE_CLIENT_SECRET", "sandbox-secret")
        .env("GOOGLE_ISSUER", format!("http://{SANDBOX_HOST}/google"));
}

/// Where to go, and who can sign in there.
fn greeting(origin: &str, real: bool, steps: &Steps) -> String {
    let mut lines = vec![String::new(), format!("Stagedoor is at {origin}")];
    if !real {
        let state = http::get(SANDBOX.into(), SANDBOX_HOST, "/control/state");
        let listeners = state
            .map(|state| listeners::read(&state.body))
            .unwrap_or_default();
        lines.extend(listeners::told(&listeners));
        lines.push(format!(
            "The sandbox's control panel is at http://{SANDBOX_HOST}/control"
        ));
    }
    if !steps.verbose() {
        lines.push(format!(
            "The app's log is {}",
            steps.log(APP_NAME).display()
        ));
    }
    lines.push("Ctrl-C stops everything.".to_owned());
    lines.join("\n")
}

/// A program that runs until it is stopped.
struct Program {
    what: &'static str,
    running: Running,
    log: PathBuf,
    grace: Duration,
}

impl Program {
    fn start(
        what: &'static str,
        command: &mut Command,
        steps: &Steps,
        grace: Duration,
    ) -> Result<Self, Failure> {
        let log = steps.log(what);
        let running = if steps.verbose() {
            Running::start(command, &Output::Screen)?
        } else {
            let file = File::create(&log).map_err(at(&log))?;
            Running::start(command, &Output::File(&file))?
        };
        Ok(Self {
            what,
            running,
            log,
            grace,
        })
    }

    fn died(&self, status: ExitStatus) -> Failure {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(20)..] {
            println!("          {line}");
        }
        let log = self.log.display().to_string();
        Failure::Died {
            what: self.what,
            status: status.to_string(),
            log,
        }
    }
}

/// The programs under way. Whatever happens here, dropping them ends them.
struct Programs(Vec<Program>);

impl Programs {
    /// Waits until the first of them answers 200.
    fn await_answer(&mut self, address: SocketAddr, host: &str, path: &str) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            self.look()?;
            if http::get(address, host, path).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if started.elapsed() > START {
                let Some(Program { what, log, .. }) = self.0.first() else {
                    return Ok(());
                };
                return Err(Failure::NotReady {
                    what,
                    url: format!("http://{address}{path}"),
                    seconds: START.as_secs(),
                    log: log.display().to_string(),
                });
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until one of them ends or somebody asks to stop.
    fn watch(&mut self) -> Result<(), Failure> {
        loop {
            self.look()?;
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn look(&mut self) -> Result<(), Failure> {
        // First, because a Ctrl-C that also ended a program is no failure of that program.
        if interrupt::requested() {
            return Err(Failure::Interrupted);
        }
        for program in &mut self.0 {
            if let Some(status) = program.running.ended()? {
                return Err(program.died(status));
            }
        }
        Ok(())
    }

    /// Stops them in order.
    fn stop(&mut self) {
        for program in &mut self.0 {
            program.running.stop(program.grace);
        }
    }
}
