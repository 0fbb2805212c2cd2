//! The provider fails while a sign-in is completed: what the person is told, and what stays undone.

use axum::http::StatusCode;
use sandbox::{Fault, Listener};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, ME, SESSION, Stage, TOKEN, TOKENS};

/// What a provider may write into any text; it must not reach a person.
const TEXT: &str = "<b>call 0800-EVIL</b>";

/// Completes a sign-in while `fault` is armed.
async fn complete_with(stage: &Stage, fault: Fault) -> (Browser, Answer) {
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage.control().fault(fault.times(5)).expect("a fault");
    let answer = browser.complete(&query, &attempt.verifier).await;
    stage.control().clear_faults();
    assert!(answer.clears(&attempt.cookie()), "the transaction is over");
    (browser, answer)
}

/// Completes a sign-in while `fault` is armed, and sees that it fails in this way, after `calls`
/// to the token endpoint and to the profile.
async fn fails(fault: Fault, refusal: (u16, &str), calls: (usize, usize)) -> Answer {
    let told = format!("{fault:?}");
    let stage = Stage::new().await;
    let (mut browser, answer) = complete_with(&stage, fault).await;
    assert_eq!(
        answer.refusal(),
        (refusal.0, refusal.1.to_owned()),
        "{told}"
    );
    assert!(!answer.text.contains("EVIL"), "{told}: {}", answer.text);
    assert!(!answer.sets(SESSION) && !answer.sets(TOKENS), "{told}");
    assert!(!browser.is_signed_in().await, "{told}");
    assert_eq!(stage.accounts().await, 0, "{told}");
    assert_eq!((stage.calls(TOKEN), stage.calls(ME)), calls, "{told}");
    answer
}

/// Completes a sign-in while `fault` is armed, and sees that it succeeds.
async fn succeeds(fault: Fault) -> (Stage, Browser) {
    let told = format!("{fault:?}");
    let stage = Stage::new().await;
    let (browser, answer) = complete_with(&stage, fault).await;
    assert_eq!(answer.status, StatusCode::OK, "{told}: {}", answer.text);
    (stage, browser)
}

fn token_error(status: u16, code: &str) -> Fault {
    Fault::status(TOKEN, status)
        .body(json!({"error": code, "error_description": TEXT, "error_uri": TEXT}))
}

fn token_answer(body: impl Into<Value>) -> Fault {
    Fault::status(TOKEN, 200).body(body)
}

#[tokio::test]
async fn errors_of_the_token_endpoint_have_their_codes() {
    let cases = [
        (400, "invalid_grant", (400, "code_rejected")),
        (401, "invalid_client", (502, "provider_error")),
        (400, "invalid_client", (502, "provider_error")),
        (400, "invalid_request", (502, "provider_error")),
        (400, "unauthorized_client", (502, "provider_error")),
        (400, TEXT, (502, "provider_error")),
        (429, "slow_down", (503, "provider_unavailable")),
        (500, "server_error", (503, "provider_unavailable")),
        (
            503,
            "temporarily_unavailable",
            (503, "provider_unavailable"),
        ),
    ];
    for (status, code, refusal) in cases {
        fails(token_error(status, code), refusal, (1, 0)).await;
    }
}

#[tokio::test]
async fn an_error_with_status_200_is_an_error() {
    fails(
        token_error(200, "invalid_grant"),
        (400, "code_rejected"),
        (1, 0),
    )
    .await;
    fails(token_error(200, TEXT), (502, "provider_error"), (1, 0)).await;
    let both = json!({"error": "invalid_grant", "access_token": "a", "token_type": "Bearer"});
    fails(token_answer(both), (502, "provider_error"), (1, 0)).await;
}

#[tokio::test]
async fn pages_of_a_gateway_have_their_codes() {
    let page = format!("<html>{TEXT}</html>");
    for status in [500, 502, 503, 504] {
        let fault = Fault::status(TOKEN, status)
            .content_type("text/html")
            .body(page.as_str());
        fails(fault, (503, "provider_unavailable"), (1, 0)).await;
    }
    for status in [200, 400, 403, 404] {
        let fault = Fault::status(TOKEN, status)
            .content_type("text/html")
            .body(page.as_str());
        fails(fault, (502, "provider_error"), (1, 0)).await;
    }
    fails(
        Fault::status(TOKEN, 503),
        (503, "provider_unavailable"),
        (1, 0),
    )
    .await;
    fails(Fault::status(TOKEN, 200), (502, "provider_error"), (1, 0)).await;
}

#[tokio::test]
async fn token_answers_that_make_no_sense_are_refused() {
    let nonsense = [
        json!({}),
        json!([]),
        json!([{"access_token": "a", "token_type": "Bearer"}]),
        json!({"access_token": "a"}),
        json!({"token_type": "Bearer"}),
        json!({"access_token": 7, "token_type": "Bearer"}),
        json!({"access_token": null, "token_type": "Bearer"}),
        json!({"access_token": "", "token_type": "Bearer"}),
        json!({"access_token": "a", "token_type": "mac"}),
        json!({"access_token": "a", "token_type": "DPoP"}),
        json!({"access_token": "a", "token_type": "Bearer", "expires_in": "soon"}),
        json!({"access_token": "a", "token_type": "Bearer", "scope": 7}),
        json!(r#"{"access_token": "a", "token_type": "Bearer"} and more"#),
        json!("\u{feff}{\"access_token\": \"a\", \"token_type\": \"Bearer\"}"),
    ];
    for body in nonsense {
        fails(token_answer(body), (502, "provider_error"), (1, 0)).await;
    }
}

#[tokio::test]
async fn tokens_that_no_header_can_hold_are_refused() {
    for token in [
        "a\r\nHost: evil",
        "a\nb",
        "a\u{0}b",
        "a b",
        "ä",
        "a\tb",
        &"a".repeat(100_000),
    ] {
        let access = json!({"access_token": token, "token_type": "Bearer", "refresh_token": "r"});
        fails(token_answer(access), (502, "provider_error"), (1, 0)).await;
        let refresh = json!({"access_token": "a", "token_type": "Bearer", "refresh_token": token});
        fails(token_answer(refresh), (502, "provider_error"), (1, 0)).await;
    }
}

#[tokio::test]
async fn an_answer_of_more_than_512_kilobytes_is_refused() {
    let long = "a".repeat(600 * 1024);
    let body = json!({"access_token": "a", "token_type": "Bearer", "padding": long});
    let answer = fails(token_answer(body), (502, "provider_error"), (1, 0)).await;
    assert!(answer.text.len() < 1000);
    let me = Fault::status(ME, 200).body(json!({"id": "ada", "padding": long}));
    fails(me, (502, "provider_error"), (1, 1)).await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let stage = Stage::new().await;
        let elsewhere = format!("{}/spotify/elsewhere", stage.sandbox.url());
        let fault = Fault::status(TOKEN, status).header("location", &elsewhere);
        let (mut browser, answer) = complete_with(&stage, fault).await;
        answer.is_refusal(502, "provider_error");
        assert!(!browser.is_signed_in().await);
        assert_eq!(
            (stage.all_calls(), stage.calls(TOKEN)),
            (1, 1),
            "{status}: the secret went elsewhere"
        );

        let stage = Stage::new().await;
        let elsewhere = format!("{}/spotify/elsewhere", stage.sandbox.url());
        let fault = Fault::status(ME, status).header("location", &elsewhere);
        let (_, answer) = complete_with(&stage, fault).await;
        answer.is_refusal(502, "provider_error");
        assert_eq!(
            (stage.all_calls(), stage.calls(ME)),
            (2, 1),
            "{status}: the token went elsewhere"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_is_not_asked_for_again() {
    let fault = Fault::status(TOKEN, 502).after();
    fails(fault, (503, "provider_unavailable"), (1, 0)).await;
}

#[tokio::test]
async fn what_providers_differ_in_is_accepted() {
    let stage = Stage::new().await;
    // A token that the profile is told for, once.
    let mut browser = stage.browser();
    browser.sign_in("ada").await;
    let log = stage.control().log();
    let token = log[1]
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let token = token.expect("a token");
    let harmless = [
        json!({"token_type": "bearer", "expires_in": 3600}),
        json!({"token_type": "bEARER", "expires_in": 3600}),
        json!({"token_type": "Bearer"}),
        json!({"token_type": "Bearer", "expires_in": "3600"}),
        json!({"token_type": "Bearer", "expires_in": 3600.5}),
        json!({"token_type": "Bearer", "expires_in": 0}),
        json!({"token_type": "Bearer", "expires_in": -1}),
        json!({"token_type": "Bearer", "expires_in": 1e12}),
        json!({"token_type": "Bearer", "expires_in": 3600, "refresh_token": ""}),
        json!({"token_type": "Bearer", "expires_in": 3600, "refresh_token": null}),
        json!({"token_type": "Bearer", "expires_in": 3600, "scope": ["user-top-read"]}),
        json!({"token_type": "Bearer", "expires_in": 3600, "id_token": "a.b.c", "unknown": {"a": 1}}),
    ];
    for mut body in harmless {
        body["access_token"] = json!(token);
        let mut browser = stage.browser();
        let (attempt, query) = browser.begin_and_consent("ada").await;
        stage
            .control()
            .fault(token_answer(body.clone()))
            .expect("a fault");
        let answer = browser.complete(&query, &attempt.verifier).await;
        assert_eq!(answer.status, StatusCode::OK, "{body}: {}", answer.text);
        assert!(browser.is_connected().await, "{body}");
    }
}

#[tokio::test]
async fn an_absent_scope_is_what_was_asked_for() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    assert_eq!(
        browser.session().await["connections"][0]["scopes"],
        json!([])
    );
    let log = stage.control().log();
    let token = log[1]
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600});
    let mut body_of_begin =
        crate::support::begin_body("verifier-of-43-characters-xxxxxxxxxxxxxxxxxx");
    body_of_begin["permissions"] = json!(["top"]);
    let begun = browser
        .post("/api/sign-in/begin", body_of_begin)
        .await
        .json();
    let url = begun["authorize_url"].as_str().expect("an address");
    let callback = stage.control().authorize(url, "ada").expect("consent");
    let query = callback.split_once('?').expect("a query").1;
    stage.control().fault(token_answer(body)).expect("a fault");
    browser
        .complete(query, "verifier-of-43-characters-xxxxxxxxxxxxxxxxxx")
        .await;
    let session = browser.session().await;
    assert_eq!(
        session["connections"][0]["scopes"],
        json!(["user-top-read"])
    );
    assert_eq!(session["connections"][0]["permissions"], json!(["top"]));
}

#[tokio::test]
async fn refusals_of_the_profile_have_their_codes() {
    let plain = |status, text: &str| Fault::status(ME, status).body(format!("{text} {TEXT}"));
    let nested = |status: u16, text: &str| {
        Fault::status(ME, status)
            .body(json!({"error": {"status": status, "message": format!("{text} {TEXT}")}}))
    };
    let listed = "User not registered in the Developer Dashboard";
    let premium = "Active premium subscription required for the owner of the app.";
    let cases = [
        (
            nested(400, "Only valid bearer authentication supported"),
            (502, "provider_error"),
        ),
        (nested(401, "Invalid access token"), (502, "provider_error")),
        (nested(404, "Service not found"), (502, "provider_error")),
        (plain(403, listed), (403, "not_allow_listed")),
        (nested(403, listed), (403, "not_allow_listed")),
        (plain(403, premium), (403, "owner_premium_required")),
        (
            nested(403, "Insufficient client scope"),
            (403, "permission_needed"),
        ),
        (plain(403, "No."), (403, "forbidden")),
        (plain(500, "x"), (503, "provider_unavailable")),
        (Fault::status(ME, 503), (503, "provider_unavailable")),
        (
            plain(502, "<html>").content_type("text/html"),
            (503, "provider_unavailable"),
        ),
        (
            plain(200, "<html>").content_type("text/html"),
            (502, "provider_error"),
        ),
        (Fault::status(ME, 200), (502, "provider_error")),
        (Fault::status(ME, 204), (502, "provider_error")),
    ];
    for (fault, refusal) in cases {
        fails(fault, refusal, (1, 1)).await;
    }
}

#[tokio::test]
async fn rate_limits_of_the_profile_say_when_to_come_back() {
    let answer = fails(Fault::rate_limited(ME, 7), (429, "rate_limited"), (1, 1)).await;
    assert_eq!(
        (answer.header("retry-after"), &answer.json()["retry_after"]),
        (Some("7"), &json!(7))
    );
    let answer = fails(
        Fault::quota_exhausted(ME, 48_925),
        (429, "quota_exhausted"),
        (1, 1),
    )
    .await;
    assert_eq!(answer.header("retry-after"), Some("48925"));
}

#[tokio::test]
async fn profiles_that_make_no_sense_are_refused() {
    for body in [
        json!([]),
        json!({}),
        json!({"id": null}),
        json!({"id": 7}),
        json!({"id": ""}),
        json!("ada"),
    ] {
        fails(
            Fault::status(ME, 200).body(body),
            (502, "provider_error"),
            (1, 1),
        )
        .await;
    }
}

#[tokio::test]
async fn a_profile_with_little_in_it_is_enough() {
    let (_, mut browser) =
        succeeds(Fault::status(ME, 200).body(json!({"id": "x", "images": null}))).await;
    let session = browser.session().await;
    assert_eq!(session["account"]["name"], Value::Null);
    assert_eq!(session["identities"][0]["subject"], "x");
}

#[tokio::test]
async fn the_two_keys_of_a_person_are_not_taken_for_each_other() {
    let stage = Stage::new().await;
    let victim = json!({"id": "victim", "account_id": "0123456789abcdef012345"});
    let (mut first, _) = complete_with(&stage, Fault::status(ME, 200).body(victim)).await;
    // An id that reads like the other's account id leads to an account of its own.
    let other = json!({"id": "0123456789abcdef012345"});
    let (mut second, _) = complete_with(&stage, Fault::status(ME, 200).body(other)).await;
    let (first, second) = (first.session().await, second.session().await);
    assert_ne!(first["account"]["id"], second["account"]["id"]);
    assert_eq!(stage.accounts().await, 2);
    // Either key finds the account.
    for known in [
        json!({"id": "victim"}),
        json!({"id": "renamed", "account_id": "0123456789abcdef012345"}),
    ] {
        let (mut again, _) = complete_with(&stage, Fault::status(ME, 200).body(known)).await;
        assert_eq!(
            again.session().await["account"]["id"],
            first["account"]["id"]
        );
    }
}

#[tokio::test]
async fn pictures_from_elsewhere_are_dropped() {
    let long = format!("https://i.scdn.co/{}", "a".repeat(2000));
    let bad = [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://tracker.example/a.png",
        "http://localhost:1/a.png",
        "//tracker.example/a.png",
        "https://user:password@i.scdn.co/a.png",
        "",
        &long,
    ];
    for url in bad {
        let me = json!({"id": "x", "images": [{"url": url, "width": 64, "height": 64}]});
        let (_, mut browser) = succeeds(Fault::status(ME, 200).body(me)).await;
        assert_eq!(
            browser.session().await["account"]["picture"],
            Value::Null,
            "{url}"
        );
    }
    let good = "https://i.scdn.co/image/ab67";
    let me = json!({"id": "x", "images": [{"url": good, "width": 64, "height": 64}]});
    let (_, mut browser) = succeeds(Fault::status(ME, 200).body(me)).await;
    assert_eq!(browser.session().await["account"]["picture"], good);
}

#[tokio::test]
async fn a_name_of_a_megabyte_is_cut() {
    let me = json!({"id": "x", "display_name": "é".repeat(200_000)});
    let (_, mut browser) = succeeds(Fault::status(ME, 200).body(me)).await;
    let session = browser.session().await;
    let name = session["account"]["name"].as_str().expect("a name");
    assert!((1..=200).contains(&name.chars().count()));
}

#[tokio::test]
async fn a_listener_who_is_not_on_the_list_is_told_so() {
    let stage = Stage::new().await;
    let eve = Listener {
        allow_listed: false,
        ..Listener::new("eve")
    };
    stage.control().add_user(eve).expect("a listener");
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("eve").await;
    browser
        .complete(&query, &attempt.verifier)
        .await
        .is_refusal(403, "not_allow_listed");
    assert_eq!(stage.accounts().await, 0);
}

#[tokio::test]
async fn a_wrong_secret_of_ours_is_the_installations_fault() {
    let stage = Stage::with_settings(&[("SPOTIFY_CLIENT_SECRET", "mistyped")]).await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    answer.is_refusal(502, "provider_error");
    assert!(!answer.text.contains("mistyped"));
}

#[tokio::test]
async fn a_provider_that_is_down_is_unavailable() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    // Nobody listens on this port.
    let url = "http://127.0.0.1:1/spotify";
    let again = stage.again_with(&[("SPOTIFY_API_URL", url)]).await;
    let mut there = again.browser();
    there.cookies = browser.cookies.clone();
    let answer = there.complete(&query, &attempt.verifier).await;
    answer.is_refusal(503, "provider_unavailable");
    assert!(!there.is_signed_in().await);
}

#[tokio::test]
async fn an_answer_of_a_provider_that_was_set_up_anew_is_refused() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    // Between the two steps the installation was pointed at another accounts service.
    let url = "http://127.0.0.1:1/spotify";
    let again = stage.again_with(&[("SPOTIFY_ACCOUNTS_URL", url)]).await;
    let mut there = again.browser();
    there.cookies = browser.cookies.clone();
    let before = again.before(&mut there).await;
    let answer = there.complete(&query, &attempt.verifier).await;
    before
        .refused(&again, &mut there, &answer, (400, "provider_mismatch"))
        .await;
}
