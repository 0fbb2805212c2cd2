//! What the fuzz targets begin with, and what was found by them: read by every test run.

#![cfg(not(target_arch = "wasm32"))] // A browser has no files.

use std::path::PathBuf;

use spotify::Method;
use spotify::paths::allowed;

use crate::exercise;

const METHODS: [Method; 4] = [Method::Get, Method::Post, Method::Put, Method::Delete];

/// Every file of a target's corpus.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let entries = std::fs::read_dir(&folder).expect("the corpus is part of the repository");
    let files: Vec<_> = entries
        .map(|entry| entry.expect("a file").path())
        .map(|path| (path.clone(), std::fs::read(path).expect("a file")))
        .collect();
    assert!(files.len() >= 24, "{} has few files", folder.display());
    files
}

#[test]
fn every_answer_of_the_corpus_is_read_without_panic() {
    for (_, body) in corpus("decode") {
        for status in [200, 201, 204, 304, 400, 401, 403, 429, 503, 0, u16::MAX] {
            exercise::decode(status, &body);
        }
    }
}

#[test]
fn every_path_of_the_corpus_is_plain_or_refused() {
    for (_, path) in corpus("paths") {
        exercise::paths(&path);
    }
}

/// The name of a file says what becomes of it, where it begins like this.
#[test]
fn corpus_of_paths_says_what_is_allowed() {
    let mut told = 0;
    for (file, path) in corpus("paths") {
        let name = file.file_name().and_then(|name| name.to_str());
        let is_meant = match name.and_then(|name| name.split_once('-')) {
            Some(("allowed", _)) => true,
            Some(("refused", _)) => false,
            _ => continue,
        };
        told += 1;
        let text = String::from_utf8_lossy(&path);
        let is_allowed = METHODS
            .into_iter()
            .any(|method| allowed(method, &text).is_some());
        assert_eq!(is_allowed, is_meant, "{}", file.display());
    }
    assert!(told >= 24, "the names tell nothing");
}
