//! Why the files of the site could not be made.

use std::io;
use std::path::{Path, PathBuf};

/// Why the files of the site could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The program cannot be cut into chunks.
    #[cfg(feature = "release")]
    #[error("cannot split {}: {reason}", .program.display())]
    Split { program: PathBuf, reason: String },
    /// `wasm-bindgen` refuses the program.
    #[error("cannot generate JavaScript for {}: {reason}", .program.display())]
    Bindgen { program: PathBuf, reason: String },
    /// A file of the program is not WebAssembly, or `wasm-opt` refuses it.
    #[cfg(feature = "release")]
    #[error("cannot shrink {}: {reason}", .file.display())]
    Shrink { file: PathBuf, reason: String },
    /// A name on the list of functions that are never called is in no file of the program.
    #[cfg(feature = "release")]
    #[error(
        "no function of the program is named like `{0}`, so nothing was removed for it: Leptos, \
         wasm-bindgen or the compiler changed. Correct or remove it in \
         xtask/site-builder/src/shrinking.rs"
    )]
    NoSuchFunction(&'static str),
    /// The manifest of the chunks cannot be written as JSON.
    #[cfg(feature = "release")]
    #[error("cannot write the manifest of the chunks: {0}")]
    Manifest(#[from] serde_json::Error),
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File { path: PathBuf, source: io::Error },
}

/// Names the file in what the system says about it.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { path, source }
}
