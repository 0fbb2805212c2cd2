//! To look for tracks and add them.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use spotify::Request;
use spotify::ids::{Base62Id, ItemUri};
use spotify::model::{SearchAnswer, Track};
use spotify::request::Kind;

use super::open::Open;
use crate::music::{Loading, use_call};
use crate::pages::account::act::{Act, Outcome, use_act};
use crate::parts::artwork::Artwork;
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::open_spotify::OpenSpotify;
use crate::parts::search_box::{asked, encoded};
use crate::parts::things::Thing;

/// How many tracks a search shows: as many as every app may ask for.
const FOUND: u32 = 10;

/// A search field, and what it finds with a button each. The question stands in the address.
#[component]
pub fn AddTracks(
    /// The playlist.
    open: Open,
) -> impl IntoView {
    let query = use_query_map();
    let navigate = use_navigate();
    let act = use_act();
    let said = RwSignal::new(String::new());
    let question =
        Memo::new(move |_| asked(&query.with(|query| query.get("add").unwrap_or_default())));
    let call = use_call(move || {
        let question = question.get();
        (!question.is_empty()).then(|| Request::search(&question, &[Kind::Track], FOUND, 0))
    });
    let field = NodeRef::<html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else {
            return;
        };
        let question = asked(&field.value());
        if question.is_empty() {
            let _ = field.focus();
            return;
        }
        said.set(String::new());
        act.hush();
        let address = format!("/playlists/{}?add={}", open.id(), encoded(&question));
        let options = NavigateOptions {
            scroll: false,
            replace: true,
            ..NavigateOptions::default()
        };
        navigate(&address, options);
    };
    view! {
        <section class="card" aria-labelledby="add">
            <h2 id="add">"Add tracks"</h2>
            <form class="search-box" role="search" on:submit=submit>
                <label class="heard" for="track">"A track to add"</label>
                <input
                    node_ref=field
                    id="track"
                    type="search"
                    class="field"
                    value=question.get_untracked()
                    placeholder="A track…"
                    autocomplete="off"
                    spellcheck="false"
                    enterkeyhint="search"
                />
                <button type="submit" class="button">"Search"</button>
            </form>
            <p class="soft" role="status">{move || match said.get() {
                said if said.is_empty() => told(&call.get(), &question.get()),
                said => said,
            }}</p>
            <Outcome act />
            {move || match call.get() {
                Loading::Idle | Loading::Pending => ().into_any(),
                Loading::Ready(found) => {
                    let tracks = tracks(found);
                    let found = tracks
                        .into_iter()
                        .filter_map(|track| {
                            let id = track.id.clone()?;
                            Some(view! { <Found open act said track id /> })
                        })
                        .collect_view();
                    view! { <ul class="rows" role="list" aria-label="Found">{found}</ul> }.into_any()
                }
                Loading::Failed(error) => {
                    let problem = Problem::from(error).naming("Spotify");
                    view! { <ErrorView problem retry=call.retry() /> }.into_any()
                }
            }}
        </section>
    }
    .into_any()
}

fn tracks(found: SearchAnswer) -> Vec<Track> {
    found.tracks.map(|page| page.items).unwrap_or_default()
}

fn told(state: &Loading<SearchAnswer>, question: &str) -> String {
    match state {
        Loading::Idle => "Type a name and press Enter. What you add goes to the end.".to_owned(),
        Loading::Pending => format!("Searching for “{question}”…"),
        Loading::Ready(found) => {
            let count = found.tracks.as_ref().map_or(0, |page| page.items.len());
            match count {
                0 => format!("Nothing was found for “{question}”. Another spelling may help."),
                1 => format!("One track for “{question}”."),
                count => format!("The first {count} tracks for “{question}”."),
            }
        }
        Loading::Failed(_) => String::new(),
    }
}

/// A track that was found, and its button. Adding one that is there already puts it there twice, and
/// the button says so.
#[component]
fn Found(
    open: Open,
    act: Act,
    said: RwSignal<String>,
    track: Track,
    id: Base62Id,
) -> impl IntoView {
    let uri = ItemUri::track(&id);
    let thing = Thing::from(track.clone());
    let (name, by) = (thing.name.clone(), thing.by().to_owned());
    let picture = thing.row_picture().map(ToOwned::to_owned);
    let there = {
        let uri = uri.clone();
        Memo::new(move |_| open.lines.holds(&uri))
    };
    let deed = format!("add-{id}");
    let busy = {
        let deed = deed.clone();
        move || act.is_under_way(&deed).then_some("true")
    };
    let label = {
        let name = name.clone();
        move || {
            if there.get() {
                format!("Add again: {name}")
            } else {
                format!("Add {name}")
            }
        }
    };
    let press = {
        let name = name.clone();
        move |_| {
            if untrack(|| act.is_busy()) {
                return;
            }
            said.set(String::new());
            let (uri, track, name) = (uri.clone(), track.clone(), name.clone());
            let added = async move { open.or_as_it_is(open.add(uri, track)).await };
            act.run(&deed, added, move |()| {
                said.set(format!("{name} is in the playlist now, at its end."));
                None
            });
        }
    };
    let open_spotify = thing
        .address
        .map(|address| view! { <OpenSpotify address of=name.clone() /> });
    view! {
        <li class="row">
            <div class="thing">
                <Artwork address=picture size=52 />
                <span class="words">
                    <span class="name" dir="auto" title=name.clone()>{name.clone()}</span>
                    <span class="by" dir="auto" title=by.clone()>{by.clone()}</span>
                </span>
            </div>
            <div class="thing-ways">
                {open_spotify}
                <button
                    type="button"
                    class="button small quiet"
                    aria-label=label
                    aria-disabled=busy.clone()
                    aria-busy=busy
                    on:click=press
                >
                    {move || if there.get() { "Add again" } else { "Add" }}
                </button>
            </div>
        </li>
    }
    .into_any()
}
