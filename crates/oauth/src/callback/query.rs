//! The raw query string of a callback.

use crate::percent::decode_form;
use crate::state::State;

use super::error::{CallbackError, Defect};

/// The query of a callback, taken apart but not yet believed.
///
/// Parsing loses nothing that matters and refuses almost nothing: a defect is noted and
/// evaluated by [`check`](super::check) at its place, after transaction and state.
#[derive(Clone)]
pub struct CallbackQuery {
    /// Every `state` there is: all of them must be right.
    states: Vec<String>,
    pub(super) code: Option<String>,
    pub(super) iss: Option<String>,
    pub(super) error: Option<String>,
    pub(super) defect: Option<Defect>,
}

impl CallbackQuery {
    /// The longest query that is looked at, in bytes.
    pub const MAX_BYTES: usize = 8 * 1024;

    /// Takes a raw query string apart, with or without its leading `?`.
    ///
    /// Unknown parameters are ignored (RFC 6749 §4.1.2); a token is a defect.
    ///
    /// # Errors
    /// It is longer than [`Self::MAX_BYTES`].
    pub fn parse(raw: &str) -> Result<Self, CallbackError> {
        if raw.len() > Self::MAX_BYTES {
            return Err(CallbackError::BadRequest(Defect::TooLong));
        }
        let mut query = Self {
            states: Vec::new(),
            code: None,
            iss: None,
            error: None,
            defect: None,
        };
        // A browser never sends these raw in a query, so somebody else wrote it.
        if raw
            .bytes()
            .any(|byte| byte.is_ascii_control() || byte == b' ' || byte == b'#')
        {
            query.note(Defect::Encoding);
        }
        let mut seen = Vec::new();
        for (name, value) in pairs(raw) {
            query.take(name, value, &mut seen);
        }
        Ok(query)
    }

    /// Whether the answer carries the expected `state`, and no other beside it.
    pub(super) fn has_state(&self, expected: &State) -> bool {
        !self.states.is_empty() && self.states.iter().all(|state| expected.matches(state))
    }

    fn take(&mut self, name: &str, value: &str, seen: &mut Vec<Parameter>) {
        let Some(name) = decode_form(name) else {
            return self.note(Defect::Encoding);
        };
        let Some(parameter) = Parameter::named(&name) else {
            return;
        };
        if seen.contains(&parameter) {
            self.note(Defect::Duplicate);
        }
        seen.push(parameter);
        let value = match decode_form(value) {
            Some(value) if !value.contains(char::is_control) => value,
            _ => return self.note(Defect::Encoding),
        };
        match parameter {
            Parameter::State => self.states.push(value),
            Parameter::Code => _ = self.code.get_or_insert(value),
            Parameter::Iss => _ = self.iss.get_or_insert(value),
            Parameter::Error => _ = self.error.get_or_insert(value),
            Parameter::ErrorDescription | Parameter::ErrorUri => {}
            Parameter::Response | Parameter::IdToken | Parameter::AccessToken => {
                self.note(Defect::ForeignParameter);
            }
        }
    }

    /// Keeps the first defect: the first thing that is wrong is what the log should name.
    fn note(&mut self, defect: Defect) {
        self.defect.get_or_insert(defect);
    }
}

impl std::fmt::Debug for CallbackQuery {
    /// Names what is there, never its value: a code is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallbackQuery")
            .field("states", &self.states.len())
            .field("code", &self.code.is_some())
            .field("iss", &self.iss.is_some())
            .field("error", &self.error.is_some())
            .field("defect", &self.defect)
            .finish()
    }
}

/// The `state` of a raw query, to find the transaction's cookie with, before anything else is
/// looked at. It proves nothing.
///
/// `None` unless the first there is has 1 to 512 visible ASCII characters. That there is more than
/// one is for [`check`](super::check) to refuse, at its place.
pub fn state_of(raw: &str) -> Option<String> {
    if raw.len() > CallbackQuery::MAX_BYTES {
        return None;
    }
    let state = pairs(raw).find_map(|(name, value)| {
        let name = decode_form(name)?;
        (Parameter::named(&name) == Some(Parameter::State)).then_some(value)
    })?;
    let state = decode_form(state)?;
    let fits = (1..=512).contains(&state.len()) && state.bytes().all(|b| b.is_ascii_graphic());
    fits.then_some(state)
}

/// The parameters that may be there once at most.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parameter {
    Code,
    State,
    Iss,
    Error,
    ErrorDescription,
    ErrorUri,
    Response,
    IdToken,
    AccessToken,
}

impl Parameter {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "code" => Self::Code,
            "state" => Self::State,
            "iss" => Self::Iss,
            "error" => Self::Error,
            "error_description" => Self::ErrorDescription,
            "error_uri" => Self::ErrorUri,
            "response" => Self::Response,
            "id_token" => Self::IdToken,
            "access_token" => Self::AccessToken,
            _ => return None,
        })
    }
}

/// The pairs of a query, still encoded. A name without `=` has an empty value.
fn pairs(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    raw.strip_prefix('?')
        .unwrap_or(raw)
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}
