//! Tests ask for much, for long names, and for playlists.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, encode, text};
use crate::caller::{BASE, Caller};

const SCOPE: &str = "user-follow-read playlist-read-private";

async fn post(caller: &mut Caller, path: &str, body: &Value) -> Value {
    let answer = caller.browser.post_json(path, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.body);
    answer.json()
}

#[tokio::test]
async fn a_listener_can_follow_twelve_hundred_artists() {
    let mut ada = Caller::new("ada", SCOPE).await;
    let body = json!({ "login": "ada", "artists": 1200 });
    post(&mut ada, "/control/library", &body).await;
    let mut path = "/spotify/v1/me/following?type=artist&limit=50".to_owned();
    let (mut names, mut pictured, mut without) = (Vec::new(), 0, 0);
    loop {
        let page = ada.get(&path).await["artists"].clone();
        assert_eq!(page["total"], 1200);
        for artist in page["items"].as_array().expect("items") {
            names.push(text(artist, "name"));
            pictured += usize::from(artist["images"][0]["url"].is_string());
            without += usize::from(artist["images"] == json!([]));
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = next.strip_prefix(BASE).expect("absolute").to_owned();
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!((count, names.len()), (1200, 1200), "each name once");
    assert!(pictured > 1000 && without > 50);
    // What is new is not what people hear.
    let token = ada.browser.tokens_for("ada", "user-top-read").await;
    ada.token = text(&token, "access_token");
    let after = ada.get("/spotify/v1/me/top/artists?limit=50").await;
    let mut fresh = Caller::new("ada", "user-top-read").await;
    assert_eq!(
        fresh.get("/spotify/v1/me/top/artists?limit=50").await,
        after
    );
    for body in [
        json!({ "login": "ada", "artists": 5001 }),
        json!({ "login": "ada", "artists": -1 }),
    ] {
        let answer = ada.browser.post_json("/control/library", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn a_library_made_anew_keeps_the_playlists() {
    let mut ada = Caller::new("ada", SCOPE).await;
    let before = ada.get("/spotify/v1/me/playlists").await;
    post(
        &mut ada,
        "/control/library",
        &json!({ "login": "ada", "artists": 2 }),
    )
    .await;
    assert_eq!(ada.get("/spotify/v1/me/playlists").await, before);
}

#[tokio::test]
async fn a_playlist_of_ten_thousand_items_can_be_asked_for() {
    let mut ada = Caller::new("ada", SCOPE).await;
    let body =
        json!({ "login": "ada", "name": "everything there is", "items": 10_000, "public": false });
    let made = post(&mut ada, "/control/playlist", &body).await;
    let first = ada.get("/spotify/v1/me/playlists?limit=1").await["items"][0].clone();
    assert_eq!(
        (&first["id"], &first["items"]["total"]),
        (&made["id"], &json!(10_000))
    );
    assert_eq!(first["public"], false);
    let path = format!(
        "/spotify/v1/playlists/{}/items?limit=50&offset=9970",
        text(&made, "id")
    );
    let page = ada.get(&path).await;
    let items = page["items"].as_array().expect("items");
    assert_eq!((items.len(), &page["next"]), (30, &Value::Null));
    assert_ne!(
        items[0]["item"]["album"]["id"],
        items[1]["item"]["album"]["id"]
    );
    for body in [
        json!({ "login": "nobody", "name": "x" }),
        json!({ "login": "ada", "name": "" }),
        json!({ "login": "ada", "name": "x", "items": 11_001 }),
        json!({ "login": "ada", "name": "x", "collaborative": true }),
        json!({ "login": "ada" }),
    ] {
        let answer = ada.browser.post_json("/control/playlist", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn anything_can_be_given_a_name_of_three_hundred_characters() {
    let mut ada = Caller::new("ada", SCOPE).await;
    for kind in ["artist", "album", "track", "playlist"] {
        let query = encode(&[("q", "harbour"), ("type", kind)]);
        let found = ada.get(&format!("/spotify/v1/search?{query}")).await;
        let one = found[format!("{kind}s")]["items"][0].clone();
        let body = json!({ "uri": one["uri"], "length": 300 });
        let name = text(&post(&mut ada, "/control/rename", &body).await, "name");
        assert_eq!((name.chars().count(), name.trim().len()), (300, name.len()));
        let path = text(&one, "href").replace(BASE, "");
        assert_eq!(ada.get(&path).await["name"], name);
        let body = json!({ "uri": one["uri"], "name": "x" });
        post(&mut ada, "/control/rename", &body).await;
        assert_eq!(ada.get(&path).await["name"], "x");
    }
}

#[tokio::test]
async fn what_cannot_be_renamed_is_refused() {
    let mut browser = Browser::new();
    let id = "0aV6DOiouImYTqrR5YlIqx";
    for body in [
        json!({ "uri": format!("spotify:artist:{id}"), "name": "x" }),
        json!({ "uri": format!("spotify:playlist:{id}"), "name": "x" }),
        json!({ "uri": "spotify:artist", "name": "x" }),
        json!({ "uri": "https://open.spotify.com/", "name": "x" }),
        json!({ "uri": "x", "length": 0 }),
        json!({ "uri": "x", "length": 2001 }),
        json!({ "uri": "x", "length": 5, "name": "x" }),
        json!({ "uri": "x" }),
    ] {
        let answer = browser.post_json("/control/rename", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn the_habits_of_playlists_are_set_one_by_one() {
    let mut browser = Browser::new();
    let path = "/control/playlist-settings";
    let answer = browser
        .post_json(path, &json!({ "cover_delay_s": 60 }))
        .await;
    assert_eq!(
        answer.json(),
        json!({ "ignores_private": false, "cover_delay_s": 60 })
    );
    let answer = browser
        .post_json(path, &json!({ "ignores_private": true }))
        .await;
    assert_eq!(
        answer.json(),
        json!({ "ignores_private": true, "cover_delay_s": 60 })
    );
    for body in [json!({ "cover_delay_s": -1 }), json!({ "delay": 1 })] {
        let answer = browser.post_json(path, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
}
