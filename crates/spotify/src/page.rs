//! Lists that come in pages.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::lenient;
use crate::model::PlaylistItem;

/// One page of a list that is counted by offset.
///
/// Entries that are null or cannot be read are skipped, so `items` may be shorter than `limit`
/// in the middle of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct Page<T> {
    /// The entries that could be read, in their order.
    #[serde(default = "Vec::new", deserialize_with = "lenient::list")]
    pub items: Vec<T>,
    /// How many entries a page has at most.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub limit: u32,
    /// How many entries lie before this page.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub offset: u32,
    /// How many there are in all. More than can be fetched, sometimes.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub total: u32,
    /// The address of the next page. Not to be called: use [`next_offset`](Self::next_offset).
    #[serde(default, deserialize_with = "lenient::option")]
    pub next: Option<String>,
}

impl<T: DeserializeOwned> Answer for Page<T> {}

impl<T> Page<T> {
    /// The offset of the next page, if there is one.
    ///
    /// It counts by `limit`, not by `items`: skipped entries have a place too. The address in
    /// `next` tells only *that* there is more; where to call is never taken from an answer.
    pub fn next_offset(&self) -> Option<u32> {
        self.next.as_ref()?;
        // A page without a limit would be its own successor.
        if self.limit == 0 {
            None
        } else {
            self.offset.checked_add(self.limit)
        }
    }

    /// The same for whoever follows the list to its end, and asked for this page with the offset
    /// `asked`: `None` too where the answer would lead back, for that list would never end.
    pub fn next_offset_beyond(&self, asked: u32) -> Option<u32> {
        self.next_offset().filter(|next| *next > asked)
    }
}

impl Page<PlaylistItem> {
    /// The items with their places in the playlist, which are what
    /// [`Reorder`](crate::request::Reorder) names. The first place is 0.
    pub fn places(&self) -> impl Iterator<Item = (u32, &PlaylistItem)> {
        (self.offset..=u32::MAX).zip(&self.items)
    }
}

/// One page of a list that is counted by cursor, such as the artists whom somebody follows.
///
/// Entries that are null or cannot be read are skipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct CursorPage<T> {
    /// The entries that could be read, in their order. A list that changes meanwhile can bring
    /// one twice.
    #[serde(default = "Vec::new", deserialize_with = "lenient::list")]
    pub items: Vec<T>,
    /// How many entries a page has at most.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub limit: u32,
    /// How many there are in all, where that is known.
    #[serde(default, deserialize_with = "lenient::option")]
    pub total: Option<u32>,
    /// Where other pages begin. Read [`next_after`](Self::next_after) or
    /// [`next_before`](Self::next_before).
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub cursors: Cursors,
    /// The address of the next page. Not to be called: use [`next_after`](Self::next_after).
    #[serde(default, deserialize_with = "lenient::option")]
    pub next: Option<String>,
}

impl<T: DeserializeOwned> Answer for CursorPage<T> {}

impl<T> CursorPage<T> {
    /// The cursor of the next page, if there is one. Whoever follows the list to its end uses
    /// [`next_after_beyond`](Self::next_after_beyond).
    pub fn next_after(&self) -> Option<&str> {
        self.next.as_ref()?;
        self.cursors
            .after
            .as_deref()
            .filter(|after| !after.is_empty())
    }

    /// The same for whoever follows the list to its end, and asked for this page with the cursor
    /// `asked`: `None` too at a page that brings that cursor again, for that list would never end.
    pub fn next_after_beyond(&self, asked: Option<&str>) -> Option<&str> {
        self.next_after().filter(|after| Some(*after) != asked)
    }

    /// The cursor of the page of older entries, in milliseconds of Unix time, if there is one: what
    /// was played last is paged backwards. `asked` is the `before` of this page; a page that does
    /// not lead further back is the last, for that list would never end.
    pub fn next_before(&self, asked: Option<u64>) -> Option<u64> {
        self.next.as_ref()?;
        let before = self.cursors.before.as_deref()?.parse().ok()?;
        asked.is_none_or(|asked| before < asked).then_some(before)
    }
}

/// Where other pages of a list begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursors {
    /// Of the next page; text that means nothing here.
    #[serde(default, deserialize_with = "lenient::option")]
    pub after: Option<String>,
    /// Of the page of older entries, where a list goes backwards: milliseconds of Unix time.
    #[serde(default, deserialize_with = "lenient::option")]
    pub before: Option<String>,
}
