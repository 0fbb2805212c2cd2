//! Cuts the program into chunks, which pages load when they need them.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use wasm_split_cli_support::{Options, transform};

use crate::error::{Error, at};

/// Writes the chunks of `program` into `pkg`, and answers where the rest is: what every page loads,
/// still without its JavaScript.
///
/// Each chunk is a file `chunk.placeholder.wasm`. `__wasm_split.placeholder.js` loads them, and
/// `__wasm_split_manifest.placeholder.json` tells the server what to preload.
///
/// # Errors
/// [`Error::Split`] where the program was built without `--emit-relocs`, [`Error::File`] where a file
/// cannot be read or written.
pub(crate) fn split(
    program: &Path,
    pkg: &Path,
    name: &str,
    placeholder: &str,
) -> Result<PathBuf, Error> {
    fs::create_dir_all(pkg).map_err(at(pkg))?;
    let input = fs::read(program).map_err(at(program))?;
    let main_module = format!("./{name}.{placeholder}.js");
    let link_name = format!("./__wasm_split.{placeholder}.js");
    let main = program.with_extension("main.wasm");
    let mut options = Options::new(&input);
    options.output_dir = pkg;
    options.main_out_path = &main;
    options.main_module = &main_module;
    options.link_name = &link_name;
    let split = transform(options).map_err(|error| Error::Split {
        program: program.to_owned(),
        reason: format!("{error:#}"),
    })?;

    let mut chunks = Vec::new();
    for path in &split.split_modules {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let to = path.with_file_name(format!("{stem}.{placeholder}.wasm"));
        fs::rename(path, &to).map_err(at(path))?;
        chunks.push(stem.into_owned());
    }
    let link = pkg.join(&link_name);
    let script = fs::read_to_string(&link).map_err(at(&link))?;
    let script = with_placeholders(script, &chunks, placeholder);
    fs::write(&link, script).map_err(at(&link))?;
    let manifest = pkg.join(format!("__wasm_split_manifest.{placeholder}.json"));
    let text = manifest_of(split.prefetch_map, placeholder);
    fs::write(&manifest, text?).map_err(at(&manifest))?;
    Ok(main)
}

/// The script with the names that the chunks have now.
fn with_placeholders(mut script: String, chunks: &[String], placeholder: &str) -> String {
    for chunk in chunks {
        script = script.replace(
            &format!("\"./{chunk}.wasm\""),
            &format!("\"./{chunk}.{placeholder}.wasm\""),
        );
    }
    script
}

/// The manifest of the chunks: the files, without their ending, that each chunk needs.
fn manifest_of(
    chunks: HashMap<String, Vec<String>>,
    placeholder: &str,
) -> Result<String, serde_json::Error> {
    let chunks: BTreeMap<_, Vec<_>> = chunks
        .into_iter()
        .map(|(chunk, files)| {
            let files = files.iter().map(|file| format!("{file}.{placeholder}"));
            (chunk, files.collect())
        })
        .collect();
    serde_json::to_string(&chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_mentioned_by_its_new_name_and_no_other_is() {
        let script = "new URL(\"./chunk_1.wasm\"), new URL(\"./chunk_10.wasm\")".to_owned();
        assert_eq!(
            with_placeholders(script, &["chunk_1".to_owned()], "HASH"),
            "new URL(\"./chunk_1.HASH.wasm\"), new URL(\"./chunk_10.wasm\")"
        );
    }

    #[test]
    fn the_manifest_names_the_files_of_each_chunk_in_a_stable_order() {
        let files = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let chunks = [
            ("top".to_owned(), files(&["chunk_1", "split_top"])),
            ("admin".to_owned(), files(&["chunk_1"])),
        ];
        assert_eq!(
            manifest_of(chunks.into(), "HASH").unwrap(),
            r#"{"admin":["chunk_1.HASH"],"top":["chunk_1.HASH","split_top.HASH"]}"#
        );
    }
}
