//! Addresses that other people name.

use url::{Host, Url};

/// The longest address that is believed, in bytes.
pub(crate) const MAX_BYTES: usize = 2048;

/// Whether plain `http` to this very machine counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Http {
    Never,
    Loopback,
}

/// An absolute `https` address with a host and without user name and password.
///
/// What a parser would repair in silence (a tab, a backslash, a slash too few or too many) is refused: the
/// next reader might repair it otherwise.
pub(crate) fn absolute(text: &str, http: Http) -> Option<Url> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let has_host = !rest.starts_with('/');
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains('\\');
    if text.len() > MAX_BYTES || !has_host || !plain {
        return None;
    }
    let url = Url::parse(text).ok()?;
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let encrypted = url.scheme() == "https" && url.has_host();
    let here = http == Http::Loopback && url.scheme() == "http" && is_loopback(&url);
    (encrypted || here).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
