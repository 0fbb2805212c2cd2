use oauth::id_token::SKEW_S;
use oauth::jose::{Algorithm, JoseError, Jws, TokenKind};
use oauth::logout_token::{LIFE_S, LogoutExpected, LogoutToken, LogoutTokenError, check};
use proptest::prelude::{prop_assert, proptest};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::signed::{
    CLIENT, SUBJECT, VERIFY, any_claims, foreign_key, key, no_identifiers, no_moments, sign, with,
    without,
};
use crate::{ISSUER, NOW};

const RS256: Algorithm = Algorithm::Rs256;
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": SUBJECT, "aud": CLIENT, "jti": "j-1", "sid": "s-1", "iat": NOW,
        "exp": NOW + 120, "events": { EVENT: {} },
    })
}

fn text(claims: &Value) -> String {
    let header = r#"{"alg":"RS256","typ":"logout+jwt"}"#;
    sign(header, claims.to_string(), &key(RS256))
}

fn checked_at(now: i64, text: &str) -> Result<LogoutToken, LogoutTokenError> {
    let jws = Jws::parse(text, RS256, TokenKind::LogoutToken).expect("a token");
    let expected = LogoutExpected {
        issuers: &[ISSUER],
        client_id: CLIENT,
        now,
    };
    check(&jws, &key(RS256), VERIFY, &expected)
}

fn accepted(claims: &Value) -> LogoutToken {
    checked_at(NOW, &text(claims)).expect("a logout token")
}

#[track_caller]
fn assert_refused(claims: &Value, error: LogoutTokenError) {
    assert_eq!(checked_at(NOW, &text(claims)), Err(error), "{claims}");
}

#[track_caller]
fn assert_each_refused(name: &str, odd: impl IntoIterator<Item = Value>, error: LogoutTokenError) {
    for value in odd {
        assert_refused(&with(claims(), name, value), error);
    }
}

/// `oidcc-client-test-rp-backchannel-rpinitlogout`: with an unknown claim.
#[test]
fn good_token_is_accepted() {
    let accepted = accepted(&with(claims(), "unknown", "x"));
    assert_eq!(
        accepted,
        LogoutToken {
            issuer: ISSUER.to_owned(),
            subject: Some(SUBJECT.to_owned()),
            session_id: Some("s-1".to_owned()),
            token_id: "j-1".to_owned(),
            issued_at: NOW,
            expires_at: NOW + 120,
        }
    );
}

/// §1.5 `-alg-none`, `-wrong-alg`.
#[test]
fn unsigned_token_and_another_algorithm_are_refused() {
    for name in ["none", "HS256", "ES256", "PS256"] {
        let header = json!({ "alg": name }).to_string();
        let text = sign(header, claims().to_string(), &key(RS256));
        let refused = Jws::parse(&text, RS256, TokenKind::LogoutToken);
        assert_eq!(refused.unwrap_err(), JoseError::Algorithm, "{name}");
    }
}

#[test]
fn wrong_signature_is_refused_before_anything_is_read() {
    for payload in [claims().to_string(), "nonsense".to_owned()] {
        let forged = sign(r#"{"alg":"RS256"}"#, payload, &foreign_key(RS256));
        assert_eq!(checked_at(NOW, &forged), Err(LogoutTokenError::Signature));
    }
}

#[test]
fn payload_that_two_readers_read_differently_is_refused() {
    let good = claims().to_string();
    let open = &good[..good.len() - 1];
    for bad in [
        format!(r#"{open},"sub":"b"}}"#),
        format!("{good}x"),
        format!("[{good}]"),
        format!("\u{feff}{good}"),
    ] {
        let text = sign(r#"{"alg":"RS256"}"#, bad, &key(RS256));
        assert_eq!(checked_at(NOW, &text), Err(LogoutTokenError::Payload));
    }
}

/// §1.5 `-wrong-iss`.
#[test]
fn other_issuer_is_refused() {
    for foreign in [
        format!("{ISSUER}INVALID"),
        format!("{ISSUER}/"),
        String::new(),
    ] {
        assert_refused(
            &with(claims(), "iss", foreign),
            LogoutTokenError::IssuerForeign,
        );
    }
    assert_each_refused(
        "iss",
        [json!(null), json!([ISSUER])],
        LogoutTokenError::IssuerMalformed,
    );
    assert_refused(&without(claims(), "iss"), LogoutTokenError::IssuerMalformed);
}

/// §1.5 `-wrong-aud`.
#[test]
fn token_for_another_client_is_refused() {
    for foreign in [json!("client-1INVALID"), json!(["other"]), json!([])] {
        assert_refused(
            &with(claims(), "aud", foreign),
            LogoutTokenError::AudienceForeign,
        );
    }
    assert_refused(
        &without(claims(), "aud"),
        LogoutTokenError::AudienceMalformed,
    );
    assert_refused(
        &with(claims(), "aud", json!([CLIENT, "other"])),
        LogoutTokenError::PartyMissing,
    );
    assert_refused(
        &with(claims(), "azp", "other"),
        LogoutTokenError::PartyForeign,
    );
    accepted(&with(claims(), "aud", json!([CLIENT])));
}

/// N13.
#[test]
fn token_without_a_time_of_issue_is_refused() {
    assert_refused(
        &without(claims(), "iat"),
        LogoutTokenError::IssuedAtMalformed,
    );
    assert_each_refused("iat", no_moments(), LogoutTokenError::IssuedAtMalformed);
}

#[test]
fn token_from_the_future_is_refused() {
    assert_refused(
        &with(claims(), "iat", NOW + SKEW_S + 1),
        LogoutTokenError::IssuedInFuture,
    );
    accepted(&with(claims(), "iat", NOW + SKEW_S));
    assert_refused(
        &with(claims(), "nbf", NOW + SKEW_S + 1),
        LogoutTokenError::NotYetValid,
    );
    accepted(&with(claims(), "nbf", NOW + SKEW_S));
    assert_each_refused("nbf", no_moments(), LogoutTokenError::NotBeforeMalformed);
}

#[test]
fn expired_token_is_refused() {
    assert_refused(
        &with(claims(), "exp", NOW - SKEW_S),
        LogoutTokenError::Expired,
    );
    accepted(&with(claims(), "exp", NOW - SKEW_S + 1));
    assert_each_refused("exp", no_moments(), LogoutTokenError::ExpiryMalformed);
}

/// Whatever its `exp` says: what must be remembered to refuse a replay is bounded.
#[test]
fn old_token_is_refused() {
    let forever = with(claims(), "exp", NOW + 1_000_000);
    assert_eq!(accepted(&forever).expires_at, NOW + LIFE_S);
    let without_end = without(claims(), "exp");
    assert_eq!(accepted(&without_end).expires_at, NOW + LIFE_S);
    for claims in [forever, without_end] {
        let text = text(&claims);
        let last = NOW + LIFE_S + SKEW_S;
        assert!(checked_at(last - 1, &text).is_ok());
        assert_eq!(checked_at(last, &text), Err(LogoutTokenError::Expired));
    }
}

/// N13: a replay is found by the `jti`, which the caller remembers for as long as the token
/// would be accepted.
#[test]
fn token_is_over_when_its_id_may_be_forgotten() {
    for claims in [
        claims(),
        with(claims(), "exp", NOW + 1_000_000),
        without(claims(), "exp"),
    ] {
        let text = text(&claims);
        let token = checked_at(NOW, &text).unwrap();
        assert_eq!(checked_at(NOW, &text).unwrap().token_id, token.token_id);
        let forgotten = token.expires_at + SKEW_S;
        assert_eq!(checked_at(forgotten, &text), Err(LogoutTokenError::Expired));
    }
}

/// §1.5 `-no-event`, `-wrong-event`.
#[test]
fn token_that_tells_of_no_logout_is_refused() {
    assert_refused(&without(claims(), "events"), LogoutTokenError::Event);
    assert_each_refused(
        "events",
        [
            json!({}),
            json!({ "http://schemas.openid.net/event/foobar": {} }),
            json!({ format!("{EVENT}1"): {} }),
            json!({ EVENT: null }),
            json!({ EVENT: true }),
            json!({ EVENT: [] }),
            json!({ EVENT: "" }),
            json!([EVENT]),
            json!(EVENT),
            json!(null),
        ],
        LogoutTokenError::Event,
    );
    accepted(&with(
        claims(),
        "events",
        json!({ EVENT: { "a": 1 }, "other": {} }),
    ));
}

/// §1.5 `-with-nonce`.
#[test]
fn token_with_a_nonce_is_refused() {
    assert_each_refused(
        "nonce",
        [json!("n"), json!(""), json!(null)],
        LogoutTokenError::Nonce,
    );
}

/// N13.
#[test]
fn token_without_an_id_of_its_own_is_refused() {
    assert_refused(
        &without(claims(), "jti"),
        LogoutTokenError::TokenIdMalformed,
    );
    assert_each_refused("jti", no_identifiers(), LogoutTokenError::TokenIdMalformed);
}

/// N13.
#[test]
fn token_that_names_nobody_is_refused() {
    let nobody = without(without(claims(), "sub"), "sid");
    assert_refused(&nobody, LogoutTokenError::Nobody);
}

/// N12.
#[test]
fn subject_or_session_is_enough() {
    let by_session = accepted(&without(claims(), "sub"));
    assert_eq!(
        (by_session.subject, by_session.session_id.as_deref()),
        (None, Some("s-1"))
    );
    let by_subject = accepted(&without(claims(), "sid"));
    assert_eq!(
        (by_subject.subject.as_deref(), by_subject.session_id),
        (Some(SUBJECT), None)
    );
}

/// A malformed `sid` must not make it a logout everywhere.
#[test]
fn malformed_subject_or_session_is_refused() {
    assert_each_refused("sub", no_identifiers(), LogoutTokenError::SubjectMalformed);
    assert_each_refused(
        "sid",
        no_identifiers(),
        LogoutTokenError::SessionIdMalformed,
    );
}

/// An ID token has no `events`.
#[test]
fn id_token_is_refused_as_logout_token() {
    let id_token = without(without(claims(), "events"), "jti");
    assert_refused(&with(id_token, "nonce", "n"), LogoutTokenError::Event);
}

proptest! {
    #![proptest_config(crate::signed::property())]

    #[test]
    fn any_claims_are_checked_without_panic(odd in any_claims()) {
        let _ = checked_at(NOW, &text(&odd));
        let mut mixed = claims();
        for (name, value) in odd.as_object().expect("an object") {
            mixed[name] = value.clone();
        }
        if let Ok(accepted) = checked_at(NOW, &text(&mixed)) {
            prop_assert!(accepted.subject.is_some() || accepted.session_id.is_some());
            prop_assert!(accepted.expires_at <= accepted.issued_at + LIFE_S);
        }
    }
}
