//! ID tokens (OIDC Core §2), signed with RS256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::scope::{self, Scopes};
use super::{Google, GoogleAccount};

/// An ID token lives an hour.
const LIFE_S: i64 = 3600;

/// What an ID token says beside the account.
#[derive(Debug)]
pub(crate) struct About<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) access_token: &'a str,
    pub(crate) scopes: &'a Scopes,
    /// `None` in the token of a refresh, which belongs to no request.
    pub(crate) nonce: Option<&'a str>,
    /// Whether a refresh brought it; then the profile is in it in any case.
    pub(crate) refreshed: bool,
    pub(crate) now: i64,
}

/// The signed token.
pub(crate) fn issue(google: &Google, account: &GoogleAccount, about: &About<'_>) -> String {
    let key = google.keys.current();
    let mut header = object(json!({ "alg": "RS256", "kid": key.kid, "typ": "JWT" }));
    let mut claims = object(json!({
        "iss": google.issuer,
        "azp": about.client_id,
        "aud": about.client_id,
        "sub": account.sub,
        "at_hash": at_hash(about.access_token),
        "iat": about.now,
        "exp": about.now.saturating_add(LIFE_S),
    }));
    if let Some(nonce) = about.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    claims.extend(details(google, account, about.scopes, about.refreshed));
    google.claims.apply(&mut header, &mut claims);
    let part = |fields: Map<String, Value>| {
        URL_SAFE_NO_PAD.encode(Value::Object(fields).to_string().as_bytes())
    };
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(&signed);
    format!("{signed}.{signature}")
}

/// What the scopes show of an account, the subject aside.
pub(crate) fn details(
    google: &Google,
    account: &GoogleAccount,
    scopes: &Scopes,
    with_profile: bool,
) -> Map<String, Value> {
    let mut details = Map::new();
    if let Some(hd) = &account.hd {
        details.insert("hd".to_owned(), json!(hd));
    }
    if scopes.contains(scope::EMAIL) {
        details.insert("email".to_owned(), json!(account.email));
        details.insert("email_verified".to_owned(), json!(account.email_verified));
    }
    if with_profile || scopes.contains(scope::PROFILE) {
        let picture = account.picture.as_deref().map(|url| absolute(google, url));
        for (name, value) in [
            ("name", account.name.clone()),
            ("given_name", account.given_name.clone()),
            ("family_name", account.family_name.clone()),
            ("picture", picture),
        ] {
            if let Some(value) = value {
                details.insert(name.to_owned(), json!(value));
            }
        }
    }
    details
}

/// A path as an address at the sandbox; anything else as it is.
fn absolute(google: &Google, url: &str) -> String {
    if url.starts_with('/') {
        format!("{}{url}", google.base())
    } else {
        url.to_owned()
    }
}

/// The left half of the hash of an access token (OIDC Core §3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let hash = Sha256::digest(access_token);
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
