//! What apps of older kinds have in the place of the library.

use spotify::ids::{Batch, Uri, UriKind};
use spotify::model::{
    NewReleases, SeveralAlbums, SeveralArtists, SeveralAudiobooks, SeveralChapters,
    SeveralEpisodes, SeveralShows, SeveralTracks,
};
use spotify::{Refusal, Request};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ID, OTHER, id, is_catalogue, read, refused, sent};

fn ids() -> Batch<spotify::ids::Base62Id> {
    let other = spotify::ids::Base62Id::parse(OTHER).expect("an id");
    Batch::cut([id(), other]).remove(0)
}

#[test]
fn older_write_has_an_address_for_each_kind() {
    let save = |uri| Request::save_older(&uri).map(|request| sent(&request));
    let remove = |uri| sent(&Request::remove_older(&uri));
    for (uri, at) in [
        (
            Uri::artist(id()),
            format!("/me/following?type=artist&ids={ID}"),
        ),
        (Uri::album(id()), format!("/me/albums?ids={ID}")),
        (Uri::track(id()), format!("/me/tracks?ids={ID}")),
    ] {
        assert_eq!(save(uri.clone()), Some(format!("PUT {at}")));
        assert_eq!(remove(uri), format!("DELETE {at}"));
    }
    assert_eq!(save(Uri::playlist(id())), None);
    assert_eq!(
        remove(Uri::playlist(id())),
        format!("DELETE /playlists/{ID}/followers")
    );
}

#[test]
fn older_question_is_about_one_kind() {
    let ids = ids();
    let contains = |kind| Request::contains_older(kind, &ids).map(|request| sent(&request));
    for (kind, line) in [
        (
            UriKind::Artist,
            format!("GET /me/following/contains?type=artist&ids={ID}%2C{OTHER}"),
        ),
        (
            UriKind::Album,
            format!("GET /me/albums/contains?ids={ID}%2C{OTHER}"),
        ),
        (
            UriKind::Track,
            format!("GET /me/tracks/contains?ids={ID}%2C{OTHER}"),
        ),
    ] {
        assert_eq!(contains(kind), Some(line));
    }
    assert_eq!(contains(UriKind::Playlist), None);
}

#[test]
fn only_a_wrong_or_forbidden_call_is_made_the_older_way() {
    for (status, body, falls_back) in [
        (
            403,
            r#"{"error":{"status":403,"message":"Forbidden"}}"#,
            true,
        ),
        (
            400,
            r#"{"error":{"status":400,"message":"Missing required field: uris"}}"#,
            true,
        ),
        (
            400,
            r#"{"error":{"status":400,"message":"Unsupported URI type"}}"#,
            true,
        ),
        // A consent is missing, not an address.
        (
            403,
            r#"{"error":{"status":403,"message":"Insufficient client scope"}}"#,
            false,
        ),
        (403, "User not registered in the Developer Dashboard", false),
        (
            403,
            "Active premium subscription required for the owner of the app.",
            false,
        ),
        (401, "", false),
        (404, "", false),
        (429, "", false),
        (500, "", false),
        (503, "<h1>", false),
        (304, "", false),
    ] {
        let refusal = Refusal::read(status, None, body.as_bytes());
        assert_eq!(refusal.calls_for_older(), falls_back, "{status} {body}");
    }
}

#[test]
fn several_things_are_asked_for_by_their_ids() {
    let ids = ids();
    let all = format!("ids={ID}%2C{OTHER}");
    assert_eq!(sent(&Request::artists(&ids)), format!("GET /artists?{all}"));
    assert_eq!(sent(&Request::tracks(&ids)), format!("GET /tracks?{all}"));
    let spoken = [
        sent(&Request::shows(&ids)),
        sent(&Request::episodes(&ids)),
        sent(&Request::audiobooks(&ids)),
        sent(&Request::chapters(&ids)),
    ];
    let kinds = ["shows", "episodes", "audiobooks", "chapters"];
    assert_eq!(spoken, kinds.map(|kind| format!("GET /{kind}?{all}")));
    let albums: Vec<_> = Request::albums(&ids).iter().map(sent).collect();
    assert_eq!(albums, [format!("GET /albums?{all}")]);
    assert!(is_catalogue(&Request::artists(&ids)));
    assert!(is_catalogue(&Request::tracks(&ids)));
    assert!(Request::albums(&ids).iter().all(is_catalogue));
}

#[test]
fn one_request_names_twenty_albums_at_most() {
    let many = Batch::cut(std::iter::repeat_n(id(), Batch::<()>::MAX)).remove(0);
    let requests = Request::albums(&many);
    let named = requests
        .iter()
        .map(|request| sent(request).matches(ID).count());
    assert_eq!(named.collect::<Vec<_>>(), [20, 20]);
}

#[test]
fn what_is_unknown_keeps_its_place_among_several() {
    let artist = format!(r#"{{"id":"{ID}","name":"Marlow Quill","uri":"spotify:artist:{ID}"}}"#);
    let several: SeveralArtists = read(&format!(r#"{{"artists":[null,{artist},7]}}"#));
    let names = several
        .artists
        .iter()
        .map(|artist| artist.as_ref().map(|one| one.name.as_str()));
    assert_eq!(
        names.collect::<Vec<_>>(),
        [None, Some("Marlow Quill"), None]
    );
    let several: SeveralAlbums = read(r#"{"albums":[null,{}]}"#);
    assert_eq!(several.albums.len(), 2);
    let several: SeveralTracks = read(r#"{"tracks":[null]}"#);
    assert_eq!(several.tracks, [None]);
    let several: SeveralShows = read(r#"{"shows":[null,{"name":"Harbour Hours"}]}"#);
    assert_eq!(several.shows[0], None);
    let several: SeveralEpisodes = read(r#"{"episodes":[null,{}]}"#);
    assert_eq!(several.episodes.len(), 2);
    let book = r#"{"name":"Tides","authors":[{"name":"Ada"}],"narrators":null,"total_chapters":7}"#;
    let several: SeveralAudiobooks = read(&format!(r#"{{"audiobooks":[{book},null]}}"#));
    let book = several.audiobooks[0].as_ref().expect("a book");
    assert_eq!(
        (book.authors[0].name.as_str(), book.total_chapters),
        ("Ada", Some(7))
    );
    let several: SeveralChapters = read(r#"{"chapters":[{"chapter_number":0},null]}"#);
    let first = several.chapters[0].as_ref().expect("a chapter");
    assert_eq!(first.chapter_number, Some(0));
    for body in [r#"{"artists":null}"#, r#"{"artists":{}}"#, "{}"] {
        refused::<SeveralArtists>(body);
    }
}

#[test]
fn new_releases_are_a_page_of_albums() {
    let request = Request::new_releases(80, 20);
    assert_eq!(
        sent(&request),
        "GET /browse/new-releases?limit=50&offset=20"
    );
    assert!(is_catalogue(&request));
    let newest: NewReleases = read(r#"{"albums":{"items":[null],"total":3,"next":null}}"#);
    assert_eq!((newest.albums.items.len(), newest.albums.total), (0, 3));
    refused::<NewReleases>(r#"{"albums":[]}"#);
}
