//! What the guard lets through and what it refuses, through its layer.

mod content_type;
mod exempt;
mod origin;
mod passing;

use std::convert::Infallible;

use guard::{Guard, Refusal};
use http::request::{Builder, Parts};
use http::{Method, Request, Response, StatusCode};
use tower::{Layer as _, ServiceExt as _, service_fn};

const ORIGIN: &str = "http://127.0.0.1:3000";

/// What became of a request.
enum Outcome {
    /// It reached the handler, with these parts.
    Passed(Parts),
    /// It was refused, with this status and for this reason.
    Refused(StatusCode, Refusal),
}

impl Outcome {
    fn passed(self) -> Parts {
        match self {
            Self::Passed(parts) => parts,
            Self::Refused(status, refusal) => panic!("refused with {status}: {refusal}"),
        }
    }

    fn refused(self) -> Refusal {
        match self {
            Self::Passed(parts) => panic!("passed: {parts:?}"),
            Self::Refused(status, refusal) => {
                assert_eq!(status, refusal.status());
                refusal
            }
        }
    }
}

/// A request of the app's own page, as Chromium sends it.
fn own(method: &Method, path: &str) -> Builder {
    let builder = Request::builder()
        .method(method)
        .uri(path)
        .header("x-stagedoor-csrf", "1")
        .header("sec-fetch-site", "same-origin");
    match *method {
        Method::GET | Method::HEAD => builder,
        _ => builder.header("origin", ORIGIN),
    }
}

/// The same, for a server function with a JSON body.
fn own_post() -> Builder {
    own(&Method::POST, "/api/sign-out").header("content-type", "application/json")
}

/// A request as a client sends it that knows no `Sec-Fetch-Site`.
fn plain_post() -> Builder {
    Request::post("/api/sign-out")
        .header("x-stagedoor-csrf", "1")
        .header("content-type", "application/json")
}

/// Replaces a header of a request, or removes it.
fn with(builder: Builder, header: &'static str, value: Option<&str>) -> Builder {
    let mut builder = builder;
    let headers = builder
        .headers_mut()
        .expect("the request of a test is well-formed");
    headers.remove(header);
    match value {
        Some(value) => builder.header(header, value),
        None => builder,
    }
}

async fn send(guard: Guard, request: Builder) -> Outcome {
    let layer = guard.layer(|refusal: Refusal| {
        let mut response = Response::new(Outcome::Refused(refusal.status(), refusal));
        *response.status_mut() = refusal.status();
        response
    });
    let handler = service_fn(async |request: Request<()>| {
        Ok::<_, Infallible>(Response::new(Outcome::Passed(request.into_parts().0)))
    });
    let request = request
        .body(())
        .expect("the request of a test is well-formed");
    let Ok(response) = layer.layer(handler).oneshot(request).await;
    response.into_body()
}

async fn ask(request: Builder) -> Outcome {
    send(Guard::new(ORIGIN), request).await
}
