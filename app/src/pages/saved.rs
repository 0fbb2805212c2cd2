//! The albums and tracks that the person saved.

use leptos::prelude::*;
use leptos_meta::Title;
use spotify::request::MAX_LIST_LIMIT;
use spotify::{Permission, Request};

use crate::paged::use_paged;
use crate::parts::choice::Choice;
use crate::parts::kind::{Kind, use_kind};
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

impl Kind for Of {
    const KEY: &'static str = "of";
    const ALL: &'static [Self] = &[Self::Albums, Self::Tracks];

    fn name(self) -> &'static str {
        match self {
            Self::Albums => "albums",
            Self::Tracks => "tracks",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Albums => "Albums",
            Self::Tracks => "Tracks",
        }
    }
}

crate::lazy_page!(saved in music: Saved);

/// `/saved?of=albums`: what the person saved, the newest first.
#[component]
pub fn Saved() -> impl IntoView {
    let of = use_kind::<Of>();
    let title = move || format!("Your saved {}", of.get().name());
    let options = of.options(|of| format!("/saved?of={}", of.name()));
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
    use crate::parts::kind::assert_chosen_by_name;

    #[test]
    fn odd_choice_shows_the_usual() {
        assert_chosen_by_name(Of::Albums);
    }
}
