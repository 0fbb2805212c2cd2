//! `/spotify/v1/me/following`: the artists whom a listener follows.
//!
//! Reading the list is there for every app; the rest was removed in February 2026, for apps in
//! development mode.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::ids::check_ids;
use super::window::limit;
use crate::catalogue::{Shape, is_base62};
use crate::form::Form;
use crate::library::Kind;
use crate::world::World;

/// The most ids in one request.
const MOST: usize = 50;

/// `GET /spotify/v1/me/following?type=artist`, by cursor. In the order of the ids, so that a cursor
/// is good even when its artist is followed no longer.
pub(crate) async fn list(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let login = &caller.listener_with("user-follow-read")?.login;
    let form = Form::of_query(&raw.unwrap_or_default());
    check_type(&form)?;
    let limit = limit(&form)?;
    let after = form.filled("after");
    if after.is_some_and(|id| !is_base62(id)) {
        return Err(ApiError::bad("Invalid base62 id"));
    }
    let followed = world.library(login, |library, at| library.list(Kind::Artist, at.listed));
    let rest: Vec<_> = followed
        .iter()
        .filter(|(id, _)| after.is_none_or(|after| id.as_str() > after))
        .collect();
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let items: Vec<_> = rest
        .iter()
        .take(limit)
        .filter_map(|(id, _)| shape.catalogue.artist(id))
        .map(|artist| shape.artist(artist))
        .collect();
    let cursor = rest
        .get(limit - 1)
        .filter(|_| rest.len() > limit)
        .map(|(id, _)| id.as_str());
    let link = |after: Option<&str>| {
        let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
        let base = world.base();
        format!("{base}/spotify/v1/me/following?type=artist{after}&limit={limit}")
    };
    let answer = json!({ "artists": {
        "href": link(after),
        "items": items,
        "limit": limit,
        "next": cursor.map(|id| link(Some(id))),
        "cursors": { "after": cursor },
        "total": followed.len(),
    }});
    Ok(etag::json(&headers, &answer))
}

/// `PUT /spotify/v1/me/following?type=artist&ids=…`.
pub(crate) async fn follow(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let (login, ids) = named(&caller, "user-follow-modify", raw, &body)?;
    let catalogue = world.catalogue();
    if ids.iter().any(|id| catalogue.artist(id).is_none()) {
        return Err(ApiError::NoResource);
    }
    world.library(&login, |library, at| {
        for id in &ids {
            library.put(Kind::Artist, id, at.now);
        }
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /spotify/v1/me/following?type=artist&ids=…`.
pub(crate) async fn unfollow(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let (login, ids) = named(&caller, "user-follow-modify", raw, &body)?;
    world.library(&login, |library, at| {
        for id in &ids {
            library.take(Kind::Artist, id, at.now);
        }
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /spotify/v1/me/following/contains?type=artist&ids=…`.
pub(crate) async fn contains(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (login, ids) = named(&caller, "user-follow-read", raw, &[])?;
    let held: Vec<_> = world.library(&login, |library, _| {
        ids.iter()
            .map(|id| library.holds(Kind::Artist, id))
            .collect()
    });
    Ok(etag::json(&headers, &json!(held)))
}

/// Who calls and the ids that the request names: in the query, else in the body.
fn named(
    caller: &Caller,
    scope: &str,
    raw: Option<String>,
    body: &[u8],
) -> Result<(String, Vec<String>), ApiError> {
    let listener = caller.listener()?;
    caller.removed_endpoint()?;
    let login = caller
        .listener_with(scope)
        .map(|_| listener.login.clone())?;
    let form = Form::of_query(&raw.unwrap_or_default());
    check_type(&form)?;
    let ids: Vec<String> = match form.filled("ids") {
        Some(list) => list.split(',').map(str::to_owned).collect(),
        None => ids_of(body).ok_or_else(|| ApiError::bad("Missing required field: ids"))?,
    };
    Ok((login, check_ids(ids, MOST)?))
}

fn ids_of(body: &[u8]) -> Option<Vec<String>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let ids = body.get("ids")?.as_array()?;
    ids.iter()
        .map(|id| id.as_str().map(str::to_owned))
        .collect()
}

fn check_type(form: &Form) -> Result<(), ApiError> {
    match form.filled("type") {
        Some("artist") => Ok(()),
        Some(_) => Err(ApiError::bad("Invalid type")),
        None => Err(ApiError::bad("Missing parameter type")),
    }
}
