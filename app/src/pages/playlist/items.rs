//! What is in a playlist, line by line; and in the view for it, moving a line and taking it out.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use leptos::web_sys::{Element, HtmlElement};
use wasm_bindgen::JsCast as _;

use super::lines::{Line, Lines};
use super::open::{Open, Taken, Way};
use crate::page_life::focus_soon;
use crate::pages::account::act::{Act, ActButton, Outcome, use_act};
use crate::parts::artwork::Artwork;
use crate::parts::open_spotify::OpenSpotify;
use crate::parts::paged_list::ReadOn;
use crate::parts::stretches::{STRETCH, keyed, stretch};
use crate::parts::things::Thing;

/// The pixels of a row's picture.
const PICTURE: u32 = 52;

/// What the buttons of a line do, by their names in the page.
const UP: &str = "up";
const DOWN: &str = "down";
const OUT: &str = "out";

/// The list, read on as the person scrolls.
///
/// A playlist may hold 10,000 items, so a line is nothing but elements: one listener on the list hears
/// the buttons of all of them. For eyes and ears it is one list, whatever stretches it is drawn in.
#[component]
pub fn Items(
    /// The playlist.
    open: Open,
    /// Whether the list may be changed by this person.
    mine: Signal<bool>,
    /// Whether it is being changed.
    editing: Signal<bool>,
) -> impl IntoView {
    let bench = Bench {
        open,
        act: use_act(),
        said: RwSignal::new(String::new()),
        taken: RwSignal::new(None),
        asked: RwSignal::new(None),
    };
    let pressed = move |event: ev::MouseEvent| {
        if let Some((key, deed)) = button_of(&event) {
            bench.press(key, &deed);
        }
    };
    let may_edit = Memo::new(move |_| mine.get());
    let list = move || {
        let editable = may_edit.get();
        keyed(
            move || open.lines.stretches(),
            move |key| stretch_of(open.lines, key, editable),
        )
    };
    view! {
        <div
            class="rows long items"
            class:editing=move || editing.get()
            role="list"
            aria-label="In this playlist"
            on:click=pressed
        >
            {list}
        </div>
        <ReadOn
            reading=Signal::derive(move || open.reading())
            any=Signal::derive(move || open.lines.count() > 0)
            read_on=Callback::new(move |()| open.read_on())
        />
        <div class="bench">
            <p class="bench-said" role="status">{move || bench.said.get()}</p>
            {move || bench.asked.get().map(|key| view! { <Sure bench key /> })}
            {move || bench.taken.get().map(|taken| {
                let press = Callback::new(move |()| bench.put_back(taken.clone()));
                view! { <ActButton act=bench.act name="put-back" words="Put it back" quiet=true press /> }
            })}
            <Outcome act=bench.act />
            {move || open.is_doubtful().then(|| {
                let press = Callback::new(move |()| bench.read_anew());
                view! {
                    <div class="actions">
                        <p>"What Spotify has may differ from this list."</p>
                        <ActButton act=bench.act name="read-anew" words="Read it again" quiet=true press />
                    </div>
                }
            })}
        </div>
    }
    .into_any()
}

/// A stretch of lines.
fn stretch_of(lines: Lines, key: u32, editable: bool) -> AnyView {
    let Some(lines) = lines.stretch(key) else {
        return ().into_any();
    };
    let whole = {
        let lines = lines.clone();
        Signal::derive(move || lines.with(Vec::len) >= STRETCH)
    };
    let keys = {
        let lines = lines.clone();
        move || lines.with(|lines| lines.iter().map(|line| line.key).collect())
    };
    let line = move |key| {
        lines.with_untracked(|lines| {
            let line = lines.iter().find(|line| line.key == key);
            line.map(|line| drawn(line, editable)).into_any()
        })
    };
    stretch(keyed(keys, line), whole)
}

/// One line.
fn drawn(line: &Line, editable: bool) -> AnyView {
    let removable = line.item.uri().is_some_and(|uri| !uri.is_local());
    let thing = Thing::from((*line.item).clone());
    let name = thing.name.clone();
    let picture = thing.row_picture().map(ToOwned::to_owned);
    let by = thing.by().to_owned();
    let inside = view! {
        <Artwork address=picture size=PICTURE />
        <span class="words">
            <span class="name" dir="auto" title=name.clone()>{name.clone()}</span>
            <span class="by" dir="auto" title=by.clone()>
                {thing.is_explicit().then(|| view! {
                    <abbr class="explicit" title="Explicit">"E"</abbr>
                })}
                {by.clone()}
            </span>
        </span>
    };
    let face = match thing.page().map(ToOwned::to_owned) {
        Some(page) => view! { <a class="thing" href=page>{inside}</a> }.into_any(),
        None => view! { <div class="thing">{inside}</div> }.into_any(),
    };
    let open = thing
        .address
        .map(|address| view! { <OpenSpotify address of=name.clone() /> });
    let edits = editable.then(|| {
        // Spotify takes an item out by its URI, which these have not or not one it takes.
        let out = removable.then(|| {
            view! {
                <button
                    type="button"
                    class="button small quiet"
                    data-deed=OUT
                    aria-label=format!("Remove {name}")
                >
                    "Remove"
                </button>
            }
        });
        view! {
            <div class="line-edits">
                <button
                    type="button"
                    class="icon-button"
                    data-deed=UP
                    aria-label=format!("Move {name} up")
                    title="Move up"
                >
                    <span aria-hidden="true">"↑"</span>
                </button>
                <button
                    type="button"
                    class="icon-button"
                    data-deed=DOWN
                    aria-label=format!("Move {name} down")
                    title="Move down"
                >
                    <span aria-hidden="true">"↓"</span>
                </button>
                {out}
            </div>
        }
    });
    view! {
        <div class="row" role="listitem" data-key=line.key.to_string()>
            {face}
            <div class="thing-ways">{open}</div>
            {edits}
        </div>
    }
    .into_any()
}

/// The line and the deed of the button that was pressed.
fn button_of(event: &ev::MouseEvent) -> Option<(u32, String)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let button = target.closest("[data-deed]").ok().flatten()?;
    let line = button.closest("[data-key]").ok().flatten()?;
    let key = line.get_attribute("data-key")?.parse().ok()?;
    Some((key, button.get_attribute("data-deed")?))
}

/// Puts the focus on the button for `deed` of a line as soon as the list is drawn, and before the browser
/// hears the next key: a line that is moved loses the focus.
fn focus_on(key: u32, deed: &'static str) {
    spawn_local(async move {
        tick().await;
        let selector = format!("[data-key='{key}'] [data-deed='{deed}']");
        let button = document().query_selector(&selector).ok().flatten();
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            // It fails for what cannot take the focus, and a button can.
            let _ = button.focus();
        }
    });
}

/// What a line is called.
fn name_of(line: &Line) -> String {
    Thing::from((*line.item).clone()).name
}

/// The deeds on the lines, and what is said of them.
#[derive(Clone, Copy)]
struct Bench {
    open: Open,
    act: Act,
    said: RwSignal<String>,
    /// What was taken out last, while it can be put back.
    taken: RwSignal<Option<Taken>>,
    /// The line that would take others along.
    asked: RwSignal<Option<u32>>,
}

impl Bench {
    fn press(self, key: u32, deed: &str) {
        match deed {
            UP => self.shift(key, Way::Up),
            DOWN => self.shift(key, Way::Down),
            OUT => self.take_out(key, false),
            _ => {}
        }
    }

    /// Forgets what was said of the deed before, which cannot be taken back any more.
    fn hush(self) {
        self.act.hush();
        self.said.set(String::new());
        self.asked.set(None);
        self.taken.set(None);
    }

    fn ask_to_wait(self) {
        self.said
            .set("One moment: the last change is on its way to Spotify.".to_owned());
    }

    fn shift(self, key: u32, way: Way) {
        let name = move_name(key);
        let under_way = untrack(|| self.act.is_under_way(&name));
        if !under_way && untrack(|| self.act.is_busy()) {
            self.ask_to_wait();
            return;
        }
        let Some(from) = self.open.lines.place_of(key) else {
            return;
        };
        let Some(line) = self.open.lines.at(from) else {
            return;
        };
        let Some(to) = self.open.shift(key, way) else {
            let end = match way {
                Way::Up => "the first",
                Way::Down if untrack(|| self.open.reading()) == crate::paged::Reading::Whole => {
                    "the last"
                }
                Way::Down => "the last of those that were read",
            };
            self.said
                .set(format!("{} is {end} already.", name_of(&line)));
            return;
        };
        self.hush();
        let of =
            untrack(|| self.open.total()).map_or_else(String::new, |total| format!(" of {total}"));
        self.said
            .set(format!("{} is number {}{of} now.", name_of(&line), to + 1));
        let deed = match way {
            Way::Up => UP,
            Way::Down => DOWN,
        };
        focus_on(key, deed);
        if under_way {
            // What is on its way goes on from where the line is shown then.
            return;
        }
        let (open, said) = (self.open, self.said);
        let settled = async move {
            let settled = open.or_as_it_is(open.settle(key, from)).await;
            if settled.is_err() {
                said.try_set("It was not moved. This is the list as Spotify has it.".to_owned());
            }
            settled
        };
        self.act.run(&name, settled, |()| None);
    }

    /// Takes a line out; where others go with it, the person is asked before, unless they are `sure`.
    fn take_out(self, key: u32, sure: bool) {
        if untrack(|| self.act.is_busy()) {
            self.ask_to_wait();
            return;
        }
        let Some(place) = self.open.lines.place_of(key) else {
            return;
        };
        let Some(line) = self.open.lines.at(place) else {
            return;
        };
        let Some(uri) = line.item.uri() else { return };
        self.hush();
        if !sure && self.open.lines.times(&uri) > 1 {
            self.asked.set(Some(key));
            focus_soon(|| document().get_element_by_id("sure"));
            return;
        }
        let name = name_of(&line);
        let (open, bench) = (self.open, self);
        let taken = async move {
            let taken = open.or_as_it_is(open.take_out(uri)).await;
            if taken.is_err() {
                bench
                    .said
                    .try_set("It was not removed. This is the list as Spotify has it.".to_owned());
            }
            taken
        };
        self.act.run("take-out", taken, move |taken| {
            let said = match (taken.lines.len(), taken.more) {
                (_, true) => format!(
                    "{name} is out of the playlist. It stood further down as well, and Spotify took \
                     it out there too; only here can it be put back."
                ),
                (0 | 1, false) => format!("{name} is out of the playlist."),
                (count, false) => format!("{name} is out of the playlist, {count} times."),
            };
            bench.said.set(said);
            bench.taken.set(Some(taken));
            bench.focus_near(place);
            None
        });
    }

    /// Puts the focus on what stands now where a line was.
    fn focus_near(self, place: usize) {
        let line = self
            .open
            .lines
            .at(place)
            .or_else(|| self.open.lines.at(place.saturating_sub(1)));
        match line {
            Some(line) if line.item.uri().is_some_and(|uri| !uri.is_local()) => {
                focus_on(line.key, OUT);
            }
            Some(line) => focus_on(line.key, UP),
            None => focus_soon(|| document().query_selector("main h1").ok().flatten()),
        }
    }

    fn put_back(self, taken: Taken) {
        let (open, bench) = (self.open, self);
        let back = async move {
            let back = open.or_as_it_is(open.put_back(taken)).await;
            bench.taken.try_set(None);
            if back.is_err() {
                bench.said.try_set(
                    "It could not be put back. This is the list as Spotify has it.".to_owned(),
                );
            }
            back
        };
        self.act.run("put-back", back, move |first| {
            bench.said.set("It is back at its place.".to_owned());
            if let Some(key) = first {
                focus_on(key, OUT);
            }
            None
        });
    }

    fn read_anew(self) {
        let open = self.open;
        let read = async move { open.read_anew().await };
        let said = self.said;
        self.act.run("read-anew", read, move |()| {
            said.set("This is the list as Spotify has it.".to_owned());
            None
        });
    }
}

/// The name of the deed that moves a line.
fn move_name(key: u32) -> String {
    format!("move-{key}")
}

/// Asks once more where a line takes its likes along.
#[component]
fn Sure(bench: Bench, key: u32) -> impl IntoView {
    let times = bench
        .open
        .lines
        .place_of(key)
        .and_then(|place| bench.open.lines.at(place)?.item.uri())
        .map_or(0, |uri| bench.open.lines.times(&uri));
    let press = Callback::new(move |()| bench.take_out(key, true));
    let back = move || {
        bench.asked.set(None);
        focus_on(key, OUT);
    };
    view! {
        <div
            class="confirm"
            role="group"
            aria-label="Remove it everywhere?"
            on:keydown=move |event| if event.key() == "Escape" { back() }
        >
            <p id="sure" tabindex="-1">
                {format!(
                    "It stands in this playlist {times} times. Spotify cannot take out one of them: \
                     all of them go."
                )}
            </p>
            <div class="actions">
                <ActButton act=bench.act name="take-out" words="Remove all of them" grave=true press />
                <button type="button" class="button small quiet" on:click=move |_| back()>
                    "Not now"
                </button>
            </div>
        </div>
    }
    .into_any()
}
