//! Pages as the server renders them.

use axum::http::{HeaderMap, Method, StatusCode};
use sandbox::{Fault, Listener};
use serde_json::json;

use crate::support::{Answer, SESSION, SIGN_IN, Stage, TOKENS, base64url, words};

/// Every page there is so far.
const PAGES: &[&str] = &[
    "/",
    "/search",
    "/top",
    "/profile",
    "/permissions",
    "/privacy",
    "/callback/spotify",
];
/// What is said while it is not known who is here.
const NOT_YET_KNOWN: &str = "Checking who you are";

async fn named(stage: &Stage, name: &str) -> crate::support::Browser {
    let listener = Listener {
        display_name: Some(name.to_owned()),
        ..Listener::new("eve")
    };
    stage.control().add_user(listener).expect("a listener");
    stage.signed_in("eve").await
}

#[tokio::test]
async fn every_page_answers_200_to_who_is_signed_out() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    for path in PAGES {
        for site in ["none", "same-origin", "same-site", "cross-site"] {
            let answer = browser.page(path, site).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {site}");
            assert!(answer.set_cookies().is_empty(), "{path} {site}");
            assert!(answer.text.starts_with("<!DOCTYPE html>"), "{path} {site}");
            for part in [
                "<html lang=\"en\"",
                "<title>",
                "<main",
                "<noscript>",
                "</html>",
            ] {
                assert!(answer.text.contains(part), "{path} {site}: no {part}");
            }
        }
    }
}

#[tokio::test]
async fn who_is_signed_out_is_invited() {
    let stage = Stage::new().await;
    for path in ["/", "/profile"] {
        let words = words(&stage.browser().page(path, "none").await);
        for part in ["Continue with Spotify", "password"] {
            assert!(words.contains(part), "{path}: no {part:?} in {words}");
        }
        assert!(!words.contains(NOT_YET_KNOWN), "{path}: {words}");
    }
}

#[tokio::test]
async fn a_visit_from_another_site_is_not_yet_known() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let kept = browser.cookies.clone();
    for path in ["/", "/profile"] {
        let answer = browser.page(path, "cross-site").await;
        let words = words(&answer);
        assert!(words.contains(NOT_YET_KNOWN), "{path}: {words}");
        assert!(
            !words.contains("Continue with Spotify"),
            "{path}: nobody is told that they are signed out"
        );
        assert!(!answer.text.contains("Ada"), "{path}");
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
    assert_eq!(browser.cookies, kept);
    // A browser without fetch metadata says nothing of where a visit comes from.
    let mut request = stage.browser().page_request("/", "none");
    request.headers_mut().remove("sec-fetch-site");
    let answer = stage.browser().send(request).await;
    assert!(words(&answer).contains(NOT_YET_KNOWN));
}

#[tokio::test]
async fn who_is_signed_in_is_known_at_once() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    for path in ["/", "/profile"] {
        for site in ["none", "same-origin"] {
            let answer = browser.page(path, site).await;
            let words = words(&answer);
            assert!(words.contains("Ada Lindqvist"), "{path}: {words}");
            assert!(!words.contains("Continue with Spotify"), "{path}: {words}");
        }
    }
}

#[tokio::test]
async fn a_page_renews_and_clears_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(700);
    assert!(browser.page("/", "none").await.set_cookies().is_empty());
    let mut junk = browser.clone();
    junk.cookies.values_mut().for_each(|value| value.push('A'));
    junk.cookies
        .insert(format!("{SIGN_IN}aaaaaaaa"), "junk".to_owned());
    for path in PAGES {
        let answer = junk.page(path, "none").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.set_cookies().is_empty(), "{path}");
        assert!(!answer.text.contains("Ada"));
    }
    stage.advance(31 * 86_400);
    assert!(browser.page("/", "none").await.set_cookies().is_empty());
}

#[tokio::test]
async fn no_provider_is_waited_for() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    stage.advance(7200);
    stage.control().clear_log();
    stage
        .control()
        .fault(Fault::hang("/spotify").times(100))
        .expect("a fault");
    for path in PAGES {
        assert_eq!(browser.page(path, "none").await.status, StatusCode::OK);
        assert_eq!(
            browser.page(path, "cross-site").await.status,
            StatusCode::OK
        );
    }
    assert_eq!(stage.all_calls(), 0);
    stage.control().clear_faults();
}

#[tokio::test]
async fn nothing_secret_is_in_a_page() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    browser.begin().await;
    let log = stage.control().log();
    let mut secrets: Vec<String> = browser.cookies.values().cloned().collect();
    secrets.extend(
        log.iter()
            .flat_map(|entry| entry.form.iter().map(|(_, value)| value.clone())),
    );
    secrets
        .extend(log.iter().filter_map(|entry| {
            Some(entry.header("authorization")?.split_once(' ')?.1.to_owned())
        }));
    secrets.push("ada.lindqvist@listeners.invalid".to_owned());
    secrets.push("sandbox-secret".to_owned());
    secrets.push(
        crate::support::claims(&browser.cookies[SESSION])["sid"]
            .as_str()
            .expect("an id")
            .to_owned(),
    );
    secrets
        .retain(|secret| !secret.starts_with("http") && !secret.starts_with("authorization_code"));
    assert!(secrets.len() > 6 && browser.holds(TOKENS));
    for path in PAGES {
        let answer = browser.page(path, "none").await;
        for secret in &secrets {
            assert!(
                !answer.text.contains(secret.as_str()),
                "{path} holds {secret}"
            );
        }
    }
}

// Text of strangers.

/// The tags of a document with their attributes, as a browser reads them: what stands in quotes, in
/// comments, in scripts and in the title is text.
fn tags(html: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            continue;
        }
        let end = rest
            .find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/')
            .unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        let attributes;
        (attributes, rest) = read_attributes(&rest[end..]);
        if ["script", "title", "style", "textarea"].contains(&name.as_str()) {
            let close = format!("</{name}");
            let at = rest.to_ascii_lowercase().find(&close).unwrap_or(rest.len());
            rest = &rest[at..];
        }
        found.push((name, attributes));
    }
    found
}

/// The attributes up to the end of a tag, and what comes behind it.
fn read_attributes(tag: &str) -> (Vec<String>, &str) {
    let mut attributes = vec![String::new()];
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        let last = attributes.last_mut().expect("there is one always");
        match (quote, c) {
            (None, '>') => {
                attributes.retain(|attribute| !attribute.is_empty());
                return (attributes, &tag[at + 1..]);
            }
            (None, '"' | '\'') if last.ends_with('=') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, _) if c.is_ascii_whitespace() || c == '/' => attributes.push(String::new()),
            _ => last.push(c),
        }
    }
    (attributes, "")
}

/// The tags that a stranger may have brought into a page: whatever runs, loads or leads away, and
/// was not there without them.
fn live(answer: &Answer) -> Vec<String> {
    let is_live = |(name, attributes): &(String, Vec<String>)| {
        let has = |start: &str| {
            attributes
                .iter()
                .any(|attribute| attribute.to_ascii_lowercase().starts_with(start))
        };
        let loads = match name.as_str() {
            "script" => !has("nonce="),
            "img" => has("src=x"),
            "meta" => has("http-equiv"),
            "iframe" | "object" | "embed" | "base" => true,
            _ => false,
        };
        loads || has("on")
    };
    let found = tags(&answer.text).into_iter().filter(is_live);
    found
        .map(|(name, attributes)| format!("<{name} {}>", attributes.join(" ")))
        .collect()
}

/// Texts that are tags where they are not escaped, one for each place that they may stand in.
const TAGS: &[&str] = &[
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>",
    "\"><img src=x>",
    "' onfocus=alert(1) autofocus x='",
    "\" onfocus=alert(1) autofocus x=\"",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</title><meta http-equiv=refresh content=0;url=https://evil.example/>",
    "</noscript></textarea><iframe src=https://evil.example/>",
    "--><script>alert(1)</script><!--",
    "<base href=https://evil.example/>",
];

#[test]
fn live_tags_are_found_where_there_are_some() {
    let page = |text: String| Answer {
        asked: String::new(),
        status: StatusCode::OK,
        headers: HeaderMap::default(),
        text,
    };
    for tag in TAGS {
        let places = [
            format!("<h1>{tag}</h1>"),
            format!("<p title=\"{tag}\">x</p>"),
            format!("<p title='{tag}'>x</p>"),
            format!("<title>{tag}</title>"),
            format!("<script nonce=\"a\">{tag}</script>"),
            format!("<noscript><textarea>{tag}</textarea></noscript>"),
            format!("<!--{tag}--><h1>x</h1>"),
        ];
        let found = places
            .into_iter()
            .filter(|html| !live(&page(html.clone())).is_empty())
            .count();
        assert!(found > 0, "{tag} is live nowhere");
    }
    let harmless = "<title><b></title><p title=\"<img src=x onerror=alert(1)>\">&lt;script></p><!--<script>-->";
    assert!(live(&page(harmless.to_owned())).is_empty());
}

#[tokio::test]
async fn marks_that_turn_the_writing_are_not_kept() {
    let stage = Stage::new().await;
    let mut browser = named(&stage, "\u{2028}\u{2029}\u{202e}evil\u{2066}").await;
    assert_eq!(browser.session().await["account"]["name"], "evil");
}

#[tokio::test]
async fn a_name_is_text_wherever_it_stands() {
    let stage = Stage::new().await;
    for name in TAGS.iter().chain(&["{{7*7}} ${7*7}"]) {
        let mut browser = named(&stage, name).await;
        assert_eq!(browser.session().await["account"]["name"], *name);
        for path in PAGES {
            let answer = browser.page(path, "none").await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(live(&answer), Vec::<String>::new(), "{path}: {name}");
            assert!(
                !words(&answer).contains("49"),
                "{path}: {name} was evaluated"
            );
        }
    }
    let mut browser = named(&stage, TAGS[0]).await;
    let greeting = browser.page("/", "none").await.text;
    assert!(
        greeting.contains("&lt;img src=x onerror=alert(1)&gt;"),
        "it is shown as text"
    );
}

#[tokio::test]
async fn the_data_of_the_page_cannot_leave_its_script() {
    let stage = Stage::new().await;
    let mut browser = named(&stage, "</script><img src=x onerror=alert(1)>\\\"'<!--").await;
    let answer = browser.page("/", "none").await;
    // Every script ends where the page ends it: what lies between is no tag.
    for script in answer.text.split("<script").skip(1) {
        let (content, _) = script.split_once("</script>").expect("an end");
        assert!(
            !content.contains("<img") && !content.contains("<!--"),
            "{content}"
        );
    }
    assert_eq!(live(&answer), Vec::<String>::new());
}

#[tokio::test]
async fn a_question_is_text() {
    let stage = Stage::new().await;
    for question in TAGS {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", question)
            .finish();
        for site in ["none", "cross-site"] {
            let answer = stage
                .browser()
                .page(&format!("/search?{query}"), site)
                .await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(live(&answer), Vec::<String>::new(), "{question}");
        }
    }
}

#[tokio::test]
async fn an_error_in_the_address_is_not_shown() {
    let stage = Stage::new().await;
    let crafted =
        json!({"code": "csrf", "message": "call 0800-EVIL", "ServerError": "call 0800-EVIL"})
            .to_string();
    let plain = "ServerError|call 0800-EVIL";
    for error in [crafted.as_str(), plain] {
        for path in ["/", "/profile", "/callback/spotify"] {
            let error = base64url(error.as_bytes());
            let path = format!(
                "{path}?__path=%2Fapi%2Fsign-out&__err={error}&error_description=call+0800-EVIL"
            );
            let answer = stage.browser().page(&path, "cross-site").await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(!answer.text.contains("EVIL"), "{path}");
        }
    }
}

// The callback.

#[tokio::test]
async fn a_get_of_the_callback_changes_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    let kept = browser.cookies.clone();
    let path = format!("/callback/spotify?{query}");
    // The provider's redirect, a reload, a prefetch, and somebody else's link.
    for site in ["cross-site", "none", "same-origin", "same-site"] {
        let answer = browser.page(&path, site).await;
        assert_eq!(answer.status, StatusCode::OK, "{site}");
        assert!(answer.set_cookies().is_empty(), "{site}");
        let code = query.split(['=', '&']).nth(1).expect("a code");
        assert!(
            !answer.text.contains(code) && !answer.text.contains(&attempt.state),
            "{site}: the page repeats it"
        );
    }
    let mut prefetch = browser.page_request(&path, "same-origin");
    prefetch
        .headers_mut()
        .insert("sec-purpose", "prefetch".parse().expect("a header"));
    browser.send(prefetch).await;
    browser
        .send(browser.request(Method::HEAD, &path, None))
        .await;
    assert_eq!(browser.cookies, kept);
    assert_eq!((stage.all_calls(), stage.accounts().await), (0, 0));
    assert_eq!(
        browser.complete(&query, &attempt.verifier).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_callback_leaves_who_is_signed_in_alone() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let kept = browser.cookies.clone();
    browser
        .page(
            "/callback/spotify?error=access_denied&state=x",
            "cross-site",
        )
        .await;
    browser
        .page("/callback/spotify?code=a&state=b", "none")
        .await;
    assert_eq!(browser.cookies, kept);
    assert!(browser.is_connected().await);
}

#[tokio::test]
async fn a_callback_by_post_is_refused() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let (attempt, query) = browser.begin_and_consent("ada").await;
    for path in ["/callback/spotify", "/", "/profile", "/nowhere"] {
        for method in [
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
            Method::OPTIONS,
            Method::TRACE,
        ] {
            let mut request = browser.request(method.clone(), path, None);
            *request.body_mut() = query.clone().into();
            let content_type = "application/x-www-form-urlencoded"
                .parse()
                .expect("a header");
            request.headers_mut().insert("content-type", content_type);
            let answer = browser.send(request).await;
            assert_eq!(
                answer.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            assert_eq!(answer.header("allow"), Some("GET, HEAD"));
            assert!(answer.set_cookies().is_empty());
        }
    }
    assert_eq!(stage.all_calls(), 0);
    assert_eq!(
        browser.complete(&query, &attempt.verifier).await.status,
        StatusCode::OK
    );
}

// What is not there.

#[tokio::test]
async fn an_unknown_page_is_not_there() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let paths = [
        "/nowhere",
        "/profile/x",
        "/callback",
        "/callback/spotify/x",
        "/Profile",
        "/%70rofile/x",
        "//",
        "/apix",
        "/API/session",
    ];
    for path in paths {
        let answer = browser.page(path, "none").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{path}"
        );
        assert!(answer.text.contains("<h1"), "{path}");
    }
}

#[tokio::test]
async fn a_page_answers_head_without_a_body() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    for (path, status) in [("/", 200), ("/profile", 200), ("/nowhere", 404)] {
        let mut request = browser.page_request(path, "none");
        *request.method_mut() = Method::HEAD;
        let answer = browser.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
    }
}
