use oauth::pkce::{Challenge, ChallengeError, Verifier, VerifierError};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{CHALLENGE, VERIFIER};

#[test]
fn appendix_b_of_rfc_7636_holds() {
    let octets = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37,
        77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ];
    let verifier = Verifier::from_bytes(octets);
    assert_eq!(verifier.secret(), VERIFIER);
    assert_eq!(verifier.challenge().as_str(), CHALLENGE);
}

#[test]
fn verifier_of_43_and_of_128_characters_passes() {
    for length in [43, 44, 127, 128] {
        let text = "a-._~Z9".repeat(20)[..length].to_owned();
        assert_eq!(Verifier::parse(&text).unwrap().secret(), text);
    }
}

#[test]
fn verifier_of_wrong_length_is_refused() {
    for length in [0, 1, 42, 129, 1_000_000] {
        assert_eq!(
            Verifier::parse(&"a".repeat(length)).unwrap_err(),
            VerifierError::Length
        );
    }
}

#[test]
fn verifier_with_a_reserved_character_is_refused() {
    for odd in [
        '+', '/', '=', '%', ' ', '&', '\n', '\0', '\u{7f}', ':', '@', '"',
    ] {
        let text = format!("{}{odd}", "a".repeat(42));
        assert_eq!(
            Verifier::parse(&text).unwrap_err(),
            VerifierError::Character,
            "{odd:?}"
        );
    }
    let text = format!("{}ä", "a".repeat(42));
    assert_eq!(
        Verifier::parse(&text).unwrap_err(),
        VerifierError::Character
    );
}

#[test]
fn challenge_of_wrong_length_is_refused() {
    let padded = format!("{CHALLENGE}=");
    for text in ["", &CHALLENGE[..42], &padded, &"A".repeat(128)] {
        assert_eq!(
            Challenge::parse(text).unwrap_err(),
            ChallengeError::Length,
            "{text}"
        );
    }
}

#[test]
fn challenge_outside_base64url_is_refused() {
    for odd in ["+", "/", "=", "~", ".", " ", "\n", "\0", "%"] {
        let text = format!("{}{odd}{}", &CHALLENGE[..10], &CHALLENGE[11..]);
        assert_eq!(
            Challenge::parse(&text).unwrap_err(),
            ChallengeError::Encoding,
            "{odd:?}"
        );
    }
    // A multi-byte character, so that 43 bytes are not 43 characters.
    let text = format!("{}ä", &CHALLENGE[..41]);
    assert_eq!(
        Challenge::parse(&text).unwrap_err(),
        ChallengeError::Encoding
    );
}

#[test]
fn challenge_with_stray_trailing_bits_is_refused() {
    // 43 characters carry two bits more than 32 bytes: `M` ends in 00, the next three do not.
    for last in ['N', 'O', 'P'] {
        let text = format!("{}{last}", &CHALLENGE[..42]);
        assert_eq!(
            Challenge::parse(&text).unwrap_err(),
            ChallengeError::Encoding,
            "{last}"
        );
    }
}

#[test]
fn challenge_of_an_empty_verifier_is_refused() {
    let of_nothing = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    assert_eq!(
        Challenge::parse(of_nothing).unwrap_err(),
        ChallengeError::OfNothing
    );
}

#[test]
fn foreign_verifier_does_not_match() {
    let challenge = Challenge::parse(CHALLENGE).unwrap();
    assert!(challenge.matches(&Verifier::parse(VERIFIER).unwrap()));
    assert!(!challenge.matches(&Verifier::from_bytes([7; 32])));
    // `plain`: the challenge itself sent as verifier.
    assert!(!challenge.matches(&Verifier::parse(CHALLENGE).unwrap()));
    assert!(!challenge.matches(&Verifier::parse(&format!("{VERIFIER}A")).unwrap()));
}

#[test]
fn malformed_challenge_is_refused_by_serde_too() {
    let challenge: Challenge = serde_json::from_str(&format!("\"{CHALLENGE}\"")).unwrap();
    assert_eq!(
        serde_json::to_string(&challenge).unwrap(),
        format!("\"{CHALLENGE}\"")
    );
    assert!(serde_json::from_str::<Challenge>("\"plain\"").is_err());
    assert!(serde_json::from_str::<Challenge>("7").is_err());
}

#[test]
fn debug_does_not_show_the_verifier() {
    assert_eq!(
        format!("{:?}", Verifier::parse(VERIFIER).unwrap()),
        "Verifier([redacted])"
    );
}

proptest! {
    #![proptest_config(crate::property())]

    #[test]
    fn every_verifier_of_bytes_parses_and_matches_its_challenge(bytes in any::<[u8; 32]>()) {
        let verifier = Verifier::from_bytes(bytes);
        let challenge = Challenge::parse(verifier.challenge().as_str()).unwrap();
        prop_assert_eq!(verifier.secret().len(), 43);
        prop_assert!(Verifier::parse(verifier.secret()).is_ok());
        prop_assert!(challenge.matches(&verifier));
    }

    #[test]
    fn any_text_parses_or_is_refused_without_panic(text in any::<String>()) {
        let _ = Verifier::parse(&text);
        let _ = Challenge::parse(&text);
    }
}
