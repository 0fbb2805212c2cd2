use oauth::callback::{
    AuthorizationErrorCode, CallbackError, CallbackQuery, Defect, ValidatedCallback, check,
    state_of,
};
use oauth::transaction::Transaction;
use proptest::prelude::{any, proptest};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{CHALLENGE, ISSUER, NOW, REDIRECT_URI, STATE, VERIFIER, transaction};

/// One call of `check`, right in every respect until a test changes one.
#[derive(Clone)]
struct Attempt<'a> {
    transaction: Option<Transaction>,
    provider: &'a str,
    query: String,
    verifier: &'a str,
    iss_advertised: bool,
    now: i64,
}

fn attempt() -> Attempt<'static> {
    Attempt {
        transaction: Some(transaction()),
        provider: "spotify",
        query: format!("code=AQ-code&state={STATE}"),
        verifier: VERIFIER,
        iss_advertised: false,
        now: NOW + 5,
    }
}

impl Attempt<'_> {
    fn run(self) -> Result<ValidatedCallback, CallbackError> {
        let query = CallbackQuery::parse(&self.query)?;
        check(
            self.transaction,
            self.provider,
            query,
            self.verifier,
            self.iss_advertised,
            self.now,
        )
    }

    fn refused(self) -> CallbackError {
        let query = self.query.clone();
        self.run()
            .err()
            .unwrap_or_else(|| panic!("{query:?} was accepted"))
    }
}

/// The refusal of a query that is otherwise met by a perfect transaction.
fn refusal_of(query: &str) -> CallbackError {
    Attempt {
        query: query.to_owned(),
        ..attempt()
    }
    .refused()
}

/// The same with the right `state` in front.
fn refusal_with_state(rest: &str) -> CallbackError {
    refusal_of(&format!("state={STATE}&{rest}"))
}

#[test]
fn right_answer_passes() {
    let validated = attempt().run().unwrap();
    assert_eq!(validated.code().secret(), "AQ-code");
    assert_eq!(validated.verifier().secret(), VERIFIER);
    assert_eq!(validated.redirect_uri(), REDIRECT_URI);
    assert_eq!(validated.transaction().provider, "spotify");
    assert_eq!(validated.into_transaction().permissions, ["top"]);
}

#[test]
fn leading_question_mark_and_empty_pairs_do_not_matter() {
    for query in [
        format!("?code=AQ&state={STATE}"),
        format!("&&code=AQ&&state={STATE}&"),
        format!("state={STATE}&code=AQ"),
        format!("%63ode=AQ&s%74ate={STATE}"),
    ] {
        assert!(Attempt { query, ..attempt() }.run().is_ok());
    }
}

#[test]
fn code_is_decoded_once() {
    for (sent, read) in [
        ("4%2F0A-b_c", "4/0A-b_c"),
        ("a%252Fb", "a%2Fb"),
        ("a%3Db%26c", "a=b&c"),
    ] {
        let query = format!("code={sent}&state={STATE}");
        assert_eq!(
            Attempt { query, ..attempt() }
                .run()
                .unwrap()
                .code()
                .secret(),
            read
        );
    }
}

#[test]
fn unknown_parameters_are_ignored() {
    let noise = "x=%zz&scope=a&scope=b&".repeat(50);
    let query = format!("{noise}code=AQ&authuser=0&hd=a&prompt=none&session_state=s&state={STATE}");
    assert!(Attempt { query, ..attempt() }.run().is_ok());
}

#[test]
fn missing_transaction_is_refused() {
    assert_eq!(
        Attempt {
            transaction: None,
            ..attempt()
        }
        .refused(),
        CallbackError::TransactionMissing
    );
}

#[test]
fn transaction_over_or_from_the_future_is_refused() {
    for age in [600, 601, 1_000_000, -61, -1_000_000] {
        assert_eq!(
            Attempt {
                now: NOW + age,
                ..attempt()
            }
            .refused(),
            CallbackError::TransactionExpired,
            "{age}"
        );
    }
    for age in [599, 0, -60] {
        assert!(
            Attempt {
                now: NOW + age,
                ..attempt()
            }
            .run()
            .is_ok(),
            "{age}"
        );
    }
}

#[test]
fn answer_of_another_provider_is_refused() {
    for provider in ["google", "", "Spotify", "spotif", "spotify2", "spotify "] {
        assert_eq!(
            Attempt {
                provider,
                ..attempt()
            }
            .refused(),
            CallbackError::ProviderMismatch,
            "{provider}"
        );
    }
}

#[test]
fn wrong_state_is_refused() {
    let other = oauth::state::State::from_bytes([1; 32]);
    for state in [
        "",
        "A",
        &STATE[..42],
        &format!("{STATE}A"),
        &STATE.to_lowercase(),
        other.as_str(),
        "%zz",
    ] {
        assert_eq!(
            refusal_of(&format!("code=AQ&state={state}")),
            CallbackError::StateMismatch,
            "{state}"
        );
    }
}

#[test]
fn missing_state_is_refused() {
    for query in [
        "code=AQ",
        "",
        "?",
        &format!("code=AQ&state[]={STATE}"),
        &format!("STATE={STATE}"),
    ] {
        assert_eq!(refusal_of(query), CallbackError::StateMismatch, "{query}");
    }
}

#[test]
fn second_state_that_differs_is_refused() {
    for query in [
        format!("code=AQ&state={STATE}&state=evil"),
        format!("code=AQ&state=evil&state={STATE}"),
        format!("code=AQ&state={STATE}&state="),
    ] {
        assert_eq!(refusal_of(&query), CallbackError::StateMismatch, "{query}");
    }
}

#[test]
fn duplicated_parameter_is_refused() {
    let duplicate = CallbackError::BadRequest(Defect::Duplicate);
    assert_eq!(
        refusal_with_state(&format!("code=AQ&state={STATE}")),
        duplicate
    );
    assert_eq!(
        refusal_with_state(&format!("code=AQ&%73tate={STATE}")),
        duplicate
    );
    for name in ["code", "iss", "error", "error_description", "error_uri"] {
        for (first, second) in [("a", "a"), ("a", "b"), ("a", ""), ("", "")] {
            let rest = format!("{name}={first}&x=y&{name}={second}");
            assert_eq!(refusal_with_state(&rest), duplicate, "{rest}");
        }
    }
}

#[test]
fn second_code_of_another_value_is_refused() {
    assert_eq!(
        refusal_with_state("code=AQ-code&code=AQ-other"),
        CallbackError::BadRequest(Defect::Duplicate)
    );
}

#[test]
fn token_in_the_front_channel_is_refused() {
    for name in ["id_token", "access_token", "response"] {
        for value in ["x", ""] {
            assert_eq!(
                refusal_with_state(&format!("code=AQ&{name}={value}")),
                CallbackError::BadRequest(Defect::ForeignParameter),
                "{name}"
            );
        }
    }
}

#[test]
fn broken_encoding_is_refused() {
    for value in [
        "%",
        "%2",
        "%zz",
        "%-1",
        "a%",
        "%ff",
        "%C3%28",
        "%ED%A0%80",
        "%00",
        "a%00b",
        "a%0d%0ab",
        "%1f",
        "%7F",
        "%C2%85",
    ] {
        for name in ["code", "iss", "error"] {
            let rest = format!("{name}={value}");
            assert_eq!(
                refusal_with_state(&rest),
                CallbackError::BadRequest(Defect::Encoding),
                "{rest}"
            );
        }
    }
    for rest in [
        "code=AQ&%zz=a",
        "code=A Q",
        "code=AQ#x",
        "code=A\nQ",
        "code=A\0Q",
        "code=A\u{7f}",
        "code=AQ&x=\n",
        "code=AQ&x=\0",
    ] {
        assert_eq!(
            refusal_with_state(rest),
            CallbackError::BadRequest(Defect::Encoding),
            "{rest}"
        );
    }
}

#[test]
fn query_over_eight_kilobytes_is_refused() {
    let filler = "x".repeat(CallbackQuery::MAX_BYTES);
    let query = format!("code=AQ&state={STATE}&{filler}");
    assert_eq!(
        refusal_of(&query),
        CallbackError::BadRequest(Defect::TooLong)
    );
    let query = &query[..CallbackQuery::MAX_BYTES];
    assert!(
        Attempt {
            query: query.to_owned(),
            ..attempt()
        }
        .run()
        .is_ok()
    );
}

#[test]
fn issuer_is_compared_byte_for_byte() {
    let query = format!("code=AQ&iss={ISSUER}&state={STATE}");
    for iss_advertised in [true, false] {
        assert!(
            Attempt {
                query: query.clone(),
                iss_advertised,
                ..attempt()
            }
            .run()
            .is_ok()
        );
    }
    for iss in [
        "",
        "https://accounts.example/",
        "https://accounts.example1",
        "https://accounts.exampl",
        "https://ACCOUNTS.example",
        "HTTPS://accounts.example",
        "https://accounts.example:443",
        "http://accounts.example",
        "accounts.example",
        "https://accounts%252eexample",
        "https://evil.example",
        "https://accounts.example+",
    ] {
        for iss_advertised in [true, false] {
            let query = format!("code=AQ&iss={iss}&state={STATE}");
            assert_eq!(
                Attempt {
                    query,
                    iss_advertised,
                    ..attempt()
                }
                .refused(),
                CallbackError::IssuerMismatch,
                "{iss}"
            );
        }
    }
}

#[test]
fn missing_issuer_is_refused_where_it_is_advertised() {
    assert_eq!(
        Attempt {
            iss_advertised: true,
            ..attempt()
        }
        .refused(),
        CallbackError::IssuerMismatch
    );
    // In an error answer too: RFC 9207 §2 covers both.
    let query = format!("error=access_denied&state={STATE}");
    assert_eq!(
        Attempt {
            iss_advertised: true,
            query,
            ..attempt()
        }
        .refused(),
        CallbackError::IssuerMismatch
    );
}

#[test]
fn denied_access_is_told_apart() {
    for rest in [
        "error=access_denied",
        "error=access_denied&error_description=%3Cb%3Eno%3C/b%3E&error_uri=https://evil.example",
    ] {
        assert_eq!(refusal_with_state(rest), CallbackError::AccessDenied);
    }
}

#[test]
fn error_of_the_provider_keeps_nothing_of_its_text() {
    use AuthorizationErrorCode as Code;
    for (error, code) in [
        ("invalid_request", Code::InvalidRequest),
        ("unauthorized_client", Code::UnauthorizedClient),
        ("unsupported_response_type", Code::UnsupportedResponseType),
        ("invalid_scope", Code::InvalidScope),
        ("server_error", Code::ServerError),
        ("temporarily_unavailable", Code::TemporarilyUnavailable),
        ("ACCESS_DENIED", Code::Other),
        ("", Code::Other),
        ("%3Cscript%3Ealert(1)%3C/script%3E", Code::Other),
    ] {
        let refusal = refusal_with_state(&format!("error={error}&error_description=Call+us"));
        assert_eq!(refusal, CallbackError::ProviderError(code), "{error}");
        assert!(!format!("{refusal} {refusal:?}").contains("script"));
    }
}

#[test]
fn code_and_error_together_are_refused() {
    for rest in [
        "code=AQ&error=access_denied",
        "error=server_error&code=AQ",
        "code=&error=",
    ] {
        assert_eq!(
            refusal_with_state(rest),
            CallbackError::BadRequest(Defect::CodeAndError),
            "{rest}"
        );
    }
}

#[test]
fn missing_code_is_refused() {
    for rest in ["", "x=y", "CODE=AQ", "code[]=AQ"] {
        assert_eq!(
            refusal_with_state(rest),
            CallbackError::BadRequest(Defect::NoCode),
            "{rest}"
        );
    }
}

#[test]
fn malformed_code_is_refused() {
    for code in ["", "a+b", "a%20b", "%C3%A4", "\u{e4}", &"a".repeat(4097)] {
        assert_eq!(
            refusal_with_state(&format!("code={code}")),
            CallbackError::BadRequest(Defect::Code),
            "{code}"
        );
    }
    let query = format!("state={STATE}&code={}", "a".repeat(4096));
    assert!(Attempt { query, ..attempt() }.run().is_ok());
    let query = format!("state={STATE}&code=1");
    assert!(Attempt { query, ..attempt() }.run().is_ok());
}

#[test]
fn wrong_verifier_is_refused() {
    let other = oauth::pkce::Verifier::from_bytes([3; 32]);
    let long = "a".repeat(129);
    for verifier in [
        "",
        "a",
        &VERIFIER[..42],
        &long,
        CHALLENGE,
        other.secret(),
        &VERIFIER.to_lowercase(),
    ] {
        assert_eq!(
            Attempt {
                verifier,
                ..attempt()
            }
            .refused(),
            CallbackError::VerifierMismatch,
            "{verifier}"
        );
    }
}

/// Everything is wrong at once; mending one thing after the other shows the next refusal.
#[test]
fn checks_come_in_their_order() {
    let state = || format!("state={STATE}");
    let bad = |defect| CallbackError::BadRequest(defect);
    let everything_wrong = Attempt {
        transaction: None,
        provider: "google",
        query: "state=x&iss=x&error=x&code=&code=%zz&id_token=x".to_owned(),
        verifier: "x",
        iss_advertised: true,
        now: NOW + 3600,
    };
    let step = |attempt: Attempt<'static>, expected| {
        assert_eq!(attempt.clone().refused(), expected);
        attempt
    };
    let a = step(everything_wrong, CallbackError::TransactionMissing);
    let a = step(
        Attempt {
            transaction: Some(transaction()),
            ..a
        },
        CallbackError::TransactionExpired,
    );
    let a = step(Attempt { now: NOW, ..a }, CallbackError::ProviderMismatch);
    let a = step(
        Attempt {
            provider: "spotify",
            ..a
        },
        CallbackError::StateMismatch,
    );
    let query = format!("{}&iss=x&error=x&code=&code=%zz&id_token=x", state());
    let a = step(Attempt { query, ..a }, bad(Defect::Duplicate));
    let query = format!("{}&iss=x&error=x&code=&id_token=x", state());
    let a = step(Attempt { query, ..a }, bad(Defect::ForeignParameter));
    let query = format!("{}&iss=x&error=x&code=", state());
    let a = step(Attempt { query, ..a }, CallbackError::IssuerMismatch);
    let query = format!("{}&iss={ISSUER}&error=x&code=", state());
    let a = step(Attempt { query, ..a }, bad(Defect::CodeAndError));
    let query = format!("{}&iss={ISSUER}&code=", state());
    let a = step(Attempt { query, ..a }, bad(Defect::Code));
    let query = format!("{}&iss={ISSUER}&code=AQ", state());
    let a = step(Attempt { query, ..a }, CallbackError::VerifierMismatch);
    assert!(
        Attempt {
            verifier: VERIFIER,
            ..a
        }
        .run()
        .is_ok()
    );
}

#[test]
fn every_refusal_has_its_code() {
    let other = CallbackError::ProviderError(AuthorizationErrorCode::Other);
    for (refusal, code) in [
        (CallbackError::TransactionMissing, "transaction_missing"),
        (CallbackError::TransactionExpired, "transaction_expired"),
        (CallbackError::ProviderMismatch, "provider_mismatch"),
        (CallbackError::StateMismatch, "state_mismatch"),
        (CallbackError::IssuerMismatch, "issuer_mismatch"),
        (CallbackError::AccessDenied, "access_denied"),
        (other, "provider_error"),
        (CallbackError::BadRequest(Defect::NoCode), "bad_request"),
        (CallbackError::VerifierMismatch, "verifier_mismatch"),
    ] {
        assert_eq!(refusal.code(), code);
    }
}

#[test]
fn state_is_found_for_the_cookie() {
    for query in [
        format!("?code=AQ&state={STATE}"),
        format!("code=AQ&code=AQ&state={STATE}&iss=%zz"),
        format!("s%74ate={STATE}"),
    ] {
        assert_eq!(state_of(&query).as_deref(), Some(STATE), "{query}");
    }
    assert_eq!(state_of("state=a%2Fb").as_deref(), Some("a/b"));
    assert_eq!(
        state_of(&format!("state={}", "a".repeat(512)))
            .unwrap()
            .len(),
        512
    );
}

#[test]
fn odd_state_finds_no_cookie() {
    let long = format!("state={}", "a".repeat(513));
    let huge = format!("state={STATE}&{}", "x".repeat(CallbackQuery::MAX_BYTES));
    for query in [
        "",
        "code=AQ",
        "state",
        "state=",
        "state[]=a",
        "State=a",
        "state=&state=a",
        "state=%zz",
        "state=%C3%A4",
        "state=\u{e4}",
        "state=a%00",
        "state=a+b",
        "state=a%0d%0a",
        &long,
        &huge,
    ] {
        assert_eq!(state_of(query), None, "{query}");
    }
}

#[test]
fn debug_does_not_show_the_code() {
    let query = CallbackQuery::parse(&format!("code=AQ-code&state={STATE}")).unwrap();
    let shown = format!("{query:?} {:?}", attempt().run().unwrap());
    assert!(
        !shown.contains("AQ-code") && !shown.contains(STATE),
        "{shown}"
    );
    assert!(!shown.contains(VERIFIER), "{shown}");
}

proptest! {
    #![proptest_config(crate::property())]

    #[test]
    fn any_query_is_answered_without_panic(query in any::<String>(), tail in "[ -~]{0,40}") {
        for query in [query, format!("state={STATE}&code={tail}"), tail] {
            let _ = state_of(&query);
            let _ = Attempt { query, ..attempt() }.run();
        }
    }
}
