//! `deny.toml`, read and checked.

use std::path::Path;

use anyhow::{Context as _, bail};
use cargo_deny::cfg::ValidationContext;
use cargo_deny::diag::{Files, Severity};
use cargo_deny::root_cfg::{GraphConfig, RootConfig};
use cargo_deny::{Deserialize as _, UnvalidatedConfig as _, advisories, bans, licenses, sources};

/// What may be in the dependency tree.
pub(crate) struct Config {
    pub(crate) advisories: advisories::cfg::ValidConfig,
    pub(crate) bans: bans::cfg::ValidConfig,
    pub(crate) licenses: licenses::cfg::ValidConfig,
    pub(crate) sources: sources::cfg::ValidConfig,
    pub(crate) graph: GraphConfig,
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, is not TOML, or says something that cargo-deny does not understand.
    pub(crate) fn read(path: &Path, files: &mut Files) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
        let id = files.add(path.to_string_lossy().as_ref(), text);
        let mut parsed =
            toml_span::parse(files.source(id)).with_context(|| format!("{shown} is not TOML"))?;
        let config = RootConfig::deserialize(&mut parsed)
            .map_err(|error| anyhow::anyhow!("{shown}: {error}"))?;
        let mut diagnostics = Vec::new();
        macro_rules! validated {
            ($section:expr) => {
                $section.unwrap_or_default().validate(ValidationContext {
                    cfg_id: id,
                    files,
                    diagnostics: &mut diagnostics,
                })
            };
        }
        let read = Self {
            advisories: validated!(config.advisories),
            bans: validated!(config.bans),
            licenses: validated!(config.licenses),
            sources: validated!(config.sources),
            graph: config.graph,
        };
        let wrong: Vec<_> = diagnostics
            .into_iter()
            .filter(|diagnostic| diagnostic.severity >= Severity::Error)
            .map(|diagnostic| diagnostic.message)
            .collect();
        if !wrong.is_empty() {
            bail!("{shown}: {}", wrong.join("; "));
        }
        Ok(read)
    }
}
