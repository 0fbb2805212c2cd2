//! Signing in with Google: the honest way, and what Google does of its own accord.

use axum::http::StatusCode;
use sandbox::{Fault, GoogleAccount, GoogleClaims, GoogleSettings};
use serde_json::{Value, json};

use crate::support::{
    Answer, Attempt, Browser, CERTS, DISCOVERY, GOOGLE_TOKEN, GOOGLE_TOKENS, REVOKE, SESSION,
    SIGN_IN, Stage, USERINFO, each, encoded, list, parameters,
};

/// Google's account of this login at the sandbox.
fn ada_of_google() -> GoogleAccount {
    GoogleAccount {
        email: "ada.lindqvist@gmail.com".to_owned(),
        name: Some("Ada Lindqvist".to_owned()),
        ..GoogleAccount::new("ada")
    }
}

/// Begins with Google and consents as Ada.
async fn ready(stage: &Stage) -> (Browser, Attempt, String) {
    let mut browser = stage.browser();
    let attempt = browser.begin_at("google", "sign-in").await;
    let query = browser.consent_at("google", &attempt, "ada");
    (browser, attempt, query)
}

/// The connection to Google in a session view.
fn connection(view: &Value) -> Value {
    let connections = list(&view["connections"]);
    let mut google = connections
        .into_iter()
        .filter(|one| one["provider"] == "google");
    let one = google.next().expect("a connection to Google");
    assert!(google.next().is_none(), "one connection to a provider");
    one
}

fn settings(stage: &Stage, settings: GoogleSettings) {
    stage
        .control()
        .google_settings(settings)
        .expect("settings within bounds");
}

/// The grant types of the requests to Google's token endpoint, in order.
fn grant_types(stage: &Stage) -> Vec<String> {
    let log = stage.control().log();
    log.iter()
        .filter(|entry| entry.path == GOOGLE_TOKEN)
        .filter_map(|entry| entry.form_value("grant_type").map(str::to_owned))
        .collect()
}

async fn name(browser: &mut Browser) -> Value {
    browser.session().await["account"]["name"].clone()
}

#[tokio::test]
async fn a_sign_in_makes_account_identity_connection_and_session() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let answer = browser.go("google", "sign-in", "ada").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.set_names(), [SESSION, GOOGLE_TOKENS]);
    assert_eq!(answer.json()["return_to"], "/profile");
    let view = answer.json()["session"].clone();
    assert_eq!(view["signed_in"], true);
    let account = &view["account"];
    assert_eq!(account["name"], "Ada Lindqvist");
    assert_eq!(account["email"], "ada.lindqvist@gmail.com");
    let picture = account["picture"].as_str().expect("a picture");
    assert!(picture.starts_with(&stage.sandbox.url()), "{picture}");
    assert_eq!(account["roles"], json!([]));
    let identities = list(&view["identities"]);
    assert_eq!(identities.len(), 1);
    assert_eq!(identities[0]["provider"], "google");
    assert_eq!(identities[0]["subject"], GoogleAccount::new("ada").sub);
    assert_eq!(identities[0]["name"], "Ada Lindqvist");
    let connection = connection(&view);
    assert_eq!(connection["renewable"], true);
    assert_eq!(connection["permissions"], json!([]));
    // As Google writes them.
    let mut scopes: Vec<Value> = list(&connection["scopes"]);
    scopes.sort_by_key(ToString::to_string);
    let google = "https://www.googleapis.com/auth/userinfo";
    let granted = [format!("{google}.email"), format!("{google}.profile")];
    assert_eq!(scopes, [&granted[0], &granted[1], "openid"]);
    assert_eq!((stage.accounts().await, stage.sessions().await), (1, 1));
    assert_eq!(browser.session().await, view, "it is told again the same");
    assert_eq!(stage.calls(USERINFO), 0, "the ID token told everything");
}

#[tokio::test]
async fn the_request_for_authorization_asks_for_what_is_needed_and_no_more() {
    let stage = Stage::new().await;
    let attempt = stage.browser().begin_at("google", "sign-in").await;
    let one = |name: &str| {
        let values = parameters(&attempt.authorize_url, name);
        assert_eq!(values.len(), 1, "{name} in {}", attempt.authorize_url);
        values[0].clone()
    };
    assert!(
        attempt
            .authorize_url
            .starts_with(&format!("{}/google/o/oauth2/v2/auth?", stage.sandbox.url()))
    );
    assert_eq!(one("scope"), "openid email profile");
    assert_eq!(one("access_type"), "offline");
    assert_eq!(one("code_challenge_method"), "S256");
    assert_eq!(one("response_type"), "code");
    assert_eq!(one("client_id"), "sandbox-client");
    assert_eq!(one("redirect_uri"), "http://127.0.0.1:3000/callback/google");
    assert_eq!(one("state"), attempt.state);
    assert_eq!(one("nonce").len(), 43);
    assert_ne!(one("nonce"), attempt.state);
    for absent in ["include_granted_scopes", "prompt", "login_hint", "hd"] {
        assert!(
            parameters(&attempt.authorize_url, absent).is_empty(),
            "{absent}"
        );
    }
}

#[tokio::test]
async fn each_attempt_has_a_nonce_of_its_own() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let first = browser.begin_at("google", "sign-in").await;
    let second = browser.begin_at("google", "sign-in").await;
    assert_ne!(
        parameters(&first.authorize_url, "nonce"),
        parameters(&second.authorize_url, "nonce")
    );
    assert_eq!(stage.calls(DISCOVERY), 1, "the metadata is kept");
}

#[tokio::test]
async fn a_change_of_account_is_asked_for_by_a_prompt() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let mut body = crate::support::begin_body(&browser.verifier());
    body["provider"] = json!("google");
    body["switch_account"] = json!(true);
    let begun = browser.post("/api/sign-in/begin", body).await.json();
    let url = begun["authorize_url"].as_str().expect("an address");
    assert_eq!(parameters(url, "prompt"), ["select_account"]);
}

#[tokio::test]
async fn permissions_are_spotifys_alone() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let mut body = crate::support::begin_body(&browser.verifier());
    body["provider"] = json!("google");
    body["permissions"] = json!(["top"]);
    let answer = browser.post("/api/sign-in/begin", body).await;
    answer.is_refusal(400, "bad_request");
    assert_eq!(stage.google_calls(), 0);
}

#[tokio::test]
async fn iss_may_come_or_not_while_it_is_not_promised() {
    for send_iss in [true, false] {
        let stage = Stage::new().await;
        let usual = GoogleSettings::default();
        settings(&stage, GoogleSettings { send_iss, ..usual });
        let (mut browser, attempt, query) = ready(&stage).await;
        assert_eq!(query.contains("iss="), send_iss);
        let answer = browser
            .complete_at("google", &query, &attempt.verifier)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
}

#[tokio::test]
async fn another_iss_is_refused() {
    let stage = Stage::new().await;
    let right = encoded(&format!("{}/google", stage.sandbox.url()));
    for wrong in [
        "https://accounts.google.com".to_owned(),
        format!("{}/google/", stage.sandbox.url()),
        format!("{}/spotify", stage.sandbox.url()),
        String::new(),
    ] {
        let (mut browser, attempt, query) = ready(&stage).await;
        let query = query.replace(&right, &encoded(&wrong));
        let before = stage.before(&mut browser).await;
        let answer = browser
            .complete_at("google", &query, &attempt.verifier)
            .await;
        before
            .refused(&stage, &mut browser, &answer, (400, "issuer_mismatch"))
            .await;
    }
}

#[tokio::test]
async fn an_iss_that_was_promised_must_come() {
    let stage = Stage::new().await;
    let usual = GoogleSettings {
        advertise_iss: true,
        ..GoogleSettings::default()
    };
    settings(&stage, usual);
    let (mut browser, attempt, query) = ready(&stage).await;
    let answer = browser
        .complete_at("google", &query, &attempt.verifier)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let send_iss = false;
    settings(&stage, GoogleSettings { send_iss, ..usual });
    let (mut browser, attempt, query) = ready(&stage).await;
    let before = stage.before(&mut browser).await;
    let answer = browser
        .complete_at("google", &query, &attempt.verifier)
        .await;
    before
        .refused(&stage, &mut browser, &answer, (400, "issuer_mismatch"))
        .await;
}

#[tokio::test]
async fn who_cancels_is_told_so_and_may_try_again() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let attempt = browser.begin_at("google", "sign-in").await;
    let callback = stage
        .control()
        .google_deny(&attempt.authorize_url, "ada")
        .expect("a way back");
    let query = callback.split_once('?').expect("a query").1;
    let before = stage.before(&mut browser).await;
    let answer = browser
        .complete_at("google", query, &attempt.verifier)
        .await;
    before
        .refused(&stage, &mut browser, &answer, (400, "access_denied"))
        .await;
    assert!(browser.pending().is_empty());
    browser.sign_in_with("google", "ada").await;
}

#[tokio::test]
async fn an_answer_of_google_is_none_of_spotify() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let before = stage.before(&mut browser).await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    before
        .refused(&stage, &mut browser, &answer, (400, "provider_mismatch"))
        .await;
}

#[tokio::test]
async fn a_newcomer_without_a_name_has_none() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let view = browser.sign_in_with("google", "newcomer").await;
    assert_eq!(view["account"]["name"], Value::Null);
    assert_eq!(view["account"]["picture"], Value::Null);
    assert_eq!(stage.calls(USERINFO), 1, "userinfo was asked for the name");
    assert_eq!(
        browser.page("/account", "none").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn after_the_sign_in_google_is_not_asked_again() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    let seen = stage.google_calls();
    assert_eq!(seen, 3, "metadata, exchange and keys, once each");
    for _ in 0..20 {
        assert!(browser.is_signed_in().await);
        for page in ["/", "/account", "/profile"] {
            assert_eq!(browser.page(page, "none").await.status, StatusCode::OK);
        }
        let search = "/api/spotify/v1/search?q=a&type=artist";
        assert_eq!(browser.get(search).await.status, StatusCode::OK);
    }
    assert_eq!(stage.google_calls(), seen);
    // Tokens that are not due are not refreshed either.
    assert_eq!(browser.refresh_at("google").await.status, StatusCode::OK);
    assert_eq!(stage.google_calls(), seen);
}

#[tokio::test]
async fn an_hour_later_one_request_renews_tokens_and_profile() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    let renamed = GoogleAccount {
        name: Some("Ada Byron".to_owned()),
        email: "ada.byron@gmail.com".to_owned(),
        ..ada_of_google()
    };
    stage.control().google_account(renamed).expect("an account");
    assert_eq!(name(&mut browser).await, "Ada Lindqvist");
    stage.advance(3600);
    stage.control().clear_log();
    let answer = browser.refresh_at("google").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.sets(GOOGLE_TOKENS));
    assert_eq!(grant_types(&stage), ["refresh_token"]);
    assert_eq!(stage.calls(USERINFO), 1);
    assert_eq!(stage.calls("/google/o/oauth2/v2/auth"), 0);
    let view = browser.session().await;
    assert_eq!(view["account"]["name"], "Ada Byron");
    assert_eq!(view["account"]["email"], "ada.byron@gmail.com");
    assert_eq!(each(&view["identities"], "name"), ["Ada Byron"]);
    assert_eq!(connection(&view)["renewable"], true, "the token is kept");
    // It is not due again, and the next hour needs one more.
    browser.refresh_at("google").await;
    assert_eq!(grant_types(&stage).len(), 1);
    stage.advance(3600);
    assert_eq!(browser.refresh_at("google").await.status, StatusCode::OK);
    assert_eq!(grant_types(&stage).len(), 2);
    assert_eq!(stage.accounts().await, 1);
}

#[tokio::test]
async fn a_renewal_for_somebody_else_changes_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    let other = GoogleAccount::new("kenji");
    let claims = GoogleClaims::default().set("sub", other.sub.clone());
    stage.control().google_claims(claims.set("name", "Kenji"));
    stage.advance(3600);
    let answer = browser.refresh_at("google").await;
    answer.is_refusal(401, "id_token_invalid");
    assert!(!answer.sets(GOOGLE_TOKENS));
    assert_eq!(stage.calls(USERINFO), 0);
    assert_eq!(name(&mut browser).await, "Ada Lindqvist");
    // The connection is there still, and good once Google is itself again.
    stage.control().google_claims(GoogleClaims::default());
    stage.advance(10);
    assert_eq!(browser.refresh_at("google").await.status, StatusCode::OK);
}

#[tokio::test]
async fn userinfo_of_somebody_else_changes_no_profile() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    let foreign = json!({"sub": GoogleAccount::new("kenji").sub, "name": "Kenji"});
    stage
        .control()
        .fault(Fault::status(USERINFO, 200).body(foreign))
        .expect("a fault");
    stage.advance(3600);
    assert_eq!(browser.refresh_at("google").await.status, StatusCode::OK);
    assert_eq!(stage.calls(USERINFO), 1);
    assert_eq!(name(&mut browser).await, "Ada Lindqvist");
}

#[tokio::test]
async fn a_second_sign_in_here_keeps_the_older_refresh_token() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    stage.advance(60);
    let view = browser.sign_in_with("google", "ada").await;
    assert_eq!(connection(&view)["renewable"], true);
    stage.advance(3600);
    stage.control().clear_log();
    assert_eq!(browser.refresh_at("google").await.status, StatusCode::OK);
    assert_eq!(grant_types(&stage), ["refresh_token"]);
}

#[tokio::test]
async fn a_sign_in_elsewhere_brings_none_and_a_grant_brings_one() {
    let stage = Stage::new().await;
    stage.signed_in_with("google", "ada").await;
    let mut browser = stage.browser();
    let view = browser.sign_in_with("google", "ada").await;
    assert_eq!(connection(&view)["renewable"], false);
    let sid = browser.sid();
    let attempt = browser.begin_at("google", "grant").await;
    assert_eq!(parameters(&attempt.authorize_url, "prompt"), ["consent"]);
    let query = browser.consent_at("google", &attempt, "ada");
    let answer = browser
        .complete_at("google", &query, &attempt.verifier)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(connection(&answer.json()["session"])["renewable"], true);
    assert_eq!(browser.sid(), sid, "the session goes on");
    stage.advance(3600);
    stage.control().clear_log();
    assert_eq!(browser.refresh_at("google").await.status, StatusCode::OK);
    assert_eq!(grant_types(&stage), ["refresh_token"]);
}

#[tokio::test]
async fn what_cannot_be_renewed_ends_the_connection_and_not_the_session() {
    let stage = Stage::new().await;
    stage.signed_in_with("google", "ada").await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    stage.advance(3600);
    stage.control().clear_log();
    let answer = browser.refresh_at("google").await;
    answer.is_refusal(401, "reauthorize");
    assert!(answer.clears(GOOGLE_TOKENS));
    assert_eq!(stage.google_calls(), 0, "there is nothing to ask with");
    let view = browser.session().await;
    assert_eq!(view["signed_in"], true);
    assert_eq!(view["connections"], json!([]));
}

#[tokio::test]
async fn access_that_was_removed_at_google_ends_the_connection_and_not_the_session() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    stage.control().google_remove_app("ada", "sandbox-client");
    stage.advance(3600);
    browser
        .refresh_at("google")
        .await
        .is_refusal(401, "reauthorize");
    assert!(!browser.holds(GOOGLE_TOKENS));
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_refresh_token_is_not_handed_on_to_another_account() {
    let stage = Stage::new().await;
    // His first consent, and with it his refresh token, was given elsewhere.
    stage.signed_in_with("google", "kenji").await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    let view = browser.sign_in_with("google", "kenji").await;
    assert_eq!(connection(&view)["renewable"], false);
    assert_eq!(stage.accounts().await, 2);
}

#[tokio::test]
async fn new_keys_of_google_are_followed() {
    let stage = Stage::new().await;
    stage.signed_in_with("google", "ada").await;
    assert_eq!(stage.calls(CERTS), 1);
    stage.signed_in_with("google", "ada").await;
    assert_eq!(stage.calls(CERTS), 1, "the keys are kept");
    for (count, keep_old) in [(2, true), (3, false)] {
        stage.control().google_rotate_keys(keep_old);
        stage.signed_in_with("google", "ada").await;
        assert_eq!(stage.calls(CERTS), count);
    }
    assert_eq!(stage.accounts().await, 1);
}

/// What the pages say of Google's availability.
fn availability(page: &Answer) -> bool {
    let text = page.text.replace('\\', "");
    let told = [true, false].map(|yes| {
        text.contains(&format!(
            r#""id":"google","label":"Google","available":{yes}"#
        ))
    });
    assert_ne!(told[0], told[1], "{text}");
    told[0]
}

#[tokio::test]
async fn while_google_is_down_the_rest_goes_on() {
    let stage = Stage::new().await;
    stage
        .control()
        .fault(Fault::status(DISCOVERY, 503))
        .expect("a fault");
    let mut browser = stage.browser();
    assert!(
        availability(&browser.page("/", "none").await),
        "not known yet"
    );
    let (_, answer) = browser.ask_to_begin("google", "sign-in").await;
    answer.is_refusal(503, "provider_unavailable");
    assert_eq!(answer.header("retry-after"), Some("15"));
    assert!(answer.set_cookies().is_empty());
    assert!(!availability(&browser.page("/", "none").await));
    // In the pause it is not asked again.
    stage.advance(14);
    let (_, answer) = browser.ask_to_begin("google", "sign-in").await;
    answer.is_refusal(503, "provider_unavailable");
    assert_eq!(stage.google_calls(), 1);
    browser.sign_in("ada").await;
    stage.advance(1);
    assert!(availability(&browser.page("/", "none").await));
    stage.browser().sign_in_with("google", "ada").await;
}

#[tokio::test]
async fn a_down_google_is_no_reason_not_to_start() {
    let stage = Stage::new().await;
    stage
        .control()
        .fault(Fault::status("/google", 503).times(1000))
        .expect("a fault");
    let again = stage.restarted().await;
    again.signed_in("ada").await;
    assert_eq!(stage.google_calls(), 0, "nothing is asked at start");
}

#[tokio::test]
async fn known_metadata_outlives_an_outage() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    stage.advance(3601);
    stage
        .control()
        .fault(Fault::status(DISCOVERY, 503))
        .expect("a fault");
    assert_eq!(browser.refresh_at("google").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_failed_exchange_signs_nobody_in() {
    for (status, refusal) in [
        (503, (503, "provider_unavailable")),
        (429, (503, "provider_unavailable")),
        (200, (502, "provider_error")),
    ] {
        let stage = Stage::new().await;
        let (mut browser, attempt, query) = ready(&stage).await;
        stage
            .control()
            .fault(Fault::status(GOOGLE_TOKEN, status))
            .expect("a fault");
        let before = stage.before(&mut browser).await;
        let answer = browser
            .complete_at("google", &query, &attempt.verifier)
            .await;
        before
            .refused_after(1, &stage, &mut browser, &answer, refusal)
            .await;
        assert_eq!(stage.sessions().await, 0);
    }
}

#[tokio::test]
async fn claims_that_do_not_hold_sign_nobody_in() {
    let claims = GoogleClaims::default;
    let issuer = "https://accounts.google.com";
    for wrong in [
        claims().set("aud", "another-client"),
        claims().set("iss", issuer),
        claims().set("nonce", "another"),
        claims().remove("nonce"),
        claims().remove("sub"),
        claims().set("exp", 1),
        claims().set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
    ] {
        let stage = Stage::new().await;
        stage.control().google_claims(wrong.clone());
        let (mut browser, attempt, query) = ready(&stage).await;
        let before = stage.before(&mut browser).await;
        let answer = browser
            .complete_at("google", &query, &attempt.verifier)
            .await;
        assert_eq!(
            answer.refusal(),
            (401, "id_token_invalid".to_owned()),
            "{wrong:?}"
        );
        before
            .refused_after(2, &stage, &mut browser, &answer, (401, "id_token_invalid"))
            .await;
        assert_eq!(stage.sessions().await, 0);
        assert!(!browser.cookies.keys().any(|name| name.starts_with(SIGN_IN)));
    }
}

#[tokio::test]
async fn a_sign_out_takes_no_grant_back() {
    for everywhere in [false, true] {
        let stage = Stage::new().await;
        let mut browser = stage.signed_in_with("google", "ada").await;
        let seen = stage.google_calls();
        let answer = browser.sign_out(everywhere).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.json().get("end_session_url"),
            None,
            "Google has none"
        );
        assert!(browser.cookies.is_empty());
        assert_eq!(stage.google_calls(), seen);
        assert_eq!(stage.calls(REVOKE), 0);
        // The grant is there still: the next sign-in asks for no consent.
        let attempt = browser.begin_at("google", "sign-in").await;
        let query = browser.consent_at("google", &attempt, "ada");
        assert!(query.contains("prompt=none"), "{query}");
    }
}
