//! A playlist as a file.

use leptos::prelude::*;
use serde_json::{Value, json};
use spotify::Request;
use spotify::ids::Base62Id;
use spotify::model::{Playable, PlaylistItem};
use spotify::page::Page;
use spotify::request::MAX_LIST_LIMIT;

use super::name_of;
use super::open::Open;
use crate::export::ExportButtons;
use crate::paged::Cursor;

/// What is saved of an item.
const COLUMNS: [&str; 10] = [
    "kind",
    "name",
    "artists",
    "album",
    "released",
    "duration_ms",
    "explicit",
    "added_at",
    "added_by",
    "uri",
];

/// The buttons that save it.
#[component]
pub fn SaveAsFile(
    /// The playlist.
    open: Open,
) -> impl IntoView {
    let name = Signal::derive(move || name_of(&open.head()));
    view! {
        <section class="card" aria-labelledby="save">
            <h2 id="save">"Save as a file"</h2>
            <p>
                "All that is in it, with what Spotify says of each: CSV for a table, JSON for programs. \
                 The file is made in this browser."
            </p>
            <ExportButtons name request of=open.id().to_string() columns=&COLUMNS row />
        </section>
    }
    .into_any()
}

fn request(cursor: &Cursor, of: &str) -> Option<Request<Page<PlaylistItem>>> {
    let id = Base62Id::parse(of).ok()?;
    Some(Request::playlist_items(
        &id,
        MAX_LIST_LIMIT,
        cursor.offset(),
    ))
}

fn row(item: PlaylistItem) -> Vec<Value> {
    let by = item.added_by.map(|user| user.id);
    let (at, uri) = (
        item.added_at,
        item.item
            .as_ref()
            .and_then(|item| item.uri().map(str::to_owned)),
    );
    let [kind, name, of, album, released, duration, explicit] = match item.item {
        Some(Playable::Track(track)) => of_track("track", *track),
        Some(Playable::LocalFile(track)) => of_track("local file", *track),
        Some(Playable::Episode(episode)) => [
            json!("episode"),
            json!(episode.name),
            json!(episode.show.map(|show| show.name)),
            Value::Null,
            json!(episode.release_date),
            json!(episode.duration_ms),
            json!(episode.explicit),
        ],
        None => [
            json!("no longer available"),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
        ],
    };
    vec![
        kind,
        name,
        of,
        album,
        released,
        duration,
        explicit,
        json!(at),
        json!(by),
        json!(uri),
    ]
}

fn of_track(kind: &str, track: spotify::model::Track) -> [Value; 7] {
    let artists: Vec<_> = track
        .artists
        .into_iter()
        .map(|artist| artist.name)
        .collect();
    let (album, released) = track
        .album
        .map_or((None, None), |album| (Some(album.name), album.release_date));
    [
        json!(kind),
        json!(track.name),
        json!(artists.join(", ")),
        json!(album),
        json!(released),
        json!(track.duration_ms),
        json!(track.explicit),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use spotify::model::PlaylistItem;

    use super::{COLUMNS, row};

    fn item(value: serde_json::Value) -> PlaylistItem {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn every_kind_of_item_fills_the_columns() {
        let track = item(json!({
            "added_at": "2026-11-20T19:03:11Z",
            "added_by": { "id": "ada" },
            "item": {
                "type": "track", "name": "Lamp", "uri": "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
                "artists": [{ "name": "A" }, { "name": "B" }], "duration_ms": 185_000,
                "album": { "name": "Night", "release_date": "2026-11" }, "explicit": true
            }
        }));
        assert_eq!(
            row(track),
            [
                json!("track"),
                json!("Lamp"),
                json!("A, B"),
                json!("Night"),
                json!("2026-11"),
                json!(185_000),
                json!(true),
                json!("2026-11-20T19:03:11Z"),
                json!("ada"),
                json!("spotify:track:4uLU6hMCjMI75M1A2tKUQC"),
            ]
        );
        for odd in [json!(null), json!({ "item": null }), json!({ "item": 3 })] {
            let row = row(item(odd));
            assert_eq!(
                (row.len(), &row[0]),
                (COLUMNS.len(), &json!("no longer available"))
            );
        }
        let file = item(json!({
            "is_local": true, "item": { "name": "x", "uri": "spotify:local:a:b:x:10" }
        }));
        assert_eq!(row(file)[0], json!("local file"));
    }
}
