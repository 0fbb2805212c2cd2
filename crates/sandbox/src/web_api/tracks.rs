//! `/spotify/v1/tracks`.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::ids::{check_id, listed};
use super::search::market;
use crate::catalogue::Shape;
use crate::form::Form;
use crate::world::World;

/// The most tracks of one request.
const MOST: usize = 50;

/// `GET /spotify/v1/tracks/{id}`.
pub(crate) async fn show(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let market = market(&Form::of_query(&raw.unwrap_or_default()), &caller)?;
    check_id(&id)?;
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let track = catalogue.track(&id).ok_or(ApiError::NoResource)?;
    Ok(etag::json(&headers, &shape.track(track, market.is_some())))
}

/// `GET /spotify/v1/tracks?ids=…`, in the profiles that have it: `null` for what is unknown.
pub(crate) async fn several(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.removed_endpoint()?;
    let form = Form::of_query(&raw.unwrap_or_default());
    let with_market = market(&form, &caller)?.is_some();
    let ids = listed(&form, MOST)?;
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let tracks: Vec<_> = ids
        .iter()
        .map(|id| catalogue.track(id).map(|one| shape.track(one, with_market)))
        .collect();
    Ok(etag::json(&headers, &json!({ "tracks": tracks })))
}
