//! A list that is read on as the person scrolls, and by a button.

use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{IntersectionObserver, IntersectionObserverInit};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use crate::page_life::lowered;
use crate::paged::{Paged, Reading};
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::stretches::{keyed, stretch};
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
    let shelf = use_shelf();
    let list = keyed(
        move || paged.keys(),
        move |key| {
            let chunk = paged.chunk(key);
            shelf.look(chunk.iter().filter_map(|thing| thing.uri.clone()).collect());
            entries(&chunk, look, filter)
        },
    );
    // Tiles of one page stand beside those of the next, and the numbers go on from one to the next.
    let list = match look {
        Look::Rows => view! { <div class="rows long" role="list">{list}</div> }.into_any(),
        Look::Tiles | Look::Numbered => {
            view! { <ul class=look.class() role="list">{list}</ul> }.into_any()
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

fn entries(chunk: &[Thing], look: Look, filter: Option<Signal<String>>) -> AnyView {
    let tag = match look {
        Look::Rows => Tag::Div,
        Look::Tiles | Look::Numbered => Tag::Li,
    };
    let entries = chunk.iter().map(|thing| {
        let hidden = filter.map(|filter| {
            let name = lowered(&thing.name);
            Signal::derive(move || !filter.with(|wanted| name.contains(wanted.as_str())))
        });
        drawn(thing.clone(), look, tag, hidden)
    });
    let entries = entries.collect_view();
    match tag {
        Tag::Div => stretch(entries.into_any(), chunk.len()),
        Tag::Li => entries.into_any(),
    }
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
    Effect::new(move |_| {
        if let Some(end) = end.get() {
            read_on_when_near(&end, reading, read_on);
        }
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
                Reading::More => view! {
                    <button type="button" class="button quiet" on:click=move |_| read_on.run(())>
                        "Show more"
                    </button>
                }
                .into_any(),
                Reading::Whole => ().into_any(),
                Reading::Failed(error) => {
                    let problem = Problem::from(error).naming("Spotify");
                    view! { <ErrorView problem retry=read_on /> }.into_any()
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
    Effect::new(move |_| {
        if near.get() && reading.get() == Reading::More {
            // The page that came has to be drawn first, or the end seems near still.
            request_animation_frame(move || request_animation_frame(read_on));
        }
    });
}
