//! An identity that was proven and waits for the person's word, in a sealed cookie.
//!
//! Its tokens wait with it: no token of a person is in the database.

use app::session::PendingLinkView;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use oauth::tokens::TokenSet;
use seal::{Context, KeyRing, Sealer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cookies::{CookieName, Jar, TooLarge};
use crate::rng::Rng;
use crate::store::Person;

/// How long the person has to answer, in seconds.
const LIFE_S: i64 = 600;

/// An identity that waits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingLink {
    provider: String,
    issuer: String,
    keys: Vec<String>,
    subject: String,
    name: Option<String>,
    email: Option<String>,
    picture: Option<String>,
    provider_session: Option<String>,
    /// The tokens as [`TokenSet::to_sealed_json`] writes them, in base64.
    tokens: Zeroizing<String>,
    #[serde(skip)]
    expires_at: i64,
}

impl std::fmt::Debug for PendingLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingLink")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

impl PendingLink {
    /// An identity with its tokens.
    pub fn new(person: &Person, provider_session: Option<&str>, tokens: &TokenSet) -> Self {
        Self {
            provider: person.provider.clone(),
            issuer: person.issuer.clone(),
            keys: person.keys.clone(),
            subject: person.subject.clone(),
            name: person.name.clone(),
            email: person.email.clone(),
            picture: person.picture.clone(),
            provider_session: provider_session.map(str::to_owned),
            tokens: Zeroizing::new(STANDARD_NO_PAD.encode(tokens.to_sealed_json().as_slice())),
            expires_at: 0,
        }
    }

    /// The provider id.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The provider's own session, by which it may end ours.
    pub fn provider_session(&self) -> Option<&str> {
        self.provider_session.as_deref()
    }

    /// Who it is.
    pub fn person(&self) -> Person {
        Person {
            provider: self.provider.clone(),
            issuer: self.issuer.clone(),
            keys: self.keys.clone(),
            subject: self.subject.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            picture: self.picture.clone(),
        }
    }

    /// The tokens; `None` where they are of a form that is not known any more.
    pub fn tokens(&self) -> Option<TokenSet> {
        let bytes = Zeroizing::new(STANDARD_NO_PAD.decode(self.tokens.as_str()).ok()?);
        TokenSet::from_sealed_json(&bytes).ok()
    }

    /// What the person is shown of one that was sealed at `now`.
    pub fn view_at(&self, now: i64) -> PendingLinkView {
        PendingLinkView {
            expires_at: now + LIFE_S,
            ..self.view()
        }
    }

    /// What the person is shown.
    pub fn view(&self) -> PendingLinkView {
        PendingLinkView {
            provider: self.provider.clone(),
            subject: self.subject.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            picture: self.picture.clone(),
            expires_at: self.expires_at,
        }
    }
}

/// Opens and seals identities that wait.
#[derive(Debug)]
pub struct PendingLinks {
    sealer: Sealer,
}

impl PendingLinks {
    /// Under the keys of `ring`.
    pub fn new(ring: &KeyRing) -> Self {
        Self {
            sealer: Sealer::new(ring, "pending-link"),
        }
    }

    /// What waits for `session` in this browser.
    pub fn open(&self, jar: &Jar, session: &str, now: i64) -> Option<PendingLink> {
        let name = CookieName::link();
        let value = jar.get_joined(&name)?;
        let opened = self
            .sealer
            .open(&context(&name, session), &value, now)
            .ok()?;
        let mut waiting: PendingLink = serde_json::from_slice(&opened.plaintext).ok()?;
        waiting.expires_at = opened.expires_at;
        Some(waiting)
    }

    /// Lets an identity wait for ten minutes.
    ///
    /// # Errors
    /// [`TooLarge`] where it does not fit into cookies beside the others.
    pub fn keep(
        &self,
        jar: &mut Jar,
        waiting: &PendingLink,
        session: &str,
        now: i64,
        rng: &Rng,
    ) -> Result<(), TooLarge> {
        let name = CookieName::link();
        let plaintext = Zeroizing::new(serde_json::to_vec(waiting).map_err(|_| TooLarge)?);
        let sealed = self
            .sealer
            .seal(
                &context(&name, session),
                &plaintext,
                now + LIFE_S,
                rng.bytes(),
            )
            .map_err(|_| TooLarge)?;
        jar.set_cut(&name, &sealed, LIFE_S)?;
        jar.fits()
    }
}

fn context<'a>(name: &'a CookieName, session: &'a str) -> Context<'a> {
    Context {
        provider: "",
        session,
        name: name.as_str(),
    }
}
