//! What a browser on another origin may read.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::fault::begins;

/// The layer: `*` on the Web API and the token endpoint, and their preflights.
///
/// A 429 goes without, because the provider's does since July 2026: a script in a page sees a
/// network error instead of the limit.
pub(crate) async fn share(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !begins(path, "/spotify/v1") && path != "/spotify/api/token" {
        return next.run(request).await;
    }
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        (
            StatusCode::NO_CONTENT,
            [
                (
                    header::ACCESS_CONTROL_ALLOW_METHODS,
                    "GET, POST, OPTIONS, PUT, DELETE, PATCH",
                ),
                (
                    header::ACCESS_CONTROL_ALLOW_HEADERS,
                    "Accept, Authorization, Content-Type, If-None-Match, Origin",
                ),
                (header::ACCESS_CONTROL_MAX_AGE, "604800"),
            ],
        )
            .into_response()
    } else {
        next.run(request).await
    };
    if response.status() != StatusCode::TOO_MANY_REQUESTS {
        response
            .headers_mut()
            .entry(header::ACCESS_CONTROL_ALLOW_ORIGIN)
            .or_insert(HeaderValue::from_static("*"));
    }
    response
}
