//! The local Google: tokens, ID tokens, userinfo, revocation.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sandbox::{Client, GoogleSettings, RefreshPolicy};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::browser::{Answer, Browser, VERIFIER, basic, text, value};
use crate::google_authorize::{CALLBACK, authorize_url};

const ISSUER: &str = "http://localhost:4400/google";
const HALF_A_YEAR_S: i64 = 182 * 24 * 3600;

/// A code for this account with the usual query and these changes.
pub(crate) fn code(browser: &Browser, login: &str, changes: &[(&str, &str)]) -> String {
    let url = authorize_url(changes);
    let callback = browser
        .control
        .google_authorize(&url, login)
        .expect("a callback");
    value(&callback, "code").expect("a code")
}

/// The token endpoint with Basic.
async fn token(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let basic = basic("sandbox-client", "sandbox-secret");
    browser
        .post_form("/google/token", &[("authorization", &basic)], fields)
        .await
}

pub(crate) async fn exchange(browser: &mut Browser, code: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    token(browser, &fields).await
}

async fn refresh(browser: &mut Browser, refresh_token: &str) -> Answer {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    token(browser, &fields).await
}

/// The whole token answer for this account.
pub(crate) async fn tokens(browser: &mut Browser, login: &str, changes: &[(&str, &str)]) -> Value {
    let code = code(browser, login, changes);
    let answer = exchange(browser, &code).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()
}

async fn userinfo(browser: &mut Browser, token: &str) -> Answer {
    browser
        .get_with(
            "/google/userinfo",
            &[("authorization", &format!("Bearer {token}"))],
        )
        .await
}

async fn revoke(browser: &mut Browser, token: &str) -> Answer {
    browser
        .post_form("/google/revoke", &[], &[("token", token)])
        .await
}

fn bytes(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64url")
}

/// Header and claims, nothing verified.
pub(crate) fn read(tokens: &Value) -> (Value, Value) {
    let id_token = text(tokens, "id_token");
    let parts: Vec<_> = id_token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let json = |part| serde_json::from_slice(&bytes(part)).expect("JSON");
    (json(parts[0]), json(parts[1]))
}

/// Whether the ID token was signed by the published key that its header names.
pub(crate) async fn is_signed(browser: &mut Browser, tokens: &Value) -> bool {
    let (header, _) = read(tokens);
    let certs = browser.get("/google/certs").await.json();
    let keys = certs["keys"].as_array().expect("keys");
    let Some(key) = keys.iter().find(|key| key["kid"] == header["kid"]) else {
        return false;
    };
    let id_token = text(tokens, "id_token");
    let (signed, signature) = id_token.rsplit_once('.').expect("a signature");
    let (n, e) = (bytes(&text(key, "n")), bytes(&text(key, "e")));
    PublicKeyComponents { n, e }
        .verify(
            &RSA_PKCS1_2048_8192_SHA256,
            signed.as_bytes(),
            &bytes(signature),
        )
        .is_ok()
}

fn invalid_grant(said: &str) -> (StatusCode, String, String) {
    refused("invalid_grant", said)
}

fn refused(code: &str, said: &str) -> (StatusCode, String, String) {
    (StatusCode::BAD_REQUEST, code.to_owned(), said.to_owned())
}

#[tokio::test]
async fn an_exchange_brings_an_id_token_that_its_key_signed() {
    let mut browser = Browser::new();
    let tokens = tokens(&mut browser, "ada", &[]).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3599);
    assert_eq!(
        tokens["scope"],
        "openid https://www.googleapis.com/auth/userinfo.email \
         https://www.googleapis.com/auth/userinfo.profile"
    );
    assert!(text(&tokens, "access_token").starts_with("ya29."));
    assert!(
        tokens.get("refresh_token").is_none(),
        "online is the default"
    );
    let (header, _) = read(&tokens);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("JWT"))
    );
    assert!(is_signed(&mut browser, &tokens).await);
    let mut forged = tokens.clone();
    let id_token = text(&tokens, "id_token");
    let (head, rest) = id_token.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"1"}"#);
    forged["id_token"] = json!(format!("{head}.{claims}.{signature}"));
    assert!(!is_signed(&mut browser, &forged).await);
}

#[tokio::test]
async fn the_id_token_says_who_for_whom_and_when() {
    let mut browser = Browser::new();
    browser.control.set_clock_offset(1000).unwrap();
    let now = browser.control.now();
    let tokens = tokens(&mut browser, "ada", &[("nonce", "a nonce")]).await;
    let (_, claims) = read(&tokens);
    let ada = browser.control.snapshot().google.accounts[0].clone();
    for (name, expected) in [
        ("iss", json!(ISSUER)),
        ("aud", json!("sandbox-client")),
        ("azp", json!("sandbox-client")),
        ("sub", json!(ada.sub)),
        ("nonce", json!("a nonce")),
        ("email", json!("ada.lindqvist@gmail.com")),
        ("email_verified", json!(true)),
        ("name", json!("Ada Lindqvist")),
        ("given_name", json!("Ada")),
        ("family_name", json!("Lindqvist")),
        (
            "picture",
            json!("http://localhost:4400/google/pictures/ada.svg"),
        ),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    assert!(claims.get("hd").is_none());
    let iat = claims["iat"].as_i64().unwrap();
    assert!((now..now + 60).contains(&iat), "the sandbox's clock");
    assert_eq!(claims["exp"], iat + 3600);
    let hash = Sha256::digest(text(&tokens, "access_token"));
    assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(&hash[..16]));
}

#[tokio::test]
async fn each_account_shows_what_it_has_and_the_scopes_allow() {
    let mut browser = Browser::new();
    let kenji = tokens(&mut browser, "kenji", &[]).await;
    let (_, claims) = read(&kenji);
    assert_eq!(claims["hd"], "kitahama-records.example");
    let newcomer = tokens(&mut browser, "newcomer", &[("nonce", "")]).await;
    let (_, claims) = read(&newcomer);
    assert_eq!(claims["email_verified"], false);
    for absent in [
        "name",
        "given_name",
        "family_name",
        "picture",
        "hd",
        "nonce",
    ] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
    let bare = tokens(&mut browser, "ada", &[("scope", "openid")]).await;
    assert_eq!(bare["scope"], "openid");
    let (_, claims) = read(&bare);
    for absent in ["email", "email_verified", "name", "picture"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
    let more = [("scope", "openid"), ("include_granted_scopes", "true")];
    tokens(&mut browser, "ada", &[]).await;
    let all = tokens(&mut browser, "ada", &more).await;
    assert!(text(&all, "scope").contains("userinfo.email"));
}

#[tokio::test]
async fn a_refresh_token_comes_with_the_first_offline_exchange_alone() {
    let mut browser = Browser::new();
    let offline = [("access_type", "offline")];
    let first = tokens(&mut browser, "ada", &offline).await;
    assert!(text(&first, "refresh_token").starts_with("1//0"));
    let again = tokens(&mut browser, "ada", &offline).await;
    assert!(again.get("refresh_token").is_none());
    let forced = [("access_type", "offline"), ("prompt", "consent")];
    let third = tokens(&mut browser, "ada", &forced).await;
    assert_ne!(third["refresh_token"], first["refresh_token"]);
    assert!(third["refresh_token"].is_string());
    let online = tokens(&mut browser, "ada", &[("prompt", "consent")]).await;
    assert!(online.get("refresh_token").is_none());
    tokens(&mut browser, "kenji", &[]).await;
    let late = tokens(&mut browser, "kenji", &offline).await;
    assert!(late.get("refresh_token").is_none(), "the first was online");
    let settings = GoogleSettings {
        always_refresh_token: true,
        ..GoogleSettings::default()
    };
    browser.control.google_settings(settings).unwrap();
    let always = tokens(&mut browser, "ada", &offline).await;
    assert!(always["refresh_token"].is_string());
}

#[tokio::test]
async fn a_refresh_does_not_rotate_and_its_id_token_has_no_nonce() {
    let mut browser = Browser::new();
    let offline = [("access_type", "offline")];
    let first = tokens(&mut browser, "ada", &offline).await;
    let held = text(&first, "refresh_token");
    for _ in 0..2 {
        let answer = refresh(&mut browser, &held).await;
        assert_eq!(answer.status, StatusCode::OK, "the same one works again");
        let fresh = answer.json();
        assert!(fresh.get("refresh_token").is_none());
        assert_ne!(fresh["access_token"], first["access_token"]);
        assert_eq!(fresh["scope"], first["scope"]);
        assert!(is_signed(&mut browser, &fresh).await);
        let (_, claims) = read(&fresh);
        assert!(claims.get("nonce").is_none());
        assert_eq!(claims["name"], "Ada Lindqvist");
        assert!(claims["picture"].is_string());
        let hash = Sha256::digest(text(&fresh, "access_token"));
        assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(&hash[..16]));
    }
}

#[tokio::test]
async fn refresh_tokens_can_be_made_to_rotate() {
    let mut browser = Browser::new();
    let settings = GoogleSettings {
        refresh_policy: RefreshPolicy::RotateSingleUse,
        ..GoogleSettings::default()
    };
    browser.control.google_settings(settings).unwrap();
    let offline = [("access_type", "offline")];
    let first = text(
        &tokens(&mut browser, "ada", &offline).await,
        "refresh_token",
    );
    let second = text(&refresh(&mut browser, &first).await.json(), "refresh_token");
    assert_eq!(
        refresh(&mut browser, &first).await.flat_error().1,
        "invalid_grant"
    );
    assert_eq!(refresh(&mut browser, &second).await.status, StatusCode::OK);
    assert_eq!(browser.control.superseded_sent(), (0, 1));
}

#[tokio::test]
async fn rotate_kill_family_ends_access_tokens_too() {
    let mut browser = Browser::new();
    let body = json!({ "refresh_policy": "rotate-kill-family" });
    let answer = browser.post_json("/control/google/settings", &body).await;
    assert_eq!(answer.status, StatusCode::OK);
    let offline = [("access_type", "offline")];
    let first = tokens(&mut browser, "ada", &offline).await;
    let second = refresh(&mut browser, &text(&first, "refresh_token"))
        .await
        .json();
    let access = text(&second, "access_token");
    assert_eq!(userinfo(&mut browser, &access).await.status, StatusCode::OK);
    for token in [&first, &second] {
        let answer = refresh(&mut browser, &text(token, "refresh_token")).await;
        assert_eq!(answer.flat_error().1, "invalid_grant");
    }
    let answer = userinfo(&mut browser, &access).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_used_code_is_refused() {
    let mut browser = Browser::new();
    let code = code(&browser, "ada", &[]);
    assert_eq!(exchange(&mut browser, &code).await.status, StatusCode::OK);
    let again = exchange(&mut browser, &code).await;
    assert_eq!(again.flat_error(), invalid_grant("Malformed auth code."));
    let unknown = exchange(&mut browser, "4/0nothing").await;
    assert_eq!(unknown.flat_error(), invalid_grant("Malformed auth code."));
}

#[tokio::test]
async fn an_expired_code_is_refused() {
    let mut browser = Browser::new();
    let code = code(&browser, "ada", &[]);
    browser.control.set_clock_offset(600).unwrap();
    let answer = exchange(&mut browser, &code).await;
    assert_eq!(
        answer.flat_error(),
        invalid_grant("The auth code has expired.")
    );
}

#[tokio::test]
async fn a_code_of_another_client_is_refused_and_not_used_up() {
    let mut browser = Browser::new();
    browser.control.add_client(Client::new("other")).unwrap();
    let code = code(&browser, "ada", &[]);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", "other"),
        ("client_secret", "other-secret"),
    ];
    let answer = browser.post_form("/google/token", &[], &fields).await;
    assert_eq!(answer.flat_error(), invalid_grant("Malformed auth code."));
    assert_eq!(exchange(&mut browser, &code).await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_redirect_uri_is_refused() {
    let mut browser = Browser::new();
    for uri in ["http://127.0.0.1:3000/callback/google/", ""] {
        let code = code(&browser, "ada", &[]);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", uri),
            ("code_verifier", VERIFIER),
        ];
        let answer = token(&mut browser, &fields).await;
        assert_eq!(
            answer.flat_error(),
            refused("redirect_uri_mismatch", "Bad Request"),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn a_missing_wrong_or_superfluous_verifier_is_refused() {
    let mut browser = Browser::new();
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let wrong = "x".repeat(43);
    for (changes, verifier, said) in [
        (&[][..], None, "Missing code verifier."),
        (&[][..], Some(wrong.as_str()), "Invalid code verifier."),
        (&none[..], Some(VERIFIER), "Invalid code verifier."),
    ] {
        let code = code(&browser, "ada", changes);
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
        ];
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let answer = token(&mut browser, &fields).await;
        assert_eq!(answer.flat_error(), invalid_grant(said));
    }
}

#[tokio::test]
async fn a_client_without_good_credentials_is_refused() {
    let mut browser = Browser::new();
    let grant = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    for (header, fields, code) in [
        (
            Some(basic("sandbox-client", "wrong")),
            vec![],
            "invalid_client",
        ),
        (Some(basic("nobody", "x")), vec![], "invalid_client"),
        (Some("Bearer x".to_owned()), vec![], "invalid_client"),
        (Some("Basic !".to_owned()), vec![], "invalid_client"),
        (
            Some(basic("sandbox-client", "sandbox-secret")),
            vec![("client_id", "other")],
            "invalid_client",
        ),
        (
            None,
            vec![("client_id", "sandbox-client"), ("client_secret", "wrong")],
            "invalid_client",
        ),
        (None, vec![], "invalid_request"),
        (
            None,
            vec![("client_id", "sandbox-client")],
            "invalid_request",
        ),
        (
            Some(basic("sandbox-client", "sandbox-secret")),
            vec![("client_secret", "sandbox-secret")],
            "invalid_request",
        ),
    ] {
        let headers: Vec<_> = header
            .as_deref()
            .map(|value| ("authorization", value))
            .into_iter()
            .collect();
        let all = [&grant[..], &fields].concat();
        let answer = browser.post_form("/google/token", &headers, &all).await;
        let (status, error, _) = answer.flat_error();
        assert_eq!(error, code, "{headers:?} {fields:?}");
        let unauthorized = code == "invalid_client";
        assert_eq!(status == StatusCode::UNAUTHORIZED, unauthorized);
        assert_eq!(answer.header("www-authenticate").is_some(), unauthorized);
    }
}

#[tokio::test]
async fn basic_credentials_are_form_decoded() {
    let mut browser = Browser::new();
    let odd = Client {
        secret: "s+e%c:r et".to_owned(),
        any_loopback: true,
        ..Client::new("odd client&1")
    };
    browser.control.add_client(odd).unwrap();
    let code = code(&browser, "ada", &[("client_id", "odd client&1")]);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let raw = basic("odd client&1", "s+e%c:r et");
    let headers = [("authorization", raw.as_str())];
    let answer = browser.post_form("/google/token", &headers, &fields).await;
    assert_eq!(answer.flat_error().1, "invalid_client");
    let encoded = basic("odd+client%261", "s%2Be%25c%3Ar+et");
    let headers = [("authorization", encoded.as_str())];
    let answer = browser.post_form("/google/token", &headers, &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn a_malformed_token_request_is_refused() {
    let mut browser = Browser::new();
    for (fields, code) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (
            vec![("grant_type", "authorization_code")],
            "invalid_request",
        ),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (
            vec![
                ("grant_type", "refresh_token"),
                ("grant_type", "refresh_token"),
            ],
            "invalid_request",
        ),
    ] {
        let answer = token(&mut browser, &fields).await;
        assert_eq!(answer.flat_error().1, code, "{fields:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let answer = browser
        .post_json("/google/token", &json!({ "grant_type": "refresh_token" }))
        .await;
    assert_eq!(answer.flat_error().1, "invalid_request");
}

#[tokio::test]
async fn an_unknown_or_foreign_refresh_token_is_refused() {
    let mut browser = Browser::new();
    browser.control.add_client(Client::new("other")).unwrap();
    let tokens = tokens(&mut browser, "ada", &[("access_type", "offline")]).await;
    let answer = refresh(&mut browser, "1//0nothing").await;
    assert_eq!(answer.flat_error(), invalid_grant("Bad Request"));
    let held = text(&tokens, "refresh_token");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", held.as_str()),
    ];
    let other = basic("other", "other-secret");
    let answer = browser
        .post_form("/google/token", &[("authorization", &other)], &fields)
        .await;
    assert_eq!(answer.flat_error(), invalid_grant("Bad Request"));
}

#[tokio::test]
async fn a_refresh_token_that_nobody_used_for_half_a_year_is_refused() {
    let mut browser = Browser::new();
    let tokens = tokens(&mut browser, "ada", &[("access_type", "offline")]).await;
    let held = text(&tokens, "refresh_token");
    // Every use begins the half year anew.
    for part in 1..=2 {
        let offset = part * (HALF_A_YEAR_S - 100);
        browser.control.set_clock_offset(offset).unwrap();
        assert_eq!(refresh(&mut browser, &held).await.status, StatusCode::OK);
    }
    browser.control.set_clock_offset(3 * HALF_A_YEAR_S).unwrap();
    assert_eq!(
        refresh(&mut browser, &held).await.flat_error(),
        invalid_grant("Token has been expired or revoked.")
    );
}

#[tokio::test]
async fn userinfo_shows_what_the_scopes_allow() {
    let mut browser = Browser::new();
    let ada = tokens(&mut browser, "ada", &[]).await;
    let (_, claims) = read(&ada);
    let answer = userinfo(&mut browser, &text(&ada, "access_token")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let info = answer.json();
    for name in [
        "sub",
        "name",
        "given_name",
        "picture",
        "email",
        "email_verified",
    ] {
        assert!(!info[name].is_null(), "{name}");
        assert_eq!(info[name], claims[name], "{name}");
    }
    let bare = tokens(&mut browser, "kenji", &[("scope", "openid email")]).await;
    let info = userinfo(&mut browser, &text(&bare, "access_token"))
        .await
        .json();
    assert_eq!(info["email"], "kenji@kitahama-records.example");
    assert!(info.get("name").is_none());
}

#[tokio::test]
async fn userinfo_refuses_a_missing_unknown_or_expired_token() {
    let mut browser = Browser::new();
    browser.control.set_token_life(5).unwrap();
    let tokens = tokens(&mut browser, "ada", &[]).await;
    assert_eq!(tokens["expires_in"], 4);
    let held = text(&tokens, "access_token");
    assert_eq!(userinfo(&mut browser, &held).await.status, StatusCode::OK);
    browser.control.set_clock_offset(5).unwrap();
    let in_query = format!("/google/userinfo?access_token={held}");
    let answers = [
        userinfo(&mut browser, &held).await,
        userinfo(&mut browser, "nothing").await,
        browser.get("/google/userinfo").await,
        browser.get(&in_query).await,
        browser
            .get_with("/google/userinfo", &[("authorization", &held)])
            .await,
    ];
    for answer in answers {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer ") && challenge.contains("invalid_token"));
    }
}

#[tokio::test]
async fn a_revocation_ends_everything_of_the_account_at_every_client() {
    let offline = [("access_type", "offline")];
    for revoked in ["access_token", "refresh_token"] {
        let mut browser = Browser::new();
        let other = Client {
            any_loopback: true,
            ..Client::new("other")
        };
        browser.control.add_client(other).unwrap();
        let ada = tokens(&mut browser, "ada", &offline).await;
        let kenji = tokens(&mut browser, "kenji", &offline).await;
        let pending = code(&browser, "ada", &[]);
        code(&browser, "ada", &[("client_id", "other")]);
        let answer = revoke(&mut browser, &text(&ada, revoked)).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({})));

        let dead = userinfo(&mut browser, &text(&ada, "access_token")).await;
        assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
        let dead = refresh(&mut browser, &text(&ada, "refresh_token")).await;
        assert_eq!(
            dead.flat_error(),
            invalid_grant("Token has been expired or revoked.")
        );
        let dead = exchange(&mut browser, &pending).await;
        assert_eq!(dead.flat_error().1, "invalid_grant");
        let consents = browser.control.snapshot().google.consents;
        assert_eq!(consents.len(), 1, "of both clients");
        assert_eq!(consents[0].login, "kenji");
        let lives = refresh(&mut browser, &text(&kenji, "refresh_token")).await;
        assert_eq!(lives.status, StatusCode::OK, "nobody else's");
        let anew = tokens(&mut browser, "ada", &offline).await;
        assert!(anew["refresh_token"].is_string(), "a first time again");
    }
}

#[tokio::test]
async fn revoking_what_is_dead_or_unknown_is_refused() {
    let mut browser = Browser::new();
    let tokens = tokens(&mut browser, "ada", &[]).await;
    let held = text(&tokens, "access_token");
    assert_eq!(revoke(&mut browser, &held).await.status, StatusCode::OK);
    for token in [held.as_str(), "nothing"] {
        let answer = revoke(&mut browser, token).await;
        assert_eq!(answer.flat_error().1, "invalid_token", "{token}");
    }
    let answer = browser.post_form("/google/revoke", &[], &[]).await;
    assert_eq!(answer.flat_error().1, "invalid_request");
    let answer = browser.get("/google/revoke?token=x").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}
