//! Settings: environment variables only, read once, refused as a whole where one is wrong.

mod environment;
mod providers;
mod report;
mod value;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use url::Url;

pub use environment::Environment;
pub use providers::{OpenIdSettings, SpotifySettings};
pub use report::Report;

/// Everything the server was told.
#[derive(Debug)]
pub struct Settings {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The public origin, the only author of redirect URIs and origin checks.
    pub origin: Origin,
    /// The text of `STAGEDOOR_KEYS`, or `None` to make and keep a key in the data directory.
    pub keys: Option<Keys>,
    /// Where the database and the development key live.
    pub data_dir: PathBuf,
    /// The database, `sqlite:…` or `postgres:…`; `None` for the file in the data directory.
    pub database_url: Option<DatabaseUrl>,
    /// Spotify, where a client id is set.
    pub spotify: Option<SpotifySettings>,
    /// Google, where a client id is set.
    pub google: Option<OpenIdSettings>,
    /// The other `OpenID` providers, by name.
    pub open_id: Vec<OpenIdSettings>,
    /// Who has the role `admin`: provider and subject.
    pub admins: Vec<Admin>,
    /// Whether providers may be on http loopback.
    pub allow_loopback: bool,
    /// How long a session lives without being used, in seconds.
    pub session_idle_s: i64,
    /// How long a session lives at most, in seconds.
    pub session_max_s: i64,
    /// Whether rate limits are on.
    pub limits: bool,
    /// Peers whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpAddr>,
}

/// The text of `STAGEDOOR_KEYS`; it never prints.
pub struct Keys(String);

impl Keys {
    /// The text itself. It opens everything: hand it to the key ring and nowhere else.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys([redacted])")
    }
}

/// The address of a database, which may hold a password; it never prints.
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address itself. Hand it to the database and nowhere else.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseUrl([redacted])")
    }
}

/// A person with the role `admin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// The provider id.
    pub provider: String,
    /// The provider's id of the person, as the account page shows it.
    pub subject: String,
}

/// A public origin: scheme, host and port, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    text: String,
    authority: String,
    https: bool,
    loopback: bool,
}

impl Origin {
    /// Reads an origin such as `https://music.example`.
    ///
    /// # Errors
    /// A sentence that says what is wrong: a path, a query, user information, another scheme, or
    /// `http` on a host that is not loopback.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(format!("has the scheme `{other}`; `https` is needed")),
        };
        let Some(host) = url.host_str() else {
            return Err("names no host".into());
        };
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !plain || !url.username().is_empty() || url.password().is_some() {
            return Err(
                "must be scheme, host and port alone, such as https://music.example".into(),
            );
        }
        let loopback = is_loopback(&url);
        if !https && !loopback {
            return Err("uses http; that is accepted for a loopback address alone".into());
        }
        if host == "localhost" {
            return Err(
                "names localhost; providers refuse it as a redirect URI, so use 127.0.0.1".into(),
            );
        }
        let authority = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self {
            text: url.origin().ascii_serialization(),
            authority,
            https,
            loopback,
        })
    }

    /// The serialised origin, such as `http://127.0.0.1:3000`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port as they stand in a `Host` header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether the scheme is `https`.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is a loopback address.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }
}

/// Whether a URL's host is `localhost` or a loopback address.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Settings {
    /// Reads all settings from an environment, and reports where each came from.
    ///
    /// # Errors
    /// As [`Settings::read`], and where `.env` is malformed.
    pub fn from_environment(environment: &Environment) -> Result<(Self, Report), Report> {
        let mut result = Self::read(&environment.variables);
        let report = match &mut result {
            Ok((_, report)) | Err(report) => report,
        };
        report.found_in_file(&environment.from_file);
        match (&environment.problem, result) {
            (None, result) => result,
            (Some(problem), Ok((_, mut report)) | Err(mut report)) => {
                report.wrong(".env", problem);
                Err(report)
            }
        }
    }

    /// Reads all settings from `variables`.
    ///
    /// # Errors
    /// The report with every problem, each naming its variable, where there is at least one.
    #[expect(
        clippy::too_many_lines,
        reason = "it is a list: one setting after the other"
    )]
    pub fn read(variables: &BTreeMap<String, String>) -> Result<(Self, Report), Report> {
        let mut report = Report::default();
        let mut values = value::Values::new(variables, &mut report);

        let listen = values.parsed("STAGEDOOR_LISTEN", "127.0.0.1:3000", |text| {
            text.parse::<SocketAddr>()
                .map_err(|_| "is not an address and port such as 127.0.0.1:3000".to_owned())
        });
        let origin = values.parsed("STAGEDOOR_ORIGIN", "http://127.0.0.1:3000", Origin::parse);
        let allow_loopback = values
            .parsed("STAGEDOOR_ALLOW_LOOPBACK", "false", value::switch)
            .unwrap_or(false);
        let https = origin.as_ref().is_some_and(Origin::is_https);
        if https && allow_loopback {
            values.wrong(
                "STAGEDOOR_ALLOW_LOOPBACK",
                "is refused while STAGEDOOR_ORIGIN is https",
            );
        }
        let keys = values.secret("STAGEDOOR_KEYS").map(Keys);
        match &keys {
            None if https => {
                values.wrong("STAGEDOOR_KEYS", "is needed when STAGEDOOR_ORIGIN is https");
            }
            None => {}
            Some(keys) => {
                if let Err(error) = seal::KeyRing::parse(keys.secret()) {
                    values.wrong("STAGEDOOR_KEYS", &error.to_string());
                }
            }
        }
        let data_dir = values.text("STAGEDOOR_DATA_DIR", "./data").into();
        let database_url = values.secret("DATABASE_URL").map(DatabaseUrl);
        if database_url.as_ref().is_some_and(|DatabaseUrl(url)| {
            !["sqlite:", "postgres:", "postgresql:"]
                .iter()
                .any(|start| url.starts_with(start))
        }) {
            values.wrong("DATABASE_URL", "must start with sqlite: or postgres:");
        }
        let session_idle_s = values.parsed("STAGEDOOR_SESSION_IDLE", "30d", value::seconds);
        let session_max_s = values.parsed("STAGEDOOR_SESSION_MAX", "180d", value::seconds);
        if let (Some(idle), Some(max)) = (session_idle_s, session_max_s)
            && idle > max
        {
            values.wrong(
                "STAGEDOOR_SESSION_IDLE",
                "is longer than STAGEDOOR_SESSION_MAX",
            );
        }
        let limits = values
            .parsed("STAGEDOOR_LIMITS", "on", value::on_off)
            .unwrap_or(true);
        if !limits && !origin.as_ref().is_some_and(Origin::is_loopback) {
            values.wrong(
                "STAGEDOOR_LIMITS",
                "off is accepted on a loopback origin alone",
            );
        }
        let trusted_proxies = values
            .parsed("STAGEDOOR_TRUSTED_PROXIES", "", |text| {
                text.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| {
                        item.parse()
                            .map_err(|_| format!("`{item}` is not an address"))
                    })
                    .collect::<Result<Vec<IpAddr>, _>>()
            })
            .unwrap_or_default();
        values.text("STAGEDOOR_LOG", "text");
        let http_allowed = allow_loopback && !https;
        let spotify = providers::spotify(&mut values, http_allowed);
        let google = providers::google(&mut values, http_allowed);
        let open_id = providers::open_id(&mut values, http_allowed);
        let ids: Vec<&str> = spotify
            .iter()
            .map(|_| "spotify")
            .chain(google.iter().chain(&open_id).map(|one| one.id.as_str()))
            .collect();
        let mut issuers: Vec<&str> = Vec::new();
        for one in google.iter().chain(&open_id) {
            if issuers.contains(&one.issuer.as_str()) {
                // An answer could not be told apart by its issuer (RFC 9700 §4.4).
                let variable = format!("OIDC_{}_ISSUER", one.id.to_ascii_uppercase());
                values.wrong(&variable, "is the issuer of another provider, too");
            }
            issuers.push(&one.issuer);
        }
        let admins = values
            .parsed("STAGEDOOR_ADMINS", "", |text| admins(text, &ids))
            .unwrap_or_default();

        if let Some(origin) = &origin {
            for id in &ids {
                report.redirect_uri(crate::provider::redirect_uri(origin, id));
            }
        }
        if ids.is_empty() && report.is_right() {
            report.warn(
                "SPOTIFY_CLIENT_ID",
                "is not set, and no other provider is, so there is none to sign in with",
            );
        }
        match (listen, origin, session_idle_s, session_max_s) {
            (Some(listen), Some(origin), Some(session_idle_s), Some(session_max_s))
                if report.is_right() =>
            {
                Ok((
                    Self {
                        listen,
                        origin,
                        keys,
                        data_dir,
                        database_url,
                        spotify,
                        google,
                        open_id,
                        admins,
                        allow_loopback,
                        session_idle_s,
                        session_max_s,
                        limits,
                        trusted_proxies,
                    },
                    report,
                ))
            }
            _ => Err(report),
        }
    }
}

/// Pairs of provider and subject. A subject may hold a colon, a provider id cannot.
fn admins(text: &str, providers: &[&str]) -> Result<Vec<Admin>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| match item.split_once(':') {
            Some((provider, subject)) if !subject.is_empty() && providers.contains(&provider) => {
                Ok(Admin {
                    provider: provider.to_owned(),
                    subject: subject.to_owned(),
                })
            }
            Some((provider, subject)) if !subject.is_empty() => Err(format!(
                "names the provider `{provider}`, which is not set up"
            )),
            _ => Err(format!("`{item}` is not of the form provider:subject")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn defaults_stand_without_any_variable() {
        let (settings, report) = read(&[]).expect("the defaults are right");
        assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(settings.origin.as_str(), "http://127.0.0.1:3000");
        assert_eq!(
            (settings.session_idle_s, settings.session_max_s),
            (30 * 86_400, 180 * 86_400)
        );
        assert!(settings.limits && settings.spotify.is_none() && report.warns("SPOTIFY_CLIENT_ID"));
    }

    #[test]
    fn client_id_without_secret_is_refused() {
        let sentence = problem(&[("SPOTIFY_CLIENT_ID", "abc")], "SPOTIFY_CLIENT_SECRET");
        assert_eq!(sentence, "is needed when SPOTIFY_CLIENT_ID is set");
    }

    #[test]
    fn http_origin_beyond_loopback_is_refused() {
        for origin in [
            "http://music.example",
            "ftp://127.0.0.1",
            "http://127.0.0.1:3000/app",
            "https://a@b.example",
            "http://localhost:3000",
        ] {
            problem(&[("STAGEDOOR_ORIGIN", origin)], "STAGEDOOR_ORIGIN");
        }
    }

    #[test]
    fn https_origin_without_keys_is_refused() {
        problem(
            &[("STAGEDOOR_ORIGIN", "https://music.example")],
            "STAGEDOOR_KEYS",
        );
    }

    #[test]
    fn weak_keys_are_refused() {
        problem(
            &[(
                "STAGEDOOR_KEYS",
                "a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            )],
            "STAGEDOOR_KEYS",
        );
        problem(&[("STAGEDOOR_KEYS", "a:c2hvcnQ=")], "STAGEDOOR_KEYS");
    }

    #[test]
    fn loopback_provider_without_permission_is_refused() {
        let spotify = [
            ("SPOTIFY_CLIENT_ID", "a"),
            ("SPOTIFY_CLIENT_SECRET", "b"),
            ("SPOTIFY_API_URL", "http://localhost:4400/spotify"),
        ];
        problem(&spotify, "SPOTIFY_API_URL");
        let mut allowed = spotify.to_vec();
        allowed.push(("STAGEDOOR_ALLOW_LOOPBACK", "true"));
        let (settings, _) = read(&allowed).expect("loopback is allowed now");
        assert_eq!(
            settings.spotify.expect("Spotify is set").api_url,
            "http://localhost:4400/spotify"
        );
    }

    #[test]
    fn limits_can_be_off_on_loopback() {
        let (settings, _) = read(&[("STAGEDOOR_LIMITS", "off")]).expect("these are right");
        assert!(!settings.limits);
    }

    #[test]
    fn limits_off_beyond_loopback_is_refused() {
        problem(
            &[
                ("STAGEDOOR_ORIGIN", "https://music.example"),
                ("STAGEDOOR_LIMITS", "off"),
            ],
            "STAGEDOOR_LIMITS",
        );
    }

    #[test]
    fn idle_longer_than_absolute_life_is_refused() {
        problem(
            &[("STAGEDOOR_SESSION_IDLE", "181d")],
            "STAGEDOOR_SESSION_IDLE",
        );
    }

    #[test]
    fn an_admin_of_no_provider_is_refused() {
        for admins in ["google:1", "ada", "spotify:"] {
            let pairs = [
                ("SPOTIFY_CLIENT_ID", "a"),
                ("SPOTIFY_CLIENT_SECRET", "b"),
                ("STAGEDOOR_ADMINS", admins),
            ];
            problem(&pairs, "STAGEDOOR_ADMINS");
        }
    }

    #[test]
    fn admins_are_pairs() {
        let (settings, _) = read(&[
            ("SPOTIFY_CLIENT_ID", "a"),
            ("SPOTIFY_CLIENT_SECRET", "b"),
            ("STAGEDOOR_ADMINS", "spotify:ada, spotify:b:c"),
        ])
        .expect("right");
        let subjects: Vec<&str> = settings.admins.iter().map(|a| a.subject.as_str()).collect();
        assert_eq!(subjects, ["ada", "b:c"]);
    }

    #[test]
    fn the_report_masks_secrets() {
        let (_, report) = read(&[
            ("SPOTIFY_CLIENT_ID", "abc"),
            ("SPOTIFY_CLIENT_SECRET", "hush-hush"),
        ])
        .expect("right");
        let text = report.to_string();
        assert!(!text.contains("hush-hush") && text.contains("SPOTIFY_CLIENT_SECRET"));
        assert!(text.contains("http://127.0.0.1:3000/callback/spotify"));
    }

    #[test]
    fn the_password_of_the_database_is_not_printed() {
        let pairs = [(
            "DATABASE_URL",
            "postgres://ada:hush-hush@db.internal/stagedoor",
        )];
        let (settings, report) = read(&pairs).expect("right");
        assert!(!format!("{settings:?}{report}").contains("hush-hush"));
    }

    #[test]
    fn misspelt_variables_are_warned_of() {
        let (_, report) = read(&[("STAGEDOOR_ORIGN", "https://music.example")]).expect("right");
        assert!(report.warns("STAGEDOOR_ORIGN"));
    }
}
