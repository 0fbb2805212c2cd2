//! Limits that count: how often an app may call in thirty seconds, and a developer in a day.

use std::collections::{BTreeMap, VecDeque};

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fault::begins;
use crate::web_api::bearer;
use crate::world::World;

/// The rolling window of the rate, in milliseconds.
const RATE_MS: i64 = 30_000;
/// The rolling window of a quota, in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// The most calls that a limit may allow.
const MOST: u32 = 100_000;

/// The groups of endpoints that have a quota each.
const BUCKETS: [&str; 17] = [
    "albums",
    "artist-albums",
    "artists",
    "browse",
    "following",
    "library",
    "my-playlists",
    "other",
    "player",
    "playlist-images",
    "playlist-items",
    "playlists",
    "profile",
    "saved",
    "search",
    "top",
    "tracks",
];

/// How often the Web API may be called; at first as often as one likes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How often one app may call in any thirty seconds.
    pub rate_per_30s: Option<u32>,
    /// How often all apps together may call in any 24 hours, by group of endpoints. There is one
    /// developer account here, which has all apps.
    pub quota: BTreeMap<String, u32>,
}

impl Limits {
    /// What is wrong with them, as a sentence.
    pub(crate) fn mistake(&self) -> Option<String> {
        let counts = self.quota.values().chain(&self.rate_per_30s);
        if counts.into_iter().any(|count| *count > MOST) {
            return Some(format!("a limit must be at most {MOST}"));
        }
        if self.rate_per_30s == Some(0) {
            return Some("`rate_per_30s` must be at least 1".to_owned());
        }
        let unknown = self
            .quota
            .keys()
            .find(|name| !BUCKETS.contains(&name.as_str()));
        unknown.map(|name| {
            let known = BUCKETS.join(", ");
            format!("there is no `quota` of {name}; there are {known}")
        })
    }
}

/// The calls that were let through, in unix milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    of_app: BTreeMap<String, VecDeque<i64>>,
    of_bucket: BTreeMap<&'static str, VecDeque<i64>>,
}

/// Why a call was not let through, and for how many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exceeded {
    Rate(i64),
    Quota(i64),
}

impl Calls {
    /// Counts a call, unless it is one too many.
    fn admit(
        &mut self,
        limits: &Limits,
        client_id: &str,
        bucket: &'static str,
        now_ms: i64,
    ) -> Result<(), Exceeded> {
        let quota = limits.quota.get(bucket);
        let in_day = self.of_bucket.entry(bucket).or_default();
        if let Some(wait) = quota.and_then(|most| wait(in_day, *most, DAY_MS, now_ms)) {
            return Err(Exceeded::Quota(wait));
        }
        let in_window = self.of_app.entry(client_id.to_owned()).or_default();
        let rate = limits.rate_per_30s;
        if let Some(wait) = rate.and_then(|most| wait(in_window, most, RATE_MS, now_ms)) {
            return Err(Exceeded::Rate(wait));
        }
        if quota.is_some() {
            in_day.push_back(now_ms);
        }
        if rate.is_some() {
            in_window.push_back(now_ms);
        }
        Ok(())
    }
}

/// After how many seconds there is room for a call; `None` when there is room now.
fn wait(calls: &mut VecDeque<i64>, most: u32, window_ms: i64, now_ms: i64) -> Option<i64> {
    // A clock that was set back leaves calls of the future behind.
    calls.retain(|at| (now_ms - window_ms..=now_ms).contains(at) && *at != now_ms - window_ms);
    if calls.len() < usize::try_from(most).unwrap_or(usize::MAX) {
        return None;
    }
    let oldest = calls.front().copied().unwrap_or(now_ms);
    let left = oldest + window_ms - now_ms;
    Some((left + 999).div_euclid(1000).max(1))
}

/// The layer: counts the calls of the Web API that have a token, and answers 429 to what is too
/// much. Such an answer counts for nothing.
pub(crate) async fn hold(State(world): State<World>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let Some(rest) = path
        .strip_prefix("/spotify/v1/")
        .filter(|_| begins(path, "/spotify/v1"))
    else {
        return next.run(request).await;
    };
    let bucket = bucket(rest);
    let admitted = world.with(|data| {
        let Some(held) = bearer::held(data, request.headers()) else {
            return Ok(());
        };
        let (client_id, now_ms) = (held.client_id.clone(), data.clock.now_ms());
        let limits = &data.switches.limits;
        data.calls.admit(limits, &client_id, bucket, now_ms)
    });
    match admitted {
        Ok(()) => next.run(request).await,
        Err(Exceeded::Rate(wait)) => refusal(
            wait,
            &json!({ "error": { "status": 429, "message": "API rate limit exceeded" } }),
        ),
        Err(Exceeded::Quota(wait)) => refusal(
            wait,
            &json!({ "error": {
                "status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED",
            }}),
        ),
    }
}

fn refusal(wait: i64, body: &serde_json::Value) -> Response {
    let headers = [(header::RETRY_AFTER, wait.to_string())];
    (StatusCode::TOO_MANY_REQUESTS, headers, Json(body)).into_response()
}

/// The group of endpoints of a path below `/spotify/v1/`. The provider does not say which there
/// are.
fn bucket(path: &str) -> &'static str {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["search"] => "search",
        ["artists", _, "albums"] => "artist-albums",
        ["artists", ..] => "artists",
        ["albums", ..] => "albums",
        ["tracks", ..] => "tracks",
        ["playlists", _, "items" | "tracks"] => "playlist-items",
        ["playlists", _, "images"] => "playlist-images",
        ["playlists", ..] => "playlists",
        ["browse", ..] => "browse",
        ["me"] => "profile",
        ["me", "top", ..] => "top",
        ["me", "following", ..] => "following",
        ["me", "library", ..] => "library",
        ["me", "albums" | "tracks", ..] => "saved",
        ["me", "playlists"] => "my-playlists",
        ["me", "player", ..] => "player",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Calls, Exceeded, Limits, bucket};

    #[test]
    fn every_bucket_is_one_that_can_be_named() {
        for path in [
            "search",
            "artists/x",
            "artists/x/albums",
            "albums/x",
            "tracks/x",
            "playlists/x/items",
            "playlists/x/images",
            "playlists/x",
            "browse/new-releases",
            "me",
            "me/top/artists",
            "me/following",
            "me/library",
            "me/tracks",
            "me/playlists",
            "me/player/recently-played",
            "markets",
        ] {
            assert!(BUCKETS.contains(&bucket(path)), "{path}");
        }
    }

    #[test]
    fn a_window_rolls_and_a_refusal_counts_for_nothing() {
        let limits = Limits {
            rate_per_30s: Some(2),
            ..Limits::default()
        };
        let mut calls = Calls::default();
        let mut at = |now_ms| calls.admit(&limits, "app", "search", now_ms);
        assert_eq!((at(0), at(10_000)), (Ok(()), Ok(())));
        assert_eq!(at(10_500), Err(Exceeded::Rate(20)));
        assert_eq!(at(29_999), Err(Exceeded::Rate(1)));
        assert_eq!(at(30_000), Ok(()));
        assert_eq!(at(30_001), Err(Exceeded::Rate(10)));
        assert_eq!(at(-5), Ok(()), "the clock was set back");
    }
}
