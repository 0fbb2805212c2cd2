//! What the operator is shown.

use app::api::admin::{Health, Overview, ProviderHealth};

use crate::account::AccountError;
use crate::cookies::Jar;
use crate::discovery::Standing;
use crate::world::World;

/// The role that `STAGEDOOR_ADMINS` gives.
pub const ADMIN: &str = "admin";

impl World {
    /// How this installation is doing, for people with the role [`ADMIN`]. What counts is who they
    /// are now, not what a session token said when it was issued.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn overview(&self, jar: &Jar) -> Result<Overview, AccountError> {
        let (_, known) = self.signed_in(jar).await?;
        if !self
            .roles(known.identities())
            .iter()
            .any(|role| role == ADMIN)
        {
            return Err(AccountError::Forbidden);
        }
        let now = self.clock.now();
        let (idle, max) = (self.settings.session_idle_s, self.settings.session_max_s);
        let providers = self
            .providers
            .iter()
            .map(|provider| {
                let (state, since) = match provider.standing(now) {
                    Standing::Unknown => (Health::Unknown, None),
                    Standing::Ready(at) => (Health::Ready, at),
                    Standing::Down(at) => (Health::Down, Some(at)),
                };
                ProviderHealth {
                    id: provider.id.clone(),
                    label: provider.label.clone(),
                    issuer: provider.issuer.clone(),
                    state,
                    since,
                }
            })
            .collect();
        Ok(Overview {
            accounts: self.store.count_accounts().await?,
            sessions: self.store.count_sessions(now - idle, now - max).await?,
            providers,
        })
    }
}
