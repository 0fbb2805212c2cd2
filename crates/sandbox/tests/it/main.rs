//! The sandbox, driven through its router and once through a socket.

mod authorize;
mod browser;
mod control;
mod socket;
mod token;
mod web_api;
