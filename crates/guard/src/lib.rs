#![doc = include_str!("../README.md")]

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "layer")]
mod guard;

#[cfg(feature = "client")]
pub use client::GuardedClient;
#[cfg(feature = "layer")]
pub use guard::{Guard, GuardLayer, Guarded, Refusal};

/// The name of the header that every guarded request carries.
pub const HEADER: &str = "x-stagedoor-csrf";

/// The one value of [`HEADER`].
pub const HEADER_VALUE: &str = "1";

/// Name and value of the header that every guarded request carries, for requests that are not sent
/// by a server function.
pub fn header() -> (&'static str, &'static str) {
    (HEADER, HEADER_VALUE)
}
