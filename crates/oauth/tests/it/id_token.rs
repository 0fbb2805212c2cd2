use oauth::id_token::{Expected, IdToken, IdTokenError, Purpose, SKEW_S, check, nonce_of};
use oauth::jose::{Algorithm, JoseError, Jws, TokenKind};
use oauth::tokens::IdTokenText;
use proptest::prelude::{any, prop_assert, proptest};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::signed::{
    CLIENT, SUBJECT, VERIFY, any_claims, encode, foreign_key, key, no_identifiers, no_moments,
    sign, signature, token, with, without,
};
use crate::{ISSUER, NOW};

const NONCE: &str = "n-0S6_WzA2Mj";
const ACCESS: &str = "ya29.access";
const RS256: Algorithm = Algorithm::Rs256;

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": SUBJECT, "aud": CLIENT, "exp": NOW + 3600, "iat": NOW,
        "nonce": NONCE,
    })
}

fn expected() -> Expected<'static> {
    Expected {
        issuers: &[ISSUER],
        client_id: CLIENT,
        purpose: Purpose::SignIn { nonce: NONCE },
        access_token: Some(ACCESS),
        max_age_s: None,
        now: NOW,
    }
}

fn checked(text: &str, expected: &Expected<'_>) -> Result<IdToken, IdTokenError> {
    let jws = Jws::parse(text, RS256, TokenKind::IdToken).expect("a token");
    check(&jws, &key(RS256), VERIFY, expected)
}

fn accepted(claims: &Value) -> IdToken {
    checked(&token(claims), &expected()).expect("an ID token")
}

#[track_caller]
fn assert_refused(claims: &Value, error: IdTokenError) {
    let refused = checked(&token(claims), &expected());
    assert_eq!(refused, Err(error), "{claims}");
}

/// Refused whatever the claim is of `odd`.
#[track_caller]
fn assert_each_refused(name: &str, odd: impl IntoIterator<Item = Value>, error: IdTokenError) {
    for value in odd {
        assert_refused(&with(claims(), name, value), error);
    }
}

/// `oidcc-client-test`.
#[test]
fn good_token_is_accepted() {
    let claims = json!({
        "iss": ISSUER, "sub": SUBJECT, "aud": CLIENT, "azp": CLIENT, "exp": NOW + 3600,
        "iat": NOW - 1, "nbf": NOW - 1, "nonce": NONCE, "auth_time": NOW - 9, "sid": "s-1",
        "name": "Ada", "unknown": { "a": [1, 2] },
    });
    let accepted = accepted(&claims);
    assert_eq!(accepted.issuer, ISSUER);
    assert_eq!(accepted.subject, SUBJECT);
    assert_eq!(
        (accepted.issued_at, accepted.expires_at),
        (NOW - 1, NOW + 3600)
    );
    assert_eq!(accepted.auth_time, Some(NOW - 9));
    assert_eq!(accepted.session_id.as_deref(), Some("s-1"));
    assert_eq!(accepted.profile.name.as_deref(), Some("Ada"));
}

#[test]
fn token_with_the_least_there_must_be_is_accepted() {
    let accepted = accepted(&claims());
    assert_eq!((accepted.auth_time, accepted.session_id), (None, None));
    assert!(!accepted.profile.is_complete());
}

#[test]
fn token_of_every_algorithm_is_accepted() {
    for algorithm in Algorithm::ALL {
        let header = json!({ "alg": algorithm.name() }).to_string();
        let text = sign(header, claims().to_string(), &key(algorithm));
        let jws = Jws::parse(&text, algorithm, TokenKind::IdToken).unwrap();
        let accepted = check(&jws, &key(algorithm), VERIFY, &expected());
        assert!(accepted.is_ok(), "{algorithm:?}");
    }
}

/// E17, `oidcc-client-test-invalid-sig-rs256`.
#[test]
fn wrong_signature_is_refused_before_anything_is_read() {
    let good = token(&claims());
    let (input, _) = good.rsplit_once('.').unwrap();
    let turned: Vec<u8> = signature(&key(RS256), input.as_bytes())
        .iter()
        .map(|byte| byte ^ 0x5a)
        .collect();
    let forged = format!("{input}.{}", encode(turned));
    assert_eq!(checked(&forged, &expected()), Err(IdTokenError::Signature));
    // Nonsense with a wrong signature is not looked into.
    let nonsense = sign(r#"{"alg":"RS256"}"#, "nonsense", &foreign_key(RS256));
    assert_eq!(
        checked(&nonsense, &expected()),
        Err(IdTokenError::Signature)
    );
}

/// E17.
#[test]
fn changed_payload_is_refused() {
    let good = token(&claims());
    let parts: Vec<_> = good.split('.').collect();
    let other = encode(with(claims(), "sub", "somebody").to_string());
    let forged = [parts[0], &other, parts[2]].join(".");
    assert_eq!(checked(&forged, &expected()), Err(IdTokenError::Signature));
}

/// E4.
#[test]
fn token_signed_by_the_key_in_its_header_is_refused() {
    let header = json!({
        "alg": "RS256", "jwk": { "kty": "RSA", "n": "wQ", "e": "AQAB" },
        "jku": "https://evil.example/keys", "x5u": "https://evil.example/x", "x5c": ["MIIB"],
    });
    let text = sign(
        header.to_string(),
        claims().to_string(),
        &foreign_key(RS256),
    );
    assert_eq!(checked(&text, &expected()), Err(IdTokenError::Signature));
}

/// E3: the key's kind is compared too, whatever the verifier would say.
#[test]
fn key_of_another_algorithm_is_refused() {
    let text = token(&claims());
    let jws = Jws::parse(&text, RS256, TokenKind::IdToken).unwrap();
    for other in [Algorithm::Es256, Algorithm::EdDsa] {
        let refused = check(&jws, &key(other), &|_, _, _, _| true, &expected());
        assert_eq!(refused, Err(IdTokenError::Signature));
    }
}

/// E7, `oidcc-client-test-invalid-iss`, `…-invalid-missing-iss`.
#[test]
fn other_issuer_is_refused() {
    let foreign = [
        format!("{ISSUER}1"),
        format!("{ISSUER}/"),
        "https://accounts.exampl".to_owned(),
        "https://ACCOUNTS.example".to_owned(),
        "http://accounts.example".to_owned(),
        format!("{ISSUER}:443"),
        "https://other.example".to_owned(),
        format!("{ISSUER} "),
        String::new(),
    ];
    assert_each_refused("iss", foreign.map(Value::from), IdTokenError::IssuerForeign);
    assert_each_refused(
        "iss",
        [json!(null), json!(7), json!([ISSUER]), json!({})],
        IdTokenError::IssuerMalformed,
    );
    assert_refused(&without(claims(), "iss"), IdTokenError::IssuerMalformed);
}

/// E8.
#[test]
fn both_issuers_of_google_are_one() {
    let google = Expected {
        issuers: &["https://accounts.google.com", "accounts.google.com"],
        ..expected()
    };
    for issuer in google.issuers {
        let text = token(&with(claims(), "iss", *issuer));
        let accepted = checked(&text, &google).unwrap();
        assert_eq!(accepted.issuer, "https://accounts.google.com");
    }
}

/// E9.
#[test]
fn issuer_without_a_scheme_is_refused_elsewhere() {
    assert_refused(
        &with(claims(), "iss", "accounts.example"),
        IdTokenError::IssuerForeign,
    );
    assert_refused(
        &with(claims(), "iss", "accounts.google.com"),
        IdTokenError::IssuerForeign,
    );
    let nobody = Expected {
        issuers: &[],
        ..expected()
    };
    assert_eq!(
        checked(&token(&claims()), &nobody),
        Err(IdTokenError::IssuerForeign)
    );
}

/// E10, E20, `oidcc-client-test-invalid-aud`, `…-missing-aud`.
#[test]
fn token_for_another_client_is_refused() {
    for foreign in [
        json!("client-11"),
        json!("client-"),
        json!("CLIENT-1"),
        json!(""),
        json!("other"),
        json!([]),
        json!(["other"]),
        json!(["client-11", "xclient-1"]),
    ] {
        assert_refused(
            &with(claims(), "aud", foreign),
            IdTokenError::AudienceForeign,
        );
    }
    for odd in [
        json!(null),
        json!(7),
        json!(true),
        json!({ "client-1": 1 }),
        json!([CLIENT, 7]),
        json!([[CLIENT]]),
        json!([null]),
    ] {
        assert_refused(&with(claims(), "aud", odd), IdTokenError::AudienceMalformed);
    }
    assert_refused(&without(claims(), "aud"), IdTokenError::AudienceMalformed);
}

/// E10, `valid-aud-as-array`.
#[test]
fn audience_as_an_array_is_accepted() {
    accepted(&with(claims(), "aud", json!([CLIENT])));
}

/// E10, `invalid-secondary-aud`.
#[test]
fn second_audience_without_an_authorized_party_is_refused() {
    for audience in [json!([CLIENT, "other"]), json!(["other", CLIENT])] {
        let several = with(claims(), "aud", audience);
        assert_refused(&several, IdTokenError::PartyMissing);
        accepted(&with(several, "azp", CLIENT));
    }
}

/// E11.
#[test]
fn other_authorized_party_is_refused() {
    for party in [
        json!("other"),
        json!("client-11"),
        json!(""),
        json!(null),
        json!([CLIENT]),
        json!(1),
    ] {
        for audience in [json!(CLIENT), json!([CLIENT]), json!([CLIENT, "other"])] {
            let claims = with(with(claims(), "aud", audience), "azp", party.clone());
            assert_refused(&claims, IdTokenError::PartyForeign);
        }
    }
    accepted(&with(claims(), "azp", CLIENT));
}

/// E12, `invalid-expired-exp`.
#[test]
fn expired_token_is_refused() {
    for age in [SKEW_S, 360, 3600, NOW] {
        assert_refused(&with(claims(), "exp", NOW - age), IdTokenError::Expired);
    }
    for age in [SKEW_S - 1, 1, 0, -1] {
        accepted(&with(claims(), "exp", NOW - age));
    }
}

/// E12, F16, `invalid-missing-exp`.
#[test]
fn malformed_expiry_is_refused() {
    assert_each_refused("exp", no_moments(), IdTokenError::ExpiryMalformed);
    assert_refused(&without(claims(), "exp"), IdTokenError::ExpiryMalformed);
}

/// E12.
#[test]
fn integral_float_is_a_moment() {
    let payload = claims()
        .to_string()
        .replace(&(NOW + 3600).to_string(), &format!("{}.0", NOW + 3600));
    assert!(payload.contains(".0"), "{payload}");
    let text = sign(r#"{"alg":"RS256"}"#, payload, &key(RS256));
    assert_eq!(checked(&text, &expected()).unwrap().expires_at, NOW + 3600);
}

/// E13, `oidcc-client-test-missing-iat`.
#[test]
fn malformed_time_of_issue_is_refused() {
    assert_each_refused("iat", no_moments(), IdTokenError::IssuedAtMalformed);
    assert_refused(&without(claims(), "iat"), IdTokenError::IssuedAtMalformed);
}

/// E13.
#[test]
fn token_from_the_future_is_refused() {
    assert_refused(
        &with(claims(), "iat", NOW + SKEW_S + 1),
        IdTokenError::IssuedInFuture,
    );
    accepted(&with(claims(), "iat", NOW + SKEW_S));
}

/// E13.
#[test]
fn token_that_is_not_valid_yet_is_refused() {
    assert_refused(
        &with(claims(), "nbf", NOW + SKEW_S + 1),
        IdTokenError::NotYetValid,
    );
    accepted(&with(claims(), "nbf", NOW + SKEW_S));
    assert_each_refused("nbf", no_moments(), IdTokenError::NotBeforeMalformed);
}

/// E14, `oidcc-client-test-nonce-invalid`.
#[test]
fn other_nonce_is_refused() {
    for odd in [
        json!("n-0S6_WzA2Mj1"),
        json!("n-0S6_WzA2M"),
        json!("n-0s6_wza2mj"),
        json!(""),
        json!(null),
        json!([NONCE]),
        json!(7),
    ] {
        assert_refused(&with(claims(), "nonce", odd), IdTokenError::NonceMismatch);
    }
}

/// E14, `invalid-missing-nonce`: also of a provider that never echoes one.
#[test]
fn missing_nonce_is_refused() {
    assert_refused(&without(claims(), "nonce"), IdTokenError::NonceMissing);
}

/// E15, `oidcc-client-test-missing-sub`.
#[test]
fn malformed_subject_is_refused() {
    assert_each_refused("sub", no_identifiers(), IdTokenError::SubjectMalformed);
    assert_refused(&without(claims(), "sub"), IdTokenError::SubjectMalformed);
}

/// E15.
#[test]
fn subject_of_255_characters_is_accepted() {
    let longest = "a".repeat(255);
    let accepted = accepted(&with(claims(), "sub", longest.clone()));
    assert_eq!(accepted.subject, longest);
}

fn left_half(algorithm: Algorithm, text: &str) -> String {
    match algorithm {
        Algorithm::Rs256 | Algorithm::Es256 => encode(&Sha256::digest(text)[..16]),
        Algorithm::EdDsa => encode(&Sha512::digest(text)[..32]),
    }
}

/// E16, `oidcc-client-test-invalid-athash`.
#[test]
fn token_of_another_access_token_is_refused() {
    for odd in [
        json!(left_half(RS256, "another")),
        json!(left_half(Algorithm::EdDsa, ACCESS)),
        json!(encode(Sha256::digest(ACCESS))),
        json!(format!("{}=", left_half(RS256, ACCESS))),
        json!(""),
        json!(null),
        json!(7),
    ] {
        assert_refused(
            &with(claims(), "at_hash", odd),
            IdTokenError::AccessTokenHash,
        );
    }
    let hashed = token(&with(claims(), "at_hash", left_half(RS256, ACCESS)));
    assert!(checked(&hashed, &expected()).is_ok());
    let without_access_token = Expected {
        access_token: None,
        ..expected()
    };
    assert_eq!(
        checked(&hashed, &without_access_token),
        Err(IdTokenError::AccessTokenHash)
    );
}

/// The example of OIDC Core, appendix A.3.
#[test]
fn access_token_hash_is_the_one_of_the_specification() {
    let access = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    let expected = Expected {
        access_token: Some(access),
        ..expected()
    };
    let text = token(&with(claims(), "at_hash", "77QmUPtjPfzWtF2AnpK9RQ"));
    assert!(checked(&text, &expected).is_ok());
}

/// E16: the hash goes with the signature.
#[test]
fn access_token_hash_goes_with_the_algorithm() {
    for algorithm in Algorithm::ALL {
        for hash in Algorithm::ALL {
            let header = json!({ "alg": algorithm.name() }).to_string();
            let claims = with(claims(), "at_hash", left_half(hash, ACCESS));
            let text = sign(header, claims.to_string(), &key(algorithm));
            let jws = Jws::parse(&text, algorithm, TokenKind::IdToken).unwrap();
            let accepted = check(&jws, &key(algorithm), VERIFY, &expected()).is_ok();
            let same = (algorithm == Algorithm::EdDsa) == (hash == Algorithm::EdDsa);
            assert_eq!(accepted, same, "{algorithm:?} {hash:?}");
        }
    }
}

/// E18.
#[test]
fn payload_that_two_readers_read_differently_is_refused() {
    let good = claims().to_string();
    let open = &good[..good.len() - 1];
    let nested = |levels: usize| {
        format!(
            r#"{open},"x":{}{}}}"#,
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    for bad in [
        format!(r#"{open},"sub":"b"}}"#),
        format!(r#"{open},"s\u0075b":"{SUBJECT}"}}"#),
        format!(r#"{open},"x":{{"a":1,"a":1}}}}"#),
        format!("\u{feff}{good}"),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("{good}\0"),
        format!("[{good}]"),
        format!(r#"{open},"x":1e400}}"#),
        format!(r#"{open},"x":NaN}}"#),
        format!(r#"{open},"x":"\ud800"}}"#),
        nested(8),
        nested(1000),
        "null".to_owned(),
        "\"\"".to_owned(),
    ] {
        let text = sign(r#"{"alg":"RS256"}"#, &bad, &key(RS256));
        assert_eq!(
            checked(&text, &expected()),
            Err(IdTokenError::Payload),
            "{bad}"
        );
    }
    let text = sign(r#"{"alg":"RS256"}"#, nested(7), &key(RS256));
    assert!(checked(&text, &expected()).is_ok());
}

/// E18: depth 10000 is stopped by the length of a token, 5000 by the depth.
#[test]
fn payload_of_great_depth_is_refused() {
    let deep = |levels: usize| {
        let payload = format!("{{\"a\":{}", "[".repeat(levels));
        sign(r#"{"alg":"RS256"}"#, payload, &key(RS256))
    };
    assert_eq!(
        checked(&deep(5000), &expected()),
        Err(IdTokenError::Payload)
    );
    let deeper = deep(20_000);
    let refused = Jws::parse(&deeper, RS256, TokenKind::IdToken);
    assert_eq!(refused.unwrap_err(), JoseError::TooLong);
}

/// E19: also one that does not say so in its header.
#[test]
fn logout_token_is_refused_as_id_token() {
    let logout = with(
        claims(),
        "events",
        json!({ "http://schemas.openid.net/event/backchannel-logout": {} }),
    );
    assert_refused(&logout, IdTokenError::Event);
    let renewed = Expected {
        purpose: Purpose::Refresh {
            subject: SUBJECT,
            nonce: None,
        },
        ..expected()
    };
    let text = token(&without(logout, "nonce"));
    assert_eq!(checked(&text, &renewed), Err(IdTokenError::Event));
}

/// E21.
#[test]
fn authentication_longer_ago_than_asked_for_is_refused() {
    let expected = Expected {
        max_age_s: Some(600),
        ..expected()
    };
    let at = |age: i64| checked(&token(&with(claims(), "auth_time", NOW - age)), &expected);
    assert!(at(0).is_ok() && at(600 + SKEW_S).is_ok());
    assert_eq!(at(600 + SKEW_S + 1), Err(IdTokenError::AuthTimeTooOld));
    assert_eq!(
        checked(&token(&claims()), &expected),
        Err(IdTokenError::AuthTimeMissing)
    );
}

#[test]
fn malformed_time_of_authentication_is_refused() {
    assert_each_refused("auth_time", no_moments(), IdTokenError::AuthTimeMalformed);
    assert_refused(
        &with(claims(), "auth_time", NOW + SKEW_S + 1),
        IdTokenError::AuthTimeMalformed,
    );
    accepted(&with(claims(), "auth_time", NOW + SKEW_S));
}

#[test]
fn malformed_session_is_refused() {
    assert_each_refused("sid", no_identifiers(), IdTokenError::SessionIdMalformed);
}

#[test]
fn extreme_clocks_do_not_overflow() {
    for now in [i64::MIN, i64::MAX] {
        let expected = Expected {
            now,
            max_age_s: Some(i64::MAX),
            ..expected()
        };
        let text = token(&with(claims(), "auth_time", NOW));
        assert!(checked(&text, &expected).is_err());
    }
}

fn renewed(nonce: Option<&'static str>) -> Expected<'static> {
    Expected {
        purpose: Purpose::Refresh {
            subject: SUBJECT,
            nonce,
        },
        ..expected()
    }
}

#[test]
fn renewed_token_need_not_have_a_nonce() {
    let text = token(&without(claims(), "nonce"));
    for nonce in [None, Some(NONCE)] {
        assert!(checked(&text, &renewed(nonce)).is_ok());
    }
    assert!(checked(&token(&claims()), &renewed(Some(NONCE))).is_ok());
}

/// N6, `oidcc-client-test-refresh-token-invalid-sub`.
#[test]
fn renewed_token_of_another_person_is_refused() {
    for other in [format!("{SUBJECT}1"), "somebody".to_owned()] {
        let text = token(&with(claims(), "sub", other));
        assert_eq!(
            checked(&text, &renewed(Some(NONCE))),
            Err(IdTokenError::SubjectForeign)
        );
    }
    let prefix = token(&with(claims(), "sub", &SUBJECT[1..]));
    assert_eq!(
        checked(&prefix, &renewed(Some(NONCE))),
        Err(IdTokenError::SubjectForeign)
    );
}

/// N6.
#[test]
fn renewed_token_with_another_nonce_is_refused() {
    for odd in [json!("other"), json!(""), json!(null), json!(7)] {
        let text = token(&with(claims(), "nonce", odd));
        for nonce in [None, Some(NONCE)] {
            assert_eq!(
                checked(&text, &renewed(nonce)),
                Err(IdTokenError::NonceMismatch)
            );
        }
    }
    // Where none is known there was none.
    assert_eq!(
        checked(&token(&claims()), &renewed(None)),
        Err(IdTokenError::NonceMismatch)
    );
}

/// N6, `oidcc-client-test-refresh-token-invalid-issuer`.
#[test]
fn renewed_token_of_another_issuer_is_refused() {
    let text = token(&with(claims(), "iss", format!("{ISSUER}1")));
    assert_eq!(
        checked(&text, &renewed(Some(NONCE))),
        Err(IdTokenError::IssuerForeign)
    );
}

/// N6.
#[test]
fn renewed_token_for_another_client_is_refused() {
    let text = token(&with(claims(), "aud", "other"));
    assert_eq!(
        checked(&text, &renewed(Some(NONCE))),
        Err(IdTokenError::AudienceForeign)
    );
}

/// N6.
#[test]
fn renewed_token_with_a_wrong_signature_is_refused() {
    let text = sign(
        r#"{"alg":"RS256"}"#,
        claims().to_string(),
        &foreign_key(RS256),
    );
    assert_eq!(
        checked(&text, &renewed(Some(NONCE))),
        Err(IdTokenError::Signature)
    );
}

/// N6.
#[test]
fn renewed_token_without_a_signature_is_refused() {
    let text = sign(r#"{"alg":"none"}"#, claims().to_string(), &key(RS256));
    let refused = Jws::parse(&text, RS256, TokenKind::IdToken);
    assert_eq!(refused.unwrap_err(), JoseError::Algorithm);
}

#[test]
fn nonce_of_a_checked_token_is_found_again() {
    let text = |text: String| IdTokenText::new(text).expect("visible ASCII");
    assert_eq!(nonce_of(&text(token(&claims()))).as_deref(), Some(NONCE));
    for without in [
        token(&without(claims(), "nonce")),
        token(&with(claims(), "nonce", 7)),
        "a.b.c".to_owned(),
        "a".to_owned(),
        "...".to_owned(),
    ] {
        assert_eq!(nonce_of(&text(without)), None);
    }
}

proptest! {
    #![proptest_config(crate::signed::property())]

    #[test]
    fn any_claims_are_checked_without_panic(odd in any_claims()) {
        let _ = checked(&token(&odd), &expected());
        let mut mixed = claims();
        for (name, value) in odd.as_object().expect("an object") {
            mixed[name] = value.clone();
        }
        if let Ok(accepted) = checked(&token(&mixed), &expected()) {
            prop_assert!(accepted.issuer == ISSUER && !accepted.subject.is_empty());
            prop_assert!(accepted.expires_at > NOW - SKEW_S && accepted.issued_at <= NOW + SKEW_S);
        }
    }

    #[test]
    fn any_payload_is_checked_without_panic(payload in any::<Vec<u8>>()) {
        let text = sign(r#"{"alg":"RS256"}"#, &payload, &key(RS256));
        if let Ok(jws) = Jws::parse(&text, RS256, TokenKind::IdToken) {
            prop_assert!(check(&jws, &key(RS256), VERIFY, &expected()).is_err());
        }
    }
}
