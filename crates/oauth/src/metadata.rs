//! What a provider publishes about itself (OIDC Discovery §3, §4; RFC 8414).

use serde_json::{Map, Value};
use url::Url;

use crate::address::{self, Http};
use crate::jose::Algorithm;
use crate::strict_json::{self, JsonError};

/// A provider's metadata, as far as it is used here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the document and means nothing to the others"
)]
pub struct Metadata {
    /// The issuer, byte for byte the configured one.
    pub issuer: String,
    /// Where a person is sent to. It may have a query.
    pub authorization_endpoint: Url,
    /// Where codes are exchanged.
    pub token_endpoint: Url,
    /// Where the keys are.
    pub jwks_uri: Url,
    /// Where more about a person is.
    pub userinfo_endpoint: Option<Url>,
    /// Where tokens are given back (RFC 7009).
    pub revocation_endpoint: Option<Url>,
    /// Where a person signs out of the provider too.
    pub end_session_endpoint: Option<Url>,
    /// Whether every authorization response has an `iss` (RFC 9207).
    pub iss_parameter_supported: bool,
    /// The one algorithm that this provider's tokens must have: the first of RS256, ES256 and
    /// `EdDSA` that is listed.
    pub algorithm: Algorithm,
    /// How a client may authenticate at the token endpoint; the default where nothing is said.
    pub token_auth_methods: Vec<String>,
    /// Whether the provider says that it knows PKCE with S256.
    pub s256_supported: bool,
    /// Whether the provider sends logout tokens.
    pub backchannel_logout_supported: bool,
    /// Whether its logout tokens and ID tokens name sessions.
    pub backchannel_logout_session_supported: bool,
    /// The scopes that it says it knows.
    pub scopes_supported: Vec<String>,
}

/// Why metadata is refused. It holds nothing of them but the name of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The configured issuer is no `https` address without query, fragment and user name.
    #[error("the issuer is not an https address without a query")]
    Issuer,
    /// More than [`Metadata::MAX_BYTES`].
    #[error("the metadata are too large")]
    TooLarge,
    /// Not one JSON object in which each member is there once.
    #[error("the metadata are not a JSON object")]
    Json,
    /// They are another issuer's.
    #[error("the metadata are of another issuer")]
    IssuerMismatch,
    /// A member that must be there is not.
    #[error("the metadata have no {0}")]
    Missing(&'static str),
    /// A member is of another type than it must be.
    #[error("{0} in the metadata is malformed")]
    Malformed(&'static str),
    /// An endpoint is no absolute `https` address, or has a fragment or a user name.
    #[error("{0} in the metadata is not an https address")]
    Endpoint(&'static str),
    /// The code flow is not supported.
    #[error("the provider does not support the code flow")]
    ResponseType,
    /// No algorithm is listed that is supported here.
    #[error("the provider signs with none of the supported algorithms")]
    Algorithm,
}

impl Metadata {
    /// The largest metadata that are read, in bytes.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// Reads the metadata of the configured `issuer`. Plain `http` is for a loopback address and
    /// only where `http_loopback_allowed`; to which hosts a request may go at all is the caller's
    /// to decide.
    ///
    /// # Errors
    /// See [`MetadataError`].
    pub fn parse(
        body: &[u8],
        issuer: &str,
        http_loopback_allowed: bool,
    ) -> Result<Self, MetadataError> {
        let members = strict_json::object(body, Self::MAX_BYTES).map_err(|error| match error {
            JsonError::TooLarge => MetadataError::TooLarge,
            JsonError::Malformed => MetadataError::Json,
        })?;
        let document = Document {
            members,
            http: if http_loopback_allowed {
                Http::Loopback
            } else {
                Http::Never
            },
        };
        if document.text("issuer")? != Some(issuer) {
            return Err(MetadataError::IssuerMismatch);
        }
        let response_types = document.list("response_types_supported")?;
        if response_types.is_some_and(|types| !types.contains(&"code")) {
            return Err(MetadataError::ResponseType);
        }
        let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: document.endpoint("authorization_endpoint")?,
            token_endpoint: document.endpoint("token_endpoint")?,
            jwks_uri: document.endpoint("jwks_uri")?,
            userinfo_endpoint: document.optional_endpoint("userinfo_endpoint")?,
            revocation_endpoint: document.optional_endpoint("revocation_endpoint")?,
            end_session_endpoint: document.optional_endpoint("end_session_endpoint")?,
            iss_parameter_supported: document
                .flag("authorization_response_iss_parameter_supported")?,
            algorithm: document.algorithm()?,
            token_auth_methods: owned(
                document
                    .list("token_endpoint_auth_methods_supported")?
                    .unwrap_or_else(|| vec!["client_secret_basic"]),
            ),
            s256_supported: document
                .list("code_challenge_methods_supported")?
                .is_some_and(|methods| methods.contains(&"S256")),
            backchannel_logout_supported: document.flag("backchannel_logout_supported")?,
            backchannel_logout_session_supported: document
                .flag("backchannel_logout_session_supported")?,
            scopes_supported: owned(document.list("scopes_supported")?.unwrap_or_default()),
        })
    }
}

/// Where an issuer's metadata are (OIDC Discovery §4).
///
/// # Errors
/// The issuer is no absolute address, has a query, a fragment or a user name, or is neither
/// `https` nor on this machine. Whether plain `http` is allowed at all is the caller's to decide.
pub fn discovery_url(issuer: &str) -> Result<Url, MetadataError> {
    if issuer.contains(['?', '#']) {
        return Err(MetadataError::Issuer);
    }
    // On its own first: `https://` and a path would make a host of the path.
    address::absolute(issuer, Http::Loopback).ok_or(MetadataError::Issuer)?;
    let well_known = format!(
        "{}/.well-known/openid-configuration",
        issuer.strip_suffix('/').unwrap_or(issuer)
    );
    address::absolute(&well_known, Http::Loopback).ok_or(MetadataError::Issuer)
}

/// The members, by type. A member that is `null` counts as absent.
struct Document {
    members: Map<String, Value>,
    http: Http,
}

impl Document {
    fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &'static str) -> Result<Option<&str>, MetadataError> {
        self.get(name)
            .map(|value| value.as_str().ok_or(MetadataError::Malformed(name)))
            .transpose()
    }

    fn flag(&self, name: &'static str) -> Result<bool, MetadataError> {
        self.get(name).map_or(Ok(false), |value| {
            value.as_bool().ok_or(MetadataError::Malformed(name))
        })
    }

    fn list(&self, name: &'static str) -> Result<Option<Vec<&str>>, MetadataError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        value
            .as_array()
            .and_then(|items| items.iter().map(Value::as_str).collect())
            .map(Some)
            .ok_or(MetadataError::Malformed(name))
    }

    fn endpoint(&self, name: &'static str) -> Result<Url, MetadataError> {
        self.optional_endpoint(name)?
            .ok_or(MetadataError::Missing(name))
    }

    fn optional_endpoint(&self, name: &'static str) -> Result<Option<Url>, MetadataError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        address::absolute(text, self.http)
            .filter(|url| url.fragment().is_none())
            .map(Some)
            .ok_or(MetadataError::Endpoint(name))
    }

    fn algorithm(&self) -> Result<Algorithm, MetadataError> {
        let Some(listed) = self.list("id_token_signing_alg_values_supported")? else {
            return Ok(Algorithm::Rs256);
        };
        Algorithm::ALL
            .into_iter()
            .find(|algorithm| listed.contains(&algorithm.name()))
            .ok_or(MetadataError::Algorithm)
    }
}
