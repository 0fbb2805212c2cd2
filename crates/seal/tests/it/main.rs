//! What the key ring and the sealer do and refuse.

mod key_ring;
mod sealer;

use seal::KeyRing;

/// The bytes 0 to 31.
const KEY_A: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// The bytes 1 to 32.
const KEY_B: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

fn ring(text: &str) -> KeyRing {
    KeyRing::parse(text).expect("the key ring of a test is good")
}
