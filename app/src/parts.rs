//! Pieces that pages are made of.

pub mod account_menu;
pub mod artwork;
pub mod by_id;
pub mod choice;
pub mod date;
pub mod ending_soon;
pub mod error_view;
pub mod footer;
pub mod header;
pub mod keep_button;
pub mod kind;
pub mod needs_permission;
pub mod open_spotify;
pub mod paged_list;
pub mod search_box;
pub mod signed_in;
pub mod stretches;
pub mod theme_menu;
pub mod thing_head;
pub mod things;
pub mod undo;
pub mod wanted;
