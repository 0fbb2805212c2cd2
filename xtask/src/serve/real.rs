//! `run --real`: what this command itself has to know of the app's settings.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;

use crate::failure::Failure;

/// Where the app will be.
#[derive(Debug)]
pub(super) struct Place {
    /// The address it listens on.
    pub(super) listen: SocketAddr,
    /// What people type.
    pub(super) origin: String,
}

/// Reads where the app will be. Refuses where no provider has credentials: there would be nobody
/// to sign in with.
pub(super) fn place(root: &Path) -> Result<Place, Failure> {
    // The app reads this file itself; a variable that is set wins over it.
    let file: Variables = dotenvy::from_path_iter(root.join(".env"))
        .map(|pairs| pairs.filter_map(Result::ok).collect())
        .unwrap_or_default();
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    decide(&environment, &file)
}

type Variables = HashMap<String, String>;

fn decide(environment: &Variables, file: &Variables) -> Result<Place, Failure> {
    let value = |name: &str| {
        let found = environment.get(name).or_else(|| file.get(name));
        found.map(String::as_str).filter(|value| !value.is_empty())
    };
    let mut names = file.keys().chain(environment.keys());
    if !names.any(|name| name.ends_with("_CLIENT_ID") && value(name).is_some()) {
        return Err(Failure::NoCredentials);
    }
    let name = "STAGEDOOR_LISTEN";
    let text = value(name).unwrap_or("127.0.0.1:3000");
    let listen = text.parse().map_err(|_| Failure::Setting {
        name,
        value: text.to_owned(),
    })?;
    let origin = value("STAGEDOOR_ORIGIN")
        .unwrap_or("http://127.0.0.1:3000")
        .to_owned();
    Ok(Place { listen, origin })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn without_credentials_it_says_what_to_do() {
        for file in [variables(&[]), variables(&[("SPOTIFY_CLIENT_ID", "")])] {
            let failure = decide(&variables(&[]), &file).unwrap_err();
            assert!(
                failure.to_string().contains("copy .env.example to .env"),
                "{failure}"
            );
        }
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let file = variables(&[
            ("SPOTIFY_CLIENT_ID", "x"),
            ("STAGEDOOR_LISTEN", "127.0.0.1:1"),
            ("STAGEDOOR_ORIGIN", "https://music.example"),
        ]);
        let environment = variables(&[("STAGEDOOR_LISTEN", "127.0.0.1:2")]);
        assert_eq!(decide(&variables(&[]), &file).unwrap().listen.port(), 1);
        let place = decide(&environment, &file).unwrap();
        assert_eq!(place.listen.port(), 2);
        assert_eq!(place.origin, "https://music.example");
    }

    #[test]
    fn a_wrong_address_is_named() {
        let file = variables(&[("GOOGLE_CLIENT_ID", "x"), ("STAGEDOOR_LISTEN", "3000")]);
        let failure = decide(&variables(&[]), &file).unwrap_err();
        assert!(
            failure
                .to_string()
                .starts_with("STAGEDOOR_LISTEN is not an address")
        );
    }
}
