//! What a person allowed, as the server asks for it, keeps it and shows it.

use axum::http::StatusCode;
use sandbox::Fault;
use serde_json::{Value, json};

use crate::support::{Browser, Stage, begin_body, parameters, words};

const ALL: &[&str] = &[
    "subscription",
    "email",
    "top",
    "following",
    "follow",
    "recent",
    "playlists",
    "edit-playlists",
    "cover",
    "library",
    "edit-library",
];

/// Begins a grant of `permissions` and tells the address and the verifier.
async fn begin(browser: &mut Browser, permissions: &[&str]) -> (String, String) {
    let verifier = browser.verifier();
    let mut body = begin_body(&verifier);
    body["intent"] = json!("grant");
    body["permissions"] = json!(permissions);
    let answer = browser.post("/api/sign-in/begin", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let url = answer.json()["authorize_url"].as_str().map(str::to_owned);
    (url.expect("an address"), verifier)
}

/// Grants `permissions` as Ada and answers with the session.
async fn grant(stage: &Stage, browser: &mut Browser, permissions: &[&str]) -> Value {
    let (url, verifier) = begin(browser, permissions).await;
    let callback = stage.control().authorize(&url, "ada").expect("consent");
    let query = callback.split_once('?').expect("a query").1;
    let answer = browser.complete(query, &verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()["session"].clone()
}

#[tokio::test]
async fn a_sign_in_asks_for_none() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let attempt = browser.begin().await;
    assert!(parameters(&attempt.authorize_url, "scope").is_empty());
}

#[tokio::test]
async fn every_permission_can_be_granted_and_is_named_by_the_session() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let session = grant(&stage, &mut browser, ALL).await;
    assert_eq!(session["connections"][0]["permissions"], json!(ALL));
}

#[tokio::test]
async fn old_and_new_are_asked_together() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    grant(&stage, &mut browser, &["top"]).await;
    let (url, _) = begin(&mut browser, &["follow"]).await;
    assert_eq!(
        parameters(&url, "scope"),
        ["user-follow-modify user-top-read"]
    );
    let session = grant(&stage, &mut browser, &["follow"]).await;
    assert_eq!(
        session["connections"][0]["permissions"],
        json!(["top", "follow"])
    );
}

#[tokio::test]
async fn an_answer_without_scopes_grants_old_and_new() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    grant(&stage, &mut browser, &["top"]).await;
    let log = stage.control().log();
    let token = log.iter().rev().find_map(|entry| {
        entry
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned))
    });
    let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600});
    stage
        .control()
        .fault(Fault::status("/spotify/api/token", 200).body(body))
        .expect("a fault");
    let session = grant(&stage, &mut browser, &["follow"]).await;
    assert_eq!(
        session["connections"][0]["permissions"],
        json!(["top", "follow"])
    );
}

#[tokio::test]
async fn what_the_provider_granted_is_what_counts() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    // Less: the person was asked for two and the answer names one.
    let (url, verifier) = begin(&mut browser, &["top", "follow"]).await;
    let narrower = url.replace("user-follow-modify", "");
    assert_ne!(url, narrower);
    let callback = stage
        .control()
        .authorize(&narrower, "ada")
        .expect("consent");
    let query = callback.split_once('?').expect("a query").1;
    let session = browser.complete(query, &verifier).await.json()["session"].clone();
    assert_eq!(session["connections"][0]["permissions"], json!(["top"]));
    // More.
    let (url, verifier) = begin(&mut browser, &["email"]).await;
    let wider = url.replace("user-read-email", "user-read-email+user-library-read");
    let callback = stage.control().authorize(&wider, "ada").expect("consent");
    let query = callback.split_once('?').expect("a query").1;
    let session = browser.complete(query, &verifier).await.json()["session"].clone();
    assert_eq!(
        session["connections"][0]["permissions"],
        json!(["email", "top", "library"])
    );
}

#[tokio::test]
async fn a_playlist_asks_for_the_scope_of_its_kind_alone() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let (url, _) = begin(&mut browser, &["edit-playlists:private"]).await;
    assert_eq!(parameters(&url, "scope"), ["playlist-modify-private"]);
    let session = grant(&stage, &mut browser, &["edit-playlists:private"]).await;
    let held = &session["connections"][0]["permissions"];
    assert_eq!(*held, json!(["edit-playlists:private"]));
    let session = grant(&stage, &mut browser, &["edit-playlists:public"]).await;
    let held = &session["connections"][0]["permissions"];
    assert_eq!(*held, json!(["edit-playlists"]));
}

#[tokio::test]
async fn consent_of_another_account_changes_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let before = browser.session().await;
    let (url, verifier) = begin(&mut browser, &["top"]).await;
    let callback = stage.control().authorize(&url, "hanako").expect("consent");
    let query = callback.split_once('?').expect("a query").1;
    let answer = browser.complete(query, &verifier).await;
    answer.is_refusal(409, "wrong_account");
    assert_eq!(browser.session().await, before);
}

#[tokio::test]
async fn a_call_that_lacks_a_scope_says_which_permission() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let artist = "spotify:artist:0aV6DOiouImYTqrR5YlIqx";
    let cases = [
        ("/me/top/artists".to_owned(), json!("top")),
        ("/me/following?type=artist".to_owned(), json!("following")),
        (
            format!("/me/library/contains?uris={artist}"),
            json!("following"),
        ),
        ("/me".to_owned(), Value::Null),
    ];
    for (path, permission) in cases {
        let at = format!("/spotify/v1{}", path.split('?').next().unwrap_or_default());
        let refusal = json!({"error": {"status": 403, "message": "Insufficient client scope"}});
        stage
            .control()
            .fault(Fault::status(&at, 403).body(refusal))
            .expect("a fault");
        let answer = browser.get(&format!("/api/spotify/v1{path}")).await;
        answer.is_refusal(403, "permission_needed");
        assert_eq!(answer.json()["permission"], permission, "{path}");
    }
}

// Pages.

#[tokio::test]
async fn the_permissions_page_knows_every_state_at_once() {
    let stage = Stage::new().await;
    let signed_out = words(&stage.browser().page("/permissions", "none").await);
    assert!(
        signed_out.contains("Signing in allows nothing"),
        "{signed_out}"
    );

    let mut googler = stage.signed_in_with("google", "kenji").await;
    let page = words(&googler.page("/permissions", "none").await);
    assert!(page.contains("Spotify is not connected"), "{page}");
    assert!(page.contains("Connect Spotify"), "{page}");

    let mut browser = stage.signed_in("ada").await;
    let page = words(&browser.page("/permissions", "none").await);
    assert!(page.contains("Nothing special"), "{page}");
    assert!(page.contains("What you have not allowed"), "{page}");

    grant(&stage, &mut browser, &["top"]).await;
    let page = words(&browser.page("/permissions", "none").await);
    assert!(!page.contains("Nothing special"), "{page}");
    for part in [
        "Your top artists and tracks",
        "You agreed last on",
        "ends in every browser of your account",
        "Until",
        "Disconnect",
    ] {
        assert!(page.contains(part), "no {part:?} in {page}");
    }
    assert!(page.contains("What you played last"), "{page}");
}

#[tokio::test]
async fn a_page_that_needs_a_permission_says_so_and_asks_for_nothing_by_itself() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.control().clear_log();
    let page = words(&browser.page("/top", "none").await);
    assert!(page.contains("Allow it at Spotify"), "{page}");
    assert!(page.contains("that Spotify says you play most"), "{page}");
    grant(&stage, &mut browser, &["top"]).await;
    stage.control().clear_log();
    let page = words(&browser.page("/top?of=tracks&range=long_term", "none").await);
    assert!(!page.contains("Allow it at Spotify"), "{page}");
    assert!(page.contains("Your top tracks"), "{page}");
    assert_eq!(stage.all_calls(), 0, "a page waits for nobody");
}

#[tokio::test]
async fn an_account_whose_tokens_are_elsewhere_connects_on_this_device() {
    let stage = Stage::new().await;
    stage.with_both().await;
    let mut other = stage.signed_in_with("google", "ada").await;
    for path in ["/permissions", "/top", "/profile"] {
        let page = words(&other.page(path, "none").await);
        assert!(
            page.contains("Connect Spotify on this device"),
            "{path}: {page}"
        );
        assert!(!page.contains("signed in without"), "{path}: {page}");
    }
}
