//! Quirks 23 and 37: what was played last.

use std::collections::HashSet;

use axum::http::Method;
use serde_json::{Value, json};

use crate::browser::text;
use crate::caller::{BASE, Caller};

const SCOPE: &str = "user-read-recently-played";
const PLAYED: &str = "/spotify/v1/me/player/recently-played";
const DAY_S: i64 = 86_400;

fn times(items: &[Value]) -> Vec<String> {
    let times = items.iter().map(|one| one["played_at"].as_str());
    times.map(|time| time.expect("a time").to_owned()).collect()
}

async fn page(caller: &mut Caller, query: &str) -> (Vec<Value>, Value) {
    let page = caller.get(&format!("{PLAYED}?{query}")).await;
    (page["items"].as_array().expect("items").clone(), page)
}

/// Time goes on while these run, and a play may come between two calls: what is said of two answers
/// must hold all the same.
#[tokio::test]
async fn quirk_37_the_last_fifty_are_reachable_and_no_more() {
    let mut ada = Caller::new("ada", SCOPE).await;
    let (items, whole) = page(&mut ada, "limit=50").await;
    let before = times(&items);
    let paged = times(&ada.all(&format!("{PLAYED}?limit=7")).await);
    let after = times(&page(&mut ada, "limit=50").await.0);
    for list in [&before, &paged, &after] {
        let newest_first = list.is_sorted_by(|newer, older| newer > older);
        assert!(newest_first, "{list:?}");
    }
    assert_eq!((before.len(), after.len()), (50, 50));
    let always = before.iter().filter(|time| after.contains(time));
    assert!(always.clone().count() > 40);
    assert!(always.clone().all(|time| paged.contains(time)));
    assert!(
        before
            .iter()
            .all(|time| time.len() == 24 && time.ends_with('Z'))
    );
    assert_eq!(whole["next"], Value::Null);
    assert!(whole.get("total").is_none() && whole.get("offset").is_none());
    let oldest = whole["cursors"]["before"].as_str().expect("a text");
    let (items, rest) = page(&mut ada, &format!("before={oldest}")).await;
    let nothing = (0, &Value::Null, &Value::Null);
    assert_eq!((items.len(), &rest["cursors"], &rest["next"]), nothing);
}

#[tokio::test]
async fn quirk_37_plays_are_added_as_time_goes_by() {
    let mut ada = Caller::new("ada", SCOPE).await;
    ada.browser.control.set_token_life(30 * DAY_S).unwrap();
    let tokens = ada.browser.tokens_for("ada", SCOPE).await;
    ada.token = text(&tokens, "access_token");
    let (first, whole) = page(&mut ada, "limit=50").await;
    let newest = whole["cursors"]["after"]
        .as_str()
        .expect("a cursor")
        .to_owned();
    let first = times(&first);
    let mut later = first.clone();
    for hours in 1..200 {
        ada.browser.control.set_clock_offset(hours * 3600).unwrap();
        later = times(&page(&mut ada, "limit=50").await.0);
        if later != first {
            break;
        }
    }
    assert_eq!(later.len(), 50);
    let (old, new): (Vec<_>, Vec<_>) = later.iter().partition(|time| first.contains(time));
    assert!(!old.is_empty() && !new.is_empty(), "some are new, not all");
    // All since a cursor, page by page.
    let since = ada.all(&format!("{PLAYED}?limit=3&after={newest}")).await;
    let since = times(&since);
    assert!(new.iter().all(|time| since.contains(time)));
    assert!(since.iter().all(|time| !first.contains(time)));
    ada.browser.control.set_clock_offset(14 * DAY_S).unwrap();
    let fortnight = times(&page(&mut ada, "limit=50").await.0);
    assert!(fortnight.iter().all(|time| !first.contains(time)));
}

#[tokio::test]
async fn quirk_23_cursors_are_milliseconds_as_text_and_leave_out_their_own_play() {
    let mut ada = Caller::new("ada", SCOPE).await;
    let (items, whole) = page(&mut ada, "limit=10").await;
    let cursors = &whole["cursors"];
    let (after, before) = (cursors["after"].as_str(), cursors["before"].as_str());
    let (after, before) = (after.expect("a text"), before.expect("a text"));
    assert!(after.parse::<i64>().unwrap() > before.parse::<i64>().unwrap());
    let next = format!("{BASE}{PLAYED}?before={before}&limit=10");
    assert_eq!(whole["next"], next);
    let (older, _) = page(&mut ada, &format!("limit=10&before={before}")).await;
    assert!(times(&older)[0] < times(&items)[9]);
    let (newer, _) = page(&mut ada, &format!("limit=9&after={before}")).await;
    assert_eq!(times(&newer), times(&items)[..9]);
}

#[tokio::test]
async fn quirk_25_a_context_is_sometimes_null_and_else_leads_somewhere() {
    let mut ada = Caller::new("ada", &format!("{SCOPE} playlist-read-private")).await;
    ada.browser.control.set_token_life(30 * DAY_S).unwrap();
    ada.token = text(
        &ada.browser
            .tokens_for("ada", &format!("{SCOPE} playlist-read-private"))
            .await,
        "access_token",
    );
    let mut kinds = HashSet::new();
    for days in 0..10 {
        ada.browser.control.set_clock_offset(days * DAY_S).unwrap();
        for one in page(&mut ada, "limit=50").await.0 {
            assert!(one["track"]["album"]["id"].is_string());
            let context = &one["context"];
            let kind = context["type"].as_str().unwrap_or("null").to_owned();
            if kinds.insert(kind) && !context.is_null() {
                let href = context["href"].as_str().expect("a link");
                ada.get(href.strip_prefix(BASE).expect("absolute")).await;
            }
        }
    }
    for kind in ["null", "album", "artist", "playlist"] {
        assert!(kinds.contains(kind), "{kind}");
    }
}

#[tokio::test]
async fn quirk_23_a_new_listener_has_no_plays_and_no_cursors() {
    let mut newcomer = Caller::new("newcomer", SCOPE).await;
    let page = newcomer.get(PLAYED).await;
    let wanted = json!({
        "href": format!("{BASE}{PLAYED}"), "items": [], "limit": 20, "next": null, "cursors": null,
    });
    assert_eq!(page, wanted);
}

#[tokio::test]
async fn quirk_21_recently_played_refuses_what_it_cannot_read() {
    let mut ada = Caller::new("ada", SCOPE).await;
    for (query, said) in [
        ("limit=51", "Invalid limit"),
        ("limit=0", "Invalid limit"),
        ("before=yesterday", "Invalid before"),
        ("after=1.5", "Invalid after"),
        (
            "before=1&after=1",
            "Only one of before and after may be given",
        ),
    ] {
        ada.refused(Method::GET, &format!("{PLAYED}?{query}"), 400, said)
            .await;
    }
    let mut without = Caller::new("ada", "user-top-read").await;
    without
        .refused(Method::GET, PLAYED, 403, "Insufficient client scope")
        .await;
}
