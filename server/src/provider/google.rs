//! Google: `OpenID` Connect with habits of its own
//! (<https://developers.google.com/identity/openid-connect/openid-connect>).

use super::{Capabilities, Provider, ProviderError, capabilities::Revocation, open_id};
use crate::settings::{OpenIdSettings, Settings};

/// What Google can do.
pub const CAPABILITIES: Capabilities = Capabilities {
    id_token: true,
    nonce: true,
    pkce: true,
    // Since 2026 it sends `iss`, and its metadata does not say so: verified where it comes.
    iss: false,
    rotation: false,
    refresh_token_on_first_consent_only: true,
    revocation: Revocation::Project,
    end_session: false,
    back_channel_logout: false,
};

/// The real issuer. ID tokens may name it without the scheme, and only Google's may.
const ISSUER: &str = "https://accounts.google.com";
const SCHEMELESS: &str = "accounts.google.com";
/// Hosts that serve people's pictures.
const IMAGE_HOSTS: &str = "https://*.googleusercontent.com";

/// Google as configured.
///
/// # Errors
/// [`ProviderError`] where the issuer cannot be used.
pub fn provider(google: &OpenIdSettings, settings: &Settings) -> Result<Provider, ProviderError> {
    let mut provider = open_id::provider(google, settings)?;
    provider.capabilities = CAPABILITIES;
    // Offline: renewal is silent later.
    provider.parameters = &[("access_type", "offline")];
    provider.switch_account = ("prompt", "select_account");
    provider.ask_again = Some(("prompt", "consent"));
    provider.images.push(IMAGE_HOSTS.to_owned());
    provider.manage_url = Some("https://myaccount.google.com/connections");
    if let super::IdentitySource::OpenId(open_id) = &mut provider.identity {
        open_id.client.declared = CAPABILITIES;
        if google.issuer == ISSUER {
            open_id.issuers.push(SCHEMELESS.to_owned());
        } else if let Some((_, schemeless)) = google.issuer.split_once("://") {
            // A stand-in for tests: the same habit at its own name.
            open_id.issuers.push(schemeless.to_owned());
        }
    }
    Ok(provider)
}
