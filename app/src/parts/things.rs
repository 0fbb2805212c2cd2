//! Things of the catalogue: artists, albums, tracks and playlists, each with the way to Spotify.

use leptos::prelude::*;
use spotify::ids::{Base62Id, Uri};
use spotify::model::{
    AlbumSimplified, Artist, ArtistSimplified, Image, Played, PlaylistSimplified, SavedAlbum,
    SavedTrack, Track, TrackSimplified,
};

use crate::parts::artwork::{Artwork, fitting};
use crate::parts::date::{Day, Moment};
use crate::parts::keep_button::KeepButton;
use crate::parts::open_spotify::{OpenSpotify, spotify_address};

/// The pixels of a tile's picture, for a sharp one on a dense screen.
const TILE: u32 = 300;

/// The pixels of a row's picture.
const ROW: u32 = 96;

/// Stands between the facts of a line; never at the beginning of one.
pub const DOT: &str = "\u{a0}· ";

/// What a tile or a row shows, of whatever kind it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// Where it is to be seen at Spotify.
    pub address: Option<String>,
    /// The page of this app that shows it.
    to: Option<String>,
    /// The picture of a tile, and the smaller one of a row.
    pictures: [Option<String>; 2],
    /// Its name.
    pub name: String,
    by: String,
    explicit: bool,
    /// What happened to it and when, in unix seconds.
    when: Option<(Event, i64)>,
    /// By what it is followed or saved, for things that can be.
    pub uri: Option<Uri>,
    /// What tells it from others of a list that must not hold it twice.
    pub once: Option<String>,
}

/// What happens to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// It was saved, on a day.
    Saved,
    /// It was played, at a moment.
    Played,
}

impl Thing {
    /// The same, listed once however often it comes.
    #[must_use]
    fn once(mut self) -> Self {
        self.once = self.uri.as_ref().map(ToString::to_string);
        self
    }

    /// The same without a button to follow or to save it.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.uri = None;
        self
    }

    /// The same with what happened to it, and when: ISO 8601, as Spotify writes it. Browser only.
    #[must_use]
    fn when(mut self, what: Event, at: Option<&str>) -> Self {
        self.when = at.and_then(unix_seconds).map(|at| (what, at));
        self
    }
}

impl From<Artist> for Thing {
    fn from(artist: Artist) -> Self {
        Self {
            address: spotify_address(
                artist.external_urls.spotify,
                "artist",
                Some(artist.id.as_str()),
            ),
            pictures: pictures(&artist.images),
            name: named(artist.name),
            by: "Artist".to_owned(),
            explicit: false,
            when: None,
            to: Some(format!("/artist/{}", artist.id)),
            uri: Some(Uri::artist(artist.id)),
            once: None,
        }
        .once()
    }
}

impl From<AlbumSimplified> for Thing {
    fn from(album: AlbumSimplified) -> Self {
        let id = album.id.as_ref().map(Base62Id::as_str);
        Self {
            address: spotify_address(album.external_urls.spotify, "album", id),
            pictures: pictures(&album.images),
            name: named(album.name),
            by: joined([names(album.artists), year(album.release_date)], DOT),
            explicit: false,
            when: None,
            to: album.id.as_ref().map(|id| format!("/album/{id}")),
            uri: album.id.map(Uri::album),
            once: None,
        }
    }
}

impl From<Track> for Thing {
    fn from(track: Track) -> Self {
        let id = track.id.as_ref().map(Base62Id::as_str);
        let of = track.album.as_ref().and_then(|album| album.id.as_ref());
        let to = of.map(|id| format!("/album/{id}"));
        let (images, album) = track
            .album
            .map_or_else(Default::default, |album| (album.images, album.name));
        Self {
            address: spotify_address(track.external_urls.spotify, "track", id),
            pictures: pictures(&images),
            name: named(track.name),
            by: joined(
                [
                    names(track.artists),
                    album,
                    track.duration_ms.map(duration).unwrap_or_default(),
                ],
                DOT,
            ),
            explicit: track.explicit,
            when: None,
            to,
            uri: track.id.map(Uri::track),
            once: None,
        }
    }
}

impl From<TrackSimplified> for Thing {
    /// A track of the album that is shown, so that it needs neither picture nor link.
    fn from(track: TrackSimplified) -> Self {
        let id = track.id.as_ref().map(Base62Id::as_str);
        Self {
            address: spotify_address(track.external_urls.spotify, "track", id),
            to: None,
            pictures: [None, None],
            name: named(track.name),
            by: joined(
                [
                    names(track.artists),
                    track.duration_ms.map(duration).unwrap_or_default(),
                ],
                DOT,
            ),
            explicit: track.explicit,
            when: None,
            uri: track.id.map(Uri::track),
            once: None,
        }
    }
}

impl From<PlaylistSimplified> for Thing {
    fn from(playlist: PlaylistSimplified) -> Self {
        let count = playlist.item_count();
        let owner = playlist
            .owner
            .map(|owner| owner.display_name.unwrap_or(owner.id));
        Self {
            address: spotify_address(
                playlist.external_urls.spotify,
                "playlist",
                Some(playlist.id.as_str()),
            ),
            pictures: pictures(&playlist.images),
            name: named(playlist.name),
            by: joined(
                [
                    owner
                        .filter(|owner| !owner.is_empty())
                        .map(|owner| format!("By {owner}"))
                        .unwrap_or_default(),
                    count.map(in_items).unwrap_or_default(),
                ],
                DOT,
            ),
            explicit: false,
            when: None,
            to: Some(format!("/playlists/{}", playlist.id)),
            uri: None,
            once: Some(playlist.id.to_string()),
        }
    }
}

impl From<SavedAlbum> for Thing {
    fn from(saved: SavedAlbum) -> Self {
        Self::from(saved.album)
            .once()
            .when(Event::Saved, saved.added_at.as_deref())
    }
}

impl From<SavedTrack> for Thing {
    fn from(saved: SavedTrack) -> Self {
        Self::from(saved.track)
            .once()
            .when(Event::Saved, saved.added_at.as_deref())
    }
}

impl From<Played> for Thing {
    fn from(played: Played) -> Self {
        // The same track may have been played twice.
        Self::from(played.track).when(Event::Played, played.played_at.as_deref())
    }
}

fn in_items(count: u32) -> String {
    match count {
        0 => "empty".to_owned(),
        1 => "1 item".to_owned(),
        count => format!("{count} items"),
    }
}

/// ISO 8601 as unix seconds. Browser only.
fn unix_seconds(text: &str) -> Option<i64> {
    let ms = js_sys::Date::parse(text);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a date that is off by more than 280 million years is off anyway"
    )]
    let seconds = (ms / 1_000.0) as i64;
    ms.is_finite().then_some(seconds)
}

fn pictures(images: &[Image]) -> [Option<String>; 2] {
    [fitting(images, TILE), fitting(images, ROW)]
}

/// A name as it is shown.
pub fn named(name: String) -> String {
    // A thing that was taken down keeps its place and loses its name.
    if name.trim().is_empty() {
        "Without a name".to_owned()
    } else {
        name
    }
}

fn names(artists: Vec<ArtistSimplified>) -> String {
    joined(artists.into_iter().map(|artist| artist.name), ", ")
}

/// The parts that are there, with `between` between them.
fn joined(parts: impl IntoIterator<Item = String>, between: &str) -> String {
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

/// The year of `2026`, `2026-11` or `2026-11-20`.
fn year(date: Option<String>) -> String {
    let year: String = date.unwrap_or_default().chars().take(4).collect();
    if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) {
        year
    } else {
        String::new()
    }
}

/// Milliseconds as `3:05` or `1:02:07`.
fn duration(ms: u32) -> String {
    let seconds = ms / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A shelf with its heading; nothing where there is nothing on it.
#[component]
pub fn Shelved(
    /// The heading.
    name: &'static str,
    /// Whether there is anything on it.
    any: bool,
    /// What is on it.
    children: Children,
) -> impl IntoView {
    any.then(|| {
        view! {
            <section class="shelf">
                <h2>{name}</h2>
                {children()}
            </section>
        }
    })
}

/// How things of a list are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Beside each other, each under its picture.
    Tiles,
    /// Below each other.
    Rows,
    /// Below each other with their numbers and without pictures, as on a sleeve.
    Numbered,
}

impl Look {
    /// The class of the list.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Tiles => "tiles",
            Self::Rows => "rows",
            Self::Numbered => "rows numbered",
        }
    }
}

/// Things beside each other, each under its picture.
#[component]
pub fn Tiles(
    /// The things.
    things: Vec<Thing>,
    /// Whether their order is a ranking, and the numbers are shown.
    #[prop(optional)]
    ranked: bool,
) -> impl IntoView {
    listed(Look::Tiles, ranked, things)
}

/// Things below each other.
#[component]
pub fn Rows(
    /// The things.
    things: Vec<Thing>,
    /// Whether their order is a ranking, and the numbers are shown.
    #[prop(optional)]
    ranked: bool,
) -> impl IntoView {
    listed(Look::Rows, ranked, things)
}

/// What an entry of a list is in the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// The list is its parent.
    Li,
    /// Something stands between it and the list.
    Div,
}

/// One entry of a list. Where `hidden` says so it is out of sight, for eyes and ears.
pub fn drawn(thing: Thing, look: Look, tag: Tag, hidden: Option<Signal<bool>>) -> AnyView {
    let (size, class) = match look {
        Look::Tiles => (160, "tile"),
        Look::Rows | Look::Numbered => (52, "row"),
    };
    let [tile, row] = thing.pictures;
    let picture = match look {
        Look::Tiles => tile,
        Look::Rows | Look::Numbered => row,
    };
    let (name, by) = (thing.name.clone(), thing.by.clone());
    let inside = view! {
        {(look != Look::Numbered).then(|| view! { <Artwork address=picture size /> })}
        <span class="words">
            <span class="name" dir="auto" title=thing.name.clone()>{name}</span>
            <span class="by" dir="auto" title=thing.by.clone()>
                {thing.explicit.then(|| view! {
                    <abbr class="explicit" title="Explicit">"E"</abbr>
                })}
                {by}
            </span>
            {thing.when.map(|(what, at)| match what {
                Event::Saved => view! { <span class="by">"Saved " <Day at /></span> }.into_any(),
                Event::Played => view! { <span class="by">"Played " <Moment at /></span> }.into_any(),
            })}
        </span>
    };
    let open = thing
        .address
        .map(|address| view! { <OpenSpotify address of=thing.name.clone() /> });
    let keep = keep(thing.uri, &thing.name);
    let entry = view! {
        {linked(thing.to, inside.into_any())}
        <div class="thing-ways">{open} {keep}</div>
    }
    .into_any();
    match tag {
        Tag::Li => view! { <li class=class hidden=hidden>{entry}</li> }.into_any(),
        Tag::Div => {
            view! { <div class=class role="listitem" hidden=hidden>{entry}</div> }.into_any()
        }
    }
}

/// Picture and name are one link to the page that shows it, so that a keyboard stops at it once; the
/// way to Spotify stands beside it.
fn linked(to: Option<String>, inside: AnyView) -> AnyView {
    match to {
        Some(to) => view! { <a class="thing" href=to>{inside}</a> }.into_any(),
        None => view! { <div class="thing">{inside}</div> }.into_any(),
    }
}

/// The button to follow or to save it, where it can be.
fn keep(uri: Option<Uri>, name: &str) -> Option<AnyView> {
    let name = name.to_owned();
    uri.map(|uri| view! { <KeepButton uri name /> }.into_any())
}

fn listed(look: Look, ranked: bool, things: Vec<Thing>) -> AnyView {
    let class = look.class();
    let things = things
        .into_iter()
        .map(|thing| drawn(thing, look, Tag::Li, None))
        .collect_view();
    if ranked {
        view! { <ol class=class.to_owned() + " ranked" role="list">{things}</ol> }.into_any()
    } else {
        view! { <ul class=class role="list">{things}</ul> }.into_any()
    }
}

/// What a line of a list shows that is drawn elsewhere.
impl Thing {
    /// Something of which there is nothing but words.
    const fn of_words(name: String, by: String) -> Self {
        Self {
            address: None,
            to: None,
            pictures: [None, None],
            name,
            by,
            explicit: false,
            when: None,
            uri: None,
            once: None,
        }
    }

    /// The page of this app that shows it.
    pub fn page(&self) -> Option<&str> {
        self.to.as_deref()
    }

    /// The picture for a row.
    pub fn row_picture(&self) -> Option<&str> {
        let [_, row] = &self.pictures;
        row.as_deref()
    }

    /// The line below its name.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// Whether its words are marked explicit.
    pub const fn is_explicit(&self) -> bool {
        self.explicit
    }
}

impl From<spotify::model::Episode> for Thing {
    fn from(episode: spotify::model::Episode) -> Self {
        let id = episode.id.as_ref().map(Base62Id::as_str);
        let show = episode.show.map(|show| show.name).unwrap_or_default();
        let duration = episode.duration_ms.map(duration).unwrap_or_default();
        let by = joined(["Episode".to_owned(), show, duration], DOT);
        Self {
            address: spotify_address(episode.external_urls.spotify, "episode", id),
            pictures: pictures(&episode.images),
            explicit: episode.explicit,
            ..Self::of_words(named(episode.name), by)
        }
    }
}

impl From<spotify::model::PlaylistItem> for Thing {
    fn from(item: spotify::model::PlaylistItem) -> Self {
        use spotify::model::Playable;

        match item.item {
            Some(Playable::Track(track)) => (*track).into(),
            Some(Playable::Episode(episode)) => (*episode).into(),
            Some(Playable::LocalFile(track)) => {
                let by = joined(
                    [
                        "A file on somebody’s own device".to_owned(),
                        names(track.artists),
                        track.duration_ms.map(duration).unwrap_or_default(),
                    ],
                    DOT,
                );
                Self::of_words(named(track.name), by)
            }
            None => Self::of_words("No longer available".to_owned(), String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DOT, duration, joined, named, year};

    #[test]
    fn durations_are_told_as_players_do() {
        assert_eq!(duration(0), "0:00");
        assert_eq!(duration(185_999), "3:05");
        assert_eq!(duration(3_727_000), "1:02:07");
    }

    #[test]
    fn year_is_read_from_any_precision() {
        for date in ["2026", "2026-11", "2026-11-20"] {
            assert_eq!(year(Some(date.to_owned())), "2026");
        }
        for odd in ["", "26", "????-01"] {
            assert_eq!(year(Some(odd.to_owned())), "");
        }
        assert_eq!(year(None), "");
    }

    #[test]
    fn what_is_missing_leaves_no_gap() {
        assert_eq!(
            joined(["a".to_owned(), String::new(), "c".to_owned()], DOT),
            "a\u{a0}· c"
        );
        assert_eq!(named("  ".to_owned()), "Without a name");
    }
}
