//! `Cargo.lock`, as far as a version is read from it.

/// The version of a package. The lock file is written by cargo alone, always in this form.
pub(super) fn version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name)?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "wasm-bindgen-futures"
version = "0.4.80"
dependencies = [
 "wasm-bindgen",
]

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry+https://github.com/rust-lang/crates.io-index"
"#;

    #[test]
    fn the_version_is_that_of_the_package_named_exactly() {
        assert_eq!(version(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(version(LOCK, "wasm-bindgen-futures"), Some("0.4.80"));
        assert_eq!(version(LOCK, "wasm"), None);
        assert_eq!(version("", "wasm-bindgen"), None);
    }
}
