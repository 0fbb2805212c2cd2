//! The providers as they were set up: Spotify, Google, and any number of others by discovery.

use std::collections::BTreeSet;

use oauth::client::ClientSecret;

use super::value::{self, Values};

/// Spotify as configured.
#[derive(Debug)]
pub struct SpotifySettings {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: ClientSecret,
    /// The accounts service, without a trailing slash.
    pub accounts_url: String,
    /// The Web API's host, without `/v1` and without a trailing slash.
    pub api_url: String,
}

/// An `OpenID` provider as configured, Google among them.
#[derive(Debug)]
pub struct OpenIdSettings {
    /// The provider id, as in `/callback/{provider}`: lower-case letters, digits and `_`.
    pub id: String,
    /// The name a person knows.
    pub label: String,
    /// The issuer identifier, to the letter: no slash is added or taken away.
    pub issuer: String,
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: ClientSecret,
    /// The scopes that are asked for; `openid` is among them.
    pub scopes: Vec<String>,
}

/// The id of a provider and our credentials there.
struct Credentials {
    client_id: String,
    client_secret: ClientSecret,
}

/// What every `OpenID` provider is asked for.
const SCOPES: &str = "openid email profile";
/// What may follow `OIDC_<NAME>`. `_CLIENT_ID` before anything that could end like it.
const ENDINGS: [&str; 5] = [
    "_CLIENT_SECRET",
    "_CLIENT_ID",
    "_ISSUER",
    "_LABEL",
    "_SCOPES",
];
/// Names that stand for a provider of their own.
const RESERVED: [&str; 2] = ["spotify", "google"];

pub(super) fn spotify(values: &mut Values<'_>, http_allowed: bool) -> Option<SpotifySettings> {
    let base = |text: &str| value::base_url(text, http_allowed);
    let credentials = credentials(values, "SPOTIFY");
    let accounts_url = values.parsed("SPOTIFY_ACCOUNTS_URL", "https://accounts.spotify.com", base);
    let api_url = values.parsed("SPOTIFY_API_URL", "https://api.spotify.com", base);
    let Credentials {
        client_id,
        client_secret,
    } = credentials?;
    Some(SpotifySettings {
        client_id,
        client_secret,
        accounts_url: accounts_url?,
        api_url: api_url?,
    })
}

pub(super) fn google(values: &mut Values<'_>, http_allowed: bool) -> Option<OpenIdSettings> {
    let credentials = credentials(values, "GOOGLE");
    let issuer = values.parsed("GOOGLE_ISSUER", "https://accounts.google.com", |text| {
        value::issuer(text, http_allowed)
    });
    let Credentials {
        client_id,
        client_secret,
    } = credentials?;
    Some(OpenIdSettings {
        id: "google".to_owned(),
        label: "Google".to_owned(),
        issuer: issuer?,
        client_id,
        client_secret,
        scopes: SCOPES.split(' ').map(str::to_owned).collect(),
    })
}

/// Every `OIDC_<NAME>_…`, by name.
pub(super) fn open_id(values: &mut Values<'_>, http_allowed: bool) -> Vec<OpenIdSettings> {
    let names: BTreeSet<String> = values
        .names()
        .filter_map(name_in)
        .map(str::to_owned)
        .collect();
    names
        .iter()
        .filter_map(|name| one(values, name, http_allowed))
        .collect()
}

/// Whether a variable belongs to a provider of one's own.
pub(super) fn is_open_id(variable: &str) -> bool {
    name_in(variable).is_some()
}

/// The name in `OIDC_<NAME>_…`.
fn name_in(variable: &str) -> Option<&str> {
    let rest = variable.strip_prefix("OIDC_")?;
    ENDINGS
        .iter()
        .find_map(|ending| rest.strip_suffix(ending))
        .filter(|name| !name.is_empty())
}

fn one(values: &mut Values<'_>, name: &str, http_allowed: bool) -> Option<OpenIdSettings> {
    let prefix = format!("OIDC_{name}");
    let id = name.to_ascii_lowercase();
    let issuer_variable = format!("{prefix}_ISSUER");
    let issuer = values.optional(&issuer_variable);
    let credentials = credentials(values, &prefix);
    let label = values.parsed(&format!("{prefix}_LABEL"), &spoken(&id), label);
    let scopes = values.parsed(&format!("{prefix}_SCOPES"), SCOPES, scopes);
    let plain = name.len() <= 32
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if !plain {
        values.wrong(
            &issuer_variable,
            "names a provider in other than upper-case letters, digits and _",
        );
        return None;
    }
    if RESERVED.contains(&id.as_str()) {
        values.wrong(
            &issuer_variable,
            "names a provider that has settings of its own",
        );
        return None;
    }
    let Some(issuer) = issuer else {
        values.wrong(
            &issuer_variable,
            &format!("is needed beside the other {prefix}_ settings"),
        );
        return None;
    };
    let issuer = match value::issuer(issuer.trim(), http_allowed) {
        Ok(issuer) => issuer,
        Err(sentence) => {
            values.wrong(&issuer_variable, &sentence);
            return None;
        }
    };
    if credentials.is_none() && !values.is_wrong(&prefix) {
        values.wrong(
            &format!("{prefix}_CLIENT_ID"),
            &format!("is needed when {issuer_variable} is set"),
        );
    }
    let Credentials {
        client_id,
        client_secret,
    } = credentials?;
    Some(OpenIdSettings {
        id,
        label: label?,
        issuer,
        client_id,
        client_secret,
        scopes: scopes?,
    })
}

fn credentials(values: &mut Values<'_>, prefix: &str) -> Option<Credentials> {
    let (id_variable, secret_variable) = (
        format!("{prefix}_CLIENT_ID"),
        format!("{prefix}_CLIENT_SECRET"),
    );
    match (
        values.optional(&id_variable),
        values.secret(&secret_variable),
    ) {
        (Some(client_id), Some(client_secret)) => {
            if !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
                values.wrong(
                    &id_variable,
                    "holds characters that cannot be in a client id",
                );
                return None;
            }
            let Ok(client_secret) = ClientSecret::new(client_secret) else {
                values.wrong(
                    &secret_variable,
                    "holds characters that cannot be in a client secret",
                );
                return None;
            };
            Some(Credentials {
                client_id,
                client_secret,
            })
        }
        (Some(_), None) => {
            values.wrong(
                &secret_variable,
                &format!("is needed when {id_variable} is set"),
            );
            None
        }
        (None, Some(_)) => {
            values.wrong(
                &id_variable,
                &format!("is needed when {secret_variable} is set"),
            );
            None
        }
        (None, None) => None,
    }
}

/// A provider id with a capital, where nobody gave a better name.
fn spoken(id: &str) -> String {
    let words = id.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))
        .unwrap_or_default()
}

fn label(text: &str) -> Result<String, String> {
    let fits =
        !text.is_empty() && text.chars().count() <= 40 && !text.chars().any(char::is_control);
    if fits {
        Ok(text.to_owned())
    } else {
        Err("must be a name of one to forty characters".into())
    }
}

fn scopes(text: &str) -> Result<Vec<String>, String> {
    let scopes: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let well_formed = scopes.iter().all(|scope| {
        scope
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    });
    if !well_formed {
        Err("holds characters that cannot be in a scope".into())
    } else if !scopes.iter().any(|scope| scope == "openid") {
        Err("must hold the scope openid; without it there is no ID token".into())
    } else {
        Ok(scopes)
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::{Report, Settings};

    const OWN: [(&str, &str); 3] = [
        ("OIDC_ACME_WORK_ISSUER", "https://id.acme.example/realm"),
        ("OIDC_ACME_WORK_CLIENT_ID", "stagedoor"),
        ("OIDC_ACME_WORK_CLIENT_SECRET", "a:b c%+/=&"),
    ];

    fn read(pairs: &[(&str, &str)]) -> Result<(Settings, Report), Report> {
        Settings::read(
            &pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    fn problem(pairs: &[(&str, &str)], variable: &str) -> String {
        let report = read(pairs).expect_err("these settings are refused");
        report
            .problem(variable)
            .expect("the variable is named")
            .to_owned()
    }

    fn with(change: (&'static str, &'static str)) -> Vec<(&'static str, &'static str)> {
        OWN.into_iter()
            .filter(|(name, _)| *name != change.0)
            .chain([change])
            .collect()
    }

    #[test]
    fn a_provider_of_ones_own_is_read() {
        let (settings, report) = read(&OWN).expect("right");
        let own = &settings.open_id[0];
        assert_eq!(
            (own.id.as_str(), own.label.as_str(), own.issuer.as_str()),
            ("acme_work", "Acme work", "https://id.acme.example/realm")
        );
        assert_eq!(own.scopes, ["openid", "email", "profile"]);
        assert!(
            report
                .to_string()
                .contains("http://127.0.0.1:3000/callback/acme_work")
        );
        assert!(!report.to_string().contains("a:b c"));
    }

    #[test]
    fn the_issuer_is_kept_to_the_letter() {
        let (settings, _) =
            read(&with(("OIDC_ACME_WORK_ISSUER", "https://id.acme.example/"))).expect("right");
        assert_eq!(settings.open_id[0].issuer, "https://id.acme.example/");
    }

    #[test]
    fn an_issuer_that_is_none_is_refused() {
        for issuer in [
            "http://id.acme.example",
            "http://127.0.0.1:9500",
            "https://id.acme.example?a=b",
            "https://id.acme.example#a",
            "https://a:b@id.acme.example",
            "https://10.0.0.1",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://metadata.google.internal",
            "https://localhost/",
            "file:///etc/passwd",
            "gopher://id.acme.example",
            "id.acme.example",
        ] {
            problem(
                &with(("OIDC_ACME_WORK_ISSUER", issuer)),
                "OIDC_ACME_WORK_ISSUER",
            );
        }
    }

    #[test]
    fn a_provider_without_credentials_is_refused() {
        problem(&OWN[..1], "OIDC_ACME_WORK_CLIENT_ID");
        problem(&OWN[..2], "OIDC_ACME_WORK_CLIENT_SECRET");
        problem(&OWN[1..], "OIDC_ACME_WORK_ISSUER");
    }

    #[test]
    fn scopes_without_openid_are_refused() {
        problem(
            &with(("OIDC_ACME_WORK_SCOPES", "email profile")),
            "OIDC_ACME_WORK_SCOPES",
        );
    }

    #[test]
    fn reserved_and_odd_names_are_refused() {
        problem(
            &[("OIDC_GOOGLE_ISSUER", "https://accounts.google.com")],
            "OIDC_GOOGLE_ISSUER",
        );
        problem(
            &[("OIDC_acme_ISSUER", "https://id.acme.example")],
            "OIDC_acme_ISSUER",
        );
    }

    #[test]
    fn two_providers_with_one_issuer_are_refused() {
        let mut pairs = OWN.to_vec();
        pairs.extend([
            ("OIDC_ZWEI_ISSUER", "https://id.acme.example/realm"),
            ("OIDC_ZWEI_CLIENT_ID", "other"),
            ("OIDC_ZWEI_CLIENT_SECRET", "other"),
        ]);
        problem(&pairs, "OIDC_ZWEI_ISSUER");
    }

    #[test]
    fn misspelt_variables_of_a_provider_are_warned_of() {
        let mut pairs = OWN.to_vec();
        pairs.push(("OIDC_ACME_WORK_LABLE", "Acme"));
        let (_, report) = read(&pairs).expect("right");
        assert!(report.warns("OIDC_ACME_WORK_LABLE"));
    }
}
