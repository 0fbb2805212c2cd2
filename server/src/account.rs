//! What a person does with their account: sessions, identities, connections, export, deletion.

use std::sync::Arc;
use std::time::Duration;

use app::api::account::{Deleted, Disconnected, Export, GrantEnd, SessionEntry, Sessions};
use app::error::{ApiError, Code};
use app::session::SessionView;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth::client::revoke;
use oauth::tokens::TokenSet;
use sha2::{Digest as _, Sha256};

use crate::connection::{Bond, Held};
use crate::cookies::{CookieName, Jar, TooLarge};
use crate::provider::Provider;
use crate::provider::capabilities::Revocation;
use crate::session_token::Claims;
use crate::sessions::{Known, SessionError, Who};
use crate::store::{Linked, SessionRow, StoreError, Unlinked};
use crate::world::World;

/// How long a person waits for a provider to take a grant back. It goes on after that.
const REVOCATION: Duration = Duration::from_secs(4);

/// The account cannot do that.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// There is no session.
    #[error("nobody is signed in")]
    SignedOut,
    /// It wants a sign-in within the last ten minutes.
    #[error("the sign-in is not recent")]
    NotRecent,
    /// There is no such session, identity or pending link.
    #[error("there is no such thing")]
    NotFound,
    /// It cannot be understood.
    #[error("the request cannot be understood")]
    BadRequest,
    /// There is no connection in this browser.
    #[error("the provider is not connected in this browser")]
    NotConnected,
    /// The last identity stays.
    #[error("it is the last identity")]
    LastIdentity,
    /// The identity belongs to another account.
    #[error("the identity belongs to another account")]
    Taken,
    /// Another identity of the provider is linked.
    #[error("another identity of the provider is linked")]
    WrongAccount,
    /// Only for people with the role.
    #[error("the account has not the role for it")]
    Forbidden,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The tokens do not fit into cookies.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::SignedOut => Code::SignedOut.into(),
            AccountError::NotRecent => Code::RecentSignInNeeded.into(),
            AccountError::NotFound => Code::NotFound.into(),
            AccountError::BadRequest => Code::BadRequest.into(),
            AccountError::NotConnected => Code::NotConnected.into(),
            AccountError::LastIdentity => Code::LastIdentity.into(),
            AccountError::Taken => Code::IdentityTaken.into(),
            AccountError::WrongAccount => Code::WrongAccount.into(),
            AccountError::Forbidden => Code::Forbidden.into(),
            AccountError::Store(_) => Code::Unavailable.into(),
            AccountError::Session(error) => Self::from(&error),
            AccountError::TooLarge(_) => Code::TooLarge.into(),
        }
    }
}

impl AccountError {
    /// Whether it is trouble of ours and not a plain refusal.
    pub fn is_trouble(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Session(_))
    }
}

impl World {
    /// The sessions of the account.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn list_sessions(&self, jar: &Jar) -> Result<Sessions, AccountError> {
        let (claims, _) = self.signed_in(jar).await?;
        self.sessions_of(&claims).await
    }

    /// Ends the session that `id` stands for, or all others.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn end_sessions(
        &self,
        jar: &mut Jar,
        id: Option<&str>,
        others: bool,
    ) -> Result<Sessions, AccountError> {
        let (claims, _) = self.signed_in(jar).await?;
        let rows = self.store.sessions_of(&claims.sub).await?;
        let ending: Vec<String> = match (id, others) {
            (Some(id), false) => rows
                .into_iter()
                .map(|row| row.id)
                .filter(|session| public_id(session) == id)
                .collect(),
            (None, true) => rows
                .into_iter()
                .map(|row| row.id)
                .filter(|session| *session != claims.sid)
                .collect(),
            _ => return Err(AccountError::BadRequest),
        };
        if id.is_some() && ending.is_empty() {
            return Err(AccountError::NotFound);
        }
        self.end_and_note(&claims.sub, &ending).await?;
        if ending.contains(&claims.sid) {
            self.forget(jar);
            return Ok(Sessions {
                sessions: Vec::new(),
            });
        }
        self.sessions_of(&claims).await
    }

    /// Takes the identity of `provider` out of the account. Other browsers that were signed in with
    /// it are signed out: it is no way into this account any more.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn unlink(&self, jar: &mut Jar, provider: &str) -> Result<SessionView, AccountError> {
        if self.provider(provider).is_none() {
            return Err(AccountError::BadRequest);
        }
        let claims = self.recently_signed_in(jar).await?.0;
        let unlinked = self
            .store
            .unlink(&claims.sub, provider, &claims.sid, self.clock.now())
            .await?;
        let ended = match unlinked {
            Unlinked::Done(ended) => ended,
            Unlinked::Last => return Err(AccountError::LastIdentity),
            Unlinked::NotThere => return Err(AccountError::NotFound),
        };
        for session in &ended {
            self.note_ended(session);
        }
        self.views.invalidate_account(&claims.sub);
        jar.unset_cut(&CookieName::tokens(provider));
        self.view_anew(jar, &claims, Some(provider)).await
    }

    /// Links the identity that waits in this browser, or drops it.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn confirm_link(
        &self,
        jar: &mut Jar,
        accept: bool,
    ) -> Result<SessionView, AccountError> {
        let (claims, known) = self.signed_in(jar).await?;
        let now = self.clock.now();
        let Some(waiting) = self.pending_links.open(jar, &claims.sid, now) else {
            jar.unset_cut(&CookieName::link());
            return Err(AccountError::NotFound);
        };
        if !accept {
            jar.unset_cut(&CookieName::link());
            let mut view = self.view_anew(jar, &claims, None).await?;
            view.pending_link = None;
            return Ok(view);
        }
        if !known.is_recent(now) {
            return Err(AccountError::NotRecent);
        }
        self.must_be_there(&claims).await?;
        let fresh = self.rng.id();
        let linked = self
            .store
            .link(
                &waiting.person(),
                &claims.sub,
                &fresh,
                &claims.sid,
                waiting.provider_session(),
                now,
            )
            .await?;
        jar.unset_cut(&CookieName::link());
        match linked {
            Linked::Done | Linked::Already => {}
            Linked::Taken => return Err(AccountError::Taken),
            Linked::OtherOfProvider => return Err(AccountError::WrongAccount),
            Linked::NoAccount => return Err(AccountError::SignedOut),
        }
        self.views.invalidate_account(&claims.sub);
        let provider = waiting.provider().to_owned();
        let tokens = waiting.tokens();
        let epoch = self
            .known(&claims)
            .await?
            .and_then(|known| known.epoch_of(&provider));
        if let (Some(tokens), Some(epoch)) = (&tokens, epoch) {
            let bond = Bond {
                provider: &provider,
                session: &claims.sid,
                epoch: &epoch,
            };
            let ends_at = now + self.settings.session_max_s;
            self.connections
                .keep(jar, tokens, bond, ends_at, now, &self.rng)?;
        }
        let mut view = self.view_anew(jar, &claims, Some(&provider)).await?;
        if let Some(tokens) = &tokens {
            view.connections
                .push(self.describe_connection(&provider, tokens));
        }
        view.pending_link = None;
        Ok(view)
    }

    /// Ends the connection to `provider`, in this browser and in all others of the account, and has
    /// the provider take the grant back where it can.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn disconnect(
        self: &Arc<Self>,
        jar: &mut Jar,
        provider: &str,
    ) -> Result<Disconnected, AccountError> {
        let (claims, known) = self.signed_in(jar).await?;
        let configured = self.provider(provider).ok_or(AccountError::BadRequest)?;
        let now = self.clock.now();
        let held = self.connections.open(jar, provider, &claims.sid, now);
        let connection = match held.of_epoch(known.epoch_of(provider).as_deref()) {
            Held::Connection(connection) => connection,
            Held::Nothing => return Err(AccountError::NotConnected),
            Held::Worthless | Held::Foreign => {
                jar.unset_cut(&CookieName::tokens(provider));
                return Err(AccountError::NotConnected);
            }
        };
        // Told first: what fails must not cost the tokens that a revocation needs.
        let mut session = self.view(jar, &known);
        session.connections.retain(|one| one.provider != provider);
        // The provider knows the newest alone, which this browser may not have seen yet.
        let tokens = self.newest_of(provider, &claims.sid, *connection).await;
        self.store.disconnect(&claims.sub, provider, now).await?;
        self.views.invalidate_account(&claims.sub);
        jar.unset_cut(&CookieName::tokens(provider));
        let revoked = self.take_back(provider, tokens).await;
        Ok(Disconnected {
            revoked,
            manage_url: configured.manage_url.map(str::to_owned),
            session,
        })
    }

    /// All that is kept of the person.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn export_account(&self, jar: &Jar) -> Result<Export, AccountError> {
        let (claims, known) = self.signed_in(jar).await?;
        Ok(Export {
            exported_at: self.clock.now(),
            account: self.view(jar, &known),
            sessions: self.sessions_of(&claims).await?.sessions,
        })
    }

    /// Deletes the account with its rows, ends its sessions, and has the providers that are connected
    /// in this browser take their grants back where they can.
    ///
    /// # Errors
    /// [`AccountError`]; then nothing was deleted.
    pub async fn delete_account(self: &Arc<Self>, jar: &mut Jar) -> Result<Deleted, AccountError> {
        let (claims, known) = self.recently_signed_in(jar).await?;
        let now = self.clock.now();
        let mut held: Vec<(&Provider, Option<TokenSet>)> = Vec::new();
        for provider in &self.providers {
            if !known.has_identity_of(&provider.id) {
                continue;
            }
            let connection = self.connections.open(jar, &provider.id, &claims.sid, now);
            let tokens = match connection.connection() {
                Some(connection) => {
                    Some(self.newest_of(&provider.id, &claims.sid, connection).await)
                }
                None => None,
            };
            held.push((provider, tokens));
        }
        let ended = self
            .store
            .delete_account(&claims.sub, now)
            .await?
            .ok_or(AccountError::SignedOut)?;
        for session in &ended {
            self.note_ended(session);
        }
        self.note_ended(&claims.sid);
        self.views.invalidate_account(&claims.sub);
        self.forget(jar);
        let grants = held.into_iter().map(async |(provider, tokens)| {
            let revoked = match tokens {
                Some(tokens) => self.take_back(&provider.id, tokens).await,
                None => false,
            };
            GrantEnd {
                provider: provider.id.clone(),
                revoked,
                manage_url: provider.manage_url.map(str::to_owned),
            }
        });
        Ok(Deleted {
            grants: futures::future::join_all(grants).await,
        })
    }

    /// Has a provider take a grant back, as far as it can. It goes on in a task of its own when the
    /// person has waited long enough.
    async fn take_back(self: &Arc<Self>, provider: &str, tokens: TokenSet) -> bool {
        let (world, provider) = (Arc::clone(self), provider.to_owned());
        let task = self
            .tasks
            .spawn(async move { world.send_revocation(&provider, &tokens).await });
        matches!(tokio::time::timeout(REVOCATION, task).await, Ok(Ok(true)))
    }

    async fn send_revocation(&self, provider: &str, tokens: &TokenSet) -> bool {
        let Some(provider) = self.provider(provider) else {
            return false;
        };
        let Ok(endpoints) = provider.endpoints(&self.egress, self.clock.now()).await else {
            return false;
        };
        let (Some(url), Revocation::Token | Revocation::Project) =
            (&endpoints.revocation_url, endpoints.capabilities.revocation)
        else {
            return false;
        };
        let token = tokens
            .refresh_token
            .as_ref()
            .map_or_else(|| tokens.access_token.secret(), |token| token.secret());
        match revoke(
            &endpoints.client,
            url.as_str(),
            token,
            self.egress.transport(),
        )
        .await
        {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(
                    provider = provider.id,
                    error = &error as &dyn std::error::Error,
                    "a grant was not taken back"
                );
                false
            }
        }
    }

    /// Who is signed in, and what is known of them.
    pub(crate) async fn signed_in(&self, jar: &Jar) -> Result<(Claims, Arc<Known>), AccountError> {
        let Who::Session(claims) = self.who(jar).await? else {
            return Err(AccountError::SignedOut);
        };
        let known = self.known(&claims).await?.ok_or(AccountError::SignedOut)?;
        Ok((claims, known))
    }

    async fn recently_signed_in(&self, jar: &Jar) -> Result<(Claims, Arc<Known>), AccountError> {
        let (claims, known) = self.signed_in(jar).await?;
        if !known.is_recent(self.clock.now()) {
            return Err(AccountError::NotRecent);
        }
        self.must_be_there(&claims).await?;
        Ok((claims, known))
    }

    /// Looks the session up, past everything that is kept: what changes an account for good is not
    /// done on the word of a session that another node ended a second ago.
    async fn must_be_there(&self, claims: &Claims) -> Result<(), AccountError> {
        match self.store.session_and_account(&claims.sid).await? {
            Some((row, ..)) if row.account_id == claims.sub => Ok(()),
            _ => Err(AccountError::SignedOut),
        }
    }

    async fn sessions_of(&self, claims: &Claims) -> Result<Sessions, AccountError> {
        let now = self.clock.now();
        let mut rows: Vec<SessionRow> = self
            .store
            .sessions_of(&claims.sub)
            .await?
            .into_iter()
            .filter(|row| now < self.ends_at(row))
            .collect();
        rows.sort_by_key(|row| (row.id != claims.sid, std::cmp::Reverse(row.seen_at)));
        let sessions = rows
            .into_iter()
            .map(|row| SessionEntry {
                id: public_id(&row.id),
                current: row.id == claims.sid,
                ends_at: self.ends_at(&row),
                browser: row.browser,
                provider: row.provider,
                created_at: row.created_at,
                seen_at: row.seen_at,
            })
            .collect();
        Ok(Sessions { sessions })
    }

    async fn end_and_note(&self, account: &str, sessions: &[String]) -> Result<(), AccountError> {
        if sessions.is_empty() {
            return Ok(());
        }
        self.store
            .end_sessions(account, sessions, self.clock.now())
            .await?;
        for session in sessions {
            self.note_ended(session);
        }
        Ok(())
    }

    /// The view after a change, without what the jar of the request still says of `gone`; the session
    /// token is issued anew, for roles may have changed.
    async fn view_anew(
        &self,
        jar: &mut Jar,
        claims: &Claims,
        gone: Option<&str>,
    ) -> Result<SessionView, AccountError> {
        let known = self.known(claims).await?.ok_or(AccountError::SignedOut)?;
        let mut view = self.view(jar, &known);
        self.issue(jar, &known)?;
        if let Some(gone) = gone {
            view.connections.retain(|one| one.provider != gone);
        }
        Ok(view)
    }
}

/// What stands for a session in the list. It cannot be turned back into the session id.
fn public_id(session: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"stagedoor/v1/session-list\0");
    hash.update(session);
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..12])
}
