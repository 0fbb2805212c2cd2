//! `GET /spotify/v1/search`.

use std::cmp::Reverse;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::bearer::Caller;
use super::error::ApiError;
use super::etag;
use super::playlist_shape::PlaylistShape;
use super::query::{Headline, Query};
use crate::catalogue::Shape;
use crate::form::Form;
use crate::page::encode_segment;
use crate::playlists::Searched;
use crate::world::World;

/// No result beyond this one can be had.
const MAX_OFFSET: usize = 1000;
const DAY_S: i64 = 86_400;

/// A type that can be searched for; the last three are always empty here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Album,
    Artist,
    Playlist,
    Track,
    Show,
    Episode,
    Audiobook,
}

/// Which part of the results.
struct Window {
    limit: usize,
    offset: usize,
}

/// `GET /spotify/v1/search`: one page for each type asked for.
pub(crate) async fn search(
    State(world): State<World>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_query(&raw.unwrap_or_default());
    // `query` is the name that the provider's own `next` links use.
    let q = form
        .filled("q")
        .or(form.filled("query"))
        .map(str::trim)
        .filter(|q| !q.is_empty());
    let q = q.ok_or_else(|| ApiError::bad("No search query"))?;
    let kinds = kinds(
        form.filled("type")
            .ok_or_else(|| ApiError::bad("Missing parameter type"))?,
    )?;
    let window = window(&form, &caller)?;
    let market = market(&form, &caller)?;
    let query = Query::parse(q);
    let today = world.with(|data| data.clock.now()).div_euclid(DAY_S);
    let catalogue = world.catalogue();
    let shape = Shape {
        base: world.base(),
        catalogue: &catalogue,
        profile: caller.profile,
    };

    let playlists = if kinds.contains(&Kind::Playlist) {
        playlists(&world, &shape)
    } else {
        Vec::new()
    };

    let mut answer = Map::new();
    for kind in kinds {
        let found = found(kind, &query, &shape, &playlists, today, market.is_some());
        let total = found.len();
        let items: Vec<Value> = found
            .into_iter()
            .skip(window.offset)
            .take(window.limit)
            .map(|item| item())
            .collect();
        let link = |offset: usize| {
            let market = market
                .as_ref()
                .map(|code| format!("&market={}", encode_segment(code)))
                .unwrap_or_default();
            format!(
                "{}/spotify/v1/search?offset={offset}&limit={}&query={}&type={}{market}",
                world.base(),
                window.limit,
                encode_segment(q),
                kind.name()
            )
        };
        let after = window.offset + window.limit;
        let next = (after < total && after <= MAX_OFFSET).then(|| link(after));
        let previous =
            (window.offset > 0).then(|| link(window.offset.saturating_sub(window.limit)));
        answer.insert(
            format!("{}s", kind.name()),
            json!({
                "href": link(window.offset),
                "items": items,
                "limit": window.limit,
                "next": next,
                "offset": window.offset,
                "previous": previous,
                "total": total,
            }),
        );
    }
    Ok(etag::json(&headers, &Value::Object(answer)))
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Album,
        Self::Artist,
        Self::Playlist,
        Self::Track,
        Self::Show,
        Self::Episode,
        Self::Audiobook,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Album => "album",
            Self::Artist => "artist",
            Self::Playlist => "playlist",
            Self::Track => "track",
            Self::Show => "show",
            Self::Episode => "episode",
            Self::Audiobook => "audiobook",
        }
    }
}

/// Everything that fits, best first, each written only when it is on the page.
fn found<'a>(
    kind: Kind,
    query: &Query,
    shape: &'a Shape<'a>,
    playlists: &'a [(Headline, Value)],
    today: i64,
    with_market: bool,
) -> Vec<Box<dyn Fn() -> Value + 'a>> {
    let catalogue = shape.catalogue;
    match kind {
        Kind::Artist => best(
            &catalogue.artists,
            |one| query.artist(one),
            |one| shape.artist(one),
        ),
        Kind::Album => best(
            &catalogue.albums,
            |one| query.album(one, catalogue, today),
            |one| shape.album(one),
        ),
        Kind::Track => best(
            &catalogue.tracks,
            |one| query.track(one, catalogue, today),
            move |one| shape.track(one, with_market),
        ),
        Kind::Playlist => best(playlists, |one| query.playlist(&one.0), |one| one.1.clone()),
        Kind::Show | Kind::Episode | Kind::Audiobook => Vec::new(),
    }
}

/// The playlists that a search knows, as it answers them; in place of some it answers `null`.
fn playlists(world: &World, shape: &Shape<'_>) -> Vec<(Headline, Value)> {
    world.playlists(|at| {
        let write = PlaylistShape {
            shape,
            listeners: at.listeners,
            now_ms: at.now_ms,
        };
        let known = at.playlists.all().iter().filter_map(|one| {
            let value = match one.searched {
                Searched::Found => write.found(one),
                Searched::Withheld => Value::Null,
                Searched::Never => return None,
            };
            let (name, description) = (one.name.clone(), one.description.clone());
            Some((Headline { name, description }, value))
        });
        known.collect()
    })
}

fn best<'a, T>(
    all: &'a [T],
    rank: impl Fn(&T) -> Option<u32>,
    write: impl Fn(&'a T) -> Value + Copy + 'a,
) -> Vec<Box<dyn Fn() -> Value + 'a>> {
    let mut ranked: Vec<(u32, &T)> = all
        .iter()
        .filter_map(|one| rank(one).map(|rank| (rank, one)))
        .collect();
    // Stable, so that equals stay in the catalogue's order.
    ranked.sort_by_key(|(rank, _)| Reverse(*rank));
    ranked
        .into_iter()
        .map(|(_, one)| Box::new(move || write(one)) as Box<dyn Fn() -> Value + 'a>)
        .collect()
}

fn kinds(list: &str) -> Result<Vec<Kind>, ApiError> {
    let mut kinds = Vec::new();
    for name in list.split(',').map(str::trim) {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(|| ApiError::bad(&format!("Bad search type field {name}")))?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

fn window(form: &Form, caller: &Caller) -> Result<Window, ApiError> {
    let (most, usual) = caller.profile.search_limits();
    let limit = match form.get("limit") {
        None => usual,
        // The schema says that 0 is good; the provider does not.
        Some(text) => {
            let number = text.parse().ok().filter(|limit| (1..=most).contains(limit));
            number.ok_or_else(|| ApiError::bad("Invalid limit"))?
        }
    };
    let offset = match form.get("offset") {
        None => 0,
        Some(text) => {
            let number = text.parse().ok().filter(|offset| *offset <= MAX_OFFSET);
            number.ok_or_else(|| ApiError::bad("Invalid offset"))?
        }
    };
    Ok(Window { limit, offset })
}

/// Reads `market`: the country asked for; `from_token` is the listener's, and needs the scope that shows it.
pub(super) fn market(form: &Form, caller: &Caller) -> Result<Option<String>, ApiError> {
    match form.filled("market") {
        None => Ok(None),
        Some("from_token") => match &caller.listener {
            Some(listener) if caller.may("user-read-private") => Ok(Some(listener.country.clone())),
            _ => Err(ApiError::MissingScope),
        },
        Some(code) if code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) => {
            Ok(Some(code.to_owned()))
        }
        Some(_) => Err(ApiError::bad("Invalid market code")),
    }
}
