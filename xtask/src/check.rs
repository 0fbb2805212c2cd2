//! `cargo xtask check`: format and lints.

use std::process::Command;

use crate::failure::Failure;
use crate::packages::{Build, FEWER, LINTS, lint_meanwhile, linted};
use crate::process;
use crate::step::Steps;
use crate::tools;
use crate::workspace::Workspace;

/// The names of steps.
pub(crate) const FORMAT: &str = "format";
pub(crate) const DEPENDENCIES: &str = "check dependencies";

/// Checks the format of the whole workspace, lints every package, for every machine and with every set
/// of features that it is built with, and holds the dependencies against `deny.toml`.
pub(crate) fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    steps.plan([FORMAT]);
    steps.plan(linted().map(|build| linting(&build)));
    steps.plan([DEPENDENCIES]);
    tools::components(steps)?;
    tools::wasm_target(steps)?;
    format(workspace, steps)?;
    for build in linted() {
        steps.run(&linting(&build), |step| {
            let mut clippy = build.cargo("clippy", workspace);
            clippy.arg("--all-targets").arg("--").args(LINTS);
            step.exec(&mut clippy)
        })?;
    }
    let mut check = process::cargo();
    check.args(["run", "--quiet", "--package", "dependency-check"]);
    dependencies(workspace, steps, check)
}

/// The name of the step that lints a build.
pub(crate) fn linting(build: &Build) -> String {
    format!("lint {}", build.name)
}

/// Checks the format of the whole workspace.
pub(crate) fn format(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    steps.run(FORMAT, |step| {
        step.exec(
            process::cargo()
                .args(["fmt", "--all", "--check"])
                .current_dir(&workspace.root),
        )
    })
}

/// Lints packages with fewer features than their tests have, by building them: what they depend on is
/// there already.
pub(crate) fn fewer_features(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    for build in FEWER {
        steps.run(&linting(&build), |step| {
            let mut lint = build.cargo("build", workspace);
            lint_meanwhile(&mut lint)?;
            step.exec(lint.arg("--all-targets"))
        })?;
    }
    Ok(())
}

/// Holds the dependencies against `deny.toml`, with a command that starts the check.
pub(crate) fn dependencies(
    workspace: &Workspace,
    steps: &mut Steps,
    mut check: Command,
) -> Result<(), Failure> {
    steps.run(DEPENDENCIES, |step| {
        step.exec(check.current_dir(&workspace.root))?;
        let output = step.output();
        // How many crates, and what was not checked.
        let lines: Vec<_> = output.lines().rev().take(2).collect();
        step.note(lines.into_iter().rev().collect::<Vec<_>>().join("; "));
        Ok(())
    })
}
