//! The wire form of a token set inside a seal. Names are short: it must fit into a cookie.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{AccessToken, IdTokenText, RefreshToken, TokenSet};

/// The form that is written. A reader refuses every other, which costs a new sign-in.
const VERSION: u8 = 1;

#[derive(Serialize)]
struct Written<'a> {
    v: u8,
    a: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    r: Option<&'a str>,
    s: &'a [String],
    e: i64,
    l: i64,
    g: i64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    h: &'a BTreeMap<String, i64>,
    n: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    u: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    i: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    o: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    v: u8,
    a: String,
    #[serde(default)]
    r: Option<String>,
    s: Vec<String>,
    e: i64,
    l: i64,
    g: i64,
    #[serde(default)]
    h: BTreeMap<String, i64>,
    n: u64,
    #[serde(default)]
    u: Option<String>,
    #[serde(default)]
    i: Option<String>,
    #[serde(default)]
    o: Option<String>,
}

/// The bytes are not a sealed token set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a sealed token set")]
pub struct SealedTokensError;

pub(super) fn write(tokens: &TokenSet) -> Zeroizing<Vec<u8>> {
    let refresh = tokens.refresh_token.as_ref().map(RefreshToken::secret);
    let id_token = tokens.id_token.as_ref().map(IdTokenText::secret);
    let wire = Written {
        v: VERSION,
        a: tokens.access_token.secret(),
        r: refresh,
        s: &tokens.scopes,
        e: tokens.access_expires_at,
        l: tokens.access_life_s,
        g: tokens.granted_at,
        h: &tokens.since,
        n: tokens.generation,
        u: tokens.subject.as_deref(),
        i: id_token,
        o: tokens.nonce.as_deref(),
    };
    // Room for the worst case, every character escaped: a buffer that grows leaves its old,
    // unwiped copies behind.
    let scopes: usize = tokens.scopes.iter().map(|scope| scope.len() * 2 + 3).sum();
    // A number takes twenty characters at most.
    let since: usize = tokens.since.keys().map(|scope| scope.len() * 2 + 24).sum();
    let secrets = wire.a.len() + refresh.map_or(0, str::len) + id_token.map_or(0, str::len);
    // A control character takes six; a subject has none, but nothing here says so.
    let subject = wire.u.map_or(0, |subject| subject.len() * 6);
    let nonce = wire.o.map_or(0, str::len);
    let room = (secrets + nonce) * 2 + scopes + since + subject + 192;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    // A struct of texts and numbers always serialises, and a vector always takes it.
    if serde_json::to_writer(&mut *bytes, &wire).is_err() {
        bytes.clear();
    }
    bytes
}

pub(super) fn read(bytes: &[u8]) -> Result<TokenSet, SealedTokensError> {
    let wire: Read = serde_json::from_slice(bytes).map_err(|_| SealedTokensError)?;
    // All secrets are taken over before anything can fail, so that all are wiped.
    let access_token = AccessToken::new(wire.a);
    let refresh_token = wire.r.map(RefreshToken::new).transpose();
    let id_token = wire.i.map(IdTokenText::new).transpose();
    if wire.v != VERSION {
        return Err(SealedTokensError);
    }
    Ok(TokenSet {
        access_token: access_token.map_err(|_| SealedTokensError)?,
        refresh_token: refresh_token.map_err(|_| SealedTokensError)?,
        scopes: wire.s,
        access_expires_at: wire.e,
        access_life_s: wire.l,
        granted_at: wire.g,
        since: wire.h,
        generation: wire.n,
        subject: wire.u,
        id_token: id_token.map_err(|_| SealedTokensError)?,
        nonce: wire.o,
    })
}
