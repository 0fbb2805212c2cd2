//! The tools a build needs beside cargo: found, or installed into a folder of their own.

pub(crate) mod debian;
pub(crate) mod node;
pub(crate) mod python;

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process;
use crate::step::Steps;
use crate::workspace::Workspace;

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

/// The compiler that clippy consists of, beside the compiler itself.
pub(crate) fn clippy_driver() -> Result<PathBuf, Failure> {
    let sysroot = process::answer(process::command("rustc").args(["--print", "sysroot"]));
    sysroot
        .map(|sysroot| Path::new(&sysroot).join("bin/clippy-driver"))
        .filter(|driver| driver.is_file())
        .ok_or_else(|| Failure::NotInstalled {
            what: "clippy",
            remedy: "`rustup component add clippy`".to_owned(),
        })
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

/// Where a program is on `PATH`.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
