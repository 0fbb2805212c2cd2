//! The table of what was run and what came of it, written as rows finish to `conformance.md` in
//! cargo's target directory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::rows::{NOT_APPLICABLE, ROWS, Row};

static RESULTS: LazyLock<Mutex<BTreeMap<&'static str, &'static str>>> =
    LazyLock::new(Mutex::default);

/// A row under way. What it comes to is written when it is dropped: a test that panics has failed.
pub(crate) struct Running(&'static Row);

/// Starts a row of the table.
pub(crate) fn row(id: &str) -> Running {
    let row = ROWS.iter().find(|row| row.id == id);
    let row = row.unwrap_or_else(|| panic!("{id} is not in the table"));
    // The harness names a test's thread after the test, unless there is one thread for all.
    if let Some(test) = std::thread::current()
        .name()
        .filter(|name| name.contains("::"))
    {
        assert_eq!(test, row.test, "{id} stands for another test");
    }
    Running(row)
}

impl Running {
    /// Says that the row could not run here.
    #[expect(
        clippy::print_stderr,
        reason = "whoever runs the tests must know that one did not run"
    )]
    pub(crate) fn skipped(self, variable: &str) {
        eprintln!("{} did not run: {variable} is not set", self.0.test);
        note(self.0.id, "not run: the program is not installed");
        std::mem::forget(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let failed = std::thread::panicking();
        note(self.0.id, if failed { "**FAILED**" } else { "passed" });
    }
}

fn note(id: &'static str, result: &'static str) {
    let mut results = RESULTS.lock().unwrap_or_else(PoisonError::into_inner);
    results.insert(id, result);
    // A report that cannot be written must not fail a test, and must not hide one that failed.
    #[expect(clippy::print_stderr, reason = "it is for whoever runs the tests")]
    if let Err(error) = std::fs::write(path(), table(&results)) {
        eprintln!("{} cannot be written: {error}", path().display());
    }
}

/// Where the report is: `target/conformance.md`, wherever cargo has its target directory.
fn path() -> PathBuf {
    let tmp = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    tmp.with_file_name("conformance.md")
}

fn table(results: &BTreeMap<&'static str, &'static str>) -> String {
    let of = |row: &Row| results.get(row.id).copied().unwrap_or("not run");
    let passed = ROWS.iter().filter(|row| of(row) == "passed").count();
    let rows: Vec<String> = ROWS
        .iter()
        .map(|row| {
            let Row {
                id,
                test,
                what,
                expected,
            } = row;
            format!("| {id} | {what} | {expected} | {} | `{test}` |\n", of(row))
        })
        .collect();
    let excused: Vec<String> = NOT_APPLICABLE
        .iter()
        .map(|(id, why)| format!("| {id} | {why} |\n"))
        .collect();
    format!(
        "# Conformance\n\n\
         What the test target `hostile` showed: {passed} of {} rows passed. Ids are those of the \
         OpenID Foundation's relying-party tests (`occt` stands for `oidcc-client-test`, `fapi2` \
         for `fapi2-security-profile-final-client-test`) and of our own list of attacks.\n\n\
         | id | what | expected | result | test |\n|---|---|---|---|---|\n{}\n\
         ## Not applicable\n\n| id | why |\n|---|---|\n{}",
        ROWS.len(),
        rows.concat(),
        excused.concat(),
    )
}
