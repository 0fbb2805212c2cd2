use spotify::Refusal;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn read(status: u16, body: &str) -> Refusal {
    Refusal::read(status, None, body.as_bytes())
}

#[test]
fn status_alone_is_enough() {
    for (status, refusal) in [
        (400, Refusal::BadRequest),
        (401, Refusal::TokenExpired),
        (403, Refusal::Forbidden),
        (404, Refusal::NotFound),
        (405, Refusal::BadRequest),
        (413, Refusal::BadRequest),
        (
            429,
            Refusal::RateLimited {
                retry_after_s: None,
            },
        ),
        (500, Refusal::Unavailable),
        (502, Refusal::Unavailable),
        (503, Refusal::Unavailable),
        (504, Refusal::Unavailable),
        (0, Refusal::Nonsense),
        (101, Refusal::Nonsense),
        (301, Refusal::Nonsense),
        (304, Refusal::Nonsense),
        (600, Refusal::Nonsense),
    ] {
        for body in [
            "",
            "<h1>Oh</h1>",
            "null",
            "[]",
            "{}",
            r#"{"error":null}"#,
            r#"{"error":7}"#,
        ] {
            assert_eq!(read(status, body), refusal, "{status} {body}");
        }
        assert_eq!(
            Refusal::read(status, None, b"\xff\xfe"),
            refusal,
            "{status}"
        );
    }
}

#[test]
fn person_who_is_not_allow_listed_is_told_apart_in_every_wording() {
    for text in [
        "User not registered in the Developer Dashboard",
        "Check settings on developer.spotify.com/dashboard, the user may not be registered.",
        "The user is not registered for this application. Please check your settings on \
         https://developer.spotify.com/dashboard.",
    ] {
        assert_eq!(read(403, text), Refusal::NotAllowListed, "{text}");
        let nested = format!(r#"{{"error":{{"status":403,"message":"{text}"}}}}"#);
        assert_eq!(read(403, &nested), Refusal::NotAllowListed, "{text}");
    }
}

#[test]
fn lapsed_premium_of_the_owner_is_told_apart() {
    let text = "Active premium subscription required for the owner of the app. When the \
                subscription status changes, it can take a few hours before requests are allowed \
                again.";
    assert_eq!(read(403, text), Refusal::OwnerPremiumRequired);
    let nested = format!(r#"{{"error":{{"status":403,"message":"{text}"}}}}"#);
    assert_eq!(read(403, &nested), Refusal::OwnerPremiumRequired);
    // The listener's own subscription is another matter.
    let player = r#"{"error":{"status":403,"message":"Player command failed: Premium required",
                     "reason":"PREMIUM_REQUIRED"}}"#;
    assert_eq!(read(403, player), Refusal::Forbidden);
}

#[test]
fn missing_scope_is_told_apart_in_both_shapes() {
    for body in [
        r#"{"error":{"status":403,"message":"Insufficient client scope"}}"#,
        r#"{"error":"insufficient_scope","error_description":"x"}"#,
        r#"{"error":"x","error_description":"Insufficient client scope"}"#,
    ] {
        assert_eq!(read(403, body), Refusal::InsufficientScope, "{body}");
    }
}

#[test]
fn other_forbidden_stays_forbidden() {
    for message in [
        "Forbidden",
        "Spotify is unavailable in this country",
        "Ask the owner of the app",
        "You cannot add tracks to a playlist you don't own.",
        "",
    ] {
        let body = format!(r#"{{"error":{{"status":403,"message":"{message}"}}}}"#);
        assert_eq!(read(403, &body), Refusal::Forbidden, "{message}");
    }
}

#[test]
fn quota_and_rate_are_told_apart() {
    let quota =
        br#"{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}"#;
    assert_eq!(
        Refusal::read(429, Some("48925"), quota),
        Refusal::QuotaExhausted {
            retry_after_s: Some(48_925)
        }
    );
    let rate = br#"{"error":{"status":429,"message":"API rate limit exceeded"}}"#;
    for body in [&rate[..], b"Too many requests", b""] {
        assert_eq!(
            Refusal::read(429, Some(" 7 "), body),
            Refusal::RateLimited {
                retry_after_s: Some(7)
            }
        );
    }
}

#[test]
fn odd_retry_after_is_absent() {
    for header in [
        "",
        "-1",
        "1.5",
        "soon",
        "Wed, 21 Oct 2026 07:28:00 GMT",
        "99999999999999999999",
    ] {
        assert_eq!(
            Refusal::read(429, Some(header), b"").retry_after_s(),
            None,
            "{header}"
        );
    }
    assert_eq!(Refusal::read(503, Some("7"), b"").retry_after_s(), None);
}

#[test]
fn text_of_another_status_does_not_count() {
    assert_eq!(read(404, "User not registered"), Refusal::NotFound);
    assert_eq!(
        read(401, "Insufficient client scope"),
        Refusal::TokenExpired
    );
}

#[test]
fn end_of_a_huge_error_is_not_read() {
    let text = format!("{}User not registered", " ".repeat(1 << 20));
    assert_eq!(read(403, &text), Refusal::Forbidden);
}

#[test]
fn every_refusal_has_its_code() {
    for (refusal, code) in [
        (Refusal::NotAllowListed, "not_allow_listed"),
        (Refusal::OwnerPremiumRequired, "owner_premium_required"),
        (Refusal::InsufficientScope, "permission_needed"),
        (
            Refusal::RateLimited {
                retry_after_s: None,
            },
            "rate_limited",
        ),
        (
            Refusal::QuotaExhausted {
                retry_after_s: None,
            },
            "quota_exhausted",
        ),
        (Refusal::TokenExpired, "reauthorize"),
        (Refusal::NotFound, "not_found"),
        (Refusal::Forbidden, "forbidden"),
        (Refusal::BadRequest, "bad_request"),
        (Refusal::Unavailable, "provider_unavailable"),
        (Refusal::Nonsense, "provider_error"),
    ] {
        assert_eq!(refusal.code(), code);
    }
}
