//! Metadata and key sets: another issuer's, endpoints where nobody should be sent, redirects, sizes,
//! slowness, nonsense, and how long what was read is believed.

use std::io::Write as _;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use server::clock::Clock;

use crate::id_token::Draft;
use crate::keys::{KEYS, Key, oct, secp256k1};
use crate::provider::{Calls, Endpoint, Op};
use crate::raw::{Reply, listen_mute};
use crate::report::row;
use crate::stage::{
    ACME, Answer, INVALID, NOW, ORIGIN, Stage, by_discovery, challenge, encoded, google_at, read,
    verifier,
};

const ERROR: (u16, &str) = (502, "provider_error");
const UNAVAILABLE: (u16, &str) = (503, "provider_unavailable");
/// The endpoints that a sign-in calls, in its order.
const ENDPOINTS: [Endpoint; 4] = [
    Endpoint::Discovery,
    Endpoint::Token,
    Endpoint::Jwks,
    Endpoint::Userinfo,
];

/// Begins, which must be refused before the browser is sent anywhere.
async fn begin_is_refused(stage: &Stage, told: &str, refusal: (u16, &str)) {
    let mut browser = stage.browser();
    let answer = browser.try_begin(stage.provider, &verifier()).await;
    stage.refused(&mut browser, &answer, 0, refusal, told).await;
    assert_eq!(browser.cookies.len(), 0, "{told}");
    let calls = stage.op.calls();
    assert_eq!(
        Calls {
            discovery: 0,
            ..calls
        },
        Calls::NONE,
        "{told}"
    );
    assert!(calls.discovery <= 1, "{told}: {calls:?}");
}

/// Signs in at a new stage while one endpoint answers with `reply`, and sees that it is refused
/// there: nothing after it is called, and nothing is called twice.
async fn is_refused_at(endpoint: Endpoint, told: &str, refusal: (u16, &str), reply: Reply) {
    let stage = Stage::new().await;
    stage.op.reply(endpoint, reply);
    refused_at(&stage, endpoint, told, refusal).await;
}

async fn refused_at(stage: &Stage, endpoint: Endpoint, told: &str, refusal: (u16, &str)) {
    let told = &format!("{endpoint:?}: {told}");
    if endpoint == Endpoint::Discovery {
        begin_is_refused(stage, told, refusal).await;
        return;
    }
    let (mut browser, answer) = stage.try_sign_in("mallory").await;
    stage.refused(&mut browser, &answer, 0, refusal, told).await;
    let calls = stage.op.calls();
    let expected = Calls {
        discovery: 1,
        token: 1,
        jwks: usize::from(endpoint != Endpoint::Token),
        userinfo: usize::from(endpoint == Endpoint::Userinfo),
        ..Calls::NONE
    };
    assert_eq!(calls, expected, "{told}");
    assert_eq!(stage.op.complaints(), [""; 0], "{told}");
}

#[tokio::test]
async fn metadata_that_names_another_issuer_is_refused() {
    let _row = row("F-1");
    let stage = Stage::new().await;
    let own = stage.op.issuer().to_owned();
    for wrong in [
        json!(format!("{own}1")),
        json!(format!("{own}/")),
        json!(own[..own.len() - 1]),
        json!(own.to_uppercase()),
        json!(own.replace("http:", "https:")),
        json!(own.replace("127.0.0.1", "localhost")),
        json!([own]),
        json!(""),
        json!(null),
        json!("https://op.example"),
    ] {
        let stage = Stage::new().await;
        let wrong_here = wrong.to_string().replace(&own, stage.op.issuer());
        let wrong_here: Value = serde_json::from_str(&wrong_here).expect("JSON");
        stage
            .op
            .metadata(|metadata| metadata["issuer"] = wrong_here);
        begin_is_refused(&stage, &wrong.to_string(), ERROR).await;
        // It was not kept: once the document is right, the same server signs people in.
        let right = json!(stage.op.issuer());
        stage.op.metadata(|metadata| metadata["issuer"] = right);
        stage.clock.advance(61);
        stage.accepts("alice").await;
    }
}

#[tokio::test]
async fn an_issuer_that_a_visitor_brings_along_is_never_asked() {
    let _row = row("F-2");
    let stage = Stage::warm().await;
    let evil = Op::start(stage.clock.clone()).await;
    let mut browser = stage.browser();
    for provider in [
        evil.issuer(),
        "acme?iss=x",
        "../acme",
        "ACME",
        "acme%00",
        "",
    ] {
        let answer = browser.try_begin(provider, &verifier()).await;
        assert_eq!(
            answer.refusal(),
            (400, "bad_request".to_owned()),
            "{provider}"
        );
        assert!(!answer.text.contains(evil.issuer()), "{}", answer.text);
    }
    let body = json!({
        "provider": ACME,
        "code_challenge": challenge(&verifier()),
        "iss": evil.issuer(),
        "issuer": evil.issuer(),
    });
    let path = format!("/api/sign-in/begin?iss={}", evil.issuer());
    let answer = browser.post(&path, body).await;
    if answer.status.as_u16() == 200 {
        let url = answer.json()["authorize_url"]
            .as_str()
            .expect("an address")
            .to_owned();
        assert!(
            url.starts_with(&format!("{}/authorize?", stage.op.issuer())),
            "{url}"
        );
    }
    let attempt = browser.begin(ACME).await;
    let before = stage.op.calls();
    let mut pairs = stage.op.consent(&attempt.authorize_url, "mallory");
    for pair in &mut pairs {
        if pair.0 == "iss" {
            evil.issuer().clone_into(&mut pair.1);
        }
    }
    let answer = browser
        .complete(ACME, &encoded(&pairs), &attempt.verifier)
        .await;
    let refusal = (400, "issuer_mismatch");
    stage
        .refused(&mut browser, &answer, 1, refusal, "iss")
        .await;
    assert_eq!(stage.op.calls(), before);
    assert_eq!(
        evil.calls(),
        Calls::NONE,
        "nobody asks an issuer of a visitor"
    );
}

/// The members of the metadata where the server or the browser is sent.
const ENDPOINT_MEMBERS: [&str; 6] = [
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
];

/// Addresses inside somebody's network, in every spelling.
const INSIDE: [&str; 17] = [
    "127.0.0.1",
    "[::1]",
    "0.0.0.0",
    "[::]",
    "169.254.169.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "2130706433",
    "0177.0.0.1",
    "0x7f.1",
    "localhost",
];

#[tokio::test]
async fn an_issuer_inside_the_network_is_refused_in_the_settings() {
    let _row = row("F-3/settings");
    let https = [
        ("STAGEDOOR_ORIGIN", "https://music.example"),
        ("STAGEDOOR_ALLOW_LOOPBACK", "false"),
        ("STAGEDOOR_LIMITS", "on"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut wrong: Vec<String> = INSIDE.map(|host| format!("https://{host}")).to_vec();
    wrong.extend(INSIDE.map(|host| format!("http://{host}:4400")));
    for issuer in [
        "https://localhost.",
        "https://someone@op.example",
        "https://op.example?x=1",
        "https://op.example#x",
        "http://op.example",
        "file:///etc/passwd",
        "gopher://op.example",
        "ftp://op.example",
        "//op.example",
        "op.example",
        "https://",
        "https://metadata.google.internal",
    ] {
        wrong.push(issuer.to_owned());
    }
    let mut let_in = Vec::new();
    for issuer in wrong {
        for (variable, settings) in [
            ("OIDC_ACME_ISSUER", by_discovery("acme", &issuer)),
            ("GOOGLE_ISSUER", google_at(&issuer)),
        ] {
            let mut all = https.to_vec();
            all.extend(settings);
            match read(&all) {
                Ok(_) => let_in.push(format!("{variable}={issuer}")),
                Err(report) => assert!(report.contains(variable), "{issuer}: {report}"),
            }
        }
    }
    // In development http on loopback is let in, and nothing else.
    for issuer in [
        "http://op.example",
        "http://10.0.0.1",
        "http://169.254.169.254",
        "http://127.0.0.1.op.example",
        "http://0.0.0.0:4400",
        "http://someone@127.0.0.1:4400",
    ] {
        if read(&by_discovery("acme", issuer)).is_ok() {
            let_in.push(format!("{issuer} in development"));
        }
    }
    assert_eq!(let_in, [""; 0], "these were let in");
    let mut right = https.to_vec();
    right.extend(by_discovery("acme", "https://op.example/tenant"));
    read(&right).expect("an honest issuer");
}

#[tokio::test]
async fn an_endpoint_inside_the_network_is_refused() {
    let _row = row("F-3/metadata");
    let mut wrong: Vec<String> = INSIDE
        .iter()
        .map(|host| format!("https://{host}/x"))
        .collect();
    for address in [
        "http://op.example/x",
        "http://metadata.google.internal/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/x",
        "ftp://127.0.0.1/x",
        "http://10.0.0.1/x",
        "http://169.254.169.254/x",
        "https://localhost./x",
        "https://a.localhost/x",
    ] {
        wrong.push(address.to_owned());
    }
    let mut let_in = Vec::new();
    for member in ENDPOINT_MEMBERS {
        for address in &wrong {
            let stage = Stage::with_public_endpoints().await;
            stage
                .op
                .metadata(|metadata| metadata[member] = json!(address));
            let answer = stage.browser().try_begin(ACME, &verifier()).await;
            if answer.status.as_u16() == 200 {
                let_in.push(format!("{member}={address}"));
            } else {
                assert_eq!(
                    answer.refusal(),
                    (502, "provider_error".to_owned()),
                    "{address}"
                );
            }
        }
    }
    assert_eq!(let_in, [""; 0], "these were let in");
    // With none of them, the same metadata is good.
    let stage = Stage::with_public_endpoints().await;
    let attempt = stage.browser().begin(ACME).await;
    assert!(
        attempt.authorize_url.starts_with("https://op.example/"),
        "{attempt:?}"
    );
    // In development http is let in on loopback, and nowhere else.
    for address in [
        "http://10.0.0.1/x",
        "http://169.254.169.254/x",
        "http://op.example/x",
    ] {
        let stage = Stage::new().await;
        stage
            .op
            .metadata(|metadata| metadata["token_endpoint"] = json!(address));
        begin_is_refused(&stage, address, ERROR).await;
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let _row = row("F-4");
    let other = Op::start(Clock::manual(NOW)).await;
    for endpoint in ENDPOINTS {
        for status in [301, 302, 303, 307, 308] {
            let told = status.to_string();
            is_refused_at(
                endpoint,
                &told,
                ERROR,
                Reply::redirect(status, &other.elsewhere()),
            )
            .await;
        }
        // To itself, so that following it would end well: the answer of the elsewhere is counted.
        let stage = Stage::new().await;
        stage
            .op
            .reply(endpoint, Reply::redirect(307, &stage.op.elsewhere()));
        refused_at(&stage, endpoint, "to another place of its own", ERROR).await;
    }
    assert_eq!(other.calls(), Calls::NONE, "no redirect was followed");
}

/// Only this token is signed with `key`.
fn signed_with(key: &'static Key, alg: &'static str) -> impl Fn(Draft) -> String + Send + Sync {
    move |draft| draft.with_key(key, alg).sign()
}

#[tokio::test]
async fn weak_and_odd_keys_are_passed_over() {
    let _row = row("F-5");
    let with = |key: &Key, name: &str, value: Value| {
        let mut jwk = key.jwk();
        jwk[name] = value;
        jwk
    };
    let odd: Vec<(&str, Value, &'static Key)> = vec![
        ("512 bits", KEYS.rsa_512.jwk(), &KEYS.rsa_512),
        ("1024 bits", KEYS.rsa_1024.jwk(), &KEYS.rsa_1024),
        ("e = 1", KEYS.rsa_e1.jwk(), &KEYS.rsa_e1),
        ("a huge e", KEYS.rsa_huge_e.jwk(), &KEYS.rsa_huge_e),
        (
            "for encryption",
            with(&KEYS.rsa[1], "use", json!("enc")),
            &KEYS.rsa[1],
        ),
        (
            "of another use",
            with(&KEYS.rsa[1], "use", json!(7)),
            &KEYS.rsa[1],
        ),
        (
            "to encrypt with",
            with(&KEYS.rsa[1], "key_ops", json!(["encrypt", "wrapKey"])),
            &KEYS.rsa[1],
        ),
        (
            "of another algorithm",
            with(&KEYS.rsa[1], "alg", json!("PS256")),
            &KEYS.rsa[1],
        ),
        (
            "with its private half",
            with(&KEYS.rsa[1], "d", json!("AQAB")),
            &KEYS.rsa[1],
        ),
        (
            "with a prime",
            with(&KEYS.rsa[1], "p", json!("AQAB")),
            &KEYS.rsa[1],
        ),
        (
            "of an unknown kind",
            with(&KEYS.rsa[1], "kty", json!("QUANTUM")),
            &KEYS.rsa[1],
        ),
        (
            "without a modulus",
            with(&KEYS.rsa[1], "n", json!("")),
            &KEYS.rsa[1],
        ),
        (
            "whose modulus is no base64url",
            with(&KEYS.rsa[1], "n", json!("%%%")),
            &KEYS.rsa[1],
        ),
        (
            "whose modulus is a number",
            with(&KEYS.rsa[1], "n", json!(7)),
            &KEYS.rsa[1],
        ),
        (
            "whose modulus is padded",
            {
                let n = format!("{}==", KEYS.rsa[1].jwk()["n"].as_str().unwrap_or_default());
                with(&KEYS.rsa[1], "n", json!(n))
            },
            &KEYS.rsa[1],
        ),
    ];
    let mut let_in = Vec::new();
    for (told, jwk, key) in odd {
        let stage = Stage::new().await;
        stage.op.keys(vec![jwk, KEYS.rsa[0].jwk()]);
        stage.accepts("alice").await;
        stage.op.mint(signed_with(key, "RS256"));
        let (mut browser, answer) = stage.try_sign_in("mallory").await;
        if answer.status.as_u16() == 200 {
            let_in.push(told);
            continue;
        }
        stage.refused(&mut browser, &answer, 1, INVALID, told).await;
    }
    assert_eq!(let_in, [""; 0], "signatures of these keys were believed");
}

#[tokio::test]
async fn a_key_set_of_all_kinds_is_read_as_far_as_it_can_be() {
    let _row = row("F-5/kinds");
    let stage = Stage::new().await;
    let mut nameless = KEYS.rsa[2].jwk();
    nameless.as_object_mut().expect("a key").remove("kid");
    stage.op.keys(vec![
        json!({"kty": "OKP", "crv": "Ed448", "kid": "a", "x": "AAAA"}),
        json!({"kty": "OKP", "crv": "X25519", "kid": "b", "x": "AAAA", "use": "enc"}),
        json!({"kty": "EC", "crv": "P-521", "kid": "c", "x": "AAAA", "y": "AAAA"}),
        json!({"kty": "EC", "crv": "P-256", "kid": "d", "x": "AAAA", "y": "AAAA"}),
        json!({"kty": "AKP", "alg": "ML-DSA-65", "kid": "e", "pub": "AAAA"}),
        json!({"kty": 7}),
        json!({"kid": "f"}),
        json!({}),
        json!("a text"),
        json!(null),
        json!([]),
        oct("g", b"secret"),
        secp256k1(0),
        secp256k1(1),
        nameless,
        KEYS.p256[0].jwk(),
        KEYS.rsa_long.jwk(),
        KEYS.rsa[0].jwk(),
    ]);
    stage.accepts("alice").await;
    stage.op.mint(signed_with(&KEYS.rsa_long, "RS256"));
    stage.accepts("bob").await;
    let mut verifying = KEYS.rsa[1].jwk();
    verifying["key_ops"] = json!(["verify"]);
    verifying["alg"] = json!("RS256");
    stage.op.keys(vec![verifying]);
    stage.op.mint(signed_with(&KEYS.rsa[1], "RS256"));
    stage.accepts("carol").await;
}

#[tokio::test]
async fn two_keys_of_one_name_do_not_let_a_third_in() {
    let _row = row("F-5/same-name");
    let stage = Stage::new().await;
    let mut twin = KEYS.rsa[1].jwk();
    twin["kid"] = json!(KEYS.rsa[0].kid);
    stage.op.keys(vec![twin, KEYS.rsa[0].jwk()]);
    // Whether the honest token is accepted is the server's choice; it must not panic over it.
    let (_, answer) = stage.try_sign_in("alice").await;
    assert!([200, 401].contains(&answer.status.as_u16()), "{answer:?}");
    let accounts = stage.accounts().await;
    stage
        .op
        .mint(|draft| draft.signed_by(&KEYS.attacker).sign());
    let (mut browser, answer) = stage.try_sign_in("mallory").await;
    stage
        .refused(&mut browser, &answer, accounts, INVALID, "")
        .await;
}

/// A document that would be right if it were not so long.
fn padded(document: &Value, bytes: usize) -> Vec<u8> {
    let mut text = document.to_string();
    text.push_str(&" ".repeat(bytes));
    text.into_bytes()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("finished")
}

/// What an honest provider would say at an endpoint, so that only the size is wrong.
fn honest(stage: &Stage, endpoint: Endpoint) -> Value {
    let issuer = stage.op.issuer();
    match endpoint {
        Endpoint::Discovery => {
            let mut document = Value::Null;
            stage.op.metadata(|metadata| document = metadata.clone());
            document
        }
        Endpoint::Jwks => json!({"keys": [KEYS.rsa[0].jwk()]}),
        Endpoint::Token => json!({"access_token": "a", "token_type": "Bearer", "id_token": issuer}),
        _ => json!({"sub": "mallory", "name": "Mallory"}),
    }
}

/// Far more than is read.
const MEGABYTES: usize = 10 * 1024 * 1024;

#[tokio::test]
async fn answers_without_an_end_are_cut_off() {
    let _row = row("F-6");
    for endpoint in ENDPOINTS {
        let stage = Stage::new().await;
        let honest = honest(&stage, endpoint);
        let bomb = gzipped(&padded(&honest, MEGABYTES));
        assert!(bomb.len() < 128 * 1024, "a bomb is small: {}", bomb.len());
        let brotli = {
            let mut bytes = Vec::new();
            let mut writer = brotli::CompressorWriter::new(&mut bytes, 4096, 1, 22);
            writer
                .write_all(&padded(&honest, MEGABYTES))
                .expect("written");
            drop(writer);
            bytes
        };
        let compressed = |encoding: &str, body: Vec<u8>| {
            Reply::text(200, "application/json", body).with("content-encoding", encoding)
        };
        let chunk = [b"10000\r\n", &vec![b' '; 0x10000][..], b"\r\n"].concat();
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                     transfer-encoding: chunked\r\n\r\n";
        let replies = [
            (
                "10 MB",
                Reply::text(200, "application/json", padded(&honest, MEGABYTES)),
            ),
            ("a gzip bomb", compressed("gzip", bomb)),
            ("a brotli bomb", compressed("br", brotli)),
            (
                "chunks without an end",
                Reply::Endless {
                    head: head.to_vec(),
                    piece: chunk,
                },
            ),
        ];
        for (told, reply) in replies {
            is_refused_at_own(&stage, endpoint, told, ERROR, reply).await;
        }
    }
}

/// As [`is_refused_at`], where the honest document must be the stage's own.
async fn is_refused_at_own(
    told_by: &Stage,
    endpoint: Endpoint,
    told: &str,
    refusal: (u16, &str),
    reply: Reply,
) {
    if endpoint == Endpoint::Discovery {
        told_by.op.reply(endpoint, reply);
        let mut browser = told_by.browser();
        told_by.clock.advance(61);
        let answer = browser.try_begin(ACME, &verifier()).await;
        told_by
            .refused(&mut browser, &answer, 0, refusal, told)
            .await;
    } else {
        is_refused_at(endpoint, told, refusal, reply).await;
    }
}

#[tokio::test]
async fn a_hundred_thousand_keys_are_not_read() {
    let _row = row("F-6/keys");
    let mut keys: Vec<Value> = (0..100_000)
        .map(|n| json!({"kty": "RSA", "kid": n.to_string()}))
        .collect();
    keys.push(KEYS.rsa[0].jwk());
    let reply = Reply::json(200, &json!({"keys": keys}));
    is_refused_at(Endpoint::Jwks, "100 000 keys", ERROR, reply).await;
}

#[tokio::test]
async fn an_answer_of_another_length_than_announced_is_refused() {
    let _row = row("F-6/length");
    for endpoint in ENDPOINTS {
        let stage = Stage::new().await;
        let body = honest(&stage, endpoint).to_string();
        let announced = |length: usize| {
            Reply::Bytes(
                format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                     content-length: {length}\r\nconnection: close\r\n\r\n{body}"
                )
                .into_bytes(),
            )
        };
        is_refused_at(
            endpoint,
            "shorter than announced",
            UNAVAILABLE,
            announced(body.len() + 1),
        )
        .await;
        is_refused_at(
            endpoint,
            "longer than announced",
            ERROR,
            announced(body.len() - 1),
        )
        .await;
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_given_up() {
    let _row = row("F-7");
    let second = Duration::from_secs(1);
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n";
    let with_body = [&head[..], b"\r\n{"].concat();
    let mut cases = Vec::new();
    for endpoint in ENDPOINTS {
        let replies = [
            ("nothing", Reply::Hang(Vec::new())),
            ("half a head", Reply::Hang(head.to_vec())),
            ("half a body", Reply::Hang(with_body.clone())),
            (
                "a head a byte at a time",
                Reply::Drip {
                    head: Vec::new(),
                    rest: head.to_vec(),
                    pause: second,
                },
            ),
            (
                "a body a byte at a time",
                Reply::Drip {
                    head: with_body.clone(),
                    rest: vec![b' '; 100],
                    pause: second,
                },
            ),
        ];
        for (told, reply) in replies {
            cases.push(is_refused_at(endpoint, told, UNAVAILABLE, reply));
        }
    }
    let whole = async {
        tokio::join!(join_all(cases), others_are_not_held_up(), tls_that_stalls());
    };
    // Twice what the server allows for one request: a guard, not a measurement.
    tokio::time::timeout(Duration::from_mins(1), whole)
        .await
        .expect("everything is given up");
}

/// While one provider hangs, another one signs people in.
async fn others_are_not_held_up() {
    let (stage, other) = Stage::with_two().await;
    stage.op.reply(Endpoint::Discovery, Reply::Hang(Vec::new()));
    let (mut waiting, mut busy) = (stage.browser(), stage.browser());
    let verifier = verifier();
    let hanging = waiting.try_begin(ACME, &verifier);
    tokio::pin!(hanging);
    let signing_in = busy.try_sign_in_at("beta", &other, "alice");
    let answer = tokio::select! {
        biased;
        _ = &mut hanging => panic!("the provider that hangs answered first"),
        answer = signing_in => answer,
    };
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let refused = hanging.await.refusal();
    assert_eq!(refused, (503, "provider_unavailable".to_owned()));
}

/// A listener that never answers the greeting of TLS.
async fn tls_that_stalls() {
    let clock = Clock::manual(NOW);
    let op = Op::start(clock.clone()).await;
    let address = listen_mute().await;
    let settings = by_discovery(ACME, &format!("https://{address}/op"));
    if read(&settings).is_err() {
        // https on a loopback address is not let in: then there is nothing to stall.
        return;
    }
    let stage = Stage::build(clock, op, ACME, &settings).await;
    begin_is_refused(&stage, "a TLS stall", UNAVAILABLE).await;
}

#[tokio::test]
async fn a_provider_that_hangs_up_is_unavailable() {
    let _row = row("F-7/reset");
    for endpoint in ENDPOINTS {
        is_refused_at(endpoint, "a reset", UNAVAILABLE, Reply::Reset).await;
        is_refused_at(
            endpoint,
            "nothing at all",
            UNAVAILABLE,
            Reply::Bytes(Vec::new()),
        )
        .await;
        is_refused_at(endpoint, "500", UNAVAILABLE, Reply::json(500, &json!({}))).await;
        is_refused_at(endpoint, "503", UNAVAILABLE, Reply::json(503, &json!({}))).await;
    }
    // A port where nobody listens.
    let clock = Clock::manual(NOW);
    let op = Op::start(clock.clone()).await;
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    };
    let settings = by_discovery(ACME, &format!("http://{nobody}/op"));
    let stage = Stage::build(clock, op, ACME, &settings).await;
    begin_is_refused(&stage, "nobody listens", UNAVAILABLE).await;
}

/// A document that an honest one is made into.
type Spoil = fn(&str) -> Vec<u8>;

/// What is no JSON object, with the content type it comes with.
const NO_OBJECTS: [(&str, &str, Spoil); 13] = [
    ("HTML", "text/html", |_| {
        b"<!doctype html><title>502</title>".to_vec()
    }),
    ("HTML that says it is JSON", JSON, |_| {
        b"<!doctype html>".to_vec()
    }),
    ("nothing", JSON, |_| Vec::new()),
    ("a list", JSON, |honest| format!("[{honest}]").into_bytes()),
    ("an empty list", JSON, |_| b"[]".to_vec()),
    ("null", JSON, |_| b"null".to_vec()),
    ("a number", JSON, |_| b"7".to_vec()),
    ("an empty object", JSON, |_| b"{}".to_vec()),
    ("UTF-16", JSON, |honest| {
        honest.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }),
    ("a NUL in it", JSON, |honest| {
        honest.replacen(':', ":\u{0}", 1).into_bytes()
    }),
    ("something behind it", JSON, |honest| {
        format!("{honest} x").into_bytes()
    }),
    ("cut", JSON, |honest| {
        honest.as_bytes()[..honest.len() - 1].to_vec()
    }),
    ("deep", JSON, |_| "[".repeat(100_000).into_bytes()),
];

const JSON: &str = "application/json";

#[tokio::test]
async fn answers_that_are_no_json_object_are_refused() {
    let _row = row("F-8");
    for endpoint in ENDPOINTS {
        for (told, content_type, spoil) in NO_OBJECTS {
            let stage = Stage::new().await;
            let body = spoil(&honest(&stage, endpoint).to_string());
            stage
                .op
                .reply(endpoint, Reply::text(200, content_type, body));
            match (endpoint, told) {
                // It says nothing about anybody, so it says nothing about this one.
                (Endpoint::Userinfo, "an empty object") => {
                    refused_at(&stage, endpoint, told, (401, "userinfo_mismatch")).await;
                }
                (Endpoint::Jwks, "an empty object") => empty_key_set(&stage).await,
                _ => refused_at(&stage, endpoint, told, ERROR).await,
            }
        }
        let nothing =
            Reply::Bytes(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec());
        is_refused_at(endpoint, "204", ERROR, nothing).await;
    }
}

/// An object that holds no keys: an error of the provider, or a token that nothing vouches for.
async fn empty_key_set(stage: &Stage) {
    let (mut browser, answer) = stage.try_sign_in("mallory").await;
    let code = answer.refusal();
    let known = [ERROR, INVALID].map(|(status, code)| (status, code.to_owned()));
    assert!(known.contains(&code), "{code:?}");
    stage
        .refused(&mut browser, &answer, 0, (code.0, &code.1), "no keys")
        .await;
    assert_eq!(stage.op.calls().userinfo, 0);
}

#[tokio::test]
async fn unknown_key_names_do_not_make_the_server_ask_again_and_again() {
    let _row = row("F-9");
    let stage = Stage::warm().await;
    stage
        .op
        .mint(|draft| draft.head("kid", json!("unknown")).sign());
    let before = stage.op.calls().jwks;
    for _ in 0..20 {
        let (mut browser, answer) = stage.try_sign_in("mallory").await;
        stage.refused(&mut browser, &answer, 1, INVALID, "").await;
    }
    let looks = stage.op.calls().jwks - before;
    assert!((1..=3).contains(&looks), "{looks} looks at the key set");
    // A while later one look is free again; all who wait for it share it.
    stage.clock.advance(31);
    let before = stage.op.calls().jwks;
    let answers = join_all((0..10).map(|_| stage.try_sign_in("mallory"))).await;
    for (_, answer) in &answers {
        assert_eq!(answer.refusal(), (401, "id_token_invalid".to_owned()));
    }
    assert_eq!(stage.op.calls().jwks - before, 1);
    // A look that fails lets nobody in.
    stage.clock.advance(31);
    stage.op.reply(Endpoint::Jwks, Reply::json(500, &json!({})));
    let (mut browser, answer) = stage.try_sign_in("mallory").await;
    let refusal = answer.refusal();
    let known = [UNAVAILABLE, INVALID].map(|(status, code)| (status, code.to_owned()));
    assert!(known.contains(&refusal), "{refusal:?}");
    stage
        .refused(&mut browser, &answer, 1, (refusal.0, &refusal.1), "")
        .await;
    // Who has a known key is not troubled by any of it.
    stage.op.mint_honestly();
    stage.accepts("bob").await;
}

#[tokio::test]
async fn known_keys_hold_while_the_key_set_cannot_be_reached() {
    let _row = row("F-10");
    let stage = Stage::warm().await;
    stage.op.reply(Endpoint::Jwks, Reply::Reset);
    stage.clock.advance(6 * 3600);
    stage.accepts("bob").await;
    stage.clock.advance(18 * 3600 + 1);
    let (mut browser, answer) = stage.try_sign_in("mallory").await;
    stage
        .refused(&mut browser, &answer, 2, UNAVAILABLE, "after a day")
        .await;
    stage.op.recover(Endpoint::Jwks);
    stage.clock.advance(31);
    stage.accepts("carol").await;
}

#[tokio::test]
async fn keys_that_cannot_be_reached_are_asked_for_once_in_a_while() {
    let _row = row("F-10/pause");
    let stage = Stage::new().await;
    let keys = Reply::json(200, &json!({"keys": [KEYS.rsa[0].jwk()]}));
    let keys = keys.with("cache-control", "public, max-age=60");
    stage.op.reply(Endpoint::Jwks, keys);
    stage.accepts("alice").await;
    stage.op.reply(Endpoint::Jwks, Reply::Reset);
    stage.clock.advance(61);
    let before = stage.op.calls().jwks;
    for subject in ["bob", "carol", "dave"] {
        stage.accepts(subject).await;
    }
    assert_eq!(stage.op.calls().jwks - before, 1);
    stage.clock.advance(15);
    stage.accepts("erin").await;
    assert_eq!(stage.op.calls().jwks - before, 2);
}

#[tokio::test]
async fn who_wants_to_stay_connected_asks_for_a_refresh_token() {
    let _row = row("A10/offline");
    for listed in [true, false] {
        let stage = Stage::new().await;
        stage.op.metadata(|metadata| {
            let scopes: &[&str] = if listed {
                &["openid", "offline_access"]
            } else {
                &["openid"]
            };
            metadata["scopes_supported"] = json!(scopes);
        });
        let mut browser = stage.accepts("alice").await;
        for (intent, asked) in [("grant", listed), ("sign-in", false)] {
            let body = json!({
                "provider": stage.provider,
                "code_challenge": challenge(&verifier()),
                "intent": intent,
            });
            let begun = browser.post("/api/sign-in/begin", body).await.json();
            let url = begun["authorize_url"].as_str().expect("an address");
            assert_eq!(url.contains("offline_access"), asked, "{intent}: {url}");
        }
    }
}

#[tokio::test]
async fn the_life_of_a_key_set_has_a_floor_and_a_ceiling() {
    let _row = row("F-11");
    let keys = || Reply::json(200, &json!({"keys": [KEYS.rsa[0].jwk()]}));
    let looks_after = async |reply: Reply, seconds: i64| {
        let stage = Stage::new().await;
        stage.op.reply(Endpoint::Jwks, reply);
        stage.accepts("alice").await;
        stage.clock.advance(seconds);
        stage.accepts("alice").await;
        stage.op.calls().jwks
    };
    for (name, value) in [
        ("cache-control", "no-store"),
        ("cache-control", "no-cache, private"),
        ("cache-control", "max-age=0"),
        ("cache-control", "max-age=-5"),
        ("cache-control", "max-age=59"),
        ("expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ] {
        let told = format!("{name}: {value}");
        assert_eq!(looks_after(keys().with(name, value), 50).await, 1, "{told}");
    }
    for value in ["no-store", "max-age=0", "max-age=60"] {
        let reply = keys().with("cache-control", value);
        assert_eq!(looks_after(reply, 61).await, 2, "{value}");
    }
    let old = keys()
        .with("cache-control", "max-age=3600")
        .with("age", "-100");
    assert_eq!(looks_after(old, 50).await, 1);
    for value in [
        "max-age=1000000000000",
        "max-age=99999999999999999999999999999999",
        "public, max-age=31536000, immutable",
    ] {
        let reply = keys().with("cache-control", value);
        assert_eq!(looks_after(reply, 86_401).await, 2, "{value}");
    }
}

#[tokio::test]
async fn a_key_that_was_withdrawn_is_refused_once_the_set_is_read_again() {
    let _row = row("F-12");
    let stage = Stage::warm().await;
    stage.op.keys(vec![KEYS.rsa[1].jwk()]);
    // Until then it holds: a day at the most.
    stage.accepts("bob").await;
    stage.clock.advance(86_401);
    let (mut browser, answer) = stage.try_sign_in("mallory").await;
    stage.refused(&mut browser, &answer, 2, INVALID, "").await;
    stage.op.mint(signed_with(&KEYS.rsa[1], "RS256"));
    stage.accepts("carol").await;
}

#[tokio::test]
async fn claims_that_are_kept_elsewhere_are_never_fetched() {
    let _row = row("F-13");
    let stage = Stage::new().await;
    let elsewhere = stage.op.elsewhere();
    let sources = json!({
        "a": {"endpoint": elsewhere, "access_token": "x"},
        "b": {"endpoint": "http://169.254.169.254/latest/meta-data"},
        "c": {"JWT": "a.b.c"},
    });
    let names = json!({"name": "a", "email": "b", "picture": "c", "sub": "a"});
    let (more, more_names) = (sources.clone(), names.clone());
    stage.op.mint(move |draft| {
        let draft = draft.claim("_claim_sources", more.clone());
        draft.claim("_claim_names", more_names.clone()).sign()
    });
    stage.op.userinfo(move |userinfo| {
        userinfo["_claim_sources"] = sources.clone();
        userinfo["_claim_names"] = names.clone();
    });
    stage.accepts("alice").await;
    assert_eq!(stage.op.calls().elsewhere, 0);
}

#[tokio::test]
async fn an_endpoint_that_is_no_plain_address_is_refused() {
    let _row = row("F-14");
    let values = [
        json!("/authorize"),
        json!("authorize"),
        json!("//op.example/authorize"),
        json!("https://op.example/x#fragment"),
        json!("https://someone:secret@op.example/x"),
        json!("https://someone@op.example/x"),
        json!(format!("https://op.example/{}", "x".repeat(100_000))),
        json!("https://"),
        json!("https://op.example:99999/"),
        json!("javascript:alert(1)"),
        json!("data:text/html,x"),
        json!(""),
        json!(7),
        json!(["https://op.example/x"]),
        json!(null),
    ];
    let mut let_in = Vec::new();
    for member in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        for value in &values {
            let told: String = format!("{member}={value}").chars().take(80).collect();
            let stage = Stage::new().await;
            stage
                .op
                .metadata(|metadata| metadata[member] = value.clone());
            let mut browser = stage.browser();
            let answer: Answer = browser.try_begin(ACME, &verifier()).await;
            if answer.status.as_u16() == 200 {
                let_in.push(told);
            } else {
                stage.refused(&mut browser, &answer, 0, ERROR, &told).await;
            }
        }
    }
    assert_eq!(let_in, [""; 0], "these were let in");
}

#[tokio::test]
async fn an_optional_endpoint_that_is_no_plain_address_is_never_used() {
    let _row = row("F-14/optional");
    for value in [
        json!("javascript:alert(1)"),
        json!("//op.example/x"),
        json!("https://someone:secret@op.example/x"),
        json!("http://op.example/x"),
        json!(7),
    ] {
        let stage = Stage::new().await;
        stage.op.metadata(|metadata| {
            metadata["end_session_endpoint"] = value.clone();
            metadata["revocation_endpoint"] = value.clone();
        });
        let mut browser = stage.browser();
        let answer = browser.try_begin(ACME, &verifier()).await;
        if answer.status.as_u16() != 200 {
            stage
                .refused(&mut browser, &answer, 0, ERROR, &value.to_string())
                .await;
            continue;
        }
        let mut browser = stage.accepts("alice").await;
        let answer = browser.sign_out().await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        assert_eq!(answer.json().get("end_session_url"), None, "{value}");
        let told = format!("{} {:?}", answer.text, answer.headers);
        assert!(
            !told.contains("javascript") && !told.contains("secret@"),
            "{told}"
        );
    }
    // The origin of the app is where an honest one sends people back to.
    assert!(ORIGIN.starts_with("http://127.0.0.1"));
}
