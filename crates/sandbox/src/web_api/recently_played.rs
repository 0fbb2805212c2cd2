//! `GET /spotify/v1/me/player/recently-played`.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::window::limit;
use crate::catalogue::Shape;
use crate::clock::iso_ms;
use crate::form::Form;
use crate::plays::{Context, Play, last};
use crate::world::World;

/// `GET /spotify/v1/me/player/recently-played`: the newest first, of the last fifty. A cursor is a
/// time in unix milliseconds. `before` gives what lies next before it, `after` what lies next after.
pub(crate) async fn list(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let login = &caller.listener_with("user-read-recently-played")?.login;
    let form = Form::of_query(&raw.unwrap_or_default());
    let limit = limit(&form)?;
    let (before, after) = (cursor(&form, "before")?, cursor(&form, "after")?);
    if before.is_some() && after.is_some() {
        let said = "Only one of before and after may be given";
        return Err(ApiError::bad(said));
    }
    // Who is new has heard nothing yet.
    let hears = world.library(login, |library, _| library.top > 0);
    let plays = world.playlists(|at| {
        if hears {
            last(login, at.catalogue, at.playlists, at.now_ms)
        } else {
            Vec::new()
        }
    });

    let mut fitting: Vec<&Play> = plays
        .iter()
        .filter(|play| before.is_none_or(|before| play.played_at_ms < before))
        .filter(|play| after.is_none_or(|after| play.played_at_ms > after))
        .collect();
    let more = fitting.len() > limit;
    if after.is_some() {
        fitting.drain(..fitting.len().saturating_sub(limit));
    } else {
        fitting.truncate(limit);
    }
    let address = format!("{}/spotify/v1/me/player/recently-played", world.base());
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };
    let ends = fitting.first().zip(fitting.last());
    let cursors = ends.map(|(newest, oldest)| {
        let (after, before) = (newest.played_at_ms, oldest.played_at_ms);
        (after.to_string(), before.to_string())
    });
    let next = cursors.as_ref().filter(|_| more).map(|(newest, oldest)| {
        let (name, at) = match after {
            Some(_) => ("after", newest),
            None => ("before", oldest),
        };
        format!("{address}?{name}={at}&limit={limit}")
    });
    let items: Vec<_> = fitting
        .into_iter()
        .map(|play| write(play, &shape))
        .collect();
    let answer = json!({
        "href": address,
        "items": items,
        "limit": limit,
        "next": next,
        "cursors": cursors.map(|(after, before)| json!({ "after": after, "before": before })),
    });
    Ok(etag::json(&headers, &answer))
}

fn cursor(form: &Form, name: &str) -> Result<Option<i64>, ApiError> {
    let invalid = |_| ApiError::BadRequest(format!("Invalid {name}"));
    form.filled(name)
        .map(|text| text.parse().map_err(invalid))
        .transpose()
}

fn write(play: &Play, shape: &Shape<'_>) -> Value {
    let track = &shape.catalogue.tracks[play.track];
    let context = play.context.as_ref().map(|context| {
        let Context { kind, id } = context;
        let mut object = shape.reference(kind, id);
        object.remove("id");
        object
    });
    json!({
        "track": shape.track(track, false),
        "played_at": iso_ms(play.played_at_ms),
        "context": context,
    })
}
