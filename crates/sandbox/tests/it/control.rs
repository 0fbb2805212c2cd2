//! The control half: who may use it, and what each control does.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use sandbox::{Client, Fault, World, router};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::browser::{Browser, REDIRECT, authorize, text};

/// Every control, with a method that it has.
const CONTROLS: [(&str, &str); 34] = [
    ("GET", "/"),
    ("GET", "/control"),
    ("GET", "/control/state"),
    ("POST", "/control/users"),
    ("POST", "/control/clients"),
    ("POST", "/control/fault"),
    ("POST", "/control/faults/clear"),
    ("POST", "/control/faults/release"),
    ("POST", "/control/clock"),
    ("POST", "/control/profile"),
    ("POST", "/control/refresh-policy"),
    ("POST", "/control/refresh-scope"),
    ("POST", "/control/owner-premium"),
    ("POST", "/control/token-life"),
    ("POST", "/control/library"),
    ("POST", "/control/library-settings"),
    ("POST", "/control/limits"),
    ("POST", "/control/publish"),
    ("POST", "/control/rename"),
    ("POST", "/control/playlist"),
    ("POST", "/control/playlist-settings"),
    ("POST", "/control/authorize"),
    ("POST", "/control/remove-app"),
    ("POST", "/control/google/accounts"),
    ("POST", "/control/google/authorize"),
    ("POST", "/control/google/claims"),
    ("POST", "/control/google/rotate-keys"),
    ("POST", "/control/google/settings"),
    ("POST", "/control/google/remove-app"),
    ("POST", "/control/reset"),
    ("GET", "/control/log"),
    ("GET", "/control/log/counts"),
    ("POST", "/control/log/clear"),
    ("GET", "/control/unknown"),
];

async fn statuses(headers: &[(&str, &str)]) -> Vec<StatusCode> {
    let mut browser = Browser::new();
    let mut statuses = Vec::new();
    for (method, path) in CONTROLS {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        statuses.push(browser.send(method, path, &all, "{}").await.status);
    }
    statuses
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    for host in [
        "evil.example:4400",
        "evil.example",
        "localhost",
        "localhost:4401",
        "127.0.0.1",
        "127.0.0.2:4400",
        "localhost.evil.example:4400",
        "localhost:4400.evil.example",
        "evil@localhost:4400",
        "",
    ] {
        let statuses = statuses(&[("host", host)]).await;
        assert!(
            statuses
                .iter()
                .all(|status| *status == StatusCode::FORBIDDEN),
            "{host}"
        );
    }
    let statuses = statuses(&[("host", "localhost:4400"), ("host", "evil.example")]).await;
    assert!(
        statuses
            .iter()
            .all(|status| *status == StatusCode::FORBIDDEN),
        "two hosts"
    );
}

#[tokio::test]
async fn a_missing_or_doubled_host_is_refused() {
    for hosts in [&[][..], &["localhost:4400", "localhost:4400"][..]] {
        for (method, path) in CONTROLS {
            let mut request = Request::builder().method(method).uri(path);
            for host in hosts {
                request = request.header("host", *host);
            }
            let request = request.body(Body::empty()).unwrap();
            let answer = router(World::new(4400, 1)).oneshot(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {hosts:?}");
        }
    }
}

#[tokio::test]
async fn a_foreign_origin_is_refused() {
    for origin in [
        "http://127.0.0.1:3000",
        "http://localhost:3000",
        "https://localhost:4400",
        "http://evil.example:4400",
        "http://evil.example",
        "null",
        "",
    ] {
        let statuses = statuses(&[("origin", origin)]).await;
        assert!(
            statuses
                .iter()
                .all(|status| *status == StatusCode::FORBIDDEN),
            "{origin}"
        );
    }
}

#[tokio::test]
async fn a_request_of_another_site_is_refused() {
    for site in ["cross-site", "same-site", "anything"] {
        let statuses = statuses(&[("sec-fetch-site", site)]).await;
        assert!(
            statuses
                .iter()
                .all(|status| *status == StatusCode::FORBIDDEN),
            "{site}"
        );
    }
}

#[tokio::test]
async fn the_names_of_this_machine_are_let_in() {
    for host in ["localhost:4400", "127.0.0.1:4400", "[::1]:4400"] {
        let origin = format!("http://{host}");
        for site in ["same-origin", "none"] {
            let headers = [
                ("host", host),
                ("origin", origin.as_str()),
                ("sec-fetch-site", site),
            ];
            let statuses = statuses(&headers).await;
            assert!(
                statuses
                    .iter()
                    .all(|status| *status != StatusCode::FORBIDDEN),
                "{host}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let mut browser = Browser::new();
    for (_, path) in CONTROLS
        .iter()
        .filter(|(method, path)| *method == "POST" && path.len() > 1)
    {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonx",
        ] {
            let headers = [("content-type", kind)];
            let answer = browser.send(Method::POST, path, &headers, "{}").await;
            assert_eq!(
                answer.status,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "{path} {kind}"
            );
        }
        let answer = browser.send(Method::POST, path, &[], "{}").await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path}");
    }
}

#[tokio::test]
async fn a_body_with_an_unknown_or_wrong_field_is_refused() {
    let mut browser = Browser::new();
    for (path, body) in [
        ("/control/users", json!({ "login": "x", "nick": "y" })),
        ("/control/users", json!({ "login": "" })),
        ("/control/users", json!({ "login": " x" })),
        (
            "/control/users",
            json!({ "login": "x", "id": "ada.lindqvist" }),
        ),
        ("/control/users", json!([])),
        ("/control/clients", json!({ "id": "" })),
        ("/control/clients", json!({ "id": "a:b" })),
        ("/control/fault", json!({ "path": "/spotify/v1" })),
        (
            "/control/fault",
            json!({ "path": "/control", "status": 500 }),
        ),
        (
            "/control/fault",
            json!({ "path": "/spotifyx", "status": 500 }),
        ),
        (
            "/control/fault",
            json!({ "path": "/spotify", "status": 99 }),
        ),
        (
            "/control/fault",
            json!({ "path": "/spotify", "status": 500, "times": 0 }),
        ),
        (
            "/control/fault",
            json!({ "path": "/spotify", "delay_ms": 600_001 }),
        ),
        (
            "/control/fault",
            json!({ "path": "/spotify", "status": 500, "headers": { "a b": "" } }),
        ),
        (
            "/control/fault",
            json!({ "path": "/spotify", "status": 500, "content_type": "\n" }),
        ),
        (
            "/control/fault",
            json!({ "path": "/spotify", "status": 500, "hangs": true }),
        ),
        ("/control/clock", json!({})),
        ("/control/clock", json!({ "offset_s": i64::MAX })),
        ("/control/clock", json!({ "offset_s": "5" })),
        ("/control/profile", json!({ "profile": "dev-2027" })),
        ("/control/refresh-policy", json!({ "policy": "always" })),
        ("/control/token-life", json!({ "seconds": 0 })),
        (
            "/control/refresh-scope",
            json!({ "scope": "user-read-mind" }),
        ),
        ("/control/refresh-scope", json!({ "scopes": "" })),
        (
            "/control/google/settings",
            json!({ "refresh_policy": "always" }),
        ),
        (
            "/control/authorize",
            json!({ "authorize_url": "x", "login": "ada" }),
        ),
        ("/control/reset", json!({ "everything": true })),
    ] {
        let answer = browser.post_json(path, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert!(answer.json()["error"].is_string(), "{path} {body}");
    }
}

#[tokio::test]
async fn unknown_controls_and_methods_are_refused() {
    let mut browser = Browser::new();
    assert_eq!(
        browser.get("/control/unknown").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.get("/control/reset").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn a_listener_is_made_from_the_login_and_can_be_replaced() {
    let mut browser = Browser::new();
    let made = browser
        .post_json("/control/users", &json!({ "login": "eve" }))
        .await
        .json();
    assert_eq!(made["display_name"], "eve");
    assert_eq!(made["allow_listed"], true);
    let body = json!({ "login": "eve", "display_name": null, "images": [], "country": "NO" });
    let made = browser.post_json("/control/users", &body).await.json();
    assert_eq!(
        (&made["display_name"], &made["country"]),
        (&Value::Null, &json!("NO"))
    );
    assert_eq!(browser.control.snapshot().users.len(), 4);
    let tokens = browser.tokens_for("eve", "").await;
    let me = browser
        .call("/spotify/v1/me", &text(&tokens, "access_token"))
        .await
        .json();
    assert_eq!(me["display_name"], Value::Null);
}

#[tokio::test]
async fn a_client_can_be_added() {
    let mut browser = Browser::new();
    let body = json!({ "id": "another", "name": "Another app", "redirect_uris": [REDIRECT] });
    let made = browser.post_json("/control/clients", &body).await.json();
    assert_eq!(made["secret"], "another-secret");
    let url = format!(
        "http://localhost:4400{}",
        authorize(&[("client_id", "another")])
    );
    let body = json!({ "authorize_url": url, "login": "ada" });
    let answer = browser.post_json("/control/authorize", &body).await.json();
    assert!(text(&answer, "callback_url").starts_with(&format!("{REDIRECT}?code=AQ")));
}

#[tokio::test]
async fn a_fault_answers_instead_of_the_provider_as_often_as_it_says() {
    let mut browser = Browser::new();
    let body = json!({
        "path": "/spotify/api/token", "status": 502, "times": 2,
        "body": "<h1>Bad gateway</h1>", "content_type": "text/html", "headers": { "x-a": "b" },
    });
    assert_eq!(
        browser.post_json("/control/fault", &body).await.status,
        StatusCode::OK
    );
    let code = browser.code("");
    for _ in 0..2 {
        let answer = browser.exchange(&code).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
        assert_eq!(answer.body, "<h1>Bad gateway</h1>");
        assert_eq!(answer.header("content-type"), Some("text/html"));
        assert_eq!(answer.header("x-a"), Some("b"));
    }
    assert_eq!(
        browser.exchange(&code).await.status,
        StatusCode::OK,
        "the code was not used"
    );
}

#[tokio::test]
async fn a_fault_after_loses_the_answer_and_not_the_request() {
    let mut browser = Browser::new();
    browser
        .control
        .fault(Fault::status("/spotify/api/token", 502).after())
        .unwrap();
    let code = browser.code("");
    assert_eq!(
        browser.exchange(&code).await.status,
        StatusCode::BAD_GATEWAY
    );
    assert_eq!(
        browser.exchange(&code).await.flat_error().1,
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_fault_fits_its_path_its_method_and_what_lies_below() {
    let mut browser = Browser::new();
    let fault = |path: &str| Fault::status(path, 503).times(100);
    browser
        .control
        .fault(Fault {
            method: Some("post".into()),
            ..fault("/spotify/v1/me")
        })
        .unwrap();
    assert_eq!(
        browser.get("/spotify/v1/me").await.status,
        StatusCode::UNAUTHORIZED
    );
    browser.control.clear_faults();
    browser.control.fault(fault("/spotify/v1/")).unwrap();
    for (path, hit) in [
        ("/spotify/v1", true),
        ("/spotify/v1/me", true),
        ("/spotify/v10", false),
        ("/spotify/account/apps", false),
    ] {
        let status = browser.get(path).await.status;
        assert_eq!(status == StatusCode::SERVICE_UNAVAILABLE, hit, "{path}");
    }
}

#[tokio::test]
async fn a_fault_can_be_for_one_grant_of_the_token_endpoint() {
    let mut browser = Browser::new();
    let token = text(&browser.tokens_for("ada", "").await, "refresh_token");
    let body =
        json!({ "path": "/spotify/api/token", "grant_type": "refresh_token", "status": 503 });
    assert_eq!(
        browser.post_json("/control/fault", &body).await.status,
        StatusCode::OK
    );
    let own = browser.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(own.status, StatusCode::OK);
    assert_eq!(
        browser.refresh(&token).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(browser.refresh(&token).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_come_late_though_the_request_was_handled_at_once() {
    let mut browser = Browser::new();
    let policy = sandbox::RefreshPolicy::RotateSingleUse;
    browser.control.set_refresh_policy(policy, false);
    let token = text(&browser.tokens_for("ada", "").await, "refresh_token");
    let fault = Fault::delay("/spotify/api/token", 20_000).after();
    browser.control.fault(fault).unwrap();
    let mut other = browser.another();
    let late = async {
        let begun = tokio::time::Instant::now();
        let answer = browser.refresh(&token).await;
        (answer.status, begun.elapsed())
    };
    let meanwhile = async { other.refresh(&token).await.flat_error().2 };
    let ((status, took), meanwhile) = tokio::join!(late, meanwhile);
    assert_eq!(meanwhile, "Refresh token revoked");
    assert_eq!(status, StatusCode::OK);
    assert!(took >= Duration::from_secs(20), "{took:?}");
}

#[tokio::test]
async fn requests_are_counted_by_grant_and_status_without_secrets() {
    let mut browser = Browser::new();
    let token = text(&browser.tokens_for("ada", "").await, "refresh_token");
    for _ in 0..2 {
        browser.refresh(&token).await;
    }
    browser.refresh("AQ-not-one").await;
    browser.token(&[("grant_type", "client_credentials")]).await;
    browser.get("/spotify/v1/me").await;
    assert_eq!(browser.control.token_requests("refresh_token"), 3);
    assert_eq!(browser.control.token_requests("client_credentials"), 1);
    let counts = browser.get("/control/log/counts").await;
    for secret in [token.as_str(), "AQ-not-one", "sandbox-secret", "Basic"] {
        assert!(!counts.body.contains(secret), "{secret}");
    }
    let counts = counts.json();
    assert_eq!(
        counts["superseded_sent"],
        json!({ "spotify": 0, "google": 0 })
    );
    let of = |grant: Value| {
        let requests = counts["requests"].as_array().unwrap();
        let found = requests.iter().find(|count| count["grant_type"] == grant);
        found.expect("a count").clone()
    };
    assert_eq!(
        of(json!("refresh_token")),
        json!({ "method": "POST", "path": "/spotify/api/token", "grant_type": "refresh_token",
                "sent": 3, "answered": { "200": 2, "400": 1 } })
    );
    assert_eq!(of(Value::Null)["path"], "/spotify/v1/me");
    let path = "/control/log?path=/spotify/api/token&grant_type=refresh_token";
    let log = browser.get(path).await.json();
    assert_eq!(log.as_array().unwrap().len(), 3);
    browser.control.clear_log();
    assert_eq!(browser.control.token_requests("refresh_token"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_delay_alone_passes_the_request_through() {
    let mut browser = Browser::new();
    browser
        .control
        .fault(Fault::delay("/spotify/v1/me", 5000))
        .unwrap();
    let before = tokio::time::Instant::now();
    assert_eq!(
        browser.get("/spotify/v1/me").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(before.elapsed(), Duration::from_secs(5));
    assert_eq!(
        browser.get("/spotify/v1/me").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(before.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn a_held_request_gets_through_when_it_is_released() {
    let (release, clear) = ("/control/faults/release", "/control/faults/clear");
    for (fault, path, status) in [
        (json!({ "hold": true }), release, 401),
        (json!({ "hold": true }), clear, 401),
        (json!({ "hold": true, "status": 418 }), release, 418),
        (json!({ "hold": true, "after": true }), release, 401),
    ] {
        let mut browser = Browser::new();
        let mut held = browser.another();
        let mut fault = fault;
        fault["path"] = json!("/spotify/v1/me");
        let arm = async |browser: &mut Browser| {
            let armed = browser.post_json("/control/fault", &fault).await;
            assert_eq!(armed.status, StatusCode::OK, "{fault}");
        };
        arm(&mut browser).await;
        let waiting = async { held.get("/spotify/v1/me").await.status };
        tokio::pin!(waiting);
        let meanwhile = tokio::select! {
            biased;
            _ = &mut waiting => panic!("{fault} held nothing"),
            meanwhile = browser.get("/spotify/v1/me") => meanwhile,
        };
        assert_eq!(meanwhile.status, StatusCode::UNAUTHORIZED, "{fault}");
        // One that has held nothing yet is over as well.
        arm(&mut browser).await;
        let released = browser.post_json(path, &json!({})).await;
        assert_eq!(released.status, StatusCode::OK, "{fault}");
        assert_eq!(waiting.await.as_u16(), status, "{fault}");
        let state = browser.get("/control/state").await.json();
        assert_eq!(state["faults"], json!([]), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hanging_request_is_let_go_by_a_reset_alone() {
    let mut browser = Browser::new();
    browser
        .control
        .fault(Fault::hang("/spotify/v1/me"))
        .unwrap();
    let control = browser.control.clone();
    let request = tokio::spawn(async move { browser.get("/spotify/v1/me").await.status });
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert!(!request.is_finished());
    assert_eq!(control.log()[0].status, None);
    control.reset();
    assert_eq!(request.await.unwrap(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn the_clock_moves_by_an_offset_from_the_systems_time() {
    let mut browser = Browser::new();
    let before = browser.control.now();
    for _ in 0..2 {
        let answer = browser
            .post_json("/control/clock", &json!({ "offset_s": 1000 }))
            .await
            .json();
        assert_eq!(answer["offset_s"], 1000);
    }
    let moved = browser.control.now() - before;
    assert!(
        (1000..1100).contains(&moved),
        "{moved}: the offset is not added twice"
    );
}

#[tokio::test]
async fn the_life_of_access_tokens_can_be_set() {
    let mut browser = Browser::new();
    browser
        .post_json("/control/token-life", &json!({ "seconds": 5 }))
        .await;
    let tokens = browser.tokens_for("ada", "").await;
    assert_eq!(tokens["expires_in"], 5);
    browser.control.set_clock_offset(6).unwrap();
    let answer = browser
        .call("/spotify/v1/me", &text(&tokens, "access_token"))
        .await;
    assert_eq!(answer.nested_error().1, "The access token expired");
}

#[tokio::test]
async fn a_reset_puts_everything_back() {
    let mut browser = Browser::new();
    let usual = {
        let mut snapshot = json!(browser.control.snapshot());
        snapshot.as_object_mut().unwrap().remove("now");
        snapshot
    };
    browser.sign_in("ada").await;
    let tokens = browser.tokens_for("ada", "").await;
    browser.control.add_client(Client::new("x")).unwrap();
    browser
        .control
        .fault(Fault::status("/spotify", 500))
        .unwrap();
    for (path, body) in [
        ("/control/users", json!({ "login": "x" })),
        ("/control/clock", json!({ "offset_s": 5 })),
        ("/control/profile", json!({ "profile": "extended" })),
        (
            "/control/refresh-policy",
            json!({ "policy": "sometimes", "omit_scope": true }),
        ),
        ("/control/owner-premium", json!({ "lapsed": true })),
        ("/control/token-life", json!({ "seconds": 5 })),
        ("/control/playlist-settings", json!({ "cover_delay_s": 9 })),
        ("/control/limits", json!({ "rate_per_30s": 9 })),
    ] {
        assert_eq!(browser.post_json(path, &body).await.status, StatusCode::OK);
    }
    assert_eq!(
        browser.post_json("/control/reset", &json!({})).await.status,
        StatusCode::OK
    );
    let mut snapshot = json!(browser.control.snapshot());
    snapshot.as_object_mut().unwrap().remove("now");
    assert_eq!(snapshot, usual);
    assert!(browser.control.log().is_empty());
    let answer = browser
        .call("/spotify/v1/me", &text(&tokens, "access_token"))
        .await;
    assert_eq!(answer.nested_error().1, "Invalid access token");
    assert!(
        browser
            .get("/spotify/account/apps")
            .await
            .body
            .contains("Sign in as")
    );
}

#[tokio::test]
async fn the_log_holds_each_request_of_the_provider_half_and_its_status() {
    let mut browser = Browser::new();
    browser.get(&authorize(&[("state", "a b")])).await;
    browser.sign_in("ada").await;
    let code = browser.code("");
    browser.exchange(&code).await;
    browser.get("/spotify/account/apps").await;
    browser.get("/control/state").await;

    let log = browser.get("/control/log").await.json();
    let log = log.as_array().unwrap();
    assert_eq!(log.len(), 4, "requests to /control are not in it");
    assert_eq!(log[0]["path"], "/spotify/authorize");
    assert!(
        log[0]["query"]
            .as_array()
            .unwrap()
            .contains(&json!(["state", "a b"]))
    );
    assert_eq!(log[0]["cookie"], false);
    assert_eq!(log[1]["form"][0], json!(["login", "ada"]));
    let exchange = &log[2];
    assert_eq!(exchange["method"], "POST");
    assert_eq!(exchange["status"], 200);
    assert!(
        exchange["form"]
            .as_array()
            .unwrap()
            .contains(&json!(["code", code]))
    );
    let authorization = exchange["headers"]["authorization"].as_str().unwrap();
    assert!(authorization.starts_with("Basic "));
    assert_eq!(
        exchange["headers"]["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(log[3]["cookie"], true);
    let now = browser.control.now();
    assert!(
        (now - exchange["at"].as_i64().unwrap() / 1000).abs() < 60,
        "unix milliseconds"
    );

    let narrowed = browser
        .get("/control/log?path=/spotify/api/token")
        .await
        .json();
    assert_eq!(narrowed.as_array().unwrap().len(), 1);
    let after = browser
        .get(&format!("/control/log?after={}", exchange["id"]))
        .await
        .json();
    assert_eq!(after.as_array().unwrap().len(), 1);
    browser.post_json("/control/log/clear", &json!({})).await;
    assert!(browser.control.log().is_empty());
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_logged() {
    let mut browser = Browser::new();
    let long = "x".repeat(512 * 1024 + 1);
    let answer = browser
        .send(Method::POST, "/spotify/api/token", &[], &long)
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(browser.control.log()[0].status, Some(413));
    let headers = [("content-type", "application/json")];
    let answer = browser
        .send(Method::POST, "/control/users", &headers, &long)
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_page_shows_everything_under_a_strict_policy() {
    let mut browser = Browser::new();
    browser
        .control
        .fault(Fault::status("/spotify/v1/me", 503))
        .unwrap();
    browser.get("/spotify/v1/me").await;
    browser
        .control
        .fault(Fault::status("/spotify/v1/search", 418))
        .unwrap();
    let page = browser.get("/control").await;
    for part in [
        "sandbox-client",
        "Ada Lindqvist",
        "&#x2F;spotify&#x2F;v1&#x2F;search",
        "Reset everything",
        "Publish it now",
        "Make the playlist",
        "Set the limits",
    ] {
        assert!(page.body.contains(part), "{part}");
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"));
}
