#![doc = include_str!("../README.md")]

pub mod callback;
#[cfg(feature = "client")]
pub mod client;
mod percent;
pub mod pkce;
pub mod return_to;
mod secret;
pub mod state;
pub mod tokens;
pub mod transaction;
