//! The pages, one file each.

pub mod account;
pub mod admin;
pub mod landing;
pub mod not_found;
pub mod permissions;
pub mod privacy;
pub mod profile;
pub mod search;
pub mod top;

use leptos::prelude::window;

use crate::callback;
use crate::lazy_page::{DidNotArrive, LazyPage};

/// The pages in parts of their own: all but the one that most see first.
pub const LAZY: [LazyPage; 8] = [
    account::PAGE,
    admin::PAGE,
    callback::PAGE,
    permissions::PAGE,
    privacy::PAGE,
    profile::PAGE,
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
        None => Ok(()),
    }
}
