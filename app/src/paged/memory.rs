//! Lists and answers as they were left, for the Back button: nobody has to scroll through hundreds of
//! entries again to where they were. Of the browser alone.

use std::any::Any;

use js_sys::{Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, FocusOptions, HtmlElement, NodeList};

use crate::session::live::Session;

/// How many lists and answers are remembered.
const MOST: usize = 32;

/// The member of `history.state` that tells an entry of the browser's history from all others.
const MARK: &str = "stagedoorEntry";

/// What was left. It is of one person, and forgotten when somebody else is here.
#[derive(Clone, Copy)]
pub struct Memory(StoredValue<Vec<Left>>);

/// What was shown at an entry of the history.
struct Left {
    entry: Entry,
    /// What it was asked for with; there may be several on a page.
    asked: String,
    /// The account of who was here when it was asked for.
    whose: Option<String>,
    /// What this page had changed at Spotify by then.
    changes: u32,
    what: Box<dyn Any + Send + Sync>,
    place: Place,
}

/// Where something is shown, for as long as it is.
#[derive(Debug, Default)]
pub struct Stay {
    /// What it was asked for with.
    asked: String,
    /// The entry of the history, once it is shown.
    entry: Option<Entry>,
    /// The account of who was here as it was asked for.
    whose: Option<String>,
    /// What this page had changed at Spotify by then.
    changes: u32,
    /// Where the person is.
    place: Place,
}

impl Stay {
    /// Begins one, of what is asked for with `asked` now; what this page has changed is counted by `count`.
    pub fn begin(session: Session, asked: String, count: fn(Session) -> u32) -> Self {
        Self {
            asked,
            whose: untrack(|| session.tie().account),
            changes: count(session),
            ..Self::default()
        }
    }

    /// What was left at the entry that is shown, under the same question, and where the person was.
    pub fn take_back<T: 'static>(&mut self, memory: Memory) -> Option<(T, Place)> {
        let entry = Entry::shown()?;
        let left = memory.take(entry, &self.asked)?;
        // What this page has changed since is not as it was left, and for somebody else it may be another.
        let is_as_left = left.changes == self.changes && left.whose == self.whose;
        let what = is_as_left.then_some(left.what)?;
        self.entry = Some(entry);
        Some((*what.downcast::<T>().ok()?, left.place))
    }

    /// It is shown now. An answer takes its time, and so the address is the page's by now.
    pub fn is_shown(&mut self) {
        self.entry = self.entry.or_else(Entry::marked);
    }

    /// Whether it was asked for with `asked`.
    pub fn is_of(&self, asked: &str) -> bool {
        self.asked == asked
    }

    /// Takes up that this page has just changed something at Spotify, by which what is shown is up to date
    /// if it was at the count of `before`, and nothing else was changed meanwhile: the beginning and the end
    /// of a change are counted.
    pub fn keep_up(&mut self, before: u32, now: u32) {
        if self.changes == before && now.wrapping_sub(before) == 2 {
            self.changes = now;
        }
    }

    /// Has `note` told where the person is, whenever that changes: when the browser says that it goes
    /// through its history, the page is another already.
    pub fn follow(note: impl Fn(&dyn Fn(&mut Self)) + 'static) {
        const EVENTS: [&str; 3] = ["click", "focusin", "scroll"];
        let heard = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            let scrolled = scrolled_now();
            if event.type_() == "scroll" {
                return note(&|stay| stay.place.scrolled = scrolled);
            }
            let is_click = event.type_() == "click";
            let at = event
                .target()
                .and_then(|at| at.dyn_into::<Element>().ok())
                .and_then(|at| at.closest("main a[href]").ok().flatten());
            let on = at.and_then(|link| On::at(&link, scrolled));
            note(&|stay| {
                stay.place.scrolled = scrolled;
                stay.place.on.clone_from(&on);
                // The address may have changed under what is shown, and a click may lead away from there.
                if is_click && stay.entry.is_some() {
                    stay.entry = Entry::marked();
                }
            });
        });
        // While they are caught, before the router hears of them.
        for event in EVENTS {
            let listener = heard.as_ref().unchecked_ref();
            let _ = window().add_event_listener_with_callback_and_bool(event, listener, true);
        }
        let heard = StoredValue::new_local(heard);
        on_cleanup(move || {
            heard.try_with_value(|heard| {
                for event in EVENTS {
                    let listener = heard.as_ref().unchecked_ref();
                    let _ = window()
                        .remove_event_listener_with_callback_and_bool(event, listener, true);
                }
            });
        });
    }

    /// Leaves nothing.
    pub fn leave_nothing(&mut self) {
        self.entry = None;
    }

    /// Leaves `what` was shown where the Back button finds it. What one person read is not left for who is
    /// here by now: the memory has forgotten the person before, and would learn it anew.
    pub fn leave<T: Send + Sync + 'static>(&mut self, session: Session, memory: Memory, what: T) {
        // What was asked for while nobody was known to be here is put back for nobody else.
        let is_theirs = self.whose.is_none() || self.whose == untrack(|| session.tie().account);
        let Some(entry) = self.entry.take().filter(|_| is_theirs) else {
            return;
        };
        memory.keep(Left {
            entry,
            asked: std::mem::take(&mut self.asked),
            whose: self.whose.take(),
            changes: self.changes,
            what: Box::new(what),
            place: std::mem::take(&mut self.place),
        });
    }
}

impl Memory {
    /// One without a list.
    pub(crate) fn empty() -> Self {
        Self(StoredValue::new(Vec::new()))
    }

    /// Forgets all of it.
    pub(crate) fn forget(self) {
        self.0.try_update_value(Vec::clear);
    }

    /// Remembers it, and forgets the oldest where there are too many.
    fn keep(self, left: Left) {
        self.0.try_update_value(|all| {
            all.retain(|one| one.entry != left.entry || one.asked != left.asked);
            if all.len() >= MOST {
                all.remove(0);
            }
            all.push(left);
        });
    }

    /// What was left at this entry of the history, if it is remembered.
    fn take(self, entry: Entry, asked: &str) -> Option<Left> {
        let take = |all: &mut Vec<Left>| {
            let at = all
                .iter()
                .position(|one| one.entry == entry && one.asked == asked)?;
            Some(all.remove(at))
        };
        self.0.try_update_value(take).flatten()
    }
}

/// An entry of the browser's history.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry(f64);

impl Entry {
    /// The one that is shown, if it was told from others before.
    fn shown() -> Option<Self> {
        let state = window().history().ok()?.state().ok()?;
        let mark = Reflect::get(state.dyn_ref::<Object>()?, &MARK.into()).ok()?;
        mark.as_f64().map(Self)
    }

    /// The one that is shown, told from all others from now on.
    fn marked() -> Option<Self> {
        Self::shown().or_else(|| {
            let history = window().history().ok()?;
            let state = history.state().ok()?.dyn_into::<Object>();
            let state = state.unwrap_or_else(|_| Object::new());
            // A load of the page begins with an empty memory, so a count would begin anew as well.
            let mark = js_sys::Math::random();
            Reflect::set(&state, &MARK.into(), &mark.into()).ok()?;
            history.replace_state(&state, "").ok()?;
            Some(Self(mark))
        })
    }
}

/// Where a person was on a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// How far the page was scrolled, in CSS pixels.
    scrolled: f64,
    /// The link that they followed or stood on.
    on: Option<On>,
}

/// A link of a page.
#[derive(Debug, Clone, PartialEq)]
struct On {
    address: String,
    /// How many links to the same address stand before it.
    before: u32,
    /// How far below the head of the page it was.
    top: f64,
}

impl On {
    fn at(link: &Element, scrolled: f64) -> Option<Self> {
        let address = link.get_attribute("href")?;
        let all = links_to(&address)?;
        let before = (0..all.length()).find(|place| {
            let one = all.item(*place);
            one.as_ref() == Some(link.as_ref())
        })?;
        let top = link.get_bounding_client_rect().top() + scrolled;
        Some(Self {
            address,
            before,
            top,
        })
    }

    fn link(&self) -> Option<HtmlElement> {
        links_to(&self.address)?.item(self.before)?.dyn_into().ok()
    }
}

impl Place {
    /// Leads there, once the page is drawn.
    pub fn return_to(self) {
        // What was not in the window has a height by estimation, so a link tells better than a
        // distance.
        window().scroll_to_with_x_and_y(0.0, self.scrolled);
        let Some(on) = self.on else {
            return;
        };
        let Some(link) = on.link() else {
            return;
        };
        let moved = link.get_bounding_client_rect().top() - (on.top - self.scrolled);
        window().scroll_by_with_x_and_y(0.0, moved);
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = link.focus_with_options(&options);
    }
}

/// How far the page is scrolled.
fn scrolled_now() -> f64 {
    window().scroll_y().unwrap_or_default()
}

/// The links of the page to this address, in their order.
fn links_to(address: &str) -> Option<NodeList> {
    let quoted = address.replace('\\', "\\\\").replace('"', "\\\"");
    document()
        .query_selector_all(&format!("main a[href=\"{quoted}\"]"))
        .ok()
}

/// Calls `then` when what has changed is drawn.
pub fn when_drawn(then: impl FnOnce() + 'static) {
    request_animation_frame(move || request_animation_frame(then));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(entry: f64, asked: &str, total: u32) -> Left {
        Left {
            entry: Entry(entry),
            asked: asked.to_owned(),
            whose: None,
            changes: 0,
            what: Box::new(total),
            place: Place::default(),
        }
    }

    fn total(memory: Memory, entry: f64, asked: &str) -> Option<u32> {
        let left = memory.take(Entry(entry), asked)?;
        left.what.downcast().ok().map(|total| *total)
    }

    #[test]
    fn list_is_found_at_its_entry_under_its_question_once() {
        let owner = Owner::new();
        owner.with(|| {
            let memory = Memory::empty();
            memory.keep(left(0.5, "/me/albums", 1));
            memory.keep(left(0.5, "/me/tracks", 2));
            assert_eq!(total(memory, 0.5, "/me/following"), None);
            assert_eq!(total(memory, 0.25, "/me/albums"), None);
            assert_eq!(total(memory, 0.5, "/me/albums"), Some(1));
            assert_eq!(total(memory, 0.5, "/me/albums"), None);
            assert_eq!(total(memory, 0.5, "/me/tracks"), Some(2));
        });
    }

    #[test]
    fn newer_takes_the_place_of_older_and_the_oldest_goes() {
        let owner = Owner::new();
        owner.with(|| {
            let memory = Memory::empty();
            for number in 0..=MOST {
                memory.keep(left(0.5, &number.to_string(), 1));
            }
            assert_eq!(total(memory, 0.5, "0"), None);
            memory.keep(left(0.5, "1", 2));
            assert_eq!(total(memory, 0.5, "1"), Some(2));
            assert_eq!(total(memory, 0.5, "2"), Some(1));
        });
    }

    #[test]
    fn own_change_keeps_up_what_was_up_to_date_before_it() {
        let mut stay = Stay::default();
        stay.keep_up(0, 2);
        assert_eq!(stay.changes, 2);
        // Something else was changed before, or meanwhile.
        stay.keep_up(4, 6);
        stay.keep_up(2, 5);
        stay.keep_up(2, 6);
        assert_eq!(stay.changes, 2);
    }

    #[test]
    fn nothing_is_left_once_it_is_forgotten() {
        let owner = Owner::new();
        owner.with(|| {
            let memory = Memory::empty();
            memory.keep(left(0.5, "/me/albums", 1));
            memory.forget();
            assert_eq!(total(memory, 0.5, "/me/albums"), None);
        });
    }
}
