//! What the person listens to most.

use super::{Request, page};
use crate::model::{Artist, Track};
use crate::page::Page;

/// Over which time a top list counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TimeRange {
    /// About four weeks.
    Short,
    /// About six months.
    #[default]
    Medium,
    /// About a year.
    Long,
}

impl TimeRange {
    /// All ranges, the shortest first.
    pub const ALL: [Self; 3] = [Self::Short, Self::Medium, Self::Long];

    /// The name of the range in the `time_range` parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Short => "short_term",
            Self::Medium => "medium_term",
            Self::Long => "long_term",
        }
    }
}

impl Request<Page<Artist>> {
    /// The person's top artists; `user-top-read`. `limit` is cut to 1 to 50. No more than 50 can
    /// be had: beyond them pages are empty. New accounts have none.
    pub fn top_artists(range: TimeRange, limit: u32, offset: u32) -> Self {
        top("/me/top/artists", range, limit, offset)
    }
}

impl Request<Page<Track>> {
    /// The person's top tracks, as [`top_artists`](Request::top_artists).
    pub fn top_tracks(range: TimeRange, limit: u32, offset: u32) -> Self {
        top("/me/top/tracks", range, limit, offset)
    }
}

fn top<T>(path: &str, range: TimeRange, limit: u32, offset: u32) -> Request<T> {
    let mut query = vec![("time_range", range.as_str().to_owned())];
    query.extend(page(limit, offset));
    Request::get(path, query)
}
