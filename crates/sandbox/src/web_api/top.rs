//! `GET /spotify/v1/me/top/{type}`.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::window::Window;
use crate::catalogue::Shape;
use crate::form::Form;
use crate::library::{Range, top_artists, top_tracks};
use crate::world::World;

/// `GET /spotify/v1/me/top/artists` and `…/tracks`. Fifty can be had, and a page beyond them is
/// empty.
pub(crate) async fn top(
    State(world): State<World>,
    caller: Caller,
    Path(kind): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let login = &caller.listener_with("user-top-read")?.login;
    let form = Form::of_query(&raw.unwrap_or_default());
    let name = form.filled("time_range").unwrap_or("medium_term");
    let range = Range::parse(name).ok_or_else(|| ApiError::bad("Invalid time range"))?;
    let window = Window::read(&form)?;
    let length = world.library(login, |library, _| library.top);
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let address = format!("{}/spotify/v1/me/top/{kind}", world.base());
    let parameters = format!("&time_range={name}");
    let page: Value = match kind.as_str() {
        "artists" => {
            let mut list = top_artists(login, range, &catalogue);
            list.truncate(length);
            window.page(&address, &parameters, &list, |one| shape.artist(one))
        }
        "tracks" => {
            let mut list = top_tracks(login, range, &catalogue);
            list.truncate(length);
            window.page(&address, &parameters, &list, |one| shape.track(one, false))
        }
        _ => return Err(ApiError::bad("Invalid type")),
    };
    Ok(etag::json(&headers, &page))
}
