//! Who is signed in, as the server tells it. Never a token.

pub mod fresh;
pub mod live;
pub mod renewal;

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The answer of `GET /api/session`. All times are unix seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Whether there is a session. The other members are empty without one.
    pub signed_in: bool,
    /// The account of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountView>,
    /// The identities that lead to the account.
    #[serde(default)]
    pub identities: Vec<IdentityView>,
    /// The providers whose tokens this browser holds.
    #[serde(default)]
    pub connections: Vec<ConnectionView>,
    /// When the session ends if it is not used again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_ends_at: Option<i64>,
    /// Until when the sign-in of this session counts as recent: linking, unlinking and deleting
    /// want one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent_until: Option<i64>,
    /// An identity that was proven and waits for the person's word before it is linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_link: Option<PendingLinkView>,
}

impl SessionView {
    /// The connection to `provider`, where this browser has one.
    pub fn connection(&self, provider: &str) -> Option<&ConnectionView> {
        self.connections
            .iter()
            .find(|connection| connection.provider == provider)
    }
}

/// A person here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Our id of the account, opaque.
    pub id: String,
    /// The display name, where the provider gave one. Any text: show it as text.
    pub name: Option<String>,
    /// The address of a picture, `https` (or the sandbox's).
    pub picture: Option<String>,
    /// The e-mail address, where a provider gave one. To show; never a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When the account was made.
    #[serde(default)]
    pub created_at: i64,
    /// What the person may do in this app, such as `admin`. Scopes are another matter: they are the
    /// provider's.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// One way into the account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityView {
    /// The provider id, such as `spotify`.
    pub provider: String,
    /// The provider's id of the person.
    pub subject: String,
    /// The name the provider gave.
    pub name: Option<String>,
    /// The e-mail address the provider gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When it was first seen here.
    pub linked_at: i64,
    /// When it was last signed in with.
    #[serde(default)]
    pub seen_at: i64,
}

/// An identity that was proven by a sign-in at its provider and is not linked yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLinkView {
    /// The provider id.
    pub provider: String,
    /// The provider's id of the person.
    pub subject: String,
    /// The name the provider gave. Any text: show it as text.
    pub name: Option<String>,
    /// The e-mail address the provider gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
    /// Until when it can be confirmed.
    pub expires_at: i64,
}

/// A provider's tokens, held for this browser in a sealed cookie; here without them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionView {
    /// The provider id.
    pub provider: String,
    /// The permissions that the granted scopes cover.
    pub permissions: Vec<String>,
    /// Since when a permission is held, where that is not since the last consent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub since: BTreeMap<String, i64>,
    /// The scopes the provider says it granted.
    pub scopes: Vec<String>,
    /// When the person consented.
    pub granted_at: i64,
    /// When the provider ends the grant, where that is known (Spotify: six months after consent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_ends_at: Option<i64>,
    /// Whether it can be renewed without the person: the provider gave a refresh token.
    #[serde(default)]
    pub renewable: bool,
    /// When a page that is open should renew it, where name and picture come with it: providers whose
    /// interface is called are renewed by the calls themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renew_at: Option<i64>,
}

/// What a page knows when it is rendered: put into context by the server, serialised into the
/// page, and taken up by the browser without another request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What the server put into context, and the browser finds in the page.
    ///
    /// It goes through the page as text and is read from its bytes, as the answers of the server
    /// are: so the program holds one reader of it and not two.
    pub fn shared() -> Self {
        let known = use_context::<Self>();
        let written = || {
            known
                .as_ref()
                .and_then(|boot| serde_json::to_string(boot).ok())
        };
        let text = SharedValue::new_str(|| written().unwrap_or_default()).into_inner();
        known
            .or_else(|| serde_json::from_slice(text.as_bytes()).ok())
            .unwrap_or_default()
    }
}

/// How long a session lives, as set up in this installation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLife {
    /// Without being used, in seconds.
    pub idle_s: i64,
    /// At most, in seconds.
    pub max_s: i64,
}

/// A provider one can sign in with here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
