//! The tests that run on this machine.

use std::path::Path;

use crate::failure::Failure;
use crate::packages::NATIVE;
use crate::postgres::{self, Cluster, Programs};
use crate::step::Steps;
use crate::test_binaries;
use crate::tools::python;
use crate::workspace::Workspace;

/// Runs the tests of every package; those of the server with a `PostgreSQL` of their own and an
/// `OpenID` provider that somebody else wrote.
pub(crate) fn run(
    workspace: &Workspace,
    steps: &mut Steps,
    programs: &Programs,
    provider: &Path,
) -> Result<(), Failure> {
    let binaries = steps.run("build native tests", |step| {
        test_binaries::build(step, workspace, &NATIVE)
    })?;
    let cluster = Cluster::start(workspace, steps, programs)?;
    steps.run("native tests", |step| {
        let mut failed = Vec::new();
        for binary in &binaries {
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
    steps.run("documentation tests", |step| {
        let mut test = NATIVE.cargo("test", workspace);
        step.exec(test.args(["--doc", "--no-fail-fast"]))?;
        let passed = test_binaries::close(step);
        step.note(format!("{passed} passed"));
        Ok(())
    })
}
