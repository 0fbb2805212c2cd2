use oauth::jose::{Algorithm, JoseError, Jws, TokenKind};
use proptest::prelude::{any, prop_assert_eq, proptest};
use serde_json::json;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::signed::{VERIFY, encode, foreign_key, key, sign};

const RS256: Algorithm = Algorithm::Rs256;

fn headed(header: impl AsRef<[u8]>) -> String {
    sign(header, "{}", &key(RS256))
}

fn parse(text: &str) -> Result<Jws<'_>, JoseError> {
    Jws::parse(text, RS256, TokenKind::IdToken)
}

fn refusal(text: &str) -> JoseError {
    parse(text).expect_err("a refusal")
}

fn good() -> String {
    headed(r#"{"alg":"RS256","kid":"k1"}"#)
}

#[test]
fn token_is_taken_apart() {
    let text = good();
    let jws = parse(&text).unwrap();
    let (input, _) = text.rsplit_once('.').unwrap();
    assert_eq!(jws.kid(), Some("k1"));
    assert_eq!(jws.algorithm(), RS256);
    assert_eq!(jws.payload(), b"{}");
    assert_eq!(jws.signing_input(), input.as_bytes());
    assert_eq!(jws.signature().len(), 256);
    assert!(jws.is_signed_by(&key(RS256), VERIFY));
    assert!(!jws.is_signed_by(&foreign_key(RS256), VERIFY));
}

#[test]
fn algorithm_has_its_registered_name() {
    for (algorithm, name) in [
        (Algorithm::Rs256, "RS256"),
        (Algorithm::Es256, "ES256"),
        (Algorithm::EdDsa, "EdDSA"),
    ] {
        assert_eq!(algorithm.name(), name);
        assert_eq!(Algorithm::from_name(name), Some(algorithm));
        assert_eq!(Algorithm::from_name(&name.to_lowercase()), None);
    }
    for other in ["", "none", "HS256", "PS256", "RS384", "ES256K", "RS256 "] {
        assert_eq!(Algorithm::from_name(other), None, "{other}");
    }
}

#[test]
fn token_of_every_algorithm_is_accepted_where_it_is_expected() {
    for algorithm in Algorithm::ALL {
        let header = json!({ "alg": algorithm.name() }).to_string();
        let text = sign(header, "{}", &key(algorithm));
        let jws = Jws::parse(&text, algorithm, TokenKind::IdToken).unwrap();
        assert!(jws.is_signed_by(&key(algorithm), VERIFY), "{algorithm:?}");
        assert_eq!(jws.kid(), None);
        for other in Algorithm::ALL {
            if other != algorithm {
                // Neither the algorithm nor the key is the token's to choose.
                let refused = Jws::parse(&text, other, TokenKind::IdToken);
                assert_eq!(refused.unwrap_err(), JoseError::Algorithm);
                assert!(!jws.is_signed_by(&key(other), &|_, _, _, _| true));
            }
        }
    }
}

/// E1.
#[test]
fn unsigned_token_is_refused() {
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"None"}"#,
        r#"{"alg":"nOnE"}"#,
        r#"{"alg":""}"#,
        r#"{"alg":null}"#,
        r#"{"alg":256}"#,
        r#"{"alg":["RS256"]}"#,
        r#"{"alg":"rs256"}"#,
        r#"{"alg":"RS256 "}"#,
        r#"{"alg":"RS256\u0000"}"#,
        r#"{"typ":"JWT"}"#,
        "{}",
    ] {
        assert_eq!(refusal(&headed(header)), JoseError::Algorithm, "{header}");
    }
    // Even where somebody would verify it.
    let unsigned = format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode("{}"));
    assert_eq!(refusal(&unsigned), JoseError::Encoding);
}

/// E1.
#[test]
fn empty_segment_is_refused() {
    let text = good();
    let parts: Vec<_> = text.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    for empty in [
        format!("{header}.{payload}."),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        "..".to_owned(),
    ] {
        assert_eq!(refusal(&empty), JoseError::Encoding, "{empty}");
    }
}

/// E1: five segments are an encrypted token.
#[test]
fn other_number_of_segments_is_refused() {
    let text = good();
    let (two, _) = text.rsplit_once('.').unwrap();
    for other in [
        String::new(),
        "a".to_owned(),
        two.to_owned(),
        format!("{text}.{}", encode("x")),
        format!("{text}."),
        format!("{text}.a.b"),
    ] {
        assert_eq!(refusal(&other), JoseError::Segments, "{other}");
    }
}

/// E2: no symmetric algorithm exists here, whatever its secret would be.
#[test]
fn symmetric_signature_is_refused() {
    for name in ["HS256", "HS384", "HS512"] {
        for expected in Algorithm::ALL {
            let text = headed(json!({ "alg": name }).to_string());
            let refused = Jws::parse(&text, expected, TokenKind::IdToken);
            assert_eq!(refused.unwrap_err(), JoseError::Algorithm, "{name}");
        }
        assert_eq!(Algorithm::from_name(name), None);
    }
}

/// E3.
#[test]
fn other_algorithm_of_the_same_key_is_refused() {
    for name in [
        "PS256", "RS384", "RS512", "ES256", "ES384", "EdDSA", "Ed25519",
    ] {
        let text = headed(json!({ "alg": name, "kid": "k1" }).to_string());
        assert_eq!(refusal(&text), JoseError::Algorithm, "{name}");
    }
}

/// E4: there is no way from a header to a key, and no address to ask.
#[test]
fn key_in_the_header_is_never_used() {
    for (name, value) in [
        ("jwk", json!({ "kty": "RSA", "n": "wQ", "e": "AQAB" })),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/cert")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
    ] {
        let header = json!({ "alg": "RS256", name: value }).to_string();
        let forged = sign(&header, "{}", &foreign_key(RS256));
        let forged = parse(&forged).unwrap();
        assert!(!forged.is_signed_by(&key(RS256), VERIFY), "{name}");
        // It does no harm either.
        let honest = headed(&header);
        assert!(parse(&honest).unwrap().is_signed_by(&key(RS256), VERIFY));
    }
}

/// E5.
#[test]
fn malformed_key_id_is_refused() {
    for kid in [
        json!(""),
        json!(7),
        json!(null),
        json!(["k1"]),
        json!({}),
        json!("k".repeat(257)),
    ] {
        let text = headed(json!({ "alg": "RS256", "kid": kid }).to_string());
        assert_eq!(refusal(&text), JoseError::Kid, "{kid}");
    }
    let longest = headed(json!({ "alg": "RS256", "kid": "k".repeat(256) }).to_string());
    assert_eq!(parse(&longest).unwrap().kid().unwrap().len(), 256);
}

/// E5.
#[test]
fn key_id_of_a_megabyte_is_refused() {
    let text = headed(json!({ "alg": "RS256", "kid": "k".repeat(1 << 20) }).to_string());
    assert_eq!(refusal(&text), JoseError::TooLong);
}

/// E6, E22.
#[test]
fn extension_is_refused() {
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!(["unknown"])),
        ("crit", json!([])),
        ("crit", json!(null)),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
    ] {
        let header = json!({ "alg": "RS256", name: value, "exp": 1, "unknown": 1 });
        let refused = refusal(&headed(header.to_string()));
        assert_eq!(refused, JoseError::Extension, "{header}");
    }
}

/// E22: nothing is ever decompressed.
#[test]
fn compressed_token_is_refused() {
    let text = headed(r#"{"alg":"RS256","zip":"DEF"}"#);
    assert_eq!(refusal(&text), JoseError::Extension);
}

/// E19.
#[test]
fn token_of_another_type_is_refused_as_id_token() {
    for typ in [
        json!("at+jwt"),
        json!("application/at+jwt"),
        json!("logout+jwt"),
        json!("LOGOUT+JWT"),
        json!("dpop+jwt"),
        json!("stagedoor+jwt"),
        json!("secevent+jwt"),
        json!("JOSE"),
        json!(""),
        json!("application/"),
        json!("jwt "),
        json!("text/jwt"),
        json!(null),
        json!(7),
        json!(["JWT"]),
    ] {
        let text = headed(json!({ "alg": "RS256", "typ": typ }).to_string());
        assert_eq!(refusal(&text), JoseError::Type, "{typ}");
    }
    for typ in ["JWT", "jwt", "application/jwt", "Application/JWT"] {
        let text = headed(json!({ "alg": "RS256", "typ": typ }).to_string());
        assert!(parse(&text).is_ok(), "{typ}");
    }
}

/// F10: most providers do not name the type of a logout token.
#[test]
fn logout_token_may_name_its_type() {
    let parse = |typ: Option<&str>| {
        let header = match typ {
            Some(typ) => json!({ "alg": "RS256", "typ": typ }),
            None => json!({ "alg": "RS256" }),
        };
        Jws::parse(&headed(header.to_string()), RS256, TokenKind::LogoutToken).map(|_| ())
    };
    for typ in [
        None,
        Some("logout+jwt"),
        Some("Logout+JWT"),
        Some("application/logout+jwt"),
        Some("JWT"),
    ] {
        assert_eq!(parse(typ), Ok(()), "{typ:?}");
    }
    for typ in ["at+jwt", "dpop+jwt", "stagedoor+jwt", "id+jwt", ""] {
        assert_eq!(parse(Some(typ)), Err(JoseError::Type), "{typ}");
    }
}

/// E17: one token has one spelling.
#[test]
fn other_spelling_of_base64_is_refused() {
    let text = good();
    let (input, signature) = text.rsplit_once('.').unwrap();
    let (header, payload) = input.split_once('.').unwrap();
    assert_eq!(payload, "e30");
    // 256 bytes end in a character of which only two bits count.
    let (most, last) = signature.split_at(signature.len() - 1);
    assert!("AQgw".contains(last));
    for odd in [
        format!("{header}.e30=.{signature}"),
        format!("{header}.e31.{signature}"),
        format!("{header}. e30.{signature}"),
        format!("{header}.e3\n0.{signature}"),
        format!("{header}.e3+0.{signature}"),
        format!("{header}.e3/0.{signature}"),
        format!("{header}.e.{signature}"),
        format!("{input}.{signature}="),
        format!("{input}.{signature}=="),
        format!("{input}.{signature}\n"),
        format!(" {input}.{signature}"),
        format!("{input}.{most}B"),
        format!("{input}.{most}R"),
        format!("{input}.ä{signature}"),
    ] {
        assert_eq!(refusal(&odd), JoseError::Encoding, "{odd}");
    }
}

/// E17.
#[test]
fn changed_signature_is_refused() {
    let text = good();
    let jws = parse(&text).unwrap();
    let input = std::str::from_utf8(jws.signing_input()).unwrap();
    let good = jws.signature();
    let flipped = |at: usize| {
        let mut bytes = good.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    for bad in [
        flipped(0),
        flipped(255),
        good[..255].to_vec(),
        [good, &[0]].concat(),
        good.iter().map(|byte| byte ^ 0x5a).collect(),
        vec![0; 256],
        vec![1],
    ] {
        let text = format!("{input}.{}", encode(bad));
        assert!(!parse(&text).unwrap().is_signed_by(&key(RS256), VERIFY));
    }
}

/// E17: whatever the verifier would say, a signature of another length is none.
#[test]
fn signature_of_another_length_never_reaches_the_verifier() {
    for (algorithm, length) in [
        (Algorithm::Rs256, 256),
        (Algorithm::Es256, 64),
        (Algorithm::EdDsa, 64),
    ] {
        let header = encode(json!({ "alg": algorithm.name() }).to_string());
        for other in [1, 31, 32, 63, 64, 65, 70, 72, 96, 255, 256, 257, 512] {
            let text = format!("{header}.e30.{}", encode(vec![7; other]));
            let jws = Jws::parse(&text, algorithm, TokenKind::IdToken).unwrap();
            let accepted = jws.is_signed_by(&key(algorithm), &|_, _, _, _| true);
            assert_eq!(accepted, other == length, "{algorithm:?} {other}");
        }
    }
}

/// E17: CVE-2022-21449.
#[test]
fn ecdsa_signature_of_zeros_never_reaches_the_verifier() {
    let header = encode(r#"{"alg":"ES256"}"#);
    let halves = |r: u8, s: u8| [vec![r; 32], vec![s; 32]].concat();
    for (bytes, plausible) in [
        (halves(0, 0), false),
        (halves(0, 1), false),
        (halves(1, 0), false),
        (halves(1, 1), true),
        // A high s is a signature like any other (RFC 7518 §3.4 knows no low-s rule).
        (halves(1, 0xff), true),
    ] {
        let text = format!("{header}.e30.{}", encode(&bytes));
        let jws = Jws::parse(&text, Algorithm::Es256, TokenKind::IdToken).unwrap();
        let accepted = jws.is_signed_by(&key(Algorithm::Es256), &|_, _, _, _| true);
        assert_eq!(accepted, plausible, "{bytes:?}");
    }
}

/// E18, E5.
#[test]
fn header_that_two_readers_read_differently_is_refused() {
    let deep = format!(
        r#"{{"alg":"RS256","a":{}{}}}"#,
        "[".repeat(2000),
        "]".repeat(2000)
    );
    for header in [
        r#"{"alg":"none","alg":"RS256"}"#,
        r#"{"alg":"RS256","alg":"RS256"}"#,
        r#"{"alg":"RS256","kid":"a","kid":"b"}"#,
        r#"{"alg":"RS256","\u0061lg":"none"}"#,
        r#"{"alg":"RS256","jwk":{"n":1,"n":2}}"#,
        "\u{feff}{\"alg\":\"RS256\"}",
        r#"{"alg":"RS256"}x"#,
        r#"{"alg":"RS256"}{}"#,
        r#"[{"alg":"RS256"}]"#,
        r#""RS256""#,
        "null",
        r#"{"alg":"RS256",}"#,
        r#"{"alg":"RS256","n":1e400}"#,
        r"{'alg':'RS256'}",
        &deep,
    ] {
        assert_eq!(refusal(&headed(header)), JoseError::Header, "{header}");
    }
    assert_eq!(
        refusal(&headed(b"{\"alg\":\"RS256\xff\"}")),
        JoseError::Header
    );
}

/// E18.
#[test]
fn token_of_five_megabytes_is_refused() {
    let payload = vec![b' '; 5 << 20];
    let text = sign(r#"{"alg":"RS256"}"#, payload, &key(RS256));
    assert_eq!(refusal(&text), JoseError::TooLong);
    assert_eq!(refusal(&".".repeat(Jws::MAX_BYTES + 1)), JoseError::TooLong);
    assert_eq!(refusal(&"a".repeat(Jws::MAX_BYTES)), JoseError::Segments);
}

#[test]
fn debug_shows_neither_payload_nor_signature() {
    let text = sign(
        r#"{"alg":"RS256","kid":"k1"}"#,
        r#"{"sub":"somebody"}"#,
        &key(RS256),
    );
    let shown = format!("{:?}", parse(&text).unwrap());
    assert_eq!(shown, r#"Jws { algorithm: Rs256, kid: Some("k1"), .. }"#);
}

proptest! {
    #![proptest_config(crate::signed::property())]

    #[test]
    fn any_text_is_taken_apart_without_panic(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn any_segments_are_taken_apart_without_panic(
        header in any::<Vec<u8>>(),
        payload in any::<Vec<u8>>(),
        signature in any::<Vec<u8>>(),
    ) {
        for header in [header, br#"{"alg":"RS256"}"#.to_vec()] {
            let text = [encode(header), encode(&payload), encode(&signature)].join(".");
            if let Ok(jws) = parse(&text) {
                prop_assert_eq!(jws.payload(), &payload[..]);
                let _ = jws.is_signed_by(&key(RS256), VERIFY);
            }
        }
    }
}
