//! Which package is built how: with which features, for which machine.
//!
//! `ssr` and `hydrate` never meet in one build, so cargo is called per package and target. A
//! test asserts that no member of the workspace is forgotten here.

use std::process::Command;

use crate::process;

/// What a package is compiled for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Machine {
    /// This one.
    Native,
    /// The browser: `wasm32-unknown-unknown`.
    Browser,
}

/// One way to build one package.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Build {
    pub(crate) package: &'static str,
    /// All of them, comma separated: what is on by default counts for nothing here.
    pub(crate) features: &'static str,
    pub(crate) machine: Machine,
}

const fn native(package: &'static str, features: &'static str) -> Build {
    Build {
        package,
        features,
        machine: Machine::Native,
    }
}

const fn browser(package: &'static str, features: &'static str) -> Build {
    Build {
        package,
        features,
        machine: Machine::Browser,
    }
}

/// All builds that clippy sees.
pub(crate) const LINTED: [Build; 19] = [
    native("seal", ""),
    native("flight", ""),
    native("oauth", ""),
    native("oauth", "client"),
    native("oauth", "oidc"),
    native("oauth", "client,oidc"),
    native("spotify", ""),
    native("guard", ""),
    native("guard", "layer,client"),
    native("sandbox", ""),
    native("xtask", ""),
    native("app", "ssr"),
    native("server", ""),
    browser("oauth", ""),
    browser("oauth", "client,oidc"),
    browser("spotify", ""),
    browser("guard", "client"),
    browser("app", "hydrate"),
    browser("frontend", ""),
];

/// All builds whose tests run on this machine.
pub(crate) const TESTED: [Build; 9] = [
    native("seal", ""),
    native("flight", ""),
    native("oauth", "client,oidc"),
    native("spotify", ""),
    native("guard", "layer,client"),
    native("sandbox", ""),
    native("xtask", ""),
    native("app", "ssr"),
    native("server", ""),
];

/// All builds whose tests run in a browser.
pub(crate) const TESTED_IN_BROWSER: [Build; 4] = [
    browser("oauth", "client,oidc"),
    browser("spotify", ""),
    browser("guard", "client"),
    browser("app", "hydrate"),
];

impl Build {
    /// `cargo <subcommand>` for this build.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = process::cargo();
        cargo.args([
            subcommand,
            "--package",
            self.package,
            "--no-default-features",
        ]);
        if !self.features.is_empty() {
            cargo.args(["--features", self.features]);
        }
        if self.machine == Machine::Browser {
            cargo.args(["--target", "wasm32-unknown-unknown"]);
        }
        cargo
    }

    /// The build in a few words.
    pub(crate) fn name(&self) -> String {
        let features = match self.features {
            "" => String::new(),
            features => format!(" ({})", features.replace(',', ", ")),
        };
        match self.machine {
            Machine::Native => format!("{}{features}", self.package),
            Machine::Browser => format!("{}{features} for wasm", self.package),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn every_member_is_linted() {
        let workspace = Workspace::load().unwrap();
        for member in workspace.members() {
            assert!(
                LINTED.iter().any(|build| build.package == member),
                "{member} is a member of the workspace and not in LINTED"
            );
        }
    }

    #[test]
    fn every_member_is_tested_but_the_ignition() {
        let workspace = Workspace::load().unwrap();
        for member in workspace
            .members()
            .into_iter()
            .filter(|member| *member != "frontend")
        {
            assert!(
                TESTED.iter().any(|build| build.package == member),
                "{member} is a member of the workspace and not in TESTED"
            );
        }
    }

    #[test]
    fn every_tested_build_is_a_linted_one() {
        for build in TESTED.iter().chain(&TESTED_IN_BROWSER) {
            assert!(
                LINTED.iter().any(|linted| linted.package == build.package
                    && linted.features == build.features
                    && linted.machine == build.machine),
                "{build:?}"
            );
        }
    }

    #[test]
    fn a_build_is_spelled_with_its_features_and_its_target() {
        let command = process::spelled(&browser("app", "hydrate").cargo("clippy"));
        assert_eq!(
            command,
            "cargo clippy --package app --no-default-features --features hydrate \
             --target wasm32-unknown-unknown"
        );
        assert_eq!(
            native("guard", "layer,client").name(),
            "guard (layer, client)"
        );
        assert_eq!(browser("oauth", "").name(), "oauth for wasm");
    }
}
