//! All that the sandbox knows, behind one lock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Method;
use tokio::sync::watch;

use crate::accounts::Grants;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::control::Control;
use crate::fault::Fault;
use crate::google::Google;
use crate::library::{Library, LibrarySettings, LibrarySize};
use crate::limits::{Calls, Limits};
use crate::listener::Listener;
use crate::log::{GrantType, Log};
use crate::mint::Mint;
use crate::playlists::{PlaylistSettings, Playlists};
use crate::profile::{Profile, RefreshPolicy};
use crate::registration::Client;
use crate::scope::Scopes;

/// An access token lives this long, in seconds.
const TOKEN_LIFE_S: i64 = 3600;

/// The state behind a router; clones share it.
#[derive(Debug, Clone)]
pub struct World {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    base: String,
    port: u16,
    data: Mutex<Data>,
    releases: watch::Sender<u64>,
    /// The same of those that are held.
    unholds: watch::Sender<u64>,
}

/// What changes.
#[derive(Debug)]
pub(crate) struct Data {
    /// As it was drawn from the seed.
    original: Arc<Catalogue>,
    /// With what was published and renamed since.
    pub(crate) catalogue: Arc<Catalogue>,
    /// How many releases were published.
    pub(crate) published: usize,
    pub(crate) playlists: Playlists,
    pub(crate) clock: Clock,
    pub(crate) mint: Mint,
    pub(crate) listeners: BTreeMap<String, Listener>,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) grants: Grants,
    pub(crate) faults: Vec<Fault>,
    /// What counts for the limits.
    pub(crate) calls: Calls,
    pub(crate) log: Log,
    pub(crate) switches: Switches,
    pub(crate) google: Google,
    /// Of those who have looked at theirs.
    pub(crate) libraries: BTreeMap<String, Library>,
}

/// The times that count for a library, in unix seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LibraryTimes {
    pub(crate) now: i64,
    /// What lists show is how it stood then.
    pub(crate) listed: i64,
}

/// The playlists, and what they are shown with.
pub(crate) struct PlaylistsNow<'a> {
    /// The sandbox's unix milliseconds.
    pub(crate) now_ms: i64,
    pub(crate) playlists: &'a mut Playlists,
    pub(crate) listeners: &'a BTreeMap<String, Listener>,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) settings: PlaylistSettings,
}

/// The provider's habits, as set at the moment.
#[derive(Debug, Clone)]
pub(crate) struct Switches {
    pub(crate) profile: Profile,
    pub(crate) refresh_policy: RefreshPolicy,
    pub(crate) omit_scope: bool,
    /// What refreshes grant, where that is not all that was ever agreed to.
    pub(crate) refresh_scope: Option<Scopes>,
    pub(crate) owner_premium_lapsed: bool,
    pub(crate) token_life_s: i64,
    pub(crate) library: LibrarySettings,
    pub(crate) playlists: PlaylistSettings,
    pub(crate) limits: Limits,
}

impl World {
    /// A sandbox that is addressed at `http://localhost:<port>` and draws from `seed`.
    #[must_use]
    pub fn new(port: u16, seed: u64) -> Self {
        let base = format!("http://localhost:{port}");
        let data = Data::new(seed, &base, Arc::new(Catalogue::generate(seed)));
        Self {
            inner: Arc::new(Inner {
                base,
                port,
                data: Mutex::new(data),
                releases: watch::Sender::new(0),
                unholds: watch::Sender::new(0),
            }),
        }
    }

    /// The handle that changes what it does.
    #[must_use]
    pub fn control(&self) -> Control {
        Control::new(self.clone())
    }

    /// The address it is known by, without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        &self.inner.base
    }

    /// The port it is known by.
    pub(crate) fn port(&self) -> u16 {
        self.inner.port
    }

    /// The music as it is now; what is published later is not in it.
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        self.with(|data| Arc::clone(&data.catalogue))
    }

    /// Works on the data under the lock.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Data) -> T) -> T {
        // A panic in a handler is a defect of that handler; the next request still gets an answer.
        let mut data = self
            .inner
            .data
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        work(&mut data)
    }

    /// Works on the library of a listener, under the lock.
    pub(crate) fn library<T>(
        &self,
        login: &str,
        work: impl FnOnce(&mut Library, LibraryTimes) -> T,
    ) -> T {
        self.with(|data| {
            let now = data.clock.now();
            let times = LibraryTimes {
                now,
                listed: now.saturating_sub(data.switches.library.list_lag_s),
            };
            work(data.library(login), times)
        })
    }

    /// Works on the playlists, under the lock.
    pub(crate) fn playlists<T>(&self, work: impl FnOnce(PlaylistsNow<'_>) -> T) -> T {
        self.with(|data| {
            data.prepare_playlists();
            work(PlaylistsNow {
                now_ms: data.clock.now_ms(),
                playlists: &mut data.playlists,
                listeners: &data.listeners,
                catalogue: &data.catalogue,
                settings: data.switches.playlists,
            })
        })
    }

    /// Uses up one turn of the oldest fault that fits.
    pub(crate) fn take_fault(
        &self,
        method: &Method,
        path: &str,
        grant: Option<&GrantType>,
    ) -> Option<Fault> {
        self.with(|data| {
            let index = data
                .faults
                .iter()
                .position(|fault| fault.fits(method, path, grant))?;
            let fault = data.faults.get_mut(index)?;
            let taken = fault.clone();
            fault.times -= 1;
            if fault.times == 0 {
                data.faults.remove(index);
            }
            Some(taken)
        })
    }

    /// Lets every hanging request go, and every held one through.
    pub(crate) fn release(&self) {
        self.inner.releases.send_modify(|number| *number += 1);
        self.unhold();
    }

    /// Lets every held request through.
    pub(crate) fn unhold(&self) {
        self.inner.unholds.send_modify(|number| *number += 1);
    }

    /// Waits for the next [`World::release`] after this call, not after the first poll.
    pub(crate) fn released(&self) -> impl Future<Output = ()> + Send + use<> {
        next_of(&self.inner.releases)
    }

    /// Waits for the next [`World::unhold`] after this call, not after the first poll.
    pub(crate) fn unheld(&self) -> impl Future<Output = ()> + Send + use<> {
        next_of(&self.inner.unholds)
    }
}

fn next_of(numbers: &watch::Sender<u64>) -> impl Future<Output = ()> + Send + use<> {
    let mut numbers = numbers.subscribe();
    async move {
        // It fails when the world is gone, which is a release as well.
        let _ = numbers.changed().await;
    }
}

impl Data {
    fn new(seed: u64, base: &str, catalogue: Arc<Catalogue>) -> Self {
        let ready = Client::ready();
        Self {
            original: Arc::clone(&catalogue),
            catalogue,
            published: 0,
            playlists: Playlists::default(),
            clock: Clock::default(),
            mint: Mint::new(seed),
            listeners: Listener::ready().map(|one| (one.login.clone(), one)).into(),
            clients: BTreeMap::from([(ready.id.clone(), ready)]),
            grants: Grants::default(),
            faults: Vec::new(),
            calls: Calls::default(),
            log: Log::default(),
            switches: Switches::default(),
            google: Google::new(base),
            libraries: BTreeMap::new(),
        }
    }

    /// The library of a listener, made when it is first looked at.
    pub(crate) fn library(&mut self, login: &str) -> &mut Library {
        self.prepare_playlists();
        let Self {
            catalogue,
            playlists,
            libraries,
            ..
        } = self;
        libraries.entry(login.to_owned()).or_insert_with(|| {
            let size = LibrarySize::of(login);
            Library::new(login, size, catalogue, playlists.at_first(login))
        })
    }

    /// Makes the playlists of everybody who has none yet.
    pub(crate) fn prepare_playlists(&mut self) {
        self.playlists
            .prepare(self.listeners.keys(), &self.catalogue);
    }

    /// Everything as at start, but that no token is ever drawn twice and no number of the log is
    /// given twice: requests of before may still be under way.
    pub(crate) fn reset(&mut self) {
        let base = self.google.base().to_owned();
        let fresh = Self::new(0, &base, Arc::clone(&self.original));
        let before = std::mem::replace(self, fresh);
        self.mint = before.mint;
        self.log = before.log;
        self.log.clear();
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            refresh_policy: RefreshPolicy::default(),
            omit_scope: false,
            refresh_scope: None,
            owner_premium_lapsed: false,
            token_life_s: TOKEN_LIFE_S,
            library: LibrarySettings::default(),
            playlists: PlaylistSettings::default(),
            limits: Limits::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::Data;
    use crate::catalogue::Catalogue;

    #[test]
    fn a_reset_does_not_draw_the_same_values_again() {
        let catalogue = Arc::new(Catalogue::generate(1));
        let mut data = Data::new(1, "http://localhost:4400", catalogue);
        let values: HashSet<_> = (0..3)
            .map(|_| {
                let value = data.mint.code(0);
                data.reset();
                value
            })
            .collect();
        assert_eq!(values.len(), 3);
    }
}
