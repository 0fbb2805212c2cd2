//! Which listener a browser is signed in as, at the sandbox itself.

use axum::http::{HeaderMap, header};

use crate::listener::Listener;
use crate::world::Data;

const COOKIE: &str = "sandbox_spotify_session";

/// The listener of this browser, when one is signed in.
pub(crate) fn listener<'a>(data: &'a Data, headers: &HeaderMap) -> Option<&'a Listener> {
    let login = data.grants.session(id(headers)?)?;
    data.listeners.get(login)
}

/// The session id that the browser sent.
pub(crate) fn id(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The `Set-Cookie` that signs a browser in.
///
/// `Lax`, because the person comes here by a link from another site.
pub(crate) fn set_cookie(id: &str) -> String {
    format!("{COOKIE}={id}; Path=/spotify; HttpOnly; SameSite=Lax")
}

/// The `Set-Cookie` that signs a browser out.
pub(crate) fn clear_cookie() -> String {
    format!("{COOKIE}=; Path=/spotify; HttpOnly; SameSite=Lax; Max-Age=0")
}
