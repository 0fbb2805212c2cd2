//! A local Google: an OIDC provider beside the listeners' one.

pub(crate) mod account;
mod ask;
pub(crate) mod authorize;
pub(crate) mod chooser;
mod claims;
mod client_auth;
pub(crate) mod connections;
mod consent_page;
pub(crate) mod discovery;
pub(crate) mod grants;
mod id_token;
mod keys;
pub(crate) mod picture;
pub(crate) mod revoke;
mod scope;
mod session;
mod settings;
pub(crate) mod token;
pub(crate) mod userinfo;

use std::collections::BTreeMap;

pub use account::GoogleAccount;
pub(crate) use ask::Ask;
pub use ask::GoogleRefusal;
pub use claims::GoogleClaims;
pub(crate) use grants::Grants;
pub(crate) use keys::Keys;
pub use settings::GoogleSettings;

/// Where it lies below the sandbox's address.
pub(crate) const ROOT: &str = "/google";

/// All that it knows.
#[derive(Debug)]
pub(crate) struct Google {
    /// Its name in every token, and the address of all that it has.
    pub(crate) issuer: String,
    pub(crate) accounts: BTreeMap<String, GoogleAccount>,
    pub(crate) grants: Grants,
    pub(crate) keys: Keys,
    pub(crate) settings: GoogleSettings,
    pub(crate) claims: GoogleClaims,
}

impl Google {
    /// The provider of the sandbox at `base`, as at start.
    pub(crate) fn new(base: &str) -> Self {
        Self {
            issuer: format!("{base}{ROOT}"),
            accounts: GoogleAccount::ready()
                .map(|one| (one.login.clone(), one))
                .into(),
            grants: Grants::default(),
            keys: Keys::default(),
            settings: GoogleSettings::default(),
            claims: GoogleClaims::default(),
        }
    }

    /// The address of the sandbox.
    pub(crate) fn base(&self) -> &str {
        self.issuer.strip_suffix(ROOT).unwrap_or(&self.issuer)
    }

    /// The account that a person means by a login, an e-mail address or a subject.
    pub(crate) fn find(&self, text: &str) -> Option<&GoogleAccount> {
        let text = text.trim();
        self.accounts.get(text).or_else(|| {
            self.accounts
                .values()
                .find(|one| one.sub == text || one.email.eq_ignore_ascii_case(text))
        })
    }
}
