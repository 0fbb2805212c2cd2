//! Who calls the token endpoint; every client has a secret here.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::token::TokenRefusal;
use crate::form::Form;
use crate::registration::Client;
use crate::world::Data;

/// The client that called, by Basic or by credentials in the body.
///
/// # Errors
/// No credentials, two of them, an unknown client, a wrong secret.
pub(crate) fn client(
    headers: &HeaderMap,
    form: &Form,
    data: &Data,
) -> Result<Client, TokenRefusal> {
    let (id, secret) = if let Some(value) = headers.get(header::AUTHORIZATION) {
        // Two ways at once are one too many (RFC 6749 §2.3).
        if form.get("client_secret").is_some() {
            return Err(TokenRefusal::TwoCredentials);
        }
        let text = value.to_str().map_err(|_| TokenRefusal::UnknownClient)?;
        basic(text).ok_or(TokenRefusal::UnknownClient)?
    } else {
        let required = |name| form.filled(name).ok_or(TokenRefusal::Missing(name));
        let id = required("client_id")?;
        (id.to_owned(), required("client_secret")?.to_owned())
    };
    // A body that names another client than the header would be a mix-up.
    if form.get("client_id").is_some_and(|named| named != id) {
        return Err(TokenRefusal::UnknownClient);
    }
    let client = data.clients.get(&id).ok_or(TokenRefusal::UnknownClient)?;
    if client.secret == secret {
        Ok(client.clone())
    } else {
        Err(TokenRefusal::WrongSecret)
    }
}

/// Reads `Basic base64(id:secret)`, both form-encoded (RFC 6749 §2.3.1).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((decode(id)?, decode(secret)?))
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
