//! What a page knows at once, and the way it comes to the browser.

use js_sys::{JSON, Reflect};
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::parts::account_menu::menu_arrival;
use crate::parts::ending_soon::ending_arrival;
use crate::session::SessionView;

/// The id of the element that carries it.
pub(crate) const ID: &str = "boot";

/// What a page knows when it is rendered: put into context by the server, serialised into the
/// page, and taken up by the browser without another request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Boot {
    /// The session, or `None` while it is not yet known: a visit that came by a link from another
    /// site carries no cookie, so its first request tells.
    pub session: Option<SessionView>,
    /// Whether the browser should ask who is signed in as soon as the page is live: it is not yet
    /// known, or the visit should keep the session going.
    pub ask: bool,
    /// The providers on offer.
    pub providers: Vec<ProviderView>,
    /// How long a session lives.
    pub session_life: SessionLife,
}

impl Boot {
    /// As the text of an element that no browser runs: JSON in which nothing ends a script.
    pub fn written(&self) -> String {
        serde_json::to_string(self)
            .unwrap_or_default()
            .replace('<', "\\u003c")
    }

    /// What stands in the page. Browser only.
    ///
    /// It is read by the browser's own means but for the session of somebody who is signed in: so a
    /// visitor loads nothing that reads JSON.
    ///
    /// # Errors
    /// Somebody is signed in, and the part that reads who did not arrive.
    pub async fn read() -> Result<Self, SplitLoaderError> {
        let element = document().get_element_by_id(ID);
        let text = element.and_then(|element| element.text_content());
        Self::parse(&text.unwrap_or_default()).await
    }

    /// Waits for what the frame shows to whoever is here. Browser only.
    ///
    /// # Errors
    /// It did not arrive.
    pub async fn arrive(&self) -> Result<(), SplitLoaderError> {
        if self
            .session
            .as_ref()
            .is_some_and(|session| session.signed_in)
        {
            menu_arrival::arrive().await?;
            ending_arrival::arrive().await?;
        }
        Ok(())
    }

    /// As [`Boot::read`], from what [`Boot::written`] wrote.
    ///
    /// # Errors
    /// As [`Boot::read`].
    pub async fn parse(text: &str) -> Result<Self, SplitLoaderError> {
        let Ok(boot) = JSON::parse(text) else {
            return Ok(Self::default());
        };
        let session = member(&boot, "session");
        let session = if session.is_object() {
            Some(if truth(&session, "signed_in") {
                session_of(
                    JSON::stringify(&session)
                        .map(String::from)
                        .unwrap_or_default(),
                )
                .await?
            } else {
                SessionView::default()
            })
        } else {
            None
        };
        let life = member(&boot, "session_life");
        Ok(Self {
            session,
            ask: truth(&boot, "ask"),
            providers: js_sys::Array::from(&member(&boot, "providers"))
                .iter()
                .map(|provider| ProviderView {
                    id: text_of(&provider, "id").unwrap_or_default(),
                    label: text_of(&provider, "label").unwrap_or_default(),
                    available: truth(&provider, "available"),
                    manage_url: text_of(&provider, "manage_url"),
                })
                .collect(),
            session_life: SessionLife {
                idle_s: seconds(&life, "idle_s"),
                max_s: seconds(&life, "max_s"),
            },
        })
    }
}

crate::later! {
    async fn session_of(text: String) -> Result<SessionView, SplitLoaderError> in session {
        Ok(serde_json::from_slice(text.as_bytes()).unwrap_or_default())
    }
}

fn member(of: &JsValue, name: &str) -> JsValue {
    // It fails for what has no members, and that is as good as none.
    Reflect::get(of, &name.into()).unwrap_or_default()
}

fn truth(of: &JsValue, name: &str) -> bool {
    member(of, name).is_truthy()
}

fn text_of(of: &JsValue, name: &str) -> Option<String> {
    member(of, name).as_string()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a number too large is the largest there is"
)]
fn seconds(of: &JsValue, name: &str) -> i64 {
    member(of, name).as_f64().unwrap_or_default() as i64
}

/// How long a session lives, as set up in this installation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SessionLife {
    /// Without being used, in seconds.
    pub idle_s: i64,
    /// At most, in seconds.
    pub max_s: i64,
}

/// A provider one can sign in with here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProviderView {
    /// The id, as in `/callback/{provider}`.
    pub id: String,
    /// The name a person knows, such as `Spotify`.
    pub label: String,
    /// Whether a sign-in can be started. `false` while a provider that must be discovered could not
    /// be reached.
    pub available: bool,
    /// The provider's own page where a person takes a grant back, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manage_url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{Boot, ProviderView};

    #[test]
    fn nothing_in_it_ends_a_script() {
        let boot = Boot {
            providers: vec![ProviderView {
                label: "</script><script>alert(1)</script><!--".to_owned(),
                ..ProviderView::default()
            }],
            ..Boot::default()
        };
        assert!(!boot.written().contains('<'));
    }
}
