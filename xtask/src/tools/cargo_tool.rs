//! A tool that cargo installs, of exactly one version.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::step::Steps;
use crate::workspace::Workspace;

/// A tool that cargo installs.
pub(super) struct CargoTool {
    pub(super) package: &'static str,
    pub(super) version: String,
    pub(super) programs: &'static [&'static str],
    pub(super) locked: bool,
    pub(super) remark: &'static str,
}

/// A tool that is there.
pub(super) struct Found {
    pub(super) folder: PathBuf,
    pub(super) version: String,
}

impl CargoTool {
    /// Finds it in our folder or on `PATH`, or installs it into our folder.
    pub(super) fn ensure(self, workspace: &Workspace, steps: &mut Steps) -> Result<Found, Failure> {
        let ours = workspace.tools.join("bin");
        let path = env::var_os("PATH").unwrap_or_default();
        let folder = std::iter::once(ours.clone())
            .chain(env::split_paths(&path))
            .find(|folder| self.is_in(folder));
        if let Some(folder) = folder {
            return Ok(Found {
                folder,
                version: self.version,
            });
        }
        steps.run(
            &format!("install {} {}", self.package, self.version),
            |step| {
                step.say(&format!(
                    "          {}; it goes to {}",
                    self.remark,
                    ours.display()
                ));
                step.fetch(
                    &format!("installing {}", self.package),
                    &mut self.install(workspace),
                )
            },
        )?;
        if self.is_in(&ours) {
            return Ok(Found {
                folder: ours,
                version: self.version,
            });
        }
        Err(Failure::Understand {
            what: self.package,
            why: format!("{} was installed and answers another version", self.version),
        })
    }

    fn install(&self, workspace: &Workspace) -> Command {
        let mut install = process::cargo();
        install.args([
            "install",
            self.package,
            "--version",
            &self.version,
            "--root",
        ]);
        install.arg(&workspace.tools);
        if self.locked {
            install.arg("--locked");
        }
        // An older version of ours gives way; the build leaves nothing in the project's target.
        install
            .arg("--force")
            .env_remove("CARGO_TARGET_DIR")
            .current_dir(&workspace.root);
        install
    }

    fn is_in(&self, folder: &Path) -> bool {
        self.answers(folder, |program| {
            program
                .is_file()
                .then(|| process::answer(Command::new(program).arg("--version")))?
        })
    }

    /// Whether every program of the tool is in the folder and of the right version; `ask` is how
    /// a program is asked for it.
    fn answers(&self, folder: &Path, ask: impl Fn(&Path) -> Option<String>) -> bool {
        self.programs.iter().all(|program| {
            ask(&folder.join(program)).is_some_and(|answer| is_version(&answer, &self.version))
        })
    }
}

/// Whether `cargo-leptos 0.3.10` is version 0.3.10.
fn is_version(answer: &str, version: &str) -> bool {
    answer.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_whole_word() {
        assert!(is_version("cargo-leptos 0.3.10", "0.3.10"));
        assert!(!is_version("cargo-leptos 0.3.10", "0.3.1"));
        assert!(is_version("wasm-bindgen 0.2.130 (abcdef)", "0.2.130"));
    }

    #[test]
    fn a_folder_with_one_of_two_programs_does_not_do() {
        let tool = CargoTool {
            package: "wasm-bindgen-cli",
            version: "1.2.3".to_owned(),
            programs: &["one", "two"],
            locked: false,
            remark: "",
        };
        let with = |programs: &'static [(&str, &str)]| {
            tool.answers(Path::new("/tools/bin"), |path| {
                let found = programs.iter().find(|(name, _)| path.ends_with(name))?;
                Some(format!("{} {}", found.0, found.1))
            })
        };
        assert!(!with(&[]));
        assert!(!with(&[("one", "1.2.3")]));
        assert!(!with(&[("one", "1.2.3"), ("two", "1.2.2")]));
        assert!(with(&[("one", "1.2.3"), ("two", "1.2.3")]));
    }
}
