//! `GET /spotify/v1/me/albums` and `…/tracks`.

use std::cmp::Reverse;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::window::Window;
use crate::catalogue::Shape;
use crate::clock::iso;
use crate::form::Form;
use crate::library::Kind;
use crate::world::World;

/// `GET /spotify/v1/me/albums`: what was saved last comes first.
pub(crate) async fn albums(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = page(&world, &caller, raw, Kind::Album, |shape, id, added_at| {
        let album = shape.catalogue.album(id)?;
        Some(json!({ "added_at": added_at, "album": shape.full_album(album) }))
    })?;
    Ok(etag::json(&headers, &page))
}

/// `GET /spotify/v1/me/tracks`: what was saved last comes first.
pub(crate) async fn tracks(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = page(&world, &caller, raw, Kind::Track, |shape, id, added_at| {
        let track = shape.catalogue.track(id)?;
        Some(json!({ "added_at": added_at, "track": shape.track(track, false) }))
    })?;
    Ok(etag::json(&headers, &page))
}

fn page(
    world: &World,
    caller: &Caller,
    raw: Option<String>,
    kind: Kind,
    write: impl Fn(&Shape<'_>, &str, String) -> Option<Value>,
) -> Result<Value, ApiError> {
    let login = &caller.listener_with("user-library-read")?.login;
    let window = Window::read(&Form::of_query(&raw.unwrap_or_default()))?;
    let mut list = world.library(login, |library, at| library.list(kind, at.listed));
    list.sort_by_key(|(_, since)| Reverse(*since));
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let name = if kind == Kind::Album {
        "albums"
    } else {
        "tracks"
    };
    let address = format!("{}/spotify/v1/me/{name}", world.base());
    Ok(window.page(&address, "", &list, |(id, since)| {
        write(&shape, id, iso(*since)).unwrap_or_default()
    }))
}
