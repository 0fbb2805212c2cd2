//! Our session token as another service sees it: with the published keys and nothing else of ours.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use crate::support::{ORIGIN, SESSION, Stage, from_base64url};

const JWKS: &str = "/.well-known/jwks.json";

/// What another service does: it reads the key id, finds the key, and verifies.
fn verified(
    keys: &Value,
    token: &str,
    audience: &str,
) -> Result<Value, jsonwebtoken::errors::Error> {
    let keys: JwkSet = serde_json::from_value(keys.clone()).expect("a key set");
    let header = jsonwebtoken::decode_header(token)?;
    let key = keys
        .find(header.kid.as_deref().expect("a key id"))
        .expect("the key is published");
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[ORIGIN]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    Ok(jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?.claims)
}

#[tokio::test]
async fn another_service_can_verify_a_session() {
    let stage = Stage::new().await;
    let mut browser = stage.signed_in("ada").await;
    let keys = stage.browser().get(JWKS).await.json();
    let token = browser.cookies[SESSION].clone();
    let claims = verified(&keys, &token, ORIGIN).expect("the session is good");
    assert_eq!(claims["sub"], browser.session().await["account"]["id"]);
    assert_eq!(
        claims["exp"].as_i64().expect("a time") - claims["iat"].as_i64().expect("a time"),
        600
    );
    let mut names: Vec<&String> = claims.as_object().expect("an object").keys().collect();
    names.sort();
    assert_eq!(names, ["aud", "exp", "iat", "iss", "roles", "sid", "sub"]);
    let header: Value =
        serde_json::from_slice(&from_base64url(token.split('.').next().expect("a header")))
            .expect("JSON");
    assert_eq!(
        (&header["typ"], &header["alg"]),
        (&"stagedoor+jwt".into(), &"EdDSA".into())
    );
    assert!(
        header
            .as_object()
            .expect("an object")
            .keys()
            .all(|name| ["typ", "alg", "kid"].contains(&name.as_str()))
    );
}

#[tokio::test]
async fn another_service_refuses_what_is_not_for_it_or_was_changed() {
    let stage = Stage::new().await;
    let browser = stage.signed_in("ada").await;
    let keys = stage.browser().get(JWKS).await.json();
    let token = &browser.cookies[SESSION];
    assert!(verified(&keys, token, "https://elsewhere.example").is_err());
    let (rest, signature) = token.rsplit_once('.').expect("a signature");
    let other = stage.signed_in("hanako").await.cookies[SESSION].clone();
    let (_, foreign) = other.rsplit_once('.').expect("a signature");
    assert_ne!(signature, foreign);
    assert!(verified(&keys, &format!("{rest}.{foreign}"), ORIGIN).is_err());
    assert!(verified(&keys, &format!("{rest}."), ORIGIN).is_err());
}

#[tokio::test]
async fn only_public_keys_are_published() {
    let stage = Stage::new().await;
    let answer = stage.browser().get(JWKS).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let keys = answer.json();
    for key in keys["keys"].as_array().expect("keys") {
        let mut names: Vec<&String> = key.as_object().expect("an object").keys().collect();
        names.sort();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
        assert_eq!(
            (&key["kty"], &key["crv"], &key["use"]),
            (&"OKP".into(), &"Ed25519".into(), &"sig".into())
        );
        let x = from_base64url(key["x"].as_str().expect("a key"));
        assert_eq!(x.len(), 32);
        // The signing key is not the key of the ring.
        assert_ne!(x, (1..=32).collect::<Vec<u8>>());
    }
}

#[tokio::test]
async fn all_keys_of_the_ring_are_published() {
    let two = format!(
        "{},b:ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=",
        crate::support::KEYS
    );
    let stage = Stage::with_settings(&[("STAGEDOOR_KEYS", &two)]).await;
    let browser = stage.signed_in("ada").await;
    let keys = stage.browser().get(JWKS).await.json();
    let ids: Vec<&str> = keys["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .filter_map(|key| key["kid"].as_str())
        .collect();
    assert_eq!(ids, ["a", "b"]);
    assert!(verified(&keys, &browser.cookies[SESSION], ORIGIN).is_ok());
    let moved = "b:ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=";
    let other = Stage::with_settings(&[("STAGEDOOR_KEYS", moved)])
        .await
        .signed_in("ada")
        .await;
    assert!(
        verified(&keys, &other.cookies[SESSION], ORIGIN).is_ok(),
        "the id stands for one key everywhere"
    );
}
