#![doc = include_str!("../README.md")]

mod accounts;
mod bounded;
mod catalogue;
mod clock;
mod control;
mod cors;
mod fault;
mod form;
mod google;
mod library;
mod limits;
mod listener;
mod log;
mod mint;
mod page;
mod playlists;
mod plays;
mod profile;
mod registration;
mod router;
mod scope;
mod server;
mod web_api;
mod world;

pub use accounts::AuthorizeRefusal;
pub use catalogue::AlbumKind;
pub use control::{
    ConsentView, Control, ControlError, GoogleConsentView, GoogleSnapshot, NewPlaylist, Snapshot,
};
pub use fault::Fault;
pub use google::{GoogleAccount, GoogleClaims, GoogleRefusal, GoogleSettings};
pub use library::{LibrarySettings, LibrarySize};
pub use limits::Limits;
pub use listener::{Image, Listener};
pub use log::{Count, Entry};
pub use playlists::PlaylistSettings;
pub use profile::{Profile, RefreshPolicy};
pub use registration::Client;
pub use router::router;
pub use server::{Sandbox, StartError};
pub use world::World;
