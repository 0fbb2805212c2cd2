use proptest::prelude::*;
use seal::{KeyId, KeyRing, KeyRingError};

use crate::{KEY_A, KEY_B, ring};

fn refusal(text: &str) -> KeyRingError {
    KeyRing::parse(text).expect_err("the key ring is refused")
}

fn id(text: &str) -> KeyId {
    KeyId::parse(text).expect("the id of a test is good")
}

#[test]
fn the_order_of_the_text_is_the_order_of_the_ring() {
    let ring = ring(&format!("new:{KEY_B},old:{KEY_A}"));
    assert_eq!(ring.first().as_str(), "new");
    assert_eq!(
        ring.ids().map(KeyId::as_str).collect::<Vec<_>>(),
        ["new", "old"]
    );
}

#[test]
fn a_key_is_read_with_and_without_padding() {
    let padded = ring(&format!("a:{KEY_A}"));
    let bare = ring(&format!("a:{}", KEY_A.trim_end_matches('=')));
    assert_eq!(
        padded.derive("label").first().1.secret(),
        bare.derive("label").first().1.secret()
    );
}

#[test]
fn white_space_around_an_entry_is_ignored() {
    let ring = ring(&format!(" a:{KEY_A} ,\n b:{KEY_B}\n"));
    assert_eq!(ring.ids().len(), 2);
}

#[test]
fn no_key_is_refused() {
    assert_eq!(refusal(""), KeyRingError::Empty);
    assert_eq!(refusal(" \n"), KeyRingError::Empty);
}

#[test]
fn an_empty_entry_is_refused() {
    assert_eq!(
        refusal(&format!("a:{KEY_A},")),
        KeyRingError::NotAnEntry { entry: 2 }
    );
    assert_eq!(
        refusal(&format!(",a:{KEY_A}")),
        KeyRingError::NotAnEntry { entry: 1 }
    );
}

#[test]
fn a_key_without_an_id_is_refused() {
    assert_eq!(refusal(KEY_A), KeyRingError::NotAnEntry { entry: 1 });
    assert_eq!(
        refusal(&format!(":{KEY_A}")),
        KeyRingError::BadId { entry: 1 }
    );
}

#[test]
fn an_id_of_other_characters_or_length_is_refused() {
    for bad in ["a b", "a.b", "a/b", "ä", "a+", "seventeen-letters", " a"] {
        let text = format!("x:{KEY_A},-{bad}:{KEY_B}");
        assert_eq!(refusal(&text), KeyRingError::BadId { entry: 2 }, "{bad}");
    }
    assert_eq!(
        ring(&format!("sixteen-letters_:{KEY_A}")).first().as_str(),
        "sixteen-letters_"
    );
}

#[test]
fn a_duplicate_id_is_refused() {
    assert_eq!(
        refusal(&format!("a:{KEY_A},a:{KEY_B}")),
        KeyRingError::DuplicateId { id: id("a") }
    );
}

#[test]
fn a_duplicate_key_is_refused() {
    let bare = KEY_A.trim_end_matches('=');
    assert_eq!(
        refusal(&format!("a:{KEY_A},b:{KEY_B},c:{bare}")),
        KeyRingError::DuplicateKey {
            id: id("c"),
            other: id("a")
        }
    );
}

#[test]
fn a_key_of_another_length_is_refused() {
    let shorter = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==";
    let longer = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g";
    for key in ["", "AAEC", shorter, longer, &KEY_A.repeat(1000)] {
        assert_eq!(
            refusal(&format!("a:{key}")),
            KeyRingError::WrongLength { id: id("a") },
            "{key}"
        );
    }
}

#[test]
fn a_key_that_is_not_canonical_standard_base64_is_refused() {
    let url_safe = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv__";
    let trailing_bits = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=";
    for key in [url_safe, trailing_bits, "not base64", "AAEC:AwQF"] {
        assert_eq!(
            refusal(&format!("a:{key}")),
            KeyRingError::NotBase64 { id: id("a") },
            "{key}"
        );
    }
}

#[test]
fn a_key_of_one_repeated_byte_is_refused() {
    let zeros = "A".repeat(43);
    let ones = "//////////////////////////////////////////8=";
    for key in [zeros.as_str(), ones] {
        assert_eq!(
            refusal(&format!("a:{key}")),
            KeyRingError::Weak { id: id("a") },
            "{key}"
        );
    }
}

#[test]
fn neither_errors_nor_debug_show_a_key() {
    let half = &KEY_A[..8];
    for text in [
        KEY_A.to_owned(),
        format!("{KEY_A}:a"),
        format!("a:{KEY_A}{KEY_A}"),
        format!("a:!{KEY_A}"),
        format!("a:{KEY_A},a:{KEY_A}"),
        format!("a:{KEY_A},b:{KEY_A}"),
    ] {
        let error = refusal(&text);
        assert!(!format!("{error} {error:?}").contains(half), "{text}");
    }
    let ring = ring(&format!("a:{KEY_A},b:{KEY_B}"));
    assert_eq!(format!("{ring:?}"), r#"KeyRing(["a", "b"], [redacted])"#);
    let derived = ring.derive("label");
    assert_eq!(
        format!("{derived:?}"),
        r#"DerivedKeys([("a", DerivedKey([redacted])), ("b", DerivedKey([redacted]))])"#
    );
}

/// The expected key was computed by another implementation of HKDF. It must never change: what is
/// signed and sealed out there depends on it.
#[test]
fn a_derived_key_is_stable() {
    let expected = [
        0xd0, 0x6e, 0xd2, 0xfc, 0x0f, 0x93, 0x6c, 0xef, 0x0c, 0x05, 0x23, 0x46, 0x7b, 0x6b, 0xd8,
        0x6b, 0xdf, 0xcb, 0xf0, 0xe9, 0x00, 0x70, 0xaf, 0x5c, 0x42, 0x90, 0x9d, 0xa7, 0x81, 0x37,
        0xd5, 0x93,
    ];
    let ring = ring(&format!("k1:{KEY_A}"));
    assert_eq!(
        ring.derive("stagedoor/v1/session-signing")
            .first()
            .1
            .secret(),
        &expected
    );
}

#[test]
fn each_label_and_each_key_derives_another_key() {
    let ring = ring(&format!("a:{KEY_A},b:{KEY_B}"));
    let one = ring.derive("one");
    let two = ring.derive("two");
    let mut keys: Vec<_> = one
        .iter()
        .chain(two.iter())
        .map(|(_, key)| *key.secret())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 4);
}

#[test]
fn a_key_is_derived_for_a_known_id_alone() {
    let ring = ring(&format!("a:{KEY_A},b:{KEY_B}"));
    let all = ring.derive("label");
    let one = ring.derive_for(&id("b"), "label").unwrap();
    assert_eq!(one.secret(), all.get(&id("b")).unwrap().secret());
    assert!(ring.derive_for(&id("c"), "label").is_none());
    assert!(all.get(&id("c")).is_none());
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "[a:,=A-F/+ \\PC]{0,80}") {
        let _ = KeyRing::parse(&text);
    }
}
