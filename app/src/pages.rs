//! The pages, one file each.

pub mod account;
pub mod admin;
pub mod landing;
pub mod not_found;
pub mod permissions;
pub mod playlist;
pub mod playlists;
pub mod privacy;
pub mod profile;
pub mod search;
pub mod top;
