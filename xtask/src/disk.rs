//! Whether the disk has room for a whole build, asked before anything is built: a linker that
//! runs out of it after half an hour says so in a hundred lines.

use std::fs;
use std::path::Path;

use crate::process;
use crate::workspace::Workspace;

/// What `cargo xtask test` leaves in an empty target folder, and what it needs meanwhile.
pub(crate) const TEST: Need = Need {
    command: "cargo xtask test",
    target: 12 * GB,
};
/// The same for `cargo xtask run`, and for `cargo xtask cluster`.
pub(crate) const RUN: Need = Need {
    command: "cargo xtask run",
    target: 3 * GB,
};

const GB: u64 = 1_000_000_000;

/// How much a command needs on a clean checkout.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    command: &'static str,
    target: u64,
}

/// Says it where there is too little. It is a warning and no more: what a build leaves differs
/// from machine to machine.
pub(crate) fn look(workspace: &Workspace, need: Need) {
    let Some(free) = left(workspace) else { return };
    if let Some(warning) = need.warning(free, size(&workspace.target)) {
        println!("  note    {warning}");
    }
}

/// Whether there is enough for a command, as a line of a list.
pub(crate) fn told(workspace: &Workspace, need: Need) -> String {
    let Some(free) = left(workspace) else {
        return "unknown   `df` does not say how much of the disk is free".to_owned();
    };
    match need.warning(free, size(&workspace.target)) {
        Some(warning) => format!("little    {warning}"),
        None => format!(
            "ok        {} of disk are free for {}",
            spoken(free),
            need.command
        ),
    }
}

/// How many bytes of the disk are free.
fn left(workspace: &Workspace) -> Option<u64> {
    // The folder may not exist yet.
    let folder = workspace
        .target
        .ancestors()
        .find(|folder| folder.is_dir())?;
    let told = process::answer(process::command("df").arg("-Pk").arg(folder))?;
    free(&told)
}

impl Need {
    /// What to say where `free` bytes are left and `built` are in the target folder already.
    fn warning(self, free: u64, built: u64) -> Option<String> {
        let missing = self.target.saturating_sub(built);
        (free < missing).then(|| {
            format!(
                "{} needs about {} of disk beside what is built, and {} is free: it may end with \
                 \"No space left on device\".",
                self.command,
                spoken(missing),
                spoken(free),
            )
        })
    }
}

/// The bytes that are left, of the answer of `df -Pk`. They stand before the share that is used;
/// what stands first may hold spaces.
fn free(told: &str) -> Option<u64> {
    let fields: Vec<_> = told.lines().nth(1)?.split_whitespace().collect();
    let share = fields.iter().position(|field| field.ends_with('%'))?;
    let kib: u64 = fields.get(share.checked_sub(1)?)?.parse().ok()?;
    Some(kib.saturating_mul(1024))
}

/// What the files in a folder take.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => size(&entry.path()),
            Ok(about) => about.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Bytes as they are said: tenths of a gigabyte.
fn spoken(bytes: u64) -> String {
    let tenths = bytes / (GB / 10);
    format!("{}.{} GB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEED: Need = Need {
        command: "cargo xtask test",
        target: 12 * GB,
    };

    #[test]
    fn too_little_room_is_said_with_both_figures() {
        assert_eq!(
            NEED.warning(5 * GB + 270_000_000, 0).as_deref(),
            Some(
                "cargo xtask test needs about 12.0 GB of disk beside what is built, and 5.2 GB is \
                 free: it may end with \"No space left on device\"."
            )
        );
    }

    #[test]
    fn what_is_built_already_needs_no_more_room() {
        assert_eq!(NEED.warning(5 * GB, 7 * GB), None);
        assert_eq!(NEED.warning(0, 20 * GB), None);
        assert!(NEED.warning(4 * GB, 7 * GB).is_some());
    }

    #[test]
    fn what_is_left_is_read_from_the_portable_form() {
        let told = "Filesystem     1024-blocks     Used Available Capacity Mounted on\n\
                    map auto home    263174212 15728640  79691776      17% /\n";
        assert_eq!(free(told), Some(79_691_776 * 1024));
        assert_eq!(free("df: no such file"), None);
        assert_eq!(free("Filesystem\n100% /\n"), None);
    }

    #[test]
    fn every_file_of_a_folder_counts() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("one"), [0; 10]).unwrap();
        fs::write(folder.path().join("deep/two"), [0; 7]).unwrap();
        assert_eq!(size(folder.path()), 17);
        assert_eq!(size(&folder.path().join("no-such-folder")), 0);
    }
}
