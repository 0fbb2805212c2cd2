//! Forging ID tokens and logout tokens: claims, header, signature and the bytes between, each on
//! its own.

use serde_json::{Value, json};

use crate::keys::{KEYS, Key, hs256};
use crate::stage::{base64url, from_base64url};

/// A token before it is signed.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    pub(crate) key: &'static Key,
    /// The access token that is issued beside it.
    pub(crate) access_token: String,
}

impl Draft {
    /// A draft that is signed with the provider's first key, with RS256.
    pub(crate) fn new(claims: Value, access_token: &str) -> Self {
        let key = &KEYS.rsa[0];
        Self {
            header: json!({"alg": "RS256", "kid": key.kid, "typ": "JWT"}),
            claims,
            key,
            access_token: access_token.to_owned(),
        }
    }

    /// The same with a claim of another value.
    pub(crate) fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims[name] = value;
        self
    }

    /// The same without a claim.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.claims.as_object_mut().expect("claims").remove(name);
        self
    }

    /// The same with a member of the header of another value.
    pub(crate) fn head(mut self, name: &str, value: Value) -> Self {
        self.header[name] = value;
        self
    }

    /// The same without a member of the header.
    pub(crate) fn headless(mut self, name: &str) -> Self {
        self.header.as_object_mut().expect("a header").remove(name);
        self
    }

    /// The same with another key, `alg` and `kid` with it.
    pub(crate) fn with_key(mut self, key: &'static Key, alg: &str) -> Self {
        self.key = key;
        self.head("alg", json!(alg)).head("kid", json!(key.kid))
    }

    /// The same with another key to sign with and the header as it is.
    pub(crate) fn signed_by(mut self, key: &'static Key) -> Self {
        self.key = key;
        self
    }

    /// Signs it: with what `alg` in the header says, where that says something.
    pub(crate) fn sign(&self) -> String {
        let alg = self.header["alg"].as_str().unwrap_or("RS256").to_owned();
        self.sign_as(&alg)
    }

    /// Signs it with `alg`, whatever the header says.
    pub(crate) fn sign_as(&self, alg: &str) -> String {
        self.raw(&self.header.to_string(), &self.claims.to_string(), alg)
    }

    /// Signs a header and a payload that are any text.
    pub(crate) fn raw(&self, header: &str, payload: &str, alg: &str) -> String {
        self.raw_bytes(header.as_bytes(), payload.as_bytes(), alg)
    }

    /// Signs a header and a payload that are any bytes.
    pub(crate) fn raw_bytes(&self, header: &[u8], payload: &[u8], alg: &str) -> String {
        let input = format!("{}.{}", base64url(header), base64url(payload));
        let signature = self.key.sign(alg, input.as_bytes());
        format!("{input}.{}", base64url(&signature))
    }

    /// Header and payload, with the dot between.
    pub(crate) fn input(&self) -> String {
        let (header, claims) = (self.header.to_string(), self.claims.to_string());
        format!(
            "{}.{}",
            base64url(header.as_bytes()),
            base64url(claims.as_bytes())
        )
    }

    /// With a signature that is any bytes.
    pub(crate) fn with_signature(&self, signature: &[u8]) -> String {
        format!("{}.{}", self.input(), base64url(signature))
    }

    /// With a signature that is any text.
    pub(crate) fn with_signature_text(&self, signature: &str) -> String {
        format!("{}.{signature}", self.input())
    }

    /// With an HMAC for a signature.
    pub(crate) fn hs256(&self, secret: &[u8]) -> String {
        self.with_signature(&hs256(secret, self.input().as_bytes()))
    }
}

/// The three parts of a signed token.
pub(crate) fn parts(token: &str) -> [String; 3] {
    let mut parts = token.splitn(3, '.').map(str::to_owned);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// The same token with other bytes for a signature.
pub(crate) fn resigned(token: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let [header, payload, signature] = parts(token);
    let mut signature = from_base64url(&signature);
    change(&mut signature);
    format!("{header}.{payload}.{}", base64url(&signature))
}

/// PEM of a DER structure.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("ASCII"))
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----",
        lines.join("\n")
    )
}

/// The event of a logout token.
pub(crate) const BACK_CHANNEL_LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";
