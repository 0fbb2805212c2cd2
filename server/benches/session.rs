//! Requests per second of `GET /api/session`, signed in, beside an empty Leptos server function and
//! a bare axum handler, over sockets and in the same run; then one check of a session alone, without
//! a socket, with its account in the cache and out of it. `cargo bench -p server --bench session`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use axum::routing::get;
use axum::{Json, Router};
use http_body_util::BodyExt as _;
use leptos::prelude::{ServerFnError, server};
use leptos::server_fn::codec::GetUrl;
use sandbox::Sandbox;
use serde_json::{Value, json};
use server::clock::Clock;
use server::cookies::Jar;
use server::rng::Rng;
use server::settings::Settings;
use server::site::Site;
use server::store::Store;
use server::world::World;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tower::ServiceExt as _;

const ORIGIN: &str = "http://127.0.0.1:3000";
const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(3);
const ROUNDS: usize = 5;
const CHECKS: usize = 2000;
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A server function that does nothing.
#[server(name = Nothing, prefix = "/bench", endpoint = "nothing", input = GetUrl)]
async fn nothing() -> Result<bool, ServerFnError> {
    std::future::ready(Ok(true)).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await;
    let folder = tempfile::tempdir()?;
    let (world, product, cookies) = signed_in(&sandbox, folder.path()).await?;
    let leptos = Router::new().route("/bench/nothing", get(leptos_axum::handle_server_fns));
    let bare = Router::new().route("/bare", get(|| async { Json(json!({"signed_in": true})) }));
    let contestants = [
        (
            "bare axum handler",
            serve(bare).await?,
            "/bare",
            String::new(),
        ),
        (
            "empty server function",
            serve(leptos).await?,
            "/bench/nothing",
            String::new(),
        ),
        (
            "GET /api/session",
            serve(product).await?,
            "/api/session",
            cookies.clone(),
        ),
    ];
    let mut rates: Vec<Vec<f64>> = vec![Vec::new(); contestants.len()];
    for _ in 0..ROUNDS {
        for (rates, (_, address, path, cookies)) in rates.iter_mut().zip(&contestants) {
            rates.push(rate(*address, path, cookies).await?);
        }
    }
    let medians: Vec<f64> = rates.iter_mut().map(|rates| median(rates)).collect();
    let mut out = std::io::stdout();
    for ((name, ..), median) in contestants.iter().zip(&medians) {
        writeln!(
            out,
            "{name:<24} {median:>9.0} requests/s, {:.2} of the bare handler",
            median / medians[0]
        )?;
    }
    writeln!(
        out,
        "GET /api/session runs at {:.2} of an empty server function",
        medians[2] / medians[1]
    )?;
    let (cold, warm) = checks(&world, &cookies).await?;
    writeln!(
        out,
        "one check of a session   {:.1} µs with the account in the cache, {:.1} µs without: {:.1} times",
        warm,
        cold,
        cold / warm
    )?;
    Ok(())
}

/// The median time of one check of a session in microseconds, with the account looked up in the
/// database and with it kept.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
async fn checks(world: &World, cookies: &str) -> Result<(f64, f64), Box<dyn std::error::Error>> {
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, cookies.parse()?);
    let account = world
        .peek_session(&Jar::read(&headers))
        .await?
        .0
        .account
        .ok_or("nobody is signed in")?
        .id;
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..CHECKS {
        world.views.invalidate_account(&account);
        for times in [&mut cold, &mut warm] {
            let started = Instant::now();
            world.tell_session(&mut Jar::read(&headers)).await?;
            times.push(started.elapsed().as_secs_f64() * 1e6);
        }
    }
    Ok((median(&mut cold), median(&mut warm)))
}

/// The whole router and the cookies of a browser that signed in.
async fn signed_in(
    sandbox: &Sandbox,
    folder: &Path,
) -> Result<(Arc<World>, Router, String), Box<dyn std::error::Error>> {
    let url = format!("{}/spotify", sandbox.url());
    let variables: BTreeMap<String, String> = [
        ("STAGEDOOR_ALLOW_LOOPBACK", "true"),
        ("STAGEDOOR_LIMITS", "off"),
        (
            "STAGEDOOR_KEYS",
            "a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=",
        ),
        ("SPOTIFY_CLIENT_ID", "sandbox-client"),
        ("SPOTIFY_CLIENT_SECRET", "sandbox-secret"),
        ("SPOTIFY_ACCOUNTS_URL", &url),
        ("SPOTIFY_API_URL", &url),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let (settings, _) = Settings::read(&variables).map_err(|report| report.to_string())?;
    let store = Store::open(None, folder).await?;
    let world = World::with_store(settings, Clock::system(), Rng::system()?, store).await?;
    let world = Arc::new(world);
    let router = server::router::router(Arc::clone(&world), &Site::at(folder, None, false));

    let begun = post(
        &router,
        "/api/sign-in/begin",
        "",
        &json!({"provider": "spotify", "code_challenge": CHALLENGE}),
    )
    .await?;
    let callback = sandbox
        .control()
        .authorize(begun.1["authorize_url"].as_str().unwrap_or_default(), "ada")?;
    let query = callback.split_once('?').map_or("", |(_, query)| query);
    let body = json!({"provider": "spotify", "query": query, "code_verifier": VERIFIER});
    let (cookies, answer) = post(&router, "/api/sign-in/complete", &begun.0, &body).await?;
    if answer["session"]["signed_in"] != true {
        return Err(format!("nobody is signed in: {answer}").into());
    }
    Ok((world, router, cookies))
}

/// Posts JSON as a page of the app does, and tells the cookies that the answer sets.
async fn post(
    router: &Router,
    path: &str,
    cookies: &str,
    body: &Value,
) -> Result<(String, Value), Box<dyn std::error::Error>> {
    let request = Request::post(path)
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::COOKIE, cookies)
        .header("x-stagedoor-csrf", "1")
        .body(Body::from(body.to_string()))?;
    let response = router.clone().oneshot(request).await?;
    let cookies: Vec<String> = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .filter(|line| !line.contains("Max-Age=0"))
        .filter_map(|line| line.split(';').next().map(str::to_owned))
        .collect();
    let bytes = response.into_body().collect().await?.to_bytes();
    Ok((cookies.join("; "), serde_json::from_slice(&bytes)?))
}

async fn serve(router: Router) -> Result<SocketAddr, std::io::Error> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Requests per second over kept connections.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
async fn rate(
    address: SocketAddr,
    path: &str,
    cookies: &str,
) -> Result<f64, Box<dyn std::error::Error>> {
    let cookies = if cookies.is_empty() {
        String::new()
    } else {
        format!("Cookie: {cookies}\r\n")
    };
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nX-Stagedoor-Csrf: 1\r\nSec-Fetch-Site: same-origin\r\n{cookies}\r\n"
    );
    let (stop, count) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let (request, stop, count) = (request.clone(), Arc::clone(&stop), Arc::clone(&count));
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        clients.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                exchange(&mut stream, request.as_bytes()).await?;
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), std::io::Error>(())
        }));
    }
    tokio::time::sleep(WARM_UP).await;
    let (before, started) = (count.load(Ordering::Relaxed), Instant::now());
    tokio::time::sleep(MEASURED).await;
    let (after, took) = (count.load(Ordering::Relaxed), started.elapsed());
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await??;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count of requests is far below 2^52"
    )]
    Ok((after - before) as f64 / took.as_secs_f64())
}

/// One request and its whole answer, which must be a 200 with a `Content-Length`.
async fn exchange(stream: &mut TcpStream, request: &[u8]) -> Result<(), std::io::Error> {
    stream.write_all(request).await?;
    let mut buffer = [0; 8192];
    let mut read = 0;
    loop {
        let bytes = stream.read(&mut buffer[read..]).await?;
        if bytes == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        read += bytes;
        let text = String::from_utf8_lossy(&buffer[..read]);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            if !head.starts_with("HTTP/1.1 200") {
                return Err(std::io::Error::other(head.to_owned()));
            }
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")?
                        .trim()
                        .parse::<usize>()
                        .ok()
                })
                .ok_or_else(|| std::io::Error::other("no content-length"))?;
            if body.len() >= length {
                return Ok(());
            }
        }
    }
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
