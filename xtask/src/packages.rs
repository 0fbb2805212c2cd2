//! Which packages are built together, with which features, for which machine.
//!
//! `ssr` and `hydrate` never meet in one build, so cargo is called per set of features and target. As
//! many packages as can share one call: what they have in common is then built once. Tests assert that
//! no member of the workspace is forgotten here.

use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::tools;
use crate::workspace::Workspace;

/// What packages are compiled for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Machine {
    /// This one.
    Native,
    /// The browser: `wasm32-unknown-unknown`.
    Browser,
}

/// One call of cargo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Build {
    /// What it is called in a few words.
    pub(crate) name: &'static str,
    pub(crate) packages: &'static [&'static str],
    /// All of them, as `package/feature`: what is on by default counts for nothing here.
    pub(crate) features: &'static [&'static str],
    pub(crate) machine: Machine,
}

/// Everything that runs on this machine.
pub(crate) const NATIVE: Build = Build {
    name: "native",
    packages: &[
        "seal",
        "flight",
        "oauth",
        "spotify",
        "guard",
        "sandbox",
        "app",
        "server",
        "xtask",
        "site-builder",
        "wasm-test-runner",
        "dependency-check",
    ],
    features: &[
        "oauth/client",
        "oauth/oidc",
        "guard/layer",
        "guard/client",
        "app/ssr",
        "site-builder/release",
    ],
    machine: Machine::Native,
};

/// Everything that runs in a browser, with all of the program at once.
pub(crate) const BROWSER: Build = Build {
    name: "wasm",
    packages: &["oauth", "spotify", "guard", "app"],
    features: &["oauth/client", "oauth/oidc", "guard/client", "app/hydrate"],
    machine: Machine::Browser,
};

/// The builds that clippy sees beside [`NATIVE`] and [`BROWSER`]: packages with fewer features, as
/// other apps may use them, and the program in the chunks that the site is made of.
pub(crate) const FEWER: [Build; 4] = [
    Build {
        name: "native, no features",
        packages: &["oauth", "guard"],
        features: &[],
        machine: Machine::Native,
    },
    Build {
        name: "native, oauth client",
        packages: &["oauth"],
        features: &["oauth/client"],
        machine: Machine::Native,
    },
    Build {
        name: "native, oauth oidc",
        packages: &["oauth"],
        features: &["oauth/oidc"],
        machine: Machine::Native,
    },
    Build {
        name: "wasm, as in the site",
        packages: &["oauth", "app", "frontend"],
        features: &[],
        machine: Machine::Browser,
    },
];

/// All builds that clippy sees.
pub(crate) fn linted() -> impl Iterator<Item = Build> {
    [NATIVE, BROWSER].into_iter().chain(FEWER)
}

impl Build {
    /// `cargo <subcommand>` for this build.
    pub(crate) fn cargo(&self, subcommand: &str, workspace: &Workspace) -> Command {
        let mut cargo = process::cargo();
        cargo
            .args([subcommand, "--no-default-features"])
            .current_dir(&workspace.root);
        for package in self.packages {
            cargo.args(["--package", package]);
        }
        if !self.features.is_empty() {
            cargo.args(["--features", &self.features.join(",")]);
        }
        if self.machine == Machine::Browser {
            for_browser(&mut cargo, workspace);
        }
        cargo
    }
}

/// What clippy is asked for, here and by `cargo xtask check`.
pub(crate) const LINTS: [&str; 3] = ["--no-deps", "--deny", "warnings"];

/// Has a command of cargo lint what it compiles.
///
/// `cargo clippy` does no more than this, for `cargo check`. Here it is for a build, so that nothing is
/// looked at once for its lints and then again for its tests.
pub(crate) fn lint_meanwhile(cargo: &mut Command) -> Result<(), Failure> {
    let driver = tools::clippy_driver()?;
    // How `cargo clippy` hands arguments to its driver.
    let arguments = LINTS.join("__CLIPPY_HACKERY__");
    cargo
        .env("RUSTC_WORKSPACE_WRAPPER", driver)
        .env("CLIPPY_ARGS", arguments);
    Ok(())
}

/// What the program for the browser is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Has a command of cargo build for the browser.
///
/// In a folder of its own, so that two builds need not wait for each other. A browser has no use for
/// the tables of lines, and without them it has less to load.
pub(crate) fn for_browser(cargo: &mut Command, workspace: &Workspace) {
    cargo
        .args(["--target", WASM, "--target-dir"])
        .arg(workspace.target.join("browser"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_STRIP", "debuginfo");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_linted() {
        let workspace = Workspace::load().unwrap();
        for member in workspace.members() {
            assert!(
                linted().any(|build| build.packages.contains(&member)),
                "{member} is a member of the workspace and clippy does not see it"
            );
        }
    }

    #[test]
    fn every_member_is_tested_but_what_only_starts_the_app() {
        let workspace = Workspace::load().unwrap();
        for member in workspace
            .members()
            .into_iter()
            .filter(|member| *member != "frontend")
        {
            assert!(
                NATIVE.packages.contains(&member),
                "{member} is a member of the workspace and its tests do not run"
            );
        }
    }

    #[test]
    fn a_build_is_spelled_with_its_features_and_its_target() {
        let workspace = Workspace::load().unwrap();
        let command = process::spelled(&BROWSER.cargo("clippy", &workspace));
        let target = workspace.target.join("browser");
        assert_eq!(
            command.replace(&*target.to_string_lossy(), "target/browser"),
            "cargo clippy --no-default-features --package oauth --package spotify --package guard \
             --package app --features oauth/client,oauth/oidc,guard/client,app/hydrate \
             --target wasm32-unknown-unknown --target-dir target/browser"
        );
    }
}
