//! The two bodies of a token endpoint, read strictly where it matters (RFC 6749 §5).

use std::time::Duration;

use oauth2::basic::BasicTokenType;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::tokens::{AccessToken, IdTokenText, RefreshToken, SecretError, TokenAnswer};

use super::error::TokenErrorCode;

/// The longest `scope` that is believed, in bytes; it must fit into a cookie with the tokens.
const MAX_SCOPE_BYTES: usize = 4096;

/// A token answer as it was sent. Every field but the scope keeps `oauth2`'s redacted types.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct TokenBody {
    access_token: oauth2::AccessToken,
    #[serde(deserialize_with = "bearer")]
    token_type: BasicTokenType,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<i64>,
    #[serde(default)]
    refresh_token: Option<oauth2::RefreshToken>,
    #[serde(default, deserialize_with = "scopes")]
    scope: Option<Vec<oauth2::Scope>>,
    /// In the redacted type of another token: `oauth2` has none for this one.
    #[serde(default)]
    id_token: Option<oauth2::AccessToken>,
}

impl TokenBody {
    /// Refuses tokens that could not stand in a header or a form field.
    pub(super) fn check(self) -> Result<TokenAnswer, SecretError> {
        let access_token = AccessToken::new(self.access_token.into_secret());
        let refresh_token = self
            .refresh_token
            .map(oauth2::RefreshToken::into_secret)
            // An empty one is none: the old one stays.
            .filter(|token| !token.is_empty())
            .map(RefreshToken::new)
            .transpose();
        let id_token = self
            .id_token
            .map(oauth2::AccessToken::into_secret)
            .map(IdTokenText::new)
            .transpose();
        let scopes = self
            .scope
            .map(|scopes| scopes.iter().map(|s| s.to_string()).collect());
        Ok(TokenAnswer {
            access_token: access_token?,
            refresh_token: refresh_token?,
            scopes,
            expires_in_s: self.expires_in,
            id_token: id_token?,
        })
    }
}

impl oauth2::TokenResponse for TokenBody {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &oauth2::AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        let seconds = u64::try_from(self.expires_in?).unwrap_or(0);
        Some(Duration::from_secs(seconds))
    }

    fn refresh_token(&self) -> Option<&oauth2::RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<oauth2::Scope>> {
        self.scope.as_ref()
    }
}

/// An error answer. Of its text only the code is read, and of the code only what is known.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct ErrorBody {
    error: TokenErrorCode,
}

impl ErrorBody {
    pub(super) fn code(&self) -> TokenErrorCode {
        self.error
    }
}

impl std::fmt::Display for ErrorBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl oauth2::ErrorResponse for ErrorBody {}

/// `Bearer` in any case, and nothing else: a `MAC` or `DPoP` token cannot be used as bearer.
fn bearer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BasicTokenType, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.eq_ignore_ascii_case("bearer") {
        Ok(BasicTokenType::Bearer)
    } else {
        Err(D::Error::custom("the token type is not bearer"))
    }
}

/// `expires_in`: a number, or the same in quotes as some providers send it. What is out of
/// range is clamped later; what is no number at all refuses the answer.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Whole(i64),
        Fraction(f64),
        Text(String),
    }
    let seconds = match Option::<Number>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(Number::Whole(seconds)) => Some(seconds),
        Some(Number::Fraction(seconds)) => Some(saturate(seconds)),
        Some(Number::Text(text)) => text.parse().ok(),
    };
    seconds
        .map(Some)
        .ok_or_else(|| D::Error::custom("expires_in is not a number"))
}

/// A float as whole seconds. JSON has no NaN, and the cast stops at the ends.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates; a fraction is lost"
)]
fn saturate(seconds: f64) -> i64 {
    seconds as i64
}

/// `scope`: tokens with spaces between (RFC 6749 §3.3), or a list of them as Twitch sends it.
fn scopes<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<oauth2::Scope>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scope {
        Text(String),
        List(Vec<String>),
    }
    let Some(scope) = Option::<Scope>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let list = match scope {
        Scope::Text(text) => text
            .split(' ')
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect(),
        Scope::List(list) => list,
    };
    let well_formed = list.iter().all(|scope| {
        !scope.is_empty()
            && scope
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
    });
    if !well_formed || list.iter().map(String::len).sum::<usize>() > MAX_SCOPE_BYTES {
        return Err(D::Error::custom("scope is malformed"));
    }
    Ok(Some(list.into_iter().map(oauth2::Scope::new).collect()))
}
