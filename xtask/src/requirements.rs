//! What a command needs of the machine: looked at before anything is built, and installed together
//! where that is possible.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::postgres;
use crate::process;
use crate::step::Steps;
use crate::tools::debian::{self, Installing};
use crate::tools::{self, node, python};
use crate::{browser, cluster, faketime};

/// Something that belongs to the machine and not to the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// A C compiler, for the libraries of the server that are written in C.
    CCompiler,
    /// Node and npm.
    Node,
    /// Chromium and its driver, of one version.
    Chromium,
    /// Chromium without its windows. Chromium can stand in for it.
    HeadlessShell,
    /// The library that moves the clock of a program.
    Faketime,
    /// The programs of a `PostgreSQL` server.
    Postgres,
    /// Python with its module for virtual environments.
    Python,
    /// nginx.
    Nginx,
}

use Requirement::{CCompiler, Chromium, Faketime, HeadlessShell, Nginx, Node, Postgres, Python};

/// What `cargo xtask run` and `watch` need.
pub(crate) const RUN: &[Requirement] = &[CCompiler];
/// What a release build needs.
pub(crate) const RELEASE: &[Requirement] = &[CCompiler, Node];
/// What `cargo xtask end2end` needs.
pub(crate) const END2END: &[Requirement] = &[CCompiler, Node, Chromium, HeadlessShell, Faketime];
/// What `cargo xtask cluster` needs.
pub(crate) const CLUSTER: &[Requirement] = &[CCompiler, Postgres, Nginx];
/// What `cargo xtask test` needs.
pub(crate) const TEST: &[Requirement] = &[
    CCompiler,
    Node,
    Chromium,
    HeadlessShell,
    Faketime,
    Postgres,
    Python,
];
/// All of them.
pub(crate) const ALL: &[Requirement] = &[
    CCompiler,
    Node,
    Chromium,
    HeadlessShell,
    Faketime,
    Postgres,
    Python,
    Nginx,
];

impl Requirement {
    /// Where it is, or what it answers when asked for its version.
    ///
    /// # Errors
    /// It is missing or too old. The failure says what to do.
    pub(crate) fn find(self) -> Result<String, Failure> {
        let shown = |path: PathBuf| path.display().to_string();
        match self {
            CCompiler => tools::on_path("cc")
                .map(shown)
                .ok_or_else(|| self.missing("a C compiler", "install one that is called `cc`")),
            Node => node::find(),
            Chromium => browser::find().map(|found| shown(found.chromium)),
            HeadlessShell => browser::shell().map(shown),
            Faketime => faketime::find().map(shown),
            Postgres => postgres::find().map(shown),
            Python => python::find().map(shown),
            Nginx => cluster::nginx::find().map(shown),
        }
    }

    /// The packages of Debian that it comes with; none where Debian's is too old.
    fn debian(self) -> &'static [&'static str] {
        match self {
            CCompiler => &["gcc", "libc6-dev"],
            Node => &[],
            Chromium => &["chromium", "chromium-driver"],
            HeadlessShell => &["chromium-headless-shell"],
            Faketime => &["faketime"],
            Postgres => &["postgresql"],
            Python => &["python3", "python3-venv"],
            Nginx => &["nginx"],
        }
    }

    /// Whether something else can stand in for it.
    pub(crate) fn is_optional(self) -> bool {
        self == HeadlessShell
    }

    /// Whether Debian has it.
    pub(crate) fn is_packaged(self) -> bool {
        !self.debian().is_empty()
    }

    /// The failure of something that is missing.
    pub(crate) fn missing(self, what: &'static str, remedy: &str) -> Failure {
        let packages = self.debian().join(" ");
        Failure::NotInstalled {
            what,
            remedy: match debian::installing() {
                Installing::Possible | Installing::AsRoot if !packages.is_empty() => {
                    format!("install it with `sudo apt-get install -y {packages}`")
                }
                _ => remedy.to_owned(),
            },
        }
    }

    /// What it is called in a list.
    pub(crate) fn name(self) -> &'static str {
        match self {
            CCompiler => "C compiler",
            Node => "Node",
            Chromium => "Chromium with its driver",
            HeadlessShell => "Chromium's headless shell",
            Faketime => "libfaketime",
            Postgres => "PostgreSQL",
            Python => "Python with venv",
            Nginx => "nginx",
        }
    }
}

/// Makes sure of all of them, before anything is built.
///
/// # Errors
/// [`Failure::Requirements`] names everything that is missing and cannot be installed from here.
pub(crate) fn ensure(steps: &mut Steps, all: &[Requirement]) -> Result<(), Failure> {
    let missing = |all: &[Requirement]| -> Vec<(Requirement, Failure)> {
        let looked = all.iter().map(|one| (*one, one.find()));
        looked
            .filter_map(|(one, found)| Some((one, found.err()?)))
            .collect()
    };
    let first = missing(all);
    let packages: Vec<_> = first
        .iter()
        .flat_map(|(one, _)| one.debian())
        .copied()
        .collect();
    if !packages.is_empty() && debian::installing() == Installing::Possible {
        debian::install(steps, &packages)?;
    }
    let left: Vec<_> = first.into_iter().map(|(one, _)| one).collect();
    let still = missing(&left).into_iter();
    refuse(
        still
            .filter(|(one, _)| !one.is_optional())
            .map(|(_, failure)| failure),
    )
}

/// Fails where something is missing; what it is stands in the failure.
fn refuse(missing: impl Iterator<Item = Failure>) -> Result<(), Failure> {
    let mut missing: Vec<_> = missing.collect();
    match missing.len() {
        0 => Ok(()),
        1 => Err(missing.remove(0)),
        _ => Err(Failure::Requirements(missing)),
    }
}

/// The first line of what a program answers when asked for its version.
pub(crate) fn version(program: &str) -> Option<String> {
    let answer = process::answer(process::command(program).arg("--version"))?;
    Some(answer.lines().next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(what: &'static str) -> Failure {
        Failure::NotInstalled {
            what,
            remedy: format!("install {what}"),
        }
    }

    #[test]
    fn everything_that_is_missing_is_told_at_once() {
        assert!(refuse([].into_iter()).is_ok());
        let one = refuse([missing("nginx")].into_iter()).unwrap_err();
        assert_eq!(
            one.to_string(),
            "nginx is missing: install nginx, and run this again."
        );
        let two = refuse([missing("nginx"), missing("Chromium")].into_iter()).unwrap_err();
        assert_eq!(
            two.to_string(),
            "this machine is not ready.\n  \
             nginx is missing: install nginx, and run this again.\n  \
             Chromium is missing: install Chromium, and run this again."
        );
        assert_eq!(two.exit_code(), one.exit_code());
    }

    #[test]
    fn a_command_needs_nothing_that_the_doctor_does_not_look_at() {
        for needed in [RUN, RELEASE, END2END, CLUSTER, TEST] {
            assert!(needed.iter().all(|one| ALL.contains(one)));
        }
    }
}
