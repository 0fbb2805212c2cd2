use proptest::prelude::*;
use seal::{
    Context, MAX_PLAINTEXT_BYTES, MAX_TEXT_BYTES, NONCE_BYTES, OpenError, SealError, Sealer,
};

use crate::{KEY_A, KEY_B, ring};

const NOW: i64 = 1_700_000_000;
const EXPIRES_AT: i64 = NOW + 600;
const NONCE: [u8; NONCE_BYTES] = [
    100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118,
    119, 120, 121, 122, 123,
];
const CONTEXT: Context<'static> = Context {
    provider: "spotify",
    session: "s-17",
    name: "tokens-spotify",
};
const PLAINTEXT: &[u8] = b"the quick brown fox";

/// `PLAINTEXT` in `CONTEXT` until `EXPIRES_AT`, sealed by another implementation of the cipher and
/// of this form. Its base64 ends with unused bits.
const TEXT: &str = "v1.k1.ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7IRskRzUJT68HRw02DtWvU_C_5MaTza31C6dKkDiG57aLEN4ZvI2vMKer2A";

fn sealer() -> Sealer {
    Sealer::new(&ring(&format!("k1:{KEY_A}")), "tokens")
}

fn sealed(sealer: &Sealer, plaintext: &[u8]) -> String {
    sealer
        .seal(&CONTEXT, plaintext, EXPIRES_AT, NONCE)
        .expect("the plaintext is short")
}

fn refusal(text: &str) -> OpenError {
    sealer()
        .open(&CONTEXT, text, NOW)
        .expect_err("the text is refused")
}

#[test]
fn the_form_is_stable() {
    assert_eq!(sealed(&sealer(), PLAINTEXT), TEXT);
}

#[test]
fn a_sealed_value_opens() {
    let opened = sealer().open(&CONTEXT, TEXT, NOW).unwrap();
    assert_eq!(opened.plaintext.as_slice(), PLAINTEXT);
    assert_eq!(opened.key_id.as_str(), "k1");
    assert_eq!(opened.expires_at, EXPIRES_AT);
}

#[test]
fn an_empty_plaintext_opens() {
    let text = sealed(&sealer(), b"");
    assert!(
        sealer()
            .open(&CONTEXT, &text, NOW)
            .unwrap()
            .plaintext
            .is_empty()
    );
}

#[test]
fn a_value_is_good_up_to_the_second_before_its_expiry() {
    assert!(sealer().open(&CONTEXT, TEXT, EXPIRES_AT - 1).is_ok());
    for now in [EXPIRES_AT, EXPIRES_AT + 1, i64::MAX] {
        assert_eq!(
            sealer().open(&CONTEXT, TEXT, now).unwrap_err(),
            OpenError::Expired
        );
    }
}

#[test]
fn a_value_of_the_far_ends_of_time_is_judged_without_overflow() {
    let sealer = sealer();
    let forever = sealer.seal(&CONTEXT, b"", i64::MAX, NONCE).unwrap();
    assert!(sealer.open(&CONTEXT, &forever, i64::MIN).is_ok());
    let never = sealer.seal(&CONTEXT, b"", i64::MIN, NONCE).unwrap();
    assert_eq!(
        sealer.open(&CONTEXT, &never, i64::MIN).unwrap_err(),
        OpenError::Expired
    );
}

/// Every character is replaced by every other printable one, so every bit of every byte is met,
/// the unused bits at the end too.
#[test]
fn every_changed_character_is_refused() {
    let sealer = sealer();
    for position in 0..TEXT.len() {
        for replacement in b' '..=b'~' {
            let mut bytes = TEXT.as_bytes().to_vec();
            if bytes[position] == replacement {
                continue;
            }
            bytes[position] = replacement;
            let text = String::from_utf8(bytes).unwrap();
            assert!(sealer.open(&CONTEXT, &text, NOW).is_err(), "{text}");
        }
    }
}

/// The bytes under the base64 are changed bit by bit: nothing but the cipher can refuse these.
#[test]
fn every_changed_bit_is_rejected() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let sealer = sealer();
    let (head, payload) = TEXT.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(payload).unwrap();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[position] ^= 1 << bit;
            let text = format!("{head}.{}", URL_SAFE_NO_PAD.encode(changed));
            assert_eq!(
                sealer.open(&CONTEXT, &text, NOW).unwrap_err(),
                OpenError::Rejected
            );
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    for length in 0..TEXT.len() {
        let error = refusal(&TEXT[..length]);
        assert!(
            matches!(error, OpenError::Malformed | OpenError::Rejected),
            "{length}: {error}"
        );
    }
    for start in 1..TEXT.len() {
        assert_eq!(refusal(&TEXT[start..]), OpenError::Malformed);
    }
}

#[test]
fn appended_characters_are_refused() {
    for tail in [
        "A", "AA", "AAA", "AAAA", "=", "==", " ", "\n", ".", ".AAAA", "\0", "é",
    ] {
        let error = refusal(&format!("{TEXT}{tail}"));
        assert!(
            matches!(error, OpenError::Malformed | OpenError::Rejected),
            "{tail:?}: {error}"
        );
    }
}

/// The last character of a payload of one byte more than a multiple of three carries four unused
/// bits, of two bytes more two.
#[test]
fn unused_bits_that_are_not_zero_are_refused() {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (plaintext, unused) in [("0", 4), ("01", 2)] {
        let text = sealed(&sealer(), plaintext.as_bytes());
        let (body, last) = text.split_at(text.len() - 1);
        let value = alphabet
            .iter()
            .position(|letter| last.as_bytes() == [*letter])
            .unwrap();
        assert_eq!(value % (1 << unused), 0);
        for bits in 1..1 << unused {
            let twin = format!("{body}{}", char::from(alphabet[value + bits]));
            assert_eq!(refusal(&twin), OpenError::Malformed);
        }
    }
}

#[test]
fn what_is_not_a_sealed_value_is_refused() {
    for text in [
        "",
        ".",
        "..",
        "v1",
        "v1.",
        "v1..",
        "v1.k1",
        "v1.k1.",
        "v1.k1.AAAA",
        "v1.k1.$$$$",
        "v1..ZGVm",
        "v2.k1.ZGVm",
        "\u{2000}v1.k1.ZGVm",
        "eyJhbGciOiJub25lIn0.e30.",
    ] {
        assert_eq!(refusal(text), OpenError::Malformed, "{text}");
    }
    let (_, payload) = TEXT.rsplit_once('.').unwrap();
    for head in [
        "V1.k1",
        "v1.",
        "v11.k1",
        " v1.k1",
        "v1.k1 ",
        "v1.seventeen-letters",
        "v2.k1",
    ] {
        assert_eq!(
            refusal(&format!("{head}.{payload}")),
            OpenError::Malformed,
            "{head}"
        );
    }
}

#[test]
fn another_alphabet_is_refused() {
    assert!(TEXT.contains('_'));
    assert_eq!(refusal(&TEXT.replace('_', "/")), OpenError::Malformed);
}

#[test]
fn a_huge_text_is_refused() {
    for bytes in [MAX_TEXT_BYTES + 1, 1_000_000] {
        let text = format!("v1.k1.{}", "A".repeat(bytes - 6));
        assert_eq!(refusal(&text), OpenError::Malformed);
    }
    let text = format!("v1.k1.{}", "A".repeat(MAX_TEXT_BYTES / 4 * 4 - 8));
    assert_eq!(refusal(&text), OpenError::Rejected);
}

#[test]
fn the_longest_plaintext_opens_and_a_longer_one_is_refused() {
    let sealer = Sealer::new(&ring(&format!("sixteen-letters_:{KEY_A}")), "tokens");
    let longest = vec![7; MAX_PLAINTEXT_BYTES];
    let text = sealed(&sealer, &longest);
    assert!(
        (MAX_TEXT_BYTES - 4..=MAX_TEXT_BYTES).contains(&text.len()),
        "{}",
        text.len()
    );
    assert_eq!(
        sealer
            .open(&CONTEXT, &text, NOW)
            .unwrap()
            .plaintext
            .as_slice(),
        longest
    );

    let longer = vec![7; MAX_PLAINTEXT_BYTES + 1];
    assert_eq!(
        sealer
            .seal(&CONTEXT, &longer, EXPIRES_AT, NONCE)
            .unwrap_err(),
        SealError::TooLong {
            bytes: MAX_PLAINTEXT_BYTES + 1
        }
    );
}

#[test]
fn a_value_of_another_context_is_rejected() {
    for context in [
        Context {
            provider: "google",
            ..CONTEXT
        },
        Context {
            provider: "",
            ..CONTEXT
        },
        Context {
            session: "s-18",
            ..CONTEXT
        },
        Context {
            session: "s-1",
            ..CONTEXT
        },
        Context {
            name: "tokens-google",
            ..CONTEXT
        },
        Context {
            name: "tokens-spotify-0",
            ..CONTEXT
        },
        Context {
            provider: CONTEXT.session,
            session: CONTEXT.provider,
            ..CONTEXT
        },
        Context {
            session: CONTEXT.name,
            name: CONTEXT.session,
            ..CONTEXT
        },
        Context::default(),
    ] {
        assert_eq!(
            sealer().open(&context, TEXT, NOW).unwrap_err(),
            OpenError::Rejected,
            "{context:?}"
        );
    }
}

#[test]
fn a_value_of_another_purpose_is_rejected() {
    let ring = ring(&format!("k1:{KEY_A}"));
    for purpose in ["transaction", "token", "tokens ", ""] {
        let other = Sealer::new(&ring, purpose);
        assert_eq!(
            other.open(&CONTEXT, TEXT, NOW).unwrap_err(),
            OpenError::Rejected,
            "{purpose}"
        );
    }
}

#[test]
fn a_value_of_an_unknown_key_is_told_apart() {
    let other = Sealer::new(&ring(&format!("k2:{KEY_A}")), "tokens");
    assert_eq!(
        other.open(&CONTEXT, TEXT, NOW).unwrap_err(),
        OpenError::UnknownKey
    );
}

#[test]
fn a_value_relabelled_with_another_key_id_is_rejected() {
    let both = Sealer::new(&ring(&format!("k1:{KEY_A},k2:{KEY_B}")), "tokens");
    let text = TEXT.replace(".k1.", ".k2.");
    assert_eq!(
        both.open(&CONTEXT, &text, NOW).unwrap_err(),
        OpenError::Rejected
    );
}

#[test]
fn a_known_id_with_another_key_is_rejected() {
    let other = Sealer::new(&ring(&format!("k1:{KEY_B}")), "tokens");
    assert_eq!(
        other.open(&CONTEXT, TEXT, NOW).unwrap_err(),
        OpenError::Rejected
    );
}

#[test]
fn keys_rotate_without_losing_a_value() {
    let before = Sealer::new(&ring(&format!("old:{KEY_A}")), "tokens");
    let appended = Sealer::new(&ring(&format!("old:{KEY_A},new:{KEY_B}")), "tokens");
    let moved = Sealer::new(&ring(&format!("new:{KEY_B},old:{KEY_A}")), "tokens");
    let after = Sealer::new(&ring(&format!("new:{KEY_B}")), "tokens");
    let opens = |sealer: &Sealer, text: &str| {
        sealer
            .open(&CONTEXT, text, NOW)
            .map(|opened| opened.key_id.to_string())
    };

    let old = sealed(&before, PLAINTEXT);
    assert_eq!(
        sealed(&appended, PLAINTEXT),
        old,
        "an appended key does not seal yet"
    );
    let new = sealed(&moved, PLAINTEXT);
    assert!(new.starts_with("v1.new."));

    // Two nodes may be one step apart: each opens what the other sealed.
    assert_eq!(opens(&appended, &old), Ok("old".into()));
    assert_eq!(opens(&appended, &new), Ok("new".into()));
    assert_eq!(opens(&moved, &old), Ok("old".into()));
    assert_eq!(opens(&moved, &new), Ok("new".into()));

    assert_eq!(opens(&before, &new), Err(OpenError::UnknownKey));
    assert_eq!(opens(&after, &old), Err(OpenError::UnknownKey));
}

#[test]
fn debug_shows_no_secret() {
    let sealer = sealer();
    assert_eq!(
        format!("{sealer:?}"),
        r#"Sealer { purpose: "tokens", keys: ["k1"], .. }"#
    );
    let opened = sealer.open(&CONTEXT, TEXT, NOW).unwrap();
    assert_eq!(
        format!("{opened:?}"),
        r#"Opened { plaintext: [redacted], key_id: "k1", expires_at: 1700000600 }"#
    );
}

/// Four texts that are one text cut at three places.
fn cuts() -> impl Strategy<Value = [String; 4]> {
    ("[ab]{0,6}", any::<[prop::sample::Index; 3]>()).prop_map(|(text, cuts)| {
        let mut cuts = cuts.map(|cut| cut.index(text.len() + 1));
        cuts.sort_unstable();
        let [one, two, three] = cuts;
        [
            &text[..one],
            &text[one..two],
            &text[two..three],
            &text[three..],
        ]
        .map(str::to_owned)
    })
}

fn context([_, provider, session, name]: &[String; 4]) -> Context<'_> {
    Context {
        provider,
        session,
        name,
    }
}

#[test]
fn what_needs_a_secret_opens_with_it_alone() {
    let ring = ring(&format!("k1:{KEY_A}"));
    let with = |secret: &[u8]| Sealer::with_secret(&ring, "tokens", secret);
    let text = sealed(&with(b"old"), PLAINTEXT);
    let opened = with(b"old").open(&CONTEXT, &text, NOW).expect("it opens");
    assert_eq!(opened.plaintext.as_slice(), PLAINTEXT);
    for other in [&b""[..], b"ol", b"old ", b"new"] {
        let refused = with(other).open(&CONTEXT, &text, NOW);
        assert_eq!(refused.map(drop), Err(OpenError::Rejected), "{other:?}");
    }
    let refused = sealer().open(&CONTEXT, &text, NOW);
    assert_eq!(
        refused.map(drop),
        Err(OpenError::Rejected),
        "the ring alone"
    );
}

#[test]
fn what_needs_a_secret_needs_the_ring_too() {
    let of = |key: &str| Sealer::with_secret(&ring(&format!("k1:{key}")), "tokens", b"old");
    let text = sealed(&of(KEY_A), PLAINTEXT);
    let refused = of(KEY_B).open(&CONTEXT, &text, NOW);
    assert_eq!(refused.map(drop), Err(OpenError::Rejected));
}

proptest! {
    #[test]
    fn what_is_sealed_opens_again(
        plaintext in prop::collection::vec(any::<u8>(), 0..2000),
        nonce in any::<[u8; NONCE_BYTES]>(),
        fields in any::<[String; 4]>(),
        now in any::<i64>(),
        expires_at in any::<i64>(),
    ) {
        let sealer = Sealer::new(&ring(&format!("k1:{KEY_A}")), &fields[0]);
        let text = sealer.seal(&context(&fields), &plaintext, expires_at, nonce).unwrap();
        match sealer.open(&context(&fields), &text, now) {
            Ok(opened) => {
                prop_assert!(now < expires_at);
                prop_assert_eq!(opened.plaintext.as_slice(), plaintext);
                prop_assert_eq!(opened.expires_at, expires_at);
            }
            Err(error) => {
                prop_assert!(now >= expires_at);
                prop_assert_eq!(error, OpenError::Expired);
            }
        }
    }

    #[test]
    fn fields_cannot_run_together(one in cuts(), other in cuts()) {
        let ring = ring(&format!("k1:{KEY_A}"));
        let text = Sealer::new(&ring, &one[0])
            .seal(&context(&one), PLAINTEXT, EXPIRES_AT, NONCE)
            .unwrap();
        let opened = Sealer::new(&ring, &other[0]).open(&context(&other), &text, NOW);
        prop_assert_eq!(opened.is_ok(), one == other);
    }

    #[test]
    fn no_text_makes_it_panic_or_open(text in "(v1\\.)?(k1\\.)?[A-Za-z0-9_.=-]{0,120}|\\PC{0,40}") {
        prop_assert!(sealer().open(&CONTEXT, &text, NOW).is_err());
    }
}
