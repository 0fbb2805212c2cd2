//! Registered clients and what counts as one of their redirect URIs.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// A registered app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The client id.
    pub id: String,
    /// The client secret, in the clear: nothing here is worth a secret.
    pub secret: String,
    /// The name shown at consent.
    pub name: String,
    /// The sentence shown at consent.
    pub description: String,
    /// Exact redirect URIs; one with a loopback literal and no port fits any port.
    pub redirect_uris: Vec<String>,
    /// Whether every `http` redirect URI on a loopback literal is good.
    pub any_loopback: bool,
}

/// What an asked-for redirect URI is to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RedirectMatch {
    Registered,
    /// Plain `http` to something that is not a loopback literal; said only after the sign-in.
    Insecure,
    Unregistered,
}

impl Client {
    /// A client with this id, a secret and a name made from it, and no redirect URI.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: format!("{id}-secret"),
            name: id.to_owned(),
            description: String::new(),
            redirect_uris: Vec::new(),
            any_loopback: false,
        }
    }

    /// The client that is there from the start.
    pub(crate) fn ready() -> Self {
        Self {
            id: "sandbox-client".to_owned(),
            secret: "sandbox-secret".to_owned(),
            name: "Stagedoor".to_owned(),
            description: "See and manage your own music, and hear of new releases.".to_owned(),
            redirect_uris: Vec::new(),
            any_loopback: true,
        }
    }

    /// Judges a redirect URI.
    pub(crate) fn match_redirect(&self, asked: &str) -> RedirectMatch {
        // A value that cannot stand in a `Location` header, or that hides another host behind a
        // user name or a fragment, is nobody's redirect URI.
        let printable = asked.bytes().all(|byte| byte.is_ascii_graphic());
        let Some(url) = Url::parse(asked).ok().filter(|_| printable) else {
            return RedirectMatch::Unregistered;
        };
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return RedirectMatch::Unregistered;
        }
        let literal = loopback_literal(asked);
        let localhost = url.host() == Some(Host::Domain("localhost"));
        let registered = self.redirect_uris.iter().any(|uri| {
            uri == asked || (literal.is_some() && without_port(asked).as_deref() == Some(uri))
        }) || (self.any_loopback && (literal.is_some() || localhost));
        if !registered {
            RedirectMatch::Unregistered
        } else if url.scheme() == "http" && literal.is_none() {
            RedirectMatch::Insecure
        } else {
            RedirectMatch::Registered
        }
    }
}

/// The address when a URI is `http` to a loopback address that is spelled as one.
fn loopback_literal(uri: &str) -> Option<IpAddr> {
    // The parser also takes `127.1` and `0x7f000001` for addresses; only the usual spelling is
    // a literal, so the text is compared too.
    let spelled = ["http://127.0.0.1", "http://[::1]"].iter().any(|start| {
        uri.strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']))
    });
    match Url::parse(uri).ok().filter(|_| spelled)?.host()? {
        Host::Ipv4(address) if address.is_loopback() => Some(address.into()),
        Host::Ipv6(address) if address.is_loopback() => Some(address.into()),
        _ => None,
    }
}

/// The same URI without its port, when it has one.
fn without_port(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    let host = url.host_str()?;
    let rest = uri
        .strip_prefix("http://")?
        .strip_prefix(host)?
        .strip_prefix(':')?;
    let path = rest.find(['/', '?']).map_or("", |start| &rest[start..]);
    Some(format!("http://{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::{Client, RedirectMatch};

    #[test]
    fn any_loopback_takes_literals_alone() {
        let client = Client::ready();
        for good in [
            "http://127.0.0.1:3000/callback/spotify",
            "http://[::1]:3000/x",
            "http://127.0.0.1/x",
        ] {
            assert_eq!(
                client.match_redirect(good),
                RedirectMatch::Registered,
                "{good}"
            );
        }
        for insecure in ["http://localhost:3000/callback", "http://localhost"] {
            assert_eq!(
                client.match_redirect(insecure),
                RedirectMatch::Insecure,
                "{insecure}"
            );
        }
        for bad in [
            "",
            "/callback",
            "http://127.1:3000/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.1@evil.example/callback",
            "http://user@127.0.0.1/callback",
            "http://127.0.0.1:3000/callback#part",
            "http://127.0.0.1:3000/a b",
            "http://127.0.0.1:3000/\r\nx: y",
            "https://127.0.0.1:3000/callback",
            "http://evil.example/callback",
            "javascript:alert(1)",
        ] {
            assert_eq!(
                client.match_redirect(bad),
                RedirectMatch::Unregistered,
                "{bad}"
            );
        }
    }
}
