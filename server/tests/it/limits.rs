//! Whoever asks too much waits, and nobody else: our own limits, and those of the provider.

use axum::http::StatusCode;
use sandbox::Fault;

use crate::support::{Browser, ME, SEARCH, Stage, TOKEN};

const SEARCH_PATH: &str = "/api/spotify/v1/search?q=marlow&type=artist&limit=1";

async fn limited() -> Stage {
    Stage::with_settings(&[("STAGEDOOR_LIMITS", "on")]).await
}

/// How many of so many calls at once are answered.
async fn passed(browser: &Browser, count: usize) -> usize {
    let mut tabs: Vec<Browser> = std::iter::repeat_n(browser.clone(), count).collect();
    let answers = futures::future::join_all(tabs.iter_mut().map(Browser::me)).await;
    for answer in &answers {
        if answer.status != StatusCode::OK {
            answer.is_refusal(429, "rate_limited");
            assert!(answer.header("retry-after").is_some());
        }
    }
    answers
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .count()
}

#[tokio::test]
async fn a_page_may_ask_for_fifty_things_at_once() {
    let stage = limited().await;
    let browser = stage.signed_in("ada").await;
    assert_eq!(passed(&browser, 50).await, 50);
}

#[tokio::test]
async fn one_session_is_limited_and_its_neighbour_is_not() {
    let stage = limited().await;
    let (ada, hanako) = (
        stage.signed_in("ada").await,
        stage.signed_in("hanako").await,
    );
    stage.control().clear_log();
    let answered = passed(&ada, 250).await;
    assert!((150..250).contains(&answered), "{answered}");
    assert_eq!(stage.calls(ME), answered, "the others are not sent");
    assert_eq!(passed(&hanako, 50).await, 50);
}

#[tokio::test]
async fn the_session_is_never_limited() {
    let stage = limited().await;
    let mut ada = stage.signed_in("ada").await;
    assert!(passed(&ada, 250).await < 250);
    for _ in 0..300 {
        assert!(ada.is_signed_in().await);
        assert!(!stage.browser().is_signed_in().await);
    }
}

#[tokio::test]
async fn where_limits_are_off_nobody_is_limited() {
    let stage = Stage::with_settings(&[("STAGEDOOR_LIMITS", "off")]).await;
    let browser = stage.signed_in("ada").await;
    assert_eq!(passed(&browser, 250).await, 250);
}

#[tokio::test]
async fn what_the_provider_told_to_wait_is_not_sent_until_then() {
    let stage = limited().await;
    let (mut ada, mut hanako) = (
        stage.signed_in("ada").await,
        stage.signed_in("hanako").await,
    );
    stage.control().clear_log();
    stage
        .control()
        .fault(Fault::rate_limited(ME, 7))
        .expect("a fault");
    for (after, left) in [(0, "7"), (0, "7"), (3, "4"), (3, "1")] {
        stage.advance(after);
        let answer = ada.me().await;
        answer.is_refusal(429, "rate_limited");
        assert_eq!(answer.header("retry-after"), Some(left));
    }
    assert_eq!(stage.calls(ME), 1, "three were not sent");
    // Other people, and other endpoints, are not touched.
    assert_eq!(hanako.me().await.status, StatusCode::OK);
    assert_eq!(ada.get(SEARCH_PATH).await.status, StatusCode::OK);
    stage.advance(1);
    assert_eq!(ada.me().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_spent_quota_holds_everybody_back_at_that_endpoint() {
    let stage = limited().await;
    let (mut ada, mut visitor) = (stage.signed_in("ada").await, stage.browser());
    assert_eq!(visitor.get(SEARCH_PATH).await.status, StatusCode::OK);
    stage.control().clear_log();
    stage
        .control()
        .fault(Fault::quota_exhausted(SEARCH, 48_925))
        .expect("a fault");
    for (browser, left) in [(&mut ada, "48925"), (&mut visitor, "48925")] {
        let answer = browser.get(SEARCH_PATH).await;
        answer.is_refusal(429, "quota_exhausted");
        assert_eq!(answer.header("retry-after"), Some(left));
    }
    assert_eq!(stage.all_calls(), 1);
    assert_eq!(ada.me().await.status, StatusCode::OK, "another endpoint");
    // A word of most of a day is looked at again after an hour: here it was over long before.
    stage.advance(3600);
    assert_eq!(visitor.get(SEARCH_PATH).await.status, StatusCode::OK);
    assert_eq!(ada.get(SEARCH_PATH).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_visitor_who_waits_does_not_make_a_person_wait() {
    let stage = limited().await;
    let (mut ada, mut visitor) = (stage.signed_in("ada").await, stage.browser());
    stage
        .control()
        .fault(Fault::rate_limited(SEARCH, 7))
        .expect("a fault");
    for _ in 0..2 {
        let answer = visitor.get(SEARCH_PATH).await;
        answer.is_refusal(429, "rate_limited");
    }
    let another = stage.browser().get(SEARCH_PATH).await;
    another.is_refusal(429, "rate_limited");
    assert_eq!(stage.calls(SEARCH), 1, "the app's own token waits");
    assert_eq!(ada.get(SEARCH_PATH).await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_is_held_back_does_not_refresh_either() {
    let stage = limited().await;
    let mut ada = stage.signed_in("ada").await;
    stage.advance(3500);
    stage
        .control()
        .fault(Fault::rate_limited(ME, 300))
        .expect("a fault");
    ada.me().await.is_refusal(429, "rate_limited");
    stage.advance(200);
    stage.control().clear_log();
    ada.me().await.is_refusal(429, "rate_limited");
    assert_eq!((stage.all_calls(), stage.calls(TOKEN)), (0, 0));
    stage.advance(100);
    assert_eq!(ada.me().await.status, StatusCode::OK);
    assert_eq!(stage.calls(TOKEN), 1);
}
