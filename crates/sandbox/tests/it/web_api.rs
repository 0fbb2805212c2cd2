//! Quirks 15 to 19 and 25, 26, 30: the Web API.

use axum::http::{Method, StatusCode};
use sandbox::{Fault, Profile};
use serde_json::Value;

use crate::browser::{Browser, text};

const ME: &str = "/spotify/v1/me";
const ALL: &str = "user-read-email user-read-private";

async fn app_token(browser: &mut Browser) -> String {
    text(
        &browser
            .token(&[("grant_type", "client_credentials")])
            .await
            .json(),
        "access_token",
    )
}

async fn person_token(browser: &mut Browser, login: &str, scope: &str) -> String {
    text(&browser.tokens_for(login, scope).await, "access_token")
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn quirk_15_the_three_messages_of_401() {
    let mut browser = Browser::new();
    let answer = browser.get(ME).await;
    assert_eq!(
        answer.nested_error(),
        (StatusCode::UNAUTHORIZED, "No token provided".into())
    );
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer")
    );
    let answer = browser.call(ME, "BQunknown").await;
    assert_eq!(
        answer.nested_error(),
        (StatusCode::UNAUTHORIZED, "Invalid access token".into())
    );
    let token = person_token(&mut browser, "ada", "").await;
    browser.control.set_clock_offset(3590).unwrap();
    assert_eq!(browser.call(ME, &token).await.status, StatusCode::OK);
    browser.control.set_clock_offset(3600).unwrap();
    let answer = browser.call(ME, &token).await;
    assert_eq!(
        answer.nested_error(),
        (StatusCode::UNAUTHORIZED, "The access token expired".into())
    );
}

#[tokio::test]
async fn quirk_15_another_scheme_is_refused_with_400() {
    let mut browser = Browser::new();
    for value in ["Basic abc", "Bearer", "Bearer ", "token"] {
        let answer = browser.get_with(ME, &[("authorization", value)]).await;
        let said = "Only valid bearer authentication supported";
        assert_eq!(
            answer.nested_error(),
            (StatusCode::BAD_REQUEST, said.into()),
            "{value}"
        );
        assert!(answer.header("www-authenticate").is_some());
    }
}

#[tokio::test]
async fn quirk_15_a_refresh_token_is_no_access_token() {
    let mut browser = Browser::new();
    let tokens = browser.tokens_for("ada", "").await;
    let answer = browser.call(ME, &text(&tokens, "refresh_token")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn quirk_15_the_apps_own_token_has_no_listener() {
    let mut browser = Browser::new();
    let token = app_token(&mut browser).await;
    let answer = browser.call(ME, &token).await;
    let said = "This request requires user authentication.";
    assert_eq!(
        answer.nested_error(),
        (StatusCode::UNAUTHORIZED, said.into())
    );
}

#[tokio::test]
async fn quirk_15_a_missing_scope_is_403() {
    let mut browser = Browser::new();
    let path = "/spotify/v1/search?q=marlow&type=artist&market=from_token";
    let token = person_token(&mut browser, "ada", "user-read-email").await;
    let answer = browser.call(path, &token).await;
    assert_eq!(
        answer.nested_error(),
        (StatusCode::FORBIDDEN, "Insufficient client scope".into())
    );
    let token = person_token(&mut browser, "ada", "user-read-private").await;
    assert_eq!(browser.call(path, &token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn quirk_15_unknown_paths_and_methods_are_nested_json() {
    let mut browser = Browser::new();
    let answer = browser.get("/spotify/v1/nothing/here").await;
    assert_eq!(answer.nested_error().0, StatusCode::NOT_FOUND);
    let answer = browser.send(Method::DELETE, ME, &[], "").await;
    assert_eq!(answer.nested_error().0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn quirk_16_who_is_not_allow_listed_signs_in_and_then_gets_plain_text() {
    let mut browser = Browser::new();
    let mut ada = browser.control.snapshot().users[0].clone();
    assert_eq!(ada.login, "ada");
    ada.allow_listed = false;
    browser.control.add_user(ada).unwrap();
    let token = person_token(&mut browser, "ada", "").await;
    let answer = browser.call(ME, &token).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(
        answer.body,
        "User not registered in the Developer Dashboard"
    );
    let own = app_token(&mut browser).await;
    let path = "/spotify/v1/search?q=marlow&type=artist";
    assert_eq!(browser.call(path, &own).await.status, StatusCode::OK);
    browser.control.set_profile(Profile::Extended);
    assert_eq!(
        browser.call(ME, &token).await.status,
        StatusCode::OK,
        "extended has no list"
    );
}

#[tokio::test]
async fn quirk_16_a_lapsed_owner_stops_every_token_with_plain_text() {
    let mut browser = Browser::new();
    browser.control.set_owner_premium_lapsed(true);
    let person = person_token(&mut browser, "ada", "").await;
    let own = app_token(&mut browser).await;
    for (path, token) in [(ME, &person), ("/spotify/v1/search?q=a&type=artist", &own)] {
        let answer = browser.call(path, token).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
        assert!(
            answer
                .body
                .starts_with("Active premium subscription required for the owner")
        );
    }
    browser.control.set_profile(Profile::Extended);
    assert_eq!(browser.call(ME, &person).await.status, StatusCode::OK);
}

#[tokio::test]
async fn quirk_17_both_kinds_of_429_come_without_cors() {
    let mut browser = Browser::new();
    let token = person_token(&mut browser, "ada", "").await;
    browser
        .control
        .fault(Fault::rate_limited("/spotify/v1", 7))
        .unwrap();
    browser
        .control
        .fault(Fault::quota_exhausted("/spotify/v1", 48_925))
        .unwrap();
    for (message, reason, retry_after) in [
        ("API rate limit exceeded", Value::Null, "7"),
        ("Too many requests", Value::from("QUOTA_EXCEEDED"), "48925"),
    ] {
        let answer = browser.call(ME, &token).await;
        assert_eq!(
            answer.nested_error(),
            (StatusCode::TOO_MANY_REQUESTS, message.into())
        );
        assert_eq!(answer.json()["error"]["reason"], reason);
        assert_eq!(answer.header("retry-after"), Some(retry_after));
        assert!(answer.header("access-control-allow-origin").is_none());
    }
    assert_eq!(browser.call(ME, &token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn quirk_18_answers_and_preflights_are_for_every_origin() {
    let mut browser = Browser::new();
    let token = person_token(&mut browser, "ada", "").await;
    let cors = "access-control-allow-origin";
    assert_eq!(browser.call(ME, &token).await.header(cors), Some("*"));
    assert_eq!(browser.get(ME).await.header(cors), Some("*"), "errors too");
    // A preflight must not use a fault up.
    browser
        .control
        .fault(Fault::status("/spotify/v1", 503))
        .unwrap();
    for path in [ME, "/spotify/v1/nothing", "/spotify/api/token"] {
        let headers = [
            ("origin", "http://127.0.0.1:3000"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "authorization"),
        ];
        let answer = browser.send(Method::OPTIONS, path, &headers, "").await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}");
        assert_eq!(answer.header(cors), Some("*"));
        let allowed = answer.header("access-control-allow-headers").unwrap();
        assert!(allowed.contains("Authorization"));
    }
    assert_eq!(
        browser.call(ME, &token).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert!(
        browser
            .get("/spotify/account/apps")
            .await
            .header(cors)
            .is_none()
    );
}

#[tokio::test]
async fn quirk_19_an_etag_that_is_known_answers_304() {
    let mut browser = Browser::new();
    let token = person_token(&mut browser, "ada", "").await;
    let answer = browser.call(ME, &token).await;
    let etag = answer.header("etag").unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}")] {
        let headers = [
            ("authorization", bearer.as_str()),
            ("if-none-match", known.as_str()),
        ];
        let answer = browser.get_with(ME, &headers).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::NOT_MODIFIED, "")
        );
        assert_eq!(answer.header("etag"), Some(etag.as_str()));
    }
    let headers = [
        ("authorization", bearer.as_str()),
        ("if-none-match", "\"other\""),
    ];
    assert_eq!(browser.get_with(ME, &headers).await.status, StatusCode::OK);
}

#[tokio::test]
async fn quirk_21_a_limit_over_the_most_is_refused() {
    let mut browser = Browser::new();
    let token = app_token(&mut browser).await;
    for (profile, limit, good) in [
        (Profile::Dev2026, "10", true),
        (Profile::Dev2026, "11", false),
        (Profile::Dev2026, "0", false),
        (Profile::Dev2026, "-1", false),
        (Profile::Dev2026, "x", false),
        (Profile::DevLegacy, "50", true),
        (Profile::Extended, "50", true),
        (Profile::Extended, "51", false),
    ] {
        browser.control.set_profile(profile);
        let path = format!("/spotify/v1/search?q=harbour&type=track&limit={limit}");
        let answer = browser.call(&path, &token).await;
        if good {
            assert_eq!(answer.json()["tracks"]["limit"].to_string(), limit);
        } else {
            assert_eq!(
                answer.nested_error(),
                (StatusCode::BAD_REQUEST, "Invalid limit".into())
            );
        }
    }
}

#[tokio::test]
async fn search_refuses_what_it_cannot_read() {
    let mut browser = Browser::new();
    let token = app_token(&mut browser).await;
    for (query, said) in [
        ("type=artist", "No search query"),
        ("q=%20&type=artist", "No search query"),
        ("q=a", "Missing parameter type"),
        ("q=a&type=artist,band", "Bad search type field band"),
        ("q=a&type=artist&offset=1001", "Invalid offset"),
        ("q=a&type=artist&market=sweden", "Invalid market code"),
    ] {
        let answer = browser
            .call(&format!("/spotify/v1/search?{query}"), &token)
            .await;
        assert_eq!(
            answer.nested_error(),
            (StatusCode::BAD_REQUEST, said.into()),
            "{query}"
        );
    }
    assert_eq!(
        browser
            .get("/spotify/v1/search?q=a&type=artist")
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn search_finds_each_type_and_pages_by_links_without_a_token() {
    let mut browser = Browser::new();
    let token = app_token(&mut browser).await;
    let path = "/spotify/v1/search?q=harbour&type=album,artist,playlist,track,show";
    let answer = browser.call(path, &token).await.json();
    assert_eq!(
        keys(&answer),
        ["albums", "artists", "playlists", "shows", "tracks"]
    );
    let mut page = answer["tracks"].clone();
    assert_eq!(page["limit"], 5);
    assert_eq!(page["previous"], Value::Null);
    let total = usize::try_from(page["total"].as_u64().unwrap()).unwrap();
    assert!(total > 5, "too few tracks to page");
    let mut seen = Vec::new();
    loop {
        for item in page["items"].as_array().unwrap() {
            seen.push(text(item, "id"));
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        let path = next
            .strip_prefix("http://localhost:4400")
            .expect("an absolute link");
        assert!(!path.contains(&token));
        page = browser.call(path, &token).await.json()["tracks"].clone();
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), total);
}

#[tokio::test]
async fn search_reads_words_in_any_script_and_field_filters() {
    let mut browser = Browser::new();
    let token = app_token(&mut browser).await;
    for (q, kind, name) in [
        ("marlow quill", "artist", "Marlow Quill"),
        ("MARL", "artist", "Marlow Quill"),
        ("灯台", "artist", "霧の灯台"),
        ("الملح", "artist", "قافلة الملح"),
        ("oxl", "artist", "Þrándur Öxl"),
        ("bold ampersands", "artist", "<b>Bold</b> & the Ampersands"),
    ] {
        let query = crate::browser::encode(&[("q", q), ("type", kind)]);
        let found = browser
            .call(&format!("/spotify/v1/search?{query}"), &token)
            .await
            .json();
        assert_eq!(found["artists"]["items"][0]["name"], name, "{q}");
    }
    let query =
        crate::browser::encode(&[("q", "artist:\"marlow quill\""), ("type", "album,track")]);
    let found = browser
        .call(&format!("/spotify/v1/search?{query}"), &token)
        .await
        .json();
    for item in found["albums"]["items"].as_array().unwrap() {
        assert_eq!(item["artists"][0]["name"], "Marlow Quill");
    }
    assert_eq!(found["albums"]["total"], 3);
    let query = crate::browser::encode(&[("q", "zzzz"), ("type", "album")]);
    let found = browser
        .call(&format!("/spotify/v1/search?{query}"), &token)
        .await
        .json();
    assert_eq!(
        (&found["albums"]["total"], &found["albums"]["next"]),
        (&Value::from(0), &Value::Null)
    );
}

#[tokio::test]
async fn quirk_25_playlists_found_hold_null_entries() {
    let mut browser = Browser::new();
    let token = app_token(&mut browser).await;
    let path = "/spotify/v1/search?q=songs&type=playlist&limit=10";
    let found = browser.call(path, &token).await.json();
    let items = found["playlists"]["items"].as_array().unwrap();
    assert!(items.iter().any(Value::is_null));
    assert!(items.iter().any(|item| !item.is_null()));
}

#[tokio::test]
async fn quirk_25_a_listener_may_have_no_name_and_no_picture() {
    let mut browser = Browser::new();
    let token = person_token(&mut browser, "newcomer", ALL).await;
    let me = browser.call(ME, &token).await.json();
    assert_eq!(me["display_name"], Value::Null);
    assert_eq!(me["images"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn quirk_26_profile_and_scopes_decide_the_fields() {
    let mut browser = Browser::new();
    let all = person_token(&mut browser, "ada", ALL).await;
    let none = person_token(&mut browser, "newcomer", "").await;
    let always = [
        "account_id",
        "display_name",
        "external_urls",
        "href",
        "id",
        "images",
        "type",
        "uri",
    ];
    for (profile, token, more) in [
        (Profile::Dev2026, &all, vec![]),
        (Profile::DevLegacy, &none, vec!["followers"]),
        (
            Profile::DevLegacy,
            &all,
            vec![
                "country",
                "email",
                "explicit_content",
                "followers",
                "product",
            ],
        ),
        (
            Profile::Extended,
            &all,
            vec![
                "country",
                "email",
                "explicit_content",
                "followers",
                "product",
            ],
        ),
    ] {
        browser.control.set_profile(profile);
        let me = browser.call(ME, token).await.json();
        let mut wanted = [&always[..], &more].concat();
        wanted.sort_unstable();
        assert_eq!(keys(&me), wanted, "{profile:?}");
    }
}

#[tokio::test]
async fn quirk_26_artists_lose_followers_and_popularity_in_dev_2026() {
    let mut browser = Browser::new();
    let token = app_token(&mut browser).await;
    let path = "/spotify/v1/search?q=marlow&type=artist";
    for (profile, there) in [(Profile::Dev2026, false), (Profile::Extended, true)] {
        browser.control.set_profile(profile);
        let found = browser.call(path, &token).await.json();
        let artist = &found["artists"]["items"][0];
        for field in ["followers", "popularity"] {
            assert_eq!(artist.get(field).is_some(), there, "{profile:?} {field}");
        }
    }
}

#[tokio::test]
async fn quirk_30_an_odd_user_id_is_encoded_in_addresses() {
    let mut browser = Browser::new();
    let token = person_token(&mut browser, "hanako", "").await;
    let me = browser.call(ME, &token).await.json();
    assert_eq!(me["id"], "hanako+yamada/北%2F1");
    let href = "http://localhost:4400/spotify/v1/users/hanako%2Byamada%2F%E5%8C%97%252F1";
    assert_eq!(me["href"], href);
}

#[tokio::test]
async fn pictures_are_drawn_where_the_answers_say() {
    let mut browser = Browser::new();
    let token = person_token(&mut browser, "ada", "").await;
    let me = browser.call(ME, &token).await.json();
    let own = app_token(&mut browser).await;
    let path = "/spotify/v1/search?q=a&type=artist,album,playlist";
    let found = browser.call(path, &own).await.json();
    let mut urls = vec![
        me["images"][0]["url"].clone(),
        me["images"][1]["url"].clone(),
    ];
    for kind in ["artists", "albums", "playlists"] {
        for item in found[kind]["items"].as_array().unwrap() {
            let images = item["images"].as_array().cloned().unwrap_or_default();
            urls.extend(images.into_iter().map(|image| image["url"].clone()));
        }
    }
    assert!(urls.len() > 10);
    for url in urls {
        let path = url
            .as_str()
            .unwrap()
            .strip_prefix("http://localhost:4400")
            .unwrap();
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), Some("image/svg+xml"));
        assert!(answer.body.starts_with("<svg "));
    }
    for path in ["users/ada/65.svg", "users/ada/64.png", "cats/x/64.svg"] {
        let answer = browser.get(&format!("/spotify/images/{path}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}
