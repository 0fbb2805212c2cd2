//! The `OpenID` provider that somebody else wrote, from `PyPI`, for a native test.

use std::path::PathBuf;

use super::on_path;
use crate::failure::Failure;
use crate::process;
use crate::requirements::Requirement;
use crate::stamp;
use crate::step::Steps;
use crate::workspace::Workspace;

/// Where the test looks for it.
pub(crate) const VARIABLE: &str = "STAGEDOOR_TEST_OIDC_MOCK";

/// The package and its version.
const PACKAGE: &str = "oidc-provider-mock==0.3.4";
/// Its program.
const PROGRAM: &str = "bin/oidc-provider-mock";

/// Finds it, or installs it into an environment of its own, and answers where the program is.
pub(crate) fn oidc_provider_mock(
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<PathBuf, Failure> {
    let folder = workspace.tools.join("oidc-provider-mock");
    let (program, done) = (folder.join(PROGRAM), folder.join(".stagedoor"));
    if program.is_file() && stamp::says(&done, PACKAGE) {
        return Ok(program);
    }
    steps.run("install oidc-provider-mock", |step| {
        stamp::remove(&done)?;
        step.exec(
            process::command("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&folder),
        )?;
        let mut pip = process::command(folder.join("bin/pip"));
        pip.args([
            "install",
            "--disable-pip-version-check",
            "--no-input",
            PACKAGE,
        ]);
        step.fetch("installing oidc-provider-mock", &mut pip)?;
        stamp::put(&done, PACKAGE)
    })?;
    Ok(program)
}

/// Finds Python. Debian ships it without the part that makes environments.
pub(crate) fn find() -> Result<PathBuf, Failure> {
    on_path("python3")
        .filter(|python: &PathBuf| {
            process::answer(
                process::command(python).args(["-c", "import ensurepip, venv; print('ok')"]),
            )
            .is_some()
        })
        .ok_or_else(|| {
            Requirement::Python.missing("Python with its module venv", "install Python 3")
        })
}
