//! The compressed files beside those of the site, which the server sends to browsers that take them.

use std::path::Path;

use crate::failure::Failure;
use crate::process;
use crate::stamp::files_under;
use crate::step::Step;

/// Node is needed for a release anyway, and its compressors are fast and as tight as it goes.
const SCRIPT: &str = include_str!("compress.mjs");

/// Writes `.br` and `.gz` beside each file that becomes smaller by it.
pub(super) fn compress(step: &mut Step, site: &Path) -> Result<(), Failure> {
    let files = files_under(site, &[])?;
    let mut node = process::command("node");
    node.args(["--input-type=module", "--eval", SCRIPT, "--"])
        .args(files.iter().filter(|file| is_text_or_program(file)));
    step.exec(&mut node)
}

/// Whether it is a file of a kind that becomes smaller, and is asked for by a browser.
pub(super) fn is_text_or_program(file: &Path) -> bool {
    file.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| ["wasm", "js", "css", "svg"].contains(&extension))
}
