//! What a command ends with when it does not end well: one sentence each, that says what and
//! what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A command that a step ran said no. Its output is already on the screen.
    #[error("failed: {step} ({command}). The whole output is in {log}.")]
    Step {
        step: String,
        command: String,
        log: String,
    },
    /// Tests failed. What they said is already on the screen.
    #[error("tests failed: {failed}. The whole output is in {log}.")]
    Tests { failed: String, log: String },
    /// A command had nothing to show for itself.
    #[error("failed: {0}.")]
    Empty(String),
    /// Ctrl-C.
    #[error("stopped.")]
    Interrupted,
    /// An address is taken.
    #[error(
        "{what} cannot listen on {address}: another program does. Stop that and run this again \
         (`ss -ltnp` or `lsof -i :{port}` names it)."
    )]
    PortInUse {
        what: &'static str,
        address: String,
        port: u16,
    },
    /// An address cannot be had for another reason.
    #[error("{what} cannot listen on {address}: {source}.")]
    Port {
        what: &'static str,
        address: String,
        source: io::Error,
    },
    /// A registry did not answer.
    #[error(
        "{what} needs the network and it did not answer: connect and run this again. The whole \
         output is in {log}."
    )]
    NoNetwork { what: String, log: String },
    /// A program is missing.
    #[error("{program} is not on PATH: {remedy}, and run this again.")]
    Missing {
        program: &'static str,
        remedy: &'static str,
    },
    /// Node is too old.
    #[error("Node {found} is too old: install Node {wanted} or newer, and run this again.")]
    OldNode { found: String, wanted: u32 },
    /// A package of the system is missing and may not be installed from here.
    #[error("{what} is missing: {remedy}, and run this again.")]
    NotInstalled { what: &'static str, remedy: String },
    /// Several things are missing.
    #[error("this machine is not ready.\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Requirements(Vec<Failure>),
    /// The disk is full.
    #[error(
        "the disk is full: make room and run this again (`cargo clean` removes everything that was \
         built). The whole output is in {log}."
    )]
    NoSpace { log: String },
    /// `run --real` without credentials.
    #[error(
        "`--real` needs credentials and found none: copy .env.example to .env, fill in \
         SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET, and run this again."
    )]
    NoCredentials,
    /// A setting that this command has to read itself is wrong.
    #[error("{name} is not an address to listen on ({value}): write it as 127.0.0.1:3000.")]
    Setting { name: &'static str, value: String },
    /// The app or the sandbox ended by itself.
    #[error("{what} ended by itself ({status}), so everything was stopped. Its log is {log}.")]
    Died {
        what: &'static str,
        status: String,
        log: String,
    },
    /// The app or the sandbox did not get ready.
    #[error("{what} did not answer at {url} within {seconds} s. Its log is {log}.")]
    NotReady {
        what: &'static str,
        url: String,
        seconds: u64,
        log: String,
    },
    /// The system does not say how a child ended.
    #[error("cannot wait for a program that was started: {0}.")]
    Wait(io::Error),
    /// A program cannot be started at all.
    #[error("cannot start {program}: {source}.")]
    Start { program: String, source: io::Error },
    /// A file or folder is not as it must be.
    #[error("{path}: {source}.")]
    File { path: String, source: io::Error },
    /// What another program wrote cannot be understood.
    #[error("{what} cannot be understood: {why}.")]
    Understand { what: &'static str, why: String },
    /// The system does not tell of changed files.
    #[error("cannot watch the sources: {0}.")]
    Watch(#[from] notify_debouncer_full::notify::Error),
    /// No signal handler.
    #[error("cannot listen for Ctrl-C: {0}.")]
    Signals(#[from] ctrlc::Error),
}

impl Failure {
    /// What the command answers to the shell: 3 where the machine is the trouble and nothing in the
    /// project, 130 after Ctrl-C, 1 for everything else. (2 is a wrong command line.)
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::PortInUse { .. }
            | Self::Port { .. }
            | Self::NoNetwork { .. }
            | Self::NoSpace { .. }
            | Self::Missing { .. }
            | Self::OldNode { .. }
            | Self::NotInstalled { .. }
            | Self::Requirements(_) => 3,
            // What a shell answers for a command that Ctrl-C ended.
            Self::Interrupted => 130,
            _ => 1,
        }
    }
}

/// Names the file in what the system says about it.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path: PathBuf = path.to_owned();
    move |source| Failure::File {
        path: path.display().to_string(),
        source,
    }
}
