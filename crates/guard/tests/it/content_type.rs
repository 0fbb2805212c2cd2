//! What a body may be.

use guard::{Guard, Refusal};
use http::Method;

use crate::{ORIGIN, ask, own, own_post, send, with};

const PICTURE: &str = "/api/playlists/1/images";

fn picture_guard() -> Guard {
    Guard::new(ORIGIN).accept_content_type_under("/api/playlists", "image/jpeg")
}

#[tokio::test]
async fn json_passes() {
    for content_type in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json ;  Charset=utf-8",
    ] {
        ask(with(own_post(), "content-type", Some(content_type)))
            .await
            .passed();
    }
}

#[tokio::test]
async fn any_other_type_is_refused() {
    for content_type in [
        "",
        "text/plain",
        "text/plain;application/json",
        "text/plain; charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "image/jpeg",
        "application/json;charset=x",
        "application/json; charset=utf-8; a=b",
        "application/json;",
        "application/json, text/plain",
        "application/jsonp",
        "application/json-seq",
        "application/vnd.api+json",
        "application/json charset=utf-8",
        "json",
        "*/*",
    ] {
        for method in [
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ] {
            let request = own(&method, "/api/x").header("content-type", content_type);
            assert_eq!(
                ask(request).await.refused(),
                Refusal::ContentType,
                "{method} {content_type}"
            );
        }
    }
}

#[tokio::test]
async fn a_type_that_is_not_text_is_refused() {
    let value = http::HeaderValue::from_bytes(b"application/json\xff").unwrap();
    let request = own(&Method::POST, "/api/x").header("content-type", value);
    assert_eq!(ask(request).await.refused(), Refusal::ContentType);
}

#[tokio::test]
async fn a_post_without_a_type_is_refused() {
    for length in ["0", "2"] {
        let request = own(&Method::POST, "/api/x").header("content-length", length);
        assert_eq!(ask(request).await.refused(), Refusal::ContentType);
    }
    assert_eq!(
        ask(own(&Method::POST, "/api/x")).await.refused(),
        Refusal::ContentType
    );
}

#[tokio::test]
async fn a_doubled_type_is_refused() {
    for second in ["application/json", "text/plain"] {
        let request = own_post().header("content-type", second);
        assert_eq!(ask(request).await.refused(), Refusal::ContentType);
    }
}

#[tokio::test]
async fn another_method_without_a_body_needs_no_type() {
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        ask(own(&method, "/api/x")).await.passed();
        ask(own(&method, "/api/x").header("content-length", "0"))
            .await
            .passed();
    }
}

#[tokio::test]
async fn another_method_with_a_body_and_no_type_is_refused() {
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        for (name, value) in [
            ("content-length", "1"),
            ("content-length", "00"),
            ("content-length", "x"),
            ("transfer-encoding", "chunked"),
        ] {
            let request = own(&method, "/api/x").header(name, value);
            assert_eq!(
                ask(request).await.refused(),
                Refusal::ContentType,
                "{method} {name}"
            );
        }
        let request = own(&method, "/api/x").header("content-length", "0");
        let request = request.header("content-length", "9");
        assert_eq!(ask(request).await.refused(), Refusal::ContentType);
    }
}

/// A server function that is read by `GET` names the type of a form and sends no body.
#[tokio::test]
async fn the_type_of_a_read_is_not_asked() {
    let request = own(&Method::GET, "/api/session?")
        .header("content-type", "application/x-www-form-urlencoded");
    ask(request).await.passed();
}

#[tokio::test]
async fn an_accepted_type_passes_under_its_path() {
    for content_type in ["image/jpeg", "Image/JPEG"] {
        let request = own(&Method::PUT, PICTURE).header("content-type", content_type);
        send(picture_guard(), request).await.passed();
    }
    let json = own(&Method::PUT, PICTURE).header("content-type", "application/json");
    send(picture_guard(), json).await.passed();
}

#[tokio::test]
async fn an_accepted_type_is_refused_elsewhere() {
    for path in [
        "/api/playlists-x",
        "/api/sign-out",
        "/api/playlists/../sign-out",
    ] {
        let request = own(&Method::PUT, path).header("content-type", "image/jpeg");
        let outcome = send(picture_guard(), request).await;
        assert_eq!(outcome.refused(), Refusal::ContentType, "{path}");
    }
}

#[tokio::test]
async fn an_accepted_type_with_parameters_is_refused() {
    let request = own(&Method::PUT, PICTURE).header("content-type", "image/jpeg; a=b");
    assert_eq!(
        send(picture_guard(), request).await.refused(),
        Refusal::ContentType
    );
}

#[tokio::test]
async fn a_type_can_be_accepted_everywhere() {
    let guard = Guard::new(ORIGIN).accept_content_type("image/jpeg");
    let request = own(&Method::POST, "/anywhere").header("content-type", "image/jpeg");
    send(guard.clone(), request).await.passed();
    let request = own(&Method::POST, "/anywhere").header("content-type", "image/png");
    assert_eq!(send(guard, request).await.refused(), Refusal::ContentType);
}
