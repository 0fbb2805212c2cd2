//! The sandbox as a program.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use sandbox::Sandbox;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

/// A local Spotify and Google for development and end-to-end tests.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// A loopback address and port.
    #[arg(long, default_value = "127.0.0.1:4400")]
    listen: SocketAddr,
    /// What catalogue and tokens are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            // Where there is no standard error left, there is no one to tell.
            let _ = writeln!(io::stderr(), "sandbox: {sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), String> {
    let sandbox = Sandbox::start_with(args.listen, args.seed)
        .await
        .map_err(|e| e.to_string())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|e| e.to_string())?;
    // A closed standard output is no reason to stop.
    let _ = writeln!(
        io::stdout(),
        "Sandbox ready at {0} (control panel: {0}/control)",
        sandbox.url()
    );
    tokio::select! {
        _ = ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    sandbox.stop().await;
    Ok(())
}
