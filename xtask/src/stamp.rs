//! Whether something has to be done again: a stamp holds a digest of all it was made from.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::failure::{Failure, at};

/// A digest over named parts, each with its length, so that no two lists of parts look alike.
pub(crate) struct Inputs(Sha256);

impl Inputs {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// Adds a text under a name.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.bytes(name, text.as_bytes());
    }

    /// Adds a file under its path in `root`; one that is missing counts as empty.
    pub(crate) fn file(&mut self, root: &Path, path: &Path) -> Result<(), Failure> {
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
        match fs::read(path) {
            Ok(bytes) => self.bytes(&name, &bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.bytes(&name, &[]),
            Err(error) => return Err(at(path)(error)),
        }
        Ok(())
    }

    /// Adds every file in a folder and below it, but for hidden ones and folders named in
    /// `without`.
    pub(crate) fn folder(
        &mut self,
        root: &Path,
        folder: &Path,
        without: &[&str],
    ) -> Result<(), Failure> {
        for file in files_under(folder, without)? {
            self.file(root, &file)?;
        }
        Ok(())
    }

    /// The digest of all parts so far, as base64url.
    pub(crate) fn digest(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.finalize())
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.0
            .update(format!("{} {name} {}\n", name.len(), bytes.len()));
        self.0.update(bytes);
    }
}

/// The files in a folder and below it, in a stable order; none where it does not exist.
pub(crate) fn files_under(folder: &Path, without: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(at(&folder)(error)),
        };
        for entry in entries {
            let path = entry.map_err(at(&folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            if !path.is_dir() {
                files.push(path);
            } else if !without.contains(&name.as_ref()) {
                open.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Whether the stamp says exactly this.
pub(crate) fn says(stamp: &Path, text: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|found| found == text)
}

/// Takes the stamp away: what it stands for is about to change.
pub(crate) fn remove(stamp: &Path) -> Result<(), Failure> {
    match fs::remove_file(stamp) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(stamp)(error)),
        _ => Ok(()),
    }
}

/// Puts the stamp in place: what it stands for is done.
pub(crate) fn put(stamp: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    fs::write(stamp, text).map_err(at(stamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(folder: &Path) -> String {
        let mut inputs = Inputs::new();
        inputs.folder(folder, folder, &["tests"]).unwrap();
        inputs.digest()
    }

    #[test]
    fn a_changed_a_new_and_a_renamed_file_change_the_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::create_dir(path.join("src")).unwrap();
        fs::write(path.join("src/lib.rs"), "one").unwrap();
        let first = digest(path);
        assert_eq!(digest(path), first);
        fs::write(path.join("src/lib.rs"), "two").unwrap();
        let changed = digest(path);
        fs::write(path.join("src/new.rs"), "").unwrap();
        let added = digest(path);
        fs::rename(path.join("src/new.rs"), path.join("src/old.rs")).unwrap();
        let renamed = digest(path);
        let mut all = vec![first, changed, added, renamed];
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn tests_and_hidden_files_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let first = digest(path);
        fs::create_dir(path.join("tests")).unwrap();
        fs::write(path.join("tests/web.rs"), "test").unwrap();
        fs::write(path.join(".swp"), "editor").unwrap();
        assert_eq!(digest(path), first);
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let digest = |parts: &[(&str, &str)]| {
            let mut inputs = Inputs::new();
            for (name, text) in parts {
                inputs.text(name, text);
            }
            inputs.digest()
        };
        assert_ne!(digest(&[("a", "bc")]), digest(&[("ab", "c")]));
        assert_ne!(
            digest(&[("a", "b"), ("c", "d")]),
            digest(&[("a", "bc"), ("", "d")])
        );
    }

    #[test]
    fn a_stamp_says_what_was_put_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = folder.path().join("deep/stamp");
        assert!(!says(&stamp, "one"));
        put(&stamp, "one").unwrap();
        assert!(says(&stamp, "one"));
        assert!(!says(&stamp, "two"));
        remove(&stamp).unwrap();
        remove(&stamp).unwrap();
        assert!(!says(&stamp, "one"));
    }
}
