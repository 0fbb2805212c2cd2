//! The names of the program's files: one hash for all of them.
//!
//! cargo-leptos gives each file the hash of what it held before the names of the others were written
//! into it. So a file could keep its name and refer to others than before, and a browser that kept
//! it for good, as it may, would ask for files that are gone. The files refer to each other in
//! circles: only a hash of all of them can be in all of their names.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::failure::{Failure, at};
use crate::stamp::files_under;

/// The length of a hash in a name. It stays, for names stand in the program as well.
const LENGTH: usize = 22;

/// Gives the hash of the whole program to the names of its files in `pkg`, and to every mention of
/// them there and in the file that the server reads them from.
pub(super) fn settle(pkg: &Path, hashes: &Path) -> Result<(), Failure> {
    let mut digest = Sha256::new();
    let mut program = Vec::new();
    for path in files_under(pkg, &[])? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(hash) = hash_of(&name).map(str::to_owned) {
            let bytes = fs::read(&path).map_err(at(&path))?;
            digest.update(format!("{} {name} {}\n", name.len(), bytes.len()));
            digest.update(&bytes);
            program.push((path.clone(), hash, bytes));
        }
    }
    let mut hash = URL_SAFE_NO_PAD.encode(digest.finalize());
    hash.truncate(LENGTH);
    let old: Vec<String> = program.iter().map(|(_, old, _)| old.clone()).collect();
    for (path, old_hash, mut bytes) in program {
        replace(&mut bytes, &old, &hash);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let renamed = path.with_file_name(name.replace(&old_hash, &hash));
        fs::remove_file(&path).map_err(at(&path))?;
        fs::write(&renamed, bytes).map_err(at(&renamed))?;
    }
    let mut told = fs::read(hashes).map_err(at(hashes))?;
    replace(&mut told, &old, &hash);
    fs::write(hashes, told).map_err(at(hashes))
}

/// The hash in the name of a file of the program: `top.HASH.wasm`. A style sheet is none; it refers
/// to nothing.
fn hash_of(name: &str) -> Option<&str> {
    let name = [".wasm", ".js", ".json"]
        .iter()
        .find_map(|end| name.strip_suffix(end))?;
    let (_, hash) = name.rsplit_once('.')?;
    (hash.len() == LENGTH).then_some(hash)
}

/// Puts `new` in the place of each of `old`, which are of the same length.
fn replace(bytes: &mut [u8], old: &[String], new: &str) {
    let mut start = 0;
    while start + LENGTH <= bytes.len() {
        let window = &mut bytes[start..start + LENGTH];
        if old.iter().any(|old| old.as_bytes() == window) {
            window.copy_from_slice(new.as_bytes());
            start += LENGTH;
        } else {
            start += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbb";

    /// A program of two files that name each other, after it was settled.
    struct Program {
        folder: tempfile::TempDir,
        /// The names of the script, the style sheet and the part.
        names: [String; 3],
    }

    impl Program {
        fn settled(part: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (pkg, hashes) = (folder.path().join("pkg"), folder.path().join("hash.txt"));
            fs::create_dir(&pkg).unwrap();
            for (name, text) in [
                (format!("app.{A}.js"), format!("import './part.{B}.wasm'")),
                (format!("part.{B}.wasm"), format!("{part} ./app.{A}.js")),
                (format!("app.{A}.css"), String::new()),
            ] {
                fs::write(pkg.join(name), text).unwrap();
            }
            fs::write(&hashes, format!("js: {A}\nsplit: {B}\n")).unwrap();
            settle(&pkg, &hashes).unwrap();
            let files = files_under(&pkg, &[]).unwrap();
            assert_eq!(files.len(), 3);
            let names = [".js", ".css", ".wasm"].map(|end| {
                let mut names = files.iter().filter_map(|file| file.file_name()?.to_str());
                names.find(|name| name.ends_with(end)).unwrap().to_owned()
            });
            Self { folder, names }
        }

        fn read(&self, path: &str) -> String {
            fs::read_to_string(self.folder.path().join(path)).unwrap()
        }
    }

    #[test]
    fn every_file_is_mentioned_by_the_name_that_it_has() {
        let program = Program::settled("part");
        let [script, style, part] = &program.names;
        let hash = hash_of(script).unwrap();
        assert!(hash != A && hash != B);
        assert_eq!(*part, format!("part.{hash}.wasm"));
        assert_eq!(*style, format!("app.{A}.css"));
        assert_eq!(
            program.read(&format!("pkg/{script}")),
            format!("import './{part}'")
        );
        assert_eq!(
            program.read(&format!("pkg/{part}")),
            format!("part ./{script}")
        );
        assert_eq!(
            program.read("hash.txt"),
            format!("js: {hash}\nsplit: {hash}\n")
        );
    }

    #[test]
    fn change_in_one_part_is_in_the_name_of_every_file_of_the_program() {
        let (one, other) = (Program::settled("part"), Program::settled("another part"));
        assert_ne!(one.names[0], other.names[0]);
        assert_ne!(one.names[2], other.names[2]);
        assert_eq!(one.names, Program::settled("part").names);
    }
}
