//! The accounts service: sign-in, consent, tokens, and where a person removes an app.

pub(crate) mod apps;
mod ask;
pub(crate) mod authorize;
mod client_auth;
mod consent_page;
pub(crate) mod grants;
mod session;
pub(crate) mod sign_in;
pub(crate) mod token;

pub(crate) use ask::Ask;
pub use ask::AuthorizeRefusal;
pub(crate) use grants::{AccessToken, Grants};
