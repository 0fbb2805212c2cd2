//! One node: the real program, with a signal for everything that can happen to it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

use crate::cluster::{HOST, Settings};

/// How long a node may take to start, and to stop.
const BOUND: Duration = Duration::from_secs(30);
/// How often it is asked whether it did.
const POLL: Duration = Duration::from_millis(20);

/// A place among the nodes, and the program that stands there.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    log: PathBuf,
    program: Mutex<Option<Child>>,
    /// Whether the balancer sends requests here.
    open: AtomicBool,
    /// How many are under way.
    busy: AtomicUsize,
}

impl Node {
    /// A place on a port that was free just now.
    pub(crate) fn new(log: PathBuf) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        Self {
            address: listener.local_addr().expect("an address"),
            log,
            program: Mutex::default(),
            open: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
        }
    }

    /// Starts the program, waits until it is ready, and lets requests in.
    pub(crate) async fn start(&self, settings: &Settings) {
        let log = File::options().append(true).create(true).open(&self.log);
        let log = log.expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_stagedoor"));
        command
            .env_clear()
            .envs(settings.variables())
            .env("STAGEDOOR_LISTEN", self.address.to_string())
            .current_dir(settings.folder())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true);
        let program = command.spawn().expect("the program starts");
        *self.program.lock().await = Some(program);
        let ready = async {
            while !self.is_ready().await {
                let mut program = self.program.lock().await;
                let status = program.as_mut().and_then(|one| one.try_wait().ok()?);
                assert!(status.is_none(), "{status:?}: {}", self.told());
                drop(program);
                tokio::time::sleep(POLL).await;
            }
        };
        let ready = tokio::time::timeout(BOUND, ready).await;
        assert!(ready.is_ok(), "it does not get ready: {}", self.told());
        self.open.store(true, Ordering::SeqCst);
    }

    /// Waits until it says that it can serve.
    pub(crate) async fn until_ready(&self) {
        self.until(true).await;
    }

    /// Waits until it says that it cannot serve for now.
    pub(crate) async fn until_not_ready(&self) {
        self.until(false).await;
    }

    async fn until(&self, ready: bool) {
        let waiting = async {
            while self.is_ready().await != ready {
                tokio::time::sleep(POLL).await;
            }
        };
        let in_time = tokio::time::timeout(BOUND, waiting).await;
        assert!(in_time.is_ok(), "ready: {ready}? {}", self.told());
    }

    async fn is_ready(&self) -> bool {
        let request = crate::browser::client().get(format!("http://{}/readyz", self.address));
        let answer = request.header("host", HOST).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Its log so far.
    pub(crate) fn told(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether the balancer sends requests here.
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::SeqCst)
    }

    /// Notes a request under way, as long as what is answered lives.
    pub(crate) fn visited(&self) -> Visit<'_> {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Visit(self)
    }

    /// Takes it out of the balancer, waits for what is under way, and stops it as an operator does.
    pub(crate) async fn retire(&self) {
        self.open.store(false, Ordering::SeqCst);
        let idle = async {
            while self.busy.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(POLL).await;
            }
        };
        let idle = tokio::time::timeout(BOUND, idle).await;
        assert!(idle.is_ok(), "a request never ends: {}", self.told());
        self.signal(Signal::SIGTERM).await;
        let status = tokio::time::timeout(BOUND, self.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it does not stop: {}", self.told()));
        assert!(status.success(), "{status}: {}", self.told());
    }

    /// Ends it without a word. The balancer does not know.
    pub(crate) async fn kill(&self) {
        self.signal(Signal::SIGKILL).await;
        self.wait().await;
    }

    /// Stops it in the middle of whatever it does; it hears nothing, and answers nothing.
    pub(crate) async fn pause(&self) {
        self.signal(Signal::SIGSTOP).await;
    }

    /// Lets it go on.
    pub(crate) async fn go_on(&self) {
        self.signal(Signal::SIGCONT).await;
    }

    /// The number of its process.
    pub(crate) async fn id(&self) -> i32 {
        let program = self.program.lock().await;
        let id = program.as_ref().and_then(Child::id).expect("a process");
        i32::try_from(id).expect("a number of a process")
    }

    async fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.id().await), signal).expect("a signal");
    }

    async fn wait(&self) -> std::process::ExitStatus {
        let mut program = self.program.lock().await;
        let program = program.as_mut().expect("a process");
        program.wait().await.expect("an end")
    }
}

/// A request under way.
pub(crate) struct Visit<'a>(&'a Node);

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}
