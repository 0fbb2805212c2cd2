//! Whom the person follows.
//!
//! To follow is to hold in the library: [`save`](Request::save) with the URI of the artist. Apps
//! of older kinds have `follow_artists` and its sisters instead, see
//! [`save_older`](Request::save_older).

use super::{MAX_LIST_LIMIT, Method, Request};
use crate::answer::Done;
use crate::ids::{Base62Id, Batch};
use crate::model::{Contained, FollowedArtists};

impl Request<FollowedArtists> {
    /// The artists whom the person follows; `user-follow-read`. `after` is the cursor of the page
    /// before ([`next_after`](crate::page::CursorPage::next_after)), `limit` is cut to 1 to 50.
    pub fn followed_artists(after: Option<&str>, limit: u32) -> Self {
        let mut query = vec![
            ("type", "artist".to_owned()),
            ("limit", limit.clamp(1, MAX_LIST_LIMIT).to_string()),
        ];
        query.extend(after.map(|after| ("after", after.to_owned())));
        Self::get("/me/following", query)
    }
}

impl Request<Done> {
    /// Follows artists, for apps of older kinds; `user-follow-modify`.
    pub fn follow_artists(ids: &Batch<Base62Id>) -> Self {
        Self::new(Method::Put, "/me/following", artists(ids))
    }

    /// Follows artists no longer, for apps of older kinds; `user-follow-modify`.
    pub fn unfollow_artists(ids: &Batch<Base62Id>) -> Self {
        Self::new(Method::Delete, "/me/following", artists(ids))
    }
}

impl Request<Contained> {
    /// Whether the person follows artists, for apps of older kinds; `user-follow-read`.
    pub fn follows_artists(ids: &Batch<Base62Id>) -> Self {
        Self::get("/me/following/contains", artists(ids))
    }
}

fn artists(ids: &Batch<Base62Id>) -> Vec<(&'static str, String)> {
    vec![("type", "artist".to_owned()), ("ids", ids.joined())]
}
