//! `cargo xtask check`: format and lints.

use crate::failure::Failure;
use crate::packages::LINTED;
use crate::process;
use crate::step::Steps;
use crate::tools;
use crate::workspace::Workspace;

/// Checks the format of the whole workspace and lints every package on every target.
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
    for build in &LINTED {
        steps.run(&format!("lint {}", build.name()), |step| {
            let mut clippy = build.cargo("clippy");
            clippy.args(["--all-targets", "--no-deps", "--", "--deny", "warnings"]);
            step.exec(clippy.current_dir(&workspace.root))
        })?;
    }
    Ok(())
}
