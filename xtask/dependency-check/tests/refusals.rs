//! What is refused, in workspaces made for it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Checks a package with a dependency of this name and licence.
fn check(dependency: &str, license: &str) -> Output {
    let folder = tempfile::tempdir().expect("it works");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it works")).expect("it works");
        fs::write(path, text).expect("it works");
    };
    let manifest = |name: &str, license: &str, rest: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nlicense = \"{license}\"\n\
             publish = false\n{rest}"
        )
    };
    let rest = format!("[dependencies]\n{dependency} = {{ path = \"{dependency}\" }}\n");
    write("Cargo.toml", &manifest("app", "MIT", &rest));
    write("src/lib.rs", "");
    write(
        &format!("{dependency}/Cargo.toml"),
        &manifest(dependency, license, ""),
    );
    write(&format!("{dependency}/src/lib.rs"), "");
    write(
        "deny.toml",
        "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ crate = \"openssl\" }]\n\
         [advisories]\ndb-urls = []\n",
    );
    let locked = Command::new(env!("CARGO"))
        .args(["generate-lockfile", "--offline"])
        .current_dir(folder.path())
        .status()
        .expect("it works");
    assert!(locked.success());
    run(folder.path())
}

fn run(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dependency-check"))
        .arg(folder)
        // It would fetch advisories with it.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .output()
        .expect("it works")
}

#[test]
fn what_is_allowed_passes() {
    let output = check("other", "MIT");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("2 crates, 0 errors"), "{text}");
}

#[test]
fn a_licence_that_is_not_allowed_is_refused() {
    let output = check("other", "GPL-3.0-only");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{text}");
    assert!(text.contains("license is not explicitly allowed"), "{text}");
}

#[test]
fn a_banned_crate_is_refused() {
    let output = check("openssl", "MIT");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{text}");
    assert!(
        text.contains("crate 'openssl = 1.0.0' is explicitly banned"),
        "{text}"
    );
}

#[test]
fn a_setting_that_is_not_known_is_named() {
    let folder = tempfile::tempdir().expect("it works");
    fs::write(folder.path().join("deny.toml"), "[licences]\nallow = []\n").expect("it works");
    let output = run(folder.path());
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("deny.toml"), "{text}");
}
