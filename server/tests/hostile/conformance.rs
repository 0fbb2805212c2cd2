//! The modules of the `OpenID` Foundation's suite for relying parties: Basic RP, Config RP, and those
//! of the FAPI 2.0 client that apply to a client with a secret. `occt` stands for
//! `oidcc-client-test`, `fapi2` for `fapi2-security-profile-final-client-test`.

use serde_json::json;

use crate::id_token::resigned;
use crate::keys::{KEYS, Key, secp256k1};
use crate::provider::{CLIENT_ID, CLIENT_SECRET, Calls, Endpoint, Op};
use crate::report::row;
use crate::stage::{ACME, Attempt, Browser, INVALID, NOW, SESSION, Stage, encoded};

#[tokio::test]
async fn an_honest_sign_in_is_accepted() {
    let _row = row("occt");
    let stage = Stage::new().await;
    let (mut browser, answer) = stage.try_sign_in("alice").await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert!(answer.sets(SESSION) && answer.sets("__Host-Http-tokens-acme"));
    assert_eq!(answer.json()["return_to"], "/profile");
    let session = browser.session().await;
    assert_eq!(session["identities"][0]["subject"], "alice");
    assert_eq!(session["account"]["name"], "Name of alice");
    assert_eq!(stage.accounts().await, 1);
    let once = Calls {
        discovery: 1,
        jwks: 1,
        token: 1,
        userinfo: 1,
        ..Calls::NONE
    };
    assert_eq!(stage.op.calls(), once);
    assert_eq!(stage.op.complaints(), [""; 0]);
}

#[tokio::test]
async fn an_issuer_with_something_after_it_is_refused() {
    let _row = row("occt-invalid-iss");
    let stage = Stage::warm().await;
    let wrong = json!(format!("{}1", stage.op.issuer()));
    stage
        .op
        .mint(move |draft| draft.claim("iss", wrong.clone()).sign());
    stage.refuses("iss", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn a_missing_subject_is_refused() {
    let _row = row("occt-missing-sub");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| draft.without("sub").sign());
    stage.refuses("sub", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn an_audience_with_something_after_it_is_refused() {
    let _row = row("occt-invalid-aud");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| {
        let wrong = format!("{CLIENT_ID}1");
        draft.claim("aud", json!(wrong)).sign()
    });
    stage.refuses("aud", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn a_missing_time_of_issue_is_refused() {
    let _row = row("occt-missing-iat");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| draft.without("iat").sign());
    stage.refuses("iat", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn a_token_without_kid_is_accepted_where_one_key_fits() {
    let _row = row("occt-kid-absent-single-jwks");
    let stage = Stage::new().await;
    stage.op.mint(|draft| draft.headless("kid").sign());
    stage.accepts("alice").await;
    // A key that has no name itself fits as well.
    let stage = Stage::new().await;
    let mut nameless = KEYS.rsa[0].jwk();
    nameless.as_object_mut().expect("a key").remove("kid");
    stage.op.keys(vec![nameless]);
    stage.op.mint(|draft| draft.headless("kid").sign());
    stage.accepts("alice").await;
}

#[tokio::test]
async fn a_token_without_kid_is_refused_where_several_keys_fit() {
    let _row = row("occt-kid-absent-multiple-jwks");
    let stage = Stage::new().await;
    let sound = [&KEYS.rsa, &KEYS.p256, &KEYS.ed25519].into_iter().flatten();
    let odd = (0..3).map(secp256k1);
    stage.op.keys(sound.map(Key::jwk).chain(odd).collect());
    stage.accepts("alice").await;
    stage.op.mint(|draft| draft.headless("kid").sign());
    let calls = refused_with_any_number_of_key_fetches(&stage).await;
    assert!(calls.jwks <= 1, "{calls:?}");
}

/// Refuses the ID token; whether the keys are asked for once more is the server's business.
async fn refused_with_any_number_of_key_fetches(stage: &Stage) -> Calls {
    let (accounts, mut browser) = (stage.accounts().await, stage.browser());
    let attempt = browser.begin(ACME).await;
    let before = stage.op.calls();
    let query = encoded(&stage.op.consent(&attempt.authorize_url, "mallory"));
    let answer = browser.complete(ACME, &query, &attempt.verifier).await;
    stage
        .refused(&mut browser, &answer, accounts, INVALID, "")
        .await;
    let calls = stage.op.calls().since(before);
    let without_keys = Calls { jwks: 0, ..calls };
    assert_eq!(without_keys, Calls::TOKEN);
    calls
}

#[tokio::test]
async fn an_rs256_signature_is_accepted() {
    let _row = row("occt-idtoken-sig-rs256");
    let stage = Stage::new().await;
    stage.op.mint(|draft| draft.sign_as("RS256"));
    stage.accepts("alice").await;
}

#[tokio::test]
async fn an_unsigned_token_is_refused() {
    let _row = row("occt-idtoken-sig-none");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| {
        draft
            .head("alg", json!("none"))
            .headless("kid")
            .with_signature(&[])
    });
    stage.refuses("alg none", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn a_broken_signature_is_refused() {
    let _row = row("occt-invalid-sig-rs256");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| {
        resigned(&draft.sign(), |signature| {
            for byte in signature {
                *byte ^= 0x5a;
            }
        })
    });
    stage.refuses("signature", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn userinfo_of_another_subject_is_refused() {
    let _row = row("occt-userinfo-invalid-sub");
    let stage = Stage::warm().await;
    stage.op.userinfo(|userinfo| {
        let wrong = format!("{}invalid", userinfo["sub"].as_str().unwrap_or_default());
        userinfo["sub"] = json!(wrong);
    });
    let calls = Calls {
        userinfo: 1,
        ..Calls::TOKEN
    };
    stage
        .refuses("userinfo", (401, "userinfo_mismatch"), calls)
        .await;
}

#[tokio::test]
async fn a_nonce_with_something_after_it_is_refused() {
    let _row = row("occt-nonce-invalid");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| {
        let wrong = format!("{}1", draft.claims["nonce"].as_str().unwrap_or_default());
        draft.claim("nonce", json!(wrong)).sign()
    });
    stage.refuses("nonce", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn profile_and_email_are_asked_for_and_taken_from_userinfo() {
    let _row = row("occt-scope-userinfo-claims");
    let stage = Stage::new().await;
    let attempt = stage.browser().begin(ACME).await;
    assert_eq!(attempt.parameters("scope"), ["openid email profile"]);
    let mut browser = stage.accepts("alice").await;
    let account = browser.session().await["account"].clone();
    assert_eq!(account["name"], "Name of alice");
    assert_eq!(account["email"], "alice@example.test");
}

#[tokio::test]
async fn id_and_secret_are_form_encoded_before_they_are_sent() {
    let _row = row("occt-client-secret-basic");
    let methods = "token_endpoint_auth_methods_supported";
    for (listed, basic) in [
        (Some(json!(["client_secret_basic"])), true),
        (
            Some(json!(["client_secret_post", "client_secret_basic"])),
            true,
        ),
        // Left out, it means client_secret_basic (OpenID Connect Discovery, 3).
        (None, true),
        (Some(json!(["client_secret_post"])), false),
    ] {
        let stage = Stage::new().await;
        stage.op.metadata(|metadata| {
            metadata.as_object_mut().expect("an object").remove(methods);
            if let Some(listed) = &listed {
                metadata[methods] = listed.clone();
            }
        });
        stage.accepts("alice").await;
        let log = stage.op.log();
        let (_, asked) = log
            .iter()
            .find(|(at, _)| *at == Endpoint::Token)
            .expect("a request");
        assert_eq!(asked.header("authorization").is_some(), basic, "{listed:?}");
        let secret = asked.field("client_secret");
        assert_eq!(
            secret.as_deref(),
            (!basic).then_some(CLIENT_SECRET),
            "{listed:?}"
        );
    }
}

#[tokio::test]
async fn metadata_is_fetched_and_used() {
    let _row = row("occt-discovery-openid-config");
    let stage = Stage::new().await;
    let elsewhere = stage.op.elsewhere();
    stage
        .op
        .metadata(|metadata| metadata["authorization_endpoint"] = json!(elsewhere));
    let attempt = stage.browser().begin(ACME).await;
    assert!(
        attempt.authorize_url.starts_with(&format!("{elsewhere}?")),
        "{attempt:?}"
    );
    assert_eq!(stage.op.calls().discovery, 1);
    stage.accepts("alice").await;
    assert_eq!(stage.op.calls().discovery, 1, "metadata is kept");
}

#[tokio::test]
async fn the_address_of_the_keys_is_taken_from_the_metadata() {
    let _row = row("occt-discovery-jwks-uri-keys");
    let stage = Stage::new().await;
    stage.accepts("alice").await;
    assert_eq!((stage.op.calls().jwks, stage.op.calls().elsewhere), (1, 0));
}

/// Begins where the metadata does not hold: refused before the browser is sent anywhere.
async fn metadata_is_refused(stage: &Stage) {
    let mut browser = stage.browser();
    let answer = browser.try_begin(ACME, &crate::stage::verifier()).await;
    stage
        .refused(&mut browser, &answer, 0, (502, "provider_error"), "")
        .await;
    assert_eq!(
        stage.op.calls(),
        Calls {
            discovery: 1,
            ..Calls::NONE
        }
    );
}

#[tokio::test]
async fn metadata_of_another_issuer_is_refused_before_anybody_is_sent_there() {
    let _row = row("occt-discovery-issuer-mismatch");
    let stage = Stage::new().await;
    let wrong = json!(format!("{}INVALID", stage.op.issuer()));
    stage.op.metadata(|metadata| metadata["issuer"] = wrong);
    metadata_is_refused(&stage).await;
}

#[tokio::test]
async fn keys_that_changed_just_before_signing_are_fetched_again() {
    let _row = row("occt-signing-key-rotation-just-before-signing");
    // The first sign-in has fetched no keys yet; for the second they were fetched a moment ago.
    let stage = Stage::warm().await;
    stage
        .op
        .rotate_at_signing(vec![KEYS.rsa[1].jwk(), KEYS.p256[1].jwk()]);
    stage
        .op
        .mint(|draft| draft.with_key(&KEYS.rsa[1], "RS256").sign());
    stage.accepts("bob").await;
    assert_eq!(stage.op.calls().jwks, 2);
}

#[tokio::test]
async fn keys_that_changed_between_two_sign_ins_are_fetched_again() {
    let _row = row("occt-signing-key-rotation");
    let stage = Stage::warm().await;
    stage.op.keys(vec![KEYS.rsa[1].jwk()]);
    stage
        .op
        .mint(|draft| draft.with_key(&KEYS.rsa[1], "RS256").sign());
    stage.accepts("bob").await;
    stage.accepts("carol").await;
    assert_eq!(stage.op.calls().jwks, 2, "once is enough");
}

#[tokio::test]
async fn fapi2_metadata_of_another_issuer_is_refused() {
    let _row = row("fapi2-discovery-issuer-mismatch");
    let stage = Stage::new().await;
    stage
        .op
        .metadata(|metadata| metadata["issuer"] = json!("https://op.example"));
    metadata_is_refused(&stage).await;
}

#[tokio::test]
async fn fapi2_another_issuer_is_refused() {
    let _row = row("fapi2-invalid-iss");
    let stage = Stage::warm().await;
    stage
        .op
        .mint(|draft| draft.claim("iss", json!("https://op.example")).sign());
    stage.refuses("iss", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_another_audience_is_refused() {
    let _row = row("fapi2-invalid-aud");
    let stage = Stage::warm().await;
    stage
        .op
        .mint(|draft| draft.claim("aud", json!("somebody-else")).sign());
    stage.refuses("aud", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_a_second_audience_is_refused() {
    let _row = row("fapi2-invalid-secondary-aud");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| {
        draft
            .claim("aud", json!([CLIENT_ID, "somebody-else"]))
            .sign()
    });
    stage.refuses("aud", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_alg_none_with_a_signature_is_refused() {
    let _row = row("fapi2-invalid-null-alg");
    let stage = Stage::warm().await;
    stage
        .op
        .mint(|draft| draft.head("alg", json!("none")).sign_as("RS256"));
    stage.refuses("alg", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_a_good_signature_of_another_algorithm_is_refused() {
    let _row = row("fapi2-invalid-alternate-alg");
    let stage = Stage::warm().await;
    stage
        .op
        .mint(|draft| draft.with_key(&KEYS.rsa[0], "PS256").sign());
    stage.refuses("alg", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_a_token_that_ended_six_minutes_ago_is_refused() {
    let _row = row("fapi2-invalid-expired-exp");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| {
        draft
            .claim("iat", json!(NOW - 660))
            .claim("exp", json!(NOW - 360))
            .sign()
    });
    stage.refuses("exp", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_a_token_without_an_end_is_refused() {
    let _row = row("fapi2-invalid-missing-exp");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| draft.without("exp").sign());
    stage.refuses("exp", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_a_missing_audience_is_refused() {
    let _row = row("fapi2-invalid-missing-aud");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| draft.without("aud").sign());
    stage.refuses("aud", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_a_missing_issuer_is_refused() {
    let _row = row("fapi2-invalid-missing-iss");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| draft.without("iss").sign());
    stage.refuses("iss", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_an_audience_in_a_list_is_accepted() {
    let _row = row("fapi2-valid-aud-as-array");
    let stage = Stage::new().await;
    stage
        .op
        .mint(|draft| draft.claim("aud", json!([CLIENT_ID])).sign());
    stage.accepts("alice").await;
}

#[tokio::test]
async fn fapi2_another_nonce_is_refused() {
    let _row = row("fapi2-invalid-nonce");
    let stage = Stage::warm().await;
    stage
        .op
        .mint(|draft| draft.claim("nonce", json!("another")).sign());
    stage.refuses("nonce", INVALID, Calls::TOKEN).await;
}

#[tokio::test]
async fn fapi2_a_missing_nonce_is_refused() {
    let _row = row("fapi2-invalid-missing-nonce");
    let stage = Stage::warm().await;
    stage.op.mint(|draft| draft.without("nonce").sign());
    stage.refuses("nonce", INVALID, Calls::TOKEN).await;
}

/// Changes the answer that the browser brings back, and sees it refused with this code and without
/// one request to the provider.
async fn callback_is_refused(
    stage: &Stage,
    code: &str,
    change: impl FnOnce(&mut Vec<(String, String)>),
) -> (Browser, Attempt) {
    let accounts = stage.accounts().await;
    let mut browser = stage.browser();
    let attempt = browser.begin(stage.provider).await;
    let before = stage.op.calls();
    let mut pairs = stage.op.consent(&attempt.authorize_url, "mallory");
    change(&mut pairs);
    let answer = browser
        .complete(stage.provider, &encoded(&pairs), &attempt.verifier)
        .await;
    stage
        .refused(&mut browser, &answer, accounts, (400, code), "")
        .await;
    assert_eq!(stage.op.calls().since(before), Calls::NONE);
    (browser, attempt)
}

fn value_of<'a>(pairs: &'a mut [(String, String)], name: &str) -> &'a mut String {
    let found = pairs.iter_mut().find(|(known, _)| known == name);
    &mut found.expect("a parameter").1
}

#[tokio::test]
async fn fapi2_an_answer_of_another_issuer_is_refused() {
    let _row = row("fapi2-invalid-authorization-response-iss");
    let stage = Stage::warm().await;
    let issuer = stage.op.issuer().to_owned();
    for wrong in [
        format!("{issuer}1"),
        format!("{issuer}/"),
        issuer.to_uppercase(),
        issuer.replace("http:", "https:"),
        issuer.replace("http://", ""),
        String::new(),
    ] {
        let (mut browser, attempt) = callback_is_refused(&stage, "issuer_mismatch", |pairs| {
            value_of(pairs, "iss").clone_from(&wrong);
        })
        .await;
        // It is over: the right answer comes too late.
        let query = encoded(&stage.op.consent(&attempt.authorize_url, "mallory"));
        let late = browser.complete(ACME, &query, &attempt.verifier).await;
        assert_eq!(
            late.refusal(),
            (400, "transaction_missing".to_owned()),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn fapi2_an_answer_without_the_promised_issuer_is_refused() {
    let _row = row("fapi2-remove-authorization-response-iss");
    let stage = Stage::warm().await;
    callback_is_refused(&stage, "issuer_mismatch", |pairs| {
        pairs.retain(|(name, _)| name != "iss");
    })
    .await;
    // Where it was not promised, its absence is nothing; a wrong one is refused all the same.
    let stage = Stage::new().await;
    stage.op.metadata(|metadata| {
        let metadata = metadata.as_object_mut().expect("an object");
        metadata.remove("authorization_response_iss_parameter_supported");
    });
    stage.accepts("alice").await;
    let wrong = format!("{}1", stage.op.issuer());
    callback_is_refused(&stage, "issuer_mismatch", |pairs| {
        pairs.push(("iss".to_owned(), wrong));
    })
    .await;
}

#[tokio::test]
async fn fapi2_an_answer_with_another_state_is_refused() {
    let _row = row("fapi2-ensure-authorization-response-with-invalid-state-fails");
    let stage = Stage::warm().await;
    callback_is_refused(&stage, "state_mismatch", |pairs| {
        value_of(pairs, "state").push('1');
    })
    .await;
    callback_is_refused(&stage, "transaction_missing", |pairs| {
        value_of(pairs, "state").insert(0, '1');
    })
    .await;
}

#[tokio::test]
async fn fapi2_an_answer_without_state_is_refused() {
    let _row = row("fapi2-ensure-authorization-response-with-invalid-missing-state-fails");
    let stage = Stage::warm().await;
    callback_is_refused(&stage, "transaction_missing", |pairs| {
        pairs.retain(|(name, _)| name != "state");
    })
    .await;
}

#[tokio::test]
async fn fapi2_a_token_answer_without_a_lifetime_is_accepted() {
    let _row = row("fapi2-token-endpoint-response-without-expires_in");
    let stage = Stage::new().await;
    stage.op.token(|token| {
        token
            .as_object_mut()
            .expect("an object")
            .remove("expires_in");
    });
    stage.accepts("alice").await;
}

#[tokio::test]
async fn fapi2_a_token_type_in_other_letters_is_accepted() {
    let _row = row("fapi2-token-type-case-insensitivity");
    for token_type in ["bEARER", "bearer", "BEARER"] {
        let stage = Stage::new().await;
        stage
            .op
            .token(move |token| token["token_type"] = json!(token_type));
        stage.accepts("alice").await;
    }
}

/// The provider of these tests complains about a server that is wrong: it would be worth little if
/// it did not.
#[tokio::test]
async fn the_provider_complains_about_a_bad_client() {
    let _row = row("the provider itself");
    let stage = Stage::new().await;
    let op: &Op = &stage.op;
    op.consent(
        "http://127.0.0.1/op/authorize?response_type=token&client_id=other",
        "alice",
    );
    let complaints = op.complaints().join("\n");
    for what in [
        "response_type",
        "client_id",
        "code_challenge_method",
        "nonce",
        "scope",
    ] {
        assert!(complaints.contains(what), "{what} is not in {complaints}");
    }
}
