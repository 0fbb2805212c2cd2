//! A provider that is not ours: `oidc-provider-mock`, on Authlib. A misreading that our own provider
//! shares with the server would show here.

use std::process::Stdio;

use axum::http::{Request, StatusCode, header};
use serde_json::json;
use server::clock::Clock;
use server::egress::Egress;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::provider::Op;
use crate::report::row;
use crate::stage::{ACME, SESSION, Stage, by_discovery};

/// Where the program is; without it this test has nothing to run.
const PROGRAM: &str = "STAGEDOOR_TEST_OIDC_MOCK";

/// Starts the program on a free port and waits until it says where it listens.
async fn start(program: &str) -> (Child, String) {
    let alice = json!({
        "sub": "alice",
        "name": "Alice Example",
        "email": "alice@example.test",
        "email_verified": true,
    });
    let mut child = Command::new(program)
        .args(["--port", "0", "--require-nonce", "true"])
        .args(["--user-claims", &alice.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
    let mut log = String::new();
    let issuer = loop {
        let Some(line) = lines.next_line().await.expect("a line") else {
            panic!("it ended: {log}");
        };
        let plain = strip_colours(&line);
        if let Some((_, at)) = plain.split_once("running on http://127.0.0.1:") {
            let port: String = at.chars().take_while(char::is_ascii_digit).collect();
            break format!("http://127.0.0.1:{port}");
        }
        log.push_str(&line);
    };
    // It would stop where nobody reads what it says.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, issuer)
}

fn strip_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        plain + part.split_once('m').map_or(part, |(_, rest)| rest)
    })
}

/// Says yes as `subject`, as the page of the program would, and tells the query of the callback.
async fn consent(authorize_url: &str, subject: &str) -> String {
    let request = Request::post(authorize_url)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("sub={subject}").into_bytes())
        .expect("a request");
    let egress = Egress::new(false).expect("a client");
    let answer = egress.send(request).await.expect("an answer");
    let location = answer.headers().get(header::LOCATION).unwrap_or_else(|| {
        panic!(
            "{}: {}",
            answer.status(),
            String::from_utf8_lossy(answer.body())
        )
    });
    let location = location.to_str().expect("an address");
    location.split_once('?').expect("a query").1.to_owned()
}

#[tokio::test]
async fn an_independent_provider_signs_in_and_renews() {
    let row = row("oidc-provider-mock");
    let Ok(program) = std::env::var(PROGRAM) else {
        row.skipped(PROGRAM);
        return;
    };
    let (_child, issuer) = start(&program).await;
    // The program has no other clock than the system's.
    let clock = Clock::manual(Clock::system().now());
    let op = Op::start(clock.clone()).await;
    let stage = Stage::build(clock, op, ACME, &by_discovery(ACME, &issuer)).await;
    let mut browser = stage.browser();
    let attempt = browser.begin(ACME).await;
    let query = consent(&attempt.authorize_url, "alice").await;
    let answer = browser.complete(ACME, &query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let session = browser.session().await;
    assert_eq!(session["identities"][0]["subject"], "alice");
    assert_eq!(session["account"]["name"], "Alice Example");
    assert_eq!(session["account"]["email"], "alice@example.test");
    assert_eq!(session["connections"][0]["renewable"], true);
    // A second person, of whom the program tells nothing but the subject.
    let mut other = stage.browser();
    let attempt = other.begin(ACME).await;
    let query = consent(&attempt.authorize_url, "bob").await;
    let answer = other.complete(ACME, &query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(stage.accounts().await, 2);
    // The access token is about to end.
    stage.clock.advance(3590);
    let before = browser.cookies.clone();
    let answer = browser.refresh().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let until = answer.json()["access_expires_at"].as_i64().expect("a time");
    assert!(until > stage.clock.now() + 60, "{until}");
    assert_ne!(browser.cookies, before);
    let answer = browser.sign_out().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.clears(SESSION));
    let url = answer.json()["end_session_url"]
        .as_str()
        .expect("an address")
        .to_owned();
    assert!(url.starts_with(&issuer), "{url}");
    assert!(!browser.is_signed_in().await);
}
