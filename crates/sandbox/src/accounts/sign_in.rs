//! The sign-in page: one button a listener, and a form. No password, because there is none.

use std::fmt::Write as _;

use axum::Form as Posted;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::session;
use crate::listener::Listener;
use crate::page::{self, escape};
use crate::registration::Client;
use crate::world::{Data, World};

const AUTHORIZE: &str = "/spotify/authorize";
pub(crate) const APPS: &str = "/spotify/account/apps";

/// The sign-in form.
#[derive(Debug, Deserialize)]
pub(crate) struct SignIn {
    login: String,
    next: String,
}

/// *Not you?*
#[derive(Debug, Deserialize)]
pub(crate) struct Switch {
    next: String,
}

/// The authorize page with this query.
pub(crate) fn authorize_path(query: &str) -> String {
    format!("{AUTHORIZE}?{query}")
}

/// `POST /spotify/authorize/sign-in`.
pub(crate) async fn sign_in(
    State(world): State<World>,
    headers: HeaderMap,
    Posted(form): Posted<SignIn>,
) -> Response {
    if !page::is_own_form(&headers) {
        return page::foreign_form();
    }
    let next = own_page(&form.next);
    let login = form.login.trim();
    world.with(|data| {
        if !data.listeners.contains_key(login) {
            let said = format!("Nobody here is called “{login}”. Choose someone from the list.");
            let again = page(data, next, None, Some(&said));
            return (StatusCode::BAD_REQUEST, again).into_response();
        }
        // A new id at each sign-in, and the old one is worth nothing.
        if let Some(old) = session::id(&headers) {
            data.grants.close_session(old);
        }
        let id = data.mint.session_id(data.clock.now_ms());
        data.grants.open_session(id.clone(), login);
        let cookie = [(header::SET_COOKIE, session::set_cookie(&id))];
        (cookie, page::redirect(StatusCode::SEE_OTHER, next)).into_response()
    })
}

/// `POST /spotify/authorize/switch`: signs the browser out at the sandbox and goes on.
pub(crate) async fn switch(
    State(world): State<World>,
    headers: HeaderMap,
    Posted(form): Posted<Switch>,
) -> Response {
    if !page::is_own_form(&headers) {
        return page::foreign_form();
    }
    if let Some(id) = session::id(&headers) {
        world.with(|data| data.grants.close_session(id));
    }
    let cookie = [(header::SET_COOKIE, session::clear_cookie())];
    (
        cookie,
        page::redirect(StatusCode::SEE_OTHER, own_page(&form.next)),
    )
        .into_response()
}

/// A page of ours to go to, whatever the form says.
fn own_page(next: &str) -> &str {
    let query = next
        .strip_prefix(AUTHORIZE)
        .and_then(|rest| rest.strip_prefix('?'));
    let printable = next.bytes().all(|byte| byte.is_ascii_graphic());
    if query.is_some() && printable {
        next
    } else {
        APPS
    }
}

/// The page; `client` is the one that asks, `said` what went wrong.
pub(crate) fn page(
    data: &Data,
    next: &str,
    client: Option<&Client>,
    said: Option<&str>,
) -> Response {
    let mut html = String::from("<h1>Sign in</h1>");
    if let Some(client) = client {
        let _ = write!(
            html,
            r#"<p>to go on to <strong dir="auto">{}</strong></p>"#,
            escape(&client.name)
        );
    }
    if let Some(said) = said {
        let _ = write!(
            html,
            r#"<p role="alert" class="alert">{}</p>"#,
            escape(said)
        );
    }
    let next = escape(next);
    let _ = write!(
        html,
        r#"<form method="post" action="/spotify/authorize/sign-in">
<input type="hidden" name="next" value="{next}">
<ul class="people">"#
    );
    for listener in data.listeners.values() {
        html.push_str(&person(listener));
    }
    let _ = write!(
        html,
        r#"</ul></form>
<form method="post" action="/spotify/authorize/sign-in" class="line">
<input type="hidden" name="next" value="{next}">
<label for="login">Or by login name</label>
<input id="login" name="login" autocomplete="off" autocapitalize="none" spellcheck="false" required>
<button type="submit">Sign in</button>
</form>
<p class="quiet">There are no passwords here, and none is asked for.</p>"#
    );
    page::page("Sign in", &html)
}

fn person(listener: &Listener) -> String {
    let login = escape(&listener.login);
    format!(
        r#"<li><img src="/spotify/images/users/{}/64.svg" alt="" width="48" height="48">
<div><button type="submit" name="login" value="{login}" dir="auto">Sign in as {}</button>
<small><span dir="auto">{login}</span> · {} · {}</small></div></li>"#,
        escape(&page::encode_segment(&listener.login)),
        escape(listener.label()),
        escape(&listener.product),
        escape(&listener.country),
    )
}
