//! `GET /spotify/account/apps`: where a person removes an app.

use std::fmt::Write as _;

use axum::Form as Posted;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::{session, sign_in};
use crate::page::{self, escape};
use crate::scope;
use crate::world::{Data, World};

/// The *Remove access* form.
#[derive(Debug, Deserialize)]
pub(crate) struct Removal {
    client_id: String,
}

/// `GET /spotify/account/apps`.
pub(crate) async fn show(State(world): State<World>, headers: HeaderMap) -> Response {
    world.with(|data| page(data, &headers))
}

/// `POST /spotify/account/apps/remove`.
pub(crate) async fn remove(
    State(world): State<World>,
    headers: HeaderMap,
    Posted(form): Posted<Removal>,
) -> Response {
    if !page::is_own_form(&headers) {
        return page::foreign_form();
    }
    world.with(|data| {
        if let Some(login) = session::listener(data, &headers).map(|one| one.login.clone()) {
            data.grants.remove_app(&form.client_id, &login);
        }
    });
    page::redirect(StatusCode::SEE_OTHER, sign_in::APPS)
}

fn page(data: &Data, headers: &HeaderMap) -> Response {
    let Some(listener) = session::listener(data, headers) else {
        return sign_in::page(data, sign_in::APPS, None, None);
    };
    let mut html = format!(
        r#"<h1>Your apps</h1>
<form method="post" action="/spotify/authorize/switch" class="who">
<input type="hidden" name="next" value="{}">
<img src="/spotify/images/users/{}/64.svg" alt="" width="48" height="48">
<p>Signed in as <strong dir="auto">{}</strong></p>
<button type="submit" class="link">Sign out</button>
</form>"#,
        sign_in::APPS,
        escape(&page::encode_segment(&listener.login)),
        escape(listener.label()),
    );
    let mut any = false;
    for (client_id, login, consent) in data.grants.consents() {
        if login != listener.login {
            continue;
        }
        any = true;
        let name = data
            .clients
            .get(client_id)
            .map_or(client_id, |client| client.name.as_str());
        let _ = write!(
            html,
            r#"<section><h2 dir="auto">{name}</h2><ul class="scopes"><li>View your name, your picture and what you show in public.</li>"#,
            name = escape(name)
        );
        for sentence in scope::sentences(&consent.scopes) {
            let _ = write!(html, "<li>{}</li>", escape(sentence));
        }
        let _ = write!(
            html,
            r#"</ul><form method="post" action="/spotify/account/apps/remove">
<input type="hidden" name="client_id" value="{id}">
<button type="submit" dir="auto">Remove access of {name}</button></form></section>"#,
            id = escape(client_id),
            name = escape(name)
        );
    }
    if !any {
        html.push_str("<p>No app has access to your account.</p>");
    }
    page::page("Your apps", &html)
}
