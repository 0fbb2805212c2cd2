//! The sandbox, driven through its router and once through a socket.

mod authorize;
mod browser;
mod caller;
mod catalogue;
mod control;
mod google_authorize;
mod google_control;
mod google_token;
mod library;
mod limits;
mod music;
mod openapi;
mod playlist_writes;
mod playlists;
mod recently_played;
mod socket;
mod token;
mod web_api;
