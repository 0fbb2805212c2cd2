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

crate::lazy_page!(artist: ArtistPage);

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
        Loading::Idle | Loading::Pending => view! { <HeadToCome /> }.into_any(),
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

/// The groups of albums, in the order in which they are shown.
const GROUPS: [(AlbumGroup, &str); 4] = [
    (AlbumGroup::Album, "Albums"),
    (AlbumGroup::Single, "Singles and EPs"),
    (AlbumGroup::Compilation, "Compilations"),
    (AlbumGroup::AppearsOn, "Appears on"),
];

fn read_group(name: &str) -> AlbumGroup {
    GROUPS
        .into_iter()
        .map(|(group, _)| group)
        .find(|group| group.as_str() == name)
        .unwrap_or(AlbumGroup::Album)
}

#[component]
fn Albums(id: Base62Id) -> impl IntoView {
    let query = use_query_map();
    let of =
        Memo::new(move |_| read_group(&query.with(|query| query.get("of").unwrap_or_default())));
    let options = {
        let id = id.clone();
        Signal::derive(move || {
            let here = of.get();
            let one = |(group, words): (AlbumGroup, &'static str)| Choosable {
                words,
                to: format!("/artist/{id}?of={}", group.as_str()),
                here: group == here,
            };
            GROUPS.map(one).to_vec()
        })
    };
    view! {
        <section class="shelf" aria-label="Music">
            <Choice label="What" options />
            {move || {
                let (id, group) = (id.clone(), of.get());
                view! { <Group id group /> }
            }}
        </section>
        <footer class="search-foot"><FromSpotify /></footer>
    }
    .into_any()
}

#[component]
fn Group(id: Base62Id, group: AlbumGroup) -> impl IntoView {
    let paged =
        use_paged(move |cursor| Request::artist_albums(&id, &[group], AT_ONCE, cursor.offset()));
    let (one, many, empty) = match group {
        AlbumGroup::Album => ("album", "albums", "Spotify has no album of this artist."),
        AlbumGroup::Single => (
            "single or EP",
            "singles and EPs",
            "Spotify has no single of this artist.",
        ),
        AlbumGroup::Compilation => (
            "compilation",
            "compilations",
            "Spotify has no compilation of this artist.",
        ),
        AlbumGroup::AppearsOn => (
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

    use super::read_group;

    #[test]
    fn odd_group_shows_the_albums() {
        assert_eq!(read_group("appears_on"), AlbumGroup::AppearsOn);
        for odd in ["", "Album", "ep", "<b>"] {
            assert_eq!(read_group(odd), AlbumGroup::Album, "{odd}");
        }
    }
}
