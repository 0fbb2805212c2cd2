//! An artist of the catalogue, for anybody.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use spotify::Request;
use spotify::ids::{Base62Id, Uri};
use spotify::model::Artist;
use spotify::request::AlbumGroup;

use crate::music::{Loading, use_call};
use crate::paged::use_paged;
use crate::pages::not_found::NotFound;
use crate::parts::artwork::fitting;
use crate::parts::choice::{Choice, Choosable};
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::open_spotify::{FromSpotify, spotify_address};
use crate::parts::paged_list::{Counted, PagedList};
use crate::parts::thing_head::{HeadToCome, PICTURE, ThingHead};
use crate::parts::things::{Look, named};
use crate::shelf::use_shelf;

/// So many albums every app may ask for at once.
const AT_ONCE: u32 = 10;

crate::lazy_page!(artist in music: ArtistPage);

/// `/artist/{id}?of=album`: the artist, and the albums by what they are. Nobody need be signed in.
#[component]
pub fn ArtistPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        let id = params.with(|params| params.get("id").unwrap_or_default());
        Base62Id::parse(&id).ok()
    });
    move || match id.get() {
        Some(id) => view! { <Known id /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn Known(id: Base62Id) -> impl IntoView {
    let artist = {
        let id = id.clone();
        use_call(move || Some(Request::artist(&id)))
    };
    let name = move || match artist.get() {
        Loading::Ready(artist) => named(artist.name),
        _ => "Artist".to_owned(),
    };
    let head = move || match artist.get() {
        Loading::Idle | Loading::Pending => view! { <HeadToCome kind="Artist" /> }.into_any(),
        Loading::Ready(artist) => view! { <Head artist /> }.into_any(),
        Loading::Failed(error) => {
            let problem = Problem::from(error).naming("Spotify");
            view! {
                <h1>"Artist"</h1>
                <ErrorView problem retry=artist.retry() />
            }
            .into_any()
        }
    };
    let there = Memo::new(move |_| matches!(artist.get(), Loading::Ready(_)));
    view! {
        <Title text=name />
        <article class="search">
            {head}
            {move || there.get().then(|| view! { <Albums id=id.clone() /> })}
        </article>
    }
}

#[component]
fn Head(artist: Artist) -> impl IntoView {
    let uri = Uri::artist(artist.id.clone());
    use_shelf().look(vec![uri.clone()]);
    let address = spotify_address(
        artist.external_urls.spotify,
        "artist",
        Some(artist.id.as_str()),
    );
    let genres = artist.genres.join(", ");
    let followers = artist.followers.and_then(|followers| followers.total);
    view! {
        <ThingHead
            kind="Artist"
            name=named(artist.name)
            picture=fitting(&artist.images, PICTURE)
            address
            uri=Some(uri)
        >
            {(!genres.is_empty()).then(|| view! { <p class="soft">{genres}</p> })}
            {followers.map(|count| view! { <p class="soft">{format!("{count} followers")}</p> })}
        </ThingHead>
    }
    .into_any()
}

/// What is listed of an artist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Of {
    /// Whatever is their own.
    #[default]
    Own,
    /// One group.
    Group(AlbumGroup),
}

impl Of {
    /// All of them, in the order in which they are shown.
    const ALL: [Self; 5] = [
        Self::Own,
        Self::Group(AlbumGroup::Album),
        Self::Group(AlbumGroup::Single),
        Self::Group(AlbumGroup::Compilation),
        Self::Group(AlbumGroup::AppearsOn),
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Own => "all",
            Self::Group(group) => group.as_str(),
        }
    }

    fn read(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|of| of.name() == name)
            .unwrap_or_default()
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Own => "All",
            Self::Group(AlbumGroup::Album) => "Albums",
            Self::Group(AlbumGroup::Single) => "Singles and EPs",
            Self::Group(AlbumGroup::Compilation) => "Compilations",
            Self::Group(AlbumGroup::AppearsOn) => "Appears on",
        }
    }

    fn groups(self) -> Vec<AlbumGroup> {
        match self {
            Self::Own => vec![
                AlbumGroup::Album,
                AlbumGroup::Single,
                AlbumGroup::Compilation,
            ],
            Self::Group(group) => vec![group],
        }
    }
}

#[component]
fn Albums(id: Base62Id) -> impl IntoView {
    let query = use_query_map();
    let of = Memo::new(move |_| Of::read(&query.with(|query| query.get("of").unwrap_or_default())));
    let options = {
        let id = id.clone();
        Signal::derive(move || {
            let here = of.get();
            let one = |of: Of| Choosable {
                words: of.words(),
                to: format!("/artist/{id}?of={}", of.name()),
                here: of == here,
            };
            Of::ALL.map(one).to_vec()
        })
    };
    view! {
        <section class="shelf" aria-label="Music">
            <Choice label="What" options />
            {move || {
                let (id, of) = (id.clone(), of.get());
                view! { <Listed id of /> }
            }}
        </section>
        <footer class="search-foot"><FromSpotify /></footer>
    }
    .into_any()
}

#[component]
fn Listed(id: Base62Id, of: Of) -> impl IntoView {
    let groups = of.groups();
    let paged =
        use_paged(move |cursor| Request::artist_albums(&id, &groups, AT_ONCE, cursor.offset()));
    let (one, many, empty) = match of {
        Of::Own => ("record", "records", "Spotify has no record of this artist."),
        Of::Group(AlbumGroup::Album) => ("album", "albums", "Spotify has no album of this artist."),
        Of::Group(AlbumGroup::Single) => (
            "single or EP",
            "singles and EPs",
            "Spotify has no single of this artist.",
        ),
        Of::Group(AlbumGroup::Compilation) => (
            "compilation",
            "compilations",
            "Spotify has no compilation of this artist.",
        ),
        Of::Group(AlbumGroup::AppearsOn) => (
            "album of others",
            "albums of others",
            "Spotify knows of no album of others that this artist appears on.",
        ),
    };
    view! {
        <Counted paged one many empty />
        <PagedList paged look=Look::Tiles />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use spotify::request::AlbumGroup;

    use super::Of;

    #[test]
    fn odd_choice_shows_all_that_is_their_own() {
        assert_eq!(Of::read("appears_on"), Of::Group(AlbumGroup::AppearsOn));
        for odd in ["", "Album", "ep", "<b>"] {
            assert_eq!(Of::read(odd), Of::Own, "{odd}");
        }
        assert!(!Of::Own.groups().contains(&AlbumGroup::AppearsOn));
    }
}
