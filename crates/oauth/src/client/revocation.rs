//! Giving a token back (RFC 7009).
//!
//! `oauth2` insists on `https` here, which a provider on this machine does not have, and reads
//! an answer that is not to be read: whatever a provider says about a token that it does not
//! know, the token is of no use any more.

use std::future::Future;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use oauth2::url::{Url, form_urlencoded};
use oauth2::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::error::{RevokeError, TransportError};
use super::{ClientAuth, ClientConfig, is_plain, wire};

/// Gives a refresh token or an access token back. Exactly one request is sent.
///
/// A token that the provider does not know counts as given back; Google says so with an error.
///
/// # Errors
/// See [`RevokeError`]. None is a reason not to sign somebody out.
pub async fn revoke<H, F, E>(
    config: &ClientConfig,
    revocation_url: &str,
    token_secret: &str,
    http: H,
) -> Result<(), RevokeError>
where
    H: Fn(HttpRequest) -> F + Sync,
    F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
    E: Into<TransportError>,
{
    let request = request(config, revocation_url, token_secret).ok_or(RevokeError::Address)?;
    let response = wire::answered(http(request).await).map_err(RevokeError::Unavailable)?;
    match response.status() {
        StatusCode::OK => Ok(()),
        StatusCode::BAD_REQUEST if is_unknown_token(response.body()) => Ok(()),
        status => Err(RevokeError::Refused {
            status: status.as_u16(),
        }),
    }
}

fn request(config: &ClientConfig, url: &str, token: &str) -> Option<HttpRequest> {
    let url = Url::parse(url).ok().filter(is_plain)?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("token", token);
    let mut request = http::Request::builder()
        .method(Method::POST)
        .uri(url.as_str())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    match config.auth {
        ClientAuth::Basic => request = request.header(AUTHORIZATION, basic(config)?),
        ClientAuth::Post => {
            form.append_pair("client_id", &config.client_id);
            form.append_pair("client_secret", config.client_secret.secret());
        }
    }
    request.body(form.finish().into_bytes()).ok()
}

/// Id and secret, form-encoded before they are joined (RFC 6749 §2.3.1).
fn basic(config: &ClientConfig) -> Option<HeaderValue> {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!(
        "{}:{}",
        encode(&config.client_id),
        encode(config.client_secret.secret())
    );
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn is_unknown_token(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct ErrorBody {
        error: String,
    }
    serde_json::from_slice::<ErrorBody>(body).is_ok_and(|body| body.error == "invalid_token")
}
