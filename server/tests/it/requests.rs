//! Every request that a sign-in sends to the provider.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::{Client, Entry};

use crate::support::{ME, SEARCH, Stage, TOKEN, parameters};

/// Asserts what is true of every request that leaves.
fn is_clean(entry: &Entry, stage: &Stage) {
    assert!(!entry.cookie, "a cookie was sent: {entry:?}");
    assert_eq!(
        entry.header("user-agent"),
        Some(concat!("stagedoor/", env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(entry.header("accept"), Some("application/json"));
    let host = stage.sandbox.url().replace("http://", "");
    assert_eq!(entry.header("host"), Some(host.as_str()));
    for name in [
        "origin",
        "referer",
        "sec-fetch-site",
        "sec-fetch-mode",
        "x-request-id",
        "if-none-match",
    ] {
        assert_eq!(entry.header(name), None, "{name} was sent");
    }
    for (name, value) in &entry.query {
        let secret = ["token", "secret", "code"]
            .iter()
            .any(|word| name.contains(word) || value.contains(word));
        assert!(!secret, "{name}={value} is in an address");
    }
}

#[tokio::test]
async fn a_sign_in_sends_one_exchange_and_asks_once_who_it_is() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    assert_eq!(
        stage.all_calls(),
        0,
        "nobody is called before the answer is here"
    );
    browser.complete(&query, &attempt.verifier).await;

    let log = stage.control().log();
    let sent: Vec<(&str, &str)> = log
        .iter()
        .map(|entry| (entry.method.as_str(), entry.path.as_str()))
        .collect();
    assert_eq!(sent, [("POST", TOKEN), ("GET", ME)]);
    for entry in &log {
        is_clean(entry, &stage);
    }
}

#[tokio::test]
async fn the_exchange_is_exact() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    browser.complete(&query, &attempt.verifier).await;

    let log = stage.control().log();
    let exchange = &log[0];
    let code = parameters(&format!("http://x/?{query}"), "code").remove(0);
    let redirect_uri = parameters(&attempt.authorize_url, "redirect_uri").remove(0);
    assert_eq!(redirect_uri, "http://127.0.0.1:3000/callback/spotify");
    let mut form = exchange.form.clone();
    form.sort();
    let expected = [
        ("code", code.as_str()),
        ("code_verifier", &attempt.verifier),
        ("grant_type", "authorization_code"),
        ("redirect_uri", &redirect_uri),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(
        form, expected,
        "each field once, and no credentials in the body"
    );
    assert!(exchange.query.is_empty(), "nothing is in the address");
    let basic = format!("Basic {}", STANDARD.encode("sandbox-client:sandbox-secret"));
    assert_eq!(exchange.header("authorization"), Some(basic.as_str()));
    assert_eq!(
        exchange.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        parameters(&attempt.authorize_url, "code_challenge_method"),
        ["S256"]
    );
    assert!(!attempt.authorize_url.contains("secret"));
}

#[tokio::test]
async fn the_profile_is_asked_for_with_the_token_in_the_header() {
    let stage = Stage::new().await;
    stage.signed_in("ada").await;
    let log = stage.control().log();
    let me = &log[1];
    assert!(me.query.is_empty() && me.form.is_empty() && me.body.is_none());
    let token = me
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    assert!(token.is_some_and(|token| token.len() > 20));
}

#[tokio::test]
async fn a_refresh_is_exact() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(3600);
    stage.control().clear_log();
    assert_eq!(browser.me().await.status.as_u16(), 200);
    let log = stage.control().log();
    let sent: Vec<(&str, &str)> = log
        .iter()
        .map(|entry| (entry.method.as_str(), entry.path.as_str()))
        .collect();
    assert_eq!(sent, [("POST", TOKEN), ("GET", ME)]);
    for entry in &log {
        is_clean(entry, &stage);
    }
    let refresh = &log[0];
    let mut names: Vec<&str> = refresh.form.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["grant_type", "refresh_token"]);
    assert_eq!(refresh.form_value("grant_type"), Some("refresh_token"));
    assert!(refresh.query.is_empty());
    let basic = format!("Basic {}", STANDARD.encode("sandbox-client:sandbox-secret"));
    assert_eq!(refresh.header("authorization"), Some(basic.as_str()));
}

#[tokio::test]
async fn the_apps_own_token_is_asked_for_exactly() {
    let stage = Stage::new().await;
    let answer = stage
        .browser()
        .get("/api/spotify/v1/search?q=a&type=artist")
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let log = stage.control().log();
    let sent: Vec<(&str, &str)> = log
        .iter()
        .map(|entry| (entry.method.as_str(), entry.path.as_str()))
        .collect();
    assert_eq!(sent, [("POST", TOKEN), ("GET", SEARCH)]);
    for entry in &log {
        is_clean(entry, &stage);
    }
    assert_eq!(
        log[0].form,
        [("grant_type".to_owned(), "client_credentials".to_owned())]
    );
    assert!(log[0].query.is_empty());
}

#[tokio::test]
async fn sign_out_asks_nothing_of_the_provider() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.control().clear_log();
    assert_eq!(browser.sign_out(true).await.status.as_u16(), 200);
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn credentials_with_special_characters_are_form_encoded_first() {
    let (id, secret) = ("an/id+with%", "a:b c%+/=&");
    let client = Client {
        secret: secret.to_owned(),
        any_loopback: true,
        ..Client::new(id)
    };
    let stage =
        Stage::with_settings(&[("SPOTIFY_CLIENT_ID", id), ("SPOTIFY_CLIENT_SECRET", secret)]).await;
    stage.control().add_client(client).expect("a client");
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    browser.complete(&query, &attempt.verifier).await;
    let log = stage.control().log();
    let sent = log[0]
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "));
    let sent = STANDARD.decode(sent.expect("Basic")).expect("base64");
    // RFC 6749 section 2.3.1 and appendix B.
    assert_eq!(
        String::from_utf8(sent).expect("text"),
        "an%2Fid%2Bwith%25:a%3Ab+c%25%2B%2F%3D%26"
    );
}
