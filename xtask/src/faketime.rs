//! The library that moves the clock of a program.

use std::fs;
use std::path::PathBuf;

use crate::browser;
use crate::failure::Failure;
use crate::requirements::Requirement;

/// Finds it: named in `LIBFAKETIME`, or where systems keep it.
pub(crate) fn find() -> Result<PathBuf, Failure> {
    if let Some(named) = browser::named("LIBFAKETIME")? {
        return Ok(named);
    }
    // Debian keeps it in a folder named after the machine.
    fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .chain(["/usr/lib".into(), "/usr/local/lib".into()])
        .map(|folder| folder.join("faketime/libfaketime.so.1"))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Requirement::Faketime.missing(
                "libfaketime",
                "install it, or name libfaketime.so.1 in LIBFAKETIME",
            )
        })
}
