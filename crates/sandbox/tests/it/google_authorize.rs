//! The local Google: discovery, the authorization endpoint, its pages.

use axum::http::StatusCode;
use sandbox::{Client, GoogleSettings};
use serde_json::json;

use crate::browser::{Answer, Browser, CHALLENGE, encode, value};

pub(crate) const CALLBACK: &str = "http://127.0.0.1:3000/callback/google";
const ISSUER: &str = "http://localhost:4400/google";
const AUTHORIZE: &str = "/google/o/oauth2/v2/auth";

/// The usual query, with these values instead; an empty one leaves it out.
pub(crate) fn query(changes: &[(&str, &str)]) -> String {
    let usual = [
        ("client_id", "sandbox-client"),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email profile"),
        ("state", "s-1"),
        ("nonce", "n-1"),
        ("code_challenge_method", "S256"),
        ("code_challenge", CHALLENGE),
    ];
    let kept = usual
        .iter()
        .filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    let added = changes.iter().filter(|(_, value)| !value.is_empty());
    encode(&kept.chain(added).copied().collect::<Vec<_>>())
}

/// The authorization endpoint with [`query`].
pub(crate) fn authorize(changes: &[(&str, &str)]) -> String {
    format!("{AUTHORIZE}?{}", query(changes))
}

/// The same with the address of the sandbox.
pub(crate) fn authorize_url(changes: &[(&str, &str)]) -> String {
    format!("http://localhost:4400{}", authorize(changes))
}

/// Chooses an account; the answer is a redirect to what comes next.
async fn choose(browser: &mut Browser, account: &str, request: &str) -> Answer {
    let fields = [("account", account), ("request", request)];
    browser
        .post_form("/google/signin/choose", &[], &fields)
        .await
}

pub(crate) async fn sign_in(browser: &mut Browser, account: &str) {
    let answer = choose(browser, account, "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/google/account/connections");
}

async fn decide(browser: &mut Browser, account: &str, request: &str, decision: &str) -> Answer {
    let fields = [
        ("request", request),
        ("account", account),
        ("decision", decision),
    ];
    browser
        .post_form("/google/signin/consent", &[], &fields)
        .await
}

/// An error page: its status and the code that it names. It must not redirect.
async fn blocked(browser: &mut Browser, path: &str) -> (StatusCode, String) {
    let answer = browser.get(path).await;
    assert!(answer.header("location").is_none(), "it must not redirect");
    assert!(answer.body.contains("<h1>Access blocked</h1>"), "{path}");
    assert!(
        answer.body.contains(r#"role="alert""#),
        "a reader hears of it"
    );
    let (_, rest) = answer.body.split_once("<code>").expect("a code");
    let (code, _) = rest.split_once("</code>").expect("a code");
    (answer.status, code.to_owned())
}

fn bad(code: &str) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, code.to_owned())
}

#[tokio::test]
async fn discovery_names_every_endpoint_and_no_end_session() {
    let mut browser = Browser::new();
    let answer = browser
        .get("/google/.well-known/openid-configuration")
        .await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=3600"));
    let document = answer.json();
    assert_eq!(document["issuer"], ISSUER);
    for (name, path) in [
        ("authorization_endpoint", "/o/oauth2/v2/auth"),
        ("token_endpoint", "/token"),
        ("userinfo_endpoint", "/userinfo"),
        ("revocation_endpoint", "/revoke"),
        ("jwks_uri", "/certs"),
    ] {
        assert_eq!(document[name], format!("{ISSUER}{path}"), "{name}");
    }
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        json!(["RS256"])
    );
    assert_eq!(
        document["token_endpoint_auth_methods_supported"],
        json!(["client_secret_post", "client_secret_basic"])
    );
    assert_eq!(
        document["code_challenge_methods_supported"],
        json!(["S256"])
    );
    for absent in [
        "end_session_endpoint",
        "authorization_response_iss_parameter_supported",
    ] {
        assert!(document.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn iss_can_be_advertised_and_left_out() {
    let mut browser = Browser::new();
    let settings = GoogleSettings {
        send_iss: false,
        advertise_iss: true,
        ..GoogleSettings::default()
    };
    browser.control.google_settings(settings).unwrap();
    let document = browser
        .get("/google/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(
        document["authorization_response_iss_parameter_supported"],
        true
    );
    let url = authorize_url(&[]);
    let good = browser.control.google_authorize(&url, "ada").unwrap();
    assert_eq!(value(&good, "iss"), None);
    let denied = browser.control.google_deny(&url, "ada").unwrap();
    assert_eq!(value(&denied, "iss"), None);
}

#[tokio::test]
async fn a_person_chooses_an_account_agrees_and_comes_back() {
    let mut browser = Browser::new();
    let request = query(&[("state", "a b&c=d")]);
    let page = browser.get(&format!("{AUTHORIZE}?{request}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        "Choose an account",
        "Continue as Ada Lindqvist",
        "Continue as 渡辺",
        "newcomer@post.example",
    ] {
        assert!(page.body.contains(part), "{part}");
    }
    let chosen = choose(&mut browser, "kenji", &request).await;
    assert!(chosen.header("set-cookie").unwrap().contains("HttpOnly"));
    let next = chosen.location().to_owned();
    let page = browser.get(&next).await;
    for part in [
        r#"Sign in to <span dir="auto">Stagedoor</span>?"#,
        "See your e-mail address.",
        "kenji@kitahama-records.example",
        "Continue</button>",
        "Cancel</button>",
    ] {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(!page.body.contains("while you are away"));
    let back = decide(&mut browser, "kenji", &request, "continue").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let url = back.location();
    assert!(url.starts_with(&format!("{CALLBACK}?")));
    let said = |name| value(url, name);
    assert_eq!(said("state").as_deref(), Some("a b&c=d"));
    assert_eq!(said("iss").as_deref(), Some(ISSUER));
    assert!(said("code").unwrap().starts_with("4/0"));
    assert_eq!(
        said("scope").as_deref(),
        Some(
            "openid https://www.googleapis.com/auth/userinfo.email \
             https://www.googleapis.com/auth/userinfo.profile"
        )
    );
    assert_eq!(said("authuser").as_deref(), Some("0"));
    assert_eq!(said("hd").as_deref(), Some("kitahama-records.example"));
    assert_eq!(said("prompt").as_deref(), Some("consent"));
    assert_eq!(said("error"), None);
}

#[tokio::test]
async fn who_has_agreed_before_comes_straight_back() {
    let mut browser = Browser::new();
    sign_in(&mut browser, "ada").await;
    let request = query(&[]);
    decide(&mut browser, "ada", &request, "continue").await;
    let back = browser.get(&authorize(&[])).await;
    assert_eq!(back.status, StatusCode::FOUND);
    assert!(value(back.location(), "code").is_some());
    assert_eq!(value(back.location(), "prompt").as_deref(), Some("none"));
    assert_eq!(value(back.location(), "hd"), None, "no organisation");
    let asked = browser.get(&authorize(&[("prompt", "consent")])).await;
    assert!(asked.body.contains("Sign in to"), "it asks again when told");
}

#[tokio::test]
async fn a_new_scope_is_asked_for() {
    let mut browser = Browser::new();
    sign_in(&mut browser, "ada").await;
    decide(
        &mut browser,
        "ada",
        &query(&[("scope", "openid")]),
        "continue",
    )
    .await;
    let page = browser.get(&authorize(&[])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Sign in to"));
}

#[tokio::test]
async fn cancel_is_access_denied_with_state_and_iss() {
    let mut browser = Browser::new();
    sign_in(&mut browser, "ada").await;
    let back = decide(&mut browser, "ada", &query(&[]), "cancel").await;
    let url = back.location();
    assert_eq!(value(url, "error").as_deref(), Some("access_denied"));
    assert_eq!(value(url, "state").as_deref(), Some("s-1"));
    assert_eq!(value(url, "iss").as_deref(), Some(ISSUER));
    assert_eq!(value(url, "code"), None);
    assert!(browser.control.snapshot().google.consents.is_empty());
}

#[tokio::test]
async fn several_accounts_and_select_account_show_the_chooser() {
    let mut browser = Browser::new();
    sign_in(&mut browser, "ada").await;
    let page = browser
        .get(&authorize(&[("prompt", "select_account consent")]))
        .await;
    assert!(page.body.contains("Choose an account"));
    assert!(page.body.contains("· signed in"));
    assert!(
        browser
            .get(&authorize(&[]))
            .await
            .body
            .contains("Sign in to")
    );
    sign_in(&mut browser, "kenji").await;
    let page = browser.get(&authorize(&[])).await;
    assert!(page.body.contains("Choose an account"));
    // The second account of this browser.
    let request = query(&[]);
    let back = decide(&mut browser, "kenji", &request, "continue").await;
    assert_eq!(value(back.location(), "authuser").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_login_hint_suppresses_the_chooser_for_who_is_signed_in() {
    let mut browser = Browser::new();
    sign_in(&mut browser, "ada").await;
    sign_in(&mut browser, "kenji").await;
    let sub = browser.control.snapshot().google.accounts[0].sub.clone();
    for hint in ["ada.lindqvist@gmail.com", "ADA.lindqvist@Gmail.com", &sub] {
        let page = browser.get(&authorize(&[("login_hint", hint)])).await;
        assert!(page.body.contains("Sign in to"), "{hint}");
        assert!(page.body.contains("ada.lindqvist@gmail.com"), "{hint}");
    }
    let hint = [("login_hint", "newcomer@post.example")];
    let page = browser.get(&authorize(&hint)).await;
    assert!(page.body.contains("Choose an account"));
    assert!(
        page.body.contains(r#"value="newcomer@post.example""#),
        "the form is filled in"
    );
}

#[tokio::test]
async fn an_account_is_found_by_its_address_and_a_stranger_is_not() {
    let mut browser = Browser::new();
    sign_in(&mut browser, " Ada.Lindqvist@gmail.com ").await;
    let answer = choose(&mut browser, "<b>eve</b>", &query(&[])).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("&lt;b&gt;eve&lt;"), "it is escaped");
    assert!(answer.body.contains("Stagedoor"), "the request is kept");
}

#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    let mut browser = Browser::new();
    let path = authorize(&[("prompt", "none")]);
    let error = async |browser: &mut Browser| {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        let url = answer.location().to_owned();
        assert_eq!(value(&url, "state").as_deref(), Some("s-1"));
        assert_eq!(value(&url, "iss").as_deref(), Some(ISSUER));
        value(&url, "error")
    };
    assert_eq!(error(&mut browser).await.as_deref(), Some("login_required"));
    sign_in(&mut browser, "ada").await;
    let needed = Some("interaction_required".to_owned());
    assert_eq!(error(&mut browser).await, needed, "no consent");
    decide(&mut browser, "ada", &query(&[]), "continue").await;
    assert_eq!(error(&mut browser).await, None, "a code");
    sign_in(&mut browser, "kenji").await;
    assert_eq!(error(&mut browser).await, needed, "two accounts");
}

#[tokio::test]
async fn an_unregistered_redirect_uri_is_refused() {
    let mut browser = Browser::new();
    let strict = Client {
        redirect_uris: vec![
            "https://app.example/callback".to_owned(),
            "http://app.example/callback".to_owned(),
        ],
        ..Client::new("strict")
    };
    browser.control.add_client(strict).unwrap();
    for uri in [
        "https://app.example/callback/",
        "https://app.example/Callback",
        "https://app.example/callback?x=1",
        "http://app.example/callback",
        "http://127.0.0.1:3000/callback",
    ] {
        let path = authorize(&[("client_id", "strict"), ("redirect_uri", uri)]);
        assert_eq!(
            blocked(&mut browser, &path).await,
            bad("redirect_uri_mismatch"),
            "{uri}"
        );
    }
    let uri = "https://evil.example/callback";
    let path = authorize(&[("redirect_uri", uri)]);
    assert_eq!(
        blocked(&mut browser, &path).await,
        bad("redirect_uri_mismatch")
    );
    for (client, uri) in [
        ("strict", "https://app.example/callback"),
        ("sandbox-client", "http://localhost:3000/callback/google"),
        ("sandbox-client", "http://[::1]:3000/callback/google"),
    ] {
        let path = authorize(&[("client_id", client), ("redirect_uri", uri)]);
        assert_eq!(browser.get(&path).await.status, StatusCode::OK, "{uri}");
    }
}

#[tokio::test]
async fn an_unknown_client_is_refused() {
    let path = authorize(&[("client_id", "nobody")]);
    assert_eq!(
        blocked(&mut Browser::new(), &path).await,
        (StatusCode::UNAUTHORIZED, "invalid_client".to_owned())
    );
}

#[tokio::test]
async fn a_missing_parameter_is_refused() {
    let mut browser = Browser::new();
    for name in ["client_id", "redirect_uri", "response_type", "scope"] {
        let path = authorize(&[(name, "")]);
        let answer = blocked(&mut browser, &path).await;
        assert_eq!(answer, bad("invalid_request"), "{name}");
    }
    let path = authorize(&[("code_challenge", "")]);
    assert_eq!(blocked(&mut browser, &path).await, bad("invalid_request"));
}

#[tokio::test]
async fn a_repeated_parameter_is_refused() {
    let mut browser = Browser::new();
    for name in ["client_id", "redirect_uri", "state", "nonce", "prompt"] {
        let path = format!("{}&{name}=x&{name}=y", authorize(&[]));
        let answer = blocked(&mut browser, &path).await;
        assert_eq!(answer, bad("invalid_request"), "{name}");
    }
    let path = format!("{}&hl=sv&hl=de&unknown=1", authorize(&[]));
    assert_eq!(
        browser.get(&path).await.status,
        StatusCode::OK,
        "what nobody knows is ignored"
    );
}

#[tokio::test]
async fn a_scope_without_openid_and_an_unknown_scope_are_refused() {
    let mut browser = Browser::new();
    for scope in ["email profile", "openid https://mail.google.com/", "OpenID"] {
        let answer = blocked(&mut browser, &authorize(&[("scope", scope)])).await;
        assert_eq!(answer, bad("invalid_scope"), "{scope}");
    }
    let full = "openid https://www.googleapis.com/auth/userinfo.email";
    let answer = browser.get(&authorize(&[("scope", full)])).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_value_that_a_parameter_cannot_have_is_refused() {
    let mut browser = Browser::new();
    for (name, value) in [
        ("prompt", "login"),
        ("prompt", "none consent"),
        ("prompt", "select_account none"),
        ("access_type", "forever"),
        ("include_granted_scopes", "yes"),
        ("response_mode", "fragment"),
        ("code_challenge_method", "plain"),
        ("code_challenge_method", ""),
        ("code_challenge", "short"),
    ] {
        let answer = blocked(&mut browser, &authorize(&[(name, value)])).await;
        assert_eq!(answer, bad("invalid_request"), "{name}={value}");
    }
    for value in ["token", "id_token", "code id_token"] {
        let answer = blocked(&mut browser, &authorize(&[("response_type", value)])).await;
        assert_eq!(answer, bad("unsupported_response_type"), "{value}");
    }
}

#[tokio::test]
async fn the_two_providers_know_nothing_of_each_others_sign_ins() {
    let mut browser = Browser::new();
    browser.sign_in("ada").await;
    let page = browser.get("/google/account/connections").await;
    assert!(page.body.contains("Choose an account"));
    sign_in(&mut browser, "kenji").await;
    let fields = [("request", "")];
    browser.post_form("/google/signin/out", &[], &fields).await;
    let page = browser.get("/spotify/account/apps").await;
    assert!(page.body.contains("Signed in as"));
    let page = browser.get("/google/account/connections").await;
    assert!(page.body.contains("Choose an account"));
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let mut browser = Browser::new();
    sign_in(&mut browser, "ada").await;
    let request = query(&[]);
    let foreign = [("sec-fetch-site", "cross-site")];
    for (path, fields) in [
        ("/google/signin/choose", vec![("account", "kenji")]),
        ("/google/signin/out", vec![]),
        (
            "/google/signin/consent",
            vec![
                ("request", request.as_str()),
                ("account", "ada"),
                ("decision", "continue"),
            ],
        ),
        (
            "/google/account/connections/remove",
            vec![("account", "ada"), ("client_id", "sandbox-client")],
        ),
    ] {
        let answer = browser.post_form(path, &foreign, &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(browser.control.snapshot().google.consents.is_empty());
}

#[tokio::test]
async fn nobody_agrees_for_an_account_that_is_not_signed_in() {
    let mut browser = Browser::new();
    sign_in(&mut browser, "ada").await;
    let request = query(&[]);
    let answer = decide(&mut browser, "kenji", &request, "continue").await;
    assert_eq!(answer.location(), format!("{AUTHORIZE}?{request}"));
    let chosen = encode(&[("request", &request), ("account", "kenji")]);
    let answer = browser
        .get(&format!("/google/signin/consent?{chosen}"))
        .await;
    assert_eq!(answer.location(), format!("{AUTHORIZE}?{request}"));
    assert!(browser.control.snapshot().google.consents.is_empty());
}

#[tokio::test]
async fn a_person_removes_an_app_on_the_connections_page() {
    let mut browser = Browser::new();
    sign_in(&mut browser, "ada").await;
    decide(&mut browser, "ada", &query(&[]), "continue").await;
    let page = browser.get("/google/account/connections").await;
    assert!(page.body.contains("Remove access of Stagedoor"));
    let url = authorize_url(&[]);
    browser.control.google_authorize(&url, "kenji").unwrap();
    let remove = "/google/account/connections/remove";
    let fields = [("account", "kenji"), ("client_id", "sandbox-client")];
    browser.post_form(remove, &[], &fields).await;
    let consents = browser.control.snapshot().google.consents;
    assert_eq!(consents.len(), 2, "kenji is not signed in here");
    let fields = [("account", "ada"), ("client_id", "sandbox-client")];
    let answer = browser.post_form(remove, &[], &fields).await;
    assert_eq!(answer.location(), "/google/account/connections");
    let consents = browser.control.snapshot().google.consents;
    assert_eq!(consents.len(), 1);
    assert_eq!(consents[0].login, "kenji");
    let page = browser.get("/google/account/connections").await;
    assert!(page.body.contains("No app has access"));
}

#[tokio::test]
async fn pictures_are_drawn_for_accounts_alone() {
    let mut browser = Browser::new();
    let answer = browser.get("/google/pictures/ada.svg").await;
    assert_eq!(answer.header("content-type"), Some("image/svg+xml"));
    for path in ["/google/pictures/eve.svg", "/google/pictures/ada"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
}
