//! Whose account it is: keyed by issuer and subject, never by an e-mail address.

use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::provider::{Calls, Op};
use crate::report::row;
use crate::stage::{ACME, Answer, Browser, Stage, challenge, encoded, verifier};

/// The id of the account that a browser is signed in to.
async fn account(browser: &mut Browser) -> String {
    let session = browser.session().await;
    assert_eq!(
        session["identities"].as_array().map(Vec::len),
        Some(1),
        "{session}"
    );
    session["account"]["id"].as_str().expect("an id").to_owned()
}

/// Signs in at another provider of the stage, in a browser of its own.
async fn sign_in_at(stage: &Stage, provider: &str, op: &Op, subject: &str) -> Browser {
    let mut browser = stage.browser();
    let answer = browser.try_sign_in_at(provider, op, subject).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    browser
}

/// Userinfo with an address that is somebody else's, said to be verified in this way.
fn claims_address(op: &Op, address: &'static str, verified: Option<Value>) {
    op.userinfo(move |userinfo| {
        userinfo["email"] = json!(address);
        let userinfo = userinfo.as_object_mut().expect("an object");
        match &verified {
            Some(verified) => drop(userinfo.insert("email_verified".to_owned(), verified.clone())),
            None => drop(userinfo.remove("email_verified")),
        }
    });
}

#[tokio::test]
async fn one_subject_at_two_providers_is_two_people() {
    let _row = row("M1");
    let (stage, other) = Stage::google().await;
    let mut at_google = stage.accepts("1234567890").await;
    let mut at_acme = sign_in_at(&stage, ACME, &other, "1234567890").await;
    assert_ne!(account(&mut at_google).await, account(&mut at_acme).await);
    assert_eq!(stage.accounts().await, 2);
}

#[tokio::test]
async fn a_verified_address_joins_no_account() {
    let _row = row("M2");
    let (stage, other) = Stage::google().await;
    claims_address(&stage.op, "alice@gmail.com", Some(json!(true)));
    let mut alice = stage.accepts("alice").await;
    claims_address(&other, "alice@gmail.com", Some(json!(true)));
    let mut mallory = sign_in_at(&stage, ACME, &other, "mallory").await;
    assert_ne!(account(&mut alice).await, account(&mut mallory).await);
    assert_eq!(stage.accounts().await, 2);
}

#[tokio::test]
async fn no_spelling_of_verified_joins_an_account() {
    let _row = row("M3");
    let (stage, other) = Stage::google().await;
    claims_address(&stage.op, "alice@gmail.com", Some(json!(true)));
    let mut alice = stage.accepts("alice").await;
    let id = account(&mut alice).await;
    let values = [
        Some(json!(false)),
        None,
        Some(json!(null)),
        Some(json!("true")),
        Some(json!("false")),
        Some(json!(1)),
        Some(json!("True")),
        Some(json!([true])),
    ];
    for (n, verified) in values.into_iter().enumerate() {
        let told = format!("{verified:?}");
        claims_address(&other, "alice@gmail.com", verified);
        let mut mallory = sign_in_at(&stage, ACME, &other, &format!("mallory-{n}")).await;
        assert_ne!(account(&mut mallory).await, id, "{told}");
    }
    assert_eq!(stage.accounts().await, 9);
}

#[tokio::test]
async fn googles_word_on_an_address_of_others_joins_no_account() {
    let _row = row("M4");
    let (stage, other) = Stage::google().await;
    claims_address(&other, "alice@corp.example", Some(json!(true)));
    let mut alice = sign_in_at(&stage, ACME, &other, "alice").await;
    claims_address(&stage.op, "alice@corp.example", Some(json!(true)));
    let mut mallory = stage.accepts("mallory").await;
    assert_ne!(account(&mut alice).await, account(&mut mallory).await);
}

#[tokio::test]
async fn an_address_that_was_sold_leads_to_no_old_account() {
    let _row = row("M5");
    let (stage, _) = Stage::google().await;
    claims_address(&stage.op, "owner@sold.example", Some(json!(true)));
    let mut old = stage.accepts("the-old-owner").await;
    let mut new = stage.accepts("the-new-owner").await;
    assert_ne!(account(&mut old).await, account(&mut new).await);
    // The same person with another address is the same person.
    claims_address(&stage.op, "owner@new.example", Some(json!(true)));
    let mut again = stage.accepts("the-old-owner").await;
    assert_eq!(account(&mut old).await, account(&mut again).await);
    assert_eq!(stage.accounts().await, 2);
}

#[tokio::test]
async fn who_was_there_first_with_the_address_keeps_nothing_of_its_owner() {
    let _row = row("M6");
    let (stage, other) = Stage::google().await;
    claims_address(&other, "victim@gmail.com", Some(json!(true)));
    let mut attacker = sign_in_at(&stage, ACME, &other, "mallory").await;
    let before = attacker.session().await;
    // The attacker has a link to Google pending, which nobody confirmed.
    let pending = begin_link(&mut attacker, "google").await;
    claims_address(&stage.op, "victim@gmail.com", Some(json!(true)));
    let mut victim = stage.accepts("victim").await;
    let identities = victim.session().await["identities"].clone();
    assert_eq!(identities.as_array().map(Vec::len), Some(1), "{identities}");
    assert_eq!(identities[0]["subject"], "victim");
    let after = attacker.session().await;
    assert_eq!(after["identities"], before["identities"]);
    assert_ne!(account(&mut victim).await, account(&mut attacker).await);
    // What the victim's browser brings back is of no use to the attacker's attempt.
    if let Some((authorize_url, _)) = pending {
        let query = encoded(&stage.op.consent(&authorize_url, "victim"));
        let answer = victim.complete("google", &query, &verifier()).await;
        assert_eq!(answer.refusal(), (400, "transaction_missing".to_owned()));
    }
}

#[tokio::test]
async fn an_address_that_is_not_verified_becomes_no_better_by_another_sign_in() {
    let _row = row("M7");
    let (stage, other) = Stage::google().await;
    claims_address(&other, "alice@gmail.com", Some(json!(false)));
    let mut unverified = sign_in_at(&stage, ACME, &other, "mallory").await;
    let before = unverified.session().await;
    claims_address(&stage.op, "alice@gmail.com", Some(json!(true)));
    stage.accepts("alice").await;
    assert_eq!(unverified.session().await, before);
    assert_eq!(stage.accounts().await, 2);
}

#[tokio::test]
async fn an_address_that_is_none_is_not_shown() {
    let _row = row("M8");
    let mut let_in = Vec::new();
    for address in [
        json!("a@evil.example@corp.example"),
        json!("a\u{ff20}corp.example"),
        json!("a\u{0}@corp.example"),
        json!("\u{202e}elpmaxe.proc@a"),
        json!("a@corp.example\r\nBcc: b@corp.example"),
        json!(format!("{}@corp.example", "a".repeat(1000))),
        json!("<img src=x onerror=alert(1)>"),
        json!("a b@corp.example"),
        json!(""),
        json!("@"),
        json!(7),
        json!(["a@corp.example"]),
    ] {
        let told: String = address.to_string().chars().take(60).collect();
        let stage = Stage::new().await;
        stage
            .op
            .userinfo(move |userinfo| userinfo["email"] = address.clone());
        let mut browser = stage.accepts("alice").await;
        let session = browser.session().await;
        for shown in [
            &session["account"]["email"],
            &session["identities"][0]["email"],
        ] {
            if !shown.is_null() {
                let_in.push(format!("{told} is shown as {shown}"));
            }
        }
    }
    assert_eq!(let_in, [""; 0]);
}

/// Begins a link to a provider; `None` where the server does not let this browser.
async fn begin_link(browser: &mut Browser, provider: &str) -> Option<(String, String)> {
    let verifier = verifier();
    let answer = begin_link_with(browser, provider, &verifier).await;
    let url = answer.json()["authorize_url"].as_str()?.to_owned();
    Some((url, verifier))
}

async fn begin_link_with(browser: &mut Browser, provider: &str, verifier: &str) -> Answer {
    let body = json!({
        "provider": provider,
        "code_challenge": challenge(verifier),
        "intent": "link",
        "return_to": "/account",
    });
    browser.post("/api/sign-in/begin", body).await
}

/// Links an identity as far as the person's own word, which is not given yet.
async fn prove_link(browser: &mut Browser, provider: &str, op: &Op, subject: &str) -> Answer {
    let (url, verifier) = begin_link(browser, provider).await.expect("a link begins");
    let query = encoded(&op.consent(&url, subject));
    browser.complete(provider, &query, &verifier).await
}

async fn confirm(browser: &mut Browser, accept: bool) -> Answer {
    browser
        .post("/api/account/link/confirm", json!({"accept": accept}))
        .await
}

#[tokio::test]
async fn nobody_is_linked_without_their_own_word() {
    let _row = row("M9");
    let (stage, other) = Stage::with_two().await;
    let mut victim = stage.accepts("victim").await;
    let identities = victim.session().await["identities"].clone();
    // The attacker's own attempt, brought to the victim's browser.
    let mut attacker = stage.browser();
    let attempt = attacker.begin("beta").await;
    let query = encoded(&other.consent(&attempt.authorize_url, "mallory"));
    let answer = victim.complete("beta", &query, &attempt.verifier).await;
    assert_eq!(answer.refusal(), (400, "transaction_missing".to_owned()));
    assert_eq!(
        other.calls(),
        Calls {
            discovery: 1,
            ..Calls::NONE
        }
    );
    // There is nothing to confirm, and nobody signed out can link.
    assert_eq!(confirm(&mut victim, true).await.status.as_u16(), 404);
    let answer = begin_link_with(&mut attacker, "beta", &verifier()).await;
    assert_eq!(answer.refusal(), (401, "signed_out".to_owned()));
    // A link that was proven is not there before it was confirmed, and not after it was declined.
    let answer = prove_link(&mut victim, "beta", &other, "second").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let session = victim.session().await;
    assert_eq!(session["identities"], identities);
    assert_eq!(session["pending_link"]["subject"], "second");
    assert_eq!(confirm(&mut victim, false).await.status, StatusCode::OK);
    assert_eq!(victim.session().await["identities"], identities);
    assert_eq!(confirm(&mut victim, true).await.status.as_u16(), 404);
    // With the person's word it is.
    prove_link(&mut victim, "beta", &other, "second").await;
    assert_eq!(confirm(&mut victim, true).await.status, StatusCode::OK);
    let linked = victim.session().await["identities"].clone();
    assert_eq!(linked.as_array().map(Vec::len), Some(2), "{linked}");
    assert_eq!(stage.accounts().await, 1);
}

#[tokio::test]
async fn a_link_wants_a_recent_sign_in() {
    let _row = row("M9/recent");
    let (stage, other) = Stage::with_two().await;
    let mut browser = stage.accepts("alice").await;
    stage.clock.advance(601);
    let answer = begin_link_with(&mut browser, "beta", &verifier()).await;
    assert_eq!(answer.refusal(), (403, "recent_sign_in_needed".to_owned()));
    assert_eq!(other.calls(), Calls::NONE);
}

#[tokio::test]
async fn an_identity_of_another_account_is_not_linked() {
    let _row = row("M10");
    let (stage, other) = Stage::with_two().await;
    sign_in_at(&stage, "beta", &other, "bob").await;
    let mut alice = stage.accepts("alice").await;
    let before = alice.session().await["identities"].clone();
    let mut answer = prove_link(&mut alice, "beta", &other, "bob").await;
    if answer.status == StatusCode::OK {
        answer = confirm(&mut alice, true).await;
    }
    assert_eq!(answer.refusal(), (409, "identity_taken".to_owned()));
    assert!(!answer.text.contains("bob"), "{}", answer.text);
    assert_eq!(alice.session().await["identities"], before);
    assert_eq!(stage.accounts().await, 2);
}

#[tokio::test]
async fn the_last_identity_is_not_unlinked() {
    let _row = row("M11");
    let stage = Stage::warm().await;
    let mut browser = stage.accepts("alice").await;
    let answer = browser
        .post("/api/account/unlink", json!({"provider": ACME}))
        .await;
    assert_eq!(answer.refusal(), (409, "last_identity".to_owned()));
    assert!(browser.is_signed_in().await);
    stage.accepts("alice").await;
    assert_eq!(stage.accounts().await, 1);
}

#[tokio::test]
async fn twenty_first_sign_ins_at_once_make_one_account() {
    let _row = row("M12");
    let stage = Stage::new().await;
    let all = join_all((0..20).map(|_| stage.try_sign_in("alice"))).await;
    let mut ids = Vec::new();
    for (mut browser, answer) in all {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        ids.push(account(&mut browser).await);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(stage.accounts().await, 1);
    let calls = stage.op.calls();
    assert_eq!((calls.discovery, calls.jwks, calls.token), (1, 1, 20));
}

#[tokio::test]
async fn a_deleted_account_does_not_come_back() {
    let _row = row("M14");
    let stage = Stage::new().await;
    let mut phone = stage.accepts("alice").await;
    let mut browser = stage.accepts("alice").await;
    let old = account(&mut browser).await;
    let answer = browser.post("/api/account/delete", json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(!browser.is_signed_in().await && !phone.is_signed_in().await);
    assert_eq!(stage.accounts().await, 0);
    assert!(stage.op.calls().revocation >= 1, "the grant is given back");
    let refused = phone.refresh().await;
    assert_eq!(refused.refusal(), (401, "signed_out".to_owned()));
    let mut again = stage.accepts("alice").await;
    assert_ne!(account(&mut again).await, old);
}
