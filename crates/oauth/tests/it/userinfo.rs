use oauth::userinfo::{MAX_BYTES, UserinfoError, read};
use proptest::prelude::{any, proptest};
use serde_json::json;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::signed::{SUBJECT, any_claims, no_identifiers};

const JSON: Option<&str> = Some("application/json");

fn body() -> String {
    json!({ "sub": SUBJECT, "name": "Ada", "email": "ada@example.org" }).to_string()
}

#[test]
fn answer_of_the_same_person_is_read() {
    for content_type in [
        JSON,
        None,
        Some("application/json; charset=utf-8"),
        Some("Application/JSON;charset=UTF-8"),
    ] {
        let profile = read(content_type, body().as_bytes(), SUBJECT).unwrap();
        assert_eq!(profile.name.as_deref(), Some("Ada"));
        assert_eq!(profile.email.as_deref(), Some("ada@example.org"));
    }
}

/// G8, `oidcc-client-test-userinfo-invalid-sub`.
#[test]
fn answer_of_another_person_is_refused() {
    for other in [
        format!("{SUBJECT}invalid"),
        SUBJECT[1..].to_owned(),
        "somebody".to_owned(),
    ] {
        let body = json!({ "sub": other, "name": "Ada" }).to_string();
        let refused = read(JSON, body.as_bytes(), SUBJECT);
        assert_eq!(refused, Err(UserinfoError::SubjectForeign), "{other}");
    }
}

/// G8.
#[test]
fn answer_without_a_subject_is_refused() {
    let refusal = |body: serde_json::Value| read(JSON, body.to_string().as_bytes(), SUBJECT);
    assert_eq!(
        refusal(json!({ "name": "Ada" })),
        Err(UserinfoError::SubjectMalformed)
    );
    for odd in no_identifiers() {
        assert_eq!(
            refusal(json!({ "sub": odd })),
            Err(UserinfoError::SubjectMalformed),
            "{odd}"
        );
    }
}

/// G8: a top-level array, a JWT, and what two readers read differently.
#[test]
fn answer_that_is_no_object_is_refused() {
    let good = body();
    for bad in [
        format!("[{good}]"),
        "eyJhbGciOiJub25lIn0.e30.".to_owned(),
        String::new(),
        "null".to_owned(),
        format!("{good}x"),
        format!("\u{feff}{good}"),
        format!(r#"{{"sub":"a","sub":"{SUBJECT}"}}"#),
        "<html></html>".to_owned(),
    ] {
        let refused = read(JSON, bad.as_bytes(), SUBJECT);
        assert_eq!(refused, Err(UserinfoError::Json), "{bad}");
    }
}

/// G8, F-8.
#[test]
fn answer_of_another_content_type_is_refused() {
    for other in [
        "application/jwt",
        "text/html",
        "",
        "application/json+x",
        "json",
    ] {
        let refused = read(Some(other), body().as_bytes(), SUBJECT);
        assert_eq!(refused, Err(UserinfoError::ContentType), "{other}");
    }
}

#[test]
fn answer_over_the_limit_is_refused() {
    let mut body = body().into_bytes();
    body.resize(MAX_BYTES, b' ');
    assert!(read(JSON, &body, SUBJECT).is_ok());
    body.push(b' ');
    assert_eq!(read(JSON, &body, SUBJECT), Err(UserinfoError::TooLarge));
}

/// F-13: they are claims nobody knows.
#[test]
fn claims_that_stand_elsewhere_are_ignored() {
    let body = json!({
        "sub": SUBJECT,
        "_claim_names": { "name": "src1", "email": "src1" },
        "_claim_sources": { "src1": { "endpoint": "http://169.254.169.254/", "JWT": "a.b.c" } },
    });
    let profile = read(JSON, body.to_string().as_bytes(), SUBJECT).unwrap();
    assert_eq!(profile, oauth::profile::Profile::default());
}

proptest! {
    #![proptest_config(crate::signed::property())]

    #[test]
    fn any_answer_is_read_without_panic(bytes in any::<Vec<u8>>(), claims in any_claims()) {
        let _ = read(JSON, &bytes, SUBJECT);
        let _ = read(JSON, claims.to_string().as_bytes(), SUBJECT);
    }
}
