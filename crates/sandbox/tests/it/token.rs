//! Quirks 5 to 14: codes and tokens.

use axum::http::{Method, StatusCode};
use sandbox::{Client, RefreshPolicy};
use serde_json::json;

use crate::browser::{Browser, REDIRECT, VERIFIER, authorize, basic, query, text, value};

/// Headers or form fields.
type Fields<'a> = Vec<(&'a str, &'a str)>;

const SIX_MONTHS: i64 = 182 * 24 * 3600;

fn refused(error: &str, description: &str) -> (StatusCode, String, String) {
    (
        StatusCode::BAD_REQUEST,
        error.to_owned(),
        description.to_owned(),
    )
}

#[tokio::test]
async fn quirk_5_a_used_code_is_refused() {
    let mut browser = Browser::new();
    let code = browser.code("");
    let answer = browser.exchange(&code).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let again = browser.exchange(&code).await;
    assert_eq!(
        again.flat_error(),
        refused("invalid_grant", "Invalid authorization code")
    );
}

#[tokio::test]
async fn quirk_5_an_unknown_or_missing_code_is_refused() {
    let mut browser = Browser::new();
    let answer = browser.exchange("AQunknown").await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_grant", "Invalid authorization code")
    );
    let fields = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT),
    ];
    let answer = browser.token(&fields).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_request", "code must be supplied")
    );
}

#[tokio::test]
async fn quirk_5_a_code_lives_ten_minutes() {
    let mut browser = Browser::new();
    let (early, late) = (browser.code(""), browser.code(""));
    browser.control.set_clock_offset(590).unwrap();
    assert_eq!(browser.exchange(&early).await.status, StatusCode::OK);
    browser.control.set_clock_offset(600).unwrap();
    let answer = browser.exchange(&late).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_grant", "Authorization code expired")
    );
}

#[tokio::test]
async fn quirk_5_a_code_of_another_client_is_refused_and_not_burnt() {
    let mut browser = Browser::new();
    browser.control.add_client(Client::new("other")).unwrap();
    let code = browser.code("");
    let other = basic("other", "other-secret");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let answer = browser
        .post_form("/spotify/api/token", &[("authorization", &other)], &fields)
        .await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_grant", "Invalid authorization code")
    );
    assert_eq!(browser.exchange(&code).await.status, StatusCode::OK);
}

#[tokio::test]
async fn quirk_5_another_redirect_uri_is_refused() {
    let mut browser = Browser::new();
    for uri in ["http://127.0.0.1:3000/callback/spotify/", ""] {
        let code = browser.code("");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", uri),
            ("code_verifier", VERIFIER),
        ];
        let answer = browser.token(&fields).await;
        assert_eq!(
            answer.flat_error(),
            refused("invalid_grant", "Invalid redirect URI")
        );
    }
}

#[tokio::test]
async fn quirk_6_a_wrong_verifier_is_refused() {
    let mut browser = Browser::new();
    let other = VERIFIER.to_lowercase();
    for verifier in [other.as_str(), "", "short"] {
        let code = browser.code("");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", verifier),
        ];
        let answer = browser.token(&fields).await;
        assert_eq!(
            answer.flat_error(),
            refused("invalid_grant", "code_verifier was incorrect")
        );
    }
}

#[tokio::test]
async fn quirk_6_a_verifier_of_the_wrong_length_is_refused_even_when_it_hashes_right() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use sha2::Digest as _;

    let mut browser = Browser::new();
    for (length, good) in [(42, false), (43, true), (128, true), (129, false)] {
        let verifier = "v".repeat(length);
        let challenge = URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(&verifier));
        let url = format!(
            "http://localhost:4400{}",
            authorize(&[("code_challenge", &challenge)])
        );
        let back = browser.control.authorize(&url, "ada").unwrap();
        let code = value(&back, "code").unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", verifier.as_str()),
        ];
        let status = browser.token(&fields).await.status;
        assert_eq!(status == StatusCode::OK, good, "{length}");
    }
}

#[tokio::test]
async fn quirk_6_a_missing_verifier_is_refused() {
    let mut browser = Browser::new();
    let code = browser.code("");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
    ];
    let answer = browser.token(&fields).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_request", "code_verifier must be supplied")
    );
}

#[tokio::test]
async fn quirk_6_without_a_challenge_the_secret_is_needed_and_a_verifier_is_refused() {
    let mut browser = Browser::new();
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let url = format!("http://localhost:4400{}", authorize(&none));
    let fresh = |browser: &Browser| {
        value(
            &browser.control.authorize(&url, "ada").expect("a callback"),
            "code",
        )
        .expect("a code")
    };
    let code = fresh(&browser);
    let plain = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
    ];
    assert_eq!(browser.token(&plain).await.status, StatusCode::OK);

    let code = fresh(&browser);
    let public = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("client_id", "sandbox-client"),
    ];
    let answer = browser.post_form("/spotify/api/token", &[], &public).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_request", "code_verifier must be supplied")
    );

    let code = fresh(&browser);
    let answer = browser.exchange(&code).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_grant", "code_verifier was incorrect")
    );
}

#[tokio::test]
async fn quirk_6_basic_body_credentials_and_a_bare_client_id_are_taken() {
    let mut browser = Browser::new();
    let lower = basic("sandbox-client", "sandbox-secret").replace("Basic", "basic");
    let ways: [(Fields, Fields); 3] = [
        (vec![("authorization", &lower)], vec![]),
        (
            vec![],
            vec![
                ("client_id", "sandbox-client"),
                ("client_secret", "sandbox-secret"),
            ],
        ),
        (vec![], vec![("client_id", "sandbox-client")]),
    ];
    for (headers, credentials) in ways {
        let code = browser.code("");
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        fields.extend(credentials.clone());
        let answer = browser
            .post_form("/spotify/api/token", &headers, &fields)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let refresh_token = text(&answer.json(), "refresh_token");
        let mut fields = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh_token),
        ];
        fields.extend(credentials);
        let answer = browser
            .post_form("/spotify/api/token", &headers, &fields)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }
}

#[tokio::test]
async fn quirk_7_a_json_body_has_no_grant_type() {
    let mut browser = Browser::new();
    let code = browser.code("");
    let body = json!({ "grant_type": "authorization_code", "code": code });
    let basic = basic("sandbox-client", "sandbox-secret");
    let headers = [
        ("content-type", "application/json"),
        ("authorization", basic.as_str()),
    ];
    let answer = browser
        .send(
            Method::POST,
            "/spotify/api/token",
            &headers,
            &body.to_string(),
        )
        .await;
    let missing = refused("unsupported_grant_type", "grant_type parameter is missing");
    assert_eq!(answer.flat_error(), missing);
    assert_eq!(browser.token(&[]).await.flat_error(), missing);
    let answer = browser.token(&[("grant_type", "password")]).await;
    assert_eq!(answer.flat_error().1, "unsupported_grant_type");
}

#[tokio::test]
async fn quirk_7_a_client_that_cannot_prove_itself_is_refused() {
    let mut browser = Browser::new();
    let own = [("grant_type", "client_credentials")];
    for (headers, fields, said) in [
        (
            basic("sandbox-client", "wrong"),
            vec![],
            "Invalid client secret",
        ),
        (basic("sandbox-client", ""), vec![], "Invalid client secret"),
        (basic("nobody", "x"), vec![], "Invalid client"),
        ("Bearer x".to_owned(), vec![], "Invalid client"),
        ("Basic %%%".to_owned(), vec![], "Invalid client"),
        (
            basic("sandbox-client", "sandbox-secret"),
            vec![("client_id", "x")],
            "Invalid client",
        ),
        (String::new(), vec![], "Invalid client"),
        (
            String::new(),
            vec![("client_id", "nobody")],
            "Invalid client",
        ),
        (
            String::new(),
            vec![("client_id", "sandbox-client"), ("client_secret", "wrong")],
            "Invalid client secret",
        ),
        (
            String::new(),
            vec![("client_id", "sandbox-client")],
            "Invalid client secret",
        ),
    ] {
        let header = [("authorization", headers.as_str())];
        let header = if headers.is_empty() {
            &header[..0]
        } else {
            &header[..]
        };
        let fields = [&own[..], &fields].concat();
        let answer = browser
            .post_form("/spotify/api/token", header, &fields)
            .await;
        assert_eq!(
            answer.flat_error(),
            refused("invalid_client", said),
            "{headers} {fields:?}"
        );
    }
}

#[tokio::test]
async fn quirk_7_the_secret_in_the_address_is_not_read() {
    let mut browser = Browser::new();
    let path = "/spotify/api/token?client_id=sandbox-client&client_secret=sandbox-secret";
    let answer = browser
        .post_form(path, &[], &[("grant_type", "client_credentials")])
        .await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_client", "Invalid client")
    );
}

#[tokio::test]
async fn quirk_7_a_repeated_field_is_refused() {
    let mut browser = Browser::new();
    let code = browser.code("");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("code", "AQother"),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let answer = browser.token(&fields).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_request", "Duplicate parameter: code")
    );
}

#[tokio::test]
async fn quirk_8_the_apps_own_token_is_bearer_in_lower_case_without_scope() {
    let mut browser = Browser::new();
    let answer = browser
        .token(&[("grant_type", "client_credentials")])
        .await
        .json();
    assert_eq!(answer["token_type"], "bearer");
    assert_eq!(answer["expires_in"], 3600);
    assert_eq!(
        answer.as_object().unwrap().len(),
        3,
        "no scope, no refresh token: {answer}"
    );
    let person = browser.tokens_for("ada", "user-top-read").await;
    assert_eq!(person["token_type"], "Bearer");
    assert_eq!(person["scope"], "user-top-read");
}

#[tokio::test]
async fn quirk_9_never_rotate_keeps_the_refresh_token() {
    let mut browser = Browser::new();
    let first = text(
        &browser.tokens_for("ada", "user-top-read").await,
        "refresh_token",
    );
    for _ in 0..3 {
        let answer = browser.refresh(&first).await.json();
        assert!(answer.get("refresh_token").is_none());
        assert_eq!(answer["scope"], "user-top-read");
    }
}

#[tokio::test]
async fn quirk_9_rotate_single_use_kills_the_superseded_token() {
    let mut browser = Browser::new();
    browser
        .control
        .set_refresh_policy(RefreshPolicy::RotateSingleUse, true);
    let first = text(
        &browser.tokens_for("ada", "user-top-read").await,
        "refresh_token",
    );
    let answer = browser.refresh(&first).await.json();
    assert!(answer.get("scope").is_none(), "omit_scope");
    let second = text(&answer, "refresh_token");
    assert_ne!(first, second);
    let answer = browser.refresh(&first).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_grant", "Refresh token revoked")
    );
    assert_eq!(browser.refresh(&second).await.status, StatusCode::OK);
}

#[tokio::test]
async fn quirk_9_sometimes_rotates_every_second_refresh() {
    let mut browser = Browser::new();
    browser
        .control
        .set_refresh_policy(RefreshPolicy::Sometimes, false);
    let mut token = text(&browser.tokens_for("ada", "").await, "refresh_token");
    for rotates in [false, true, false, true] {
        let answer = browser.refresh(&token).await.json();
        assert_eq!(answer.get("refresh_token").is_some(), rotates);
        if rotates {
            let next = text(&answer, "refresh_token");
            assert_eq!(
                browser.refresh(&token).await.flat_error().2,
                "Refresh token revoked"
            );
            token = next;
        }
    }
}

#[tokio::test]
async fn rotate_kill_family_ends_the_connection_when_a_superseded_token_comes_back() {
    let mut browser = Browser::new();
    browser
        .control
        .set_refresh_policy(RefreshPolicy::RotateKillFamily, false);
    let other = text(&browser.tokens_for("ada", "").await, "refresh_token");
    let tokens = browser.tokens_for("ada", "").await;
    let first = text(&tokens, "refresh_token");
    let second = text(&browser.refresh(&first).await.json(), "refresh_token");
    let third = text(&browser.refresh(&second).await.json(), "refresh_token");
    assert_eq!(browser.control.superseded_sent(), (0, 0));
    let revoked = refused("invalid_grant", "Refresh token revoked");
    for token in [&first, &third, &second, &first] {
        assert_eq!(browser.refresh(token).await.flat_error(), revoked);
    }
    assert_eq!(browser.control.superseded_sent(), (3, 0));
    let access = text(&tokens, "access_token");
    let me = browser.call("/spotify/v1/me", &access).await;
    assert_eq!(me.status, StatusCode::OK, "access tokens live on");
    assert_eq!(browser.refresh(&other).await.status, StatusCode::OK);
    // What it was superseded under does not matter, but what rules when it comes back.
    browser
        .control
        .set_refresh_policy(RefreshPolicy::RotateSingleUse, false);
    assert_eq!(browser.refresh(&other).await.flat_error(), revoked);
}

#[tokio::test]
async fn two_refreshes_at_once_with_one_token_end_the_connection() {
    let mut browser = Browser::new();
    browser
        .control
        .set_refresh_policy(RefreshPolicy::RotateKillFamily, false);
    let token = text(&browser.tokens_for("ada", "").await, "refresh_token");
    let mut other = browser.another();
    let (one, two) = tokio::join!(browser.refresh(&token), other.refresh(&token));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::BAD_REQUEST]);
    let won = if one.status == StatusCode::OK {
        one
    } else {
        two
    };
    let next = text(&won.json(), "refresh_token");
    assert_eq!(browser.refresh(&next).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn quirk_10_what_refreshes_grant_can_be_less_or_more() {
    let mut browser = Browser::new();
    let tokens = browser
        .tokens_for("ada", "user-top-read user-read-email")
        .await;
    let token = text(&tokens, "refresh_token");
    let top = "/spotify/v1/me/top/artists";
    for (scope, said, status) in [
        (
            Some("user-read-email"),
            "user-read-email",
            StatusCode::FORBIDDEN,
        ),
        (Some(""), "", StatusCode::FORBIDDEN),
        (
            Some("streaming user-top-read"),
            "streaming user-top-read",
            StatusCode::OK,
        ),
        (None, "user-read-email user-top-read", StatusCode::OK),
    ] {
        browser.control.set_refresh_scope(scope).unwrap();
        let answer = browser.refresh(&token).await.json();
        assert_eq!(answer["scope"], said);
        let access = text(&answer, "access_token");
        assert_eq!(browser.call(top, &access).await.status, status, "{scope:?}");
    }
    assert!(
        browser
            .control
            .set_refresh_scope(Some("user-read-mind"))
            .is_err()
    );
}

#[tokio::test]
async fn quirk_12_removing_the_app_on_the_page_ends_refreshes_and_not_access() {
    let mut browser = Browser::new();
    let tokens = browser.tokens_for("ada", "user-top-read").await;
    browser.sign_in("ada").await;
    let fields = [("client_id", "sandbox-client")];
    let answer = browser
        .post_form("/spotify/account/apps/remove", &[], &fields)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = browser.refresh(&text(&tokens, "refresh_token")).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_grant", "Refresh token revoked")
    );
    let access = text(&tokens, "access_token");
    let me = browser.call("/spotify/v1/me", &access).await;
    assert_eq!(me.status, StatusCode::OK);
}

#[tokio::test]
async fn access_tokens_can_live_two_seconds() {
    let mut browser = Browser::new();
    browser.control.set_token_life(2).unwrap();
    let tokens = browser.tokens_for("ada", "").await;
    assert_eq!(tokens["expires_in"], 2);
    browser.control.set_clock_offset(2).unwrap();
    let me = browser
        .call("/spotify/v1/me", &text(&tokens, "access_token"))
        .await;
    assert_eq!(me.nested_error().1, "The access token expired");
    let fresh = browser.refresh(&text(&tokens, "refresh_token")).await;
    assert_eq!(fresh.json()["expires_in"], 2);
}

#[tokio::test]
async fn quirk_10_a_refresh_answers_with_all_that_was_ever_granted() {
    let mut browser = Browser::new();
    let first = browser.tokens_for("ada", "user-top-read").await;
    let second = browser.tokens_for("ada", "user-read-email").await;
    assert_eq!(
        second["scope"], "user-read-email",
        "the exchange: what was asked for"
    );
    let both = "user-read-email user-top-read";
    for tokens in [&first, &second] {
        let answer = browser.refresh(&text(tokens, "refresh_token")).await.json();
        assert_eq!(answer["scope"], both, "the refresh: the union");
    }
    browser.control.remove_app("ada", "sandbox-client");
    let third = browser.tokens_for("ada", "streaming").await;
    let answer = browser.refresh(&text(&third, "refresh_token")).await.json();
    assert_eq!(
        answer["scope"], "streaming",
        "removing the app resets the union"
    );
}

#[tokio::test]
async fn quirk_11_a_refresh_token_dies_six_months_after_consent() {
    let mut browser = Browser::new();
    browser
        .control
        .set_refresh_policy(RefreshPolicy::RotateSingleUse, false);
    let first = text(&browser.tokens_for("ada", "").await, "refresh_token");
    browser.control.set_clock_offset(SIX_MONTHS - 60).unwrap();
    let second = text(&browser.refresh(&first).await.json(), "refresh_token");
    browser.control.set_clock_offset(SIX_MONTHS).unwrap();
    let answer = browser.refresh(&second).await;
    let revoked = refused("invalid_grant", "Refresh token revoked");
    assert_eq!(answer.flat_error(), revoked, "a refresh does not extend it");
    let fresh = text(&browser.tokens_for("ada", "").await, "refresh_token");
    assert_eq!(
        browser.refresh(&fresh).await.status,
        StatusCode::OK,
        "agreeing again does"
    );
}

#[tokio::test]
async fn quirk_11_unknown_and_foreign_refresh_tokens_are_refused() {
    let mut browser = Browser::new();
    let tokens = browser.tokens_for("ada", "").await;
    let invalid = refused("invalid_grant", "Invalid refresh token");
    for token in ["AQunknown".to_owned(), text(&tokens, "access_token")] {
        assert_eq!(browser.refresh(&token).await.flat_error(), invalid);
    }
    browser.control.add_client(Client::new("other")).unwrap();
    let other = basic("other", "other-secret");
    let refresh_token = text(&tokens, "refresh_token");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
    ];
    let answer = browser
        .post_form("/spotify/api/token", &[("authorization", &other)], &fields)
        .await;
    assert_eq!(answer.flat_error(), invalid);
    let answer = browser.token(&[("grant_type", "refresh_token")]).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_request", "refresh_token must be supplied")
    );
}

#[tokio::test]
async fn quirk_11_a_connection_without_pkce_refreshes_with_the_secret_alone() {
    let mut browser = Browser::new();
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let url = format!("http://localhost:4400/spotify/authorize?{}", query(&none));
    let code = value(&browser.control.authorize(&url, "ada").unwrap(), "code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
    ];
    let refresh_token = text(&browser.token(&fields).await.json(), "refresh_token");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
        ("client_id", "sandbox-client"),
    ];
    let answer = browser.post_form("/spotify/api/token", &[], &fields).await;
    assert_eq!(
        answer.flat_error(),
        refused("invalid_client", "Invalid client secret")
    );
}

#[tokio::test]
async fn quirk_13_there_is_no_revocation_endpoint() {
    let mut browser = Browser::new();
    for path in [
        "/spotify/oauth2/revoke/v1",
        "/spotify/api/revoke",
        "/spotify/revoke",
    ] {
        let answer = browser.post_form(path, &[], &[("token", "x")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn quirk_14_codes_and_tokens_are_opaque() {
    let mut browser = Browser::new();
    let code = browser.code("");
    let tokens = browser.exchange(&code).await.json();
    let (access, refresh) = (
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
    );
    assert!(access.starts_with("BQ") && access.len() > 200);
    assert!(code.starts_with("AQ") && refresh.starts_with("AQ"));
    for value in [code, access, refresh] {
        assert!(value.contains('-') && value.contains('_'), "{value}");
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        assert!(value.bytes().all(safe), "{value}");
    }
}

#[tokio::test]
async fn quirk_14_a_reset_never_repeats_a_token() {
    let mut browser = Browser::new();
    let before = text(&browser.tokens_for("ada", "").await, "refresh_token");
    browser.control.reset();
    let after = text(&browser.tokens_for("ada", "").await, "refresh_token");
    assert_ne!(before, after);
    assert_eq!(
        browser.refresh(&before).await.flat_error().2,
        "Invalid refresh token"
    );
}
