//! Where everything is: asked of cargo, once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::process;

/// The workspace and the folders around it.
pub(crate) struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where cargo builds: `target`, or `CARGO_TARGET_DIR`.
    pub(crate) target: PathBuf,
    /// Where the tools of this project are installed, for all checkouts.
    pub(crate) tools: PathBuf,
    packages: Vec<Package>,
}

/// A member of the workspace.
struct Package {
    name: String,
    folder: PathBuf,
    /// Folders of the members it is built with.
    needs: Vec<PathBuf>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> Result<Self, Failure> {
        let answer =
            process::answer(process::cargo().args(["metadata", "--no-deps", "--format-version=1"]));
        let answer = answer.ok_or_else(|| Failure::Understand {
            what: "this workspace",
            why: "`cargo metadata` fails; run it to see why".to_owned(),
        })?;
        let tools = tools_folder(|name| std::env::var_os(name).map(PathBuf::from));
        Self::parse(&answer, tools).map_err(|why| Failure::Understand {
            what: "the answer of `cargo metadata`",
            why: why.to_owned(),
        })
    }

    fn parse(metadata: &str, tools: PathBuf) -> Result<Self, &'static str> {
        let metadata: Value = serde_json::from_str(metadata).map_err(|_| "it is not JSON")?;
        let path = |value: &Value| value.as_str().map(PathBuf::from);
        let packages = metadata["packages"]
            .as_array()
            .ok_or("it names no packages")?;
        Ok(Self {
            root: path(&metadata["workspace_root"]).ok_or("it names no root")?,
            target: path(&metadata["target_directory"]).ok_or("it names no target directory")?,
            tools,
            packages: packages
                .iter()
                .map(package)
                .collect::<Option<_>>()
                .ok_or("a package has no name or folder")?,
        })
    }

    /// The names of all members.
    #[cfg(test)]
    pub(crate) fn members(&self) -> Vec<&str> {
        self.packages
            .iter()
            .map(|package| package.name.as_str())
            .collect()
    }

    /// The folder of a member.
    pub(crate) fn folder(&self, name: &str) -> Option<&Path> {
        self.packages
            .iter()
            .find(|package| package.name == name)
            .map(|package| package.folder.as_path())
    }

    /// The folders of a member and of every member it is built with.
    pub(crate) fn folders_under(&self, name: &str) -> BTreeSet<&Path> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&Path> = self.folder(name).into_iter().collect();
        while let Some(folder) = open.pop() {
            if !found.insert(folder) {
                continue;
            }
            if let Some(package) = self
                .packages
                .iter()
                .find(|package| package.folder == folder)
            {
                open.extend(package.needs.iter().map(PathBuf::as_path));
            }
        }
        found
    }
}

fn package(value: &Value) -> Option<Package> {
    let manifest = Path::new(value["manifest_path"].as_str()?);
    let dependencies = value["dependencies"].as_array()?;
    Some(Package {
        name: value["name"].as_str()?.to_owned(),
        folder: manifest.parent()?.to_owned(),
        needs: dependencies
            .iter()
            .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
            .filter_map(|dependency| dependency["path"].as_str().map(PathBuf::from))
            .collect(),
    })
}

/// `STAGEDOOR_TOOLS`, or `stagedoor/tools` where the system keeps caches.
fn tools_folder(variable: impl Fn(&str) -> Option<PathBuf>) -> PathBuf {
    let set = |name| variable(name).filter(|path| !path.as_os_str().is_empty());
    if let Some(folder) = set("STAGEDOOR_TOOLS") {
        return std::path::absolute(&folder).unwrap_or(folder);
    }
    // The XDG specification says to ignore a relative path here.
    let cache = set("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let cache = cache.unwrap_or_else(|| set("HOME").unwrap_or_else(|| "/".into()).join(".cache"));
    cache.join("stagedoor/tools")
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{
        "workspace_root": "/w", "target_directory": "/t",
        "packages": [
            {"name": "frontend", "manifest_path": "/w/frontend/Cargo.toml", "dependencies": [
                {"name": "app", "kind": null, "path": "/w/app"}, {"name": "serde", "kind": null}]},
            {"name": "app", "manifest_path": "/w/app/Cargo.toml", "dependencies": [
                {"name": "oauth", "kind": null, "path": "/w/crates/oauth"},
                {"name": "sandbox", "kind": "dev", "path": "/w/crates/sandbox"}]},
            {"name": "oauth", "manifest_path": "/w/crates/oauth/Cargo.toml", "dependencies": []},
            {"name": "sandbox", "manifest_path": "/w/crates/sandbox/Cargo.toml", "dependencies": []}
        ]}"#;

    #[test]
    fn the_frontend_is_built_with_what_it_needs_and_nothing_else() {
        let workspace = Workspace::parse(METADATA, PathBuf::new()).unwrap();
        let folders: Vec<_> = workspace.folders_under("frontend").into_iter().collect();
        let expected = ["/w/app", "/w/crates/oauth", "/w/frontend"].map(Path::new);
        assert_eq!(folders, expected);
        assert_eq!(workspace.folder("app"), Some(Path::new("/w/app")));
        assert_eq!(workspace.folder("flight"), None);
    }

    #[test]
    fn tools_are_kept_where_the_environment_says() {
        let with = |pairs: &'static [(&str, &str)]| {
            tools_folder(move |name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| PathBuf::from(value))
            })
        };
        assert_eq!(
            with(&[("STAGEDOOR_TOOLS", "/x"), ("HOME", "/h")]),
            Path::new("/x")
        );
        assert_eq!(
            with(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]),
            Path::new("/c/stagedoor/tools")
        );
        assert_eq!(
            with(&[
                ("XDG_CACHE_HOME", "relative"),
                ("STAGEDOOR_TOOLS", ""),
                ("HOME", "/h")
            ]),
            Path::new("/h/.cache/stagedoor/tools")
        );
    }
}
