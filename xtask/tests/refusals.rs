//! What the machine lacks or has taken is one sentence on the screen, and exit code 3.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

/// A command that builds into `target` and sees nothing of the settings of whoever runs the tests.
fn xtask(arguments: &[&str], target: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env("CARGO_TARGET_DIR", target);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("STAGEDOOR_") || name.starts_with("SPOTIFY_") {
            command.env_remove(&*name);
        }
    }
    command
}

#[track_caller]
fn refused(output: &Output, sentence: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().next_back().unwrap_or_default();
    assert!(last.starts_with(sentence), "{text}");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_port_in_use_is_refused_before_anything_is_built() {
    let target = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = xtask(&["run", "--real"], target.path())
        .env("STAGEDOOR_LISTEN", &address)
        .env("SPOTIFY_CLIENT_ID", "id")
        .env("SPOTIFY_CLIENT_SECRET", "secret")
        .output()
        .unwrap();
    refused(
        &output,
        &format!("The app cannot listen on {address}: another program does."),
    );
    assert!(!target.path().join("debug").exists());
}

#[test]
fn a_machine_without_node_is_refused_before_anything_is_built() {
    let target = tempfile::tempdir().unwrap();
    // A C compiler and nothing else, so that nothing can be installed either.
    let path = tempfile::tempdir().unwrap();
    symlink("/bin/true", path.path().join("cc")).unwrap();
    let output = xtask(&["build"], target.path())
        .env("PATH", path.path())
        .output()
        .unwrap();
    refused(&output, "Node is not on PATH: ");
    assert!(!target.path().join("debug").exists());
}

#[test]
fn a_registry_that_does_not_answer_is_refused() {
    let target = tempfile::tempdir().unwrap();
    let home = tempfile::tempdir().unwrap();
    // Nothing listens there: the port was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    fs::write(
        home.path().join("config.toml"),
        format!(
            "source.crates-io.replace-with = \"none\"\n\
             source.none.registry = \"sparse+http://{}/\"\n\
             net.retry = 0\n",
            address.unwrap()
        ),
    )
    .unwrap();
    let output = xtask(&["check"], target.path())
        .env("CARGO_HOME", home.path())
        .output()
        .unwrap();
    refused(
        &output,
        "Fetching crates needs the network and it did not answer: connect and run this again.",
    );
}

#[test]
fn a_full_disk_is_refused() {
    let target = tempfile::tempdir().unwrap();
    let cargo = target.path().join("cargo");
    // Answers where everything is, and finds no room for anything else.
    let script = format!(
        "#!/bin/sh\n\
         [ \"$1\" = metadata ] && exec {} \"$@\"\n\
         echo 'error: No space left on device (os error 28)' >&2\n\
         exit 101\n",
        env!("CARGO")
    );
    fs::write(&cargo, script).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let output = xtask(&["check"], target.path())
        .env("CARGO", &cargo)
        .output()
        .unwrap();
    refused(&output, "The disk is full: make room and run this again");
}
