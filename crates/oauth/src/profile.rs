//! What a provider tells of a person, cleaned (OIDC Core §5.1).
//!
//! All of it is for show. None of it is a key to an account: an address may be given to somebody
//! else, and a name is whatever its owner likes.

use serde_json::{Map, Value};

use crate::address::{self, Http};

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 200;

/// The longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3).
const MAX_EMAIL_BYTES: usize = 254;

/// The longest domain, in bytes (RFC 1035 §2.3.4).
const MAX_DOMAIN_BYTES: usize = 253;

/// What a provider tells of a person. What is not fit to be shown is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// How the person is called: on one line, without characters that turn others around.
    pub name: Option<String>,
    /// An e-mail address in ASCII.
    pub email: Option<String>,
    /// Whether the provider says that the address is the person's. Not more than that.
    pub email_verified: bool,
    /// An address of a picture: `https`, or `http` on this machine.
    pub picture: Option<String>,
    /// `hd`: the Google organisation that the account belongs to.
    pub hosted_domain: Option<String>,
}

impl Profile {
    /// The profile in the claims of an ID token or of a userinfo answer.
    pub fn from_claims(claims: &Map<String, Value>) -> Self {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let email = text("email").and_then(email);
        Self {
            name: text("name")
                .and_then(name)
                .or_else(|| joined(text("given_name"), text("family_name")))
                .or_else(|| text("preferred_username").and_then(name))
                .or_else(|| text("nickname").and_then(name)),
            email_verified: email.is_some() && is_true(claims.get("email_verified")),
            email,
            picture: text("picture").and_then(picture),
            hosted_domain: text("hd").filter(|text| is_domain(text)).map(str::to_owned),
        }
    }

    /// Whether there is a name to show. If not, the userinfo endpoint may know one.
    pub fn is_complete(&self) -> bool {
        self.name.is_some()
    }

    /// This profile, and where it is silent the other. An address and its confirmation come from
    /// the same one.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let (email, email_verified) = match self.email {
            Some(email) => (Some(email), self.email_verified),
            None => (other.email, other.email_verified),
        };
        Self {
            name: self.name.or(other.name),
            email,
            email_verified,
            picture: self.picture.or(other.picture),
            hosted_domain: self.hosted_domain.or(other.hosted_domain),
        }
    }
}

fn joined(given: Option<&str>, family: Option<&str>) -> Option<String> {
    name(&format!(
        "{} {}",
        given.unwrap_or_default(),
        family.unwrap_or_default()
    ))
}

/// A name as it can be shown: on one line, of at most 200 characters. Control characters count as
/// spaces; what is invisible or changes the direction of what follows is left out. `None` where
/// nothing is left. For every provider's names, whichever way they come.
pub fn name(text: &str) -> Option<String> {
    let visible: String = text
        .chars()
        // Far more than can be kept, and not the megabyte that was sent.
        .take(MAX_NAME_CHARS * 8)
        .filter(|c| !is_deceptive(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let one_line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = one_line.chars().take(MAX_NAME_CHARS).collect();
    let short = short.trim_end();
    let says_something = short.chars().any(|c| !is_joiner(c));
    says_something.then(|| short.to_owned())
}

/// Marks of direction, their overrides and isolates, and what has no width.
fn is_deceptive(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// The two that some scripts and emoji need between other characters.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// An address with one `@` and nothing in it that readers disagree about. Beyond ASCII an
/// address would have to be normalised before it is shown: `＠` becomes `@` then.
fn email(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"@()<>[]\\,;:\"".contains(&byte);
    let sound = text.len() <= MAX_EMAIL_BYTES
        && !local.is_empty()
        && local.bytes().all(plain)
        && is_domain(domain);
    sound.then(|| text.to_owned())
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= MAX_DOMAIN_BYTES && text.split('.').all(is_label)
}

/// True and nothing that is merely truthy; Google's documentation shows it in quotes.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(value)) => *value,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}

fn picture(text: &str) -> Option<String> {
    let url = String::from(address::absolute(text, Http::Loopback)?);
    (url.len() <= address::MAX_BYTES).then_some(url)
}
