//! The guard in front of everything under `/api`, and what stands behind it: methods, bodies, paths.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use serde_json::Value;

use crate::support::{Answer, Browser, HOST, ORIGIN, SIGN_IN, Stage};

/// A server function, a body that it can read, and what it answers to a browser that is signed out.
struct Function {
    method: &'static str,
    path: &'static str,
    body: &'static str,
    answer: (u16, &'static str),
}

/// Every server function. A new one needs a row here, and gets all the tests of this file by it.
const FUNCTIONS: &[Function] = &[
    Function {
        method: "POST",
        path: "/api/sign-in/begin",
        body: r#"{"provider":"spotify","code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}"#,
        answer: (200, ""),
    },
    Function {
        method: "POST",
        path: "/api/sign-in/complete",
        body: r#"{"provider":"spotify","query":"code=a&state=b","code_verifier":"c"}"#,
        answer: (400, "transaction_missing"),
    },
    Function {
        method: "GET",
        path: "/api/session",
        body: "",
        answer: (200, ""),
    },
    Function {
        method: "POST",
        path: "/api/session/refresh",
        body: r#"{"provider":"spotify"}"#,
        answer: (401, "signed_out"),
    },
    Function {
        method: "POST",
        path: "/api/sign-out",
        body: "{}",
        answer: (200, ""),
    },
    Function {
        method: "POST",
        path: "/api/disconnect",
        body: r#"{"provider":"spotify"}"#,
        answer: (401, "signed_out"),
    },
    Function {
        method: "POST",
        path: "/api/account/link/confirm",
        body: r#"{"accept":true}"#,
        answer: (401, "signed_out"),
    },
    Function {
        method: "POST",
        path: "/api/account/unlink",
        body: r#"{"provider":"spotify"}"#,
        answer: (401, "signed_out"),
    },
    Function {
        method: "GET",
        path: "/api/account/sessions",
        body: "",
        answer: (401, "signed_out"),
    },
    Function {
        method: "POST",
        path: "/api/account/sessions/end",
        body: r#"{"others":true}"#,
        answer: (401, "signed_out"),
    },
    Function {
        method: "POST",
        path: "/api/account/delete",
        body: "{}",
        answer: (401, "signed_out"),
    },
    Function {
        method: "GET",
        path: "/api/account/export",
        body: "",
        answer: (401, "signed_out"),
    },
    Function {
        method: "GET",
        path: "/api/admin",
        body: "",
        answer: (401, "signed_out"),
    },
];

/// What else is under `/api`: the way to the provider, and nothing at all.
const OTHERS: &[Function] = &[
    Function {
        method: "GET",
        path: "/api/spotify/v1/me",
        body: "",
        answer: (401, "signed_out"),
    },
    Function {
        method: "POST",
        path: "/api/spotify/v1/me",
        body: "{}",
        answer: (404, "not_found"),
    },
    Function {
        method: "PUT",
        path: "/api/spotify/v1/me",
        body: "{}",
        answer: (404, "not_found"),
    },
    Function {
        method: "DELETE",
        path: "/api/spotify/v1/me",
        body: "",
        answer: (404, "not_found"),
    },
    Function {
        method: "GET",
        path: "/api/nothing",
        body: "",
        answer: (404, "not_found"),
    },
    Function {
        method: "POST",
        path: "/api/nothing/at/all",
        body: "{}",
        answer: (404, "not_found"),
    },
    Function {
        method: "GET",
        path: "/api",
        body: "",
        answer: (404, "not_found"),
    },
];

impl Function {
    fn reads(&self) -> bool {
        self.method == "GET"
    }

    /// A request with a body and its type, and no header that the guard asks for.
    fn bare(&self) -> Request<Body> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.path)
            .header(header::HOST, HOST);
        if !self.body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        request.body(Body::from(self.body)).expect("a request")
    }

    /// A request with these headers beside those of `bare`.
    fn with(&self, headers: &[(&'static str, &'static str)]) -> Request<Body> {
        let mut request = self.bare();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header");
            request
                .headers_mut()
                .append(HeaderName::from_static(name), value);
        }
        request
    }

    /// A request as one of our pages sends it, with a body and type of one's own.
    fn with_body(
        &self,
        content_type: Option<&'static str>,
        body: impl Into<Body>,
    ) -> Request<Body> {
        let mut request = self.with(OWN);
        request.headers_mut().remove(header::CONTENT_TYPE);
        if let Some(content_type) = content_type {
            request
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        *request.body_mut() = body.into();
        request
    }
}

/// Members that may be left out.
const OPTIONAL: &[&str] = &["everywhere", "others", "id"];

/// What one of our pages sends.
const OWN: &[(&str, &str)] = &[
    ("x-stagedoor-csrf", "1"),
    ("sec-fetch-site", "same-origin"),
    ("origin", ORIGIN),
];
const HEADER: (&str, &str) = ("x-stagedoor-csrf", "1");

fn everything() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().chain(OTHERS)
}

/// Functions that change something, which all are `POST`.
fn writes() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().filter(|function| !function.reads())
}

async fn send(stage: &Stage, request: Request<Body>) -> Answer {
    stage.browser().send(request).await
}

/// Asserts that these headers are refused as foreign, and that nothing happened.
async fn is_foreign(stage: &Stage, function: &Function, headers: &[(&'static str, &'static str)]) {
    let answer = send(stage, function.with(headers)).await;
    let told = format!("{} {} with {headers:?}", function.method, function.path);
    assert_eq!(answer.refusal(), (403, "csrf".to_owned()), "{told}");
    assert!(answer.set_cookies().is_empty(), "{told}");
    assert_eq!(stage.all_calls(), 0, "{told}");
}

/// Asserts that these headers pass the guard.
async fn passes(stage: &Stage, function: &Function, headers: &[(&'static str, &'static str)]) {
    let answer = send(stage, function.with(headers)).await;
    let (status, code) = function.answer;
    assert_eq!(
        answer.status.as_u16(),
        status,
        "{} {} with {headers:?}: {answer:?}",
        function.method,
        function.path
    );
    if !code.is_empty() {
        answer.is_refusal(status, code);
    }
}

#[test]
fn every_server_function_has_a_row() {
    let there: BTreeSet<(String, String)> = server_fn::axum::server_fn_paths()
        .map(|(path, method)| (method.to_string(), path.to_owned()))
        .collect();
    let rows: BTreeSet<(String, String)> = FUNCTIONS
        .iter()
        .map(|function| (function.method.to_owned(), function.path.to_owned()))
        .collect();
    assert_eq!(
        there, rows,
        "a server function without a row in this file is not tested"
    );
    assert!(there.iter().all(|(_, path)| path.starts_with("/api/")));
}

// Where a request comes from.

#[tokio::test]
async fn our_own_pages_pass() {
    let stage = Stage::new().await;
    for function in everything() {
        passes(&stage, function, OWN).await;
        passes(
            &stage,
            function,
            &[HEADER, ("sec-fetch-site", "same-origin")],
        )
        .await;
        // Browsers without fetch metadata name their origin.
        passes(&stage, function, &[HEADER, ("origin", ORIGIN)]).await;
    }
}

#[tokio::test]
async fn a_missing_or_wrong_header_is_refused() {
    let stage = Stage::new().await;
    for function in everything() {
        is_foreign(&stage, function, &OWN[1..]).await;
        for value in ["", "0", "2", "true", "1, 1", "11"] {
            is_foreign(
                &stage,
                function,
                &[("x-stagedoor-csrf", value), OWN[1], OWN[2]],
            )
            .await;
        }
        is_foreign(&stage, function, &[HEADER, HEADER, OWN[1], OWN[2]]).await;
        is_foreign(&stage, function, &[("x-csrf", "1"), OWN[1], OWN[2]]).await;
    }
}

#[tokio::test]
async fn other_sites_are_refused() {
    let stage = Stage::new().await;
    for function in everything() {
        for site in [
            "cross-site",
            "same-site",
            "",
            "SAME-ORIGIN",
            "same-origin, same-origin",
            "other",
        ] {
            is_foreign(&stage, function, &[HEADER, ("sec-fetch-site", site)]).await;
            is_foreign(
                &stage,
                function,
                &[HEADER, ("sec-fetch-site", site), ("origin", ORIGIN)],
            )
            .await;
        }
        let twice = [
            HEADER,
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "same-origin"),
        ];
        is_foreign(&stage, function, &twice).await;
        if !function.reads() {
            is_foreign(&stage, function, &[HEADER, ("sec-fetch-site", "none")]).await;
            is_foreign(
                &stage,
                function,
                &[HEADER, ("sec-fetch-site", "none"), ("origin", ORIGIN)],
            )
            .await;
        }
    }
}

#[tokio::test]
async fn other_origins_are_refused() {
    let stage = Stage::new().await;
    let foreign = [
        "null",
        "",
        "http://127.0.0.1:3001",
        "http://127.0.0.1",
        "https://127.0.0.1:3000",
        "http://localhost:3000",
        "HTTP://127.0.0.1:3000",
        "http://127.0.0.1:3000/",
        "http://127.0.0.1:3000.evil.example",
        "http://evil.example/http://127.0.0.1:3000",
        "http://127.0.0.1:03000",
        "127.0.0.1:3000",
    ];
    for function in everything() {
        for origin in foreign {
            is_foreign(&stage, function, &[HEADER, ("origin", origin)]).await;
            is_foreign(
                &stage,
                function,
                &[
                    HEADER,
                    ("sec-fetch-site", "same-origin"),
                    ("origin", origin),
                ],
            )
            .await;
        }
        is_foreign(
            &stage,
            function,
            &[HEADER, ("origin", ORIGIN), ("origin", ORIGIN)],
        )
        .await;
    }
}

#[tokio::test]
async fn a_change_that_says_nothing_of_its_origin_is_refused() {
    let stage = Stage::new().await;
    for function in everything() {
        if function.reads() {
            passes(&stage, function, &[HEADER]).await;
        } else {
            is_foreign(&stage, function, &[HEADER]).await;
        }
    }
}

#[tokio::test]
async fn forged_hosts_do_not_make_an_origin_right() {
    let stage = Stage::new().await;
    for function in everything() {
        let forged = [
            HEADER,
            ("origin", "https://evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "host=evil.example;proto=https"),
        ];
        is_foreign(&stage, function, &forged).await;
    }
}

#[tokio::test]
async fn a_foreign_form_can_send_nothing() {
    let stage = Stage::new().await;
    for function in FUNCTIONS {
        for content_type in [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain",
        ] {
            let mut request = function.with(&[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
                ("origin", "https://evil.example"),
                ("accept", "text/html"),
                ("referer", "https://evil.example/"),
            ]);
            request
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            let answer = send(&stage, request).await;
            answer.is_refusal(403, "csrf");
            assert!(answer.set_cookies().is_empty());
        }
    }
}

#[tokio::test]
async fn no_preflight_is_answered() {
    let stage = Stage::new().await;
    for function in everything() {
        let mut request = function.with(&[
            ("origin", "https://evil.example"),
            ("access-control-request-method", "POST"),
            (
                "access-control-request-headers",
                "x-stagedoor-csrf, content-type",
            ),
        ]);
        *request.method_mut() = Method::OPTIONS;
        let answer = send(&stage, request).await;
        answer.is_refusal(403, "csrf");
        let granted = answer
            .headers
            .keys()
            .find(|name| name.as_str().starts_with("access-control-"));
        assert_eq!(granted, None);
    }
    // Nor is anything granted to whoever passes.
    let answer = send(&stage, FUNCTIONS[2].with(OWN)).await;
    assert!(
        answer
            .headers
            .keys()
            .all(|name| !name.as_str().starts_with("access-control-"))
    );
}

// What is sent.

#[tokio::test]
async fn bodies_of_another_type_are_refused() {
    let stage = Stage::new().await;
    let types = [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/plain;application/json",
        "application/json;charset=x",
        "application/json; charset=utf-8; a=b",
        "application/json, text/plain",
        "application/jsonx",
        "application/ld+json",
        "json",
        "",
    ];
    for function in writes() {
        for content_type in types {
            let answer = send(
                &stage,
                function.with_body(Some(content_type), function.body),
            )
            .await;
            let told = format!("{} {content_type}", function.path);
            assert_eq!(answer.refusal(), (415, "bad_request".to_owned()), "{told}");
            assert!(answer.set_cookies().is_empty(), "{told}");
        }
        send(&stage, function.with_body(None, function.body))
            .await
            .is_refusal(415, "bad_request");
        send(&stage, function.with_body(None, ""))
            .await
            .is_refusal(415, "bad_request");
        let mut twice = function.with(OWN);
        twice.headers_mut().append(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        send(&stage, twice).await.is_refusal(415, "bad_request");
    }
}

#[tokio::test]
async fn json_by_any_of_its_names_is_accepted() {
    let stage = Stage::new().await;
    for function in writes() {
        for content_type in [
            "application/json",
            "Application/JSON",
            "application/json; charset=UTF-8",
        ] {
            let answer = send(
                &stage,
                function.with_body(Some(content_type), function.body),
            )
            .await;
            assert_eq!(
                answer.status.as_u16(),
                function.answer.0,
                "{} {content_type}",
                function.path
            );
        }
    }
}

#[tokio::test]
async fn bodies_over_sixteen_kilobytes_are_refused() {
    let stage = Stage::new().await;
    for function in writes() {
        let padded =
            |length: usize| function.body.to_owned() + &" ".repeat(length - function.body.len());
        let json = Some("application/json");
        let answer = send(&stage, function.with_body(json, padded(16 * 1024))).await;
        assert_eq!(
            answer.status.as_u16(),
            function.answer.0,
            "{}",
            function.path
        );
        for length in [16 * 1024 + 1, 3_000_000] {
            let answer = send(&stage, function.with_body(json, padded(length))).await;
            answer.is_refusal(413, "too_large");
            assert!(answer.set_cookies().is_empty());
        }
        // Without a length in front, as a stream.
        let pieces =
            futures::stream::iter((0..100).map(|_| Ok::<_, std::io::Error>(" ".repeat(1024))));
        let answer = send(&stage, function.with_body(json, Body::from_stream(pieces))).await;
        answer.is_refusal(413, "too_large");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_bad_request() {
    let stage = Stage::new().await;
    for function in writes() {
        let broken = futures::stream::iter([
            Ok(function.body.to_owned()),
            Err(std::io::Error::other("gone")),
        ]);
        let request = function.with_body(Some("application/json"), Body::from_stream(broken));
        let answer = send(&stage, request).await;
        answer.is_refusal(400, "bad_request");
        assert!(answer.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_decoded_are_bad_requests() {
    let stage = Stage::new().await;
    let nested = format!("{}{}", r#"{"provider":"#, "[".repeat(16_000));
    let deep_object = r#"{"provider":{"a":"#.to_owned() + &r#"{"a":"#.repeat(3000);
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"null".to_vec(),
        b"7".to_vec(),
        b"\"text\"".to_vec(),
        b"{".to_vec(),
        b"{}}".to_vec(),
        b"{} and more".to_vec(),
        b"provider=spotify".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"\xff\xfe{\x00}\x00".to_vec(),
        nested.into_bytes(),
        deep_object.into_bytes(),
    ];
    for function in writes() {
        // A member that a function knows, of text that is none. What it does not know it skips.
        let good: Value = serde_json::from_str(function.body).expect("JSON");
        let name = match function.path {
            "/api/sign-out" => Some("everywhere"),
            _ => good
                .as_object()
                .and_then(|body| Some(body.keys().next()?.as_str())),
        };
        let broken = name.into_iter().flat_map(|name| {
            let start = format!("{{\"{name}\":\"").into_bytes();
            [&b"\xff\xfe"[..], b"\\ud800"].map(|text| [&start, text, b"\"}"].concat())
        });
        for body in bodies.iter().cloned().chain(broken) {
            let answer = send(
                &stage,
                function.with_body(Some("application/json"), body.clone()),
            )
            .await;
            let told = format!(
                "{} {}",
                function.path,
                String::from_utf8_lossy(&body[..body.len().min(40)])
            );
            assert_eq!(answer.refusal(), (400, "bad_request".to_owned()), "{told}");
            assert!(answer.set_cookies().is_empty(), "{told}");
        }
    }
    assert_eq!(stage.all_calls(), 0);
}

#[tokio::test]
async fn members_of_a_wrong_type_missing_or_doubled_are_bad_requests() {
    let stage = Stage::new().await;
    for function in writes() {
        let good: Value = serde_json::from_str(function.body).expect("JSON");
        let members = good.as_object().expect("an object");
        let mut bodies = Vec::new();
        for name in members.keys() {
            if OPTIONAL.contains(&name.as_str()) {
                continue;
            }
            for wrong in ["7", "null", "true", "[]", "{}", "[\"spotify\"]"] {
                if serde_json::from_str::<Value>(wrong).expect("JSON") == members[name] {
                    continue;
                }
                let mut body = good.clone();
                body[name] = serde_json::from_str(wrong).expect("JSON");
                bodies.push(body.to_string());
            }
            let mut body = good.clone();
            body.as_object_mut().expect("an object").remove(name);
            bodies.push(body.to_string());
            let doubled = format!("{{\"{name}\":{},{}", members[name], &function.body[1..]);
            bodies.push(doubled);
        }
        let switch = match function.path {
            "/api/sign-out" => Some("everywhere"),
            "/api/account/sessions/end" => Some("others"),
            _ => None,
        };
        if let Some(name) = switch {
            bodies.extend([
                format!("{{\"{name}\":1}}"),
                format!("{{\"{name}\":\"true\"}}"),
                format!("{{\"{name}\":true,\"{name}\":false}}"),
            ]);
        }
        for body in bodies {
            let answer = send(
                &stage,
                function.with_body(Some("application/json"), body.clone()),
            )
            .await;
            assert_eq!(
                answer.refusal(),
                (400, "bad_request".to_owned()),
                "{} {body}",
                function.path
            );
            assert!(answer.set_cookies().is_empty(), "{body}");
        }
    }
}

#[tokio::test]
async fn a_refusal_does_not_repeat_what_was_sent() {
    let stage = Stage::new().await;
    for function in writes() {
        let body = r#"{"provider":"<script>chosen</script>","code_challenge":7,"query":7,"everywhere":"chosen","accept":"chosen","others":"chosen"}"#;
        let answer = send(&stage, function.with_body(Some("application/json"), body)).await;
        // A provider may have any name until it is known who asks.
        let (status, _) = answer.refusal();
        assert!(matches!(status, 400 | 401), "{}", function.path);
        assert!(
            !answer.text.contains("chosen") && !answer.text.contains("line"),
            "{}",
            answer.text
        );
    }
}

// Methods and paths.

#[tokio::test]
async fn other_methods_are_refused() {
    let stage = Stage::new().await;
    for function in FUNCTIONS {
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "QUERY",
        ] {
            if method == function.method || (method == "HEAD" && function.reads()) {
                continue;
            }
            let mut request = function.with(OWN);
            *request.method_mut() = Method::from_bytes(method.as_bytes()).expect("a method");
            request.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
            for name in [
                "x-http-method-override",
                "x-http-method",
                "x-method-override",
            ] {
                request
                    .headers_mut()
                    .insert(name, HeaderValue::from_static(function.method));
            }
            let answer = send(&stage, request).await;
            let told = format!("{method} {}", function.path);
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{told}");
            assert!(answer.set_cookies().is_empty(), "{told}");
            if method != "HEAD" {
                answer.is_refusal(405, "bad_request");
            }
        }
    }
}

#[tokio::test]
async fn a_method_in_the_query_or_the_body_changes_nothing() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    browser
        .get("/api/sign-out?_method=POST")
        .await
        .is_refusal(405, "bad_request");
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn head_is_answered_like_get_or_refused_but_never_with_words_of_the_framework() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let answer = browser
        .send(browser.request(Method::HEAD, "/api/session", None))
        .await;
    assert!([200, 405].contains(&answer.status.as_u16()), "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.text, "");
}

#[tokio::test]
async fn unknown_paths_are_not_there() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let paths = [
        "/api",
        "/api/",
        "/api//",
        "/api/x",
        "/api/session/",
        "/api//session",
        "/api/Session",
        "/api/session/x",
        "/api/session;a=b",
        "/api/session%2f",
        "/api/%73ession",
        "/api/./session",
        "/api/x/../session",
        "/api/sign-in",
        "/api/sign-in/begin/",
        "/api/spotify",
        "/api/spotify/v1",
        "/api/spotify/v2/me",
        "/api/google/v1/me",
        "/api/backchannel-logout",
        "/api/backchannel-logout/google/x",
    ];
    for path in paths {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let body = (method == Method::POST).then_some(Value::Null);
            let answer = browser
                .send(browser.request(method.clone(), path, body.as_ref()))
                .await;
            assert_eq!(
                answer.refusal(),
                (404, "not_found".to_owned()),
                "{method} {path}"
            );
            assert!(!answer.text.contains("server function"), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn nobody_is_sent_to_a_referer() {
    let stage = Stage::new().await;
    for function in everything() {
        for body in [function.body, "{"] {
            let mut request = function.with(OWN);
            *request.body_mut() = Body::from(body);
            let extra = [
                ("accept", "text/html,*/*"),
                ("referer", "https://evil.example/"),
                ("sec-fetch-mode", "navigate"),
            ];
            for (name, value) in extra {
                request
                    .headers_mut()
                    .insert(name, HeaderValue::from_static(value));
            }
            let answer = send(&stage, request).await;
            assert!(
                !answer.status.is_redirection(),
                "{} {answer:?}",
                function.path
            );
            assert_eq!(answer.header("location"), None);
            assert_eq!(answer.header("content-type"), Some("application/json"));
            let told = format!("{:?}{}", answer.headers, answer.text);
            assert!(!told.contains("evil.example"), "{told}");
            assert_eq!(answer.header("serverfnerror"), None);
        }
    }
}

#[tokio::test]
async fn a_begin_from_another_site_leaves_no_transaction() {
    let stage = Stage::new().await;
    let begin = &FUNCTIONS[0];
    assert_eq!(begin.path, "/api/sign-in/begin");
    let mut browser: Browser = stage.browser();
    let attacks = [
        begin.bare(),
        begin.with(&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]),
        begin.with(&[HEADER, ("sec-fetch-site", "cross-site")]),
        begin.with(&[HEADER, ("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:9999")]),
        begin.with_body(Some("text/plain"), begin.body),
        begin.with_body(Some("application/x-www-form-urlencoded"), "provider=spotify&code_challenge=a"),
        Request::builder()
            .uri("/api/sign-in/begin?provider=spotify&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
            .header(header::HOST, HOST)
            .body(Body::empty())
            .expect("a request"),
    ];
    for attack in attacks {
        let answer = browser.send(attack).await;
        assert!([403, 415].contains(&answer.status.as_u16()), "{answer:?}");
        assert!(!browser.cookies.keys().any(|name| name.starts_with(SIGN_IN)));
        assert!(!answer.text.contains("authorize"));
    }
}
