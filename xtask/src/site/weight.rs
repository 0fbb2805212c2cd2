//! What a browser loads of the site, and when: sizes under brotli.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, at};
use crate::stamp::files_under;

use super::compression::is_text_or_program;

/// What the files of a site weigh.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Weight {
    /// The files that every page loads, largest first: what a browser takes when a person comes for
    /// the first time.
    pub(crate) first_load: Vec<(String, u64)>,
    /// By name, each part that is loaded when it is needed: how many files, how many bytes. A file
    /// that several parts share is loaded once, and counted with each.
    pub(crate) parts: BTreeMap<String, (usize, u64)>,
}

/// Weighs a compressed site.
pub(crate) fn weigh(site: &Path) -> Result<Weight, Failure> {
    let mut first_load = Vec::new();
    let mut lazy = BTreeMap::new();
    let files_of = manifest(site)?;
    for file in files_under(&site.join("pkg"), &[])? {
        // wasm-bindgen's declarations for TypeScript lie there too; no page asks for them.
        if !is_text_or_program(&file) {
            continue;
        }
        let compressed = beside(&file, "br");
        let bytes = fs::metadata(&compressed).map_err(at(&compressed))?.len();
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        if files_of.values().flatten().any(|lazy| *lazy == stem) {
            lazy.insert(stem.into_owned(), bytes);
        } else {
            let name = file.strip_prefix(site).unwrap_or(&file);
            first_load.push((name.display().to_string(), bytes));
        }
    }
    first_load.sort_by(|(_, one), (_, other)| other.cmp(one));
    let parts = files_of
        .into_iter()
        .map(|(part, files)| {
            let bytes = files.iter().filter_map(|file| lazy.get(file)).sum();
            (part, (files.len(), bytes))
        })
        .collect();
    Ok(Weight { first_load, parts })
}

/// Which files each part needs, without their endings, as the build wrote it down.
fn manifest(site: &Path) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let files = files_under(&site.join("pkg"), &[])?;
    let is_manifest = |file: &&PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("__wasm_split_manifest.") && name.ends_with(".json")
    };
    let Some(path) = files.iter().find(is_manifest) else {
        return Ok(BTreeMap::new());
    };
    let text = fs::read(path).map_err(at(path))?;
    serde_json::from_slice(&text).map_err(|error| Failure::Understand {
        what: "the list of the parts",
        why: error.to_string(),
    })
}

/// The files that ought to have a compressed one beside them, and have not.
pub(crate) fn uncompressed(site: &Path) -> Result<Vec<String>, Failure> {
    let files = files_under(site, &[])?;
    let compressed = files
        .iter()
        .filter(|file| is_text_or_program(file))
        .flat_map(|file| ["br", "gz"].map(|suffix| beside(file, suffix)));
    Ok(compressed
        .filter(|file| !file.is_file())
        .map(|file| file.display().to_string())
        .collect())
}

/// The path of the compressed file beside `file`.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    file.with_extension(format!("{extension}.{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, usize)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pkg")).unwrap();
        for (name, length) in files {
            fs::write(folder.path().join("pkg").join(name), vec![0; *length]).unwrap();
        }
        folder
    }

    #[test]
    fn first_load_is_what_no_part_is_made_of() {
        let site = site(&[
            ("a.wasm", 10),
            ("a.wasm.br", 4),
            ("a.js", 9),
            ("a.js.br", 6),
            ("a.d.ts", 1),
            ("split_top.h.wasm", 9),
            ("split_top.h.wasm.br", 3),
            ("chunk_1.h.wasm", 9),
            ("chunk_1.h.wasm.br", 2),
        ]);
        let manifest = r#"{"top": ["chunk_1.h", "split_top.h"], "admin": ["chunk_1.h"]}"#;
        let path = site.path().join("pkg/__wasm_split_manifest.h.json");
        fs::write(path, manifest).unwrap();
        let weight = weigh(site.path()).unwrap();
        assert_eq!(
            weight.first_load,
            [("pkg/a.js".to_owned(), 6), ("pkg/a.wasm".to_owned(), 4)]
        );
        let parts = [("admin".to_owned(), (1, 2)), ("top".to_owned(), (2, 5))];
        assert_eq!(weight.parts, parts.into());
    }

    #[test]
    fn a_file_without_its_compressed_one_is_named() {
        let site = site(&[
            ("a.css", 1),
            ("a.css.br", 1),
            ("a.css.gz", 1),
            ("b.js", 1),
            ("b.js.br", 1),
            ("picture.png", 1),
        ]);
        let missing = uncompressed(site.path()).unwrap();
        assert_eq!(missing.len(), 1);
        assert!(missing[0].ends_with("b.js.gz"));
    }
}
