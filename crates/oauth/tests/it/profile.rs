use oauth::profile::Profile;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::signed::any_claims;

fn profile(claims: &Value) -> Profile {
    Profile::from_claims(claims.as_object().expect("an object"))
}

fn name(name: &str) -> Option<String> {
    profile(&json!({ "name": name })).name
}

fn email(email: &str) -> Option<String> {
    profile(&json!({ "email": email })).email
}

fn picture(picture: &str) -> Option<String> {
    profile(&json!({ "picture": picture })).picture
}

#[test]
fn profile_of_google_is_read() {
    let profile = profile(&json!({
        "name": "Ada Lovelace", "given_name": "Ada", "email": "ada@example.org",
        "email_verified": true, "picture": "https://lh3.example/a/photo=s96-c", "hd": "example.org",
    }));
    assert_eq!(profile.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(profile.email.as_deref(), Some("ada@example.org"));
    assert!(profile.email_verified && profile.is_complete());
    assert_eq!(
        profile.picture.as_deref(),
        Some("https://lh3.example/a/photo=s96-c")
    );
    assert_eq!(profile.hosted_domain.as_deref(), Some("example.org"));
}

#[test]
fn claims_of_other_types_are_absent() {
    for odd in [
        json!(null),
        json!(7),
        json!(["a@b.example"]),
        json!({}),
        json!(true),
    ] {
        let profile = profile(&json!({
            "name": odd, "given_name": odd, "family_name": odd, "preferred_username": odd,
            "nickname": odd, "email": odd, "email_verified": json!([true]), "picture": odd,
            "hd": odd,
        }));
        assert_eq!(profile, Profile::default(), "{odd}");
    }
    assert!(!Profile::default().is_complete());
}

#[test]
fn name_falls_back_to_the_next_best() {
    let mut claims = json!({
        "name": " ", "given_name": "Ada", "family_name": "Lovelace",
        "preferred_username": "ada", "nickname": "countess",
    });
    assert_eq!(profile(&claims).name.as_deref(), Some("Ada Lovelace"));
    claims["given_name"] = json!("");
    assert_eq!(profile(&claims).name.as_deref(), Some("Lovelace"));
    claims["family_name"] = json!(null);
    assert_eq!(profile(&claims).name.as_deref(), Some("ada"));
    claims["preferred_username"] = json!("\u{202e}");
    assert_eq!(profile(&claims).name.as_deref(), Some("countess"));
    claims["nickname"] = json!("\n");
    assert_eq!(profile(&claims).name, None);
}

#[test]
fn name_is_on_one_line_and_reads_in_one_direction() {
    for (raw, clean) in [
        ("  Ada\r\n\tLovelace ", "Ada Lovelace"),
        ("Ada\0Lovelace", "Ada Lovelace"),
        ("Ada\u{202e}ecalevoL", "AdaecalevoL"),
        ("\u{2066}Ada\u{2069}", "Ada"),
        ("\u{feff}A\u{200b}d\u{200f}a\u{61c}", "Ada"),
        ("Ada\u{2028}Lovelace", "Ada Lovelace"),
        ("Zoë 王 عدا", "Zoë 王 عدا"),
        ("👩\u{200d}💻", "👩\u{200d}💻"),
        ("<b>Ada</b>", "<b>Ada</b>"),
    ] {
        assert_eq!(name(raw).as_deref(), Some(clean), "{raw:?}");
    }
    for empty in ["", " ", "\u{200d}\u{200c}", "\u{202d}\u{202c}", "\u{7f}"] {
        assert_eq!(name(empty), None, "{empty:?}");
    }
}

#[test]
fn long_name_is_cut() {
    assert_eq!(name(&"ä".repeat(1 << 20)), Some("ä".repeat(200)));
    let spaced = format!("{} {}", "a".repeat(199), "b".repeat(9));
    assert_eq!(name(&spaced), Some("a".repeat(199)));
}

/// M8.
#[test]
fn malformed_address_is_absent() {
    for odd in [
        "",
        "@",
        "ada",
        "@example.org",
        "ada@",
        "a@b@corp.example",
        "ada\u{ff20}example.org",
        "a@b\u{ff20}corp.example",
        "ada@example.org\0",
        "ada@exa\0mple.org",
        "ada @example.org",
        "ada@example.org\n",
        " ada@example.org",
        "ada@ex\u{202e}ample.org",
        "аda@example.org",
        "ada@exаmple.org",
        "ada@exämple.org",
        "ada@.org",
        "ada@example..org",
        "ada@example.org.",
        "ada@[127.0.0.1]",
        "Ada <ada@example.org>",
        "ada@example.org,eve@example.org",
        "\"ada\"@example.org",
    ] {
        assert_eq!(email(odd), None, "{odd:?}");
    }
    let local = "a".repeat(254 - "@example.org".len());
    assert!(email(&format!("{local}@example.org")).is_some());
    assert!(email(&format!("{local}a@example.org")).is_none());
    assert!(email(&"a@".repeat(500)).is_none());
    for good in [
        "a@b",
        "ada+tag@example.org",
        "o'hara_x-1@xn--exmple-cua.example",
    ] {
        assert_eq!(email(good).as_deref(), Some(good));
    }
}

/// M3.
#[test]
fn only_true_is_verified() {
    for (said, verified) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!("True"), false),
        (json!("TRUE"), false),
        (json!(" true"), false),
        (json!("1"), false),
        (json!(1), false),
        (json!(null), false),
        (json!([true]), false),
        (json!({}), false),
    ] {
        let claims = json!({ "email": "a@b.example", "email_verified": said });
        assert_eq!(profile(&claims).email_verified, verified, "{said}");
    }
    assert!(!profile(&json!({ "email": "a@b.example" })).email_verified);
    // There is nothing to be verified.
    let malformed = json!({ "email": "a@b@c", "email_verified": true });
    assert!(!profile(&malformed).email_verified);
}

/// G9.
#[test]
fn picture_that_is_no_plain_address_is_absent() {
    for odd in [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://example.org/a.png",
        "http://127.0.0.1.example.org/a.png",
        "//example.org/a.png",
        "/a.png",
        "https://",
        "https:example.org/a.png",
        "https://user@example.org/a.png",
        "https://user:secret@example.org/a.png",
        "https://exam\tple.org/a.png",
        "https://example.org\\a.png",
        " https://example.org/a.png",
        "ftp://example.org/a.png",
        "https://example.org:99999/",
        "",
    ] {
        assert_eq!(picture(odd), None, "{odd:?}");
    }
    assert_eq!(
        picture(&format!("https://example.org/{}", "a".repeat(1 << 20))),
        None
    );
    // It may be short, and long once it is spelled out.
    let quoted = format!("https://example.org/{}", "\"".repeat(1000));
    assert_eq!(picture(&quoted), None);
    for good in [
        "https://example.org/a.png?s=96#x",
        "http://localhost:4400/a.png",
        "http://127.0.0.1/a.png",
        "http://[::1]:4400/a.png",
    ] {
        assert_eq!(picture(good).as_deref(), Some(good));
    }
}

/// M13.
#[test]
fn hosted_domain_is_a_domain() {
    for odd in ["", "*", "example.org/", "a b", "exämple.org", "a@b", "a..b"] {
        assert_eq!(profile(&json!({ "hd": odd })).hosted_domain, None, "{odd}");
    }
    let long = format!("{}a", "a.".repeat(200));
    assert_eq!(profile(&json!({ "hd": long })).hosted_domain, None);
}

#[test]
fn silence_is_filled_by_the_other() {
    let known = profile(&json!({ "name": "Ada", "email": "ada@example.org" }));
    let other = profile(&json!({
        "name": "Eve", "email": "eve@example.org", "email_verified": true,
        "picture": "https://example.org/a.png", "hd": "example.org",
    }));
    let both = known.clone().or(other.clone());
    assert_eq!(both.name, known.name);
    assert_eq!(both.email, known.email);
    // Eve's confirmation is not Ada's.
    assert!(!both.email_verified);
    assert_eq!(both.picture, other.picture);
    assert_eq!(both.hosted_domain, other.hosted_domain);
    assert_eq!(Profile::default().or(other.clone()), other);
    assert_eq!(other.clone().or(Profile::default()), other);
}

proptest! {
    #![proptest_config(crate::signed::property())]

    #[test]
    fn any_claims_give_a_clean_profile(claims in any_claims()) {
        let profile = profile(&claims);
        if let Some(name) = &profile.name {
            prop_assert!(!name.is_empty() && name.chars().count() <= 200);
        }
        prop_assert!(profile.email.is_some() || !profile.email_verified);
    }

    #[test]
    fn any_name_is_clean_once_and_for_all(raw in any::<String>()) {
        if let Some(clean) = name(&raw) {
            prop_assert!(!clean.chars().any(char::is_control));
            prop_assert_eq!(name(&clean), Some(clean));
        }
    }

    #[test]
    fn any_address_has_one_at_sign(raw in "[a-z@.\u{ff20} \"<>-]{0,12}") {
        if let Some(email) = email(&raw) {
            prop_assert_eq!(email.matches('@').count(), 1);
            prop_assert_eq!(email, raw);
        }
    }

    #[test]
    fn any_picture_is_absolute(raw in any::<String>()) {
        for raw in [format!("https://{raw}"), format!("http://{raw}"), raw] {
            if let Some(picture) = picture(&raw) {
                prop_assert_eq!(self::picture(&picture), Some(picture));
            }
        }
    }
}
