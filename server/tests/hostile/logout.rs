//! Ending a session: from here with the provider told by the browser, and from the provider by the
//! back channel.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::id_token::{BACK_CHANNEL_LOGOUT, Draft, parts, resigned};
use crate::keys::KEYS;
use crate::provider::{CLIENT_ID, Calls};
use crate::report::row;
use crate::stage::{Answer, Browser, NOW, ORIGIN, SESSION, Stage, from_base64url};

const PATH: &str = "/api/backchannel-logout/acme";
const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody who is signed in at a provider that names its sessions.
async fn signed_in() -> (Stage, Browser) {
    let stage = Stage::new().await;
    let browser = sign_in(&stage, "alice", "sid-1").await;
    (stage, browser)
}

async fn sign_in(stage: &Stage, subject: &'static str, sid: &'static str) -> Browser {
    stage
        .op
        .mint(move |draft| draft.claim("sid", json!(sid)).sign());
    stage.accepts(subject).await
}

/// The provider tells the server that somebody signed out there.
async fn told(stage: &Stage, token: &str) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("logout_token", token)
        .finish();
    let answer = stage.browser().back_channel(PATH, FORM, &body).await;
    let caching = answer.header("cache-control").unwrap_or_default();
    assert!(caching.contains("no-store"), "{answer:?}");
    assert_eq!(answer.set_names(), [""; 0]);
    answer
}

/// A logout token that is refused, and ends nothing.
async fn is_refused(what: &str, forge: impl FnOnce(Draft) -> String) {
    let (stage, mut browser) = signed_in().await;
    let before = stage.op.calls();
    let token = forge(stage.op.logout_token(Some("alice"), Some("sid-1")));
    let answer = told(&stage, &token).await;
    assert_eq!(answer.status.as_u16(), 400, "{what}: {}", answer.text);
    assert!(browser.is_signed_in().await, "{what}");
    let calls = stage.op.calls().since(before);
    assert_eq!(Calls { jwks: 0, ..calls }, Calls::NONE, "{what}");
    assert!(calls.jwks <= 1, "{what}: {calls:?}");
}

/// A logout token that is heeded.
async fn is_heeded(what: &str, forge: impl FnOnce(Draft) -> String) {
    let (stage, mut browser) = signed_in().await;
    let token = forge(stage.op.logout_token(Some("alice"), Some("sid-1")));
    let answer = told(&stage, &token).await;
    assert_eq!(answer.status.as_u16(), 200, "{what}: {}", answer.text);
    assert!(!browser.is_signed_in().await, "{what}");
}

/// The parameters of an address.
fn parameters(url: &str, name: &str) -> Vec<String> {
    let url = url::Url::parse(url).expect("an address");
    let values = url.query_pairs().filter(|(known, _)| known == name);
    values.map(|(_, value)| value.into_owned()).collect()
}

#[tokio::test]
async fn signing_out_leads_to_the_end_session_endpoint() {
    let _row = row("occt-rp-init-logout");
    let (stage, mut browser) = signed_in().await;
    let before = stage.op.calls();
    let answer = browser.sign_out().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert!(answer.clears(SESSION));
    assert!(
        !browser.is_signed_in().await,
        "it is over here before anybody goes there"
    );
    assert_eq!(stage.op.calls().since(before), Calls::NONE);
    let url = answer.json()["end_session_url"]
        .as_str()
        .expect("an address")
        .to_owned();
    let endpoint = format!("{}/end-session?", stage.op.issuer());
    assert!(url.starts_with(&endpoint), "{url}");
    let hint = parameters(&url, "id_token_hint").concat();
    let claims = from_base64url(&parts(&hint)[1]);
    let claims: Value = serde_json::from_slice(&claims).expect("claims");
    assert_eq!(
        (&claims["sub"], &claims["sid"]),
        (&json!("alice"), &json!("sid-1"))
    );
    let back = parameters(&url, "post_logout_redirect_uri");
    assert_eq!(back.len(), 1, "{url}");
    assert!(
        [format!("{ORIGIN}/"), ORIGIN.to_owned()].contains(&back[0]),
        "{url}"
    );
    // And the return from there: a page like any other.
    let page = parameters(&url, "state").concat();
    let page = browser.page(&format!("/?state={page}")).await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(!browser.is_signed_in().await);
}

/// Comes back from the provider to this page, with nothing revived and nothing broken.
async fn return_is_harmless(paths: &[&str]) {
    let (stage, mut browser) = signed_in().await;
    let old = browser.clone();
    let answer = browser.sign_out().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let before = stage.op.calls();
    for path in paths {
        for mut browser in [browser.clone(), old.clone()] {
            let page = browser.page(path).await;
            assert_eq!(page.status.as_u16(), 200, "{path}");
            assert_eq!(page.header("location"), None, "{path}");
            assert_eq!(page.set_names(), [""; 0], "{path}");
            assert!(!browser.is_signed_in().await, "{path}");
        }
    }
    assert_eq!(stage.op.calls().since(before), Calls::NONE);
}

#[tokio::test]
async fn a_return_from_sign_out_with_another_state_is_harmless() {
    let _row = row("occt-rp-init-logout-other-state");
    return_is_harmless(&[
        "/?state=made-up_INVALID",
        "/?state=a&state=b",
        "/?state=%00",
    ])
    .await;
}

#[tokio::test]
async fn a_return_from_sign_out_without_state_is_harmless() {
    let _row = row("occt-rp-init-logout-no-state");
    return_is_harmless(&["/", "/?", "/?state="]).await;
}

#[tokio::test]
async fn a_logout_token_ends_the_session() {
    let _row = row("occt-rp-backchannel-rpinitlogout");
    is_heeded("with a claim nobody knows", |draft| {
        draft.claim("a_claim_of_the_future", json!({"x": 1})).sign()
    })
    .await;
    for typ in ["logout+jwt", "JWT", "application/logout+jwt"] {
        is_heeded(typ, |draft| draft.head("typ", json!(typ)).sign()).await;
    }
    is_heeded("no typ", |draft| draft.headless("typ").sign()).await;
    is_heeded("aud in a list", |draft| {
        draft.claim("aud", json!([CLIENT_ID])).sign()
    })
    .await;
}

#[tokio::test]
async fn an_unsigned_logout_token_is_refused() {
    let _row = row("occt-rp-backchannel-rpinitlogout-alg-none");
    is_refused("alg none", |draft| {
        draft
            .head("alg", json!("none"))
            .headless("kid")
            .with_signature(&[])
    })
    .await;
    is_refused("alg none, a signature", |draft| {
        draft.head("alg", json!("none")).sign_as("RS256")
    })
    .await;
    is_refused("a broken signature", |draft| {
        resigned(&draft.sign(), |signature| signature[7] ^= 0x5a)
    })
    .await;
    is_refused("another key", |draft| {
        draft.signed_by(&KEYS.attacker).sign()
    })
    .await;
}

#[tokio::test]
async fn a_logout_token_without_an_event_is_refused() {
    let _row = row("occt-rp-backchannel-rpinitlogout-no-event");
    is_refused("no events", |draft| draft.without("events").sign()).await;
    is_refused("empty events", |draft| {
        draft.claim("events", json!({})).sign()
    })
    .await;
}

#[tokio::test]
async fn a_logout_token_with_another_event_is_refused() {
    let _row = row("occt-rp-backchannel-rpinitlogout-wrong-event");
    for events in [
        json!({"http://schemas.openid.net/event/foobar": {}}),
        json!({format!("{BACK_CHANNEL_LOGOUT}1"): {}}),
        json!({BACK_CHANNEL_LOGOUT: null}),
        json!({BACK_CHANNEL_LOGOUT: true}),
        json!([BACK_CHANNEL_LOGOUT]),
        json!(BACK_CHANNEL_LOGOUT),
    ] {
        let what = events.to_string();
        is_refused(&what, |draft| draft.claim("events", events).sign()).await;
    }
}

#[tokio::test]
async fn a_logout_token_with_a_nonce_is_refused() {
    let _row = row("occt-rp-backchannel-rpinitlogout-with-nonce");
    for nonce in [json!("a nonce"), json!(""), json!(null)] {
        let what = format!("nonce {nonce}");
        is_refused(&what, |draft| draft.claim("nonce", nonce).sign()).await;
    }
}

#[tokio::test]
async fn a_logout_token_of_another_algorithm_is_refused() {
    let _row = row("occt-rp-backchannel-rpinitlogout-wrong-alg");
    is_refused("ES256", |draft| {
        draft.with_key(&KEYS.p256[0], "ES256").sign()
    })
    .await;
    is_refused("PS256", |draft| {
        draft.with_key(&KEYS.rsa[0], "PS256").sign()
    })
    .await;
    is_refused("HS256", |draft| {
        draft.head("alg", json!("HS256")).hs256(&KEYS.rsa[0].spki())
    })
    .await;
}

#[tokio::test]
async fn a_logout_token_for_another_client_is_refused() {
    let _row = row("occt-rp-backchannel-rpinitlogout-wrong-aud");
    for aud in [
        json!(format!("{CLIENT_ID}INVALID")),
        json!([CLIENT_ID, "other"]),
        json!([]),
        json!(null),
    ] {
        let what = format!("aud {aud}");
        is_refused(&what, |draft| draft.claim("aud", aud).sign()).await;
    }
    is_refused("no aud", |draft| draft.without("aud").sign()).await;
}

#[tokio::test]
async fn a_logout_token_of_another_issuer_is_refused() {
    let _row = row("occt-rp-backchannel-rpinitlogout-wrong-iss");
    is_refused("iss", |draft| {
        let wrong = format!(
            "{}INVALID",
            draft.claims["iss"].as_str().unwrap_or_default()
        );
        draft.claim("iss", json!(wrong)).sign()
    })
    .await;
    is_refused("no iss", |draft| draft.without("iss").sign()).await;
}

#[tokio::test]
async fn signing_out_clears_every_cookie_for_good() {
    let _row = row("N10");
    let (_stage, mut browser) = signed_in().await;
    let mut old = browser.clone();
    let set: Vec<String> = browser.cookies.keys().cloned().collect();
    assert!(set.len() >= 2, "{set:?}");
    let answer = browser.sign_out().await;
    for name in &set {
        assert!(answer.clears(name), "{name}: {answer:?}");
    }
    for line in answer.headers.get_all("set-cookie") {
        let line = line.to_str().expect("text");
        for attribute in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(line.contains(attribute), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
    assert!(
        !old.is_signed_in().await,
        "a copied cookie is worth nothing"
    );
    assert_eq!(
        old.refresh().await.refusal(),
        (401, "signed_out".to_owned())
    );
}

#[tokio::test]
async fn signing_out_works_with_and_without_a_hint() {
    let _row = row("N11");
    // A provider without the endpoint.
    let stage = Stage::new().await;
    stage.op.metadata(|metadata| {
        metadata
            .as_object_mut()
            .expect("an object")
            .remove("end_session_endpoint");
    });
    let mut browser = stage.accepts("alice").await;
    let answer = browser.sign_out().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_eq!(answer.json().get("end_session_url"), None);
    assert!(!browser.is_signed_in().await);
    // A long ID token is a hint where there is room for it, and no hindrance where there is none.
    for (length, hinted) in [(2000, true), (8000, false)] {
        let stage = Stage::new().await;
        stage
            .op
            .mint(move |draft| draft.claim("groups", json!("g".repeat(length))).sign());
        let mut browser = stage.accepts("alice").await;
        let answer = browser.sign_out().await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        let json = answer.json();
        let url = json["end_session_url"].as_str().expect("an address");
        assert_eq!(
            !parameters(url, "id_token_hint").is_empty(),
            hinted,
            "{url}"
        );
        assert!(!browser.is_signed_in().await);
    }
    // An endpoint that has a query of its own keeps it.
    let (stage, mut browser) = {
        let stage = Stage::new().await;
        let own = format!("{}/end-session?tenant=a%20b", stage.op.issuer());
        stage
            .op
            .metadata(|metadata| metadata["end_session_endpoint"] = json!(own));
        let browser = stage.accepts("alice").await;
        (stage, browser)
    };
    let answer = browser.sign_out().await;
    let url = answer.json()["end_session_url"]
        .as_str()
        .expect("an address")
        .to_owned();
    assert_eq!(parameters(&url, "tenant"), ["a b"], "{url}");
    assert_eq!(
        parameters(&url, "post_logout_redirect_uri").len(),
        1,
        "{url}"
    );
    // The hint is in the body alone.
    let hint = parameters(&url, "id_token_hint").concat();
    assert!(!hint.is_empty() && !format!("{:?}", answer.headers).contains(&hint));
    // Whoever is not signed in is told of no endpoint.
    let answer = stage.browser().sign_out().await;
    assert_eq!(answer.json().get("end_session_url"), None);
}

#[tokio::test]
async fn the_back_channel_ends_the_sessions_it_names_and_no_others() {
    let _row = row("N12");
    let (stage, mut first) = signed_in().await;
    let mut second = sign_in(&stage, "alice", "sid-2").await;
    let mut bob = sign_in(&stage, "bob", "sid-3").await;
    // One session by its name.
    let token = stage.op.logout_token(None, Some("sid-1")).sign();
    assert_eq!(told(&stage, &token).await.status.as_u16(), 200);
    assert!(!first.is_signed_in().await);
    assert!(second.is_signed_in().await && bob.is_signed_in().await);
    // The session of another person under this one's name: none.
    let token = stage.op.logout_token(Some("alice"), Some("sid-3")).sign();
    let crossed = told(&stage, &token).await.status.as_u16();
    assert!([200, 400].contains(&crossed), "{crossed}");
    assert!(bob.is_signed_in().await, "only that person's sessions end");
    // A session and a person that nobody knows: the answer is the same.
    for (subject, sid) in [(None, Some("sid-9")), (Some("nobody"), None)] {
        let token = stage.op.logout_token(subject, sid).sign();
        assert_eq!(told(&stage, &token).await.status.as_u16(), 200);
    }
    assert!(bob.is_signed_in().await);
    // A person by name: all sessions.
    let mut third = sign_in(&stage, "alice", "sid-4").await;
    let token = stage.op.logout_token(Some("alice"), None).sign();
    assert_eq!(told(&stage, &token).await.status.as_u16(), 200);
    assert!(!second.is_signed_in().await && !third.is_signed_in().await);
    assert!(bob.is_signed_in().await);
}

#[tokio::test]
async fn the_back_channel_takes_one_form_only() {
    let _row = row("N12/form");
    let (stage, mut browser) = signed_in().await;
    let token = stage.op.logout_token(Some("alice"), Some("sid-1")).sign();
    let anybody = stage.browser();
    let form = format!("logout_token={token}");
    for (what, path, content_type, body) in [
        (
            "in the query",
            format!("{PATH}?{form}"),
            FORM,
            String::new(),
        ),
        (
            "as JSON",
            PATH.to_owned(),
            "application/json",
            json!({"logout_token": token}).to_string(),
        ),
        ("as text", PATH.to_owned(), "text/plain", form.clone()),
        ("twice", PATH.to_owned(), FORM, format!("{form}&{form}")),
        ("empty", PATH.to_owned(), FORM, "logout_token=".to_owned()),
        ("no form", PATH.to_owned(), FORM, String::new()),
        (
            "garbage",
            PATH.to_owned(),
            FORM,
            "logout_token=%zz%00".to_owned(),
        ),
        (
            "1 MB",
            PATH.to_owned(),
            FORM,
            format!("{form}&x={}", "x".repeat(1024 * 1024)),
        ),
        (
            "another provider",
            "/api/backchannel-logout/beta".to_owned(),
            FORM,
            form.clone(),
        ),
        (
            "no provider",
            "/api/backchannel-logout/".to_owned(),
            FORM,
            form.clone(),
        ),
    ] {
        let answer = anybody.back_channel(&path, content_type, &body).await;
        let status = answer.status.as_u16();
        assert!(
            [400, 403, 404, 413, 415].contains(&status),
            "{what}: {answer:?}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
        assert!(browser.is_signed_in().await, "{what}");
    }
    let get = Request::builder()
        .method(Method::GET)
        .uri(format!("{PATH}?{form}"))
        .header("host", "127.0.0.1:3000")
        .body(Body::empty())
        .expect("a request");
    let answer = stage.browser().send(get).await;
    assert!(answer.status.is_client_error(), "{answer:?}");
    assert!(browser.is_signed_in().await);
    // After all that the token itself is as good as before, and needs no cookie and no header.
    assert_eq!(told(&stage, &token).await.status.as_u16(), 200);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_logout_token_that_lacks_something_or_comes_again_is_refused() {
    let _row = row("N13");
    is_refused("no iat", |draft| draft.without("iat").sign()).await;
    is_refused("no jti", |draft| draft.without("jti").sign()).await;
    is_refused("an empty jti", |draft| draft.claim("jti", json!("")).sign()).await;
    is_refused("a jti that is a number", |draft| {
        draft.claim("jti", json!(7)).sign()
    })
    .await;
    is_refused("neither sub nor sid", |draft| {
        draft.without("sub").without("sid").sign()
    })
    .await;
    is_refused("empty names", |draft| {
        draft.claim("sub", json!("")).claim("sid", json!("")).sign()
    })
    .await;
    is_refused("ended", |draft| draft.claim("exp", json!(NOW - 301)).sign()).await;
    is_refused("of the future", |draft| {
        draft.claim("iat", json!(NOW + 301)).sign()
    })
    .await;
    is_refused("at+jwt", |draft| draft.head("typ", json!("at+jwt")).sign()).await;
    is_refused("dpop+jwt", |draft| {
        draft.head("typ", json!("dpop+jwt")).sign()
    })
    .await;
    is_refused("crit", |draft| draft.head("crit", json!(["exp"])).sign()).await;
    is_refused("sub twice", |draft| {
        let payload = format!("{{\"sub\":\"bob\",{}", &draft.claims.to_string()[1..]);
        draft.raw(&draft.header.to_string(), &payload, "RS256")
    })
    .await;
    // An ID token is none, though it is signed by the same key.
    is_refused("an ID token", |draft| {
        draft
            .without("events")
            .without("jti")
            .head("typ", json!("JWT"))
            .sign()
    })
    .await;
    // The same one twice: the second ends nothing.
    let (stage, mut browser) = signed_in().await;
    let token = stage.op.logout_token(Some("alice"), None).sign();
    assert_eq!(told(&stage, &token).await.status.as_u16(), 200);
    assert!(!browser.is_signed_in().await);
    let mut again = sign_in(&stage, "alice", "sid-2").await;
    assert_eq!(told(&stage, &token).await.status.as_u16(), 400);
    assert!(again.is_signed_in().await, "a replay ends nothing");
}

#[tokio::test]
async fn the_newer_session_ends_too_where_the_older_has_run_out() {
    let _row = row("N14");
    let (stage, mut older) = signed_in().await;
    // Thirty days without use are its end.
    stage.clock.advance(29 * 86_400);
    let mut newer = sign_in(&stage, "alice", "sid-2").await;
    stage.clock.advance(86_400 + 1);
    assert!(!older.is_signed_in().await, "it has run out");
    assert!(newer.is_signed_in().await);
    let token = stage.op.logout_token(Some("alice"), None).sign();
    assert_eq!(told(&stage, &token).await.status.as_u16(), 200);
    assert!(!newer.is_signed_in().await);
}

#[tokio::test]
async fn nothing_is_renewed_after_the_back_channel_ended_it() {
    let _row = row("N15");
    let (stage, mut browser) = signed_in().await;
    let token = stage.op.logout_token(Some("alice"), Some("sid-1")).sign();
    assert_eq!(told(&stage, &token).await.status.as_u16(), 200);
    stage.clock.advance(3590);
    let before = stage.op.calls();
    let answer = browser.refresh().await;
    assert_eq!(answer.refusal(), (401, "signed_out".to_owned()));
    assert!(!browser.is_signed_in().await);
    assert_eq!(
        stage.op.calls().since(before),
        Calls::NONE,
        "no silent refresh"
    );
    assert!(!browser.session().await["account"].is_object());
}
