//! Single things of the catalogue. None of these needs a scope or a person.

use super::{Request, page};
use crate::ids::{Base62Id, Batch};
use crate::model::{
    Album, AlbumSimplified, Artist, NewReleases, SeveralAlbums, SeveralArtists, SeveralAudiobooks,
    SeveralChapters, SeveralEpisodes, SeveralShows, SeveralTracks, Track, TrackSimplified,
};
use crate::page::Page;

/// What an album is to an artist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlbumGroup {
    /// An album of their own.
    Album,
    /// A single or an EP of their own.
    Single,
    /// They are heard on it.
    AppearsOn,
    /// A collection, of theirs or with them on it.
    Compilation,
}

impl AlbumGroup {
    /// All groups, in the order in which they are shown.
    pub const ALL: [Self; 4] = [
        Self::Album,
        Self::Single,
        Self::AppearsOn,
        Self::Compilation,
    ];

    /// The name of the group in the `include_groups` parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Album => "album",
            Self::Single => "single",
            Self::AppearsOn => "appears_on",
            Self::Compilation => "compilation",
        }
    }
}

impl Request<Artist> {
    /// An artist.
    pub fn artist(id: &Base62Id) -> Self {
        Self::get(&format!("/artists/{id}"), Vec::new())
    }
}

impl Request<Page<AlbumSimplified>> {
    /// The largest `limit` that every app may ask for; apps with extended quota may ask for 50.
    pub const MAX_ALBUMS_LIMIT: u32 = 10;

    /// The albums of an artist; no `groups` means all of them. `limit` is cut to 1 to 10: beyond
    /// that the Web API refuses. The same release can stand there under several ids.
    pub fn artist_albums(id: &Base62Id, groups: &[AlbumGroup], limit: u32, offset: u32) -> Self {
        let mut query = Vec::new();
        if !groups.is_empty() {
            let groups: Vec<_> = groups.iter().map(|group| group.as_str()).collect();
            query.push(("include_groups", groups.join(",")));
        }
        query.extend(page(limit.min(Self::MAX_ALBUMS_LIMIT), offset));
        Self::get(&format!("/artists/{id}/albums"), query)
    }
}

impl Request<Album> {
    /// An album with its first tracks.
    pub fn album(id: &Base62Id) -> Self {
        Self::get(&format!("/albums/{id}"), Vec::new())
    }
}

impl Request<Page<TrackSimplified>> {
    /// The tracks of an album, in their order. `limit` is cut to 1 to 50.
    pub fn album_tracks(id: &Base62Id, limit: u32, offset: u32) -> Self {
        Self::get(&format!("/albums/{id}/tracks"), page(limit, offset).into())
    }
}

impl Request<Track> {
    /// A track.
    pub fn track(id: &Base62Id) -> Self {
        Self::get(&format!("/tracks/{id}"), Vec::new())
    }
}

// Deprecated in February 2026.

impl Request<SeveralArtists> {
    /// Several artists. Deprecated: newer apps in development mode are answered 403.
    pub fn artists(ids: &Batch<Base62Id>) -> Self {
        Self::get("/artists", by_id(ids.joined()))
    }
}

impl Request<SeveralAlbums> {
    /// The most albums that one request may name.
    pub const MAX_ALBUMS: usize = 20;

    /// Several albums, in as many requests as it takes: each names up to 20. Deprecated: newer apps in
    /// development mode are answered 403.
    pub fn albums(ids: &Batch<Base62Id>) -> Vec<Self> {
        ids.as_slice()
            .chunks(Self::MAX_ALBUMS)
            .flat_map(|ids| Batch::cut(ids.iter().cloned()))
            .map(|ids| Self::get("/albums", by_id(ids.joined())))
            .collect()
    }
}

impl Request<SeveralTracks> {
    /// Several tracks. Deprecated: newer apps in development mode are answered 403.
    pub fn tracks(ids: &Batch<Base62Id>) -> Self {
        Self::get("/tracks", by_id(ids.joined()))
    }
}

impl Request<SeveralShows> {
    /// Several shows. Deprecated: newer apps in development mode are answered 403.
    pub fn shows(ids: &Batch<Base62Id>) -> Self {
        Self::get("/shows", by_id(ids.joined()))
    }
}

impl Request<SeveralEpisodes> {
    /// Several episodes. Deprecated: newer apps in development mode are answered 403.
    pub fn episodes(ids: &Batch<Base62Id>) -> Self {
        Self::get("/episodes", by_id(ids.joined()))
    }
}

impl Request<SeveralAudiobooks> {
    /// Several audiobooks. Deprecated: newer apps in development mode are answered 403.
    pub fn audiobooks(ids: &Batch<Base62Id>) -> Self {
        Self::get("/audiobooks", by_id(ids.joined()))
    }
}

impl Request<SeveralChapters> {
    /// Several chapters. Deprecated: newer apps in development mode are answered 403.
    pub fn chapters(ids: &Batch<Base62Id>) -> Self {
        Self::get("/chapters", by_id(ids.joined()))
    }
}

impl Request<NewReleases> {
    /// The newest albums of the catalogue. `limit` is cut to 1 to 50. Deprecated: newer apps in
    /// development mode are answered 403.
    pub fn new_releases(limit: u32, offset: u32) -> Self {
        Self::get("/browse/new-releases", page(limit, offset).into())
    }
}

fn by_id(ids: String) -> Vec<(&'static str, String)> {
    vec![("ids", ids)]
}
