use oauth::tokens::{
    AccessToken, AuthorizationCode, IdTokenText, RefreshToken, SecretError, TokenAnswer, TokenSet,
};
use proptest::prelude::{any, prop, prop_assert_eq, proptest};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::NOW;

fn access(text: &str) -> AccessToken {
    AccessToken::new(text.to_owned()).expect("an access token")
}

fn refresh(text: &str) -> RefreshToken {
    RefreshToken::new(text.to_owned()).expect("a refresh token")
}

fn id_token(text: &str) -> IdTokenText {
    IdTokenText::new(text.to_owned()).expect("an ID token")
}

fn scopes(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn answer() -> TokenAnswer {
    TokenAnswer {
        access_token: access("BQ-first"),
        refresh_token: Some(refresh("AQ-first")),
        scopes: Some(scopes("user-top-read user-read-private")),
        expires_in_s: Some(3600),
        id_token: None,
    }
}

fn granted() -> TokenSet {
    TokenSet::granted(answer(), &[], NOW)
}

#[test]
fn token_that_could_not_stand_in_a_header_is_refused() {
    for odd in [
        "a b",
        "a\r\nb",
        "a\n",
        "\ta",
        "a\0b",
        "ä",
        "a\u{7f}",
        "a\u{200b}",
    ] {
        let odd = || odd.to_owned();
        assert_eq!(AccessToken::new(odd()).unwrap_err(), SecretError::Character);
        assert_eq!(
            RefreshToken::new(odd()).unwrap_err(),
            SecretError::Character
        );
        assert_eq!(
            AuthorizationCode::new(odd()).unwrap_err(),
            SecretError::Character
        );
    }
}

#[test]
fn empty_token_is_refused() {
    assert_eq!(
        AccessToken::new(String::new()).unwrap_err(),
        SecretError::Empty
    );
    assert_eq!(
        RefreshToken::new(String::new()).unwrap_err(),
        SecretError::Empty
    );
}

#[test]
fn token_of_a_megabyte_is_refused() {
    assert!(AccessToken::new("a".repeat(16 * 1024)).is_ok());
    assert_eq!(
        AccessToken::new("a".repeat(16 * 1024 + 1)).unwrap_err(),
        SecretError::TooLong
    );
    assert_eq!(
        RefreshToken::new("a".repeat(1 << 20)).unwrap_err(),
        SecretError::TooLong
    );
}

#[test]
fn debug_shows_no_token() {
    let code = AuthorizationCode::new("AQ-code".to_owned()).unwrap();
    let shown = format!("{:?} {:?} {code:?}", granted(), answer());
    assert!(!shown.contains("BQ-") && !shown.contains("AQ-"), "{shown}");
    assert!(shown.contains("AccessToken([redacted])"), "{shown}");
}

#[test]
fn first_answer_without_scope_granted_what_was_requested() {
    let requested = scopes("user-top-read");
    let absent = TokenAnswer {
        scopes: None,
        ..answer()
    };
    assert_eq!(TokenSet::granted(absent, &requested, NOW).scopes, requested);
    let smaller = TokenAnswer {
        scopes: Some(Vec::new()),
        ..answer()
    };
    assert_eq!(
        TokenSet::granted(smaller, &requested, NOW).scopes,
        Vec::<String>::new()
    );
    assert_eq!(TokenSet::granted(answer(), &requested, NOW).scopes.len(), 2);
}

#[test]
fn life_is_clamped_and_short_where_it_is_unknown() {
    for (said, life) in [
        (None, 300),
        (Some(0), 0),
        (Some(-1), 0),
        (Some(i64::MIN), 0),
        (Some(3600), 3600),
        (Some(86_400), 86_400),
        (Some(1_000_000_000_000), 86_400),
        (Some(i64::MAX), 86_400),
    ] {
        let tokens = TokenSet::granted(
            TokenAnswer {
                expires_in_s: said,
                ..answer()
            },
            &[],
            NOW,
        );
        assert_eq!(
            (tokens.access_life_s, tokens.access_expires_at),
            (life, NOW + life),
            "{said:?}"
        );
    }
    // The end of time does not wrap.
    assert_eq!(
        TokenSet::granted(answer(), &[], i64::MAX).access_expires_at,
        i64::MAX
    );
}

#[test]
fn absent_refresh_token_keeps_the_old_one() {
    let absent = TokenAnswer {
        refresh_token: None,
        ..answer()
    };
    let renewed = granted().refreshed(absent, NOW + 100);
    assert_eq!(renewed.refresh_token.unwrap().secret(), "AQ-first");
}

#[test]
fn present_refresh_token_replaces_the_old_one() {
    let rotated = TokenAnswer {
        refresh_token: Some(refresh("AQ-second")),
        ..answer()
    };
    let renewed = granted().refreshed(rotated, NOW + 100);
    assert_eq!(renewed.refresh_token.unwrap().secret(), "AQ-second");
}

#[test]
fn absent_scope_keeps_the_old_one_and_a_present_one_replaces_it() {
    let before = granted();
    for (said, after) in [
        (None, "user-top-read user-read-private"),
        (Some("user-top-read"), "user-top-read"),
        (
            Some("user-top-read user-follow-read a"),
            "user-top-read user-follow-read a",
        ),
        (Some(""), ""),
    ] {
        let answer = TokenAnswer {
            scopes: said.map(scopes),
            ..answer()
        };
        assert_eq!(
            before.refreshed(answer, NOW).scopes,
            scopes(after),
            "{said:?}"
        );
    }
}

#[test]
fn refresh_renews_the_access_token_and_not_the_consent() {
    let later = NOW + 3000;
    let answer = TokenAnswer {
        access_token: access("BQ-second"),
        expires_in_s: Some(60),
        ..answer()
    };
    let renewed = granted().refreshed(answer.clone(), later);
    assert_eq!(renewed.access_token.secret(), "BQ-second");
    assert_eq!(
        (renewed.access_life_s, renewed.access_expires_at),
        (60, later + 60)
    );
    assert_eq!(renewed.granted_at, NOW);
    assert_eq!(renewed.generation, 1);
    assert_eq!(renewed.refreshed(answer, later).generation, 2);
}

#[test]
fn due_under_thirty_seconds_before_the_end() {
    let tokens = granted();
    for (left, due) in [
        (3600, false),
        (31, false),
        (30, false),
        (29, true),
        (0, true),
        (-1, true),
    ] {
        assert_eq!(tokens.due(NOW + 3600 - left), due, "{left}");
    }
}

#[test]
fn due_begins_when_it_says() {
    for life in [0, 1, 59, 60, 3600] {
        let answer = TokenAnswer {
            expires_in_s: Some(life),
            ..answer()
        };
        let tokens = TokenSet::granted(answer, &[], NOW);
        assert!(
            tokens.due(tokens.due_at()) && !tokens.due(tokens.due_at() - 1),
            "{life}"
        );
    }
}

#[test]
fn the_nonce_survives_the_seal() {
    let tokens = TokenSet {
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        ..granted()
    };
    let opened = TokenSet::from_sealed_json(&tokens.to_sealed_json()).expect("sealed by us");
    assert_eq!(opened.nonce, tokens.nonce);
}

#[test]
fn short_token_is_due_only_once_it_is_over() {
    for life in [0, 1, 29, 30, 59] {
        let answer = TokenAnswer {
            expires_in_s: Some(life),
            ..answer()
        };
        let tokens = TokenSet::granted(answer, &[], NOW);
        assert!(!tokens.due(NOW + life - 1), "{life}");
        assert!(tokens.due(NOW + life), "{life}");
    }
    let answer = TokenAnswer {
        expires_in_s: Some(60),
        ..answer()
    };
    assert!(TokenSet::granted(answer, &[], NOW).due(NOW + 31));
}

#[test]
fn due_at_the_ends_of_time_does_not_overflow() {
    let tokens = granted();
    assert!(tokens.due(i64::MAX));
    assert!(!tokens.due(i64::MIN));
}

#[test]
fn scope_is_held_since_it_was_first_granted() {
    let first = granted();
    assert_eq!(first.since("user-top-read"), NOW);
    // A refresh brings one more, and another is lost.
    let widened = TokenAnswer {
        scopes: Some(scopes("user-top-read user-library-read")),
        ..answer()
    };
    let refreshed = first.refreshed(widened, NOW + 10);
    assert_eq!(refreshed.since("user-top-read"), NOW);
    assert_eq!(refreshed.since("user-library-read"), NOW + 10);
    // A later consent: what was lost meanwhile is new, what was held is not.
    let consent = TokenAnswer {
        scopes: Some(scopes(
            "user-top-read user-library-read user-read-private user-follow-read",
        )),
        ..answer()
    };
    let later = TokenSet::granted(consent, &[], NOW + 20).following_on(&refreshed);
    assert_eq!(later.granted_at, NOW + 20);
    assert_eq!(later.since("user-top-read"), NOW);
    assert_eq!(later.since("user-library-read"), NOW + 10);
    assert_eq!(later.since("user-read-private"), NOW + 20);
    assert_eq!(later.since("user-follow-read"), NOW + 20);
    let bytes = later.to_sealed_json();
    assert_eq!(
        TokenSet::from_sealed_json(&bytes).unwrap().since,
        later.since
    );
}

#[test]
fn tokens_survive_the_sealed_form() {
    for before in [
        granted(),
        TokenSet {
            refresh_token: None,
            scopes: Vec::new(),
            generation: u64::MAX,
            ..granted()
        },
        TokenSet {
            access_token: access(r#"a"b\c"#),
            granted_at: i64::MIN,
            ..granted()
        },
    ] {
        let bytes = before.to_sealed_json();
        let after = TokenSet::from_sealed_json(&bytes).unwrap();
        assert_eq!(*after.to_sealed_json(), *bytes);
        assert_eq!(after.access_token.secret(), before.access_token.secret());
        assert_eq!(
            after.refresh_token.as_ref().map(RefreshToken::secret),
            before.refresh_token.as_ref().map(RefreshToken::secret)
        );
        assert_eq!(after.scopes, before.scopes);
        assert_eq!(
            (
                after.access_expires_at,
                after.access_life_s,
                after.granted_at,
                after.generation
            ),
            (
                before.access_expires_at,
                before.access_life_s,
                before.granted_at,
                before.generation
            )
        );
    }
}

#[test]
fn other_bytes_are_refused_as_sealed_tokens() {
    let good = String::from_utf8(granted().to_sealed_json().to_vec()).unwrap();
    assert!(
        good.starts_with(r#"{"v":1,"a":"BQ-first","r":"AQ-first""#),
        "{good}"
    );
    for bad in [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        format!("{good}x"),
        good.replace(r#""v":1"#, r#""v":2"#),
        good.replace(r#""v":1,"#, ""),
        good.replace("BQ-first", ""),
        good.replace("BQ-first", r"BQ\r\n"),
        good.replace("AQ-first", "AQ first"),
        good.replace(r#""n":0"#, r#""n":-1"#),
        good.replace(r#""n":0"#, r#""n":0,"x":0"#),
    ] {
        assert_ne!(bad, good);
        assert!(TokenSet::from_sealed_json(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn set_remembers_whose_it_is() {
    let answer = TokenAnswer {
        id_token: Some(id_token("not.checked.yet")),
        ..answer()
    };
    let fresh = TokenSet::granted(answer.clone(), &[], NOW);
    assert!(fresh.subject.is_none() && fresh.id_token.is_none());
    let known = TokenSet {
        subject: Some("s-1".to_owned()),
        id_token: Some(id_token("a.b.c")),
        ..fresh
    };
    let renewed = known.refreshed(answer, NOW);
    let sealed = TokenSet::from_sealed_json(&renewed.to_sealed_json()).unwrap();
    for set in [renewed, sealed] {
        assert_eq!(set.subject.as_deref(), Some("s-1"));
        assert_eq!(set.id_token.unwrap().secret(), "a.b.c");
    }
}

/// What was sealed before there were subjects is still good.
#[test]
fn sealed_set_without_a_subject_is_read() {
    let old = br#"{"v":1,"a":"BQ","r":"AQ","s":["a"],"e":1,"l":2,"g":3,"n":4}"#;
    let set = TokenSet::from_sealed_json(old).unwrap();
    assert!(set.subject.is_none() && set.id_token.is_none());
    // And it is not made longer.
    assert_eq!(*set.to_sealed_json(), old.to_vec());
}

#[test]
fn malformed_id_token_is_refused_in_the_sealed_form() {
    let old = br#"{"v":1,"a":"BQ","s":[],"e":1,"l":2,"g":3,"n":4,"i":"a b"}"#;
    assert!(TokenSet::from_sealed_json(old).is_err());
}

#[test]
fn debug_shows_no_id_token() {
    let shown = format!("{:?}", id_token("a.b.c"));
    assert_eq!(shown, "IdTokenText([redacted])");
}

proptest! {
    #![proptest_config(crate::property())]

    #[test]
    fn sealed_form_never_reallocates(
        token in "[!-~]{1,64}",
        scopes in prop::collection::vec("[!-~]{1,16}", 0..8),
        times in any::<[i64; 3]>(),
        subject in any::<String>(),
    ) {
        let scopes_since = scopes.iter().map(|scope| (scope.clone(), times[2])).collect();
        let tokens = TokenSet {
            access_token: access(&token),
            refresh_token: Some(refresh(&token)),
            scopes: scopes.clone(),
            access_expires_at: times[0],
            access_life_s: times[1],
            granted_at: times[2],
            since: scopes_since,
            generation: u64::MAX,
            subject: Some(subject.clone()),
            id_token: Some(id_token(&token)),
            nonce: None,
        };
        let bytes = tokens.to_sealed_json();
        let worst = token.len() * 6 + subject.len() * 6 + tokens.scopes.iter().map(|s| s.len() * 2 + 3).sum::<usize>()
            + tokens.since.keys().map(|s| s.len() * 2 + 24).sum::<usize>() + 192;
        prop_assert_eq!(bytes.capacity(), worst);
        prop_assert_eq!(TokenSet::from_sealed_json(&bytes).unwrap().scopes, tokens.scopes);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in any::<Vec<u8>>()) {
        let _ = TokenSet::from_sealed_json(&bytes);
    }
}
