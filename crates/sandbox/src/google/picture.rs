//! `GET /google/pictures/{login}.svg`: the pictures of accounts.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::page::encode_segment;
use crate::web_api::pictures;
use crate::world::World;

/// Google's pictures are 96 pixels wide when nobody asks for another size.
const SIZE: u32 = 96;

/// The path of the picture of this login.
pub(crate) fn path(login: &str) -> String {
    format!("{}/pictures/{}.svg", super::ROOT, encode_segment(login))
}

/// Draws a picture.
pub(crate) async fn show(State(world): State<World>, Path(file): Path<String>) -> Response {
    let Some(login) = file.strip_suffix(".svg") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let label = world.with(|data| {
        let account = data.google.accounts.get(login);
        account.map(|one| one.label().to_owned())
    });
    label.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |label| pictures::drawn(pictures::avatar(login, &label, SIZE)),
    )
}
