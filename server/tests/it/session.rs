//! `GET /api/session` and `POST /api/sign-out`: how a session begins, lives and ends.

use axum::http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Browser, SESSION, Stage, TOKENS, claims};

const DAY_S: i64 = 86_400;

#[tokio::test]
async fn nobody_is_signed_in_without_a_cookie() {
    let stage = Stage::new().await;
    let answer = stage.browser().get("/api/session").await;
    assert_eq!(
        answer.json(),
        json!({"signed_in": false, "identities": [], "connections": []})
    );
    assert!(answer.set_cookies().is_empty());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn the_view_tells_who_it_is_and_never_a_token() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("hanako").await;
    let session = browser.session().await;
    let members = |value: &Value| {
        let mut names: Vec<String> = value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        members(&session),
        [
            "account",
            "connections",
            "identities",
            "recent_until",
            "session_ends_at",
            "signed_in"
        ]
    );
    assert_eq!(
        members(&session["account"]),
        ["created_at", "id", "name", "picture", "roles"]
    );
    assert_eq!(
        members(&session["identities"][0]),
        ["linked_at", "name", "provider", "seen_at", "subject"]
    );
    let connection = [
        "grant_ends_at",
        "granted_at",
        "permissions",
        "provider",
        "renewable",
        "scopes",
    ];
    assert_eq!(members(&session["connections"][0]), connection);
    assert_eq!(session["identities"][0]["subject"], "hanako+yamada/北%2F1");
    assert_eq!(session["session_ends_at"], stage.clock.now() + 30 * DAY_S);
    let claims = claims(&browser.cookies[SESSION]);
    assert_ne!(
        session["account"]["id"], claims["sid"],
        "the session id is not told"
    );
}

#[tokio::test]
async fn a_person_without_a_name_is_signed_in_too() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("newcomer").await;
    let session = browser.session().await;
    assert_eq!(
        (&session["account"]["name"], &session["account"]["picture"]),
        (&Value::Null, &Value::Null)
    );
}

// Its life.

#[tokio::test]
async fn the_session_outlives_its_token() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(700);
    assert_eq!(browser.me().await.status, StatusCode::OK);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn the_token_is_issued_anew_at_the_session_endpoint_alone() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let old = claims(&browser.cookies[SESSION]);
    stage.advance(299);
    assert!(
        !browser.get("/api/session").await.sets(SESSION),
        "it is not due yet"
    );
    stage.advance(1);
    let others = [
        browser.me().await,
        browser.refresh().await,
        browser.page("/profile", "none").await,
        browser.get("/api/spotify/v1/search?q=a&type=artist").await,
        browser.get("/api/nowhere").await,
    ];
    assert!(others.iter().all(|answer| answer.set_cookies().is_empty()));
    let answer = browser.get("/api/session").await;
    assert!(answer.sets(SESSION) && answer.set_cookies().len() == 1);
    let new = claims(&browser.cookies[SESSION]);
    assert_eq!((&old["sid"], &old["sub"]), (&new["sid"], &new["sub"]));
    assert_eq!(new["iat"], stage.clock.now());
    assert_eq!(new["exp"], stage.clock.now() + 600);
    assert!(!browser.get("/api/session").await.sets(SESSION));
}

#[tokio::test]
async fn an_unused_session_ends_after_thirty_days() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(30 * DAY_S - 1);
    assert!(browser.is_signed_in().await);
    let mut other = stage.signed_in("ada").await;
    stage.advance(30 * DAY_S);
    assert!(!other.is_signed_in().await);
    browser.me().await.is_refusal(401, "signed_out");
}

#[tokio::test]
async fn calls_alone_do_not_count_as_use_after_the_end() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(30 * DAY_S);
    stage.control().clear_log();
    browser.me().await.is_refusal(401, "signed_out");
    browser.refresh().await.is_refusal(401, "signed_out");
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_session_in_use_ends_after_180_days() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let opened_at = stage.clock.now();
    for _ in 0..8 {
        stage.advance(20 * DAY_S);
        let session = browser.session().await;
        assert_eq!(session["signed_in"], true);
        let ends_at = session["session_ends_at"].as_i64().expect("a time");
        assert!(
            ends_at <= opened_at + 180 * DAY_S,
            "use does not move the last day"
        );
    }
    stage.advance(20 * DAY_S - 60);
    let answer = browser.get("/api/session").await;
    assert_eq!(answer.json()["signed_in"], true);
    let line = answer.set_cookie(SESSION).expect("a new token");
    assert!(line.ends_with("Max-Age=60"), "{line}");
    assert_eq!(
        claims(&browser.cookies[SESSION])["exp"],
        opened_at + 180 * DAY_S
    );
    stage.advance(60);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn other_lives_can_be_set() {
    let settings = [
        ("STAGEDOOR_SESSION_IDLE", "1h"),
        ("STAGEDOOR_SESSION_MAX", "2h"),
    ];
    let stage = Stage::with_settings(&settings).await;
    let mut idle = stage.signed_in("ada").await;
    let mut used = stage.signed_in("ada").await;
    stage.advance(3000);
    assert!(used.is_signed_in().await);
    stage.advance(3000);
    assert!(!idle.is_signed_in().await && used.is_signed_in().await);
    stage.advance(1200);
    assert!(!used.is_signed_in().await);
}

#[tokio::test]
async fn a_session_that_is_purged_is_over() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(31 * DAY_S);
    stage.world.tidy().await;
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn tidying_up_ends_nothing_that_is_alive() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(29 * DAY_S);
    stage.world.tidy().await;
    assert!(browser.is_connected().await);
}

#[tokio::test]
async fn a_clock_that_goes_back_throws_nobody_out() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.clock.advance(-30);
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.me().await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_year_2038_is_a_year_like_others() {
    let stage = Stage::new().await;
    stage.advance(2_200_000_000 - stage.clock.now());
    let mut browser = stage.signed_in("ada").await;
    stage.advance(400);
    assert!(browser.is_connected().await);
    assert_eq!(
        browser.session().await["session_ends_at"],
        stage.clock.now() + 30 * DAY_S
    );
}

// Its beginning.

#[tokio::test]
async fn every_sign_in_takes_a_new_session_and_ends_the_old_one() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut planted = browser.clone();
    let old = claims(&browser.cookies[SESSION]);
    // The same person again: a session that somebody else may know is not taken over.
    browser.sign_in("ada").await;
    let new = claims(&browser.cookies[SESSION]);
    assert_eq!(old["sub"], new["sub"]);
    assert_ne!(old["sid"], new["sid"]);
    assert!(browser.is_connected().await);
    let answer = planted.get("/api/session").await;
    assert_eq!(answer.json()["signed_in"], false);
    planted.cookies = [(SESSION.to_owned(), browser.cookies[SESSION].clone())].into();
    planted.me().await.is_refusal(409, "not_connected");
}

#[tokio::test]
async fn a_planted_session_is_not_carried_into_the_next() {
    let stage = Stage::new().await;
    let mut attacker = stage.signed_in("hanako").await;
    let mut victim = stage.browser();
    victim.cookies = attacker.cookies.clone();
    victim.sign_in("ada").await;
    assert!(
        !attacker.is_signed_in().await,
        "the planted session is dead"
    );
    attacker.me().await.is_refusal(401, "signed_out");
    let session = victim.session().await;
    assert_eq!(session["account"]["name"], "Ada Lindqvist");
    let answer = victim.me().await.json();
    assert_eq!(
        answer["display_name"], "Ada Lindqvist",
        "and so are its tokens"
    );
}

#[tokio::test]
async fn the_old_session_stays_dead_after_a_restart() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let old = browser.cookies.clone();
    browser.sign_in("ada").await;
    let stage = stage.restarted().await;
    let mut planted = stage.browser();
    planted.cookies = old;
    assert!(!planted.is_signed_in().await);
    planted.cookies = browser.cookies.clone();
    assert!(planted.is_connected().await);
}

#[tokio::test]
async fn a_late_answer_does_not_touch_the_next_session() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let late = browser.clone();
    browser.sign_in("hanako").await;
    // Requests that left before the sign-in are answered after it.
    for seconds in [0, 3600, 31 * DAY_S] {
        stage.advance(seconds);
        let answers = [
            late.clone().get("/api/session").await,
            late.clone().me().await,
            late.clone().refresh().await,
            late.clone().page("/", "none").await,
        ];
        for answer in answers {
            assert!(answer.set_cookies().is_empty(), "{answer:?}");
        }
    }
}

// Its end.

#[tokio::test]
async fn a_sign_out_ends_it_and_clears_every_cookie() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let answer = browser.sign_out(false).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({})));
    assert!(answer.clears(SESSION) && answer.clears(TOKENS));
    assert!(browser.cookies.is_empty());
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_cookie_kept_from_before_a_sign_out_is_refused() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut replay = browser.clone();
    let kept = browser.cookies.clone();
    browser.sign_out(false).await;
    stage.control().clear_log();
    // At once, while its token would still speak for itself, and later.
    for seconds in [0, 1, 599, 1, 3600] {
        stage.advance(seconds);
        replay.cookies = kept.clone();
        replay.me().await.is_refusal(401, "signed_out");
        replay.refresh().await.is_refusal(401, "signed_out");
        let answer = replay.get("/api/session").await;
        assert_eq!(answer.json()["signed_in"], false, "after {seconds} s");
        assert!(answer.set_cookies().is_empty());
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn a_cookie_kept_from_before_a_sign_out_is_refused_after_a_restart() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let kept = browser.cookies.clone();
    browser.sign_out(false).await;
    let stage = stage.restarted().await;
    let mut replay = stage.browser();
    replay.cookies = kept;
    replay.me().await.is_refusal(401, "signed_out");
    assert!(!replay.is_signed_in().await);
}

#[tokio::test]
async fn a_sign_out_ends_this_browser_alone() {
    let stage = Stage::new().await;
    let mut here = stage.signed_in("ada").await;
    let mut there = stage.signed_in("ada").await;
    here.sign_out(false).await;
    assert!(there.is_connected().await && !here.is_signed_in().await);
}

#[tokio::test]
async fn a_sign_out_everywhere_ends_every_browser_of_the_account() {
    let stage = Stage::new().await;
    let mut here = stage.signed_in("ada").await;
    let mut there = stage.signed_in("ada").await;
    let mut other = stage.signed_in("hanako").await;
    assert!(there.is_signed_in().await);
    assert_eq!(here.sign_out(true).await.status, StatusCode::OK);
    there.me().await.is_refusal(401, "signed_out");
    let answer = there.get("/api/session").await;
    assert_eq!(answer.json()["signed_in"], false);
    assert!(other.is_connected().await, "other people are not concerned");
    let again = stage.restarted().await;
    let mut replay = again.browser();
    replay.cookies = there.cookies.clone();
    assert!(replay.holds(SESSION));
    replay.me().await.is_refusal(401, "signed_out");
    assert!(!replay.is_signed_in().await);
}

#[tokio::test]
async fn a_sign_out_without_a_session_is_no_error() {
    let stage = Stage::new().await;
    for body in [
        json!({}),
        json!({"everywhere": true}),
        json!({"everywhere": null}),
    ] {
        let answer = stage.browser().post("/api/sign-out", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert!(answer.set_cookies().is_empty());
    }
    let mut browser = stage.signed_in("ada").await;
    let mut again = browser.clone();
    browser.sign_out(false).await;
    let answer = again.sign_out(true).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(again.cookies.is_empty(), "what is left of it goes");
}

#[tokio::test]
async fn an_ended_session_cannot_end_others() {
    let stage = Stage::new().await;
    let mut thief = stage.signed_in("ada").await;
    let mut gone = thief.clone();
    let mut other = stage.signed_in("ada").await;
    gone.sign_out(false).await;
    thief.sign_out(true).await;
    assert!(other.is_signed_in().await);
}

#[tokio::test]
async fn a_sign_out_by_another_site_has_no_effect() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let body = json!({"everywhere": true});
    let image = browser.page_request("/api/sign-out", "same-site");
    let answer = browser.send(image).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    for site in ["cross-site", "same-site", "none"] {
        let mut form = browser.request(Method::POST, "/api/sign-out", Some(&body));
        form.headers_mut()
            .insert("sec-fetch-site", HeaderValue::from_static(site));
        browser.send(form).await.is_refusal(403, "csrf");
        let mut form = browser.request(Method::POST, "/api/sign-out", Some(&body));
        form.headers_mut().remove("x-stagedoor-csrf");
        browser.send(form).await.is_refusal(403, "csrf");
    }
    let mut whoami = browser.request(Method::GET, "/api/session", None);
    whoami
        .headers_mut()
        .insert("sec-fetch-site", HeaderValue::from_static("same-site"));
    let answer = browser.send(whoami).await;
    answer.is_refusal(403, "csrf");
    assert!(!answer.text.contains("Ada"));
    assert!(browser.is_connected().await);
}

#[tokio::test]
async fn a_session_token_counts_in_its_cookie_alone() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let token = browser.cookies[SESSION].clone();
    browser.cookies.clear();
    let mut request = browser.request(
        Method::GET,
        &format!("/api/session?session={token}&token={token}"),
        None,
    );
    request.headers_mut().insert(
        header::AUTHORIZATION,
        format!("Bearer {token}").parse().expect("a header"),
    );
    assert_eq!(browser.send(request).await.json()["signed_in"], false);
    for value in ["", "Bearer", "Bearer ", "Basic :", "\u{1}", "Digest ======"] {
        let Ok(value) = HeaderValue::from_str(value) else {
            continue;
        };
        let mut request = browser.request(Method::GET, "/api/session", None);
        request.headers_mut().insert(header::AUTHORIZATION, value);
        assert_eq!(browser.send(request).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn no_provider_means_nobody_and_not_everybody() {
    let none = [("SPOTIFY_CLIENT_ID", ""), ("SPOTIFY_CLIENT_SECRET", "")];
    let stage = Stage::with_settings(&none).await;
    let mut browser = stage.browser();
    assert!(!browser.is_signed_in().await);
    let answer = browser.me().await;
    assert!([401, 404].contains(&answer.refusal().0));
    let body = crate::support::begin_body("verifier");
    browser
        .post("/api/sign-in/begin", body)
        .await
        .is_refusal(400, "bad_request");
    assert_eq!(
        browser.page("/profile", "none").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn sessions_of_a_lost_key_are_ignored_and_not_cleared() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let other_key = "b:ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=";
    let other = stage.again_with(&[("STAGEDOOR_KEYS", other_key)]).await;
    let mut there = other.browser();
    there.cookies = browser.cookies.clone();
    let answer = there.get("/api/session").await;
    assert_eq!(answer.json()["signed_in"], false);
    assert!(
        answer.set_cookies().is_empty(),
        "another node may know the key"
    );
    there.me().await.is_refusal(401, "signed_out");
    assert!(browser.is_connected().await);
}

#[tokio::test]
async fn keys_are_rotated_without_a_sign_out() {
    let stage = Stage::new().await;
    let browser = stage.signed_in("ada").await;
    let new_key = "b:ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=";
    let appended = stage
        .again_with(&[(
            "STAGEDOOR_KEYS",
            &format!("{},{new_key}", crate::support::KEYS),
        )])
        .await;
    let moved = stage
        .again_with(&[(
            "STAGEDOOR_KEYS",
            &format!("{new_key},{}", crate::support::KEYS),
        )])
        .await;
    for node in [&appended, &moved, &stage] {
        let mut there: Browser = node.browser();
        there.cookies = browser.cookies.clone();
        assert!(there.is_connected().await);
    }
    // What the new key signs, a node that only appended it believes.
    let mut fresh = moved.signed_in("ada").await;
    let mut there = appended.browser();
    there.cookies = fresh.cookies.clone();
    assert!(there.is_connected().await && fresh.is_connected().await);
    let header =
        crate::support::from_base64url(fresh.cookies[SESSION].split('.').next().expect("a header"));
    assert_eq!(
        serde_json::from_slice::<Value>(&header).expect("JSON")["kid"],
        "b"
    );
}
