//! `GET /spotify/authorize`: sign-in, consent, or straight back.

use axum::Form as Posted;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::{Ask, AuthorizeRefusal, consent_page, session, sign_in};
use crate::page;
use crate::world::{Data, World};

/// The answer of the consent page.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    request: String,
    decision: Decision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Decision {
    Agree,
    Cancel,
}

/// What the authorize page does with a request.
enum Step {
    Page(Response),
    Back(String),
}

/// `GET /spotify/authorize`.
pub(crate) async fn show(
    State(world): State<World>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    match world.with(|data| next_step(data, &query, &headers)) {
        Ok(Step::Page(page)) => page,
        Ok(Step::Back(url)) => page::redirect(StatusCode::FOUND, &url),
        Err(refusal) => refused(&refusal),
    }
}

/// `POST /spotify/authorize/consent`.
pub(crate) async fn decide(
    State(world): State<World>,
    headers: HeaderMap,
    Posted(answer): Posted<Answer>,
) -> Response {
    if !page::is_own_form(&headers) {
        return page::foreign_form();
    }
    let back = world.with(|data| {
        let ask = Ask::read(&answer.request, data)?;
        let Some(login) = session::listener(data, &headers).map(|one| one.login.clone()) else {
            // Signed out in another tab: the request begins again.
            return Ok(sign_in::authorize_path(&answer.request));
        };
        ask.after_sign_in()?;
        Ok(match answer.decision {
            Decision::Agree => agree(data, &ask, &login),
            Decision::Cancel => ask.callback("error", "access_denied"),
        })
    });
    match back {
        Ok(url) => page::redirect(StatusCode::SEE_OTHER, &url),
        Err(refusal) => refused(&refusal),
    }
}

/// Writes the agreement down and says where the browser goes with the code.
pub(crate) fn agree(data: &mut Data, ask: &Ask, login: &str) -> String {
    let now_ms = data.clock.now_ms();
    let code = data.grants.agree(ask, login, &mut data.mint, now_ms);
    ask.callback("code", &code)
}

fn next_step(data: &mut Data, query: &str, headers: &HeaderMap) -> Result<Step, AuthorizeRefusal> {
    let ask = Ask::read(query, data)?;
    let Some(listener) = session::listener(data, headers) else {
        let next = sign_in::authorize_path(query);
        return Ok(Step::Page(sign_in::page(
            data,
            &next,
            Some(&ask.client),
            None,
        )));
    };
    ask.after_sign_in()?;
    let granted = data.grants.consent(&ask.client.id, &listener.login);
    let nothing_new = granted.is_some_and(|consent| ask.scopes.is_subset(&consent.scopes));
    if nothing_new && !ask.show_dialog {
        let login = listener.login.clone();
        return Ok(Step::Back(agree(data, &ask, &login)));
    }
    Ok(Step::Page(consent_page::page(&ask, listener, query)))
}

/// The bare page of an error that must not redirect.
fn refused(refusal: &AuthorizeRefusal) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (StatusCode::BAD_REQUEST, headers, refusal.to_string()).into_response()
}
