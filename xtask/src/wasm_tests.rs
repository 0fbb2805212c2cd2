//! The tests that run in a headless browser.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::browser;
use crate::failure::Failure;
use crate::native_tests;
use crate::packages::TESTED_IN_BROWSER;
use crate::stamp;
use crate::step::Steps;
use crate::tools;
use crate::workspace::Workspace;

/// What the tests need beside cargo.
pub(crate) struct Browser {
    runner: PathBuf,
    driver: PathBuf,
    /// The file that tells the driver about the browser.
    capabilities: PathBuf,
}

/// Finds or installs what the tests need.
pub(crate) fn prepare(workspace: &Workspace, steps: &mut Steps) -> Result<Browser, Failure> {
    let runner = tools::wasm_test_runner(workspace, steps)?;
    let browser::Driven { chromium, driver } = browser::driven(steps)?;
    let capabilities = workspace.target.join("xtask/webdriver.json");
    stamp::put(&capabilities, &describe(&chromium))?;
    Ok(Browser {
        runner,
        driver,
        capabilities,
    })
}

/// Runs the wasm tests of every package that has some.
pub(crate) fn run(
    workspace: &Workspace,
    steps: &mut Steps,
    browser: &Browser,
) -> Result<(), Failure> {
    for build in &TESTED_IN_BROWSER {
        steps.run(&format!("test {}", build.name()), |step| {
            let mut test = build.cargo("test");
            // Documentation tests are native ones.
            test.args(["--tests", "--no-fail-fast"])
                .env(
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                    &browser.runner,
                )
                .env("CHROMEDRIVER", &browser.driver)
                .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &browser.capabilities)
                // Tests that do not say where they run would run in Node.
                .env("WASM_BINDGEN_USE_BROWSER", "1")
                .env("WASM_BINDGEN_TEST_TIMEOUT", "180")
                .env_remove("CHROMEDRIVER_REMOTE")
                .env_remove("GECKODRIVER")
                .env_remove("GECKODRIVER_REMOTE")
                .current_dir(&workspace.root);
            step.exec(&mut test)?;
            let passed = native_tests::close(step);
            if passed == 0 {
                return Err(Failure::Empty(format!(
                    "no test of {} ran in a browser",
                    build.package
                )));
            }
            step.note(format!("{passed} passed"));
            Ok(())
        })?;
    }
    Ok(())
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
