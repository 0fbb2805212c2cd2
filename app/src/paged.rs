//! A list that Spotify gives in pages, read on as the person scrolls.

pub mod memory;

use std::collections::HashSet;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use spotify::model::{Artist, FollowedArtists, Played};
use spotify::page::{CursorPage, Page};
use spotify::{Answer, Request};

use crate::effect::{effect, effect_after};
use crate::error::ApiError;
use crate::music::{UnderWay, send, wants_connection};
use crate::paged::memory::{Memory, Stay, when_drawn};
use crate::parts::things::Thing;
use crate::session::live::{Session, Tie, use_session};
use crate::shelf::use_shelf;

/// Where a page of a list begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Cursor {
    /// The list itself does.
    #[default]
    Start,
    /// After so many entries.
    Offset(u32),
    /// After the entry that this text stands for.
    After(String),
    /// Before this moment, in unix milliseconds.
    Before(u64),
}

impl Cursor {
    /// How many entries lie before the page, in a list that is counted.
    pub const fn offset(&self) -> u32 {
        match self {
            Self::Offset(offset) => *offset,
            Self::Start | Self::After(_) | Self::Before(_) => 0,
        }
    }

    /// The text to go on after, in a list that has one.
    pub fn after(&self) -> Option<&str> {
        match self {
            Self::After(after) => Some(after),
            Self::Start | Self::Offset(_) | Self::Before(_) => None,
        }
    }

    /// The moment to go back from, in a list that has one.
    pub const fn before(&self) -> Option<u64> {
        match self {
            Self::Before(before) => Some(*before),
            Self::Start | Self::Offset(_) | Self::After(_) => None,
        }
    }
}

/// One page, as a list takes it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<T> {
    /// Its entries.
    pub items: Vec<T>,
    /// Where the next one begins, if there is one.
    pub next: Option<Cursor>,
    /// How many there are in all, where that is known.
    pub total: Option<u32>,
}

/// An answer that is a page of a list.
pub trait Paging: Answer {
    /// What is listed.
    type Item;

    /// Takes it apart; `asked` is where it begins.
    fn into_stretch(self, asked: &Cursor) -> Stretch<Self::Item>;
}

impl<T> Paging for Page<T>
where
    Page<T>: Answer,
{
    type Item = T;

    fn into_stretch(self, _: &Cursor) -> Stretch<T> {
        Stretch {
            next: self.next_offset().map(Cursor::Offset),
            total: Some(self.total),
            items: self.items,
        }
    }
}

impl Paging for FollowedArtists {
    type Item = Artist;

    fn into_stretch(self, asked: &Cursor) -> Stretch<Artist> {
        let page = self.artists;
        Stretch {
            next: page
                .next_after_beyond(asked.after())
                .map(|after| Cursor::After(after.to_owned())),
            total: page.total,
            items: page.items,
        }
    }
}

impl Paging for CursorPage<Played> {
    type Item = Played;

    fn into_stretch(self, asked: &Cursor) -> Stretch<Played> {
        Stretch {
            next: self.next_before(asked.before()).map(Cursor::Before),
            total: self.total,
            items: self.items,
        }
    }
}

/// How far a list is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A page is on its way, or the app has not started yet.
    Waiting,
    /// There is more.
    More,
    /// All of it is here.
    Whole,
    /// The last page did not come. What was read before stays.
    Failed(ApiError),
}

/// A list under way. Copy it freely; all copies are the same list.
#[derive(Clone, Copy)]
pub struct Paged {
    things: StoredValue<Vec<Arc<Thing>>>,
    /// How many there are; told when there are more.
    count: RwSignal<usize>,
    /// How many there were before the list was last read anew.
    past: StoredValue<usize>,
    reading: RwSignal<Reading>,
    total: RwSignal<Option<u32>>,
    /// Whether it is read to its end without being scrolled.
    all: RwSignal<bool>,
    /// Counts the questions.
    turn: RwSignal<u32>,
    desk: StoredValue<Desk>,
}

/// What the next page is asked for with.
#[derive(Debug, Default)]
struct Desk {
    next: Cursor,
    known: HashSet<String>,
    stay: Stay,
}

/// A list as it was left.
struct Left {
    /// What was read.
    things: Vec<Arc<Thing>>,
    /// What tells that a thing was listed.
    known: HashSet<String>,
    /// Where the next page begins, if there is one.
    next: Option<Cursor>,
    /// How many there are in all.
    total: Option<u32>,
}

/// Reads the list that `request` gives the pages of, the first at once. Browser only; the server renders
/// the page without it. A thing that comes twice is listed once. The Back button finds the list as it was
/// left.
pub fn use_paged<A>(request: impl Fn(&Cursor) -> Request<A> + 'static) -> Paged
where
    A: Paging + 'static,
    A::Item: Into<Thing>,
{
    let session = use_session();
    let shelf = use_shelf();
    let paged = Paged {
        things: StoredValue::new(Vec::new()),
        count: RwSignal::new(0),
        past: StoredValue::new(0),
        reading: RwSignal::new(Reading::Waiting),
        total: RwSignal::new(None),
        all: RwSignal::new(false),
        turn: RwSignal::new(0),
        desk: StoredValue::new(Desk::default()),
    };
    Effect::new(move |before: Option<Option<UnderWay>>| {
        let is_first = before.is_none();
        // What is no longer wanted is aborted, and its answer counts no more.
        drop(before);
        paged.turn.track();
        let cursor = paged.desk.with_value(|desk| desk.next.clone());
        let request = request(&cursor);
        if is_first {
            let stay = Stay::begin(session, request.path_and_query(), Session::changes);
            paged.desk.update_value(|desk| desk.stay = stay);
            if paged.put_back(shelf.lists()) {
                return None;
            }
        }
        let under_way = UnderWay::begin();
        let signal = under_way.signal();
        spawn_local(async move {
            let answer = send(session, &request, signal.as_ref()).await;
            if signal.is_some_and(|signal| signal.aborted()) {
                return;
            }
            match answer {
                Ok(page) => {
                    let Stretch { items, next, total } = page.into_stretch(&cursor);
                    let items = items.into_iter().map(Into::into).collect();
                    // A list whose next page is the same one would never end.
                    paged.take(items, next.filter(|next| *next != cursor), total);
                }
                Err(error) => _ = paged.reading.try_set(Reading::Failed(error)),
            }
        });
        Some(under_way)
    });
    effect(move || {
        Stay::follow(move |note| _ = paged.desk.try_update_value(|desk| note(&mut desk.stay)));
        on_cleanup(move || paged.leave(session, shelf.lists()));
    });
    effect_after(move |before: Option<Tie>| {
        let tie = session.tie();
        // Another connection, or one that may do more, may bring what was refused.
        let is_new = before.is_some_and(|before| before != tie) && tie.granted_at.is_some();
        let waits = paged.reading.with_untracked(|reading| match reading {
            Reading::Failed(error) => wants_connection(error.code),
            _ => false,
        });
        if is_new && waits {
            paged.read_on();
        }
        tie
    });
    paged
}

impl Paged {
    /// How many entries were read. Tracked.
    pub fn count(self) -> usize {
        self.count.get()
    }

    /// The entry at a place, from 0. Untracked.
    pub fn at(self, place: usize) -> Option<Arc<Thing>> {
        let at = |things: &Vec<Arc<Thing>>| things.get(place).cloned();
        self.things.try_with_value(at).flatten()
    }

    /// How many entries there were before the list was last read anew, so that those of then can be told
    /// from those of now. Untracked.
    pub fn past(self) -> usize {
        self.past.try_get_value().unwrap_or_default()
    }

    /// How far it is read. Tracked.
    pub fn reading(self) -> Reading {
        self.reading.get()
    }

    /// How many there are in all, where that is known. Tracked.
    pub fn total(self) -> Option<u32> {
        self.total.get()
    }

    /// Reads the next page, unless one is on its way or there is none; after trouble the same one
    /// again. Browser only.
    pub fn read_on(self) {
        let waits = self
            .reading
            .try_with_untracked(|reading| matches!(reading, Reading::More | Reading::Failed(_)));
        if waits == Some(true) {
            self.reading.set(Reading::Waiting);
            self.ask();
        }
    }

    /// Reads to the end without being scrolled, for what looks through the whole list. Browser only.
    pub fn read_all(self) {
        self.all.set(true);
        let more = self
            .reading
            .with_untracked(|reading| *reading == Reading::More);
        if more {
            self.read_on();
        }
    }

    /// Reads the list anew from its start. Browser only.
    pub fn read_anew(self) {
        self.desk.try_update_value(|desk| {
            desk.next = Cursor::Start;
            desk.known.clear();
        });
        let gone = self.count.get_untracked();
        self.past.try_update_value(|past| *past += gone);
        self.things.try_update_value(Vec::clear);
        self.count.set(0);
        self.total.set(None);
        self.reading.set(Reading::Waiting);
        self.ask();
    }

    /// Puts back what was left at this entry of the history, if it was.
    fn put_back(self, memory: Memory) -> bool {
        let back = |desk: &mut Desk| desk.stay.take_back::<Left>(memory);
        let Some((left, place)) = self.desk.try_update_value(back).flatten() else {
            return false;
        };
        let whole = left.next.is_none();
        self.desk.update_value(|desk| {
            desk.next = left.next.unwrap_or_default();
            desk.known = left.known;
        });
        self.total.set(left.total);
        self.count.set(left.things.len());
        self.things.set_value(left.things);
        self.reading
            .set(if whole { Reading::Whole } else { Reading::More });
        when_drawn(|| place.return_to());
        true
    }

    /// Leaves what was read where the Back button finds it.
    fn leave(self, session: Session, memory: Memory) {
        let things = self.things.try_get_value().unwrap_or_default();
        let whole = self.reading.try_get_untracked() == Some(Reading::Whole);
        let total = self.total.try_get_untracked().flatten();
        if things.is_empty() {
            return;
        }
        self.desk.try_update_value(|desk| {
            let left = Left {
                things,
                known: std::mem::take(&mut desk.known),
                next: (!whole).then(|| std::mem::take(&mut desk.next)),
                total,
            };
            desk.stay.leave(session, memory, left);
        });
    }

    fn ask(self) {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
    }

    fn take(self, items: Vec<Thing>, next: Option<Cursor>, total: Option<u32>) {
        let whole = next.is_none();
        let new = self.desk.try_update_value(|desk| {
            if let Some(next) = next {
                desk.next = next;
            }
            desk.stay.is_shown();
            only_new(items, &mut desk.known)
        });
        // The page was left meanwhile.
        let Some(new) = new else { return };
        if total.is_some() {
            self.total.set(total);
        }
        if !new.is_empty() {
            let count = new.len();
            self.things
                .try_update_value(|things| things.extend(new.into_iter().map(Arc::new)));
            self.count.update(|all| *all += count);
        }
        self.reading
            .set(if whole { Reading::Whole } else { Reading::More });
        if !whole && self.all.get_untracked() {
            self.read_on();
        }
    }
}

/// The things that were not listed before. Those without a mark of their own all stay.
fn only_new(items: Vec<Thing>, known: &mut HashSet<String>) -> Vec<Thing> {
    items
        .into_iter()
        .filter(|thing| match &thing.once {
            Some(mark) => known.insert(mark.clone()),
            None => true,
        })
        .collect()
}
