//! `/spotify/v1/me/library`: to save, to follow, and to ask whether.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use crate::catalogue::is_base62;
use crate::form::Form;
use crate::library::Kind;
use crate::world::World;

/// The most URIs in one request.
const MOST: usize = 40;

/// `PUT /spotify/v1/me/library?uris=…`; 200 and nothing else. A body is not looked at.
pub(crate) async fn put(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<StatusCode, ApiError> {
    let things = to_write(&world, &caller, raw)?;
    if things.iter().any(|(kind, id)| !exists(&world, *kind, id)) {
        return Err(ApiError::NoResource);
    }
    world.library(&caller.listener()?.login, |library, at| {
        for (kind, id) in &things {
            library.put(*kind, id, at.now);
        }
    });
    Ok(StatusCode::OK)
}

/// `DELETE /spotify/v1/me/library?uris=…`; 200 and nothing else.
pub(crate) async fn remove(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<StatusCode, ApiError> {
    let things = to_write(&world, &caller, raw)?;
    world.library(&caller.listener()?.login, |library, at| {
        for (kind, id) in &things {
            library.take(*kind, id, at.now);
        }
    });
    Ok(StatusCode::OK)
}

/// `GET /spotify/v1/me/library/contains?uris=…`: a bare array, in the order asked.
pub(crate) async fn contains(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let login = &caller.listener()?.login;
    let things = things(raw)?;
    let allowed = things.iter().all(|(kind, _)| match kind {
        Kind::Artist => caller.may("user-follow-read"),
        Kind::Album | Kind::Track => caller.may("user-library-read"),
        Kind::Playlist => caller.may("playlist-read-private"),
    });
    if !allowed {
        return Err(ApiError::MissingScope);
    }
    let held: Vec<_> = world.library(login, |library, _| {
        things
            .iter()
            .map(|(kind, id)| library.holds(*kind, id))
            .collect()
    });
    Ok(etag::json(&headers, &json!(held)))
}

fn to_write(
    world: &World,
    caller: &Caller,
    raw: Option<String>,
) -> Result<Vec<(Kind, String)>, ApiError> {
    caller.listener()?;
    let things = things(raw)?;
    let takes_artists = world.with(|data| data.switches.library.accepts_artists);
    if !takes_artists && things.iter().any(|(kind, _)| *kind == Kind::Artist) {
        return Err(ApiError::bad("Unsupported uri type: artist"));
    }
    let allowed = things.iter().all(|(kind, _)| match kind {
        Kind::Artist => caller.may("user-follow-modify"),
        Kind::Album | Kind::Track => caller.may("user-library-modify"),
        Kind::Playlist => {
            caller.may("playlist-modify-public") || caller.may("playlist-modify-private")
        }
    });
    if allowed {
        Ok(things)
    } else {
        Err(ApiError::MissingScope)
    }
}

/// The things that the query names; whatever the body says.
fn things(raw: Option<String>) -> Result<Vec<(Kind, String)>, ApiError> {
    let form = Form::of_query(&raw.unwrap_or_default());
    let list = form
        .filled("uris")
        .ok_or_else(|| ApiError::bad("Missing required field: uris"))?;
    let things: Result<Vec<_>, _> = list.split(',').map(thing).collect();
    let things = things?;
    if things.len() > MOST {
        return Err(ApiError::bad("Too many uris requested"));
    }
    Ok(things)
}

fn thing(uri: &str) -> Result<(Kind, String), ApiError> {
    let invalid = || ApiError::BadRequest(format!("Invalid uri: {uri}"));
    let mut parts = uri.split(':');
    let (Some("spotify"), Some(kind), Some(id), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(invalid());
    };
    let kind = match kind {
        "artist" => Kind::Artist,
        "album" => Kind::Album,
        "track" => Kind::Track,
        "playlist" => Kind::Playlist,
        _ => return Err(invalid()),
    };
    if is_base62(id) {
        Ok((kind, id.to_owned()))
    } else {
        Err(ApiError::bad("Invalid base62 id"))
    }
}

fn exists(world: &World, kind: Kind, id: &str) -> bool {
    let catalogue = world.catalogue();
    match kind {
        Kind::Artist => catalogue.artist(id).is_some(),
        Kind::Album => catalogue.album(id).is_some(),
        Kind::Track => catalogue.track(id).is_some(),
        Kind::Playlist => world.playlists(|at| at.playlists.get(id).is_some()),
    }
}
