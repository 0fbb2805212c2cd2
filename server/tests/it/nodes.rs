//! Several nodes over one database, and a database that is away.

use axum::http::StatusCode;
use sandbox::GoogleAccount;
use serde_json::json;

use crate::support::{Browser, GOOGLE_TOKENS, SESSION, Stage, TOKENS, each};

/// Another node over the same database.
async fn beside(stage: &Stage) -> Stage {
    stage.again_with(&[]).await
}

async fn follow(node: &Stage) {
    node.world.follow_once().await.expect("the feed");
}

/// Whether a node serves the session of a browser, on the word of its token.
async fn is_served(node: &Stage, browser: &Browser) -> bool {
    node.served(browser).me().await.status == StatusCode::OK
}

/// What a node says of the names in the account of a browser.
async fn names(node: &Stage, browser: &Browser) -> Vec<String> {
    let told = node.served(browser).session().await;
    each(&told["identities"], "name")
}

/// Renames Ada at Google, and has the node learn of it.
async fn rename(stage: &Stage, node: &Stage, name: &str) {
    let renamed = GoogleAccount {
        name: Some(name.to_owned()),
        ..GoogleAccount::new("ada")
    };
    stage.control().google_account(renamed).expect("an account");
    node.signed_in_with("google", "ada").await;
}

#[tokio::test]
async fn an_end_on_one_node_is_one_on_the_other() {
    let here = Stage::new().await;
    let there = beside(&here).await;
    let browser = here.signed_in("ada").await;
    assert!(is_served(&there, &browser).await);
    here.served(&browser).sign_out(false).await;
    assert!(is_served(&there, &browser).await, "not heard of yet");
    follow(&there).await;
    assert!(!is_served(&there, &browser).await);
    assert!(!there.served(&browser).is_signed_in().await);
}

#[tokio::test]
async fn every_kind_of_end_reaches_the_other_node() {
    let ends = [
        ("/api/sign-out", json!({"everywhere": true})),
        ("/api/account/sessions/end", json!({"others": true})),
        ("/api/account/unlink", json!({"provider": "spotify"})),
        ("/api/account/delete", json!({})),
    ];
    for (path, body) in ends {
        let here = Stage::new().await;
        let there = beside(&here).await;
        let mut browser = here.with_both().await;
        let other = here.signed_in("ada").await;
        let stranger = here.signed_in("hanako").await;
        assert!(is_served(&there, &other).await);
        there.served(&other).session().await;
        let answer = browser.post(path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        follow(&there).await;
        assert!(!is_served(&there, &other).await, "{path}");
        assert!(!there.served(&other).is_signed_in().await, "{path}");
        assert!(is_served(&there, &stranger).await, "{path}");
    }
}

#[tokio::test]
async fn what_is_for_good_is_not_done_by_a_session_that_just_ended_elsewhere() {
    for (path, body) in [
        ("/api/account/link/confirm", json!({"accept": true})),
        ("/api/account/unlink", json!({"provider": "spotify"})),
        ("/api/account/delete", json!({})),
    ] {
        let here = Stage::new().await;
        let there = beside(&here).await;
        let mut browser = here.with_both().await;
        if path.ends_with("confirm") {
            browser = here.signed_in("hanako").await;
            browser.prove("google", "kenji").await;
        }
        let mut intruder = there.served(&browser);
        assert!(intruder.is_signed_in().await, "it is kept here");
        let accounts = here.accounts().await;
        here.served(&browser).sign_out(true).await;
        // The end has not come here yet.
        let answer = intruder.post(path, body).await;
        answer.is_refusal(401, "signed_out");
        assert_eq!(here.accounts().await, accounts, "{path}");
        let mut owner = here
            .signed_in(if path.ends_with("confirm") {
                "hanako"
            } else {
                "ada"
            })
            .await;
        let identities = owner.session().await["identities"]
            .as_array()
            .map_or(0, Vec::len);
        let expected = if path.ends_with("confirm") { 1 } else { 2 };
        assert_eq!(identities, expected, "{path}");
    }
}

#[tokio::test]
async fn a_node_that_starts_late_knows_what_ended_before() {
    let here = Stage::new().await;
    let browser = here.signed_in("ada").await;
    here.served(&browser).sign_out(false).await;
    let there = beside(&here).await;
    assert!(!is_served(&there, &browser).await);
}

#[tokio::test]
async fn a_change_on_one_node_is_shown_on_the_other() {
    let here = Stage::new().await;
    let there = beside(&here).await;
    let browser = here.signed_in_with("google", "ada").await;
    assert_eq!(names(&there, &browser).await, ["Ada Lindqvist"]);
    // Two in one second are two.
    for name in ["Ada Byron", "Ada King"] {
        let before = names(&there, &browser).await;
        rename(&here, &here, name).await;
        assert_eq!(names(&there, &browser).await, before, "it is kept");
        follow(&there).await;
        assert_eq!(names(&there, &browser).await, [name]);
    }
}

#[tokio::test]
async fn a_link_on_one_node_is_shown_on_the_other() {
    let here = Stage::new().await;
    let there = beside(&here).await;
    let mut browser = here.signed_in("ada").await;
    assert_eq!(names(&there, &browser).await.len(), 1);
    // Proven here, confirmed there.
    browser.prove("google", "ada").await;
    let mut moved = there.served(&browser);
    assert_eq!(moved.confirm(true).await.status, StatusCode::OK);
    assert!(moved.holds(GOOGLE_TOKENS));
    assert_eq!(names(&here, &moved).await.len(), 1, "it is kept");
    follow(&here).await;
    assert_eq!(names(&here, &moved).await.len(), 2);
}

#[tokio::test]
async fn a_role_that_went_on_one_node_is_gone_on_the_other() {
    let admins = [("STAGEDOOR_ADMINS", "spotify:ada.lindqvist")];
    let here = Stage::with_settings(&admins).await;
    let there = here.again_with(&admins).await;
    let mut browser = here.with_both().await;
    let mut other = there.signed_in_with("google", "ada").await;
    assert_eq!(other.get("/api/admin").await.status, StatusCode::OK);
    assert_eq!(browser.unlink("spotify").await.status, StatusCode::OK);
    follow(&there).await;
    other.get("/api/admin").await.is_refusal(403, "forbidden");
}

#[tokio::test]
async fn who_is_signed_in_reads_on_for_ten_minutes_without_a_database() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let told = browser.session().await;
    stage.world.store.close().await;
    for wait in [0, 299, 300] {
        stage.advance(wait);
        assert_eq!(browser.session().await, told);
        assert_eq!(browser.me().await.status, StatusCode::OK);
        assert!(browser.page("/", "none").await.text.contains("Ada"));
    }
    let kept = browser.cookies.clone();
    stage.advance(1);
    for path in [
        "/api/session",
        "/api/spotify/v1/me",
        "/api/account/sessions",
    ] {
        let answer = browser.get(path).await;
        answer.is_refusal(503, "unavailable");
        assert!(answer.set_cookies().is_empty());
    }
    assert_eq!(browser.cookies, kept, "nobody is signed out for it");
}

#[tokio::test]
async fn nothing_is_changed_without_a_database() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    browser.prove("google", "ada").await;
    browser.session().await;
    stage.world.store.close().await;
    let kept = browser.cookies.clone();
    for (path, body) in [
        ("/api/account/unlink", json!({"provider": "google"})),
        ("/api/account/sessions/end", json!({"others": true})),
        ("/api/account/delete", json!({})),
    ] {
        let answer = browser.post(path, body).await;
        answer.is_refusal(503, "unavailable");
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
    assert_eq!(browser.cookies, kept);
}

#[tokio::test]
async fn a_link_that_waits_is_not_lost_with_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::in_folder(folder.path()).await;
    let mut browser = stage.signed_in("ada").await;
    browser.prove("google", "ada").await;
    browser.session().await;
    stage.world.store.close().await;
    let answer = browser.confirm(true).await;
    answer.is_refusal(503, "unavailable");
    assert!(answer.set_cookies().is_empty(), "{answer:?}");
    let again = stage.reopened(folder.path()).await;
    let mut browser = again.served(&browser);
    assert_eq!(browser.confirm(true).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_sign_in_without_a_database_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::in_folder(folder.path()).await;
    let mut browser = stage.browser();
    let attempt = browser.begin_at("google", "sign-in").await;
    let query = browser.consent_at("google", &attempt, "ada");
    stage
        .control()
        .fault(sandbox::Fault::delay("/google/token", 300))
        .expect("a fault");
    let close = async {
        stage.until_called("/google/token", 1).await;
        stage.world.store.close().await;
    };
    let complete = browser.complete_at("google", &query, &attempt.verifier);
    let (answer, ()) = tokio::join!(complete, close);
    answer.is_refusal(503, "unavailable");
    for cookie in [SESSION, TOKENS, GOOGLE_TOKENS] {
        assert!(!answer.sets(cookie));
    }
    let again = stage.reopened(folder.path()).await;
    assert_eq!((again.accounts().await, again.sessions().await), (0, 0));
    let mut browser = again.served(&browser);
    assert!(!browser.is_signed_in().await);
    browser.sign_in_with("google", "ada").await;
    assert_eq!((again.accounts().await, again.sessions().await), (1, 1));
}
