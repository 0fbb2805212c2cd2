//! Chromium and its driver.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::requirements::Requirement;
use crate::tools::on_path;

/// The names Chromium goes by.
const CHROMIUM: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
];

/// A browser and the driver of the same version.
pub(crate) struct Driven {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Finds Chromium and its driver: named in `CHROMIUM` and `CHROMEDRIVER`, or on `PATH`.
pub(crate) fn find() -> Result<Driven, Failure> {
    let chromium = named("CHROMIUM")?.or_else(systems);
    let driver = named("CHROMEDRIVER")?.or_else(|| on_path("chromedriver"));
    chromium
        .zip(driver)
        .map(|(chromium, driver)| Driven { chromium, driver })
        .ok_or_else(|| {
            Requirement::Chromium.missing(
                "Chromium",
                "install Chromium and chromedriver of the same version, or name them in CHROMIUM \
                 and CHROMEDRIVER",
            )
        })
}

/// A program that a variable names must be there: a wrong name is not passed over.
pub(crate) fn named(variable: &'static str) -> Result<Option<PathBuf>, Failure> {
    match env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
    {
        Some(path) if !path.is_file() => Err(Failure::NotInstalled {
            what: variable,
            remedy: format!(
                "it names {}, which is not a file; correct it",
                path.display()
            ),
        }),
        path => Ok(path),
    }
}

fn systems() -> Option<PathBuf> {
    CHROMIUM
        .into_iter()
        .filter_map(on_path)
        .find(|path| starts(path))
}

/// Whether the program starts at all: a browser that was fetched may lack the system's libraries.
fn starts(path: &Path) -> bool {
    process::answer(Command::new(path).arg("--version")).is_some()
}
