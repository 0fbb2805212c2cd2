//! `/spotify/v1/playlists/{id}`: one playlist, and what it is called.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::bearer::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::ids::check_id;
use super::playlist_shape::{PlaylistShape, Reading};
use super::search::market;
use super::{etag, fields};
use crate::catalogue::Shape;
use crate::form::Form;
use crate::playlists::Playlist;
use crate::world::World;

/// `GET /spotify/v1/playlists/{id}`. Who knows the id may read it, whatever `public` says; only its
/// items are kept from others in `dev-2026`.
pub(crate) async fn show(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_query(&raw.unwrap_or_default());
    let reading = reading(&form, &caller)?;
    let answer = read(&world, &caller, &id, |write, playlist| {
        let reading = caller.may_read_items(playlist).then_some(reading);
        write.full(playlist, reading)
    })?;
    Ok(etag::json(&headers, &fields::only(&form, answer)?))
}

/// `PUT /spotify/v1/playlists/{id}`: name, description, public, collaborative; 200, empty.
pub(crate) async fn change(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let login = caller.listener()?.login.clone();
    check_id(&id)?;
    check_any_modify(&caller)?;
    let fields = Fields::read(&body)?;
    let (name, description) = (fields.text("name")?, fields.text("description")?);
    let (public, collaborative) = (fields.flag("public")?, fields.flag("collaborative")?);
    if name.as_deref() == Some("") {
        return Err(ApiError::bad("Missing required field: name"));
    }
    world.playlists(|at| {
        let playlist = at.playlists.get_mut(&id).ok_or(ApiError::NoResource)?;
        if !playlist.is_owned_by(&login) {
            return Err(ApiError::Forbidden);
        }
        check_modify(&caller, playlist.public)?;
        let wanted = (
            public.or(playlist.public),
            collaborative.unwrap_or(playlist.collaborative),
        );
        check_modify(&caller, wanted.0)?;
        if wanted == (Some(true), true) {
            return Err(ApiError::bad("Collaborative playlist can not be public"));
        }
        if let Some(name) = name {
            playlist.name = name;
        }
        if description.is_some() {
            playlist.description = description;
        }
        (playlist.public, playlist.collaborative) = wanted;
        playlist.touch();
        Ok(StatusCode::OK)
    })
}

/// Writes a playlist that the caller may see.
pub(super) fn read(
    world: &World,
    caller: &Caller,
    id: &str,
    work: impl FnOnce(&PlaylistShape<'_>, &Playlist) -> Value,
) -> Result<Value, ApiError> {
    check_id(id)?;
    world.playlists(|at| {
        let playlist = at.playlists.get(id).ok_or(ApiError::NoResource)?;
        if let Some(listener) = &caller.listener
            && playlist.public == Some(false)
            && playlist.is_shared_with(&listener.login)
            && !caller.may("playlist-read-private")
        {
            return Err(ApiError::MissingScope);
        }
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
        Ok(work(&write, playlist))
    })
}

/// Reads `market` and `additional_types`.
pub(super) fn reading(form: &Form, caller: &Caller) -> Result<Reading, ApiError> {
    let types = form.filled("additional_types").unwrap_or_default();
    Ok(Reading {
        with_market: market(form, caller)?.is_some(),
        with_episodes: types.split(',').any(|kind| kind.trim() == "episode"),
    })
}

/// Without either scope nothing is said of any playlist.
pub(super) fn check_any_modify(caller: &Caller) -> Result<(), ApiError> {
    if caller.may("playlist-modify-public") || caller.may("playlist-modify-private") {
        Ok(())
    } else {
        Err(ApiError::MissingScope)
    }
}

/// The scope that a playlist of this visibility needs; either will do where it is not said.
pub(super) fn check_modify(caller: &Caller, public: Option<bool>) -> Result<(), ApiError> {
    let allowed = match public {
        Some(true) => caller.may("playlist-modify-public"),
        Some(false) => caller.may("playlist-modify-private"),
        None => return check_any_modify(caller),
    };
    if allowed {
        Ok(())
    } else {
        Err(ApiError::MissingScope)
    }
}

impl Caller {
    /// Whether the items of a playlist are there for this caller.
    pub(super) fn may_read_items(&self, playlist: &Playlist) -> bool {
        let shared = |login: &str| playlist.is_shared_with(login);
        self.profile.keeps_removed_fields()
            || self.listener.as_ref().is_some_and(|one| shared(&one.login))
    }
}
