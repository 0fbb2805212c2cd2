//! A provider's tokens for a session, in a sealed cookie.

use oauth::tokens::TokenSet;
use seal::{Context, KeyId, KeyRing, OpenError, Sealer};
use zeroize::Zeroizing;

use crate::cookies::{CookieName, Jar, TooLarge};
use crate::rng::Rng;

/// Opens and seals connections.
#[derive(Debug)]
pub struct Connections {
    sealer: Sealer,
    /// The key that seals now.
    first: KeyId,
}

/// What tokens are bound to.
#[derive(Debug, Clone, Copy)]
pub struct Bond<'a> {
    /// The provider.
    pub provider: &'a str,
    /// The session.
    pub session: &'a str,
    /// The epoch they were given in, see [`Identity::epoch`](crate::store::Identity::epoch).
    pub epoch: &'a str,
}

/// A provider's tokens for a session.
#[derive(Debug)]
pub struct Connection {
    /// The tokens.
    pub tokens: TokenSet,
    /// The epoch they were given in.
    pub epoch: String,
    /// They were sealed with a key that seals no more: the cookie is worth sealing again.
    pub outworn: bool,
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
    /// A connection.
    Connection(Box<Connection>),
}

impl Held {
    /// The same, but nothing that was given in another epoch than this one: it was disconnected or
    /// unlinked since, be it in another browser.
    #[must_use]
    pub fn of_epoch(self, epoch: Option<&str>) -> Self {
        match self {
            Self::Connection(connection) if Some(connection.epoch.as_str()) != epoch => {
                Self::Worthless
            }
            held => held,
        }
    }

    /// The connection, where there is one.
    pub fn connection(self) -> Option<Connection> {
        match self {
            Self::Connection(connection) => Some(*connection),
            Self::Nothing | Self::Worthless | Self::Foreign => None,
        }
    }
}

impl Connections {
    /// Connections under the keys of `ring`.
    pub fn new(ring: &KeyRing) -> Self {
        Self {
            sealer: Sealer::new(ring, "tokens"),
            first: ring.first().clone(),
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
            Ok(opened) => read(&opened.plaintext).map_or(Held::Worthless, |(epoch, tokens)| {
                Held::Connection(Box::new(Connection {
                    tokens,
                    epoch,
                    outworn: opened.key_id != self.first,
                }))
            }),
            Err(OpenError::UnknownKey) => Held::Foreign,
            Err(_) => Held::Worthless,
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
        bond: Bond<'_>,
        expires_at: i64,
        now: i64,
        rng: &Rng,
    ) -> Result<(), TooLarge> {
        match self.try_keep(jar, tokens, bond, expires_at, now, rng) {
            Err(TooLarge) if tokens.id_token.is_some() => {
                let tokens = TokenSet {
                    id_token: None,
                    ..tokens.clone()
                };
                self.try_keep(jar, &tokens, bond, expires_at, now, rng)
            }
            result => result,
        }
    }

    fn try_keep(
        &self,
        jar: &mut Jar,
        tokens: &TokenSet,
        bond: Bond<'_>,
        expires_at: i64,
        now: i64,
        rng: &Rng,
    ) -> Result<(), TooLarge> {
        let name = CookieName::tokens(bond.provider);
        let context = Context {
            provider: bond.provider,
            session: bond.session,
            name: name.as_str(),
        };
        let plaintext = write(bond.epoch, tokens);
        let sealed = self
            .sealer
            .seal(&context, &plaintext, expires_at, rng.bytes())
            .map_err(|_| TooLarge)?;
        jar.set_cut(&name, &sealed, expires_at - now)?;
        jar.fits()
    }
}

/// The epoch, which holds no zero byte, a zero byte, and the tokens.
fn write(epoch: &str, tokens: &TokenSet) -> Zeroizing<Vec<u8>> {
    let tokens = tokens.to_sealed_json();
    let mut bytes = Zeroizing::new(Vec::with_capacity(epoch.len() + 1 + tokens.len()));
    bytes.extend_from_slice(epoch.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(&tokens);
    bytes
}

fn read(bytes: &[u8]) -> Option<(String, TokenSet)> {
    let middle = bytes.iter().position(|byte| *byte == 0)?;
    let epoch = std::str::from_utf8(&bytes[..middle]).ok()?;
    let tokens = TokenSet::from_sealed_json(&bytes[middle + 1..]).ok()?;
    Some((epoch.to_owned(), tokens))
}
