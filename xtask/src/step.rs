//! A step has a name, shows that it is alive, says how long it took, and keeps what its commands
//! write until somebody needs it.

mod screen;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::failure::{Failure, at};
use crate::process::{Output, Running, spelled};
use screen::Screen;

/// How much of a long output is shown when a step fails.
const SHOWN_LINES: usize = 200;

/// Marks in the output of cargo, npm and apt that the network is the trouble.
const OFFLINE: [&str; 11] = [
    "Could not resolve host",
    "Couldn't resolve host",
    "Couldn't connect to server",
    "failed to download from",
    "spurious network error",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "Temporary failure resolving",
    "Could not connect to",
];

/// All steps of one command.
pub(crate) struct Steps {
    verbose: bool,
    folder: PathBuf,
    started: Instant,
    done: Vec<Done>,
}

struct Done {
    name: String,
    took: Duration,
    note: String,
    well: bool,
}

impl Steps {
    /// `folder` is where each step keeps what it writes.
    pub(crate) fn new(verbose: bool, folder: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(at(folder))?;
        Ok(Self {
            verbose,
            folder: folder.to_owned(),
            started: Instant::now(),
            done: Vec::new(),
        })
    }

    /// Runs one step.
    pub(crate) fn run<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Step) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let log = self.log(name);
        let file = File::create(&log).map_err(at(&log))?;
        let mut step = Step {
            name: name.to_owned(),
            log,
            file,
            note: String::new(),
            verbose: self.verbose,
            shown: 0,
            screen: Screen::begin(),
        };
        let outcome = work(&mut step);
        let took = step.screen.end(name, &step.note, outcome.is_ok());
        self.done.push(Done {
            name: step.name,
            took,
            note: step.note,
            well: outcome.is_ok(),
        });
        outcome
    }

    /// Whether the output of commands is passed through.
    pub(crate) fn verbose(&self) -> bool {
        self.verbose
    }

    /// Where a step, or a program that runs on after it, keeps what it writes.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-");
        self.folder.join(format!("{name}.log"))
    }

    /// A table of the steps and what they took.
    pub(crate) fn summary(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::from("\n");
        for Done {
            name,
            took,
            note,
            well,
        } in &self.done
        {
            let _ = writeln!(text, "{}", line(name, *took, note, *well));
        }
        let _ = writeln!(
            text,
            "          {:<34}{:>12}",
            "in all",
            spoken(self.started.elapsed())
        );
        text
    }
}

/// One step under way.
pub(crate) struct Step {
    name: String,
    log: PathBuf,
    file: File,
    note: String,
    verbose: bool,
    /// How many bytes of the output are on the screen.
    shown: u64,
    screen: Screen,
}

impl Step {
    /// Says in a few words what came out of this step.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.note = note.into();
    }

    /// Passes the output of the commands that follow through.
    pub(crate) fn aloud(&mut self) {
        self.verbose = true;
    }

    /// Prints the lines of the output that say what came out, unless all of it is on the screen.
    pub(crate) fn close<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        if !self.verbose {
            lines.for_each(|line| self.screen.say(&format!("          {line}")));
        }
    }

    /// Prints a line above the one that shows that the step is alive.
    pub(crate) fn say(&mut self, text: &str) {
        self.screen.say(text);
    }

    /// Runs a command that must succeed; its output is shown if it does not.
    pub(crate) fn exec(&mut self, command: &mut Command) -> Result<(), Failure> {
        if self.go(command, None)? {
            return Ok(());
        }
        self.show();
        Err(self.failed(command))
    }

    /// Runs a command that fetches something: a failure that the network explains says so.
    pub(crate) fn fetch(&mut self, what: &str, command: &mut Command) -> Result<(), Failure> {
        if self.go(command, None)? {
            return Ok(());
        }
        if is_offline(&self.output()) {
            let log = self.log.display().to_string();
            return Err(Failure::NoNetwork {
                what: what.to_owned(),
                log,
            });
        }
        self.show();
        Err(self.failed(command))
    }

    /// Runs a command that may fail and may not take longer than `limit`; whether it succeeded.
    pub(crate) fn attempt(
        &mut self,
        command: &mut Command,
        limit: Duration,
    ) -> Result<bool, Failure> {
        self.go(command, Some(limit))
    }

    /// What the commands of this step wrote so far.
    pub(crate) fn output(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        without_colours(&String::from_utf8_lossy(&bytes))
    }

    /// Runs a command to its end or to the limit; whether it succeeded.
    fn go(&mut self, command: &mut Command, limit: Option<Duration>) -> Result<bool, Failure> {
        if self.screen.is_terminal() {
            // It writes to a file and would do without colours.
            command.env("CARGO_TERM_COLOR", "always");
        }
        if self.verbose {
            self.screen.say(&format!("$ {}", spelled(command)));
        }
        let mut child = Running::start(command, &Output::File(&self.file))?;
        let ended = child.wait(limit, || self.alive());
        self.alive();
        Ok(ended?.is_some_and(|status| status.success()))
    }

    fn alive(&mut self) {
        if self.verbose {
            self.screen.copy(&self.log, &mut self.shown);
        } else {
            self.screen.alive(&self.name, &self.log);
        }
    }

    /// Shows what this step kept, where it is not on the screen already.
    fn show(&mut self) {
        if self.verbose {
            return;
        }
        let output = fs::read(&self.log).unwrap_or_default();
        let output = String::from_utf8_lossy(&output);
        let lines: Vec<_> = output.lines().collect();
        let skipped = lines.len().saturating_sub(SHOWN_LINES);
        if skipped > 0 {
            let log = self.log.display();
            self.screen
                .say(&format!("… {skipped} lines before these are in {log}"));
        }
        self.screen.say(&lines[skipped..].join("\n"));
    }

    fn failed(&self, command: &Command) -> Failure {
        Failure::Step {
            step: self.name.clone(),
            command: spelled(command),
            log: self.log.display().to_string(),
        }
    }
}

/// How a step looks once it is done.
fn line(name: &str, took: Duration, note: &str, well: bool) -> String {
    let mark = if well { "ok" } else { "failed" };
    format!("  {mark:<6}  {name:<34}{:>12}   {note}", spoken(took))
        .trim_end()
        .to_owned()
}

/// A duration as it is said: tenths below ten seconds, minutes from one on.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 10 {
        format!("{:.1} s", duration.as_secs_f64())
    } else if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn is_offline(output: &str) -> bool {
    OFFLINE.iter().any(|mark| output.contains(mark))
}

/// The text without terminal colours.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..start]);
        let tail = &rest[start + 2..];
        let end = tail
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(tail.len(), |end| end + 1);
        rest = &tail[end..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(folder: &Path) -> Steps {
        Steps::new(false, folder).unwrap()
    }

    #[test]
    fn a_command_that_says_no_fails_the_step_and_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let outcome = steps(folder.path()).run("a step", |step| {
            step.exec(Command::new("sh").args(["-c", "exit 3"]))
        });
        let text = outcome.unwrap_err().to_string();
        assert!(text.starts_with("failed: a step (sh -c exit 3)."), "{text}");
        assert!(text.contains("a-step.log"), "{text}");
    }

    #[test]
    fn a_registry_that_does_not_answer_is_told_from_other_failures() {
        let folder = tempfile::tempdir().unwrap();
        let mut steps = steps(folder.path());
        let offline = steps.run("offline", |step| {
            let script = "echo 'npm error code EAI_AGAIN' >&2; exit 1";
            step.fetch("Playwright", Command::new("sh").args(["-c", script]))
        });
        let text = offline.unwrap_err().to_string();
        assert!(
            text.starts_with("Playwright needs the network and it did not answer"),
            "{text}"
        );
        let other = steps.run("other", |step| {
            step.fetch(
                "Playwright",
                Command::new("sh").args(["-c", "echo disk full; exit 1"]),
            )
        });
        assert!(matches!(other, Err(Failure::Step { .. })));
    }

    #[test]
    fn both_streams_are_kept_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let output = steps(folder.path()).run("streams", |step| {
            step.exec(Command::new("sh").args(["-c", "echo one; echo two >&2; echo three"]))?;
            Ok(step.output())
        });
        assert_eq!(output.unwrap(), "one\ntwo\nthree\n");
    }

    #[test]
    fn the_summary_names_every_step_and_how_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let mut steps = steps(folder.path());
        let _ = steps.run("good", |step| {
            step.note("3 passed");
            Ok(())
        });
        let _ = steps.run::<()>("bad", |_| Err(Failure::Interrupted));
        let summary = steps.summary();
        let lines: Vec<_> = summary.lines().collect();
        assert!(lines[1].starts_with("  ok      good") && lines[1].ends_with("   3 passed"));
        assert!(lines[2].starts_with("  failed  bad"));
        assert!(lines[3].trim_start().starts_with("in all"));
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(spoken(Duration::from_millis(840)), "0.8 s");
        assert_eq!(spoken(Duration::from_secs(42)), "42 s");
        assert_eq!(spoken(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn colours_are_taken_out() {
        assert_eq!(
            without_colours("\u{1b}[1;32mtest result\u{1b}[0m: ok"),
            "test result: ok"
        );
        assert_eq!(without_colours("cut \u{1b}[1"), "cut ");
    }
}
