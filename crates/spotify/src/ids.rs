//! Identifiers, as far as they have a form.

use serde::{Deserialize, Serialize};

/// The id of an artist, album, track or playlist: 22 characters of `0-9 A-Z a-z`.
///
/// User ids are arbitrary text and have no type of their own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Base62Id(String);

impl Base62Id {
    /// Reads an id.
    ///
    /// # Errors
    /// It is not 22 letters and digits.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.len() == 22 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError)
        }
    }

    /// The 22 characters; they need no encoding anywhere.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Base62Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Base62Id {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Base62Id> for String {
    fn from(id: Base62Id) -> Self {
        id.0
    }
}

/// What a library can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UriKind {
    /// An artist: held is followed.
    Artist,
    /// An album.
    Album,
    /// A track.
    Track,
    /// A playlist: held is followed, one's own too.
    Playlist,
}

impl UriKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Artist, Self::Album, Self::Track, Self::Playlist];

    /// The name of the kind in a URI.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Artist => "artist",
            Self::Album => "album",
            Self::Track => "track",
            Self::Playlist => "playlist",
        }
    }
}

/// The name of one thing in the catalogue: `spotify:artist:0aV6DOiouImYTqrR5YlIqx`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Uri {
    /// What it is.
    pub kind: UriKind,
    /// Which one.
    pub id: Base62Id,
}

impl Uri {
    /// Reads a URI of a kind that there is a page for.
    ///
    /// # Errors
    /// It is not `spotify:`, one of the kinds, `:` and an id.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let (kind, id) = text
            .strip_prefix("spotify:")
            .and_then(|rest| rest.split_once(':'))
            .ok_or(UriError)?;
        let kind = UriKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or(UriError)?;
        let id = Base62Id::parse(id).map_err(|_| UriError)?;
        Ok(Self { kind, id })
    }

    /// The URI of an artist.
    pub fn artist(id: Base62Id) -> Self {
        Self {
            kind: UriKind::Artist,
            id,
        }
    }

    /// The URI of an album.
    pub fn album(id: Base62Id) -> Self {
        Self {
            kind: UriKind::Album,
            id,
        }
    }

    /// The URI of a track.
    pub fn track(id: Base62Id) -> Self {
        Self {
            kind: UriKind::Track,
            id,
        }
    }

    /// The URI of a playlist.
    pub fn playlist(id: Base62Id) -> Self {
        Self {
            kind: UriKind::Playlist,
            id,
        }
    }
}

impl std::fmt::Display for Uri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "spotify:{}:{}", self.kind.as_str(), self.id)
    }
}

/// The name of something that a playlist can hold: a track, an episode, or a file on somebody's
/// disc.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemUri(String);

impl ItemUri {
    /// Reads a URI.
    ///
    /// # Errors
    /// It is neither `spotify:track:` nor `spotify:episode:` with an id, nor `spotify:local:` with
    /// something after it.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let of_catalogue = ["spotify:track:", "spotify:episode:"]
            .into_iter()
            .filter_map(|prefix| text.strip_prefix(prefix))
            .any(|id| Base62Id::parse(id).is_ok());
        let is_local = text
            .strip_prefix("spotify:local:")
            .is_some_and(|rest| !rest.is_empty());
        if of_catalogue || is_local {
            Ok(Self(text.to_owned()))
        } else {
            Err(UriError)
        }
    }

    /// The URI of a track.
    pub fn track(id: &Base62Id) -> Self {
        Self(format!("spotify:track:{id}"))
    }

    /// Whether it is a file on somebody's disc, which Spotify lets no app add.
    pub fn is_local(&self) -> bool {
        self.0.starts_with("spotify:local:")
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As many items as one change of a playlist may name: at least one, at most
/// [`MAX`](Self::MAX).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemBatch(Vec<ItemUri>);

impl ItemBatch {
    /// What the Web API takes at once.
    pub const MAX: usize = 100;

    /// One item alone.
    pub fn one(item: ItemUri) -> Self {
        Self(vec![item])
    }

    /// Cuts a list of any length, in its order; nothing is no batch.
    pub fn cut(items: impl IntoIterator<Item = ItemUri>) -> Vec<Self> {
        let batches = cut(items, Self::MAX);
        batches.into_iter().map(Self).collect()
    }

    /// The items, in their order.
    pub fn as_slice(&self) -> &[ItemUri] {
        &self.0
    }
}

/// As many things as one request may name: at least one, at most [`MAX`](Self::MAX).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<T>(Vec<T>);

impl<T> Batch<T> {
    /// What every endpoint takes; some take 50.
    pub const MAX: usize = 40;

    /// One thing alone.
    pub fn one(thing: T) -> Self {
        Self(vec![thing])
    }

    /// Cuts a list of any length, in its order; nothing is no batch.
    pub fn cut(things: impl IntoIterator<Item = T>) -> Vec<Self> {
        let batches = cut(things, Self::MAX);
        batches.into_iter().map(Self).collect()
    }

    /// The things, in their order.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T: std::fmt::Display> Batch<T> {
    /// The list as a parameter spells it.
    pub(crate) fn joined(&self) -> String {
        let texts: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        texts.join(",")
    }
}

fn cut<T>(things: impl IntoIterator<Item = T>, max: usize) -> Vec<Vec<T>> {
    let mut batches: Vec<Vec<T>> = Vec::new();
    for thing in things {
        match batches.last_mut() {
            Some(batch) if batch.len() < max => batch.push(thing),
            _ => batches.push(vec![thing]),
        }
    }
    batches
}

/// A text is not 22 letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 22 letters and digits")]
pub struct IdError;

/// A text is not the URI of a thing that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no URI of a thing that is known here")]
pub struct UriError;
