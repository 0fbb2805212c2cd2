//! `GET /google/account/connections`: where a person removes an app.

use std::fmt::Write as _;

use axum::Form as Posted;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::{GoogleAccount, chooser, scope, session};
use crate::page::{self, escape};
use crate::world::{Data, World};

pub(crate) const CONNECTIONS: &str = "/google/account/connections";

/// The *Remove access* form.
#[derive(Debug, Deserialize)]
pub(crate) struct Removal {
    account: String,
    client_id: String,
}

/// `GET /google/account/connections`.
pub(crate) async fn show(State(world): State<World>, headers: HeaderMap) -> Response {
    world.with(|data| page(data, &headers))
}

/// `POST /google/account/connections/remove`.
pub(crate) async fn remove(
    State(world): State<World>,
    headers: HeaderMap,
    Posted(form): Posted<Removal>,
) -> Response {
    if !page::is_own_form(&headers) {
        return page::foreign_form();
    }
    world.with(|data| {
        if session::logins(&data.google, &headers).contains(&form.account) {
            let grants = &mut data.google.grants;
            grants.remove_app(&form.client_id, &form.account);
        }
    });
    page::redirect(StatusCode::SEE_OTHER, CONNECTIONS)
}

fn page(data: &Data, headers: &HeaderMap) -> Response {
    let logins = session::logins(&data.google, headers);
    if logins.is_empty() {
        return chooser::page(data, "", None, &logins, None);
    }
    let mut html = String::from("<h1>Your connections</h1>");
    for account in logins
        .iter()
        .filter_map(|login| data.google.accounts.get(login))
    {
        html.push_str(&section(data, account));
    }
    html.push_str(
        r#"<form method="post" action="/google/signin/out"><button type="submit">Sign out</button></form>"#,
    );
    page::page("Your connections", &html)
}

/// One account and the apps that have access to it.
fn section(data: &Data, account: &GoogleAccount) -> String {
    let mut html = format!(
        r#"<section><div class="who">{}
<p><strong dir="auto">{}</strong> <small dir="auto">{}</small></p></div>"#,
        chooser::image(account),
        escape(account.label()),
        escape(&account.email),
    );
    let mut any = false;
    for (client_id, login, consent) in data.google.grants.consents() {
        if login != account.login {
            continue;
        }
        any = true;
        let name = data
            .clients
            .get(client_id)
            .map_or(client_id, |client| client.name.as_str());
        let _ = write!(
            html,
            r#"<h2 dir="auto">{name}</h2><ul class="scopes">"#,
            name = escape(name)
        );
        for sentence in scope::sentences(&consent.scopes) {
            let _ = write!(html, "<li>{}</li>", escape(sentence));
        }
        let _ = write!(
            html,
            r#"</ul><form method="post" action="/google/account/connections/remove">
<input type="hidden" name="account" value="{login}">
<input type="hidden" name="client_id" value="{id}">
<button type="submit" dir="auto">Remove access of {name}</button></form>"#,
            login = escape(login),
            id = escape(client_id),
            name = escape(name)
        );
    }
    if !any {
        html.push_str("<p>No app has access to this account.</p>");
    }
    html.push_str("</section>");
    html
}
