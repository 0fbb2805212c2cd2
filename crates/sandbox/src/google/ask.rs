//! A request to the authorization endpoint, read and judged.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;
use url::{Host, Url};

use super::scope::{self, Scopes};
use crate::form::Form;
use crate::registration::{Client, RedirectMatch};
use crate::world::Data;

/// The parameters that must not be repeated (RFC 6749 §3.1).
const PARAMETERS: [&str; 13] = [
    "client_id",
    "response_type",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "access_type",
    "prompt",
    "login_hint",
    "include_granted_scopes",
    "response_mode",
];

/// A request that may be shown to a person.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) client: Client,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Scopes,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) offline: bool,
    pub(crate) include_granted: bool,
    pub(crate) prompt: Prompt,
    pub(crate) login_hint: Option<String>,
    state: Option<String>,
    /// `iss` of the answer, when it carries one.
    iss: Option<String>,
}

/// What the client asks to be shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    pub(crate) none: bool,
    pub(crate) consent: bool,
    pub(crate) select_account: bool,
}

/// Why Google shows a page of its own and does not redirect.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GoogleRefusal {
    /// A parameter that must be there is not.
    #[error("Required parameter is missing: {0}")]
    MissingParameter(&'static str),
    /// A parameter is there twice.
    #[error("OAuth 2 parameters can only have a single value: {0}")]
    DuplicateParameter(&'static str),
    /// No client has this id.
    #[error("The OAuth client was not found.")]
    UnknownClient,
    /// The redirect URI is not one of this client's, or is neither `https` nor of this machine.
    #[error("The redirect URI of the request is not one that is registered for this client.")]
    RedirectMismatch,
    /// Any other flow than the code flow.
    #[error("Invalid response_type: only code is supported here.")]
    ResponseType,
    /// Any other response mode than `query`.
    #[error("Invalid response_mode: only query is supported here.")]
    ResponseMode,
    /// A scope that does not exist.
    #[error("Some requested scopes were invalid.")]
    UnknownScope,
    /// A sign-in without `openid` is none.
    #[error("The scope openid is missing.")]
    NoOpenid,
    /// Any other challenge method than S256.
    #[error("Invalid code_challenge_method: it must be S256.")]
    ChallengeMethod,
    /// A challenge that is no SHA-256 in base64url.
    #[error("Invalid code_challenge.")]
    Challenge,
    /// A value that a parameter cannot have.
    #[error("Invalid parameter value for {0}.")]
    Value(&'static str),
    /// The account that a test asked to sign in does not exist.
    #[error("no Google account has the login {0:?}")]
    UnknownAccount(String),
    /// The address that a test passed is not the authorization endpoint's.
    #[error("this is not an authorize URL of the sandbox's Google")]
    NotAuthorizeUrl,
}

impl GoogleRefusal {
    /// The code that the page names.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::UnknownClient => "invalid_client",
            Self::RedirectMismatch => "redirect_uri_mismatch",
            Self::ResponseType => "unsupported_response_type",
            Self::UnknownScope | Self::NoOpenid => "invalid_scope",
            _ => "invalid_request",
        }
    }

    /// The status of the page.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::UnknownClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl Ask {
    /// Reads the raw query of the authorization endpoint.
    ///
    /// # Errors
    /// Everything that is refused on a page.
    pub(crate) fn read(raw_query: &str, data: &Data) -> Result<Self, GoogleRefusal> {
        let query = Form::of_query(raw_query);
        if let Some(name) = query.repeated(&PARAMETERS) {
            return Err(GoogleRefusal::DuplicateParameter(name));
        }
        let required = |name: &'static str| {
            query
                .filled(name)
                .ok_or(GoogleRefusal::MissingParameter(name))
        };
        let one_of = |name: &'static str, values: [&str; 2]| match query.filled(name) {
            None => Ok(false),
            Some(value) if value == values[0] => Ok(false),
            Some(value) if value == values[1] => Ok(true),
            Some(_) => Err(GoogleRefusal::Value(name)),
        };
        let client = data
            .clients
            .get(required("client_id")?)
            .ok_or(GoogleRefusal::UnknownClient)?;
        let redirect_uri = required("redirect_uri")?;
        if !is_registered(client, redirect_uri) {
            return Err(GoogleRefusal::RedirectMismatch);
        }
        if required("response_type")? != "code" {
            return Err(GoogleRefusal::ResponseType);
        }
        if query
            .filled("response_mode")
            .is_some_and(|mode| mode != "query")
        {
            return Err(GoogleRefusal::ResponseMode);
        }
        let scopes = scope::parse(required("scope")?).ok_or(GoogleRefusal::UnknownScope)?;
        if !scopes.contains(scope::OPENID) {
            return Err(GoogleRefusal::NoOpenid);
        }
        Ok(Self {
            client: client.clone(),
            redirect_uri: redirect_uri.to_owned(),
            scopes,
            nonce: query.filled("nonce").map(str::to_owned),
            challenge: challenge(&query)?,
            offline: one_of("access_type", ["online", "offline"])?,
            include_granted: one_of("include_granted_scopes", ["false", "true"])?,
            prompt: prompt(query.get("prompt").unwrap_or_default())?,
            login_hint: query.filled("login_hint").map(str::to_owned),
            state: query.get("state").map(str::to_owned),
            iss: data
                .google
                .settings
                .send_iss
                .then(|| data.google.issuer.clone()),
        })
    }

    /// Where the browser goes with an answer: the state first, `iss` when it is sent, then these.
    pub(crate) fn callback(&self, answer: &[(&str, &str)]) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        if let Some(state) = &self.state {
            pairs.append_pair("state", state);
        }
        if let Some(iss) = &self.iss {
            pairs.append_pair("iss", iss);
        }
        pairs.extend_pairs(answer);
        let joint = if self.redirect_uri.contains('?') {
            '&'
        } else {
            '?'
        };
        format!("{}{joint}{}", self.redirect_uri, pairs.finish())
    }
}

/// The same list as the listeners' provider has, but Google also takes `localhost`.
fn is_registered(client: &Client, redirect_uri: &str) -> bool {
    match client.match_redirect(redirect_uri) {
        RedirectMatch::Registered => true,
        RedirectMatch::Insecure => {
            Url::parse(redirect_uri).is_ok_and(|url| url.host() == Some(Host::Domain("localhost")))
        }
        RedirectMatch::Unregistered => false,
    }
}

fn challenge(query: &Form) -> Result<Option<String>, GoogleRefusal> {
    match (
        query.get("code_challenge"),
        query.get("code_challenge_method"),
    ) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(GoogleRefusal::MissingParameter("code_challenge")),
        (Some(challenge), Some("S256")) => {
            let hash = URL_SAFE_NO_PAD.decode(challenge).ok();
            if hash.is_some_and(|bytes| bytes.len() == 32) {
                Ok(Some(challenge.to_owned()))
            } else {
                Err(GoogleRefusal::Challenge)
            }
        }
        // An absent method means `plain` (RFC 7636 §4.3), which nobody should send any more.
        (Some(_), _) => Err(GoogleRefusal::ChallengeMethod),
    }
}

fn prompt(list: &str) -> Result<Prompt, GoogleRefusal> {
    let mut prompt = Prompt::default();
    for name in list.split(' ').filter(|name| !name.is_empty()) {
        match name {
            "none" => prompt.none = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(GoogleRefusal::Value("prompt")),
        }
    }
    // Nothing and something at once (OIDC Core §3.1.2.1).
    if prompt.none && (prompt.consent || prompt.select_account) {
        return Err(GoogleRefusal::Value("prompt"));
    }
    Ok(prompt)
}
