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

/// The names that Chromium goes by where it has no windows.
const SHELL: [&str; 2] = ["chromium-headless-shell", "chrome-headless-shell"];

/// A browser and the driver of the same version.
pub(crate) struct Driven {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Finds Chromium and its driver: named in `CHROMIUM` and `CHROMEDRIVER`, or on `PATH`.
pub(crate) fn find() -> Result<Driven, Failure> {
    let chromium = named("CHROMIUM")?.or_else(|| systems(&CHROMIUM));
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

/// Finds the browser for Playwright: named in `CHROMIUM`, or the one without windows, which does the
/// same in half the time, or any.
pub(crate) fn for_playwright() -> Result<PathBuf, Failure> {
    match named("CHROMIUM")?.or_else(|| systems(&SHELL)) {
        Some(found) => Ok(found),
        None => find().map(|found| found.chromium),
    }
}

/// Finds the browser without windows.
pub(crate) fn shell() -> Result<PathBuf, Failure> {
    systems(&SHELL).ok_or_else(|| {
        Requirement::HeadlessShell.missing(
            "Chromium's headless shell",
            "the browser tests take twice as long without it; install it",
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

fn systems(names: &[&str]) -> Option<PathBuf> {
    names
        .iter()
        .copied()
        .filter_map(on_path)
        .find(|path| starts(path))
}

/// Whether the program starts at all: a browser that was fetched may lack the system's libraries.
fn starts(path: &Path) -> bool {
    process::answer(Command::new(path).arg("--version")).is_some()
}
