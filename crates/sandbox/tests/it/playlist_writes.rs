//! Quirks 31 to 34: creating playlists, changing them, and their covers.

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::{LibrarySettings, PlaylistSettings, Profile};
use serde_json::{Value, json};

use crate::browser::{Answer, text};
use crate::caller::{BASE, Caller};
use crate::playlists::named;

const ALL: &str = "playlist-read-private playlist-read-collaborative playlist-modify-private \
                   playlist-modify-public ugc-image-upload";
const MINE: &str = "/spotify/v1/me/playlists";

fn path(playlist: &Value, rest: &str) -> String {
    format!("/spotify/v1/playlists/{}{rest}", text(playlist, "id"))
}

async fn created(caller: &mut Caller, body: &Value) -> Value {
    caller.write(Method::POST, MINE, body, 201).await
}

/// The URIs of so many tracks.
async fn tracks(caller: &mut Caller, count: usize) -> Vec<String> {
    let own = named(caller, "Everything, shuffled").await;
    let path = path(&own, "/items?limit=50&fields=items(item(uri)),next");
    let mut uris = Vec::new();
    for item in caller.all(&path).await {
        let uri = text(&item["item"], "uri");
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    assert!(uris.len() >= count, "too few tracks");
    uris.truncate(count);
    uris
}

async fn order(caller: &mut Caller, playlist: &Value) -> Vec<String> {
    let items = caller.all(&path(playlist, "/items?limit=50")).await;
    items.iter().map(|one| text(&one["item"], "uri")).collect()
}

/// An empty playlist of Ada's, and so many URIs in it.
async fn filled(caller: &mut Caller, count: usize) -> (Value, Vec<String>) {
    let made = created(caller, &json!({ "name": "made here" })).await;
    let uris = tracks(caller, count).await;
    let items = path(&made, "/items");
    caller
        .write(Method::POST, &items, &json!({ "uris": uris }), 201)
        .await;
    (made, uris)
}

#[tokio::test]
async fn quirk_31_a_new_playlist_is_answered_whole_and_is_public_unless_said() {
    let mut ada = Caller::new("ada", ALL).await;
    let made = created(
        &mut ada,
        &json!({ "name": "fresh", "description": "a & b" }),
    )
    .await;
    assert_eq!(
        (&made["public"], &made["collaborative"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(made["description"], "a &amp; b");
    assert_eq!(
        (&made["items"]["total"], &made["images"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(made["owner"]["id"], "ada.lindqvist");
    let first = ada.get(&format!("{MINE}?limit=1")).await;
    assert_eq!(
        (&first["items"][0]["id"], &first["total"]),
        (&made["id"], &json!(44))
    );
    assert_eq!(ada.get(&path(&made, "")).await["name"], "fresh");
    let body = json!({ "name": "hidden", "public": false });
    assert_eq!(created(&mut ada, &body).await["public"], false);
    let body = json!({ "name": "ours", "public": false, "collaborative": true });
    assert_eq!(created(&mut ada, &body).await["collaborative"], true);
}

#[tokio::test]
async fn quirk_31_what_cannot_be_created_is_refused() {
    let mut ada = Caller::new("ada", ALL).await;
    for (body, said) in [
        ("", "Error parsing JSON."),
        ("name=x", "Error parsing JSON."),
        ("[]", "Error parsing JSON."),
        ("{}", "Missing required field: name"),
        (r#"{"name":""}"#, "Missing required field: name"),
        (r#"{"name":null}"#, "Missing required field: name"),
        (r#"{"name":5}"#, "Invalid value for field: name"),
        (
            r#"{"name":"x","public":"no"}"#,
            "Invalid value for field: public",
        ),
        (
            r#"{"name":"x","collaborative":true}"#,
            "Collaborative playlist can not be public",
        ),
    ] {
        ada.refused_body(Method::POST, MINE, body, 400, said).await;
    }
}

#[tokio::test]
async fn quirk_31_the_scope_of_a_new_playlist_follows_its_visibility() {
    let public = r#"{"name":"x"}"#;
    let private = r#"{"name":"x","public":false}"#;
    let shared = r#"{"name":"x","public":false,"collaborative":true}"#;
    for (scope, bad) in [
        ("playlist-modify-private", vec![public, shared]),
        ("playlist-modify-public", vec![private, shared]),
        ("playlist-read-private", vec![public, private, shared]),
        ("playlist-modify-private playlist-modify-public", vec![]),
    ] {
        let mut ada = Caller::new("ada", scope).await;
        for body in [public, private, shared] {
            let answer = ada.send(Method::POST, MINE, body).await;
            if bad.contains(&body) {
                let said = "Insufficient client scope".to_owned();
                assert_eq!(
                    answer.nested_error(),
                    (StatusCode::FORBIDDEN, said),
                    "{scope} {body}"
                );
            } else {
                assert_eq!(answer.status, StatusCode::CREATED, "{scope} {body}");
            }
        }
    }
}

#[tokio::test]
async fn quirk_31_public_false_may_be_ignored() {
    let mut ada = Caller::new("ada", ALL).await;
    let settings = PlaylistSettings {
        ignores_private: true,
        ..PlaylistSettings::default()
    };
    ada.browser.control.set_playlist_settings(settings).unwrap();
    let made = created(&mut ada, &json!({ "name": "hidden", "public": false })).await;
    assert_eq!(made["public"], true);
}

#[tokio::test]
async fn quirk_20_creating_for_a_user_by_id_is_gone_in_dev_2026() {
    let mut ada = Caller::new("ada", ALL).await;
    let own = "/spotify/v1/users/ada.lindqvist/playlists";
    let body = r#"{"name":"x"}"#;
    ada.refused_body(Method::POST, own, body, 403, "Forbidden")
        .await;
    ada.browser.control.set_profile(Profile::Extended);
    ada.write(Method::POST, own, &json!({ "name": "x" }), 201)
        .await;
    let said = "You cannot create a playlist for another user";
    let other = "/spotify/v1/users/someone/playlists";
    ada.refused_body(Method::POST, other, body, 403, said).await;
}

#[tokio::test]
async fn details_are_changed_by_the_owner_alone() {
    let mut ada = Caller::new("ada", ALL).await;
    let own = named(&mut ada, "köksdans").await;
    let body = json!({ "name": "<i>kök</i>", "description": "x < y", "public": true });
    let answer = ada
        .send(Method::PUT, &path(&own, ""), &body.to_string())
        .await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    let now = ada.get(&path(&own, "")).await;
    assert_eq!(
        (&now["name"], &now["description"]),
        (&json!("<i>kök</i>"), &json!("x &lt; y"))
    );
    assert_eq!(now["public"], true);
    assert_ne!(now["snapshot_id"], own["snapshot_id"]);
    for (body, said) in [
        (r#"{"name":""}"#, "Missing required field: name"),
        (
            r#"{"collaborative":true}"#,
            "Collaborative playlist can not be public",
        ),
        ("", "Error parsing JSON."),
    ] {
        ada.refused_body(Method::PUT, &path(&own, ""), body, 400, said)
            .await;
    }
    let shared = named(&mut ada, "kök & kompis (everybody adds)").await;
    let token = text(&ada.browser.tokens_for("hanako", ALL).await, "access_token");
    ada.token = token;
    for playlist in [own, shared] {
        ada.refused_body(
            Method::PUT,
            &path(&playlist, ""),
            r#"{"name":"y"}"#,
            403,
            "Forbidden",
        )
        .await;
    }
}

#[tokio::test]
async fn quirk_31_changing_the_visibility_needs_both_scopes() {
    let mut ada = Caller::new("ada", "playlist-read-private playlist-modify-private").await;
    let own = named(&mut ada, "köksdans").await;
    let body = r#"{"public":true}"#;
    let said = "Insufficient client scope";
    ada.refused_body(Method::PUT, &path(&own, ""), body, 403, said)
        .await;
    let answer = ada
        .send(Method::PUT, &path(&own, ""), r#"{"name":"y"}"#)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn quirk_32_items_are_added_where_it_is_said_and_twice_if_so() {
    let mut ada = Caller::new("ada", ALL).await;
    let (made, uris) = filled(&mut ada, 3).await;
    let items = path(&made, "/items");
    let body = json!({ "uris": [uris[0]], "position": 1 });
    let answer = ada.write(Method::POST, &items, &body, 201).await;
    assert_eq!(
        order(&mut ada, &made).await,
        [&uris[0], &uris[0], &uris[1], &uris[2]].map(Clone::clone)
    );
    let now = ada.get(&path(&made, "")).await;
    assert_eq!(now["snapshot_id"], answer["snapshot_id"]);
    assert_ne!(now["snapshot_id"], made["snapshot_id"]);
    let item = ada.get(&items).await["items"][1].clone();
    assert_eq!(item["added_by"]["id"], "ada.lindqvist");
    assert!(item["added_at"].is_string() && now["images"].is_array());
    // The query wins over the body.
    let query = format!("{items}?uris={}&position=0", uris[2]);
    ada.write(Method::POST, &query, &json!({ "uris": [uris[1]] }), 201)
        .await;
    assert_eq!(order(&mut ada, &made).await[0], uris[2]);
}

#[tokio::test]
async fn quirk_32_episodes_can_be_added_as_well() {
    let mut ada = Caller::new("ada", ALL).await;
    let mixed = named(&mut ada, "odds and ends").await;
    let items = path(&mixed, "/items?additional_types=episode&limit=50");
    let items = ada.get(&items).await;
    let mut items = items["items"].as_array().expect("items").iter();
    let episode = items
        .find(|one| one["item"]["type"] == "episode")
        .expect("one");
    let uri = text(&episode["item"], "uri");
    let made = created(&mut ada, &json!({ "name": "talk" })).await;
    ada.write(
        Method::POST,
        &path(&made, "/items"),
        &json!({ "uris": [uri] }),
        201,
    )
    .await;
    let items = ada
        .get(&path(&made, "/items?additional_types=episode"))
        .await;
    assert_eq!(items["items"][0]["item"]["uri"], uri);
}

#[tokio::test]
async fn quirk_32_what_cannot_be_added_is_refused_and_changes_nothing() {
    let mut ada = Caller::new("ada", ALL).await;
    let (made, uris) = filled(&mut ada, 2).await;
    let before = ada.get(&path(&made, "")).await["snapshot_id"].clone();
    let many = json!({ "uris": vec![uris[0].clone(); 101] }).to_string();
    let good = &uris[0];
    for (body, said) in [
        (many, "You can add a maximum of 100 tracks per request."),
        (json!({ "uris": [] }).to_string(), "No uris provided"),
        (json!({ "items": [good] }).to_string(), "No uris provided"),
        (
            json!({ "uris": "x" }).to_string(),
            "Invalid value for field: uris",
        ),
        (
            json!({ "uris": [good, "spotify:track:x"] }).to_string(),
            "Invalid track uri: spotify:track:x",
        ),
        (
            json!({ "uris": ["spotify:local:a:b:c:1"] }).to_string(),
            "Invalid track uri: spotify:local:a:b:c:1",
        ),
        (
            json!({ "uris": ["spotify:track:0aV6DOiouImYTqrR5YlIqx"] }).to_string(),
            "Payload contains a non-existing ID",
        ),
        (
            json!({ "uris": [good], "position": 3 }).to_string(),
            "Index out of bounds",
        ),
        (
            json!({ "uris": [good], "position": -1 }).to_string(),
            "Invalid value for field: position",
        ),
        (String::new(), "Error parsing JSON."),
    ] {
        ada.refused_body(Method::POST, &path(&made, "/items"), &body, 400, said)
            .await;
    }
    let now = ada.get(&path(&made, "")).await;
    assert_eq!(
        (&now["items"]["total"], &now["snapshot_id"]),
        (&json!(2), &before)
    );
    let full = vec![uris[0].clone(); 100];
    ada.write(
        Method::POST,
        &path(&made, "/items"),
        &json!({ "uris": full }),
        201,
    )
    .await;
}

#[tokio::test]
async fn quirk_32_only_owner_and_collaborators_write() {
    let mut ada = Caller::new("ada", ALL).await;
    let uris = tracks(&mut ada, 1).await;
    let shared = named(&mut ada, "kök & kompis (everybody adds)").await;
    let own = named(&mut ada, "Harbour Walk").await;
    ada.token = text(&ada.browser.tokens_for("hanako", ALL).await, "access_token");
    let body = json!({ "uris": uris });
    ada.write(Method::POST, &path(&shared, "/items"), &body, 201)
        .await;
    let items = ada.all(&path(&shared, "/items?limit=50")).await;
    assert_eq!(
        items.last().expect("one")["added_by"]["id"],
        "hanako+yamada/北%2F1"
    );
    let said = "You cannot add tracks to a playlist you don't own.";
    let items = path(&own, "/items");
    ada.refused_body(Method::POST, &items, &body.to_string(), 403, said)
        .await;
    ada.refused_body(Method::PUT, &items, &body.to_string(), 403, "Forbidden")
        .await;
    let body = json!({ "items": [{ "uri": uris[0] }] }).to_string();
    ada.refused_body(Method::DELETE, &items, &body, 403, "Forbidden")
        .await;
    ada.refused_body(
        Method::PUT,
        &path(&own, "/images"),
        "",
        400,
        "Invalid image data",
    )
    .await;
}

#[tokio::test]
async fn quirk_15_writing_needs_the_scope_of_the_visibility() {
    let mut ada = Caller::new("ada", ALL).await;
    let uris = tracks(&mut ada, 1).await;
    let public = named(&mut ada, "Harbour Walk").await;
    let private = named(&mut ada, "köksdans").await;
    let add = json!({ "uris": uris }).to_string();
    let remove = json!({ "items": [{ "uri": uris[0] }] }).to_string();
    for (scope, good, bad) in [
        ("playlist-modify-public", &public, vec![&private]),
        ("playlist-modify-private", &private, vec![&public]),
        ("playlist-read-private", &public, vec![&public, &private]),
    ] {
        ada.token = text(&ada.browser.tokens_for("ada", scope).await, "access_token");
        for playlist in bad {
            let items = path(playlist, "/items");
            for (method, body) in [
                (Method::POST, &add),
                (Method::PUT, &add),
                (Method::DELETE, &remove),
            ] {
                ada.refused_body(method, &items, body, 403, "Insufficient client scope")
                    .await;
            }
        }
        if scope.contains("modify") {
            let answer = ada.send(Method::POST, &path(good, "/items"), &add).await;
            assert_eq!(answer.status, StatusCode::CREATED);
        }
    }
}

#[tokio::test]
async fn items_are_moved_and_replaced() {
    let mut ada = Caller::new("ada", ALL).await;
    let (made, uris) = filled(&mut ada, 5).await;
    let items = path(&made, "/items");
    let old = ada.get(&path(&made, "")).await["snapshot_id"].clone();
    let body =
        json!({ "range_start": 0, "insert_before": 3, "range_length": 2, "snapshot_id": old });
    let moved = ada.write(Method::PUT, &items, &body, 200).await;
    assert_ne!(moved["snapshot_id"], old);
    let wanted = [2, 0, 1, 3, 4].map(|index: usize| uris[index].clone());
    assert_eq!(order(&mut ada, &made).await, wanted);
    // A version of before is good, one that never was is not.
    let body = json!({ "range_start": 4, "insert_before": 0, "snapshot_id": old });
    ada.write(Method::PUT, &items, &body, 200).await;
    assert_eq!(order(&mut ada, &made).await[0], uris[4]);
    for (body, said) in [
        (
            json!({ "range_start": 0, "insert_before": 1, "snapshot_id": "x" }),
            "Invalid snapshot id",
        ),
        (
            json!({ "range_start": 5, "insert_before": 0 }),
            "Index out of bounds",
        ),
        (
            json!({ "range_start": 0, "insert_before": 6 }),
            "Index out of bounds",
        ),
        (
            json!({ "range_start": 0 }),
            "Missing required field: insert_before",
        ),
        (
            json!({ "insert_before": 0 }),
            "Missing required field: range_start",
        ),
        (
            json!({ "uris": [uris[0]], "range_start": 0, "insert_before": 1 }),
            "Items are either replaced or reordered",
        ),
    ] {
        ada.refused_body(Method::PUT, &items, &body.to_string(), 400, said)
            .await;
    }
    ada.write(
        Method::PUT,
        &items,
        &json!({ "uris": [uris[3], uris[3]] }),
        200,
    )
    .await;
    assert_eq!(
        order(&mut ada, &made).await,
        [&uris[3], &uris[3]].map(Clone::clone)
    );
    ada.write(Method::PUT, &format!("{items}?uris="), &json!({}), 200)
        .await;
    assert!(order(&mut ada, &made).await.is_empty());
}

#[tokio::test]
async fn quirk_33_items_are_removed_by_uri_and_another_key_is_refused() {
    let mut ada = Caller::new("ada", ALL).await;
    let (made, uris) = filled(&mut ada, 4).await;
    let items = path(&made, "/items");
    ada.write(Method::POST, &items, &json!({ "uris": [uris[1]] }), 201)
        .await;
    let objects = json!([{ "uri": uris[1] }, { "uri": uris[3] }]);
    for body in [
        json!({ "tracks": objects }),
        json!({ "uris": [uris[1]] }),
        json!({ "items": [uris[1]] }),
        json!({ "items": [] }),
        json!({}),
    ] {
        ada.refused_body(
            Method::DELETE,
            &items,
            &body.to_string(),
            400,
            "No uris provided",
        )
        .await;
    }
    let body = json!({ "items": objects, "snapshot_id": "x" }).to_string();
    ada.refused_body(Method::DELETE, &items, &body, 400, "Invalid snapshot id")
        .await;
    let answer = ada
        .write(Method::DELETE, &items, &json!({ "items": objects }), 200)
        .await;
    assert!(answer["snapshot_id"].is_string());
    assert_eq!(
        order(&mut ada, &made).await,
        [&uris[0], &uris[2]].map(Clone::clone)
    );
    let many = json!({ "items": vec![json!({ "uri": uris[0] }); 101] }).to_string();
    let said = "You can add a maximum of 100 tracks per request.";
    ada.refused_body(Method::DELETE, &items, &many, 400, said)
        .await;
    ada.browser.control.set_profile(Profile::Extended);
    let body = json!({ "tracks": [{ "uri": uris[0] }] });
    ada.write(Method::DELETE, &path(&made, "/tracks"), &body, 200)
        .await;
    assert_eq!(order(&mut ada, &made).await, [uris[2].clone()]);
}

#[tokio::test]
async fn a_playlist_that_is_no_longer_followed_is_only_gone_from_the_list() {
    let mut ada = Caller::new("ada", ALL).await;
    let made = created(&mut ada, &json!({ "name": "soon gone" })).await;
    let library = format!("/spotify/v1/me/library?uris={}", text(&made, "uri"));
    assert_eq!(ada.delete(&library).await.status, StatusCode::OK);
    assert_eq!(ada.get(MINE).await["total"], 43);
    assert_eq!(ada.get(&path(&made, "")).await["name"], "soon gone");
    assert_eq!(ada.put(&library).await.status, StatusCode::OK);
    assert_eq!(ada.get(MINE).await["total"], 44);
}

#[tokio::test]
async fn quirk_36_the_list_of_playlists_may_lag() {
    let mut ada = Caller::new("ada", ALL).await;
    let settings = LibrarySettings {
        list_lag_s: 60,
        ..LibrarySettings::default()
    };
    ada.browser.control.set_library_settings(settings).unwrap();
    created(&mut ada, &json!({ "name": "not yet" })).await;
    assert_eq!(ada.get(MINE).await["total"], 43);
    ada.browser.control.set_clock_offset(61).unwrap();
    assert_eq!(ada.get(MINE).await["total"], 44);
}

#[tokio::test]
async fn a_reset_takes_back_what_was_written() {
    let mut ada = Caller::new("ada", ALL).await;
    let made = created(&mut ada, &json!({ "name": "soon gone" })).await;
    ada.browser.control.reset();
    ada.token = text(&ada.browser.tokens_for("ada", ALL).await, "access_token");
    ada.refused(Method::GET, &path(&made, ""), 404, "Resource not found")
        .await;
    assert_eq!(ada.get(MINE).await["total"], 43);
}

/// Base64 of something that begins as a JPEG, so many bytes long in all.
fn jpeg(bytes: usize) -> String {
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe0];
    jpeg.resize(bytes, 7);
    STANDARD.encode(jpeg)
}

async fn upload(caller: &mut Caller, playlist: &Value, kind: &str, body: &str) -> Answer {
    let bearer = format!("Bearer {}", caller.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
    let path = path(playlist, "/images");
    caller
        .browser
        .send(Method::PUT, &path, &headers, body)
        .await
}

#[tokio::test]
async fn quirk_34_a_cover_is_taken_at_once_and_shown_later() {
    let mut ada = Caller::new("ada", ALL).await;
    let usual = PlaylistSettings::default();
    assert_eq!(usual.cover_delay_s, 5);
    let settings = PlaylistSettings {
        cover_delay_s: 600,
        ..usual
    };
    ada.browser.control.set_playlist_settings(settings).unwrap();
    let made = created(&mut ada, &json!({ "name": "with a face" })).await;
    let answer = upload(&mut ada, &made, "image/jpeg", &jpeg(600)).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::ACCEPTED, "")
    );
    let images = path(&made, "/images");
    assert_eq!(ada.get(&images).await, json!([]));
    let file = format!("/spotify/images/covers/{}/1.jpg", text(&made, "id"));
    assert_eq!(ada.browser.get(&file).await.status, StatusCode::NOT_FOUND);
    ada.browser.control.set_clock_offset(601).unwrap();
    let shown = json!([{ "url": format!("{BASE}{file}"), "width": null, "height": null }]);
    assert_eq!(ada.get(&images).await, shown);
    assert_eq!(ada.get(&path(&made, "")).await["images"], shown);
    let (headers, bytes) = ada.browser.bytes(&file).await;
    assert_eq!(headers["content-type"], "image/jpeg");
    assert_eq!(STANDARD.encode(bytes), jpeg(600));
}

#[tokio::test]
async fn quirk_34_a_body_that_is_no_bare_base64_of_a_jpeg_is_refused() {
    let mut ada = Caller::new("ada", ALL).await;
    let made = created(&mut ada, &json!({ "name": "faceless" })).await;
    let good = jpeg(600);
    let png = STANDARD.encode(b"\x89PNG\r\n\x1a\n 600 bytes of it");
    for (kind, body) in [
        ("image/jpeg", format!("data:image/jpeg;base64,{good}")),
        ("image/jpeg", format!("{good}\n")),
        ("image/jpeg", format!(" {good}")),
        ("image/jpeg", good.replacen('A', "\nA", 1)),
        ("image/jpeg", png),
        ("image/jpeg", "not base64!".to_owned()),
        ("image/jpeg", String::new()),
        ("image/png", good.clone()),
        ("application/json", good),
    ] {
        let answer = upload(&mut ada, &made, kind, &body).await;
        let said = (StatusCode::BAD_REQUEST, "Invalid image data".to_owned());
        assert_eq!(answer.nested_error(), said, "{kind} {body}");
    }
    ada.browser.control.set_clock_offset(60).unwrap();
    assert_eq!(ada.get(&path(&made, "/images")).await, json!([]));
}

#[tokio::test]
async fn quirk_34_the_encoded_cover_has_256_kilobytes_at_most() {
    let mut ada = Caller::new("ada", ALL).await;
    let made = created(&mut ada, &json!({ "name": "big face" })).await;
    let most = jpeg(192 * 1024);
    assert_eq!(most.len(), 256 * 1024);
    let answer = upload(&mut ada, &made, "image/jpeg", &most).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let answer = upload(&mut ada, &made, "image/jpeg", &jpeg(192 * 1024 + 1)).await;
    assert_eq!(answer.nested_error().0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn quirk_34_a_cover_needs_its_own_scope_and_the_owner() {
    let mut ada = Caller::new("ada", ALL).await;
    let own = named(&mut ada, "Harbour Walk").await;
    let shared = named(&mut ada, "kök & kompis (everybody adds)").await;
    for scope in [
        "playlist-modify-public",
        "ugc-image-upload",
        "ugc-image-upload playlist-modify-private",
    ] {
        ada.token = text(&ada.browser.tokens_for("ada", scope).await, "access_token");
        let answer = upload(&mut ada, &own, "image/jpeg", &jpeg(600)).await;
        let said = "Insufficient client scope".to_owned();
        assert_eq!(
            answer.nested_error(),
            (StatusCode::FORBIDDEN, said),
            "{scope}"
        );
    }
    ada.token = text(&ada.browser.tokens_for("hanako", ALL).await, "access_token");
    for playlist in [own, shared] {
        let answer = upload(&mut ada, &playlist, "image/jpeg", &jpeg(600)).await;
        assert_eq!(
            answer.nested_error(),
            (StatusCode::FORBIDDEN, "Forbidden".into())
        );
    }
}

#[tokio::test]
async fn quirk_34_the_time_until_a_cover_is_shown_can_be_set() {
    let mut ada = Caller::new("ada", ALL).await;
    let settings = |cover_delay_s| PlaylistSettings {
        cover_delay_s,
        ..PlaylistSettings::default()
    };
    ada.browser
        .control
        .set_playlist_settings(settings(0))
        .unwrap();
    let made = created(&mut ada, &json!({ "name": "at once" })).await;
    for number in 1..=7 {
        upload(&mut ada, &made, "image/jpeg", &jpeg(600)).await;
        let url = text(&ada.get(&path(&made, "/images")).await[0], "url");
        assert!(url.ends_with(&format!("/{number}.jpg")), "{url}");
    }
    for wrong in [-1, 3601] {
        assert!(
            ada.browser
                .control
                .set_playlist_settings(settings(wrong))
                .is_err()
        );
    }
}
