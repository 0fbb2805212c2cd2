#![doc = include_str!("../README.md")]

mod key_ring;
mod sealer;

pub use key_ring::{DerivedKey, DerivedKeys, KeyId, KeyRing, KeyRingError};
pub use sealer::{
    Context, MAX_PLAINTEXT_BYTES, MAX_TEXT_BYTES, NONCE_BYTES, OpenError, Opened, SealError, Sealer,
};
