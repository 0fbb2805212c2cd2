//! The Web API under `/spotify/v1`.

pub(crate) mod bearer;
pub(crate) mod error;
pub(crate) mod etag;
pub(crate) mod following;
pub(crate) mod library;
pub(crate) mod me;
pub(crate) mod pictures;
mod query;
pub(crate) mod saved;
pub(crate) mod search;
pub(crate) mod top;
mod window;
