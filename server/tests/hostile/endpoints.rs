//! Token endpoint, userinfo and revocation: answers that are wrong in one place, and what the
//! server sends there.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::provider::{Calls, Endpoint};
use crate::raw::Reply;
use crate::report::row;
use crate::stage::{ACME, SESSION, Stage};

const ERROR: (u16, &str) = (502, "provider_error");
const UNAVAILABLE: (u16, &str) = (503, "provider_unavailable");

/// Text that no person may ever see.
const EVIL: &str = "<b>call 0800-EVIL</b>";

/// Refuses every token answer in which `name` has one of `values`; `None` leaves it out.
async fn token_answers_are_refused(
    stage: &Stage,
    refusal: (u16, &str),
    name: &'static str,
    values: impl IntoIterator<Item = Option<Value>>,
) {
    for value in values {
        let told: String = format!("{name}: {value:?}").chars().take(120).collect();
        stage.op.token(move |token| {
            let token = token.as_object_mut().expect("an object");
            match &value {
                Some(value) => drop(token.insert(name.to_owned(), value.clone())),
                None => drop(token.remove(name)),
            }
        });
        stage.refuses(&told, refusal, Calls::TOKEN).await;
    }
    stage.op.token(|_| {});
}

#[tokio::test]
async fn a_token_answer_without_a_bearer_token_is_refused() {
    let _row = row("G1");
    let stage = Stage::warm().await;
    let tokens = [
        None,
        Some(json!(7)),
        Some(json!("")),
        Some(json!(null)),
        Some(json!(["a"])),
    ];
    token_answers_are_refused(&stage, ERROR, "access_token", tokens).await;
    let types = [
        None,
        Some(json!("mac")),
        Some(json!("DPoP")),
        Some(json!("N_A")),
        Some(json!("")),
        Some(json!(7)),
        Some(json!(null)),
        Some(json!("Bearer ")),
    ];
    token_answers_are_refused(&stage, ERROR, "token_type", types).await;
    stage.accepts("bob").await;
}

#[tokio::test]
async fn a_token_type_in_any_letters_is_accepted() {
    let _row = row("G2");
    let stage = Stage::new().await;
    stage
        .op
        .token(|token| token["token_type"] = json!("bEARER"));
    stage.accepts("alice").await;
}

#[tokio::test]
async fn odd_lifetimes_neither_panic_nor_outlive_reason() {
    let _row = row("G3");
    for (told, value) in [
        ("absent", None),
        ("0", Some(json!(0))),
        ("-1", Some(json!(-1))),
        ("\"3600\"", Some(json!("3600"))),
        ("1e12", Some(json!(1e12))),
        ("a huge integer", Some(json!(u64::MAX))),
        ("a fraction", Some(json!(3600.5))),
        ("null", Some(json!(null))),
        ("a list", Some(json!([3600]))),
        ("a word", Some(json!("soon"))),
    ] {
        let stage = Stage::new().await;
        stage.op.token(move |token| {
            let token = token.as_object_mut().expect("an object");
            match &value {
                Some(value) => drop(token.insert("expires_in".to_owned(), value.clone())),
                None => drop(token.remove("expires_in")),
            }
        });
        let (mut browser, answer) = stage.try_sign_in("alice").await;
        if told == "absent" || answer.status.as_u16() == 200 {
            assert_eq!(answer.status.as_u16(), 200, "{told}: {}", answer.text);
            let again = browser.refresh().await;
            assert_eq!(again.status.as_u16(), 200, "{told}: {}", again.text);
            let until = again.json()["access_expires_at"].as_i64().expect("a time");
            // A day at the most, whatever was said.
            let life = until - stage.clock.now();
            assert!((0..=86_400).contains(&life), "{told}: {life} s");
        } else {
            stage.refused(&mut browser, &answer, 0, ERROR, told).await;
        }
    }
}

#[tokio::test]
async fn other_scopes_than_asked_for_do_not_break_the_sign_in() {
    let _row = row("G4");
    for (value, expected) in [
        (Some(json!("openid")), Some(vec!["openid"])),
        (
            Some(json!("openid email profile everything")),
            Some(vec!["openid", "email", "profile", "everything"]),
        ),
        (None, Some(vec!["openid", "email", "profile"])),
        (Some(json!(["openid", "email"])), None),
        (Some(json!(7)), None),
        (Some(json!(null)), None),
    ] {
        let stage = Stage::new().await;
        let told = format!("{value:?}");
        stage.op.token(move |token| {
            let token = token.as_object_mut().expect("an object");
            match &value {
                Some(value) => drop(token.insert("scope".to_owned(), value.clone())),
                None => drop(token.remove("scope")),
            }
        });
        let (mut browser, answer) = stage.try_sign_in("alice").await;
        let Some(expected) = expected else {
            assert!(
                [200, 502].contains(&answer.status.as_u16()),
                "{told}: {answer:?}"
            );
            continue;
        };
        assert_eq!(answer.status.as_u16(), 200, "{told}: {}", answer.text);
        let session = browser.session().await;
        let scopes = session["connections"][0]["scopes"]
            .as_array()
            .expect("scopes")
            .clone();
        for scope in expected.iter().filter(|scope| **scope != "everything") {
            assert!(scopes.contains(&json!(scope)), "{told}: {session}");
        }
    }
}

#[tokio::test]
async fn a_token_answer_without_an_id_token_is_refused() {
    let _row = row("G5");
    let stage = Stage::warm().await;
    for value in [
        None,
        Some(json!(null)),
        Some(json!(7)),
        Some(json!("")),
        Some(json!(["a.b.c"])),
    ] {
        let told = format!("{value:?}");
        stage.op.token(move |token| {
            let token = token.as_object_mut().expect("an object");
            match &value {
                Some(value) => drop(token.insert("id_token".to_owned(), value.clone())),
                None => drop(token.remove("id_token")),
            }
        });
        let accounts = stage.accounts().await;
        let before = stage.op.calls();
        let (mut browser, answer) = stage.try_sign_in("mallory").await;
        let refusal = answer.refusal();
        let known = [
            (401, "id_token_invalid".to_owned()),
            (502, "provider_error".to_owned()),
        ];
        assert!(known.contains(&refusal), "{told}: {refusal:?}");
        stage
            .refused(
                &mut browser,
                &answer,
                accounts,
                (refusal.0, &refusal.1),
                &told,
            )
            .await;
        assert_eq!(stage.op.calls().since(before), Calls::TOKEN, "{told}");
    }
}

#[tokio::test]
async fn an_id_token_of_a_provider_without_openid_is_ignored() {
    let _row = row("G5/OAuth");
    let stage = Stage::oauth_only().await;
    let me = json!({"id": "listener", "account_id": "listener", "display_name": "A Listener"});
    stage.op.reply(Endpoint::Userinfo, Reply::json(200, &me));
    // It would be wrong in every place, if anybody looked at it.
    stage.op.mint(|_| "not.a.token".to_owned());
    stage.op.token(|token| {
        token["id_token"] = json!("not.a.token");
        token["scope"] = json!("");
    });
    let (mut browser, answer) = stage.try_sign_in("mallory").await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let identity = browser.session().await["identities"][0].clone();
    assert_eq!(identity["subject"], "listener");
    let calls = stage.op.calls();
    assert_eq!((calls.discovery, calls.jwks), (0, 0));
}

#[tokio::test]
async fn errors_of_the_token_endpoint_become_codes_of_ours() {
    let _row = row("G6");
    let body = |error: &str| json!({"error": error, "error_description": EVIL, "error_uri": "https://evil.example/"});
    let rejected = (400, "code_rejected");
    for (told, refusal, reply) in [
        (
            "400 invalid_grant",
            rejected,
            Reply::json(400, &body("invalid_grant")),
        ),
        (
            "400 invalid_request",
            ERROR,
            Reply::json(400, &body("invalid_request")),
        ),
        (
            "400 invalid_client",
            ERROR,
            Reply::json(400, &body("invalid_client")),
        ),
        (
            "401 invalid_client",
            ERROR,
            Reply::json(401, &body("invalid_client")),
        ),
        ("400 of its own", ERROR, Reply::json(400, &body(EVIL))),
        (
            "400 without JSON",
            ERROR,
            Reply::text(400, "text/html", EVIL),
        ),
        (
            "429",
            UNAVAILABLE,
            Reply::json(429, &body("slow_down")).with("retry-after", "7"),
        ),
        ("500", UNAVAILABLE, Reply::json(500, &body("server_error"))),
        ("502", UNAVAILABLE, Reply::text(502, "text/html", EVIL)),
        ("503", UNAVAILABLE, Reply::text(503, "text/plain", EVIL)),
        (
            "200 with an error",
            rejected,
            Reply::json(200, &body("invalid_grant")),
        ),
        (
            "200 with another error",
            ERROR,
            Reply::json(200, &body("unauthorized_client")),
        ),
        ("404", ERROR, Reply::text(404, "text/html", EVIL)),
    ] {
        let stage = Stage::warm().await;
        stage.op.reply(Endpoint::Token, reply);
        let answer = stage.refuses(told, refusal, Calls::TOKEN).await;
        let shown = format!("{} {:?}", answer.text, answer.headers);
        assert!(
            !shown.contains("EVIL") && !shown.contains("evil.example"),
            "{told}: {shown}"
        );
    }
}

#[tokio::test]
async fn a_token_that_cannot_stand_in_a_header_is_refused() {
    let _row = row("G7");
    let stage = Stage::warm().await;
    let values = [
        "a\r\nx-evil: 1",
        "a\nb",
        "a\u{0}b",
        "a b",
        " a",
        "a\tb",
        "ä",
        "\u{202e}a",
        "a\u{7f}",
    ]
    .map(|value| Some(json!(value)));
    token_answers_are_refused(&stage, ERROR, "access_token", values).await;
    // Longer than a token may be, and shorter than an answer may be.
    let long = [Some(json!("a".repeat(100 * 1024)))];
    token_answers_are_refused(&stage, ERROR, "access_token", long).await;
    let refresh = ["a\r\nb", "a\u{0}b"].map(|value| Some(json!(value)));
    token_answers_are_refused(&stage, ERROR, "refresh_token", refresh).await;
    stage.accepts("bob").await;
}

#[tokio::test]
async fn userinfo_that_contradicts_or_makes_no_sense_is_refused() {
    let _row = row("G8");
    let mismatch = (401, "userinfo_mismatch");
    let calls = Calls {
        userinfo: 1,
        ..Calls::TOKEN
    };
    let stage = Stage::warm().await;
    for sub in [
        Some(json!("alice")),
        Some(json!("mallory1")),
        Some(json!("mallor")),
        Some(json!("MALLORY")),
        Some(json!("")),
        Some(json!(null)),
        Some(json!(7)),
        Some(json!(["mallory"])),
        None,
    ] {
        let told = format!("sub {sub:?}");
        stage.op.userinfo(move |userinfo| {
            let userinfo = userinfo.as_object_mut().expect("an object");
            match &sub {
                Some(sub) => drop(userinfo.insert("sub".to_owned(), sub.clone())),
                None => drop(userinfo.remove("sub")),
            }
        });
        stage.refuses(&told, mismatch, calls).await;
    }
    stage.op.userinfo(|_| {});
    let right = json!({"sub": "mallory", "name": "Mallory"});
    let twice = br#"{"sub":"alice","sub":"mallory"}"#.to_vec();
    for (told, reply) in [
        ("a list", Reply::json(200, &json!([right]))),
        ("a JWT", Reply::text(200, "application/jwt", "e30.e30.")),
        ("sub twice", Reply::text(200, "application/json", twice)),
        ("302", Reply::redirect(302, &stage.op.elsewhere())),
        ("400", Reply::json(400, &right)),
        (
            "401",
            Reply::json(401, &right).with("www-authenticate", "Bearer error=invalid_token"),
        ),
        ("403", Reply::json(403, &right)),
        ("HTML", Reply::text(200, "text/html", EVIL)),
    ] {
        stage.op.reply(Endpoint::Userinfo, reply);
        stage.refuses(told, ERROR, calls).await;
    }
    stage.op.recover(Endpoint::Userinfo);
    stage.accepts("bob").await;
}

#[tokio::test]
async fn a_picture_that_is_no_https_address_is_dropped() {
    let _row = row("G9");
    for picture in [
        json!("javascript:alert(1)"),
        json!("JaVaScRiPt:alert(1)"),
        json!("data:text/html,<script>alert(1)</script>"),
        json!("data:image/svg+xml,<svg onload=alert(1)>"),
        json!("http://pictures.example/a.png"),
        json!("//pictures.example/a.png"),
        json!("/api/sign-out"),
        json!("https://someone:secret@pictures.example/a.png"),
        json!(format!("https://pictures.example/{}", "a".repeat(10_000))),
        json!("blob:https://pictures.example/a"),
        json!(""),
        json!(7),
        json!(["https://pictures.example/a.png"]),
        json!({"url": "https://pictures.example/a.png"}),
        json!("https://pictures.example/a.png\" onerror=\"alert(1)"),
    ] {
        let told: String = picture.to_string().chars().take(80).collect();
        let stage = Stage::new().await;
        stage
            .op
            .userinfo(move |userinfo| userinfo["picture"] = picture.clone());
        let mut browser = stage.accepts("alice").await;
        let shown = browser.session().await["account"]["picture"].clone();
        if told.contains("onerror") {
            let text = shown.as_str().unwrap_or_default().to_owned();
            assert!(!text.contains('"') && !text.contains(' '), "{told}: {text}");
        } else {
            assert_eq!(shown, Value::Null, "{told}");
        }
    }
}

#[tokio::test]
async fn a_picture_of_any_host_cannot_be_loaded_past_the_content_security_policy() {
    let _row = row("G9/tracking");
    let stage = Stage::new().await;
    stage.op.userinfo(|userinfo| {
        userinfo["picture"] = json!("https://tracker.example/pixel.gif?who=alice");
    });
    let mut browser = stage.accepts("alice").await;
    let shown = browser.session().await["account"]["picture"].clone();
    let page = browser.page("/").await;
    let policy = page
        .header("content-security-policy")
        .expect("a policy")
        .to_owned();
    let images = policy
        .split(';')
        .find(|directive| directive.trim().starts_with("img-src"))
        .expect("img-src")
        .to_owned();
    for wide in ["*", "https:", "http:"] {
        assert!(!images.split(' ').any(|source| source == wide), "{images}");
    }
    if shown.is_string() {
        // It may be told to the page; then the policy must be what keeps it from being asked.
        assert!(!images.contains("tracker.example"), "{images}");
    }
}

#[tokio::test]
async fn a_revocation_that_fails_does_not_keep_anybody_connected() {
    let _row = row("G10");
    let mut cases = Vec::new();
    for (told, reply) in [
        ("500", Some(Reply::json(500, &json!({})))),
        ("a reset", Some(Reply::Reset)),
        ("nothing", Some(Reply::Hang(Vec::new()))),
        (
            "a redirect",
            Some(Reply::redirect(302, "https://evil.example/")),
        ),
        (
            "invalid_token",
            Some(Reply::json(400, &json!({"error": "invalid_token"}))),
        ),
        ("absent", None),
    ] {
        cases.push(async move {
            let stage = Stage::new().await;
            match reply {
                Some(reply) => stage.op.reply(Endpoint::Revocation, reply),
                None => stage.op.metadata(|metadata| {
                    metadata
                        .as_object_mut()
                        .expect("an object")
                        .remove("revocation_endpoint");
                }),
            }
            let mut leaving = stage.accepts("alice").await;
            let mut ending = leaving.clone();
            let answer = leaving
                .post("/api/disconnect", json!({"provider": ACME}))
                .await;
            assert_eq!(answer.status.as_u16(), 200, "{told}: {}", answer.text);
            let session = leaving.session().await;
            assert_eq!(session["connections"], json!([]), "{told}: {session}");
            let answer = ending.sign_out().await;
            assert_eq!(answer.status.as_u16(), 200, "{told}: {}", answer.text);
            assert!(answer.clears(SESSION), "{told}");
            assert!(!ending.is_signed_in().await, "{told}");
            assert_eq!(stage.op.calls().elsewhere, 0, "{told}");
        });
    }
    join_all(cases).await;
}

#[tokio::test]
async fn requests_to_a_provider_give_nothing_away() {
    let _row = row("G11");
    let stage = Stage::new().await;
    stage.op.header("set-cookie", "tracking=1; Path=/");
    stage.op.header("link", "</op/elsewhere>; rel=preload");
    stage.op.header("alt-svc", "h3=\":443\"");
    let mut browser = stage.accepts("alice").await;
    stage.clock.advance(3590);
    let answer = browser.refresh().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    stage.accepts("bob").await;
    let log = stage.op.log();
    assert!(log.len() >= 6, "{log:?}");
    let secrets = stage.op.secrets();
    for (endpoint, asked) in &log {
        let told = format!("{endpoint:?}: {asked:?}");
        assert_ne!(*endpoint, Endpoint::Elsewhere, "{told}");
        assert_eq!(asked.header("cookie"), None, "{told}");
        for name in ["referer", "origin", "x-forwarded-for", "forwarded", "via"] {
            assert_eq!(asked.header(name), None, "{told}");
        }
        let agent = asked.header("user-agent").unwrap_or_default();
        assert!(agent.starts_with("stagedoor/"), "{told}");
        for secret in &secrets {
            assert!(!asked.target.contains(secret.as_str()), "{told}");
        }
    }
    assert_eq!(stage.op.complaints(), [""; 0]);
}
