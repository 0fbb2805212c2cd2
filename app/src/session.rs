//! Who is signed in, as the server tells it. Never a token.

pub mod boot;
pub mod fresh;
pub mod live;
pub mod renewal;

pub use boot::{Boot, ProviderView, SessionLife};

use std::collections::BTreeMap;

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
