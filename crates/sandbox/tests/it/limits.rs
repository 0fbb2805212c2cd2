//! Quirk 17: limits that count.

use axum::http::StatusCode;
use sandbox::{Client, Limits};
use serde_json::{Value, json};

use crate::browser::{Browser, basic, encode, text};
use crate::caller::Caller;

const ME: &str = "/spotify/v1/me";
const SEARCH: &str = "/spotify/v1/search?q=a&type=artist";

/// Seconds to wait, and the reason, of a call that was too much.
async fn exceeded(caller: &mut Caller, path: &str) -> (i64, Value) {
    let answer = caller.browser.call(path, &caller.token).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
    assert!(answer.header("access-control-allow-origin").is_none());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let wait = answer.header("retry-after").expect("a wait").parse();
    (
        wait.expect("seconds"),
        answer.json()["error"]["reason"].clone(),
    )
}

fn rate(most: u32) -> Limits {
    Limits {
        rate_per_30s: Some(most),
        ..Limits::default()
    }
}

#[tokio::test]
async fn quirk_17_the_rate_counts_the_calls_of_thirty_seconds() {
    let mut ada = Caller::new("ada", "").await;
    ada.browser.control.set_limits(rate(3)).unwrap();
    for path in [ME, SEARCH, ME] {
        ada.get(path).await;
    }
    for _ in 0..3 {
        let (wait, reason) = exceeded(&mut ada, ME).await;
        assert!((1..=30).contains(&wait), "{wait}");
        assert_eq!(reason, Value::Null);
    }
    ada.browser.control.set_clock_offset(31).unwrap();
    for _ in 0..3 {
        ada.get(ME).await;
    }
    exceeded(&mut ada, ME).await;
    ada.browser.control.set_limits(Limits::default()).unwrap();
    for _ in 0..10 {
        ada.get(ME).await;
    }
}

#[tokio::test]
async fn quirk_17_the_rate_is_of_one_app_and_the_quota_of_all() {
    let mut ada = Caller::new("ada", "").await;
    let other = Client::new("another");
    ada.browser.control.add_client(other).unwrap();
    let header = basic("another", "another-secret");
    let headers = [("authorization", header.as_str())];
    let fields = [("grant_type", "client_credentials")];
    let answer = ada
        .browser
        .post_form("/spotify/api/token", &headers, &fields)
        .await;
    let token = text(&answer.json(), "access_token");
    ada.browser.control.set_limits(rate(1)).unwrap();
    ada.get(SEARCH).await;
    exceeded(&mut ada, SEARCH).await;
    assert_eq!(
        ada.browser.call(SEARCH, &token).await.status,
        StatusCode::OK
    );
    let quota = json!({ "quota": { "search": 1 } });
    ada.browser.post_json("/control/limits", &quota).await;
    ada.get(SEARCH).await;
    let answer = ada.browser.call(SEARCH, &token).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn quirk_17_a_quota_counts_the_calls_of_a_day_in_its_bucket() {
    let mut ada = Caller::new("ada", "").await;
    ada.browser.control.set_token_life(3 * 86_400).unwrap();
    ada.token = text(&ada.browser.tokens_for("ada", "").await, "access_token");
    let quota = json!({ "quota": { "artist-albums": 2 }, "rate_per_30s": null });
    let answer = ada.browser.post_json("/control/limits", &quota).await;
    assert_eq!(answer.json(), quota);
    let query = encode(&[("q", "marlow"), ("type", "artist")]);
    let found = ada.get(&format!("/spotify/v1/search?{query}")).await;
    let id = text(&found["artists"]["items"][0], "id");
    let albums = format!("/spotify/v1/artists/{id}/albums");
    ada.get(&albums).await;
    ada.browser.control.set_clock_offset(3600).unwrap();
    ada.get(&albums).await;
    let (wait, reason) = exceeded(&mut ada, &albums).await;
    assert!((82_700..=82_800).contains(&wait), "{wait}");
    assert_eq!(reason, "QUOTA_EXCEEDED");
    ada.get(&format!("/spotify/v1/artists/{id}")).await;
    // It is not midnight that counts: the first call has to be a day old.
    ada.browser.control.set_clock_offset(86_401).unwrap();
    ada.get(&albums).await;
    let (wait, _) = exceeded(&mut ada, &albums).await;
    assert!((3500..=3600).contains(&wait), "{wait}");
}

#[tokio::test]
async fn quirk_17_a_call_without_a_good_token_is_not_counted() {
    let mut ada = Caller::new("ada", "").await;
    ada.browser.control.set_limits(rate(1)).unwrap();
    for _ in 0..3 {
        assert_eq!(ada.browser.get(ME).await.status, StatusCode::UNAUTHORIZED);
        let answer = ada.browser.call(ME, "BQunknown").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    ada.get(ME).await;
}

#[tokio::test]
async fn limits_that_cannot_be_are_refused() {
    let mut browser = Browser::new();
    for body in [
        json!({ "rate_per_30s": 0 }),
        json!({ "rate_per_30s": 100_001 }),
        json!({ "rate_per_30s": -1 }),
        json!({ "quota": { "everything": 5 } }),
        json!({ "quota": { "search": 100_001 } }),
        json!({ "rate": 5 }),
    ] {
        let answer = browser.post_json("/control/limits", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
}
