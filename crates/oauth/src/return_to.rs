//! Where a person goes after signing in: a page of ours, or nowhere.

use serde::{Deserialize, Serialize};

use crate::percent::encoded_byte;

/// Every page that a person may be sent back to; `{id}` stands for one segment.
///
/// The callback and everything under `/api` are missing on purpose.
pub const PAGES: [&str; 18] = [
    "/",
    "/search",
    "/top",
    "/artists",
    "/artist/{id}",
    "/album/{id}",
    "/releases",
    "/playlists",
    "/playlists/{id}",
    "/recent",
    "/saved",
    "/profile",
    "/account",
    "/permissions",
    "/flow",
    "/learn",
    "/privacy",
    "/admin",
];

/// A page of this app with its query and fragment, safe to put into a link or a redirect.
///
/// It is checked, not repaired: a text passes unchanged or not at all. Nothing in its path is
/// percent-encoded and no segment is empty or a dot, so there is no second reading of it. That
/// is what makes it safe to emit, parse and emit again (`/.//host` is a path of ours when it
/// is parsed once and another host when it is parsed twice).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReturnTo(String);

impl ReturnTo {
    /// The longest accepted text, in bytes.
    pub const MAX_BYTES: usize = 2048;

    /// Reads a path that somebody sent.
    ///
    /// # Errors
    /// It is anything but one of [`PAGES`], with a query and a fragment of RFC 3986 characters.
    pub fn parse(text: &str) -> Result<Self, ReturnToError> {
        if text.len() > Self::MAX_BYTES {
            return Err(ReturnToError::TooLong);
        }
        // Browsers drop tabs and line ends, trim spaces and read a backslash as a slash.
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        {
            return Err(ReturnToError::Character);
        }
        let (rest, fragment) = split(text, '#');
        let (path, query) = split(rest, '?');
        check_path(path)?;
        for part in [query, fragment].into_iter().flatten() {
            check_query(part)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// The path with its query and fragment.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ReturnTo {
    /// The front page.
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl std::fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ReturnTo {
    type Error = ReturnToError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ReturnTo> for String {
    fn from(return_to: ReturnTo) -> Self {
        return_to.0
    }
}

/// Why a text is not a place to return to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReturnToError {
    /// Longer than [`ReturnTo::MAX_BYTES`].
    #[error("a place to return to has at most {} bytes", ReturnTo::MAX_BYTES)]
    TooLong,
    /// A backslash, white space, a control character or anything beyond ASCII.
    #[error("a place to return to is visible ASCII without a backslash")]
    Character,
    /// It does not start with a slash.
    #[error("a place to return to starts with a slash")]
    NotAPath,
    /// Two slashes in a row, or one at the end.
    #[error("a path to return to has no empty segment")]
    EmptySegment,
    /// A segment that browsers resolve away.
    #[error("a path to return to has no dot segment")]
    DotSegment,
    /// A percent-encoded character in the path.
    #[error("a path to return to is not percent-encoded")]
    EncodedPath,
    /// A well-formed path, but not of a page that people are sent to.
    #[error("this is not a page to return to")]
    NotAPage,
    /// A character or an escape in query or fragment that RFC 3986 does not know, or an
    /// encoded control character.
    #[error("the query or fragment is not well formed")]
    Query,
}

/// The text before the first `mark`, and what follows it.
fn split(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Holds the path against [`PAGES`]. The list alone would refuse all the rest; the checks
/// before it stand on their own, so that a page added later cannot open a door.
fn check_path(path: &str) -> Result<(), ReturnToError> {
    let inner = path.strip_prefix('/').ok_or(ReturnToError::NotAPath)?;
    if path == "/" {
        return Ok(());
    }
    for segment in inner.split('/') {
        match segment {
            "" => return Err(ReturnToError::EmptySegment),
            "." | ".." => return Err(ReturnToError::DotSegment),
            encoded if encoded.contains('%') => return Err(ReturnToError::EncodedPath),
            _ => {}
        }
    }
    if PAGES.iter().any(|page| is_page(page, path)) {
        Ok(())
    } else {
        Err(ReturnToError::NotAPage)
    }
}

/// Whether `path` is `page`, segment by segment.
fn is_page(page: &str, path: &str) -> bool {
    let mut given = path.split('/');
    page.split('/').all(|expected| {
        given.next().is_some_and(|segment| match expected {
            "{id}" => !segment.is_empty() && segment.bytes().all(is_unreserved),
            word => segment == word,
        })
    }) && given.next().is_none()
}

/// RFC 3986 §3.4 and §3.5: unreserved, sub-delims, `:` `@` `/` `?` and well-formed escapes.
fn check_query(text: &str) -> Result<(), ReturnToError> {
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' {
            // An encoded line end is harmless as long as it stays encoded. Whoever decodes it
            // later may be writing a header or a log.
            match encoded_byte(tail) {
                Some(decoded) if !decoded.is_ascii_control() => rest = &tail[2..],
                _ => return Err(ReturnToError::Query),
            }
        } else if !is_unreserved(byte) && !b"!$&'()*+,;=:@/?".contains(&byte) {
            return Err(ReturnToError::Query);
        }
    }
    Ok(())
}

/// RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}
