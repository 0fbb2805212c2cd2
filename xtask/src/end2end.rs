//! `cargo xtask end2end`: Playwright against the release build.

use std::path::PathBuf;

use crate::browser;
use crate::failure::Failure;
use crate::site::Built;
use crate::step::{Step, Steps};
use crate::tools::debian;
use crate::tools::node::Packages;
use crate::workspace::Workspace;

/// What Playwright needs beside a build.
pub(crate) struct Playwright {
    packages: Packages,
    chromium: PathBuf,
    faketime: PathBuf,
}

/// Finds or installs what Playwright needs.
pub(crate) fn prepare(workspace: &Workspace, steps: &mut Steps) -> Result<Playwright, Failure> {
    let packages = Packages::end2end(workspace)?;
    packages.ensure(steps)?;
    let chromium = browser::for_playwright(steps, &packages)?;
    let faketime = faketime::ensure(steps)?;
    Ok(Playwright {
        packages,
        chromium,
        faketime,
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
    steps.run("check Playwright's types", |step| {
        step.exec(&mut packages.command("tsc"))
    })?;
    steps.run("Playwright", |step| {
        let mut test = packages.command("playwright");
        test.arg("test")
            .args(arguments.unwrap_or_default())
            .env("CHROMIUM", &playwright.chromium)
            .env("LIBFAKETIME", &playwright.faketime)
            .env("STAGEDOOR_BIN", &built.stagedoor)
            .env("SANDBOX_BIN", &built.sandbox)
            .env("LEPTOS_SITE_ROOT", &built.site);
        if arguments.is_some() {
            step.aloud();
        }
        step.exec(&mut test)?;
        close(step);
        Ok(())
    })
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

/// The library that moves the clock of a program.
mod faketime {
    use std::fs;
    use std::path::PathBuf;

    use super::{Failure, Steps, browser, debian};

    /// Finds it, or installs it.
    pub(super) fn ensure(steps: &mut Steps) -> Result<PathBuf, Failure> {
        if let Some(named) = browser::named("LIBFAKETIME")? {
            return Ok(named);
        }
        if let Some(found) = find() {
            return Ok(found);
        }
        debian::install(steps, "libfaketime", &["faketime"])?;
        find().ok_or_else(|| Failure::NotInstalled {
            what: "libfaketime",
            remedy: "install it, or name libfaketime.so.1 in LIBFAKETIME".to_owned(),
        })
    }

    /// Debian keeps it in a folder named after the machine.
    fn find() -> Option<PathBuf> {
        let folders = fs::read_dir("/usr/lib").ok()?;
        folders
            .flatten()
            .map(|entry| entry.path())
            .chain(["/usr/lib".into(), "/usr/local/lib".into()])
            .map(|folder| folder.join("faketime/libfaketime.so.1"))
            .find(|path| path.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
