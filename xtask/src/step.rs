//! A step has a name, shows that it is alive, says how long it took, and keeps what its commands
//! write until somebody needs it.

mod screen;
mod times;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use crate::failure::{Failure, at};
use crate::process::{Output, Running, spelled};
use screen::Screen;
use times::Times;

/// How much of a long output is shown when a step fails.
const SHOWN_LINES: usize = 200;

/// How many of the slowest tests are named at the end.
const SLOWEST: usize = 20;

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
    /// The steps that are still to come, as far as they are known.
    planned: Vec<String>,
    done: Vec<Done>,
    times: Times,
    tests: Vec<TestTime>,
}

/// How long a test took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestTime {
    pub(crate) name: String,
    pub(crate) took: Duration,
}

/// A command that runs beside other steps. Dropping it ends the command.
pub(crate) struct Pending {
    name: &'static str,
    spelled: String,
    started: SystemTime,
    running: Running,
    log: PathBuf,
}

/// What became of a command that may fail.
pub(crate) struct Ended {
    pub(crate) well: bool,
    /// What it wrote.
    pub(crate) text: String,
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
            planned: Vec::new(),
            done: Vec::new(),
            times: Times::load(folder),
            tests: Vec::new(),
        })
    }

    /// Says which steps are to come, so that each can tell which of how many it is.
    pub(crate) fn plan(&mut self, names: impl IntoIterator<Item = impl Into<String>>) {
        self.planned.extend(names.into_iter().map(Into::into));
    }

    /// Forgets the steps that were done or planned: what follows is counted from one.
    pub(crate) fn start_over(&mut self) {
        self.planned.clear();
        self.done.clear();
        self.started = Instant::now();
    }

    /// `2 of 7`. A step that was not planned is one more.
    fn number(&mut self, name: &str) -> String {
        if let Some(place) = self.planned.iter().position(|planned| *planned == name) {
            self.planned.remove(place);
        }
        let number = self.done.len() + 1;
        format!("{number} of {}", number + self.planned.len())
    }

    /// Runs one step.
    pub(crate) fn run<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Step) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let log = self.log(name);
        File::create(&log).map_err(at(&log))?;
        self.run_in(name, log, work)
    }

    /// Runs one step that writes to the end of a file.
    fn run_in<T>(
        &mut self,
        name: &str,
        log: PathBuf,
        work: impl FnOnce(&mut Step) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let file = File::options().append(true).open(&log).map_err(at(&log))?;
        let number = self.number(name);
        let mut screen = Screen::begin();
        if let Some(forecast) = self.times.forecast(name) {
            screen.say(&format!("  {number:<9} {name}: {forecast}"));
        }
        let mut step = Step {
            name: name.to_owned(),
            log,
            file,
            note: String::new(),
            verbose: self.verbose,
            shown: 0,
            screen,
            tests: Vec::new(),
        };
        let outcome = work(&mut step);
        let took = step.screen.end(name, &step.note, outcome.is_ok());
        if outcome.is_ok() {
            self.times.remember(name, took);
        }
        self.tests.append(&mut step.tests);
        self.done.push(Done {
            name: step.name,
            took,
            note: step.note,
            well: outcome.is_ok(),
        });
        outcome
    }

    /// Starts the command of a step that runs beside others. [`finish`](Self::finish) waits for it.
    pub(crate) fn begin(
        &self,
        name: &'static str,
        command: &mut Command,
    ) -> Result<Pending, Failure> {
        let log = self.log(name);
        let file = File::create(&log).map_err(at(&log))?;
        Ok(Pending {
            name,
            spelled: spelled(command),
            started: SystemTime::now(),
            running: Running::start(command, &Output::File(&file))?,
            log,
        })
    }

    /// Waits for a command that was started beside other steps, and answers what it wrote.
    pub(crate) fn finish(&mut self, pending: Pending) -> Result<String, Failure> {
        let Pending {
            name,
            spelled,
            started,
            mut running,
            log,
        } = pending;
        self.run_in(name, log, |step| {
            let ended = running.wait(None, || step.alive())?;
            // It ended when it last wrote, and not when somebody came to look.
            let last = fs::metadata(&step.log).and_then(|log| log.modified());
            let took = last.ok().and_then(|last| last.duration_since(started).ok());
            step.note(format!(
                "{} beside other steps",
                spoken(took.unwrap_or_default())
            ));
            if ended.is_some_and(|status| status.success()) {
                return Ok(step.output());
            }
            if is_full(&step.output()) {
                return Err(step.no_space());
            }
            step.show();
            Err(step.failed(spelled))
        })
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
        let mut tests: Vec<_> = self.tests.iter().collect();
        tests.sort_by_key(|test| std::cmp::Reverse(test.took));
        if !tests.is_empty() {
            let _ = writeln!(text, "\n  the slowest of {} tests", tests.len());
        }
        for TestTime { name, took } in tests.into_iter().take(SLOWEST) {
            let _ = writeln!(text, "  {:>8.1} s  {name}", took.as_secs_f64());
        }
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
    tests: Vec<TestTime>,
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
        if self.go(command)? {
            return Ok(());
        }
        if is_full(&self.output()) {
            return Err(self.no_space());
        }
        self.show();
        Err(self.failed(spelled(command)))
    }

    /// Runs a command that fetches something: a failure that the network explains says so.
    pub(crate) fn fetch(&mut self, what: &str, command: &mut Command) -> Result<(), Failure> {
        if self.go(command)? {
            return Ok(());
        }
        let output = self.output();
        if is_full(&output) {
            return Err(self.no_space());
        }
        if is_offline(&output) {
            let log = self.log.display().to_string();
            return Err(Failure::NoNetwork {
                what: what.to_owned(),
                log,
            });
        }
        self.show();
        Err(self.failed(spelled(command)))
    }

    /// Runs a command that may fail.
    pub(crate) fn try_exec(&mut self, command: &mut Command) -> Result<Ended, Failure> {
        let before = fs::metadata(&self.log).map_or(0, |about| about.len());
        let well = self.go(command)?;
        let bytes = fs::read(&self.log).unwrap_or_default();
        let written = bytes
            .get(usize::try_from(before).unwrap_or(usize::MAX)..)
            .unwrap_or_default();
        let text = without_colours(&String::from_utf8_lossy(written));
        if !well && is_full(&text) {
            return Err(self.no_space());
        }
        if !well {
            self.screen.say(&text);
        }
        Ok(Ended { well, text })
    }

    /// Fails where something is in the list of what failed.
    pub(crate) fn refuse(&self, failed: &[String]) -> Result<(), Failure> {
        if failed.is_empty() {
            return Ok(());
        }
        Err(Failure::Tests {
            failed: failed.join(", "),
            log: self.log.display().to_string(),
        })
    }

    /// Keeps how long tests took, for the table at the end.
    pub(crate) fn time_tests(&mut self, times: impl IntoIterator<Item = TestTime>) {
        self.tests.extend(times);
    }

    /// What the commands of this step wrote so far.
    pub(crate) fn output(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        without_colours(&String::from_utf8_lossy(&bytes))
    }

    /// Runs a command to its end; whether it succeeded.
    fn go(&mut self, command: &mut Command) -> Result<bool, Failure> {
        if self.screen.is_terminal() {
            // It writes to a file and would do without colours.
            command.env("CARGO_TERM_COLOR", "always");
        }
        if self.verbose {
            self.screen.say(&format!("$ {}", spelled(command)));
        }
        let mut child = Running::start(command, &Output::File(&self.file))?;
        let ended = child.wait(None, || self.alive());
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

    fn no_space(&self) -> Failure {
        Failure::NoSpace {
            log: self.log.display().to_string(),
        }
    }

    fn failed(&self, command: String) -> Failure {
        Failure::Step {
            step: self.name.clone(),
            command,
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

/// Whether a command failed because the disk is full, in the words of the system or of Node.
fn is_full(output: &str) -> bool {
    ["No space left on device", "ENOSPC"]
        .iter()
        .any(|mark| output.contains(mark))
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
    fn a_full_disk_is_told_from_other_failures() {
        let folder = tempfile::tempdir().unwrap();
        let script = "echo 'error: No space left on device (os error 28)' >&2; exit 1";
        for fetch in [false, true] {
            let failure = steps(folder.path()).run("full", |step| {
                let mut command = Command::new("sh");
                command.args(["-c", script]);
                if fetch {
                    step.fetch("Playwright", &mut command)
                } else {
                    step.exec(&mut command)
                }
            });
            let failure = failure.unwrap_err();
            assert!(
                failure
                    .to_string()
                    .starts_with("the disk is full: make room"),
                "{failure}"
            );
            assert_eq!(failure.exit_code(), 3);
        }
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
    fn a_step_knows_which_of_how_many_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut steps = steps(folder.path());
        steps.plan(["one", "two"]);
        assert_eq!(steps.number("one"), "1 of 2");
        steps.run("one", |_| Ok(())).unwrap();
        assert_eq!(steps.number("not planned"), "2 of 3");
        steps.run("not planned", |_| Ok(())).unwrap();
        assert_eq!(steps.number("two"), "3 of 3");
        steps.start_over();
        assert_eq!(steps.number("again"), "1 of 1");
    }

    #[test]
    fn a_command_beside_other_steps_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut steps = steps(folder.path());
        // Each waits to be told to go on.
        let [well, badly] = ["well", "badly"].map(|name| {
            let pipe = folder.path().join(name);
            assert!(
                Command::new("mkfifo")
                    .arg(&pipe)
                    .status()
                    .unwrap()
                    .success()
            );
            let code = if name == "well" { "0" } else { "3" };
            let script = format!("read _ < {}; exit {code}", pipe.display());
            steps
                .begin(name, Command::new("sh").args(["-c", &script]))
                .unwrap()
        });
        steps
            .run("meanwhile", |_| {
                ["well", "badly"].into_iter().try_for_each(|name| {
                    let pipe = folder.path().join(name);
                    fs::write(&pipe, "go\n").map_err(at(&pipe))
                })
            })
            .unwrap();
        steps.finish(well).unwrap();
        let failure = steps.finish(badly).unwrap_err();
        assert!(matches!(failure, Failure::Step { .. }), "{failure}");
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
