//! `/spotify/v1/albums`, and the newest of them.

use std::cmp::Reverse;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::ids::{check_id, listed};
use super::search::market;
use super::window::Window;
use crate::catalogue::{Album, Catalogue, Shape};
use crate::form::Form;
use crate::page::encode_segment;
use crate::world::World;

/// The most albums of one request.
const MOST: usize = 20;

/// `GET /spotify/v1/albums/{id}`.
pub(crate) async fn show(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    market(&Form::of_query(&raw.unwrap_or_default()), &caller)?;
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let answer = shape.full_album(album(&catalogue, &id)?);
    Ok(etag::json(&headers, &answer))
}

/// `GET /spotify/v1/albums/{id}/tracks`.
pub(crate) async fn tracks(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_query(&raw.unwrap_or_default());
    let market = market(&form, &caller)?;
    let window = Window::read(&form)?;
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let album = album(&catalogue, &id)?;
    let parameters = market
        .as_deref()
        .map(|code| format!("&market={}", encode_segment(code)));
    let address = format!("{}/spotify/v1/albums/{id}/tracks", world.base());
    let page = window.page(
        &address,
        &parameters.unwrap_or_default(),
        &album.tracks,
        |index| shape.simple_track(&catalogue.tracks[*index], market.is_some()),
    );
    Ok(etag::json(&headers, &page))
}

/// `GET /spotify/v1/albums?ids=…`, in the profiles that have it: `null` for what is unknown.
pub(crate) async fn several(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.removed_endpoint()?;
    let ids = listed(&Form::of_query(&raw.unwrap_or_default()), MOST)?;
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let albums: Vec<_> = ids
        .iter()
        .map(|id| catalogue.album(id).map(|one| shape.full_album(one)))
        .collect();
    Ok(etag::json(&headers, &json!({ "albums": albums })))
}

/// `GET /spotify/v1/browse/new-releases`, in the profiles that have it.
pub(crate) async fn newest(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.removed_endpoint()?;
    let window = Window::read(&Form::of_query(&raw.unwrap_or_default()))?;
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let mut albums: Vec<_> = catalogue.albums.iter().rev().collect();
    albums.sort_by_key(|album| Reverse(album.released.first_day()));
    let address = format!("{}/spotify/v1/browse/new-releases", world.base());
    let page = window.page(&address, "", &albums, |album| shape.album(album));
    Ok(etag::json(&headers, &json!({ "albums": page })))
}

fn album<'a>(catalogue: &'a Catalogue, id: &str) -> Result<&'a Album, ApiError> {
    check_id(id)?;
    catalogue.album(id).ok_or(ApiError::NoResource)
}
