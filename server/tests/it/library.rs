//! `/api/spotify/v1/me/…`: top lists, the artists followed, and the library, changed and read.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use sandbox::{Fault, Profile};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, Stage, TOKEN};

const LIBRARY: &str = "/spotify/v1/me/library";
const SCOPES: &str = "user-top-read user-follow-read user-follow-modify user-library-read \
                      user-library-modify";

/// A signed-in browser whose tokens have these scopes, and a log without the sign-in.
async fn with_scopes(stage: &Stage, scopes: &str) -> Browser {
    let mut browser = stage.signed_in("ada").await;
    stage
        .control()
        .set_refresh_scope(Some(scopes))
        .expect("scopes");
    stage.advance(3600);
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
    stage.control().clear_log();
    browser
}

async fn send(browser: &mut Browser, method: Method, path: &str) -> Answer {
    let path = format!("/api/spotify/v1{path}");
    let request = browser.request(method, &path, None);
    browser.send(request).await
}

async fn read(browser: &mut Browser, path: &str) -> Value {
    let answer = send(browser, Method::GET, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.text);
    answer.json()
}

/// An artist whom the person follows.
async fn followed(browser: &mut Browser) -> String {
    let page = read(browser, "/me/following?type=artist&limit=1").await;
    let id = page["artists"]["items"][0]["id"].as_str();
    id.expect("an artist").to_owned()
}

#[tokio::test]
async fn what_a_person_hears_follows_and_saved_is_theirs_to_read() {
    let stage = Stage::new().await;
    let mut browser = with_scopes(&stage, SCOPES).await;
    for (path, total) in [
        ("/me/top/artists?time_range=short_term&limit=50", 50),
        ("/me/top/tracks?time_range=long_term&limit=50", 50),
        ("/me/albums?limit=50", 126),
        ("/me/tracks?limit=50&offset=50", 431),
    ] {
        assert_eq!(read(&mut browser, path).await["total"], total, "{path}");
    }
    let page = read(&mut browser, "/me/following?type=artist&limit=50").await;
    assert_eq!(page["artists"]["total"], 312);
    assert_eq!(stage.calls(TOKEN), 0);
}

#[tokio::test]
async fn an_artist_is_unfollowed_and_followed_again() {
    let stage = Stage::new().await;
    let mut browser = with_scopes(&stage, SCOPES).await;
    let uris = format!("uris=spotify%3Aartist%3A{}", followed(&mut browser).await);
    let contains = format!("/me/library/contains?{uris}");
    for (method, held) in [(Method::DELETE, false), (Method::PUT, true)] {
        stage.control().clear_log();
        let path = format!("/me/library?{uris}");
        let answer = send(&mut browser, method.clone(), &path).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
        let log = stage.control().log();
        assert_eq!((log.len(), log[0].method.as_str()), (1, method.as_str()));
        assert!(log[0].query_value("uris").is_some() && log[0].body.is_none());
        assert_eq!(read(&mut browser, &contains).await, json!([held]));
    }
}

#[tokio::test]
async fn older_apps_follow_by_id() {
    let stage = Stage::new().await;
    let mut browser = with_scopes(&stage, SCOPES).await;
    let ids = format!("type=artist&ids={}", followed(&mut browser).await);
    let path = format!("/me/following?{ids}");
    let answer = send(&mut browser, Method::DELETE, &path).await;
    answer.is_refusal(403, "forbidden");
    stage.control().set_profile(Profile::Extended);
    for (method, held) in [(Method::DELETE, false), (Method::PUT, true)] {
        let answer = send(&mut browser, method, &path).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
        let contains = format!("/me/following/contains?{ids}");
        assert_eq!(read(&mut browser, &contains).await, json!([held]));
    }
}

#[tokio::test]
async fn a_missing_scope_says_that_a_permission_is_needed() {
    let stage = Stage::new().await;
    let mut browser = with_scopes(&stage, "user-follow-read").await;
    let uris = format!("uris=spotify:artist:{}", followed(&mut browser).await);
    let path = format!("/me/library?{uris}");
    for (method, path) in [
        (Method::PUT, path.as_str()),
        (Method::DELETE, path.as_str()),
        (Method::GET, "/me/top/artists"),
        (Method::GET, "/me/albums"),
    ] {
        let answer = send(&mut browser, method, path).await;
        answer.is_refusal(403, "permission_needed");
    }
}

#[tokio::test]
async fn a_write_is_sent_again_after_a_401_and_after_nothing_else() {
    let stage = Stage::new().await;
    let mut browser = with_scopes(&stage, SCOPES).await;
    let artist = followed(&mut browser).await;
    let path = format!("/me/library?uris=spotify:artist:{artist}");
    for (fault, sent, status) in [
        (Fault::status(LIBRARY, 401), 2, 200),
        (Fault::status(LIBRARY, 500), 1, 503),
        (Fault::status(LIBRARY, 502).after(), 1, 503),
        (Fault::rate_limited(LIBRARY, 1), 1, 429),
        (Fault::status(LIBRARY, 403), 1, 403),
    ] {
        stage.advance(6);
        stage.control().clear_log();
        let told = format!("{fault:?}");
        stage.control().fault(fault).expect("a fault");
        let answer = send(&mut browser, Method::PUT, &path).await;
        assert_eq!(answer.status.as_u16(), status, "{told}");
        assert_eq!(stage.calls(LIBRARY), sent, "{told}");
    }
}

#[tokio::test]
async fn a_write_from_another_site_is_refused_before_anything_is_sent() {
    let stage = Stage::new().await;
    let browser = with_scopes(&stage, SCOPES).await;
    for method in [Method::PUT, Method::DELETE] {
        let path = "/api/spotify/v1/me/library?uris=spotify:artist:0aV6DOiouImYTqrR5YlIqx";
        let mut browser = browser.clone();
        let mut request = browser.request(method.clone(), path, None);
        request.headers_mut().remove("x-stagedoor-csrf");
        browser.send(request).await.is_refusal(403, "csrf");
        let mut request = browser.request(method, path, None);
        request.headers_mut().remove("sec-fetch-site");
        request.headers_mut().remove("origin");
        browser.send(request).await.is_refusal(403, "csrf");
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn nobody_changes_a_library_without_a_connection() {
    let stage = Stage::new().await;
    let path = "/me/library?uris=spotify:artist:0aV6DOiouImYTqrR5YlIqx";
    let mut refusals = BTreeSet::new();
    for method in [Method::PUT, Method::DELETE] {
        let answer = send(&mut stage.browser(), method.clone(), path).await;
        refusals.insert(answer.refusal());
        let mut unconnected = stage.signed_in("ada").await;
        unconnected.cookies.remove(crate::support::TOKENS);
        stage.control().clear_log();
        let answer = send(&mut unconnected, method, path).await;
        refusals.insert(answer.refusal());
        assert_eq!(stage.all_calls(), 0);
    }
    let expected = [
        (401, "signed_out".to_owned()),
        (409, "not_connected".to_owned()),
    ];
    assert_eq!(refusals, BTreeSet::from(expected));
}
