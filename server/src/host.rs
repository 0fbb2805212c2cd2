//! Which host a request may name.

use std::sync::Arc;

use app::error::Code;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;

use crate::answer;
use crate::world::World;

/// Answers 421 to a foreign `Host`. A page asked for at a loopback alias is sent to the origin, so
/// that a developer who types `localhost` arrives.
pub async fn check(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let path = request.uri().path();
    if matches!(path, "/healthz" | "/readyz") {
        return next.run(request).await;
    }
    let origin = &world.settings.origin;
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or_default(),
        _ => "",
    };
    // A request in absolute form must not name another host in its target than in its header.
    let target = request
        .uri()
        .authority()
        .map(axum::http::uri::Authority::as_str);
    if named.eq_ignore_ascii_case(origin.authority())
        && target.is_none_or(|target| target.eq_ignore_ascii_case(named))
    {
        return next.run(request).await;
    }
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD)
        && !path.starts_with("/api/")
        && path != "/api";
    if origin.is_loopback() && is_page && is_loopback_alias(named) {
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", axum::http::uri::PathAndQuery::as_str);
        if let Ok(location) = HeaderValue::from_str(&format!("{}{target}", origin.as_str())) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            response.headers_mut().insert(header::LOCATION, location);
            return response;
        }
    }
    // A browser that shows the answer to a person says so.
    let shown = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if is_page && shown {
        return answer::plain_page(
            StatusCode::MISDIRECTED_REQUEST,
            "This address does not lead here",
            origin.as_str(),
        );
    }
    answer::refused(Code::MisdirectedRequest)
}

/// Whether a `Host` names this machine, on any port.
fn is_loopback_alias(host: &str) -> bool {
    let Ok(authority) = host.parse::<axum::http::uri::Authority>() else {
        return false;
    };
    // The type takes anything for a port, and user information too.
    let port = authority
        .port_u16()
        .map_or_else(String::new, |port| format!(":{port}"));
    if authority.as_str() != format!("{}{port}", authority.host()) {
        return false;
    }
    let name = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}
