//! The site: where its files are, and how its pages refer to them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leptos::config::{Env, LeptosOptions};
use sha2::{Digest as _, Sha256};

/// The name of its files.
const NAME: &str = "stagedoor";
/// The file beside the program that tells the hashes in the names of the others.
const HASHES: &str = "hash.txt";

/// The files of the site, and how pages refer to them.
#[derive(Debug, Clone)]
pub struct Site {
    options: LeptosOptions,
    reload: bool,
    style: Option<Style>,
}

impl Site {
    /// The site of `LEPTOS_SITE_ROOT`, or the one beside the program.
    pub fn find() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let beside = std::env::current_exe()
            .ok()
            .and_then(|program| program.parent().map(Path::to_owned));
        let around = || {
            let beside = beside.clone().unwrap_or_default();
            [beside.join("site"), beside.join("../site")]
                .into_iter()
                .find(|folder| folder.is_dir())
                .unwrap_or_else(|| PathBuf::from("target/site"))
        };
        let root = variable("LEPTOS_SITE_ROOT").map_or_else(around, PathBuf::from);
        // Hashed names stand in a file beside the program, where they were built.
        let hashes = beside.and_then(|folder| std::fs::read_to_string(folder.join(HASHES)).ok());
        Self::at(&root, hashes.as_deref(), variable("LEPTOS_WATCH").is_some())
    }

    /// A site in a folder; `hashes` tells the hashes in the names of its files, a line `kind: hash`
    /// for each kind, where there are any. A site that `reload`s changes while it is served.
    pub fn at(root: &Path, hashes: Option<&str>, reload: bool) -> Self {
        let options = LeptosOptions::builder()
            .output_name(NAME)
            .site_root(root.to_string_lossy().into_owned())
            .hash_files(hashes.is_some())
            .env(if reload { Env::DEV } else { Env::PROD })
            .build();
        let style = if reload {
            None
        } else {
            Style::read(root, hashes)
        };
        Self {
            options,
            reload,
            style,
        }
    }

    /// The folder with its files.
    pub fn root(&self) -> &str {
        &self.options.site_root
    }

    /// Whether the names of its files change with their content.
    pub fn is_hashed(&self) -> bool {
        self.options.hash_files
    }

    /// Whether pages load themselves again when a file changes.
    pub fn reloads(&self) -> bool {
        self.reload
    }

    /// What Leptos has to know of it.
    pub fn options(&self) -> &LeptosOptions {
        &self.options
    }

    /// The style of its pages, where it can be written into one.
    pub fn style(&self) -> Option<&Style> {
        self.style.as_ref()
    }
}

/// A style sheet that can stand in a page.
#[derive(Debug, Clone)]
pub struct Style {
    text: Arc<str>,
    source: Arc<str>,
}

impl Style {
    fn read(root: &Path, hashes: Option<&str>) -> Option<Self> {
        let hash = hashes.and_then(|hashes| {
            let line = hashes.lines().find_map(|line| line.strip_prefix("css:"))?;
            Some(line.trim())
        });
        let file = match hash {
            Some(hash) => format!("{NAME}.{hash}.css"),
            None => format!("{NAME}.css"),
        };
        let text = std::fs::read_to_string(root.join("pkg").join(file)).ok()?;
        Self::new(&text)
    }

    /// The style sheet `text`, unless it would end the element that it stands in.
    fn new(text: &str) -> Option<Self> {
        if text.to_ascii_lowercase().contains("</style") {
            return None;
        }
        let digest = STANDARD.encode(Sha256::digest(text));
        Some(Self {
            text: text.into(),
            source: format!("'sha256-{digest}'").into(),
        })
    }

    /// What stands in the element.
    pub fn text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// The source expression that lets exactly this style in (Content Security Policy Level 3, §2.3.1).
    pub fn source(&self) -> &str {
        &self.source
    }
}

#[cfg(test)]
mod tests {
    use super::Style;

    #[test]
    fn a_style_is_let_in_by_its_hash() {
        let style = Style::new("body{color:red}").expect("a style");
        // printf 'body{color:red}' | openssl dgst -sha256 -binary | base64
        assert_eq!(
            style.source(),
            "'sha256-FcQqt3aNlV7AZnGV4zkQRVeCeJOxbMPnQSx258L803E='"
        );
        assert_eq!(&*style.text(), "body{color:red}");
    }

    #[test]
    fn a_style_that_would_end_its_element_is_not_written_into_a_page() {
        assert!(Style::new("a::before{content:'</STYLE><script>'}").is_none());
    }
}
