use oauth::jose::Algorithm;
use oauth::metadata::{Metadata, MetadataError, discovery_url};
use proptest::prelude::{any, prop_assert_eq, proptest};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::ISSUER;
use crate::signed::{any_claims, with, without};

const GOOGLE: &str = "https://accounts.google.com";

fn document() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://accounts.example/authorize",
        "token_endpoint": "https://accounts.example/token",
        "jwks_uri": "https://keys.example/jwks",
        "response_types_supported": ["code"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

fn google() -> Value {
    json!({
        "issuer": GOOGLE,
        "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
        "device_authorization_endpoint": "https://oauth2.googleapis.com/device/code",
        "token_endpoint": "https://oauth2.googleapis.com/token",
        "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
        "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
        "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
        "response_types_supported": ["code", "token", "id_token", "code token", "none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "email", "sub"],
        "code_challenge_methods_supported": ["plain", "S256"],
    })
}

fn parse(document: &Value) -> Result<Metadata, MetadataError> {
    Metadata::parse(document.to_string().as_bytes(), ISSUER, false)
}

#[test]
fn document_of_google_is_read() {
    let read = |document: &Value| {
        Metadata::parse(document.to_string().as_bytes(), GOOGLE, false).expect("metadata")
    };
    let metadata = read(&google());
    assert_eq!(metadata.issuer, GOOGLE);
    assert_eq!(
        metadata.token_endpoint.as_str(),
        "https://oauth2.googleapis.com/token"
    );
    assert_eq!(
        metadata.revocation_endpoint.unwrap().as_str(),
        "https://oauth2.googleapis.com/revoke"
    );
    assert!(metadata.userinfo_endpoint.is_some() && metadata.end_session_endpoint.is_none());
    assert!(metadata.s256_supported && !metadata.iss_parameter_supported);
    assert!(!metadata.backchannel_logout_supported);
    assert_eq!(metadata.algorithm, Algorithm::Rs256);
    assert_eq!(
        metadata.token_auth_methods,
        ["client_secret_post", "client_secret_basic"]
    );
    assert_eq!(metadata.scopes_supported, ["openid", "email", "profile"]);
    let flag = "authorization_response_iss_parameter_supported";
    assert!(read(&with(google(), flag, true)).iss_parameter_supported);
    let end = with(google(), "end_session_endpoint", "https://google.example/o");
    assert!(read(&end).end_session_endpoint.is_some());
}

#[test]
fn least_document_is_read() {
    let least = without(
        without(document(), "response_types_supported"),
        "id_token_signing_alg_values_supported",
    );
    let metadata = parse(&least).unwrap();
    assert_eq!(metadata.algorithm, Algorithm::Rs256);
    assert_eq!(metadata.token_auth_methods, ["client_secret_basic"]);
    assert!(metadata.scopes_supported.is_empty() && !metadata.s256_supported);
    assert!(!metadata.backchannel_logout_session_supported);
    let logout = with(document(), "backchannel_logout_supported", true);
    let logout = with(logout, "backchannel_logout_session_supported", true);
    let metadata = parse(&logout).unwrap();
    assert!(metadata.backchannel_logout_supported);
    assert!(metadata.backchannel_logout_session_supported);
}

/// F-1, `oidcc-client-test-discovery-issuer-mismatch`.
#[test]
fn document_of_another_issuer_is_refused() {
    for other in [
        json!(format!("{ISSUER}INVALID")),
        json!(format!("{ISSUER}/")),
        json!("https://Accounts.example"),
        json!("http://accounts.example"),
        json!("accounts.example"),
        json!(""),
        json!(null),
    ] {
        assert_eq!(
            parse(&with(document(), "issuer", other)),
            Err(MetadataError::IssuerMismatch)
        );
    }
    assert_eq!(
        parse(&without(document(), "issuer")),
        Err(MetadataError::IssuerMismatch)
    );
    assert_eq!(
        parse(&with(document(), "issuer", json!([ISSUER]))),
        Err(MetadataError::Malformed("issuer"))
    );
}

const ENDPOINTS: [&str; 6] = [
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
];

/// F-3, F-14.
#[test]
fn endpoint_that_is_no_plain_address_is_refused() {
    for name in ENDPOINTS {
        for odd in [
            "",
            "/token",
            "//accounts.example/token",
            "https:accounts.example/token",
            "http://accounts.example/token",
            "http://localhost/token",
            "http://127.0.0.1/token",
            "http://2130706433/token",
            "file:///etc/passwd",
            "gopher://accounts.example/",
            "javascript:alert(1)",
            "https://user@accounts.example/token",
            "https://user:secret@accounts.example/token",
            "https://accounts.example/token#x",
            "https://accounts.example/token#",
            "https://accounts.example/tok\nen",
            "https://accounts.example\\@evil.example/",
            " https://accounts.example/token",
            "https://exa mple/token",
            "https:///token",
        ] {
            let refused = parse(&with(document(), name, odd));
            assert_eq!(refused, Err(MetadataError::Endpoint(name)), "{odd:?}");
        }
        let long = format!("https://accounts.example/{}", "a".repeat(100_000));
        let refused = parse(&with(document(), name, long));
        assert_eq!(refused, Err(MetadataError::Endpoint(name)));
        let refused = parse(&with(document(), name, json!(["https://a.example"])));
        assert_eq!(refused, Err(MetadataError::Malformed(name)));
    }
}

#[test]
fn missing_endpoint_is_refused_where_it_is_needed() {
    for name in &ENDPOINTS[..3] {
        assert_eq!(
            parse(&without(document(), name)),
            Err(MetadataError::Missing(name))
        );
        assert_eq!(
            parse(&with(document(), name, json!(null))),
            Err(MetadataError::Missing(name))
        );
    }
    for name in &ENDPOINTS[3..] {
        assert!(parse(&with(document(), name, json!(null))).is_ok());
    }
}

#[test]
fn authorization_endpoint_may_have_a_query() {
    let url = "https://accounts.example/authorize?tenant=1";
    let metadata = parse(&with(document(), "authorization_endpoint", url)).unwrap();
    assert_eq!(metadata.authorization_endpoint.as_str(), url);
}

/// F-3.
#[test]
fn plain_http_is_for_this_machine_and_only_where_it_is_allowed() {
    let read = |url: &str| {
        let document = with(document(), "token_endpoint", url).to_string();
        Metadata::parse(document.as_bytes(), ISSUER, true)
    };
    for here in [
        "http://localhost:4400/t",
        "http://127.0.0.1/t",
        "http://[::1]:1/t",
    ] {
        assert_eq!(read(here).unwrap().token_endpoint.as_str(), here);
    }
    for elsewhere in [
        "http://accounts.example/t",
        "http://10.0.0.1/t",
        "http://0.0.0.0/t",
        "http://169.254.169.254/t",
        "http://localhost.evil.example/t",
        "http://localhost./t",
        "http://[::ffff:127.0.0.1]/t",
        "ftp://localhost/t",
    ] {
        assert_eq!(
            read(elsewhere),
            Err(MetadataError::Endpoint("token_endpoint")),
            "{elsewhere}"
        );
    }
}

/// One algorithm is pinned, whatever else the provider can.
#[test]
fn algorithm_is_the_best_known_of_the_listed() {
    let pinned = |listed: Value| {
        parse(&with(
            document(),
            "id_token_signing_alg_values_supported",
            listed,
        ))
        .map(|metadata| metadata.algorithm)
    };
    for (listed, algorithm) in [
        (json!(["none", "HS256", "RS256"]), Algorithm::Rs256),
        (json!(["EdDSA", "ES256", "RS256"]), Algorithm::Rs256),
        (json!(["EdDSA", "ES256"]), Algorithm::Es256),
        (json!(["PS256", "EdDSA"]), Algorithm::EdDsa),
        (json!(null), Algorithm::Rs256),
    ] {
        assert_eq!(pinned(listed.clone()), Ok(algorithm), "{listed}");
    }
    for listed in [json!([]), json!(["none", "HS256", "PS256", "rs256"])] {
        assert_eq!(pinned(listed), Err(MetadataError::Algorithm));
    }
    for odd in [json!("RS256"), json!(["RS256", 7]), json!({})] {
        assert_eq!(
            pinned(odd),
            Err(MetadataError::Malformed(
                "id_token_signing_alg_values_supported"
            ))
        );
    }
}

#[test]
fn provider_without_the_code_flow_is_refused() {
    for types in [json!([]), json!(["id_token"]), json!(["code token"])] {
        assert_eq!(
            parse(&with(document(), "response_types_supported", types)),
            Err(MetadataError::ResponseType)
        );
    }
}

#[test]
fn member_of_another_type_is_refused() {
    for (name, odd) in [
        (
            "authorization_response_iss_parameter_supported",
            json!("true"),
        ),
        ("backchannel_logout_supported", json!(1)),
        ("backchannel_logout_session_supported", json!([])),
        ("scopes_supported", json!("openid")),
        ("token_endpoint_auth_methods_supported", json!([1])),
        ("code_challenge_methods_supported", json!("S256")),
        ("response_types_supported", json!("code")),
    ] {
        assert_eq!(
            parse(&with(document(), name, odd)),
            Err(MetadataError::Malformed(name))
        );
    }
}

/// F-8.
#[test]
fn body_that_is_no_object_is_refused() {
    let good = document().to_string();
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bad in [
        Vec::new(),
        b"<html>".to_vec(),
        format!("[{good}]").into_bytes(),
        format!("{good}{good}").into_bytes(),
        format!("\u{feff}{good}").into_bytes(),
        format!("{good}\0").into_bytes(),
        good.replacen('{', r#"{"issuer":"a","#, 1).into_bytes(),
        utf16,
    ] {
        let refused = Metadata::parse(&bad, ISSUER, false);
        assert_eq!(refused, Err(MetadataError::Json));
    }
}

/// F-6.
#[test]
fn body_over_the_limit_is_refused() {
    let mut body = document().to_string().into_bytes();
    body.resize(Metadata::MAX_BYTES, b' ');
    assert!(Metadata::parse(&body, ISSUER, false).is_ok());
    body.push(b' ');
    assert_eq!(
        Metadata::parse(&body, ISSUER, false),
        Err(MetadataError::TooLarge)
    );
}

#[test]
fn document_is_found_below_the_issuer() {
    for (issuer, url) in [
        (
            GOOGLE,
            "https://accounts.google.com/.well-known/openid-configuration",
        ),
        (
            "https://a.example/",
            "https://a.example/.well-known/openid-configuration",
        ),
        (
            "https://a.example/realms/x",
            "https://a.example/realms/x/.well-known/openid-configuration",
        ),
        (
            "https://a.example/x/",
            "https://a.example/x/.well-known/openid-configuration",
        ),
        (
            "http://localhost:4400/google",
            "http://localhost:4400/google/.well-known/openid-configuration",
        ),
    ] {
        assert_eq!(discovery_url(issuer).unwrap().as_str(), url);
    }
}

/// F-3.
#[test]
fn malformed_issuer_is_refused() {
    for odd in [
        "",
        "accounts.google.com",
        "http://accounts.example",
        "https://a.example?x=1",
        "https://a.example/?",
        "https://a.example#x",
        "https://a.example/#",
        "https://user@a.example",
        "https://",
        "https:///",
        "https:/a.example",
        "file:///a",
        "https://a.example/\n",
        "https://a.example\\b",
    ] {
        assert_eq!(discovery_url(odd), Err(MetadataError::Issuer), "{odd:?}");
    }
}

proptest! {
    #![proptest_config(crate::signed::property())]

    #[test]
    fn any_body_is_read_without_panic(body in any::<Vec<u8>>(), odd in any_claims(), issuer in any::<String>()) {
        let _ = Metadata::parse(&body, ISSUER, true);
        let _ = discovery_url(&issuer);
        let mut mixed = document();
        for (name, value) in odd.as_object().expect("an object") {
            mixed[name] = value.clone();
        }
        if let Ok(metadata) = parse(&mixed) {
            prop_assert_eq!(metadata.token_endpoint.scheme(), "https");
        }
    }
}
