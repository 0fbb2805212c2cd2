//! The rules of this crate, natively and in a browser: every module runs on both.
#![cfg_attr(
    target_arch = "wasm32",
    expect(clippy::unwrap_used, reason = "clippy takes only `#[test]` for a test")
)]

mod callback;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "oidc")]
mod id_token;
#[cfg(feature = "oidc")]
mod jose;
#[cfg(feature = "oidc")]
mod jwk;
#[cfg(feature = "oidc")]
mod logout_token;
#[cfg(feature = "oidc")]
mod metadata;
mod pkce;
#[cfg(feature = "oidc")]
mod profile;
mod return_to;
#[cfg(feature = "oidc")]
mod signed;
mod state;
mod tokens;
mod transaction;
#[cfg(feature = "oidc")]
mod userinfo;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// The present of these tests, in unix seconds.
const NOW: i64 = 1_795_000_000;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636, appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Thirty-two zero bytes in base64url.
const STATE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const ISSUER: &str = "https://accounts.example";
const REDIRECT_URI: &str = "http://127.0.0.1:3000/callback/spotify";

/// A fresh transaction of the provider `spotify` with the values above.
fn transaction() -> oauth::transaction::Transaction {
    oauth::transaction::Transaction {
        provider: "spotify".to_owned(),
        issuer: ISSUER.to_owned(),
        iss_required: false,
        redirect_uri: REDIRECT_URI.to_owned(),
        state: oauth::state::State::from_bytes([0; 32]),
        nonce: None,
        challenge: oauth::pkce::Challenge::parse(CHALLENGE).expect("a challenge"),
        intent: oauth::transaction::Intent::SignIn,
        permissions: vec!["top".to_owned()],
        return_to: oauth::return_to::ReturnTo::default(),
        session: None,
        issued_at: NOW,
    }
}

/// Cases per property; a browser is slower than a native run.
fn property() -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases: if cfg!(target_arch = "wasm32") {
            256
        } else {
            2048
        },
        failure_persistence: None,
        ..Default::default()
    }
}
