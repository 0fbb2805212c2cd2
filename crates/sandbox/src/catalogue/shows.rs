//! Invented podcasts: a few, because playlists may hold their episodes.

use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};

use super::Catalogue;
use super::generate::pick;
use super::ids::base62;
use super::names::{ADJECTIVES, ENDINGS, NOUNS, SHOWS};
use super::shape::{MARKETS, Shape, put};
use crate::page::escape;

/// How many episodes each show has.
const EPISODES: usize = 6;

#[derive(Debug, Clone)]
pub(crate) struct Show {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) publisher: &'static str,
    pub(crate) description: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Episode {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) show: usize,
    pub(crate) description: String,
    pub(crate) duration_ms: u32,
    /// Day of 2026's first half, as the provider writes it.
    pub(crate) release_date: String,
}

impl Catalogue {
    pub(super) fn add_shows(&mut self, rng: &mut StdRng) {
        for (show, (name, publisher)) in SHOWS.into_iter().enumerate() {
            self.shows.push(Show {
                id: base62(rng),
                name: name.to_owned(),
                publisher,
                description: format!("{name}: two people, one microphone & no plan."),
            });
            for number in 1..=EPISODES {
                let (noun, ending) = (pick(rng, &NOUNS), pick(rng, &ENDINGS));
                self.episodes.push(Episode {
                    id: base62(rng),
                    name: format!("{number}. {noun} {ending}"),
                    show,
                    description: format!("A {} hour on {noun}.", pick(rng, &ADJECTIVES)),
                    duration_ms: rng.random_range(900_000..5_400_000),
                    release_date: format!("2026-{number:02}-{:02}", rng.random_range(1..=28)),
                });
            }
        }
    }
}

impl Shape<'_> {
    /// An episode as a playlist holds it.
    pub(crate) fn episode(&self, episode: &Episode) -> Value {
        let mut object = self.reference("episode", &episode.id);
        let show = &self.catalogue.shows[episode.show];
        put_spoken(&mut object, &episode.description);
        put(&mut object, "audio_preview_url", Value::Null);
        put(&mut object, "duration_ms", json!(episode.duration_ms));
        put(&mut object, "images", self.images("shows", &show.id));
        put(&mut object, "is_playable", json!(true));
        put(&mut object, "language", json!("en"));
        put(&mut object, "name", json!(episode.name));
        put(&mut object, "release_date", json!(episode.release_date));
        put(&mut object, "release_date_precision", json!("day"));
        put(&mut object, "show", self.show(show));
        Value::Object(object)
    }

    fn show(&self, show: &Show) -> Value {
        let mut object = self.reference("show", &show.id);
        put_spoken(&mut object, &show.description);
        put(&mut object, "copyrights", json!([]));
        put(&mut object, "images", self.images("shows", &show.id));
        put(&mut object, "media_type", json!("audio"));
        put(&mut object, "name", json!(show.name));
        put(&mut object, "total_episodes", json!(EPISODES));
        if self.profile.keeps_removed_fields() {
            put(&mut object, "available_markets", json!(MARKETS));
            put(&mut object, "publisher", json!(show.publisher));
        }
        Value::Object(object)
    }
}

/// What shows and episodes have in common.
fn put_spoken(object: &mut Map<String, Value>, description: &str) {
    put(object, "description", json!(description));
    let html = format!("<p>{}</p>", escape(description));
    put(object, "html_description", json!(html));
    put(object, "explicit", json!(false));
    put(object, "is_externally_hosted", json!(false));
    put(object, "languages", json!(["en"]));
}
