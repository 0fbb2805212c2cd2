//! A person's music at a glance.

use leptos::prelude::*;
use leptos_router::components::A;
use spotify::model::FollowedArtists;
use spotify::request::TimeRange;
use spotify::{Answer, Permission, Request};

use crate::music::{Call, Loading, use_glance};
use crate::paged::{Cursor, Paging};
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::needs_permission::Standing;
use crate::parts::open_spotify::FromSpotify;
use crate::parts::search_box::SearchBox;
use crate::parts::things::{Rows, Thing, Tiles};
use crate::session::live::use_session;
use crate::sign_in::button::ConnectButton;
use crate::sign_in::words::SPOTIFY;

/// How many of each are shown.
const TILES: u32 = 6;
const ROWS: u32 = 5;

crate::lazy_page!(overview in music: Overview);

/// Whether the server drew it. Browser only.
pub fn is_drawn() -> bool {
    let drawn = document().query_selector("section.overview");
    drawn.is_ok_and(|drawn| drawn.is_some())
}

/// What stands at `/` for a person who is signed in: a glance at everything there is. It asks for
/// nothing that was not allowed, and no button here asks at Spotify but the one that connects it.
#[component]
pub fn Overview() -> impl IntoView {
    let session = use_session();
    let name = move || session.account().and_then(|account| account.name);
    let offered = session.provider(SPOTIFY).is_some();
    view! {
        <section class="overview">
            <div class="overview-head">
                <h1 class="greeting" title=name>
                    {move || match name() {
                        Some(name) => format!("Good to see you, {name}."),
                        None => "Good to see you.".to_owned(),
                    }}
                </h1>
                <ul class="ways" role="list">
                    <li><A href="/profile">"Your profile"</A></li>
                    <li><A href="/account">"Your account"</A></li>
                    <li><A href="/permissions">"Permissions"</A></li>
                    <li><A href="/privacy">"What is kept"</A></li>
                </ul>
            </div>
            {offered.then(|| view! {
                <SearchBox question=String::new() />
                <Music />
            })}
        </section>
    }
    .into_any()
}

/// The glances, or what has to be done before there can be any.
#[component]
fn Music() -> impl IntoView {
    let session = use_session();
    // Any permission will do: they stand alike as far as the connection goes.
    let standing = Memo::new(move |_| Standing::of(session, Permission::Top));
    move || match standing.get() {
        Standing::NotYetKnown | Standing::SignedOut | Standing::NotOffered => ().into_any(),
        standing @ (Standing::NotLinked | Standing::NotHere | Standing::Ended) => {
            view! { <Unconnected standing /> }.into_any()
        }
        Standing::NotAllowed | Standing::Allowed => view! { <Glances /> }.into_any(),
    }
}

#[component]
fn Unconnected(standing: Standing) -> impl IntoView {
    let words = match standing {
        Standing::NotLinked => {
            "You are signed in without Spotify. Connect it to see your music here."
        }
        Standing::NotHere => {
            "Spotify belongs to your account, and this browser does not hold its keys."
        }
        _ => "Spotify ended the connection. Your account here is untouched.",
    };
    let ended = standing == Standing::Ended;
    use_session().provider(SPOTIFY).map(|provider| {
        view! {
            <section class="card asking" aria-labelledby="your-music">
                <h2 id="your-music">"Your music"</h2>
                <p>{words}</p>
                <div class="problem-way"><ConnectButton provider ended /></div>
            </section>
        }
    })
}

#[component]
fn Glances() -> impl IntoView {
    provide_context(Troubles::default());
    view! {
        <div class="glances">
            <Glance title="Recently played" to="/recent" permission=Permission::Recent>
                {rows(0, || Request::recently_played(ROWS, None), "Nothing lately.")}
            </Glance>
            <Glance title="Your top artists" to="/top" permission=Permission::Top>
                {tiles(1, || Request::top_artists(TimeRange::Short, TILES, 0), "Spotify has no list yet.")}
            </Glance>
            <Glance title="Artists you follow" to="/artists" permission=Permission::Following>
                {tiles(2, || Request::<FollowedArtists>::followed_artists(None, TILES), "Nobody yet.")}
            </Glance>
            <Glance title="Your playlists" to="/playlists" permission=Permission::Playlists>
                {tiles(3, || Request::my_playlists(TILES, 0), "None yet.")}
            </Glance>
            <Glance title="Saved albums" to="/saved?of=albums" permission=Permission::Library>
                {tiles(4, || Request::saved_albums(TILES, 0), "None yet.")}
            </Glance>
            <Glance title="Saved tracks" to="/saved?of=tracks" permission=Permission::Library>
                {rows(5, || Request::saved_tracks(ROWS, 0), "None yet.")}
            </Glance>
        </div>
        <footer class="search-foot"><FromSpotify /></footer>
    }
    .into_any()
}

/// What the glances failed with, each at its place, so that one reason is told once.
#[derive(Debug, Clone, Copy, Default)]
struct Troubles(RwSignal<[Option<Trouble>; 6]>);

#[derive(Debug, Clone, Copy)]
struct Trouble {
    problem: Memo<Option<Problem>>,
    retry: Callback<()>,
}

impl Troubles {
    fn note(self, place: usize, trouble: Option<Trouble>) {
        self.0.try_update(|all| {
            if let Some(here) = all.get_mut(place) {
                *here = trouble;
            }
        });
    }

    /// Those like `problem`, by their places. Tracked.
    fn like(self, problem: &Problem) -> Vec<(usize, Trouble)> {
        let alike = |trouble: &Trouble| {
            let told = trouble.problem.try_get().flatten();
            told.is_some_and(|told| told.is_like(problem))
        };
        let all = self.0.get().into_iter().enumerate();
        all.filter_map(|(place, trouble)| Some((place, trouble.filter(alike)?)))
            .collect()
    }

    /// Asks again for all that failed like `problem`.
    fn retry_like(self, problem: &Problem) {
        for (_, trouble) in untrack(|| self.like(problem)) {
            trouble.retry.run(());
        }
    }
}

/// A glance at one page, and the way there. Where it is not allowed, that page asks; here only the way
/// is shown.
#[component]
fn Glance(
    title: &'static str,
    to: &'static str,
    permission: Permission,
    children: ChildrenFn,
) -> impl IntoView {
    let session = use_session();
    let allowed = Memo::new(move |_| session.holds(permission));
    view! {
        <section class="shelf glance">
            <h2><A href=to>{title}</A></h2>
            {move || if allowed.get() {
                children().into_any()
            } else {
                view! {
                    <p class="soft">
                        "You have not let this app see it. "
                        <A href=to>"Look at what it would ask for"</A>
                    </p>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}

fn tiles<A>(place: usize, request: fn() -> Request<A>, empty: &'static str) -> AnyView
where
    A: Paging + Answer + Clone + Send + Sync + 'static,
    A::Item: Into<Thing>,
{
    glance(place, request, empty, |things| {
        view! { <Tiles things /> }.into_any()
    })
}

fn rows<A>(place: usize, request: fn() -> Request<A>, empty: &'static str) -> AnyView
where
    A: Paging + Answer + Clone + Send + Sync + 'static,
    A::Item: Into<Thing>,
{
    glance(place, request, empty, |things| {
        view! { <Rows things /> }.into_any()
    })
}

fn glance<A>(
    place: usize,
    request: fn() -> Request<A>,
    empty: &'static str,
    shown: fn(Vec<Thing>) -> AnyView,
) -> AnyView
where
    A: Paging + Answer + Clone + Send + Sync + 'static,
    A::Item: Into<Thing>,
{
    let call: Call<A> = use_glance(move || Some(request()));
    let troubles = expect_context::<Troubles>();
    let problem = Memo::new(move |_| {
        let error = call.failure()?;
        Some(Problem::from(error).naming("Spotify"))
    });
    let retry = call.retry();
    troubles.note(place, Some(Trouble { problem, retry }));
    // What is told in it goes with it.
    on_cleanup(move || troubles.note(place, None));
    let view = move || match call.get() {
        Loading::Idle | Loading::Pending => view! {
            <p class="soft" role="status">"Asking Spotify…"</p>
        }
        .into_any(),
        Loading::Ready(page) => {
            let items = page.into_stretch(&Cursor::Start).items;
            // Buttons are for the pages themselves; a glance asks nothing more of Spotify.
            let things: Vec<Thing> = items.into_iter().map(|item| item.into().plain()).collect();
            if things.is_empty() {
                return view! { <p class="soft">{empty}</p> }.into_any();
            }
            shown(things)
        }
        Loading::Failed(_) => problem
            .get()
            .map(|problem| failed(place, problem))
            .into_any(),
    };
    view.into_any()
}

/// What stands in place of a glance: the problem, or that it is the one told before.
fn failed(place: usize, problem: Problem) -> AnyView {
    let troubles = expect_context::<Troubles>();
    let told = {
        let problem = problem.clone();
        Memo::new(move |_| {
            let first = troubles.like(&problem).into_iter().next();
            first.is_some_and(|(first, _)| first < place)
        })
    };
    let view = move || {
        if told.get() {
            return view! { <p class="soft">"Not shown, for the same reason."</p> }.into_any();
        }
        let problem = problem.clone();
        let retry = {
            let problem = problem.clone();
            Callback::new(move |()| troubles.retry_like(&problem))
        };
        view! { <ErrorView problem retry /> }.into_any()
    };
    view.into_any()
}
