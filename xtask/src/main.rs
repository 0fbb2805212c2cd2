#![doc = include_str!("../README.md")]
#![expect(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]
#![expect(
    clippy::print_stderr,
    reason = "a command line tool says what failed on standard error"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "how long a step takes is measured here, not told"
)]

mod browser;
mod check;
mod cluster;
mod disk;
mod end2end;
mod failure;
mod http;
mod interrupt;
mod native_tests;
mod packages;
mod port;
mod postgres;
mod process;
mod programs;
mod release;
mod serve;
mod site;
mod stamp;
mod step;
mod tools;
mod wasm_tests;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::step::Steps;
use crate::workspace::Workspace;

/// The commands of this project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Pass the output of every command through.
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Start the sandbox and the app; Ctrl-C stops both.
    Run {
        /// Start without the sandbox, with the credentials of `.env`.
        #[arg(long)]
        real: bool,
        /// Run the release build.
        #[arg(long)]
        release: bool,
    },
    /// Start three nodes over one `PostgreSQL`, behind a balancer, with the sandbox; Ctrl-C stops
    /// all of it.
    Cluster {
        /// Run the release build.
        #[arg(long)]
        release: bool,
    },
    /// Build the release: the binaries, and the site with its compressed files.
    Build,
    /// Check the format and the lints of every package on every target it is built for.
    Check,
    /// Run everything CI runs.
    Test,
    /// Run the end-to-end tests alone.
    End2end {
        /// Arguments for Playwright, for instance the name of a test file.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    match command(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{}", sentence(&failure.to_string()));
            // What a shell answers for a command that Ctrl-C ended.
            if matches!(failure, Failure::Interrupted) {
                130.into()
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn command(arguments: &Arguments) -> Result<(), Failure> {
    interrupt::listen()?;
    let workspace = Workspace::load()?;
    let mut steps = Steps::new(arguments.verbose, &workspace.target.join("xtask"))?;
    let outcome = carry_out(&arguments.command, &workspace, &mut steps);
    if !matches!(
        arguments.command,
        Command::Run { .. } | Command::Cluster { .. }
    ) {
        print!("{}", steps.summary());
    }
    outcome
}

fn carry_out(command: &Command, workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    match command {
        Command::Run { real, release } => {
            disk::look(workspace, disk::RUN);
            serve::run(workspace, steps, *real, *release)
        }
        Command::Cluster { release } => {
            disk::look(workspace, disk::RUN);
            cluster::run(workspace, steps, *release)
        }
        Command::Build => {
            tools::crates(workspace, steps)?;
            release::build(workspace, steps).map(drop)
        }
        Command::Check => {
            tools::crates(workspace, steps)?;
            check::run(workspace, steps)
        }
        Command::Test => {
            // What is missing shows at once, and not after ten minutes of tests.
            disk::look(workspace, disk::TEST);
            tools::crates(workspace, steps)?;
            let playwright = end2end::prepare(workspace, steps)?;
            let browser = wasm_tests::prepare(workspace, steps)?;
            let postgres = postgres::prepare(steps)?;
            let provider = tools::python::oidc_provider_mock(workspace, steps)?;
            tools::for_site(workspace, steps, true)?;
            check::run(workspace, steps)?;
            native_tests::run(workspace, steps, &postgres, &provider)?;
            wasm_tests::run(workspace, steps, &browser)?;
            let release = release::build(workspace, steps)?;
            end2end::run(steps, &playwright, &release, None)
        }
        Command::End2end { arguments } => {
            tools::crates(workspace, steps)?;
            let playwright = end2end::prepare(workspace, steps)?;
            let release = release::build(workspace, steps)?;
            end2end::run(steps, &playwright, &release, Some(arguments))
        }
    }
}

/// The text with a capital first letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
