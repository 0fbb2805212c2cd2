//! `/control/publish`, `…/rename` and the playlists over HTTP.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{Answer, Body};
use super::music::NewPlaylist;
use super::{Control, overlay, refuse};
use crate::catalogue::AlbumKind;
use crate::world::World;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishBody {
    artist: String,
    name: String,
    #[serde(default)]
    album_type: AlbumKind,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameBody {
    uri: String,
    name: Option<String>,
    length: Option<usize>,
}

pub(crate) async fn publish(State(world): State<World>, Body(body): Body<PublishBody>) -> Answer {
    let id = Control::new(world).publish(&body.artist, &body.name, body.album_type)?;
    Ok(Json(
        json!({ "id": id, "uri": format!("spotify:album:{id}") }),
    ))
}

/// Either the name is said, or how long one shall be.
pub(crate) async fn rename(State(world): State<World>, Body(body): Body<RenameBody>) -> Answer {
    let name = match (body.name, body.length) {
        (Some(name), None) => name,
        (None, Some(length)) => Control::long_name(length)?,
        _ => return refuse("say `name` or `length`"),
    };
    Control::new(world).rename(&body.uri, &name)?;
    Ok(Json(json!({ "uri": body.uri, "name": name })))
}

pub(crate) async fn playlist(State(world): State<World>, Body(body): Body<NewPlaylist>) -> Answer {
    let id = Control::new(world).add_playlist(&body)?;
    Ok(Json(
        json!({ "id": id, "uri": format!("spotify:playlist:{id}") }),
    ))
}

/// What is left out stays as it is.
pub(crate) async fn playlist_settings(
    State(world): State<World>,
    Body(given): Body<Value>,
) -> Answer {
    let control = Control::new(world);
    let settings = overlay(&control.playlist_settings(), given)?;
    control.set_playlist_settings(settings)?;
    Ok(Json(json!(settings)))
}
