//! What a person may allow.

use spotify::Method;
use spotify::permission::{Permission, Visibility};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::ID;

const PUBLIC: Permission = Permission::EditPlaylists(Some(Visibility::Public));
const PRIVATE: Permission = Permission::EditPlaylists(Some(Visibility::Private));
const EDIT: Permission = Permission::EditPlaylists(None);

fn every() -> impl Iterator<Item = Permission> {
    Permission::ALL.into_iter().chain(Permission::PARTS)
}

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(" ")
}

#[test]
fn the_book_shows_the_same_table() {
    let book = include_str!("../../../../docs/permissions.md");
    let shown: Vec<&str> = book
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    for permission in every() {
        let pages = match permission.pages() {
            [] => "none yet".to_owned(),
            pages => quoted(pages),
        };
        let line = format!(
            "| `{}` | {} | {} | {pages} |",
            permission.name(),
            quoted(permission.scopes()),
            permission.sentence(),
        );
        assert!(
            shown.contains(&line.as_str()),
            "docs/permissions.md lacks\n{line}"
        );
    }
    assert_eq!(shown.len(), every().count(), "the book shows one too many");
}

#[test]
fn names_are_told_apart_and_found_again() {
    let mut names: Vec<_> = every().map(Permission::name).collect();
    for permission in every() {
        assert_eq!(Permission::parse(permission.name()), Some(permission));
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), every().count());
    for foreign in [
        "",
        "Top",
        "user-top-read",
        "edit-playlists:",
        "top ",
        "top,email",
    ] {
        assert_eq!(Permission::parse(foreign), None, "{foreign}");
    }
}

#[test]
fn sentences_are_one_sentence_each() {
    for permission in every() {
        let sentence = permission.sentence();
        assert!(
            sentence.ends_with('.') && sentence.matches('.').count() == 1,
            "{sentence}"
        );
        assert!(!permission.title().ends_with('.'));
        assert!(!permission.scopes().is_empty());
    }
}

#[test]
fn every_scope_must_be_granted_and_others_do_no_harm() {
    let scopes = ["playlist-read-private", "user-top-read", "streaming"];
    assert_eq!(Permission::covered(&scopes), [Permission::Top]);
    assert!(!Permission::Playlists.is_covered(&scopes));
    assert_eq!(Permission::covered(&["streaming"]), []);
    let all: Vec<_> = Permission::ALL
        .iter()
        .flat_map(|permission| permission.scopes())
        .collect();
    let all: Vec<&str> = all.into_iter().copied().collect();
    assert_eq!(Permission::covered(&all), Permission::ALL);
}

#[test]
fn a_part_is_named_where_the_whole_is_not_covered() {
    assert_eq!(Permission::covered(&["playlist-modify-public"]), [PUBLIC]);
    assert_eq!(Permission::covered(&["playlist-modify-private"]), [PRIVATE]);
    let both = ["playlist-modify-private", "playlist-modify-public"];
    assert_eq!(Permission::covered(&both), [EDIT]);
}

#[test]
fn who_has_the_whole_has_its_parts() {
    assert!(PUBLIC.is_among(&["edit-playlists"]) && PRIVATE.is_among(&["edit-playlists"]));
    assert!(PUBLIC.is_among(&["edit-playlists:public"]));
    assert!(!PRIVATE.is_among(&["edit-playlists:public"]));
    assert!(!EDIT.is_among(&["edit-playlists:public"]));
    assert!(!Permission::Top.is_among(&["follow"]));
}

#[test]
fn a_refused_call_names_what_it_lacks() {
    let artist = "uris=spotify%3Aartist%3A0aV6DOiouImYTqrR5YlIqx";
    let track = "uris=spotify:track:0aV6DOiouImYTqrR5YlIqx,spotify:artist:x";
    let cases = [
        (Method::Get, "/me/top/tracks", "", Some(Permission::Top)),
        (
            Method::Get,
            "/me/following",
            "type=artist",
            Some(Permission::Following),
        ),
        (
            Method::Put,
            "/me/following",
            "type=artist",
            Some(Permission::Follow),
        ),
        (Method::Put, "/me/library", artist, Some(Permission::Follow)),
        (
            Method::Delete,
            "/me/library",
            track,
            Some(Permission::EditLibrary),
        ),
        (
            Method::Get,
            "/me/library/contains",
            artist,
            Some(Permission::Following),
        ),
        (
            Method::Get,
            "/me/library/contains",
            track,
            Some(Permission::Library),
        ),
        (Method::Get, "/me/albums", "", Some(Permission::Library)),
        (Method::Put, "/me/library", "", None),
        (Method::Put, "/me/library", "uris=spotify:show:x", None),
        (Method::Get, "/me", "", None),
        (Method::Get, "/search", "q=x", None),
    ];
    for (method, path, query, permission) in cases {
        assert_eq!(
            Permission::needed(method, path, query),
            permission,
            "{path}?{query}"
        );
    }
}

#[test]
fn a_refused_call_names_what_it_lacks_by_its_path() {
    use Method::{Delete, Get, Post, Put};
    use Permission::{Cover, EditLibrary, Library, Playlists, Recent};
    for (method, path, permission) in [
        (Put, "/me/albums", Some(EditLibrary)),
        (Delete, "/me/tracks", Some(EditLibrary)),
        (Get, "/me/tracks/contains", Some(Library)),
        (Get, "/me/albums/contains", Some(Library)),
        (Get, "/me/player/recently-played", Some(Recent)),
        (Get, "/me/playlists", Some(Playlists)),
        (Post, "/me/playlists", Some(EDIT)),
        (Get, "/playlists/{id}", Some(Playlists)),
        (Get, "/playlists/{id}/items", Some(Playlists)),
        (Put, "/playlists/{id}", Some(EDIT)),
        (Post, "/playlists/{id}/items", Some(EDIT)),
        (Put, "/playlists/{id}/items", Some(EDIT)),
        (Delete, "/playlists/{id}/items", Some(EDIT)),
        (Delete, "/playlists/{id}/followers", Some(EDIT)),
        (Put, "/playlists/{id}/images", Some(Cover)),
        (Get, "/artists/{id}/albums", None),
        (Get, "/albums/{id}", None),
        (Get, "/tracks/{id}", None),
    ] {
        let path = path.replace("{id}", ID);
        let needed = Permission::needed(method, &path, "");
        assert_eq!(needed, permission, "{method:?} {path}");
    }
}

#[test]
fn playlist_needs_what_its_visibility_asks_for() {
    for (public, collaborative, permission) in [
        (Some(true), false, PUBLIC),
        (Some(false), false, PRIVATE),
        (None, false, EDIT),
        (Some(false), true, EDIT),
        (Some(true), true, EDIT),
        (None, true, EDIT),
    ] {
        let needed = Permission::to_edit_playlist(public, collaborative);
        assert_eq!(needed, permission, "{public:?} {collaborative}");
    }
}
