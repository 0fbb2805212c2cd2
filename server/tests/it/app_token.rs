//! The app's own token: fetched once, renewed ahead, and of no concern to who is signed in.

use std::time::Duration;

use axum::http::StatusCode;
use sandbox::Fault;

use crate::support::{Browser, SEARCH, Stage, TOKEN};

const SEARCH_PATH: &str = "/api/spotify/v1/search?q=marlow&type=artist&limit=1";

async fn search(browser: &mut Browser) {
    let answer = browser.get(SEARCH_PATH).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

/// The tokens that searches were sent with, in order.
fn bearers(stage: &Stage) -> Vec<String> {
    let log = stage.control().log();
    let sent = log.iter().filter(|entry| entry.path == SEARCH);
    sent.map(|entry| entry.header("authorization").unwrap_or_default().to_owned())
        .collect()
}

/// Waits until a renewal beside the calls has ended.
async fn renewed(stage: &Stage) {
    let ended = async {
        while !stage.world.tasks.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), ended)
        .await
        .expect("the renewal ends");
}

#[tokio::test]
async fn it_is_renewed_ahead_while_the_old_one_goes_on_being_used() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    search(&mut browser).await;
    stage.advance(3299);
    search(&mut browser).await;
    renewed(&stage).await;
    assert_eq!(stage.calls(TOKEN), 1, "not before its time");
    stage.advance(1);
    stage.control().fault(Fault::hang(TOKEN)).expect("a fault");
    for _ in 0..5 {
        search(&mut browser).await;
    }
    stage.until_called(TOKEN, 2).await;
    search(&mut browser).await;
    assert_eq!(stage.calls(TOKEN), 2, "one at a time");
    let sent = bearers(&stage);
    assert!(
        sent.iter().all(|bearer| *bearer == sent[0]),
        "nobody waited"
    );
    stage.control().clear_faults();
    renewed(&stage).await;
    stage.advance(5);
    search(&mut browser).await;
    renewed(&stage).await;
    search(&mut browser).await;
    let sent = bearers(&stage);
    assert_eq!(stage.calls(TOKEN), 3);
    assert_ne!(sent.first(), sent.last(), "the new one is used");
}

#[tokio::test]
async fn trouble_ahead_of_its_end_is_seen_by_nobody() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    search(&mut browser).await;
    stage
        .control()
        .fault(Fault::status(TOKEN, 503).times(99))
        .expect("a fault");
    // To its last second, the pause between two tries in mind.
    stage.advance(3300);
    for (after, tries) in [(0, 2), (4, 2), (1, 3), (280, 4), (14, 5)] {
        stage.advance(after);
        search(&mut browser).await;
        renewed(&stage).await;
        assert_eq!(stage.calls(TOKEN), tries, "after {after}");
    }
    stage.advance(1);
    let answer = browser.get(SEARCH_PATH).await;
    answer.is_refusal(503, "provider_unavailable");
    stage.control().clear_faults();
    stage.advance(5);
    search(&mut browser).await;
}

#[tokio::test]
async fn a_pause_that_the_provider_asked_for_is_kept() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let fault = Fault::status(TOKEN, 429).header("retry-after", "60");
    stage.control().fault(fault).expect("a fault");
    for after in [0, 30, 29] {
        stage.advance(after);
        let answer = browser.get(SEARCH_PATH).await;
        answer.is_refusal(503, "provider_unavailable");
        assert_eq!(stage.calls(TOKEN), 1);
    }
    stage.advance(1);
    search(&mut browser).await;
}

#[tokio::test]
async fn its_failures_never_touch_who_is_signed_in() {
    let stage = Stage::new().await;
    let mut ada = stage.signed_in("ada").await;
    let fault = Fault::status(TOKEN, 503).grant_type("client_credentials");
    stage.control().fault(fault.times(99)).expect("a fault");
    let answer = stage.browser().get(SEARCH_PATH).await;
    answer.is_refusal(503, "provider_unavailable");
    search(&mut ada).await;
    stage.advance(3600);
    search(&mut ada).await;
    assert_eq!(ada.me().await.status, StatusCode::OK, "nor a refresh");
}

#[tokio::test]
async fn many_that_are_refused_at_once_fetch_one() {
    let stage = Stage::new().await;
    search(&mut stage.browser()).await;
    stage
        .control()
        .fault(Fault::status(SEARCH, 401).times(10))
        .expect("a fault");
    let mut browsers: Vec<Browser> = (0..10).map(|_| stage.browser()).collect();
    let answers = browsers.iter_mut().map(|browser| browser.get(SEARCH_PATH));
    let answers = futures::future::join_all(answers).await;
    assert_eq!(stage.control().token_requests("client_credentials"), 2);
    // Whose second try met the fault as well got no third one.
    let (good, bad): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status == StatusCode::OK);
    assert_eq!(good.len() + bad.len(), 10);
    for answer in bad {
        answer.is_refusal(502, "provider_error");
    }
}

#[tokio::test]
async fn a_short_life_is_no_storm() {
    let stage = Stage::new().await;
    stage.control().set_token_life(2).expect("a life");
    let mut browser = stage.browser();
    for _ in 0..10 {
        search(&mut browser).await;
        renewed(&stage).await;
    }
    assert_eq!(stage.calls(TOKEN), 1);
    stage.advance(2);
    search(&mut browser).await;
    assert_eq!(stage.calls(TOKEN), 2);
}
