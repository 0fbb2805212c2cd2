//! Any bytes as the body of any answer of the Web API.
#![no_main]

#[path = "../../crates/spotify/tests/it/exercise/decode.rs"]
mod exercise;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    exercise::decode(200, body);
    exercise::decode(403, body);
});
