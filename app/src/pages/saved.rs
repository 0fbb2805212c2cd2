//! The albums and tracks that the person saved.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use spotify::request::MAX_LIST_LIMIT;
use spotify::{Permission, Request};

use crate::paged::use_paged;
use crate::parts::choice::{Choice, Choosable};
use crate::parts::needs_permission::NeedsPermission;
use crate::parts::open_spotify::ListFoot;
use crate::parts::paged_list::{Counted, PagedList};
use crate::parts::things::Look;

/// What is listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Of {
    #[default]
    Albums,
    Tracks,
}

impl Of {
    const ALL: [Self; 2] = [Self::Albums, Self::Tracks];

    const fn name(self) -> &'static str {
        match self {
            Self::Albums => "albums",
            Self::Tracks => "tracks",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Albums => "Albums",
            Self::Tracks => "Tracks",
        }
    }

    fn read(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|of| of.name() == name)
            .unwrap_or_default()
    }
}

crate::lazy_page!(saved in music: Saved);

/// `/saved?of=albums`: what the person saved, the newest first.
#[component]
pub fn Saved() -> impl IntoView {
    let query = use_query_map();
    let of = Memo::new(move |_| Of::read(&query.with(|query| query.get("of").unwrap_or_default())));
    let title = move || format!("Your saved {}", of.get().name());
    let options = Signal::derive(move || {
        let here = of.get();
        let one = |of: Of| Choosable {
            words: of.words(),
            to: format!("/saved?of={}", of.name()),
            here: of == here,
        };
        Of::ALL.map(one).to_vec()
    });
    view! {
        <Title text=title />
        <section class="search">
            <h1>{title}</h1>
            <NeedsPermission permission=Permission::Library>
                <Choice label="What" options />
                {move || match of.get() {
                    Of::Albums => view! { <Albums /> }.into_any(),
                    Of::Tracks => view! { <Tracks /> }.into_any(),
                }}
            </NeedsPermission>
        </section>
    }
    .into_any()
}

#[component]
fn Albums() -> impl IntoView {
    let paged = use_paged(|cursor| Request::saved_albums(MAX_LIST_LIMIT, cursor.offset()));
    view! {
        <Counted
            paged
            one="album"
            many="albums"
            empty="You have saved no album yet. Press + beside one, and it is here."
        />
        <PagedList paged look=Look::Tiles />
        <ListFoot address="https://open.spotify.com/collection/albums" of="your albums" />
    }
}

#[component]
fn Tracks() -> impl IntoView {
    let paged = use_paged(|cursor| Request::saved_tracks(MAX_LIST_LIMIT, cursor.offset()));
    view! {
        <Counted
            paged
            one="track"
            many="tracks"
            empty="You have saved no track yet. Press + beside one, and it is here."
        />
        <PagedList paged look=Look::Rows />
        <ListFoot address="https://open.spotify.com/collection/tracks" of="your tracks" />
    }
}

#[cfg(test)]
mod tests {
    use super::Of;

    #[test]
    fn odd_choice_shows_the_usual() {
        assert_eq!(Of::read("tracks"), Of::Tracks);
        for odd in ["", "Tracks", "<b>"] {
            assert_eq!(Of::read(odd), Of::Albums, "{odd}");
        }
    }
}
