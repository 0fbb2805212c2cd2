//! One playlist: for anybody what anybody may see, for its owner the ways to change it.

pub mod add;
pub mod cover;
pub mod details;
pub mod items;
pub mod lines;
pub mod listing;
pub mod open;
pub mod picture;
pub mod removal;
pub mod take;
pub mod words;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use spotify::ids::Base62Id;
use spotify::model::Playlist;
use spotify::{Permission, Request};

use crate::entities::decoded;
use crate::error::Code;
use crate::music::{Loading, use_kept_call};
use crate::parts::artwork::fitting;
use crate::parts::by_id::by_id;
use crate::parts::choice::{Choice, Choosable};
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::needs_permission::{AskPermission, NeedsPermission, Standing};
use crate::parts::open_spotify::{FromSpotify, OpenSpotify, spotify_address};
use crate::parts::thing_head::{HeadToCome, PICTURE, ThingHead};
use crate::parts::things::{DOT, named};
use crate::session::live::use_session;
use crate::sign_in::words::SPOTIFY;
use open::Open;

/// What of the page is open. It stands in the address, so that whoever has to allow something first
/// comes back to it, and the Back button leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    List,
    Add,
    Items,
    Details,
    Listing,
    Cover,
    Save,
    Removal,
}

impl View {
    const ALL: [Self; 8] = [
        Self::List,
        Self::Add,
        Self::Items,
        Self::Details,
        Self::Listing,
        Self::Cover,
        Self::Save,
        Self::Removal,
    ];

    const fn query(self) -> &'static str {
        match self {
            Self::List => "",
            Self::Add => "?add",
            Self::Items => "?edit=items",
            Self::Details => "?edit=details",
            Self::Listing => "?edit=listing",
            Self::Cover => "?edit=cover",
            Self::Save => "?save",
            Self::Removal => "?edit=removal",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::List => "The list",
            Self::Add => "Add tracks",
            Self::Items => "Move and remove",
            Self::Details => "Name and description",
            Self::Listing => "Listing",
            Self::Cover => "Picture",
            Self::Save => "Save as a file",
            Self::Removal => "Remove playlist",
        }
    }

    /// Reads it from the values of `edit`, `add` and `save`.
    fn read(edit: Option<&str>, add: bool, save: bool) -> Self {
        match edit {
            Some("items") => Self::Items,
            Some("details") => Self::Details,
            Some("listing") => Self::Listing,
            Some("cover") => Self::Cover,
            Some("removal") => Self::Removal,
            _ if add => Self::Add,
            _ if save => Self::Save,
            _ => Self::List,
        }
    }

    /// Whose the playlist must be for it.
    const fn wants(self) -> Tie {
        match self {
            Self::List | Self::Save => Tie::Reader,
            Self::Add | Self::Items => Tie::Contributor,
            Self::Details | Self::Listing | Self::Cover | Self::Removal => Tie::Owner,
        }
    }
}

/// What a playlist is to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    /// Somebody else's.
    Reader,
    /// Somebody else's that they may change what is in.
    Contributor,
    /// Their own.
    Owner,
}

impl Tie {
    /// What `playlist` is to the person with this user id at Spotify.
    fn of(playlist: &Playlist, user: Option<&str>) -> Self {
        let owner = playlist.owner.as_ref().map(|owner| owner.id.as_str());
        match user {
            None => Self::Reader,
            user if user == owner => Self::Owner,
            // Spotify gives the items to those who may change them.
            _ if playlist.collaborative && playlist.contents().is_some() => Self::Contributor,
            _ => Self::Reader,
        }
    }
}

/// `/playlists/{id}`.
#[component]
pub fn PlaylistPage() -> impl IntoView {
    by_id(|id| view! { <Asked id /> }.into_any())
}

#[component]
fn Asked(id: Base62Id) -> impl IntoView {
    let session = use_session();
    let asked = id.clone();
    let account = Memo::new(move |_| session.account().map(|account| account.id));
    let call = use_kept_call(move || {
        // What one person may see is not left to the next. A memo that is never read learns of nothing.
        let _ = account.get();
        Some(Request::playlist(&asked))
    });
    view! {
        <section class="search playlist">
            {move || match call.get() {
                Loading::Idle | Loading::Pending => view! {
                    <Title text="Playlist" />
                    <HeadToCome kind="Playlist" />
                }
                .into_any(),
                Loading::Ready(playlist) => {
                    let open = Open::of(call, session, playlist);
                    view! { <Shown open /> }.into_any()
                }
                Loading::Failed(error) => {
                    // Spotify says of a private one that it is not there.
                    let hidden = matches!(error.code, Code::NotFound | Code::Forbidden)
                        && untrack(|| Standing::of(session, Permission::Playlists)) != Standing::Allowed;
                    let problem = Problem::from(error).naming("Spotify");
                    view! {
                        <Title text="Playlist" />
                        <h1>"Playlist"</h1>
                        <ErrorView problem retry=call.retry() />
                        {hidden.then(|| view! {
                            <section class="card asking" aria-labelledby="asking">
                                <h2 id="asking">"Is it one of your private playlists?"</h2>
                                <AskPermission permission=Permission::Playlists />
                            </section>
                        })}
                    }
                    .into_any()
                }
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Shown(open: Open) -> impl IntoView {
    let session = use_session();
    let query = use_query_map();
    let view = Memo::new(move |_| {
        query.with(|query| {
            let edit = query.get("edit");
            View::read(
                edit.as_deref(),
                query.get("add").is_some(),
                query.get("save").is_some(),
            )
        })
    });
    let tie = Memo::new(move |_| {
        let user = session.view().and_then(|view| {
            let spotify = |identity: &&crate::session::IdentityView| identity.provider == SPOTIFY;
            let identity = view.identities.iter().find(spotify);
            identity.map(|identity| identity.subject.clone())
        });
        Tie::of(&open.head(), user.as_deref())
    });
    let has_items = Memo::new(move |_| open.head().contents().is_some());
    let editing = Memo::new(move |_| {
        let head = open.head();
        view.get() == View::Items
            && tie.get() >= Tie::Contributor
            && Standing::of(session, editing_permission(&head)) == Standing::Allowed
    });
    let base = StoredValue::new(format!("/playlists/{}", open.id()));
    let ways = Signal::derive(move || {
        let offered = View::ALL.into_iter().filter(|one| {
            let can = tie.get() >= one.wants() && (*one != View::Save || has_items.get());
            view.get() == *one || can
        });
        offered
            .map(|one| Choosable {
                words: one.words(),
                to: base.with_value(|base| base.clone() + one.query()),
                here: view.get() == one,
            })
            .collect()
    });
    let name = Memo::new(move |_| name_of(&open.head()));
    let many =
        Memo::new(move |_| tie.get() > Tie::Reader || has_items.get() || view.get() != View::List);
    view! {
        <Title text=move || name.get() />
        <Head open tie />
        {move || many.get().then(|| view! {
            <Choice label="What to do with this playlist" options=ways />
        })}
        {move || view! { <Panel open view=view.get() tie=tie.get() has_items=has_items.get() /> }}
        {move || if has_items.get() {
            let mine = Signal::derive(move || tie.get() >= Tie::Contributor);
            view! {
                <Empty open />
                <items::Items open mine editing=Signal::derive(move || editing.get()) />
            }
            .into_any()
        } else {
            view! { <WithoutItems open /> }.into_any()
        }}
        <footer class="search-foot"><FromSpotify /></footer>
    }
    .into_any()
}

#[component]
fn Head(open: Open, tie: Memo<Tie>) -> impl IntoView {
    move || {
        let head = open.head();
        let address = address_of(&head);
        let description = head.description.as_deref().map(decoded);
        let description = description.filter(|text| !text.trim().is_empty());
        let owner = head.owner.as_ref();
        let owner = owner.map(|owner| {
            owner
                .display_name
                .clone()
                .unwrap_or_else(|| owner.id.clone())
        });
        let owner = owner.filter(|owner| !owner.is_empty());
        view! {
            <ThingHead
                kind="Playlist"
                name=name_of(&head)
                picture=fitting(&head.images, PICTURE)
                address
            >
                {description.map(|text| view! { <p class="playlist-about" dir="auto">{text}</p> })}
                {owner.map(|owner| view! { <p class="by-line" dir="auto">{format!("By {owner}")}</p> })}
                <p class="soft">{move || facts(&open.head(), open.total(), tie.get() == Tie::Owner)}</p>
            </ThingHead>
        }
    }
}

/// Where it is at Spotify.
fn address_of(head: &Playlist) -> Option<String> {
    let said = head.external_urls.spotify.clone();
    spotify_address(said, "playlist", Some(head.id.as_str()))
}

/// What there is to know of it, in a line.
fn facts(head: &Playlist, total: Option<u32>, own: bool) -> String {
    let count = total.map(|total| match total {
        0 => "Empty".to_owned(),
        1 => "1 item".to_owned(),
        total => format!("{total} items"),
    });
    let whose = if own { "your" } else { "its owner’s" };
    let listed = match (head.collaborative, head.public) {
        (true, _) => Some("others may add to it".to_owned()),
        (false, Some(true)) => Some(format!("on {whose} profile")),
        (false, Some(false)) => Some(format!("not on {whose} profile")),
        (false, None) => None,
    };
    let facts = count.into_iter().chain(listed);
    facts.collect::<Vec<_>>().join(DOT)
}

/// Its name as it is shown.
fn name_of(head: &Playlist) -> String {
    named(head.name.clone())
}

/// What changing it wants.
fn editing_permission(head: &Arc<Playlist>) -> Permission {
    Permission::to_edit_playlist(head.public, head.collaborative)
}

#[component]
fn Empty(open: Open) -> impl IntoView {
    move || {
        let empty = open.lines.count() == 0 && open.reading() == crate::paged::Reading::Whole;
        empty.then(|| view! { <p class="soft">"There is nothing in this playlist yet."</p> })
    }
}

/// What is said of a playlist whose items Spotify does not give.
#[component]
fn WithoutItems(open: Open) -> impl IntoView {
    let head = open.head.get_untracked();
    let (address, of) = (address_of(&head), name_of(&head));
    view! {
        <div class="problem calm">
            <p class="problem-sentence">"Spotify does not show this app what is in it."</p>
            <p>
                "Apps in development see what is in the playlists of the person who is signed in, and \
                 in those that they may add to. Of all others they see this much."
            </p>
            {address.map(|address| view! { <p><OpenSpotify address of /></p> })}
        </div>
    }
    .into_any()
}

/// What is open above the list.
#[component]
fn Panel(open: Open, view: View, tie: Tie, has_items: bool) -> impl IntoView {
    let session = use_session();
    let head = open.head.get_untracked();
    let edit = editing_permission(&head);
    if view == View::List {
        return ().into_any();
    }
    let known = move || session.signed_in() == Some(true);
    if tie < view.wants() && untrack(known) {
        let words = match view.wants() {
            Tie::Owner => "Only the owner of a playlist can do that.",
            Tie::Reader | Tie::Contributor => {
                "This playlist is somebody else’s, who lets nobody add to it."
            }
        };
        return view! { <p class="soft">{words}</p> }.into_any();
    }
    match view {
        View::List => ().into_any(),
        View::Save if !has_items => ().into_any(),
        View::Save => view! {
            <NeedsPermission permission=Permission::Playlists>
                <take::SaveAsFile open />
            </NeedsPermission>
        }
        .into_any(),
        View::Cover => view! {
            <NeedsPermission permission=Permission::Cover also=Some(edit)>
                <cover::CoverForm open />
            </NeedsPermission>
        }
        .into_any(),
        // To change what a playlist is called for wants both halves.
        View::Listing => view! {
            <NeedsPermission permission=Permission::EditPlaylists(None)>
                <listing::ListingForm open />
            </NeedsPermission>
        }
        .into_any(),
        View::Add => view! {
            <NeedsPermission permission=edit>
                <add::AddTracks open />
            </NeedsPermission>
        }
        .into_any(),
        View::Items => view! {
            <NeedsPermission permission=edit>
                <p class="soft">
                    "Each press is done at once. What you remove can be put back until the next change."
                </p>
            </NeedsPermission>
        }
        .into_any(),
        View::Details => view! {
            <NeedsPermission permission=edit>
                <details::DetailsForm open />
            </NeedsPermission>
        }
        .into_any(),
        View::Removal => view! {
            <NeedsPermission permission=edit>
                <removal::Removal open />
            </NeedsPermission>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use spotify::model::Playlist;

    use super::{Tie, View, facts};

    fn playlist(more: &str) -> Playlist {
        let text =
            format!(r#"{{"id":"37i9dQZF1DXcBWIGoYBM5M","name":"x","owner":{{"id":"ada"}}{more}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_is_open_stands_in_the_address() {
        for view in View::ALL {
            let query = view.query();
            let edit = query.strip_prefix("?edit=");
            assert_eq!(View::read(edit, query == "?add", query == "?save"), view);
        }
        assert_eq!(View::read(Some("<b>"), false, false), View::List);
    }

    #[test]
    fn playlist_of_others_is_changed_by_nobody_else() {
        let items = r#","items":{"items":[],"total":0}"#;
        let own = playlist(items);
        assert_eq!(Tie::of(&own, Some("ada")), Tie::Owner);
        assert_eq!(Tie::of(&own, Some("grace")), Tie::Reader);
        assert_eq!(Tie::of(&own, None), Tie::Reader);
        let shared = playlist(&format!(r#","collaborative":true{items}"#));
        assert_eq!(Tie::of(&shared, Some("grace")), Tie::Contributor);
        assert_eq!(Tie::of(&shared, None), Tie::Reader);
        let withheld = playlist(r#","collaborative":true"#);
        assert_eq!(Tie::of(&withheld, Some("grace")), Tie::Reader);
    }

    #[test]
    fn nobody_is_promised_that_it_is_private() {
        let hidden = playlist(r#","public":false"#);
        assert_eq!(
            facts(&hidden, Some(3), false),
            "3 items\u{a0}· not on its owner’s profile"
        );
        assert_eq!(
            facts(&hidden, Some(1), true),
            "1 item\u{a0}· not on your profile"
        );
        assert_eq!(facts(&playlist(""), None, false), "");
    }
}
