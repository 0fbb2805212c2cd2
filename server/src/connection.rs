//! A provider's tokens for a session, in a sealed cookie.

use oauth::tokens::TokenSet;
use seal::{Context, KeyRing, OpenError, Sealer};

use crate::cookies::{CookieName, Jar, TooLarge};
use crate::rng::Rng;

/// Opens and seals connections.
#[derive(Debug)]
pub struct Connections {
    sealer: Sealer,
}

/// What a browser holds of a connection.
#[derive(Debug)]
pub enum Held {
    /// Nothing.
    Nothing,
    /// Something worth nothing: changed, of another session, or past its time. It may be cleared.
    Worthless,
    /// Something sealed with a key that another node may know. It is left alone.
    Foreign,
    /// Tokens.
    Tokens(Box<TokenSet>),
}

impl Connections {
    /// Connections under the keys of `ring`.
    pub fn new(ring: &KeyRing) -> Self {
        Self {
            sealer: Sealer::new(ring, "tokens"),
        }
    }

    /// What the browser holds for `provider` in `session`.
    pub fn open(&self, jar: &Jar, provider: &str, session: &str, now: i64) -> Held {
        let name = CookieName::tokens(provider);
        if !jar.holds_any(&name) {
            return Held::Nothing;
        }
        let Some(value) = jar.get_joined(&name) else {
            return Held::Worthless;
        };
        let context = Context {
            provider,
            session,
            name: name.as_str(),
        };
        match self.sealer.open(&context, &value, now) {
            Ok(opened) => TokenSet::from_sealed_json(&opened.plaintext)
                .map_or(Held::Worthless, |tokens| Held::Tokens(Box::new(tokens))),
            Err(OpenError::UnknownKey) => Held::Foreign,
            Err(_) => Held::Worthless,
        }
    }

    /// The tokens the browser holds for `provider` in `session`.
    pub fn tokens(&self, jar: &Jar, provider: &str, session: &str, now: i64) -> Option<TokenSet> {
        match self.open(jar, provider, session, now) {
            Held::Tokens(tokens) => Some(*tokens),
            Held::Nothing | Held::Worthless | Held::Foreign => None,
        }
    }

    /// Puts tokens into the browser's jar until `expires_at`. The hint for a logout at the provider
    /// stays out where there is no room for it: a logout works without.
    ///
    /// # Errors
    /// [`TooLarge`] where they do not fit into four cookies or beside the others.
    pub fn keep(
        &self,
        jar: &mut Jar,
        tokens: &TokenSet,
        bound: (&str, &str),
        expires_at: i64,
        now: i64,
        rng: &Rng,
    ) -> Result<(), TooLarge> {
        match self.try_keep(jar, tokens, bound, expires_at, now, rng) {
            Err(TooLarge) if tokens.id_token.is_some() => {
                let tokens = TokenSet {
                    id_token: None,
                    ..tokens.clone()
                };
                self.try_keep(jar, &tokens, bound, expires_at, now, rng)
            }
            result => result,
        }
    }

    fn try_keep(
        &self,
        jar: &mut Jar,
        tokens: &TokenSet,
        bound: (&str, &str),
        expires_at: i64,
        now: i64,
        rng: &Rng,
    ) -> Result<(), TooLarge> {
        let (provider, session) = bound;
        let name = CookieName::tokens(provider);
        let context = Context {
            provider,
            session,
            name: name.as_str(),
        };
        let sealed = self
            .sealer
            .seal(&context, &tokens.to_sealed_json(), expires_at, rng.bytes())
            .map_err(|_| TooLarge)?;
        jar.set_cut(&name, &sealed, expires_at - now)?;
        jar.fits()
    }
}
