//! What is served: the site and the binaries, for development or for release.

mod compression;
mod minification;
mod names;
pub(crate) mod weight;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, at};
use crate::packages;
use crate::process;
use crate::stamp::{self, Inputs, files_under};
use crate::step::{Pending, Step, Steps};
use crate::tools;
use crate::tools::node::Packages;
use crate::workspace::Workspace;

/// The name of the program's main files.
const NAME: &str = "stagedoor";

/// The file that tells the server which hash each hashed name carries.
const HASHES: &str = "hash.txt";

/// A build of everything.
pub(crate) struct Built {
    /// The app's server.
    pub(crate) stagedoor: PathBuf,
    /// The local Spotify and Google.
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
    // Beside each other: what one waits for the other can use.
    let site = SiteBuild::begin(workspace, steps, release)?;
    steps.run(binaries(release), |step| {
        let mut build = process::cargo();
        // In one call, so that what they have in common is built once.
        build.args([
            "build",
            "--bins",
            "--package",
            "server",
            "--package",
            "sandbox",
        ]);
        if release {
            build.arg("--release");
        } else {
            build.args(["--package", "site-builder"]);
        }
        step.exec(build.current_dir(&workspace.root))
    })?;
    if release && site.is_needed() {
        steps.run(BUILDER, |step| {
            let mut build = process::cargo();
            build.args([
                "build",
                "--package",
                "site-builder",
                "--features",
                "release",
            ]);
            step.exec(build.current_dir(&workspace.root))
        })?;
    }
    let site = site.finish(workspace, steps)?;
    let folder = profile_folder(workspace, release);
    Ok(Built {
        stagedoor: folder.join("stagedoor"),
        sandbox: folder.join("sandbox"),
        site,
    })
}

/// Builds what the end-to-end tests need where no other tests have built it: the release of the site,
/// and the binaries of development.
pub(crate) fn build_for_end2end(
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<Built, Failure> {
    let site = SiteBuild::begin(workspace, steps, true)?;
    steps.run(BINARIES, |step| {
        let mut build = process::cargo();
        build.args([
            "build",
            "--bins",
            "--package",
            "server",
            "--package",
            "sandbox",
        ]);
        build.args([
            "--package",
            "site-builder",
            "--features",
            "site-builder/release",
        ]);
        step.exec(build.current_dir(&workspace.root))
    })?;
    let site = site.finish(workspace, steps)?;
    with_development_binaries(workspace, site)
}

/// The release of the site, with the binaries of development, which the native tests have built.
pub(crate) fn with_development_binaries(
    workspace: &Workspace,
    site: PathBuf,
) -> Result<Built, Failure> {
    let folder = workspace.target.join("xtask/end2end");
    remove(&folder)?;
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let link = |from: PathBuf| -> Result<PathBuf, Failure> {
        let to = folder.join(from.file_name().unwrap_or_default());
        fs::hard_link(&from, &to).map_err(at(&from))?;
        Ok(to)
    };
    // The server reads the hashes from beside itself.
    link(profile_folder(workspace, true).join(HASHES))?;
    Ok(Built {
        stagedoor: link(profile_folder(workspace, false).join("stagedoor"))?,
        sandbox: link(profile_folder(workspace, false).join("sandbox"))?,
        site,
    })
}

/// The steps of [`build`].
const BINARIES: &str = "build server and sandbox";
const RELEASE_BINARIES: &str = "build release of server and sandbox";
const BUILDER: &str = "build site builder";
const PROGRAM: &str = "build app for the browser";
const SITE: &str = "build site";
const RELEASE_SITE: &str = "build release of the site";

fn binaries(release: bool) -> &'static str {
    if release { RELEASE_BINARIES } else { BINARIES }
}

/// The steps that [`build`] will take.
pub(crate) fn steps(workspace: &Workspace, release: bool) -> Result<Vec<&'static str>, Failure> {
    let mut steps = vec![binaries(release)];
    let site = steps_of_site(workspace, release)?;
    if release && site.contains(&PROGRAM) {
        steps.push(BUILDER);
    }
    steps.extend(site);
    Ok(steps)
}

/// The steps that [`build_for_end2end`] will take.
pub(crate) fn steps_for_end2end(workspace: &Workspace) -> Result<Vec<&'static str>, Failure> {
    let mut steps = vec![BINARIES];
    steps.extend(steps_of_site(workspace, true)?);
    Ok(steps)
}

/// The steps that [`SiteBuild`] will take.
pub(crate) fn steps_of_site(
    workspace: &Workspace,
    release: bool,
) -> Result<Vec<&'static str>, Failure> {
    let site = Site::new(workspace, release);
    Ok(if site.is_unchanged(&site.inputs(workspace)?)? {
        vec![site.step()]
    } else {
        vec![PROGRAM, site.step()]
    })
}

/// Copies the files that are served as they are into a site that was built.
pub(crate) fn copy_assets(workspace: &Workspace, site: &Path) -> Result<(), Failure> {
    copy(&workspace.root.join("public"), site)
}

/// Copies the style into a development site under the name that it has there, and answers its path
/// below the origin.
pub(crate) fn copy_style(workspace: &Workspace, site: &Path) -> Result<String, Failure> {
    let source = workspace.root.join("style/main.css");
    let files = files_under(&site.join("pkg"), &[])?;
    let style = files
        .iter()
        .find(|file| file.extension().is_some_and(|ending| ending == "css"))
        .ok_or_else(|| Failure::Empty(format!("no style sheet is in {}", site.display())))?;
    fs::copy(&source, style).map_err(at(&source))?;
    let path = style.strip_prefix(site).unwrap_or(style);
    Ok(path.display().to_string())
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

/// Where cargo leaves binaries.
fn profile_folder(workspace: &Workspace, release: bool) -> PathBuf {
    workspace
        .target
        .join(if release { "release" } else { "debug" })
}

/// A site that is being built beside other steps, where something changed.
pub(crate) struct SiteBuild {
    site: Site,
    inputs: String,
    packages: Option<Packages>,
    program: Option<Pending>,
}

impl SiteBuild {
    /// Starts to compile the program for the browser.
    pub(crate) fn begin(
        workspace: &Workspace,
        steps: &mut Steps,
        release: bool,
    ) -> Result<Self, Failure> {
        let site = Site::new(workspace, release);
        // Shrinking and compressing a release takes a minute, whether or not anything changed.
        let inputs = site.inputs(workspace)?;
        let (mut packages, mut program) = (None, None);
        if !site.is_unchanged(&inputs)? {
            if release {
                let site = Packages::site(workspace);
                site.ensure(steps)?;
                packages = Some(site);
            }
            tools::wasm_target(steps)?;
            stamp::remove(&site.stamp)?;
            let mut command = site.program_command(workspace)?;
            program = Some(steps.begin(PROGRAM, command.current_dir(&workspace.root))?);
        }
        Ok(Self {
            site,
            inputs,
            packages,
            program,
        })
    }

    /// Whether anything changed.
    pub(crate) fn is_needed(&self) -> bool {
        self.program.is_some()
    }

    /// Makes the site, and answers where it is. The site builder is there by now.
    pub(crate) fn finish(
        self,
        workspace: &Workspace,
        steps: &mut Steps,
    ) -> Result<PathBuf, Failure> {
        let Self {
            site,
            inputs,
            packages,
            program,
        } = self;
        let is_new = program.is_some();
        if let Some(program) = program {
            steps.finish(program)?;
        }
        steps.run(site.step(), |step| {
            if !is_new {
                step.note("unchanged");
                return Ok(());
            }
            site.make(workspace, step, packages.as_ref())?;
            stamp::put(&site.stamp, &site.stamp_text(&inputs)?)
        })?;
        Ok(site.folder)
    }
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
            hashes: profile_folder(workspace, release).join(HASHES),
            folder,
        }
    }

    /// The step that makes it.
    fn step(&self) -> &'static str {
        if self.release { RELEASE_SITE } else { SITE }
    }

    fn is_unchanged(&self, inputs: &str) -> Result<bool, Failure> {
        Ok(stamp::says(&self.stamp, &self.stamp_text(inputs)?))
    }

    /// Makes the site of the program that cargo built.
    fn make(
        &self,
        workspace: &Workspace,
        step: &mut Step,
        packages: Option<&Packages>,
    ) -> Result<(), Failure> {
        // The site that is there stays whole, and in use, until the next one is.
        let next = self.folder.with_extension("next");
        remove(&next)?;
        let pkg = next.join("pkg");
        let mut builder = process::command(workspace.target.join("debug/site-builder"));
        builder
            .arg(if self.release {
                "release"
            } else {
                "development"
            })
            .arg("--program")
            .arg(self.program(workspace))
            .arg("--pkg")
            .arg(&pkg)
            .args(["--name", NAME, "--placeholder", names::PLACEHOLDER]);
        if let Some(packages) = packages {
            builder
                .arg("--wasm-opt")
                .arg(packages.programs().join("wasm-opt"));
        }
        step.exec(&mut builder)?;
        let style = format!("{NAME}.css");
        let source = workspace.root.join("style/main.css");
        fs::copy(&source, pkg.join(&style)).map_err(at(&source))?;
        if let Some(packages) = packages {
            minification::minify(step, packages, &pkg)?;
        }
        copy(&workspace.root.join("public"), &next)?;
        let hashes = names::settle(&pkg, &style)?;
        if self.release {
            compression::compress(step, &next)?;
        }
        remove(&self.folder)?;
        fs::rename(&next, &self.folder).map_err(at(&next))?;
        stamp::put(&self.hashes, &hashes)
    }

    /// Builds the program for the browser.
    fn program_command(&self, workspace: &Workspace) -> Result<Command, Failure> {
        let mut build = process::cargo();
        build.args(["rustc", "--package", "frontend", "--lib"]);
        packages::for_browser(&mut build, workspace);
        if self.release {
            build
                .args(["--profile", "wasm-release"])
                .env("RUSTFLAGS", flags()?);
        } else {
            // All of it in one file: it is built and changed more often than it is loaded.
            build.arg("--no-default-features");
        }
        build.args(["--crate-type", "cdylib"]);
        if self.release {
            // They tell what refers to what, for the chunks.
            build.args(["--", "-Clink-args=--emit-relocs"]);
        }
        Ok(build)
    }

    /// Where cargo leaves the program.
    fn program(&self, workspace: &Workspace) -> PathBuf {
        let profile = if self.release {
            "wasm-release"
        } else {
            "debug"
        };
        workspace
            .target
            .join("browser")
            .join(packages::WASM)
            .join(profile)
            .join("frontend.wasm")
    }

    /// A digest of everything the site is made from.
    fn inputs(&self, workspace: &Workspace) -> Result<String, Failure> {
        let root = &workspace.root;
        let mut inputs = Inputs::new();
        inputs.text("profile", if self.release { "release" } else { "dev" });
        inputs.text("flags", &std::env::var("RUSTFLAGS").unwrap_or_default());
        for file in [
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            ".cargo/config.toml",
            "xtask/npm/package-lock.json",
        ] {
            inputs.file(root, &root.join(file))?;
        }
        for folder in ["style", "public", "xtask/src/site"] {
            inputs.folder(root, &root.join(folder), &[])?;
        }
        for package in ["frontend", "site-builder"] {
            for folder in workspace.folders_under(package) {
                inputs.folder(root, folder, &["tests", "benches", "examples", "target"])?;
            }
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

/// Removes a folder and what is in it.
fn remove(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(()),
    }
}

/// Copies the files in a folder and below it, but for hidden ones.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    for file in files_under(from, &[])? {
        let copied = to.join(file.strip_prefix(from).unwrap_or(&file));
        if let Some(folder) = copied.parent() {
            fs::create_dir_all(folder).map_err(at(folder))?;
        }
        fs::copy(&file, &copied).map_err(at(&file))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().unwrap();
        let site = Site {
            release: true,
            folder: folder.path().join("site"),
            hashes: folder.path().join(HASHES),
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
