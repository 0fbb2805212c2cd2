//! Runs WebAssembly tests in a browser, as `wasm-bindgen-test-runner` does.
//!
//! Cargo cannot run a program of a dependency. `Cargo.lock` holds this library to the version of
//! `wasm-bindgen` that the tests are built with: the two speak an unstable format.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
