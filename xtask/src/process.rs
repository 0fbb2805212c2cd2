//! Child processes: each leads a process group of its own, so that it can be stopped together
//! with whatever it started, and none outlives this command.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::failure::Failure;
use crate::interrupt;

/// How often a child is asked whether it has ended.
const POLL: Duration = Duration::from_millis(40);

/// A command without what cargo told *this* program about its own package: build scripts that
/// look at those variables would otherwise run again whenever cargo is called from here.
///
/// Where nothing is built twice, in CI, it also leaves nothing behind for a second build.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    if std::env::var_os("CI").is_some() && std::env::var_os("CARGO_INCREMENTAL").is_none() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// A command of the cargo that started this program.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The same command with the rest of the machine served first.
pub(crate) fn making_way(command: &Command) -> Command {
    let mut nice = Command::new("nice");
    nice.args(["-n", "10"])
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        nice.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => nice.env(name, value),
            None => nice.env_remove(name),
        };
    }
    nice
}

/// Where a child writes.
pub(crate) enum Output<'a> {
    /// Where this program writes.
    Screen,
    /// Both its streams into one file, in the order it writes them.
    File(&'a File),
}

/// A child under way. Dropping it ends it.
pub(crate) struct Running {
    child: Child,
    group: Option<Pid>,
    ended: Option<ExitStatus>,
}

impl Running {
    /// Starts `command` with an empty standard input.
    pub(crate) fn start(command: &mut Command, output: &Output<'_>) -> Result<Self, Failure> {
        let program = command.get_program().to_string_lossy().into_owned();
        let started = Self::spawn(command, output);
        started.map_err(|source| Failure::Start { program, source })
    }

    fn spawn(command: &mut Command, output: &Output<'_>) -> io::Result<Self> {
        command.stdin(Stdio::null()).process_group(0);
        if let Output::File(file) = output {
            command.stdout(file.try_clone()?).stderr(file.try_clone()?);
        }
        let child = command.spawn()?;
        let group = i32::try_from(child.id()).ok().map(Pid::from_raw);
        Ok(Self {
            child,
            group,
            ended: None,
        })
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().map_err(Failure::Wait)?;
            if self.ended.is_some() {
                // Its leader is gone; whatever it left behind goes too.
                self.signal(Signal::SIGTERM);
            }
        }
        Ok(self.ended)
    }

    /// Waits for its end, calling `meanwhile` now and then; ends it when somebody asks to stop,
    /// or after `limit`.
    pub(crate) fn wait(
        &mut self,
        limit: Option<Duration>,
        mut meanwhile: impl FnMut(),
    ) -> Result<Option<ExitStatus>, Failure> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.ended()? {
                return Ok(Some(status));
            }
            if interrupt::requested() {
                self.stop(Duration::from_secs(10));
                return Err(Failure::Interrupted);
            }
            if limit.is_some_and(|limit| started.elapsed() > limit) {
                self.stop(Duration::from_secs(2));
                return Ok(None);
            }
            meanwhile();
            thread::sleep(POLL);
        }
    }

    /// Asks it to end, waits for at most `grace`, then ends it. A second Ctrl-C cuts the grace
    /// short.
    pub(crate) fn stop(&mut self, grace: Duration) {
        self.stop_by(Signal::SIGTERM, grace);
    }

    /// The same for a program that wants to be asked by another signal.
    pub(crate) fn stop_by(&mut self, signal: Signal, grace: Duration) {
        self.signal(signal);
        // One that is paused hears nothing else.
        self.signal(Signal::SIGCONT);
        let asked = Instant::now();
        while matches!(self.ended(), Ok(None)) {
            if asked.elapsed() > grace || interrupt::insisted() {
                self.signal(Signal::SIGKILL);
                let _ = self.child.wait();
                return;
            }
            thread::sleep(POLL);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // A group that is gone already is what we want.
            let _ = killpg(group, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.ended(), Ok(None) | Err(_)) {
            self.signal(Signal::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

/// What a quick question to another program answers on standard output; `None` where the program
/// is missing or says no.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command as a person would type it.
pub(crate) fn spelled(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|part| part.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_spelled_without_its_folder() {
        let mut command = Command::new("/opt/tools/cargo");
        command.args(["fmt", "--check"]);
        assert_eq!(spelled(&command), "cargo fmt --check");
    }

    #[test]
    fn a_child_over_its_limit_is_ended() {
        let file = tempfile::tempfile().unwrap();
        let mut child =
            Running::start(Command::new("sleep").arg("600"), &Output::File(&file)).unwrap();
        let status = child.wait(Some(Duration::ZERO), || {}).unwrap();
        assert!(status.is_none());
        assert!(child.ended().unwrap().is_some());
    }

    #[test]
    fn a_child_that_is_paused_hears_that_it_is_to_stop() {
        let file = tempfile::tempfile().unwrap();
        let mut child =
            Running::start(Command::new("sleep").arg("600"), &Output::File(&file)).unwrap();
        child.signal(Signal::SIGSTOP);
        child.stop(Duration::from_mins(1));
        let status = child.ended().unwrap().unwrap();
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(15)
        );
    }

    #[test]
    fn what_a_child_left_behind_is_ended_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}", pid.display());
        let file = tempfile::tempfile().unwrap();
        let mut child = Running::start(
            Command::new("sh").args(["-c", &script]),
            &Output::File(&file),
        )
        .unwrap();
        assert!(child.wait(None, || {}).unwrap().unwrap().success());
        let left = Pid::from_raw(
            std::fs::read_to_string(pid)
                .unwrap()
                .trim()
                .parse()
                .unwrap(),
        );
        // An ended process stays known until whoever inherited it has looked; a zombie is as
        // good as gone.
        while nix::sys::signal::kill(left, None).is_ok() {
            let state = std::fs::read_to_string(format!("/proc/{left}/stat")).unwrap_or_default();
            if state.contains(") Z ") {
                break;
            }
            thread::yield_now();
        }
    }

    #[test]
    fn a_program_that_does_not_exist_has_no_answer() {
        assert_eq!(answer(&mut Command::new("no-such-program-here")), None);
        assert_eq!(
            answer(Command::new("echo").arg("hello")).as_deref(),
            Some("hello")
        );
    }

    #[test]
    fn a_program_that_does_not_exist_is_named() {
        let Err(failure) = Running::start(&mut Command::new("no-such-program"), &Output::Screen)
        else {
            panic!("it cannot start");
        };
        assert!(
            failure
                .to_string()
                .starts_with("cannot start no-such-program: ")
        );
    }
}
