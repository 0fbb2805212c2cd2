//! Node and the npm packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, at};
use crate::process;
use crate::requirements::version;
use crate::stamp::{self, Inputs};
use crate::step::Steps;
use crate::workspace::Workspace;

/// The oldest Node that Playwright runs on.
const OLDEST: u32 = 20;

/// A folder of npm packages, installed exactly as its lock file says.
pub(crate) struct Packages {
    name: &'static str,
    folder: PathBuf,
    manifest: String,
    lock: String,
    /// Whether the two files are ours to write, or are part of the checkout.
    written: bool,
}

impl Packages {
    /// `wasm-opt`, esbuild and Lightning CSS, which make a release small. The files are compiled in, so that every
    /// checkout has the versions it was made with.
    pub(crate) fn site(workspace: &Workspace) -> Self {
        Self {
            name: "the tools of a release",
            folder: workspace.tools.join("npm"),
            manifest: include_str!("../../npm/package.json").to_owned(),
            lock: include_str!("../../npm/package-lock.json").to_owned(),
            written: true,
        }
    }

    /// Playwright and what checks its tests.
    pub(crate) fn end2end(workspace: &Workspace) -> Result<Self, Failure> {
        let folder = workspace.root.join("end2end");
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(at(&path))
        };
        let (manifest, lock) = (read("package.json")?, read("package-lock.json")?);
        Ok(Self {
            name: "Playwright",
            folder,
            manifest,
            lock,
            written: false,
        })
    }

    /// Where the programs of the packages are.
    pub(crate) fn programs(&self) -> PathBuf {
        self.folder.join("node_modules/.bin")
    }

    /// What stands for these packages in a stamp.
    pub(crate) fn digest(&self) -> String {
        let mut inputs = Inputs::new();
        inputs.text("package.json", &self.manifest);
        inputs.text("package-lock.json", &self.lock);
        inputs.digest()
    }

    /// Installs them where they are not.
    pub(crate) fn ensure(&self, steps: &mut Steps) -> Result<(), Failure> {
        // Inside `node_modules`, so that whoever deletes that deletes the stamp with it.
        let done = self.folder.join("node_modules/.stagedoor");
        let digest = self.digest();
        if stamp::says(&done, &digest) {
            return Ok(());
        }
        steps.run(&format!("install {}", self.name), |step| {
            stamp::remove(&done)?;
            self.write()?;
            let mut npm = process::command("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            // The lock file names every package by its hash, so what is in the cache will do; and
            // a registry that does not answer twice will not answer a third time.
            npm.args([
                "--prefer-offline",
                "--fetch-retries=1",
                "--fetch-retry-mintimeout=1000",
            ]);
            step.fetch(
                &format!("installing {}", self.name),
                npm.current_dir(&self.folder),
            )?;
            stamp::put(&done, &digest)
        })
    }

    fn write(&self) -> Result<(), Failure> {
        if !self.written {
            return Ok(());
        }
        fs::create_dir_all(&self.folder).map_err(at(&self.folder))?;
        for (name, text) in [
            ("package.json", &self.manifest),
            ("package-lock.json", &self.lock),
        ] {
            let path = self.folder.join(name);
            fs::write(&path, text).map_err(at(&path))?;
        }
        Ok(())
    }

    /// A program of the packages, run in their folder.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = process::command(self.programs().join(program));
        command.current_dir(&self.folder);
        command
    }

    /// The folder of the packages.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Finds Node, new enough and with npm, and answers its version.
pub(crate) fn find() -> Result<String, Failure> {
    let remedy = "install Node 20 or newer (https://nodejs.org)";
    let version = version("node").ok_or(Failure::Missing {
        program: "node",
        remedy,
    })?;
    if major(&version).is_none_or(|major| major < OLDEST) {
        return Err(Failure::OldNode {
            found: version,
            wanted: OLDEST,
        });
    }
    if super::on_path("npm").is_none() {
        return Err(Failure::Missing {
            program: "npm",
            remedy: "install it beside Node",
        });
    }
    Ok(version)
}

/// 20 of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_node_is_its_first_number() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v9.0.0"), Some(9));
        assert_eq!(major("20.20.2"), None);
        assert_eq!(major(""), None);
    }

    #[test]
    fn a_changed_lock_file_is_installed_again() {
        let packages = |lock: &str| Packages {
            name: "a",
            folder: PathBuf::new(),
            manifest: "{}".to_owned(),
            lock: lock.to_owned(),
            written: false,
        };
        assert_eq!(packages("1").digest(), packages("1").digest());
        assert_ne!(packages("1").digest(), packages("2").digest());
    }
}
