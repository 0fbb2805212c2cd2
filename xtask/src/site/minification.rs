//! The scripts and the style of a release, without what only people read.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process;
use crate::stamp::files_under;
use crate::step::Step;
use crate::tools::node::Packages;

/// What becomes of the style.
const STYLE: &str = include_str!("minify_style.mjs");

/// Minifies every script and style sheet in `pkg`.
pub(super) fn minify(step: &mut Step, packages: &Packages, pkg: &Path) -> Result<(), Failure> {
    let files = files_under(pkg, &[])?;
    let mut esbuild = packages.command("esbuild");
    esbuild
        .args(["--minify", "--log-level=warning", "--allow-overwrite"])
        .arg(format!("--outdir={}", pkg.display()))
        .arg(format!("--outbase={}", pkg.display()))
        .args(of_kind(&files, "js"));
    step.exec(&mut esbuild)?;
    let mut node = process::command("node");
    node.args(["--input-type=module", "--eval", STYLE, "--"])
        .args(of_kind(&files, "css"))
        // Where its packages are.
        .current_dir(packages.folder());
    step.exec(&mut node)
}

fn of_kind<'a>(files: &'a [PathBuf], kind: &'a str) -> impl Iterator<Item = &'a PathBuf> {
    files
        .iter()
        .filter(move |file| file.extension().is_some_and(|ending| ending == kind))
}
