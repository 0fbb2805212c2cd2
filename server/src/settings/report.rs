//! What `stagedoor check` prints.

use std::fmt;

/// Every setting as it was understood, and every problem.
#[derive(Debug, Default)]
pub struct Report {
    settings: Vec<(String, String, bool)>,
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
        self.settings.push((name.to_owned(), shown.to_owned(), set));
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
        for (name, shown, set) in &self.settings {
            let source = if *set { "environment" } else { "default" };
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
