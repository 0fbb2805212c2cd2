//! The headers of every kind of answer, the host that is asked, and what may be cached.

use std::fs;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::{Answer, Browser, HOST, ORIGIN, Stage};

const API_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The hashes in the names of a site's files, as the build tells them.
const HASHES: &str = "js: aaa\nwasm: bbb\ncss: ccc\n";

/// Asserts what every answer carries, whatever it is.
fn is_safe(answer: &Answer, told: &str) {
    let expected = [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), Some(value), "{told}");
    }
    let policy = answer.header("content-security-policy").unwrap_or_default();
    for part in [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{told}: {policy}");
    }
    assert!(
        answer
            .header("permissions-policy")
            .is_some_and(|policy| policy.contains("camera=()")),
        "{told}"
    );
    let referrer = answer.header("referrer-policy");
    assert!(
        matches!(referrer, Some("same-origin" | "no-referrer")),
        "{told}: {referrer:?}"
    );
    assert!(answer.header("cache-control").is_some(), "{told}");
    for name in [
        "server",
        "x-powered-by",
        "access-control-allow-origin",
        "strict-transport-security",
    ] {
        assert_eq!(answer.header(name), None, "{told}");
    }
}

/// The nonce in the policy of a page.
fn nonce(answer: &Answer) -> &str {
    let policy = answer.header("content-security-policy").expect("a policy");
    let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
    rest.split_once('\'').expect("its end").0
}

/// A site with one script, one picture, a style of each kind of name, and a secret beside it.
fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("site");
    fs::create_dir_all(root.join("pkg")).expect("a folder");
    fs::write(root.join("pkg/stagedoor.js"), "export {};").expect("a file");
    fs::write(root.join("pkg/stagedoor.css"), "main>p{color:red}").expect("a file");
    fs::write(root.join("pkg/stagedoor.ccc.css"), "main>p{color:tan}").expect("a file");
    fs::write(root.join("picture.svg"), "<svg/>").expect("a file");
    fs::write(folder.path().join("secret.txt"), "hush").expect("a file");
    fs::write(root.join("pkg/index.html"), "index").expect("a file");
    folder
}

#[tokio::test]
async fn every_kind_of_answer_carries_the_headers() {
    let folder = site();
    let stage = Stage::with_site(&folder.path().join("site"), None).await;
    let mut browser = stage.signed_in("ada").await;
    let gets = [
        ("/", 200),
        ("/profile", 200),
        ("/nowhere", 404),
        ("/callback/spotify?code=a&state=b", 200),
        ("/api/session", 200),
        ("/api/nothing", 404),
        ("/api/sign-out", 405),
        ("/api/spotify/v1/me", 200),
        ("/api/spotify/v1/nothing", 404),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/.well-known/jwks.json", 200),
        ("/pkg/stagedoor.js", 200),
        ("/pkg/nothing.js", 404),
        ("/picture.svg", 200),
    ];
    for (path, status) in gets {
        let answer = browser.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        is_safe(&answer, path);
    }
    let begin = crate::support::begin_body("verifier");
    is_safe(&browser.post("/api/sign-in/begin", begin).await, "begin");
    is_safe(
        &browser.post("/api/sign-in/complete", json!({})).await,
        "a bad request",
    );
    is_safe(&browser.post("/profile", json!({})).await, "a page by POST");
    let bare = Request::builder()
        .uri("/api/session")
        .header(header::HOST, HOST)
        .body(Body::empty());
    is_safe(
        &browser.send(bare.expect("a request")).await,
        "without the header",
    );
    let foreign = Request::builder()
        .uri("/")
        .header(header::HOST, "evil.example")
        .body(Body::empty());
    is_safe(
        &browser.send(foreign.expect("a request")).await,
        "another host",
    );
    let alias = Request::builder()
        .uri("/")
        .header(header::HOST, "localhost:3000")
        .body(Body::empty());
    is_safe(&browser.send(alias.expect("a request")).await, "an alias");
    stage.world.store.close().await;
    is_safe(&browser.get("/readyz").await, "not ready");
    is_safe(&browser.sign_out(false).await, "without a database");
}

#[tokio::test]
async fn strict_transport_is_asked_for_on_https_alone() {
    let stage = Stage::on_https().await;
    let mut browser = stage.browser();
    for path in [
        "/",
        "/api/session",
        "/healthz",
        "/nowhere",
        "/api/nothing",
        "/.well-known/jwks.json",
    ] {
        let answer = browser.get(path).await;
        let value = answer
            .header("strict-transport-security")
            .expect("it is asked for");
        let seconds = value
            .strip_prefix("max-age=")
            .and_then(|rest| rest.split(';').next())
            .and_then(|s| s.parse().ok());
        assert!(
            seconds.is_some_and(|seconds: u64| seconds >= 31_536_000),
            "{path}: {value}"
        );
    }
    let foreign = Request::builder()
        .uri("/")
        .header(header::HOST, "localhost")
        .body(Body::empty());
    let answer = browser.send(foreign.expect("a request")).await;
    answer.is_refusal(421, "bad_request");
    assert!(answer.header("strict-transport-security").is_some());
}

#[tokio::test]
async fn the_policy_of_a_page_lets_run_what_the_page_brought() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    for path in [
        "/",
        "/search",
        "/profile",
        "/privacy",
        "/callback/spotify?code=a&state=b",
        "/nowhere",
    ] {
        let answer = browser.page(path, "none").await;
        let policy = answer
            .header("content-security-policy")
            .expect("a policy")
            .to_owned();
        let nonce = nonce(&answer).to_owned();
        assert!(nonce.len() >= 20, "{nonce}");
        let parts: Vec<&str> = policy.split(';').map(str::trim).collect();
        let script = format!("script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'");
        let fixed = [
            "default-src 'none'",
            script.as_str(),
            "style-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        ];
        for part in fixed {
            assert!(parts.contains(&part), "{path}: {part} is not in {policy}");
        }
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        assert!(
            !policy.contains(" * ") && !policy.contains("http: ") && !policy.contains("https: "),
            "{policy}"
        );

        let html = answer.text.to_ascii_lowercase();
        let scripts: Vec<&str> = html.split("<script").skip(1).collect();
        assert!(!scripts.is_empty(), "{path}");
        for script in scripts {
            let tag = script.split('>').next().expect("a tag");
            assert!(
                tag.contains(&format!("nonce=\"{}\"", nonce.to_ascii_lowercase())),
                "{path}: <script{tag}>"
            );
        }
        assert!(
            !html.contains("<style") && !html.contains(" style="),
            "{path} has inline styles"
        );
        for handler in ["onclick", "onload", "onerror", "onsubmit", "javascript:"] {
            assert!(
                !html.contains(&format!(" {handler}=")),
                "{path} has {handler}"
            );
        }
    }
}

#[tokio::test]
async fn every_page_has_a_nonce_of_its_own() {
    let stage = Stage::new().await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let answer = stage.browser().page("/", "none").await;
        assert!(seen.insert(nonce(&answer).to_owned()), "a nonce came twice");
    }
}

#[tokio::test]
async fn what_is_no_page_may_do_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    for path in [
        "/api/session",
        "/api/nothing",
        "/healthz",
        "/.well-known/jwks.json",
        "/api/spotify/v1/me",
    ] {
        assert_eq!(
            browser.get(path).await.header("content-security-policy"),
            Some(API_POLICY),
            "{path}"
        );
    }
}

#[tokio::test]
async fn pictures_may_come_from_known_places_alone() {
    let stage = Stage::new().await;
    let answer = stage.browser().page("/", "none").await;
    let policy = answer.header("content-security-policy").expect("a policy");
    let images = policy
        .split("; ")
        .find(|part| part.starts_with("img-src"))
        .expect("a rule");
    assert!(
        images.contains("https://*.scdn.co") && images.contains(&stage.sandbox.url()),
        "{images}"
    );
    let public = Stage::on_https().await.browser().page("/", "none").await;
    let policy = public.header("content-security-policy").expect("a policy");
    assert!(!policy.contains("http://"), "{policy}");
}

#[tokio::test]
async fn a_callback_sends_no_referrer() {
    let stage = Stage::new().await;
    let answer = stage
        .browser()
        .page("/callback/spotify?code=a&state=b", "cross-site")
        .await;
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
}

#[tokio::test]
async fn every_text_names_its_charset() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    assert_eq!(
        browser.page("/", "none").await.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(
        browser.get("/healthz").await.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    // JSON is UTF-8 by itself.
    assert_eq!(
        browser.get("/api/session").await.header("content-type"),
        Some("application/json")
    );
}

// Caches.

#[tokio::test]
async fn nothing_personal_is_stored() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let paths = [
        "/",
        "/profile",
        "/callback/spotify",
        "/nowhere",
        "/api/session",
        "/api/spotify/v1/me",
        "/api/nothing",
    ];
    for path in paths {
        assert_eq!(
            browser.get(path).await.header("cache-control"),
            Some("no-store"),
            "{path}"
        );
        let foreign = Request::builder()
            .uri(path)
            .header(header::HOST, "evil.example")
            .body(Body::empty());
        let answer = browser.send(foreign.expect("a request")).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
    let answer = browser.sign_out(false).await;
    assert!(!answer.set_cookies().is_empty());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_path_that_looks_like_a_file_is_no_way_to_what_is_personal() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let api = [
        "/api/session.css",
        "/api/session/x.css",
        "/api/session%2fx.css",
        "/api/session/..%2fx.css",
        "/api/session%3fx.css",
        "/api/session;x.css",
        "/api/spotify/v1/me/x.css",
        "/api/spotify/v1/me.json",
        "/api/spotify/v1/me%2f.js",
    ];
    for path in api {
        let answer = browser.get(path).await;
        answer.is_refusal(404, "not_found");
        assert!(!answer.text.contains("Ada"), "{path}");
    }
    let pages = [
        "/profile.css",
        "/profile/x.css",
        "/profile%2fx.css",
        "/account.js",
        "/profile;x.css",
        "/index.html",
    ];
    for path in pages {
        let answer = browser.page(path, "none").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

/// The part of the policy of a page that is about style.
fn style_policy(answer: &Answer) -> &str {
    let policy = answer.header("content-security-policy").expect("a policy");
    let mut parts = policy.split(';').map(str::trim);
    parts
        .find(|part| part.starts_with("style-src "))
        .expect("a part about style")
}

#[tokio::test]
async fn a_page_without_a_person_brings_its_style_along() {
    let folder = site();
    let root = folder.path().join("site");
    for (hashes, style) in [
        (None, "main>p{color:red}"),
        (Some(HASHES), "main>p{color:tan}"),
    ] {
        let stage = Stage::with_site(&root, hashes).await;
        let digest = base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            <sha2::Sha256 as sha2::Digest>::digest(style),
        );
        for site in ["none", "cross-site"] {
            let answer = stage.browser().page("/", site).await;
            let whole = format!("<style>{style}</style>");
            assert_eq!(answer.text.matches("<style").count(), 1, "{answer:?}");
            assert!(answer.text.contains(&whole), "{answer:?}");
            assert!(!answer.text.contains("rel=\"stylesheet\""), "{answer:?}");
            assert_eq!(
                style_policy(&answer),
                format!("style-src 'self' 'sha256-{digest}'")
            );
        }
    }
}

#[tokio::test]
async fn a_page_of_a_person_asks_for_its_style() {
    let folder = site();
    let stage = Stage::with_site(&folder.path().join("site"), None).await;
    let answer = stage.signed_in("ada").await.page("/", "none").await;
    assert!(!answer.text.contains("<style"), "{answer:?}");
    assert!(
        answer.text.contains("href=\"/pkg/stagedoor.css\""),
        "{answer:?}"
    );
    assert_eq!(style_policy(&answer), "style-src 'self'");
}

#[tokio::test]
async fn a_style_that_would_end_its_element_stays_in_its_file() {
    let folder = site();
    let root = folder.path().join("site");
    let style = "a::before{content:'</STYLE><script>'}";
    fs::write(root.join("pkg/stagedoor.css"), style).expect("a file");
    let stage = Stage::with_site(&root, None).await;
    let answer = stage.browser().page("/", "none").await;
    assert!(!answer.text.contains("<style"), "{answer:?}");
    assert_eq!(style_policy(&answer), "style-src 'self'");
}

/// How a page comes that may be packed, and its first bytes.
async fn packing(
    stage: &Stage,
    browser: &Browser,
    accepted: &'static str,
) -> (Option<String>, Vec<u8>) {
    let mut request = browser.page_request("/search?q=Ada", "none");
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
    let answer = stage
        .router
        .clone()
        .oneshot(request)
        .await
        .expect("an answer");
    let encoding = answer.headers().get(header::CONTENT_ENCODING);
    let encoding = encoding.map(|value| value.to_str().expect("a word").to_owned());
    if encoding.is_some() {
        let varies = answer.headers().get(header::VARY);
        assert_eq!(varies.expect("vary"), "accept-encoding");
    }
    let body = answer.into_body().collect().await.expect("a whole body");
    (encoding, body.to_bytes().into())
}

#[tokio::test]
async fn a_page_without_a_person_is_packed() {
    let stage = Stage::new().await;
    let browser = stage.browser();
    let (encoding, packed) = packing(&stage, &browser, "gzip, br").await;
    assert_eq!(encoding.as_deref(), Some("br"));
    let mut page = Vec::new();
    brotli::BrotliDecompress(&mut packed.as_slice(), &mut page).expect("brotli");
    let page = String::from_utf8(page).expect("text");
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("</html>"),
        "{page}"
    );
    assert!(
        packed.len() * 2 < page.len(),
        "{} of {}",
        packed.len(),
        page.len()
    );
    let (encoding, _) = packing(&stage, &browser, "gzip").await;
    assert_eq!(encoding.as_deref(), Some("gzip"));
    let (encoding, plain) = packing(&stage, &browser, "identity").await;
    assert_eq!(encoding, None);
    assert!(plain.starts_with(b"<!DOCTYPE html>"));
}

#[tokio::test]
async fn a_page_of_a_person_is_not_packed() {
    let stage = Stage::new().await;
    let browser = stage.signed_in("ada").await;
    let (encoding, page) = packing(&stage, &browser, "gzip, br").await;
    assert_eq!(encoding, None);
    assert!(page.starts_with(b"<!DOCTYPE html>"));
    assert!(
        String::from_utf8(page)
            .expect("text")
            .contains("Ada Lindqvist")
    );
}

#[tokio::test]
async fn files_of_the_site_are_cached_by_their_names() {
    let folder = site();
    let root = folder.path().join("site");
    let plain = Stage::with_site(&root, None).await;
    let hashed = Stage::with_site(&root, Some(HASHES)).await;
    let cached = async |stage: &Stage, path: &str| {
        let answer = stage.browser().get(path).await;
        (
            answer.status.as_u16(),
            answer
                .header("cache-control")
                .unwrap_or_default()
                .to_owned(),
        )
    };
    assert_eq!(
        cached(&plain, "/pkg/stagedoor.js").await,
        (200, "no-cache".to_owned())
    );
    let immutable = "public, max-age=31536000, immutable".to_owned();
    assert_eq!(cached(&hashed, "/pkg/stagedoor.js").await, (200, immutable));
    assert_eq!(
        cached(&hashed, "/picture.svg").await,
        (200, "no-cache".to_owned())
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_yet_is_not_remembered_as_missing() {
    let folder = site();
    let stage = Stage::with_site(&folder.path().join("site"), Some(HASHES)).await;
    for path in ["/pkg/nothing.js", "/pkg/", "/pkg/stagedoor.wasm"] {
        let answer = stage.browser().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let cached = answer.header("cache-control").unwrap_or_default();
        assert!(
            !cached.contains("immutable") && !cached.contains("max-age=3"),
            "{path}: {cached}"
        );
    }
}

#[tokio::test]
async fn files_beside_the_site_are_not_served() {
    let folder = site();
    let stage = Stage::with_site(&folder.path().join("site"), None).await;
    let paths = [
        "/../secret.txt",
        "/pkg/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/pkg/%2e%2e/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/pkg/..%2f..%2fsecret.txt",
        "/%5c..%5csecret.txt",
        "//secret.txt",
        "/pkg//../../secret.txt",
    ];
    for path in paths {
        let answer = stage.browser().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.text.contains("hush"), "{path}");
    }
}

// The host.

/// Asserts that a person is told that this host is not served here, by a page that names the right
/// place and repeats nothing of the request.
#[track_caller]
fn shows_the_way(answer: &Answer, stage: &Stage) {
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8"),
        "{answer:?}"
    );
    assert_eq!(answer.header("location"), None, "{answer:?}");
    assert_eq!(
        answer.header("content-security-policy"),
        Some(API_POLICY),
        "{answer:?}"
    );
    assert_eq!(
        answer.header("cache-control"),
        Some("no-store"),
        "{answer:?}"
    );
    assert!(
        answer.text.contains(stage.world.settings.origin.as_str()),
        "{answer:?}"
    );
    assert!(
        !answer.text.contains("evil") && !answer.text.contains("<script"),
        "{answer:?}"
    );
    assert!(answer.set_cookies().is_empty(), "{answer:?}");
}

/// A `GET` of `path` with these `Host` headers and nothing else.
fn asked_of(path: &str, hosts: &[&str]) -> Request<Body> {
    let mut request = Request::builder()
        .uri(path)
        .body(Body::empty())
        .expect("a request");
    for host in hosts {
        request
            .headers_mut()
            .append(header::HOST, HeaderValue::from_str(host).expect("a header"));
    }
    request
        .headers_mut()
        .insert("x-stagedoor-csrf", HeaderValue::from_static("1"));
    request
}

#[tokio::test]
async fn another_host_is_misdirected() {
    let stage = Stage::new().await;
    let foreign: &[&[&str]] = &[
        &["evil.example"],
        &["127.0.0.1:3000.evil.example"],
        &["evil.example:3000"],
        &["localhost.evil.example:3000"],
        &["127.0.0.1.evil.example"],
        &["127.0.0.1:3000@evil.example"],
        &["10.0.0.1:3000"],
        &[""],
        &[],
        &[HOST, HOST],
        &[HOST, "evil.example"],
        &["evil.example", HOST],
        &["127.0.0.1:3000, evil.example"],
        &["http://127.0.0.1:3000"],
        &["[::1"],
    ];
    for hosts in foreign {
        for path in [
            "/",
            "/profile",
            "/api/session",
            "/api/spotify/v1/me",
            "/.well-known/jwks.json",
            "/pkg/x.js",
        ] {
            let answer = stage.browser().send(asked_of(path, hosts)).await;
            answer.is_refusal(421, "bad_request");
            assert!(!answer.text.contains("evil"));
            let mut shown = asked_of(path, hosts);
            shown
                .headers_mut()
                .insert(header::ACCEPT, HeaderValue::from_static("text/html,*/*"));
            let answer = stage.browser().send(shown).await;
            if path.starts_with("/api/") {
                answer.is_refusal(421, "bad_request");
            } else {
                shows_the_way(&answer, &stage);
            }
        }
        for path in ["/healthz", "/readyz"] {
            let answer = stage.browser().send(asked_of(path, hosts)).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} of {hosts:?}");
        }
    }
}

#[tokio::test]
async fn a_page_at_a_loopback_alias_is_sent_to_the_origin() {
    let stage = Stage::new().await;
    for host in [
        "localhost:3000",
        "LOCALHOST:3000",
        "localhost",
        "localhost:9999",
        "[::1]:3000",
        "127.0.0.2:3000",
        "127.0.0.1",
    ] {
        for path in [
            "/",
            "/profile",
            "/search?q=a%20b&x",
            "/callback/spotify?code=a",
            "/nowhere",
            "//evil.example/x",
        ] {
            let answer = stage.browser().send(asked_of(path, &[host])).await;
            assert_eq!(
                answer.status,
                StatusCode::TEMPORARY_REDIRECT,
                "{host}{path}"
            );
            let location = answer.header("location").expect("a place");
            assert_eq!(location, format!("{ORIGIN}{path}"), "{host}{path}");
            let url = url::Url::parse(location).expect("an address");
            assert_eq!(url.origin().ascii_serialization(), ORIGIN);
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
        for path in ["/api/session", "/api", "/api/nothing", "/api/spotify/v1/me"] {
            let answer = stage.browser().send(asked_of(path, &[host])).await;
            assert_eq!(
                answer.refusal(),
                (421, "bad_request".to_owned()),
                "{host}{path}"
            );
        }
        let mut post = asked_of("/profile", &[host]);
        *post.method_mut() = Method::POST;
        stage
            .browser()
            .send(post)
            .await
            .is_refusal(421, "bad_request");
    }
}

#[tokio::test]
async fn on_a_public_origin_there_is_no_alias() {
    let stage = Stage::on_https().await;
    for host in [
        "localhost",
        "127.0.0.1",
        "www.music.example",
        "music.example:443",
        "music.example.",
    ] {
        let answer = stage.browser().send(asked_of("/", &[host])).await;
        answer.is_refusal(421, "bad_request");
    }
    let answer = stage
        .browser()
        .send(asked_of("/", &["MUSIC.example"]))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn forwarded_hosts_are_ignored() {
    let stage = Stage::new().await;
    let forged = [
        "x-forwarded-host",
        "x-host",
        "x-forwarded-server",
        "x-original-url",
        "x-rewrite-url",
    ];
    let mut browser = stage.browser();
    let mut request = browser.page_request("/", "none");
    for name in forged {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static("evil.example"));
    }
    request
        .headers_mut()
        .insert("x-forwarded-proto", HeaderValue::from_static("https"));
    request
        .headers_mut()
        .insert("forwarded", HeaderValue::from_static("host=evil.example"));
    let answer = browser.send(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.text.contains("evil.example"));

    let body = crate::support::begin_body("verifier");
    let mut request = browser.request(Method::POST, "/api/sign-in/begin", Some(&body));
    for name in forged {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static("evil.example"));
    }
    let begun = browser.send(request).await;
    assert_eq!(begun.status, StatusCode::OK);
    assert!(!begun.text.contains("evil.example"));

    let mut request = asked_of("/", &["evil.example"]);
    request
        .headers_mut()
        .insert("x-forwarded-host", HeaderValue::from_static(HOST));
    browser.send(request).await.is_refusal(421, "bad_request");
}

#[tokio::test]
async fn an_answer_names_its_request_by_an_id_of_ours() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let mut request = browser.request(Method::GET, "/api/session", None);
    request
        .headers_mut()
        .insert("x-request-id", HeaderValue::from_static("chosen"));
    let first = browser.send(request).await;
    let second = browser.get("/api/session").await;
    let (first, second) = (
        first.header("x-request-id").expect("an id"),
        second.header("x-request-id").expect("an id"),
    );
    assert!(first != "chosen" && first != second && first.len() == 22);
}
