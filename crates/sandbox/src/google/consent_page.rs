//! The consent page: who asks, what for, and as whom.

use std::fmt::Write as _;

use axum::response::Response;
use url::Url;

use super::connections::CONNECTIONS;
use super::{Ask, GoogleAccount, chooser, scope};
use crate::page::{self, escape};

/// The page that asks `account` to agree to `ask`, whose raw query is `request`.
pub(crate) fn page(ask: &Ask, account: &GoogleAccount, request: &str) -> Response {
    let name = escape(&ask.client.name);
    let request = escape(request);
    let mut html = format!(
        r#"<h1>Sign in to <span dir="auto">{name}</span>?</h1>
<form method="post" action="/google/signin/out" class="who">
<input type="hidden" name="request" value="{request}">
{}
<p>Signed in as <strong dir="auto">{}</strong> <small dir="auto">{}</small></p>
<button type="submit" class="link">Not you?</button>
</form>
<h2>It will be able to</h2><ul class="scopes">"#,
        chooser::image(account),
        escape(account.label()),
        escape(&account.email),
    );
    for sentence in scope::sentences(&ask.scopes) {
        let _ = write!(html, "<li>{}</li>", escape(sentence));
    }
    if ask.offline {
        html.push_str("<li>Keep this access while you are away.</li>");
    }
    let _ = write!(
        html,
        r#"</ul>
<form method="post" action="/google/signin/consent" class="decide">
<input type="hidden" name="request" value="{request}">
<input type="hidden" name="account" value="{}">
<button type="submit" name="decision" value="continue" class="first">Continue</button>
<button type="submit" name="decision" value="cancel">Cancel</button>
</form>
<p class="quiet">You go on to <span class="host">{}</span>, and can remove this access at any time on <a href="{CONNECTIONS}">your connections page</a>.</p>"#,
        escape(&account.login),
        escape(&origin(&ask.redirect_uri)),
    );
    page::page(&format!("Sign in to {}?", ask.client.name), &html)
}

/// The part of the redirect URI that says whose it is.
fn origin(redirect_uri: &str) -> String {
    Url::parse(redirect_uri).map_or_else(
        |_| redirect_uri.to_owned(),
        |url| match url.origin().ascii_serialization().as_str() {
            // A custom scheme has no origin.
            "null" => format!("{}:", url.scheme()),
            origin => origin.to_owned(),
        },
    )
}
