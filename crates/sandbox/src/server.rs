//! A sandbox on a socket.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::control::Control;
use crate::router::router;
use crate::world::World;

/// The seed of a sandbox that was given none.
const SEED: u64 = 1;
/// How long open connections may take to end.
const PATIENCE: Duration = Duration::from_secs(3);

/// A running sandbox; it stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    world: World,
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

/// Why a sandbox could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address belongs to the outside.
    #[error("{0} is not a loopback address; the sandbox listens on loopback alone")]
    NotLoopback(SocketAddr),
    /// Someone else listens there.
    #[error("port {} is in use; stop what listens there, or choose another with --listen", .0.port())]
    PortInUse(SocketAddr),
    /// Any other trouble with the socket.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
}

impl Sandbox {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When the machine has no free port.
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await
            .expect("a free loopback port")
    }

    /// Starts at this address.
    ///
    /// # Errors
    /// The address is not a loopback address, is in use, or cannot be had.
    pub async fn start_at(addr: SocketAddr) -> Result<Self, StartError> {
        Self::start_with(addr, SEED).await
    }

    /// Starts at this address, with a catalogue and tokens that follow from `seed`.
    ///
    /// # Errors
    /// As [`Sandbox::start_at`].
    pub async fn start_with(addr: SocketAddr, seed: u64) -> Result<Self, StartError> {
        if !addr.ip().is_loopback() {
            return Err(StartError::NotLoopback(addr));
        }
        let failure = |error: io::Error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse(addr),
            _ => StartError::Listen(addr, error),
        };
        let listener = TcpListener::bind(addr).await.map_err(failure)?;
        let addr = listener.local_addr().map_err(failure)?;
        let world = World::new(addr.port(), seed);
        let (stop, stopped) = oneshot::channel();
        let server = axum::serve(listener, router(world.clone())).with_graceful_shutdown(async {
            // Dropping the sender means the same.
            let _ = stopped.await;
        });
        let serving = tokio::spawn(async {
            // Accepting never fails for good: axum waits and tries again.
            let _ = server.await;
        });
        Ok(Self {
            world,
            addr,
            stop: Some(stop),
            serving: Some(serving),
        })
    }

    /// Where clients address it, without a slash at the end: `http://localhost:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        self.world.base().to_owned()
    }

    /// The socket address.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The handle that changes what it does.
    #[must_use]
    pub fn control(&self) -> Control {
        self.world.control()
    }

    /// Stops: open requests get a moment to end, hanging ones are let go.
    pub async fn stop(mut self) {
        self.signal();
        if let Some(mut serving) = self.serving.take()
            && timeout(PATIENCE, &mut serving).await.is_err()
        {
            serving.abort();
        }
    }

    fn signal(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended on its own already.
            let _ = stop.send(());
        }
        self.world.release();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.signal();
    }
}
