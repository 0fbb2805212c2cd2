//! Bytes as paths and names.

use spotify::ids::{Base62Id, ItemUri, Uri};
use spotify::paths::allowed;
use spotify::{Method, Permission};

/// Takes a path for one of the list, whatever it is. What is allowed is plain: it names no other
/// place, however it is read.
pub(crate) fn paths(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for method in [Method::Get, Method::Post, Method::Put, Method::Delete] {
        let Some(endpoint) = allowed(method, &text) else {
            continue;
        };
        assert_eq!(endpoint.method, method);
        let segments = text.split('/');
        let expected = endpoint.path.split('/');
        assert_eq!(segments.clone().count(), expected.clone().count());
        for (place, (segment, word)) in segments.zip(expected).enumerate() {
            assert_eq!(segment.is_empty(), place == 0, "{text:?}");
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            assert!(segment.bytes().all(is_plain), "{text:?}");
            assert!(segment == word || word == "{id}" && segment.len() == 22);
        }
        Permission::needed(method, &text, &text);
    }
    if let Ok(id) = Base62Id::parse(&text) {
        assert_eq!(id.as_str(), text);
    }
    if let Ok(uri) = Uri::parse(&text) {
        assert_eq!(uri.to_string(), text);
    }
    if let Ok(uri) = ItemUri::parse(&text) {
        assert_eq!(uri.as_str(), text);
    }
    Permission::needed(Method::Put, "/me/library", &text);
}
