//! `/spotify/v1/me/albums` and `…/tracks` as they were written before 2026, and the followers of
//! playlists: removed for apps in development mode.

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::ids::{check_id, check_ids, listed};
use super::playlist::check_any_modify;
use crate::form::Form;
use crate::library::Kind;
use crate::world::World;

/// What a path saves, and how many of it at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saved(Kind, usize);

impl FromRequestParts<World> for Saved {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &World) -> Result<Self, ApiError> {
        if parts.uri.path().starts_with("/spotify/v1/me/albums") {
            Ok(Self(Kind::Album, 20))
        } else {
            Ok(Self(Kind::Track, 50))
        }
    }
}

/// `PUT /spotify/v1/me/albums?ids=…` and `…/tracks`: 200, empty.
pub(crate) async fn save(
    saved: Saved,
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let (login, ids) = named(saved, &caller, "user-library-modify", raw, &body)?;
    let catalogue = world.catalogue();
    let known = |id: &String| match saved.0 {
        Kind::Album => catalogue.album(id).is_some(),
        _ => catalogue.track(id).is_some(),
    };
    if !ids.iter().all(known) {
        return Err(ApiError::NoResource);
    }
    world.library(&login, |library, at| {
        for id in &ids {
            library.put(saved.0, id, at.now);
        }
    });
    Ok(StatusCode::OK)
}

/// `DELETE /spotify/v1/me/albums?ids=…` and `…/tracks`: 200, empty.
pub(crate) async fn forget(
    saved: Saved,
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let (login, ids) = named(saved, &caller, "user-library-modify", raw, &body)?;
    world.library(&login, |library, at| {
        for id in &ids {
            library.take(saved.0, id, at.now);
        }
    });
    Ok(StatusCode::OK)
}

/// `GET /spotify/v1/me/albums/contains?ids=…` and `…/tracks/contains`: a bare array.
pub(crate) async fn contains(
    saved: Saved,
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (login, ids) = named(saved, &caller, "user-library-read", raw, &[])?;
    let held: Vec<_> = world.library(&login, |library, _| {
        ids.iter().map(|id| library.holds(saved.0, id)).collect()
    });
    Ok(etag::json(&headers, &json!(held)))
}

/// `PUT /spotify/v1/playlists/{id}/followers`: 200, empty.
pub(crate) async fn follow_playlist(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let login = follower(&world, &caller, &id)?;
    world.library(&login, |library, at| {
        library.put(Kind::Playlist, &id, at.now);
    });
    Ok(StatusCode::OK)
}

/// `DELETE /spotify/v1/playlists/{id}/followers`: 200, empty.
pub(crate) async fn unfollow_playlist(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let login = follower(&world, &caller, &id)?;
    world.library(&login, |library, at| {
        library.take(Kind::Playlist, &id, at.now);
    });
    Ok(StatusCode::OK)
}

fn follower(world: &World, caller: &Caller, id: &str) -> Result<String, ApiError> {
    let listener = caller.listener()?;
    caller.removed_endpoint()?;
    check_any_modify(caller)?;
    check_id(id)?;
    if world.playlists(|at| at.playlists.get(id).is_none()) {
        return Err(ApiError::NoResource);
    }
    Ok(listener.login.clone())
}

/// Who calls and the ids that the request names: in the query, else in the body, which is an array
/// or has one under `ids`.
fn named(
    saved: Saved,
    caller: &Caller,
    scope: &str,
    raw: Option<String>,
    body: &[u8],
) -> Result<(String, Vec<String>), ApiError> {
    let listener = caller.listener()?;
    caller.removed_endpoint()?;
    if !caller.may(scope) {
        return Err(ApiError::MissingScope);
    }
    let form = Form::of_query(&raw.unwrap_or_default());
    let ids = match (form.filled("ids"), of_body(body)) {
        (None, Some(ids)) => check_ids(ids, saved.1)?,
        _ => listed(&form, saved.1)?,
    };
    Ok((listener.login.clone(), ids))
}

fn of_body(body: &[u8]) -> Option<Vec<String>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let ids = body.get("ids").unwrap_or(&body).as_array()?;
    ids.iter()
        .map(|id| id.as_str().map(str::to_owned))
        .collect()
}
