//! CPU time of a complete sign-in, begin and complete together, of the server alone: it runs as a
//! program of its own, the providers and the browser in this one. `cargo bench -p server --bench
//! sign_in`.
//!
//! With Google that is a code exchange, an ID token verified (RS256) and an account; with Spotify an
//! exchange and a profile. `GET /healthz` stands beside them, for what any request costs.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::{Method, Request, Response, header};
use sandbox::{Control, Sandbox};
use serde_json::{Value, json};
use server::egress::Egress;
use server::rng::Rng;

const ORIGIN: &str = "http://127.0.0.1:3999";
const WARM_UP: usize = 50;
const MEASURED: u32 = 500;
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await;
    let folder = tempfile::tempdir()?;
    let server = Server::start(&sandbox, folder.path()).await?;
    let egress = Egress::new(false)?;
    let mut google = Vec::new();
    let mut spotify = Vec::new();
    let mut nothing = Vec::new();
    for provider in ["google", "spotify"] {
        for _ in 0..WARM_UP {
            sign_in(&egress, &sandbox.control(), provider).await?;
        }
    }
    for _ in 0..ROUNDS {
        for (provider, times) in [("google", &mut google), ("spotify", &mut spotify)] {
            let before = server.cpu()?;
            for _ in 0..MEASURED {
                sign_in(&egress, &sandbox.control(), provider).await?;
            }
            times.push(milliseconds(server.cpu()? - before) / f64::from(MEASURED));
        }
        let before = server.cpu()?;
        for _ in 0..MEASURED {
            let request = Request::get(format!("{ORIGIN}/healthz")).body(Vec::new())?;
            egress.send(request).await?;
        }
        nothing.push(milliseconds(server.cpu()? - before) / f64::from(MEASURED));
    }
    let mut out = std::io::stdout();
    let bare = median(&mut nothing);
    for (name, times) in [("Google", &mut google), ("Spotify", &mut spotify)] {
        let median = median(times);
        writeln!(
            out,
            "sign-in with {name:<8} {median:.2} ms of CPU, {:.0} times an empty request ({bare:.3} ms)",
            median / bare
        )?;
    }
    Ok(())
}

/// The server as a program.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    async fn start(sandbox: &Sandbox, folder: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        std::fs::create_dir(folder.join("pkg"))?;
        let (spotify, google) = (
            format!("{}/spotify", sandbox.url()),
            format!("{}/google", sandbox.url()),
        );
        let settings = BTreeMap::from([
            ("STAGEDOOR_LISTEN", "127.0.0.1:3999"),
            ("STAGEDOOR_ORIGIN", ORIGIN),
            ("STAGEDOOR_ALLOW_LOOPBACK", "true"),
            ("STAGEDOOR_LIMITS", "off"),
            ("SPOTIFY_CLIENT_ID", "sandbox-client"),
            ("SPOTIFY_CLIENT_SECRET", "sandbox-secret"),
            ("SPOTIFY_ACCOUNTS_URL", &spotify),
            ("SPOTIFY_API_URL", &spotify),
            ("GOOGLE_CLIENT_ID", "sandbox-client"),
            ("GOOGLE_CLIENT_SECRET", "sandbox-secret"),
            ("GOOGLE_ISSUER", &google),
            ("RUST_LOG", "warn"),
        ]);
        let child = Command::new(env!("CARGO_BIN_EXE_stagedoor"))
            .current_dir(folder)
            .env("LEPTOS_SITE_ROOT", folder)
            .envs(settings)
            .stdout(Stdio::null())
            .spawn()?;
        let server = Self(child);
        let egress = Egress::new(false)?;
        for _ in 0..200 {
            let request = Request::get(format!("{ORIGIN}/healthz")).body(Vec::new())?;
            if egress.send(request).await.is_ok() {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("the server does not answer".into())
    }

    /// The CPU time it has used, in nanoseconds, as the scheduler counts it for each of its threads.
    fn cpu(&self) -> std::io::Result<u64> {
        let mut sum = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.0.id()))? {
            let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
            sum += text
                .split(' ')
                .next()
                .and_then(|nanoseconds| nanoseconds.parse::<u64>().ok())
                .unwrap_or(0);
        }
        Ok(sum)
    }
}

/// One person in a browser of their own signs in.
async fn sign_in(
    egress: &Egress,
    control: &Control,
    provider: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use sha2::{Digest as _, Sha256};

    let verifier = URL_SAFE_NO_PAD.encode(Rng::system()?.bytes::<32>());
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let request = json!({"provider": provider, "code_challenge": challenge});
    let begun = post(egress, "/api/sign-in/begin", &request, None).await?;
    let cookie = begun
        .headers()
        .get(header::SET_COOKIE)
        .and_then(|line| line.to_str().ok()?.split(';').next())
        .ok_or("no transaction")?
        .to_owned();
    let body: Value = serde_json::from_slice(begun.body())?;
    let authorize_url = body["authorize_url"].as_str().ok_or("no address")?;
    let callback = match provider {
        "google" => control.google_authorize(authorize_url, "ada")?,
        _ => control.authorize(authorize_url, "ada")?,
    };
    let query = callback.split_once('?').ok_or("no query")?.1;
    let request = json!({"provider": provider, "query": query, "code_verifier": verifier});
    let done = post(egress, "/api/sign-in/complete", &request, Some(&cookie)).await?;
    if done.status().is_success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(done.body()).into())
    }
}

async fn post(
    egress: &Egress,
    path: &str,
    body: &Value,
    cookie: Option<&str>,
) -> Result<Response<Vec<u8>>, Box<dyn std::error::Error>> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(format!("{ORIGIN}{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-stagedoor-csrf", "1")
        .header("sec-fetch-site", "same-origin");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    Ok(egress
        .send(request.body(serde_json::to_vec(body)?)?)
        .await?)
}

#[expect(clippy::cast_precision_loss, reason = "a few seconds in nanoseconds")]
fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1_000_000.0
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
