//! Quirks 15, 21 to 24, 29, 35 and 36: top lists, the artists followed, and the library.

use std::collections::HashSet;

use axum::http::{Method, StatusCode};
use sandbox::{LibrarySettings, LibrarySize, Profile};
use serde_json::{Value, json};

use crate::browser::{Browser, text};
use crate::caller::{BASE, Caller, ids, names};

const ALL: &str = "user-top-read user-follow-read user-follow-modify user-library-read \
                   user-library-modify playlist-read-private playlist-modify-public";
const FOLLOWING: &str = "/spotify/v1/me/following?type=artist";

/// Everyone followed, page by page, and how many the first page said there are.
async fn followed(caller: &mut Caller) -> (Vec<String>, u64) {
    let mut page = caller.get(&format!("{FOLLOWING}&limit=50")).await["artists"].clone();
    let total = page["total"].as_u64().expect("a total");
    let mut ids = ids(&page);
    while let Some(next) = page["next"].as_str() {
        assert_eq!(page["cursors"]["after"], *ids.last().expect("an artist"));
        let path = next
            .strip_prefix(BASE)
            .expect("an absolute link")
            .to_owned();
        assert!(!path.contains(&caller.token));
        page = caller.get(&path).await["artists"].clone();
        ids.extend(crate::caller::ids(&page));
    }
    assert_eq!(page["cursors"], json!({ "after": null }));
    (ids, total)
}

#[tokio::test]
async fn quirk_29_the_three_ranges_differ_and_are_of_one_person() {
    let mut ada = Caller::new("ada", ALL).await;
    for kind in ["artists", "tracks"] {
        let mut lists = Vec::new();
        for range in ["short_term", "medium_term", "long_term"] {
            let path = format!("/spotify/v1/me/top/{kind}?time_range={range}&limit=50");
            let page = ada.get(&path).await;
            assert_eq!((ids(&page).len(), &page["total"]), (50, &json!(50)));
            assert_eq!(page["next"], Value::Null);
            lists.push(ids(&page));
        }
        let usual = ada.get(&format!("/spotify/v1/me/top/{kind}")).await;
        assert_eq!(ids(&usual), lists[1][..20], "medium term, twenty");
        for (one, other) in [(0, 1), (1, 2), (0, 2)] {
            assert_ne!(lists[one], lists[other], "{kind}");
            let common = lists[one].iter().filter(|id| lists[other].contains(id));
            assert!((5..50).contains(&common.count()), "{kind}: of one taste");
        }
    }
    let top = ada.get("/spotify/v1/me/top/artists?limit=50").await;
    assert!(names(&top).contains(&"قافلة الملح".to_owned()));
}

#[tokio::test]
async fn quirk_29_a_new_listener_has_none_and_nobody_more_than_fifty() {
    let mut newcomer = Caller::new("newcomer", ALL).await;
    let page = newcomer.get("/spotify/v1/me/top/artists").await;
    assert_eq!((&page["items"], &page["total"]), (&json!([]), &json!(0)));
    assert_eq!(
        (&page["next"], &page["previous"]),
        (&Value::Null, &Value::Null)
    );
    let mut ada = Caller::new("ada", ALL).await;
    let page = ada.get("/spotify/v1/me/top/tracks?offset=50").await;
    assert_eq!(page["items"], json!([]), "nothing beyond fifty");
}

#[tokio::test]
async fn quirk_24_links_of_lists_are_absolute_and_lead_on() {
    let mut ada = Caller::new("ada", ALL).await;
    for (first, total) in [
        (
            "/spotify/v1/me/top/tracks?time_range=short_term&limit=7",
            50,
        ),
        ("/spotify/v1/me/albums?limit=50", 126),
        ("/spotify/v1/me/tracks?limit=50", 431),
    ] {
        let (mut path, mut seen) = (first.to_owned(), Vec::new());
        loop {
            let page = ada.get(&path).await;
            assert_eq!(page["total"], total);
            seen.extend(page["items"].as_array().expect("items").clone());
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = next.strip_prefix(BASE).expect("absolute").to_owned();
        }
        let different: HashSet<_> = seen.iter().map(Value::to_string).collect();
        assert_eq!((seen.len(), different.len()), (total, total), "{first}");
    }
}

#[tokio::test]
async fn quirk_23_followed_artists_come_by_cursor_each_once() {
    for (login, count) in [("ada", 312), ("hanako", 183), ("newcomer", 0)] {
        let mut caller = Caller::new(login, ALL).await;
        let (ids, total) = followed(&mut caller).await;
        let different: HashSet<_> = ids.iter().collect();
        assert_eq!((ids.len(), different.len()), (count, count), "{login}");
        assert_eq!(total, count as u64);
    }
}

#[tokio::test]
async fn quirk_23_a_cursor_is_good_when_its_artist_is_gone() {
    let mut ada = Caller::new("ada", ALL).await;
    let (before, _) = followed(&mut ada).await;
    let uri = format!("spotify:artist:{}", before[9]);
    ada.delete(&format!("/spotify/v1/me/library?uris={uri}"))
        .await;
    let page = ada
        .get(&format!("{FOLLOWING}&limit=5&after={}", before[9]))
        .await;
    assert_eq!(ids(&page["artists"]), before[10..15]);
}

#[tokio::test]
async fn followed_artists_hold_names_that_are_hard_to_show() {
    let mut ada = Caller::new("ada", ALL).await;
    let mut names_of = Vec::new();
    let mut path = format!("{FOLLOWING}&limit=50");
    loop {
        let page = ada.get(&path).await["artists"].clone();
        names_of.extend(names(&page));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = next.strip_prefix(BASE).expect("absolute").to_owned();
    }
    for name in ["Marlow Quill", "<b>Bold</b> & the Ampersands", "霧の灯台"] {
        assert!(names_of.contains(&name.to_owned()), "{name}");
    }
    assert!(names_of.iter().any(|name| name.chars().count() > 80));
    assert!(names_of.iter().any(|name| name.chars().count() < 3));
}

#[tokio::test]
async fn saved_things_come_newest_first_with_their_time() {
    let mut ada = Caller::new("ada", ALL).await;
    for (path, name) in [("albums", "album"), ("tracks", "track")] {
        let page = ada.get(&format!("/spotify/v1/me/{path}?limit=50")).await;
        let items = page["items"].as_array().expect("items");
        let times: Vec<_> = items.iter().map(|item| text(item, "added_at")).collect();
        assert!(times.is_sorted_by(|one, next| one >= next), "{times:?}");
        assert!(
            times
                .iter()
                .all(|time| time.len() == 20 && time.ends_with('Z'))
        );
        assert!(items.iter().all(|item| item[name]["id"].is_string()));
    }
    let page = ada.get("/spotify/v1/me/albums?limit=1").await;
    let album = &page["items"][0]["album"];
    assert_eq!(album["total_tracks"], album["tracks"]["total"]);
    assert!(album["tracks"]["items"][0].get("album").is_none());
}

#[tokio::test]
async fn quirk_15_each_call_needs_its_scope() {
    let id = "0aV6DOiouImYTqrR5YlIqx";
    let uri = |kind: &str| format!("spotify:{kind}:{id}");
    let library = |kind: &str| format!("/spotify/v1/me/library?uris={}", uri(kind));
    let contains = |kind: &str| format!("/spotify/v1/me/library/contains?uris={}", uri(kind));
    for (scope, method, path) in [
        (
            "user-top-read",
            Method::GET,
            "/spotify/v1/me/top/artists".to_owned(),
        ),
        (
            "user-top-read",
            Method::GET,
            "/spotify/v1/me/top/tracks".to_owned(),
        ),
        ("user-follow-read", Method::GET, FOLLOWING.to_owned()),
        (
            "user-library-read",
            Method::GET,
            "/spotify/v1/me/albums".to_owned(),
        ),
        (
            "user-library-read",
            Method::GET,
            "/spotify/v1/me/tracks".to_owned(),
        ),
        ("user-follow-modify", Method::DELETE, library("artist")),
        ("user-follow-modify", Method::PUT, library("artist")),
        ("user-library-modify", Method::DELETE, library("album")),
        ("user-library-modify", Method::DELETE, library("track")),
        (
            "playlist-modify-public",
            Method::DELETE,
            library("playlist"),
        ),
        (
            "playlist-modify-private",
            Method::DELETE,
            library("playlist"),
        ),
        ("user-follow-read", Method::GET, contains("artist")),
        ("user-library-read", Method::GET, contains("album")),
        ("playlist-read-private", Method::GET, contains("playlist")),
    ] {
        let others: Vec<_> = ALL
            .split_whitespace()
            .filter(|other| {
                *other != scope
                    && !(scope.starts_with("playlist-modify")
                        && other.starts_with("playlist-modify"))
            })
            .collect();
        let mut without = Caller::new("ada", &others.join(" ")).await;
        without
            .refused(method.clone(), &path, 403, "Insufficient client scope")
            .await;
        let mut with = Caller::new("ada", scope).await;
        let status = with.send(method, &path, "").await.status;
        assert_ne!(status, StatusCode::FORBIDDEN, "{scope} {path}");
    }
}

#[tokio::test]
async fn quirk_15_the_apps_own_token_has_no_library() {
    let mut browser = Browser::new();
    let token = browser
        .token(&[("grant_type", "client_credentials")])
        .await
        .json();
    let token = text(&token, "access_token");
    for path in [
        "/spotify/v1/me/top/artists",
        FOLLOWING,
        "/spotify/v1/me/tracks",
    ] {
        let answer = browser.call(path, &token).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn quirk_21_limits_of_lists_are_one_to_fifty() {
    let mut ada = Caller::new("ada", ALL).await;
    for path in [
        "/spotify/v1/me/top/artists?",
        "/spotify/v1/me/albums?",
        "/spotify/v1/me/tracks?",
        "/spotify/v1/me/following?type=artist&",
    ] {
        for limit in ["0", "51", "-1", "x", ""] {
            let path = format!("{path}limit={limit}");
            ada.refused(Method::GET, &path, 400, "Invalid limit").await;
        }
        ada.get(&format!("{path}limit=50")).await;
    }
    let path = "/spotify/v1/me/albums?offset=-1";
    ada.refused(Method::GET, path, 400, "Invalid offset").await;
    let path = "/spotify/v1/me/top/artists?time_range=ever";
    ada.refused(Method::GET, path, 400, "Invalid time range")
        .await;
    ada.refused(
        Method::GET,
        "/spotify/v1/me/top/genres",
        400,
        "Invalid type",
    )
    .await;
    let path = "/spotify/v1/me/following";
    ada.refused(Method::GET, path, 400, "Missing parameter type")
        .await;
    let path = format!("{FOLLOWING}&after=x");
    ada.refused(Method::GET, &path, 400, "Invalid base62 id")
        .await;
}

#[tokio::test]
async fn quirk_36_following_and_unfollowing_are_idempotent() {
    let mut newcomer = Caller::new("newcomer", ALL).await;
    let top = Caller::new("ada", ALL)
        .await
        .get("/spotify/v1/me/top/artists?limit=3")
        .await;
    let ids = ids(&top);
    let uris: Vec<_> = ids
        .iter()
        .map(|id| format!("spotify:artist:{id}"))
        .collect();
    let library = format!("/spotify/v1/me/library?uris={}", uris.join(","));
    let contains = format!("/spotify/v1/me/library/contains?uris={}", uris.join(","));
    assert_eq!(newcomer.get(&contains).await, json!([false, false, false]));
    for _ in 0..2 {
        let answer = newcomer.put(&library).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
        assert_eq!(followed(&mut newcomer).await.1, 3);
    }
    let one = format!("/spotify/v1/me/library?uris={}", uris[1]);
    for _ in 0..2 {
        let answer = newcomer.delete(&one).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    }
    assert_eq!(newcomer.get(&contains).await, json!([true, false, true]));
    assert_eq!(followed(&mut newcomer).await.1, 2);
}

#[tokio::test]
async fn saving_is_seen_in_the_lists_of_that_listener_alone() {
    let mut hanako = Caller::new("hanako", ALL).await;
    let ada_token = text(&hanako.browser.tokens_for("ada", ALL).await, "access_token");
    let top = hanako.get("/spotify/v1/me/top/tracks?limit=50").await;
    let tracks = ids(&top);
    let uris = |ids: &[String]| {
        let uris: Vec<_> = ids.iter().map(|id| format!("spotify:track:{id}")).collect();
        uris.join(",")
    };
    let path = format!("/spotify/v1/me/library?uris={}", uris(&tracks[..40]));
    assert_eq!(hanako.delete(&path).await.status, StatusCode::OK);
    let before = hanako.get("/spotify/v1/me/tracks?limit=1").await["total"].clone();
    let path = format!("/spotify/v1/me/library?uris={}", uris(&tracks[..1]));
    assert_eq!(hanako.put(&path).await.status, StatusCode::OK);
    let page = hanako.get("/spotify/v1/me/tracks?limit=1").await;
    assert_eq!(page["items"][0]["track"]["id"], tracks[0], "the newest");
    assert_eq!(
        page["total"].as_u64(),
        before.as_u64().map(|count| count + 1)
    );
    hanako.token = ada_token;
    assert_eq!(hanako.get("/spotify/v1/me/tracks").await["total"], 431);
}

#[tokio::test]
async fn quirk_35_the_library_reads_the_query_alone_and_forty_at_most() {
    let mut ada = Caller::new("ada", ALL).await;
    let path = "/spotify/v1/me/library";
    let body = r#"{"uris":["spotify:artist:0aV6DOiouImYTqrR5YlIqx"]}"#;
    for method in [Method::PUT, Method::DELETE] {
        let answer = ada.send(method, path, body).await;
        let said = "Missing required field: uris";
        assert_eq!(
            answer.nested_error(),
            (StatusCode::BAD_REQUEST, said.into())
        );
    }
    let answer = ada.send(Method::GET, path, "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    let uris = |count: usize| {
        let uris: Vec<_> = (0..count)
            .map(|number| format!("spotify:track:{number:022}"))
            .collect();
        format!("/spotify/v1/me/library/contains?uris={}", uris.join(","))
    };
    assert_eq!(
        ada.get(&uris(40)).await.as_array().expect("an array").len(),
        40
    );
    ada.refused(Method::GET, &uris(41), 400, "Too many uris requested")
        .await;
    for (uri, status, said) in [
        ("spotify:artist:x", 400, "Invalid base62 id"),
        ("spotify:artist", 400, "Invalid uri: spotify:artist"),
        (
            "spotify:band:0aV6DOiouImYTqrR5YlIqx",
            400,
            "Invalid uri: spotify:band:0aV6DOiouImYTqrR5YlIqx",
        ),
        ("https://x", 400, "Invalid uri: https://x"),
        (
            "spotify:artist:0aV6DOiouImYTqrR5YlIqx",
            404,
            "Resource not found",
        ),
    ] {
        let path = format!("/spotify/v1/me/library?uris={uri}");
        ada.refused(Method::PUT, &path, status, said).await;
    }
}

#[tokio::test]
async fn quirk_35_artists_in_the_library_can_be_switched_off() {
    let mut ada = Caller::new("ada", ALL).await;
    let (followed, _) = followed(&mut ada).await;
    let artist = format!("/spotify/v1/me/library?uris=spotify:artist:{}", followed[0]);
    let settings = LibrarySettings {
        accepts_artists: false,
        ..LibrarySettings::default()
    };
    ada.browser.control.set_library_settings(settings).unwrap();
    for method in [Method::PUT, Method::DELETE] {
        ada.refused(method, &artist, 400, "Unsupported uri type: artist")
            .await;
    }
    let album = "/spotify/v1/me/library?uris=spotify:album:0aV6DOiouImYTqrR5YlIqx";
    assert_eq!(ada.delete(album).await.status, StatusCode::OK);
}

#[tokio::test]
async fn quirk_20_following_by_id_is_gone_in_dev_2026_and_works_elsewhere() {
    let mut newcomer = Caller::new("newcomer", ALL).await;
    let top = Caller::new("ada", ALL)
        .await
        .get("/spotify/v1/me/top/artists?limit=2")
        .await;
    let ids = ids(&top);
    let path = format!("{FOLLOWING}&ids={}", ids[0]);
    let contains = format!(
        "/spotify/v1/me/following/contains?type=artist&ids={}",
        ids.join(",")
    );
    for (method, path) in [
        (Method::PUT, &path),
        (Method::DELETE, &path),
        (Method::GET, &contains),
    ] {
        newcomer.refused(method, path, 403, "Forbidden").await;
    }
    for profile in [Profile::DevLegacy, Profile::Extended] {
        newcomer.browser.control.set_profile(profile);
        let answer = newcomer.put(&path).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::NO_CONTENT, "")
        );
        assert_eq!(newcomer.get(&contains).await, json!([true, false]));
        // The query wins over the body, and the body counts where the query names none.
        let body = json!({ "ids": [ids[1]] }).to_string();
        newcomer.send(Method::PUT, &path, &body).await;
        assert_eq!(newcomer.get(&contains).await, json!([true, false]));
        newcomer.send(Method::PUT, FOLLOWING, &body).await;
        assert_eq!(newcomer.get(&contains).await, json!([true, true]));
        let both = format!("{FOLLOWING}&ids={}", ids.join(","));
        assert_eq!(newcomer.delete(&both).await.status, StatusCode::NO_CONTENT);
        assert_eq!(newcomer.get(&contains).await, json!([false, false]));
    }
}

#[tokio::test]
async fn quirk_36_lists_may_lag_while_contains_knows() {
    let mut newcomer = Caller::new("newcomer", ALL).await;
    let settings = LibrarySettings {
        list_lag_s: 60,
        ..LibrarySettings::default()
    };
    newcomer
        .browser
        .control
        .set_library_settings(settings)
        .unwrap();
    let top = Caller::new("ada", ALL)
        .await
        .get("/spotify/v1/me/top/artists?limit=1")
        .await;
    let uri = format!("spotify:artist:{}", ids(&top)[0]);
    newcomer
        .put(&format!("/spotify/v1/me/library?uris={uri}"))
        .await;
    let contains = format!("/spotify/v1/me/library/contains?uris={uri}");
    assert_eq!(newcomer.get(&contains).await, json!([true]));
    assert_eq!(followed(&mut newcomer).await.1, 0);
    newcomer.browser.control.set_clock_offset(61).unwrap();
    assert_eq!(followed(&mut newcomer).await.1, 1);
}

#[tokio::test]
async fn a_library_can_be_made_to_measure() {
    let mut eve = Caller::new("ada", ALL).await;
    let body = json!({ "login": "ada", "artists": 3, "top": 0 });
    let answer = eve.browser.post_json("/control/library", &body).await;
    assert_eq!(
        answer.json(),
        json!({ "artists": 3, "albums": 126, "tracks": 431, "top": 0 })
    );
    assert_eq!(followed(&mut eve).await.1, 3);
    assert_eq!(eve.get("/spotify/v1/me/top/tracks").await["total"], 0);
    let size = LibrarySize {
        top: 51,
        ..LibrarySize::of("ada")
    };
    assert!(eve.browser.control.set_library("ada", size).is_err());
    assert!(
        eve.browser
            .control
            .set_library("nobody", LibrarySize::of("x"))
            .is_err()
    );
    for body in [
        json!({ "login": "ada", "artist": 3 }),
        json!({ "artists": 3 }),
        json!([]),
    ] {
        let answer = eve.browser.post_json("/control/library", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let answer = eve
        .browser
        .post_json("/control/library-settings", &json!({ "list_lag_s": 3601 }))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    eve.browser.control.reset();
    eve.token = text(&eve.browser.tokens_for("ada", ALL).await, "access_token");
    assert_eq!(followed(&mut eve).await.1, 312);
}
