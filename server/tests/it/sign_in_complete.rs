//! `POST /api/sign-in/complete`: what is accepted, and every way to be refused.

use std::sync::Arc;

use axum::http::StatusCode;
use oauth::pkce::Challenge;
use oauth::return_to::ReturnTo;
use oauth::state::State;
use oauth::transaction::{Intent, Transaction};
use sandbox::Fault;
use serde_json::json;
use server::cookies::CookieName;
use server::provider::IdentitySource;

use crate::support::{
    Attempt, Browser, ME, SESSION, SIGN_IN, Stage, TOKEN, TOKENS, base64url, challenge, claims,
    complete_body, encoded,
};

const COMPLETE: &str = "/api/sign-in/complete";

/// A browser that began and consented, and all that is to be completed.
async fn ready(stage: &Stage) -> (Browser, Attempt, String) {
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    (browser, attempt, query)
}

/// Completes with `query` and `verifier`, and sees that it is refused and nothing else happens.
/// Tells whether the transaction is still there.
async fn refused(
    stage: &Stage,
    browser: &mut Browser,
    attempt: &Attempt,
    query: &str,
    refusal: (u16, &str),
) -> bool {
    let before = stage.before(browser).await;
    let answer = browser.complete(query, &attempt.verifier).await;
    assert_eq!(
        answer.refusal(),
        (refusal.0, refusal.1.to_owned()),
        "{query}"
    );
    before.refused(stage, browser, &answer, refusal).await;
    browser.holds(&attempt.cookie())
}

/// Puts a transaction of our own making into a browser, as if it had begun it.
fn plant(stage: &Stage, browser: &mut Browser, change: impl FnOnce(&mut Transaction)) -> Attempt {
    let verifier = browser.verifier();
    let provider = stage.world.provider("spotify").expect("a provider");
    let mut transaction = Transaction {
        provider: "spotify".to_owned(),
        issuer: provider.issuer.clone(),
        iss_required: false,
        redirect_uri: provider.redirect_uri.clone(),
        state: State::from_bytes(stage.world.rng.bytes()),
        nonce: None,
        challenge: Challenge::parse(&challenge(&verifier)).expect("a challenge"),
        intent: Intent::SignIn,
        permissions: Vec::new(),
        return_to: ReturnTo::default(),
        session: None,
        issued_at: stage.clock.now(),
    };
    change(&mut transaction);
    let name = CookieName::sign_in(transaction.state.prefix());
    let sealed = stage
        .world
        .transactions
        .seal(&name, &transaction, &stage.world.rng)
        .expect("sealed");
    browser.cookies.insert(name.as_str().to_owned(), sealed);
    Attempt {
        verifier,
        state: transaction.state.as_str().to_owned(),
        authorize_url: String::new(),
    }
}

// What is accepted.

#[tokio::test]
async fn a_sign_in_ends_in_a_session_and_a_connection() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.set_names(), [SESSION, TOKENS]);
    assert!(answer.clears(&attempt.cookie()));
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let completed = answer.json();
    assert_eq!(completed["return_to"], "/profile");
    let session = &completed["session"];
    assert_eq!(session["signed_in"], true);
    assert_eq!(session["account"]["name"], "Ada Lindqvist");
    assert_eq!(session["identities"][0]["provider"], "spotify");
    assert_eq!(session["identities"][0]["subject"], "ada.lindqvist");
    assert_eq!(session["connections"][0]["provider"], "spotify");
    assert_eq!(session["connections"][0]["granted_at"], stage.clock.now());
    let grant_ends_at = session["connections"][0]["grant_ends_at"]
        .as_i64()
        .expect("a time");
    assert_eq!(grant_ends_at - stage.clock.now(), 182 * 86_400);
    assert_eq!(*session, browser.session().await);
    assert_eq!(
        (stage.accounts().await, stage.calls(TOKEN), stage.calls(ME)),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn every_cookie_has_every_attribute() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    for line in answer.set_cookies() {
        assert!(line.starts_with("__Host-Http-"), "{line}");
        let attributes: Vec<&str> = line.split("; ").skip(1).collect();
        assert_eq!(
            &attributes[..4],
            ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"],
            "{line}"
        );
        assert!(
            attributes.len() == 5 && attributes[4].starts_with("Max-Age="),
            "{line}"
        );
        assert!(
            line.split(';').next().expect("a pair").len() <= 4097,
            "{line}"
        );
    }
    let session = answer.set_cookie(SESSION).expect("a session");
    assert!(
        session.ends_with(&format!("Max-Age={}", 30 * 86_400)),
        "{session}"
    );
}

#[tokio::test]
async fn nothing_secret_is_in_the_answer_or_readable_in_a_cookie() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let answer = browser.complete(&query, &attempt.verifier).await;
    let log = stage.control().log();
    let exchange = log
        .iter()
        .find(|entry| entry.path == TOKEN)
        .expect("an exchange");
    let code = exchange.form_value("code").expect("a code");
    let access = log
        .iter()
        .find(|entry| entry.path == ME)
        .expect("a profile")
        .header("authorization");
    let access = access.expect("a token").trim_start_matches("Bearer ");
    let shown = format!("{} {:?}", answer.text, answer.headers);
    for secret in [
        code,
        access,
        &attempt.verifier,
        "sandbox-secret",
        "ada.lindqvist@listeners.invalid",
    ] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_same_person_finds_the_same_account() {
    let stage = Stage::new().await;
    let first = stage.browser().sign_in("ada").await.json();
    let second = stage.browser().sign_in("ada").await.json();
    let other = stage.browser().sign_in("hanako").await.json();
    let account = |completed: &serde_json::Value| completed["session"]["account"]["id"].clone();
    assert_eq!(account(&first), account(&second));
    assert_ne!(account(&first), account(&other));
    assert_eq!(stage.accounts().await, 2);
}

#[tokio::test]
async fn twenty_first_sign_ins_at_once_make_one_account() {
    let stage = Stage::new().await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(ready(&stage).await);
    }
    let answers = waiting
        .iter_mut()
        .map(|(browser, attempt, query)| browser.complete(query, &attempt.verifier));
    for answer in futures::future::join_all(answers).await {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    assert_eq!(stage.accounts().await, 1);
}

#[tokio::test]
async fn unknown_parameters_are_ignored() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let random = "&unknown=1".repeat(50);
    let query = format!("?{query}&scope=a&authuser=0&hd=x&prompt=none&session_state=y{random}");
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn two_tabs_may_finish_crosswise() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (first, first_query) = browser.begin_and_consent("ada").await;
    let (second, second_query) = browser.begin_and_consent("ada").await;
    let answer = browser.complete(&second_query, &second.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(
        browser.holds(&first.cookie()),
        "the other tab's transaction is untouched"
    );
    let answer = browser.complete(&first_query, &first.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(browser.is_signed_in().await && browser.pending().is_empty());
}

#[tokio::test]
async fn the_last_second_of_a_transaction_counts() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    stage.clock.advance(599);
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

// The transaction and the browser that it belongs to.

#[tokio::test]
async fn an_answer_without_a_transaction_is_refused() {
    let stage = Stage::new().await;
    let (_, attempt, query) = ready(&stage).await;
    // Log-in by force: the attacker's code, state and verifier in the victim's browser.
    let mut victim = stage.browser();
    refused(
        &stage,
        &mut victim,
        &attempt,
        &query,
        (400, "transaction_missing"),
    )
    .await;
}

#[tokio::test]
async fn an_answer_of_anothers_transaction_is_refused() {
    let stage = Stage::new().await;
    let (_, attacker, query) = ready(&stage).await;
    let mut victim = stage.browser();
    let own = victim.begin().await;
    refused(
        &stage,
        &mut victim,
        &attacker,
        &query,
        (400, "transaction_missing"),
    )
    .await;
    assert!(
        victim.holds(&own.cookie()),
        "the victim's own sign-in goes on"
    );
}

#[tokio::test]
async fn an_answer_with_anothers_verifier_is_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let other = Attempt {
        verifier: browser.verifier(),
        ..attempt
    };
    let kept = refused(
        &stage,
        &mut browser,
        &other,
        &query,
        (400, "verifier_mismatch"),
    )
    .await;
    assert!(!kept);
}

#[tokio::test]
async fn a_wrong_state_is_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let right = &attempt.state;
    let last = if right.ends_with('A') { "E" } else { "A" };
    // The cookie is found by the first eight characters; all of them must be right.
    let wrong = [
        format!("{}{last}", &right[..42]),
        right[..8].to_owned(),
        right[..42].to_owned(),
        format!("{right}A"),
        format!("{}{}", &right[..8], right[8..].to_ascii_lowercase()),
    ];
    for other in wrong {
        let query = query.replace(&attempt.state, &other);
        let kept = refused(
            &stage,
            &mut browser,
            &attempt,
            &query,
            (400, "state_mismatch"),
        )
        .await;
        assert!(kept, "an answer that anybody can make up ends nothing");
    }
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn a_state_of_no_transaction_is_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let (code, _) = query.split_once('&').expect("a code");
    let random = base64url(&[9; 32]);
    let queries = [
        code.to_owned(),
        format!("{code}&state="),
        format!("{code}&state"),
        format!("{code}&state={random}"),
        format!("{code}&state[]={}", attempt.state),
        format!("{code}&State={}", attempt.state),
        format!("{code}&state={}", &attempt.state[..7]),
        format!("{code}&state=%00{}", attempt.state),
        format!("{code}&state={}", "A".repeat(7000)),
        format!("{code}&state=%F0%9F%8E%B5{}", attempt.state),
        String::new(),
    ];
    for query in queries {
        let kept = refused(
            &stage,
            &mut browser,
            &attempt,
            &query,
            (400, "transaction_missing"),
        )
        .await;
        assert!(kept, "{query}");
    }
}

#[tokio::test]
async fn a_state_of_a_megabyte_is_refused_before_it_is_read() {
    let stage = Stage::new().await;
    let (mut browser, attempt, _) = ready(&stage).await;
    let query = format!("code=a&state={}", "A".repeat(1_000_000));
    assert!(refused(&stage, &mut browser, &attempt, &query, (413, "too_large")).await);
}

#[tokio::test]
async fn a_second_answer_of_one_transaction_is_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let mut copy = browser.clone();
    assert_eq!(
        browser.complete(&query, &attempt.verifier).await.status,
        StatusCode::OK
    );
    // A reload: the cookie is gone with the first answer.
    refused(
        &stage,
        &mut browser,
        &attempt,
        &query,
        (400, "transaction_missing"),
    )
    .await;
    // A copied cookie is worth nothing either.
    refused(
        &stage,
        &mut copy,
        &attempt,
        &query,
        (400, "transaction_missing"),
    )
    .await;
    assert!(browser.is_signed_in().await);
    assert_eq!(stage.calls(TOKEN), 1, "the code was sent once");
}

#[tokio::test]
async fn a_copied_transaction_with_a_new_code_is_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let mut thief = browser.clone();
    assert_eq!(
        browser.complete(&query, &attempt.verifier).await.status,
        StatusCode::OK
    );
    let fresh = thief.consent(&attempt, "hanako");
    assert_ne!(fresh, query);
    refused(
        &stage,
        &mut thief,
        &attempt,
        &fresh,
        (400, "transaction_missing"),
    )
    .await;
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn a_used_transaction_stays_used_after_a_restart() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let copy = browser.cookies.clone();
    assert_eq!(
        browser.complete(&query, &attempt.verifier).await.status,
        StatusCode::OK
    );
    let stage = stage.restarted().await;
    let mut thief = stage.browser();
    thief.cookies = copy;
    refused(
        &stage,
        &mut thief,
        &attempt,
        &query,
        (400, "transaction_missing"),
    )
    .await;
}

#[tokio::test]
async fn a_challenge_is_good_for_one_transaction() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let verifier = browser.verifier();
    let first = browser.begin_with(&verifier).await;
    let second = browser.begin_with(&verifier).await;
    let query = browser.consent(&first, "ada");
    assert_eq!(
        browser.complete(&query, &verifier).await.status,
        StatusCode::OK
    );
    let query = browser.consent(&second, "ada");
    refused(
        &stage,
        &mut browser,
        &second,
        &query,
        (400, "transaction_missing"),
    )
    .await;
}

#[tokio::test]
async fn an_expired_transaction_is_refused() {
    for seconds in [600, 1199, 1200, 86_400] {
        let stage = Stage::new().await;
        let (mut browser, attempt, query) = ready(&stage).await;
        stage.clock.advance(seconds);
        let kept = refused(
            &stage,
            &mut browser,
            &attempt,
            &query,
            (400, "transaction_expired"),
        )
        .await;
        assert!(!kept, "{seconds}");
    }
}

#[tokio::test]
async fn a_transaction_from_the_future_is_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    stage.clock.advance(-61);
    assert!(
        !refused(
            &stage,
            &mut browser,
            &attempt,
            &query,
            (400, "transaction_expired")
        )
        .await
    );
}

#[tokio::test]
async fn a_transaction_of_another_provider_is_refused() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let attempt = plant(&stage, &mut browser, |transaction| {
        transaction.provider = "google".to_owned();
    });
    let query = format!("code=a&state={}", attempt.state);
    let kept = refused(
        &stage,
        &mut browser,
        &attempt,
        &query,
        (400, "provider_mismatch"),
    )
    .await;
    assert!(!kept);
}

#[tokio::test]
async fn an_answer_for_an_unknown_provider_is_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    for provider in ["gogle", "SPOTIFY", "", "../spotify"] {
        let before = stage.before(&mut browser).await;
        let mut body = complete_body(&query, &attempt.verifier);
        body["provider"] = json!(provider);
        let answer = browser.post(COMPLETE, body).await;
        before
            .refused(&stage, &mut browser, &answer, (400, "bad_request"))
            .await;
    }
    assert!(browser.holds(&attempt.cookie()));
}

#[tokio::test]
async fn transactions_cannot_be_swapped() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (first, first_query) = browser.begin_and_consent("ada").await;
    let (second, second_query) = browser.begin_and_consent("ada").await;
    let (one, two) = (
        browser.cookies[&first.cookie()].clone(),
        browser.cookies[&second.cookie()].clone(),
    );
    browser.cookies.insert(first.cookie(), two);
    browser.cookies.insert(second.cookie(), one);
    refused(
        &stage,
        &mut browser,
        &first,
        &first_query,
        (400, "transaction_missing"),
    )
    .await;
    refused(
        &stage,
        &mut browser,
        &second,
        &second_query,
        (400, "transaction_missing"),
    )
    .await;
}

#[tokio::test]
async fn a_sign_in_of_another_person_replaces_the_session() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut old = browser.clone();
    let first = claims(&browser.cookies[SESSION]);
    browser.sign_in("hanako").await;
    let second = claims(&browser.cookies[SESSION]);
    assert_ne!(first["sid"], second["sid"]);
    assert_ne!(first["sub"], second["sub"]);
    assert_eq!(stage.accounts().await, 2, "two people are never merged");
    assert!(!old.is_signed_in().await, "the session before is over");
    assert_eq!(browser.session().await["account"]["id"], second["sub"]);
}

#[tokio::test]
async fn a_refused_answer_leaves_a_session_alone() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let (attempt, query) = browser.begin_and_consent("hanako").await;
    let forged = query.replace(&attempt.state, &base64url(&[9; 32]));
    refused(
        &stage,
        &mut browser,
        &attempt,
        &forged,
        (400, "transaction_missing"),
    )
    .await;
    let cut = format!("{query}&error=access_denied");
    refused(&stage, &mut browser, &attempt, &cut, (400, "bad_request")).await;
    assert!(browser.is_connected().await);
}

// What the provider answered.

#[tokio::test]
async fn access_denied_ends_the_transaction_and_calls_nobody() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let attempt = browser.begin().await;
    let callback = stage
        .control()
        .deny(&attempt.authorize_url, "ada")
        .expect("an answer");
    let query = callback.split_once('?').expect("a query").1;
    assert!(
        !refused(
            &stage,
            &mut browser,
            &attempt,
            query,
            (400, "access_denied")
        )
        .await
    );
    refused(
        &stage,
        &mut browser,
        &attempt,
        query,
        (400, "transaction_missing"),
    )
    .await;
}

#[tokio::test]
async fn an_error_without_the_state_ends_nothing() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let forged = [
        "error=access_denied".to_owned(),
        format!("error=access_denied&state={}", base64url(&[9; 32])),
    ];
    for forged in forged {
        assert!(
            refused(
                &stage,
                &mut browser,
                &attempt,
                &forged,
                (400, "transaction_missing")
            )
            .await
        );
    }
    let near = format!("error=access_denied&state={}x", &attempt.state[..42]);
    assert!(
        refused(
            &stage,
            &mut browser,
            &attempt,
            &near,
            (400, "state_mismatch")
        )
        .await
    );
    let answer = browser.complete(&query, &attempt.verifier).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn other_errors_of_the_provider_are_told_as_ours() {
    let stage = Stage::new().await;
    let text = "<b>call 0800-EVIL</b>";
    for error in [
        "server_error",
        "temporarily_unavailable",
        "invalid_scope",
        "unauthorized_client",
        text,
        "",
    ] {
        let mut browser = stage.browser();
        let attempt = browser.begin().await;
        let (error, text) = (encoded(error), encoded(text));
        let query = format!(
            "error={error}&error_description={text}&error_uri={text}&state={}",
            attempt.state
        );
        let before = stage.before(&mut browser).await;
        let answer = browser.complete(&query, &attempt.verifier).await;
        before
            .refused(&stage, &mut browser, &answer, (502, "provider_error"))
            .await;
        assert!(!answer.text.contains("EVIL"), "{}", answer.text);
        assert!(!browser.holds(&attempt.cookie()));
    }
}

#[tokio::test]
async fn code_and_error_together_are_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let both = format!("{query}&error=access_denied");
    assert!(!refused(&stage, &mut browser, &attempt, &both, (400, "bad_request")).await);
}

#[tokio::test]
async fn doubled_parameters_are_refused() {
    let stage = Stage::new().await;
    let issuer = encoded(&stage.world.provider("spotify").expect("a provider").issuer);
    for same in [true, false] {
        for name in ["code", "state", "iss", "error"] {
            let (mut browser, attempt, query) = ready(&stage).await;
            let (code, own_state) = query.split_once('&').expect("two parameters");
            let (base, own) = match name {
                "code" => (query.clone(), code.to_owned()),
                "state" => (query.clone(), own_state.to_owned()),
                "iss" => (format!("{query}&iss={issuer}"), format!("iss={issuer}")),
                _ => (
                    format!("{own_state}&error=access_denied"),
                    "error=access_denied".to_owned(),
                ),
            };
            let other = if same { own } else { format!("{name}=other") };
            // Two states are not the transaction's state, whichever comes first.
            let code = if name == "state" && !same {
                "state_mismatch"
            } else {
                "bad_request"
            };
            refused(
                &stage,
                &mut browser,
                &attempt,
                &format!("{base}&{other}"),
                (400, code),
            )
            .await;
            if name != "state" || same {
                let (mut browser, attempt, query) = ready(&stage).await;
                let own_state = query.split_once('&').expect("two parameters").1;
                let base = if name == "error" {
                    format!("{own_state}&error=access_denied")
                } else {
                    query.clone()
                };
                let doubled = format!("{name}=other&{base}&{name}=other");
                let code = if name == "state" {
                    (400, "transaction_missing")
                } else {
                    (400, "bad_request")
                };
                refused(&stage, &mut browser, &attempt, &doubled, code).await;
            }
        }
    }
}

#[tokio::test]
async fn answers_with_a_token_are_refused() {
    let stage = Stage::new().await;
    for token in ["access_token=a", "id_token=a.b.c", "response=a.b.c"] {
        let (mut browser, attempt, query) = ready(&stage).await;
        let query = format!("{query}&{token}");
        assert!(
            !refused(&stage, &mut browser, &attempt, &query, (400, "bad_request")).await,
            "{token}"
        );
        let (mut browser, attempt, _) = ready(&stage).await;
        let query = format!("{token}&state={}", attempt.state);
        assert!(
            !refused(&stage, &mut browser, &attempt, &query, (400, "bad_request")).await,
            "{token}"
        );
    }
}

#[tokio::test]
async fn a_malformed_code_is_refused_before_it_is_sent() {
    let stage = Stage::new().await;
    let long = "a".repeat(5000);
    let codes = [
        "",
        "%00",
        "a%0d%0aHost:evil",
        "a%0Ab",
        "%zz",
        "%",
        "a%ff",
        "%ed%a0%80",
        "a%20b",
        "a+b",
        "%C3%A4",
        &long,
    ];
    for code in codes {
        let (mut browser, attempt, _) = ready(&stage).await;
        let query = format!("code={code}&state={}", attempt.state);
        assert!(
            !refused(&stage, &mut browser, &attempt, &query, (400, "bad_request")).await,
            "{code}"
        );
    }
    let (mut browser, attempt, _) = ready(&stage).await;
    let query = format!("state={}", attempt.state);
    assert!(
        !refused(&stage, &mut browser, &attempt, &query, (400, "bad_request")).await,
        "no code"
    );
}

#[tokio::test]
async fn a_query_that_no_browser_writes_is_refused() {
    let stage = Stage::new().await;
    for stray in ["\r\nX: y", "\u{0}", "#access_token=a", " ", "\t"] {
        let (mut browser, attempt, query) = ready(&stage).await;
        let query = format!("{query}{stray}");
        let before = stage.before(&mut browser).await;
        let answer = browser.complete(&query, &attempt.verifier).await;
        let code = answer.refusal().1;
        assert!(
            ["bad_request", "state_mismatch", "transaction_missing"].contains(&code.as_str()),
            "{stray:?}"
        );
        before
            .refused(&stage, &mut browser, &answer, (400, &code))
            .await;
    }
}

#[tokio::test]
async fn a_strange_but_well_formed_code_is_one_form_value() {
    let stage = Stage::new().await;
    let (mut browser, attempt, _) = ready(&stage).await;
    let before = stage.before(&mut browser).await;
    let code = "a&client_id=evil=%";
    let query = format!("code={}&state={}", encoded(code), attempt.state);
    let answer = browser.complete(&query, &attempt.verifier).await;
    before
        .refused_after(1, &stage, &mut browser, &answer, (400, "code_rejected"))
        .await;
    let log = stage.control().log();
    let exchange = log.last().expect("an exchange");
    assert_eq!(exchange.form_value("code"), Some(code));
    assert!(exchange.form.iter().all(|(_, value)| value != "evil"));
}

// Proof of possession.

#[tokio::test]
async fn a_malformed_verifier_is_refused_before_it_is_sent() {
    let stage = Stage::new().await;
    let bad = [
        "",
        &"a".repeat(42),
        &"a".repeat(129),
        &format!("{} ", "a".repeat(43)),
        &"ä".repeat(30),
    ];
    for verifier in bad {
        let (mut browser, attempt, query) = ready(&stage).await;
        let attempt = Attempt {
            verifier: (*verifier).to_owned(),
            ..attempt
        };
        let kept = refused(
            &stage,
            &mut browser,
            &attempt,
            &query,
            (400, "verifier_mismatch"),
        )
        .await;
        assert!(!kept, "{verifier}");
    }
}

#[tokio::test]
async fn the_challenge_instead_of_the_verifier_is_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let attempt = Attempt {
        verifier: challenge(&attempt.verifier),
        ..attempt
    };
    assert!(
        !refused(
            &stage,
            &mut browser,
            &attempt,
            &query,
            (400, "verifier_mismatch")
        )
        .await
    );
}

#[tokio::test]
async fn a_missing_verifier_is_refused() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let before = stage.before(&mut browser).await;
    let answer = browser
        .post(COMPLETE, json!({"provider": "spotify", "query": query}))
        .await;
    before
        .refused(&stage, &mut browser, &answer, (400, "bad_request"))
        .await;
    assert!(browser.holds(&attempt.cookie()));
}

#[tokio::test]
async fn a_stolen_code_in_ones_own_transaction_is_refused() {
    let stage = Stage::new().await;
    let (_, victim, stolen) = ready(&stage).await;
    let (mut attacker, own, _) = ready(&stage).await;
    let injected = stolen.replace(&victim.state, &own.state);
    let before = stage.before(&mut attacker).await;
    let answer = attacker.complete(&injected, &own.verifier).await;
    // The provider sees that the verifier is not the one of this code.
    before
        .refused_after(1, &stage, &mut attacker, &answer, (400, "code_rejected"))
        .await;
    assert!(!attacker.holds(&own.cookie()));
}

// The issuer.

#[tokio::test]
async fn the_right_issuer_is_accepted_though_nobody_advertised_it() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let issuer = encoded(&stage.world.provider("spotify").expect("a provider").issuer);
    let answer = browser
        .complete(&format!("{query}&iss={issuer}"), &attempt.verifier)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn the_issuer_of_another_is_refused() {
    let stage = Stage::new().await;
    let issuer = stage
        .world
        .provider("spotify")
        .expect("a provider")
        .issuer
        .clone();
    let wrong = [
        "https://accounts.google.com".to_owned(),
        "https://accounts.spotify.com".to_owned(),
        format!("{issuer}1"),
        format!("{issuer}/"),
        issuer[..issuer.len() - 1].to_owned(),
        issuer.replace("localhost", "LOCALHOST"),
        issuer.replace("localhost", "127.0.0.1"),
        issuer.replace("http://", "https://"),
        issuer.replace("http://", "HTTP://"),
        issuer.replace("http://", ""),
        issuer.replace("/spotify", "/%73potify"),
        issuer.replace("/spotify", ":443/spotify"),
        format!(" {issuer}"),
        String::new(),
    ];
    for iss in wrong {
        let (mut browser, attempt, query) = ready(&stage).await;
        let query = format!("{query}&iss={}", encoded(&iss));
        assert!(
            !refused(
                &stage,
                &mut browser,
                &attempt,
                &query,
                (400, "issuer_mismatch")
            )
            .await,
            "{iss}"
        );
    }
}

#[tokio::test]
async fn a_missing_issuer_is_refused_where_it_was_promised() {
    let stage = Stage::tuned(|world| {
        let IdentitySource::Spotify { endpoints, .. } = &mut world.providers[0].identity else {
            panic!("Spotify is the first");
        };
        let endpoints = Arc::get_mut(endpoints).expect("nobody has asked yet");
        endpoints.capabilities.iss = true;
    })
    .await;
    let (mut browser, attempt, query) = ready(&stage).await;
    assert!(
        !refused(
            &stage,
            &mut browser,
            &attempt,
            &query,
            (400, "issuer_mismatch")
        )
        .await
    );
    let (mut browser, attempt, query) = ready(&stage).await;
    let issuer = encoded(&stage.world.provider("spotify").expect("a provider").issuer);
    let answer = browser
        .complete(&format!("{query}&iss={issuer}"), &attempt.verifier)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn an_issuer_that_changed_since_the_beginning_is_refused() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let old =
        |transaction: &mut Transaction| transaction.issuer = "https://accounts.example".to_owned();
    let attempt = plant(&stage, &mut browser, old);
    let issuer = encoded(&stage.world.provider("spotify").expect("a provider").issuer);
    let query = format!("code=a&state={}&iss={issuer}", attempt.state);
    assert!(
        !refused(
            &stage,
            &mut browser,
            &attempt,
            &query,
            (400, "issuer_mismatch")
        )
        .await
    );
}

// The rest.

#[tokio::test]
async fn the_checks_have_their_order() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    // Everything is wrong with this answer; what is told is the first thing, and one less each time.
    let all = |state: &str, iss: &str, rest: &str| format!("state={state}&iss={iss}&{rest}");
    let issuer = encoded(&stage.world.provider("spotify").expect("a provider").issuer);
    let expired = plant(&stage, &mut browser, |transaction| {
        transaction.provider = "google".to_owned();
        transaction.issued_at -= 600;
    });
    let near = |attempt: &Attempt| format!("{}x", &attempt.state[..42]);
    let query = all(&near(&expired), "x", "error=a&error=a&code=b");
    refused(
        &stage,
        &mut browser,
        &expired,
        &query,
        (400, "transaction_expired"),
    )
    .await;
    let foreign = plant(&stage, &mut browser, |transaction| {
        transaction.provider = "google".to_owned();
    });
    let query = all(&near(&foreign), "x", "error=a&error=a&code=b");
    refused(
        &stage,
        &mut browser,
        &foreign,
        &query,
        (400, "provider_mismatch"),
    )
    .await;
    let steps = [
        (true, "x", "error=a&error=a&code=b", "state_mismatch"),
        (false, "x", "error=access_denied&error=a", "bad_request"),
        (false, "x", "error=access_denied", "issuer_mismatch"),
        (false, &issuer, "error=access_denied", "access_denied"),
        (false, &issuer, "code=", "bad_request"),
        (false, &issuer, "code=a", "verifier_mismatch"),
    ];
    for (wrong_state, iss, rest, code) in steps {
        let attempt = plant(&stage, &mut browser, |_| {});
        let attempt = Attempt {
            verifier: browser.verifier(),
            ..attempt
        };
        let sent = if wrong_state {
            near(&attempt)
        } else {
            attempt.state.clone()
        };
        refused(
            &stage,
            &mut browser,
            &attempt,
            &all(&sent, iss, rest),
            (400, code),
        )
        .await;
    }
}

#[tokio::test]
async fn a_failed_exchange_ends_the_transaction() {
    let stage = Stage::new().await;
    let (mut browser, attempt, query) = ready(&stage).await;
    let mut copy = browser.clone();
    stage
        .control()
        .fault(Fault::status(TOKEN, 503))
        .expect("a fault");
    let answer = browser.complete(&query, &attempt.verifier).await;
    answer.is_refusal(503, "provider_unavailable");
    assert!(answer.clears(&attempt.cookie()));
    // Nobody knows whether the code was used, so it is not sent again.
    refused(
        &stage,
        &mut copy,
        &attempt,
        &query,
        (400, "transaction_missing"),
    )
    .await;
    assert_eq!(stage.calls(TOKEN), 1);
}

#[tokio::test]
async fn a_token_is_no_way_to_sign_in() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    for path in [
        "/api/sign-in",
        "/api/sign-in/token",
        "/api/session/create",
        "/api/sign-in/id-token",
    ] {
        let answer = browser
            .post(path, json!({"access_token": "a", "id_token": "b"}))
            .await;
        answer.is_refusal(404, "not_found");
    }
    let (mut browser, attempt, _) = ready(&stage).await;
    let mut body = complete_body(&format!("state={}", attempt.state), &attempt.verifier);
    body["access_token"] = json!("a");
    body["code"] = json!("b");
    let before = stage.before(&mut browser).await;
    let answer = browser.post(COMPLETE, body).await;
    before
        .refused(&stage, &mut browser, &answer, (400, "bad_request"))
        .await;
}

#[tokio::test]
async fn pending_sign_ins_are_told_apart_by_their_state() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let first = browser.begin().await;
    let second = browser.begin().await;
    assert_ne!(first.cookie(), second.cookie());
    assert!(first.cookie().starts_with(SIGN_IN));
    // The code of one with the state of the other is nobody's.
    let query = browser
        .consent(&first, "ada")
        .replace(&first.state, &second.state);
    refused(
        &stage,
        &mut browser,
        &first,
        &query,
        (400, "verifier_mismatch"),
    )
    .await;
}
