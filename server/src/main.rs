//! The `stagedoor` program.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use server::clock::Clock;
use server::rng::Rng;
use server::router::router;
use server::settings::{Environment, Settings};
use server::site::Site;
use server::world::World;
use tracing_subscriber::EnvFilter;

/// How long a shutdown waits for answers under way, and then for exchanges and refreshes.
const SHUTDOWN: Duration = Duration::from_secs(15);
/// How often what is past its time is forgotten.
const TIDY: Duration = Duration::from_mins(1);

/// Signs people in with Spotify and keeps every provider token out of JavaScript's reach.
#[derive(Debug, Parser)]
#[command(name = "stagedoor", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the app. This is what happens without a command.
    Serve,
    /// Print every setting, where it came from, and what is wrong.
    Check,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let environment = Environment::read(Path::new("."), variables());
    let read = Settings::from_environment(&environment);
    match (arguments.command.unwrap_or(Command::Serve), read) {
        (Command::Check, Ok((_, report))) => {
            say(&report.to_string());
            ExitCode::SUCCESS
        }
        (Command::Check, Err(report)) => {
            say(&report.to_string());
            ExitCode::FAILURE
        }
        (Command::Serve, Err(report)) => {
            complain(&format!(
                "stagedoor cannot start: its settings are not right.\n{report}"
            ));
            ExitCode::FAILURE
        }
        (Command::Serve, Ok((settings, report))) => {
            log();
            for (variable, sentence) in report.warnings() {
                tracing::warn!("{variable} {sentence}");
            }
            match serve(settings).await {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    complain(&format!(
                        "stagedoor cannot serve: {}\n",
                        causes(error.as_ref())
                    ));
                    ExitCode::FAILURE
                }
            }
        }
    }
}

async fn serve(settings: Settings) -> Result<(), Box<dyn std::error::Error>> {
    let (wanted, origin) = (settings.listen, settings.origin.as_str().to_owned());
    // Before anything is made: a port in use is the likeliest reason not to start.
    let listener = tokio::net::TcpListener::bind(wanted)
        .await
        .map_err(|error| format!("STAGEDOOR_LISTEN={wanted} cannot be listened on ({error})"))?;
    // Port 0 is whichever is free: only the listener knows.
    let address = listener.local_addr()?;
    let site = Site::find();
    if !Path::new(site.root()).join("pkg").is_dir() {
        return Err(format!(
            "the site is not at {}; build it with `cargo xtask build`, or name its folder in LEPTOS_SITE_ROOT",
            site.root()
        )
        .into());
    }
    let world = Arc::new(World::new(settings, Clock::system(), Rng::system()?).await?);
    let tidying = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            let mut interval = tokio::time::interval(TIDY);
            loop {
                interval.tick().await;
                world.tidy().await;
            }
        }
    });
    let following = tokio::spawn({
        let world = Arc::clone(&world);
        async move { world.follow().await }
    });
    let service =
        router(Arc::clone(&world), &site).into_make_service_with_connect_info::<SocketAddr>();
    tracing::info!(%address, origin, "listening");
    let serving = axum::serve(listener, service).with_graceful_shutdown(signal());
    tokio::select! {
        result = serving => result?,
        // A client that never takes its answer must not keep the process.
        () = async { signal().await; tokio::time::sleep(SHUTDOWN).await } => {
            tracing::warn!("connections were still open");
        }
    }
    tracing::info!("stopping");
    tidying.abort();
    following.abort();
    world.tasks.close();
    if tokio::time::timeout(SHUTDOWN, world.tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!("an exchange or a refresh was still under way");
    }
    world.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// The variables of this process that are text.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Waits for the signal to stop.
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        tracing::error!("signals cannot be waited for; stop this process by force");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Logs as lines for people, or with `STAGEDOOR_LOG=json` as JSON for machines.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // A file or a journal takes colours for text (https://no-color.org).
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(!is_plain && std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if std::env::var("STAGEDOOR_LOG").as_deref() == Ok("json") {
        builder.json().init();
    } else {
        builder.init();
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Writing to a closed pipe is no reason to fail.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn complain(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}
