use oauth::state::{Nonce, State};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::STATE;

#[test]
fn state_is_43_characters_and_its_prefix_eight() {
    let state = State::from_bytes([0; 32]);
    assert_eq!(state.as_str(), STATE);
    assert_eq!(state.prefix(), "AAAAAAAA");
    assert_eq!(State::from_bytes([255; 32]).prefix(), "________");
}

#[test]
fn other_state_does_not_match() {
    let state = State::from_bytes([0; 32]);
    assert!(state.matches(STATE));
    let longer = format!("{STATE}A");
    let last = format!("{}E", &STATE[..42]);
    let other = State::from_bytes([1; 32]);
    for text in [
        "",
        "A",
        &STATE[..42],
        &longer,
        &last,
        &STATE.to_lowercase(),
        other.as_str(),
    ] {
        assert!(!state.matches(text), "{text}");
    }
}

#[test]
fn other_nonce_does_not_match() {
    let nonce = Nonce::from_bytes([0; 32]);
    assert!(nonce.matches(nonce.as_str()));
    let other = Nonce::from_bytes([1; 32]);
    for text in ["", "A", &STATE[..42], other.as_str()] {
        assert!(!nonce.matches(text), "{text}");
    }
}

#[test]
fn malformed_value_is_refused_by_serde() {
    let state: State = serde_json::from_str(&format!("\"{STATE}\"")).unwrap();
    assert_eq!(
        serde_json::to_string(&state).unwrap(),
        format!("\"{STATE}\"")
    );
    for text in [
        "",
        "AAAA",
        &STATE[..42],
        &format!("{STATE}A"),
        &format!("{}B", &STATE[..42]),
    ] {
        let json = serde_json::to_string(text).unwrap();
        assert!(serde_json::from_str::<State>(&json).is_err(), "{text}");
        assert!(serde_json::from_str::<Nonce>(&json).is_err(), "{text}");
    }
}

#[test]
fn debug_does_not_show_the_value() {
    assert_eq!(
        format!("{:?}", State::from_bytes([0; 32])),
        "State([redacted])"
    );
    assert_eq!(
        format!("{:?}", Nonce::from_bytes([0; 32])),
        "Nonce([redacted])"
    );
}
