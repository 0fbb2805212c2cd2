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
mod doctor;
mod end2end;
mod failure;
mod faketime;
mod http;
mod interrupt;
mod native_tests;
mod packages;
mod port;
mod postgres;
mod process;
mod programs;
mod release;
mod requirements;
mod serve;
mod site;
mod stamp;
mod step;
mod test;
mod test_binaries;
mod tools;
mod wasm_tests;
mod watch;
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
    /// Look at what this machine has and what it lacks.
    Doctor,
    /// Start the sandbox and the app; Ctrl-C stops both.
    Run {
        /// Start without the sandbox, with the credentials of `.env`.
        #[arg(long)]
        real: bool,
        /// Run the release build.
        #[arg(long)]
        release: bool,
    },
    /// Start the sandbox and the app, and build and reload after every change; Ctrl-C stops it all.
    Watch,
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
        /// Run them against the release build of the server, too, and not of the site alone.
        #[arg(long)]
        release: bool,
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
            failure.exit_code().into()
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
        Command::Run { .. } | Command::Watch | Command::Cluster { .. } | Command::Doctor
    ) {
        print!("{}", steps.summary());
    }
    outcome
}

fn carry_out(command: &Command, workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    match command {
        Command::Doctor => doctor::run(workspace),
        Command::Run { real, release } => {
            disk::look(workspace, disk::RUN);
            serve::run(workspace, steps, *real, *release)
        }
        Command::Watch => {
            disk::look(workspace, disk::RUN);
            watch::run(workspace, steps)
        }
        Command::Cluster { release } => {
            disk::look(workspace, disk::RUN);
            cluster::run(workspace, steps, *release)
        }
        Command::Build => {
            requirements::ensure(steps, requirements::RELEASE)?;
            steps.plan(["crates"]);
            release::plan(workspace, steps)?;
            tools::crates(workspace, steps)?;
            release::build(workspace, steps).map(drop)
        }
        Command::Check => {
            tools::crates(workspace, steps)?;
            check::run(workspace, steps)
        }
        Command::Test => {
            disk::look(workspace, disk::TEST);
            test::run(workspace, steps)
        }
        Command::End2end { release, arguments } => {
            requirements::ensure(steps, requirements::END2END)?;
            steps.plan(["crates"]);
            if *release {
                release::plan(workspace, steps)?;
            } else {
                steps.plan(site::steps_for_end2end(workspace)?);
            }
            steps.plan(end2end::STEPS);
            tools::crates(workspace, steps)?;
            let playwright = end2end::prepare(workspace, steps)?;
            let built = if *release {
                release::build(workspace, steps)?
            } else {
                site::build_for_end2end(workspace, steps)?
            };
            end2end::run(steps, &playwright, &built, Some(arguments))
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
