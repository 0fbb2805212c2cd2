//! The tests that run in a headless browser.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::browser;
use crate::failure::Failure;
use crate::packages::BROWSER;
use crate::process;
use crate::stamp;
use crate::step::{Pending, Steps};
use crate::test_binaries;
use crate::tools;
use crate::workspace::Workspace;

const BUILD: &str = "lint and build wasm tests";
const RUN: &str = "wasm tests";

/// The steps of [`run`].
pub(crate) const STEPS: [&str; 2] = [BUILD, RUN];

/// What the tests need beside cargo.
pub(crate) struct Browser {
    /// wasm-bindgen's test runner, which the native tests have built.
    runner: PathBuf,
    driver: PathBuf,
    /// The file that tells the driver about the browser.
    capabilities: PathBuf,
}

/// Finds or installs what the tests need.
pub(crate) fn prepare(workspace: &Workspace, steps: &mut Steps) -> Result<Browser, Failure> {
    tools::wasm_target(steps)?;
    let browser::Driven { chromium, driver } = browser::find()?;
    let capabilities = workspace.target.join("xtask/webdriver.json");
    stamp::put(&capabilities, &describe(&chromium))?;
    Ok(Browser {
        runner: workspace.target.join("debug/wasm-test-runner"),
        driver,
        capabilities,
    })
}

/// Starts to lint and build the tests, beside other steps, for which it makes way.
pub(crate) fn begin(workspace: &Workspace, steps: &Steps) -> Result<Pending, Failure> {
    let build = test_binaries::command(workspace, &BROWSER)?;
    steps.begin(BUILD, &mut process::making_way(&build))
}

/// Runs the wasm tests of every package that has some.
pub(crate) fn run(steps: &mut Steps, browser: &Browser, build: Pending) -> Result<(), Failure> {
    let binaries = test_binaries::built(&BROWSER, &steps.finish(build)?)?;
    steps.run(RUN, |step| {
        let (mut failed, mut without) = (
            Vec::new(),
            BROWSER.packages.iter().copied().collect::<BTreeSet<_>>(),
        );
        for binary in &binaries {
            let mut test = binary.run_by(&browser.runner);
            test.env("CHROMEDRIVER", &browser.driver)
                .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &browser.capabilities)
                // Tests that do not say where they run would run in Node.
                .env("WASM_BINDGEN_USE_BROWSER", "1")
                .env("WASM_BINDGEN_TEST_TIMEOUT", "180")
                .env_remove("CHROMEDRIVER_REMOTE")
                .env_remove("GECKODRIVER")
                .env_remove("GECKODRIVER_REMOTE");
            let output = step.try_exec(&mut test)?;
            if !output.well {
                failed.push(format!("{} ({})", binary.package, binary.target));
            }
            if test_binaries::passed(&output.text) > 0 {
                without.remove(binary.package.as_str());
            }
        }
        let passed = test_binaries::close(step);
        step.note(format!("{passed} passed"));
        step.refuse(&failed)?;
        match without.first() {
            Some(package) => Err(Failure::Empty(format!(
                "no test of {package} ran in a browser"
            ))),
            None => Ok(()),
        }
    })
}

/// What the driver is told about the browser.
fn describe(chromium: &Path) -> String {
    json!({
        "goog:chromeOptions": {
            "binary": chromium,
            "args": [
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        },
    })
    .to_string()
}
