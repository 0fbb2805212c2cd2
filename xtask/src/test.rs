//! `cargo xtask test`: everything CI runs.

use crate::failure::Failure;
use crate::packages::FEWER;
use crate::site::{self, SiteBuild};
use crate::step::Steps;
use crate::workspace::Workspace;
use crate::{
    check, end2end, native_tests, postgres, process, release, requirements, tools, wasm_tests,
};

/// Checks, lints and tests everything.
pub(crate) fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    // What is missing shows at once, and not after ten minutes of tests.
    requirements::ensure(steps, requirements::TEST)?;
    plan(workspace, steps)?;
    tools::crates(workspace, steps)?;
    tools::components(steps)?;
    let playwright = end2end::prepare(workspace, steps)?;
    let browser = wasm_tests::prepare(workspace, steps)?;
    let postgres = postgres::prepare()?;
    let provider = tools::python::oidc_provider_mock(workspace, steps)?;
    check::format(workspace, steps)?;
    // It is needed last and takes long on one core, so it is built beside the rest.
    let site = SiteBuild::begin(workspace, steps, true)?;
    let native = native_tests::build(workspace, steps)?;
    let check = process::command(workspace.target.join("debug/dependency-check"));
    check::dependencies(workspace, steps, check)?;
    // Many a native test waits for a clock.
    let wasm = wasm_tests::begin(workspace, steps)?;
    native_tests::run(workspace, steps, &postgres, &provider, &native)?;
    wasm_tests::run(steps, &browser, wasm)?;
    check::fewer_features(workspace, steps)?;
    let site = site.finish(workspace, steps)?;
    release::weigh(steps, &site)?;
    let built = site::with_development_binaries(workspace, site)?;
    end2end::run(steps, &playwright, &built, None)
}

fn plan(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    steps.plan(["crates", check::FORMAT]);
    steps.plan(native_tests::STEPS);
    steps.plan([check::DEPENDENCIES]);
    steps.plan(wasm_tests::STEPS);
    steps.plan(FEWER.map(|build| check::linting(&build)));
    steps.plan(site::steps_of_site(workspace, true)?);
    steps.plan([release::WEIGH]);
    steps.plan(end2end::STEPS);
    Ok(())
}
