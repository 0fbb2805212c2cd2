//! What a test turns at the local Google.

use axum::http::StatusCode;
use sandbox::{Fault, GoogleAccount, GoogleClaims};
use serde_json::json;

use crate::browser::{Browser, text, value};
use crate::google_authorize::{authorize_url, sign_in};
use crate::google_token::{exchange, is_signed, read, tokens};

#[tokio::test]
async fn certs_say_how_long_they_are_good() {
    let mut browser = Browser::new();
    let answer = browser.get("/google/certs").await;
    assert_eq!(
        answer.header("cache-control"),
        Some("public, max-age=24873, must-revalidate, no-transform")
    );
    let keys = answer.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    let key = &keys["keys"][0];
    for (name, expected) in [
        ("kty", "RSA"),
        ("alg", "RS256"),
        ("use", "sig"),
        ("e", "AQAB"),
    ] {
        assert_eq!(key[name], expected, "{name}");
    }
    assert_eq!(text(key, "kid").len(), 40);
    assert_eq!(text(key, "n").len(), 342, "2048 bits and no sign byte");
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        assert!(key.get(private).is_none(), "{private}");
    }
    let body = json!({ "certs_max_age_s": 60 });
    let settings = browser
        .post_json("/control/google/settings", &body)
        .await
        .json();
    assert_eq!(settings["send_iss"], true, "what is left out stays");
    let answer = browser.get("/google/certs").await;
    let cache = answer.header("cache-control").unwrap();
    assert!(cache.starts_with("public, max-age=60,"));
}

#[tokio::test]
async fn a_rotation_signs_with_another_key_and_keeps_the_old_one_or_not() {
    let mut browser = Browser::new();
    let before = tokens(&mut browser, "ada", &[]).await;
    let rotated = browser
        .post_json("/control/google/rotate-keys", &json!({}))
        .await
        .json();
    let after = tokens(&mut browser, "ada", &[]).await;
    assert_eq!(read(&after).0["kid"], rotated["kid"]);
    assert_ne!(read(&before).0["kid"], rotated["kid"]);
    assert!(is_signed(&mut browser, &before).await, "still published");
    assert!(is_signed(&mut browser, &after).await);
    let rotated = browser.control.google_rotate_keys(false);
    let kids = browser.control.snapshot().google.kids;
    assert_eq!(kids, [rotated]);
    assert!(!is_signed(&mut browser, &after).await, "gone");
}

#[tokio::test]
async fn every_claim_and_header_field_can_be_changed() {
    let mut browser = Browser::new();
    let body = json!({
        "set": { "email_verified": "true", "aud": ["a", "b"], "exp": 1, "nonce": null },
        "remove": ["sub", "at_hash"],
        "header": { "alg": "none", "kid": null, "x": 1 },
    });
    let answer = browser.post_json("/control/google/claims", &body).await;
    assert_eq!(answer.json(), body);
    let changed = tokens(&mut browser, "ada", &[]).await;
    let (header, claims) = read(&changed);
    assert_eq!(claims["email_verified"], "true");
    assert_eq!(claims["aud"], json!(["a", "b"]));
    assert_eq!(claims["exp"], 1);
    assert!(claims["nonce"].is_null() && claims.get("nonce").is_some());
    assert!(claims.get("sub").is_none() && claims.get("at_hash").is_none());
    assert_eq!(header, json!({ "alg": "none", "typ": "JWT", "x": 1 }));
    browser
        .post_json("/control/google/claims", &json!({}))
        .await;
    let usual = tokens(&mut browser, "ada", &[]).await;
    assert!(is_signed(&mut browser, &usual).await);
    assert_eq!(read(&usual).1["nonce"], "n-1");
    let claims = GoogleClaims::default()
        .set("iss", "https://evil.example")
        .remove("azp")
        .header("kid", "unknown");
    browser.control.google_claims(claims);
    let changed = tokens(&mut browser, "ada", &[]).await;
    assert_eq!(read(&changed).1["iss"], "https://evil.example");
    assert!(!is_signed(&mut browser, &changed).await, "an unknown key");
}

#[tokio::test]
async fn an_account_is_made_from_the_login_and_can_be_replaced() {
    let mut browser = Browser::new();
    let made = browser
        .post_json("/control/google/accounts", &json!({ "login": "eve" }))
        .await
        .json();
    assert_eq!(made["email"], "eve@gmail.com");
    assert_eq!(text(&made, "sub").len(), 21);
    let eve = GoogleAccount {
        sub: "eve".to_owned(),
        email: "eve@elsewhere.example".to_owned(),
        picture: Some("https://pictures.example/eve.png".to_owned()),
        ..GoogleAccount::new("eve")
    };
    browser.control.google_account(eve).unwrap();
    assert_eq!(browser.control.snapshot().google.accounts.len(), 4);
    let tokens = tokens(&mut browser, "eve", &[]).await;
    let (_, claims) = read(&tokens);
    assert_eq!(claims["sub"], "eve");
    assert_eq!(claims["picture"], "https://pictures.example/eve.png");
}

#[tokio::test]
async fn a_body_with_an_unknown_or_wrong_field_is_refused() {
    let mut browser = Browser::new();
    let ada = browser.control.snapshot().google.accounts[0].sub.clone();
    for (path, body) in [
        ("accounts", json!({ "login": "" })),
        ("accounts", json!({ "login": " x" })),
        ("accounts", json!({ "login": "x", "nick": "y" })),
        ("accounts", json!({ "login": "x", "sub": "" })),
        ("accounts", json!({ "login": "x", "sub": "é" })),
        ("accounts", json!({ "login": "x", "sub": "1".repeat(256) })),
        ("accounts", json!({ "login": "x", "sub": ada })),
        (
            "accounts",
            json!({ "login": "x", "email_verified": "true" }),
        ),
        ("accounts", json!([])),
        ("claims", json!({ "unset": ["sub"] })),
        ("claims", json!({ "set": ["sub"] })),
        ("rotate-keys", json!({ "keep_old": "no" })),
        ("rotate-keys", json!({ "times": 2 })),
        ("settings", json!({ "send_iss": "yes" })),
        ("settings", json!({ "send": true })),
        ("settings", json!({ "certs_max_age_s": 86_401 })),
        ("authorize", json!({ "authorize_url": "x", "login": "ada" })),
        ("remove-app", json!({ "login": "ada" })),
    ] {
        let path = format!("/control/google/{path}");
        let answer = browser.post_json(&path, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert!(answer.json()["error"].is_string(), "{path} {body}");
    }
}

#[tokio::test]
async fn authorize_signs_in_and_agrees_without_the_pages() {
    let mut browser = Browser::new();
    let body = json!({ "authorize_url": authorize_url(&[]), "login": "ada" });
    let answer = browser
        .post_json("/control/google/authorize", &body)
        .await
        .json();
    let code = value(&text(&answer, "callback_url"), "code").unwrap();
    assert_eq!(exchange(&mut browser, &code).await.status, StatusCode::OK);
    for (url, login, said) in [
        (authorize_url(&[]), "hanako", "hanako"),
        (
            authorize_url(&[("client_id", "x")]),
            "ada",
            "invalid_client",
        ),
        (
            "http://localhost:4400/spotify/authorize".to_owned(),
            "ada",
            "not an authorize URL",
        ),
    ] {
        let body = json!({ "authorize_url": url, "login": login });
        let answer = browser.post_json("/control/google/authorize", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(text(&answer.json(), "error").contains(said), "{said}");
    }
}

#[tokio::test]
async fn removing_an_app_ends_what_it_had() {
    let mut browser = Browser::new();
    let tokens = tokens(&mut browser, "ada", &[]).await;
    let body = json!({ "login": "ada", "client_id": "sandbox-client" });
    let answer = browser.post_json("/control/google/remove-app", &body).await;
    assert_eq!(answer.json(), json!({}));
    assert!(browser.control.snapshot().google.consents.is_empty());
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    let answer = browser
        .get_with("/google/userinfo", &[("authorization", &bearer)])
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_reset_puts_everything_of_google_back() {
    let mut browser = Browser::new();
    let usual = json!(browser.control.snapshot().google);
    sign_in(&mut browser, "ada").await;
    let tokens = tokens(&mut browser, "ada", &[]).await;
    for (path, body) in [
        ("accounts", json!({ "login": "eve" })),
        ("claims", json!({ "set": { "sub": "x" } })),
        ("rotate-keys", json!({ "keep_old": false })),
        (
            "settings",
            json!({ "send_iss": false, "advertise_iss": true, "always_refresh_token": true }),
        ),
    ] {
        let path = format!("/control/google/{path}");
        let answer = browser.post_json(&path, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    assert_ne!(json!(browser.control.snapshot().google), usual);
    browser.control.reset();
    assert_eq!(json!(browser.control.snapshot().google), usual);
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    let answer = browser
        .get_with("/google/userinfo", &[("authorization", &bearer)])
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let page = browser.get("/google/account/connections").await;
    assert!(page.body.contains("Choose an account"));
}

#[tokio::test]
async fn faults_and_the_log_know_googles_paths() {
    let mut browser = Browser::new();
    let fault = Fault::status("/google/token", 503);
    browser.control.fault(fault).unwrap();
    let url = authorize_url(&[]);
    let callback = browser.control.google_authorize(&url, "ada").unwrap();
    let code = value(&callback, "code").unwrap();
    let answer = exchange(&mut browser, &code).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(exchange(&mut browser, &code).await.status, StatusCode::OK);
    let log = browser.control.log();
    let statuses: Vec<_> = log.iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [Some(503), Some(200)]);
    assert_eq!(log[0].path, "/google/token");
    assert_eq!(log[0].form_value("code"), Some(code.as_str()));
    let unknown = browser.get("/google/nothing").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_control_page_shows_google() {
    let mut browser = Browser::new();
    let claims = GoogleClaims::default().set("x", "</textarea><script>");
    browser.control.google_claims(claims);
    let page = browser.get("/control").await;
    let kid = browser.control.snapshot().google.kids[0].clone();
    for part in [
        kid.as_str(),
        "Google accounts",
        "kitahama-records.example",
        "Add or replace a Google account",
        "&lt;&#x2F;textarea&gt;",
    ] {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(!page.body.contains("</textarea><script>"));
}
