//! Errors as HTTP answers: a true status and our envelope, whatever happens.

use app::error::{ApiError, Code};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

/// The header that carries the request id, inwards and outwards.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The status of an error.
pub fn status(error: &ApiError) -> StatusCode {
    StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The error as an answer in JSON.
pub fn envelope(error: &ApiError) -> Response<Body> {
    let body = serde_json::to_vec(error).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status(error);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = error.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The answer for a code alone.
pub fn refused(code: Code) -> Response<Body> {
    envelope(&ApiError::new(code))
}

/// A page for a person who came by the wrong address: a sentence, and a link to the right one.
pub fn plain_page(status: StatusCode, sentence: &str, origin: &str) -> Response<Body> {
    // Both are ours: the sentence is a constant, the origin a setting that was parsed and serialised.
    let body = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>{sentence}</title><h1>{sentence}</h1>\
         <p>The app is at <a href=\"{origin}/\">{origin}</a>.</p></html>"
    );
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The id of a request, as the outermost layer set it.
pub fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(REQUEST_ID)?.to_str().ok()
}
