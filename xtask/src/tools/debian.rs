//! Packages of the system, where the system is Debian or a relative.

use crate::failure::Failure;
use crate::process;
use crate::step::Steps;

/// Installs packages; where this account may not, or there is no `apt-get`, says what to do.
/// `what` is what the packages are for.
pub(crate) fn install(
    steps: &mut Steps,
    what: &'static str,
    packages: &[&str],
) -> Result<(), Failure> {
    let list = packages.join(" ");
    if super::on_path("apt-get").is_none() {
        let remedy = format!("install it (Debian's packages are called {list})");
        return Err(Failure::NotInstalled { what, remedy });
    }
    let account = process::answer(process::command("id").arg("-u"));
    if account.as_deref() != Some("0") {
        let remedy = format!("install it with `sudo apt-get install -y {list}`");
        return Err(Failure::NotInstalled { what, remedy });
    }
    steps.run(&format!("install {what}"), |step| {
        let apt = || {
            let mut apt = process::command("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive");
            apt
        };
        let what = format!("installing {what}");
        step.fetch(&what, apt().arg("update"))?;
        step.fetch(
            &what,
            apt()
                .args(["install", "-y", "--no-install-recommends"])
                .args(packages),
        )
    })
}
