//! The pages, one file each.

pub mod account;
pub mod admin;
pub mod album;
pub mod artist;
pub mod artists;
pub mod landing;
pub mod not_found;
pub mod overview;
pub mod permissions;
pub mod playlist;
pub mod playlists;
pub mod privacy;
pub mod profile;
pub mod recent;
pub mod saved;
pub mod search;
pub mod top;

use leptos::prelude::window;

use crate::callback;
use crate::lazy_page::{DidNotArrive, LazyPage};

/// The pages in parts of their own: all but the one that most see first.
pub const LAZY: [LazyPage; 14] = [
    account::PAGE,
    admin::PAGE,
    album::PAGE,
    artist::PAGE,
    artists::PAGE,
    callback::PAGE,
    permissions::PAGE,
    playlists::PAGE,
    privacy::PAGE,
    profile::PAGE,
    recent::PAGE,
    saved::PAGE,
    search::PAGE,
    top::PAGE,
];

/// Waits until the program of the page that the browser opened is here, whichever part it is in.
/// Browser only.
///
/// # Errors
/// Its part did not arrive.
pub async fn arrive_at_first() -> Result<(), DidNotArrive> {
    let path = window().location().pathname().unwrap_or_default();
    match LAZY.into_iter().find(|page| page.is_at(&path)) {
        Some(page) => page.arrive().await,
        // It stands inside of the front page where the server knew who came.
        None if overview::is_drawn() => overview::PAGE.arrive().await,
        None => Ok(()),
    }
}
