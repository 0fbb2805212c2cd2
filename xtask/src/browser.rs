//! Chromium and its driver: named by the environment, found, or installed.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::process;
use crate::step::Steps;
use crate::tools::node::Packages;
use crate::tools::{debian, on_path};

/// The names Chromium goes by.
const CHROMIUM: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
];

/// How long Playwright may take to fetch its own browser; without a network it gives up at once.
const FETCH: Duration = Duration::from_mins(5);

/// A browser and the driver of the same version.
pub(crate) struct Driven {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Chromium for Playwright: its own where it has one, else the system's, else one is fetched.
pub(crate) fn for_playwright(steps: &mut Steps, packages: &Packages) -> Result<PathBuf, Failure> {
    if let Some(named) = named("CHROMIUM")? {
        return Ok(named);
    }
    let own = || playwrights_own(packages);
    if let Some(found) = own().or_else(systems) {
        return Ok(found);
    }
    // A failure is no surprise where only package registries can be reached.
    steps.run("try Playwright's Chromium", |step| {
        let mut install = packages.command("playwright");
        install.args(["install", "chromium", "--no-shell"]);
        let fetched = step.attempt(&mut install, FETCH)?;
        step.note(if fetched { "" } else { "not to be had" });
        Ok(())
    })?;
    if let Some(found) = own() {
        return Ok(found);
    }
    debian::install(steps, "Chromium", &["chromium"])?;
    systems().ok_or_else(missing)
}

/// Chromium and its driver for the wasm tests.
pub(crate) fn driven(steps: &mut Steps) -> Result<Driven, Failure> {
    let find = || -> Result<Option<Driven>, Failure> {
        let chromium = named("CHROMIUM")?.or_else(systems);
        let driver = named("CHROMEDRIVER")?.or_else(|| on_path("chromedriver"));
        Ok(chromium
            .zip(driver)
            .map(|(chromium, driver)| Driven { chromium, driver }))
    };
    if let Some(found) = find()? {
        return Ok(found);
    }
    debian::install(
        steps,
        "Chromium with its driver",
        &["chromium", "chromium-driver"],
    )?;
    find()?.ok_or_else(missing)
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

fn playwrights_own(packages: &Packages) -> Option<PathBuf> {
    let mut node = process::command("node");
    node.args([
        "--print",
        "require('@playwright/test').chromium.executablePath()",
    ]);
    let path = PathBuf::from(process::answer(node.current_dir(packages.folder()))?);
    Some(path).filter(|path| path.is_file() && starts(path))
}

/// Whether the program starts at all: a browser that was fetched may lack the system's libraries.
fn starts(path: &Path) -> bool {
    process::answer(Command::new(path).arg("--version")).is_some()
}

fn missing() -> Failure {
    Failure::NotInstalled {
        what: "Chromium",
        remedy: "install Chromium and chromedriver of the same version, or name them in CHROMIUM \
                 and CHROMEDRIVER"
            .to_owned(),
    }
}
