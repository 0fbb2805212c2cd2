//! How long steps took last time, and how long they usually take.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::spoken;

/// Steps that take a while the first time, what they do meanwhile, and how many seconds that took on
/// two cores of a server of 2024, with nothing built before.
const USUAL: &[(&str, &str, u64)] = &[
    ("crates", "downloads the crates that Cargo.lock names", 10),
    (
        "build server and sandbox",
        "compiles them, and beside them the app for the browser",
        315,
    ),
    (
        "build release of the site",
        "cuts the app into parts and makes them small",
        80,
    ),
    (
        "lint and build native tests",
        "compiles what runs on this machine, and beside it the app for the browser",
        450,
    ),
    (
        "native tests",
        "runs them, and beside them builds the wasm tests",
        215,
    ),
    ("wasm tests", "runs them in Chromium", 35),
    ("Playwright", "does in Chromium what people do", 850),
];

/// How long each step took when it last ran, kept in a file.
pub(super) struct Times {
    path: PathBuf,
    seconds: BTreeMap<String, f64>,
}

impl Times {
    /// Reads the file. One that is missing or unreadable holds nothing.
    pub(super) fn load(folder: &Path) -> Self {
        let path = folder.join("times.json");
        let seconds = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self { path, seconds }
    }

    /// Remembers how long a step took. Nothing depends on the file, so nobody needs to hear that it
    /// cannot be written.
    pub(super) fn remember(&mut self, step: &str, took: Duration) {
        self.seconds.insert(step.to_owned(), took.as_secs_f64());
        if let Ok(text) = serde_json::to_string_pretty(&self.seconds) {
            let _ = fs::write(&self.path, text);
        }
    }

    /// What a step is about to do and for how long, where that is known.
    pub(super) fn forecast(&self, step: &str) -> Option<String> {
        let usual = USUAL.iter().find(|(name, ..)| *name == step);
        let time = match (self.seconds.get(step), usual) {
            (Some(seconds), _) => format!("{} last time", said(*seconds)?),
            (None, Some((_, _, seconds))) => {
                format!("usually {}", spoken(Duration::from_secs(*seconds)))
            }
            (None, None) => return None,
        };
        Some(match usual {
            Some((_, what, _)) => format!("{what}, {time}"),
            None => time,
        })
    }
}

/// A time that is worth telling before the step begins.
fn said(seconds: f64) -> Option<String> {
    let duration = Duration::try_from_secs_f64(seconds).ok()?;
    (duration >= Duration::from_secs(3)).then(|| spoken(duration))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_forecast_by_what_it_took_last_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut times = Times::load(folder.path());
        assert_eq!(times.forecast("a step"), None);
        assert_eq!(
            times.forecast("crates").unwrap(),
            "downloads the crates that Cargo.lock names, usually 10 s"
        );
        times.remember("a step", Duration::from_secs(75));
        times.remember("crates", Duration::from_secs(12));
        let times = Times::load(folder.path());
        assert_eq!(times.forecast("a step").unwrap(), "1 min 15 s last time");
        assert_eq!(
            times.forecast("crates").unwrap(),
            "downloads the crates that Cargo.lock names, 12 s last time"
        );
    }

    #[test]
    fn a_step_that_took_no_time_is_not_forecast() {
        let folder = tempfile::tempdir().unwrap();
        let mut times = Times::load(folder.path());
        times.remember("crates", Duration::from_millis(300));
        assert_eq!(times.forecast("crates"), None);
    }

    #[test]
    fn a_file_that_is_no_json_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("times.json"), "{").unwrap();
        assert_eq!(Times::load(folder.path()).forecast("a step"), None);
    }
}
