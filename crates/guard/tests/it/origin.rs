//! Who asks: the header, `Sec-Fetch-Site`, `Origin`.

use guard::Refusal;
use http::{Method, Request};

use crate::{ORIGIN, ask, own, own_post, plain_post, with};

const METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];
const CHANGING: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

fn json(method: &Method) -> http::request::Builder {
    own(method, "/api/x").header("content-type", "application/json")
}

#[tokio::test]
async fn a_request_without_the_header_is_refused() {
    for method in METHODS {
        let request = with(json(&method), "x-stagedoor-csrf", None);
        assert_eq!(
            ask(request).await.refused(),
            Refusal::HeaderMissing,
            "{method}"
        );
    }
}

#[tokio::test]
async fn another_value_of_the_header_is_refused() {
    for value in ["", "0", "2", "11", "1, 1", "true", "1;"] {
        for method in [Method::GET, Method::POST] {
            let request = with(json(&method), "x-stagedoor-csrf", Some(value));
            assert_eq!(
                ask(request).await.refused(),
                Refusal::HeaderMissing,
                "{method} {value}"
            );
        }
    }
}

#[tokio::test]
async fn a_doubled_header_is_refused() {
    for method in [Method::GET, Method::POST] {
        let request = json(&method).header("x-stagedoor-csrf", "1");
        let refusal = Refusal::Duplicate {
            header: "x-stagedoor-csrf",
        };
        assert_eq!(ask(request).await.refused(), refusal);
    }
}

/// What a form, an image or a `no-cors` fetch of another site can send. None of it can carry the
/// header; `Accept` asks for the redirect of a server function.
#[tokio::test]
async fn forms_and_images_of_another_site_are_refused() {
    for content_type in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/plain;application/json",
    ] {
        let request = Request::post("/api/sign-out")
            .header("origin", "https://evil.example")
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "no-cors")
            .header("accept", "text/html")
            .header("content-type", content_type);
        assert_eq!(
            ask(request).await.refused(),
            Refusal::HeaderMissing,
            "{content_type}"
        );
    }
    let image = Request::get("/api/sign-out").header("sec-fetch-site", "cross-site");
    assert_eq!(ask(image).await.refused(), Refusal::HeaderMissing);
    let link = Request::get("/api/sign-out").header("sec-fetch-mode", "navigate");
    assert_eq!(ask(link).await.refused(), Refusal::HeaderMissing);
}

#[tokio::test]
async fn a_preflight_is_refused() {
    for origin in [ORIGIN, "https://evil.example"] {
        let request = Request::options("/api/sign-out")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "x-stagedoor-csrf,content-type",
            );
        assert_eq!(ask(request).await.refused(), Refusal::HeaderMissing);
    }
}

#[tokio::test]
async fn a_websocket_handshake_of_a_browser_is_refused() {
    for origin in [ORIGIN, "https://evil.example"] {
        let request = Request::get("/api/stream")
            .header("origin", origin)
            .header("connection", "upgrade")
            .header("upgrade", "websocket");
        assert_eq!(ask(request).await.refused(), Refusal::HeaderMissing);
    }
}

#[tokio::test]
async fn a_change_from_another_site_is_refused() {
    for site in [
        "cross-site",
        "same-site",
        "none",
        "",
        "Same-Origin",
        "same-origin, cross-site",
    ] {
        for method in CHANGING {
            let request = with(json(&method), "sec-fetch-site", Some(site));
            assert_eq!(
                ask(request).await.refused(),
                Refusal::CrossSite,
                "{method} {site}"
            );
        }
    }
}

#[tokio::test]
async fn a_read_from_another_site_is_refused() {
    for site in ["cross-site", "same-site", "", "future-site"] {
        for method in [Method::GET, Method::HEAD] {
            let request = with(own(&method, "/api/session"), "sec-fetch-site", Some(site));
            assert_eq!(ask(request).await.refused(), Refusal::CrossSite, "{site}");
        }
    }
}

#[tokio::test]
async fn a_doubled_sec_fetch_site_is_refused() {
    for method in [Method::GET, Method::POST] {
        let request = json(&method).header("sec-fetch-site", "same-origin");
        let refusal = Refusal::Duplicate {
            header: "sec-fetch-site",
        };
        assert_eq!(ask(request).await.refused(), refusal);
    }
}

const OTHER_ORIGINS: [&str; 12] = [
    "null",
    "",
    "http://127.0.0.1:3001",
    "http://127.0.0.1",
    "http://localhost:3000",
    "https://127.0.0.1:3000",
    "HTTP://127.0.0.1:3000",
    "http://127.0.0.1:3000/",
    "http://127.0.0.1:3000.evil.example",
    "http://127.0.0.1:30000",
    "https://evil.example",
    "http://127.0.0.1:3000, http://127.0.0.1:3000",
];

#[tokio::test]
async fn another_origin_is_refused_without_sec_fetch_site() {
    for origin in OTHER_ORIGINS {
        let request = plain_post().header("origin", origin);
        assert_eq!(
            ask(request).await.refused(),
            Refusal::OriginMismatch,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn another_origin_is_refused_in_spite_of_sec_fetch_site() {
    for origin in OTHER_ORIGINS {
        for method in [Method::GET, Method::POST] {
            let request = with(json(&method), "origin", Some(origin));
            assert_eq!(
                ask(request).await.refused(),
                Refusal::OriginMismatch,
                "{method} {origin}"
            );
        }
    }
}

#[tokio::test]
async fn the_default_port_and_upper_case_are_another_origin() {
    for origin in [
        "https://app.example:443",
        "https://APP.example",
        "https://app.example.",
    ] {
        let request = plain_post().header("origin", origin);
        let outcome = crate::send(guard::Guard::new("https://app.example"), request).await;
        assert_eq!(outcome.refused(), Refusal::OriginMismatch, "{origin}");
    }
}

#[tokio::test]
async fn a_doubled_origin_is_refused() {
    for second in [ORIGIN, "https://evil.example"] {
        let request = plain_post()
            .header("origin", ORIGIN)
            .header("origin", second);
        assert_eq!(
            ask(request).await.refused(),
            Refusal::Duplicate { header: "origin" }
        );
    }
}

#[tokio::test]
async fn a_change_without_any_origin_is_refused() {
    for method in CHANGING {
        let request = with(json(&method), "sec-fetch-site", None);
        let request = with(request, "origin", None);
        assert_eq!(
            ask(request).await.refused(),
            Refusal::OriginMissing,
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_forged_host_does_not_make_an_origin_ours() {
    let request = plain_post()
        .header("origin", "https://evil.example")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("forwarded", "host=evil.example;proto=https");
    assert_eq!(ask(request).await.refused(), Refusal::OriginMismatch);

    let absolute = Request::post("https://evil.example/api/sign-out")
        .header("x-stagedoor-csrf", "1")
        .header("content-type", "application/json")
        .header("origin", "https://evil.example");
    assert_eq!(ask(absolute).await.refused(), Refusal::OriginMismatch);
}

#[tokio::test]
async fn our_own_page_passes() {
    ask(own_post()).await.passed();
    ask(with(own_post(), "origin", None)).await.passed();
    for method in METHODS {
        ask(json(&method)).await.passed();
    }
}

#[tokio::test]
async fn our_own_page_passes_in_a_browser_without_sec_fetch_site() {
    ask(plain_post().header("origin", ORIGIN)).await.passed();
    let read = Request::get("/api/session").header("x-stagedoor-csrf", "1");
    ask(read).await.passed();
}

#[tokio::test]
async fn a_read_that_nobody_started_passes() {
    let request = with(
        own(&Method::GET, "/api/session"),
        "sec-fetch-site",
        Some("none"),
    );
    ask(request).await.passed();
}
