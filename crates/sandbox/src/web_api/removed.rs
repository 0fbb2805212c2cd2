//! What was removed in February 2026, and nobody needs here: 403 where it is gone, else there is
//! nothing of the kind.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::ids::listed;
use crate::catalogue::MARKETS;
use crate::form::Form;
use crate::world::World;

/// The most ids of one request.
const MOST: usize = 50;

/// Categories, other people, what one keeps of shows and audiobooks.
pub(crate) async fn gone(caller: Caller) -> ApiError {
    match caller.removed_endpoint() {
        Ok(()) => ApiError::NotFound,
        Err(refusal) => refusal,
    }
}

/// `GET /spotify/v1/{kind}?ids=…` of what the catalogue has none of, in the profiles that have it.
pub(crate) async fn unknown(
    kind: &'static str,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.removed_endpoint()?;
    let ids = listed(&Form::of_query(&raw.unwrap_or_default()), MOST)?;
    let none = vec![Value::Null; ids.len()];
    Ok(etag::json(&headers, &json!({ kind: none })))
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
