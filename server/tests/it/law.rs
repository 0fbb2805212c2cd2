//! The dependency law of the workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Who may use whom of ours, outside of tests.
const LAW: &[(&str, &[&str])] = &[
    ("app", &["guard", "oauth", "spotify"]),
    ("dependency-check", &[]),
    ("flight", &[]),
    ("frontend", &["app"]),
    ("guard", &[]),
    ("oauth", &[]),
    ("sandbox", &[]),
    ("seal", &[]),
    ("site-builder", &[]),
    (
        "server",
        &["app", "flight", "guard", "oauth", "seal", "spotify"],
    ),
    ("spotify", &[]),
    ("wasm-test-runner", &[]),
    ("xtask", &[]),
];

fn manifest() -> String {
    format!("{}/../Cargo.toml", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn nobody_uses_whom_the_law_does_not_allow() {
    let metadata = MetadataCommand::new()
        .manifest_path(manifest())
        .no_deps()
        .exec()
        .expect("metadata");
    let ours: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let edges = |kinds: &[DependencyKind]| -> BTreeMap<String, BTreeSet<String>> {
        metadata
            .packages
            .iter()
            .map(|package| {
                let used = package
                    .dependencies
                    .iter()
                    .filter(|dependency| {
                        kinds.contains(&dependency.kind) && ours.contains(&dependency.name)
                    })
                    .map(|dependency| dependency.name.clone())
                    .collect();
                (package.name.to_string(), used)
            })
            .collect()
    };
    let law: BTreeMap<String, BTreeSet<String>> = LAW
        .iter()
        .map(|(user, used)| {
            (
                (*user).to_owned(),
                used.iter().map(|name| (*name).to_owned()).collect(),
            )
        })
        .collect();
    assert_eq!(edges(&[DependencyKind::Normal, DependencyKind::Build]), law);
    // In tests the server alone may use the sandbox; the sandbox uses nothing of ours even there.
    for (user, used) in edges(&[DependencyKind::Development]) {
        let allowed: BTreeSet<String> = if user == "server" {
            ["sandbox".to_owned()].into()
        } else {
            BTreeSet::new()
        };
        assert!(
            used.is_subset(&allowed),
            "{user} uses {used:?} in its tests"
        );
    }
}

fn tree(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--manifest-path",
            &manifest(),
            "--package",
            package,
            "--edges",
            "normal",
            "--prefix",
            "none",
        ])
        .args(arguments)
        .output()
        .expect("cargo tree runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_browser_holds_no_server() {
    let wasm = tree("frontend", &["--target", "wasm32-unknown-unknown"]);
    for server in [
        "tokio",
        "reqwest",
        "axum",
        "oauth2",
        "jsonwebtoken",
        "sqlx",
        "seal",
        "flight",
    ] {
        assert!(
            !wasm.contains(server),
            "frontend must not depend on {server}"
        );
    }
    assert!(wasm.contains("leptos"), "the tree was read");
}

#[test]
fn nothing_uses_openssl() {
    let native = tree("server", &[]);
    for library in ["openssl", "openssl-sys", "native-tls"] {
        assert!(
            !native.contains(library),
            "server must not depend on {library}"
        );
    }
    assert!(native.contains("rustls"), "the tree was read");
}
