//! What a person does with their account: ways in, browsers, connections, export, the end.

use axum::http::StatusCode;
use sandbox::{GoogleAccount, Listener};
use serde_json::{Value, json};

use crate::support::{
    Answer, Browser, GOOGLE_TOKEN, GOOGLE_TOKENS, LINK, REVOKE, SESSION, Stage, TOKENS, each, list,
    parameters,
};

const END: &str = "/api/account/sessions/end";

/// The providers of the identities in a session view.
fn ways(view: &Value) -> Vec<String> {
    each(&view["identities"], "provider")
}

/// The providers of the connections in a session view.
fn connected(view: &Value) -> Vec<String> {
    each(&view["connections"], "provider")
}

async fn view(browser: &mut Browser) -> Value {
    browser.session().await
}

/// The id in the list of the browser that asks.
async fn own_entry(browser: &mut Browser) -> String {
    let sessions = browser.sessions().await;
    let own = sessions.iter().find(|one| one["current"] == true);
    own.expect("its own entry")["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

#[track_caller]
fn is_fine(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

/// A link that is refused leaves everything as it was.
async fn link_is_refused(
    stage: &Stage,
    browser: &mut Browser,
    (provider, login): (&str, &str),
    refusal: (u16, &str),
) -> Answer {
    let before = view(browser).await;
    let (accounts, sessions) = (stage.accounts().await, stage.sessions().await);
    let answer = browser.go(provider, "link", login).await;
    answer.is_refusal(refusal.0, refusal.1);
    assert!(answer.set_names().is_empty(), "{answer:?}");
    assert!(!browser.holds(LINK));
    assert_eq!(view(browser).await, before);
    assert_eq!(stage.accounts().await, accounts);
    assert_eq!(stage.sessions().await, sessions);
    answer
}

// Accounts are never joined by an address.

#[tokio::test]
async fn one_address_at_two_providers_is_two_accounts() {
    let stage = Stage::new().await;
    let address = "same@person.example".to_owned();
    stage
        .control()
        .add_user(Listener {
            email: address.clone(),
            ..Listener::new("eve")
        })
        .expect("a listener");
    for login in ["eve", "mallory"] {
        let account = GoogleAccount {
            email: address.clone(),
            ..GoogleAccount::new(login)
        };
        stage.control().google_account(account).expect("an account");
    }
    let at_spotify = stage.signed_in("eve").await;
    let at_google = stage.signed_in_with("google", "eve").await;
    let other = stage.signed_in_with("google", "mallory").await;
    assert_ne!(at_spotify.account(), at_google.account());
    assert_ne!(at_google.account(), other.account());
    assert_eq!(stage.accounts().await, 3);
}

#[tokio::test]
async fn an_address_that_moves_to_another_person_opens_no_door() {
    let stage = Stage::new().await;
    let ada = stage.signed_in_with("google", "ada").await;
    let account = GoogleAccount {
        email: "ada.lindqvist@gmail.com".to_owned(),
        ..GoogleAccount::new("mallory")
    };
    stage.control().google_account(account).expect("an account");
    let mallory = stage.signed_in_with("google", "mallory").await;
    assert_ne!(ada.account(), mallory.account());
}

#[tokio::test]
async fn a_sign_in_with_another_provider_is_no_link() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let first = browser.account();
    let mut view = browser.sign_in_with("google", "ada").await;
    assert_ne!(browser.account(), first);
    assert_eq!(ways(&view), ["google"]);
    assert_eq!(connected(&view), ["google"]);
    assert!(!browser.holds(TOKENS), "of the other account");
    view = browser.session().await;
    assert_eq!(connected(&view), ["google"]);
    assert_eq!((stage.accounts().await, stage.sessions().await), (2, 1));
}

// Linking.

#[tokio::test]
async fn linking_wants_a_session() {
    let stage = Stage::new().await;
    for intent in ["link", "grant"] {
        let (_, answer) = stage.browser().ask_to_begin("google", intent).await;
        answer.is_refusal(401, "signed_out");
        assert!(answer.set_cookies().is_empty());
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn linking_wants_a_sign_in_of_the_last_ten_minutes() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(599);
    browser.begin_at("google", "link").await;
    stage.advance(1);
    let (_, answer) = browser.ask_to_begin("google", "link").await;
    answer.is_refusal(403, "recent_sign_in_needed");
    assert!(answer.set_cookies().is_empty());
    stage.advance(60);
    let (_, answer) = browser.ask_to_begin("google", "link").await;
    answer.is_refusal(403, "recent_sign_in_needed");
    // To use a session does not make its sign-in recent, and neither does a grant.
    assert!(browser.is_signed_in().await);
    browser.grant("spotify", "ada").await;
    let (_, answer) = browser.ask_to_begin("google", "link").await;
    answer.is_refusal(403, "recent_sign_in_needed");
    browser.sign_in("ada").await;
    browser.begin_at("google", "link").await;
}

#[tokio::test]
async fn the_view_tells_until_when_a_sign_in_is_recent() {
    let stage = Stage::new().await;
    let signed_in_at = stage.clock.now();
    let mut browser = stage.signed_in("ada").await;
    stage.advance(400);
    assert_eq!(view(&mut browser).await["recent_until"], signed_in_at + 600);
}

#[tokio::test]
async fn an_identity_that_was_proven_waits() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let before = view(&mut browser).await;
    let answer = browser.go("google", "link", "ada").await;
    is_fine(&answer);
    assert!(answer.sets(LINK) && !answer.sets(GOOGLE_TOKENS));
    let waiting = answer.json()["session"].clone();
    let pending = &waiting["pending_link"];
    assert_eq!(pending["provider"], "google");
    assert_eq!(pending["subject"], GoogleAccount::new("ada").sub);
    assert_eq!(pending["name"], "Ada Lindqvist");
    assert_eq!(pending["email"], "ada.lindqvist@gmail.com");
    assert_eq!(pending["expires_at"], stage.clock.now() + 600);
    assert_eq!(view(&mut browser).await, waiting, "it is told again");
    // Nothing else is another one than before.
    let mut rest = waiting.clone();
    rest.as_object_mut().expect("a view").remove("pending_link");
    assert_eq!(rest, before);
    assert_eq!(ways(&waiting), ["spotify"]);
    assert_eq!(connected(&waiting), ["spotify"]);
    let seen = stage.all_calls();
    let refresh = browser.refresh_at("google").await;
    refresh.is_refusal(409, "not_connected");
    browser
        .disconnect("google")
        .await
        .is_refusal(409, "not_connected");
    assert_eq!(stage.all_calls(), seen);
    // It is no way in yet either: whoever has it gets an account of their own.
    let other = stage.signed_in_with("google", "ada").await;
    assert_ne!(other.account(), browser.account());
}

#[tokio::test]
async fn a_word_links_it_and_changes_nothing_else() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let (sid, before) = (browser.sid(), view(&mut browser).await);
    browser.prove("google", "ada").await;
    assert_eq!(browser.sid(), sid);
    stage.advance(5);
    let answer = browser.confirm(true).await;
    is_fine(&answer);
    assert!(answer.sets(GOOGLE_TOKENS) && answer.sets(SESSION) && answer.clears(LINK));
    let linked = answer.json();
    assert_eq!(ways(&linked), ["spotify", "google"]);
    assert_eq!(connected(&linked), ["spotify", "google"]);
    assert_eq!(linked.get("pending_link"), None);
    assert_eq!(view(&mut browser).await, linked);
    assert_eq!(linked["account"], before["account"]);
    assert_eq!(linked["recent_until"], before["recent_until"]);
    assert_eq!(linked["session_ends_at"], before["session_ends_at"]);
    assert_eq!(browser.sid(), sid);
    assert_eq!((stage.accounts().await, stage.sessions().await), (1, 1));
    assert_eq!(browser.me().await.status, StatusCode::OK);
    // Its tokens are good.
    stage.advance(3600);
    assert_eq!(browser.refresh_at("google").await.status, StatusCode::OK);
    // The word is good once.
    browser.confirm(true).await.is_refusal(404, "not_found");
}

#[tokio::test]
async fn either_way_in_leads_to_the_account() {
    let stage = Stage::new().await;
    let browser = stage.with_both().await;
    let by_google = stage.signed_in_with("google", "ada").await;
    let by_spotify = stage.signed_in("ada").await;
    assert_eq!(by_google.account(), browser.account());
    assert_eq!(by_spotify.account(), browser.account());
    assert_eq!((stage.accounts().await, stage.sessions().await), (1, 3));
}

#[tokio::test]
async fn spotify_is_linked_to_an_account_of_google_the_same_way() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in_with("google", "ada").await;
    browser.me().await.is_refusal(409, "not_connected");
    let linked = browser.link("spotify", "hanako").await;
    assert_eq!(ways(&linked), ["google", "spotify"]);
    assert_eq!(linked["account"]["name"], "Ada Lindqvist");
    assert_eq!(browser.me().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_that_is_declined_is_dropped() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let before = view(&mut browser).await;
    browser.prove("google", "ada").await;
    let answer = browser.confirm(false).await;
    is_fine(&answer);
    assert!(answer.clears(LINK) && !answer.sets(GOOGLE_TOKENS));
    assert_eq!(answer.json(), before);
    assert_eq!(view(&mut browser).await, before);
    browser.confirm(true).await.is_refusal(404, "not_found");
}

#[tokio::test]
async fn a_link_that_waits_too_long_is_over() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    browser.prove("google", "ada").await;
    stage.advance(599);
    let mut late = browser.clone();
    is_fine(&browser.confirm(true).await);
    stage.advance(1);
    let told = late.session().await;
    assert_eq!(told.get("pending_link"), None);
    late.confirm(true).await.is_refusal(404, "not_found");
}

#[tokio::test]
async fn a_word_wants_a_recent_sign_in_too() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(300);
    browser.prove("google", "ada").await;
    stage.advance(300);
    let answer = browser.confirm(true).await;
    answer.is_refusal(403, "recent_sign_in_needed");
    assert!(!answer.sets(GOOGLE_TOKENS));
    assert_eq!(ways(&view(&mut browser).await), ["spotify"]);
    // To say no is always possible.
    is_fine(&browser.confirm(false).await);
}

#[tokio::test]
async fn there_is_nothing_to_confirm_where_nothing_waits() {
    let stage = Stage::new().await;
    stage
        .browser()
        .confirm(true)
        .await
        .is_refusal(401, "signed_out");
    let mut browser = stage.signed_in("ada").await;
    for accept in [true, false] {
        browser.confirm(accept).await.is_refusal(404, "not_found");
    }
}

#[tokio::test]
async fn what_waits_in_one_browser_is_nothing_in_another() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    browser.prove("google", "ada").await;
    let stolen = browser.cookies[LINK].clone();
    let thieves = [
        stage.signed_in("hanako").await,
        // The same person's other browser is another one, too.
        stage.signed_in("ada").await,
    ];
    for mut thief in thieves {
        thief.cookies.insert(LINK.to_owned(), stolen.clone());
        assert_eq!(view(&mut thief).await.get("pending_link"), None);
        let answer = thief.confirm(true).await;
        answer.is_refusal(404, "not_found");
        assert!(answer.set_names().is_empty());
        assert_eq!(ways(&view(&mut thief).await), ["spotify"]);
    }
    is_fine(&browser.confirm(true).await);
}

#[tokio::test]
async fn what_waits_does_not_outlive_the_session() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    browser.prove("google", "ada").await;
    let waiting = browser.cookies[LINK].clone();
    browser.sign_in("ada").await;
    assert!(!browser.holds(LINK));
    browser.cookies.insert(LINK.to_owned(), waiting);
    browser.confirm(true).await.is_refusal(404, "not_found");
    assert_eq!(ways(&view(&mut browser).await), ["spotify"]);
}

#[tokio::test]
async fn an_identity_of_another_account_is_not_linked_and_nothing_is_told_of_it() {
    let stage = Stage::new().await;
    let mut owner = stage.signed_in_with("google", "kenji").await;
    let before = view(&mut owner).await;
    let mut browser = stage.signed_in("ada").await;
    let taken = ("google", "kenji");
    let answer = link_is_refused(&stage, &mut browser, taken, (409, "identity_taken")).await;
    let name = before["account"]["name"].as_str().expect("a name");
    for told in [name, &owner.account(), &GoogleAccount::new("kenji").sub] {
        assert!(!answer.text.contains(told), "{}", answer.text);
    }
    assert_eq!(view(&mut owner).await, before);
}

#[tokio::test]
async fn an_identity_that_is_taken_while_it_waits_is_not_linked() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let before = view(&mut browser).await;
    browser.prove("google", "kenji").await;
    let mut owner = stage.signed_in_with("google", "kenji").await;
    let theirs = view(&mut owner).await;
    let answer = browser.confirm(true).await;
    answer.is_refusal(409, "identity_taken");
    assert!(answer.set_names().is_empty() && answer.clears(LINK));
    assert_eq!(view(&mut browser).await, before);
    assert_eq!(view(&mut owner).await, theirs);
}

#[tokio::test]
async fn a_second_identity_of_a_provider_is_refused() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let wrong = (409, "wrong_account");
    link_is_refused(&stage, &mut browser, ("spotify", "hanako"), wrong).await;
    browser.link("google", "kenji").await;
    link_is_refused(&stage, &mut browser, ("google", "ada"), wrong).await;
}

#[tokio::test]
async fn a_second_identity_that_was_linked_while_the_first_waited_is_refused() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut other = stage.signed_in("ada").await;
    browser.prove("google", "ada").await;
    other.link("google", "kenji").await;
    let answer = browser.confirm(true).await;
    answer.is_refusal(409, "wrong_account");
    assert!(!browser.holds(GOOGLE_TOKENS));
    let told = view(&mut browser).await;
    assert_eq!(ways(&told), ["spotify", "google"]);
    assert_eq!(
        each(&told["identities"], "subject")[1],
        GoogleAccount::new("kenji").sub
    );
}

#[tokio::test]
async fn what_is_linked_already_is_connected_without_a_word() {
    let stage = Stage::new().await;
    stage.with_both().await;
    let mut browser = stage.signed_in("ada").await;
    let sid = browser.sid();
    let linked = browser.prove("google", "ada").await;
    assert_eq!(linked.get("pending_link"), None);
    assert_eq!(connected(&linked), ["spotify", "google"]);
    assert_eq!(browser.sid(), sid);
}

#[tokio::test]
async fn a_link_of_another_session_is_refused_before_anybody_is_asked() {
    for intent in ["link", "grant"] {
        let stage = Stage::new().await;
        let mut browser = stage.signed_in("ada").await;
        let attempt = browser.begin_at("google", intent).await;
        let query = browser.consent_at("google", &attempt, "ada");
        let transaction = browser.cookies[&attempt.cookie()].clone();
        // A victim's browser into which the transaction was planted.
        let mut victim = stage.signed_in("hanako").await;
        victim.cookies.insert(attempt.cookie(), transaction);
        let before = stage.before(&mut victim).await;
        let answer = victim
            .complete_at("google", &query, &attempt.verifier)
            .await;
        before
            .refused(&stage, &mut victim, &answer, (400, "transaction_missing"))
            .await;
        assert!(!victim.holds(LINK));
        // The same browser and person, after another sign-in.
        browser.sign_in("ada").await;
        let before = stage.before(&mut browser).await;
        let answer = browser
            .complete_at("google", &query, &attempt.verifier)
            .await;
        before
            .refused(&stage, &mut browser, &answer, (400, "transaction_missing"))
            .await;
        assert_eq!(stage.calls(GOOGLE_TOKEN), 0);
    }
}

#[tokio::test]
async fn a_link_after_the_end_of_the_session_is_refused() {
    for intent in ["link", "grant"] {
        let stage = Stage::new().await;
        let mut browser = stage.signed_in("ada").await;
        let attempt = browser.begin_at("google", intent).await;
        let query = browser.consent_at("google", &attempt, "ada");
        browser.sign_out(false).await;
        let before = stage.before(&mut browser).await;
        let answer = browser
            .complete_at("google", &query, &attempt.verifier)
            .await;
        before
            .refused(&stage, &mut browser, &answer, (401, "signed_out"))
            .await;
    }
}

#[tokio::test]
async fn a_grant_wants_the_identity_that_is_linked() {
    let stage = Stage::new().await;
    stage.signed_in("hanako").await;
    let mut browser = stage.signed_in("ada").await;
    // One that belongs to somebody else here, and one that is new.
    for (provider, login) in [
        ("spotify", "hanako"),
        ("spotify", "newcomer"),
        ("google", "ada"),
    ] {
        let before = view(&mut browser).await;
        let kept = browser.cookies.clone();
        let answer = browser.go(provider, "grant", login).await;
        answer.is_refusal(409, "wrong_account");
        assert!(answer.set_names().is_empty());
        assert_eq!(browser.cookies, kept);
        assert_eq!(view(&mut browser).await, before);
    }
    assert_eq!(stage.accounts().await, 2);
}

#[tokio::test]
async fn a_grant_needs_no_recent_sign_in_and_opens_no_session() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let sid = browser.sid();
    stage.advance(3600);
    let granted = browser.grant("spotify", "ada").await;
    assert_eq!(connected(&granted), ["spotify"]);
    assert_eq!(browser.sid(), sid);
    assert_eq!(stage.sessions().await, 1);
}

// Unlinking.

#[tokio::test]
async fn the_last_identity_stays() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let before = view(&mut browser).await;
    let answer = browser.unlink("spotify").await;
    answer.is_refusal(409, "last_identity");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(view(&mut browser).await, before);
    let mut browser = stage.with_both().await;
    is_fine(&browser.unlink("google").await);
    browser
        .unlink("spotify")
        .await
        .is_refusal(409, "last_identity");
    assert_eq!(ways(&view(&mut browser).await), ["spotify"]);
}

#[tokio::test]
async fn unlinking_wants_a_recent_sign_in() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    stage.advance(600);
    browser
        .unlink("google")
        .await
        .is_refusal(403, "recent_sign_in_needed");
    assert_eq!(ways(&view(&mut browser).await), ["spotify", "google"]);
    assert!(browser.holds(GOOGLE_TOKENS));
}

#[tokio::test]
async fn only_what_is_linked_is_unlinked() {
    let stage = Stage::new().await;
    stage
        .browser()
        .unlink("spotify")
        .await
        .is_refusal(401, "signed_out");
    let mut browser = stage.signed_in("ada").await;
    browser.unlink("google").await.is_refusal(404, "not_found");
    for unknown in ["gogle", ""] {
        browser.unlink(unknown).await.is_refusal(400, "bad_request");
    }
}

#[tokio::test]
async fn an_identity_that_was_unlinked_is_no_way_in() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    let mut by_google = stage.signed_in_with("google", "ada").await;
    let mut by_spotify = stage.signed_in("ada").await;
    let answer = browser.unlink("google").await;
    is_fine(&answer);
    assert!(answer.clears(GOOGLE_TOKENS));
    assert_eq!(ways(&answer.json()), ["spotify"]);
    assert_eq!(connected(&answer.json()), ["spotify"]);
    assert_eq!(view(&mut browser).await, answer.json());
    assert!(!by_google.is_signed_in().await);
    assert!(by_spotify.is_signed_in().await);
    let fresh = stage.signed_in_with("google", "ada").await;
    assert_ne!(fresh.account(), browser.account());
    assert_eq!(stage.accounts().await, 2);
    assert_eq!(stage.signed_in("ada").await.account(), browser.account());
    assert_eq!(stage.calls(REVOKE), 0, "that is what a disconnect is for");
}

#[tokio::test]
async fn who_unlinks_the_way_they_came_in_stays_in() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    is_fine(&browser.unlink("spotify").await);
    let told = view(&mut browser).await;
    assert_eq!(ways(&told), ["google"]);
    assert_eq!(connected(&told), ["google"]);
    browser.me().await.is_refusal(409, "not_connected");
}

#[tokio::test]
async fn a_connection_does_not_outlive_its_identity_in_another_browser() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    // Signed in with Spotify last, and connected to Google still.
    let mut other = stage.signed_in_with("google", "ada").await;
    let told = other.sign_in_with("spotify", "ada").await;
    assert_eq!(connected(&told), ["google", "spotify"]);
    is_fine(&browser.unlink("google").await);
    let told = view(&mut other).await;
    assert_eq!(ways(&told), ["spotify"]);
    assert_eq!(connected(&told), ["spotify"]);
    // Nothing is asked with its tokens any more.
    stage.advance(3600);
    let answer = other.refresh_at("google").await;
    answer.is_refusal(409, "not_connected");
    assert_eq!(stage.calls(GOOGLE_TOKEN), 2, "the two sign-ins");
}

#[tokio::test]
async fn no_call_is_made_with_tokens_of_an_identity_that_was_unlinked() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    let mut other = stage.signed_in("ada").await;
    other.sign_in_with("google", "ada").await;
    assert_eq!(other.me().await.status, StatusCode::OK);
    is_fine(&browser.unlink("spotify").await);
    let seen = stage.all_calls();
    other.me().await.is_refusal(409, "not_connected");
    other
        .refresh_at("spotify")
        .await
        .is_refusal(409, "not_connected");
    assert_eq!(stage.all_calls(), seen);
    // What everybody may look at is looked at as anybody.
    let search = "/api/spotify/v1/search?q=a&type=artist";
    is_fine(&other.get(search).await);
}

// Browsers.

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

#[tokio::test]
async fn every_signed_in_browser_is_listed_the_one_that_asks_first() {
    let stage = Stage::new().await;
    let mut first = stage.browser();
    first.user_agent = Some(FIREFOX);
    first.sign_in("ada").await;
    first.link("google", "ada").await;
    stage.advance(100);
    let mut second = stage.browser();
    second.user_agent = Some(SAFARI);
    second.sign_in_with("google", "ada").await;
    stage.advance(100);
    let third = stage.signed_in("ada").await;
    stage.signed_in("hanako").await;
    let told = first.sessions().await;
    let of = |name: &str| -> Vec<Value> { told.iter().map(|one| one[name].clone()).collect() };
    let firefox = json!("Firefox on Linux");
    assert_eq!(
        of("browser"),
        [firefox, json!(null), json!("Safari on iPhone")]
    );
    assert_eq!(of("provider"), ["spotify", "spotify", "google"]);
    assert_eq!(of("current"), [true, false, false]);
    let now = stage.clock.now();
    assert_eq!(of("created_at"), [now - 200, now, now - 100]);
    assert_eq!(of("ends_at")[1], now + 30 * 86_400);
    for browser in [&first, &second, &third] {
        let text = Value::from(told.clone()).to_string();
        assert!(!text.contains(&browser.sid()), "{text}");
        assert!(!text.contains(browser.cookies[SESSION].as_str()), "{text}");
    }
    let ids = of("id");
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    assert_eq!(second.sessions().await[0]["id"], ids[2]);
    stage
        .browser()
        .get("/api/account/sessions")
        .await
        .is_refusal(401, "signed_out");
}

#[tokio::test]
async fn a_session_past_its_time_is_not_listed() {
    let stage = Stage::new().await;
    stage.signed_in("ada").await;
    stage.advance(30 * 86_400);
    let mut browser = stage.signed_in("ada").await;
    assert_eq!(browser.sessions().await.len(), 1);
}

#[tokio::test]
async fn one_browser_is_signed_out_from_another_at_once() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut other = stage.signed_in("ada").await;
    let mut third = stage.signed_in("ada").await;
    let id = own_entry(&mut other).await;
    let answer = browser.post(END, json!({"id": id})).await;
    is_fine(&answer);
    assert_eq!(list(&answer.json()["sessions"]).len(), 2);
    // Its token is fresh still, and speaks for nobody: nothing is sent for it.
    let seen = stage.all_calls();
    other.me().await.is_refusal(401, "signed_out");
    assert_eq!(stage.all_calls(), seen);
    assert!(!other.is_signed_in().await);
    assert!(third.is_signed_in().await && browser.is_signed_in().await);
    assert_eq!(stage.sessions().await, 2);
    browser
        .post(END, json!({"id": id}))
        .await
        .is_refusal(404, "not_found");
}

#[tokio::test]
async fn all_other_browsers_are_signed_out_at_once() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let others = [stage.signed_in("ada").await, stage.signed_in("ada").await];
    let mut stranger = stage.signed_in("hanako").await;
    let answer = browser.post(END, json!({"others": true})).await;
    is_fine(&answer);
    assert_eq!(list(&answer.json()["sessions"]).len(), 1);
    let seen = stage.all_calls();
    for mut other in others {
        other.me().await.is_refusal(401, "signed_out");
        assert!(!other.is_signed_in().await);
    }
    assert_eq!(stage.all_calls(), seen, "nothing is sent for them");
    assert!(stranger.is_signed_in().await && browser.is_signed_in().await);
    // With no others there is nothing to do.
    is_fine(&browser.post(END, json!({"others": true})).await);
}

#[tokio::test]
async fn a_browser_that_ends_its_own_session_is_signed_out() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    let mut copy = browser.clone();
    let id = own_entry(&mut browser).await;
    let answer = browser.post(END, json!({"id": id})).await;
    is_fine(&answer);
    assert_eq!(answer.json()["sessions"], json!([]));
    for cookie in [SESSION, TOKENS, GOOGLE_TOKENS] {
        assert!(answer.clears(cookie), "{cookie}");
    }
    assert!(!copy.is_signed_in().await);
}

#[tokio::test]
async fn sessions_of_others_and_unknown_ones_cannot_be_ended() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut stranger = stage.signed_in("hanako").await;
    let foreign = own_entry(&mut stranger).await;
    // The session id is not what ends a session, not even one's own.
    for id in [
        foreign,
        stranger.sid(),
        browser.sid(),
        "x".to_owned(),
        String::new(),
    ] {
        let answer = browser.post(END, json!({"id": id})).await;
        answer.is_refusal(404, "not_found");
    }
    assert!(stranger.is_signed_in().await && browser.is_signed_in().await);
}

#[tokio::test]
async fn what_to_end_is_one_or_all_others() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let mut other = stage.signed_in("ada").await;
    let id = own_entry(&mut other).await;
    for body in [
        json!({}),
        json!({"others": false}),
        json!({"id": id, "others": true}),
        json!({"id": 1}),
        json!([]),
    ] {
        browser.post(END, body).await.is_refusal(400, "bad_request");
    }
    assert!(other.is_signed_in().await);
    stage
        .browser()
        .post(END, json!({"others": true}))
        .await
        .is_refusal(401, "signed_out");
}

#[tokio::test]
async fn every_sign_in_takes_a_new_session() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    let mut seen = vec![browser.sid()];
    for provider in ["spotify", "google", "google", "spotify"] {
        let mut old = browser.clone();
        let told = browser.sign_in_with(provider, "ada").await;
        assert_eq!(connected(&told).len(), 2, "both connections come along");
        assert!(!seen.contains(&browser.sid()));
        seen.push(browser.sid());
        assert!(!old.is_signed_in().await, "the one before is over");
    }
    assert_eq!((stage.accounts().await, stage.sessions().await), (1, 1));
}

// Connections.

#[tokio::test]
async fn a_disconnect_takes_the_grant_back_once_and_leaves_the_session() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    let answer = browser.disconnect("google").await;
    is_fine(&answer);
    assert!(answer.clears(GOOGLE_TOKENS));
    let told = answer.json();
    assert_eq!(told["revoked"], true);
    assert_eq!(
        told["manage_url"],
        "https://myaccount.google.com/connections"
    );
    assert_eq!(connected(&told["session"]), ["spotify"]);
    assert_eq!(ways(&told["session"]), ["spotify", "google"]);
    assert_eq!(view(&mut browser).await, told["session"]);
    assert_eq!(stage.calls(REVOKE), 1);
    browser
        .disconnect("google")
        .await
        .is_refusal(409, "not_connected");
    assert_eq!(stage.calls(REVOKE), 1);
    // It is a way in still, and the consent is asked for again.
    let mut again = stage.browser();
    let attempt = again.begin_at("google", "sign-in").await;
    let query = again.consent_at("google", &attempt, "ada");
    assert!(query.contains("prompt=consent"), "{query}");
    is_fine(&again.complete_at("google", &query, &attempt.verifier).await);
    assert_eq!(again.account(), browser.account());
}

#[tokio::test]
async fn spotify_takes_no_grant_back_and_we_say_where_it_can_be_done() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let seen = stage.all_calls();
    let told = browser.disconnect("spotify").await;
    is_fine(&told);
    assert!(told.clears(TOKENS));
    assert_eq!(told.json()["revoked"], false);
    assert_eq!(
        told.json()["manage_url"],
        "https://www.spotify.com/account/apps/"
    );
    assert_eq!(stage.all_calls(), seen);
    browser.me().await.is_refusal(409, "not_connected");
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_disconnect_does_not_hang_on_the_provider() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    stage
        .control()
        .fault(sandbox::Fault::status(REVOKE, 503))
        .expect("a fault");
    let told = browser.disconnect("google").await;
    is_fine(&told);
    assert_eq!(told.json()["revoked"], false);
    assert!(told.clears(GOOGLE_TOKENS));
}

#[tokio::test]
async fn only_a_connection_can_be_dropped() {
    let stage = Stage::new().await;
    stage
        .browser()
        .disconnect("google")
        .await
        .is_refusal(401, "signed_out");
    let mut browser = stage.signed_in("ada").await;
    browser
        .disconnect("google")
        .await
        .is_refusal(409, "not_connected");
    for provider in ["gogle", "", "../google"] {
        browser
            .disconnect(provider)
            .await
            .is_refusal(400, "bad_request");
    }
    assert!(browser.is_connected().await);
}

// The end.

#[tokio::test]
async fn a_deletion_leaves_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.with_both().await;
    let account = browser.account();
    let others = [
        stage.signed_in("ada").await,
        stage.signed_in_with("google", "ada").await,
    ];
    let mut stranger = stage.signed_in("hanako").await;
    let seen = stage.all_calls();
    let answer = browser.delete().await;
    is_fine(&answer);
    for cookie in [SESSION, TOKENS, GOOGLE_TOKENS] {
        assert!(answer.clears(cookie), "{cookie}");
    }
    assert_eq!(
        answer.json()["grants"],
        json!([
            {
                "provider": "spotify",
                "revoked": false,
                "manage_url": "https://www.spotify.com/account/apps/",
            },
            {
                "provider": "google",
                "revoked": true,
                "manage_url": "https://myaccount.google.com/connections",
            },
        ])
    );
    assert_eq!((stage.calls(REVOKE), stage.all_calls()), (1, seen + 1));
    assert_eq!((stage.accounts().await, stage.sessions().await), (1, 1));
    let seen = stage.all_calls();
    for mut other in others {
        other.me().await.is_refusal(401, "signed_out");
        assert!(!other.is_signed_in().await);
    }
    assert_eq!(stage.all_calls(), seen, "nothing is sent for them");
    assert!(stranger.is_signed_in().await);
    for provider in ["spotify", "google"] {
        let fresh = stage.signed_in_with(provider, "ada").await;
        assert_ne!(fresh.account(), account);
    }
    assert_eq!(stage.accounts().await, 3, "the two are not joined any more");
}

#[tokio::test]
async fn a_deletion_wants_a_recent_sign_in() {
    let stage = Stage::new().await;
    stage.browser().delete().await.is_refusal(401, "signed_out");
    let mut browser = stage.with_both().await;
    stage.advance(600);
    let before = view(&mut browser).await;
    let answer = browser.delete().await;
    answer.is_refusal(403, "recent_sign_in_needed");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(view(&mut browser).await, before);
    assert_eq!((stage.accounts().await, stage.calls(REVOKE)), (1, 0));
}

#[tokio::test]
async fn a_deletion_without_a_connection_says_where_the_grant_can_be_taken_back() {
    let stage = Stage::new().await;
    stage.with_both().await;
    let mut browser = stage.signed_in("ada").await;
    let grants = browser.delete().await.json()["grants"].clone();
    assert_eq!(each(&grants, "provider"), ["spotify", "google"]);
    assert_eq!(grants[1]["revoked"], false);
    assert_eq!(stage.calls(REVOKE), 0);
}

#[tokio::test]
async fn a_deletion_without_a_database_deletes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::in_folder(folder.path()).await;
    let mut browser = stage.with_both().await;
    let before = view(&mut browser).await;
    let kept = browser.cookies.clone();
    stage.world.store.close().await;
    let answer = browser.delete().await;
    answer.is_refusal(503, "unavailable");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(browser.cookies, kept);
    assert_eq!(stage.calls(REVOKE), 0);
    assert_eq!(view(&mut browser).await, before);
    let again = stage.reopened(folder.path()).await;
    assert_eq!(again.accounts().await, 1);
    let mut browser = again.served(&browser);
    assert_eq!(view(&mut browser).await, before);
}

#[tokio::test]
async fn the_export_holds_everything_and_no_token() {
    let stage = Stage::new().await;
    stage
        .browser()
        .get("/api/account/export")
        .await
        .is_refusal(401, "signed_out");
    let mut browser = stage.with_both().await;
    stage.signed_in("ada").await;
    let answer = browser.get("/api/account/export").await;
    is_fine(&answer);
    let told = answer.json();
    assert_eq!(told["exported_at"], stage.clock.now());
    assert_eq!(told["account"], view(&mut browser).await);
    assert_eq!(told["sessions"], Value::from(browser.sessions().await));
    assert_eq!(list(&told["sessions"]).len(), 2);
    let log = stage.control().log();
    let bearers: Vec<String> = log
        .iter()
        .filter_map(|entry| Some(entry.header("authorization")?.split_once(' ')?.1.to_owned()))
        .collect();
    assert!(!bearers.is_empty());
    for secret in browser.cookies.values().chain(&bearers) {
        assert!(!answer.text.contains(secret.as_str()));
    }
    assert!(!answer.text.contains(&browser.sid()));
}

#[tokio::test]
async fn a_link_asks_for_no_more_than_a_sign_in() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let attempt = browser.begin_at("google", "link").await;
    assert!(parameters(&attempt.authorize_url, "prompt").is_empty());
    assert_eq!(
        parameters(&attempt.authorize_url, "scope"),
        ["openid email profile"]
    );
}
