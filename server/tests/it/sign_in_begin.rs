//! `POST /api/sign-in/begin`.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Attempt, Browser, ORIGIN, SESSION, SIGN_IN, Stage, TOKENS, begin_body, challenge, claims,
    parameters,
};

const BEGIN: &str = "/api/sign-in/begin";

/// The body of `begin` with members laid over it.
fn body_with(browser: &Browser, members: &Value) -> Value {
    let mut body = begin_body(&browser.verifier());
    let members = members.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(members);
    body
}

async fn url_of(browser: &mut Browser, members: Value) -> String {
    let body = body_with(browser, &members);
    let answer = browser.post(BEGIN, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()["authorize_url"]
        .as_str()
        .expect("an address")
        .to_owned()
}

async fn is_refused(stage: &Stage, body: Value, status: u16, code: &str) {
    let mut browser = stage.browser();
    let answer = browser.post(BEGIN, body.clone()).await;
    assert_eq!(answer.refusal(), (status, code.to_owned()), "{body}");
    assert!(answer.set_cookies().is_empty(), "{body}");
    assert_eq!(stage.all_calls(), 0, "{body}");
}

#[tokio::test]
async fn the_address_holds_what_the_protocol_asks_for_and_nothing_else() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let Attempt {
        verifier,
        state,
        authorize_url,
    } = browser.begin().await;
    let url = url::Url::parse(&authorize_url).expect("an address");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let expected = [
        ("client_id", "sandbox-client"),
        ("response_type", "code"),
        ("redirect_uri", "http://127.0.0.1:3000/callback/spotify"),
        ("state", &state),
        ("code_challenge_method", "S256"),
        ("code_challenge", &challenge(&verifier)),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(pairs, expected);
    let place = format!("{}{}", url.origin().ascii_serialization(), url.path());
    assert_eq!(place, format!("{}/spotify/authorize", stage.sandbox.url()));
    assert_eq!(url.fragment(), None);
}

#[tokio::test]
async fn only_the_transaction_cookie_is_set() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let answer = browser.post(BEGIN, begin_body(&browser.verifier())).await;
    let named = answer.json()["state"].as_str().expect("a state").to_owned();
    let lines = answer.set_cookies();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let (name, rest) = lines[0].split_once('=').expect("a pair");
    assert_eq!(name, format!("{SIGN_IN}{}", &named[..8]));
    let (value, attributes) = rest.split_once("; ").expect("attributes");
    assert_eq!(
        attributes,
        "Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=600"
    );
    assert!(name.len() + value.len() <= 4096);
    assert!(!value.contains(&named), "the state is sealed");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn nobody_is_called_and_nothing_is_written() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    for _ in 0..3 {
        browser.begin().await;
    }
    assert_eq!((stage.all_calls(), stage.accounts().await), (0, 0));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn every_state_is_new_and_of_256_bits() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let attempt = browser.begin().await;
        assert_eq!(attempt.state.len(), 43);
        assert_eq!(
            parameters(&attempt.authorize_url, "state"),
            [attempt.state.as_str()]
        );
        assert!(seen.insert(attempt.state), "a state came twice");
    }
}

#[tokio::test]
async fn challenge_that_is_no_s256_hash_is_refused() {
    let stage = Stage::new().await;
    let good = challenge("verifier");
    let of_nothing = challenge("");
    let (short, long, padded) = (&good[..42], format!("{good}A"), format!("{good}="));
    let plus = format!("+{}", &good[1..]);
    let stray_bits = format!("{}B", &good[..42]);
    let bad = [
        "",
        "plain",
        short,
        &long,
        &padded,
        &plus,
        &stray_bits,
        &of_nothing,
        "ä",
        &"A".repeat(10_000),
    ];
    for challenge in bad {
        let mut body = begin_body("verifier");
        body["code_challenge"] = json!(challenge);
        is_refused(&stage, body, 400, "bad_request").await;
    }
}

#[tokio::test]
async fn challenge_that_is_missing_or_no_text_is_refused() {
    let stage = Stage::new().await;
    is_refused(&stage, json!({"provider": "spotify"}), 400, "bad_request").await;
    for challenge in [
        json!(null),
        json!(7),
        json!([challenge("verifier")]),
        json!({}),
    ] {
        let body = json!({"provider": "spotify", "code_challenge": challenge});
        is_refused(&stage, body, 400, "bad_request").await;
    }
}

#[tokio::test]
async fn unknown_provider_is_refused_without_an_echo() {
    let stage = Stage::new().await;
    let long = "x".repeat(10_000);
    let unknown = [
        "",
        "gogle",
        "../google",
        "SPOTIFY",
        "spotify%00",
        "spotify\0",
        "spotify/",
        " spotify",
        &long,
    ];
    for provider in unknown {
        let mut body = begin_body("verifier");
        body["provider"] = json!(provider);
        is_refused(&stage, body.clone(), 400, "bad_request").await;
        let answer = stage.browser().post(BEGIN, body).await;
        assert!(
            provider.is_empty() || !answer.text.contains(provider),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn unknown_intent_is_refused() {
    let stage = Stage::new().await;
    for intent in ["", "Sign-In", "signin", "admin"] {
        let mut body = begin_body("verifier");
        body["intent"] = json!(intent);
        is_refused(&stage, body, 400, "bad_request").await;
    }
    url_of(&mut stage.browser(), json!({"intent": "sign-in"})).await;
}

#[tokio::test]
async fn unknown_permission_is_refused() {
    let stage = Stage::new().await;
    for permissions in [
        json!(["everything"]),
        json!(["top", "user-read-email"]),
        json!([""]),
        json!("top"),
    ] {
        let mut body = begin_body("verifier");
        body["permissions"] = permissions;
        is_refused(&stage, body, 400, "bad_request").await;
    }
}

#[tokio::test]
async fn permissions_become_scopes_each_once() {
    let stage = Stage::new().await;
    let permissions = json!({"permissions": ["top", "playlists", "top"]});
    let url = url_of(&mut stage.browser(), permissions).await;
    let scope = "user-top-read playlist-read-private playlist-read-collaborative";
    assert_eq!(parameters(&url, "scope"), [scope]);
    let url = url_of(&mut stage.browser(), json!({"permissions": []})).await;
    assert!(
        parameters(&url, "scope").is_empty(),
        "who the person is needs no scope"
    );
}

#[tokio::test]
async fn another_account_may_be_asked_for() {
    let stage = Stage::new().await;
    let url = url_of(&mut stage.browser(), json!({"switch_account": true})).await;
    assert_eq!(parameters(&url, "show_dialog"), ["true"]);
    let url = url_of(&mut stage.browser(), json!({"switch_account": false})).await;
    assert!(parameters(&url, "show_dialog").is_empty());
}

#[tokio::test]
async fn protocol_parameters_of_the_client_change_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let smuggled = json!({
        "state": "chosen", "nonce": "chosen", "scope": "chosen", "redirect_uri": "https://evil.example/",
        "prompt": "none", "login_hint": "chosen", "claims": "chosen", "response_mode": "fragment",
        "client_id": "chosen", "response_type": "token", "code_challenge_method": "plain",
    });
    let url = url_of(&mut browser, smuggled).await;
    assert!(!url.contains("chosen") && !url.contains("evil"), "{url}");
    let names = [
        "prompt",
        "login_hint",
        "claims",
        "response_mode",
        "nonce",
        "scope",
    ];
    assert!(
        names.iter().all(|name| parameters(&url, name).is_empty()),
        "{url}"
    );
    let once = [
        "client_id",
        "response_type",
        "redirect_uri",
        "state",
        "code_challenge_method",
    ];
    assert!(
        once.iter().all(|name| parameters(&url, name).len() == 1),
        "{url}"
    );
    assert_eq!(
        parameters(&url, "redirect_uri"),
        [format!("{ORIGIN}/callback/spotify")]
    );
    assert_eq!(parameters(&url, "code_challenge_method"), ["S256"]);
}

#[tokio::test]
async fn place_to_return_to_is_a_page_of_ours_or_the_front_page() {
    let stage = Stage::new().await;
    let cases = [
        ("/profile", "/profile"),
        ("/search?q=a%20b#top", "/search?q=a%20b#top"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/.//evil.example", "/"),
        ("/api/sign-out", "/"),
        ("/callback/spotify?code=a&state=b", "/"),
        ("/nowhere", "/"),
        ("", "/"),
    ];
    for (asked, expected) in cases {
        let mut browser = stage.browser();
        let verifier = browser.verifier();
        let mut body = begin_body(&verifier);
        body["return_to"] = json!(asked);
        let begun = browser.post(BEGIN, body).await.json();
        let attempt = Attempt {
            verifier,
            state: begun["state"].as_str().expect("a state").to_owned(),
            authorize_url: begun["authorize_url"]
                .as_str()
                .expect("an address")
                .to_owned(),
        };
        assert!(!attempt.authorize_url.contains("evil"), "{asked}");
        let query = browser.consent(&attempt, "ada");
        let completed = browser.complete(&query, &attempt.verifier).await.json();
        assert_eq!(completed["return_to"], expected, "{asked}");
    }
}

#[tokio::test]
async fn at_most_five_sign_ins_are_pending_and_the_oldest_goes() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let mut attempts = Vec::new();
    for _ in 0..50 {
        attempts.push(browser.begin().await);
        stage.advance(1);
        let bytes: usize = browser
            .cookies
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        assert!(
            browser.pending().len() <= 5 && bytes <= 4096,
            "{bytes} bytes are pending"
        );
    }
    assert!(
        browser.pending().len() >= 3,
        "several sign-ins can be under way"
    );
    let newest = attempts.last().expect("an attempt");
    assert!(browser.holds(&newest.cookie()));
    assert!(!browser.holds(&attempts[0].cookie()));
    let query = browser.consent(newest, "ada");
    assert_eq!(
        browser.complete(&query, &newest.verifier).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_large_transaction_is_refused_and_not_cut() {
    let stage = Stage::new().await;
    let permissions: Vec<&str> = std::iter::repeat_n("edit-playlists", 700).collect();
    let mut body = begin_body("verifier");
    body["permissions"] = json!(permissions);
    is_refused(&stage, body, 413, "too_large").await;
}

#[tokio::test]
async fn a_session_is_left_as_it_is() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let before = (
        browser.cookies[SESSION].clone(),
        browser.cookies[TOKENS].clone(),
    );
    let answer = browser.post(BEGIN, begin_body(&browser.verifier())).await;
    assert_eq!(answer.set_cookies().len(), 1);
    assert_eq!(
        (
            browser.cookies[SESSION].clone(),
            browser.cookies[TOKENS].clone()
        ),
        before
    );
    assert_eq!(
        claims(&before.0)["sub"],
        browser.session().await["account"]["id"]
    );
}

#[tokio::test]
async fn a_thousand_starts_of_one_address_are_limited() {
    let stage = Stage::with_settings(&[("STAGEDOOR_LIMITS", "on")]).await;
    let mut refused = None;
    let body = begin_body("verifier");
    for n in 0..1000 {
        let mut browser = stage.browser();
        let mut request = browser.request(Method::POST, BEGIN, Some(&body));
        // A client does not choose its own address.
        let forged = format!("192.0.2.{}", n % 256).parse().expect("a header");
        request.headers_mut().insert("x-forwarded-for", forged);
        let answer = browser.send(request).await;
        if answer.status != StatusCode::OK {
            refused = Some(answer);
            break;
        }
    }
    let answer = refused.expect("there is a limit");
    answer.is_refusal(429, "rate_limited");
    let seconds = answer.json()["retry_after"].as_u64().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(
        answer.header("retry-after"),
        Some(seconds.to_string().as_str())
    );
    assert!(answer.set_cookies().is_empty());
    assert_eq!((stage.all_calls(), stage.accounts().await), (0, 0));
    // The other step of a sign-in counts as well.
    let answer = stage.browser().complete("code=a&state=b", "verifier").await;
    answer.is_refusal(429, "rate_limited");
    // Who is signed in may always be asked.
    for _ in 0..200 {
        assert!(!stage.browser().is_signed_in().await);
    }
}
