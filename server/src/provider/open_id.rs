//! Any `OpenID` provider, by discovery.

use std::net::IpAddr;

use oauth::client::{ClientAuth, ClientConfig, ClientSecret};
use oauth::metadata::Metadata;
use url::{Host, Url};

use super::capabilities::Revocation;
use super::{
    Capabilities, Endpoints, EndpointsError, IdentitySource, OpenId, OpenIdEndpoints, Provider,
    ProviderError,
};
use crate::discovery::Discovery;
use crate::egress;
use crate::key_sets::KeySets;
use crate::settings::{OpenIdSettings, Settings};

/// What is taken for granted of any `OpenID` provider, before its metadata says more.
pub const CAPABILITIES: Capabilities = Capabilities {
    id_token: true,
    nonce: true,
    pkce: false,
    iss: false,
    rotation: true,
    refresh_token_on_first_consent_only: false,
    revocation: Revocation::None,
    end_session: false,
    back_channel_logout: false,
};

/// Our client at a provider: what is needed to make endpoints of its metadata.
#[derive(Debug)]
pub struct Client {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: ClientSecret,
    /// What the provider is known to do, whatever its metadata says.
    pub declared: Capabilities,
    /// Whether endpoints may be in a private network or on loopback.
    pub private_allowed: bool,
    /// The hosts of the other providers: no endpoint may be there, for it would see our secret.
    pub foreign_hosts: Vec<String>,
}

impl Client {
    /// The endpoints that the metadata names.
    ///
    /// # Errors
    /// [`EndpointsError`].
    pub fn endpoints(&self, metadata: Metadata) -> Result<Endpoints, EndpointsError> {
        let all = [
            &metadata.authorization_endpoint,
            &metadata.token_endpoint,
            &metadata.jwks_uri,
        ]
        .into_iter()
        .chain(&metadata.userinfo_endpoint)
        .chain(&metadata.revocation_endpoint)
        .chain(&metadata.end_session_endpoint);
        for url in all {
            if !self.private_allowed && is_private(url) {
                return Err(EndpointsError::PrivateEndpoint);
            }
            if url
                .host_str()
                .is_some_and(|host| self.foreign_hosts.iter().any(|foreign| foreign == host))
            {
                return Err(EndpointsError::ForeignEndpoint);
            }
        }
        let capabilities = Capabilities {
            iss: self.declared.iss || metadata.iss_parameter_supported,
            pkce: self.declared.pkce || metadata.s256_supported,
            revocation: match (self.declared.revocation, &metadata.revocation_endpoint) {
                (Revocation::None, Some(_)) => Revocation::Token,
                (declared, Some(_)) => declared,
                (_, None) => Revocation::None,
            },
            end_session: metadata.end_session_endpoint.is_some(),
            back_channel_logout: metadata.backchannel_logout_supported,
            ..self.declared
        };
        capabilities.check()?;
        let client = ClientConfig::new(
            metadata.token_endpoint.as_str(),
            &self.client_id,
            self.client_secret.clone(),
        )?
        .with_auth(authentication(&metadata.token_auth_methods)?);
        Ok(Endpoints {
            authorize_url: metadata.authorization_endpoint,
            client,
            revocation_url: metadata.revocation_endpoint,
            capabilities,
            open_id: Some(OpenIdEndpoints {
                jwks_uri: metadata.jwks_uri,
                userinfo_url: metadata.userinfo_endpoint,
                end_session_url: metadata.end_session_endpoint,
                algorithm: metadata.algorithm,
                offline_access: metadata
                    .scopes_supported
                    .iter()
                    .any(|scope| scope == "offline_access"),
            }),
        })
    }
}

/// `client_secret_basic` unless the provider lists `client_secret_post` alone (Discovery 1.0 §3: an
/// absent list means basic).
fn authentication(methods: &[String]) -> Result<ClientAuth, EndpointsError> {
    let lists = |name: &str| methods.iter().any(|method| method == name);
    if methods.is_empty() || lists("client_secret_basic") {
        Ok(ClientAuth::Basic)
    } else if lists("client_secret_post") {
        Ok(ClientAuth::Post)
    } else {
        Err(EndpointsError::ClientAuthentication)
    }
}

/// Whether an endpoint is named by an address that is not of the public internet. Names are looked
/// at when they are resolved.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => !egress::is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !egress::is_public(IpAddr::V6(address)),
        None => true,
    }
}

/// A provider as configured.
///
/// # Errors
/// [`ProviderError`] where the issuer cannot be used.
pub fn provider(own: &OpenIdSettings, settings: &Settings) -> Result<Provider, ProviderError> {
    let host = |issuer: &str| {
        Url::parse(issuer)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
    };
    let own_host = host(&own.issuer);
    let others = settings
        .google
        .iter()
        .chain(&settings.open_id)
        .filter(|other| other.id != own.id)
        .map(|other| other.issuer.as_str())
        .chain(
            settings
                .spotify
                .iter()
                .map(|spotify| spotify.accounts_url.as_str()),
        );
    // Two providers may live on one host, as two realms of one server do.
    let foreign_hosts = others
        .filter_map(host)
        .filter(|host| Some(host) != own_host.as_ref())
        .collect();
    Ok(Provider {
        id: own.id.clone(),
        label: own.label.clone(),
        issuer: own.issuer.clone(),
        redirect_uri: super::redirect_uri(&settings.origin, &own.id),
        capabilities: CAPABILITIES,
        scopes: own.scopes.clone(),
        parameters: &[],
        // Of the prompts of Core 1.0 §3.1.2.1 the one that every provider knows.
        switch_account: ("prompt", "login"),
        ask_again: Some(("prompt", "consent")),
        // Pictures from the provider itself; elsewhere they would tell strangers who is here.
        images: Url::parse(&own.issuer)
            .map(|url| url.origin().ascii_serialization())
            .into_iter()
            .collect(),
        grant_life_s: None,
        manage_url: None,
        identity: IdentitySource::OpenId(Box::new(OpenId {
            discovery: Discovery::new(&own.issuer, settings.allow_loopback)?,
            keys: KeySets::default(),
            issuers: vec![own.issuer.clone()],
            client: Client {
                client_id: own.client_id.clone(),
                client_secret: own.client_secret.clone(),
                declared: CAPABILITIES,
                private_allowed: settings.allow_loopback,
                foreign_hosts,
            },
        })),
    })
}
