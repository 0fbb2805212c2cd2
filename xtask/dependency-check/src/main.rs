//! Checks what the workspace depends on against `deny.toml`, as `cargo deny check` does, with its
//! library.
//!
//! Licences, bans and sources need no network. The advisories are fetched with `git`; where that fails
//! they are not checked, and the last line says so.
#![expect(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]

mod config;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use cargo_deny::diag::{ErrorSink, Files, InclusionGrapher, KrateSpans, Pack, Severity};
use cargo_deny::licenses::{Gatherer, LicenseStore};
use cargo_deny::{CheckCtx, Krates, advisories, bans, licenses, sources};
use codespan_reporting::term::{self, termcolor::NoColor};
use krates::{Builder, DepKind, LockOptions, Scope};

use crate::config::Config;

fn main() -> anyhow::Result<ExitCode> {
    let root = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| ".".into()));
    let mut files = Files::new();
    let config = Config::read(&root.join("deny.toml"), &mut files)?;
    let krates = krates(&root, &config)?;
    let spans = KrateSpans::synthesize(&krates, krates.workspace_root().as_str(), &mut files);
    let store = LicenseStore::from_cache().context("the texts of licences cannot be read")?;
    let summary = Gatherer::default()
        .with_store(Arc::new(store))
        .with_confidence_threshold(config.licenses.confidence_threshold)
        .gather(&krates, &mut files, &config.licenses);
    let advisories = advisories::DbSet::load(
        config.advisories.db_path.clone(),
        config
            .advisories
            .db_urls
            .iter()
            .map(|url| url.as_ref().clone())
            .collect(),
        advisories::Fetch::AllowWithGitCli,
    );

    let (sender, packs) = crossbeam::channel::unbounded();
    let sink = || ErrorSink {
        overrides: None,
        channel: sender.clone(),
    };
    macro_rules! context {
        ($config:expr) => {
            CheckCtx {
                cfg: $config,
                krates: &krates,
                krate_spans: &spans,
                colorize: false,
                log_level: log::LevelFilter::Warn,
                files: &files,
            }
        };
    }
    licenses::check(context!(config.licenses), summary, sink());
    bans::check(context!(config.bans), None, sink());
    sources::check(context!(config.sources), sink());
    let unchecked = match advisories {
        Ok(advisories) => {
            advisories::check(
                context!(config.advisories),
                &advisories,
                None::<fn(serde_json::Value)>,
                cargo_deny::SerializeAdvisory::No,
                cargo_home().map(|home| advisories::Indices::load(&krates, home)),
                sink(),
            );
            None
        }
        Err(error) => Some(error),
    };
    drop(sender);
    let errors = print(packs, &krates, &files);
    println!("{} crates, {errors} errors", krates.len());
    if let Some(error) = unchecked {
        // What follows is the command line of git and what it said.
        let reason = format!("{error:#}");
        let reason = reason.split(": [").next().unwrap_or_default();
        println!("advisories were not checked: {reason}");
    }
    Ok(if errors == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Where cargo keeps what it knows of crates.io: whether a version was yanked.
fn cargo_home() -> Option<cargo_deny::PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
    cargo_deny::PathBuf::from_path_buf(home).ok()
}

/// What the workspace depends on, on the platforms of the configuration.
fn krates(root: &std::path::Path, config: &Config) -> anyhow::Result<Krates> {
    let manifest = root.join("Cargo.toml");
    let mut command = krates::Cmd::new();
    command.manifest_path(manifest).lock_opts(LockOptions {
        frozen: false,
        locked: true,
        // The crates of other systems are not there yet.
        offline: false,
    });
    if config.graph.all_features {
        command.all_features();
    }
    let metadata = krates::cm::MetadataCommand::from(command).exec()?;
    let mut builder = Builder::new();
    builder.include_targets(
        config
            .graph
            .targets
            .iter()
            .map(|target| (target.filter.value.clone(), target.features.clone())),
    );
    builder.ignore_kind(DepKind::Dev, Scope::NonWorkspace);
    builder.workspace(true);
    cargo_deny::krates_with_index(&mut builder, None, None)?;
    Ok(builder.build_with_metadata(metadata, |_: krates::cm::Package| {})?)
}

/// Prints what was found, each with the way it came into the tree, and answers how many errors it is.
fn print(packs: crossbeam::channel::Receiver<Pack>, krates: &Krates, files: &Files) -> usize {
    let grapher = InclusionGrapher::new(krates);
    let style = cargo_deny::diag::codespan_config();
    let mut out = NoColor::new(std::io::stdout());
    let mut errors = 0;
    for mut found in packs.into_iter().flatten() {
        if found.diag.severity < Severity::Warning {
            continue;
        }
        if found.diag.severity >= Severity::Error {
            errors += 1;
        }
        for node in &found.graph_nodes {
            if let Ok(graph) = grapher.build_graph(node, 0) {
                found
                    .diag
                    .notes
                    .push(cargo_deny::diag::write_graph_as_text(&graph));
            }
        }
        let _ = term::emit_to_write_style(&mut out, &style, files, &found.diag);
    }
    errors
}
