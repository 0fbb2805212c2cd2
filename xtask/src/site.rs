//! What is served: the site and the binaries, for development or for release.

mod compression;
mod names;
mod ordering;
mod shrinking;
pub(crate) mod weight;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::failure::{Failure, at};
use crate::process;
use crate::stamp::{self, Inputs, files_under};
use crate::step::Steps;
use crate::tools::{self, SiteTools};
use crate::workspace::Workspace;

/// A build of everything.
pub(crate) struct Built {
    /// The app's server.
    pub(crate) stagedoor: PathBuf,
    /// The local Spotify.
    pub(crate) sandbox: PathBuf,
    /// The folder the server serves files from.
    pub(crate) site: PathBuf,
}

/// Builds the site and both binaries, as far as their sources changed.
pub(crate) fn build(
    workspace: &Workspace,
    steps: &mut Steps,
    release: bool,
) -> Result<Built, Failure> {
    let site = Site::new(workspace, release);
    let tools = tools::for_site(workspace, steps, release)?;
    site.build(workspace, steps, &tools)?;
    let stagedoor = binary(workspace, steps, release, "server", "stagedoor")?;
    let sandbox = binary(workspace, steps, release, "sandbox", "sandbox")?;
    Ok(Built {
        stagedoor,
        sandbox,
        site: site.folder,
    })
}

/// As in `.cargo/config.toml`, which cargo does not read where it is given flags.
const ERASED: &str = "--cfg=erase_components";

/// The flags of the compiler for a release of the program: the usual ones, and paths of sources are
/// made short. They stand in the program for the messages of panics, and where this machine keeps them
/// is nobody's business.
fn flags() -> Result<String, Failure> {
    let mut flags = vec![std::env::var("RUSTFLAGS").unwrap_or_default()];
    flags.push(ERASED.to_owned());
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let sources = cargo.unwrap_or_default().join("registry/src");
    let mut registries = Vec::new();
    if sources.is_dir() {
        for registry in fs::read_dir(&sources).map_err(at(&sources))? {
            registries.push(registry.map_err(at(&sources))?.path());
        }
    }
    // A folder is read in no order, and other flags are another build.
    registries.sort();
    // Flags are divided by spaces, and no path with one can be told.
    let told = registries
        .iter()
        .map(|registry| format!("--remap-path-prefix={}/=", registry.display()))
        .filter(|flag| !flag.contains(char::is_whitespace));
    flags.extend(told);
    Ok(flags.join(" ").trim().to_owned())
}

fn binary(
    workspace: &Workspace,
    steps: &mut Steps,
    release: bool,
    package: &str,
    name: &str,
) -> Result<PathBuf, Failure> {
    steps.run(&format!("build {name}"), |step| {
        let mut build = process::cargo();
        build.args(["build", "--package", package, "--bin", name]);
        if release {
            build.arg("--release");
        }
        step.exec(build.current_dir(&workspace.root))
    })?;
    Ok(profile_folder(workspace, release).join(name))
}

/// Where cargo leaves binaries.
fn profile_folder(workspace: &Workspace, release: bool) -> PathBuf {
    workspace
        .target
        .join(if release { "release" } else { "debug" })
}

/// The files a browser loads. Development and release have each their own, so that a turn with
/// one does not undo the other.
struct Site {
    release: bool,
    folder: PathBuf,
    /// Which hash each hashed name carries; the server looks for it beside its binary.
    hashes: PathBuf,
    stamp: PathBuf,
}

impl Site {
    fn new(workspace: &Workspace, release: bool) -> Self {
        let folder = workspace
            .target
            .join(if release { "site" } else { "site-debug" });
        Self {
            release,
            stamp: folder.with_extension("stamp"),
            hashes: profile_folder(workspace, release).join("hash.txt"),
            folder,
        }
    }

    fn build(
        &self,
        workspace: &Workspace,
        steps: &mut Steps,
        tools: &SiteTools,
    ) -> Result<(), Failure> {
        // cargo-leptos empties the site, and shrinks and compresses it again, whether or not
        // anything changed.
        let inputs = self.inputs(workspace, tools)?;
        steps.run("build site", |step| {
            if stamp::says(&self.stamp, &self.stamp_text(&inputs)?) {
                step.note("unchanged");
                return Ok(());
            }
            stamp::remove(&self.stamp)?;
            let mut leptos = process::command(&tools.cargo_leptos);
            leptos.args(["leptos", "build", "--frontend-only", "--split"]);
            if self.release {
                leptos.arg("--release").env("RUSTFLAGS", flags()?);
            }
            leptos
                .env("PATH", &tools.path)
                .env("LEPTOS_SITE_ROOT", &self.folder)
                .current_dir(&workspace.root);
            step.exec(&mut leptos)?;
            let pkg = self.folder.join("pkg");
            if let Some(wasm_opt) = &tools.wasm_opt {
                shrinking::shrink(&pkg, wasm_opt)?;
            }
            names::settle(&pkg, &self.hashes)?;
            if self.release {
                compression::compress(step, &self.folder)?;
            }
            stamp::put(&self.stamp, &self.stamp_text(&inputs)?)
        })
    }

    /// A digest of everything the site is made from.
    fn inputs(&self, workspace: &Workspace, tools: &SiteTools) -> Result<String, Failure> {
        let root = &workspace.root;
        let mut inputs = Inputs::new();
        inputs.text("tools", &tools.versions);
        inputs.text("profile", if self.release { "release" } else { "dev" });
        inputs.text("shrinking", &shrinking::way());
        inputs.text("flags", &std::env::var("RUSTFLAGS").unwrap_or_default());
        for file in [
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            ".cargo/config.toml",
        ] {
            inputs.file(root, &root.join(file))?;
        }
        for folder in ["style", "public"] {
            inputs.folder(root, &root.join(folder), &[])?;
        }
        for folder in workspace.folders_under("frontend") {
            inputs.folder(root, folder, &["tests", "benches", "examples", "target"])?;
        }
        Ok(inputs.digest())
    }

    /// What a stamp must say for the site to be whole: what it was made from and what is there.
    /// Names carry hashes, so names and lengths are enough.
    fn stamp_text(&self, inputs: &str) -> Result<String, Failure> {
        let mut text = format!("{inputs}\n");
        text.push_str(&fs::read_to_string(&self.hashes).unwrap_or_default());
        for file in files_under(&self.folder, &[])? {
            let length = fs::metadata(&file).map_err(at(&file))?.len();
            let name = file.strip_prefix(&self.folder).unwrap_or(&file);
            let _ = writeln!(text, "{} {length}", name.display());
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().unwrap();
        let site = Site {
            release: true,
            folder: folder.path().join("site"),
            hashes: folder.path().join("hash.txt"),
            stamp: folder.path().join("site.stamp"),
        };
        fs::create_dir_all(site.folder.join("pkg")).unwrap();
        (folder, site)
    }

    #[test]
    fn program_is_built_with_the_flags_of_the_server() {
        let config = include_str!("../../.cargo/config.toml");
        assert!(config.contains(&format!("rustflags = [\"{ERASED}\"]")));
        assert!(flags().unwrap().split(' ').any(|flag| flag == ERASED));
    }

    #[test]
    fn a_site_that_lost_a_file_or_its_hashes_is_built_again() {
        let (_folder, site) = site();
        fs::write(site.folder.join("pkg/a.wasm"), "wasm").unwrap();
        fs::write(&site.hashes, "wasm: a").unwrap();
        let whole = site.stamp_text("inputs").unwrap();
        assert_eq!(site.stamp_text("inputs").unwrap(), whole);
        assert_ne!(site.stamp_text("other").unwrap(), whole);
        fs::write(&site.hashes, "wasm: b").unwrap();
        assert_ne!(site.stamp_text("inputs").unwrap(), whole);
        fs::write(&site.hashes, "wasm: a").unwrap();
        fs::remove_file(site.folder.join("pkg/a.wasm")).unwrap();
        assert_ne!(site.stamp_text("inputs").unwrap(), whole);
    }
}
