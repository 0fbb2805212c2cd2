//! A list that is read on as the person scrolls, and by a button.

use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{IntersectionObserver, IntersectionObserverInit};
use spotify::ids::Uri;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use crate::effect::effect;
use crate::page_life::{focus_last_in, lowered, stay_near};
use crate::paged::{Paged, Reading};
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::stretches::{STRETCH, keyed, stretch};
use crate::parts::things::{Look, Tag, Thing, drawn};
use crate::shelf::use_shelf;

/// How far below the window the end of a list may be for more of it to be read.
const AHEAD: &str = "800px";

/// Shows what was read of a list, and reads on when its end comes near or the button is pressed.
///
/// While a person reads the list by keyboard or ear, what they stand on stays where it is: new entries
/// come below. Where the next page does not come, what was read stays, and the page says why.
#[component]
pub fn PagedList(
    /// The list.
    paged: Paged,
    /// How its entries are drawn.
    look: Look,
    /// Entries that are shown; all where absent.
    #[prop(optional)]
    filter: Option<Signal<String>>,
) -> impl IntoView {
    look_along(paged);
    let list = match look {
        Look::Tiles => in_stretches(paged, look, TILES, filter),
        Look::Rows => in_stretches(paged, look, STRETCH, filter),
        // The numbers go on from one to the next.
        Look::Numbered => {
            let all = move || keys_of(paged, 0..paged.count());
            let entry = move |key| entry(paged, key, look, Tag::Li, filter);
            view! { <ul class=look.class() role="list">{keyed(all, entry)}</ul> }.into_any()
        }
    };
    view! {
        {list}
        <ReadOn
            reading=Signal::derive(move || paged.reading())
            any=Signal::derive(move || paged.count() > 0)
            read_on=Callback::new(move |()| paged.read_on())
        />
    }
    .into_any()
}

/// One sentence about how many there are, which is also read out.
#[component]
pub fn Counted(
    /// The list.
    paged: Paged,
    /// What one of them is called.
    one: &'static str,
    /// What several are called.
    many: &'static str,
    /// What is said where there is none.
    empty: &'static str,
) -> impl IntoView {
    let told = move || {
        let (count, reading) = (paged.count(), paged.reading());
        let total = paged.total().map(|total| total as usize);
        match (count, reading) {
            (0, Reading::Whole) => empty.to_owned(),
            (0, _) => String::new(),
            (1, Reading::Whole) => format!("1 {one}."),
            (count, Reading::Whole) => format!("{count} {many}."),
            (count, _) => match total.filter(|total| *total > count) {
                Some(total) => format!("{total} {many}, {count} of them shown."),
                None => format!("{count} {many} so far."),
            },
        }
    };
    view! { <p class="soft counted" role="status">{told}</p> }
}

/// So many tiles a stretch has: whether two or six stand beside each other, the last row is whole.
const TILES: usize = 60;

/// Finds out of each page that comes what of it the person has.
fn look_along(paged: Paged) {
    let shelf = use_shelf();
    // Weak, or the list would keep itself alive.
    let owner = Owner::current().map(|owner| owner.downgrade());
    Effect::new(move |known: Option<usize>| {
        let (past, count) = (paged.past(), paged.count());
        // What was put back was looked for before it was left.
        let is_new = |uri: &Uri| known.is_some() || !shelf.knows(uri);
        let from = known.unwrap_or(past).max(past) - past;
        let new = (from..count).filter_map(|place| paged.at(place)?.uri.clone());
        let new: Vec<_> = new.filter(is_new).collect();
        // What is asked for a page goes on when the next one comes.
        let owner = owner.as_ref().and_then(WeakOwner::upgrade);
        if let Some(owner) = owner.filter(|_| !new.is_empty()) {
            owner.with(|| shelf.look(new));
        }
        past + count
    });
}

/// The keys of the entries at these places. Those of a list that was read anew are others.
fn keys_of(paged: Paged, places: impl Iterator<Item = usize>) -> Vec<u32> {
    let past = paged.past();
    let keys = places.filter_map(|place| u32::try_from(past + place).ok());
    keys.collect()
}

/// The list, drawn in stretches of `size` entries.
fn in_stretches(paged: Paged, look: Look, size: usize, filter: Option<Signal<String>>) -> AnyView {
    let firsts = move || keys_of(paged, (0..paged.count()).step_by(size));
    let drawn = move |first: u32| {
        let from = (first as usize).saturating_sub(paged.past());
        // Only the last of them grows.
        let count = Memo::new(move |_| paged.count().saturating_sub(from).min(size));
        let keys = move || keys_of(paged, from..from + count.get());
        let entry = move |key| entry(paged, key, look, Tag::Div, filter);
        stretch(
            keyed(keys, entry),
            Signal::derive(move || count.get() >= size),
        )
    };
    let filtered = move || filter.is_some_and(|filter| !filter.with(String::is_empty));
    view! {
        <div class=format!("{} long", look.class()) class:filtered=filtered role="list">
            {keyed(firsts, drawn)}
        </div>
    }
    .into_any()
}

fn entry(paged: Paged, key: u32, look: Look, tag: Tag, filter: Option<Signal<String>>) -> AnyView {
    let place = (key as usize).saturating_sub(paged.past());
    let Some(thing) = paged.at(place) else {
        return ().into_any();
    };
    let hidden = filter.map(|filter| {
        let name = lowered(&thing.name);
        Signal::derive(move || !filter.with(|wanted| name.contains(wanted.as_str())))
    });
    drawn(Thing::clone(&thing), look, tag, hidden)
}

/// What stands below a list: that more is on its way, a button that reads on, or why it does not. Reads
/// on by itself when it comes near the window.
#[component]
pub fn ReadOn(
    /// How far the list is read.
    reading: Signal<Reading>,
    /// Whether anything was read.
    any: Signal<bool>,
    /// Reads the next page.
    read_on: Callback<()>,
) -> impl IntoView {
    let end = NodeRef::<html::Div>::new();
    effect(move || {
        if let Some(end) = end.get() {
            read_on_when_near(&end, reading, read_on);
        }
    });
    // The button goes when it is pressed, and what comes stands before it: from the last entry the next
    // key leads on to the new ones.
    let press = Callback::new(move |()| {
        if let Some(end) = end.get_untracked()
            && end.contains(document().active_element().as_deref())
            && let Some(list) = end.previous_element_sibling()
        {
            focus_last_in(&list);
        }
        read_on.run(());
    });
    view! {
        <div class="more" node_ref=end>
            {move || match reading.get() {
                Reading::Waiting => view! {
                    <p class="soft" role="status">
                        <span class="turning" aria-hidden="true"></span>
                        {move || if any.get() { "Reading on…" } else { "Asking Spotify…" }}
                    </p>
                }
                .into_any(),
                Reading::More => {
                    stay_near();
                    view! {
                        <button type="button" class="button quiet" on:click=move |_| press.run(())>
                            "Show more"
                        </button>
                    }
                    .into_any()
                }
                Reading::Whole => ().into_any(),
                Reading::Failed(error) => {
                    let problem = Problem::from(error).naming("Spotify");
                    view! { <ErrorView problem retry=press /> }.into_any()
                }
            }}
        </div>
    }
    .into_any()
}

/// Reads on whenever `end` comes near the window; after trouble the person decides. The list may be
/// shorter than the window, so each new page looks again.
fn read_on_when_near(end: &web_sys::Element, reading: Signal<Reading>, more: Callback<()>) {
    let near = RwSignal::new(false);
    let seen = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let entry = entries
            .pop()
            .unchecked_into::<web_sys::IntersectionObserverEntry>();
        near.try_set(entry.is_intersecting());
    });
    let options = IntersectionObserverInit::new();
    options.set_root_margin(AHEAD);
    let observer =
        IntersectionObserver::new_with_options(seen.as_ref().unchecked_ref(), &options).ok();
    if let Some(observer) = &observer {
        observer.observe(end);
    }
    // The button is there for a browser that observes nothing.
    let kept = StoredValue::new_local((observer, seen));
    on_cleanup(move || {
        kept.try_update_value(|(observer, _)| {
            if let Some(observer) = observer.take() {
                observer.disconnect();
            }
        });
    });
    let read_on = move || {
        if near.try_get_untracked() == Some(true) {
            more.try_run(());
        }
    };
    effect(move || {
        if near.get() && reading.get() == Reading::More {
            // The page that came has to be drawn first, or the end seems near still.
            request_animation_frame(move || request_animation_frame(read_on));
        }
    });
}
