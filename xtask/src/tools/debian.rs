//! Packages of the system, where the system is Debian or a relative.

use crate::failure::Failure;
use crate::process;
use crate::step::Steps;

/// Whether packages can be installed from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Installing {
    /// This account may.
    Possible,
    /// Only root may.
    AsRoot,
    /// It is another system.
    No,
}

/// Whether packages can be installed from here.
pub(crate) fn installing() -> Installing {
    if super::on_path("apt-get").is_none() {
        return Installing::No;
    }
    let account = process::answer(process::command("id").arg("-u"));
    if account.as_deref() == Some("0") {
        Installing::Possible
    } else {
        Installing::AsRoot
    }
}

/// Installs packages, those of them that this system has.
pub(crate) fn install(steps: &mut Steps, packages: &[&str]) -> Result<(), Failure> {
    steps.run("install system packages", |step| {
        let apt = || {
            let mut apt = process::command("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive");
            apt
        };
        let what = format!("installing {}", packages.join(" "));
        step.fetch(&what, apt().arg("update"))?;
        let known = packages.iter().copied().filter(|package| is_known(package));
        let known: Vec<_> = known.collect();
        step.note(known.join(" "));
        step.fetch(
            &what,
            apt()
                .args(["install", "-y", "--no-install-recommends"])
                .args(known),
        )
    })
}

/// Whether the system has a package of this name.
fn is_known(package: &str) -> bool {
    process::answer(process::command("apt-cache").args(["show", "--no-all-versions", package]))
        .is_some()
}
