//! What the logs hold of a sign-in, calls, refreshes, failures and a sign-out: no secret and no e-mail address.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{Method, header};
use sandbox::{Control, Fault, Sandbox};
use serde_json::json;
use tracing::Level;
use tracing::subscriber::DefaultGuard;

use crate::support::{Attempt, Browser, KEYS, ME, SESSION, SIGN_IN, Stage, TOKEN, complete_body};

/// What was logged.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Captures what this thread logs, down to `level`.
    fn start(level: Level) -> (Self, DefaultGuard) {
        let captured = Self::default();
        let writer = captured.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (captured, tracing::subscriber::set_default(subscriber))
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that must not be logged, collected on the way.
#[derive(Default)]
struct Secrets(BTreeSet<String>);

impl Secrets {
    fn add(&mut self, secret: &str) {
        if secret.len() >= 8 {
            self.0.insert(secret.to_owned());
        }
    }

    /// What a browser holds: whole cookies, and the parts of them.
    fn add_cookies(&mut self, browser: &Browser) {
        for value in browser.cookies.values() {
            self.add(value);
            value.split('.').for_each(|part| self.add(part));
        }
    }

    /// What went to the provider.
    fn add_calls(&mut self, control: &Control) {
        let secret = ["code", "code_verifier", "refresh_token", "client_secret"];
        for entry in control.log() {
            for (name, value) in entry.form.iter().chain(&entry.query) {
                if secret.contains(&name.as_str()) {
                    self.add(value);
                }
            }
            if let Some((_, credentials)) = entry
                .header("authorization")
                .and_then(|value| value.split_once(' '))
            {
                self.add(credentials);
            }
        }
    }

    /// What a browser holds, what went to the provider, and what an attempt keeps to itself.
    fn add_all(&mut self, browser: &Browser, attempt: Option<&Attempt>) {
        self.add_cookies(browser);
        self.add_calls(&browser.control);
        if let Some(attempt) = attempt {
            self.add(&attempt.verifier);
            self.add(&attempt.state);
        }
    }

    fn are_not_in(&self, log: &str) {
        assert!(
            self.0.len() > 15,
            "the secrets were collected: {}",
            self.0.len()
        );
        for secret in &self.0 {
            if let Some(at) = log.find(secret.as_str()) {
                let start = log[..at].rfind('\n').map_or(0, |end| end + 1);
                let line = log[start..].lines().next().unwrap_or_default();
                panic!("{secret} is in the log: {line}");
            }
        }
    }
}

/// A person's whole visit with everything that may go wrong. `later` lets an hour pass.
async fn visit(browser: &mut Browser, later: impl Fn()) -> Secrets {
    let mut secrets = Secrets::default();
    for secret in [
        "sandbox-secret",
        "ada.lindqvist@listeners.invalid",
        "Ada Lindqvist",
        "ada.lindqvist",
        "secret-in-a-text",
        &KEYS[2..],
    ] {
        secrets.add(secret);
    }
    refused_sign_ins(browser, &mut secrets).await;
    requests_that_make_no_sense(browser).await;
    sign_in_and_look_around(browser, &mut secrets).await;
    come_back_and_leave(browser, &mut secrets, later).await;
    let sealed = secrets.0.iter().any(|secret| secret.starts_with("v1."));
    assert!(sealed, "sealed cookies were seen");
    secrets
}

async fn refused_sign_ins(browser: &mut Browser, secrets: &mut Secrets) {
    let control = browser.control.clone();
    let text = "secret-in-a-text";
    let grant = json!({"error": "invalid_grant", "error_description": text});
    let token = json!({"access_token": "secret token\r\n", "token_type": "Bearer"});
    let person = json!({"id": 7, "email": "ada.lindqvist@listeners.invalid"});
    let faults = [
        Fault::status(TOKEN, 400).body(grant),
        Fault::status(TOKEN, 200).body(token),
        Fault::status(TOKEN, 502).body(text),
        Fault::status(ME, 403).body(text),
        Fault::status(ME, 200).body(person),
    ];
    for fault in faults {
        let (attempt, query) = browser.begin_and_consent("ada").await;
        secrets.add_all(browser, Some(&attempt));
        control.fault(fault).expect("a fault");
        let answer = browser.complete(&query, &attempt.verifier).await;
        assert!(answer.status.is_client_error() || answer.status.is_server_error());
        secrets.add_all(browser, None);
    }
    let (attempt, query) = browser.begin_and_consent("ada").await;
    secrets.add_all(browser, Some(&attempt));
    let forged = format!("{query}&error={text}&iss={text}");
    let answer = browser.complete(&forged, &attempt.verifier).await;
    assert_eq!(answer.status.as_u16(), 400);
}

async fn requests_that_make_no_sense(browser: &mut Browser) {
    let mut broken = complete_body("code=secret-in-a-text", "secret-in-a-text");
    broken["provider"] = json!(["secret-in-a-text"]);
    browser.post("/api/sign-in/complete", broken).await;
    let path = "/api/session?code=secret-in-a-text";
    let mut foreign = browser.request(Method::GET, path, None);
    foreign.headers_mut().remove("x-stagedoor-csrf");
    browser.send(foreign).await;
    let mut bearer = browser.request(Method::GET, "/api/session", None);
    let value = "Bearer secret-in-a-text".parse().expect("a header");
    bearer.headers_mut().insert(header::AUTHORIZATION, value);
    browser.send(bearer).await;
}

async fn sign_in_and_look_around(browser: &mut Browser, secrets: &mut Secrets) {
    let (attempt, query) = browser.begin_and_consent("ada").await;
    secrets.add_all(browser, Some(&attempt));
    let callback = format!("/callback/spotify?{query}");
    browser.page(&callback, "cross-site").await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status.as_u16(), 200);
    secrets.add_all(browser, None);
    browser.page("/profile", "none").await;
    assert!(browser.is_connected().await);
    assert_eq!(browser.me().await.status.as_u16(), 200);
    let search = "/api/spotify/v1/search?q=secret-in-a-text&type=artist";
    browser.get(search).await;
    browser
        .control
        .fault(Fault::status(ME, 401))
        .expect("a fault");
    assert_eq!(browser.me().await.status.as_u16(), 200);
    secrets.add_all(browser, None);
}

async fn come_back_and_leave(browser: &mut Browser, secrets: &mut Secrets, later: impl Fn()) {
    later();
    let fault = Fault::status(TOKEN, 503).body("secret-in-a-text");
    browser.control.fault(fault).expect("a fault");
    browser.refresh().await;
    browser.me().await;
    later();
    browser.refresh().await;
    secrets.add_all(browser, None);
    let mut changed = browser.clone();
    changed
        .cookies
        .values_mut()
        .for_each(|value| value.push('A'));
    changed.session().await;
    browser.control.remove_app("ada", "sandbox-client");
    later();
    browser.me().await;
    browser.sign_out(true).await;
    browser.session().await;
    secrets.add_all(browser, None);
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    let (captured, _guard) = Captured::start(Level::TRACE);
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let secrets = visit(&mut browser, || stage.advance(3600)).await;
    let mut other = stage.browser();
    other
        .get("/api/spotify/v1/search?q=secret-in-a-text&type=artist")
        .await;
    let log = captured.text();
    assert!(
        log.contains("a sign-in was refused"),
        "the log was captured"
    );
    secrets.are_not_in(&log);
}

#[tokio::test]
async fn no_secret_is_logged_when_the_database_fails() {
    let (captured, _guard) = Captured::start(Level::TRACE);
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(700);
    let mut other = stage.browser();
    let (attempt, query) = other.begin_and_consent("hanako").await;
    let mut secrets = Secrets::default();
    secrets.add_all(&browser, None);
    secrets.add_all(&other, Some(&attempt));
    for secret in ["Ada Lindqvist", "ada.lindqvist", "sandbox-secret"] {
        secrets.add(secret);
    }
    stage.world.store.close().await;
    other
        .complete(&query, &attempt.verifier)
        .await
        .is_refusal(503, "unavailable");
    browser
        .get("/api/session")
        .await
        .is_refusal(503, "unavailable");
    browser.page("/", "none").await;
    browser.sign_out(true).await.is_refusal(503, "unavailable");
    stage.world.tidy().await;
    let log = captured.text();
    assert!(log.contains("the database failed"), "{log}");
    secrets.are_not_in(&log);
}

#[tokio::test]
async fn every_request_is_one_line_without_what_it_asked_for() {
    let (captured, _guard) = Captured::start(Level::INFO);
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let answer = browser.get("/api/nothing/personal?code=hidden").await;
    browser
        .page("/callback/spotify?code=hidden&state=hidden", "cross-site")
        .await;
    browser.get("/personal").await;
    browser.get("/pkg/personal.js").await;
    let log = captured.text();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("answered"))
        .collect();
    assert_eq!(lines.len(), 4, "{log}");
    let id = answer.header("x-request-id").expect("an id");
    assert!(
        lines[0].contains(id) && lines[0].contains("status=404") && lines[0].contains("method=GET"),
        "{}",
        lines[0]
    );
    assert!(lines[1].contains("/callback/{provider}"), "{}", lines[1]);
    assert!(
        !log.contains("hidden") && !log.contains("personal"),
        "{log}"
    );
}

#[tokio::test]
async fn a_failure_names_its_cause() {
    let (captured, _guard) = Captured::start(Level::INFO);
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::status(TOKEN, 503))
        .expect("a fault");
    browser.complete(&query, &attempt.verifier).await;
    let log = captured.text();
    let line = log
        .lines()
        .find(|line| line.contains("a sign-in"))
        .expect("a line");
    for part in ["provider_unavailable", "the code was not exchanged", "503"] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
}

/// The program itself, and all that it wrote to its log.
struct Program {
    child: Child,
    log: Captured,
    reading: Option<std::thread::JoinHandle<()>>,
}

impl Program {
    /// Starts the program that is known as `host`, and tells where it listens once it does.
    async fn start(host: &str, sandbox: &Sandbox, folder: &std::path::Path) -> (Self, SocketAddr) {
        let url = format!("{}/spotify", sandbox.url());
        std::fs::create_dir(folder.join("pkg")).expect("a site without files");
        let mut child = Command::new(env!("CARGO_BIN_EXE_stagedoor"))
            .env_clear()
            .current_dir(folder)
            .env("RUST_LOG", "trace")
            .env("STAGEDOOR_LISTEN", "127.0.0.1:0")
            .env("STAGEDOOR_ORIGIN", format!("http://{host}"))
            .env("STAGEDOOR_KEYS", KEYS)
            .env("STAGEDOOR_DATA_DIR", folder)
            .env("LEPTOS_SITE_ROOT", folder)
            .env("STAGEDOOR_ALLOW_LOOPBACK", "true")
            .env("SPOTIFY_CLIENT_ID", "sandbox-client")
            .env("SPOTIFY_CLIENT_SECRET", "sandbox-secret")
            .env("SPOTIFY_ACCOUNTS_URL", &url)
            .env("SPOTIFY_API_URL", &url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = child.stderr.take().expect("its log");
        let log = Captured::default();
        let (listening, listens) = tokio::sync::oneshot::channel();
        let reading = std::thread::spawn({
            let mut log = log.clone();
            move || {
                let mut listening = Some(listening);
                for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                    let address = listening_address(&String::from_utf8_lossy(&line));
                    // Writing to memory does not fail.
                    let _ = log.write_all(&line).and_then(|()| log.write_all(b"\n"));
                    if let Some(address) = address
                        && let Some(listening) = listening.take()
                    {
                        let _ = listening.send(address);
                    }
                }
            }
        });
        let program = Self {
            child,
            log,
            reading: Some(reading),
        };
        let bound = std::time::Duration::from_secs(20);
        let Ok(Ok(address)) = tokio::time::timeout(bound, listens).await else {
            panic!("it does not listen: {}", program.log.text());
        };
        (program, address)
    }

    /// Stops it and tells its whole log.
    fn stop(&mut self) -> String {
        // It may have stopped by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reading) = self.reading.take() {
            let _ = reading.join();
        }
        self.log.text()
    }
}

/// Where the program listens, by the line that says it.
fn listening_address(line: &str) -> Option<SocketAddr> {
    let (_, said) = line.split_once("listening address=")?;
    said.split(' ').next()?.parse().ok()
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

#[tokio::test]
async fn the_program_at_its_most_talkative_logs_no_secret() {
    let sandbox = Sandbox::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let host = "127.0.0.1:3000";
    let (mut program, address) = Program::start(host, &sandbox, folder.path()).await;
    let mut browser = Browser::at(address, host, sandbox.control());
    // Its clock cannot be moved from here; short-lived tokens are over at once.
    sandbox.control().set_token_life(1).expect("a life");
    let secrets = visit(&mut browser, || {}).await;
    assert!(!browser.holds(SESSION));
    assert!(browser.cookies.keys().all(|name| name.starts_with(SIGN_IN)));
    let log = program.stop();
    // All of the libraries speak at this level.
    assert!(
        log.contains("a sign-in was refused") && log.contains("hyper"),
        "the log was captured"
    );
    secrets.are_not_in(&log);
}
