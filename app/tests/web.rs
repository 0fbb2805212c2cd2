//! Components in a real browser. The server is a stand-in for `fetch`.
#![cfg(all(target_arch = "wasm32", feature = "hydrate"))]
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "web/long_lists.rs"]
mod long_lists;
#[path = "web/playlists.rs"]
mod playlists;

use app::callback::landed;
use app::deed::Deed;
use app::error::{ApiError, Code};
use app::music::{Loading, use_call};
use app::notice::{Notice, NoticeBar, provide_notice, use_notice};
use app::paged::use_paged;
use app::pages::account::browsers::Browsers;
use app::pages::account::connections::Connections;
use app::pages::account::farewell::Farewell;
use app::pages::account::pending::PendingLink;
use app::pages::account::recent::Recent;
use app::pages::account::ways::Ways;
use app::pages::search::SeeToo;
use app::parts::artwork::Artwork;
use app::parts::choice::{Choice, Choosable};
use app::parts::error_view::ErrorView;
use app::parts::keep_button::KeepButton;
use app::parts::needs_permission::NeedsPermission;
use app::parts::paged_list::{Counted, PagedList};
use app::parts::signed_in::SignedIn;
use app::parts::things::Look;
use app::parts::undo::Undo;
use app::parts::wanted::WantedSheet;
use app::session::fresh::keep_fresh;
use app::session::live::{Session, provide_session, use_session};
use app::session::{
    AccountView, Boot, ConnectionView, IdentityView, PendingLinkView, ProviderView, SessionLife,
    SessionView,
};
use app::shelf::{provide_shelf, use_shelf};
use app::sign_in::button::{SignInButton, SignInButtons};
use app::sign_in::errand::{Away, Intent};
use app::sign_in::resumption::carry_on;
use app::sign_in::verifiers;
use js_sys::{Array, Function, Promise, Reflect};
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos_router::components::Router;
use oauth::pkce::Verifier;
use spotify::ids::{Base62Id, Uri};
use spotify::{Permission, Request};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

wasm_bindgen_test_configure!(run_in_browser);

const HOSTILE: &str = "<img src=x onerror=alert(1)>\"><svg/onload=alert(2)>";

fn spotify() -> ProviderView {
    ProviderView {
        id: "spotify".to_owned(),
        label: "Spotify".to_owned(),
        available: true,
        manage_url: None,
    }
}

fn google() -> ProviderView {
    ProviderView {
        id: "google".to_owned(),
        label: "Google".to_owned(),
        ..spotify()
    }
}

fn signed_in_as(id: &str, name: &str) -> SessionView {
    SessionView {
        signed_in: true,
        account: Some(AccountView {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            picture: None,
            ..AccountView::default()
        }),
        ..SessionView::default()
    }
}

/// A view on the page, gone with this value.
struct Shown<M: Mountable> {
    place: HtmlElement,
    _handle: UnmountHandle<M>,
}

impl<M: Mountable> Shown<M> {
    fn text(&self) -> String {
        self.place.text_content().unwrap_or_default()
    }

    fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.place
            .query_selector(selector)
            .expect("a selector")?
            .dyn_into()
            .ok()
    }
}

impl<M: Mountable> Drop for Shown<M> {
    fn drop(&mut self) {
        self.place.remove();
    }
}

/// Shows `view` on a page whose session is `session`, with Spotify and Google on offer.
fn show<V: IntoView + 'static>(
    session: Option<SessionView>,
    view: impl FnOnce() -> V + 'static,
) -> Shown<impl Mountable> {
    let place: HtmlElement = document()
        .create_element("div")
        .expect("an element")
        .unchecked_into();
    document()
        .body()
        .expect("a body")
        .append_child(&place)
        .expect("a child");
    let handle = mount_to(place.clone(), move || {
        provide_session(Boot {
            session,
            ask: false,
            providers: vec![spotify(), google()],
            session_life: SessionLife::default(),
        });
        provide_notice();
        view()
    });
    Shown {
        place,
        _handle: handle,
    }
}

/// Lets everything that waits for its turn have it.
async fn turn() {
    let promise = Promise::new(&mut |resolve, _| {
        window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 0)
            .expect("a timer");
    });
    JsFuture::from(promise).await.expect("a turn");
}

/// Waits until `true_at_last`, for as long as a browser may take for what it was told to do.
async fn until(true_at_last: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if true_at_last() {
            return;
        }
        turn().await;
    }
    panic!("it did not come true");
}

/// Puts `body` of a function in the place of `fetch`. [`calls`] counts.
fn answer_with(body: &str) {
    Reflect::set(&window(), &"calls".into(), &"".into()).expect("a counter");
    let fetch = Function::new_with_args("request", &format!("window.calls += '|'; {body}"));
    Reflect::set(&window(), &"fetch".into(), &fetch).expect("a stand-in");
}

/// How often it was called.
fn calls() -> usize {
    let calls = Reflect::get(&window(), &"calls".into())
        .ok()
        .and_then(|calls| calls.as_string());
    calls.expect("a stand-in").len()
}

fn json_answer(status: u16, body: &str) -> String {
    format!(
        "return Promise.resolve(new Response('{body}', \
         {{ status: {status}, headers: {{ 'content-type': 'application/json' }} }}));"
    )
}

#[wasm_bindgen_test]
async fn what_a_page_knows_at_once_survives_the_way_to_the_browser() {
    let session = SessionView {
        connections: vec![ConnectionView {
            provider: "spotify".to_owned(),
            permissions: vec!["top".to_owned()],
            granted_at: 1_790_000_000,
            ..ConnectionView::default()
        }],
        ..signed_in_as("a1", HOSTILE)
    };
    for session in [None, Some(SessionView::default()), Some(session)] {
        let boot = Boot {
            session,
            ask: true,
            providers: vec![
                ProviderView {
                    available: false,
                    manage_url: Some("https://www.spotify.com/account/apps/".to_owned()),
                    ..spotify()
                },
                google(),
            ],
            session_life: SessionLife {
                idle_s: 2_592_000,
                max_s: 15_552_000,
            },
        };
        assert_eq!(Boot::parse(&boot.written()).await.unwrap(), boot);
    }
    assert_eq!(Boot::parse("").await.unwrap(), Boot::default());
}

#[wasm_bindgen_test]
async fn button_is_busy_while_a_sign_in_begins() {
    answer_with("return new Promise(() => {});");
    let shown = show(None, || view! { <SignInButton provider=spotify() /> });
    let button = shown.find("button").unwrap();
    assert_eq!(
        button.text_content().as_deref(),
        Some("Continue with Spotify")
    );
    assert_eq!(button.get_attribute("aria-busy"), None);

    button.click();
    button.click();
    turn().await;

    assert_eq!(button.text_content().as_deref(), Some("Opening Spotify…"));
    assert_eq!(button.get_attribute("aria-busy").as_deref(), Some("true"));
    assert_eq!(
        button.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    assert_eq!(calls(), 1, "a double click begins once");
}

#[wasm_bindgen_test]
async fn refused_begin_is_told_beside_the_button() {
    answer_with(&json_answer(
        429,
        r#"{"code":"rate_limited","message":"<b>from the wire</b>","retry_after":40}"#,
    ));
    let shown = show(None, || view! { <SignInButton provider=spotify() /> });
    shown.find("button").unwrap().click();
    until(|| shown.find("[role=alert]").is_some()).await;
    let told = shown
        .find("[role=alert]")
        .unwrap()
        .text_content()
        .unwrap_or_default();
    assert!(told.contains(Code::RateLimited.sentence()), "{told}");
    assert!(told.contains("in 40 seconds"), "{told}");
    assert!(!told.contains("wire"), "{told}");
    assert_eq!(
        shown.find("button").unwrap().get_attribute("aria-busy"),
        None
    );
}

#[wasm_bindgen_test]
async fn address_that_is_not_on_the_web_is_refused() {
    answer_with(&json_answer(
        200,
        r#"{"authorize_url":"javascript:window.ran=1","state":"odd"}"#,
    ));
    let shown = show(None, || view! { <SignInButton provider=spotify() /> });
    shown.find("button").unwrap().click();
    until(|| shown.find("[role=alert]").is_some()).await;
    assert!(
        shown.text().contains("cannot be opened"),
        "{}",
        shown.text()
    );
    assert!(verifiers::find("odd").is_none());
    assert!(
        Reflect::get(&window(), &"ran".into())
            .unwrap()
            .is_undefined()
    );
}

#[wasm_bindgen_test]
fn every_error_is_shown_as_its_sentence() {
    for &code in Code::ALL {
        let shown = show(
            None,
            move || view! { <ErrorView problem=ApiError::new(code) /> },
        );
        assert!(
            shown.text().contains(code.sentence()),
            "{code:?}: {}",
            shown.text()
        );
    }
}

#[wasm_bindgen_test]
fn error_tells_wait_and_reference_and_offers_to_connect() {
    let error = ApiError::new(Code::Reauthorize)
        .retry_after(48_925)
        .reference("01JD");
    let shown = show(None, move || view! { <ErrorView problem=error /> });
    for words in ["in about 14 hours", "01JD", "Reconnect Spotify"] {
        assert!(shown.text().contains(words), "{words}: {}", shown.text());
    }
}

/// The name of the person it was made for, as a page that asked for data once would hold it.
#[component]
fn Name() -> impl IntoView {
    untrack(|| use_session().account()).and_then(|account| account.name)
}

/// The session, and a page that greets or invites.
fn greeting(session: Option<SessionView>) -> (Shown<impl Mountable>, StoredValue<Option<Session>>) {
    let kept = StoredValue::new(None);
    let shown = show(session, move || {
        kept.set_value(Some(use_session()));
        view! {
            <SignedIn invitation=|| "Please sign in">
                <p class="greeting">"Hello, " <Name /></p>
            </SignedIn>
        }
    });
    (shown, kept)
}

#[wasm_bindgen_test]
async fn change_of_session_is_drawn_at_once() {
    let (shown, session) = greeting(None);
    let session = session.get_value().unwrap();
    assert!(
        shown.text().contains("Checking who you are"),
        "never signed out before it is known"
    );

    session.put(signed_in_as("1", "Ada"));
    turn().await;
    assert_eq!(shown.text(), "Hello, Ada");

    session.put(signed_in_as("2", "Grace"));
    turn().await;
    assert_eq!(
        shown.text(),
        "Hello, Grace",
        "nothing of one person is shown to the next"
    );

    session.end();
    turn().await;
    assert_eq!(shown.text(), "Please sign in");
}

#[wasm_bindgen_test]
async fn hostile_name_is_text() {
    let (shown, _session) = greeting(Some(signed_in_as("1", HOSTILE)));
    turn().await;
    assert_eq!(shown.text(), format!("Hello, {HOSTILE}"));
    assert!(shown.find("img, svg").is_none());
}

#[wasm_bindgen_test]
fn picture_that_is_not_on_the_web_is_not_loaded() {
    for address in ["javascript:alert(1)", "data:text/html,x", "//host/x.png"] {
        let shown = show(
            None,
            move || view! { <Artwork address=Some(address.to_owned()) /> },
        );
        assert!(shown.find("img").is_none(), "{address}");
    }
    let shown = show(
        None,
        || view! { <Artwork address=Some("https://i.example/x".to_owned()) alt=HOSTILE /> },
    );
    let img = shown.find("img").unwrap();
    assert_eq!(
        img.get_attribute("referrerpolicy").as_deref(),
        Some("no-referrer")
    );
    assert_eq!(img.get_attribute("alt").as_deref(), Some(HOSTILE));
}

#[wasm_bindgen_test]
async fn older_answer_does_not_undo_what_was_learnt() {
    // The question is asked, then somebody signs out, then the answer to the question comes.
    answer_with("return new Promise((resolve) => { window.later = resolve; });");
    let (shown, session) = greeting(None);
    let session = session.get_value().unwrap();
    keep_fresh(session, provide_shelf(session), provide_notice(), false);
    turn().await;
    session.end();
    let answer = r#"{"signed_in":true,"account":{"id":"1","name":"Ada","picture":null}}"#;
    Function::new_no_args(&format!(
        "window.later(new Response('{answer}', \
         {{ headers: {{ 'content-type': 'application/json' }} }}));"
    ))
    .call0(&JsValue::NULL)
    .unwrap();
    for _ in 0..5 {
        turn().await;
    }
    assert_eq!(shown.text(), "Please sign in");
}

#[wasm_bindgen_test]
async fn sign_out_of_another_tab_is_heard() {
    answer_with("return new Promise(() => {});");
    let (shown, session) = greeting(Some(signed_in_as("1", "Ada")));
    let session = session.get_value().unwrap();
    keep_fresh(session, provide_shelf(session), provide_notice(), false);
    verifiers::keep_back(&errand("/search"));
    turn().await;
    assert_eq!(shown.text(), "Hello, Ada");
    let other = web_sys::BroadcastChannel::new("stagedoor").unwrap();
    other.post_message(&"signed-out".into()).unwrap();
    until(|| shown.text() == "Please sign in").await;
    other.close();
    assert_eq!(shown.text(), "Please sign in");
    assert_eq!(verifiers::take_back(), None, "what was wanted goes, too");
}

#[wasm_bindgen_test]
fn only_the_newest_verifiers_are_kept_and_none_after_success() {
    let storage = verifiers::storage().unwrap();
    storage.clear().unwrap();
    for number in 0..7_u8 {
        let verifier = Verifier::from_bytes([number; 32]);
        verifiers::keep(&format!("state{number}"), &verifier).unwrap();
    }
    assert!(verifiers::find("state1").is_none());
    let newest = verifiers::find("state6").unwrap();
    assert_eq!(newest.secret(), Verifier::from_bytes([6; 32]).secret());
    verifiers::forget("state6");
    assert!(verifiers::find("state6").is_none());
    assert!(verifiers::find("state5").is_some());
    verifiers::forget_all();
    assert_eq!(storage.length().unwrap(), 0);
}

#[wasm_bindgen_test]
fn what_was_landed_with_is_taken_once() {
    assert_eq!(landed::take(), None);
    Function::new_no_args(
        "Object.defineProperty(window, 'stagedoorCallback', { configurable: true, \
         value: { query: 'code=c&state=s', tokenInFragment: false } });",
    )
    .call0(&JsValue::NULL)
    .unwrap();
    let landed = landed::take().unwrap();
    assert_eq!(
        (landed.query.as_str(), landed.token_in_fragment),
        ("code=c&state=s", false)
    );
    assert_eq!(landed::take(), None);
    let names = Array::from(&js_sys::Object::get_own_property_names(&window()));
    assert!(!names.includes(&"stagedoorCallback".into(), 0));
}

fn identity(provider: &str, name: &str) -> IdentityView {
    IdentityView {
        provider: provider.to_owned(),
        subject: format!("{provider}-subject"),
        name: Some(name.to_owned()),
        email: Some("ada@post.example".to_owned()),
        linked_at: 1_795_305_600,
        seen_at: 1_795_305_600,
    }
}

/// Ada, with a Spotify identity, and a Google one where `google` says so.
fn ada(google: bool) -> SessionView {
    let mut view = signed_in_as("1", "Ada");
    view.identities.push(identity("spotify", "Ada at Spotify"));
    if google {
        view.identities.push(identity("google", HOSTILE));
    }
    view
}

/// The button whose accessible name this is.
fn button<M: Mountable>(shown: &Shown<M>, name: &str) -> Option<HtmlElement> {
    let all = shown.place.get_elements_by_tag_name("button");
    (0..all.length())
        .filter_map(|at| all.item(at)?.dyn_into::<HtmlElement>().ok())
        .find(|button| {
            let label = button.get_attribute("aria-label");
            label.or(button.text_content()).as_deref() == Some(name)
        })
}

fn focused_text() -> String {
    let focused = document().active_element();
    focused
        .and_then(|focused| focused.text_content())
        .unwrap_or_default()
}

#[wasm_bindgen_test]
fn google_keeps_its_words_and_its_mark() {
    let shown = show(None, || view! { <SignInButtons /> });
    let google = shown.find("[data-provider=google]").unwrap();
    assert_eq!(
        google.text_content().as_deref(),
        Some("Continue with Google")
    );
    let mark = google.query_selector("img").unwrap().unwrap();
    assert_eq!(mark.get_attribute("alt").as_deref(), Some(""));
    assert!(
        shown
            .find("[data-provider=spotify]")
            .unwrap()
            .query_selector("img")
            .unwrap()
            .is_none()
    );
}

#[wasm_bindgen_test]
async fn provider_that_is_away_disables_its_button_alone() {
    answer_with("return new Promise(() => {});");
    let away = ProviderView {
        available: false,
        ..google()
    };
    let shown = show(None, move || {
        view! { <SignInButton provider=away /> <SignInButton provider=spotify() /> }
    });
    let google = shown.find("[data-provider=google]").unwrap();
    assert_eq!(
        google.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    assert!(shown.text().contains("Google cannot be reached right now"));
    google.click();
    turn().await;
    assert_eq!(calls(), 0);
    shown.find("[data-provider=spotify]").unwrap().click();
    until(|| calls() == 1).await;
}

#[wasm_bindgen_test]
async fn button_waits_as_long_as_the_server_asks() {
    answer_with(&json_answer(
        429,
        r#"{"code":"rate_limited","message":"x","retry_after":40}"#,
    ));
    let shown = show(None, || view! { <SignInButton provider=spotify() /> });
    shown.find("button").unwrap().click();
    until(|| shown.find("progress").is_some()).await;
    let button = shown.find("button").unwrap();
    assert_eq!(
        button.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    button.click();
    turn().await;
    assert_eq!(calls(), 1);
}

#[wasm_bindgen_test]
async fn pending_link_names_both_sides_and_takes_the_focus() {
    let mut view = ada(false);
    view.pending_link = Some(PendingLinkView {
        provider: "google".to_owned(),
        subject: "google-subject".to_owned(),
        name: Some(HOSTILE.to_owned()),
        email: Some("ada@gmail.example".to_owned()),
        picture: None,
        expires_at: 1_795_305_600,
    });
    let left = serde_json::to_string(&ada(false)).unwrap();
    answer_with(&json_answer(200, &left));
    let shown = show(Some(view), || view! { <NoticeBar /> <PendingLink /> });
    until(|| focused_text() == "Link this identity?").await;
    for words in [
        "Ada at Spotify",
        HOSTILE,
        "ada@gmail.example",
        "google-subject",
        "Only do this if you started it just now",
    ] {
        assert!(shown.text().contains(words), "{words}: {}", shown.text());
    }
    assert!(shown.find("img").is_none());

    button(&shown, "Not now").unwrap().click();
    until(|| shown.find(".pending-link").is_none()).await;
    assert!(shown.text().contains("Google was not linked"));
    until(|| focused_text().contains("Google was not linked")).await;
}

#[wasm_bindgen_test]
async fn only_way_in_cannot_be_unlinked() {
    answer_with("return new Promise(() => {});");
    let shown = show(Some(ada(false)), || view! { <Ways /> });
    let unlink = button(&shown, "Unlink Spotify").unwrap();
    assert_eq!(
        unlink.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    assert!(shown.text().contains("only way into your account"));
    unlink.click();
    turn().await;
    assert_eq!(calls(), 0);
    assert!(button(&shown, "Link Google").is_some());
    assert!(button(&shown, "Link Spotify").is_none());
}

#[wasm_bindgen_test]
async fn unlinking_is_asked_twice_and_an_old_sign_in_is_told() {
    answer_with(&json_answer(
        403,
        r#"{"code":"recent_sign_in_needed","message":"x"}"#,
    ));
    let shown = show(Some(ada(true)), || view! { <Ways /> });
    button(&shown, "Unlink Google").unwrap().click();
    until(|| focused_text().contains("no longer leads")).await;
    assert_eq!(calls(), 0, "the first click asks");
    button(&shown, "Unlink Google").unwrap().click();
    until(|| shown.find("[role=alert]").is_some()).await;
    assert_eq!(calls(), 1);
    assert!(shown.text().contains(Code::RecentSignInNeeded.sentence()));
    until(|| focused_text().contains(Code::RecentSignInNeeded.sentence())).await;
}

#[wasm_bindgen_test]
async fn signing_in_again_is_offered_by_the_ways_that_lead_in() {
    answer_with(&json_answer(
        403,
        r#"{"code":"recent_sign_in_needed","message":"x"}"#,
    ));
    let shown = show(Some(ada(false)), || view! { <Ways /> });
    button(&shown, "Link Google").unwrap().click();
    until(|| shown.find("[role=alert]").is_some()).await;
    assert!(button(&shown, "Continue with Spotify").is_some());
    assert!(button(&shown, "Continue with Google").is_none());
}

#[wasm_bindgen_test]
async fn connection_without_renewal_offers_to_keep_it() {
    let mut view = ada(true);
    for provider in ["spotify", "google"] {
        view.connections.push(ConnectionView {
            provider: provider.to_owned(),
            scopes: vec!["openid".to_owned()],
            ..ConnectionView::default()
        });
    }
    let shown = show(Some(view), || view! { <Connections /> });
    assert!(shown.text().contains("who you are"));
    let entry = shown.find("li[data-provider=google]").unwrap();
    assert!(
        entry
            .text_content()
            .unwrap_or_default()
            .contains("Keep it connected")
    );
    let entry = shown.find("li[data-provider=spotify]").unwrap();
    assert!(
        !entry
            .text_content()
            .unwrap_or_default()
            .contains("Keep it connected")
    );
}

#[wasm_bindgen_test]
async fn sessions_that_cannot_be_listed_are_asked_for_again() {
    answer_with(&json_answer(503, r#"{"code":"unavailable","message":"x"}"#));
    let shown = show(Some(ada(false)), || {
        view! { <Router><Browsers /></Router> }
    });
    until(|| shown.find("[role=alert]").is_some()).await;
    answer_with(&json_answer(
        200,
        r#"{"sessions":[{"id":"a","browser":"Firefox on Linux","provider":"spotify","created_at":1,"seen_at":2,"ends_at":3,"current":true},{"id":"b","browser":null,"provider":null,"created_at":1,"seen_at":2,"ends_at":3,"current":false}]}"#,
    ));
    button(&shown, "Try again").unwrap().click();
    until(|| shown.text().contains("Firefox on Linux")).await;
    assert!(shown.text().contains("This browser"));
    assert!(button(&shown, "End all others").is_some());
    assert!(
        button(
            &shown,
            "End the session of A browser that does not say which"
        )
        .is_some()
    );
    assert!(button(&shown, "End the session of Firefox on Linux").is_none());
}

#[wasm_bindgen_test]
async fn account_is_not_deleted_without_the_word() {
    answer_with("return new Promise(() => {});");
    let shown = show(Some(ada(false)), || {
        view! { <Router><Farewell /></Router> }
    });
    button(&shown, "Delete the account…").unwrap().click();
    until(|| button(&shown, "Delete everything now").is_some()).await;
    button(&shown, "Delete everything now").unwrap().click();
    turn().await;
    assert_eq!(calls(), 0);
    assert!(shown.text().contains("Nothing was deleted"));
    let field = shown.find("input").unwrap();
    field
        .unchecked_ref::<web_sys::HtmlInputElement>()
        .set_value("delete");
    field
        .dispatch_event(&web_sys::Event::new("input").unwrap())
        .unwrap();
    button(&shown, "Delete everything now").unwrap().click();
    until(|| calls() == 1).await;
}

#[wasm_bindgen_test]
async fn old_sign_in_is_told_before_it_is_refused() {
    let recent = |until| SessionView {
        recent_until: Some(until),
        ..ada(false)
    };
    let shown = show(Some(recent(1)), || view! { <Recent /> });
    until(|| shown.text().contains("more than ten minutes ago")).await;
    assert!(button(&shown, "Continue with Spotify").is_some());
    assert!(button(&shown, "Continue with Google").is_none());
    let shown = show(Some(recent(i64::MAX)), || view! { <Recent /> });
    turn().await;
    assert!(!shown.text().contains("ten minutes"));
}

fn errand(place: &str) -> Away {
    Away {
        place: place.to_owned(),
        from: None,
        provider: "spotify".to_owned(),
        intent: Intent::Grant,
        permissions: vec!["follow".to_owned()],
        deed: Some(follow()),
        account: Some("a1".to_owned()),
    }
}

fn follow() -> Deed {
    Deed {
        keep: true,
        uri: Uri::artist(Base62Id::parse("0aV6DOiouImYTqrR5YlIqx").unwrap()),
        name: "Marlow Quill".to_owned(),
    }
}

#[wasm_bindgen_test]
fn errand_goes_with_its_verifier() {
    let storage = verifiers::storage().unwrap();
    storage.clear().unwrap();
    verifiers::keep("s", &Verifier::from_bytes([1; 32])).unwrap();
    verifiers::keep_away("s", &errand("/account")).unwrap();
    assert_eq!(verifiers::away("s"), Some(errand("/account")));
    verifiers::forget("s");
    assert_eq!(storage.length().unwrap(), 0);
    verifiers::keep("s", &Verifier::from_bytes([1; 32])).unwrap();
    verifiers::keep_away("s", &errand("//evil.example")).unwrap();
    assert_eq!(verifiers::away("s"), None);
    verifiers::forget_all();
    assert_eq!(storage.length().unwrap(), 0);
}

// Permissions.

const FOLLOW: &str = "Follow Marlow Quill";
const FOLLOWING: &str = "Following Marlow Quill, press to stop";

/// Somebody whose browser holds a connection to Spotify with `permissions`.
fn connected(permissions: &[&str]) -> SessionView {
    SessionView {
        identities: vec![IdentityView {
            provider: "spotify".to_owned(),
            ..IdentityView::default()
        }],
        connections: vec![ConnectionView {
            provider: "spotify".to_owned(),
            permissions: permissions.iter().map(|&name| name.to_owned()).collect(),
            granted_at: 1,
            ..ConnectionView::default()
        }],
        ..signed_in_as("a1", "Ada")
    }
}

/// A view with the shelf around it, and the session to change it by.
fn with_shelf<V: IntoView + 'static>(
    session: SessionView,
    view: impl FnOnce() -> V + 'static,
) -> (Shown<impl Mountable>, Session) {
    let kept = StoredValue::new(None);
    let shown = show(Some(session), move || {
        let session = use_session();
        provide_shelf(session);
        kept.set_value(Some(session));
        view! { <NoticeBar /> {view()} <WantedSheet /> }
    });
    (shown, kept.get_value().unwrap())
}

fn keep_button() -> impl IntoView {
    let Deed { uri, name, .. } = follow();
    view! { <KeepButton uri name /> }
}

#[wasm_bindgen_test]
async fn permission_is_asked_for_when_the_person_acts() {
    answer_with("return new Promise(() => {});");
    let (shown, _) = with_shelf(connected(&["top"]), keep_button);
    turn().await;
    assert!(shown.find("dialog[open]").is_none());
    button(&shown, FOLLOW).unwrap().click();
    until(|| shown.find("dialog[open]").is_some()).await;
    assert_eq!(calls(), 0, "nobody is asked before they agreed to be");
    for words in ["Follow Marlow Quill?", Permission::Follow.sentence()] {
        assert!(shown.text().contains(words), "{words}: {}", shown.text());
    }
    button(&shown, "Allow it at Spotify").unwrap().click();
    until(|| calls() == 1).await;
    button(&shown, "Not now").unwrap().click();
    until(|| shown.find("dialog[open]").is_none()).await;
}

#[wasm_bindgen_test]
async fn allowed_deed_is_done_at_one_press() {
    answer_with("return Promise.resolve(new Response('', { status: 200 }));");
    let (shown, _) = with_shelf(connected(&["follow"]), keep_button);
    turn().await;
    button(&shown, FOLLOW).unwrap().click();
    until(|| button(&shown, FOLLOWING).is_some()).await;
    assert_eq!(calls(), 1);
    assert!(shown.find("dialog[open]").is_none());
}

#[wasm_bindgen_test]
async fn deed_that_waited_is_done_once_after_the_return() {
    let storage = verifiers::storage().unwrap();
    storage.clear().unwrap();
    answer_with("return Promise.resolve(new Response('', { status: 200 }));");
    verifiers::keep_back(&errand("/search"));
    let (shown, session) = with_shelf(connected(&["follow"]), || {
        carry_on(use_session(), use_shelf(), use_notice(), |_| {});
        keep_button()
    });
    until(|| button(&shown, FOLLOWING).is_some()).await;
    assert!(storage.get_item("stagedoor.back").unwrap().is_none());
    // Something else about the session is no second return.
    session.put(SessionView {
        recent_until: Some(1),
        ..connected(&["follow"])
    });
    turn().await;
    assert_eq!(calls(), 1);
}

#[wasm_bindgen_test]
async fn deed_of_another_person_is_not_done() {
    verifiers::storage().unwrap().clear().unwrap();
    answer_with("return Promise.resolve(new Response('', { status: 200 }));");
    verifiers::keep_back(&Away {
        account: Some("a2".to_owned()),
        ..errand("/search")
    });
    let (_shown, _) = with_shelf(connected(&["follow"]), || {
        carry_on(use_session(), use_shelf(), use_notice(), |_| {});
        keep_button()
    });
    for _ in 0..5 {
        turn().await;
    }
    assert_eq!(calls(), 0);
    assert_eq!(verifiers::take_back(), None);
}

#[wasm_bindgen_test]
async fn nothing_of_one_person_is_shown_to_the_next() {
    answer_with("return Promise.resolve(new Response('', { status: 200 }));");
    let (shown, session) = with_shelf(connected(&["follow"]), keep_button);
    turn().await;
    button(&shown, FOLLOW).unwrap().click();
    until(|| button(&shown, FOLLOWING).is_some()).await;
    session.put(SessionView {
        account: signed_in_as("a2", "Hanako").account,
        ..connected(&["follow"])
    });
    until(|| button(&shown, FOLLOW).is_some()).await;
}

#[wasm_bindgen_test]
async fn deed_that_finds_the_connection_gone_waits_for_another_one() {
    let session = r#"{"signed_in":true,"account":{"id":"a1","name":"Ada","picture":null},"identities":[{"provider":"spotify","subject":"ada","name":null,"linked_at":0}]}"#;
    answer_with(&format!(
        "const at = typeof request === 'string' ? request : request.url; \
         if (at.includes('/api/session')) {{ {} }} {}",
        json_answer(200, session),
        json_answer(409, r#"{"code":"not_connected","message":"x"}"#),
    ));
    let (shown, session) = with_shelf(connected(&["follow"]), keep_button);
    turn().await;
    button(&shown, FOLLOW).unwrap().click();
    until(|| button(&shown, "Connect Spotify on this device").is_some()).await;
    for _ in 0..5 {
        turn().await;
    }
    assert!(shown.find("dialog[open]").is_some());
    assert!(
        shown.text().contains("Follow Marlow Quill?"),
        "{}",
        shown.text()
    );
    // It is nobody else's.
    session.put(signed_in_as("a2", "Hanako"));
    until(|| shown.find("dialog[open]").is_none()).await;
}

#[wasm_bindgen_test]
async fn what_is_under_way_is_told_in_the_sheet() {
    answer_with("return new Promise(() => {});");
    let (shown, session) = with_shelf(connected(&[]), keep_button);
    turn().await;
    button(&shown, FOLLOW).unwrap().click();
    until(|| shown.find("dialog[open]").is_some()).await;
    session.put(connected(&["follow"]));
    until(|| button(&shown, "Go on").is_some()).await;
    let go_on = button(&shown, "Go on").unwrap();
    go_on.click();
    until(|| shown.text().contains("Following Marlow Quill…")).await;
    assert_eq!(go_on.get_attribute("aria-busy").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
async fn look_that_was_asked_before_a_deed_undoes_nothing() {
    // The look answers after the deed, with what was true before it.
    answer_with(
        "const at = typeof request === 'string' ? request : request.url; \
         if (at.includes('/contains')) { \
             return new Promise((resolve) => { window.later = resolve; }); \
         } \
         return Promise.resolve(new Response('', { status: 200 }));",
    );
    let (shown, _) = with_shelf(connected(&["follow", "following"]), || {
        use_shelf().look(vec![follow().uri]);
        keep_button()
    });
    until(|| calls() == 1).await;
    button(&shown, FOLLOW).unwrap().click();
    until(|| button(&shown, FOLLOWING).is_some()).await;
    Function::new_no_args(
        "window.later(new Response('[false]', \
         { headers: { 'content-type': 'application/json' } }));",
    )
    .call0(&JsValue::NULL)
    .unwrap();
    for _ in 0..10 {
        turn().await;
    }
    assert!(button(&shown, FOLLOWING).is_some());
}

#[wasm_bindgen_test]
async fn notice_and_errand_of_one_person_go_when_another_is_learnt_of() {
    verifiers::storage().unwrap().clear().unwrap();
    answer_with("return new Promise(() => {});");
    let (shown, session) = with_shelf(connected(&[]), || {
        let (session, notice) = (use_session(), use_notice());
        keep_fresh(session, use_shelf(), notice, false);
        notice.put("/", Notice::new("Ada's own").again(errand("/")));
    });
    turn().await;
    let again = || button(&shown, "Choose another Spotify account");
    assert!(again().is_some());
    verifiers::keep_back(&errand("/search"));
    // No other tab has told of it, and for a while nobody is known.
    session.forget();
    turn().await;
    assert!(again().is_none(), "it is nobody's button");
    session.put(signed_in_as("a2", "Hanako"));
    until(|| !shown.text().contains("Ada's own")).await;
    assert_eq!(verifiers::take_back(), None);
}

/// Answers nothing, and keeps what the last request said in `window.said`.
const LISTENS: &str = "window.said = undefined; \
    request.clone().text().then((said) => { window.said = said; }); \
    return new Promise(() => {});";

async fn said() -> String {
    let said = || {
        Reflect::get(&window(), &"said".into())
            .ok()
            .and_then(|said| said.as_string())
    };
    until(|| said().is_some()).await;
    said().unwrap()
}

#[wasm_bindgen_test]
async fn connection_that_is_gone_is_made_anew_with_what_it_had_unless_it_was_given_up() {
    let gone = || SessionView {
        connections: Vec::new(),
        ..connected(&[])
    };
    for given_up in [false, true] {
        answer_with(LISTENS);
        let (shown, session) = with_shelf(connected(&["top"]), || {
            view! { <NeedsPermission permission=Permission::Follow>"Mine"</NeedsPermission> }
        });
        turn().await;
        session.put(gone());
        if given_up {
            session.note_given_up("spotify");
        }
        let connect = || button(&shown, "Connect Spotify on this device");
        until(|| connect().is_some()).await;
        connect().unwrap().click();
        until(|| calls() == 1).await;
        let asked = said().await;
        assert!(asked.contains(r#""follow""#), "{asked}");
        assert_eq!(asked.contains(r#""top""#), !given_up, "{asked}");
    }
}

#[wasm_bindgen_test]
async fn end_of_a_connection_is_heard_from_another_tab() {
    answer_with("return new Promise(() => {});");
    let (shown, _) = with_shelf(connected(&["top"]), || {
        keep_fresh(use_session(), use_shelf(), use_notice(), false);
        view! { <NeedsPermission permission=Permission::Top>"Mine"</NeedsPermission> }
    });
    turn().await;
    assert!(shown.text().contains("Mine"));
    let other = web_sys::BroadcastChannel::new("stagedoor").unwrap();
    other.post_message(&"ended spotify".into()).unwrap();
    until(|| button(&shown, "Reconnect Spotify").is_some()).await;
    other.close();
}

#[wasm_bindgen_test]
async fn who_may_keep_and_not_see_is_offered_the_other_half() {
    answer_with(LISTENS);
    let (shown, session) = with_shelf(connected(&["top"]), || view! { <SeeToo /> });
    turn().await;
    assert!(shown.find("button").is_none(), "nothing was kept");
    session.put(connected(&["follow", "edit-library", "library"]));
    until(|| button(&shown, "Show whom I follow already").is_some()).await;
    session.put(connected(&["follow", "edit-library"]));
    let both = || button(&shown, "Show what I follow and keep already");
    until(|| both().is_some()).await;
    both().unwrap().click();
    until(|| calls() == 1).await;
    let asked = said().await;
    assert!(asked.contains(r#"["following","library"]"#), "{asked}");
    session.put(connected(&[
        "follow",
        "edit-library",
        "following",
        "library",
    ]));
    until(|| both().is_none()).await;
}

#[wasm_bindgen_test]
async fn page_comes_back_when_another_tab_has_connected() {
    answer_with(&json_answer(401, r#"{"code":"reauthorize","message":"x"}"#));
    let (shown, session) = with_shelf(connected(&["top"]), || {
        let call = use_call(|| Some(Request::me()));
        move || match call.get() {
            Loading::Ready(user) => view! { <p>{user.id}</p> }.into_any(),
            Loading::Failed(error) => view! { <ErrorView problem=error /> }.into_any(),
            _ => ().into_any(),
        }
    });
    until(|| button(&shown, "Reconnect Spotify").is_some()).await;
    answer_with(&json_answer(200, r#"{"id":"ada.lindqvist"}"#));
    session.put(SessionView {
        connections: vec![ConnectionView {
            granted_at: 2,
            ..connected(&["top"]).connections.remove(0)
        }],
        ..connected(&["top"])
    });
    until(|| shown.text().contains("ada.lindqvist")).await;
    assert_eq!(calls(), 1);
}

#[wasm_bindgen_test]
async fn page_that_needs_a_permission_follows_the_session() {
    let (shown, session) = with_shelf(SessionView::default(), || {
        view! { <NeedsPermission permission=Permission::Top>"Mine"</NeedsPermission> }
    });
    until(|| shown.text().contains("Continue with Spotify")).await;
    session.put(signed_in_as("a1", "Ada"));
    until(|| shown.text().contains("Connect Spotify")).await;
    session.put(SessionView {
        connections: Vec::new(),
        ..connected(&[])
    });
    until(|| shown.text().contains("Connect Spotify on this device")).await;
    session.put(connected(&["email"]));
    until(|| shown.text().contains("Allow it at Spotify")).await;
    session.put(connected(&["email", "top"]));
    until(|| shown.text().contains("Mine")).await;
    session.note_ended("spotify");
    until(|| shown.text().contains("Reconnect Spotify")).await;
}

/// An artist as the Web API tells of one.
fn artist(place: usize) -> String {
    format!(r#"{{"id":"{place:022}","name":"Artist {place}"}}"#)
}

/// A page of followed artists, which says that there is another where `after` is something.
fn followed(places: std::ops::Range<usize>, after: Option<&str>) -> String {
    let items: Vec<_> = places.map(artist).collect();
    let next = after.map_or("null".to_owned(), |_| r#""there""#.to_owned());
    let after = after.map_or("null".to_owned(), |after| format!(r#""{after}""#));
    format!(
        r#"{{"artists":{{"items":[{}],"next":{next},"cursors":{{"after":{after}}},"limit":2,"total":5}}}}"#,
        items.join(",")
    )
}

fn list_of_artists() -> impl IntoView {
    let paged = use_paged(|cursor| Request::followed_artists(cursor.after(), 2));
    view! {
        <Counted paged one="artist" many="artists" empty="Nobody yet." />
        <PagedList paged look=Look::Tiles />
    }
}

/// Answers with these bodies, one after the other; `""` is a network that is away.
fn answer_in_turn(bodies: &[String]) {
    let bodies = serde_json::to_string(bodies).unwrap();
    answer_with(&format!(
        "const body = {bodies}[window.calls.length - 1]; \
         if (!body) return Promise.reject(new TypeError('Failed to fetch')); \
         return Promise.resolve(new Response(body, \
         {{ status: 200, headers: {{ 'content-type': 'application/json' }} }}));"
    ));
}

fn names<M: Mountable>(shown: &Shown<M>) -> Vec<String> {
    let all = shown.place.get_elements_by_class_name("name");
    (0..all.length())
        .filter_map(|at| all.item(at)?.text_content())
        .collect()
}

// The page is so short that the end of the list is near always: it reads on by itself.
#[wasm_bindgen_test]
async fn list_is_read_to_its_end_and_nobody_is_listed_twice() {
    answer_in_turn(&[
        followed(0..2, Some("b")),
        // The list changed meanwhile, and one of them comes again.
        followed(1..3, Some("c")),
        followed(3..4, None),
    ]);
    let (shown, _) = with_shelf(connected(&[]), list_of_artists);
    until(|| shown.text().contains("4 artists.")).await;
    let expected: Vec<_> = (0..4).map(|place| format!("Artist {place}")).collect();
    assert_eq!(names(&shown), expected);
    assert_eq!(calls(), 3);
    assert!(shown.find(".more button").is_none());
}

#[wasm_bindgen_test]
async fn list_whose_cursor_comes_again_has_an_end() {
    answer_in_turn(&[
        followed(0..2, Some("b")),
        followed(2..4, Some("b")),
        followed(4..5, Some("b")),
    ]);
    let (shown, _) = with_shelf(connected(&[]), list_of_artists);
    until(|| shown.text().contains("4 artists.")).await;
    for _ in 0..20 {
        turn().await;
    }
    assert_eq!(calls(), 2);
}

#[wasm_bindgen_test]
async fn list_keeps_what_was_read_where_the_next_page_does_not_come() {
    answer_in_turn(&[
        followed(0..2, Some("b")),
        String::new(),
        followed(2..3, None),
    ]);
    let (shown, _) = with_shelf(connected(&[]), list_of_artists);
    until(|| shown.text().contains("you may be offline")).await;
    assert_eq!(names(&shown).len(), 2);
    assert!(shown.text().contains("5 artists, 2 of them shown."));
    button(&shown, "Try again").unwrap().click();
    until(|| shown.text().contains("3 artists.")).await;
    assert_eq!(names(&shown), ["Artist 0", "Artist 1", "Artist 2"]);
}

#[wasm_bindgen_test]
async fn list_of_nobody_says_so() {
    answer_in_turn(&[followed(0..0, None)]);
    let (shown, _) = with_shelf(connected(&[]), list_of_artists);
    until(|| shown.text().contains("Nobody yet.")).await;
}

#[wasm_bindgen_test]
async fn what_was_let_go_is_taken_back_by_one_press() {
    answer_with("return Promise.resolve(new Response('', { status: 200 }));");
    let (shown, _) = with_shelf(connected(&["follow"]), || {
        let shelf = use_shelf();
        let Deed { uri, name, .. } = follow();
        shelf.press(Deed {
            keep: false,
            ..follow()
        });
        view! { <KeepButton uri name /> <Undo /> }
    });
    until(|| button(&shown, "Undo").is_some()).await;
    assert!(
        shown
            .text()
            .contains("You do not follow Marlow Quill any more.")
    );
    button(&shown, "Undo").unwrap().click();
    until(|| button(&shown, "Undo").is_none()).await;
    assert!(button(&shown, "Following Marlow Quill, press to stop").is_some());
    assert_eq!(calls(), 2);
}

#[wasm_bindgen_test]
async fn choice_says_which_one_is_shown() {
    let shown = show(None, || {
        let options = Signal::derive(|| {
            let one = |words, to: &str, here| Choosable {
                words,
                to: to.to_owned(),
                here,
            };
            vec![
                one("Albums", "/x?of=a", true),
                one("Tracks", "/x?of=t", false),
            ]
        });
        view! { <Choice label="What" options /> }
    });
    turn().await;
    let here = shown.find("a[aria-current=true]").unwrap();
    assert_eq!(here.text_content().as_deref(), Some("Albums"));
    let other = shown.find("a[aria-current=false]").unwrap();
    assert_eq!(other.get_attribute("href").as_deref(), Some("/x?of=t"));
}
