#![doc = include_str!("../README.md")]

pub mod answer;
pub mod cover;
pub mod ids;
mod lenient;
pub mod model;
pub mod page;
pub mod paths;
pub mod permission;
pub mod refusal;
pub mod request;

pub use answer::{Answer, Done, decode};
pub use cover::Cover;
pub use permission::Permission;
pub use refusal::Refusal;
pub use request::{Body, BodyKind, Method, Request};
