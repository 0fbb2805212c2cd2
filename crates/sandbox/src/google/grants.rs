//! What people have agreed to with Google, and the codes and tokens that came of it.

use std::collections::BTreeMap;

use super::Ask;
use super::scope::Scopes;
use crate::bounded::Bounded;
use crate::mint::Mint;

/// A code lives ten minutes.
const CODE_LIFE_S: i64 = 600;
/// A refresh token dies when nobody has used it for six months, here 26 weeks.
const REFRESH_IDLE_S: i64 = 182 * 24 * 3600;
/// How many codes, tokens and browser sessions of each kind are kept.
const KEPT: usize = 20_000;

/// Consents, codes, tokens, and the browsers signed in.
#[derive(Debug)]
pub(crate) struct Grants {
    consents: BTreeMap<(String, String), Consent>,
    codes: Bounded<Code>,
    access: Bounded<AccessToken>,
    refresh: Bounded<RefreshToken>,
    families: u64,
    /// How often a superseded refresh token was sent.
    pub(crate) superseded_sent: u64,
    sessions: Bounded<Vec<String>>,
}

/// All that one account has ever granted one client, until the access is removed.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    pub(crate) scopes: Scopes,
    pub(crate) since: i64,
    /// Whether a code has been exchanged yet: only the first exchange brings a refresh token.
    exchanged: bool,
}

/// To whom a code or a token belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) client_id: String,
    pub(crate) login: String,
}

/// An authorization code and all that it is bound to.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) holder: Holder,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) scopes: Scopes,
    pub(crate) offline: bool,
    /// Whether `prompt=consent` asked for a new agreement.
    pub(crate) consent_forced: bool,
    issued_at: i64,
    spent: bool,
}

impl Code {
    pub(crate) fn is_expired(&self, now: i64) -> bool {
        now >= self.issued_at + CODE_LIFE_S
    }
}

/// An access token.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    pub(crate) holder: Holder,
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: i64,
    /// The refresh tokens that it came with.
    pub(crate) family: u64,
    pub(crate) dead: bool,
}

/// A refresh token and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken {
    pub(crate) holder: Holder,
    pub(crate) scopes: Scopes,
    pub(crate) used_at: i64,
    /// How many refreshes this connection has seen.
    pub(crate) refreshes: u64,
    /// Which tokens came of one another.
    pub(crate) family: u64,
    /// A later one took its place.
    pub(crate) superseded: bool,
    pub(crate) dead: bool,
}

impl RefreshToken {
    pub(crate) fn is_dead(&self, now: i64) -> bool {
        self.dead || self.superseded || now >= self.used_at + REFRESH_IDLE_S
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
    /// What this account has granted this client.
    pub(crate) fn consent(&self, client_id: &str, login: &str) -> Option<&Consent> {
        self.consents.get(&(client_id.to_owned(), login.to_owned()))
    }

    /// Every consent: client id, login, and what was granted.
    pub(crate) fn consents(&self) -> impl Iterator<Item = (&str, &str, &Consent)> {
        self.consents
            .iter()
            .map(|((client, login), consent)| (client.as_str(), login.as_str(), consent))
    }

    /// Writes an agreement down and issues the code for it, with the scopes that it is good for.
    pub(crate) fn agree(
        &mut self,
        ask: &Ask,
        login: &str,
        mint: &mut Mint,
        now_ms: i64,
    ) -> (String, Scopes) {
        let now = now_ms.div_euclid(1000);
        let consent = self
            .consents
            .entry((ask.client.id.clone(), login.to_owned()))
            .or_insert_with(|| Consent {
                scopes: Scopes::new(),
                since: now,
                exchanged: false,
            });
        consent.scopes.extend(&ask.scopes);
        let scopes = if ask.include_granted {
            consent.scopes.clone()
        } else {
            ask.scopes.clone()
        };
        let code = mint.google_code(now_ms);
        self.codes.insert(
            code.clone(),
            Code {
                holder: Holder {
                    client_id: ask.client.id.clone(),
                    login: login.to_owned(),
                },
                redirect_uri: ask.redirect_uri.clone(),
                challenge: ask.challenge.clone(),
                nonce: ask.nonce.clone(),
                scopes: scopes.clone(),
                offline: ask.offline,
                consent_forced: ask.prompt.consent,
                issued_at: now,
                spent: false,
            },
        );
        (code, scopes)
    }

    /// Takes an unspent code of this client; whatever becomes of the exchange, it is spent.
    pub(crate) fn take_code(&mut self, code: &str, client_id: &str) -> Option<Code> {
        let held = self.codes.get_mut(code)?;
        // A stranger's attempt must not burn the code of the client that it belongs to.
        if held.holder.client_id != client_id || held.spent {
            return None;
        }
        held.spent = true;
        Some(held.clone())
    }

    /// Notes an exchange and says whether it is the first since the person agreed.
    pub(crate) fn note_exchange(&mut self, holder: &Holder) -> bool {
        self.consents
            .get_mut(&(holder.client_id.clone(), holder.login.clone()))
            .is_some_and(|consent| !std::mem::replace(&mut consent.exchanged, true))
    }

    pub(crate) fn keep_access(&mut self, token: String, held: AccessToken) {
        self.access.insert(token, held);
    }

    /// An access token that nobody has revoked.
    pub(crate) fn access(&self, token: &str) -> Option<&AccessToken> {
        self.access.get(token).filter(|held| !held.dead)
    }

    pub(crate) fn keep_refresh(&mut self, token: String, held: RefreshToken) {
        self.refresh.insert(token, held);
    }

    /// A number for the tokens of a new connection.
    pub(crate) fn new_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    /// Ends the tokens that came of one another, access tokens too.
    pub(crate) fn kill_family(&mut self, family: u64) {
        for token in self.access.values_mut() {
            token.dead |= token.family == family;
        }
        for token in self.refresh.values_mut() {
            token.dead |= token.family == family;
        }
    }

    pub(crate) fn refresh(&mut self, token: &str) -> Option<&mut RefreshToken> {
        self.refresh.get_mut(token)
    }

    /// Removes the access of one client to an account: consent, codes and all tokens.
    pub(crate) fn remove_app(&mut self, client_id: &str, login: &str) {
        self.kill(|holder| holder.client_id == client_id && holder.login == login);
    }

    /// Removes the access of every client to an account. All clients are of one project, and
    /// that is what a revocation ends.
    pub(crate) fn remove_project(&mut self, login: &str) {
        self.kill(|holder| holder.login == login);
    }

    /// The login of a token that is neither dead nor expired.
    pub(crate) fn login_of(&self, token: &str, now: i64) -> Option<String> {
        let access = self
            .access(token)
            .filter(|held| now < held.expires_at)
            .map(|held| &held.holder);
        let refresh = || {
            self.refresh
                .get(token)
                .filter(|held| !held.is_dead(now))
                .map(|held| &held.holder)
        };
        access.or_else(refresh).map(|holder| holder.login.clone())
    }

    fn kill(&mut self, belongs: impl Fn(&Holder) -> bool) {
        self.consents.retain(|(client_id, login), _| {
            !belongs(&Holder {
                client_id: client_id.clone(),
                login: login.clone(),
            })
        });
        for code in self.codes.values_mut() {
            code.spent |= belongs(&code.holder);
        }
        for token in self.access.values_mut() {
            token.dead |= belongs(&token.holder);
        }
        for token in self.refresh.values_mut() {
            token.dead |= belongs(&token.holder);
        }
    }

    /// Signs a browser in to these accounts.
    pub(crate) fn open_session(&mut self, id: String, logins: Vec<String>) {
        self.sessions.insert(id, logins);
    }

    /// The logins of a browser.
    pub(crate) fn session(&self, id: &str) -> Option<&[String]> {
        self.sessions.get(id).map(Vec::as_slice)
    }

    pub(crate) fn close_session(&mut self, id: &str) {
        self.sessions.remove(id);
    }
}
