//! ID tokens that lie: algorithm, key, header, claims, and the bytes themselves. All come by the
//! code flow, beside an access token that works.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::id_token::{BACK_CHANNEL_LOGOUT, Draft, parts, pem, resigned};
use crate::keys::{KEYS, Key, oct};
use crate::provider::{CLIENT_ID, CLIENT_SECRET, Calls, Op};
use crate::report::row;
use crate::stage::{INVALID, NOW, SESSION, Stage, base64url};

type Mint = Box<dyn Fn(Draft) -> String + Send + Sync>;

/// One lie, its name for the message of a failing test, and how it is refused.
struct Case(String, Mint, (u16, &'static str));

fn case(told: impl Into<String>, mint: impl Fn(Draft) -> String + Send + Sync + 'static) -> Case {
    Case(told.into(), Box::new(mint), INVALID)
}

/// What is no token by its length or its letters: then it is the answer of the token endpoint that
/// makes no sense.
fn nonsense(
    told: impl Into<String>,
    mint: impl Fn(Draft) -> String + Send + Sync + 'static,
) -> Case {
    Case(told.into(), Box::new(mint), (502, "provider_error"))
}

/// Refuses every case, each after exactly one request to the token endpoint and none to userinfo.
async fn each_is_refused(stage: &Stage, cases: Vec<Case>) {
    for Case(told, mint, refusal) in cases {
        stage.op.mint(mint);
        stage.refuses(&told, refusal, Calls::TOKEN).await;
    }
    honest_again(stage).await;
}

/// Refuses every case; as the key is not known, the key set is asked for once more.
async fn each_is_refused_after_one_look(stage: &Stage, cases: Vec<Case>) {
    for Case(told, mint, _) in cases {
        // Long enough that the next look is not put off.
        stage.clock.advance(31);
        stage.op.mint(mint);
        let calls = Calls {
            jwks: 1,
            ..Calls::TOKEN
        };
        stage.refuses(&told, INVALID, calls).await;
    }
    honest_again(stage).await;
}

/// The provider is told to be honest again, and is believed: it was the token that was refused.
async fn honest_again(stage: &Stage) {
    stage.op.mint_honestly();
    stage.accepts("bob").await;
}

async fn each_is_accepted(stage: &Stage, cases: Vec<Case>) {
    for Case(told, mint, _) in cases {
        stage.op.mint(mint);
        let (mut browser, answer) = stage.try_sign_in("alice").await;
        assert_eq!(answer.status.as_u16(), 200, "{told}: {}", answer.text);
        assert!(browser.is_signed_in().await, "{told}");
    }
}

/// Cases in which one claim has another value, in a token that is signed as it should be.
fn claims(name: &'static str, values: impl IntoIterator<Item = Value>) -> Vec<Case> {
    let cases = values.into_iter().map(|value| {
        let told: String = format!("{name} is {value}").chars().take(120).collect();
        case(told, move |draft| draft.claim(name, value.clone()).sign())
    });
    cases.collect()
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let _row = row("E1");
    let stage = Stage::warm().await;
    let algs = [
        json!("none"),
        json!("None"),
        json!("nOnE"),
        json!("NONE"),
        json!(""),
        json!(null),
        json!(0),
        json!(["RS256"]),
        json!({"RS256": 1}),
    ];
    let mut cases = Vec::new();
    for alg in algs {
        let (empty, signed) = (alg.clone(), alg.clone());
        cases.push(case(format!("alg {alg}, no signature"), move |draft| {
            draft.head("alg", empty.clone()).with_signature(&[])
        }));
        cases.push(case(format!("alg {alg}, a good signature"), move |draft| {
            draft.head("alg", signed.clone()).sign_as("RS256")
        }));
    }
    cases.push(case("no alg", |draft| {
        draft.headless("alg").sign_as("RS256")
    }));
    cases.push(case("an empty signature", |draft| {
        draft.with_signature(&[])
    }));
    cases.push(case("no third part", |draft| draft.input()));
    cases.push(case("one part", |draft| parts(&draft.sign())[1].clone()));
    cases.push(case("a fourth part", |draft| {
        format!("{}.AAAA", draft.sign())
    }));
    cases.push(case("an empty fourth part", |draft| {
        format!("{}.", draft.sign())
    }));
    cases.push(case(
        "five parts, a JWE around an unsigned token",
        |draft| {
            let header = json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT"}).to_string();
            let inner = draft.head("alg", json!("none")).with_signature(&[]);
            let parts = [
                header.as_bytes(),
                &[7; 256],
                &[7; 12],
                inner.as_bytes(),
                &[7; 16],
            ];
            parts.map(base64url).join(".")
        },
    ));
    cases.push(case("five parts, the header of a good one", |draft| {
        let [header, payload, signature] = parts(&draft.sign());
        format!("{header}..{payload}.{signature}.")
    }));
    cases.push(nonsense("nothing", |_| String::new()));
    cases.push(case("dots", |_| "..".to_owned()));
    each_is_refused(&stage, cases).await;
}

#[tokio::test]
async fn an_hmac_with_the_public_key_is_refused() {
    let _row = row("E2");
    for listed in [json!(["RS256"]), json!(["RS256", "HS256"])] {
        let stage = Stage::new().await;
        let listed_here = listed.clone();
        stage
            .op
            .metadata(|metadata| metadata["id_token_signing_alg_values_supported"] = listed_here);
        stage.accepts("alice").await;
        let key = &KEYS.rsa[0];
        let (pkcs1, spki) = (key.pkcs1(), key.spki());
        let texts = [
            ("PKCS#1 PEM", pem("RSA PUBLIC KEY", &pkcs1).into_bytes()),
            ("SPKI PEM", pem("PUBLIC KEY", &spki).into_bytes()),
            (
                "SPKI PEM and a newline",
                format!("{}\n", pem("PUBLIC KEY", &spki)).into_bytes(),
            ),
            ("PKCS#1 DER", pkcs1),
            ("SPKI DER", spki),
            ("the JWK", key.jwk().to_string().into_bytes()),
            ("the modulus", key.modulus()),
            (
                "the modulus in base64url",
                base64url(&key.modulus()).into_bytes(),
            ),
            ("the client secret", CLIENT_SECRET.as_bytes().to_vec()),
            ("the client id", CLIENT_ID.as_bytes().to_vec()),
            ("an empty key", Vec::new()),
        ];
        let mut cases = Vec::new();
        for (told, secret) in texts {
            let again = secret.clone();
            cases.push(case(format!("HS256 with {told}"), move |draft| {
                draft.head("alg", json!("HS256")).hs256(&secret)
            }));
            cases.push(case(
                format!("HS256 with {told}, without kid"),
                move |draft| {
                    draft
                        .head("alg", json!("HS256"))
                        .headless("kid")
                        .hs256(&again)
                },
            ));
        }
        cases.push(case("RS256 in the header, an HMAC behind it", |draft| {
            let secret = KEYS.rsa[0].modulus();
            draft.hs256(&secret)
        }));
        each_is_refused(&stage, cases).await;
    }
}

#[tokio::test]
async fn a_good_signature_of_an_algorithm_that_was_not_agreed_is_refused() {
    let _row = row("E3");
    let stage = Stage::warm().await;
    let signed = |key: &'static Key, alg: &'static str| {
        case(alg, move |draft: Draft| draft.with_key(key, alg).sign())
    };
    let mut cases = vec![
        signed(&KEYS.rsa[0], "PS256"),
        signed(&KEYS.rsa[0], "RS384"),
        signed(&KEYS.p256[0], "ES256"),
        signed(&KEYS.ed25519[0], "EdDSA"),
        case("rs256 in small letters", |draft| {
            draft.head("alg", json!("rs256")).sign_as("RS256")
        }),
        case("RS256 in the header, PS256 behind it", |draft| {
            draft.sign_as("PS256")
        }),
    ];
    cases.push(case("ES256 in the header, without kid", |draft| {
        draft
            .with_key(&KEYS.p256[0], "ES256")
            .headless("kid")
            .sign()
    }));
    each_is_refused(&stage, cases).await;
    // No RSA key has this name, so the set is looked at once more.
    let cases = vec![case("RS256 in the header, ES256 behind it", |draft| {
        draft.with_key(&KEYS.p256[0], "RS256").sign_as("ES256")
    })];
    each_is_refused_after_one_look(&stage, cases).await;
    // What was agreed otherwise is accepted: it is the agreement that counts.
    let stage = Stage::new().await;
    stage.op.metadata(|metadata| {
        metadata["id_token_signing_alg_values_supported"] = json!(["ES256"]);
    });
    stage
        .op
        .mint(|draft| draft.with_key(&KEYS.p256[0], "ES256").sign());
    stage.accepts("alice").await;
    each_is_refused_as_rs256(&stage).await;
}

async fn each_is_refused_as_rs256(stage: &Stage) {
    stage.op.mint_honestly();
    stage
        .refuses("RS256 where ES256 was agreed", INVALID, Calls::TOKEN)
        .await;
}

#[tokio::test]
async fn a_key_that_the_token_brings_along_is_refused_and_never_fetched() {
    let _row = row("E4");
    let stage = Stage::warm().await;
    let elsewhere = stage.op.elsewhere();
    let der = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(KEYS.attacker.spki())
    };
    let mut jwk = KEYS.attacker.jwk();
    jwk["alg"] = json!("RS256");
    let headers = [
        ("jwk", jwk),
        ("jku", json!(elsewhere)),
        ("x5u", json!(elsewhere)),
        ("x5c", json!([der])),
        ("x5t", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        (
            "x5t#S256",
            json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ),
    ];
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for (name, value) in headers {
        let (first, second) = (value.clone(), value.clone());
        known.push(case(format!("{name} beside a known kid"), move |draft| {
            draft
                .head(name, value.clone())
                .signed_by(&KEYS.attacker)
                .sign()
        }));
        known.push(case(format!("{name} and no kid"), move |draft| {
            draft
                .head(name, first.clone())
                .headless("kid")
                .signed_by(&KEYS.attacker)
                .sign()
        }));
        unknown.push(case(format!("{name} beside its own kid"), move |draft| {
            draft
                .head(name, second.clone())
                .with_key(&KEYS.attacker, "RS256")
                .sign()
        }));
    }
    // Without kid the one fitting key fails; whether the set is looked at again is left open.
    for Case(told, mint, _) in known {
        stage.clock.advance(31);
        stage.op.mint(mint);
        refused_with_at_most_one_look(&stage, &told).await;
    }
    each_is_refused_after_one_look(&stage, unknown).await;
    assert_eq!(
        stage.op.calls().elsewhere,
        0,
        "the attacker's address is never asked"
    );
}

/// Refuses; the key set may be asked for once more.
async fn refused_with_at_most_one_look(stage: &Stage, told: &str) {
    let accounts = stage.accounts().await;
    let before = stage.op.calls();
    let (mut browser, answer) = stage.try_sign_in("mallory").await;
    stage
        .refused(&mut browser, &answer, accounts, INVALID, told)
        .await;
    let calls = stage.op.calls().since(before);
    assert_eq!(Calls { jwks: 0, ..calls }, Calls::TOKEN, "{told}");
    assert!(calls.jwks <= 1, "{told}: {calls:?}");
}

#[tokio::test]
async fn a_key_name_that_leads_nowhere_is_refused() {
    let _row = row("E5");
    let stage = Stage::warm().await;
    // Each is signed with the right key: only its name is wrong.
    let named = |kid: Value| {
        let told: String = format!("kid {kid}").chars().take(80).collect();
        case(told, move |draft: Draft| {
            draft.head("kid", kid.clone()).sign()
        })
    };
    let unknown = vec![
        named(json!("../../dev/null")),
        named(json!("'; drop table account; --")),
        named(json!("rsa-0\u{0}")),
        named(json!("RSA-0")),
        case("the kid of a key that was never published", |draft| {
            draft.with_key(&KEYS.rsa[1], "RS256").sign()
        }),
    ];
    each_is_refused_after_one_look(&stage, unknown).await;
    for Case(told, mint, _) in [
        named(json!("")),
        named(json!("x".repeat(1000))),
        named(json!(0)),
        named(json!(["rsa-0"])),
        named(json!({"rsa-0": 1})),
        case("kid twice", |draft| {
            let header = r#"{"alg":"RS256","kid":"rsa-1","kid":"rsa-0"}"#;
            draft.raw(header, &draft.claims.to_string(), "RS256")
        }),
        case(
            "the kid of a key for encryption, which signed it",
            |draft| {
                draft
                    .signed_by(&KEYS.rsa[2])
                    .head("kid", json!("for-encryption"))
                    .sign()
            },
        ),
        case("the kid of a key of another kind", |draft| {
            draft.head("kid", json!(KEYS.p256[0].kid)).sign()
        }),
    ] {
        stage.clock.advance(31);
        stage.op.mint(mint);
        refused_with_at_most_one_look(&stage, &told).await;
    }
    honest_again(&stage).await;
    // Longer than a token may be.
    stage
        .op
        .mint(|draft| draft.head("kid", json!("x".repeat(256 * 1024))).sign());
    stage
        .refuses("kid of 256 kB", (502, "provider_error"), Calls::TOKEN)
        .await;
}

#[tokio::test]
async fn a_key_of_another_provider_is_refused() {
    let _row = row("E5/other");
    let (stage, other) = Stage::with_two().await;
    other.keys(vec![KEYS.attacker.jwk()]);
    other.mint(|draft| draft.with_key(&KEYS.attacker, "RS256").sign());
    stage.accepts("alice").await;
    let answer = stage
        .browser()
        .try_sign_in_at("beta", &other, "alice")
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let others = other.calls();
    let cases = vec![case("the other provider's key", |draft| {
        draft.with_key(&KEYS.attacker, "RS256").sign()
    })];
    each_is_refused_after_one_look(&stage, cases).await;
    assert_eq!(other.calls(), others, "the other provider is not asked");
}

#[tokio::test]
async fn a_critical_extension_is_refused() {
    let _row = row("E6");
    let stage = Stage::warm().await;
    let crit = |value: Value| {
        case(format!("crit {value}"), move |draft: Draft| {
            draft.head("crit", value.clone()).sign()
        })
    };
    let cases = vec![
        crit(json!(["exp"])),
        crit(json!(["unknown"])),
        crit(json!(["b64"])),
        crit(json!([])),
        crit(json!("exp")),
        crit(json!(null)),
        case("b64 false", |draft| {
            draft
                .head("crit", json!(["b64"]))
                .head("b64", json!(false))
                .sign()
        }),
    ];
    each_is_refused(&stage, cases).await;
}

#[tokio::test]
async fn another_issuer_is_refused() {
    let _row = row("E7");
    let (stage, other) = Stage::with_two().await;
    stage.accepts("alice").await;
    let own = stage.op.issuer();
    let values = [
        json!(other.issuer()),
        json!(format!("{own}1")),
        json!(format!("{own}/")),
        json!(own[..own.len() - 1]),
        json!(own.to_uppercase()),
        json!([own]),
        json!(""),
        json!(null),
        json!(7),
    ];
    let mut cases = claims("iss", values);
    cases.push(case("no iss", |draft| draft.without("iss").sign()));
    each_is_refused(&stage, cases).await;
}

#[tokio::test]
async fn googles_issuer_is_accepted_with_and_without_its_scheme() {
    let _row = row("E8");
    let (stage, _) = Stage::google().await;
    stage.accepts("alice").await;
    let bare = stage.op.issuer().replace("http://", "");
    stage
        .op
        .mint(move |draft| draft.claim("iss", json!(bare)).sign());
    stage.accepts("alice").await;
    assert_eq!(stage.accounts().await, 1, "both are one identity");
    stage.accepts("bob").await;
    stage.op.mint_honestly();
    stage.accepts("bob").await;
    assert_eq!(stage.accounts().await, 2);
    // Nothing else is: neither more, nor less, nor another scheme.
    let bare = stage.op.issuer().replace("http://", "");
    let values = [
        json!(format!("https://{bare}")),
        json!(format!("//{bare}")),
        json!(format!("{bare}1")),
        json!(format!("evil{bare}")),
        json!(bare.to_uppercase()),
        json!([bare]),
    ];
    each_is_refused(&stage, claims("iss", values)).await;
}

#[tokio::test]
async fn the_issuer_of_another_provider_without_its_scheme_is_refused() {
    let _row = row("E9");
    let stage = Stage::warm().await;
    let bare = stage.op.issuer().replace("http://", "");
    each_is_refused(&stage, claims("iss", [json!(bare)])).await;
}

#[tokio::test]
async fn an_audience_that_is_not_ours_alone_is_refused() {
    let _row = row("E10");
    let stage = Stage::warm().await;
    let values = [
        json!("other"),
        json!([]),
        json!(["other"]),
        json!([CLIENT_ID, "other"]),
        json!(["other", CLIENT_ID]),
        json!([CLIENT_ID, 7]),
        json!([[CLIENT_ID]]),
        json!(7),
        json!(null),
        json!(""),
        json!({CLIENT_ID: true}),
        json!(CLIENT_ID.to_uppercase()),
        json!(format!("{CLIENT_ID} ")),
        json!(CLIENT_ID[..CLIENT_ID.len() - 1]),
    ];
    each_is_refused(&stage, claims("aud", values)).await;
    each_is_accepted(
        &stage,
        claims("aud", [json!(CLIENT_ID), json!([CLIENT_ID])]),
    )
    .await;
}

#[tokio::test]
async fn a_token_that_was_made_for_another_party_is_refused() {
    let _row = row("E11");
    let stage = Stage::warm().await;
    let values = [json!("other"), json!(""), json!(7), json!([CLIENT_ID])];
    each_is_refused(&stage, claims("azp", values)).await;
    each_is_accepted(&stage, claims("azp", [json!(CLIENT_ID)])).await;
}

#[tokio::test]
async fn a_token_that_has_ended_or_does_not_say_when_is_refused() {
    let _row = row("E12");
    let stage = Stage::warm().await;
    let values = [
        json!(NOW - 360),
        json!(NOW - 301),
        json!(0),
        json!(-1),
        json!(-1e300),
        json!((NOW + 3600).to_string()),
        json!("NaN"),
        json!("Infinity"),
        json!(true),
        json!(null),
        json!([NOW + 3600]),
        json!({}),
    ];
    let mut cases = claims("exp", values);
    cases.push(case("no exp", |draft| draft.without("exp").sign()));
    for number in ["1e300", "1e400", "-1e400", "NaN", "Infinity"] {
        cases.push(case(format!("exp is {number}"), move |draft| {
            let with = draft.claim("exp", json!("EXP"));
            let payload = with.claims.to_string().replace("\"EXP\"", number);
            with.raw(&with.header.to_string(), &payload, "RS256")
        }));
    }
    each_is_refused(&stage, cases).await;
    #[expect(clippy::cast_precision_loss, reason = "the number is small")]
    let float = (NOW + 3600) as f64;
    let values = [json!(NOW - 299), json!(NOW + 1), json!(float)];
    each_is_accepted(&stage, claims("exp", values)).await;
}

#[tokio::test]
async fn a_token_from_the_future_is_refused() {
    let _row = row("E13");
    let stage = Stage::warm().await;
    let wrong = || {
        [
            json!(NOW + 301),
            json!(NOW + 360),
            json!("1"),
            json!(NOW.to_string()),
            json!(true),
            json!([NOW]),
        ]
    };
    let mut cases = claims("iat", wrong());
    cases.push(case("no iat", |draft| draft.without("iat").sign()));
    cases.extend(claims("iat", [json!(null)]));
    cases.extend(claims("nbf", wrong()));
    each_is_refused(&stage, cases).await;
    let near = || [json!(NOW + 299), json!(NOW - 299)];
    each_is_accepted(&stage, claims("iat", near())).await;
    each_is_accepted(&stage, claims("nbf", near())).await;
}

#[tokio::test]
async fn a_nonce_that_is_not_ours_is_refused() {
    let _row = row("E14");
    let stage = Stage::warm().await;
    let nonce = |told: &str, change: fn(&str) -> Value| {
        case(format!("nonce {told}"), move |draft: Draft| {
            let nonce = draft.claims["nonce"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            draft.claim("nonce", change(&nonce)).sign()
        })
    };
    let cases = vec![
        case("no nonce", |draft| draft.without("nonce").sign()),
        nonce("of another sign-in", |_| json!(base64url(&[9; 32]))),
        nonce("cut", |nonce| json!(nonce[..nonce.len() - 1])),
        nonce("with more behind it", |nonce| json!(format!("{nonce}1"))),
        nonce("in other letters", |nonce| json!(flip_case(nonce))),
        nonce("in a list", |nonce| json!([nonce])),
        nonce("a number", |_| json!(7)),
        nonce("null", |_| json!(null)),
        nonce("empty", |_| json!("")),
    ];
    each_is_refused(&stage, cases).await;
}

fn flip_case(text: &str) -> String {
    let flipped = text.chars().map(|letter| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    });
    flipped.collect()
}

#[tokio::test]
async fn a_subject_that_is_none_is_refused() {
    let _row = row("E15");
    let stage = Stage::warm().await;
    let values = [
        json!(""),
        json!(null),
        json!(7),
        json!(["mallory"]),
        json!("m".repeat(256)),
        json!("mallory\u{0}"),
        json!("mallory\r\nx-evil: 1"),
        json!("mallory\n"),
        json!("\u{202e}yrollam"),
        json!("mällory"),
        json!("\u{200b}mallory"),
    ];
    let mut cases = claims("sub", values);
    cases.push(case("no sub", |draft| draft.without("sub").sign()));
    each_is_refused(&stage, cases).await;
    let longest: &'static str = String::leak("m".repeat(255));
    stage.op.mint_honestly();
    stage.accepts(longest).await;
    stage.accepts("auth0|5f:~!{ }").await;
}

/// The `at_hash` of an access token (`OpenID` Connect Core, 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    use sha2::Digest as _;
    base64url(&sha2::Sha256::digest(access_token)[..16])
}

#[tokio::test]
async fn a_hash_of_another_access_token_is_refused() {
    let _row = row("E16");
    let stage = Stage::warm().await;
    let whole = {
        use sha2::Digest as _;
        base64url(&sha2::Sha256::digest("another"))
    };
    let values = [
        json!(at_hash("another")),
        json!(whole),
        json!(""),
        json!(7),
        json!(null),
        json!([]),
    ];
    let mut cases = claims("at_hash", values);
    cases.push(case("at_hash with more behind it", |draft| {
        let wrong = format!("{}A", at_hash(&draft.access_token));
        draft.claim("at_hash", json!(wrong)).sign()
    }));
    each_is_refused(&stage, cases).await;
    stage.op.mint(|draft| {
        let right = at_hash(&draft.access_token);
        draft.claim("at_hash", json!(right)).sign()
    });
    stage.accepts("alice").await;
}

#[tokio::test]
async fn a_signature_that_was_touched_is_refused() {
    let _row = row("E17");
    let stage = Stage::warm().await;
    let bytes = |told: &str, change: fn(&mut Vec<u8>)| {
        case(format!("signature {told}"), move |draft: Draft| {
            resigned(&draft.sign(), change)
        })
    };
    let text = |told: &str, change: fn(&str) -> String| {
        case(format!("signature {told}"), move |draft: Draft| {
            let [_, _, signature] = parts(&draft.sign());
            draft.with_signature_text(&change(&signature))
        })
    };
    let spaced = |told: &str, change: fn(&str) -> String| {
        let Case(told, mint, _) = text(told, change);
        nonsense(told, mint)
    };
    let mut cases = vec![
        bytes("with the first bit flipped", |signature| {
            signature[0] ^= 0x80;
        }),
        bytes("with the last bit flipped", |signature| signature[255] ^= 1),
        bytes("with a bit in the middle flipped", |signature| {
            signature[128] ^= 8;
        }),
        bytes("without its last byte", |signature| signature.truncate(255)),
        bytes("without its first byte", |signature| {
            signature.remove(0);
        }),
        bytes("with a zero before it", |signature| signature.insert(0, 0)),
        bytes("with a byte after it", |signature| signature.push(0)),
        bytes("all zeros", |signature| signature.fill(0)),
        bytes("all ones", |signature| signature.fill(0xff)),
        text("with padding", |signature| format!("{signature}==")),
        text("with one padding sign", |signature| format!("{signature}=")),
        spaced("with a space after it", |signature| format!("{signature} ")),
        spaced("with a newline after it", |signature| {
            format!("{signature}\n")
        }),
        spaced("with a newline in it", |signature| {
            format!("{}\r\n{}", &signature[..64], &signature[64..])
        }),
        text("in the other alphabet", |signature| {
            // A signature without these letters would be the same text; then it is made to differ.
            let other = signature.replace('-', "+").replace('_', "/");
            if other == signature {
                format!("{other}+")
            } else {
                other
            }
        }),
        text("with other bits after its end", last_letter_changed),
    ];
    cases.push(case("header with padding", |draft| {
        let [header, payload, signature] = parts(&draft.sign());
        format!("{header}=.{payload}.{signature}")
    }));
    cases.push(case("payload of another token", |draft| {
        let other = draft.clone().claim("sub", json!("alice")).sign();
        let ([header, _, signature], [_, payload, _]) = (parts(&draft.sign()), parts(&other));
        format!("{header}.{payload}.{signature}")
    }));
    cases.push(nonsense("a space before all", |draft| {
        format!(" {}", draft.sign())
    }));
    each_is_refused(&stage, cases).await;
}

/// The same bytes by another last letter: base64 has some bits to spare there.
fn last_letter_changed(signature: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = signature.as_bytes()[signature.len() - 1];
    let place = LETTERS
        .iter()
        .position(|letter| *letter == last)
        .expect("base64url");
    let other = char::from(LETTERS[place ^ 1]);
    format!("{}{other}", &signature[..signature.len() - 1])
}

#[tokio::test]
async fn an_elliptic_signature_that_is_none_is_refused() {
    let _row = row("E17/ES256");
    let stage = Stage::new().await;
    stage.op.metadata(|metadata| {
        metadata["id_token_signing_alg_values_supported"] = json!(["ES256"]);
    });
    let es256 = |draft: Draft| draft.with_key(&KEYS.p256[0], "ES256");
    stage.op.mint(move |draft| es256(draft).sign());
    stage.accepts("alice").await;
    let order: Vec<u8> = [
        0xffff_ffff_0000_0000_u64,
        0xffff_ffff_ffff_ffff,
        0xbce6_faad_a717_9e84,
        0xf3b9_cac2_fc63_2551,
    ]
    .iter()
    .flat_map(|limb| limb.to_be_bytes())
    .collect();
    let fixed = [
        ("r = s = 0", vec![0; 64]),
        ("r = 0, s = 1", [vec![0; 63], vec![1]].concat()),
        ("r = 1, s = 0", [vec![0; 31], vec![1], vec![0; 32]].concat()),
        ("r = s = the order", [order.clone(), order].concat()),
        ("nothing", Vec::new()),
    ];
    let mut cases: Vec<Case> = fixed
        .into_iter()
        .map(|(told, signature)| case(told, move |draft| es256(draft).with_signature(&signature)))
        .collect();
    cases.push(case("DER", move |draft| {
        let draft = es256(draft);
        draft.raw(
            &draft.header.to_string(),
            &draft.claims.to_string(),
            "ES256 in DER",
        )
    }));
    cases.push(case("the signature of the attacker's key", move |draft| {
        es256(draft).signed_by(&KEYS.p256[1]).sign()
    }));
    for Case(told, mint, _) in cases {
        stage.op.mint(mint);
        stage.refuses(&told, INVALID, Calls::TOKEN).await;
    }
}

fn prefixed(first: &str, payload: &str) -> Vec<u8> {
    format!("{{{first},{}", &payload[1..]).into_bytes()
}

fn suffixed(payload: &str, last: &str) -> Vec<u8> {
    format!("{},{last}}}", &payload[..payload.len() - 1]).into_bytes()
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "it is a list: one lie after the other"
)]
async fn json_that_can_be_read_in_two_ways_is_refused() {
    let _row = row("E18");
    let stage = Stage::warm().await;
    // `payload` is made of the right one, and signed as it is.
    let payload = |told: &str, change: fn(String) -> Vec<u8>| {
        case(format!("payload {told}"), move |draft: Draft| {
            let payload = change(draft.claims.to_string());
            draft.raw_bytes(draft.header.to_string().as_bytes(), &payload, "RS256")
        })
    };
    let mut cases = vec![
        payload("with sub twice", |payload| {
            prefixed(r#""sub":"alice""#, &payload)
        }),
        payload("with sub twice, the other way round", |payload| {
            suffixed(&payload, r#""sub":"alice""#)
        }),
        payload("with the same sub twice", |payload| {
            suffixed(&payload, r#""sub":"mallory""#)
        }),
        payload("with aud twice", |payload| {
            prefixed(r#""aud":"other""#, &payload)
        }),
        payload("with iss twice, once escaped", |payload| {
            prefixed(r#""\u0069ss":"https://op.example""#, &payload)
        }),
        payload("with nonce twice", |payload| {
            prefixed(r#""nonce":"other""#, &payload)
        }),
        payload("with exp twice", |payload| prefixed(r#""exp":1"#, &payload)),
        payload("with a byte order mark", |payload| {
            ["\u{feff}".as_bytes(), payload.as_bytes()].concat()
        }),
        payload("with something behind it", |payload| {
            format!("{payload} x").into_bytes()
        }),
        payload("twice", |payload| {
            format!("{payload}{payload}").into_bytes()
        }),
        payload("in a list", |payload| format!("[{payload}]").into_bytes()),
        payload("a text", |payload| json!(payload).to_string().into_bytes()),
        payload("in UTF-16", |payload| {
            payload.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }),
        payload("with a byte that is no UTF-8", |payload| {
            let mut bytes = suffixed(&payload, r#""x":"?""#);
            let at = bytes
                .iter()
                .position(|byte| *byte == b'?')
                .expect("the mark");
            bytes[at] = 0xff;
            bytes
        }),
        payload("2000 deep", |payload| {
            let deep = format!("\"x\":{}{}", "[".repeat(2000), "]".repeat(2000));
            suffixed(&payload, &deep)
        }),
        nonsense("payload 10 000 deep", |draft| {
            let deep = format!("\"x\":{}{}", "[".repeat(10_000), "]".repeat(10_000));
            let payload = suffixed(&draft.claims.to_string(), &deep);
            draft.raw_bytes(draft.header.to_string().as_bytes(), &payload, "RS256")
        }),
        payload("cut", |payload| {
            payload.as_bytes()[..payload.len() - 1].to_vec()
        }),
        payload("with a comment", |payload| {
            format!("/**/{payload}").into_bytes()
        }),
        payload("null", |_| b"null".to_vec()),
        payload("nothing", |_| Vec::new()),
    ];
    let header = |told: &str, header: &'static [u8]| {
        case(format!("header {told}"), move |draft: Draft| {
            draft.raw_bytes(header, draft.claims.to_string().as_bytes(), "RS256")
        })
    };
    cases.extend([
        header(
            "with alg twice",
            br#"{"alg":"none","alg":"RS256","kid":"rsa-0"}"#,
        ),
        header(
            "with alg twice, other way",
            br#"{"alg":"RS256","alg":"none","kid":"rsa-0"}"#,
        ),
        header("in a list", br#"[{"alg":"RS256","kid":"rsa-0"}]"#),
        header(
            "with something behind it",
            br#"{"alg":"RS256","kid":"rsa-0"}x"#,
        ),
        header(
            "with a byte order mark",
            b"\xef\xbb\xbf{\"alg\":\"RS256\",\"kid\":\"rsa-0\"}",
        ),
        header("null", b"null"),
        header("empty", b""),
    ]);
    each_is_refused(&stage, cases).await;
    stage
        .op
        .mint(|draft| draft.claim("x", json!("x".repeat(256 * 1024))).sign());
    stage
        .refuses("a payload of 256 kB", (502, "provider_error"), Calls::TOKEN)
        .await;
    // More than is read at all; how an answer of that size is refused is F-6.
    let accounts = stage.accounts().await;
    stage
        .op
        .mint(|draft| draft.claim("x", json!("x".repeat(5 * 1024 * 1024))).sign());
    let (mut browser, answer) = stage.try_sign_in("mallory").await;
    let (status, code) = answer.refusal();
    assert!([502, 503].contains(&status), "{status} {code}");
    stage
        .refused(&mut browser, &answer, accounts, (status, &code), "5 MB")
        .await;
}

#[tokio::test]
async fn a_token_of_another_kind_is_refused() {
    let _row = row("E19");
    let stage = Stage::new().await;
    let alice = stage.accepts("alice").await;
    let ours = alice.cookies[SESSION].clone();
    let typed = |typ: &'static str| {
        case(format!("typ {typ}"), move |draft: Draft| {
            draft.head("typ", json!(typ)).sign()
        })
    };
    let mut cases = vec![
        typed("at+jwt"),
        typed("application/at+jwt"),
        typed("logout+jwt"),
        typed("dpop+jwt"),
        typed("secevent+jwt"),
        typed("stagedoor+jwt"),
    ];
    // Its type left out, as many providers do: then it is the event that tells.
    cases.push(case("a logout token that does not say so", |draft| {
        let events = json!({BACK_CHANNEL_LOGOUT: {}});
        draft.headless("typ").claim("events", events).sign()
    }));
    cases.push(case("a logout token", |draft| {
        let events = json!({BACK_CHANNEL_LOGOUT: {}});
        draft
            .head("typ", json!("logout+jwt"))
            .claim("events", events)
            .claim("jti", json!("1"))
            .without("nonce")
            .sign()
    }));
    for Case(told, mint, _) in cases {
        stage.op.mint(mint);
        stage.refuses(&told, INVALID, Calls::TOKEN).await;
    }
    stage.clock.advance(31);
    stage.op.mint(move |_| ours.clone());
    refused_with_at_most_one_look(&stage, "our own session token").await;
    honest_again(&stage).await;
    stage.op.mint(|draft| draft.headless("typ").sign());
    stage.accepts("alice").await;
}

#[tokio::test]
async fn a_token_of_another_client_of_this_provider_is_refused() {
    let _row = row("E20");
    let stage = Stage::warm().await;
    let cases = vec![case("for another client", |draft| {
        draft
            .claim("aud", json!("other-client"))
            .claim("azp", json!("other-client"))
            .sign()
    })];
    each_is_refused(&stage, cases).await;
}

#[tokio::test]
async fn no_age_is_asked_for_so_none_is_needed() {
    let _row = row("E21");
    let stage = Stage::new().await;
    let attempt = stage.browser().begin(stage.provider).await;
    assert_eq!(attempt.parameters("max_age"), [""; 0]);
    each_is_accepted(&stage, claims("auth_time", [json!(0), json!(NOW)])).await;
}

#[tokio::test]
async fn a_compressed_token_is_refused() {
    let _row = row("E22");
    let stage = Stage::warm().await;
    let deflated = |text: &[u8]| {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).expect("written");
        encoder.finish().expect("finished")
    };
    let cases = vec![
        case("zip in the header of a plain token", |draft| {
            draft.head("zip", json!("DEF")).sign()
        }),
        case("a compressed payload", move |draft| {
            let payload = deflated(draft.claims.to_string().as_bytes());
            let header = draft.clone().head("zip", json!("DEF")).header.to_string();
            draft.raw_bytes(header.as_bytes(), &payload, "RS256")
        }),
        nonsense("a compressed payload that is huge", move |draft| {
            let payload = deflated(&vec![b' '; 8 * 1024 * 1024]);
            let header = draft.clone().head("zip", json!("DEF")).header.to_string();
            draft.raw_bytes(header.as_bytes(), &payload, "RS256")
        }),
        nonsense("a JWE with a bomb in it", move |_| {
            let header = json!({"alg": "dir", "enc": "A256GCM", "zip": "DEF"}).to_string();
            let bomb = deflated(&vec![b' '; 8 * 1024 * 1024]);
            [header.as_bytes(), &[], &[7; 12], &bomb, &[7; 16]]
                .map(base64url)
                .join(".")
        }),
    ];
    each_is_refused(&stage, cases).await;
}

#[tokio::test]
async fn a_symmetric_key_in_the_set_signs_nothing() {
    let _row = row("E2/oct");
    let stage = Stage::new().await;
    publish_oct(&stage.op);
    stage.accepts("alice").await;
    let cases = vec![case("HS256 with a key of the set", |draft| {
        draft
            .head("alg", json!("HS256"))
            .head("kid", json!("shared"))
            .hs256(b"a secret that everybody can read!")
    })];
    for Case(told, mint, _) in cases {
        stage.clock.advance(31);
        stage.op.mint(mint);
        refused_with_at_most_one_look(&stage, &told).await;
    }
}

fn publish_oct(op: &Op) {
    op.keys(vec![
        oct("shared", b"a secret that everybody can read!"),
        KEYS.rsa[0].jwk(),
    ]);
}
