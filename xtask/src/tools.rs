//! The tools a build needs beside cargo: found, or installed into a folder of their own.

mod cargo_tool;
pub(crate) mod debian;
mod lockfile;
pub(crate) mod node;
pub(crate) mod python;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_tool::{CargoTool, Found};

use crate::failure::{Failure, at};
use crate::process;
use crate::step::Steps;
use crate::workspace::Workspace;

/// The version of cargo-leptos. It decides names and form of what a build leaves in the site.
const CARGO_LEPTOS: &str = "0.3.10";

/// What builds the site.
pub(crate) struct SiteTools {
    /// `cargo-leptos`.
    pub(crate) cargo_leptos: PathBuf,
    /// A `PATH` on which cargo-leptos finds the right `wasm-bindgen` and `wasm-opt`; it downloads
    /// what it does not find.
    pub(crate) path: OsString,
    /// `wasm-opt`, for a release.
    pub(crate) wasm_opt: Option<PathBuf>,
    /// Their versions, in one line.
    pub(crate) versions: String,
}

/// Makes sure of everything that builds the site; `wasm-opt` shrinks the release alone.
pub(crate) fn for_site(
    workspace: &Workspace,
    steps: &mut Steps,
    release: bool,
) -> Result<SiteTools, Failure> {
    if release {
        // Asked first: the tools before it take minutes to install.
        node::ensure()?;
    }
    wasm_target(steps)?;
    let leptos = CargoTool {
        package: "cargo-leptos",
        version: CARGO_LEPTOS.to_owned(),
        programs: &["cargo-leptos"],
        // Built from its own lock file: newer releases of its dependencies have broken it.
        locked: true,
        remark: "about ten minutes, once",
    };
    let leptos = leptos.ensure(workspace, steps)?;
    let bindgen = wasm_bindgen(workspace, steps)?;
    let mut first = vec![bindgen.folder];
    let mut versions = format!(
        "cargo-leptos {CARGO_LEPTOS}, wasm-bindgen {}",
        bindgen.version
    );
    let mut wasm_opt = None;
    if release {
        let binaryen = node::Packages::binaryen(workspace);
        binaryen.ensure(steps)?;
        wasm_opt = Some(binaryen.programs().join("wasm-opt"));
        first.push(binaryen.programs());
        versions.push_str(", binaryen ");
        versions.push_str(&binaryen.digest());
    }
    let path = before_path(&first)?;
    Ok(SiteTools {
        cargo_leptos: leptos.folder.join("cargo-leptos"),
        path,
        wasm_opt,
        versions,
    })
}

/// Makes sure of `wasm-bindgen-test-runner` and answers where it is.
pub(crate) fn wasm_test_runner(
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<PathBuf, Failure> {
    wasm_target(steps)?;
    Ok(wasm_bindgen(workspace, steps)?
        .folder
        .join("wasm-bindgen-test-runner"))
}

/// Fetches what `Cargo.lock` names, so that a missing network shows here and not in the middle of
/// a build.
pub(crate) fn crates(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    steps.run("crates", |step| {
        let mut fetch = process::cargo();
        // `host-tuple` is cargo's word for this machine. The crates of other systems stay away.
        fetch.args([
            "fetch",
            "--target",
            "host-tuple",
            "--target",
            "wasm32-unknown-unknown",
        ]);
        step.fetch("fetching crates", fetch.current_dir(&workspace.root))
    })
}

/// Makes sure that rustfmt and clippy are there.
pub(crate) fn components(steps: &mut Steps) -> Result<(), Failure> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if process::answer(process::cargo().args([subcommand, "--version"])).is_none() {
            rustup(steps, component, &["component", "add", component])?;
        }
    }
    Ok(())
}

/// Makes sure that the compiler can build for the browser.
pub(crate) fn wasm_target(steps: &mut Steps) -> Result<(), Failure> {
    let target = "wasm32-unknown-unknown";
    let folder = process::answer(process::command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        target,
    ]));
    if folder.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    rustup(steps, target, &["target", "add", target])
}

fn rustup(steps: &mut Steps, what: &str, arguments: &[&str]) -> Result<(), Failure> {
    if process::answer(process::command("rustup").arg("--version")).is_none() {
        return Err(Failure::NotInstalled {
            what: "a part of the Rust toolchain",
            remedy: format!("install rustup (https://rustup.rs), or {what} by your own means"),
        });
    }
    steps.run(&format!("install {what}"), |step| {
        step.fetch(what, process::command("rustup").args(arguments))
    })
}

/// `wasm-bindgen` of exactly the version of the crate: the two speak an unstable format.
fn wasm_bindgen(workspace: &Workspace, steps: &mut Steps) -> Result<Found, Failure> {
    let path = workspace.root.join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(at(&path))?;
    let version = lockfile::version(&lock, "wasm-bindgen").ok_or_else(|| Failure::Understand {
        what: "Cargo.lock",
        why: "it holds no wasm-bindgen".to_owned(),
    })?;
    let tool = CargoTool {
        package: "wasm-bindgen-cli",
        version: version.to_owned(),
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        locked: false,
        remark: "a few minutes, once",
    };
    tool.ensure(workspace, steps)
}

/// `PATH` with folders put before it.
fn before_path(first: &[PathBuf]) -> Result<OsString, Failure> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(first.iter().cloned().chain(env::split_paths(&path))).map_err(|error| {
        Failure::Understand {
            what: "PATH",
            why: error.to_string(),
        }
    })
}

/// Where a program is on `PATH`.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_folders_come_before_those_of_the_system() {
        let path = before_path(&["/tools/bin".into(), "/tools/npm".into()]).unwrap();
        let folders: Vec<_> = env::split_paths(&path).take(2).collect();
        assert_eq!(folders, [Path::new("/tools/bin"), Path::new("/tools/npm")]);
    }
}
