//! `cargo xtask watch`: what `run` does, and after each change it builds again, starts the app again,
//! and has the open pages load it.

mod changes;
mod pages;

use std::net::SocketAddr;
use std::time::SystemTime;

use crate::failure::Failure;
use crate::port;
use crate::programs::{Program, Programs};
use crate::requirements;
use crate::serve::{self, APP, APP_GRACE, APP_NAME, SANDBOX, SANDBOX_NAME};
use crate::site::{self, Built};
use crate::step::Steps;
use crate::tools;
use crate::workspace::Workspace;
use changes::{Change, Changes};
use pages::Pages;

/// Where open pages wait to hear of changes. Leptos's script in the page knows it.
const PAGES: ([u8; 4], u16) = ([127, 0, 0, 1], 3001);

/// Builds, starts, and goes on until somebody stops it.
pub(crate) fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    port::ensure_free(APP_NAME, APP.into())?;
    port::ensure_free(SANDBOX_NAME, SANDBOX.into())?;
    port::ensure_free("the watch", PAGES.into())?;
    requirements::ensure(steps, requirements::RUN)?;
    serve::plan(workspace, steps, false)?;
    tools::crates(workspace, steps)?;
    // From here on nothing that is saved goes unnoticed, also while the first build runs.
    let changes = Changes::of(workspace)?;
    let built = site::build(workspace, steps, false)?;
    let pages = Pages::listen(PAGES.into())?;
    let mut running = Apps::start(workspace, steps, built)?;
    println!(
        "{}",
        serve::greeting(&format!("http://{}", SocketAddr::from(APP)), false, steps)
    );
    println!("Every change is built and shown.");
    let outcome = loop {
        if let Err(failure) = running.look() {
            break failure;
        }
        let saved = changes.next();
        if saved.is_empty() {
            continue;
        }
        match running.follow(workspace, steps, &saved) {
            Ok(Shown::Nothing) => {}
            Ok(Shown::Style(path)) => pages.style(&path),
            Ok(Shown::Page) => pages.reload(),
            Err(Failure::Interrupted) => break Failure::Interrupted,
            // The output of the compiler is on the screen.
            Err(failure) => {
                println!("\n{failure}\nThe app goes on as it was. Save again when it is mended.");
            }
        }
    };
    running.programs.stop();
    match outcome {
        // Ctrl-C is how this command is meant to end.
        Failure::Interrupted => {
            println!("\nstopped.");
            Ok(())
        }
        failure => Err(failure),
    }
}

/// What open pages have to do after a change.
enum Shown {
    Nothing,
    /// Load this style sheet again, a path below the origin.
    Style(String),
    Page,
}

/// The sandbox and the app under way, and what they were started from.
struct Apps {
    built: Built,
    /// The app first, then the sandbox.
    programs: Programs,
    /// When cargo wrote the two programs that run.
    written: [Option<SystemTime>; 2],
}

impl Apps {
    fn start(workspace: &Workspace, steps: &mut Steps, built: Built) -> Result<Self, Failure> {
        let mut programs = Programs(Vec::new());
        serve::start_sandbox(&built, steps, &mut programs)?;
        let written = written(&built);
        let mut apps = Self {
            built,
            programs,
            written,
        };
        apps.start_app(workspace, steps)?;
        Ok(apps)
    }

    fn start_app(&mut self, workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
        let mut command = serve::app_command(workspace, &self.built, false)?;
        command
            .env("LEPTOS_WATCH", "true")
            .env("LEPTOS_RELOAD_PORT", PAGES.1.to_string());
        let started = Program::start(APP_NAME, &mut command, steps, APP_GRACE)?;
        self.programs.0.insert(0, started);
        steps.run("start app", |_| {
            let address = SocketAddr::from(APP);
            self.programs
                .await_answer(address, &address.to_string(), "/readyz")
        })
    }

    /// Whether all is well. An app that ended by itself is started again after the next change.
    fn look(&mut self) -> Result<(), Failure> {
        match self.programs.look() {
            Err(failure @ Failure::Died { what: APP_NAME, .. }) => {
                println!("\n{failure}\nIt is started again after the next change.");
                self.programs.0.retain(|program| program.what != APP_NAME);
                self.written[0] = None;
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Builds what changed, and starts again what was built.
    fn follow(
        &mut self,
        workspace: &Workspace,
        steps: &mut Steps,
        changed: &[Change],
    ) -> Result<Shown, Failure> {
        if changed.contains(&Change::Commands) {
            println!(
                "\nThe commands themselves changed: stop this and start it again to use them."
            );
        }
        if changed.contains(&Change::Program) {
            steps.start_over();
            steps.plan(site::steps(workspace, false)?);
            steps.plan(["start app"]);
            let site_before = modified(&self.built.site);
            self.built = site::build(workspace, steps, false)?;
            let written = written(&self.built);
            if written[1] != self.written[1] {
                self.restart_sandbox(steps)?;
            }
            if written[0] != self.written[0] || modified(&self.built.site) != site_before {
                self.stop(APP_NAME);
                self.start_app(workspace, steps)?;
                self.written = written;
                return Ok(Shown::Page);
            }
            self.written = written;
        }
        if changed.contains(&Change::Asset) {
            site::copy_assets(workspace, &self.built.site)?;
            return Ok(Shown::Page);
        }
        if changed.contains(&Change::Style) {
            return site::copy_style(workspace, &self.built.site).map(Shown::Style);
        }
        Ok(Shown::Nothing)
    }

    /// Starts the sandbox again. Whoever was registered there is not any more.
    fn restart_sandbox(&mut self, steps: &mut Steps) -> Result<(), Failure> {
        self.stop(SANDBOX_NAME);
        let app = self.programs.0.pop();
        let outcome = serve::start_sandbox(&self.built, steps, &mut self.programs);
        if let Some(app) = app {
            self.programs.0.insert(0, app);
        }
        outcome
    }

    fn stop(&mut self, what: &str) {
        for program in &mut self.programs.0 {
            if program.what == what {
                program.stop();
            }
        }
        self.programs.0.retain(|program| program.what != what);
    }
}

/// When cargo wrote the app and the sandbox.
fn written(built: &Built) -> [Option<SystemTime>; 2] {
    [&built.stagedoor, &built.sandbox].map(|path| modified(path))
}

fn modified(path: &std::path::Path) -> Option<SystemTime> {
    path.metadata().and_then(|about| about.modified()).ok()
}
