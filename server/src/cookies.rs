//! Our cookies: one type reads, sets and unsets them.
//!
//! All of them are `__Host-Http-` prefixed, `Secure; HttpOnly; SameSite=Strict; Path=/`.

use std::collections::HashMap;
use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};

const PREFIX: &str = "__Host-Http-";
/// A browser drops a cookie whose name and value are longer than this together.
const COOKIE_BYTES: usize = 4096;
/// All our cookies together; proxies and servers cap the whole header.
const ALL_BYTES: usize = 12 * 1024;
/// How many cookies one value is cut into at most.
const CHUNKS: usize = 4;
/// Pending sign-ins of one browser: how many, and how many bytes in all.
const PENDING: usize = 5;
const PENDING_BYTES: usize = 4096;
/// Longer headers are not ours, whoever sent them.
const HEADER_BYTES: usize = 64 * 1024;

/// The name of a cookie, the only way to make one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CookieName(String);

impl CookieName {
    /// The session.
    pub fn session() -> Self {
        Self(format!("{PREFIX}session"))
    }

    /// The sign-in whose `state` starts with `state_prefix`.
    pub fn sign_in(state_prefix: &str) -> Self {
        Self(format!("{PREFIX}signin-{state_prefix}"))
    }

    /// The tokens of a provider.
    pub fn tokens(provider: &str) -> Self {
        Self(format!("{PREFIX}tokens-{provider}"))
    }

    /// The identity that waits to be linked.
    pub fn link() -> Self {
        Self(format!("{PREFIX}link"))
    }

    /// The name as it stands in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn chunk(&self, index: usize) -> Self {
        Self(format!("{}-{index}", self.0))
    }
}

/// The value would not fit into a browser's cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value does not fit into cookies")]
pub struct TooLarge;

/// The cookies of one request, and what its answer changes of them.
#[derive(Debug, Default)]
pub struct Jar {
    /// Ours alone. `None` where one name came with two different values: then neither counts.
    received: HashMap<String, Option<String>>,
    changed: Vec<(CookieName, Option<(String, i64)>)>,
}

impl Jar {
    /// Reads the cookies of a request. Whatever cannot be ours is passed over.
    pub fn read(headers: &HeaderMap) -> Self {
        let mut received: HashMap<String, Option<String>> = HashMap::new();
        let mut bytes = 0;
        for line in headers.get_all(header::COOKIE) {
            bytes += line.len();
            if bytes > HEADER_BYTES {
                return Self::default();
            }
            let Ok(line) = line.to_str() else { continue };
            for pair in line.split(';') {
                let Some((name, value)) = pair.trim_matches([' ', '\t']).split_once('=') else {
                    continue;
                };
                if !name.starts_with(PREFIX) {
                    continue;
                }
                received
                    .entry(name.to_owned())
                    .and_modify(|kept| {
                        if kept.as_deref() != Some(value) {
                            *kept = None;
                        }
                    })
                    .or_insert_with(|| Some(value.to_owned()));
            }
        }
        Self {
            received,
            changed: Vec::new(),
        }
    }

    /// The value of a cookie that was not cut.
    pub fn get(&self, name: &CookieName) -> Option<&str> {
        self.received.get(name.as_str())?.as_deref()
    }

    /// The value of a cookie that may have been cut: whole, or chunks `0…n` without a gap, never both.
    pub fn get_joined(&self, name: &CookieName) -> Option<String> {
        let chunks: Vec<Option<&str>> = (0..CHUNKS)
            .map(|index| self.get(&name.chunk(index)))
            .collect();
        let present = chunks.iter().filter(|chunk| chunk.is_some()).count();
        // A chunk that came twice with two values is there, but worth nothing.
        let tossed = (0..CHUNKS)
            .any(|index| matches!(self.received.get(name.chunk(index).as_str()), Some(None)));
        match (self.get(name), present) {
            (Some(whole), 0) if !tossed => Some(whole.to_owned()),
            (None, 2..) if !tossed && !self.holds(name) => {
                let joined: Vec<&str> = chunks.iter().copied().map_while(|chunk| chunk).collect();
                (joined.len() == present).then(|| joined.concat())
            }
            _ => None,
        }
    }

    /// Whether the answer sets or unsets anything.
    pub fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Whether the browser holds anything under this name, good or not.
    pub fn holds(&self, name: &CookieName) -> bool {
        self.received.contains_key(name.as_str())
    }

    /// Whether the browser holds anything under this name or one of its chunks.
    pub fn holds_any(&self, name: &CookieName) -> bool {
        self.holds(name) || (0..CHUNKS).any(|index| self.holds(&name.chunk(index)))
    }

    /// The providers whose token cookies came along, by name, good or not.
    pub fn token_providers(&self) -> Vec<String> {
        let prefix = CookieName::tokens("").0;
        let mut providers: Vec<String> = self
            .received
            .keys()
            .filter_map(|name| name.strip_prefix(&prefix))
            .map(|rest| match rest.rsplit_once('-') {
                Some((provider, index))
                    if index.len() == 1 && index.as_bytes()[0].is_ascii_digit() =>
                {
                    provider
                }
                _ => rest,
            })
            .map(str::to_owned)
            .collect();
        providers.sort();
        providers.dedup();
        providers
    }

    /// Sets a cookie for `max_age_s` seconds.
    ///
    /// # Errors
    /// [`TooLarge`] where a browser would drop it.
    pub fn set(&mut self, name: CookieName, value: String, max_age_s: i64) -> Result<(), TooLarge> {
        if name.as_str().len() + value.len() > COOKIE_BYTES {
            return Err(TooLarge);
        }
        self.change(name, Some((value, max_age_s)));
        Ok(())
    }

    /// Sets a cookie that is cut where it is too long for one.
    ///
    /// The names that this cut does not use are unset whether or not the browser showed them: two
    /// answers under way may have cut differently, and what both leave behind must not mix.
    ///
    /// # Errors
    /// [`TooLarge`] where it would need more than four cookies.
    pub fn set_cut(
        &mut self,
        name: &CookieName,
        value: &str,
        max_age_s: i64,
    ) -> Result<(), TooLarge> {
        let room = COOKIE_BYTES - name.chunk(0).as_str().len();
        let pieces: Vec<&[u8]> = if name.as_str().len() + value.len() <= COOKIE_BYTES {
            Vec::new()
        } else {
            value.as_bytes().chunks(room).collect()
        };
        if pieces.len() > CHUNKS {
            return Err(TooLarge);
        }
        for index in pieces.len()..CHUNKS {
            self.change(name.chunk(index), None);
        }
        if pieces.is_empty() {
            return self.set(name.clone(), value.to_owned(), max_age_s);
        }
        self.change(name.clone(), None);
        for (index, piece) in pieces.into_iter().enumerate() {
            // The value is base64url and dots: every byte is a character.
            let piece = std::str::from_utf8(piece).map_err(|_| TooLarge)?;
            self.set(name.chunk(index), piece.to_owned(), max_age_s)?;
        }
        Ok(())
    }

    /// Unsets a cookie, where the browser holds it.
    pub fn unset(&mut self, name: CookieName) {
        if self.holds(&name) || self.changed.iter().any(|(changed, _)| *changed == name) {
            self.change(name, None);
        }
    }

    /// Unsets a cookie and all its chunks, where the browser holds them.
    pub fn unset_cut(&mut self, name: &CookieName) {
        self.unset(name.clone());
        for index in 0..CHUNKS {
            self.unset(name.chunk(index));
        }
    }

    /// Sets the cookie of a sign-in that starts. The oldest others go, so that at most five and
    /// 4 kB of them remain; `issued_at` tells the age of one, and `None` that it is worth nothing.
    ///
    /// # Errors
    /// [`TooLarge`] where this one alone is too large.
    pub fn set_sign_in(
        &mut self,
        name: CookieName,
        value: String,
        max_age_s: i64,
        issued_at: impl Fn(&CookieName, &str) -> Option<i64>,
    ) -> Result<(), TooLarge> {
        let own = name.as_str().len() + value.len();
        if own > PENDING_BYTES {
            return Err(TooLarge);
        }
        let prefix = CookieName::sign_in("").0;
        let mut others: Vec<(Option<i64>, CookieName, usize)> = self
            .received
            .iter()
            .filter(|(other, _)| other.starts_with(&prefix) && **other != name.0)
            .map(|(other, value)| {
                let other = CookieName(other.clone());
                let age = value.as_deref().and_then(|value| issued_at(&other, value));
                let bytes = other.as_str().len() + value.as_ref().map_or(0, String::len);
                (age, other, bytes)
            })
            .collect();
        // Newest first; what cannot be opened is older than everything.
        others.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.0.cmp(&b.1.0)));
        let (mut count, mut bytes) = (1, own);
        for (age, other, size) in others {
            count += 1;
            bytes += size;
            if age.is_none() || count > PENDING || bytes > PENDING_BYTES {
                self.unset(other);
            }
        }
        self.set(name, value, max_age_s)
    }

    /// Whether the browser's cookies of ours fit together once this answer is applied.
    ///
    /// # Errors
    /// [`TooLarge`] where they do not.
    pub fn fits(&self) -> Result<(), TooLarge> {
        let mut sizes: HashMap<&str, usize> = self
            .received
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str(),
                    name.len() + value.as_ref().map_or(0, String::len),
                )
            })
            .collect();
        for (name, change) in &self.changed {
            let size = change
                .as_ref()
                .map_or(0, |(value, _)| name.as_str().len() + value.len());
            sizes.insert(name.as_str(), size);
        }
        if sizes.values().sum::<usize>() <= ALL_BYTES {
            Ok(())
        } else {
            Err(TooLarge)
        }
    }

    /// The `Set-Cookie` headers of the answer.
    pub fn headers(&self) -> impl Iterator<Item = HeaderValue> {
        lines(self.changed.iter())
    }

    /// Changes nothing after all.
    pub fn leave(&mut self) {
        self.changed.clear();
    }

    /// The `Set-Cookie` headers that unset something, and none that sets anything.
    pub fn removals(&self) -> impl Iterator<Item = HeaderValue> {
        lines(self.changed.iter().filter(|(_, change)| change.is_none()))
    }

    fn change(&mut self, name: CookieName, change: Option<(String, i64)>) {
        self.changed.retain(|(changed, _)| *changed != name);
        self.changed.push((name, change));
    }
}

fn lines<'a>(
    changes: impl Iterator<Item = &'a (CookieName, Option<(String, i64)>)>,
) -> impl Iterator<Item = HeaderValue> {
    changes.filter_map(|(name, change)| {
        let (value, max_age) = change
            .as_ref()
            .map_or(("", 0), |(value, age)| (value.as_str(), (*age).max(0)));
        let mut line = format!(
            "{}={value}; Path=/; Secure; HttpOnly; SameSite=Strict",
            name.as_str()
        );
        // Writing to a string cannot fail.
        let _ = write!(line, "; Max-Age={max_age}");
        HeaderValue::from_str(&line).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(cookies: &[&str]) -> Jar {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(
                header::COOKIE,
                HeaderValue::from_str(cookie).expect("a header"),
            );
        }
        Jar::read(&headers)
    }

    fn lines(jar: &Jar) -> Vec<String> {
        jar.headers()
            .map(|line| line.to_str().expect("text").to_owned())
            .collect()
    }

    /// The request a browser would send after the answer of `jar`.
    fn next(jar: &Jar) -> Jar {
        let mut after: HashMap<String, String> = HashMap::new();
        for line in lines(jar) {
            let (name, rest) = line.split_once('=').expect("a pair");
            let value = rest.split(';').next().unwrap_or_default();
            if !line.contains("Max-Age=0") {
                after.insert(name.to_owned(), value.to_owned());
            }
        }
        let header: Vec<String> = after
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self::jar(&[&header.join("; ")])
    }

    #[test]
    fn every_cookie_has_every_attribute() {
        let mut jar = jar(&["__Host-Http-session=old"]);
        jar.set(CookieName::session(), "new".into(), 60)
            .expect("fits");
        assert_eq!(
            lines(&jar),
            ["__Host-Http-session=new; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60"]
        );
        jar.unset(CookieName::session());
        assert_eq!(
            lines(&jar),
            ["__Host-Http-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"]
        );
    }

    #[test]
    fn one_name_with_two_values_is_absent() {
        let name = CookieName::session();
        assert_eq!(
            jar(&["__Host-Http-session=a; __Host-Http-session=b"]).get(&name),
            None
        );
        assert_eq!(
            jar(&["__Host-Http-session=b", "__Host-Http-session=a"]).get(&name),
            None
        );
        assert_eq!(
            jar(&["__Host-Http-session=a; __Host-Http-session=a"]).get(&name),
            Some("a")
        );
    }

    #[test]
    fn confusable_names_are_absent() {
        for name in [
            "__host-http-session",
            "__Host-Http-session ",
            "\u{2000}__Host-Http-session",
            "__Host-session",
            "$Version",
        ] {
            let mut headers = HeaderMap::new();
            headers.append(
                header::COOKIE,
                HeaderValue::from_bytes(format!("{name}=a").as_bytes()).expect("a header"),
            );
            assert_eq!(
                Jar::read(&headers).get(&CookieName::session()),
                None,
                "{name}"
            );
        }
    }

    #[test]
    fn long_values_are_cut_and_joined() {
        let name = CookieName::tokens("spotify");
        for length in [1, 4000, 4073, 4074, 5000, 12_000] {
            let value: String = (0..length)
                .map(|n| char::from(b'a' + u8::try_from(n % 26).expect("small")))
                .collect();
            let mut jar = Jar::default();
            jar.set_cut(&name, &value, 60).expect("fits");
            assert!(lines(&jar).iter().all(|line| {
                line.split(';')
                    .next()
                    .is_some_and(|pair| pair.len() <= 4097)
            }));
            assert_eq!(
                next(&jar).get_joined(&name).as_deref(),
                Some(value.as_str()),
                "{length}"
            );
        }
        assert_eq!(
            Jar::default().set_cut(&name, &"x".repeat(17_000), 60),
            Err(TooLarge)
        );
    }

    #[test]
    fn chunks_with_a_gap_are_absent() {
        let name = CookieName::tokens("spotify");
        let absent = [
            "__Host-Http-tokens-spotify-0=a",
            "__Host-Http-tokens-spotify-1=b",
            "__Host-Http-tokens-spotify-0=a; __Host-Http-tokens-spotify-2=c",
            "__Host-Http-tokens-spotify=w; __Host-Http-tokens-spotify-0=a; __Host-Http-tokens-spotify-1=b",
            "__Host-Http-tokens-spotify=w; __Host-Http-tokens-spotify=v; __Host-Http-tokens-spotify-0=a; __Host-Http-tokens-spotify-1=b",
            "__Host-Http-tokens-spotify-0=a; __Host-Http-tokens-spotify-1=b; __Host-Http-tokens-spotify-2=c; __Host-Http-tokens-spotify-2=d",
        ];
        for cookies in absent {
            assert_eq!(jar(&[cookies]).get_joined(&name), None, "{cookies}");
        }
        assert_eq!(
            jar(&["__Host-Http-tokens-spotify-1=b; __Host-Http-tokens-spotify-0=a"])
                .get_joined(&name)
                .as_deref(),
            Some("ab")
        );
    }

    #[test]
    fn a_shorter_value_leaves_no_chunk_behind() {
        let name = CookieName::tokens("spotify");
        let mut jar = jar(&[
            "__Host-Http-tokens-spotify-0=a; __Host-Http-tokens-spotify-1=b; __Host-Http-tokens-spotify-2=c",
        ]);
        jar.set_cut(&name, "short", 60).expect("fits");
        assert_eq!(
            lines(&jar)
                .iter()
                .filter(|line| line.contains("Max-Age=0"))
                .count(),
            4
        );
        assert_eq!(next(&jar).get_joined(&name).as_deref(), Some("short"));
    }

    #[test]
    fn the_oldest_pending_sign_in_goes() {
        let cookies: Vec<String> = (0..5)
            .map(|n| format!("__Host-Http-signin-state00{n}={n}"))
            .collect();
        let mut jar = jar(&[&cookies.join("; ")]);
        jar.set_sign_in(
            CookieName::sign_in("state999"),
            "9".into(),
            600,
            |_, value| value.parse().ok(),
        )
        .expect("fits");
        let gone: Vec<String> = lines(&jar)
            .into_iter()
            .filter(|line| line.contains("Max-Age=0"))
            .collect();
        assert_eq!(gone.len(), 1);
        assert!(gone[0].starts_with("__Host-Http-signin-state000="));
    }

    #[test]
    fn pending_sign_ins_that_cannot_be_opened_go() {
        let mut jar = jar(&["__Host-Http-signin-aaaaaaaa=junk"]);
        jar.set_sign_in(CookieName::sign_in("bbbbbbbb"), "1".into(), 600, |_, _| {
            None
        })
        .expect("fits");
        assert!(lines(&jar)[0].starts_with("__Host-Http-signin-aaaaaaaa=;"));
    }

    #[test]
    fn more_than_twelve_kilobytes_in_all_do_not_fit() {
        let mut jar = jar(&["__Host-Http-session=s"]);
        jar.set_cut(&CookieName::tokens("a"), &"x".repeat(8000), 60)
            .expect("fits alone");
        assert_eq!(jar.fits(), Ok(()));
        jar.set_cut(&CookieName::tokens("b"), &"x".repeat(8000), 60)
            .expect("fits alone");
        assert_eq!(jar.fits(), Err(TooLarge));
    }

    #[test]
    fn huge_headers_are_passed_over() {
        let junk = format!("a={}; __Host-Http-session=s", "x".repeat(70_000));
        assert_eq!(jar(&[&junk]).get(&CookieName::session()), None);
    }
}
