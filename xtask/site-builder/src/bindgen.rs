//! Generates the JavaScript around the program.

use std::fs;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use crate::error::{Error, at};

/// Writes `program` into `pkg`, with the JavaScript that loads it: `name.placeholder.wasm` and
/// `name.placeholder.js`.
///
/// # Errors
/// [`Error::Bindgen`] where it was built with another version of `wasm-bindgen`, [`Error::File`] where
/// the folder cannot be written.
pub(crate) fn generate(
    program: &Path,
    pkg: &Path,
    name: &str,
    placeholder: &str,
) -> Result<(), Error> {
    bindings(program, pkg, name).map_err(|error| Error::Bindgen {
        program: program.to_owned(),
        reason: format!("{error:#}"),
    })?;
    for (from, ending) in [
        (format!("{name}.js"), "js"),
        (format!("{name}_bg.wasm"), "wasm"),
    ] {
        let from = pkg.join(from);
        let to = pkg.join(format!("{name}.{placeholder}.{ending}"));
        fs::rename(&from, &to).map_err(at(&from))?;
    }
    Ok(())
}

fn bindings(program: &Path, pkg: &Path, name: &str) -> anyhow::Result<()> {
    Bindgen::new()
        .input_path(program)
        .out_name(name)
        .web(true)?
        .typescript(false)
        // The page names the file itself.
        .omit_default_module_path(true)
        // Chunks import them.
        .keep_lld_exports(true)
        // What makes a release small goes by the names of functions.
        .demangle(false)
        .generate(pkg)
}
