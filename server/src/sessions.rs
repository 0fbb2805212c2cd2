//! Who a request comes from, and what that person is told about themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ::spotify::Permission;
use app::session::{AccountView, ConnectionView, IdentityView, SessionView};
use moka::sync::Cache;

use crate::admin::ADMIN;
use crate::connection::{Bond, Held};
use crate::cookies::{CookieName, Jar, TooLarge};
use crate::provider::{IdentitySource, spotify};
use crate::session_token::{Claims, SigningError, TokenError};
use crate::sign_in::{RECENT_S, is_recent};
use crate::store::{Account, Identity, SessionRow, StoreError};
use crate::world::World;

/// A session token is issued anew once it is this old, in seconds.
const REISSUE_AFTER_S: i64 = 300;

/// Who a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// It carries no session.
    Nobody,
    /// It carries something that never was a session token of ours. It may be cleared.
    Worthless,
    /// It carries a session that ended or is past its time. It is left alone: this answer may be
    /// late, and the browser may hold the next session by now.
    Over,
    /// It carries a session token of a key that another node may know. It is left alone.
    Foreign,
    /// A session.
    Session(Claims),
}

impl Who {
    /// The session, where there is one.
    pub fn session(&self) -> Option<&Claims> {
        match self {
            Self::Session(claims) => Some(claims),
            Self::Nobody | Self::Worthless | Self::Over | Self::Foreign => None,
        }
    }
}

/// The account view could not be told.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session token could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The session cookie would not fit.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// What is known of a session without asking the database again.
#[derive(Debug)]
pub struct Known {
    row: SessionRow,
    account: Account,
    identities: Vec<Identity>,
}

impl Known {
    /// The identities of the account.
    pub fn identities(&self) -> &[Identity] {
        &self.identities
    }

    /// Whether the account has an identity of `provider`.
    pub fn has_identity_of(&self, provider: &str) -> bool {
        self.identities
            .iter()
            .any(|identity| identity.provider == provider)
    }

    /// The epoch in which tokens of `provider` are good now; none where no identity is linked.
    pub fn epoch_of(&self, provider: &str) -> Option<String> {
        self.identities
            .iter()
            .find(|identity| identity.provider == provider)
            .map(Identity::epoch)
    }

    /// Whether the session was signed in to within the last ten minutes.
    pub fn is_recent(&self, now: i64) -> bool {
        is_recent(self.row.created_at, now)
    }
}

/// Account views by session id: bounded, and ended by what this node does and what the feed tells of
/// others. They last a little longer than a session token speaks for itself, so that signed-in
/// people keep reading while the database is away.
#[derive(Debug)]
pub struct Views {
    cache: Cache<String, Arc<Known>>,
    /// How often accounts changed: what was read before a change must not be kept after it.
    changes: AtomicU64,
}

impl Default for Views {
    fn default() -> Self {
        Self {
            cache: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_mins(11))
                .build(),
            changes: AtomicU64::default(),
        }
    }
}

impl Views {
    /// Drops the views of every session of an account.
    pub fn invalidate_account(&self, account: &str) {
        self.invalidate_accounts(&[account.to_owned()]);
    }

    /// Drops the views of every session of these accounts.
    pub fn invalidate_accounts(&self, accounts: &[String]) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        for (session, known) in &self.cache {
            if accounts.contains(&known.account.id) {
                self.cache.invalidate(session.as_str());
            }
        }
    }
}

fn is_due(claims: &Claims, now: i64) -> bool {
    now - claims.iat >= REISSUE_AFTER_S
}

impl World {
    /// Who a request comes from. A fresh session token speaks for itself; an older one is looked up.
    ///
    /// # Errors
    /// [`StoreError`] where the look-up fails: then nothing is known, and nothing may be cleared.
    pub async fn who(&self, jar: &Jar) -> Result<Who, StoreError> {
        let name = CookieName::session();
        let Some(token) = jar.get(&name) else {
            return Ok(if jar.holds(&name) {
                Who::Worthless
            } else {
                Who::Nobody
            });
        };
        let now = self.clock.now();
        let claims = match self.session_tokens.verify(token, now) {
            Ok(claims) => claims,
            Err(TokenError::UnknownKey) => return Ok(Who::Foreign),
            Err(TokenError::Rejected) => return Ok(Who::Worthless),
        };
        if self.ended.contains(&claims.sid) {
            return Ok(Who::Over);
        }
        if claims.is_fresh(now) {
            return Ok(Who::Session(claims));
        }
        let alive = self
            .store
            .session_and_account(&claims.sid)
            .await?
            .is_some_and(|(row, ..)| row.account_id == claims.sub && now < self.ends_at(&row));
        Ok(if alive {
            Who::Session(claims)
        } else {
            Who::Over
        })
    }

    /// The answer of `GET /api/session`, and the cookies it renews or clears.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn tell_session(&self, jar: &mut Jar) -> Result<SessionView, SessionError> {
        match self.who(jar).await? {
            Who::Nobody | Who::Over | Who::Foreign => Ok(SessionView::default()),
            Who::Worthless => {
                self.forget(jar);
                Ok(SessionView::default())
            }
            Who::Session(claims) => {
                let now = self.clock.now();
                let mut due = is_due(&claims, now);
                if due {
                    match self.store.touch_session(&claims.sid, now).await {
                        Ok(true) => self.views.cache.invalidate(&claims.sid),
                        Ok(false) => return Ok(SessionView::default()),
                        // What the token says is good for its ten minutes, and so is what is kept.
                        Err(error) if claims.is_fresh(now) => {
                            tracing::warn!(
                                error = &error as &dyn std::error::Error,
                                "a session goes on without being renewed"
                            );
                            due = false;
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
                let Some(known) = self.known(&claims).await? else {
                    return Ok(SessionView::default());
                };
                if due {
                    self.issue(jar, &known)?;
                }
                for provider in jar.token_providers() {
                    self.tend(jar, &provider, &known).await;
                }
                Ok(self.view(jar, &known))
            }
        }
    }

    /// Clears a connection that is worth nothing, and seals one anew whose key seals no more, or which
    /// is older than what this browser had before.
    async fn tend(&self, jar: &mut Jar, provider: &str, known: &Known) {
        let now = self.clock.now();
        let epoch = known.epoch_of(provider);
        let held = self.connections.open(jar, provider, &known.row.id, now);
        let connection = match held.of_epoch(epoch.as_deref()) {
            Held::Connection(connection) => connection,
            Held::Worthless => {
                jar.unset_cut(&CookieName::tokens(provider));
                return;
            }
            Held::Nothing | Held::Foreign => return,
        };
        let bond = Bond {
            provider,
            session: &known.row.id,
            epoch: &connection.epoch,
        };
        let newer = if self.refreshes.has_seen_newer(bond, &connection.tokens) {
            self.successor(bond, &connection.tokens).await
        } else {
            None
        };
        if newer.is_some() || connection.outworn {
            let tokens = newer.as_deref().unwrap_or(&connection.tokens);
            let ends_at = now + self.settings.session_max_s;
            let kept = self
                .connections
                .keep(jar, tokens, bond, ends_at, now, &self.rng);
            if kept.is_err() {
                tracing::warn!(provider, "there is no room to seal a connection anew");
            }
        }
    }

    /// What a page may be rendered with: the same view, with no cookie touched, and whether the
    /// page should ask for itself, so that a visit keeps the session going.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn peek_session(&self, jar: &Jar) -> Result<(SessionView, bool), StoreError> {
        let Who::Session(claims) = self.who(jar).await? else {
            return Ok((SessionView::default(), false));
        };
        let due = is_due(&claims, self.clock.now());
        let known = self.known(&claims).await?;
        Ok(known.map_or_else(Default::default, |known| (self.view(jar, &known), due)))
    }

    /// Puts a session cookie into the jar and tells the view of a session that was just opened.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn open_session(
        &self,
        jar: &mut Jar,
        session: &str,
    ) -> Result<Option<(SessionRow, Account, Vec<Identity>)>, SessionError> {
        let found = self.store.session_and_account(session).await?;
        if let Some((row, _, identities)) = &found {
            self.issue_for(jar, row, identities)?;
        }
        Ok(found)
    }

    /// Clears the session and the connections that go with it.
    pub fn forget(&self, jar: &mut Jar) {
        jar.unset(CookieName::session());
        jar.unset_cut(&CookieName::link());
        for provider in jar.token_providers() {
            jar.unset_cut(&CookieName::tokens(&provider));
        }
    }

    /// Notes on this node that a session ended, and drops what is kept for it.
    pub fn note_ended(&self, session: &str) {
        self.ended.add(session, self.clock.now());
        self.drop_session(session);
    }

    /// Drops what this node keeps for a session.
    pub(crate) fn drop_session(&self, session: &str) {
        self.views.cache.invalidate(session);
    }

    /// The view of a session and its account, with `connections` as the browser holds them.
    pub fn describe(
        &self,
        row: &SessionRow,
        account: &Account,
        identities: &[Identity],
        connections: Vec<ConnectionView>,
    ) -> SessionView {
        SessionView {
            signed_in: true,
            account: Some(AccountView {
                id: account.id.clone(),
                name: account.name.clone(),
                picture: account.picture.clone(),
                email: account.email.clone(),
                created_at: account.created_at,
                roles: self.roles(identities),
            }),
            identities: identities
                .iter()
                .map(|identity| IdentityView {
                    provider: identity.provider.clone(),
                    subject: identity.subject.clone(),
                    name: identity.name.clone(),
                    email: identity.email.clone(),
                    linked_at: identity.linked_at,
                    seen_at: identity.seen_at,
                })
                .collect(),
            connections,
            session_ends_at: Some(self.ends_at(row)),
            recent_until: Some(row.created_at.saturating_add(RECENT_S)),
            pending_link: None,
        }
    }

    /// The view of a connection. Never a token.
    pub fn describe_connection(
        &self,
        provider: &str,
        tokens: &oauth::tokens::TokenSet,
    ) -> ConnectionView {
        let life_s = self
            .provider(provider)
            .and_then(|provider| provider.grant_life_s);
        let is_spotify = self
            .provider(provider)
            .is_some_and(|provider| matches!(provider.identity, IdentitySource::Spotify { .. }));
        let permissions: Vec<String> = spotify::permissions_of(&tokens.scopes)
            .filter(|_| is_spotify)
            .map(str::to_owned)
            .collect();
        let since = permissions
            .iter()
            .filter_map(|name| Permission::parse(name))
            .map(|permission| {
                let held = permission.scopes().iter();
                // A permission of several scopes is there with the last of them.
                let since = held.map(|scope| tokens.since(scope)).max();
                let since = since.unwrap_or(tokens.granted_at);
                (permission.name().to_owned(), since)
            })
            .filter(|(_, since)| *since != tokens.granted_at)
            .collect();
        ConnectionView {
            provider: provider.to_owned(),
            permissions,
            since,
            scopes: tokens.scopes.clone(),
            granted_at: tokens.granted_at,
            grant_ends_at: life_s.map(|life_s| tokens.granted_at.saturating_add(life_s)),
            renewable: tokens.refresh_token.is_some(),
            renew_at: (!is_spotify && tokens.refresh_token.is_some()).then(|| tokens.due_at()),
        }
    }

    /// What is known of a session, kept or looked up.
    ///
    /// # Errors
    /// [`StoreError`] where it had to be looked up and could not.
    pub(crate) async fn known(&self, claims: &Claims) -> Result<Option<Arc<Known>>, StoreError> {
        if let Some(known) = self.views.cache.get(&claims.sid) {
            return Ok(Some(known));
        }
        let changes = self.views.changes.load(Ordering::SeqCst);
        let Some((row, account, identities)) = self.store.session_and_account(&claims.sid).await?
        else {
            return Ok(None);
        };
        let known = Arc::new(Known {
            row,
            account,
            identities,
        });
        self.views
            .cache
            .insert(claims.sid.clone(), Arc::clone(&known));
        // It may have ended between the look-up and the insertion.
        if self.ended.contains(&claims.sid) {
            self.views.cache.invalidate(&claims.sid);
            return Ok(None);
        }
        // An account, perhaps this one, changed between the look-up and the insertion.
        if self.views.changes.load(Ordering::SeqCst) != changes {
            self.views.cache.invalidate(&claims.sid);
        }
        Ok(Some(known))
    }

    /// The view of a session as the browser with this jar sees it.
    pub(crate) fn view(&self, jar: &Jar, known: &Known) -> SessionView {
        let now = self.clock.now();
        let connections = self
            .providers
            .iter()
            .filter_map(|provider| {
                // What was disconnected or unlinked elsewhere leaves no connection.
                let connection = self
                    .connections
                    .open(jar, &provider.id, &known.row.id, now)
                    .of_epoch(known.epoch_of(&provider.id).as_deref())
                    .connection()?;
                Some(self.describe_connection(&provider.id, &connection.tokens))
            })
            .collect();
        let mut view = self.describe(&known.row, &known.account, &known.identities, connections);
        view.pending_link = self
            .pending_links
            .open(jar, &known.row.id, now)
            .map(|waiting| waiting.view());
        view
    }

    /// The roles of an account: what a person may do in this app, in contrast to scopes.
    pub fn roles(&self, identities: &[Identity]) -> Vec<String> {
        let is_admin = self.settings.admins.iter().any(|admin| {
            identities.iter().any(|identity| {
                identity.provider == admin.provider && identity.subject == admin.subject
            })
        });
        is_admin.then(|| ADMIN.to_owned()).into_iter().collect()
    }

    /// Issues the session token anew.
    ///
    /// # Errors
    /// [`SessionError`].
    pub(crate) fn issue(&self, jar: &mut Jar, known: &Known) -> Result<(), SessionError> {
        self.issue_for(jar, &known.row, &known.identities)
    }

    fn issue_for(
        &self,
        jar: &mut Jar,
        row: &SessionRow,
        identities: &[Identity],
    ) -> Result<(), SessionError> {
        let now = self.clock.now();
        let ends_at = self.ends_at(row);
        let token = self.session_tokens.sign(
            &row.account_id,
            &row.id,
            &self.roles(identities),
            now,
            ends_at,
        )?;
        jar.set(CookieName::session(), token, ends_at - now)?;
        Ok(())
    }

    /// When a session ends if it is not used again.
    pub(crate) fn ends_at(&self, row: &SessionRow) -> i64 {
        let idle = row.seen_at.saturating_add(self.settings.session_idle_s);
        idle.min(row.created_at.saturating_add(self.settings.session_max_s))
    }
}
