//! The browser hangs up, or asks twice, while a sign-in is completed.

use axum::http::StatusCode;
use sandbox::Fault;

use crate::support::{Browser, ME, SESSION, Stage, TOKEN, TOKENS, claims};

/// Starts to complete, and hangs up as soon as the provider was asked at `path`.
async fn hang_up(stage: &Stage, browser: &Browser, query: &str, verifier: &str, path: &str) {
    let mut gone = browser.clone();
    let calls = stage.calls(path);
    tokio::select! {
        answer = gone.complete(query, verifier) => panic!("the provider is slow: {answer:?}"),
        () = stage.until_called(path, calls + 1) => {}
    }
}

#[tokio::test]
async fn a_connection_that_breaks_loses_no_sign_in() {
    for path in [TOKEN, ME] {
        let stage = Stage::new().await;
        let mut browser = stage.browser();
        let (attempt, query) = browser.begin_and_consent("ada").await;
        stage
            .control()
            .fault(Fault::delay(path, 100))
            .expect("a fault");
        hang_up(&stage, &browser, &query, &attempt.verifier, path).await;

        let answer = browser.complete(&query, &attempt.verifier).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(answer.sets(SESSION) && answer.sets(TOKENS));
        assert!(browser.is_connected().await);
        assert_eq!(
            (stage.calls(TOKEN), stage.calls(ME), stage.accounts().await),
            (1, 1, 1)
        );
    }
}

#[tokio::test]
async fn a_result_that_nobody_took_waits() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 20))
        .expect("a fault");
    hang_up(&stage, &browser, &query, &attempt.verifier, TOKEN).await;
    stage.world.tasks.close();
    stage.world.tasks.wait().await;
    assert_eq!(stage.accounts().await, 1, "the exchange went on to its end");

    stage.advance(60);
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn a_connection_may_break_twice() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 50))
        .expect("a fault");
    stage
        .control()
        .fault(Fault::delay(ME, 50))
        .expect("a fault");
    hang_up(&stage, &browser, &query, &attempt.verifier, TOKEN).await;
    hang_up(&stage, &browser, &query, &attempt.verifier, ME).await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn the_result_waits_for_its_own_browser_alone() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 50))
        .expect("a fault");
    hang_up(&stage, &browser, &query, &attempt.verifier, TOKEN).await;
    // Whoever has the address alone, or the address and the cookie, gets nothing.
    let mut stranger = stage.browser();
    stranger
        .complete(&query, &attempt.verifier)
        .await
        .is_refusal(400, "transaction_missing");
    let mut thief = browser.clone();
    let other = thief.verifier();
    thief
        .complete(&query, &other)
        .await
        .is_refusal(400, "verifier_mismatch");
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn the_result_is_handed_over_once() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 50))
        .expect("a fault");
    hang_up(&stage, &browser, &query, &attempt.verifier, TOKEN).await;
    let mut copy = browser.clone();
    assert_eq!(
        browser.complete(&query, &attempt.verifier).await.status,
        StatusCode::OK
    );
    let session = browser.session().await;
    let answer = copy.complete(&query, &attempt.verifier).await;
    answer.is_refusal(400, "transaction_missing");
    assert!(!copy.is_signed_in().await);
    assert_eq!(browser.session().await, session, "the session is untouched");
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn a_failure_that_nobody_heard_is_told_later() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    let fault = Fault::status(ME, 503).times(2);
    stage
        .control()
        .fault(Fault::delay(TOKEN, 50))
        .expect("a fault");
    stage.control().fault(fault).expect("a fault");
    hang_up(&stage, &browser, &query, &attempt.verifier, TOKEN).await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    answer.is_refusal(503, "provider_unavailable");
    assert!(!browser.is_signed_in().await);
    assert_eq!((stage.calls(TOKEN), stage.accounts().await), (1, 0));
}

#[tokio::test]
async fn two_completions_at_once_are_one() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 300))
        .expect("a fault");
    let mut tabs: Vec<Browser> = std::iter::repeat_n(browser, 5).collect();
    let answers = tabs
        .iter_mut()
        .map(|tab| tab.complete(&query, &attempt.verifier));
    let answers = futures::future::join_all(answers).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status == StatusCode::OK);
    assert_eq!((won.len(), lost.len()), (1, 4));
    for answer in lost {
        answer.is_refusal(400, "transaction_missing");
        assert!(!answer.sets(SESSION) && !answer.clears(SESSION) && !answer.clears(TOKENS));
    }
    assert_eq!((stage.calls(TOKEN), stage.accounts().await), (1, 1));
}

#[tokio::test]
async fn a_sign_out_before_the_result_is_fetched_wins() {
    let stage = Stage::new().await;
    let mut other = stage.signed_in("ada").await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 20))
        .expect("a fault");
    hang_up(&stage, &browser, &query, &attempt.verifier, TOKEN).await;
    stage.world.tasks.close();
    stage.world.tasks.wait().await;
    assert_eq!(other.sign_out(true).await.status, StatusCode::OK);
    let answer = browser.complete(&query, &attempt.verifier).await;
    answer.is_refusal(400, "transaction_missing");
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_session_before_ends_though_the_browser_hung_up() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let old = claims(&browser.cookies[SESSION]);
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 50))
        .expect("a fault");
    let calls = stage.calls(TOKEN);
    hang_up(&stage, &browser, &query, &attempt.verifier, TOKEN).await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_ne!(claims(&browser.cookies[SESSION])["sid"], old["sid"]);
    assert!(browser.is_connected().await);
    assert_eq!(stage.calls(TOKEN), calls + 1);
}

#[tokio::test]
async fn a_session_that_began_meanwhile_is_replaced() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (first, first_query) = browser.begin_and_consent("ada").await;
    let (second, second_query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 50))
        .expect("a fault");
    hang_up(&stage, &browser, &first_query, &first.verifier, TOKEN).await;
    assert_eq!(
        browser
            .complete(&second_query, &second.verifier)
            .await
            .status,
        StatusCode::OK
    );
    let mut between = browser.clone();
    let answer = browser.complete(&first_query, &first.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(
        !between.is_signed_in().await,
        "a session that no browser holds is left behind"
    );
    assert!(
        browser.is_connected().await,
        "session and tokens are of one sign-in"
    );
}

#[tokio::test]
async fn a_result_that_nobody_fetches_ends_its_session() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 20))
        .expect("a fault");
    hang_up(&stage, &browser, &query, &attempt.verifier, TOKEN).await;
    stage.world.tasks.close();
    stage.world.tasks.wait().await;
    stage.advance(121);
    stage.world.tidy().await;
    browser
        .complete(&query, &attempt.verifier)
        .await
        .is_refusal(400, "transaction_missing");
    let other = stage.signed_in("ada").await;
    let claims = claims(&other.cookies[SESSION]);
    let account = claims["sub"].as_str().expect("an account");
    let left = stage
        .world
        .store
        .end_sessions_of(account, stage.clock.now())
        .await;
    assert_eq!(
        left.expect("a list"),
        [claims["sid"].as_str().expect("a session")]
    );
}

#[tokio::test]
async fn a_request_that_died_without_a_sign_does_not_keep_the_result() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 500))
        .expect("a fault");
    // Both are served; nobody reads the answer of the first.
    let mut dead = browser.clone();
    let first = dead.complete(&query, &attempt.verifier);
    let second = async {
        stage.until_called(TOKEN, 1).await;
        browser.complete(&query, &attempt.verifier).await
    };
    let (first, second) = tokio::join!(first, second);
    first.is_refusal(400, "transaction_missing");
    assert!(
        !first.clears(&attempt.cookie()),
        "it is not over for the other"
    );
    assert_eq!(second.status, StatusCode::OK, "{}", second.text);
    assert!(browser.is_connected().await);
    assert_eq!(stage.calls(TOKEN), 1);
}
