//! Prefixes of paths that end at a segment.

/// A prefix of paths, without a slash at its end.
#[derive(Clone, Debug)]
pub(super) struct PathPrefix(String);

impl PathPrefix {
    pub(super) fn new(prefix: &str) -> Self {
        Self(prefix.trim_end_matches('/').to_owned())
    }

    /// Whether `path` is the prefix, or the prefix and plain segments after it.
    pub(super) fn covers(&self, path: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        match path.strip_prefix(self.0.as_str()) {
            Some("") => true,
            Some(rest) => rest
                .strip_prefix('/')
                .is_some_and(|rest| rest.split('/').all(is_plain_segment)),
            None => false,
        }
    }
}

/// A segment that every reader of paths takes for the same: unreserved characters of RFC 3986
/// section 2.3, and no dot segment.
fn is_plain_segment(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    !matches!(segment, "" | "." | "..") && segment.bytes().all(plain)
}
