//! `/api/spotify/v1/…`: what is forwarded, with which token, and what comes back.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use sandbox::{Fault, Listener, RefreshPolicy};
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::{Browser, HOST, ME, ORIGIN, SEARCH, SESSION, Stage, TOKEN, TOKENS, base64url};

const SEARCH_PATH: &str = "/api/spotify/v1/search?q=marlow&type=artist&limit=5";
/// The header that tells of the person's connection.
const CONNECTION: &str = "x-stagedoor-connection";
/// What a provider may write into any text; it must not reach a person.
const TEXT: &str = "<b>call 0800-EVIL</b>";

/// A signed-in browser, and a log without the sign-in.
async fn signed_in(stage: &Stage) -> Browser {
    let browser = stage.signed_in("ada").await;
    stage.control().clear_log();
    browser
}

/// A signed-in browser whose access token is over, and a log without the sign-in.
async fn due(stage: &Stage) -> Browser {
    let browser = stage.signed_in("ada").await;
    stage.advance(3600);
    stage.control().clear_log();
    browser
}

/// The bearer tokens that were sent to a path, in order.
fn bearers(stage: &Stage, path: &str) -> Vec<String> {
    let log = stage.control().log();
    let sent = log.iter().filter(|entry| entry.path == path);
    sent.map(|entry| entry.header("authorization").unwrap_or_default().to_owned())
        .collect()
}

// Who may ask for what.

#[tokio::test]
async fn a_person_gets_their_own_profile() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let answer = browser.me().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["display_name"], "Ada Lindqvist");
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.set_cookies().is_empty());
    assert_eq!((stage.all_calls(), stage.calls(ME)), (1, 1));
}

#[tokio::test]
async fn who_is_signed_out_is_told_so_and_nothing_is_sent() {
    let stage = Stage::new().await;
    stage.browser().me().await.is_refusal(401, "signed_out");
    assert_eq!(stage.all_calls(), 0, "not with the app's own token either");
    // Nor where the app has a token already.
    let mut browser = stage.browser();
    assert_eq!(browser.get(SEARCH_PATH).await.status, StatusCode::OK);
    stage.control().clear_log();
    browser.me().await.is_refusal(401, "signed_out");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn who_is_not_connected_is_told_so_and_nothing_is_sent() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    browser.cookies.remove(TOKENS);
    browser.me().await.is_refusal(409, "not_connected");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn tokens_without_their_session_are_worth_nothing() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    browser.cookies.remove(SESSION);
    browser.me().await.is_refusal(401, "signed_out");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn who_is_signed_in_searches_with_their_own_token() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    assert_eq!(browser.get(SEARCH_PATH).await.status, StatusCode::OK);
    assert_eq!((stage.calls(TOKEN), stage.calls(SEARCH)), (0, 1));
}

// The app's own token.

#[tokio::test]
async fn the_catalogue_is_open_to_everybody() {
    let stage = Stage::new().await;
    let answer = stage.browser().get(SEARCH_PATH).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["artists"]["items"][0]["name"], "Marlow Quill");
    assert!(answer.set_cookies().is_empty());
    let log = stage.control().log();
    assert_eq!(log[0].form_value("grant_type"), Some("client_credentials"));
    assert_eq!(log[1].query_value("q"), Some("marlow"));
}

#[tokio::test]
async fn the_catalogue_is_open_to_who_is_not_connected() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    browser.cookies.remove(TOKENS);
    assert_eq!(browser.get(SEARCH_PATH).await.status, StatusCode::OK);
}

#[tokio::test]
async fn many_searches_at_once_fetch_one_app_token() {
    let stage = Stage::new().await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 50))
        .expect("a fault");
    let mut browsers: Vec<Browser> = (0..20).map(|_| stage.browser()).collect();
    let answers = browsers.iter_mut().map(|browser| browser.get(SEARCH_PATH));
    for answer in futures::future::join_all(answers).await {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    assert_eq!((stage.calls(TOKEN), stage.calls(SEARCH)), (1, 20));
    assert_eq!(
        stage.browser().get(SEARCH_PATH).await.status,
        StatusCode::OK
    );
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn the_app_token_is_renewed_when_it_is_over() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.get(SEARCH_PATH).await;
    stage.advance(3571);
    assert_eq!(browser.get(SEARCH_PATH).await.status, StatusCode::OK);
    assert_eq!(stage.calls(TOKEN), 2);
}

#[tokio::test]
async fn an_app_token_that_is_rejected_is_renewed_once() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.get(SEARCH_PATH).await;
    stage
        .control()
        .fault(Fault::status(SEARCH, 401))
        .expect("a fault");
    assert_eq!(browser.get(SEARCH_PATH).await.status, StatusCode::OK);
    assert_eq!((stage.calls(TOKEN), stage.calls(SEARCH)), (2, 3));
    let sent = bearers(&stage, SEARCH);
    assert!(
        sent[0] == sent[1] && sent[1] != sent[2],
        "it was resent with the new token"
    );
    stage
        .control()
        .fault(Fault::status(SEARCH, 401).times(9))
        .expect("a fault");
    let answer = browser.get(SEARCH_PATH).await;
    answer.is_refusal(502, "provider_error");
    assert_eq!((stage.calls(TOKEN), stage.calls(SEARCH)), (3, 5));
}

#[tokio::test]
async fn trouble_with_the_app_token_waits_before_the_next_try() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let troubles = [
        (Fault::status(TOKEN, 503), (503, "provider_unavailable")),
        (
            Fault::status(TOKEN, 400).body(json!({"error": "invalid_client"})),
            (502, "provider_error"),
        ),
        (
            Fault::status(TOKEN, 200).body("<html>"),
            (502, "provider_error"),
        ),
    ];
    for (n, (fault, refusal)) in troubles.into_iter().enumerate() {
        stage.control().fault(fault).expect("a fault");
        for _ in 0..3 {
            let answer = browser.get(SEARCH_PATH).await;
            answer.is_refusal(refusal.0, refusal.1);
            assert!(
                answer.json()["retry_after"]
                    .as_u64()
                    .is_some_and(|seconds| (1..=5).contains(&seconds))
            );
        }
        assert_eq!(stage.calls(TOKEN), n + 1);
        stage.advance(5);
    }
    assert_eq!(stage.calls(SEARCH), 0);
    assert_eq!(browser.get(SEARCH_PATH).await.status, StatusCode::OK);
}

#[tokio::test]
async fn searches_of_one_address_are_limited() {
    let stage = Stage::with_settings(&[("STAGEDOOR_LIMITS", "on")]).await;
    let path = "/api/spotify/v1/search?q=marlow&type=artist&limit=1";
    let mut signed_in = stage.signed_in("ada").await;
    let mut browser = stage.browser();
    let mut refused = None;
    for _ in 0..200 {
        let answer = browser.get(path).await;
        if answer.status != StatusCode::OK {
            refused = Some(answer);
            break;
        }
    }
    let answer = refused.expect("there is a limit");
    answer.is_refusal(429, "rate_limited");
    assert!(answer.header("retry-after").is_some());
    // Who is signed in spends their own share.
    assert_eq!(signed_in.get(path).await.status, StatusCode::OK);
}

// What may be asked for.

#[tokio::test]
async fn paths_that_are_not_on_the_list_are_not_there() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let paths = [
        "",
        "/",
        "/me/",
        "//me",
        "/me/top/genres",
        "/ME",
        "/me.json",
        "/me;a=b",
        "/me%2f",
        "/me%00",
        "/%6de",
        "/me%3fa",
        "/./me",
        "/../v1/me",
        "/search/../me",
        "/..%2fv1/me",
        "/%2e%2e/v1/me",
        "/%2e/me",
        "/search/%2e%2e/me",
        "/..//me",
        "/\\me",
        "/@evil.example/me",
        "/me@evil.example",
        "/http://evil.example/me",
        "//evil.example/v1/me",
        "/v1/me",
        "/spotify/api/token",
        "/users/ada.lindqvist",
        "/search/x",
    ];
    for path in paths {
        let path = format!("/api/spotify/v1{path}");
        let request = browser.request(Method::GET, "/", None);
        let (mut parts, body) = request.into_parts();
        // What a client may write on the wire and the URI type takes; the rest cannot be sent at all.
        let Ok(uri) = path.parse() else { continue };
        parts.uri = uri;
        let answer = browser
            .send(axum::http::Request::from_parts(parts, body))
            .await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{path}");
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn methods_that_are_not_on_the_list_are_not_there() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    for path in [
        "/api/spotify/v1/me",
        "/api/spotify/v1/search?q=a&type=artist",
    ] {
        for method in [
            "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "get",
        ] {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let mut request = browser.request(method.clone(), path, Some(&json!({})));
            request
                .headers_mut()
                .insert("x-http-method-override", HeaderValue::from_static("GET"));
            let answer = browser.send(request).await;
            let (status, _) = answer.refusal();
            assert!([404, 405].contains(&status), "{method} {path}: {status}");
        }
        // It has no body, and must not become a GET behind our back.
        let answer = browser
            .send(browser.request(Method::HEAD, path, None))
            .await;
        assert!(
            [404, 405].contains(&answer.status.as_u16()),
            "HEAD {path}: {}",
            answer.status
        );
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_target_that_names_another_host_is_refused() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    for target in [
        "http://evil.example/api/spotify/v1/me",
        "https://api.spotify.com/api/spotify/v1/me",
    ] {
        let answer = browser.get(target).await;
        answer.is_refusal(421, "bad_request");
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_query_passes_as_it_is_and_no_further_than_it_may() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let query = "q=bj%C3%B6rk+%26%20co%23&type=artist%2Calbum&limit=1";
    browser
        .get(&format!("/api/spotify/v1/search?{query}"))
        .await;
    let log = stage.control().log();
    assert_eq!(log[0].query_value("q"), Some("björk & co#"));
    assert_eq!(log[0].query_value("type"), Some("artist,album"));
    let endless = format!("/api/spotify/v1/search?q={}", "a".repeat(5000));
    browser.get(&endless).await.is_refusal(400, "bad_request");
    assert_eq!(stage.all_calls(), 1);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let mut request = browser.request(Method::GET, "/api/spotify/v1/me", None);
    *request.body_mut() = Body::from("a".repeat(100_000));
    browser.send(request).await.is_refusal(413, "too_large");
    assert_eq!(stage.all_calls(), 0);
}

/// A playlist of which the sandbox need not know: what is looked at is what was sent.
const PLAYLIST: &str = "/api/spotify/v1/playlists/37i9dQZF1DXcBWIGoYBM5M";
const SENT: &str = "/spotify/v1/playlists/37i9dQZF1DXcBWIGoYBM5M";

/// Sends a body of a type and of so many bytes, and tells what was answered.
async fn send_body(
    browser: &mut Browser,
    path: &str,
    content_type: Option<&'static str>,
    bytes: usize,
) -> crate::support::Answer {
    let mut request = browser.request(Method::PUT, path, None);
    let headers = request.headers_mut();
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    *request.body_mut() = Body::from("a".repeat(bytes));
    browser.send(request).await
}

#[tokio::test]
async fn a_cover_passes_as_a_jpeg_and_up_to_its_measure() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let images = format!("{SENT}/images");
    let taken = Fault::status(&images, 202).times(1);
    stage.control().fault(taken).expect("a fault");
    let path = format!("{PLAYLIST}/images");
    let answer = send_body(&mut browser, &path, Some("image/jpeg"), 256_000).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    let log = stage.control().log();
    assert_eq!(log[0].header("content-type"), Some("image/jpeg"));
    assert_eq!(log[0].header("content-length"), Some("256000"));
}

#[tokio::test]
async fn a_cover_that_is_too_large_is_refused() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let path = format!("{PLAYLIST}/images");
    let answer = send_body(&mut browser, &path, Some("image/jpeg"), 256_001).await;
    answer.is_refusal(413, "too_large");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_cover_of_another_type_is_refused() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let path = format!("{PLAYLIST}/images");
    for other in [
        Some("application/json"),
        Some("image/png"),
        Some("image/jpeg; a=b"),
        Some("text/plain"),
        None,
    ] {
        let answer = send_body(&mut browser, &path, other, 10).await;
        assert_eq!(
            answer.refusal(),
            (415, "bad_request".to_owned()),
            "{other:?}"
        );
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_jpeg_at_any_other_path_is_refused() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    for path in [
        PLAYLIST,
        &format!("{PLAYLIST}/items"),
        "/api/spotify/v1/me/library",
    ] {
        let answer = send_body(&mut browser, path, Some("image/jpeg"), 10).await;
        assert_eq!(answer.refusal(), (415, "bad_request".to_owned()), "{path}");
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_change_of_more_than_64_kilobytes_is_refused() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let path = format!("{PLAYLIST}/items");
    let json = Some("application/json");
    let answer = send_body(&mut browser, &path, json, 64 * 1024 + 1).await;
    answer.is_refusal(413, "too_large");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_change_without_a_type_is_refused() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    // The guard lets a request through that announces neither a body nor a type.
    let request = browser.request(Method::PUT, &format!("{PLAYLIST}/items"), None);
    browser.send(request).await.is_refusal(415, "bad_request");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_body_where_none_belongs_stays_here() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let library = "/api/spotify/v1/me/library?uris=spotify:track:4uLU6hMCjMI75M1A2tKUQC";
    let body = json!({ "uris": ["spotify:track:0000000000000000000000"] });
    let request = browser.request(Method::PUT, library, Some(&body));
    browser.send(request).await;
    let log = stage.control().log();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].header("content-type"), None);
    assert!(matches!(log[0].header("content-length"), None | Some("0")));
}

#[tokio::test]
async fn nothing_of_the_browser_goes_to_the_provider() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let mut request = browser.request(Method::GET, "/api/spotify/v1/me", None);
    let smuggled = [
        ("authorization", "Bearer smuggled"),
        ("referer", "http://127.0.0.1:3000/profile"),
        ("user-agent", "a browser"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-request-id", "chosen"),
        ("proxy-authorization", "Basic x"),
        ("connection", "close, x-hop"),
        ("x-hop", "1"),
        ("te", "trailers"),
        ("upgrade", "websocket"),
    ];
    for (name, value) in smuggled {
        request.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    assert_eq!(browser.send(request).await.status, StatusCode::OK);
    let log = stage.control().log();
    let entry = &log[0];
    assert!(!entry.cookie, "a cookie was sent");
    let bearer = entry.header("authorization").expect("a token");
    assert!(bearer.starts_with("Bearer ") && !bearer.contains("smuggled"));
    for name in [
        "origin",
        "referer",
        "sec-fetch-site",
        "sec-fetch-mode",
        "x-request-id",
        "content-type",
    ] {
        assert_eq!(entry.header(name), None, "{name} was sent");
    }
    assert!(
        entry
            .header("user-agent")
            .is_some_and(|agent| agent.starts_with("stagedoor/"))
    );
    assert_ne!(entry.header("host"), Some(HOST));
}

// Tokens that are over.

#[tokio::test]
async fn a_token_that_is_over_is_renewed_on_the_way() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    let answer = browser.me().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.sets(TOKENS) && !answer.sets(SESSION));
    assert_eq!((stage.calls(TOKEN), stage.calls(ME)), (1, 1));
    browser.me().await;
    assert_eq!(
        (stage.calls(TOKEN), stage.calls(ME)),
        (1, 2),
        "the new cookie is good"
    );
}

#[tokio::test]
async fn twenty_calls_at_once_refresh_once() {
    for policy in [RefreshPolicy::NeverRotate, RefreshPolicy::RotateSingleUse] {
        let stage = Stage::new().await;
        stage.control().set_refresh_policy(policy, false);
        let browser = due(&stage).await;
        stage
            .control()
            .fault(Fault::delay(TOKEN, 50))
            .expect("a fault");
        let mut tabs: Vec<Browser> = std::iter::repeat_n(browser, 20).collect();
        for answer in futures::future::join_all(tabs.iter_mut().map(Browser::me)).await {
            assert_eq!(answer.status, StatusCode::OK, "{policy:?}: {}", answer.text);
            assert!(answer.sets(TOKENS));
        }
        assert_eq!((stage.calls(TOKEN), stage.calls(ME)), (1, 20), "{policy:?}");
        stage.advance(3600);
        assert_eq!(tabs[7].me().await.status, StatusCode::OK, "{policy:?}");
        assert_eq!(stage.calls(TOKEN), 2, "{policy:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_rejected_is_renewed_and_the_call_sent_again() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    stage
        .control()
        .fault(Fault::status(ME, 401))
        .expect("a fault");
    let answer = browser.me().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.sets(TOKENS));
    assert_eq!((stage.calls(TOKEN), stage.calls(ME)), (1, 2));
    let sent = bearers(&stage, ME);
    assert_ne!(sent[0], sent[1]);
}

#[tokio::test]
async fn a_token_that_is_rejected_twice_is_not_renewed_for_ever() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    stage
        .control()
        .fault(Fault::status(ME, 401).times(9))
        .expect("a fault");
    let answer = browser.me().await;
    answer.is_refusal(401, "reauthorize");
    assert!(answer.clears(TOKENS) && answer.set_names().is_empty());
    assert_eq!((stage.calls(TOKEN), stage.calls(ME)), (1, 2));
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn the_catalogue_stays_open_to_whose_connection_ended() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    stage.control().remove_app("ada", "sandbox-client");
    let answer = browser.get(SEARCH_PATH).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.clears(TOKENS) && answer.set_names().is_empty());
    assert_eq!(answer.header(CONNECTION), Some("ended"));
    let grants: Vec<String> = stage
        .control()
        .log()
        .iter()
        .filter_map(|entry| Some(entry.form_value("grant_type")?.to_owned()))
        .collect();
    assert_eq!(grants, ["refresh_token", "client_credentials"]);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn an_answer_tells_that_a_refresh_changed_what_is_allowed() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    let answer = browser.me().await;
    assert_eq!(answer.header(CONNECTION), None);
    stage.advance(3600);
    let more = stage.control().set_refresh_scope(Some("user-top-read"));
    more.expect("scopes");
    let answer = browser.me().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header(CONNECTION), Some("changed"));
    assert_eq!(browser.me().await.header(CONNECTION), None);
    // So does one whose token was not due, and was not taken.
    let less = stage.control().set_refresh_scope(Some("user-follow-read"));
    less.expect("scopes");
    let rejected = stage.control().fault(Fault::status(ME, 401));
    rejected.expect("a fault");
    stage.advance(60);
    let answer = browser.me().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header(CONNECTION), Some("changed"));
}

#[tokio::test]
async fn a_call_that_a_sign_out_overtook_tells_nothing() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let mut tab = browser.clone();
    stage
        .control()
        .fault(Fault::delay(ME, 500))
        .expect("a fault");
    let sign_out = async {
        stage.until_called(ME, 1).await;
        browser.sign_out(false).await
    };
    let (answer, signed_out) = tokio::join!(tab.me(), sign_out);
    assert_eq!(signed_out.status, StatusCode::OK);
    answer.is_refusal(401, "signed_out");
    assert!(answer.set_cookies().is_empty() && !answer.text.contains("Ada"));
}

#[tokio::test]
async fn an_ended_connection_says_so_and_the_session_stays() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    stage.control().remove_app("ada", "sandbox-client");
    let answer = browser.me().await;
    answer.is_refusal(401, "reauthorize");
    assert!(answer.clears(TOKENS));
    assert_eq!(answer.set_cookies().len(), 1, "the session stays");
    assert_eq!((stage.calls(TOKEN), stage.calls(ME)), (1, 0));
    assert!(browser.is_signed_in().await);
    browser.me().await.is_refusal(409, "not_connected");
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn a_grant_ends_after_six_months_and_the_session_stays() {
    let lives = [
        ("STAGEDOOR_SESSION_IDLE", "300d"),
        ("STAGEDOOR_SESSION_MAX", "365d"),
    ];
    let stage = Stage::with_settings(&lives).await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(181 * 86_400);
    assert_eq!(browser.me().await.status, StatusCode::OK);
    stage.advance(86_400);
    let answer = browser.me().await;
    answer.is_refusal(401, "reauthorize");
    assert!(answer.clears(TOKENS) && browser.is_signed_in().await);
}

#[tokio::test]
async fn a_failing_refresh_is_told_and_nothing_ends() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    stage
        .control()
        .fault(Fault::status(TOKEN, 503))
        .expect("a fault");
    let answer = browser.me().await;
    answer.is_refusal(503, "provider_unavailable");
    assert!(answer.set_cookies().is_empty() && answer.header("retry-after").is_some());
    assert_eq!((stage.calls(TOKEN), stage.calls(ME)), (1, 0));
    stage.advance(5);
    assert_eq!(browser.me().await.status, StatusCode::OK);
}

// What the provider answers.

async fn maps(stage: &Stage, browser: &mut Browser, fault: Fault, refusal: (u16, &str)) {
    let told = format!("{fault:?}");
    stage.control().clear_log();
    stage.control().fault(fault).expect("a fault");
    let answer = browser.me().await;
    assert_eq!(
        answer.refusal(),
        (refusal.0, refusal.1.to_owned()),
        "{told}"
    );
    assert!(!answer.text.contains("EVIL"), "{told}: {}", answer.text);
    assert!(answer.set_cookies().is_empty(), "{told}");
    assert_eq!(
        (stage.all_calls(), stage.calls(ME)),
        (1, 1),
        "{told}: it is not sent again"
    );
}

#[tokio::test]
async fn every_error_is_our_envelope_without_the_providers_text() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let plain = |status, text: &str| Fault::status(ME, status).body(format!("{text} {TEXT}"));
    let nested = |status: u16, text: &str| {
        Fault::status(ME, status)
            .body(json!({"error": {"status": status, "message": format!("{text} {TEXT}")}}))
    };
    let html = |status| plain(status, "<html>").content_type("text/html");
    let listed = "User not registered in the Developer Dashboard";
    let premium = "Active premium subscription required for the owner of the app.";
    let flat = json!({"error": "insufficient_scope", "error_description": TEXT});
    let cases = [
        (
            nested(400, "Only valid bearer authentication supported"),
            (400, "bad_request"),
        ),
        (nested(404, "Non existing id"), (404, "not_found")),
        (Fault::status(ME, 405), (400, "bad_request")),
        (plain(403, listed), (403, "not_allow_listed")),
        (plain(403, premium), (403, "owner_premium_required")),
        (
            nested(403, "Insufficient client scope"),
            (403, "permission_needed"),
        ),
        (
            Fault::status(ME, 403).body(flat),
            (403, "permission_needed"),
        ),
        (plain(403, "No."), (403, "forbidden")),
        (Fault::status(ME, 403), (403, "forbidden")),
        (html(500), (503, "provider_unavailable")),
        (html(502), (503, "provider_unavailable")),
        (Fault::status(ME, 503), (503, "provider_unavailable")),
        (nested(504, "x"), (503, "provider_unavailable")),
        (
            Fault::status(ME, 302).header("location", "http://evil.example/"),
            (502, "provider_error"),
        ),
    ];
    for (fault, refusal) in cases {
        maps(&stage, &mut browser, fault, refusal).await;
    }
}

#[tokio::test]
async fn limits_of_the_provider_say_when_to_come_back() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let cases = [
        (Fault::rate_limited(ME, 7), "rate_limited", Some("7")),
        (
            Fault::quota_exhausted(ME, 48_925),
            "quota_exhausted",
            Some("48925"),
        ),
        (Fault::status(ME, 429), "rate_limited", None),
        (
            Fault::status(ME, 429).header("retry-after", "soon"),
            "rate_limited",
            None,
        ),
        (
            Fault::status(ME, 429).header("retry-after", "-1"),
            "rate_limited",
            None,
        ),
        (
            Fault::status(ME, 429).header("retry-after", "99999999999999999999"),
            "rate_limited",
            None,
        ),
    ];
    for (fault, code, retry_after) in cases {
        stage.control().fault(fault).expect("a fault");
        let answer = browser.me().await;
        answer.is_refusal(429, code);
        assert_eq!(answer.header("retry-after"), retry_after);
        let told = answer.json()["retry_after"]
            .as_u64()
            .map(|seconds| seconds.to_string());
        assert_eq!(told.as_deref(), retry_after);
    }
}

#[tokio::test]
async fn the_real_refusals_of_the_sandbox_are_understood() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    stage.control().set_owner_premium_lapsed(true);
    browser.me().await.is_refusal(403, "owner_premium_required");
    stage.control().set_owner_premium_lapsed(false);
    let eve = Listener {
        allow_listed: true,
        ..Listener::new("eve")
    };
    stage.control().add_user(eve.clone()).expect("a listener");
    let mut eves = stage.signed_in("eve").await;
    stage
        .control()
        .add_user(Listener {
            allow_listed: false,
            ..eve
        })
        .expect("a listener");
    eves.me().await.is_refusal(403, "not_allow_listed");
    assert!(
        eves.is_connected().await,
        "what the provider refuses ends nothing here"
    );
}

#[tokio::test]
async fn an_answer_that_is_known_already_is_not_sent_again() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let first = browser.me().await;
    let etag = first.header("etag").expect("an etag").to_owned();
    let mut request = browser.request(Method::GET, "/api/spotify/v1/me", None);
    request
        .headers_mut()
        .insert(header::IF_NONE_MATCH, etag.parse().expect("a header"));
    let answer = browser.send(request).await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    assert_eq!(answer.header("etag"), Some(etag.as_str()));
    assert_eq!(
        stage.control().log()[1].header("if-none-match"),
        Some(etag.as_str())
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn headers_of_the_provider_stay_there() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let fault = Fault::status(ME, 200)
        .body(json!({"id": "x"}))
        .header("set-cookie", "a=b")
        .header("location", "http://evil.example/")
        .header("access-control-allow-origin", "*")
        .header("cache-control", "public, max-age=99")
        .header("content-security-policy", "script-src *")
        .header("x-powered-by", "x")
        .header("refresh", "0; url=http://evil.example/");
    stage.control().fault(fault).expect("a fault");
    let answer = browser.me().await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.set_cookies().is_empty());
    for name in [
        "location",
        "access-control-allow-origin",
        "x-powered-by",
        "refresh",
    ] {
        assert_eq!(answer.header(name), None, "{name}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(
        answer
            .header("content-security-policy")
            .is_some_and(|policy| policy.starts_with("default-src 'none'"))
    );
}

#[tokio::test]
async fn an_answer_that_is_no_json_cannot_run_here() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let page = "<script>alert(1)</script>";
    let fault = Fault::status(ME, 200).content_type("text/html").body(page);
    stage.control().fault(fault).expect("a fault");
    let answer = browser.me().await;
    // It passes through, but under a policy that lets it do nothing, and never as a page.
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(
        answer
            .header("content-security-policy")
            .is_some_and(|policy| policy.starts_with("default-src 'none'"))
    );
}

#[tokio::test]
async fn an_answer_of_more_than_eight_megabytes_breaks_off() {
    let stage = Stage::new().await;
    let browser = signed_in(&stage).await;
    let answer_of = async |bytes: usize| {
        let fault = Fault::status(ME, 200)
            .content_type("application/json")
            .body("a".repeat(bytes));
        stage.control().fault(fault).expect("a fault");
        let request = browser.request(Method::GET, "/api/spotify/v1/me", None);
        let response = stage
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        response
            .into_body()
            .collect()
            .await
            .map(|body| body.to_bytes().len())
    };
    let most = 8 * 1024 * 1024;
    assert_eq!(answer_of(most).await.ok(), Some(most));
    assert!(answer_of(most + 1).await.is_err(), "it does not look whole");
}

#[tokio::test]
async fn an_error_of_any_length_is_read_in_part() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let fault = Fault::status(ME, 500).body("a".repeat(2 * 1024 * 1024));
    stage.control().fault(fault).expect("a fault");
    let answer = browser.me().await;
    answer.is_refusal(503, "provider_unavailable");
    assert!(answer.text.len() < 1000);
}

#[tokio::test]
async fn a_provider_that_hangs_is_given_up_after_ten_seconds() {
    let stage = Stage::new().await;
    let mut signed_in = stage.signed_in("ada").await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage.control().fault(Fault::hang(ME)).expect("a fault");
    stage.control().fault(Fault::hang(TOKEN)).expect("a fault");
    let bound = std::time::Duration::from_secs(13);
    let both = futures::future::join(signed_in.me(), browser.complete(&query, &attempt.verifier));
    let (call, sign_in) = tokio::time::timeout(bound, both)
        .await
        .expect("both give up in time");
    call.is_refusal(503, "provider_unavailable");
    sign_in.is_refusal(503, "provider_unavailable");
    assert!(signed_in.is_connected().await && !browser.is_signed_in().await);
    stage.control().clear_faults();
}

#[tokio::test]
async fn a_call_from_another_origin_is_refused_before_anything_is_sent() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let mut request = browser.request(Method::GET, "/api/spotify/v1/me", None);
    request.headers_mut().remove("x-stagedoor-csrf");
    browser.send(request).await.is_refusal(403, "csrf");
    let mut request = browser.request(Method::GET, "/api/spotify/v1/me", None);
    request
        .headers_mut()
        .insert("sec-fetch-site", HeaderValue::from_static("same-site"));
    browser.send(request).await.is_refusal(403, "csrf");
    let mut request = browser.request(Method::GET, "/api/spotify/v1/me", None);
    request.headers_mut().insert(
        header::ORIGIN,
        HeaderValue::from_static("http://localhost:3000"),
    );
    browser.send(request).await.is_refusal(403, "csrf");
    assert_ne!(ORIGIN, "http://localhost:3000");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_session_token_in_the_wrong_place_is_ignored() {
    let stage = Stage::new().await;
    let mut browser = signed_in(&stage).await;
    let token = browser.cookies.remove(SESSION).expect("a session");
    for value in [
        format!("Bearer {token}"),
        "Bearer".to_owned(),
        base64url(&[0; 64]),
        "Basic %%%".to_owned(),
    ] {
        let mut request = browser.request(
            Method::GET,
            &format!("/api/spotify/v1/me?access_token={token}"),
            None,
        );
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, value.parse().expect("a header"));
        browser.send(request).await.is_refusal(401, "signed_out");
    }
    assert_eq!(stage.all_calls(), 0);
}
