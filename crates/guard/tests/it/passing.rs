//! What a handler sees of a request that passed, and what an answer looks like.

use guard::{Guard, Refusal};
use http::{Method, Request, StatusCode};

use crate::{ORIGIN, ask, own_post, send};

#[tokio::test]
async fn a_handler_is_never_asked_for_a_page() {
    let request = own_post()
        .header("accept", "text/html")
        .header("accept", "*/*");
    let headers = ask(request).await.passed().headers;
    let accepted: Vec<_> = headers.get_all("accept").iter().collect();
    assert_eq!(accepted, ["application/json"]);
}

#[tokio::test]
async fn a_handler_sees_no_referer() {
    let request = own_post().header("referer", "http://127.0.0.1:3000/account");
    assert!(!ask(request).await.passed().headers.contains_key("referer"));
}

#[tokio::test]
async fn a_method_override_has_no_effect() {
    for header in [
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
    ] {
        let request = own_post()
            .uri("/api/sign-out?_method=DELETE")
            .header(header, "DELETE");
        let parts = ask(request).await.passed();
        assert_eq!(parts.method, Method::POST);
        assert!(!parts.headers.contains_key(header), "{header}");
    }
}

#[tokio::test]
async fn an_exempt_request_is_cleaned_too() {
    let guard = Guard::new(ORIGIN).exempt("/api/backchannel-logout");
    let request = Request::post("/api/backchannel-logout")
        .header("accept", "text/html")
        .header("referer", "https://evil.example/");
    let headers = send(guard, request).await.passed().headers;
    assert_eq!(headers["accept"], "application/json");
    assert!(!headers.contains_key("referer"));
}

#[tokio::test]
async fn the_rest_of_a_request_is_left_alone() {
    let request = own_post()
        .uri("/api/x?a=b")
        .header("cookie", "a=b")
        .header("host", "h");
    let parts = ask(request).await.passed();
    assert_eq!(parts.uri, "/api/x?a=b");
    assert_eq!(parts.headers["cookie"], "a=b");
    assert_eq!(parts.headers["host"], "h");
    assert_eq!(parts.headers["origin"], ORIGIN);
    assert_eq!(parts.headers["content-type"], "application/json");
}

#[test]
fn a_refusal_has_its_status() {
    assert_eq!(
        Refusal::ContentType.status(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    for refusal in [
        Refusal::HeaderMissing,
        Refusal::CrossSite,
        Refusal::OriginMismatch,
        Refusal::OriginMissing,
        Refusal::Duplicate { header: "origin" },
    ] {
        assert_eq!(refusal.status(), StatusCode::FORBIDDEN);
    }
}

#[test]
fn the_header_is_the_one_that_is_checked() {
    assert_eq!(guard::header(), ("x-stagedoor-csrf", "1"));
}
