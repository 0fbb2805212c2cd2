//! The database fails: nobody gets in, and nobody is thrown out.

use axum::http::StatusCode;

use crate::support::{Browser, SESSION, Stage, TOKEN, TOKENS};

async fn healthy(browser: &mut Browser) -> (u16, u16) {
    let alive = browser.get("/healthz").await.status.as_u16();
    (alive, browser.get("/readyz").await.status.as_u16())
}

#[tokio::test]
async fn a_sign_in_is_refused_before_anybody_is_called() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage.world.store.close().await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    answer.is_refusal(503, "unavailable");
    assert!(!answer.sets(SESSION) && !answer.sets(TOKENS));
    assert_eq!(stage.all_calls(), 0, "the code was not used");
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_sign_in_that_loses_its_database_on_the_way_is_refused() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(sandbox::Fault::delay(TOKEN, 500))
        .expect("a fault");
    let close = async {
        stage.until_called(TOKEN, 1).await;
        stage.world.store.close().await;
    };
    let (answer, ()) = tokio::join!(browser.complete(&query, &attempt.verifier), close);
    answer.is_refusal(503, "unavailable");
    assert!(!answer.sets(SESSION) && !answer.sets(TOKENS));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_sign_in_can_still_begin() {
    let stage = Stage::new().await;
    stage.world.store.close().await;
    stage.browser().begin().await;
}

#[tokio::test]
async fn a_stale_session_token_is_neither_believed_nor_cleared() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(601);
    stage.world.store.close().await;
    stage.control().clear_log();
    let kept = browser.cookies.clone();
    let answers = [
        browser.get("/api/session").await,
        browser.me().await,
        browser.refresh().await,
        browser.get("/api/spotify/v1/search?q=a&type=artist").await,
    ];
    for answer in answers {
        answer.is_refusal(503, "unavailable");
        assert!(answer.set_cookies().is_empty(), "{answer:?}");
    }
    assert_eq!(browser.cookies, kept);
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_fresh_session_token_speaks_for_itself() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.world.store.close().await;
    assert_eq!(browser.me().await.status, StatusCode::OK);
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_that_is_due_for_another_is_not_given_one() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(301);
    stage.world.store.close().await;
    let answer = browser.get("/api/session").await;
    answer.is_refusal(503, "unavailable");
    assert!(answer.set_cookies().is_empty());
}

#[tokio::test]
async fn who_has_no_session_is_signed_out_without_a_look() {
    let stage = Stage::new().await;
    stage.world.store.close().await;
    assert!(!stage.browser().is_signed_in().await);
    stage.browser().me().await.is_refusal(401, "signed_out");
}

#[tokio::test]
async fn a_sign_out_clears_the_cookies_all_the_same() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut copy = browser.clone();
    stage.world.store.close().await;
    let answer = browser.sign_out(false).await;
    answer.is_refusal(503, "unavailable");
    assert!(answer.clears(SESSION) && answer.clears(TOKENS));
    assert!(browser.cookies.is_empty());
    // Here at least the session is over, though the database does not know.
    copy.me().await.is_refusal(401, "signed_out");
}

#[tokio::test]
async fn pages_are_rendered_all_the_same() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(601);
    stage.world.store.close().await;
    let answer = browser.page("/", "none").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.set_cookies().is_empty());
    assert!(!answer.text.contains("Ada"), "nobody is believed");
}

#[tokio::test]
async fn the_process_is_alive_and_not_ready() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    assert_eq!(healthy(&mut browser).await, (200, 200));
    stage.world.store.close().await;
    assert_eq!(healthy(&mut browser).await, (200, 503));
    let answer = browser.get("/readyz").await;
    assert!(
        !answer.text.to_lowercase().contains("sql"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn tidying_up_survives_it() {
    let stage = Stage::new().await;
    stage.world.store.close().await;
    stage.world.tidy().await;
    assert!(!stage.browser().is_signed_in().await);
}
