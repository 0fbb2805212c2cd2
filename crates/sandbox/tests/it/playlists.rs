//! Quirks 15, 21, 22, 24, 25, 26, 27 and 30: reading playlists.

use std::collections::HashSet;

use axum::http::{Method, StatusCode};
use sandbox::Profile;
use serde_json::{Value, json};

use crate::browser::{Browser, text};
use crate::caller::{BASE, Caller};

const READ: &str = "playlist-read-private playlist-read-collaborative";
const MINE: &str = "/spotify/v1/me/playlists?limit=50";

pub(crate) async fn named(caller: &mut Caller, name: &str) -> Value {
    let all = caller.all(MINE).await;
    let found = all.into_iter().find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("a playlist named {name}"))
}

fn path(playlist: &Value, rest: &str) -> String {
    format!("/spotify/v1/playlists/{}{rest}", text(playlist, "id"))
}

#[tokio::test]
async fn quirk_24_a_listeners_playlists_come_page_by_page_each_once() {
    let mut ada = Caller::new("ada", READ).await;
    let all = ada.all("/spotify/v1/me/playlists?limit=7").await;
    let ids: HashSet<_> = all.iter().map(|one| text(one, "id")).collect();
    assert_eq!((all.len(), ids.len()), (43, 43));
    let own = all
        .iter()
        .filter(|one| one["owner"]["id"] == "ada.lindqvist");
    assert_eq!(own.count(), 33);
    let mut hanako = Caller::new("hanako", READ).await;
    assert_eq!(hanako.all(MINE).await.len(), 11);
    let mut newcomer = Caller::new("newcomer", READ).await;
    let page = newcomer.get(MINE).await;
    assert_eq!((&page["items"], &page["total"]), (&json!([]), &json!(0)));
    let offset = "/spotify/v1/me/playlists?offset=100001";
    ada.refused(Method::GET, offset, 400, "Invalid offset")
        .await;
    ada.get("/spotify/v1/me/playlists?offset=100000").await;
}

#[tokio::test]
async fn quirk_25_playlists_have_gaps_and_names_that_are_hard_to_show() {
    let mut ada = Caller::new("ada", READ).await;
    let all = ada.all(MINE).await;
    let any = |fits: &dyn Fn(&Value) -> bool| all.iter().any(fits);
    let length = |one: &Value| text(one, "name").chars().count();
    assert!(any(&|one| length(one) == 300));
    assert!(any(&|one| length(one) == 1));
    assert!(any(&|one| one["images"].is_null()));
    assert!(any(&|one| one["images"]
        .as_array()
        .is_some_and(|all| all.len() == 3)));
    assert!(any(
        &|one| one["images"][0]["url"].is_string() && one["images"][0]["width"].is_null()
    ));
    assert!(any(&|one| one["description"].is_null()));
    assert!(any(&|one| one["description"] == ""));
    let escaped =
        "Tom &amp; Ada&#x27;s list: &quot;no skipping&quot;, &lt;b&gt;ever&lt;&#x2F;b&gt;";
    assert!(any(&|one| one["description"] == escaped));
    assert!(any(&|one| one["public"].is_null()));
    assert!(any(&|one| one["public"] == true) && any(&|one| one["public"] == false));
    assert!(any(
        &|one| one["collaborative"] == true && one["owner"]["id"] == "ada.lindqvist"
    ));
    assert!(any(
        &|one| one["collaborative"] == true && one["owner"]["id"] != "ada.lindqvist"
    ));
    assert!(any(&|one| one["owner"]["display_name"].is_null()));
    assert!(any(&|one| one["items"]["total"] == 0));
    assert!(any(&|one| one["items"]["total"] == 612));
}

#[tokio::test]
async fn quirk_25_items_may_be_null_local_or_episodes_and_not_say_who_and_when() {
    let mut ada = Caller::new("ada", READ).await;
    let mixed = named(&mut ada, "odds and ends").await;
    let path_of = |more: &str| path(&mixed, &format!("/items?limit=50{more}"));
    let items = ada.all(&path_of("&additional_types=track,episode")).await;
    let kinds = |kind: &str| {
        items
            .iter()
            .filter(|one| one["item"]["type"] == kind)
            .count()
    };
    assert_eq!(kinds("episode"), 2);
    assert_eq!(items.iter().filter(|one| one["item"].is_null()).count(), 2);
    let episode = items.iter().find(|one| one["item"]["type"] == "episode");
    assert!(episode.expect("one")["item"]["show"]["name"].is_string());
    let local: Vec<_> = items.iter().filter(|one| one["is_local"] == true).collect();
    assert_eq!(local.len(), 2);
    assert_eq!(
        local[0]["item"]["uri"],
        "spotify:local:Trio+%C3%85kerblad:Demo+%282003%29:Vals+fr%C3%A5n+k%C3%B6ket:187"
    );
    for item in local {
        assert!(item["item"]["id"].is_null() && item["item"]["album"]["id"].is_null());
        assert!(item["item"]["artists"][0]["id"].is_null());
    }
    let unaware = ada.all(&path_of("")).await;
    assert_eq!(
        unaware.iter().filter(|one| one["item"].is_null()).count(),
        4
    );
    let old = named(&mut ada, "imported from the old laptop").await;
    for item in ada.all(&path(&old, "/items")).await {
        assert_eq!(
            (&item["added_at"], &item["added_by"]),
            (&Value::Null, &Value::Null)
        );
    }
}

#[tokio::test]
async fn quirk_27_items_are_for_owner_and_collaborators_in_dev_2026() {
    let mut ada = Caller::new("ada", READ).await;
    let all = ada.all(MINE).await;
    let found = |collaborative: bool| {
        let mut theirs = all
            .iter()
            .filter(|one| one["owner"]["id"] != "ada.lindqvist");
        theirs
            .find(|one| one["collaborative"] == collaborative)
            .expect("one")
            .clone()
    };
    let theirs = found(false);
    let whole = ada.get(&path(&theirs, "")).await;
    assert!(whole.get("items").is_none() && whole.get("tracks").is_none());
    assert_eq!(whole["name"], theirs["name"]);
    ada.refused(Method::GET, &path(&theirs, "/items"), 403, "Forbidden")
        .await;
    let shared = found(true);
    let whole = ada.get(&path(&shared, "")).await;
    assert!(whole["items"]["items"].is_array() && whole.get("tracks").is_none());
    ada.get(&path(&shared, "/items")).await;
    for profile in [Profile::DevLegacy, Profile::Extended] {
        ada.browser.control.set_profile(profile);
        let whole = ada.get(&path(&theirs, "")).await;
        assert_eq!(whole["items"]["total"], whole["tracks"]["total"]);
        let page = ada.get(&path(&theirs, "/items")).await;
        assert_eq!(page["items"][0]["item"], page["items"][0]["track"]);
        let simple = ada.get(MINE).await;
        assert_eq!(
            simple["items"][0]["items"]["total"],
            simple["items"][0]["tracks"]["total"]
        );
    }
}

#[tokio::test]
async fn quirk_20_tracks_of_playlists_are_gone_in_dev_2026() {
    let mut ada = Caller::new("ada", &format!("{READ} playlist-modify-public")).await;
    let own = named(&mut ada, "Harbour Walk").await;
    let tracks = path(&own, "/tracks");
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
        ada.refused(method, &tracks, 403, "Forbidden").await;
    }
    ada.browser.control.set_profile(Profile::Extended);
    let page = ada.get(&tracks).await;
    assert_eq!(page["limit"], 100);
    assert!(page["href"].as_str().expect("a link").contains("/tracks?"));
}

#[tokio::test]
async fn quirk_21_limits_of_items_are_fifty_and_once_were_a_hundred() {
    let mut ada = Caller::new("ada", READ).await;
    let own = named(&mut ada, "Everything, shuffled").await;
    let items = ada.all(&path(&own, "/items?limit=50")).await;
    assert_eq!(items.len(), 612);
    for (profile, most) in [
        (Profile::Dev2026, 50),
        (Profile::DevLegacy, 100),
        (Profile::Extended, 100),
    ] {
        ada.browser.control.set_profile(profile);
        let path = |limit: usize| path(&own, &format!("/items?limit={limit}"));
        let page = ada.get(&path(most)).await;
        assert_eq!(page["items"].as_array().expect("items").len(), most);
        for limit in [0, most + 1] {
            ada.refused(Method::GET, &path(limit), 400, "Invalid limit")
                .await;
        }
    }
    assert_eq!(ada.get(&path(&own, "/items")).await["limit"], 20);
}

#[tokio::test]
async fn quirk_22_a_bad_id_is_400_and_an_unknown_one_404() {
    let mut ada = Caller::new("ada", READ).await;
    for rest in ["", "/items", "/images"] {
        let bad = format!("/spotify/v1/playlists/nonsense{rest}");
        ada.refused(Method::GET, &bad, 400, "Invalid base62 id")
            .await;
        let unknown = format!("/spotify/v1/playlists/0aV6DOiouImYTqrR5YlIqx{rest}");
        ada.refused(Method::GET, &unknown, 404, "Resource not found")
            .await;
    }
}

#[tokio::test]
async fn quirk_15_private_and_collaborative_playlists_need_their_scopes() {
    let mut none = Caller::new("ada", "").await;
    let shown = none.all(MINE).await;
    assert!(
        shown
            .iter()
            .all(|one| one["public"] != false && one["collaborative"] == false)
    );
    let mut private = Caller::new("ada", "playlist-read-private").await;
    let more = private.all(MINE).await;
    assert!(more.iter().any(|one| one["public"] == false));
    assert!(more.iter().all(|one| one["collaborative"] == false));
    assert!(shown.len() < more.len() && more.len() == 41);
    let hidden = more
        .iter()
        .find(|one| one["public"] == false)
        .expect("a private one");
    for rest in ["", "/items", "/images"] {
        private.get(&path(hidden, rest)).await;
        none.refused(
            Method::GET,
            &path(hidden, rest),
            403,
            "Insufficient client scope",
        )
        .await;
    }
}

#[tokio::test]
async fn quirk_25_who_knows_the_id_may_read_what_is_called_private() {
    let mut ada = Caller::new("ada", READ).await;
    let hidden = named(&mut ada, "asdf").await;
    assert_eq!(hidden["public"], true);
    let hidden = named(&mut ada, "köksdans").await;
    assert_eq!(hidden["public"], false);
    let mut newcomer = Caller::new("newcomer", "").await;
    let read = newcomer.get(&path(&hidden, "")).await;
    assert_eq!(read["name"], "köksdans");
    let token = newcomer
        .browser
        .token(&[("grant_type", "client_credentials")])
        .await;
    let token = text(&token.json(), "access_token");
    let answer = newcomer.browser.call(&path(&hidden, ""), &token).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.json().get("items").is_none());
    let answer = newcomer
        .browser
        .call(&path(&hidden, "/items"), &token)
        .await;
    assert_eq!(
        answer.nested_error(),
        (StatusCode::FORBIDDEN, "Forbidden".into())
    );
    let answer = newcomer.browser.call(MINE, &token).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn fields_keep_what_is_named_and_nothing_else() {
    let mut ada = Caller::new("ada", READ).await;
    let own = named(&mut ada, "Harbour Walk").await;
    let cut = ada
        .get(&path(&own, "?fields=name,items(total,items(item(name)))"))
        .await;
    let object = cut.as_object().expect("an object");
    assert_eq!(object.len(), 2);
    assert_eq!(cut["items"].as_object().expect("a page").len(), 2);
    assert_eq!(
        cut["items"]["items"][0]["item"]
            .as_object()
            .expect("a track")
            .len(),
        1
    );
    let page = ada.get(&path(&own, "/items?fields=total")).await;
    assert_eq!(page, json!({ "total": own["items"]["total"] }));
    let bad = path(&own, "?fields=name(");
    ada.refused(Method::GET, &bad, 400, "Invalid field filter")
        .await;
}

#[tokio::test]
async fn quirk_30_owners_with_odd_ids_are_encoded_in_addresses() {
    let mut hanako = Caller::new("hanako", READ).await;
    let own = named(&mut hanako, "お気に入り").await;
    let owner = &own["owner"];
    assert_eq!(owner["id"], "hanako+yamada/北%2F1");
    let segment = "hanako%2Byamada%2F%E5%8C%97%252F1";
    assert_eq!(owner["href"], format!("{BASE}/spotify/v1/users/{segment}"));
    assert_eq!(owner["uri"], format!("spotify:user:{segment}"));
    let profile = format!("/spotify/v1/users/{segment}/playlists");
    hanako
        .refused(Method::GET, &profile, 403, "Forbidden")
        .await;
    hanako.browser.control.set_profile(Profile::Extended);
    let shown = hanako.all(&profile).await;
    assert!(!shown.is_empty() && shown.iter().all(|one| one["public"] == true));
    let nobody = "/spotify/v1/users/nobody/playlists";
    hanako
        .refused(Method::GET, nobody, 404, "Resource not found")
        .await;
}

#[tokio::test]
async fn quirk_26_followers_of_playlists_go_with_the_other_removed_fields() {
    let mut ada = Caller::new("ada", READ).await;
    let own = named(&mut ada, "Harbour Walk").await;
    assert!(ada.get(&path(&own, "")).await.get("followers").is_none());
    ada.browser.control.set_profile(Profile::DevLegacy);
    assert!(ada.get(&path(&own, "")).await["followers"]["total"].is_number());
}

#[tokio::test]
async fn quirk_25_images_of_a_playlist_are_a_bare_array() {
    let mut browser = Browser::new();
    let token = text(&browser.tokens_for("ada", READ).await, "access_token");
    let mut ada = Caller { browser, token };
    for one in ada.all(MINE).await {
        let images = ada.get(&path(&one, "/images")).await;
        let wanted = if one["images"].is_null() {
            json!([])
        } else {
            one["images"].clone()
        };
        assert_eq!(images, wanted);
    }
}
