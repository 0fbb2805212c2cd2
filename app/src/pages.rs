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
pub mod privacy;
pub mod profile;
pub mod recent;
pub mod saved;
pub mod search;
pub mod top;
