//! `POST /api/session/refresh`, and what all refreshes have in common.

use std::time::Duration;

use axum::http::StatusCode;
use sandbox::{Fault, RefreshPolicy};
use serde_json::json;

use crate::support::{Browser, KEYS, SESSION, Stage, TOKEN, TOKENS, begun, challenge};

const REFRESH: &str = "/api/session/refresh";

/// A signed-in browser whose access token is over, and a log without the sign-in.
async fn due(stage: &Stage) -> Browser {
    let browser = stage.signed_in("ada").await;
    stage.advance(3600);
    stage.control().clear_log();
    browser
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_due() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let expires_at = stage.clock.now() + 3600;
    stage.control().clear_log();
    for seconds in [0, 3000, 570] {
        stage.advance(seconds);
        let answer = browser.refresh().await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.json(), json!({"access_expires_at": expires_at}));
        assert!(answer.set_cookies().is_empty());
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn it_is_due_with_less_than_thirty_seconds_left() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.control().clear_log();
    stage.advance(3571);
    let answer = browser.refresh().await;
    assert_eq!(
        answer.json(),
        json!({"access_expires_at": stage.clock.now() + 3600})
    );
    assert_eq!(answer.set_names(), [TOKENS]);
    assert!(!answer.clears(SESSION));
    assert_eq!((stage.all_calls(), stage.calls(TOKEN)), (1, 1));
    // The new cookie holds what was got.
    browser.refresh().await;
    assert_eq!(stage.all_calls(), 1);
}

#[tokio::test]
async fn a_short_lived_token_is_due_when_it_is_over() {
    let stage = Stage::new().await;
    stage.control().set_token_life(20).expect("a life");
    let mut browser = stage.signed_in("ada").await;
    stage.control().clear_log();
    stage.advance(19);
    browser.refresh().await;
    assert_eq!(stage.all_calls(), 0, "it would be due always");
    stage.advance(1);
    browser.refresh().await;
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn the_answer_holds_no_token() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    let answer = browser.refresh().await;
    let body = answer.json();
    let names: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["access_expires_at"]);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn who_is_signed_out_is_told_so() {
    let stage = Stage::new().await;
    stage
        .browser()
        .refresh()
        .await
        .is_refusal(401, "signed_out");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn who_is_not_connected_is_told_so() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    browser.cookies.remove(TOKENS);
    browser.refresh().await.is_refusal(409, "not_connected");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn an_unknown_provider_is_a_bad_request() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    for provider in ["gogle", "", "SPOTIFY", "spotify-0"] {
        browser
            .post(REFRESH, json!({"provider": provider}))
            .await
            .is_refusal(400, "bad_request");
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn consent_that_was_taken_back_ends_the_connection_and_not_the_session() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    stage.control().remove_app("ada", "sandbox-client");
    let answer = browser.refresh().await;
    answer.is_refusal(401, "reauthorize");
    assert!(answer.clears(TOKENS) && answer.set_cookies().len() == 1);
    let session = browser.session().await;
    assert_eq!(
        (&session["signed_in"], &session["connections"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(stage.calls(TOKEN), 1);
    browser.refresh().await.is_refusal(409, "not_connected");
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn an_ended_connection_is_not_asked_for_again() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    stage.control().remove_app("ada", "sandbox-client");
    // Another tab still carries the cookie.
    let mut tab = browser.clone();
    browser.refresh().await.is_refusal(401, "reauthorize");
    tab.refresh().await.is_refusal(401, "reauthorize");
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn trouble_of_the_network_ends_nothing() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    let troubles = [
        (Fault::status(TOKEN, 500), "provider_unavailable", 503),
        (
            Fault::status(TOKEN, 502)
                .content_type("text/html")
                .body("<html>"),
            "provider_unavailable",
            503,
        ),
        (Fault::status(TOKEN, 503), "provider_unavailable", 503),
        (
            Fault::status(TOKEN, 200).body("<html>"),
            "provider_error",
            502,
        ),
        (
            Fault::status(TOKEN, 200)
                .body(json!({"access_token": "a\r\nb", "token_type": "Bearer"})),
            "provider_error",
            502,
        ),
        (
            Fault::status(TOKEN, 401).body(json!({"error": "invalid_client"})),
            "provider_error",
            502,
        ),
        (
            Fault::status(TOKEN, 400).body(json!({"error": "invalid_request"})),
            "provider_error",
            502,
        ),
    ];
    for (n, (fault, code, status)) in troubles.into_iter().enumerate() {
        stage.control().fault(fault).expect("a fault");
        let answer = browser.refresh().await;
        answer.is_refusal(status, code);
        assert!(answer.set_cookies().is_empty(), "nothing is cleared");
        assert!(
            answer.json()["retry_after"]
                .as_u64()
                .is_some_and(|seconds| (1..=5).contains(&seconds))
        );
        assert_eq!(stage.calls(TOKEN), n + 1);
        stage.advance(5);
    }
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
    assert!(browser.is_connected().await);
}

#[tokio::test]
async fn after_trouble_the_next_try_waits_up_to_five_seconds() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    stage
        .control()
        .fault(Fault::status(TOKEN, 503))
        .expect("a fault");
    browser
        .refresh()
        .await
        .is_refusal(503, "provider_unavailable");
    for seconds in [0, 2] {
        stage.advance(seconds);
        let answer = browser.refresh().await;
        answer.is_refusal(503, "provider_unavailable");
        let retry_after = answer.json()["retry_after"].as_i64().expect("seconds");
        assert_eq!(
            answer.header("retry-after"),
            Some(retry_after.to_string().as_str())
        );
    }
    assert_eq!(stage.calls(TOKEN), 1, "nothing was sent meanwhile");
    stage.advance(3);
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
    assert_eq!(stage.calls(TOKEN), 2);
}

#[tokio::test]
async fn a_longer_wait_is_kept_where_the_provider_asks_for_it() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    let fault = Fault::status(TOKEN, 429).header("retry-after", "60");
    stage.control().fault(fault).expect("a fault");
    let answer = browser.refresh().await;
    answer.is_refusal(503, "provider_unavailable");
    assert_eq!(answer.json()["retry_after"], 60);
    stage.advance(59);
    browser
        .refresh()
        .await
        .is_refusal(503, "provider_unavailable");
    assert_eq!(stage.calls(TOKEN), 1);
    stage.advance(1);
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
}

#[tokio::test]
async fn twenty_refreshes_at_once_are_one() {
    let stage = Stage::new().await;
    stage
        .control()
        .set_refresh_policy(RefreshPolicy::RotateSingleUse, false);
    let browser = due(&stage).await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 50))
        .expect("a fault");
    let mut tabs: Vec<Browser> = std::iter::repeat_n(browser, 20).collect();
    let answers = futures::future::join_all(tabs.iter_mut().map(Browser::refresh)).await;
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.json(), answers[0].json());
        assert!(answer.sets(TOKENS));
    }
    assert_eq!(stage.calls(TOKEN), 1);
    // Whichever cookie the browser kept last, it is good.
    for tab in &mut tabs {
        assert_eq!(tab.me().await.status, StatusCode::OK);
    }
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn who_comes_late_with_the_old_cookie_gets_the_result() {
    let stage = Stage::new().await;
    stage
        .control()
        .set_refresh_policy(RefreshPolicy::RotateSingleUse, false);
    let mut browser = due(&stage).await;
    let mut late = browser.clone();
    let first = browser.refresh().await.json();
    stage.advance(600);
    let answer = late.refresh().await;
    assert_eq!(answer.json(), first);
    assert!(answer.sets(TOKENS));
    assert_eq!(
        stage.calls(TOKEN),
        1,
        "the rotated token was not presented twice"
    );
    stage.advance(3600);
    assert_eq!(late.refresh().await.status, StatusCode::OK);
    assert_eq!(stage.calls(TOKEN), 2);
}

#[tokio::test]
async fn refreshes_go_on_under_every_policy() {
    for policy in RefreshPolicy::ALL {
        for omit_scope in [false, true] {
            let stage = Stage::new().await;
            stage.control().set_refresh_policy(policy, omit_scope);
            let mut browser = stage.signed_in("ada").await;
            stage.control().clear_log();
            for n in 1..=5 {
                stage.advance(3600);
                assert_eq!(
                    browser.refresh().await.status,
                    StatusCode::OK,
                    "{policy:?} {n}"
                );
                assert_eq!(browser.me().await.status, StatusCode::OK, "{policy:?} {n}");
                assert_eq!(stage.calls(TOKEN), n, "{policy:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_refresh_moves_neither_consent_nor_its_end() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let before = browser.session().await["connections"][0].clone();
    stage.advance(3600);
    browser.refresh().await;
    let after = browser.session().await["connections"][0].clone();
    for member in ["granted_at", "grant_ends_at"] {
        assert_eq!(before[member], after[member], "{member}");
    }
}

#[tokio::test]
async fn two_sessions_refresh_each_for_themselves() {
    let stage = Stage::new().await;
    let mut first = stage.signed_in("ada").await;
    let mut second = stage.signed_in("ada").await;
    stage.advance(3600);
    stage.control().clear_log();
    first.refresh().await;
    second.refresh().await;
    assert_eq!(stage.calls(TOKEN), 2);
}

#[tokio::test]
async fn a_connection_without_a_refresh_token_ends_when_it_is_over() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.sign_in("ada").await;
    let log = stage.control().log();
    let token = log[1]
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600});
    stage
        .control()
        .fault(Fault::status(TOKEN, 200).body(body))
        .expect("a fault");
    browser.sign_in("ada").await;
    stage.control().clear_log();
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
    stage.advance(3600);
    browser.refresh().await.is_refusal(401, "reauthorize");
    assert_eq!(stage.all_calls(), 0);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_refresh_goes_on_where_the_browser_hangs_up() {
    let stage = Stage::new().await;
    stage
        .control()
        .set_refresh_policy(RefreshPolicy::RotateSingleUse, false);
    let mut browser = due(&stage).await;
    stage
        .control()
        .fault(Fault::delay(TOKEN, 100))
        .expect("a fault");
    let mut gone = browser.clone();
    tokio::select! {
        _ = gone.refresh() => panic!("the provider is slow"),
        () = stage.until_called(TOKEN, 1) => {}
    }
    let answer = tokio::time::timeout(Duration::from_secs(5), browser.refresh())
        .await
        .expect("an answer");
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(stage.calls(TOKEN), 1);
    assert_eq!(browser.me().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_sign_out_during_a_refresh_wins() {
    let stage = Stage::new().await;
    let mut browser = due(&stage).await;
    let mut tab = browser.clone();
    stage
        .control()
        .fault(Fault::delay(TOKEN, 500))
        .expect("a fault");
    let sign_out = async {
        stage.until_called(TOKEN, 1).await;
        browser.sign_out(false).await
    };
    let (refreshed, signed_out) = tokio::join!(tab.refresh(), sign_out);
    assert_eq!(signed_out.status, StatusCode::OK);
    refreshed.is_refusal(401, "signed_out");
    assert!(
        refreshed.set_cookies().is_empty(),
        "it came late, and the browser may hold the next session"
    );
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn who_comes_late_to_another_node_gets_the_result() {
    let here = Stage::new().await;
    here.control()
        .set_refresh_policy(RefreshPolicy::RotateSingleUse, false);
    let there = here.restarted().await;
    let mut browser = due(&here).await;
    let mut late = there.served(&browser);
    let first = browser.refresh().await.json();
    let answer = late.refresh().await;
    assert_eq!(answer.json(), first);
    assert!(answer.sets(TOKENS));
    assert_eq!(here.calls(TOKEN), 1);
    assert_eq!(late.me().await.status, StatusCode::OK);
}

#[tokio::test]
async fn refreshes_at_once_on_three_nodes_are_one() {
    let first = Stage::new().await;
    first
        .control()
        .set_refresh_policy(RefreshPolicy::RotateSingleUse, false);
    let nodes = [first.restarted().await, first.restarted().await];
    let browser = due(&first).await;
    first
        .control()
        .fault(Fault::delay(TOKEN, 100))
        .expect("a fault");
    let mut tabs: Vec<Browser> = std::iter::once(&first)
        .chain(&nodes)
        .flat_map(|node| std::iter::repeat_n(node.served(&browser), 10))
        .collect();
    let answers = futures::future::join_all(tabs.iter_mut().map(Browser::me)).await;
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert!(answer.sets(TOKENS));
    }
    assert_eq!(first.calls(TOKEN), 1);
    // Every one of the cookies leads on, now and after the next refresh.
    first.advance(3600);
    for tab in &mut tabs {
        assert_eq!(tab.me().await.status, StatusCode::OK);
    }
    assert_eq!(first.calls(TOKEN), 2);
}

#[tokio::test]
async fn a_cookie_that_is_several_refreshes_old_leads_to_the_newest() {
    for policy in RefreshPolicy::ALL {
        let stage = Stage::new().await;
        stage.control().set_refresh_policy(policy, false);
        let mut browser = due(&stage).await;
        let mut old = browser.clone();
        for _ in 0..3 {
            assert_eq!(browser.refresh().await.status, StatusCode::OK);
            stage.advance(3600);
        }
        let answer = old.refresh().await;
        assert_eq!(answer.status, StatusCode::OK, "{policy:?} {}", answer.text);
        assert_eq!(stage.calls(TOKEN), 4, "{policy:?}");
        assert_eq!(browser.refresh().await.json(), answer.json());
        assert_eq!(stage.calls(TOKEN), 4, "{policy:?}");
    }
}

#[tokio::test]
async fn a_superseded_token_is_never_sent_again() {
    let stage = Stage::new().await;
    stage
        .control()
        .set_refresh_policy(RefreshPolicy::RotateSingleUse, false);
    let mut browser = due(&stage).await;
    let mut old = browser.clone();
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
    // Its result is past its time, too.
    stage.advance(90_000);
    stage.world.tidy().await;
    old.refresh().await.is_refusal(401, "reauthorize");
    assert_eq!(stage.calls(TOKEN), 1);
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_disconnect_during_a_refresh_wins_on_every_node() {
    let here = Stage::new().await;
    let there = here.restarted().await;
    for node in [&here, &there] {
        let mut browser = due(&here).await;
        let mut tab = node.served(&browser);
        here.control()
            .fault(Fault::delay(TOKEN, 500))
            .expect("a fault");
        let disconnect = async {
            here.until_called(TOKEN, 1).await;
            // It is not renewed for this: the cookie is what is given up.
            browser
                .post("/api/disconnect", json!({"provider": "spotify"}))
                .await
        };
        let (refreshed, disconnected) = tokio::join!(tab.refresh(), disconnect);
        assert_eq!(disconnected.status, StatusCode::OK, "{}", disconnected.text);
        refreshed.is_refusal(409, "not_connected");
        assert!(!refreshed.sets(TOKENS));
        assert!(!browser.is_connected().await);
        assert!(browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn a_cookie_of_before_a_disconnect_is_worth_nothing() {
    let here = Stage::new().await;
    let there = here.restarted().await;
    let mut browser = here.signed_in("ada").await;
    let old = browser.clone();
    assert_eq!(there.served(&old).me().await.status, StatusCode::OK);
    let disconnected = browser
        .post("/api/disconnect", json!({"provider": "spotify"}))
        .await;
    assert_eq!(disconnected.status, StatusCode::OK);
    there.world.follow_once().await.expect("the feed");
    here.control().clear_log();
    for node in [&here, &there] {
        let mut late = node.served(&old);
        late.me().await.is_refusal(409, "not_connected");
        late.refresh().await.is_refusal(409, "not_connected");
        let answer = late.get("/api/session").await;
        assert_eq!(answer.json()["connections"], json!([]));
        assert!(answer.clears(TOKENS));
    }
    assert_eq!(here.all_calls(), 0);
}

#[tokio::test]
async fn other_browsers_of_the_account_are_disconnected_too() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut phone = stage.signed_in("ada").await;
    let mut stranger = stage.signed_in("hanako").await;
    browser
        .post("/api/disconnect", json!({"provider": "spotify"}))
        .await;
    phone.me().await.is_refusal(409, "not_connected");
    assert!(phone.is_signed_in().await);
    assert_eq!(stranger.me().await.status, StatusCode::OK);
    // To connect anew is to be connected again, on that device.
    phone.sign_in("ada").await;
    assert_eq!(phone.me().await.status, StatusCode::OK);
    assert!(!browser.is_connected().await);
}

#[tokio::test]
async fn two_refreshes_that_succeed_lie_five_seconds_apart() {
    let stage = Stage::new().await;
    stage.control().set_token_life(1).expect("a life");
    let mut browser = stage.signed_in("ada").await;
    stage.control().clear_log();
    stage.advance(1);
    // The first is not delayed.
    let first = tokio::time::timeout(Duration::from_secs(2), browser.refresh()).await;
    assert_eq!(first.expect("in time").status, StatusCode::OK);
    assert_eq!(stage.calls(TOKEN), 1);
    stage.advance(1);
    let mut tab = browser.clone();
    let early = tokio::time::timeout(Duration::from_millis(500), tab.refresh()).await;
    assert!(early.is_err(), "it waits");
    assert_eq!(stage.calls(TOKEN), 1);
    stage.advance(4);
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
    assert_eq!(stage.calls(TOKEN), 2);
}

#[tokio::test]
async fn connections_are_sealed_anew_when_the_key_moved_to_the_front() {
    const BOTH: &str = "b:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    let stage = Stage::new().await;
    let browser = stage.signed_in("ada").await;
    let before = format!("{KEYS},{BOTH}");
    let after = format!("{BOTH},{KEYS}");
    // The first step: every node knows the new key, and none seals with it.
    let node = stage.again_with(&[("STAGEDOOR_KEYS", &before)]).await;
    let mut browser = node.served(&browser);
    assert!(!browser.get("/api/session").await.sets(TOKENS));
    // The second.
    let node = stage.again_with(&[("STAGEDOOR_KEYS", &after)]).await;
    let mut browser = node.served(&browser);
    assert!(browser.get("/api/session").await.sets(TOKENS));
    assert!(
        !browser.get("/api/session").await.sets(TOKENS),
        "it is done"
    );
    assert_eq!(browser.me().await.status, StatusCode::OK);
    assert!(browser.cookies[TOKENS].starts_with("v1.b."));
    // The session token, which lives for minutes, follows when it is issued anew.
    stage.advance(301);
    assert!(browser.get("/api/session").await.sets(SESSION));
    // The old key can go.
    let node = stage.again_with(&[("STAGEDOOR_KEYS", BOTH)]).await;
    let mut browser = node.served(&browser);
    assert_eq!(browser.me().await.status, StatusCode::OK);
}

/// Agrees to see the top lists, and tells the permissions that the browser has after it.
async fn grant_top(browser: &mut Browser) -> Vec<String> {
    grant(browser, &["top"]).await
}

/// Agrees to these, and tells the permissions that the browser has after it.
async fn grant(browser: &mut Browser, permissions: &[&str]) -> Vec<String> {
    let verifier = browser.verifier();
    let body = json!({
        "provider": "spotify",
        "intent": "grant",
        "permissions": permissions,
        "code_challenge": challenge(&verifier),
    });
    let answer = browser.post("/api/sign-in/begin", body).await;
    let attempt = begun(&answer, &verifier);
    let query = browser.consent(&attempt, "ada");
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    allowed(&answer.json()["session"])
}

fn allowed(session: &serde_json::Value) -> Vec<String> {
    let permissions = session["connections"][0]["permissions"].as_array();
    let names = permissions.into_iter().flatten();
    names
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn each_permission_tells_since_when_it_is_held() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(10);
    assert_eq!(grant_top(&mut browser).await, ["top"]);
    let first = stage.clock.now();
    let connection = |session: &serde_json::Value| session["connections"][0].clone();
    let held = connection(&browser.session().await);
    assert_eq!(held["granted_at"], first);
    assert_eq!(
        held["since"],
        json!(null),
        "it says nothing that is not new"
    );
    // More is agreed to later, and a refresh goes over it.
    stage.advance(1000);
    grant(&mut browser, &["following"]).await;
    stage.advance(3600);
    assert_eq!(browser.me().await.status, StatusCode::OK);
    let held = connection(&browser.session().await);
    assert_eq!(held["granted_at"], first + 1000);
    assert_eq!(held["since"], json!({"top": first}));
}

#[tokio::test]
async fn a_cookie_of_before_a_consent_is_mended_by_the_next_request() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let old = browser.clone();
    stage.advance(1);
    assert_eq!(grant_top(&mut browser).await, ["top"]);
    stage.control().clear_log();
    for path in ["/api/session", "/api/spotify/v1/me"] {
        let mut late = old.clone();
        let answer = late.get(path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.sets(TOKENS), "{path}");
        assert_eq!(allowed(&late.session().await), ["top"], "{path}");
    }
    assert_eq!(stage.calls(TOKEN), 0);
}

#[tokio::test]
async fn a_cookie_of_before_a_consent_is_mended_on_a_node_that_never_saw_the_newer() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let old = browser.clone();
    stage.advance(1);
    let other = stage.again_with(&[]).await;
    // This node has seen the older, and does not hear of the consent.
    assert_eq!(other.served(&old).me().await.status, StatusCode::OK);
    assert_eq!(grant_top(&mut browser).await, ["top"]);
    stage.control().clear_log();
    let mut late = other.served(&old);
    let answer = late.get("/api/spotify/v1/me/top/artists").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header("x-stagedoor-connection"), Some("changed"));
    assert!(answer.sets(TOKENS));
    assert_eq!(allowed(&late.session().await), ["top"]);
    // A write is left to the person; the cookie is mended all the same.
    let mut late = other.served(&old);
    let answer = late.get("/api/spotify/v1/me/top/tracks").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(stage.calls(TOKEN), 0);
}

#[tokio::test]
async fn an_answer_that_comes_late_leaves_the_cookie_of_the_next_consent() {
    const TOP: &str = "/spotify/v1/me/top/artists";
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut tab = browser.clone();
    stage.control().clear_log();
    // Neither the token nor the one after it is taken, and the second refusal is on its way while the
    // person agrees once more.
    for fault in [
        Fault::status(TOP, 401),
        Fault {
            delay_ms: 700,
            ..Fault::status(TOP, 401)
        },
    ] {
        stage.control().fault(fault).expect("a fault");
    }
    let consent = async {
        stage.until_called(TOP, 2).await;
        grant_top(&mut browser).await
    };
    let (late, granted) = tokio::join!(tab.get("/api/spotify/v1/me/top/artists"), consent);
    assert_eq!(granted, ["top"]);
    late.is_refusal(401, "reauthorize");
    assert!(late.set_cookies().is_empty(), "{:?}", late.set_cookies());
}

#[tokio::test]
async fn a_consent_during_a_refresh_wins() {
    for policy in RefreshPolicy::ALL {
        let stage = Stage::new().await;
        stage.control().set_refresh_policy(policy, false);
        let mut browser = due(&stage).await;
        let mut tab = browser.clone();
        stage
            .control()
            .fault(Fault::delay(TOKEN, 700))
            .expect("a fault");
        let consent = async {
            stage.until_called(TOKEN, 1).await;
            grant_top(&mut browser).await
        };
        let (late, granted) = tokio::join!(tab.refresh(), consent);
        assert_eq!(granted, ["top"], "{policy:?}");
        assert_eq!(late.status, StatusCode::OK, "{policy:?} {}", late.text);
        // Whichever answer the browser took last.
        assert_eq!(allowed(&tab.session().await), ["top"], "{policy:?}");
        assert_eq!(tab.me().await.status, StatusCode::OK, "{policy:?}");
        stage.advance(3600);
        assert_eq!(tab.me().await.status, StatusCode::OK, "{policy:?}");
        assert_eq!(browser.me().await.status, StatusCode::OK, "{policy:?}");
    }
}

#[tokio::test]
async fn an_older_cookie_is_left_alone_where_nothing_follows_on_it() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    for _ in 0..2 {
        assert!(browser.me().await.set_cookies().is_empty());
        assert!(browser.get("/api/session").await.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn another_sign_in_takes_the_newest_tokens_of_other_providers_along() {
    let stage = Stage::new().await;
    stage
        .control()
        .set_refresh_policy(RefreshPolicy::RotateKillFamily, false);
    let mut browser = stage.with_both().await;
    stage.advance(3600);
    // The browser hung up before it saw the new cookie, and signs in with Google.
    let mut tab = browser.clone();
    assert_eq!(tab.refresh().await.status, StatusCode::OK);
    browser.sign_in_with("google", "ada").await;
    assert_eq!(browser.me().await.status, StatusCode::OK);
    stage.advance(3600);
    assert_eq!(browser.me().await.status, StatusCode::OK);
    assert_eq!(stage.control().superseded_sent(), (0, 0));
}

#[tokio::test]
async fn a_refresh_under_way_is_waited_for_when_another_sign_in_ends_its_session() {
    let stage = Stage::new().await;
    stage
        .control()
        .set_refresh_policy(RefreshPolicy::RotateKillFamily, false);
    let mut browser = stage.with_both().await;
    stage.advance(3600);
    stage.control().clear_log();
    stage
        .control()
        .fault(Fault::delay(TOKEN, 500))
        .expect("a fault");
    let mut tab = browser.clone();
    let sign_in = async {
        stage.until_called(TOKEN, 1).await;
        browser.sign_in_with("google", "ada").await
    };
    tokio::join!(tab.refresh(), sign_in);
    assert_eq!(browser.me().await.status, StatusCode::OK);
    stage.advance(3600);
    assert_eq!(browser.me().await.status, StatusCode::OK);
    assert_eq!(stage.control().superseded_sent(), (0, 0));
}

#[tokio::test]
async fn a_browser_that_never_saw_a_new_cookie_is_led_on_for_a_day() {
    let stage = Stage::new().await;
    stage
        .control()
        .set_refresh_policy(RefreshPolicy::RotateKillFamily, false);
    let browser = due(&stage).await;
    for visit in 0..20 {
        assert_eq!(browser.clone().me().await.status, StatusCode::OK, "{visit}");
        stage.advance(4000);
        stage.world.tidy().await;
    }
    assert_eq!(stage.control().superseded_sent(), (0, 0));
}

#[tokio::test]
async fn a_consent_with_an_older_cookie_leads_on() {
    for policy in RefreshPolicy::ALL {
        let stage = Stage::new().await;
        stage.control().set_refresh_policy(policy, false);
        let mut browser = due(&stage).await;
        let mut old = browser.clone();
        assert_eq!(browser.refresh().await.status, StatusCode::OK);
        // The newer cookie was lost, and the person agrees to more, twice.
        for _ in 0..2 {
            stage.advance(1);
            assert_eq!(grant_top(&mut old).await, ["top"], "{policy:?}");
        }
        for _ in 0..3 {
            stage.advance(3600);
            assert_eq!(old.me().await.status, StatusCode::OK, "{policy:?}");
            assert_eq!(browser.me().await.status, StatusCode::OK, "{policy:?}");
            assert_eq!(allowed(&browser.session().await), ["top"], "{policy:?}");
        }
    }
}

#[tokio::test]
async fn what_a_disconnect_takes_back_is_the_newest_token() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    stage.advance(3600);
    let mut tab = browser.clone();
    assert_eq!(tab.refresh_at("google").await.status, StatusCode::OK);
    let answer = browser.disconnect("google").await;
    assert_eq!(answer.json()["revoked"], true, "{}", answer.text);
    tab.refresh_at("google")
        .await
        .is_refusal(409, "not_connected");
}
