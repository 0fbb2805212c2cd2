//! Cookies that were changed, cut, swapped or doubled: treated as absent, and nothing is told of why.

use std::collections::BTreeSet;

use axum::http::{HeaderValue, Method, header};
use sandbox::Fault;
use serde_json::{Value, json};

use crate::support::{Answer, Attempt, Browser, ME, SESSION, Stage, TOKEN, TOKENS, from_base64url};

/// The answers to many changed cookies. They must be one answer.
#[derive(Default)]
struct Answers(BTreeSet<(u16, String)>);

impl Answers {
    fn add(&mut self, answer: &Answer) {
        // What is worth nothing may be cleared; nothing is ever set.
        for line in answer.set_cookies() {
            assert!(line.contains("Max-Age=0"), "{line}");
        }
        self.0.insert((answer.status.as_u16(), answer.text.clone()));
    }

    fn the_one(self) -> (u16, Value) {
        assert_eq!(self.0.len(), 1, "the answers differ: {:?}", self.0);
        let (status, text) = self.0.into_iter().next().expect("an answer");
        (status, serde_json::from_str(&text).expect("JSON"))
    }
}

/// The value with one byte changed, for every byte. What takes its place is of the same alphabet,
/// so that only the seal or the signature can tell; every eighth byte is also given its neighbour
/// in ASCII.
fn flipped(value: &str) -> Vec<String> {
    let mut all = Vec::new();
    for index in 0..value.len() {
        let mut bytes = value.as_bytes().to_vec();
        let old = bytes[index];
        bytes[index] = if old == b'A' { b'B' } else { b'A' };
        all.push(String::from_utf8(bytes.clone()).expect("text"));
        let neighbour = old ^ 1;
        if index % 8 == 0 && neighbour != b';' && neighbour.is_ascii_graphic() {
            bytes[index] = neighbour;
            all.push(String::from_utf8(bytes).expect("text"));
        }
    }
    all
}

/// The value cut at both ends of its parts, at every sixteenth byte, and with more behind it.
fn resized(value: &str) -> Vec<String> {
    let mut all: Vec<String> = (0..value.len())
        .step_by(16)
        .map(|length| value[..length].to_owned())
        .collect();
    for (index, _) in value.match_indices('.') {
        all.extend([
            value[..index].to_owned(),
            value[..=index].to_owned(),
            value[index..].to_owned(),
        ]);
    }
    all.extend([
        value[..value.len() - 1].to_owned(),
        value[1..].to_owned(),
        format!("{value}A"),
        format!("{value}="),
        format!("{value}."),
        format!("{value}.{value}"),
        format!("\"{value}\""),
        format!(" {value}"),
        value.repeat(2),
        value.to_ascii_uppercase(),
        "A".repeat(8000),
        "null".to_owned(),
        "%00".to_owned(),
    ]);
    all
}

async fn whoami(browser: &Browser, name: &str, value: &str) -> Answer {
    let mut browser = browser.clone();
    browser.cookies.insert(name.to_owned(), value.to_owned());
    browser.get("/api/session").await
}

#[tokio::test]
async fn a_changed_session_is_absent() {
    let stage = Stage::new().await;
    let browser = stage.signed_in("ada").await;
    let value = &browser.cookies[SESSION];
    let mut answers = Answers::default();
    for changed in flipped(value).iter().chain(&resized(value)) {
        answers.add(&whoami(&browser, SESSION, changed).await);
    }
    let (status, session) = answers.the_one();
    assert_eq!((status, &session["signed_in"]), (200, &json!(false)));
    assert_eq!(
        whoami(&browser, SESSION, value).await.json()["signed_in"],
        true
    );
}

#[tokio::test]
async fn changed_tokens_are_absent() {
    let stage = Stage::new().await;
    let browser = stage.signed_in("ada").await;
    let value = &browser.cookies[TOKENS];
    let mut answers = Answers::default();
    for changed in flipped(value).iter().chain(&resized(value)) {
        answers.add(&whoami(&browser, TOKENS, changed).await);
    }
    let (status, session) = answers.the_one();
    assert_eq!(
        (status, &session["signed_in"]),
        (200, &json!(true)),
        "the account is not concerned"
    );
    assert_eq!(session["connections"], json!([]));
    assert_eq!(
        whoami(&browser, TOKENS, value).await.json()["connections"][0]["provider"],
        "spotify"
    );
}

#[tokio::test]
async fn changed_tokens_are_absent_for_calls() {
    let stage = Stage::new().await;
    let browser = stage.signed_in("ada").await;
    stage.control().clear_log();
    let value = &browser.cookies[TOKENS];
    let mut answers = Answers::default();
    for changed in flipped(value).iter().step_by(16).chain(&resized(value)) {
        let mut browser = browser.clone();
        browser.cookies.insert(TOKENS.to_owned(), changed.clone());
        answers.add(&browser.me().await);
        answers.add(&browser.refresh().await);
    }
    let (status, error) = answers.the_one();
    assert_eq!((status, &error["code"]), (409, &json!("not_connected")));
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_changed_transaction_is_absent() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    let value = browser.cookies[&attempt.cookie()].clone();
    let mut answers = Answers::default();
    for changed in flipped(&value).iter().chain(&resized(&value)) {
        let mut browser = browser.clone();
        browser.cookies.insert(attempt.cookie(), changed.clone());
        answers.add(&browser.complete(&query, &attempt.verifier).await);
    }
    let (status, error) = answers.the_one();
    assert_eq!(
        (status, &error["code"]),
        (400, &json!("transaction_missing"))
    );
    assert_eq!((stage.all_calls(), stage.accounts().await), (0, 0));
    assert_eq!(
        browser
            .complete(&query, &attempt.verifier)
            .await
            .status
            .as_u16(),
        200
    );
}

#[tokio::test]
async fn what_is_worth_nothing_is_cleared() {
    let stage = Stage::new().await;
    let browser = stage.signed_in("ada").await;
    let answer = whoami(&browser, SESSION, "junk").await;
    assert!(answer.clears(SESSION) && answer.clears(TOKENS));
    let answer = whoami(&browser, TOKENS, "junk").await;
    assert!(!answer.clears(SESSION) && answer.clears(TOKENS));
}

// Swapped.

#[tokio::test]
async fn a_transaction_is_no_session_and_no_token() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let attempt = browser.begin().await;
    let transaction = browser.cookies[&attempt.cookie()].clone();
    assert_eq!(
        whoami(&browser, SESSION, &transaction).await.json()["signed_in"],
        false
    );
    assert_eq!(
        whoami(&browser, TOKENS, &transaction).await.json()["connections"],
        json!([])
    );
}

#[tokio::test]
async fn tokens_are_no_session_and_no_transaction() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let (attempt, query) = browser.begin_and_consent("ada").await;
    let tokens = browser.cookies[TOKENS].clone();
    assert_eq!(
        whoami(&browser, SESSION, &tokens).await.json()["signed_in"],
        false
    );
    browser.cookies.insert(attempt.cookie(), tokens);
    browser
        .complete(&query, &attempt.verifier)
        .await
        .is_refusal(400, "transaction_missing");
}

#[tokio::test]
async fn a_session_is_no_transaction_and_no_token() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let (attempt, query) = browser.begin_and_consent("ada").await;
    let session = browser.cookies[SESSION].clone();
    assert_eq!(
        whoami(&browser, TOKENS, &session).await.json()["connections"],
        json!([])
    );
    browser.cookies.insert(attempt.cookie(), session);
    browser
        .complete(&query, &attempt.verifier)
        .await
        .is_refusal(400, "transaction_missing");
}

#[tokio::test]
async fn tokens_of_one_browser_are_worth_nothing_in_another() {
    let stage = Stage::new().await;
    let ada = stage.signed_in("ada").await;
    let others = [
        stage.signed_in("hanako").await,
        stage.signed_in("ada").await,
    ];
    stage.control().clear_log();
    for mut other in others {
        other
            .cookies
            .insert(TOKENS.to_owned(), ada.cookies[TOKENS].clone());
        let mut copy = other.clone();
        assert_eq!(copy.session().await["connections"], json!([]));
        other.me().await.is_refusal(409, "not_connected");
        other.refresh().await.is_refusal(409, "not_connected");
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn tokens_of_an_earlier_session_are_worth_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let old = browser.cookies[TOKENS].clone();
    browser.sign_in("ada").await;
    assert_eq!(
        whoami(&browser, TOKENS, &old).await.json()["connections"],
        json!([])
    );
}

#[tokio::test]
async fn tokens_under_another_name_are_worth_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let tokens = browser.cookies.remove(TOKENS).expect("tokens");
    let names = [
        "__Host-Http-tokens-google",
        "__Host-Http-tokens-spotify-0",
        "__Host-Http-tokens-spotify-4",
        "__Host-Http-tokens-",
        "__Host-tokens-spotify",
        "__host-http-tokens-spotify",
        "__Host-Http-Tokens-spotify",
        "tokens-spotify",
        "%5F_Host-Http-tokens-spotify",
    ];
    for name in names {
        let mut browser = browser.clone();
        browser.cookies.insert(name.to_owned(), tokens.clone());
        assert!(browser.is_signed_in().await, "{name}");
        browser.cookies.insert(name.to_owned(), tokens.clone());
        browser.me().await.is_refusal(409, "not_connected");
    }
}

#[tokio::test]
async fn a_session_under_another_name_is_worth_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let session = browser.cookies.remove(SESSION).expect("a session");
    for name in [
        "__Host-session",
        "__host-http-session",
        "session",
        "__Host-Http-session-0",
        "__Secure-session",
    ] {
        let mut browser = browser.clone();
        browser.cookies.insert(name.to_owned(), session.clone());
        assert!(!browser.is_signed_in().await, "{name}");
    }
}

// Doubled.

async fn with_cookie_lines(browser: &Browser, lines: &[String]) -> Answer {
    let mut request = browser.request(Method::GET, "/api/session", None);
    request.headers_mut().remove(header::COOKIE);
    for line in lines {
        request.headers_mut().append(
            header::COOKIE,
            HeaderValue::from_str(line).expect("a header"),
        );
    }
    browser.clone().send(request).await
}

#[tokio::test]
async fn one_name_with_two_values_is_absent_in_either_order() {
    let stage = Stage::new().await;
    let ada = stage.signed_in("ada").await;
    let hanako = stage.signed_in("hanako").await;
    let pair = |browser: &Browser, name: &str| format!("{name}={}", browser.cookies[name]);
    let (a, b) = (pair(&ada, SESSION), pair(&hanako, SESSION));
    let junk = format!("{SESSION}=junk");
    for (one, other) in [(&a, &b), (&b, &a), (&a, &junk), (&junk, &a)] {
        for lines in [
            vec![format!("{one}; {other}")],
            vec![one.clone(), other.clone()],
        ] {
            let answer = with_cookie_lines(&ada, &lines).await;
            assert_eq!(answer.json()["signed_in"], false, "{lines:?}");
        }
    }
    let tossed = [a.clone(), pair(&ada, TOKENS), format!("{TOKENS}=junk")];
    assert_eq!(
        with_cookie_lines(&ada, &tossed).await.json()["connections"],
        json!([])
    );
    // The same twice is no contradiction.
    assert_eq!(
        with_cookie_lines(&ada, &[a.clone(), a]).await.json()["signed_in"],
        true
    );
}

#[tokio::test]
async fn a_doubled_transaction_is_absent() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    let body = crate::support::complete_body(&query, &attempt.verifier);
    let mut request = browser.request(Method::POST, "/api/sign-in/complete", Some(&body));
    let other = format!("{}=junk", attempt.cookie());
    request
        .headers_mut()
        .append(header::COOKIE, other.parse().expect("a header"));
    browser
        .clone()
        .send(request)
        .await
        .is_refusal(400, "transaction_missing");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_header_of_any_kind_is_survived() {
    let stage = Stage::new().await;
    let browser = stage.signed_in("ada").await;
    let own = browser.cookie_header();
    let many = "another=1; ".repeat(200);
    for line in [
        format!("{many}{own}"),
        format!(";;; =; =a; a; {own};;"),
        format!("a={}; {own}", "x".repeat(16_000)),
    ] {
        assert_eq!(
            with_cookie_lines(&browser, &[line]).await.json()["signed_in"],
            true
        );
    }
    let huge = with_cookie_lines(&browser, &[format!("a={}; {own}", "x".repeat(1_000_000))]).await;
    assert_eq!(
        (huge.status.as_u16(), &huge.json()["signed_in"]),
        (200, &json!(false))
    );
    let mut request = browser.request(Method::GET, "/api/session", None);
    let bytes = HeaderValue::from_bytes(&[b'a', b'=', 0xff, 0xfe]).expect("a header");
    request.headers_mut().append(header::COOKIE, bytes);
    assert_eq!(
        browser.clone().send(request).await.json()["signed_in"],
        true
    );
    for line in [
        "$Version=1; a=b",
        "__Host-Http-session",
        "__Host-Http-session=",
        "=",
    ] {
        assert_eq!(
            with_cookie_lines(&browser, &[line.to_owned()]).await.json()["signed_in"],
            false
        );
    }
}

// Long ones.

/// Signs in with an access token of this length.
async fn with_long_token(stage: &Stage, browser: &mut Browser, bytes: usize) -> Answer {
    let attempt: Attempt = browser.begin().await;
    let query = browser.consent(&attempt, "ada");
    let body = json!({
        "access_token": "a".repeat(bytes), "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r".repeat(500),
    });
    stage
        .control()
        .fault(Fault::status(TOKEN, 200).body(body))
        .expect("a fault");
    stage
        .control()
        .fault(Fault::status(ME, 200).body(json!({"id": "ada.lindqvist"})))
        .expect("a fault");
    browser.complete(&query, &attempt.verifier).await
}

#[tokio::test]
async fn long_tokens_are_cut_and_joined() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let answer = with_long_token(&stage, &mut browser, 6000).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let chunks: Vec<String> = browser
        .cookies
        .keys()
        .filter(|name| name.starts_with(TOKENS))
        .cloned()
        .collect();
    assert_eq!(chunks.len(), 3, "{chunks:?}");
    for line in answer.set_cookies() {
        assert!(
            line.split(';')
                .next()
                .is_some_and(|pair| pair.len() <= 4097)
        );
    }
    assert!(browser.is_connected().await);

    // A missing, a foreign or a swapped piece: absent, no loop, and the rest goes.
    for name in &chunks {
        let mut cut = browser.clone();
        cut.cookies.remove(name);
        let answer = cut.get("/api/session").await;
        assert_eq!(answer.json()["connections"], json!([]));
        assert!(
            cut.cookies.keys().all(|name| !name.starts_with(TOKENS)),
            "the rest is cleared"
        );
    }
    let mut swapped = browser.clone();
    let first = swapped.cookies[&chunks[0]].clone();
    let second = swapped
        .cookies
        .insert(chunks[1].clone(), first)
        .expect("a piece");
    swapped.cookies.insert(chunks[0].clone(), second);
    assert!(!swapped.is_connected().await);
    let mut both = browser.clone();
    both.cookies.insert(TOKENS.to_owned(), "whole".to_owned());
    assert!(!both.is_connected().await);

    // A shorter one leaves nothing of it behind, and a sign-out neither.
    let mut shorter = browser.clone();
    shorter.sign_in("ada").await;
    let left: Vec<&String> = shorter
        .cookies
        .keys()
        .filter(|name| name.starts_with(TOKENS))
        .collect();
    assert_eq!(left, [TOKENS]);
    browser.sign_out(false).await;
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies.keys());
}

#[tokio::test]
async fn tokens_that_do_not_fit_are_refused_and_not_lost_silently() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let answer = with_long_token(&stage, &mut browser, 11_000).await;
    answer.is_refusal(413, "too_large");
    assert!(!answer.sets(SESSION));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn nothing_readable_is_in_a_sealed_cookie() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let attempt = browser.begin().await;
    let log = stage.control().log();
    let access = log[1]
        .header("authorization")
        .expect("a token")
        .trim_start_matches("Bearer ")
        .to_owned();
    for name in [TOKENS.to_owned(), attempt.cookie()] {
        let value = &browser.cookies[&name];
        let payload = from_base64url(value.rsplit('.').next().expect("a payload"));
        let text = String::from_utf8_lossy(&payload);
        let hidden = [
            access.as_str(),
            &attempt.state,
            "spotify",
            "refresh",
            "scopes",
            "http://",
        ];
        assert!(
            hidden
                .iter()
                .all(|secret| !text.contains(secret) && !value.contains(secret)),
            "{name}"
        );
    }
    // The same tokens never look the same twice.
    let (mut first, mut second) = (stage.browser(), stage.browser());
    let (one, two) = (first.begin_with("v").await, second.begin_with("v").await);
    assert_ne!(
        first.cookies[&one.cookie()][..40],
        second.cookies[&two.cookie()][..40]
    );
}
