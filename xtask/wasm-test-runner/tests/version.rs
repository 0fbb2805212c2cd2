//! The version of the runner.

use std::process::Command;

#[test]
fn it_is_the_version_that_the_lock_file_names() {
    let output = Command::new(env!("CARGO_BIN_EXE_wasm-test-runner"))
        .arg("--version")
        .output()
        .expect("it works");
    assert!(output.status.success());
    let answer = String::from_utf8_lossy(&output.stdout);
    let version = answer.split_whitespace().last().expect("it works");
    let lock = include_str!("../../../Cargo.lock");
    let package = format!("name = \"wasm-bindgen\"\nversion = \"{version}\"\n");
    assert!(lock.contains(&package), "{answer}");
}
