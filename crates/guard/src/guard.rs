//! The server's half: what is refused, and the layer that refuses it.

mod content_type;
mod layer;
mod path_prefix;

use http::header::{HeaderMap, HeaderValue, ORIGIN};
use http::{Method, StatusCode};

use self::content_type::AcceptedType;
use self::path_prefix::PathPrefix;
use crate::{HEADER, HEADER_VALUE};

pub use self::layer::{GuardLayer, Guarded};

/// Fetch Metadata, the relation between the page that asks and the server.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Decides which requests may reach a handler. The rules are in the documentation of the crate.
#[derive(Clone, Debug)]
pub struct Guard {
    origin: String,
    exempt: Vec<PathPrefix>,
    accepted: Vec<AcceptedType>,
}

impl Guard {
    /// A guard for the pages of `origin`.
    ///
    /// The origin is compared byte for byte with what browsers send, so it has their form: scheme
    /// and host in lower case, no default port, no slash at the end (`http://127.0.0.1:3000`,
    /// `https://app.example`). Any other form refuses every request that carries an `Origin`.
    #[must_use]
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            exempt: Vec::new(),
            accepted: Vec::new(),
        }
    }

    /// Lets everything under a path pass unchecked, for calls that no browser makes and that prove
    /// themselves in another way, such as a back-channel logout by a signed token.
    ///
    /// The prefix ends at a segment: `/api/logout` covers `/api/logout` and `/api/logout/x`, and
    /// neither `/api/logout-all` nor `/api`. What follows the prefix must be plain segments of
    /// `A-Z a-z 0-9 - . _ ~`; with dot segments, empty segments or percent-encoding it is not
    /// covered, since another reader of the path could take it for a different one. The empty
    /// prefix and `/` cover nothing.
    #[must_use]
    pub fn exempt(mut self, path_prefix: &str) -> Self {
        self.exempt.push(PathPrefix::new(path_prefix));
        self
    }

    /// Accepts bodies of one more type, such as `image/jpeg`, on every path.
    ///
    /// Prefer [`Guard::accept_content_type_under`]. Never give one of the three types that a form
    /// can send: `application/x-www-form-urlencoded`, `multipart/form-data`, `text/plain`.
    #[must_use]
    pub fn accept_content_type(mut self, media_type: &str) -> Self {
        self.accepted.push(AcceptedType::everywhere(media_type));
        self
    }

    /// Accepts bodies of one more type under a path, which is read as by [`Guard::exempt`].
    ///
    /// The type is compared whole and in any case; with parameters it is another type.
    #[must_use]
    pub fn accept_content_type_under(mut self, path_prefix: &str, media_type: &str) -> Self {
        self.accepted.push(AcceptedType::under(
            PathPrefix::new(path_prefix),
            media_type,
        ));
        self
    }

    /// Judges a request by its method, path and headers.
    ///
    /// # Errors
    ///
    /// The first [`Refusal`] that applies.
    pub fn check(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<(), Refusal> {
        if self.exempt.iter().any(|prefix| prefix.covers(path)) {
            return Ok(());
        }
        // Handlers of these two change nothing.
        let reads = matches!(*method, Method::GET | Method::HEAD);

        if only(headers, HEADER)?.is_none_or(|value| value != HEADER_VALUE) {
            return Err(Refusal::HeaderMissing);
        }
        let site = only(headers, SEC_FETCH_SITE)?;
        if let Some(site) = site
            && site != "same-origin"
            && !(reads && site == "none")
        {
            return Err(Refusal::CrossSite);
        }
        let origin = only(headers, ORIGIN.as_str())?;
        if origin.is_some_and(|origin| *origin != self.origin) {
            return Err(Refusal::OriginMismatch);
        }
        if reads {
            return Ok(());
        }
        if site.is_none() && origin.is_none() {
            return Err(Refusal::OriginMissing);
        }
        content_type::check(&self.accepted, method, path, headers)
    }

    /// Makes the layer that asks this guard. `refuse` writes the answer to what it refuses.
    #[must_use]
    pub fn layer<F, B>(self, refuse: F) -> GuardLayer<F>
    where
        F: Fn(Refusal) -> http::Response<B> + Clone,
    {
        GuardLayer::new(self, refuse)
    }
}

/// Why a request is refused. The text is for logs and for developers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request lacks the header, or the header has another value.
    #[error("the header `{HEADER}: {HEADER_VALUE}` is missing")]
    HeaderMissing,
    /// `Sec-Fetch-Site` says that another site, a sibling site or nobody's page asks.
    #[error("the request comes from another site")]
    CrossSite,
    /// `Origin` is not the configured one.
    #[error("the request comes from another origin")]
    OriginMismatch,
    /// Neither `Sec-Fetch-Site` nor `Origin` says where the request comes from.
    #[error("nothing says where the request comes from")]
    OriginMissing,
    /// A header that must be there once is there more often.
    #[error("the header `{header}` is given more than once")]
    Duplicate {
        /// The name of the header.
        header: &'static str,
    },
    /// The body has no type, several, or one that is not accepted.
    #[error("the content type is not accepted")]
    ContentType,
}

impl Refusal {
    /// The HTTP status of this refusal: 415 for [`Refusal::ContentType`], 403 for all others.
    pub fn status(self) -> StatusCode {
        match self {
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::HeaderMissing
            | Self::CrossSite
            | Self::OriginMismatch
            | Self::OriginMissing
            | Self::Duplicate { .. } => StatusCode::FORBIDDEN,
        }
    }
}

/// The value of a header that may be there once.
fn only<'a>(
    headers: &'a HeaderMap,
    header: &'static str,
) -> Result<Option<&'a HeaderValue>, Refusal> {
    let mut values = headers.get_all(header).iter();
    let value = values.next();
    if values.next().is_some() {
        return Err(Refusal::Duplicate { header });
    }
    Ok(value)
}
