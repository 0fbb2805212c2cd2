//! ID tokens in the answer of a refresh: they count, so one that does not hold spoils all of it.

use serde_json::json;

use crate::id_token::{Draft, resigned};
use crate::keys::KEYS;
use crate::provider::{CLIENT_ID, Calls, Endpoint};
use crate::raw::Reply;
use crate::report::row;
use crate::stage::{ACME, Browser, Stage, encoded};

/// The token cookie.
const TOKENS: &str = "__Host-Http-tokens-acme";

/// A browser whose access token is about to end, at a provider that leaves refresh tokens as they
/// are.
async fn due() -> (Stage, Browser) {
    let stage = Stage::new().await;
    stage.op.keep_refresh_token();
    let browser = stage.accepts("alice").await;
    stage.clock.advance(3590);
    (stage, browser)
}

/// Refreshes while the ID token is `mint`ed in this way: nothing of the answer is kept or used, and
/// nobody is signed out by it.
async fn refresh_is_refused(told: &str, mint: impl Fn(Draft) -> String + Send + Sync + 'static) {
    let (stage, mut browser) = due().await;
    stage.op.mint_refreshed(mint);
    let (cookies, before) = (browser.cookies.clone(), stage.op.calls());
    let answer = browser.refresh().await;
    let refusal = answer.refusal();
    let known = [(401, "id_token_invalid"), (502, "provider_error")];
    let known = known.map(|(status, code)| (status, code.to_owned()));
    assert!(known.contains(&refusal), "{told}: {refusal:?}");
    assert_eq!(answer.set_names(), [""; 0], "{told}");
    stage.tells_nothing(&answer);
    assert_eq!(
        browser.cookies[TOKENS], cookies[TOKENS],
        "{told}: nothing is stored"
    );
    let calls = stage.op.calls().since(before);
    assert_eq!(Calls { jwks: 0, ..calls }, Calls::TOKEN, "{told}");
    assert!(calls.jwks <= 1, "{told}: {calls:?}");
    // Nobody is signed out, and what was refused is not used in any other way: an honest answer to
    // the old refresh token is what comes next.
    assert!(browser.is_signed_in().await, "{told}");
    stage.op.mint_refreshed(|draft| draft.sign());
    stage.clock.advance(31);
    let answer = browser.refresh().await;
    assert_eq!(answer.status.as_u16(), 200, "{told}: {}", answer.text);
    assert_ne!(browser.cookies[TOKENS], cookies[TOKENS], "{told}");
    assert_eq!(stage.op.complaints(), [""; 0], "{told}");
}

#[tokio::test]
async fn a_refresh_is_accepted_with_and_without_an_id_token() {
    let _row = row("occt-refresh-token");
    let stage = Stage::new().await;
    let mut browser = stage.accepts("alice").await;
    let mut ends_at = 0;
    for with_id_token in [false, true, true] {
        if with_id_token {
            stage.op.mint_refreshed(|draft| draft.sign());
        }
        stage.clock.advance(3590);
        let (cookie, before) = (browser.cookies[TOKENS].clone(), stage.op.calls());
        let answer = browser.refresh().await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        let until = answer.json()["access_expires_at"].as_i64().expect("a time");
        assert!(until > ends_at, "{until}");
        ends_at = until;
        assert_ne!(browser.cookies[TOKENS], cookie, "the new tokens are kept");
        // Userinfo is asked again, with the new access token, for who the person is by now.
        let calls = Calls {
            userinfo: 1,
            ..Calls::TOKEN
        };
        assert_eq!(stage.op.calls().since(before), calls);
        stage.tells_nothing(&answer);
    }
    assert_eq!(stage.op.complaints(), [""; 0]);
}

#[tokio::test]
async fn a_refreshed_token_of_another_issuer_is_refused() {
    let _row = row("occt-refresh-token-invalid-issuer");
    refresh_is_refused("iss", |draft| {
        let wrong = format!("{}1", draft.claims["iss"].as_str().unwrap_or_default());
        draft.claim("iss", json!(wrong)).sign()
    })
    .await;
}

#[tokio::test]
async fn a_refreshed_token_of_another_subject_is_refused() {
    let _row = row("occt-refresh-token-invalid-sub");
    refresh_is_refused("sub", |draft| draft.claim("sub", json!("alice1")).sign()).await;
    refresh_is_refused("sub", |draft| draft.claim("sub", json!("mallory")).sign()).await;
}

#[tokio::test]
async fn a_refreshed_token_that_does_not_hold_spoils_the_refresh() {
    let _row = row("N6");
    refresh_is_refused("signature", |draft| {
        resigned(&draft.sign(), |signature| signature[0] ^= 0x5a)
    })
    .await;
    refresh_is_refused("another key", |draft| {
        draft.signed_by(&KEYS.attacker).sign()
    })
    .await;
    refresh_is_refused("alg none", |draft| {
        draft
            .head("alg", json!("none"))
            .headless("kid")
            .with_signature(&[])
    })
    .await;
    refresh_is_refused("alg ES256", |draft| {
        draft.with_key(&KEYS.p256[0], "ES256").sign()
    })
    .await;
    refresh_is_refused("aud", |draft| draft.claim("aud", json!("other")).sign()).await;
    refresh_is_refused("aud", |draft| {
        draft.claim("aud", json!([CLIENT_ID, "other"])).sign()
    })
    .await;
    refresh_is_refused("no sub", |draft| draft.without("sub").sign()).await;
    refresh_is_refused("exp", |draft| draft.claim("exp", json!(1)).sign()).await;
    refresh_is_refused("no exp", |draft| draft.without("exp").sign()).await;
    refresh_is_refused("no iat", |draft| draft.without("iat").sign()).await;
    refresh_is_refused("typ", |draft| draft.head("typ", json!("at+jwt")).sign()).await;
    refresh_is_refused("garbage", |_| "not a token".to_owned()).await;
    refresh_is_refused("nothing", |_| String::new()).await;
    refresh_is_refused("sub twice", |draft| {
        let payload = format!("{{\"sub\":\"mallory\",{}", &draft.claims.to_string()[1..]);
        draft.raw(&draft.header.to_string(), &payload, "RS256")
    })
    .await;
}

#[tokio::test]
async fn a_refreshed_token_with_another_nonce_is_refused() {
    let _row = row("N6/nonce");
    refresh_is_refused("nonce", |draft| {
        draft.claim("nonce", json!("another")).sign()
    })
    .await;
}

#[tokio::test]
async fn a_refreshed_token_with_the_nonce_of_the_sign_in_is_accepted() {
    let _row = row("N6/own-nonce");
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let attempt = browser.begin(ACME).await;
    let nonce = attempt.parameters("nonce").concat();
    let query = encoded(&stage.op.consent(&attempt.authorize_url, "alice"));
    let answer = browser.complete(ACME, &query, &attempt.verifier).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    stage
        .op
        .mint_refreshed(move |draft| draft.claim("nonce", json!(nonce)).sign());
    stage.clock.advance(3590);
    let answer = browser.refresh().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
}

#[tokio::test]
async fn a_refreshed_token_that_cannot_be_looked_at_costs_no_connection() {
    let _row = row("N6/keys-away");
    let stage = Stage::new().await;
    let mut browser = stage.accepts("alice").await;
    stage
        .op
        .mint_refreshed(|draft| draft.with_key(&KEYS.rsa[1], "RS256").sign());
    stage.op.reply(
        Endpoint::Jwks,
        Reply::text(503, "text/plain", "in maintenance"),
    );
    stage.clock.advance(3590);
    let cookie = browser.cookies[TOKENS].clone();
    let answer = browser.refresh().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_ne!(
        browser.cookies[TOKENS], cookie,
        "the rotated tokens are kept"
    );
    // The provider complains about a refresh token that comes a second time.
    stage.op.recover(Endpoint::Jwks);
    stage.op.keys(vec![KEYS.rsa[1].jwk()]);
    stage.clock.advance(3590);
    assert_eq!(browser.refresh().await.status.as_u16(), 200);
    assert_eq!(stage.op.complaints(), [""; 0]);
}

#[tokio::test]
async fn userinfo_that_says_less_takes_nothing_away() {
    let _row = row("N6/silent-userinfo");
    let (stage, mut browser) = due().await;
    let before = browser.session().await["account"].clone();
    assert!(
        before["name"].is_string() && before["email"].is_string(),
        "{before}"
    );
    stage.op.userinfo(|told| {
        let told = told.as_object_mut().expect("an object");
        told.retain(|name, _| name == "sub");
    });
    assert_eq!(browser.refresh().await.status.as_u16(), 200);
    assert_eq!(browser.session().await["account"], before);
}
