//! An album of the catalogue, for anybody.

use leptos::prelude::*;
use leptos_meta::Title;
use spotify::Request;
use spotify::ids::{Base62Id, Uri};
use spotify::model::{Album, ArtistSimplified};
use spotify::request::MAX_LIST_LIMIT;

use crate::music::{Loading, use_call};
use crate::paged::use_paged;
use crate::parts::artwork::fitting;
use crate::parts::by_id::by_id;
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::open_spotify::{FromSpotify, spotify_address};
use crate::parts::paged_list::{Counted, PagedList};
use crate::parts::thing_head::{HeadToCome, PICTURE, ThingHead};
use crate::parts::things::{Look, named};
use crate::shelf::use_shelf;

crate::lazy_page!(album in music: AlbumPage);

/// `/album/{id}`: the album and its tracks. Nobody need be signed in.
#[component]
pub fn AlbumPage() -> impl IntoView {
    by_id(|id| view! { <Known id /> }.into_any())
}

#[component]
fn Known(id: Base62Id) -> impl IntoView {
    let album = {
        let id = id.clone();
        use_call(move || Some(Request::album(&id)))
    };
    let name = move || match album.get() {
        Loading::Ready(album) => named(album.name),
        _ => "Album".to_owned(),
    };
    let page = move || match album.get() {
        Loading::Idle | Loading::Pending => view! { <HeadToCome kind="Album" /> }.into_any(),
        Loading::Ready(album) => view! { <Whole album /> }.into_any(),
        Loading::Failed(error) => {
            let problem = Problem::from(error).naming("Spotify");
            view! {
                <h1>"Album"</h1>
                <ErrorView problem retry=album.retry() />
            }
            .into_any()
        }
    };
    view! {
        <Title text=name />
        <article class="search">{page}</article>
    }
}

#[component]
fn Whole(album: Album) -> impl IntoView {
    let uri = Uri::album(album.id.clone());
    use_shelf().look(vec![uri.clone()]);
    let address = spotify_address(
        album.external_urls.spotify,
        "album",
        Some(album.id.as_str()),
    );
    let facts = facts(
        album.album_type.as_deref(),
        album.release_date.as_deref(),
        album.total_tracks,
    );
    let id = album.id;
    let paged =
        use_paged(move |cursor| Request::album_tracks(&id, MAX_LIST_LIMIT, cursor.offset()));
    let small_print = album.copyrights.into_iter().map(|copyright| {
        view! { <li dir="auto">{copyright.text}</li> }
    });
    view! {
        <ThingHead
            kind="Album"
            name=named(album.name)
            picture=fitting(&album.images, PICTURE)
            address
            uri=Some(uri)
        >
            <p class="by-line">{by(album.artists)}</p>
            <p class="soft">{facts}</p>
        </ThingHead>
        <Counted paged one="track" many="tracks" empty="Spotify has no track of this album." />
        <PagedList paged look=Look::Numbered />
        <ul class="plain soft small" role="list">{small_print.collect_view()}</ul>
        <footer class="search-foot"><FromSpotify /></footer>
    }
    .into_any()
}

/// Whose album it is, each with a link to their page.
fn by(artists: Vec<ArtistSimplified>) -> AnyView {
    let links = artists.into_iter().enumerate().map(|(place, artist)| {
        let name = named(artist.name);
        let name = match artist.id {
            Some(id) => view! { <a href=format!("/artist/{id}")><bdi>{name}</bdi></a> }.into_any(),
            None => view! { <bdi>{name}</bdi> }.into_any(),
        };
        view! { {(place > 0).then_some(", ")} {name} }
    });
    links.collect_view().into_any()
}

/// What there is to say of an album in one line.
fn facts(kind: Option<&str>, date: Option<&str>, tracks: Option<u32>) -> String {
    let kind = match kind {
        Some("single") => "Single or EP",
        Some("compilation") => "Compilation",
        _ => "Album",
    };
    let tracks = tracks.map(|count| match count {
        1 => "1 track".to_owned(),
        count => format!("{count} tracks"),
    });
    let parts = [Some(kind.to_owned()), date.map(str::to_owned), tracks];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::facts;

    #[test]
    fn facts_leave_no_gap() {
        assert_eq!(
            facts(Some("single"), Some("2026-11"), Some(1)),
            "Single or EP · 2026-11 · 1 track"
        );
        assert_eq!(facts(None, None, None), "Album");
        assert_eq!(facts(Some("album"), None, Some(12)), "Album · 12 tracks");
    }
}
