//! What the sandbox answers, held against Spotify's own description of its Web API.
//!
//! The description is no part of this repository: `SPOTIFY_OPENAPI` names the file, and without it
//! these tests say that they are skipped. Wherever answers differ from it on purpose, the field is
//! named here.

mod description;

use std::collections::HashMap;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonschema::Validator;
use sandbox::{Fault, Limits, Profile};
use serde_json::{Value, json};

use crate::browser::{Answer, encode, text};
use crate::caller::{BASE, Caller};
use crate::playlists::named;
use description::{Description, Exceptions, Field};

const ALL: &str = "ugc-image-upload playlist-read-private playlist-read-collaborative \
                   playlist-modify-private playlist-modify-public user-follow-modify \
                   user-follow-read user-top-read user-read-recently-played user-library-modify \
                   user-library-read user-read-email user-read-private";

/// Fields that are there where they have something to say.
const OPTIONAL: &[Field] = &[
    ("AlbumBase", "restrictions"),
    ("CursorObject", "before"),
    ("CursorPagingObject", "total"),
    ("EpisodeBase", "restrictions"),
    ("EpisodeBase", "resume_point"),
    ("ExternalIdObject", "ean"),
    ("ExternalIdObject", "isrc"),
    ("ExternalIdObject", "upc"),
    // With a market `is_playable` takes the place of the list.
    ("SimplifiedTrackObject", "available_markets"),
    ("SimplifiedTrackObject", "is_playable"),
    ("SimplifiedTrackObject", "linked_from"),
    ("SimplifiedTrackObject", "restrictions"),
    ("TrackObject", "available_markets"),
    ("TrackObject", "is_playable"),
    ("TrackObject", "linked_from"),
    ("TrackObject", "restrictions"),
];

/// A file of the listener's own has no page at Spotify.
const LOCAL_OPTIONAL: &[Field] = &[
    ("AlbumBase", "total_tracks"),
    ("ExternalUrlObject", "spotify"),
];

/// What is `null` now and then, and is not described so.
const NULLS: &[Field] = &[
    ("CursorObject", "after"),
    ("CursorPagingObject", "cursors"),
    ("CursorPagingObject", "next"),
    ("PlayHistoryObject", "context"),
    ("PlaylistObject", "images"),
    ("PlaylistObject", "public"),
    ("PlaylistTrackObject", "added_at"),
    ("PlaylistTrackObject", "added_by"),
    ("PlaylistTrackObject", "item"),
    ("PlaylistTrackObject", "track"),
    ("PrivateUserObject", "display_name"),
    ("SimplifiedPlaylistObject", "description"),
    ("SimplifiedPlaylistObject", "images"),
    ("SimplifiedPlaylistObject", "public"),
];

/// What is `null` of a file of the listener's own.
const LOCAL_NULLS: &[Field] = &[
    ("AlbumBase", "album_type"),
    ("AlbumBase", "href"),
    ("AlbumBase", "id"),
    ("AlbumBase", "release_date"),
    ("AlbumBase", "release_date_precision"),
    ("AlbumBase", "uri"),
    ("SimplifiedArtistObject", "href"),
    ("SimplifiedArtistObject", "id"),
    ("SimplifiedArtistObject", "uri"),
    ("TrackObject", "href"),
    ("TrackObject", "id"),
];

/// Lists in which `null` stands for what is withheld or unknown.
const GAPS: &[Field] = &[
    ("ManyAlbums", "albums"),
    ("ManyArtists", "artists"),
    ("ManyAudiobooks", "audiobooks"),
    ("ManyChapters", "chapters"),
    ("ManyEpisodes", "episodes"),
    ("ManySimplifiedShows", "shows"),
    ("ManyTracks", "tracks"),
    ("PagingPlaylistObject", "items"),
];

/// What is seen in answers and not described.
const FURTHER: &[Field] = &[
    ("ErrorObject", "reason"),
    ("PlaylistObject", "followers"),
    ("PlaylistObject", "primary_color"),
    ("PlaylistTrackObject", "primary_color"),
    ("PlaylistTrackObject", "video_thumbnail"),
    ("SimplifiedPlaylistObject", "primary_color"),
];

/// What apps of 2026 in development mode get no longer.
const REMOVED: &[Field] = &[
    ("AlbumBase", "available_markets"),
    ("AlbumObject", "label"),
    ("AlbumObject", "popularity"),
    ("ArtistDiscographyAlbumObject", "album_group"),
    ("ArtistObject", "followers"),
    ("ArtistObject", "popularity"),
    ("PlaylistObject", "tracks"),
    ("PlaylistTrackObject", "track"),
    ("PrivateUserObject", "country"),
    ("PrivateUserObject", "email"),
    ("PrivateUserObject", "explicit_content"),
    ("PrivateUserObject", "followers"),
    ("PrivateUserObject", "product"),
    ("ShowBase", "available_markets"),
    ("ShowBase", "publisher"),
    ("SimplifiedPlaylistObject", "tracks"),
    ("SimplifiedTrackObject", "available_markets"),
    ("TrackObject", "available_markets"),
    ("TrackObject", "popularity"),
];

/// A playlist of others goes without its items there.
const OF_OTHERS: &[Field] = &[("PlaylistObject", "items"), ("PlaylistObject", "tracks")];

const EXTENDED: Exceptions = Exceptions {
    removed: &[],
    optional: OPTIONAL,
    nullable: &[NULLS],
    gaps: GAPS,
    further: FURTHER,
};

/// The description, or `None` and a word about it.
#[expect(
    clippy::print_stderr,
    reason = "who runs the tests must learn that these did nothing"
)]
fn description() -> Option<Description> {
    let Some(path) = std::env::var_os("SPOTIFY_OPENAPI") else {
        eprintln!("SKIPPED: SPOTIFY_OPENAPI does not name Spotify's description of its Web API");
        return None;
    };
    let text = std::fs::read_to_string(&path).expect("SPOTIFY_OPENAPI names a file");
    Some(Description::read(&text))
}

/// A listener whose answers are held against the description.
struct Checked<'a> {
    description: &'a Description,
    exceptions: Exceptions,
    /// It takes long to make one, and most are needed again.
    validators: HashMap<(Method, String, u16, Exceptions), Option<Validator>>,
    caller: Caller,
}

impl<'a> Checked<'a> {
    async fn new(description: &'a Description, profile: Profile) -> Self {
        let caller = Caller::new("ada", ALL).await;
        caller.browser.control.set_profile(profile);
        let removed = if profile == Profile::Dev2026 {
            REMOVED
        } else {
            &[]
        };
        Self {
            description,
            exceptions: Exceptions {
                removed,
                ..EXTENDED
            },
            validators: HashMap::new(),
            caller,
        }
    }

    /// Calls, checks, and answers.
    async fn get(&mut self, template: &str, path: &str) -> Value {
        self.send(Method::GET, template, path, "", 200).await
    }

    async fn send(
        &mut self,
        method: Method,
        template: &str,
        path: &str,
        body: &str,
        status: u16,
    ) -> Value {
        let path = format!("/spotify/v1{path}");
        let answer = self.caller.send(method.clone(), &path, body).await;
        self.check(&method, template, &answer, status);
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    fn check(&mut self, method: &Method, template: &str, answer: &Answer, status: u16) {
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{method} {template} {}",
            answer.body
        );
        let key = (method.clone(), template.to_owned(), status, self.exceptions);
        let validator = self.validators.entry(key).or_insert_with(|| {
            let method = method.as_str().to_lowercase();
            let exceptions = self.exceptions;
            self.description
                .validator(&method, template, status, exceptions)
        });
        let Some(validator) = validator else {
            assert_eq!(answer.body, "", "{method} {template} has no body");
            return;
        };
        let answer = answer.json();
        let wrong: Vec<_> = validator
            .iter_errors(&answer)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{method} {template}: {wrong:#?}");
    }

    /// Follows the links of a list, and checks every page.
    async fn all(&mut self, template: &str, path: &str) -> Vec<Value> {
        let (mut path, mut items) = (path.to_owned(), Vec::new());
        loop {
            let answer = self.get(template, &path).await;
            let page = answer.get("artists").unwrap_or(&answer);
            items.extend(page["items"].as_array().expect("items").clone());
            let Some(next) = page["next"].as_str() else {
                return items;
            };
            let next = next
                .strip_prefix(BASE)
                .and_then(|next| next.strip_prefix("/spotify/v1"));
            next.expect("an absolute link").clone_into(&mut path);
        }
    }

    async fn found(&mut self, kind: &str, q: &str) -> Value {
        let query = encode(&[("q", q), ("type", kind)]);
        let found = self
            .caller
            .get(&format!("/spotify/v1/search?{query}"))
            .await;
        found[format!("{kind}s")]["items"][0].clone()
    }

    /// What every kind of app has.
    async fn common(&mut self) {
        let most = self.caller.browser.control.snapshot().profile == Profile::Dev2026;
        let most = if most { 10 } else { 50 };
        self.get("/me", "/me").await;
        let types = "album,artist,playlist,track,show,episode,audiobook";
        for more in ["", "&market=SE"] {
            self.get(
                "/search",
                &format!("/search?q=songs&type={types}&limit={most}{more}"),
            )
            .await;
        }
        for kind in ["artists", "tracks"] {
            self.all("/me/top/{type}", &format!("/me/top/{kind}?limit=50"))
                .await;
        }
        self.all("/me/following", "/me/following?type=artist&limit=50")
            .await;
        self.all("/me/albums", "/me/albums?limit=50").await;
        self.all("/me/tracks", "/me/tracks?limit=50").await;
        self.all(
            "/me/player/recently-played",
            "/me/player/recently-played?limit=20",
        )
        .await;
        self.catalogue().await;
        self.library().await;
        self.playlists().await;
        self.playlist_writes().await;
        self.errors().await;
    }

    async fn catalogue(&mut self) {
        let id = text(&self.found("artist", "Þrándur Öxl").await, "id");
        self.get("/artists/{id}", &format!("/artists/{id}")).await;
        let releases = self
            .all("/artists/{id}/albums", &format!("/artists/{id}/albums"))
            .await;
        for market in ["", "?market=SE"] {
            let album = format!("/albums/{}", text(&releases[0], "id"));
            let album = self.get("/albums/{id}", &format!("{album}{market}")).await;
            let path = format!("/albums/{}/tracks{market}", text(&album, "id"));
            self.get("/albums/{id}/tracks", &path).await;
            let track = text(&album["tracks"]["items"][0], "id");
            self.get("/tracks/{id}", &format!("/tracks/{track}{market}"))
                .await;
        }
    }

    async fn library(&mut self) {
        let album = text(&self.found("album", "harbour").await, "uri");
        let artist = text(&self.found("artist", "marlow").await, "uri");
        let query = format!("?uris={album},{artist}");
        let path = format!("/me/library{query}");
        // Its 400 is described without the `error` around it that every other error has; the server
        // sends it with.
        for method in [Method::PUT, Method::DELETE] {
            self.send(method, "/me/library", &path, "", 200).await;
        }
        let contains = "/me/library/contains";
        self.get(contains, &format!("{contains}{query}")).await;
    }

    async fn playlists(&mut self) {
        let all = self.all("/me/playlists", "/me/playlists?limit=50").await;
        let usual = self.exceptions;
        for one in &all {
            let path = format!("/playlists/{}", text(one, "id"));
            self.exceptions = usual;
            self.get("/playlists/{playlist_id}/images", &format!("{path}/images"))
                .await;
            let items = format!("{path}/items?limit=50&additional_types=track,episode&market=SE");
            let status = self
                .caller
                .send(Method::GET, &format!("/spotify/v1{items}"), "")
                .await
                .status;
            if status == 403 {
                let forbidden = self
                    .caller
                    .send(Method::GET, &format!("/spotify/v1{items}"), "")
                    .await;
                self.check(
                    &Method::GET,
                    "/playlists/{playlist_id}/items",
                    &forbidden,
                    403,
                );
                self.exceptions.removed = const { &joined::<21>(REMOVED, OF_OTHERS) };
            }
            if one["name"] == "odds and ends" {
                self.exceptions.nullable = &[NULLS, LOCAL_NULLS];
                self.exceptions.optional = const { &joined::<18>(OPTIONAL, LOCAL_OPTIONAL) };
            }
            self.get("/playlists/{playlist_id}", &path).await;
            if status != 403 {
                self.get("/playlists/{playlist_id}/items", &items).await;
            }
        }
        self.exceptions = usual;
    }

    async fn playlist_writes(&mut self) {
        let template = "/playlists/{playlist_id}";
        let mine = "/me/playlists";
        let body = r#"{"name":"checked","description":"<&>"}"#;
        let made = self.send(Method::POST, mine, mine, body, 201).await;
        let path = format!("/playlists/{}", text(&made, "id"));
        self.send(Method::PUT, template, &path, r#"{"name":"y"}"#, 200)
            .await;
        let track = text(&self.found("track", "harbour").await, "uri");
        let (template, items) = (format!("{template}/items"), format!("{path}/items"));
        let add = json!({ "uris": [track, track] }).to_string();
        let moved = r#"{"range_start":0,"insert_before":2}"#;
        let removed = json!({ "items": [{ "uri": track }] }).to_string();
        self.send(Method::POST, &template, &items, &add, 201).await;
        self.send(Method::PUT, &template, &items, moved, 200).await;
        self.send(Method::PUT, &template, &items, &add, 200).await;
        self.get(&template, &items).await;
        self.send(Method::DELETE, &template, &items, &removed, 200)
            .await;
        let template = "/playlists/{playlist_id}/images";
        let images = format!("/spotify/v1{path}/images");
        let bearer = format!("Bearer {}", self.caller.token);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "image/jpeg"),
        ];
        let jpeg = STANDARD.encode([0xff, 0xd8, 0xff, 0xe0]);
        let browser = &mut self.caller.browser;
        let answer = browser.send(Method::PUT, &images, &headers, &jpeg).await;
        self.check(&Method::PUT, template, &answer, 202);
        self.caller
            .browser
            .control
            .set_clock_offset(10)
            .expect("a time");
        self.get(template, &format!("{path}/images")).await;
    }

    async fn errors(&mut self) {
        let me = "/spotify/v1/me";
        let answer = self.caller.browser.get(me).await;
        self.check(&Method::GET, "/me", &answer, 401);
        let control = self.caller.browser.control.clone();
        control.fault(Fault::rate_limited(me, 7)).expect("a fault");
        let answer = self.caller.browser.get(me).await;
        self.check(&Method::GET, "/me", &answer, 429);
        let quota = [("profile".to_owned(), 0)].into();
        control
            .set_limits(Limits {
                quota,
                ..Limits::default()
            })
            .expect("limits");
        let answer = self.caller.send(Method::GET, me, "").await;
        self.check(&Method::GET, "/me", &answer, 429);
        control.set_limits(Limits::default()).expect("limits");
    }

    /// What was removed for apps in development mode.
    async fn deprecated(&mut self) {
        for kind in ["artist", "album", "track"] {
            let id = text(&self.found(kind, "harbour").await, "id");
            let unknown = "0aV6DOiouImYTqrR5YlIqx";
            let template = format!("/{kind}s");
            self.get(&template, &format!("{template}?ids={id},{unknown}"))
                .await;
        }
        for kind in ["shows", "episodes", "audiobooks", "chapters"] {
            let template = format!("/{kind}");
            let path = format!("{template}?ids=0aV6DOiouImYTqrR5YlIqx");
            self.get(&template, &path).await;
        }
        let artist = text(&self.found("artist", "marlow").await, "id");
        let path = format!("/artists/{artist}/top-tracks");
        self.get("/artists/{id}/top-tracks", &path).await;
        self.get("/browse/new-releases", "/browse/new-releases")
            .await;
        self.get("/markets", "/markets").await;
        self.get(
            "/users/{user_id}/playlists",
            "/users/ada.lindqvist/playlists",
        )
        .await;
        let body = r#"{"name":"x"}"#;
        let path = "/users/ada.lindqvist/playlists";
        let made = self
            .send(Method::POST, "/users/{user_id}/playlists", path, body, 201)
            .await;
        let id = text(&made, "id");
        for method in [Method::PUT, Method::DELETE] {
            let template = "/playlists/{playlist_id}/followers";
            let path = format!("/playlists/{id}/followers");
            self.send(method, template, &path, "", 200).await;
        }
        for kind in ["album", "track"] {
            let id = text(&self.found(kind, "harbour").await, "id");
            let template = format!("/me/{kind}s");
            let path = format!("{template}?ids={id}");
            for method in [Method::PUT, Method::DELETE] {
                self.send(method, &template, &path, "", 200).await;
            }
            let template = format!("{template}/contains");
            self.get(&template, &format!("{template}?ids={id}")).await;
        }
        for method in [Method::PUT, Method::DELETE] {
            let path = format!("/me/following?type=artist&ids={artist}");
            self.send(method, "/me/following", &path, "", 204).await;
        }
        let template = "/me/following/contains";
        self.get(template, &format!("{template}?type=artist&ids={artist}"))
            .await;
        self.tracks_of_playlists(&id).await;
    }

    async fn tracks_of_playlists(&mut self, id: &str) {
        let track = text(&self.found("track", "harbour").await, "uri");
        let template = "/playlists/{playlist_id}/tracks";
        let path = format!("/playlists/{id}/tracks");
        let add = json!({ "uris": [track] }).to_string();
        let removed = json!({ "tracks": [{ "uri": track }] }).to_string();
        self.send(Method::POST, template, &path, &add, 201).await;
        self.get(template, &path).await;
        self.send(Method::PUT, template, &path, &add, 200).await;
        self.send(Method::DELETE, template, &path, &removed, 200)
            .await;
    }
}

/// Two lists as one.
const fn joined<const N: usize>(one: &[Field], other: &[Field]) -> [Field; N] {
    assert!(one.len() + other.len() == N);
    let mut all = [("", ""); N];
    let mut index = 0;
    while index < N {
        all[index] = if index < one.len() {
            one[index]
        } else {
            other[index - one.len()]
        };
        index += 1;
    }
    all
}

#[tokio::test]
async fn every_answer_is_as_described_in_extended() {
    let Some(description) = description() else {
        return;
    };
    let mut checked = Checked::new(&description, Profile::Extended).await;
    checked.common().await;
    checked.deprecated().await;
}

#[tokio::test]
async fn every_answer_is_as_described_in_dev_legacy() {
    let Some(description) = description() else {
        return;
    };
    let mut checked = Checked::new(&description, Profile::DevLegacy).await;
    checked.common().await;
    checked.deprecated().await;
}

#[tokio::test]
async fn every_answer_is_as_described_less_what_was_removed_in_dev_2026() {
    let Some(description) = description() else {
        return;
    };
    let mut checked = Checked::new(&description, Profile::Dev2026).await;
    checked.common().await;
    let forbidden = checked
        .caller
        .send(Method::GET, "/spotify/v1/markets", "")
        .await;
    checked.check(&Method::GET, "/markets", &forbidden, 403);
}

#[tokio::test]
async fn a_listener_without_anything_is_as_described() {
    let Some(description) = description() else {
        return;
    };
    let mut checked = Checked::new(&description, Profile::Extended).await;
    let token = checked.caller.browser.tokens_for("newcomer", ALL).await;
    checked.caller.token = text(&token, "access_token");
    for (template, path) in [
        ("/me", "/me"),
        ("/me/top/{type}", "/me/top/tracks"),
        ("/me/following", "/me/following?type=artist"),
        ("/me/playlists", "/me/playlists"),
        ("/me/player/recently-played", "/me/player/recently-played"),
    ] {
        checked.get(template, path).await;
    }
}

#[tokio::test]
async fn a_broken_answer_is_refused() {
    let Some(description) = description() else {
        return;
    };
    let mut ada = Caller::new("ada", ALL).await;
    ada.browser.control.set_profile(Profile::Extended);
    let own = named(&mut ada, "Harbour Walk").await;
    let path = format!("/spotify/v1/playlists/{}", text(&own, "id"));
    let good = ada.get(&path).await;
    let validator = |exceptions| {
        let template = "/playlists/{playlist_id}";
        description
            .validator("get", template, 200, exceptions)
            .expect("a schema")
    };
    let strict = validator(EXTENDED);
    assert!(strict.is_valid(&good));
    for (pointer, broken) in [
        ("/name", Some(json!(5))),
        ("/name", Some(Value::Null)),
        ("/name", None),
        ("/owner/display_name", None),
        ("/owner/type", Some(json!("person"))),
        ("/surprise", Some(json!(true))),
        ("/images/0/url", None),
        ("/items/total", Some(json!("12"))),
        ("/items/next", None),
        ("/items/items/0/added_at", Some(json!("yesterday"))),
        ("/items/items/0/item/name", None),
        ("/items/items/0/item/id", Some(Value::Null)),
        (
            "/items/items/0/item/album/release_date_precision",
            Some(json!("week")),
        ),
        ("/items/items/0/item/album/artists/0/uri", None),
        ("/items/items/0/item/surprise", Some(json!(1))),
    ] {
        let mut answer = good.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = answer.pointer_mut(parent).expect("a parent");
        let object = parent.as_object_mut().expect("an object");
        match &broken {
            Some(value) => object.insert(name.to_owned(), value.clone()),
            None => object.remove(name),
        };
        assert!(!strict.is_valid(&answer), "{pointer} {broken:?}");
    }
    // Nor does the full answer pass for one without what was removed.
    let removed = validator(Exceptions {
        removed: REMOVED,
        ..EXTENDED
    });
    assert!(!removed.is_valid(&good));
}
