//! One variable at a time: its text, where it came from, and what is wrong with it.

use std::collections::BTreeMap;

use url::Url;

use super::{Report, is_loopback, providers};

/// Every variable the server reads, so that a misspelt one can be told from an unknown one.
const KNOWN: &[&str] = &[
    "STAGEDOOR_LISTEN",
    "STAGEDOOR_ORIGIN",
    "STAGEDOOR_KEYS",
    "STAGEDOOR_DATA_DIR",
    "DATABASE_URL",
    "SPOTIFY_CLIENT_ID",
    "SPOTIFY_CLIENT_SECRET",
    "SPOTIFY_ACCOUNTS_URL",
    "SPOTIFY_API_URL",
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "GOOGLE_ISSUER",
    "STAGEDOOR_ADMINS",
    "STAGEDOOR_ALLOW_LOOPBACK",
    "STAGEDOOR_SESSION_IDLE",
    "STAGEDOOR_SESSION_MAX",
    "STAGEDOOR_LIMITS",
    "STAGEDOOR_TRUSTED_PROXIES",
    "STAGEDOOR_LOG",
];

/// The variables under reading, and the report that grows with them.
pub(super) struct Values<'a> {
    variables: &'a BTreeMap<String, String>,
    report: &'a mut Report,
}

impl<'a> Values<'a> {
    pub(super) fn new(variables: &'a BTreeMap<String, String>, report: &'a mut Report) -> Self {
        for name in variables.keys() {
            let ours = ["STAGEDOOR_", "SPOTIFY_", "OIDC_"]
                .iter()
                .any(|prefix| name.starts_with(prefix));
            let known = KNOWN.contains(&name.as_str())
                || providers::is_open_id(name)
                || name == "SPOTIFY_OPENAPI"
                || name.starts_with("STAGEDOOR_TEST_");
            if ours && !known {
                report.warn(name, "is not a setting of this program; is it misspelt?");
            }
        }
        Self { variables, report }
    }

    /// A setting that is any text.
    pub(super) fn text(&mut self, name: &str, default: &str) -> String {
        let value = self.variables.get(name).cloned();
        self.report
            .setting(name, value.as_deref().unwrap_or(default), value.is_some());
        value.unwrap_or_else(|| default.to_owned())
    }

    /// A setting that may be absent; an empty text is absent.
    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        let value = self
            .variables
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned();
        self.report.setting(
            name,
            value.as_deref().unwrap_or("(not set)"),
            value.is_some(),
        );
        value
    }

    /// A setting that must not be shown.
    pub(super) fn secret(&mut self, name: &str) -> Option<String> {
        let value = self
            .variables
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned();
        let shown = if value.is_some() {
            "(set, not shown)"
        } else {
            "(not set)"
        };
        self.report.setting(name, shown, value.is_some());
        value
    }

    /// A setting that is read by `parse`; `None` where it is wrong, with the reason reported.
    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        default: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name, default);
        match parse(text.trim()) {
            Ok(value) => Some(value),
            Err(sentence) => {
                self.wrong(name, &sentence);
                None
            }
        }
    }

    /// The names of all variables there are.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.variables.keys().map(String::as_str)
    }

    /// Whether a variable that begins with `prefix` is wrong.
    pub(super) fn is_wrong(&self, prefix: &str) -> bool {
        self.report.is_wrong(prefix)
    }

    /// Reports that a variable is wrong.
    pub(super) fn wrong(&mut self, name: &str, sentence: &str) {
        self.report.wrong(name, sentence);
    }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

pub(super) fn on_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("must be on or off".into()),
    }
}

/// A span such as `30d`, `12h`, `10m` or `45s`.
pub(super) fn seconds(text: &str) -> Result<i64, String> {
    let sentence = || "must be a span such as 30d, 12h, 10m or 45s".to_owned();
    let unit = text.chars().last().ok_or_else(sentence)?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(sentence()),
    };
    let count: u32 = text[..text.len() - 1].parse().map_err(|_| sentence())?;
    let seconds = i64::from(count) * factor;
    if (60..=3650 * 86_400).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("must lie between 60s and 3650d".into())
    }
}

/// A provider's base URL, without its trailing slash.
pub(super) fn base_url(text: &str, http_allowed: bool) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
    if url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err("must be a URL without user information, query and fragment".into());
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) && http_allowed => {}
        "http" if is_loopback(&url) => {
            return Err(
                "is on http loopback; that needs STAGEDOOR_ALLOW_LOOPBACK=true and an http origin"
                    .into(),
            );
        }
        _ => return Err("must be https".into()),
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// An issuer identifier (`OpenID` Connect Discovery 1.0 §2), to the letter. One on the public
/// internet is named: an address of a private network is no place to send a client secret to.
pub(super) fn issuer(text: &str, http_allowed: bool) -> Result<String, String> {
    base_url(text, http_allowed)?;
    let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
    let internal = match url.host() {
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost"
                || name.ends_with(".localhost")
                || name == "metadata.google.internal"
                || !name.contains('.')
        }
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) | None => true,
    };
    if internal && !(http_allowed && is_loopback(&url)) {
        return Err("must name a host of the public internet".into());
    }
    Ok(text.to_owned())
}
