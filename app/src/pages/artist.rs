//! An artist of the catalogue, for anybody.

use leptos::prelude::*;
use leptos_meta::Title;
use spotify::Request;
use spotify::ids::{Base62Id, Uri};
use spotify::model::Artist;
use spotify::request::AlbumGroup;

use crate::music::{Loading, use_kept_call};
use crate::paged::use_paged;
use crate::parts::artwork::fitting;
use crate::parts::by_id::by_id;
use crate::parts::choice::Choice;
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::kind::{Kind, use_kind};
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
    by_id(|id| view! { <Known id /> }.into_any())
}

#[component]
fn Known(id: Base62Id) -> impl IntoView {
    let artist = {
        let id = id.clone();
        use_kept_call(move || Some(Request::artist(&id)))
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

impl Kind for Of {
    const KEY: &'static str = "of";
    const ALL: &'static [Self] = &[
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

    fn words(self) -> &'static str {
        match self {
            Self::Own => "All",
            Self::Group(AlbumGroup::Album) => "Albums",
            Self::Group(AlbumGroup::Single) => "Singles and EPs",
            Self::Group(AlbumGroup::Compilation) => "Compilations",
            Self::Group(AlbumGroup::AppearsOn) => "Appears on",
        }
    }
}

impl Of {
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
    let of = use_kind::<Of>();
    let options = {
        let id = id.clone();
        of.options(move |of| format!("/artist/{id}?of={}", of.name()))
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
    use crate::parts::kind::assert_chosen_by_name;

    #[test]
    fn odd_choice_shows_all_that_is_their_own() {
        assert_chosen_by_name(Of::Own);
        assert!(!Of::Own.groups().contains(&AlbumGroup::AppearsOn));
    }
}
