//! The tests that run on this machine.

use std::path::Path;

use crate::failure::Failure;
use crate::packages::{self, NATIVE};
use crate::postgres::{self, Cluster, Programs};
use crate::step::Steps;
use crate::test_binaries::{self, TestBinary};
use crate::tools::python;
use crate::workspace::Workspace;

const BUILD: &str = "lint and build native tests";
const RUN: &str = "native tests";
const DOCUMENTATION: &str = "documentation tests";

/// The steps of [`build`] and [`run`].
pub(crate) const STEPS: [&str; 4] = [BUILD, postgres::START, RUN, DOCUMENTATION];

/// Lints and builds the tests of every package.
pub(crate) fn build(workspace: &Workspace, steps: &mut Steps) -> Result<Vec<TestBinary>, Failure> {
    steps.run(BUILD, |step| test_binaries::build(step, workspace, &NATIVE))
}

/// Runs them; those of the server with a `PostgreSQL` of their own and an
/// `OpenID` provider that somebody else wrote.
pub(crate) fn run(
    workspace: &Workspace,
    steps: &mut Steps,
    programs: &Programs,
    provider: &Path,
    binaries: &[TestBinary],
) -> Result<(), Failure> {
    let cluster = Cluster::start(workspace, steps, programs)?;
    steps.run(RUN, |step| {
        let mut failed = Vec::new();
        for binary in binaries {
            let mut test = binary.command();
            test.env(postgres::VARIABLE, &cluster.url)
                .env(python::VARIABLE, provider);
            let output = step.try_exec(&mut test)?;
            if !output.well {
                // A failure in one file of tests says nothing about the next.
                failed.push(format!("{} ({})", binary.package, binary.target));
            }
            step.time_tests(test_binaries::times(&binary.package, &output.text));
        }
        let passed = test_binaries::close(step);
        step.note(format!("{passed} passed"));
        step.refuse(&failed)
    })?;
    drop(cluster);
    steps.run(DOCUMENTATION, |step| {
        let mut test = NATIVE.cargo("test", workspace);
        // As the tests were built, so that nothing is built again.
        packages::lint_meanwhile(&mut test)?;
        step.exec(test.args(["--doc", "--no-fail-fast"]))?;
        let passed = test_binaries::close(step);
        step.note(format!("{passed} passed"));
        Ok(())
    })
}
