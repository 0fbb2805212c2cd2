//! The consent page: who asks, what for, and as whom.

use std::fmt::Write as _;

use axum::response::Response;
use url::Url;

use super::{Ask, sign_in};
use crate::listener::Listener;
use crate::page::{self, escape};
use crate::scope;

/// The page that asks `listener` to agree to `ask`, whose raw query is `request`.
pub(crate) fn page(ask: &Ask, listener: &Listener, request: &str) -> Response {
    let mut html = format!(
        r#"<h1>Connect <span dir="auto">{name}</span>?</h1>"#,
        name = escape(&ask.client.name)
    );
    if !ask.client.description.is_empty() {
        let _ = write!(
            html,
            r#"<p dir="auto">{}</p>"#,
            escape(&ask.client.description)
        );
    }
    let _ = write!(
        html,
        r#"<form method="post" action="/spotify/authorize/switch" class="who">
<input type="hidden" name="next" value="{}">
<img src="/spotify/images/users/{}/64.svg" alt="" width="48" height="48">
<p>Signed in as <strong dir="auto">{}</strong></p>
<button type="submit" class="link">Not you?</button>
</form>
<h2>It will be able to</h2><ul class="scopes"><li>View your name, your picture and what you show in public.</li>"#,
        escape(&sign_in::authorize_path(request)),
        escape(&page::encode_segment(&listener.login)),
        escape(listener.label()),
    );
    for sentence in scope::sentences(&ask.scopes) {
        let _ = write!(html, "<li>{}</li>", escape(sentence));
    }
    let _ = write!(
        html,
        r#"</ul>
<form method="post" action="/spotify/authorize/consent" class="decide">
<input type="hidden" name="request" value="{}">
<button type="submit" name="decision" value="agree" class="first">Agree</button>
<button type="submit" name="decision" value="cancel">Cancel</button>
</form>
<p class="quiet">You go on to <span class="host">{}</span>, and can remove this access at any time on <a href="{}">your apps page</a>.</p>"#,
        escape(request),
        escape(&origin(&ask.redirect_uri)),
        sign_in::APPS,
    );
    page::page(&format!("Connect {}?", ask.client.name), &html)
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
