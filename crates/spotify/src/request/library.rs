//! What the person's library holds.
//!
//! Apps of older kinds are refused at `/me/library`: [`calls_for_older`] tells by what. They have
//! an address for each kind of thing instead, where apps of the newer kind are refused.
//!
//! [`calls_for_older`]: crate::Refusal::calls_for_older

use super::{Method, Request, page};
use crate::answer::Done;
use crate::ids::{Base62Id, Batch, Uri, UriKind};
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

impl Request<Done> {
    /// What apps of older kinds have in the place of [`save`](Request::save), with its scopes.
    /// `None` for playlists.
    pub fn save_older(uri: &Uri) -> Option<Self> {
        let ids = Batch::one(uri.id.clone());
        match uri.kind {
            UriKind::Artist => Some(Self::follow_artists(&ids)),
            UriKind::Album => Some(Self::new(Method::Put, "/me/albums", by_id(&ids))),
            UriKind::Track => Some(Self::new(Method::Put, "/me/tracks", by_id(&ids))),
            UriKind::Playlist => None,
        }
    }

    /// What apps of older kinds have in the place of [`remove`](Request::remove), with its scopes.
    pub fn remove_older(uri: &Uri) -> Self {
        let ids = Batch::one(uri.id.clone());
        match uri.kind {
            UriKind::Artist => Self::unfollow_artists(&ids),
            UriKind::Album => Self::new(Method::Delete, "/me/albums", by_id(&ids)),
            UriKind::Track => Self::new(Method::Delete, "/me/tracks", by_id(&ids)),
            UriKind::Playlist => Self::new(
                Method::Delete,
                &format!("/playlists/{}/followers", uri.id),
                Vec::new(),
            ),
        }
    }
}

impl Request<Contained> {
    /// What apps of older kinds have in the place of [`contains`](Request::contains), with its
    /// scopes: a question about things of one kind. `None` for playlists.
    pub fn contains_older(kind: UriKind, ids: &Batch<Base62Id>) -> Option<Self> {
        match kind {
            UriKind::Artist => Some(Self::follows_artists(ids)),
            UriKind::Album => Some(Self::get("/me/albums/contains", by_id(ids))),
            UriKind::Track => Some(Self::get("/me/tracks/contains", by_id(ids))),
            UriKind::Playlist => None,
        }
    }
}

fn by_id(ids: &Batch<Base62Id>) -> Vec<(&'static str, String)> {
    vec![("ids", ids.joined())]
}

/// In the query: a body alone is refused.
fn named(uris: &Batch<Uri>) -> Vec<(&'static str, String)> {
    vec![("uris", uris.joined())]
}
