//! Bytes as answers.

use serde::de::DeserializeOwned;
use spotify::answer::decode as read;
use spotify::model::{
    Album, AlbumSimplified, Artist, Contained, FollowedArtists, NewReleases, Played, Playlist,
    PlaylistImages, PlaylistItem, PlaylistSimplified, PrivateUser, SavedAlbum, SavedTrack,
    SearchAnswer, SeveralAlbums, SeveralArtists, SeveralAudiobooks, SeveralChapters,
    SeveralEpisodes, SeveralShows, SeveralTracks, Snapshot, Track, TrackSimplified,
};
use spotify::page::{CursorPage, Page};
use spotify::{Answer, Cover, Done, Refusal};

/// Reads an answer as everything that there is.
pub(crate) fn decode(status: u16, body: &[u8]) {
    if let Some(user) = answer::<PrivateUser>(status, body) {
        assert!(!user.subjects().1.is_empty(), "a person has a key");
    }
    answer::<SearchAnswer>(status, body);
    answer::<Artist>(status, body);
    answer::<Album>(status, body);
    answer::<Track>(status, body);
    answer::<SeveralArtists>(status, body);
    answer::<SeveralAlbums>(status, body);
    answer::<SeveralTracks>(status, body);
    answer::<SeveralShows>(status, body);
    answer::<SeveralEpisodes>(status, body);
    answer::<SeveralAudiobooks>(status, body);
    answer::<SeveralChapters>(status, body);
    if let Some(newest) = answer::<NewReleases>(status, body) {
        assert_eq!(newest.albums.next_offset_beyond(u32::MAX), None);
    }
    answer::<PlaylistImages>(status, body);
    answer::<Done>(status, body);
    let taken = answer::<Snapshot>(status, body).is_some();
    assert_eq!(
        taken,
        (200..300).contains(&status),
        "a change was taken or not"
    );
    if let Some(contained) = answer::<Contained>(status, body) {
        assert_eq!(contained.get(0), contained.iter().next().flatten());
    }
    let playlist = answer::<Playlist>(status, body);
    if let Some(page) = playlist.as_ref().and_then(Playlist::contents) {
        places(page);
    }
    if let Some(followed) = answer::<FollowedArtists>(status, body) {
        goes_on(&followed.artists);
    }
    if let Some(page) = answer::<CursorPage<Played>>(status, body) {
        goes_on(&page);
    }
    if let Some(page) = answer::<Page<PlaylistItem>>(status, body) {
        places(&page);
    }
    if let Some(page) = answer::<Page<PlaylistSimplified>>(status, body) {
        let counts = page.items.iter().map(PlaylistSimplified::item_count);
        assert_eq!(counts.count(), page.items.len());
    }
    ends::<AlbumSimplified>(status, body);
    ends::<TrackSimplified>(status, body);
    ends::<SavedAlbum>(status, body);
    ends::<SavedTrack>(status, body);
    for header in [None, Some("7"), std::str::from_utf8(body).ok()] {
        let refusal = Refusal::read(status, header, body);
        assert!(!refusal.code().is_empty());
    }
    if let Ok(cover) = Cover::read(body) {
        assert!(cover.as_base64().len() <= Cover::MAX_ENCODED_BYTES);
    }
}

fn answer<T: Answer>(status: u16, body: &[u8]) -> Option<T> {
    read(status, None, body).ok()
}

fn ends<T: DeserializeOwned>(status: u16, body: &[u8]) {
    if let Some(page) = answer::<Page<T>>(status, body) {
        assert_eq!(page.next_offset_beyond(u32::MAX), None);
    }
}

fn places(page: &Page<PlaylistItem>) {
    assert_eq!(page.next_offset_beyond(u32::MAX), None);
    for (place, item) in page.places() {
        assert!(place >= page.offset);
        if let Some(uri) = item.uri() {
            assert_eq!(
                Some(uri.as_str()),
                item.item.as_ref().and_then(|item| item.uri())
            );
        }
    }
}

fn goes_on<T>(page: &CursorPage<T>) {
    assert_eq!(page.next_after_beyond(page.next_after()), None);
    let before = page.next_before(None);
    assert!(before.is_none() || page.next_before(before).is_none());
}
