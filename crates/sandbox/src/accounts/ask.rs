//! A request to the authorize page, read and judged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

use crate::form::Form;
use crate::registration::{Client, RedirectMatch};
use crate::scope::{self, Scopes};
use crate::world::Data;

/// The parameters that must not be repeated (RFC 6749 §3.1).
const PARAMETERS: [&str; 8] = [
    "client_id",
    "response_type",
    "redirect_uri",
    "state",
    "scope",
    "show_dialog",
    "code_challenge",
    "code_challenge_method",
];

/// A request that may be shown to a person.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) client: Client,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Scopes,
    pub(crate) show_dialog: bool,
    pub(crate) challenge: Option<String>,
    /// `state` still encoded as it came, so that it goes back byte for byte.
    state: Option<String>,
    /// Plain `http` to a host that is no loopback literal: said only after the sign-in.
    insecure: bool,
}

/// Why the authorize page answers 400 with nothing but this text, and does not redirect.
///
/// The wordings are the provider's where they are known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthorizeRefusal {
    /// A parameter that must be there is not.
    #[error("Missing required parameter: {0}")]
    MissingParameter(&'static str),
    /// A parameter is there twice.
    #[error("Duplicate parameter: {0}")]
    DuplicateParameter(&'static str),
    /// No client has this id.
    #[error("INVALID_CLIENT: Invalid client")]
    UnknownClient,
    /// The redirect URI is not one of this client's.
    #[error("INVALID_CLIENT: Invalid redirect URI")]
    UnregisteredRedirect,
    /// Plain `http` to a host that is no loopback literal.
    #[error("INVALID_CLIENT: Insecure redirect URI")]
    InsecureRedirect,
    /// Neither `code` nor the implicit grant, which ended in November 2025.
    #[error("response_type must be code or token")]
    ResponseType,
    /// The implicit grant.
    #[error("response_type must be code")]
    ImplicitGrant,
    /// A scope that does not exist.
    #[error("INVALID_SCOPE: Invalid scope")]
    UnknownScope,
    /// A challenge method other than S256.
    #[error("code_challenge_method must be S256")]
    ChallengeMethod,
    /// A challenge that is no SHA-256 in base64url.
    #[error("Invalid code_challenge")]
    Challenge,
    /// The login that a test asked to sign in does not exist.
    #[error("no listener has the login {0:?}")]
    UnknownListener(String),
    /// The address that a test passed is not the authorize page's.
    #[error("this is not an authorize URL of the sandbox")]
    NotAuthorizeUrl,
}

impl Ask {
    /// Reads the raw query of the authorize page.
    ///
    /// # Errors
    /// Everything that is refused before the sign-in.
    pub(crate) fn read(raw_query: &str, data: &Data) -> Result<Self, AuthorizeRefusal> {
        use AuthorizeRefusal::{
            DuplicateParameter, ImplicitGrant, MissingParameter, ResponseType, UnknownClient,
            UnknownScope, UnregisteredRedirect,
        };

        let query = Form::of_query(raw_query);
        if let Some(name) = query.repeated(&PARAMETERS) {
            return Err(DuplicateParameter(name));
        }
        let required = |name: &'static str| query.filled(name).ok_or(MissingParameter(name));
        let client = data
            .clients
            .get(required("client_id")?)
            .ok_or(UnknownClient)?;
        let redirect_uri = required("redirect_uri")?;
        let insecure = match client.match_redirect(redirect_uri) {
            RedirectMatch::Unregistered => return Err(UnregisteredRedirect),
            RedirectMatch::Insecure => true,
            RedirectMatch::Registered => false,
        };
        match required("response_type")? {
            "code" => {}
            "token" => return Err(ImplicitGrant),
            _ => return Err(ResponseType),
        }
        Ok(Self {
            client: client.clone(),
            redirect_uri: redirect_uri.to_owned(),
            scopes: scope::parse(query.get("scope").unwrap_or_default()).ok_or(UnknownScope)?,
            show_dialog: query.get("show_dialog") == Some("true"),
            challenge: challenge(&query)?,
            state: raw_value(raw_query, "state").map(str::to_owned),
            insecure,
        })
    }

    /// What is refused only once the person has signed in.
    ///
    /// # Errors
    /// [`AuthorizeRefusal::InsecureRedirect`].
    pub(crate) fn after_sign_in(&self) -> Result<(), AuthorizeRefusal> {
        if self.insecure {
            Err(AuthorizeRefusal::InsecureRedirect)
        } else {
            Ok(())
        }
    }

    /// Where the browser goes with an answer: `code` or `error`, and the state as it came.
    pub(crate) fn callback(&self, name: &str, value: &str) -> String {
        let joint = if self.redirect_uri.contains('?') {
            '&'
        } else {
            '?'
        };
        let state = self
            .state
            .as_ref()
            .map(|state| format!("&state={state}"))
            .unwrap_or_default();
        format!("{}{joint}{name}={value}{state}", self.redirect_uri)
    }
}

fn challenge(query: &Form) -> Result<Option<String>, AuthorizeRefusal> {
    match (
        query.get("code_challenge"),
        query.get("code_challenge_method"),
    ) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(AuthorizeRefusal::MissingParameter("code_challenge")),
        (Some(challenge), Some("S256")) => {
            let hash = URL_SAFE_NO_PAD.decode(challenge).ok();
            if hash.is_some_and(|bytes| bytes.len() == 32) {
                Ok(Some(challenge.to_owned()))
            } else {
                Err(AuthorizeRefusal::Challenge)
            }
        }
        // An absent method means `plain` (RFC 7636 §4.3), which the provider does not take.
        (Some(_), _) => Err(AuthorizeRefusal::ChallengeMethod),
    }
}

/// The value of a parameter as it stands in the query, not decoded.
fn raw_value<'a>(raw_query: &'a str, name: &str) -> Option<&'a str> {
    raw_query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then_some(value)
    })
}
