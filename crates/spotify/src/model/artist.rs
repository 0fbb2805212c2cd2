//! Artists.

use serde::{Deserialize, Serialize};

use super::{ExternalUrls, Followers, Image};
use crate::answer::Answer;
use crate::ids::Base62Id;
use crate::lenient;
use crate::page::CursorPage;

/// An artist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artist {
    /// The artist's id.
    pub id: Base62Id,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Pictures, widest first; may be none.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
    /// Often empty.
    #[serde(default, deserialize_with = "lenient::list")]
    pub genres: Vec<String>,
    /// Where the artist is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
    /// Removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub followers: Option<Followers>,
    /// 0 to 100; removed for apps in development mode.
    #[serde(default, deserialize_with = "lenient::option")]
    pub popularity: Option<u8>,
}

impl Answer for Artist {}

/// An artist as part of something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtistSimplified {
    /// Missing for local files.
    #[serde(default, deserialize_with = "lenient::option")]
    pub id: Option<Base62Id>,
    /// The name; empty where there is none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Where the artist is to be seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub external_urls: ExternalUrls,
}

/// Whom the person follows: `GET /me/following?type=artist`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedArtists {
    /// The artists. Required: to say of somebody that they follow nobody, an answer must say so.
    #[serde(deserialize_with = "lenient::object")]
    pub artists: CursorPage<Artist>,
}

impl Answer for FollowedArtists {}
