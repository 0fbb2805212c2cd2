//! `/spotify/v1/playlists/{id}/items`, and `…/tracks` as it was called before 2026.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::bearer::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::ids::check_id;
use super::playlist::{check_any_modify, check_modify, read, reading};
use super::window::Window;
use super::{etag, fields};
use crate::catalogue::{Catalogue, is_base62};
use crate::form::Form;
use crate::playlists::{Content, EditRefusal, Item, Owner, Playlist};
use crate::world::World;

/// The most items of one request that writes.
const MOST: usize = 100;
/// The most items of one page: of the new name in the new mode, and else.
const MOST_READ: (usize, usize) = (50, 100);

/// Under which name a path speaks of the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    Items,
    /// Removed in February 2026, for apps in development mode.
    Tracks,
}

impl FromRequestParts<World> for Name {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &World) -> Result<Self, ApiError> {
        if parts.uri.path().ends_with("/tracks") {
            Ok(Self::Tracks)
        } else {
            Ok(Self::Items)
        }
    }
}

impl Name {
    fn text(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Tracks => "tracks",
        }
    }

    fn check(self, caller: &Caller) -> Result<(), ApiError> {
        match self {
            Self::Items => Ok(()),
            Self::Tracks => caller.removed_endpoint(),
        }
    }
}

/// `GET …/items`: a page of them, for owner and collaborators alone in `dev-2026`.
pub(crate) async fn list(
    name: Name,
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    name.check(&caller)?;
    let form = Form::of_query(&raw.unwrap_or_default());
    let (usual, most) = match name {
        Name::Items if !caller.profile.keeps_removed_fields() => (20, MOST_READ.0),
        Name::Items => (20, MOST_READ.1),
        Name::Tracks => (MOST_READ.1, MOST_READ.1),
    };
    let window = Window::read_within(&form, usual, most)?;
    let reading = reading(&form, &caller)?;
    let mut allowed = true;
    let page = read(&world, &caller, &id, |write, playlist| {
        allowed = caller.may_read_items(playlist);
        write.page(playlist, name.text(), window, reading)
    })?;
    if !allowed {
        return Err(ApiError::Forbidden);
    }
    Ok(etag::json(&headers, &fields::only(&form, page)?))
}

/// `POST …/items`: 201. URIs of the query win over those of the body.
pub(crate) async fn add(
    name: Name,
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let login = begin(name, &caller, &id)?;
    let form = Form::of_query(&raw.unwrap_or_default());
    let in_query = form.filled("uris").is_some();
    let fields = if in_query {
        Fields::read_or_none(&[])?
    } else {
        Fields::read(&body)?
    };
    let uris = uris(&form, &fields)?.ok_or_else(|| ApiError::bad("No uris provided"))?;
    if uris.is_empty() {
        return Err(ApiError::bad("No uris provided"));
    }
    let position = match form.filled("position") {
        Some(text) => {
            let invalid = |_| ApiError::bad("Invalid value for field: position");
            Some(text.parse().map_err(invalid)?)
        }
        None => fields.count("position")?,
    };
    let refusal = ApiError::NotOwnPlaylist;
    let snapshot = write(&world, &caller, &id, refusal, |playlist, catalogue, now| {
        let items = items(&uris, catalogue, &login, now)?;
        Ok(playlist.add(items, position)?)
    })?;
    Ok((StatusCode::CREATED, snapshot))
}

/// `PUT …/items`: replaces all of them where URIs are named, else moves a range.
pub(crate) async fn update(
    name: Name,
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let login = begin(name, &caller, &id)?;
    let form = Form::of_query(&raw.unwrap_or_default());
    // An empty list in the query clears the playlist, as it does in the body.
    let in_query = form.get("uris").is_some();
    let fields = if in_query {
        Fields::read_or_none(&body)?
    } else {
        Fields::read(&body)?
    };
    let uris = uris(&form, &fields)?;
    if let Some(uris) = uris {
        if fields.get("range_start").is_some() {
            let said = "Items are either replaced or reordered";
            return Err(ApiError::bad(said));
        }
        let refusal = ApiError::Forbidden;
        return write(&world, &caller, &id, refusal, |playlist, catalogue, now| {
            playlist.replace(items(&uris, catalogue, &login, now)?);
            Ok(())
        });
    }
    let needed = |name: &str| {
        let missing = ApiError::BadRequest(format!("Missing required field: {name}"));
        fields.count(name)?.ok_or(missing)
    };
    let (start, before) = (needed("range_start")?, needed("insert_before")?);
    let length = fields.count("range_length")?.unwrap_or(1);
    let snapshot = fields.text("snapshot_id")?;
    write(
        &world,
        &caller,
        &id,
        ApiError::Forbidden,
        |playlist, _, _| {
            check_snapshot(playlist, snapshot.as_deref())?;
            Ok(playlist.reorder(start, before, length)?)
        },
    )
}

/// `DELETE …/items` with `{"items": [{"uri": …}]}`, or `tracks` under the old name.
pub(crate) async fn remove(
    name: Name,
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    begin(name, &caller, &id)?;
    let fields = Fields::read(&body)?;
    let list = fields.get(name.text()).and_then(Value::as_array);
    let uris: Option<Vec<String>> = list.and_then(|list| {
        let uris = list.iter().map(|item| item.get("uri")?.as_str());
        uris.map(|uri| uri.map(str::to_owned)).collect()
    });
    let uris = uris.filter(|uris| !uris.is_empty());
    let uris = uris.ok_or_else(|| ApiError::bad("No uris provided"))?;
    check_number(uris.len())?;
    let snapshot = fields.text("snapshot_id")?;
    let refusal = ApiError::Forbidden;
    write(&world, &caller, &id, refusal, |playlist, catalogue, _| {
        check_snapshot(playlist, snapshot.as_deref())?;
        playlist.remove(&uris, catalogue);
        Ok(())
    })
}

fn begin(name: Name, caller: &Caller, id: &str) -> Result<String, ApiError> {
    let listener = caller.listener()?;
    name.check(caller)?;
    check_any_modify(caller)?;
    check_id(id)?;
    Ok(listener.login.clone())
}

/// Changes a playlist that is shared with the caller, and answers its new version.
fn write(
    world: &World,
    caller: &Caller,
    id: &str,
    refusal: ApiError,
    work: impl FnOnce(&mut Playlist, &Catalogue, i64) -> Result<(), ApiError>,
) -> Result<Json<Value>, ApiError> {
    let login = &caller.listener()?.login;
    world.playlists(|at| {
        let playlist = at.playlists.get_mut(id).ok_or(ApiError::NoResource)?;
        if !playlist.is_shared_with(login) {
            return Err(refusal);
        }
        check_modify(caller, playlist.public)?;
        work(playlist, at.catalogue, at.now_ms.div_euclid(1000))?;
        Ok(Json(json!({ "snapshot_id": playlist.snapshot_id() })))
    })
}

fn check_snapshot(playlist: &Playlist, snapshot_id: Option<&str>) -> Result<(), ApiError> {
    match snapshot_id {
        Some(id) if !playlist.knows_snapshot(id) => Err(ApiError::bad("Invalid snapshot id")),
        _ => Ok(()),
    }
}

fn check_number(count: usize) -> Result<(), ApiError> {
    if count <= MOST {
        Ok(())
    } else {
        let said = "You can add a maximum of 100 tracks per request.";
        Err(ApiError::bad(said))
    }
}

/// The URIs of the query, else those of the body; `None` where there are none at all.
fn uris(form: &Form, fields: &Fields) -> Result<Option<Vec<String>>, ApiError> {
    let uris: Vec<String> = match (form.get("uris"), fields.get("uris")) {
        (Some(""), _) => Vec::new(),
        (Some(list), _) => list.split(',').map(|uri| uri.trim().to_owned()).collect(),
        (None, None) => return Ok(None),
        (None, Some(list)) => {
            let list = list.as_array().map(Vec::as_slice);
            let uris = list.and_then(|list| {
                let uris = list.iter().map(|uri| uri.as_str().map(str::to_owned));
                uris.collect()
            });
            uris.ok_or_else(|| ApiError::bad("Invalid value for field: uris"))?
        }
    };
    check_number(uris.len())?;
    Ok(Some(uris))
}

/// The items that these URIs stand for; a file of the listener's own cannot be added.
fn items(
    uris: &[String],
    catalogue: &Catalogue,
    login: &str,
    now: i64,
) -> Result<Vec<Item>, ApiError> {
    let item = |uri: &String| {
        let mut parts = uri.split(':');
        let (Some("spotify"), Some(kind @ ("track" | "episode")), Some(id), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ApiError::BadRequest(format!("Invalid track uri: {uri}")));
        };
        if !is_base62(id) {
            return Err(ApiError::BadRequest(format!("Invalid track uri: {uri}")));
        }
        let content = if kind == "track" {
            catalogue.track_index(id).map(Content::Track)
        } else {
            catalogue.episode_index(id).map(Content::Episode)
        };
        let unknown = || ApiError::bad("Payload contains a non-existing ID");
        Ok(Item {
            content: content.ok_or_else(unknown)?,
            added_at: Some(now),
            added_by: Some(Owner::Listener(login.to_owned())),
        })
    };
    uris.iter().map(item).collect()
}

impl From<EditRefusal> for ApiError {
    fn from(refusal: EditRefusal) -> Self {
        Self::BadRequest(refusal.to_string())
    }
}
