//! The sandbox, driven through its router and once through a socket.

mod authorize;
mod browser;
mod control;
mod google_authorize;
mod google_control;
mod google_token;
mod library;
mod socket;
mod token;
mod web_api;
