//! `/spotify/v1/artists`: artists, and what they brought out.

use std::cmp::Reverse;
use std::fmt::Write as _;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::ids::{check_id, listed};
use super::search::market;
use super::window::Window;
use crate::catalogue::{Catalogue, Group, Shape};
use crate::form::Form;
use crate::page::encode_segment;
use crate::world::World;

/// The most artists of one request.
const MOST: usize = 50;
/// How many tracks are the top ones.
const TOP: usize = 10;

/// `GET /spotify/v1/artists/{id}`.
pub(crate) async fn show(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let catalogue = world.catalogue();
    let index = index(&catalogue, &id)?;
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let answer = shape.artist(&catalogue.artists[index]);
    Ok(etag::json(&headers, &answer))
}

/// `GET /spotify/v1/artists?ids=…`, in the profiles that have it: `null` for what is unknown.
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
    let artists: Vec<_> = ids
        .iter()
        .map(|id| catalogue.artist(id).map(|one| shape.artist(one)))
        .collect();
    Ok(etag::json(&headers, &json!({ "artists": artists })))
}

/// `GET /spotify/v1/artists/{id}/albums`: group by group, the newest first in each.
pub(crate) async fn albums(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let catalogue = world.catalogue();
    let index = index(&catalogue, &id)?;
    let form = Form::of_query(&raw.unwrap_or_default());
    let market = market(&form, &caller)?;
    let (usual, most) = caller.profile.discography_limits();
    let window = Window::read_within(&form, usual, most)?;
    let groups = groups(&form)?;
    let names: Vec<_> = groups.iter().map(|group| group.name()).collect();
    let mut parameters = format!("&include_groups={}", names.join(","));
    if let Some(market) = market {
        let _ = write!(parameters, "&market={}", encode_segment(&market));
    }
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let address = format!("{}/spotify/v1/artists/{id}/albums", world.base());
    let releases = catalogue.discography(index, &groups);
    let page = window.page(&address, &parameters, &releases, |(group, album)| {
        shape.release(*group, album)
    });
    Ok(etag::json(&headers, &page))
}

/// `GET /spotify/v1/artists/{id}/top-tracks`, in the profiles that have it.
pub(crate) async fn top_tracks(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.removed_endpoint()?;
    let catalogue = world.catalogue();
    let index = index(&catalogue, &id)?;
    let form = Form::of_query(&raw.unwrap_or_default());
    let with_market = market(&form, &caller)?.is_some();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let mut tracks: Vec<_> = catalogue
        .tracks
        .iter()
        .filter(|track| track.artists.contains(&index))
        .collect();
    tracks.sort_by_key(|track| Reverse(track.popularity));
    let tracks: Vec<Value> = tracks
        .into_iter()
        .take(TOP)
        .map(|track| shape.track(track, with_market))
        .collect();
    Ok(etag::json(&headers, &json!({ "tracks": tracks })))
}

fn index(catalogue: &Catalogue, id: &str) -> Result<usize, ApiError> {
    check_id(id)?;
    catalogue.artist_index(id).ok_or(ApiError::NoResource)
}

/// Reads `include_groups`; all of them when nothing is said.
fn groups(form: &Form) -> Result<Vec<Group>, ApiError> {
    let Some(list) = form.filled("include_groups") else {
        return Ok(Group::ALL.to_vec());
    };
    let group = |name: &str| {
        let found = Group::ALL.into_iter().find(|group| group.name() == name);
        found.ok_or_else(|| ApiError::bad("Invalid include_groups"))
    };
    list.split(',').map(str::trim).map(group).collect()
}
