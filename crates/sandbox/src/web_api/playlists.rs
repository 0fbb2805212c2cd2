//! `/spotify/v1/me/playlists`: a listener's playlists, and new ones.

use std::cmp::Reverse;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::bearer::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::etag;
use super::playlist_shape::{PlaylistShape, Reading};
use super::window::Window;
use crate::catalogue::Shape;
use crate::form::Form;
use crate::library::Kind;
use crate::playlists::{Draft, Playlist};
use crate::world::World;

/// No playlist beyond this one can be had.
const MAX_OFFSET: usize = 100_000;

/// `GET /spotify/v1/me/playlists`: own and followed ones, the newest first. Private ones are left
/// out without `playlist-read-private`, collaborative ones without `playlist-read-collaborative`.
pub(crate) async fn mine(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let login = &caller.listener()?.login;
    let window = Window::read(&Form::of_query(&raw.unwrap_or_default()))?;
    if window.offset > MAX_OFFSET {
        return Err(ApiError::bad("Invalid offset"));
    }
    let mut held = world.library(login, |library, at| library.list(Kind::Playlist, at.listed));
    held.sort_by_key(|(_, since)| Reverse(*since));
    let address = format!("{}/spotify/v1/me/playlists", world.base());
    let page = list(&world, &caller, &address, window, |all| {
        let ids = held.iter().filter_map(|(id, _)| all.get(id));
        ids.filter(|one| is_listed(&caller, one)).collect()
    });
    Ok(etag::json(&headers, &page))
}

/// `GET /spotify/v1/users/{id}/playlists`: what a profile shows, in the profiles that have it.
pub(crate) async fn of_user(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.removed_endpoint()?;
    let window = Window::read(&Form::of_query(&raw.unwrap_or_default()))?;
    let login = login_of(&world, &id).ok_or(ApiError::NoResource)?;
    let segment = crate::page::encode_segment(&id);
    let address = format!("{}/spotify/v1/users/{segment}/playlists", world.base());
    let page = list(&world, &caller, &address, window, |all| {
        let own = all.all().iter().filter(|one| one.is_owned_by(&login));
        own.filter(|one| one.public == Some(true)).collect()
    });
    Ok(etag::json(&headers, &page))
}

/// `POST /spotify/v1/me/playlists`: 201 with the whole playlist.
pub(crate) async fn create(
    State(world): State<World>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let login = caller.listener()?.login.clone();
    create_for(&world, &caller, &login, &body)
}

/// `POST /spotify/v1/users/{id}/playlists`, in the profiles that have it.
pub(crate) async fn create_of_user(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let listener = caller.listener()?;
    caller.removed_endpoint()?;
    if listener.id != id {
        return Err(ApiError::NotOneself);
    }
    create_for(&world, &caller, &listener.login, &body)
}

fn create_for(
    world: &World,
    caller: &Caller,
    login: &str,
    body: &[u8],
) -> Result<Response, ApiError> {
    if !caller.may("playlist-modify-public") && !caller.may("playlist-modify-private") {
        return Err(ApiError::MissingScope);
    }
    let fields = Fields::read(body)?;
    let draft = Draft {
        name: fields.filled("name")?,
        description: fields.text("description")?,
        public: fields.flag("public")?.unwrap_or(true),
        collaborative: fields.flag("collaborative")?.unwrap_or(false),
    };
    if draft.collaborative && draft.public {
        return Err(ApiError::bad("Collaborative playlist can not be public"));
    }
    let allowed = match (draft.public, draft.collaborative) {
        (true, _) => caller.may("playlist-modify-public"),
        (false, false) => caller.may("playlist-modify-private"),
        (false, true) => {
            caller.may("playlist-modify-private") && caller.may("playlist-modify-public")
        }
    };
    if !allowed {
        return Err(ApiError::MissingScope);
    }
    let id = world.playlists(|at| {
        let public = draft.public || (at.settings.ignores_private && !draft.collaborative);
        at.playlists
            .create(login, Draft { public, ..draft }, at.now_ms)
    });
    world.library(login, |library, at| {
        library.put(Kind::Playlist, &id, at.now);
    });
    let made = world.playlists(|at| {
        let shape = Shape {
            base: world.base(),
            catalogue: at.catalogue,
            profile: caller.profile,
        };
        let write = PlaylistShape {
            shape: &shape,
            listeners: at.listeners,
            now_ms: at.now_ms,
        };
        let reading = Reading {
            with_market: false,
            with_episodes: false,
        };
        let made = at.playlists.get(&id);
        made.map(|one| write.full(one, Some(reading)))
    });
    Ok((StatusCode::CREATED, Json(json!(made))).into_response())
}

/// A page of those that `choose` takes.
fn list(
    world: &World,
    caller: &Caller,
    address: &str,
    window: Window,
    choose: impl FnOnce(&crate::playlists::Playlists) -> Vec<&Playlist>,
) -> Value {
    world.playlists(|at| {
        let shape = Shape {
            base: world.base(),
            catalogue: at.catalogue,
            profile: caller.profile,
        };
        let write = PlaylistShape {
            shape: &shape,
            listeners: at.listeners,
            now_ms: at.now_ms,
        };
        let chosen = choose(at.playlists);
        window.page(address, "", &chosen, |one| write.simple(one))
    })
}

fn is_listed(caller: &Caller, playlist: &Playlist) -> bool {
    if playlist.collaborative {
        return caller.may("playlist-read-collaborative");
    }
    playlist.public != Some(false) || caller.may("playlist-read-private")
}

/// The login of the listener of this user id.
pub(super) fn login_of(world: &World, id: &str) -> Option<String> {
    world.with(|data| {
        let mut listeners = data.listeners.values();
        listeners
            .find(|one| one.id == id)
            .map(|one| one.login.clone())
    })
}
