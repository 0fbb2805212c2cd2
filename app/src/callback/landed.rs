//! What the browser landed on the callback page with.

use js_sys::Reflect;
use leptos::prelude::window;
use wasm_bindgen::JsValue;

/// Where the first script of the page left it.
const PROPERTY: &str = "stagedoorCallback";

/// What a provider sent back. It is gone from the address bar, the history and the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The raw query string without its question mark. The server gets it as it is: it has to see
    /// duplicates, `iss` and `error` with its own eyes.
    pub query: String,
    /// Whether the fragment held a token, which nobody may send here.
    pub token_in_fragment: bool,
}

/// Takes it. There is none on the second call, nor where the page was reached from inside the app.
/// Browser only.
pub fn take() -> Option<Landed> {
    let (window, property) = (window(), JsValue::from_str(PROPERTY));
    let left = Reflect::get(&window, &property)
        .ok()
        .filter(JsValue::is_object)?;
    // It was defined as configurable, so it goes.
    let _ = Reflect::delete_property(&window, &property);
    let member = |name: &str| Reflect::get(&left, &JsValue::from_str(name)).ok();
    Some(Landed {
        query: member("query")?.as_string()?,
        token_in_fragment: member("tokenInFragment")?.as_bool()?,
    })
}

#[cfg(test)]
mod tests {
    use super::PROPERTY;

    #[test]
    fn first_script_leaves_it_under_the_same_name() {
        let script = include_str!("../shell/first.js");
        for name in [PROPERTY, "query", "tokenInFragment"] {
            assert!(script.contains(name), "{name}");
        }
    }
}
