//! Any bytes as a path that the proxy is asked for.
#![no_main]

#[path = "../../crates/spotify/tests/it/exercise/paths.rs"]
mod exercise;

libfuzzer_sys::fuzz_target!(|path: &[u8]| exercise::paths(path));
