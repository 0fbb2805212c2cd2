//! What `stagedoor check` prints.

use std::collections::BTreeSet;
use std::fmt;

/// Where a setting came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Environment,
    File,
    Default,
}

/// Every setting as it was understood, and every problem.
#[derive(Debug, Default)]
pub struct Report {
    settings: Vec<(String, String, Source)>,
    problems: Vec<(String, String)>,
    warnings: Vec<(String, String)>,
    redirect_uris: Vec<String>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_right(&self) -> bool {
        self.problems.is_empty()
    }

    /// The problem of a variable.
    pub fn problem(&self, variable: &str) -> Option<&str> {
        self.problems
            .iter()
            .find(|(name, _)| name == variable)
            .map(|(_, sentence)| sentence.as_str())
    }

    /// Whether a variable that begins with `prefix` is wrong.
    pub(super) fn is_wrong(&self, prefix: &str) -> bool {
        self.problems
            .iter()
            .any(|(name, _)| name.starts_with(prefix))
    }

    /// Whether a variable is warned of.
    pub fn warns(&self, variable: &str) -> bool {
        self.warnings.iter().any(|(name, _)| name == variable)
    }

    /// Each warning: the variable and the sentence that goes with it.
    pub fn warnings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.warnings
            .iter()
            .map(|(name, sentence)| (name.as_str(), sentence.as_str()))
    }

    pub(super) fn setting(&mut self, name: &str, shown: &str, set: bool) {
        let source = if set {
            Source::Environment
        } else {
            Source::Default
        };
        self.settings
            .push((name.to_owned(), shown.to_owned(), source));
    }

    pub(super) fn found_in_file(&mut self, names: &BTreeSet<String>) {
        for (name, _, source) in &mut self.settings {
            if names.contains(name) {
                *source = Source::File;
            }
        }
    }

    pub(super) fn wrong(&mut self, name: &str, sentence: &str) {
        self.problems.push((name.to_owned(), sentence.to_owned()));
    }

    pub(super) fn warn(&mut self, name: &str, sentence: &str) {
        self.warnings.push((name.to_owned(), sentence.to_owned()));
    }

    pub(super) fn redirect_uri(&mut self, uri: String) {
        self.redirect_uris.push(uri);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Settings")?;
        for (name, shown, source) in &self.settings {
            let source = match source {
                Source::Environment => "environment",
                Source::File => ".env",
                Source::Default => "default",
            };
            writeln!(f, "  {name} = {shown}  [{source}]")?;
        }
        if !self.redirect_uris.is_empty() {
            writeln!(f, "Redirect URIs to register")?;
            for uri in &self.redirect_uris {
                writeln!(f, "  {uri}")?;
            }
        }
        for (name, sentence) in &self.warnings {
            writeln!(f, "warning: {name} {sentence}")?;
        }
        for (name, sentence) in &self.problems {
            writeln!(f, "wrong: {name} {sentence}")?;
        }
        if self.is_right() {
            writeln!(f, "Everything is in order.")
        } else {
            Ok(())
        }
    }
}
