//! Tokens with a signature that only these tests believe in: a hash of key and input, as long as
//! a real one. Whoever changes a byte of either has another hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth::jose::{Algorithm, VerifySignature};
use oauth::jwk::PublicKey;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const CLIENT: &str = "client-1";
pub(crate) const SUBJECT: &str = "10769150350006150715113082367";

/// Our provider's key for each algorithm.
pub(crate) fn key(algorithm: Algorithm) -> PublicKey {
    key_of(1, algorithm)
}

/// A key nobody told us of.
pub(crate) fn foreign_key(algorithm: Algorithm) -> PublicKey {
    key_of(2, algorithm)
}

fn key_of(owner: u8, algorithm: Algorithm) -> PublicKey {
    match algorithm {
        Algorithm::Rs256 => {
            let mut n = vec![0xc1; 256];
            n[100] = owner;
            PublicKey::Rsa {
                n,
                e: vec![1, 0, 1],
            }
        }
        Algorithm::Es256 => PublicKey::P256 {
            x: [owner; 32],
            y: [3; 32],
        },
        Algorithm::EdDsa => PublicKey::Ed25519 { x: [owner; 32] },
    }
}

/// The signature of `key` over `input`.
pub(crate) fn signature(key: &PublicKey, input: &[u8]) -> Vec<u8> {
    let (tag, material, blocks) = match key {
        PublicKey::Rsa { n, .. } => (1, n.as_slice(), 8),
        PublicKey::P256 { x, .. } => (2, x.as_slice(), 2),
        PublicKey::Ed25519 { x } => (3, x.as_slice(), 2),
    };
    let digest = Sha256::new_with_prefix([tag])
        .chain_update(material)
        .chain_update(input)
        .finalize();
    digest.repeat(blocks)
}

/// The check of that signature.
pub(crate) const VERIFY: VerifySignature<'static> =
    &|key, algorithm, input, said| key.fits(algorithm) && said == signature(key, input);

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of any header and payload, well-formed or not.
pub(crate) fn sign(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>, key: &PublicKey) -> String {
    let input = format!("{}.{}", encode(header), encode(payload));
    let signature = encode(signature(key, input.as_bytes()));
    format!("{input}.{signature}")
}

/// A token of our provider with these claims.
pub(crate) fn token(claims: &Value) -> String {
    let header = json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" });
    sign(
        header.to_string(),
        claims.to_string(),
        &key(Algorithm::Rs256),
    )
}

/// `claims` with one that is new or another.
pub(crate) fn with(mut claims: Value, name: &str, value: impl Into<Value>) -> Value {
    claims[name] = value.into();
    claims
}

/// `claims` without one of them.
pub(crate) fn without(mut claims: Value, name: &str) -> Value {
    let removed = claims
        .as_object_mut()
        .and_then(|claims| claims.remove(name));
    assert!(removed.is_some(), "{name} was there");
    claims
}

/// What is no identifier: empty, of another type, too long, or with characters that deceive.
pub(crate) fn no_identifiers() -> Vec<Value> {
    vec![
        json!(""),
        json!(null),
        json!(7),
        json!(true),
        json!(["a"]),
        json!({}),
        json!("a".repeat(256)),
        json!("a\0b"),
        json!("a\r\nb"),
        json!("a\u{7f}"),
        json!("\u{202e}moc"),
        json!("ä"),
    ]
}

/// What is no moment: of another type, fractional, or out of all range.
pub(crate) fn no_moments() -> Vec<Value> {
    let infinite = r#"{"v":18446744073709551615}"#;
    let largest: Value = serde_json::from_str(infinite).expect("JSON");
    vec![
        json!(null),
        json!(true),
        json!(""),
        json!("1795000000"),
        json!("NaN"),
        json!([1_795_000_000]),
        json!({}),
        json!(-1),
        json!(-1.0),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(253_402_300_800_i64),
        json!(1_795_000_000.5),
        json!(1e300),
        json!(-1e300),
        largest["v"].clone(),
    ]
}

/// Any JSON, and often with the names that claims have.
pub(crate) fn any_claims() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        Just(crate::ISSUER.to_owned()),
        Just(CLIENT.to_owned()),
        Just(SUBJECT.to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    });
    let name = prop_oneof![
        prop::sample::select(vec![
            "iss",
            "sub",
            "aud",
            "azp",
            "exp",
            "iat",
            "nbf",
            "nonce",
            "at_hash",
            "auth_time",
            "sid",
            "jti",
            "events",
            "name",
            "email",
            "email_verified",
            "picture",
            "hd",
            "keys",
            "issuer",
            "jwks_uri",
            "token_endpoint",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::btree_map(name, value, 0..12)
        .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>()))
}

/// Cases per property over [`any_claims`], which take longer to make than to check.
pub(crate) fn property() -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases: crate::property().cases / 8,
        ..crate::property()
    }
}
