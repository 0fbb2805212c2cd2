//! The Web API under `/spotify/v1`.

pub(crate) mod bearer;
mod body;
pub(crate) mod cover;
pub(crate) mod error;
pub(crate) mod etag;
mod fields;
pub(crate) mod following;
pub(crate) mod library;
pub(crate) mod me;
pub(crate) mod pictures;
pub(crate) mod playlist;
pub(crate) mod playlist_items;
mod playlist_shape;
pub(crate) mod playlists;
mod query;
pub(crate) mod saved;
pub(crate) mod search;
pub(crate) mod top;
mod window;
