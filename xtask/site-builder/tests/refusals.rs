//! What cannot be built is refused in one sentence.

use std::fs;
use std::process::{Command, Output};

fn build(program: &[u8], arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("it works");
    let path = folder.path().join("program.wasm");
    fs::write(&path, program).expect("it works");
    Command::new(env!("CARGO_BIN_EXE_site-builder"))
        .args(&arguments[..1])
        .arg("--program")
        .arg(&path)
        .arg("--pkg")
        .arg(folder.path().join("pkg"))
        .args(["--name", "app", "--placeholder", "HASH"])
        .args(&arguments[1..])
        .env_remove("RUST_BACKTRACE")
        .output()
        .expect("it works")
}

fn sentence(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_file_that_is_no_program_is_refused() {
    let text = sentence(&build(b"not a program", &["development"]));
    assert!(
        text.starts_with("error: cannot generate JavaScript for"),
        "{text}"
    );
}

#[cfg(feature = "release")]
#[test]
fn a_release_of_a_file_that_is_no_program_is_refused() {
    let text = sentence(&build(
        b"not a program",
        &["release", "--wasm-opt", "wasm-opt"],
    ));
    assert!(text.starts_with("error: cannot split"), "{text}");
}
