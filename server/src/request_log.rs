//! One line a request: method, route, status, time, request id. Never a path's parameters, a query,
//! a header or a body.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Response};
use axum::middleware::Next;
use tracing::Instrument as _;

use crate::answer::REQUEST_ID;
use crate::world::World;

/// Gives the request an id and logs how it was answered.
pub async fn log(
    State(world): State<Arc<World>>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let id = world.rng.id();
    if let Ok(value) = HeaderValue::from_str(&id) {
        // Whatever the client sent under this name is replaced: it is text of a stranger.
        request.headers_mut().insert(REQUEST_ID, value);
    }
    let route = request.extensions().get::<MatchedPath>().map_or_else(
        || family(request.uri().path()).to_owned(),
        |route| route.as_str().to_owned(),
    );
    let method = request.method().clone();
    let span = tracing::info_span!("request", id, %method, route);
    async move {
        #[expect(
            clippy::disallowed_methods,
            reason = "how long an answer took is measured, not decided upon"
        )]
        let started = std::time::Instant::now();
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if status >= 500 {
            tracing::warn!(status, took_ms, "answered");
        } else {
            tracing::info!(status, took_ms, "answered");
        }
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// What kind of thing a path names, where no route matched.
fn family(path: &str) -> &'static str {
    match path {
        _ if path.starts_with("/pkg/") => "/pkg",
        _ if path.starts_with("/callback/") => "/callback/{provider}",
        _ if path.starts_with("/api/") => "/api",
        "/" => "/",
        _ => "page or file",
    }
}
