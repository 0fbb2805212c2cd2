//! The account chooser: one button an account, and a form. No password, because there is none.

use std::fmt::Write as _;

use axum::Form as Posted;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::authorize::{CONSENT, authorize_path};
use super::connections::CONNECTIONS;
use super::{Ask, GoogleAccount, session};
use crate::page::{self, escape};
use crate::world::{Data, World};

/// The form of the chooser; without a `request` it leads to the connections.
#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    account: String,
    #[serde(default)]
    request: String,
}

/// *Sign out*.
#[derive(Debug, Deserialize)]
pub(crate) struct SignOut {
    #[serde(default)]
    request: String,
}

/// `POST /google/signin/choose`.
pub(crate) async fn choose(
    State(world): State<World>,
    headers: HeaderMap,
    Posted(form): Posted<Choice>,
) -> Response {
    if !page::is_own_form(&headers) {
        return page::foreign_form();
    }
    let typed = form.account.trim();
    world.with(|data| {
        let mut logins = session::logins(&data.google, &headers);
        let Some(login) = data.google.find(typed).map(|one| one.login.clone()) else {
            let said =
                format!("There is no Google account “{typed}” here. Choose one from the list.");
            let ask = Ask::read(&form.request, data).ok();
            let again = page(data, &form.request, ask.as_ref(), &logins, Some(&said));
            return (StatusCode::BAD_REQUEST, again).into_response();
        };
        let next = if form.request.is_empty() {
            CONNECTIONS.to_owned()
        } else {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("request", &form.request)
                .append_pair("account", &login)
                .finish();
            format!("{CONSENT}?{query}")
        };
        if !logins.contains(&login) {
            logins.push(login);
        }
        // A new id at each sign-in, and the old one is worth nothing.
        if let Some(old) = session::id(&headers) {
            data.google.grants.close_session(old);
        }
        let id = data.mint.session_id(data.clock.now_ms());
        data.google.grants.open_session(id.clone(), logins);
        let cookie = [(header::SET_COOKIE, session::set_cookie(&id))];
        (cookie, page::redirect(StatusCode::SEE_OTHER, &next)).into_response()
    })
}

/// `POST /google/signin/out`: signs the browser out of all accounts and goes on.
pub(crate) async fn sign_out(
    State(world): State<World>,
    headers: HeaderMap,
    Posted(form): Posted<SignOut>,
) -> Response {
    if !page::is_own_form(&headers) {
        return page::foreign_form();
    }
    if let Some(id) = session::id(&headers) {
        world.with(|data| data.google.grants.close_session(id));
    }
    let next = if form.request.is_empty() {
        CONNECTIONS.to_owned()
    } else {
        authorize_path(&form.request)
    };
    let cookie = [(header::SET_COOKIE, session::clear_cookie())];
    (cookie, page::redirect(StatusCode::SEE_OTHER, &next)).into_response()
}

/// The page; `ask` is the request to go on with, `said` what went wrong.
pub(crate) fn page(
    data: &Data,
    request: &str,
    ask: Option<&Ask>,
    logins: &[String],
    said: Option<&str>,
) -> Response {
    let mut html = String::from("<h1>Choose an account</h1>");
    if let Some(ask) = ask {
        let _ = write!(
            html,
            r#"<p>to go on to <strong dir="auto">{}</strong></p>"#,
            escape(&ask.client.name)
        );
    }
    if let Some(said) = said {
        let _ = write!(
            html,
            r#"<p role="alert" class="alert">{}</p>"#,
            escape(said)
        );
    }
    let hint = ask.and_then(|ask| ask.login_hint.as_deref());
    let request = escape(request);
    let _ = write!(
        html,
        r#"<form method="post" action="/google/signin/choose">
<input type="hidden" name="request" value="{request}">
<ul class="people">"#
    );
    for account in data.google.accounts.values() {
        html.push_str(&person(account, logins.contains(&account.login)));
    }
    let _ = write!(
        html,
        r#"</ul></form>
<form method="post" action="/google/signin/choose" class="line">
<input type="hidden" name="request" value="{request}">
<label for="account">Use another account, by its e-mail address</label>
<input id="account" name="account" value="{}" autocomplete="off" autocapitalize="none" spellcheck="false" required>
<button type="submit">Continue</button>
</form>
<p class="quiet">There are no passwords here, and none is asked for.</p>"#,
        escape(hint.unwrap_or_default())
    );
    page::page("Choose an account", &html)
}

fn person(account: &GoogleAccount, signed_in: bool) -> String {
    format!(
        r#"<li>{}
<div><button type="submit" name="account" value="{}" dir="auto">Continue as {}</button>
<small><span dir="auto">{}</span>{}</small></div></li>"#,
        image(account),
        escape(&account.login),
        escape(account.label()),
        escape(&account.email),
        if signed_in { " · signed in" } else { "" },
    )
}

/// The picture of an account, or the room for one.
pub(crate) fn image(account: &GoogleAccount) -> String {
    account.picture.as_ref().map_or_else(
        || "<span></span>".to_owned(),
        |picture| {
            format!(
                r#"<img src="{}" alt="" width="48" height="48">"#,
                escape(picture)
            )
        },
    )
}
