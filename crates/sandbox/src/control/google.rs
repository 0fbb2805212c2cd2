//! The part of the handle that is about Google.

use serde::Serialize;
use url::Url;

use super::{Control, ControlError, check_room, refuse};
use crate::google::{
    Ask, Google, GoogleAccount, GoogleClaims, GoogleRefusal, GoogleSettings, authorize,
};
use crate::world::Data;

/// The longest subject (OIDC Core §2).
const MAX_SUB: usize = 255;
/// A day, in seconds.
const MAX_CERTS_AGE_S: u32 = 24 * 3600;

/// All settings and data of the local Google.
#[derive(Debug, Clone, Serialize)]
pub struct GoogleSnapshot {
    /// The issuer.
    pub issuer: String,
    /// Its habits.
    pub settings: GoogleSettings,
    /// The changes to the next ID tokens.
    pub claims: GoogleClaims,
    /// The names of the published keys; the first one signs.
    pub kids: Vec<String>,
    /// The people who can sign in.
    pub accounts: Vec<GoogleAccount>,
    /// What they have agreed to.
    pub consents: Vec<GoogleConsentView>,
}

/// What one account has granted one client.
#[derive(Debug, Clone, Serialize)]
pub struct GoogleConsentView {
    /// The client.
    pub client_id: String,
    /// The account.
    pub login: String,
    /// All scopes ever granted.
    pub scopes: Vec<&'static str>,
    /// Unix seconds of the first agreement.
    pub since: i64,
}

impl GoogleSnapshot {
    pub(super) fn of(google: &Google) -> Self {
        Self {
            issuer: google.issuer.clone(),
            settings: google.settings,
            claims: google.claims.clone(),
            kids: kids(google),
            accounts: google.accounts.values().cloned().collect(),
            consents: google
                .grants
                .consents()
                .map(|(client_id, login, consent)| GoogleConsentView {
                    client_id: client_id.to_owned(),
                    login: login.to_owned(),
                    scopes: consent.scopes.iter().copied().collect(),
                    since: consent.since,
                })
                .collect(),
        }
    }
}

impl Control {
    /// Creates a Google account, or replaces the one of the same login.
    ///
    /// # Errors
    /// An empty login, a subject that no subject can be or that another account has, or too many
    /// accounts.
    pub fn google_account(&self, account: GoogleAccount) -> Result<(), ControlError> {
        check_account(&account)?;
        self.world.with(|data| {
            let accounts = &mut data.google.accounts;
            let taken = accounts
                .values()
                .any(|other| other.login != account.login && other.sub == account.sub);
            if taken {
                return refuse("another account has this `sub`");
            }
            check_room(accounts.len(), accounts.contains_key(&account.login))?;
            accounts.insert(account.login.clone(), account);
            Ok(())
        })
    }

    /// Signs an account in with Google and agrees, without the pages: the callback URL with its
    /// code.
    ///
    /// # Errors
    /// Whatever Google would refuse on a page, and an unknown login.
    pub fn google_authorize(
        &self,
        authorize_url: &str,
        login: &str,
    ) -> Result<String, GoogleRefusal> {
        self.world.with(|data| {
            let ask = ask(data, authorize_url, login)?;
            let asked = authorize::must_ask(data, &ask, login);
            Ok(authorize::agree(data, &ask, login, 0, asked))
        })
    }

    /// Signs an account in with Google and cancels: the callback URL with `error=access_denied`.
    ///
    /// # Errors
    /// As [`Control::google_authorize`].
    pub fn google_deny(&self, authorize_url: &str, login: &str) -> Result<String, GoogleRefusal> {
        self.world.with(|data| {
            let ask = ask(data, authorize_url, login)?;
            Ok(ask.callback(&[("error", "access_denied")]))
        })
    }

    /// Changes the ID tokens that are issued from now on; the changes before are forgotten.
    pub fn google_claims(&self, claims: GoogleClaims) {
        self.world.with(|data| data.google.claims = claims);
    }

    /// Signs with another key from now on, and says what it is called. The old keys stay
    /// published for a while, or are gone at once.
    pub fn google_rotate_keys(&self, keep_old: bool) -> String {
        self.world.with(|data| {
            data.google.keys.rotate(keep_old);
            data.google.keys.current().kid.clone()
        })
    }

    /// Sets Google's habits.
    ///
    /// # Errors
    /// Keys that may be kept for more than a day.
    pub fn google_settings(&self, settings: GoogleSettings) -> Result<(), ControlError> {
        if settings.certs_max_age_s > MAX_CERTS_AGE_S {
            return refuse("`certs_max_age_s` must be at most 86400");
        }
        self.world.with(|data| data.google.settings = settings);
        Ok(())
    }

    /// Removes an app for an account, as the button on the connections page does: the consent,
    /// access tokens and refresh tokens of this client die. Nothing happens without a consent.
    pub fn google_remove_app(&self, login: &str, client_id: &str) {
        self.world
            .with(|data| data.google.grants.remove_app(client_id, login));
    }

    /// Google's habits at the moment.
    pub(super) fn google_habits(&self) -> GoogleSettings {
        self.world.with(|data| data.google.settings)
    }

    /// The names of the published keys; the first one signs.
    pub(super) fn google_kids(&self) -> Vec<String> {
        self.world.with(|data| kids(&data.google))
    }
}

fn kids(google: &Google) -> Vec<String> {
    google.keys.published().map(|key| key.kid.clone()).collect()
}

fn ask(data: &Data, authorize_url: &str, login: &str) -> Result<Ask, GoogleRefusal> {
    let url = Url::parse(authorize_url).map_err(|_| GoogleRefusal::NotAuthorizeUrl)?;
    if url.path() != authorize::AUTHORIZE {
        return Err(GoogleRefusal::NotAuthorizeUrl);
    }
    let ask = Ask::read(url.query().unwrap_or_default(), data)?;
    if data.google.accounts.contains_key(login) {
        Ok(ask)
    } else {
        Err(GoogleRefusal::UnknownAccount(login.to_owned()))
    }
}

fn check_account(account: &GoogleAccount) -> Result<(), ControlError> {
    // A login is trimmed at the form, and stands in a path.
    if account.login.is_empty() || account.login.len() > 200 {
        return refuse("`login` must have 1 to 200 bytes");
    }
    if account.login.trim() != account.login {
        return refuse("`login` must not begin or end with a space");
    }
    if account.sub.is_empty() || account.sub.len() > MAX_SUB || !account.sub.is_ascii() {
        return refuse("`sub` must have 1 to 255 ASCII characters");
    }
    Ok(())
}
