//! The artists whom the person follows.

use leptos::prelude::*;
use leptos_meta::Title;
use serde_json::Value;
use spotify::ids::Uri;
use spotify::model::Artist;
use spotify::request::MAX_LIST_LIMIT;
use spotify::{Permission, Request};

use crate::export::ExportButtons;
use crate::page_life::lowered;
use crate::paged::{Paged, Reading, use_paged};
use crate::parts::needs_permission::NeedsPermission;
use crate::parts::open_spotify::{ListFoot, spotify_address};
use crate::parts::paged_list::{Counted, PagedList};
use crate::parts::things::Look;

/// What is saved of each artist.
const COLUMNS: [&str; 4] = ["name", "genres", "uri", "address"];

fn row(artist: Artist) -> Vec<Value> {
    let address = spotify_address(
        artist.external_urls.spotify,
        "artist",
        Some(artist.id.as_str()),
    );
    vec![
        artist.name.into(),
        artist.genres.join(", ").into(),
        Uri::artist(artist.id).to_string().into(),
        address.into(),
    ]
}

crate::lazy_page!(artists in music: Artists);

/// `/artists`: everybody whom the person follows.
#[component]
pub fn Artists() -> impl IntoView {
    view! {
        <Title text="Artists you follow" />
        <section class="search">
            <h1>"Artists you follow"</h1>
            <NeedsPermission permission=Permission::Following>
                <Followed />
            </NeedsPermission>
        </section>
    }
    .into_any()
}

/// How many names contain what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Matches {
    wanted: String,
    /// How many were looked through.
    known: usize,
    count: usize,
}

impl Matches {
    /// Goes on from what was known `before`, so that another page is all that is looked through for it.
    /// Tracks the list.
    fn of(wanted: &str, paged: Paged, before: Option<&Self>) -> Self {
        let all = paged.count();
        let before = before.filter(|before| before.wanted == wanted && before.known <= all);
        let (known, count) = before.map_or((0, 0), |before| (before.known, before.count));
        let matches = |place: &usize| {
            let thing = paged.at(*place);
            thing.is_some_and(|thing| lowered(&thing.name).contains(wanted))
        };
        Self {
            wanted: wanted.to_owned(),
            known: all,
            count: count + (known..all).filter(matches).count(),
        }
    }
}

#[component]
fn Followed() -> impl IntoView {
    let paged = use_paged(|cursor| Request::followed_artists(cursor.after(), MAX_LIST_LIMIT));
    let typed = RwSignal::new(String::new());
    // The browser has them in the case they are written in, and so has the person.
    let filter = Memo::new(move |_| typed.with(|typed| lowered(typed.trim())));
    Effect::new(move |_| {
        if !filter.with(String::is_empty) {
            paged.read_all();
        }
    });
    let matches = Memo::new(move |before: Option<&Matches>| {
        filter.with(|wanted| Matches::of(wanted, paged, before))
    });
    let found = move || {
        if filter.with(String::is_empty) {
            return String::new();
        }
        let whole = paged.reading() == Reading::Whole;
        match (matches.with(|matches| matches.count), whole) {
            (0, true) => "You follow nobody of that name.".to_owned(),
            (0, false) => format!("Looking through them, {} so far…", paged.count()),
            (1, true) => "One of them matches.".to_owned(),
            (count, true) => format!("{count} of them match."),
            (count, false) => format!("{count} match so far, still looking…"),
        }
    };
    view! {
        <div class="list-head">
            <Counted
                paged
                one="artist"
                many="artists"
                empty="You follow nobody yet. Press Follow beside an artist, and they are here."
            />
            <label class="filter">
                <span class="heard">"Only names that contain"</span>
                <input
                    type="search"
                    class="field"
                    placeholder="Filter by name"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=typed
                    on:input=move |event| typed.set(event_target_value(&event))
                />
            </label>
        </div>
        <p class="soft" role="status">{found}</p>
        <PagedList paged look=Look::Tiles filter=filter.into() />
        <ExportButtons
            name=Signal::derive(|| "Artists I follow".to_owned())
            request=|cursor, _| Some(Request::followed_artists(cursor.after(), MAX_LIST_LIMIT))
            columns=&COLUMNS
            row
        />
        <ListFoot address="https://open.spotify.com/collection/artists" of="your artists" />
    }
}
