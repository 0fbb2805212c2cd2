//! The names of the program's files: one hash for all of them.
//!
//! A browser may keep a file for good, so a file that refers to others than before needs another
//! name. The files refer to each other in circles: only a hash of all of them can be in all of their
//! names.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::failure::{Failure, at};
use crate::stamp::files_under;

/// What stands for the hash until it is known. It is as long as a hash, for it stands inside
/// WebAssembly too.
pub(super) const PLACEHOLDER: &str = "stagedoor-program-hash";

/// The length of a hash in a name.
const LENGTH: usize = PLACEHOLDER.len();

/// Gives the files of the program in `pkg` the hash of all of them, in their names and wherever they
/// mention each other, and answers the file that the server reads the hashes from.
///
/// The style sheet has a hash of its own: it refers to nothing.
pub(super) fn settle(pkg: &Path, style: &str) -> Result<String, Failure> {
    let mut digest = Sha256::new();
    let mut program = Vec::new();
    for path in files_under(pkg, &[])? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.contains(PLACEHOLDER) {
            let bytes = fs::read(&path).map_err(at(&path))?;
            digest.update(format!("{} {name} {}\n", name.len(), bytes.len()));
            digest.update(&bytes);
            program.push((path.with_file_name(&*name), bytes));
        }
    }
    let hash = name_of(digest);
    let style_path = pkg.join(style);
    let style_bytes = fs::read(&style_path).map_err(at(&style_path))?;
    let style_hash = name_of(Sha256::new_with_prefix(&style_bytes));
    for (path, mut bytes) in program {
        replace(&mut bytes, PLACEHOLDER, &hash);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let renamed = path.with_file_name(name.replace(PLACEHOLDER, &hash));
        fs::remove_file(&path).map_err(at(&path))?;
        fs::write(&renamed, bytes).map_err(at(&renamed))?;
    }
    let (stem, ending) = style.rsplit_once('.').unwrap_or((style, ""));
    let renamed = pkg.join(format!("{stem}.{style_hash}.{ending}"));
    fs::rename(&style_path, &renamed).map_err(at(&renamed))?;
    let mut text = format!("css: {style_hash}\n");
    for kind in ["js", "wasm", "manifest", "split"] {
        let _ = writeln!(text, "{kind}: {hash}");
    }
    Ok(text)
}

/// A digest as it stands in a name.
fn name_of(digest: Sha256) -> String {
    let mut hash = URL_SAFE_NO_PAD.encode(digest.finalize());
    hash.truncate(LENGTH);
    hash
}

/// Puts `new` in the place of `old`, which is of the same length.
fn replace(bytes: &mut [u8], old: &str, new: &str) {
    let mut start = 0;
    while start + LENGTH <= bytes.len() {
        let window = &mut bytes[start..start + LENGTH];
        if window == old.as_bytes() {
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

    /// A program of two files that name each other, after it was settled.
    struct Program {
        folder: tempfile::TempDir,
        /// The names of the script, the style sheet and the chunk.
        names: [String; 3],
        hashes: String,
    }

    impl Program {
        fn settled(chunk: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let pkg = folder.path().join("pkg");
            fs::create_dir(&pkg).unwrap();
            for (name, text) in [
                (
                    format!("app.{PLACEHOLDER}.js"),
                    format!("import './chunk.{PLACEHOLDER}.wasm'"),
                ),
                (
                    format!("chunk.{PLACEHOLDER}.wasm"),
                    format!("{chunk} ./app.{PLACEHOLDER}.js"),
                ),
                ("app.css".to_owned(), String::new()),
            ] {
                fs::write(pkg.join(name), text).unwrap();
            }
            let hashes = settle(&pkg, "app.css").unwrap();
            let files = files_under(&pkg, &[]).unwrap();
            assert_eq!(files.len(), 3);
            let names = [".js", ".css", ".wasm"].map(|end| {
                let mut names = files.iter().filter_map(|file| file.file_name()?.to_str());
                names.find(|name| name.ends_with(end)).unwrap().to_owned()
            });
            Self {
                folder,
                names,
                hashes,
            }
        }

        fn read(&self, path: &str) -> String {
            fs::read_to_string(self.folder.path().join(path)).unwrap()
        }
    }

    #[test]
    fn every_file_is_mentioned_by_the_name_that_it_has() {
        let program = Program::settled("chunk");
        let [script, style, chunk] = &program.names;
        let hash = script
            .strip_prefix("app.")
            .and_then(|name| name.strip_suffix(".js"))
            .unwrap();
        assert_eq!(hash.len(), LENGTH);
        assert_ne!(hash, PLACEHOLDER);
        assert_eq!(*chunk, format!("chunk.{hash}.wasm"));
        // printf '' | openssl dgst -sha256 -binary | basenc --base64url
        assert_eq!(style, "app.47DEQpj8HBSa-_TImW-5JC.css");
        assert_eq!(
            program.read(&format!("pkg/{script}")),
            format!("import './{chunk}'")
        );
        assert_eq!(
            program.read(&format!("pkg/{chunk}")),
            format!("chunk ./{script}")
        );
        assert_eq!(
            program.hashes,
            format!(
                "css: 47DEQpj8HBSa-_TImW-5JC\njs: {hash}\nwasm: {hash}\nmanifest: {hash}\nsplit: {hash}\n"
            )
        );
    }

    #[test]
    fn change_in_one_chunk_is_in_the_name_of_every_file_of_the_program() {
        let (one, other) = (Program::settled("chunk"), Program::settled("another chunk"));
        assert_ne!(one.names[0], other.names[0]);
        assert_ne!(one.names[2], other.names[2]);
        assert_eq!(one.names, Program::settled("chunk").names);
    }
}
