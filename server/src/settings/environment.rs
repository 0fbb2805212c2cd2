//! Where settings come from: the environment, and a `.env` in the working directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The variables, and where each came from. The environment wins over the file.
#[derive(Debug, Default)]
pub struct Environment {
    /// Every variable.
    pub variables: BTreeMap<String, String>,
    /// Those that stand in `.env` and nowhere else.
    pub from_file: BTreeSet<String>,
    /// What is wrong with the file, without what stands in it.
    pub problem: Option<String>,
}

impl Environment {
    /// Reads `.env` in `folder`, where there is one, and what the process was given.
    pub fn read(folder: &Path, given: impl Iterator<Item = (String, String)>) -> Self {
        let mut environment = Self {
            variables: given.collect(),
            ..Self::default()
        };
        let path = folder.join(".env");
        let lines = match dotenvy::from_path_iter(&path) {
            Ok(lines) => lines,
            Err(error) if error.not_found() => return environment,
            Err(_) => {
                environment.problem = Some("cannot be read".to_owned());
                return environment;
            }
        };
        for (index, line) in lines.enumerate() {
            // The library's message quotes the line, which may hold a secret: it is dropped.
            let Ok((name, value)) = line else {
                let place = index + 1;
                environment.problem = Some(format!(
                    "is malformed at its setting number {place}; a value with spaces needs quotes"
                ));
                break;
            };
            let name = name.trim_start_matches('\u{feff}').to_owned();
            if !environment.variables.contains_key(&name) {
                environment.from_file.insert(name.clone());
                environment.variables.insert(name, value);
            }
        }
        environment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, given: &[(&str, &str)]) -> Environment {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), text).unwrap();
        Environment::read(
            folder.path(),
            given
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let environment = read("A=1\nB=2\n", &[("A", "given")]);
        assert_eq!(environment.variables["A"], "given");
        assert_eq!(environment.variables["B"], "2");
        assert_eq!(environment.from_file.into_iter().collect::<Vec<_>>(), ["B"]);
    }

    #[test]
    fn a_malformed_line_is_named_and_not_shown() {
        let environment = read("A=1\nSTAGEDOOR_KEYS=hush hush\nB=2\n", &[]);
        let problem = environment.problem.unwrap();
        assert!(
            problem.contains("number 2") && !problem.contains("hush"),
            "{problem}"
        );
    }

    #[test]
    fn no_file_is_no_problem() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::read(folder.path(), std::iter::empty());
        assert!(environment.problem.is_none() && environment.variables.is_empty());
    }
}
