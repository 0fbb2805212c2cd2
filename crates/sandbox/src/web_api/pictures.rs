//! `GET /spotify/images/{kind}/{id}/{size}.svg`: pictures drawn from the id.

use std::fmt::Write as _;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::cover;
use crate::catalogue::Cover;
use crate::page::escape;
use crate::playlists::Content;
use crate::world::World;

/// Side lengths, in pixels, that are drawn.
const SIZES: [u32; 5] = [640, 300, 160, 64, 60];

/// Draws a picture.
pub(crate) async fn picture(
    State(world): State<World>,
    Path((kind, id, file)): Path<(String, String, String)>,
) -> Response {
    if kind == "covers" {
        return cover::picture(&world, &id, &file);
    }
    let size = file.strip_suffix(".svg").and_then(|size| size.parse().ok());
    let Some(size) = size.filter(|size| SIZES.contains(size)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let svg = match kind.as_str() {
        "users" => {
            let label =
                world.with(|data| data.listeners.get(&id).map(|one| one.label().to_owned()));
            avatar(&id, label.as_deref().unwrap_or(&id), size)
        }
        "artists" => portrait(&id, size),
        "albums" | "shows" => frame(size, &sleeve(&id)),
        "playlists" => frame(size, &mosaic(&world, &id)),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    drawn(svg)
}

/// The answer with a picture that any page may show.
pub(crate) fn drawn(svg: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    (headers, svg).into_response()
}

/// Numbers that follow from an id, one after the other.
struct Dice([u8; 32], usize);

impl Dice {
    fn new(id: &str) -> Self {
        Self(Sha256::digest(id).into(), 0)
    }

    /// A number below `limit`.
    fn below(&mut self, limit: u32) -> u32 {
        let byte = self.0[self.1 % self.0.len()];
        self.1 += 1;
        u32::from(byte) * limit / 256
    }
}

fn frame(size: u32, body: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 100 100">{body}</svg>"#
    )
}

/// A person: their initial on a colour.
pub(crate) fn avatar(id: &str, label: &str, size: u32) -> String {
    let hue = Dice::new(id).below(360);
    let initial: String = label
        .chars()
        .find(|c| c.is_alphanumeric())
        .into_iter()
        .collect();
    frame(
        size,
        &format!(
            r#"<rect width="100" height="100" fill="hsl({hue} 45% 38%)"/><text x="50" y="51" fill="hsl({hue} 60% 94%)" font-family="system-ui,sans-serif" font-size="46" text-anchor="middle" dominant-baseline="central">{}</text>"#,
            escape(&initial.to_uppercase())
        ),
    )
}

/// An artist: rings around a point.
fn portrait(id: &str, size: u32) -> String {
    let mut dice = Dice::new(id);
    let hue = dice.below(360);
    let (x, y) = (25 + dice.below(50), 25 + dice.below(50));
    let mut body = format!(r#"<rect width="100" height="100" fill="hsl({hue} 35% 18%)"/>"#);
    for ring in (1..=5).rev() {
        let radius = ring * (9 + dice.below(6));
        let shade = 20 + (6 - ring) * 11;
        let turned = (hue + ring * (8 + dice.below(22))) % 360;
        let _ = write!(
            body,
            r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="hsl({turned} 55% {shade}%)"/>"#
        );
    }
    frame(size, &body)
}

/// Four of the records that a playlist holds; where it has fewer, one that is its own.
fn mosaic(world: &World, id: &str) -> String {
    let albums = world.playlists(|at| {
        let mut albums: Vec<String> = Vec::new();
        let playlist = at.playlists.get(id);
        let mosaic = playlist.filter(|one| one.cover == Cover::Mosaic);
        for item in mosaic.into_iter().flat_map(|one| &one.items) {
            let Content::Track(index) = item.content else {
                continue;
            };
            let album = &at.catalogue.albums[at.catalogue.tracks[index].album].id;
            if !albums.contains(album) {
                albums.push(album.clone());
            }
            if albums.len() == 4 {
                break;
            }
        }
        albums
    });
    if albums.len() < 4 {
        return sleeve(id);
    }
    let mut body = String::new();
    for (place, album) in albums.iter().enumerate() {
        let (x, y) = (place % 2 * 50, place / 2 * 50);
        let _ = write!(
            body,
            r#"<svg x="{x}" y="{y}" width="50" height="50" viewBox="0 0 100 100">{}</svg>"#,
            sleeve(album)
        );
    }
    body
}

/// A record: bands and a disc.
fn sleeve(id: &str) -> String {
    let mut dice = Dice::new(id);
    let hue = dice.below(360);
    let mut body = format!(r#"<rect width="100" height="100" fill="hsl({hue} 40% 86%)"/>"#);
    for _ in 0..4 {
        let (top, height) = (dice.below(100), 4 + dice.below(22));
        let turned = (hue + dice.below(140)) % 360;
        let shade = 30 + dice.below(45);
        let lean = dice.below(30);
        let _ = write!(
            body,
            r#"<path d="M0 {top}L100 {}V{}L0 {}Z" fill="hsl({turned} 50% {shade}%)"/>"#,
            top + lean,
            top + lean + height,
            top + height
        );
    }
    let (x, y, radius) = (20 + dice.below(60), 20 + dice.below(60), 8 + dice.below(18));
    let turned = (hue + 180) % 360;
    let _ = write!(
        body,
        r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="hsl({turned} 60% 32%)"/>"#
    );
    body
}
