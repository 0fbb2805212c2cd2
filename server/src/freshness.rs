//! How long an answer of a provider may be kept.

use axum::http::{HeaderMap, header};

/// How long an answer may be kept, in seconds: `max-age` of its `Cache-Control` (RFC 9111 §5.2.2.1)
/// less its `Age`, within bounds of ours; `usual` where it says nothing that can be read.
pub fn life_s(headers: &HeaderMap, floor: i64, usual: i64, cap: i64) -> i64 {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(control) = text(header::CACHE_CONTROL) else {
        return usual.clamp(floor, cap);
    };
    let directives = || {
        control
            .split(',')
            .map(|one| one.trim().to_ascii_lowercase())
    };
    if directives().any(|one| matches!(one.as_str(), "no-store" | "no-cache")) {
        return floor;
    }
    let max_age = directives().find_map(|one| {
        let digits = one.strip_prefix("max-age=")?.trim_matches('"').to_owned();
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // More than fits is very long.
        all_digits.then(|| digits.parse::<i64>().unwrap_or(i64::MAX))
    });
    let age = text(header::AGE)
        .and_then(|age| age.parse::<i64>().ok())
        .unwrap_or(0)
        .max(0);
    max_age
        .map_or(usual, |max_age| max_age.saturating_sub(age))
        .clamp(floor, cap)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn kept(control: &'static str, age: Option<&'static str>) -> i64 {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
        if let Some(age) = age {
            headers.insert(header::AGE, HeaderValue::from_static(age));
        }
        life_s(&headers, 60, 3600, 86_400)
    }

    #[test]
    fn odd_cache_headers_stay_within_bounds() {
        assert_eq!(kept("no-store", None), 60);
        assert_eq!(kept("public, max-age=0", None), 60);
        assert_eq!(kept("max-age=1000000000000000000000", None), 86_400);
        assert_eq!(kept("max-age=-5", None), 3600);
        assert_eq!(kept("public, max-age=24873, must-revalidate", None), 24_873);
        assert_eq!(kept("max-age=1000", Some("400")), 600);
        assert_eq!(kept("max-age=1000", Some("-400")), 1000);
        assert_eq!(life_s(&HeaderMap::new(), 60, 3600, 86_400), 3600);
    }
}
