//! Which accounts a browser is signed in to, in order.

use axum::http::{HeaderMap, header};

use super::Google;

const COOKIE: &str = "sandbox_google_session";

/// The logins of this browser that are still accounts, the first signed in first.
pub(crate) fn logins(google: &Google, headers: &HeaderMap) -> Vec<String> {
    id(headers)
        .and_then(|id| google.grants.session(id))
        .unwrap_or_default()
        .iter()
        .filter(|login| google.accounts.contains_key(*login))
        .cloned()
        .collect()
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
    format!("{COOKIE}={id}; Path=/google; HttpOnly; SameSite=Lax")
}

/// The `Set-Cookie` that signs a browser out.
pub(crate) fn clear_cookie() -> String {
    format!("{COOKIE}=; Path=/google; HttpOnly; SameSite=Lax; Max-Age=0")
}
