//! The handle that tests hold, and the same over HTTP.

pub(crate) mod api;
pub(crate) mod gate;
mod google;
pub(crate) mod google_api;
mod library;
mod music;
pub(crate) mod music_api;
pub(crate) mod page;

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;
use url::Url;

use crate::accounts::{Ask, AuthorizeRefusal, authorize};
use crate::fault::Fault;
use crate::library::LibrarySettings;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::log::{Count, Entry};
use crate::playlists::PlaylistSettings;
use crate::profile::{Profile, RefreshPolicy};
use crate::registration::Client;
use crate::scope;
use crate::world::{Data, World};

pub use google::{GoogleConsentView, GoogleSnapshot};
pub use music::NewPlaylist;

/// How many listeners, clients and faults there may be, of each.
const MOST: usize = 1000;
/// A hundred years, in seconds.
const MAX_OFFSET_S: i64 = 100 * 366 * 24 * 3600;
/// Thirty days, in seconds.
const MAX_TOKEN_LIFE_S: i64 = 30 * 24 * 3600;

/// Changes what the sandbox does, from the same process; clones act on the same sandbox.
#[derive(Debug, Clone)]
pub struct Control {
    world: World,
}

/// Why a change was refused.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct ControlError(String);

/// All settings and data, as `GET /control/state` shows them.
#[derive(Debug, Clone, Serialize)]
pub struct Snapshot {
    /// The sandbox's unix seconds.
    pub now: i64,
    /// Seconds added to the system's time.
    pub offset_s: i64,
    /// Which kind of app.
    pub profile: Profile,
    /// What a refresh does to the refresh token.
    pub refresh_policy: RefreshPolicy,
    /// Whether refresh answers leave `scope` out.
    pub omit_scope: bool,
    /// What refreshes grant, where that is not all that was ever agreed to.
    pub refresh_scope: Option<String>,
    /// Whether the owner of the app has no Premium.
    pub owner_premium_lapsed: bool,
    /// The life of the next access token, in seconds.
    pub token_life_s: i64,
    /// The provider's habits with libraries.
    pub library: LibrarySettings,
    /// The provider's habits with playlists.
    pub playlists: PlaylistSettings,
    /// How often the Web API may be called.
    pub limits: Limits,
    /// The people who can sign in.
    pub users: Vec<Listener>,
    /// The registered apps.
    pub clients: Vec<Client>,
    /// The faults that are still to come.
    pub faults: Vec<Fault>,
    /// What people have agreed to.
    pub consents: Vec<ConsentView>,
    /// The same of the local Google.
    pub google: GoogleSnapshot,
}

/// What one listener has granted one client.
#[derive(Debug, Clone, Serialize)]
pub struct ConsentView {
    /// The client.
    pub client_id: String,
    /// The listener.
    pub login: String,
    /// All scopes ever granted, sorted.
    pub scopes: Vec<&'static str>,
    /// Unix seconds of the first agreement.
    pub since: i64,
}

impl Control {
    pub(crate) fn new(world: World) -> Self {
        Self { world }
    }

    /// Creates a listener, or replaces the one of the same login.
    ///
    /// # Errors
    /// An empty login, a user id that another listener has, or too many listeners.
    pub fn add_user(&self, listener: Listener) -> Result<(), ControlError> {
        check_listener(&listener)?;
        self.world.with(|data| {
            let taken = data
                .listeners
                .values()
                .any(|other| other.login != listener.login && other.id == listener.id);
            if taken {
                return refuse("another listener has this `id`");
            }
            check_room(
                data.listeners.len(),
                data.listeners.contains_key(&listener.login),
            )?;
            data.listeners.insert(listener.login.clone(), listener);
            Ok(())
        })
    }

    /// Creates a client, or replaces the one of the same id.
    ///
    /// # Errors
    /// An empty id, an id with a colon (Basic could not carry it), or too many clients.
    pub fn add_client(&self, client: Client) -> Result<(), ControlError> {
        if client.id.is_empty() || client.id.len() > 200 || client.id.contains(':') {
            return refuse("`id` must have 1 to 200 bytes and no colon");
        }
        self.world.with(|data| {
            check_room(data.clients.len(), data.clients.contains_key(&client.id))?;
            data.clients.insert(client.id.clone(), client);
            Ok(())
        })
    }

    /// Arms a fault; it comes after those that are already there.
    ///
    /// # Errors
    /// What is wrong with it, or too many of them.
    pub fn fault(&self, fault: Fault) -> Result<(), ControlError> {
        if let Some(mistake) = fault.mistake() {
            return refuse(&mistake);
        }
        self.world.with(|data| {
            check_room(data.faults.len(), false)?;
            data.faults.push(fault);
            Ok(())
        })
    }

    /// Lets the requests through that a fault holds, and forgets such faults.
    pub fn release_held(&self) {
        self.world
            .with(|data| data.faults.retain(|fault| !fault.hold));
        self.world.unhold();
    }

    /// Forgets all faults, lets hanging requests go with 503 and held ones through.
    pub fn clear_faults(&self) {
        self.world.with(|data| data.faults.clear());
        self.world.release();
    }

    /// Sets the seconds that are added to the system's time.
    ///
    /// # Errors
    /// More than a hundred years either way.
    pub fn set_clock_offset(&self, offset_s: i64) -> Result<(), ControlError> {
        if !(-MAX_OFFSET_S..=MAX_OFFSET_S).contains(&offset_s) {
            return refuse("`offset_s` must be within a hundred years");
        }
        self.world.with(|data| data.clock.set_offset_s(offset_s));
        Ok(())
    }

    /// The sandbox's unix seconds.
    pub fn now(&self) -> i64 {
        self.world.with(|data| data.clock.now())
    }

    /// Says which kind of app the clients are.
    pub fn set_profile(&self, profile: Profile) {
        self.world.with(|data| data.switches.profile = profile);
    }

    /// Says what a refresh does, and whether its answer leaves `scope` out.
    pub fn set_refresh_policy(&self, policy: RefreshPolicy, omit_scope: bool) {
        self.world.with(|data| {
            data.switches.refresh_policy = policy;
            data.switches.omit_scope = omit_scope;
        });
    }

    /// Says what refreshes grant from now on, as a list of scopes: fewer than the person agreed to,
    /// or more. `None` is all that they ever agreed to, as at the provider.
    ///
    /// # Errors
    /// A scope that is none.
    pub fn set_refresh_scope(&self, list: Option<&str>) -> Result<(), ControlError> {
        let scopes = match list {
            Some(list) => match scope::parse(list) {
                Some(scopes) => Some(scopes),
                None => return refuse("`scope` holds one that is none"),
            },
            None => None,
        };
        self.world.with(|data| data.switches.refresh_scope = scopes);
        Ok(())
    }

    /// Lets the Premium of the owner of the app lapse, or renews it.
    pub fn set_owner_premium_lapsed(&self, lapsed: bool) {
        self.world
            .with(|data| data.switches.owner_premium_lapsed = lapsed);
    }

    /// Sets the life of access tokens that are issued from now on, in seconds.
    ///
    /// # Errors
    /// Less than a second or more than thirty days.
    pub fn set_token_life(&self, seconds: i64) -> Result<(), ControlError> {
        if !(1..=MAX_TOKEN_LIFE_S).contains(&seconds) {
            return refuse("`seconds` must be between 1 and 2592000");
        }
        self.world.with(|data| data.switches.token_life_s = seconds);
        Ok(())
    }

    /// Signs a listener in and agrees, without the pages: the callback URL with its code.
    ///
    /// # Errors
    /// Whatever the authorize page would refuse, and an unknown login.
    pub fn authorize(&self, authorize_url: &str, login: &str) -> Result<String, AuthorizeRefusal> {
        self.world.with(|data| {
            let (ask, login) = ask(data, authorize_url, login)?;
            Ok(authorize::agree(data, &ask, &login))
        })
    }

    /// Signs a listener in and cancels: the callback URL with `error=access_denied`.
    ///
    /// # Errors
    /// Whatever the authorize page would refuse, and an unknown login.
    pub fn deny(&self, authorize_url: &str, login: &str) -> Result<String, AuthorizeRefusal> {
        self.world.with(|data| {
            let (ask, _) = ask(data, authorize_url, login)?;
            Ok(ask.callback("error", "access_denied"))
        })
    }

    /// Removes an app for a listener, as the button on their apps page does: refresh tokens die,
    /// access tokens live on. Nothing happens when there was no consent.
    pub fn remove_app(&self, login: &str, client_id: &str) {
        self.world
            .with(|data| data.grants.remove_app(client_id, login));
    }

    /// Puts everything back as at start: data, faults, clock, switches, sign-ins, log.
    pub fn reset(&self) {
        self.world.with(Data::reset);
        self.world.release();
    }

    /// Every request to the providers, newest last.
    pub fn log(&self) -> Vec<Entry> {
        self.world
            .with(|data| data.log.entries().cloned().collect())
    }

    /// How many requests there were of each kind, since the start or the last clearing.
    pub fn counts(&self) -> Vec<Count> {
        self.world.with(|data| data.log.counts())
    }

    /// How many requests for tokens of this grant there were at Spotify; `refresh_token`.
    pub fn token_requests(&self, grant_type: &str) -> u64 {
        self.counts()
            .iter()
            .filter(|count| count.path == "/spotify/api/token")
            .filter(|count| count.grant_type.as_deref() == Some(grant_type))
            .map(|count| count.sent)
            .sum()
    }

    /// How often a refresh token was sent that a later one had superseded, at Spotify and at
    /// Google, since the start or the last reset.
    pub fn superseded_sent(&self) -> (u64, u64) {
        self.world.with(|data| {
            (
                data.grants.superseded_sent,
                data.google.grants.superseded_sent,
            )
        })
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.world.with(|data| data.log.clear());
    }

    /// All settings and data.
    pub fn snapshot(&self) -> Snapshot {
        self.world.with(|data| Snapshot {
            now: data.clock.now(),
            offset_s: data.clock.offset_s(),
            profile: data.switches.profile,
            refresh_policy: data.switches.refresh_policy,
            omit_scope: data.switches.omit_scope,
            refresh_scope: data.switches.refresh_scope.as_ref().map(scope::join),
            owner_premium_lapsed: data.switches.owner_premium_lapsed,
            token_life_s: data.switches.token_life_s,
            library: data.switches.library,
            playlists: data.switches.playlists,
            limits: data.switches.limits.clone(),
            users: data.listeners.values().cloned().collect(),
            clients: data.clients.values().cloned().collect(),
            faults: data.faults.clone(),
            consents: data
                .grants
                .consents()
                .map(|(client_id, login, consent)| ConsentView {
                    client_id: client_id.to_owned(),
                    login: login.to_owned(),
                    scopes: consent.scopes.iter().copied().collect(),
                    since: consent.since,
                })
                .collect(),
            google: GoogleSnapshot::of(&data.google),
        })
    }
}

/// Lays the given fields over those that are made from the name.
fn overlay<T: Serialize + serde::de::DeserializeOwned>(
    usual: &T,
    given: Value,
) -> Result<T, ControlError> {
    let Value::Object(given) = given else {
        return refuse("the body must be a JSON object");
    };
    let mut fields =
        serde_json::to_value(usual).map_err(|error| ControlError(error.to_string()))?;
    if let Value::Object(fields) = &mut fields {
        fields.extend(given);
    }
    serde_json::from_value(fields).map_err(|error| ControlError(error.to_string()))
}

fn ask(data: &Data, authorize_url: &str, login: &str) -> Result<(Ask, String), AuthorizeRefusal> {
    let url = Url::parse(authorize_url).map_err(|_| AuthorizeRefusal::NotAuthorizeUrl)?;
    if url.path() != "/spotify/authorize" {
        return Err(AuthorizeRefusal::NotAuthorizeUrl);
    }
    let ask = Ask::read(url.query().unwrap_or_default(), data)?;
    if !data.listeners.contains_key(login) {
        return Err(AuthorizeRefusal::UnknownListener(login.to_owned()));
    }
    ask.after_sign_in()?;
    Ok((ask, login.to_owned()))
}

fn check_listener(listener: &Listener) -> Result<(), ControlError> {
    // A login is trimmed at the form, and stands in a path.
    if listener.login.is_empty() || listener.login.len() > 200 {
        return refuse("`login` must have 1 to 200 bytes");
    }
    if listener.login.trim() != listener.login {
        return refuse("`login` must not begin or end with a space");
    }
    if listener.id.is_empty() || listener.account_id.is_empty() {
        return refuse("`id` and `account_id` must not be empty");
    }
    Ok(())
}

fn check_room(held: usize, replaces: bool) -> Result<(), ControlError> {
    if held >= MOST && !replaces {
        refuse("there are too many already")
    } else {
        Ok(())
    }
}

fn refuse<T>(sentence: &str) -> Result<T, ControlError> {
    Err(ControlError(sentence.to_owned()))
}
