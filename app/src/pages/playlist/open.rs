//! A playlist as the page has it: what was read of it, and what is done to it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use spotify::ids::{Base62Id, ItemBatch, ItemUri};
use spotify::model::{Playable, Playlist, PlaylistItem, Snapshot, Track};
use spotify::page::Page;
use spotify::request::{MAX_LIST_LIMIT, Reorder};
use spotify::{Answer, Request};

use super::lines::Lines;
use crate::error::ApiError;
use crate::music::{Call, send, send_change};
use crate::paged::Reading;
use crate::session::live::Session;

/// Where a line is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// One place towards the beginning.
    Up,
    /// One place towards the end.
    Down,
}

/// What was taken out, so that it can be put back.
#[derive(Debug, Clone)]
pub struct Taken {
    /// What.
    pub uri: ItemUri,
    /// The lines with the places they had, in their order.
    pub lines: Vec<(usize, Arc<PlaylistItem>)>,
    /// Whether more of it was taken out than this page had read.
    pub more: bool,
}

/// A playlist under the person's hands. Copy it freely; all copies are the same one.
#[derive(Clone, Copy)]
pub struct Open {
    session: Session,
    id: StoredValue<Base62Id>,
    /// All but its items.
    pub(super) head: RwSignal<Arc<Playlist>>,
    /// The lines that were read, from the first on.
    pub(super) lines: Lines,
    reading: RwSignal<Reading>,
    total: RwSignal<Option<u32>>,
    /// The version that the places are counted in, where Spotify said it.
    snapshot: StoredValue<Option<String>>,
    writes: StoredValue<Writes>,
    /// Whether Spotify may have another list than is shown: a change failed, and so did reading anew.
    doubtful: RwSignal<bool>,
    /// Whose answer it is.
    call: Option<Call<Playlist>>,
}

/// Changes of how many items there are. What was asked for before one of them, or during it, has
/// others at its places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Writes {
    under_way: u32,
    begun: u32,
}

impl Open {
    /// The playlist of an answer, with the items that came with it.
    pub fn new(session: Session, mut playlist: Playlist) -> Self {
        let first = taken_from(&mut playlist);
        let open = Self {
            session,
            id: StoredValue::new(playlist.id.clone()),
            lines: Lines::none(),
            reading: RwSignal::new(Reading::Whole),
            total: RwSignal::new(None),
            snapshot: StoredValue::new(playlist.snapshot_id.clone()),
            head: RwSignal::new(Arc::new(playlist)),
            writes: StoredValue::new(Writes::default()),
            doubtful: RwSignal::new(false),
            call: None,
        };
        open.begin_with(first);
        open
    }

    /// The playlist of the answer to `call`, which the Back button finds as it is left.
    pub fn of(call: Call<Playlist>, session: Session, playlist: Playlist) -> Self {
        let open = Self {
            call: Some(call),
            ..Self::new(session, playlist)
        };
        on_cleanup(move || call.leave(open.as_left()));
        open
    }

    /// As an answer would give it that holds all lines that were read.
    fn as_left(self) -> Option<Playlist> {
        let head = self.head.try_get_untracked()?;
        let whole = self.reading.try_get_untracked() == Some(Reading::Whole);
        let items = self.lines.items();
        if items.is_empty() && !whole {
            // It would be taken for an empty one.
            return None;
        }
        let page = head.contents().map(|page| Page {
            items,
            limit: page.limit,
            offset: 0,
            total: self
                .total
                .try_get_untracked()
                .flatten()
                .unwrap_or(page.total),
            next: page.next.clone().filter(|_| !whole),
        });
        Some(Playlist {
            snapshot_id: self.snapshot.try_get_value().flatten(),
            items: page,
            tracks: None,
            ..Arc::unwrap_or_clone(head)
        })
    }

    /// Sends what changes the playlist in a way that is shown as soon as it is done.
    ///
    /// # Errors
    /// As [`send`].
    pub async fn send_change<T: Answer>(self, request: &Request<T>) -> Result<T, ApiError> {
        match self.call {
            Some(call) => call.send_change(request).await,
            None => send_change(self.session, request).await,
        }
    }

    /// Its id.
    pub fn id(self) -> Base62Id {
        self.id.get_value()
    }

    /// All but its items. Tracked.
    pub fn head(self) -> Arc<Playlist> {
        self.head.get()
    }

    /// How far the list is read. Tracked.
    pub fn reading(self) -> Reading {
        self.reading.get()
    }

    /// How many items there are in all, where that is known. Tracked.
    pub fn total(self) -> Option<u32> {
        self.total.get()
    }

    /// Has the items that came with an answer and no others.
    fn begin_with(self, first: Option<Page<PlaylistItem>>) {
        let total = first.as_ref().map(|page| page.total);
        let reading = first
            .as_ref()
            .map_or(Reading::Whole, |page| reading_after(page, page.items.len()));
        self.total.set(total);
        self.reading.set(reading);
        self.lines
            .replace(first.map(|page| page.items).unwrap_or_default());
    }

    /// Reads the next items, unless they are on their way or there are none; after trouble the same
    /// again. Browser only.
    pub fn read_on(self) {
        let waits = self
            .reading
            .try_with_untracked(|reading| matches!(reading, Reading::More | Reading::Failed(_)));
        if waits != Some(true) {
            return;
        }
        self.reading.set(Reading::Waiting);
        let writes = self.writes.get_value();
        let offset = untrack(|| self.lines.count());
        let request = Request::playlist_items(&self.id(), MAX_LIST_LIMIT, places(offset));
        spawn_local(async move {
            let answer = send(self.session, &request, None).await;
            let Some(now) = self.writes.try_get_value() else {
                return;
            };
            if now != writes || now.under_way > 0 {
                self.reading.set(Reading::More);
                self.read_on();
                return;
            }
            match answer {
                Ok(page) => {
                    let reading = reading_after(&page, offset + page.items.len());
                    self.total.set(Some(page.total));
                    self.lines.push(page.items);
                    self.reading.set(reading);
                }
                Err(error) => self.reading.set(Reading::Failed(error)),
            }
        });
    }

    /// Reads the playlist anew, as Spotify has it. Browser only.
    ///
    /// # Errors
    /// As [`send`]; what was shown stays.
    pub async fn read_anew(self) -> Result<(), ApiError> {
        let Some(id) = self.id.try_get_value() else {
            return Ok(());
        };
        let mut playlist = send(self.session, &Request::playlist(&id), None).await?;
        self.begin();
        self.end();
        self.doubtful.try_set(false);
        let first = taken_from(&mut playlist);
        self.snapshot.try_set_value(playlist.snapshot_id.clone());
        if self.head.try_set(Arc::new(playlist)).is_none() {
            self.begin_with(first);
        }
        Ok(())
    }

    /// Does what `deed` is, and where Spotify refuses shows the list as Spotify has it. Nothing is
    /// tried again.
    ///
    /// # Errors
    /// What `deed` was refused with.
    pub async fn or_as_it_is<T>(
        self,
        deed: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let answer = deed.await;
        if answer.is_err() {
            let doubtful = self.read_anew().await.is_err();
            self.doubtful.try_set(doubtful);
        }
        answer
    }

    /// Shows a line one place further, before Spotify has moved it. Its new place, or `None` where it
    /// stands at that end of what was read.
    pub fn shift(self, key: u32, way: Way) -> Option<usize> {
        let from = self.lines.place_of(key)?;
        let to = match way {
            Way::Up => from.checked_sub(1)?,
            Way::Down => from + 1,
        };
        self.lines.relocate(from, to).then_some(to)
    }

    /// Has Spotify move a line from the place that it has there to where it is shown, and on to where
    /// it is shown by then.
    ///
    /// # Errors
    /// As [`send`].
    pub async fn settle(self, key: u32, from: usize) -> Result<(), ApiError> {
        let mut from = from;
        while let Some(to) = self.lines.place_of(key).filter(|to| *to != from) {
            let reorder = Reorder::one(places(from), places(to));
            let snapshot = self.snapshot.get_value();
            let request = Request::reorder_playlist(&self.id(), reorder, snapshot.as_deref());
            match self.send_change(&request).await {
                Ok(answer) => _ = self.snapshot.try_set_value(answer.snapshot_id),
                Err(error) => {
                    if let Some(now) = self.lines.place_of(key) {
                        self.lines.relocate(now, from);
                    }
                    return Err(error);
                }
            }
            from = to;
        }
        Ok(())
    }

    /// A change of how many items there are begins.
    fn begin(self) {
        self.writes.try_update_value(|writes| {
            writes.under_way += 1;
            writes.begun = writes.begun.wrapping_add(1);
        });
    }

    /// It is over.
    fn end(self) {
        self.writes
            .try_update_value(|writes| writes.under_way = writes.under_way.saturating_sub(1));
    }

    /// Sends such a change, and takes up the version after it; `shown` shows it.
    async fn change(
        self,
        request: Request<Snapshot>,
        shown: impl FnOnce(),
    ) -> Result<(), ApiError> {
        self.begin();
        let answer = self.send_change(&request).await;
        if let Ok(answer) = &answer {
            self.snapshot.try_set_value(answer.snapshot_id.clone());
            shown();
        }
        self.end();
        answer.map(|_| ())
    }

    /// Whether Spotify may have another list than is shown. Tracked.
    pub fn is_doubtful(self) -> bool {
        self.doubtful.get()
    }

    /// Takes an item out, wherever it stands: Spotify knows no other way.
    ///
    /// # Errors
    /// As [`send`].
    pub async fn take_out(self, uri: ItemUri) -> Result<Taken, ApiError> {
        let snapshot = self.snapshot.get_value();
        let batch = ItemBatch::one(uri.clone());
        let request = Request::remove_from_playlist(&self.id(), &batch, snapshot.as_deref());
        let mut lines = Vec::new();
        let shown = || lines = self.lines.take_out(&uri);
        self.change(request, shown).await?;
        let expected = self.total.try_get_untracked().flatten();
        let expected = expected.map(|total| total.saturating_sub(places(lines.len())));
        self.total.try_set(expected);
        let whole = self.reading.try_get_untracked() == Some(Reading::Whole);
        let more = !whole && self.fewer_than(expected).await;
        Ok(Taken { uri, lines, more })
    }

    /// Whether Spotify has fewer items than that, which is then taken up.
    async fn fewer_than(self, expected: Option<u32>) -> bool {
        let Some(id) = self.id.try_get_value() else {
            return false;
        };
        match send(self.session, &Request::playlist_items(&id, 1, 0), None).await {
            Ok(page) => {
                self.total.try_set(Some(page.total));
                expected.is_some_and(|expected| page.total < expected)
            }
            Err(_) => false,
        }
    }

    /// Puts back what was taken out, each at its place. The key of the first line.
    ///
    /// # Errors
    /// As [`send`].
    pub async fn put_back(self, taken: Taken) -> Result<Option<u32>, ApiError> {
        let id = self.id();
        let mut first = None;
        for (place, item) in taken.lines {
            let batch = ItemBatch::one(taken.uri.clone());
            let request = Request::add_to_playlist(&id, &batch, Some(places(place)));
            let mut key = None;
            let shown = || {
                key = Some(self.lines.insert(place, item));
                self.one_more();
            };
            self.change(request, shown).await?;
            first = first.or(key);
        }
        Ok(first)
    }

    fn one_more(self) {
        self.total
            .try_update(|total| *total = total.map(|total| total.saturating_add(1)));
    }

    /// Adds a track at the end.
    ///
    /// # Errors
    /// As [`send`].
    pub async fn add(self, uri: ItemUri, track: Track) -> Result<(), ApiError> {
        let request = Request::add_to_playlist(&self.id(), &ItemBatch::one(uri), None);
        let shown = || {
            self.one_more();
            // Where more is to be read, it comes with that.
            if self.reading.try_get_untracked() == Some(Reading::Whole) {
                let item = PlaylistItem {
                    added_at: None,
                    added_by: None,
                    item: Some(Playable::Track(Box::new(track))),
                };
                self.lines.push(vec![item]);
            }
        };
        self.change(request, shown).await
    }
}

/// The items that came with an answer. They are the lines' from then on, and the head is left without.
fn taken_from(playlist: &mut Playlist) -> Option<Page<PlaylistItem>> {
    let page = playlist.items.as_mut().or(playlist.tracks.as_mut())?;
    let items = std::mem::take(&mut page.items);
    Some(Page {
        items,
        ..page.clone()
    })
}

/// How far a list is read after a page of which `read` lines are known by now.
fn reading_after(page: &Page<PlaylistItem>, read: usize) -> Reading {
    // A page without anything is the last, whatever it says, or the list would never end.
    let more = !page.items.is_empty() && page.next.is_some() && places(read) < page.total;
    if more { Reading::More } else { Reading::Whole }
}

/// A place or a number of lines as Spotify counts them.
fn places(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
