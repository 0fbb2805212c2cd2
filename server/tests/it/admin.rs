//! Roles: what a person may do in this app.

use axum::http::StatusCode;
use sandbox::GoogleAccount;
use serde_json::json;

use crate::support::{Browser, Stage};

const ADMIN: &str = "/api/admin";

async fn stage() -> Stage {
    Stage::with_settings(&[("STAGEDOOR_ADMINS", "spotify:ada.lindqvist")]).await
}

async fn is_admin(browser: &mut Browser) -> bool {
    let told = browser.session().await["account"]["roles"].clone();
    let carried = browser.claims()["roles"].clone();
    let answer = browser.get(ADMIN).await;
    if answer.status == StatusCode::OK {
        assert_eq!((told, carried), (json!(["admin"]), json!(["admin"])));
        return true;
    }
    answer.is_refusal(403, "forbidden");
    assert_eq!(told, json!([]));
    false
}

#[tokio::test]
async fn the_role_stands_in_the_token_and_in_the_view() {
    let stage = stage().await;
    let mut browser = stage.signed_in("ada").await;
    assert!(is_admin(&mut browser).await);
    stage.signed_in("hanako").await;
    stage.signed_in_with("google", "ada").await;
    let overview = browser.get(ADMIN).await.json();
    assert_eq!(
        (&overview["accounts"], &overview["sessions"]),
        (&json!(3), &json!(3))
    );
    let providers = crate::support::each(&overview["providers"], "id");
    assert_eq!(providers, ["spotify", "google"]);
    let states = crate::support::each(&overview["providers"], "state");
    assert_eq!(states, ["ready", "ready"]);
}

#[tokio::test]
async fn others_are_refused() {
    let stage = stage().await;
    stage
        .browser()
        .get(ADMIN)
        .await
        .is_refusal(401, "signed_out");
    let mut browser = stage.signed_in("hanako").await;
    assert!(!is_admin(&mut browser).await);
    assert_eq!(browser.claims()["roles"], json!([]));
}

#[tokio::test]
async fn without_admins_there_is_none() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    assert!(!is_admin(&mut browser).await);
}

#[tokio::test]
async fn the_same_subject_at_another_provider_is_somebody_else() {
    let stage = stage().await;
    let account = GoogleAccount {
        sub: "ada.lindqvist".to_owned(),
        ..GoogleAccount::new("mallory")
    };
    stage.control().google_account(account).expect("an account");
    let mut browser = stage.signed_in_with("google", "mallory").await;
    assert!(!is_admin(&mut browser).await);
}

#[tokio::test]
async fn the_role_is_the_accounts_whichever_way_one_came_in() {
    let stage = stage().await;
    stage.with_both().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    assert!(is_admin(&mut browser).await);
}

#[tokio::test]
async fn a_link_brings_the_role_at_once() {
    let stage = stage().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    assert!(!is_admin(&mut browser).await);
    browser.link("spotify", "ada").await;
    assert!(is_admin(&mut browser).await);
}

#[tokio::test]
async fn the_role_goes_with_the_identity() {
    let stage = stage().await;
    let mut browser = stage.with_both().await;
    let mut other = stage.signed_in_with("google", "ada").await;
    assert!(is_admin(&mut browser).await && is_admin(&mut other).await);
    let answer = browser.unlink("spotify").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(browser.claims()["roles"], json!([]));
    assert!(!is_admin(&mut browser).await);
    // Its token says otherwise for some minutes more, and is not asked.
    assert_eq!(other.claims()["roles"], json!(["admin"]));
    assert!(!is_admin(&mut other).await);
    stage.advance(301);
    other.session().await;
    assert_eq!(other.claims()["roles"], json!([]));
}

#[tokio::test]
async fn the_role_goes_with_the_setting() {
    let stage = stage().await;
    let browser = stage.signed_in("ada").await;
    let again = stage.again_with(&[("STAGEDOOR_ADMINS", "")]).await;
    let mut browser = again.served(&browser);
    assert!(!is_admin(&mut browser).await);
}

#[tokio::test]
async fn a_down_provider_is_shown() {
    let stage = stage().await;
    let mut browser = stage.signed_in("ada").await;
    let standing = async |browser: &mut Browser| {
        browser.get(ADMIN).await.json()["providers"][1]["state"].clone()
    };
    assert_eq!(standing(&mut browser).await, "unknown");
    stage
        .control()
        .fault(sandbox::Fault::status(crate::support::DISCOVERY, 503))
        .expect("a fault");
    stage.browser().ask_to_begin("google", "sign-in").await;
    assert_eq!(standing(&mut browser).await, "down");
}
