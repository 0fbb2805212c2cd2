//! What the person played last.

use super::{MAX_LIST_LIMIT, Request};
use crate::model::Played;
use crate::page::CursorPage;

/// From where a list of what was played goes on, in milliseconds of Unix time. The moment itself
/// is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// What was played earlier.
    Before(u64),
    /// What was played later.
    After(u64),
}

impl Request<CursorPage<Played>> {
    /// What the person played last, the newest first; `user-read-recently-played`. `limit` is cut
    /// to 1 to 50. Older pages come with [`next_before`](CursorPage::next_before); Spotify lets
    /// nobody look further back than about 50 plays. A play appears when it counts, after about
    /// half a minute; episodes never do.
    pub fn recently_played(limit: u32, moment: Option<Moment>) -> Self {
        let mut query = vec![("limit", limit.clamp(1, MAX_LIST_LIMIT).to_string())];
        query.extend(moment.map(|moment| match moment {
            Moment::Before(ms) => ("before", ms.to_string()),
            Moment::After(ms) => ("after", ms.to_string()),
        }));
        Self::get("/me/player/recently-played", query)
    }
}
