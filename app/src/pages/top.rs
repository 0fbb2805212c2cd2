//! What the person listens to most, as Spotify counts it.

use leptos::prelude::*;
use leptos_meta::Title;
use spotify::model::{Artist, Track};
use spotify::page::Page;
use spotify::request::TimeRange;
use spotify::{Answer, Permission, Request};

use crate::music::{Loading, use_kept_call};
use crate::parts::choice::Choice;
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::kind::{Chosen, Kind, use_kind};
use crate::parts::needs_permission::NeedsPermission;
use crate::parts::open_spotify::{FromSpotify, OpenSpotify};
use crate::parts::things::{Rows, Thing, Tiles};
use crate::shelf::use_shelf;

/// How many are shown: as many as a set may hold by the guidelines.
const MOST: u32 = 20;

/// What is listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Of {
    #[default]
    Artists,
    Tracks,
}

impl Kind for Of {
    const KEY: &'static str = "of";
    const ALL: &'static [Self] = &[Self::Artists, Self::Tracks];

    fn name(self) -> &'static str {
        match self {
            Self::Artists => "artists",
            Self::Tracks => "tracks",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Artists => "Artists",
            Self::Tracks => "Tracks",
        }
    }
}

impl Kind for TimeRange {
    const KEY: &'static str = "range";
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn words(self) -> &'static str {
        match self {
            Self::Short => "Four weeks",
            Self::Medium => "Six months",
            Self::Long => "A year",
        }
    }
}

/// The address of a list.
fn address(of: Of, range: TimeRange) -> String {
    format!("/top?of={}&range={}", of.name(), range.as_str())
}

crate::lazy_page!(top in music: Top);

/// `/top?of=artists&range=short_term`: the person's top artists or tracks. Which list is shown stands
/// in the address, so each can be linked to and the Back button walks through them.
#[component]
pub fn Top() -> impl IntoView {
    let (of, range) = (use_kind::<Of>(), use_kind::<TimeRange>());
    let title = move || format!("Your top {}", of.get().name());
    view! {
        <Title text=title />
        <section class="search top">
            <h1>{title}</h1>
            <NeedsPermission permission=Permission::Top>
                <Choices of range />
                {move || match (of.get(), range.get()) {
                    (Of::Artists, range) => view! { <Artists range /> }.into_any(),
                    (Of::Tracks, range) => view! { <Tracks range /> }.into_any(),
                }}
            </NeedsPermission>
        </section>
    }
    .into_any()
}

/// Which list, over which time.
#[component]
fn Choices(of: Chosen<Of>, range: Chosen<TimeRange>) -> impl IntoView {
    let kinds = of.options(move |of| address(of, range.get()));
    let ranges = range.options(move |range| address(of.get(), range));
    view! {
        <div class="choices">
            <Choice label="What" options=kinds />
            <Choice label="Over which time" options=ranges />
        </div>
    }
    .into_any()
}

#[component]
fn Artists(range: TimeRange) -> impl IntoView {
    let request = move || Request::top_artists(range, MOST, 0);
    let shown = |things: Vec<Thing>| view! { <Tiles things ranked=true /> }.into_any();
    list::<Artist>(request, range, shown)
}

#[component]
fn Tracks(range: TimeRange) -> impl IntoView {
    let request = move || Request::top_tracks(range, MOST, 0);
    let shown = |things: Vec<Thing>| view! { <Rows things ranked=true /> }.into_any();
    list::<Track>(request, range, shown)
}

fn list<T>(
    request: impl Fn() -> Request<Page<T>> + 'static,
    range: TimeRange,
    shown: impl Fn(Vec<Thing>) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Into<Thing> + Send + Sync + 'static,
    Page<T>: Answer,
{
    let shelf = use_shelf();
    let call = use_kept_call(move || Some(request()));
    view! {
        <p class="soft" role="status">
            {move || told(&call.get(), range)}
        </p>
        {move || match call.get() {
            Loading::Idle | Loading::Pending => view! { <Waiting /> }.into_any(),
            Loading::Ready(page) => {
                let things: Vec<Thing> = page.items.into_iter().map(Into::into).collect();
                shelf.look(things.iter().filter_map(|thing| thing.uri.clone()).collect());
                view! {
                    {shown(things)}
                    <footer class="search-foot">
                        <FromSpotify />
                        <OpenSpotify
                            address="https://open.spotify.com/".to_owned()
                            of="more of your music"
                        />
                    </footer>
                }
                .into_any()
            }
            Loading::Failed(error) => {
                let problem = Problem::from(error).naming("Spotify");
                view! { <ErrorView problem retry=call.retry() /> }.into_any()
            }
        }}
    }
    .into_any()
}

/// One sentence about where the list stands, which is also read out.
fn told<T>(state: &Loading<Page<T>>, range: TimeRange) -> String {
    let time = match range {
        TimeRange::Short => "the last four weeks",
        TimeRange::Medium => "the last six months",
        TimeRange::Long => "about the last year",
    };
    match state {
        Loading::Idle | Loading::Pending => "Asking Spotify…".to_owned(),
        Loading::Ready(page) if page.items.is_empty() => {
            format!("Spotify has no list for {time} yet. It grows as you listen.")
        }
        Loading::Ready(_) => format!("As Spotify counts {time}."),
        Loading::Failed(_) => String::new(),
    }
}

/// Grey tiles of the size of what is to come.
#[component]
fn Waiting() -> impl IntoView {
    let tile = || {
        view! {
            <li class="tile">
                <span class="artwork skeleton"></span>
            </li>
        }
    };
    view! {
        <ul class="tiles" role="list" aria-hidden="true">
            {(0..6).map(|_| tile()).collect_view()}
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use spotify::request::TimeRange;

    use super::{Of, address};
    use crate::parts::kind::assert_chosen_by_name;

    #[test]
    fn address_names_the_list_and_odd_ones_show_the_usual() {
        assert_eq!(
            address(Of::Tracks, TimeRange::Long),
            "/top?of=tracks&range=long_term"
        );
        assert_chosen_by_name(Of::Artists);
        assert_chosen_by_name(TimeRange::Medium);
    }
}
