//! `GET /google/o/oauth2/v2/auth`: the chooser, consent, or straight back.

use axum::Form as Posted;
use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::{Ask, GoogleRefusal, chooser, consent_page, scope, session};
use crate::page::{self, escape};
use crate::world::{Data, World};

/// The authorization endpoint.
pub(crate) const AUTHORIZE: &str = "/google/o/oauth2/v2/auth";
pub(crate) const CONSENT: &str = "/google/signin/consent";

/// Which request goes on as which account.
#[derive(Debug, Deserialize)]
pub(crate) struct Chosen {
    request: String,
    account: String,
}

/// The answer of the consent page.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    request: String,
    account: String,
    decision: Decision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Decision {
    Continue,
    Cancel,
}

/// What is done with a request.
enum Step {
    Page(Response),
    Back(String),
}

/// Whom a request means in this browser.
enum Who {
    Nobody,
    One(String),
    Several,
}

/// `GET /google/o/oauth2/v2/auth`.
pub(crate) async fn show(
    State(world): State<World>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    answer(world.with(|data| first_step(data, &query, &headers)))
}

/// `GET /google/signin/consent`: goes on after the chooser.
pub(crate) async fn go_on(
    State(world): State<World>,
    Query(chosen): Query<Chosen>,
    headers: HeaderMap,
) -> Response {
    answer(world.with(|data| {
        let ask = Ask::read(&chosen.request, data)?;
        if session::logins(&data.google, &headers).contains(&chosen.account) {
            Ok(consent_or_back(
                data,
                &ask,
                &chosen.account,
                &chosen.request,
                &headers,
            ))
        } else {
            Ok(Step::Back(authorize_path(&chosen.request)))
        }
    }))
}

/// `POST /google/signin/consent`.
pub(crate) async fn decide(
    State(world): State<World>,
    headers: HeaderMap,
    Posted(form): Posted<Answer>,
) -> Response {
    if !page::is_own_form(&headers) {
        return page::foreign_form();
    }
    let back = world.with(|data| {
        let ask = Ask::read(&form.request, data)?;
        let logins = session::logins(&data.google, &headers);
        let Some(index) = logins.iter().position(|login| *login == form.account) else {
            // Signed out in another tab: the request begins again.
            return Ok(authorize_path(&form.request));
        };
        Ok(match form.decision {
            Decision::Continue => agree(data, &ask, &form.account, index, true),
            Decision::Cancel => ask.callback(&[("error", "access_denied")]),
        })
    });
    match back {
        Ok(url) => page::redirect(StatusCode::SEE_OTHER, &url),
        Err(refusal) => refused(&refusal),
    }
}

/// Writes the agreement down and says where the browser goes with the code. `authuser` is the
/// number of the account in this browser; `asked` says whether the person was asked just now.
pub(crate) fn agree(
    data: &mut Data,
    ask: &Ask,
    login: &str,
    authuser: usize,
    asked: bool,
) -> String {
    let now_ms = data.clock.now_ms();
    let (code, scopes) = data.google.grants.agree(ask, login, &mut data.mint, now_ms);
    let (scope, authuser) = (scope::join(&scopes), authuser.to_string());
    let mut answer = vec![
        ("code", code.as_str()),
        ("scope", &scope),
        ("authuser", &authuser),
    ];
    let account = data.google.accounts.get(login);
    if let Some(hd) = account.and_then(|account| account.hd.as_deref()) {
        answer.push(("hd", hd));
    }
    answer.push(("prompt", if asked { "consent" } else { "none" }));
    ask.callback(&answer)
}

/// Whether this account has to be asked before the request can be answered.
pub(crate) fn must_ask(data: &Data, ask: &Ask, login: &str) -> bool {
    let granted = data.google.grants.consent(&ask.client.id, login);
    ask.prompt.consent || granted.is_none_or(|consent| !ask.scopes.is_subset(&consent.scopes))
}

/// The authorization endpoint with this query.
pub(crate) fn authorize_path(query: &str) -> String {
    format!("{AUTHORIZE}?{query}")
}

fn first_step(data: &mut Data, query: &str, headers: &HeaderMap) -> Result<Step, GoogleRefusal> {
    let ask = Ask::read(query, data)?;
    let logins = session::logins(&data.google, headers);
    let who = who(data, &ask, &logins);
    if ask.prompt.none {
        return Ok(Step::Back(without_a_page(data, &ask, &who, &logins)));
    }
    Ok(match who {
        Who::One(login) if !ask.prompt.select_account => {
            consent_or_back(data, &ask, &login, query, headers)
        }
        _ => Step::Page(chooser::page(data, query, Some(&ask), &logins, None)),
    })
}

/// A hint names one of the accounts of this browser; without one there must be no choice.
fn who(data: &Data, ask: &Ask, logins: &[String]) -> Who {
    if let Some(hint) = &ask.login_hint {
        return data
            .google
            .find(hint)
            .filter(|account| logins.contains(&account.login))
            .map_or(Who::Nobody, |account| Who::One(account.login.clone()));
    }
    match logins {
        [] => Who::Nobody,
        [login] => Who::One(login.clone()),
        _ => Who::Several,
    }
}

/// `prompt=none`: a code, or why a page would have been needed.
fn without_a_page(data: &mut Data, ask: &Ask, who: &Who, logins: &[String]) -> String {
    match who {
        Who::Nobody => ask.callback(&[("error", "login_required")]),
        Who::One(login) if !must_ask(data, ask, login) => {
            agree(data, ask, login, number(logins, login), false)
        }
        Who::One(_) | Who::Several => ask.callback(&[("error", "interaction_required")]),
    }
}

fn consent_or_back(
    data: &mut Data,
    ask: &Ask,
    login: &str,
    query: &str,
    headers: &HeaderMap,
) -> Step {
    if !must_ask(data, ask, login) {
        let logins = session::logins(&data.google, headers);
        return Step::Back(agree(data, ask, login, number(&logins, login), false));
    }
    match data.google.accounts.get(login) {
        Some(account) => Step::Page(consent_page::page(ask, account, query)),
        None => Step::Back(authorize_path(query)),
    }
}

fn number(logins: &[String], login: &str) -> usize {
    logins
        .iter()
        .position(|one| one == login)
        .unwrap_or_default()
}

fn answer(step: Result<Step, GoogleRefusal>) -> Response {
    match step {
        Ok(Step::Page(page)) => page,
        Ok(Step::Back(url)) => page::redirect(StatusCode::FOUND, &url),
        Err(refusal) => refused(&refusal),
    }
}

/// The page of an error that must not redirect.
fn refused(refusal: &GoogleRefusal) -> Response {
    let status = refusal.status();
    let html = format!(
        r#"<h1>Access blocked</h1><p role="alert" class="alert">{}</p>
<p>Error {}: <code>{}</code></p>
<p class="quiet">The app that sent you here made a mistake. There is nothing that you can do about it on this page.</p>"#,
        escape(&refusal.to_string()),
        status.as_u16(),
        refusal.code(),
    );
    (status, page::page("Access blocked", &html)).into_response()
}
