//! An album of the catalogue, for anybody.

use leptos::prelude::*;
use leptos_meta::Title;
use spotify::Request;
use spotify::ids::{Base62Id, Uri};
use spotify::model::{Album, ArtistSimplified, Copyright};
use spotify::request::MAX_LIST_LIMIT;

use crate::music::{Loading, use_kept_call};
use crate::paged::use_paged;
use crate::parts::artwork::fitting;
use crate::parts::by_id::by_id;
use crate::parts::date::date_in_words;
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::open_spotify::{FromSpotify, spotify_address};
use crate::parts::paged_list::{Counted, PagedList};
use crate::parts::thing_head::{HeadToCome, PICTURE, ThingHead};
use crate::parts::things::{DOT, Look, named};
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
        use_kept_call(move || Some(Request::album(&id)))
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
    let facts = facts(album.album_type.as_deref(), album.release_date.as_deref());
    let id = album.id;
    let paged =
        use_paged(move |cursor| Request::album_tracks(&id, MAX_LIST_LIMIT, cursor.offset()));
    let small_print = small_print(album.copyrights);
    let small_print = small_print
        .into_iter()
        .map(|line| view! { <li dir="auto">{line}</li> });
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

/// What there is to say of an album in one line. How many tracks it has is told above them.
fn facts(kind: Option<&str>, date: Option<&str>) -> String {
    let kind = match kind {
        Some("single") => "Single or EP",
        Some("compilation") => "Compilation",
        _ => "Album",
    };
    let parts = [Some(kind.to_owned()), date.map(date_in_words)];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.join(DOT)
}

/// Who holds the work and the recording, a line each, with the sign that the holder may have left out.
fn small_print(copyrights: Vec<Copyright>) -> Vec<String> {
    let lines = copyrights.into_iter().map(|Copyright { text, kind }| {
        let sign = match kind.as_deref() {
            Some("C") => "©",
            Some("P") => "℗",
            _ => "",
        };
        let signed = sign.is_empty() || text.contains(sign);
        match (
            signed,
            text.strip_prefix("(C)")
                .or_else(|| text.strip_prefix("(P)")),
        ) {
            (true, _) => text,
            (false, Some(rest)) => format!("{sign} {}", rest.trim_start()),
            (false, None) => format!("{sign} {text}"),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use spotify::model::Copyright;

    use super::{facts, small_print};

    #[test]
    fn facts_leave_no_gap() {
        assert_eq!(
            facts(Some("single"), Some("2026-11")),
            "Single or EP\u{a0}· November 2026"
        );
        assert_eq!(facts(None, None), "Album");
    }

    #[test]
    fn rights_to_work_and_recording_are_told_apart() {
        let right = |text: &str, kind: Option<&str>| Copyright {
            text: text.to_owned(),
            kind: kind.map(str::to_owned),
        };
        let told = small_print(vec![
            right("2011 A", Some("C")),
            right("2011 A", Some("P")),
            right("℗ 2011 B", Some("P")),
            right("(P) 2011 C", Some("P")),
            right("2011 D", None),
        ]);
        assert_eq!(
            told,
            ["© 2011 A", "℗ 2011 A", "℗ 2011 B", "℗ 2011 C", "2011 D"]
        );
    }
}
