//! Quirks 20 to 22, 24 to 26, 28 and 38: artists, albums and tracks.

use std::collections::HashSet;

use axum::http::{Method, StatusCode};
use sandbox::{AlbumKind, Profile};
use serde_json::{Value, json};

use crate::browser::{Browser, encode, text};
use crate::caller::{BASE, Caller, ids, names};

const UNKNOWN: &str = "0aV6DOiouImYTqrR5YlIqx";

/// The app's own token: everything here is there for it.
async fn app() -> Caller {
    let mut browser = Browser::new();
    let answer = browser.token(&[("grant_type", "client_credentials")]).await;
    let token = text(&answer.json(), "access_token");
    Caller { browser, token }
}

async fn found(caller: &mut Caller, kind: &str, q: &str) -> Value {
    let query = encode(&[("q", q), ("type", kind)]);
    let found = caller.get(&format!("/spotify/v1/search?{query}")).await;
    found[format!("{kind}s")]["items"][0].clone()
}

async fn artist(caller: &mut Caller, name: &str) -> String {
    text(&found(caller, "artist", name).await, "id")
}

#[tokio::test]
async fn each_thing_that_is_found_can_be_had_by_its_id() {
    let mut app = app().await;
    for profile in Profile::ALL {
        app.browser.control.set_profile(profile);
        for kind in ["artist", "track"] {
            let one = found(&mut app, kind, "marlow").await;
            let path = text(&one, "href").replace(BASE, "");
            assert_eq!(app.get(&path).await, one, "{profile:?} {kind}");
        }
        let one = found(&mut app, "album", "marlow").await;
        let path = text(&one, "href").replace(BASE, "");
        let whole = app.get(&path).await;
        assert_eq!(whole["name"], one["name"]);
        let there = profile.name() != "dev-2026";
        for field in ["label", "popularity", "available_markets"] {
            assert_eq!(whole.get(field).is_some(), there, "{profile:?} {field}");
        }
        assert!(whole["external_ids"]["upc"].is_string());
        assert_eq!(whole["copyrights"][0]["type"], "C");
        let tracks = app.all(&format!("{path}/tracks?limit=2")).await;
        assert_eq!(json!(tracks), whole["tracks"]["items"]);
    }
}

#[tokio::test]
async fn quirk_22_bad_ids_are_400_and_unknown_ones_404() {
    let mut app = app().await;
    app.browser.control.set_profile(Profile::Extended);
    for path in [
        "artists/#",
        "artists/#/albums",
        "artists/#/top-tracks",
        "albums/#",
        "albums/#/tracks",
        "tracks/#",
    ] {
        let path = format!("/spotify/v1/{path}");
        let unknown = path.replace('#', UNKNOWN);
        app.refused(Method::GET, &unknown, 404, "Resource not found")
            .await;
        for bad in ["x", &UNKNOWN[1..], "0aV6DOiouImYTqrR5YlIq_"] {
            let bad = path.replace('#', bad);
            app.refused(Method::GET, &bad, 400, "Invalid base62 id")
                .await;
        }
    }
}

#[tokio::test]
async fn quirk_21_releases_come_ten_at_most_in_development() {
    let mut app = app().await;
    let id = artist(&mut app, "Þrándur Öxl").await;
    let path = format!("/spotify/v1/artists/{id}/albums");
    for (profile, usual, most) in [
        (Profile::Dev2026, 5, 10),
        (Profile::DevLegacy, 5, 10),
        (Profile::Extended, 20, 50),
    ] {
        app.browser.control.set_profile(profile);
        assert_eq!(app.get(&path).await["limit"], usual);
        app.get(&format!("{path}?limit={most}")).await;
        for limit in [0, most + 1] {
            let path = format!("{path}?limit={limit}");
            app.refused(Method::GET, &path, 400, "Invalid limit").await;
        }
        let all = app.all(&path).await;
        let ids: HashSet<_> = all.iter().map(|one| text(one, "id")).collect();
        assert!(all.len() > 30 && ids.len() == all.len());
    }
}

#[tokio::test]
async fn quirk_28_releases_stand_group_by_group_the_newest_first() {
    let mut app = app().await;
    let id = artist(&mut app, "Þrándur Öxl").await;
    let path = format!("/spotify/v1/artists/{id}/albums");
    assert!(
        app.get(&path).await["items"][0]
            .get("album_group")
            .is_none()
    );
    app.browser.control.set_profile(Profile::Extended);
    let all = app.all(&format!("{path}?limit=50")).await;
    let order = ["album", "single", "appears_on", "compilation"];
    let place = |one: &Value| order.iter().position(|group| one["album_group"] == *group);
    assert!(all.iter().all(|one| place(one).is_some()));
    assert!(all.is_sorted_by_key(place));
    for group in order {
        let only = app.all(&format!("{path}?include_groups={group}")).await;
        let wanted: Vec<_> = all
            .iter()
            .filter(|one| one["album_group"] == group)
            .collect();
        assert_eq!(only.iter().collect::<Vec<_>>(), wanted, "{group}");
        let dates = only
            .iter()
            .map(|one| text(one, "release_date")[..4].to_owned());
        let dates: Vec<_> = dates.collect();
        assert!(
            dates.is_sorted_by(|newer, older| newer >= older),
            "{dates:?}"
        );
        let own = only.iter().all(|one| one["artists"][0]["id"] == id);
        assert_eq!(
            own || only.is_empty(),
            group != "appears_on" || only.is_empty()
        );
    }
    let some = app
        .all(&format!("{path}?include_groups=single,album"))
        .await;
    assert!(some.len() > 30 && some.iter().all(|one| place(one) < Some(2)));
    let bad = format!("{path}?include_groups=ep");
    app.refused(Method::GET, &bad, 400, "Invalid include_groups")
        .await;
}

#[tokio::test]
async fn quirk_28_dates_have_three_precisions_and_releases_may_be_there_twice() {
    let mut app = app().await;
    app.browser.control.set_profile(Profile::Extended);
    let first = app.get("/spotify/v1/browse/new-releases?limit=50").await;
    let mut page = first["albums"].clone();
    let (mut precisions, mut seen, mut twice) = (HashSet::new(), HashSet::new(), 0);
    loop {
        for one in page["items"].as_array().expect("items") {
            let precision = text(one, "release_date_precision");
            let parts = text(one, "release_date").split('-').count();
            assert_eq!(["year", "month", "day"][parts - 1], precision);
            precisions.insert(precision);
            let same = (
                one["name"].clone(),
                one["artists"][0]["id"].clone(),
                one["release_date"].clone(),
            );
            twice += usize::from(!seen.insert(json!([same.0, same.1, same.2]).to_string()));
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        let path = next.strip_prefix(BASE).expect("absolute").to_owned();
        page = app.get(&path).await["albums"].clone();
    }
    assert_eq!((precisions.len(), twice), (3, 2));
}

#[tokio::test]
async fn quirk_20_what_was_removed_is_forbidden_in_dev_2026() {
    let mut ada = Caller::new(
        "ada",
        "user-library-read user-library-modify playlist-modify-public",
    )
    .await;
    let artist = artist(&mut ada, "Marlow Quill").await;
    for path in [
        "albums?ids=x",
        "artists?ids=x",
        "tracks?ids=x",
        "shows?ids=x",
        "episodes?ids=x",
        "audiobooks?ids=x",
        "chapters?ids=x",
        "browse/new-releases",
        "browse/categories",
        "browse/categories/dinner",
        "markets",
        "users/ada.lindqvist",
        "users/ada.lindqvist/playlists",
        "me/albums/contains?ids=x",
        "me/tracks/contains?ids=x",
        "me/shows/contains",
        "me/episodes/contains",
        "me/audiobooks/contains",
        "playlists/x/followers/contains",
        "playlists/x/tracks",
        &format!("artists/{artist}/top-tracks"),
    ] {
        let path = format!("/spotify/v1/{path}");
        ada.refused(Method::GET, &path, 403, "Forbidden").await;
    }
    for path in [
        "me/albums",
        "me/tracks",
        "me/shows",
        "me/episodes",
        "me/audiobooks",
        "playlists/x/followers",
    ] {
        let path = format!("/spotify/v1/{path}?ids=x");
        for method in [Method::PUT, Method::DELETE] {
            ada.refused(method, &path, 403, "Forbidden").await;
        }
    }
    ada.browser.control.set_profile(Profile::Extended);
    for path in [
        "markets",
        &format!("artists/{artist}/top-tracks"),
        "browse/new-releases",
    ] {
        ada.get(&format!("/spotify/v1/{path}")).await;
    }
    let other = "/spotify/v1/browse/categories";
    ada.refused(Method::GET, other, 404, "Service not found")
        .await;
}

#[tokio::test]
async fn quirk_20_several_at_once_are_there_in_extended_with_null_for_the_unknown() {
    let mut app = app().await;
    app.browser.control.set_profile(Profile::Extended);
    for (kind, most) in [("artist", 50), ("album", 20), ("track", 50)] {
        let one = found(&mut app, kind, "marlow").await;
        let path = format!("/spotify/v1/{kind}s?ids={},{UNKNOWN}", text(&one, "id"));
        let several = app.get(&path).await;
        let list = several[format!("{kind}s")]
            .as_array()
            .expect("a list")
            .clone();
        assert_eq!(
            (&list[0]["id"], &list[1], list.len()),
            (&one["id"], &Value::Null, 2)
        );
        let many =
            |count: usize| format!("/spotify/v1/{kind}s?ids={}", vec![UNKNOWN; count].join(","));
        app.get(&many(most)).await;
        app.refused(Method::GET, &many(most + 1), 400, "Too many ids requested")
            .await;
        let path = format!("/spotify/v1/{kind}s?ids={UNKNOWN},x");
        app.refused(Method::GET, &path, 400, "Invalid base62 id")
            .await;
        let path = format!("/spotify/v1/{kind}s");
        app.refused(Method::GET, &path, 400, "Missing required field: ids")
            .await;
    }
}

#[tokio::test]
async fn quirk_20_of_what_is_spoken_there_is_nothing_in_extended() {
    let mut app = app().await;
    app.browser.control.set_profile(Profile::Extended);
    for kind in ["shows", "episodes", "audiobooks", "chapters"] {
        let path = format!("/spotify/v1/{kind}");
        let several = app.get(&format!("{path}?ids={UNKNOWN},{UNKNOWN}")).await;
        assert_eq!(several, json!({ kind: [null, null] }));
        let many = vec![UNKNOWN; 51].join(",");
        let many = format!("{path}?ids={many}");
        app.refused(Method::GET, &many, 400, "Too many ids requested")
            .await;
        app.refused(Method::GET, &path, 400, "Missing required field: ids")
            .await;
    }
}

#[tokio::test]
async fn quirk_20_saving_by_id_is_there_in_extended() {
    let scope =
        "user-library-read user-library-modify playlist-modify-public playlist-read-private";
    let mut newcomer = Caller::new("newcomer", scope).await;
    newcomer.browser.control.set_profile(Profile::Extended);
    for kind in ["album", "track"] {
        let id = text(&found(&mut newcomer, kind, "marlow").await, "id");
        let path = format!("/spotify/v1/me/{kind}s");
        let contains = format!("{path}/contains?ids={id}");
        assert_eq!(newcomer.get(&contains).await, json!([false]));
        let answer = newcomer.put(&format!("{path}?ids={id}")).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
        assert_eq!(newcomer.get(&contains).await, json!([true]));
        assert_eq!(newcomer.get(&path).await["total"], 1);
        newcomer.delete(&format!("{path}?ids={id}")).await;
        for body in [json!([id]), json!({ "ids": [id] })] {
            assert_eq!(newcomer.get(&contains).await, json!([false]));
            newcomer.write(Method::PUT, &path, &body, 200).await;
            assert_eq!(newcomer.get(&contains).await, json!([true]));
            newcomer.write(Method::DELETE, &path, &body, 200).await;
        }
        let unknown = format!("{path}?ids={UNKNOWN}");
        newcomer
            .refused(Method::PUT, &unknown, 404, "Resource not found")
            .await;
    }
    let playlist = found(&mut newcomer, "playlist", "walk").await;
    let followers = format!("/spotify/v1/playlists/{}/followers", text(&playlist, "id"));
    let mine = "/spotify/v1/me/playlists";
    assert_eq!(newcomer.put(&followers).await.status, StatusCode::OK);
    assert_eq!(ids(&newcomer.get(mine).await), [text(&playlist, "id")]);
    assert_eq!(newcomer.delete(&followers).await.status, StatusCode::OK);
    assert_eq!(newcomer.get(mine).await["total"], 0);
    let unknown = format!("/spotify/v1/playlists/{UNKNOWN}/followers");
    newcomer
        .refused(Method::PUT, &unknown, 404, "Resource not found")
        .await;
}

#[tokio::test]
async fn quirk_38_what_is_published_heads_the_artists_releases_and_the_search() {
    let mut app = app().await;
    let id = artist(&mut app, "Marlow Quill").await;
    let path = format!("/spotify/v1/artists/{id}/albums");
    let before = app.get(&path).await["total"].as_u64().expect("a total");
    app.browser.control.set_clock_offset(400 * 86_400).unwrap();
    let answer = app
        .browser
        .token(&[("grant_type", "client_credentials")])
        .await;
    app.token = text(&answer.json(), "access_token");
    for (number, name) in ["Out Now", "Out Now As Well"].into_iter().enumerate() {
        let made = app
            .browser
            .post_json(
                "/control/publish",
                &json!({ "artist": "Marlow Quill", "name": name }),
            )
            .await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        let page = app.get(&path).await;
        assert_eq!(names(&page)[0], name);
        assert_eq!(page["total"], before + 1 + number as u64);
        assert_eq!(page["items"][0]["id"], made.json()["id"]);
        assert_eq!(page["items"][0]["release_date_precision"], "day");
        assert_eq!(found(&mut app, "album", "marlow quill").await["name"], name);
        assert_eq!(
            found(&mut app, "album", "tag:new marlow").await["name"],
            name
        );
    }
    let single = app
        .browser
        .control
        .publish(&id, "One Song", AlbumKind::Single)
        .unwrap();
    let page = app.get(&format!("{path}?include_groups=single")).await;
    assert_eq!(
        (&page["items"][0]["id"], &page["items"][0]["album_type"]),
        (&json!(single), &json!("single"))
    );
    let tracks = app
        .get(&format!("/spotify/v1/albums/{single}/tracks"))
        .await;
    assert_eq!(names(&tracks), ["One Song"]);
    app.browser.control.reset();
    let answer = app
        .browser
        .token(&[("grant_type", "client_credentials")])
        .await;
    app.token = text(&answer.json(), "access_token");
    assert_eq!(app.get(&path).await["total"], before);
}

#[tokio::test]
async fn quirk_38_what_cannot_be_published_is_refused() {
    let mut browser = Browser::new();
    for body in [
        json!({ "artist": "nobody", "name": "x" }),
        json!({ "artist": "Marlow Quill" }),
        json!({ "artist": "Marlow Quill", "name": "" }),
        json!({ "artist": "Marlow Quill", "name": "x", "album_type": "ep" }),
        json!({ "artist": "Marlow Quill", "name": "x", "day": 1 }),
    ] {
        let answer = browser.post_json("/control/publish", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn quirk_19_every_list_and_object_has_an_etag() {
    let mut ada = Caller::new("ada", "playlist-read-private").await;
    let artist = artist(&mut ada, "Marlow Quill").await;
    let album = text(&found(&mut ada, "album", "marlow").await, "id");
    let track = text(&found(&mut ada, "track", "marlow").await, "id");
    let own = ids(&ada.get("/spotify/v1/me/playlists").await);
    for path in [
        format!("artists/{artist}"),
        format!("artists/{artist}/albums"),
        format!("albums/{album}"),
        format!("albums/{album}/tracks"),
        format!("tracks/{track}"),
        "me/playlists".to_owned(),
        format!("playlists/{}", own[0]),
        format!("playlists/{}/items", own[0]),
        format!("playlists/{}/images", own[0]),
    ] {
        let path = format!("/spotify/v1/{path}");
        let bearer = format!("Bearer {}", ada.token);
        let answer = ada.browser.call(&path, &ada.token).await;
        let etag = answer.header("etag").expect("an ETag").to_owned();
        let headers = [
            ("authorization", bearer.as_str()),
            ("if-none-match", etag.as_str()),
        ];
        let answer = ada.browser.get_with(&path, &headers).await;
        assert_eq!(answer.status, StatusCode::NOT_MODIFIED, "{path}");
    }
}
