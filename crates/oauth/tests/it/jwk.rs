use oauth::jose::Algorithm;
use oauth::jwk::{Choice, KeySet, KeySetError, PublicKey};
use proptest::prelude::{any, prop_assert, proptest};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::signed::{any_claims, encode, with, without};

fn modulus(bytes: usize, seed: u8) -> String {
    let mut n = vec![seed; bytes];
    n[0] = 0xc1;
    n[bytes - 1] = 1;
    encode(n)
}

fn rsa(kid: &str) -> Value {
    json!({ "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256",
            "n": modulus(256, 7), "e": "AQAB" })
}

fn p256(kid: &str) -> Value {
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": encode([1; 32]), "y": encode([2; 32]) })
}

fn ed25519(kid: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encode([3; 32]) })
}

fn parse(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).expect("a set")
}

/// The key is left out, and one beside it is not.
fn assert_skipped(odd: &Value) {
    let set = parse(&[rsa("good"), odd.clone()]);
    assert_eq!((set.len(), set.skipped()), (1, 1), "{odd}");
    assert!(
        matches!(set.choose(Some("good"), Algorithm::Rs256), Choice::Key(_)),
        "{odd}"
    );
}

fn assert_kept(key: &Value) {
    let set = parse(std::slice::from_ref(key));
    assert_eq!((set.len(), set.skipped()), (1, 0), "{key}");
}

#[test]
fn keys_of_all_three_kinds_are_read() {
    let set = parse(&[rsa("r"), p256("p"), ed25519("e")]);
    assert_eq!((set.len(), set.skipped(), set.is_empty()), (3, 0, false));
    let Choice::Key(PublicKey::Rsa { n, e }) = set.choose(Some("r"), Algorithm::Rs256) else {
        panic!("an RSA key");
    };
    assert_eq!((n.len(), e.as_slice()), (256, [1, 0, 1].as_slice()));
    assert_eq!(
        set.choose(Some("p"), Algorithm::Es256),
        Choice::Key(&PublicKey::P256 {
            x: [1; 32],
            y: [2; 32]
        })
    );
    assert_eq!(
        set.choose(Some("e"), Algorithm::EdDsa),
        Choice::Key(&PublicKey::Ed25519 { x: [3; 32] })
    );
}

/// F11: a conformance provider publishes all of these in one set, without `alg`.
#[test]
fn key_of_an_unknown_kind_does_not_hide_the_others() {
    for odd in [
        json!({ "kty": "EC", "crv": "secp256k1", "x": encode([1; 32]), "y": encode([2; 32]) }),
        json!({ "kty": "EC", "crv": "P-384", "x": encode([1; 48]), "y": encode([2; 48]) }),
        json!({ "kty": "EC", "x": encode([1; 32]), "y": encode([2; 32]) }),
        json!({ "kty": "OKP", "crv": "Ed448", "x": encode([1; 57]) }),
        json!({ "kty": "OKP", "crv": "X25519", "x": encode([1; 32]) }),
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" }),
        json!({ "kty": "rsa", "n": modulus(256, 7), "e": "AQAB" }),
        json!({ "kty": 7 }),
        json!({}),
        json!(null),
        json!("key"),
        json!([]),
    ] {
        assert_skipped(&odd);
    }
}

/// F-5, E5.
#[test]
fn key_for_another_purpose_is_skipped() {
    for odd in [
        with(rsa("k"), "use", "enc"),
        with(rsa("k"), "use", json!(null)),
        with(rsa("k"), "use", json!(["sig"])),
        with(rsa("k"), "key_ops", json!(["encrypt"])),
        with(rsa("k"), "key_ops", json!([])),
        with(rsa("k"), "key_ops", "verify"),
        with(rsa("k"), "alg", "RSA-OAEP"),
        with(rsa("k"), "alg", "RS512"),
        with(rsa("k"), "alg", "PS256"),
        with(rsa("k"), "alg", "ES256"),
        with(rsa("k"), "alg", json!(null)),
        with(p256("k"), "alg", "ECDH-ES"),
        with(p256("k"), "alg", "Ed25519"),
        with(ed25519("k"), "alg", "ES256"),
    ] {
        assert_skipped(&odd);
    }
    for kept in [
        without(rsa("k"), "use"),
        without(rsa("k"), "alg"),
        with(rsa("k"), "key_ops", json!(["sign", "verify"])),
        with(ed25519("k"), "alg", "EdDSA"),
        with(ed25519("k"), "alg", "Ed25519"),
        with(rsa("k"), "x5c", json!(["MIIB"])),
    ] {
        assert_kept(&kept);
    }
}

/// F-5.
#[test]
fn private_and_symmetric_keys_are_skipped() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert_skipped(&with(rsa("k"), name, "AQAB"));
    }
    assert_skipped(&with(p256("k"), "d", encode([5; 32])));
    assert_skipped(&with(ed25519("k"), "d", json!(null)));
    assert_skipped(&json!({ "kty": "oct", "k": "AAAA", "alg": "HS256" }));
}

/// F-5.
#[test]
fn weak_rsa_key_is_skipped() {
    for bytes in [64, 128, 255, 1025, 2048] {
        assert_skipped(&with(rsa("k"), "n", modulus(bytes, 7)));
    }
    // 2047 bits in as many bytes.
    let mut short = vec![7; 256];
    short[0] = 0x7f;
    assert_skipped(&with(rsa("k"), "n", encode(&short)));
    // An even modulus has a factor that everybody knows.
    let mut even = vec![0xc1; 256];
    even[255] = 2;
    assert_skipped(&with(rsa("k"), "n", encode(&even)));
    for bytes in [256, 384, 512, 1024] {
        assert_kept(&with(rsa("k"), "n", modulus(bytes, 7)));
    }
}

/// F-5.
#[test]
fn rsa_key_with_an_odd_exponent_in_the_other_sense_is_skipped() {
    for exponent in [
        vec![],
        vec![0],
        vec![1],
        vec![0, 1],
        vec![2],
        vec![1, 0, 0],
        vec![1, 0, 0, 0, 1],
        vec![1; 256],
    ] {
        assert_skipped(&with(rsa("k"), "e", encode(&exponent)));
    }
    for exponent in [vec![3], vec![1, 0, 1], vec![0, 1, 0, 1], vec![255; 4]] {
        assert_kept(&with(rsa("k"), "e", encode(&exponent)));
    }
}

#[test]
fn leading_zeros_do_not_count() {
    let mut padded = vec![0; 3];
    padded.extend([0xc1; 256]);
    let set = parse(&[with(rsa("k"), "n", encode(&padded))]);
    let Choice::Key(PublicKey::Rsa { n, .. }) = set.choose(None, Algorithm::Rs256) else {
        panic!("an RSA key");
    };
    assert_eq!(n, &vec![0xc1; 256]);
    assert_skipped(&with(rsa("k"), "n", encode([0; 256])));
}

#[test]
fn malformed_coordinates_are_skipped() {
    for odd in [
        without(rsa("k"), "n"),
        without(rsa("k"), "e"),
        with(rsa("k"), "e", json!(65537)),
        with(rsa("k"), "e", "AQAB="),
        with(rsa("k"), "n", format!("{} ", modulus(256, 7))),
        with(rsa("k"), "n", "+/".repeat(200)),
        with(p256("k"), "x", encode([1; 31])),
        with(p256("k"), "x", encode([1; 33])),
        with(p256("k"), "y", ""),
        without(p256("k"), "y"),
        with(ed25519("k"), "x", encode([1; 64])),
        without(ed25519("k"), "x"),
        with(rsa("k"), "kid", json!(7)),
        with(rsa("k"), "kid", json!(null)),
        with(rsa("k"), "kid", ""),
        with(rsa("k"), "kid", "k".repeat(257)),
    ] {
        assert_skipped(&odd);
    }
}

/// F-5: nothing says which of them was meant.
#[test]
fn different_keys_with_one_id_are_all_skipped() {
    let other = with(rsa("twice"), "n", modulus(256, 9));
    let third = with(rsa("twice"), "n", modulus(256, 11));
    for keys in [
        vec![rsa("twice"), other.clone(), rsa("once")],
        vec![rsa("twice"), rsa("once"), other.clone(), third],
        vec![rsa("twice"), other, rsa("twice"), rsa("once")],
        vec![rsa("twice"), p256("twice"), rsa("once")],
    ] {
        let set = parse(&keys);
        assert_eq!((set.len(), set.skipped()), (1, keys.len() - 1));
        assert_eq!(set.choose(Some("twice"), Algorithm::Rs256), Choice::Unknown);
        assert!(matches!(
            set.choose(Some("once"), Algorithm::Rs256),
            Choice::Key(_)
        ));
    }
}

#[test]
fn same_key_twice_is_one_key() {
    let set = parse(&[rsa("k"), rsa("k")]);
    assert_eq!((set.len(), set.skipped()), (1, 1));
    assert!(matches!(
        set.choose(Some("k"), Algorithm::Rs256),
        Choice::Key(_)
    ));
    // An encryption key of the same id does not count.
    let encryption = with(with(rsa("k"), "use", "enc"), "n", modulus(256, 9));
    assert_eq!(parse(&[rsa("k"), encryption]).len(), 1);
}

/// E5.
#[test]
fn key_is_chosen_by_its_id_and_its_algorithm() {
    let set = parse(&[rsa("r"), p256("p"), with(rsa("enc"), "use", "enc")]);
    for (kid, algorithm) in [
        ("r", Algorithm::Es256),
        ("p", Algorithm::Rs256),
        ("enc", Algorithm::Rs256),
        ("R", Algorithm::Rs256),
        ("r ", Algorithm::Rs256),
        ("", Algorithm::Rs256),
        ("../../dev/null", Algorithm::Rs256),
        ("'; drop table keys", Algorithm::Rs256),
        ("of another provider", Algorithm::Rs256),
    ] {
        assert_eq!(set.choose(Some(kid), algorithm), Choice::Unknown, "{kid}");
    }
}

#[test]
fn key_without_an_id_is_not_chosen_by_one() {
    let set = parse(&[without(rsa("k"), "kid")]);
    assert_eq!(set.choose(Some("k"), Algorithm::Rs256), Choice::Unknown);
}

/// `oidcc-client-test-kid-absent-single-jwks`.
#[test]
fn only_key_of_its_kind_is_chosen_without_an_id() {
    let set = parse(&[rsa("r"), p256("p"), with(rsa("enc"), "use", "enc")]);
    assert!(matches!(
        set.choose(None, Algorithm::Rs256),
        Choice::Key(PublicKey::Rsa { .. })
    ));
    assert!(matches!(
        set.choose(None, Algorithm::Es256),
        Choice::Key(PublicKey::P256 { .. })
    ));
    assert_eq!(set.choose(None, Algorithm::EdDsa), Choice::Unknown);
}

/// `oidcc-client-test-kid-absent-multiple-jwks`.
#[test]
fn several_keys_of_a_kind_without_an_id_are_ambiguous() {
    let several = [
        rsa("1"),
        with(rsa("2"), "n", modulus(256, 9)),
        with(without(rsa("3"), "kid"), "n", modulus(256, 11)),
    ];
    let set = parse(&several);
    assert_eq!(set.choose(None, Algorithm::Rs256), Choice::Ambiguous);
    assert!(matches!(
        set.choose(Some("2"), Algorithm::Rs256),
        Choice::Key(_)
    ));
}

#[test]
fn set_without_usable_keys_is_empty() {
    for keys in [vec![], vec![json!({ "kty": "oct", "k": "AA" })]] {
        let set = parse(&keys);
        assert!(set.is_empty());
        assert_eq!(set.skipped(), keys.len());
        assert_eq!(set.choose(None, Algorithm::Rs256), Choice::Unknown);
        assert_eq!(set.choose(Some("k"), Algorithm::Rs256), Choice::Unknown);
    }
}

/// F-8.
#[test]
fn body_that_is_no_set_is_refused() {
    for body in [
        "",
        "<html></html>",
        "[]",
        "null",
        "\u{feff}{\"keys\":[]}",
        r#"{"keys":[]}x"#,
        r#"{"keys":[],"keys":[]}"#,
        r#"{"keys":[{"kty":"RSA","kty":"EC"}]}"#,
        "{\"keys\":[]}\0",
        "{\0\"\0",
    ] {
        let error = KeySet::parse(body.as_bytes()).unwrap_err();
        assert_eq!(error, KeySetError::Json, "{body}");
    }
    for body in [
        r"{}",
        r#"{"keys":null}"#,
        r#"{"keys":{}}"#,
        r#"{"keys":"a"}"#,
    ] {
        let error = KeySet::parse(body.as_bytes()).unwrap_err();
        assert_eq!(error, KeySetError::Keys, "{body}");
    }
}

/// F-6.
#[test]
fn too_many_keys_are_refused() {
    let some = json!({ "keys": vec![json!({}); KeySet::MAX_KEYS] }).to_string();
    assert_eq!(KeySet::parse(some.as_bytes()).unwrap().skipped(), 1000);
    let many = json!({ "keys": vec![json!({}); KeySet::MAX_KEYS + 1] }).to_string();
    assert_eq!(
        KeySet::parse(many.as_bytes()).unwrap_err(),
        KeySetError::TooMany
    );
}

/// F-6.
#[test]
fn body_over_the_limit_is_refused() {
    let mut body = br#"{"keys":[]}"#.to_vec();
    body.resize(KeySet::MAX_BYTES, b' ');
    assert!(KeySet::parse(&body).is_ok());
    body.push(b' ');
    assert_eq!(KeySet::parse(&body).unwrap_err(), KeySetError::TooLarge);
}

proptest! {
    #![proptest_config(crate::signed::property())]

    #[test]
    fn any_bytes_are_read_as_a_set_without_panic(body in any::<Vec<u8>>()) {
        let _ = KeySet::parse(&body);
    }

    #[test]
    fn any_key_is_read_or_skipped(
        name in "kty|crv|n|e|x|y|use|alg|kid|key_ops|d",
        value in any_claims(),
        text in "[A-Za-z0-9_-]{0,400}",
    ) {
        for value in [value, json!(text)] {
            for key in [rsa("k"), p256("k"), ed25519("k")] {
                let set = parse(&[with(key, &name, value.clone())]);
                prop_assert!(set.len() + set.skipped() == 1);
            }
        }
    }
}
