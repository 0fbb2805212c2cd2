//! The Web API under `/spotify/v1`.

pub(crate) mod albums;
pub(crate) mod artists;
pub(crate) mod bearer;
mod body;
pub(crate) mod cover;
pub(crate) mod error;
pub(crate) mod etag;
mod fields;
pub(crate) mod following;
mod ids;
pub(crate) mod library;
pub(crate) mod me;
pub(crate) mod pictures;
pub(crate) mod playlist;
pub(crate) mod playlist_items;
mod playlist_shape;
pub(crate) mod playlists;
mod query;
pub(crate) mod recently_played;
pub(crate) mod removed;
pub(crate) mod saved;
pub(crate) mod saving;
pub(crate) mod search;
pub(crate) mod top;
pub(crate) mod tracks;
mod window;
