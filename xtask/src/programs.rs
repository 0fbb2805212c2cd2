//! Programs that run until they are stopped, each with a log of its own.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, at};
use crate::http;
use crate::interrupt;
use crate::process::{Output, Running};
use crate::step::Steps;

/// How long a program may take to answer for the first time.
const START: Duration = Duration::from_secs(30);

/// A program that runs until it is stopped.
pub(crate) struct Program {
    pub(crate) what: &'static str,
    pub(crate) running: Running,
    log: PathBuf,
    grace: Duration,
}

impl Program {
    /// Starts it with an empty log.
    pub(crate) fn start(
        what: &'static str,
        command: &mut Command,
        steps: &Steps,
        grace: Duration,
    ) -> Result<Self, Failure> {
        let log = steps.log(what);
        File::create(&log).map_err(at(&log))?;
        Ok(Self {
            what,
            running: run(command, &log, steps)?,
            log,
            grace,
        })
    }

    /// Starts it again after it ended; its log goes on.
    pub(crate) fn restart(&mut self, command: &mut Command, steps: &Steps) -> Result<(), Failure> {
        self.running = run(command, &self.log, steps)?;
        Ok(())
    }

    /// Stops it.
    pub(crate) fn stop(&mut self) {
        self.running.stop(self.grace);
    }

    /// Why everything is stopped: this program ended by itself.
    fn died(&self, status: ExitStatus) -> Failure {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(20)..] {
            println!("          {line}");
        }
        let log = self.log.display().to_string();
        Failure::Died {
            what: self.what,
            status: status.to_string(),
            log,
        }
    }
}

/// Starts a command that writes to the end of its log, or, where all output is passed through, to
/// the screen.
fn run(command: &mut Command, log: &Path, steps: &Steps) -> Result<Running, Failure> {
    if steps.verbose() {
        return Running::start(command, &Output::Screen);
    }
    let file = File::options().append(true).open(log).map_err(at(log))?;
    Running::start(command, &Output::File(&file))
}

/// The programs under way. Whatever happens here, dropping them ends them.
pub(crate) struct Programs(pub(crate) Vec<Program>);

impl Programs {
    /// Waits until the first of them answers 200.
    pub(crate) fn await_answer(
        &mut self,
        address: SocketAddr,
        host: &str,
        path: &str,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            self.look()?;
            if http::get(address, host, path).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if started.elapsed() > START {
                let Some(Program { what, log, .. }) = self.0.first() else {
                    return Ok(());
                };
                return Err(Failure::NotReady {
                    what,
                    url: format!("http://{address}{path}"),
                    seconds: START.as_secs(),
                    log: log.display().to_string(),
                });
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until one of them ends or somebody asks to stop.
    pub(crate) fn watch(&mut self) -> Result<(), Failure> {
        loop {
            self.look()?;
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Refuses to go on where one of them ended, or somebody asks to stop.
    pub(crate) fn look(&mut self) -> Result<(), Failure> {
        // First, because a Ctrl-C that also ended a program is no failure of that program.
        if interrupt::requested() {
            return Err(Failure::Interrupted);
        }
        for program in &mut self.0 {
            if let Some(status) = program.running.ended()? {
                return Err(program.died(status));
            }
        }
        Ok(())
    }

    /// Stops them in order.
    pub(crate) fn stop(&mut self) {
        for program in &mut self.0 {
            program.stop();
        }
    }
}
