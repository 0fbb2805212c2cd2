use oauth::state::Nonce;
use oauth::transaction::{Intent, Transaction};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{NOW, transaction};

#[test]
fn transaction_survives_serialisation() {
    let before = Transaction {
        nonce: Some(Nonce::from_bytes([9; 32])),
        ..transaction()
    };
    let json = serde_json::to_string(&before).unwrap();
    let after: Transaction = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&after).unwrap(), json);
    assert!(after.nonce.unwrap().matches(before.nonce.unwrap().as_str()));
    assert_eq!(after.redirect_uri, before.redirect_uri);
}

#[test]
fn intent_is_written_in_kebab_case() {
    for (intent, text) in [
        (Intent::SignIn, "sign-in"),
        (Intent::Link, "link"),
        (Intent::Grant, "grant"),
    ] {
        assert_eq!(
            serde_json::to_string(&intent).unwrap(),
            format!("\"{text}\"")
        );
        assert_eq!(
            serde_json::from_str::<Intent>(&format!("\"{text}\"")).unwrap(),
            intent
        );
    }
    assert!(serde_json::from_str::<Intent>("\"SignIn\"").is_err());
}

#[test]
fn transaction_is_fresh_for_ten_minutes() {
    let transaction = transaction();
    for (age, fresh) in [
        (0, true),
        (599, true),
        (600, false),
        (-60, true),
        (-61, false),
    ] {
        assert_eq!(transaction.is_fresh(NOW + age), fresh, "{age}");
    }
}

#[test]
fn extreme_times_are_not_fresh() {
    for issued_at in [i64::MIN, 0, i64::MAX] {
        assert!(
            !Transaction {
                issued_at,
                ..transaction()
            }
            .is_fresh(NOW),
            "{issued_at}"
        );
    }
    assert!(!transaction().is_fresh(i64::MIN));
    assert!(!transaction().is_fresh(i64::MAX));
}

#[test]
fn transaction_with_a_hostile_place_to_return_to_is_refused() {
    let json = serde_json::to_string(&transaction()).unwrap();
    let hostile = json.replace(r#""return_to":"/""#, r#""return_to":"//evil.example""#);
    assert_ne!(json, hostile);
    assert!(serde_json::from_str::<Transaction>(&hostile).is_err());
}

#[test]
fn transaction_remembers_its_session_and_old_ones_still_read() {
    let plain = serde_json::to_string(&transaction()).unwrap();
    assert!(!plain.contains("session"), "{plain}");
    let read: Transaction = serde_json::from_str(&plain).unwrap();
    assert_eq!(read.session, None);
    let linked = Transaction {
        session: Some("sid-1".to_owned()),
        ..transaction()
    };
    let json = serde_json::to_string(&linked).unwrap();
    let read: Transaction = serde_json::from_str(&json).unwrap();
    assert_eq!(read.session.as_deref(), Some("sid-1"));
}
