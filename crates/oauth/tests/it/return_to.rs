use std::collections::BTreeSet;

use oauth::return_to::{PAGES, ReturnTo, ReturnToError};
use proptest::prelude::{Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
use url::Url;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const APP: &str = "http://127.0.0.1:3000";

/// What a browser makes of a text on a page of the app.
fn resolve(text: &str) -> Url {
    Url::parse(APP)
        .expect("the app's origin")
        .join(text)
        .expect("an accepted text resolves")
}

/// What follows the origin: the text that would be emitted next time.
fn emitted(url: &Url) -> String {
    url[url::Position::BeforePath..].to_owned()
}

/// The property behind all the rules: an accepted text stays here, however often it is
/// emitted and parsed again.
fn assert_stays_here(text: &str, accepted: &ReturnTo) {
    assert_eq!(accepted.as_str(), text, "a text passes unchanged");
    let origin = Url::parse(APP).expect("the app's origin").origin();
    let mut text = accepted.as_str().to_owned();
    for _ in 0..3 {
        let url = resolve(&text);
        assert_eq!(url.origin(), origin, "{text:?}");
        assert_eq!(url.username(), "", "{text:?}");
        let again = emitted(&url);
        let parsed = ReturnTo::parse(&again);
        assert_eq!(
            parsed.as_ref().map(ReturnTo::as_str),
            Ok(again.as_str()),
            "{text:?}"
        );
        text = again;
    }
}

fn assert_refused(text: &str, why: ReturnToError) {
    assert_eq!(ReturnTo::parse(text), Err(why), "{text:?}");
}

#[test]
fn every_page_passes() {
    for page in PAGES {
        let path = page.replace("{id}", "0aV6DOiouImYTqrR5YlIqx");
        for tail in [
            "",
            "?",
            "#",
            "?q=a",
            "?q=bj%C3%B6rk&type=album",
            "#top",
            "?a=/b?c#/d?e",
        ] {
            let text = format!("{path}{tail}");
            assert_stays_here(&text, &ReturnTo::parse(&text).expect(&text));
        }
    }
}

#[test]
fn query_may_look_like_an_attack_and_is_none() {
    for text in [
        "/search?q=//evil.example",
        "/search?q=https://evil.example",
        "/top?x=/..//evil#//evil",
    ] {
        assert_stays_here(text, &ReturnTo::parse(text).expect(text));
    }
}

#[test]
fn default_is_the_front_page() {
    assert_eq!(ReturnTo::default().as_str(), "/");
    assert_eq!(ReturnTo::parse("/").unwrap(), ReturnTo::default());
}

#[test]
fn unknown_page_is_refused() {
    for text in [
        "/api/session",
        "/api/sign-out",
        "/api/x?delete=1",
        "/callback/google?code=c&state=s",
        "/callback/spotify",
        "/healthz",
        "/feed/secret",
        "/.well-known/jwks.json",
        "/nothing",
        "/TOP",
        "/topp",
        "/to",
        "/artist",
        "/artist/a/b",
        "/artists/a",
        "/album",
        "/playlists/a/b",
        "/artist/a@b",
        "/artist/a:b",
        "/artist/a;b",
        "/artist/{id}",
        "/search&q=a",
    ] {
        assert_refused(text, ReturnToError::NotAPage);
    }
}

#[test]
fn text_that_is_no_path_is_refused() {
    for text in [
        "",
        "?q=a",
        "#a",
        "top",
        "@evil.example",
        "https://evil.example",
        "HTTPS://evil.example/top",
        "http:evil.example",
        "http:/top",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "blob:http://127.0.0.1:3000/x",
        "vbscript:x",
        "..//evil.example",
        "%2f%2fevil.example",
        "%2ftop",
    ] {
        assert_refused(text, ReturnToError::NotAPath);
    }
}

#[test]
fn empty_segment_is_refused() {
    for text in [
        "//evil.example",
        "///evil.example",
        "//",
        "//app@evil.example",
        "//[::1]/",
        "/top/",
        "/artist/",
        "/top//",
        "/artist//a",
    ] {
        assert_refused(text, ReturnToError::EmptySegment);
    }
}

#[test]
fn dot_segment_is_refused() {
    for text in [
        "/.//evil.example",
        "/..//evil.example",
        "/./top",
        "/../top",
        "/.",
        "/..",
        "/artist/..",
        "/artist/.",
        "/artist/../top",
    ] {
        assert_refused(text, ReturnToError::DotSegment);
    }
    // Dots that are no dot segment are part of an id.
    assert!(ReturnTo::parse("/artist/a..b").is_ok());
    assert!(ReturnTo::parse("/artist/...").is_ok());
}

#[test]
fn percent_in_a_path_is_refused() {
    for text in [
        "/%2f%2fevil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "/%2e%2e//evil.example",
        "/%2e/top",
        "/artist/%2e%2E",
        "/artist/.%2e",
        "/artist/a%2fb",
        "/artist/a%5Cb",
        "/artist/a%00",
        "/artist/a%0d%0aSet-Cookie:x=1",
        "/a%0d%0aSet-Cookie:x=1",
        "/artist/a%1f",
        "/artist/a%252fb",
        "/artist/a%zz",
        "/artist/%",
        "/%74op",
        "/artist/%EF%BC%8F",
    ] {
        assert_refused(text, ReturnToError::EncodedPath);
    }
}

#[test]
fn character_that_a_browser_drops_or_rewrites_is_refused() {
    for text in [
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/./\\evil.example",
        "https:\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        " /top",
        "/top ",
        "\0//evil.example",
        "/top\0",
        "/top\u{7f}",
        "/top\u{85}",
        "/top\u{a0}",
        "/top\r\nSet-Cookie: x=1",
        "java\nscript:alert(1)",
        "/top?q=a\\b",
        "/top?q=a b",
        "/top?q=ä",
        "/top#ä",
        "/ü",
        "//evil。example",
        "／／evil.example",
        "〱evil.example",
        "/％2f/evil.example",
        "/top\u{2028}",
        "/top\u{200b}",
        "/top\u{202e}",
        "/top\u{fffd}",
        "\u{feff}/top",
    ] {
        assert_refused(text, ReturnToError::Character);
    }
}

#[test]
fn malformed_query_or_fragment_is_refused() {
    for part in [
        "%",
        "%2",
        "%zz",
        "%-1",
        "%+1",
        "a%",
        "<b>",
        "\"",
        "a|b",
        "a^b",
        "`",
        "{a}",
        "[a]",
        "%00",
        "%0a",
        "%0D%0ASet-Cookie:x=1",
        "%1f",
        "%7f",
    ] {
        assert_refused(&format!("/search?{part}"), ReturnToError::Query);
        assert_refused(&format!("/search#{part}"), ReturnToError::Query);
    }
    assert_refused("/search#a#b", ReturnToError::Query);
}

#[test]
fn longer_than_two_kilobytes_is_refused() {
    let fits = format!("/search?q={}", "a".repeat(ReturnTo::MAX_BYTES - 10));
    assert!(ReturnTo::parse(&fits).is_ok());
    assert_refused(&format!("{fits}a"), ReturnToError::TooLong);
    assert_refused(&"/".repeat(64 * 1024), ReturnToError::TooLong);
}

#[test]
fn hostile_text_is_refused_by_serde_too() {
    let page: ReturnTo = serde_json::from_str(r#""/top?range=long""#).unwrap();
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        r#""/top?range=long""#
    );
    assert!(serde_json::from_str::<ReturnTo>(r#""//evil.example""#).is_err());
    // A lone surrogate never becomes a text.
    assert!(serde_json::from_str::<ReturnTo>(r#""/\ud800""#).is_err());
}

/// Every way of writing a host after every way of leading up to it.
fn attacks() -> BTreeSet<String> {
    let prefixes = [
        "",
        "/",
        "/.",
        "/..",
        "/foo/..",
        "/top",
        "/top/..",
        "/artist/a",
        "/%2e%2e",
        "http:",
        "https:",
        "javascript:",
        " ",
        "\t",
        "\0",
        "/api",
        "/callback/google",
    ];
    let separators = [
        "//", "///", "/\\", "\\/", "\\\\", "/\t/", "/\r\n/", "/./", "/.//", "/..//", "/%2f",
        "%2f%2f", "%5c", "／／", "@", "/;@", ":",
    ];
    let hosts = [
        "evil.example",
        "evil.example/top",
        "127.0.0.1:3000@evil.example",
        "[::1]",
        "2130706433",
        "127.0.0.1:3000.evil.example",
        "evil.example#/top",
        "evil.example?/top",
        "evil。example",
    ];
    let escape = |text: &str, escaped: &str, digits: fn(u8) -> String| -> String {
        text.chars()
            .map(|c| match u8::try_from(c) {
                Ok(byte) if escaped.contains(c) => digits(byte),
                _ => c.to_string(),
            })
            .collect()
    };
    let lower = |byte: u8| format!("%{byte:02x}");
    let upper = |byte: u8| format!("%{byte:02X}");
    let twice = |byte: u8| format!("%25{byte:02x}");
    let mut attacks = BTreeSet::new();
    for prefix in prefixes {
        for separator in separators {
            for host in hosts {
                let plain = format!("{prefix}{separator}{host}");
                attacks.insert(escape(&plain, "/\\\t\r\n\0", lower));
                attacks.insert(escape(&plain, "/.:@", upper));
                attacks.insert(escape(&plain, "/\\.", twice));
                attacks.insert(escape(&plain, ".", lower));
                attacks.insert(plain.replace('/', "／"));
                attacks.insert(format!("{plain}\n"));
                attacks.insert(plain);
            }
        }
    }
    attacks
}

#[test]
fn thousands_of_generated_attacks_are_refused() {
    let attacks = attacks();
    assert!(attacks.len() >= 10_000, "{}", attacks.len());
    let mut cross_origin = 0;
    for attack in &attacks {
        if let Ok(accepted) = ReturnTo::parse(attack) {
            panic!("{attack:?} was accepted as {accepted:?}");
        }
        let origin = Url::parse(APP).expect("the app's origin").origin();
        let once = Url::parse(APP).expect("the app's origin").join(attack);
        let twice = once
            .as_ref()
            .ok()
            .and_then(|url| Url::parse(APP).ok()?.join(&emitted(url)).ok());
        let leaves = |url: &Url| url.origin() != origin;
        cross_origin +=
            usize::from(once.is_ok_and(|u| leaves(&u)) || twice.is_some_and(|u| leaves(&u)));
    }
    // The corpus bites: a good part of it would have left for another origin.
    assert!(cross_origin >= 1_000, "{cross_origin}");
}

#[test]
fn every_attack_in_place_of_an_id_stays_here() {
    for attack in attacks() {
        for text in [format!("/artist/{attack}"), format!("/search?q={attack}")] {
            if let Ok(accepted) = ReturnTo::parse(&text) {
                assert_stays_here(&text, &accepted);
            }
        }
    }
}

/// Texts that come close to the border from both sides.
fn near_misses() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "/",
        "//",
        "\\",
        ".",
        "..",
        "%2e",
        "%2f",
        "%5C",
        "%",
        "?",
        "#",
        "@",
        ":",
        ";",
        "&",
        "=",
        "'",
        "\"",
        "<",
        "\t",
        "\n",
        " ",
        "\0",
        "ä",
        "／",
        "search",
        "top",
        "artist",
        "album",
        "playlists",
        "a",
        "0",
        "evil.example",
        "http:",
        "%0d%0a",
        "%C3%B6",
        "%25",
    ]);
    prop_oneof![
        prop::collection::vec(pieces.clone(), 0..10).prop_map(|pieces| pieces.concat()),
        (
            prop::sample::select(PAGES.to_vec()),
            prop::collection::vec(pieces, 0..8)
        )
            .prop_map(|(page, pieces)| format!(
                "{}{}",
                page.replace("{id}", "x"),
                pieces.concat()
            )),
        ("[ -~]{0,12}").prop_map(|tail| format!("/search?{tail}")),
        ("[ -~]{0,12}").prop_map(|tail| format!("/artist/{tail}")),
        any::<String>(),
        any::<String>().prop_map(|tail| format!("/{tail}")),
    ]
}

proptest! {
    #![proptest_config(crate::property())]

    #[test]
    fn whatever_is_accepted_stays_here(text in near_misses()) {
        if let Ok(accepted) = ReturnTo::parse(&text) {
            assert_stays_here(&text, &accepted);
            prop_assert_eq!(ReturnTo::parse(accepted.as_str()), Ok(accepted));
        }
    }
}
