//! What happens to the page as a whole.

use std::rc::Rc;

use leptos::ev;
use leptos::prelude::*;

/// Calls `restored` when the page comes back out of the browser's back-forward cache, as it was
/// when it was left.
pub fn on_restored(restored: impl Fn() + 'static) {
    let restored = Rc::new(restored);
    Effect::new(move |_| {
        let restored = Rc::clone(&restored);
        let listener = window_event_listener(ev::pageshow, move |event| {
            if event.persisted() {
                restored();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// The address of the page, path and query, as the browser shows it now. Browser only.
pub fn current_address() -> String {
    let location = window().location();
    let path = location.pathname().unwrap_or_else(|_| "/".to_owned());
    path + &location.search().unwrap_or_default()
}

/// Whether `address` is an absolute `http` or `https` address. Only such addresses of others
/// become links, pictures or places to go to.
pub fn is_web_address(address: &str) -> bool {
    let starts = |scheme: &str| {
        address
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts("https://") || starts("http://")
}

#[cfg(test)]
mod tests {
    use super::is_web_address;

    #[test]
    fn web_address_is_told_from_others() {
        for good in [
            "https://open.spotify.com/artist/1",
            "HTTP://localhost:4400/x",
            "https://a",
        ] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//host",
            "/path",
            "",
            " https://a",
            "https:/a",
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }
}
