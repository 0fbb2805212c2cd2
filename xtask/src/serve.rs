//! `cargo xtask run`: the app, and the sandbox it signs in at, until somebody stops them.

mod listeners;
mod real;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, at};
use crate::http;
use crate::port;
use crate::process;
use crate::programs::{Program, Programs};
use crate::requirements;
use crate::site::{self, Built};
use crate::step::Steps;
use crate::tools;
use crate::workspace::Workspace;

/// What the app is called in a sentence and, hyphenated, in the name of its log.
pub(crate) const APP_NAME: &str = "the app";
/// What the sandbox is called.
pub(crate) const SANDBOX_NAME: &str = "the sandbox";
/// Where the app listens when the sandbox stands in for the providers.
pub(crate) const APP: ([u8; 4], u16) = ([127, 0, 0, 1], 3000);
/// Where the sandbox listens.
pub(crate) const SANDBOX: ([u8; 4], u16) = ([127, 0, 0, 1], 4400);
/// What the sandbox is called: another site than the app's, as the real provider is.
pub(crate) const SANDBOX_HOST: &str = "localhost:4400";
/// How long the app may take to end what is under way; no exchange waits longer than 15 s.
pub(crate) const APP_GRACE: Duration = Duration::from_secs(20);
/// How long the sandbox may take to end.
pub(crate) const SANDBOX_GRACE: Duration = Duration::from_secs(3);

/// What `cargo xtask run` listens on.
pub(crate) fn addresses() -> [(&'static str, SocketAddr); 2] {
    [(APP_NAME, APP.into()), (SANDBOX_NAME, SANDBOX.into())]
}

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
    requirements::ensure(
        steps,
        if release {
            requirements::RELEASE
        } else {
            requirements::RUN
        },
    )?;
    plan(workspace, steps, release)?;
    tools::crates(workspace, steps)?;
    let built = site::build(workspace, steps, release)?;
    // The app comes first in the list: it is stopped first, while its provider still answers.
    let mut programs = Programs(Vec::new());
    if !real {
        start_sandbox(&built, steps, &mut programs)?;
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

/// The steps of [`run`] that are known before the first of them.
pub(crate) fn plan(workspace: &Workspace, steps: &mut Steps, release: bool) -> Result<(), Failure> {
    steps.plan(["crates"]);
    steps.plan(site::steps(workspace, release)?);
    steps.plan(["start sandbox", "start app"]);
    Ok(())
}

/// Starts the sandbox, first in the list, and waits until it answers.
pub(crate) fn start_sandbox(
    built: &Built,
    steps: &mut Steps,
    programs: &mut Programs,
) -> Result<(), Failure> {
    let mut command = process::command(&built.sandbox);
    command.args(["--listen", &SocketAddr::from(SANDBOX).to_string()]);
    let sandbox = Program::start(SANDBOX_NAME, &mut command, steps, SANDBOX_GRACE)?;
    programs.0.insert(0, sandbox);
    steps.run("start sandbox", |_| {
        programs.await_answer(SANDBOX.into(), SANDBOX_HOST, "/control/state")
    })
}

pub(crate) fn app_command(
    workspace: &Workspace,
    built: &Built,
    real: bool,
) -> Result<Command, Failure> {
    let mut app = process::command(&built.stagedoor);
    app.env("LEPTOS_SITE_ROOT", &built.site)
        .current_dir(&workspace.root);
    if !real {
        let data = workspace.target.join("sandbox-data");
        fs::create_dir_all(&data).map_err(at(&data))?;
        sandbox_settings(&mut app, APP.into(), APP.into(), &data);
    }
    Ok(app)
}

/// Settings for the sandbox and nothing else: neither the environment nor a `.env` with real
/// credentials shall decide here. An empty variable counts as absent, and a variable that is set
/// wins over `.env`.
///
/// The app listens at `listen`, and is visited at `origin`.
pub(crate) fn sandbox_settings(
    app: &mut Command,
    listen: SocketAddr,
    origin: SocketAddr,
    data: &Path,
) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["STAGEDOOR_", "SPOTIFY_", "GOOGLE_", "OIDC_"]
            .iter()
            .any(|start| text.starts_with(start))
        {
            app.env_remove(&name);
        }
    }
    app.env("STAGEDOOR_LISTEN", listen.to_string())
        .env("STAGEDOOR_ORIGIN", format!("http://{origin}"))
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

/// The people of the sandbox, and where it is controlled.
pub(crate) fn who_can_sign_in() -> Vec<String> {
    let state = http::get(SANDBOX.into(), SANDBOX_HOST, "/control/state");
    let listeners = state
        .map(|state| listeners::read(&state.body))
        .unwrap_or_default();
    let mut lines = listeners::told(&listeners);
    lines.push(format!(
        "The sandbox's control panel is at http://{SANDBOX_HOST}/control"
    ));
    lines
}

/// Where to go, and who can sign in there.
pub(crate) fn greeting(origin: &str, real: bool, steps: &Steps) -> String {
    let mut lines = vec![String::new(), format!("Stagedoor is at {origin}")];
    if !real {
        lines.extend(who_can_sign_in());
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
