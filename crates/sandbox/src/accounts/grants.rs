//! What people have agreed to, and the codes and tokens that came of it.

use std::collections::BTreeMap;

use crate::accounts::Ask;
use crate::bounded::Bounded;
use crate::mint::Mint;
use crate::scope::Scopes;

/// A code lives ten minutes.
const CODE_LIFE_S: i64 = 600;
/// A refresh token lives six months, here 26 weeks, from the moment the person agreed.
const REFRESH_LIFE_S: i64 = 182 * 24 * 3600;
/// How many codes, tokens and browser sessions of each kind are kept.
const KEPT: usize = 20_000;

/// Consents, codes, tokens, and the browsers signed in at the sandbox.
#[derive(Debug)]
pub(crate) struct Grants {
    consents: BTreeMap<(String, String), Consent>,
    codes: Bounded<Code>,
    access: Bounded<AccessToken>,
    refresh: Bounded<RefreshToken>,
    families: u64,
    /// How often a superseded refresh token was sent.
    pub(crate) superseded_sent: u64,
    sessions: Bounded<String>,
}

/// All that one listener has ever granted one client, until the app is removed.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    pub(crate) scopes: Scopes,
    pub(crate) since: i64,
}

/// An authorization code and all that it is bound to.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) login: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<String>,
    pub(crate) scopes: Scopes,
    pub(crate) issued_at: i64,
    spent: bool,
}

impl Code {
    pub(crate) fn is_expired(&self, now: i64) -> bool {
        now >= self.issued_at + CODE_LIFE_S
    }
}

/// An access token; without a login it is the app's own.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    pub(crate) client_id: String,
    pub(crate) login: Option<String>,
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: i64,
}

/// A refresh token and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken {
    pub(crate) client_id: String,
    pub(crate) login: String,
    /// When the person agreed; a refresh does not move it.
    pub(crate) agreed_at: i64,
    /// Whether the connection began with a PKCE challenge, so that no secret is needed.
    pub(crate) with_pkce: bool,
    /// How many refreshes this connection has seen.
    pub(crate) refreshes: u64,
    /// Which tokens came of one another.
    pub(crate) family: u64,
    /// A later one took its place.
    pub(crate) superseded: bool,
    /// Its app was removed, or its family was ended.
    pub(crate) dead: bool,
}

impl RefreshToken {
    pub(crate) fn is_dead(&self, now: i64) -> bool {
        self.dead || self.superseded || now >= self.agreed_at + REFRESH_LIFE_S
    }
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            consents: BTreeMap::new(),
            codes: Bounded::new(KEPT),
            access: Bounded::new(KEPT),
            refresh: Bounded::new(KEPT),
            families: 0,
            superseded_sent: 0,
            sessions: Bounded::new(KEPT),
        }
    }
}

impl Grants {
    /// What this listener has granted this client.
    pub(crate) fn consent(&self, client_id: &str, login: &str) -> Option<&Consent> {
        self.consents.get(&(client_id.to_owned(), login.to_owned()))
    }

    /// Every consent: client id, login, and what was granted.
    pub(crate) fn consents(&self) -> impl Iterator<Item = (&str, &str, &Consent)> {
        self.consents
            .iter()
            .map(|((client, login), consent)| (client.as_str(), login.as_str(), consent))
    }

    /// Writes an agreement down and issues the code for it.
    pub(crate) fn agree(&mut self, ask: &Ask, login: &str, mint: &mut Mint, now_ms: i64) -> String {
        let now = now_ms.div_euclid(1000);
        self.consents
            .entry((ask.client.id.clone(), login.to_owned()))
            .or_insert_with(|| Consent {
                scopes: Scopes::new(),
                since: now,
            })
            .scopes
            .extend(&ask.scopes);
        let code = mint.code(now_ms);
        self.codes.insert(
            code.clone(),
            Code {
                client_id: ask.client.id.clone(),
                login: login.to_owned(),
                redirect_uri: ask.redirect_uri.clone(),
                challenge: ask.challenge.clone(),
                scopes: ask.scopes.clone(),
                issued_at: now,
                spent: false,
            },
        );
        code
    }

    /// Takes an unspent code of this client; whatever becomes of the exchange, it is spent.
    pub(crate) fn take_code(&mut self, code: &str, client_id: &str) -> Option<Code> {
        let held = self.codes.get_mut(code)?;
        // A stranger's attempt must not burn the code of the client that it belongs to.
        if held.client_id != client_id || held.spent {
            return None;
        }
        held.spent = true;
        Some(held.clone())
    }

    pub(crate) fn keep_access(&mut self, token: String, held: AccessToken) {
        self.access.insert(token, held);
    }

    pub(crate) fn access(&self, token: &str) -> Option<&AccessToken> {
        self.access.get(token)
    }

    pub(crate) fn keep_refresh(&mut self, token: String, held: RefreshToken) {
        self.refresh.insert(token, held);
    }

    /// A number for the tokens of a new connection.
    pub(crate) fn new_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    /// Ends the refresh tokens that came of one another; access tokens live on.
    pub(crate) fn kill_family(&mut self, family: u64) {
        for token in self.refresh.values_mut() {
            token.dead |= token.family == family;
        }
    }

    pub(crate) fn refresh(&mut self, token: &str) -> Option<&mut RefreshToken> {
        self.refresh.get_mut(token)
    }

    /// Removes an app for a listener: refresh tokens and codes die, access tokens live on.
    pub(crate) fn remove_app(&mut self, client_id: &str, login: &str) -> bool {
        let removed = self
            .consents
            .remove(&(client_id.to_owned(), login.to_owned()))
            .is_some();
        for token in self.refresh.values_mut() {
            token.dead |= token.client_id == client_id && token.login == login;
        }
        for code in self.codes.values_mut() {
            code.spent |= code.client_id == client_id && code.login == login;
        }
        removed
    }

    /// Signs a browser in at the sandbox.
    pub(crate) fn open_session(&mut self, id: String, login: &str) {
        self.sessions.insert(id, login.to_owned());
    }

    /// The login a browser is signed in with.
    pub(crate) fn session(&self, id: &str) -> Option<&str> {
        self.sessions.get(id).map(String::as_str)
    }

    pub(crate) fn close_session(&mut self, id: &str) {
        self.sessions.remove(id);
    }
}
