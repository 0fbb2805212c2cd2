//! The test binaries that cargo built, run here so that every test can be timed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::packages::{self, Build};
use crate::process;
use crate::step::{Step, TestTime};
use crate::workspace::Workspace;

/// One file of tests, compiled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TestBinary {
    /// The package that it tests.
    pub(crate) package: String,
    /// The library, the program, or the file of tests.
    pub(crate) target: String,
    pub(crate) path: PathBuf,
    /// The folder of the package, where cargo runs tests.
    folder: PathBuf,
}

/// Compiles and lints the tests of a build, but for those in documentation, and everything else.
pub(crate) fn build(
    step: &mut Step,
    workspace: &Workspace,
    build: &Build,
) -> Result<Vec<TestBinary>, Failure> {
    step.exec(&mut command(workspace, build)?)?;
    built(build, &step.output())
}

/// The command that does it.
pub(crate) fn command(workspace: &Workspace, build: &Build) -> Result<Command, Failure> {
    let mut command = build.cargo("test", workspace);
    packages::lint_meanwhile(&mut command)?;
    command
        .args(["--all-targets", "--no-run"])
        .arg("--message-format=json-render-diagnostics");
    Ok(command)
}

/// The test binaries that the output of the command names.
pub(crate) fn built(build: &Build, output: &str) -> Result<Vec<TestBinary>, Failure> {
    let binaries: Vec<_> = output.lines().filter_map(binary).collect();
    if binaries.is_empty() {
        return Err(Failure::Empty(format!(
            "cargo built no tests for {}",
            build.name
        )));
    }
    Ok(binaries)
}

/// The test binary that a line of cargo's output tells of.
fn binary(line: &str) -> Option<TestBinary> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    // Benchmarks are built to be linted.
    if message["target"]["kind"] == json!(["bench"]) {
        return None;
    }
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
    Some(TestBinary {
        package: folder.file_name()?.to_string_lossy().into_owned(),
        target: message["target"]["name"].as_str()?.to_owned(),
        path: message["executable"].as_str()?.into(),
        folder: folder.to_owned(),
    })
}

impl TestBinary {
    /// The command that runs it on this machine, where the standard library's harness reports how
    /// long each test took.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.in_folder(&self.path);
        command
            .args(["-Z", "unstable-options", "--report-time"])
            // The report is unstable. The compiler does not see this: everything is compiled by now.
            .env("RUSTC_BOOTSTRAP", "1");
        command
    }

    /// The command that hands it to a runner.
    pub(crate) fn run_by(&self, runner: &Path) -> Command {
        let mut command = self.in_folder(runner);
        command.arg(&self.path);
        command
    }

    fn in_folder(&self, program: &Path) -> Command {
        let mut command = process::command(program);
        command
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .current_dir(&self.folder);
        command
    }
}

/// How many tests passed, of the closing lines of the harness.
pub(crate) fn passed(output: &str) -> usize {
    output
        .lines()
        .filter_map(|line| passed_in(line.trim()))
        .sum()
}

/// Prints the closing line of every test binary that held a test, and answers how many tests passed.
pub(crate) fn close(step: &mut Step) -> usize {
    let output = step.output();
    let lines = output
        .lines()
        .map(str::trim)
        .filter(|line| passed_in(line).is_some_and(|passed| passed > 0));
    step.close(lines);
    passed(&output)
}

/// 12 of `test result: ok. 12 passed; 0 failed; …`.
fn passed_in(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("test result: ")?;
    let (_, counts) = rest.split_once(". ")?;
    let (count, _) = counts.split_once(" passed")?;
    count.parse().ok()
}

/// How long each test took, of the lines of the harness: `test a::test ... ok <0.012s>`.
pub(crate) fn times<'a>(package: &'a str, output: &'a str) -> impl Iterator<Item = TestTime> + 'a {
    output.lines().filter_map(move |line| {
        let (name, rest) = line.strip_prefix("test ")?.split_once(" ... ")?;
        let (_, time) = rest.rsplit_once('<')?;
        let seconds: f64 = time.strip_suffix("s>")?.parse().ok()?;
        Some(TestTime {
            name: format!("{package}: {name}"),
            took: Duration::try_from_secs_f64(seconds).ok()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_artifacts_with_a_test_harness_are_test_binaries() {
        let line = |kind: &str, test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/w/crates/seal/Cargo.toml","target":{{"name":"it","kind":["{kind}"]}},"profile":{{"test":{test}}},"executable":"/w/target/debug/deps/it-1"}}"#
            )
        };
        assert_eq!(
            binary(&line("test", true)),
            Some(TestBinary {
                package: "seal".to_owned(),
                target: "it".to_owned(),
                path: "/w/target/debug/deps/it-1".into(),
                folder: "/w/crates/seal".into(),
            })
        );
        assert_eq!(binary(&line("bin", false)), None);
        assert_eq!(binary(&line("bench", true)), None);
        assert_eq!(binary("   Compiling seal v0.1.0"), None);
    }

    #[test]
    fn passed_tests_are_counted() {
        assert_eq!(
            passed_in("test result: ok. 12 passed; 0 failed; 1 ignored"),
            Some(12)
        );
        assert_eq!(
            passed_in("test result: FAILED. 3 passed; 1 failed"),
            Some(3)
        );
        assert_eq!(passed_in("test passed ... ok"), None);
        let output = "running 2 tests\n\
            test one ... ok\n\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(passed(output), 5);
    }

    #[test]
    fn the_time_of_a_test_is_read_from_its_line() {
        let output = "test keys::a_key ... ok <0.250s>\ntest other ... ok\n";
        let times: Vec<_> = times("seal", output).collect();
        assert_eq!(times.len(), 1);
        assert_eq!(times[0].name, "seal: keys::a_key");
        assert_eq!(times[0].took, Duration::from_millis(250));
    }
}
