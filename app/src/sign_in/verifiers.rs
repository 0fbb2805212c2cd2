//! The PKCE verifiers of this tab, in its session storage, each under the `state` of its sign-in.

use leptos::prelude::window;
use leptos::web_sys::Storage;
use oauth::pkce::Verifier;
use oauth::return_to::ReturnTo;

/// A verifier stands under this and the state.
const PREFIX: &str = "stagedoor.verifier.";

/// The page to come back to stands under this and the state, where somebody who is signed in went
/// to link an identity or to give permissions.
const PLACE: &str = "stagedoor.place.";

/// The states that have one stand under this, the newest last: storage keeps no order of its own.
const ORDER: &str = "stagedoor.verifiers";

/// How many are kept. The server keeps as many transactions, so older ones are of no use.
const MOST: usize = 5;

/// The tab's storage, or `None` where the browser denies it.
pub fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Keeps `verifier` for the sign-in with this state; the oldest goes where there are too many.
/// `None` where the browser keeps nothing.
#[must_use]
pub fn keep(state: &str, verifier: &Verifier) -> Option<()> {
    let storage = storage()?;
    let (states, dropped) = with_newest(states(&storage), state);
    for old in dropped {
        storage.remove_item(&key(&old)).ok()?;
        storage.remove_item(&place_key(&old)).ok()?;
    }
    storage.set_item(ORDER, &states.join(" ")).ok()?;
    storage.set_item(&key(state), verifier.secret()).ok()
}

/// Keeps the page that the person comes back to from the errand with this state. `None` where the
/// browser keeps nothing.
#[must_use]
pub fn keep_place(state: &str, place: &str) -> Option<()> {
    storage()?.set_item(&place_key(state), place).ok()
}

/// The page that the person comes back to from the errand with this state, where they were signed
/// in as they went. Whatever is kept, only a page of this app comes out.
pub fn place(state: &str) -> Option<String> {
    let text = storage()?.get_item(&place_key(state)).ok().flatten()?;
    ReturnTo::parse(&text).ok().map(String::from)
}

/// The verifier of the sign-in with this state, where this tab started it.
pub fn find(state: &str) -> Option<Verifier> {
    let text = storage()?.get_item(&key(state)).ok().flatten()?;
    Verifier::parse(&text).ok()
}

/// Forgets the verifier of one sign-in.
pub fn forget(state: &str) {
    let Some(storage) = storage() else { return };
    let rest: Vec<_> = states(&storage)
        .into_iter()
        .filter(|kept| kept != state)
        .collect();
    // A browser that lets nobody write has nothing to forget either.
    let _ = storage.remove_item(&key(state));
    let _ = storage.remove_item(&place_key(state));
    let _ = if rest.is_empty() {
        storage.remove_item(ORDER)
    } else {
        storage.set_item(ORDER, &rest.join(" "))
    };
}

/// Forgets all: somebody is signed in, so no other attempt of this tab is worth anything.
pub fn forget_all() {
    let Some(storage) = storage() else { return };
    for state in states(&storage) {
        let _ = storage.remove_item(&key(&state));
        let _ = storage.remove_item(&place_key(&state));
    }
    let _ = storage.remove_item(ORDER);
}

fn key(state: &str) -> String {
    format!("{PREFIX}{state}")
}

fn place_key(state: &str) -> String {
    format!("{PLACE}{state}")
}

fn states(storage: &Storage) -> Vec<String> {
    let order = storage.get_item(ORDER).ok().flatten().unwrap_or_default();
    order.split_whitespace().map(str::to_owned).collect()
}

/// `states` with `newest` at the end, and those that are one too many.
fn with_newest(mut states: Vec<String>, newest: &str) -> (Vec<String>, Vec<String>) {
    states.retain(|state| state != newest);
    states.push(newest.to_owned());
    let kept = states.split_off(states.len().saturating_sub(MOST));
    (kept, states)
}

#[cfg(test)]
mod tests {
    use super::{MOST, with_newest};

    fn named(names: &str) -> Vec<String> {
        names.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn oldest_is_dropped() {
        let (kept, dropped) = with_newest(named("a b c d e"), "f");
        assert_eq!((kept, dropped), (named("b c d e f"), named("a")));
    }

    #[test]
    fn few_are_all_kept() {
        let (kept, dropped) = with_newest(named("a"), "b");
        assert_eq!((kept, dropped), (named("a b"), Vec::new()));
        assert!(with_newest(named("a b c d e f g"), "h").0.len() == MOST);
    }

    #[test]
    fn same_state_is_kept_once() {
        let (kept, dropped) = with_newest(named("a b"), "a");
        assert_eq!((kept, dropped), (named("b a"), Vec::new()));
    }
}
