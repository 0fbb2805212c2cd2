//! The tests that run on this machine, and how the closing lines of cargo are read.

use std::path::Path;

use crate::failure::Failure;
use crate::packages::TESTED;
use crate::postgres::{self, Cluster, Programs};
use crate::step::{Step, Steps};
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
    for build in &TESTED {
        let cluster = if build.package == "server" {
            Some(Cluster::start(workspace, steps, programs)?)
        } else {
            None
        };
        steps.run(&format!("test {}", build.name()), |step| {
            let mut test = build.cargo("test");
            if let Some(cluster) = &cluster {
                test.env(postgres::VARIABLE, &cluster.url)
                    .env(python::VARIABLE, provider);
            }
            // A failure in one file of tests says nothing about the next.
            step.exec(test.arg("--no-fail-fast").current_dir(&workspace.root))?;
            let passed = close(step);
            step.note(format!("{passed} passed"));
            Ok(())
        })?;
    }
    Ok(())
}

/// Prints the closing line of every test binary that held a test, and answers how many tests
/// passed.
pub(crate) fn close(step: &mut Step) -> usize {
    let output = step.output();
    step.close(closing_lines(&output));
    closing_lines(&output).filter_map(passed).sum()
}

fn closing_lines(output: &str) -> impl Iterator<Item = &str> {
    output
        .lines()
        .map(str::trim)
        .filter(|line| passed(line).is_some_and(|passed| passed > 0))
}

/// 12 of `test result: ok. 12 passed; 0 failed; …`.
fn passed(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("test result: ")?;
    let (_, counts) = rest.split_once(". ")?;
    let (count, _) = counts.split_once(" passed")?;
    count.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_binaries_with_tests_have_closing_lines() {
        let output = "running 2 tests\n\
            test one ... ok\n\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
            test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(closing_lines(output).count(), 1);
    }

    #[test]
    fn passed_tests_are_counted() {
        assert_eq!(
            passed("test result: ok. 12 passed; 0 failed; 1 ignored"),
            Some(12)
        );
        assert_eq!(passed("test result: FAILED. 3 passed; 1 failed"), Some(3));
        assert_eq!(passed("test passed ... ok"), None);
    }
}
