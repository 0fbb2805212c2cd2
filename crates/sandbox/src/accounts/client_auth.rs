//! Who calls the token endpoint, and whether it can prove it.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::token::TokenRefusal;
use crate::form::Form;
use crate::registration::Client;
use crate::world::Data;

/// A client that called.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) client: Client,
    /// Whether it sent its secret; else only its id.
    pub(crate) proven: bool,
}

impl Caller {
    /// Reads Basic, credentials in the body, or a bare `client_id`.
    ///
    /// # Errors
    /// Unknown client, wrong secret.
    pub(crate) fn read(
        headers: &HeaderMap,
        form: &Form,
        data: &Data,
    ) -> Result<Self, TokenRefusal> {
        let (id, secret) = match headers.get(header::AUTHORIZATION) {
            Some(value) => {
                let text = value.to_str().map_err(|_| TokenRefusal::InvalidClient)?;
                let (id, secret) = basic(text).ok_or(TokenRefusal::InvalidClient)?;
                (id, Some(secret))
            }
            None => (
                form.filled("client_id")
                    .ok_or(TokenRefusal::InvalidClient)?
                    .to_owned(),
                form.get("client_secret").map(str::to_owned),
            ),
        };
        // A body that names another client than the header would be a mix-up.
        if form.get("client_id").is_some_and(|named| named != id) {
            return Err(TokenRefusal::InvalidClient);
        }
        let client = data.clients.get(&id).ok_or(TokenRefusal::InvalidClient)?;
        match secret {
            Some(secret) if secret != client.secret => Err(TokenRefusal::InvalidSecret),
            secret => Ok(Self {
                client: client.clone(),
                proven: secret.is_some(),
            }),
        }
    }
}

/// Reads `Basic base64(id:secret)`.
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
