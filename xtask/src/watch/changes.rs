//! Which files of the workspace are saved.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify_debouncer_full::notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{
    DebounceEventResult, DebouncedEvent, Debouncer, RecommendedCache, new_debouncer,
};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// How long nothing may be written before what was written counts: an editor writes a file in
/// several steps, and a person saves several files at once.
const QUIET: Duration = Duration::from_millis(100);
/// How long to wait for a change before looking at other things.
const TURN: Duration = Duration::from_millis(100);

/// What a saved file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The style.
    Style,
    /// A file that is served as it is.
    Asset,
    /// Anything that is compiled.
    Program,
    /// `cargo xtask` itself.
    Commands,
}

/// The changes from now on.
pub(super) struct Changes {
    root: PathBuf,
    events: Receiver<DebounceEventResult>,
    _watcher: Debouncer<RecommendedWatcher, RecommendedCache>,
}

impl Changes {
    /// Watches the folders of the workspace that hold sources.
    pub(super) fn of(workspace: &Workspace) -> Result<Self, Failure> {
        let root = workspace.root.clone();
        let (sender, events) = channel();
        let mut watcher = new_debouncer(QUIET, None, sender)?;
        // Not the whole workspace: what cargo writes into its target folder is no change.
        for entry in [
            "app", "frontend", "server", "crates", "style", "public", "xtask",
        ] {
            let folder = root.join(entry);
            if folder.is_dir() {
                watcher.watch(&folder, RecursiveMode::Recursive)?;
            }
        }
        // An editor replaces a file, so its folder is watched and not the file.
        watcher.watch(&root, RecursiveMode::NonRecursive)?;
        Ok(Self {
            root,
            events,
            _watcher: watcher,
        })
    }

    /// What was saved since the last call; nothing where that takes a moment.
    pub(super) fn next(&self) -> Vec<Change> {
        let Ok(first) = self.events.recv_timeout(TURN) else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        for event in std::iter::once(first)
            .chain(self.events.try_iter())
            .flatten()
            .flatten()
        {
            for change in kinds(&self.root, &event) {
                if !changes.contains(&change) {
                    changes.push(change);
                }
            }
        }
        changes
    }
}

/// What an event is a change of.
fn kinds(root: &Path, event: &DebouncedEvent) -> Vec<Change> {
    if matches!(event.kind, EventKind::Access(_)) {
        return Vec::new();
    }
    event
        .paths
        .iter()
        .filter_map(|path| kind(path.strip_prefix(root).unwrap_or(path)))
        .collect()
}

/// What the file at a path in the workspace belongs to; `None` where nothing is made from it.
fn kind(path: &Path) -> Option<Change> {
    let name = path.file_name()?.to_str()?;
    // Editors keep copies under such names while they write.
    if name.starts_with('.') || name.ends_with('~') {
        return None;
    }
    let mut folders = path.iter().map(|folder| folder.to_string_lossy());
    let ending = path.extension().and_then(|ending| ending.to_str());
    match folders.next()?.as_ref() {
        "style" if ending == Some("css") => Some(Change::Style),
        "public" => Some(Change::Asset),
        "xtask" => match folders.next()?.as_ref() {
            "site-builder" => Some(Change::Program),
            _ => matches!(ending, Some("rs" | "toml")).then_some(Change::Commands),
        },
        "Cargo.toml" | "Cargo.lock" => Some(Change::Program),
        "app" | "frontend" | "server" | "crates"
            if !folders.any(|folder| folder == "tests" || folder == "benches")
                && matches!(
                    ending,
                    Some("rs" | "toml" | "js" | "css" | "html" | "sql" | "svg")
                ) =>
        {
            Some(Change::Program)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_what_is_made_from_it() {
        for (path, expected) in [
            ("app/src/pages/top.rs", Some(Change::Program)),
            ("app/src/shell/first.js", Some(Change::Program)),
            ("server/migrations/0001_accounts.sql", Some(Change::Program)),
            (
                "crates/sandbox/src/control/panel.css",
                Some(Change::Program),
            ),
            ("Cargo.lock", Some(Change::Program)),
            ("xtask/site-builder/src/main.rs", Some(Change::Program)),
            ("style/main.css", Some(Change::Style)),
            ("public/favicon.svg", Some(Change::Asset)),
            ("xtask/src/main.rs", Some(Change::Commands)),
            ("server/tests/it/main.rs", None),
            ("app/src/pages/.top.rs.swp", None),
            ("app/src/pages/top.rs~", None),
            ("README.md", None),
        ] {
            assert_eq!(kind(Path::new(path)), expected, "{path}");
        }
    }
}
