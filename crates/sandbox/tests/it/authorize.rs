//! Quirks 1 to 4 and 12: the pages.

use axum::http::StatusCode;
use sandbox::{Client, Listener};

use crate::browser::{Browser, CHALLENGE, REDIRECT, authorize, encode, query, text, value};

async fn refusal(browser: &mut Browser, path: &str) -> (StatusCode, String) {
    let answer = browser.get(path).await;
    assert!(answer.header("location").is_none(), "it must not redirect");
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    (answer.status, answer.body)
}

fn bad(text: &str) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, text.to_owned())
}

fn registered(uris: &[&str]) -> Client {
    let redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
    Client {
        redirect_uris,
        ..Client::new("strict")
    }
}

#[tokio::test]
async fn quirk_1_an_unregistered_redirect_uri_is_refused() {
    let mut browser = Browser::new();
    browser
        .control
        .add_client(registered(&["https://app.example/callback"]))
        .unwrap();
    for uri in [
        "https://app.example/callback/",
        "https://app.example/Callback",
        "https://app.example/callback?x=1",
        "https://app.example",
        "http://127.0.0.1:3000/callback",
    ] {
        let path = authorize(&[("client_id", "strict"), ("redirect_uri", uri)]);
        assert_eq!(
            refusal(&mut browser, &path).await,
            bad("INVALID_CLIENT: Invalid redirect URI")
        );
    }
    let path = authorize(&[
        ("client_id", "strict"),
        ("redirect_uri", "https://app.example/callback"),
    ]);
    assert_eq!(browser.get(&path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn quirk_1_a_loopback_literal_without_a_port_fits_any_port() {
    let mut browser = Browser::new();
    let uris = ["http://127.0.0.1/callback", "http://[::1]:8080/callback"];
    browser.control.add_client(registered(&uris)).unwrap();
    for (uri, good) in [
        ("http://127.0.0.1:3000/callback", true),
        ("http://127.0.0.1/callback", true),
        ("http://127.0.0.1:3000/other", false),
        ("http://[::1]:8080/callback", true),
        ("http://[::1]:8081/callback", false),
    ] {
        let path = authorize(&[("client_id", "strict"), ("redirect_uri", uri)]);
        let status = browser.get(&path).await.status;
        assert_eq!(status == StatusCode::OK, good, "{uri}");
    }
}

#[tokio::test]
async fn quirk_1_localhost_is_refused_after_the_sign_in() {
    let mut browser = Browser::new();
    let uris = ["http://app.example/callback"];
    browser.control.add_client(registered(&uris)).unwrap();
    let paths = [
        authorize(&[("redirect_uri", "http://localhost:3000/callback")]),
        authorize(&[("client_id", "strict"), ("redirect_uri", uris[0])]),
    ];
    for path in &paths {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(
            answer.body.contains("Sign in as Ada Lindqvist"),
            "the sign-in comes first"
        );
    }
    browser.sign_in("ada").await;
    for path in &paths {
        let insecure = bad("INVALID_CLIENT: Insecure redirect URI");
        assert_eq!(refusal(&mut browser, path).await, insecure);
    }
    let query = query(&[("redirect_uri", "http://localhost:3000/callback")]);
    assert_eq!(
        browser.decide(&query, "agree").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn quirk_2_errors_of_the_client_are_bare_pages_without_a_redirect() {
    let mut browser = Browser::new();
    for (changes, said) in [
        (
            vec![("client_id", "nobody")],
            "INVALID_CLIENT: Invalid client",
        ),
        (
            vec![("client_id", "")],
            "Missing required parameter: client_id",
        ),
        (
            vec![("redirect_uri", "")],
            "Missing required parameter: redirect_uri",
        ),
        (
            vec![("response_type", "")],
            "Missing required parameter: response_type",
        ),
        (
            vec![("response_type", "id_token")],
            "response_type must be code or token",
        ),
        (
            vec![("response_type", "token")],
            "response_type must be code",
        ),
        (
            vec![("scope", "user-read-email openid")],
            "INVALID_SCOPE: Invalid scope",
        ),
        (
            vec![("code_challenge_method", "plain")],
            "code_challenge_method must be S256",
        ),
        (
            vec![("code_challenge_method", "")],
            "code_challenge_method must be S256",
        ),
        (
            vec![("code_challenge", "too-short")],
            "Invalid code_challenge",
        ),
        (
            vec![("code_challenge", "")],
            "Missing required parameter: code_challenge",
        ),
    ] {
        assert_eq!(
            refusal(&mut browser, &authorize(&changes)).await,
            bad(said),
            "{changes:?}"
        );
    }
    let twice = format!("{}&state=other", authorize(&[]));
    assert_eq!(
        refusal(&mut browser, &twice).await,
        bad("Duplicate parameter: state")
    );
}

#[tokio::test]
async fn quirk_3_the_sign_in_page_offers_every_listener_by_name() {
    let mut browser = Browser::new();
    let page = browser.get(&authorize(&[])).await;
    assert!(page.body.contains(">Sign in as Ada Lindqvist</button>"));
    assert!(
        page.body
            .contains(">Sign in as 花子 Ямада-Константинопольская (山田 花子)</button>")
    );
    assert!(
        page.body.contains(">Sign in as newcomer</button>"),
        "no display name: the login"
    );
    assert!(page.body.contains(r#"<input id="login" name="login""#));
    assert!(!page.body.contains("password\""));
    for (name, part) in [
        ("content-security-policy", "default-src 'none'"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
    ] {
        assert!(
            page.header(name).is_some_and(|value| value.contains(part)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn quirk_3_an_unknown_login_is_told_so() {
    let mut browser = Browser::new();
    let fields = [("login", "<nobody>"), ("next", "/spotify/authorize?a=b")];
    let answer = browser
        .post_form("/spotify/authorize/sign-in", &[], &fields)
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains(r#"role="alert""#));
    assert!(answer.body.contains("&lt;nobody&gt;"));
    assert!(answer.header("set-cookie").is_none());
}

#[tokio::test]
async fn quirk_3_the_sign_in_goes_on_to_pages_of_the_sandbox_alone() {
    let mut browser = Browser::new();
    for (next, location) in [
        (
            "/spotify/authorize?client_id=x",
            "/spotify/authorize?client_id=x",
        ),
        ("https://evil.example/", "/spotify/account/apps"),
        ("//evil.example", "/spotify/account/apps"),
        ("/spotify/authorize?\r\nx: y", "/spotify/account/apps"),
    ] {
        let fields = [("login", "ada"), ("next", next)];
        let answer = browser
            .post_form("/spotify/authorize/sign-in", &[], &fields)
            .await;
        assert_eq!(answer.location(), location);
    }
}

#[tokio::test]
async fn quirk_3_consent_says_who_asks_and_each_sentence() {
    let mut browser = Browser::new();
    browser.sign_in("ada").await;
    let page = browser
        .get(&authorize(&[("scope", "user-read-email user-top-read")]))
        .await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        "Stagedoor",
        "See and manage your own music",
        "Signed in as <strong dir=\"auto\">Ada Lindqvist</strong>",
        "Get your real email address.",
        "Read your top artists and content.",
        "http:&#x2F;&#x2F;127.0.0.1:3000",
        ">Agree</button>",
        ">Cancel</button>",
        ">Not you?</button>",
    ] {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(
        !page.body.contains("Upload images"),
        "a scope that was not asked for"
    );
}

#[tokio::test]
async fn quirk_3_agree_and_cancel_echo_the_state_byte_for_byte() {
    let mut browser = Browser::new();
    browser.sign_in("ada").await;
    let base = query(&[("state", "")]);
    for (state, echoed) in [
        ("&state=a%20b+c%2F%c3%a9%26", "&state=a%20b+c%2F%c3%a9%26"),
        ("&state=", "&state="),
        ("", ""),
    ] {
        let query = format!("{base}{state}");
        let agreed = browser.decide(&query, "agree").await;
        let code = value(agreed.location(), "code").unwrap();
        assert_eq!(agreed.location(), format!("{REDIRECT}?code={code}{echoed}"));
        let denied = browser.decide(&query, "cancel").await;
        assert_eq!(
            denied.location(),
            format!("{REDIRECT}?error=access_denied{echoed}")
        );
    }
}

#[tokio::test]
async fn quirk_3_a_callback_with_a_query_of_its_own_keeps_it() {
    let mut browser = Browser::new();
    browser.sign_in("ada").await;
    let query = query(&[("redirect_uri", "http://127.0.0.1:3000/cb?via=x")]);
    let denied = browser.decide(&query, "cancel").await;
    assert_eq!(
        denied.location(),
        "http://127.0.0.1:3000/cb?via=x&error=access_denied&state=s-1"
    );
}

#[tokio::test]
async fn quirk_3_a_decision_without_a_sign_in_begins_again() {
    let mut browser = Browser::new();
    let answer = browser.decide(&query(&[]), "agree").await;
    assert_eq!(answer.location(), authorize(&[]));
}

#[tokio::test]
async fn quirk_3_forms_of_other_sites_are_refused() {
    let mut browser = Browser::new();
    browser.sign_in("ada").await;
    let query = query(&[]);
    for path in ["sign-in", "switch", "consent"] {
        let fields = [
            ("request", query.as_str()),
            ("decision", "agree"),
            ("login", "ada"),
            ("next", "/"),
        ];
        for site in ["cross-site", "same-site", "none"] {
            let headers = [("sec-fetch-site", site)];
            let path = format!("/spotify/authorize/{path}");
            let answer = browser.post_form(&path, &headers, &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {site}");
        }
    }
    let fields = [("client_id", "sandbox-client")];
    let headers = [("sec-fetch-site", "cross-site")];
    let answer = browser
        .post_form("/spotify/account/apps/remove", &headers, &fields)
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn quirk_3_names_are_text_on_every_page() {
    let attack = "<img src=x onerror=alert(1)>\"'";
    let mut browser = Browser::new();
    let named = |login: &str| Listener {
        display_name: Some(attack.to_owned()),
        id: format!("id of {login}"),
        ..Listener::new(login)
    };
    browser.control.add_user(named("eve")).unwrap();
    browser.control.add_user(named("\"><b>")).unwrap();
    let client = Client {
        name: attack.to_owned(),
        description: attack.to_owned(),
        any_loopback: true,
        ..Client::new("\"><i>")
    };
    browser.control.add_client(client).unwrap();
    let path = authorize(&[("client_id", "\"><i>"), ("state", attack)]);
    let mut pages = vec![browser.get(&path).await.body];
    browser.sign_in("eve").await;
    pages.push(browser.get(&path).await.body);
    browser
        .decide(path.split_once('?').unwrap().1, "agree")
        .await;
    pages.push(browser.get("/spotify/account/apps").await.body);
    pages.push(browser.get("/control").await.body);
    pages.push(browser.get("/spotify/images/users/eve/64.svg").await.body);
    for page in pages {
        assert!(!page.contains("<img src=x"), "{page}");
        assert!(
            !page.contains("\"><b>") && !page.contains("\"><i>"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn quirk_4_who_has_agreed_before_goes_straight_back() {
    let mut browser = Browser::new();
    browser.sign_in("ada").await;
    let both = [("scope", "user-read-email user-top-read")];
    browser.decide(&query(&both), "agree").await;

    let back = browser.get(&authorize(&[("scope", "user-top-read")])).await;
    assert_eq!(back.status, StatusCode::FOUND);
    assert!(value(back.location(), "code").is_some());
    assert_eq!(value(back.location(), "state").as_deref(), Some("s-1"));

    let more = browser
        .get(&authorize(&[("scope", "user-top-read streaming")]))
        .await;
    assert_eq!(more.status, StatusCode::OK, "a new scope asks again");
    let dialog = [("scope", "user-top-read"), ("show_dialog", "true")];
    let shown = browser.get(&authorize(&dialog)).await;
    assert_eq!(shown.status, StatusCode::OK, "show_dialog asks again");
}

#[tokio::test]
async fn quirk_4_cancel_grants_nothing() {
    let mut browser = Browser::new();
    browser.sign_in("ada").await;
    browser.decide(&query(&[]), "cancel").await;
    assert_eq!(browser.get(&authorize(&[])).await.status, StatusCode::OK);
    assert!(browser.control.snapshot().consents.is_empty());
}

#[tokio::test]
async fn quirk_4_not_you_leads_to_another_account() {
    let mut browser = Browser::new();
    browser.sign_in("ada").await;
    let path = authorize(&[("show_dialog", "true")]);
    let fields = [("next", path.as_str())];
    let answer = browser
        .post_form("/spotify/authorize/switch", &[], &fields)
        .await;
    assert_eq!(answer.location(), path);
    assert!(
        browser
            .get(&path)
            .await
            .body
            .contains("Sign in as Ada Lindqvist")
    );
    browser.sign_in("newcomer").await;
    assert!(
        browser
            .get(&path)
            .await
            .body
            .contains("<strong dir=\"auto\">newcomer</strong>")
    );
}

#[tokio::test]
async fn quirk_4_a_session_id_is_worth_nothing_after_the_switch() {
    let mut browser = Browser::new();
    let fields = [("login", "ada"), ("next", "/spotify/account/apps")];
    let answer = browser
        .post_form("/spotify/authorize/sign-in", &[], &fields)
        .await;
    let set = answer.header("set-cookie").unwrap().to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"));
    let cookie = set.split(';').next().unwrap();
    browser
        .post_form("/spotify/authorize/switch", &[], &[("next", "")])
        .await;
    let answer = browser
        .another()
        .get_with(&authorize(&[]), &[("cookie", cookie)])
        .await;
    assert!(
        answer.body.contains("Sign in as"),
        "the old cookie still signs in"
    );
}

#[tokio::test]
async fn quirk_12_removing_the_app_kills_refresh_tokens_and_not_access_tokens() {
    let mut browser = Browser::new();
    let tokens = browser.tokens_for("ada", "user-top-read").await;
    let others = browser.tokens_for("newcomer", "user-top-read").await;
    let unused = browser.code("user-top-read");
    browser.sign_in("ada").await;
    let page = browser.get("/spotify/account/apps").await;
    assert!(page.body.contains("Remove access of Stagedoor"));
    assert!(page.body.contains("Read your top artists and content."));

    let fields = [("client_id", "sandbox-client")];
    let answer = browser
        .post_form("/spotify/account/apps/remove", &[], &fields)
        .await;
    assert_eq!(answer.location(), "/spotify/account/apps");
    assert!(
        browser
            .get("/spotify/account/apps")
            .await
            .body
            .contains("No app has access")
    );

    let refreshed = browser.refresh(&text(&tokens, "refresh_token")).await;
    assert_eq!(
        refreshed.flat_error(),
        (
            StatusCode::BAD_REQUEST,
            "invalid_grant".into(),
            "Refresh token revoked".into()
        )
    );
    assert_eq!(
        browser.exchange(&unused).await.flat_error().2,
        "Invalid authorization code"
    );
    let called = browser
        .call("/spotify/v1/me", &text(&tokens, "access_token"))
        .await;
    assert_eq!(called.status, StatusCode::OK, "access tokens live on");
    let refreshed = browser.refresh(&text(&others, "refresh_token")).await;
    assert_eq!(
        refreshed.status,
        StatusCode::OK,
        "another listener's connection is not touched"
    );
    let again = browser.get(&authorize(&[("scope", "user-top-read")])).await;
    assert_eq!(again.status, StatusCode::OK, "consent is asked for again");
}

#[tokio::test]
async fn quirk_12_the_apps_page_asks_for_a_sign_in() {
    let mut browser = Browser::new();
    let page = browser.get("/spotify/account/apps").await;
    assert!(page.body.contains("Sign in as Ada Lindqvist"));
}

#[tokio::test]
async fn the_handle_signs_in_and_refuses_what_the_page_refuses() {
    let browser = Browser::new();
    let url = |changes: &[(&str, &str)]| format!("http://localhost:4400{}", authorize(changes));
    let back = browser.control.authorize(&url(&[]), "ada").unwrap();
    assert!(back.starts_with(&format!("{REDIRECT}?code=AQ")));
    assert!(back.ends_with("&state=s-1"));
    let denied = browser.control.deny(&url(&[]), "ada").unwrap();
    assert_eq!(denied, format!("{REDIRECT}?error=access_denied&state=s-1"));
    for (url, login) in [
        (url(&[]), "nobody"),
        (url(&[("client_id", "nobody")]), "ada"),
        (url(&[("redirect_uri", "http://localhost:3000/x")]), "ada"),
        (
            format!("http://localhost:4400/elsewhere?{}", query(&[])),
            "ada",
        ),
        ("no url".to_owned(), "ada"),
    ] {
        assert!(
            browser.control.authorize(&url, login).is_err(),
            "{url} {login}"
        );
    }
    let plain = encode(&[
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "plain"),
    ]);
    assert!(
        browser
            .control
            .authorize(&format!("http://x/spotify/authorize?{plain}"), "ada")
            .is_err()
    );
}
