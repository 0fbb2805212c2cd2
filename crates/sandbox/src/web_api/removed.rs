//! What was removed in February 2026, and nobody needs here: 403 where it is gone, else it is not
//! there at all.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use crate::catalogue::MARKETS;
use crate::world::World;

/// Shows, audiobooks, categories, other people.
pub(crate) async fn gone(caller: Caller) -> ApiError {
    match caller.removed_endpoint() {
        Ok(()) => ApiError::NotFound,
        Err(refusal) => refusal,
    }
}

/// `GET /spotify/v1/markets`, in the profiles that have it.
pub(crate) async fn markets(
    State(_): State<World>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.removed_endpoint()?;
    Ok(etag::json(&headers, &json!({ "markets": MARKETS })))
}
