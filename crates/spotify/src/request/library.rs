//! What the person's library holds.

use super::{Method, Request, page};
use crate::answer::Done;
use crate::ids::{Batch, Uri};
use crate::model::{Contained, SavedAlbum, SavedTrack};
use crate::page::Page;

impl Request<Page<SavedAlbum>> {
    /// The person's albums, the newest first; `user-library-read`. `limit` is cut to 1 to 50.
    pub fn saved_albums(limit: u32, offset: u32) -> Self {
        Self::get("/me/albums", page(limit, offset).into())
    }
}

impl Request<Page<SavedTrack>> {
    /// The person's tracks, the newest first; `user-library-read`. `limit` is cut to 1 to 50.
    pub fn saved_tracks(limit: u32, offset: u32) -> Self {
        Self::get("/me/tracks", page(limit, offset).into())
    }
}

impl Request<Done> {
    /// Puts things into the library; what is there already stays. `user-follow-modify` for
    /// artists, `user-library-modify` for albums and tracks, `playlist-modify-*` for playlists.
    pub fn save(uris: &Batch<Uri>) -> Self {
        Self::new(Method::Put, "/me/library", named(uris))
    }

    /// Takes things out of the library, with the scopes of [`save`](Self::save).
    pub fn remove(uris: &Batch<Uri>) -> Self {
        Self::new(Method::Delete, "/me/library", named(uris))
    }
}

impl Request<Contained> {
    /// Whether the library holds things. `user-follow-read` for artists, `user-library-read` for
    /// albums and tracks, `playlist-read-private` for playlists.
    pub fn contains(uris: &Batch<Uri>) -> Self {
        Self::get("/me/library/contains", named(uris))
    }
}

/// In the query: a body alone is refused.
fn named(uris: &Batch<Uri>) -> Vec<(&'static str, String)> {
    vec![("uris", uris.joined())]
}
