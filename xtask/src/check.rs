//! `cargo xtask check`: format and lints.

use crate::failure::Failure;
use crate::packages::linted;
use crate::process;
use crate::step::Steps;
use crate::tools;
use crate::workspace::Workspace;

/// Checks the format of the whole workspace and lints every package, for every machine and
/// with every set of features that it is built with.
pub(crate) fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    tools::components(steps)?;
    tools::wasm_target(steps)?;
    steps.run("format", |step| {
        step.exec(
            process::cargo()
                .args(["fmt", "--all", "--check"])
                .current_dir(&workspace.root),
        )
    })?;
    for build in linted() {
        steps.run(&format!("lint {}", build.name), |step| {
            let mut clippy = build.cargo("clippy", workspace);
            clippy.args(["--all-targets", "--no-deps", "--", "--deny", "warnings"]);
            step.exec(&mut clippy)
        })?;
    }
    steps.run("check dependencies", |step| {
        let mut check = process::cargo();
        check.args(["run", "--quiet", "--package", "dependency-check"]);
        step.exec(check.current_dir(&workspace.root))?;
        let output = step.output();
        // How many crates, and what was not checked.
        let lines: Vec<_> = output.lines().rev().take(2).collect();
        step.note(lines.into_iter().rev().collect::<Vec<_>>().join("; "));
        Ok(())
    })
}
