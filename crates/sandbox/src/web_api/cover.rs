//! `/spotify/v1/playlists/{id}/images`: the cover of a playlist.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::ids::check_id;
use super::playlist::{check_any_modify, check_modify, read};
use crate::form::media_type;
use crate::world::World;

/// The longest body, in bytes; it is base64, so that the picture is shorter.
const MOST: usize = 256 * 1024;
/// What a JPEG begins with.
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];

/// `GET …/images`: a bare array.
pub(crate) async fn list(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let images = read(&world, &caller, &id, |write, playlist| {
        match write.images(playlist) {
            Value::Null => json!([]),
            images => images,
        }
    })?;
    Ok(etag::json(&headers, &images))
}

/// `PUT …/images`: 202, and the picture is shown some seconds later.
pub(crate) async fn upload(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let login = caller.listener_with("ugc-image-upload")?.login.clone();
    check_any_modify(&caller)?;
    check_id(&id)?;
    if body.len() > MOST {
        return Err(ApiError::TooLarge);
    }
    let jpeg = jpeg(&headers, &body)?;
    world.playlists(|at| {
        let playlist = at.playlists.get_mut(&id).ok_or(ApiError::NoResource)?;
        if !playlist.is_owned_by(&login) {
            return Err(ApiError::Forbidden);
        }
        check_modify(&caller, playlist.public)?;
        let delay_ms = at.settings.cover_delay_s.saturating_mul(1000);
        playlist.upload(jpeg, at.now_ms.saturating_add(delay_ms));
        Ok(StatusCode::ACCEPTED)
    })
}

/// The picture of a body that is base64 and nothing else: no `data:`, no line break at the end.
fn jpeg(headers: &HeaderMap, body: &[u8]) -> Result<Bytes, ApiError> {
    let invalid = || ApiError::bad("Invalid image data");
    if media_type(headers).as_deref() != Some("image/jpeg") {
        return Err(invalid());
    }
    let jpeg = STANDARD.decode(body).map_err(|_| invalid())?;
    if jpeg.starts_with(&JPEG) {
        Ok(jpeg.into())
    } else {
        Err(invalid())
    }
}

/// `GET /spotify/images/covers/{id}/{number}.jpg`: what was uploaded, once it is shown.
pub(super) fn picture(world: &World, id: &str, file: &str) -> Response {
    let number = file.strip_suffix(".jpg").and_then(|name| name.parse().ok());
    let jpeg = world.playlists(|at| {
        let shown = at.playlists.get(id)?.uploads.iter();
        let mut shown = shown.filter(|one| one.shown_from_ms <= at.now_ms);
        shown
            .find(|one| Some(one.number) == number)
            .map(|one| one.jpeg.clone())
    });
    let Some(jpeg) = jpeg else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    (headers, jpeg).into_response()
}
