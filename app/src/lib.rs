#![doc = include_str!("../README.md")]

pub mod api;
pub mod asked;
pub mod callback;
pub mod deed;
pub mod download;
pub mod effect;
pub mod entities;
pub mod error;
pub mod export;
pub mod frame;
pub mod later;
pub mod lazy_page;
pub mod music;
pub mod notice;
pub mod page_life;
pub mod paged;
pub mod pages;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod port;
pub mod session;
pub mod shelf;
#[cfg(feature = "ssr")]
mod shell;
pub mod sign_in;
pub mod sign_out;
pub mod tabs;

pub use frame::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
