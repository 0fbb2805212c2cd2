//! Requests to the Web API, each tied to the type of its answer.

mod catalogue;
mod following;
mod library;
mod playlist;
mod recent;
mod top;

use std::marker::PhantomData;

use serde_json::Value;

use crate::answer::{Answer, decode};
use crate::model::{PrivateUser, SearchAnswer};
use crate::refusal::Refusal;

pub use catalogue::AlbumGroup;
pub use playlist::{NewPlaylist, PlaylistChange, Reorder};
pub use recent::Moment;
pub use top::TimeRange;

/// The largest `limit` of a list of the person's own.
pub const MAX_LIST_LIMIT: u32 = 50;

/// A request to the Web API, ready to be sent by whoever can; `T` is what it is answered with.
///
/// ```
/// use spotify::Request;
/// use spotify::request::Kind;
///
/// let request = Request::search("björk & co", &[Kind::Artist, Kind::Album], 5, 0);
/// assert_eq!(
///     request.path_and_query(),
///     "/search?q=bj%C3%B6rk+%26+co&type=artist%2Calbum&limit=5&offset=0"
/// );
/// let answer = request.decode(200, None, br#"{"artists":{"items":[null]}}"#)?;
/// assert!(answer.artists.is_some_and(|page| page.items.is_empty()));
/// # Ok::<(), spotify::Refusal>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<T> {
    /// The HTTP method.
    pub method: Method,
    /// The path below `/v1`, with its leading slash. Its segments need no encoding.
    pub path: String,
    /// Names and values, not yet encoded.
    pub query: Vec<(&'static str, String)>,
    /// What a write says besides.
    pub body: Body,
    answer: PhantomData<fn() -> T>,
}

impl Request<PrivateUser> {
    /// The profile of the person whose token it is. Needs no scope; `user-read-private` and
    /// `user-read-email` add fields.
    pub fn me() -> Self {
        Self::get("/me", Vec::new())
    }
}

impl Request<SearchAnswer> {
    /// The largest `limit` that every app may ask for; apps with extended quota may ask for 50.
    pub const MAX_LIMIT: u32 = 10;

    /// The largest `offset` that there is.
    pub const MAX_OFFSET: u32 = 1000;

    /// A search of the catalogue. Needs no scope and no person.
    ///
    /// `query` may use filters (`artist:`, `year:1955-1960`). No `kinds` means all of them.
    /// `limit` counts for each kind and is cut to 1 to 10, `offset` to 1000: beyond these the
    /// Web API refuses.
    pub fn search(query: &str, kinds: &[Kind], limit: u32, offset: u32) -> Self {
        let kinds = if kinds.is_empty() { &Kind::ALL } else { kinds };
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        Self::get(
            "/search",
            vec![
                ("q", query.to_owned()),
                ("type", kinds.join(",")),
                ("limit", limit.clamp(1, Self::MAX_LIMIT).to_string()),
                ("offset", offset.min(Self::MAX_OFFSET).to_string()),
            ],
        )
    }
}

impl<T: Answer> Request<T> {
    /// Reads the answer to this request, see [`decode`].
    ///
    /// # Errors
    /// As [`decode`].
    pub fn decode(
        &self,
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<T, Refusal> {
        decode(status, content_type, body)
    }
}

impl<T> Request<T> {
    /// Path and query as they stand in an address, encoded.
    pub fn path_and_query(&self) -> String {
        if self.query.is_empty() {
            return self.path.clone();
        }
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.query)
            .finish();
        format!("{}?{query}", self.path)
    }

    fn get(path: &str, query: Vec<(&'static str, String)>) -> Self {
        Self::new(Method::Get, path, query)
    }

    fn new(method: Method, path: &str, query: Vec<(&'static str, String)>) -> Self {
        Self {
            method,
            path: path.to_owned(),
            query,
            body: Body::Nothing,
            answer: PhantomData,
        }
    }

    fn with(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }
}

/// The parameters of a page that is counted by offset, within what the Web API takes.
fn page(limit: u32, offset: u32) -> [(&'static str, String); 2] {
    [
        ("limit", limit.clamp(1, MAX_LIST_LIMIT).to_string()),
        ("offset", offset.to_string()),
    ]
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// None, and no `Content-Type`.
    Nothing,
    /// To be sent as `application/json`.
    Json(Value),
    /// The base64 text of a JPEG, to be sent as it is, as `image/jpeg`.
    Jpeg(String),
}

impl Body {
    /// What kind of body it is.
    pub const fn kind(&self) -> BodyKind {
        match self {
            Self::Nothing => BodyKind::Nothing,
            Self::Json(_) => BodyKind::Json,
            Self::Jpeg(_) => BodyKind::Jpeg,
        }
    }
}

/// What kind of body a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyKind {
    /// None.
    Nothing,
    /// JSON.
    Json,
    /// The base64 text of a JPEG.
    Jpeg,
}

impl BodyKind {
    /// The `Content-Type` that it is sent as; `None` where there is nothing to send.
    pub const fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Json => Some("application/json"),
            Self::Jpeg => Some("image/jpeg"),
        }
    }
}

/// The HTTP methods of the Web API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes something new.
    Post,
    /// Sets or replaces.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// Reads the name of a method, which is case-sensitive (RFC 9110 §9.1).
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "PUT" => Some(Self::Put),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }

    /// The name of the method.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What a search may look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Artists.
    Artist,
    /// Albums.
    Album,
    /// Tracks.
    Track,
    /// Playlists.
    Playlist,
}

impl Kind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Artist, Self::Album, Self::Track, Self::Playlist];

    /// The name of the kind in the `type` parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Artist => "artist",
            Self::Album => "album",
            Self::Track => "track",
            Self::Playlist => "playlist",
        }
    }
}
