//! `cargo xtask end2end`: Playwright against the release build.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::browser;
use crate::failure::Failure;
use crate::faketime;
use crate::site::Built;
use crate::step::{Step, Steps, TestTime};
use crate::tools::node::Packages;
use crate::workspace::Workspace;

const TYPES: &str = "check Playwright's types";
const RUN: &str = "Playwright";

/// The steps of [`run`].
pub(crate) const STEPS: [&str; 2] = [TYPES, RUN];

/// What Playwright needs beside a build.
pub(crate) struct Playwright {
    packages: Packages,
    chromium: PathBuf,
    faketime: PathBuf,
    /// Where it writes how long each test took.
    report: PathBuf,
}

/// Finds or installs what Playwright needs.
pub(crate) fn prepare(workspace: &Workspace, steps: &mut Steps) -> Result<Playwright, Failure> {
    let packages = Packages::end2end(workspace)?;
    packages.ensure(steps)?;
    let chromium = browser::for_playwright()?;
    let faketime = faketime::find()?;
    Ok(Playwright {
        packages,
        chromium,
        faketime,
        report: workspace.target.join("xtask/playwright.json"),
    })
}

/// Runs Playwright: all of it, or with arguments for it, and then with its output shown.
pub(crate) fn run(
    steps: &mut Steps,
    playwright: &Playwright,
    built: &Built,
    arguments: Option<&[String]>,
) -> Result<(), Failure> {
    let packages = &playwright.packages;
    steps.run(TYPES, |step| step.exec(&mut packages.command("tsc")))?;
    steps.run(RUN, |step| {
        let mut test = packages.command("playwright");
        test.arg("test")
            .args(arguments.unwrap_or_default())
            .env("CHROMIUM", &playwright.chromium)
            .env("LIBFAKETIME", &playwright.faketime)
            .env("STAGEDOOR_BIN", &built.stagedoor)
            .env("SANDBOX_BIN", &built.sandbox)
            .env("LEPTOS_SITE_ROOT", &built.site)
            .env("PLAYWRIGHT_REPORT", &playwright.report);
        if arguments.is_some() {
            step.aloud();
        }
        let outcome = step.exec(&mut test);
        if let Ok(report) = fs::read_to_string(&playwright.report) {
            step.time_tests(times(&report));
        }
        outcome?;
        close(step);
        Ok(())
    })
}

/// How long each test took, of the report of Playwright's JSON reporter.
fn times(report: &str) -> Vec<TestTime> {
    let mut times = Vec::new();
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let mut open = vec![&report];
    while let Some(suite) = open.pop() {
        open.extend(suite["suites"].as_array().into_iter().flatten());
        for spec in suite["specs"].as_array().into_iter().flatten() {
            let results = spec["tests"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|test| test["results"].as_array().into_iter().flatten());
            let (file, title) = (spec["file"].as_str(), spec["title"].as_str());
            times.push(TestTime {
                name: format!(
                    "{}: {}",
                    file.unwrap_or_default(),
                    title.unwrap_or_default()
                ),
                took: results
                    .filter_map(|result| result["duration"].as_u64())
                    .map(Duration::from_millis)
                    .sum(),
            });
        }
    }
    times
}

/// Prints Playwright's closing lines, such as `57 passed (2.1m)`.
fn close(step: &mut Step) {
    let output = step.output();
    step.close(closing_lines(&output));
    if let Some(line) = closing_lines(&output).last() {
        step.note(line.split(" (").next().unwrap_or(line));
    }
}

fn closing_lines(output: &str) -> impl Iterator<Item = &str> {
    output.lines().map(str::trim).filter(|line| {
        let mut words = line.split(' ');
        words
            .next()
            .is_some_and(|count| count.parse::<u32>().is_ok())
            && matches!(
                words.next(),
                Some("passed" | "failed" | "skipped" | "flaky" | "did")
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_test_is_read_from_the_report() {
        let report = r#"{"suites": [{"title": "a.spec.ts", "specs": [], "suites": [{"specs": [{
            "title": "signs in", "file": "a.spec.ts",
            "tests": [{"results": [{"duration": 1200}, {"duration": 300}]}]}]}]}]}"#;
        assert_eq!(
            times(report),
            [TestTime {
                name: "a.spec.ts: signs in".to_owned(),
                took: Duration::from_millis(1500),
            }]
        );
        assert_eq!(times("no JSON"), []);
    }

    #[test]
    fn the_closing_lines_are_the_counts() {
        let output = "  ✓  1 [chromium] › sign-in.spec.ts:3:1 › signs in (1.2s)\n\n  \
                      1 skipped\n  57 passed (2.1m)\n";
        assert_eq!(
            closing_lines(output).collect::<Vec<_>>(),
            ["1 skipped", "57 passed (2.1m)"]
        );
    }
}
