//! What happens to the page as a whole.

use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::Element;
use wasm_bindgen::JsCast as _;

use crate::effect::effect;

/// Calls `restored` when the page comes back out of the browser's back-forward cache, as it was
/// when it was left.
pub fn on_restored(restored: impl Fn() + 'static) {
    let restored = Rc::new(restored);
    effect(move || {
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

/// Puts the keyboard and the screen reader on what `find` finds, a moment from now, when the page
/// has drawn what just changed. Browser only.
pub fn focus_soon(find: impl FnOnce() -> Option<Element> + 'static) {
    set_timeout(
        move || {
            let found = find().and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(found) = found {
                // It fails for what cannot take the focus, and then it stays where it was.
                let _ = found.focus();
            }
        },
        Duration::ZERO,
    );
}

/// Puts the keyboard on the last link or button in `list` that takes it, if there is one; the page stays
/// where it is. Browser only.
pub fn focus_last_in(list: &Element) {
    let Ok(all) = list.query_selector_all("a[href], button") else {
        return;
    };
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let mut from_last = (0..all.length()).rev().filter_map(|place| all.item(place));
    // What a filter hides takes none.
    _ = from_last.any(|one| {
        let Ok(one) = one.dyn_into::<web_sys::HtmlElement>() else {
            return false;
        };
        let _ = one.focus_with_options(&options);
        document().active_element().as_ref() == Some(&one)
    });
}

/// Keeps the keyboard near when what it is on goes with the part of the page that calls this: it is put
/// on the heading of the innermost that stands of what was around it, or on that itself. The browser
/// would begin anew at the head of the page.
pub fn stay_near() {
    effect(|| on_cleanup(hold_on));
}

/// Where the keyboard is on something that goes, it is put on what is left around it, a moment from now.
fn hold_on() {
    let Some(held) = document().active_element() else {
        return;
    };
    let around: Vec<Element> =
        std::iter::successors(held.parent_element(), |one| one.parent_element()).collect();
    focus_soon(move || {
        // What stands, or where the person went by themselves, keeps it.
        let body = document().body().map(Element::from);
        let lost = !held.is_connected() && document().active_element() == body;
        let left = around.into_iter().find(|one| lost && one.is_connected())?;
        let heading = left.query_selector("h1, h2, h3").ok().flatten();
        let left = heading.unwrap_or(left);
        if !left.has_attribute("tabindex") {
            let _ = left.set_attribute("tabindex", "-1");
        }
        Some(left)
    });
}

/// Unix seconds, by the browser's clock. Browser only: what is drawn first depends on no clock.
pub fn browser_now() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a clock that is off by more than 280 million years is off anyway"
    )]
    let seconds = (js_sys::Date::now() / 1_000.0) as i64;
    seconds
}

/// `text` in lower case. The browser has the tables of all scripts, so its program does not carry them.
pub fn lowered(text: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    let lowered = js_sys::JsString::from(text).to_lower_case().into();
    #[cfg(not(target_arch = "wasm32"))]
    let lowered = text.to_lowercase();
    lowered
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
