//! The PKCE verifiers of this tab, in its session storage, each under the `state` of its sign-in.

use leptos::prelude::window;
use leptos::web_sys::Storage;
use oauth::pkce::Verifier;
use oauth::return_to::ReturnTo;

use crate::sign_in::errand::Away;

/// A verifier stands under this and the state.
const PREFIX: &str = "stagedoor.verifier.";

/// What somebody who is signed in went for, to link an identity or to give permissions, stands under
/// this and the state.
const AWAY: &str = "stagedoor.errand.";

/// The same once they are back, until the page has taken it up.
const BACK: &str = "stagedoor.back";

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
        storage.remove_item(&away_key(&old)).ok()?;
    }
    storage.set_item(ORDER, &states.join(" ")).ok()?;
    storage.set_item(&key(state), verifier.secret()).ok()
}

/// Keeps what the errand with this state is for. `None` where the browser keeps nothing.
#[must_use]
pub fn keep_away(state: &str, away: &Away) -> Option<()> {
    write(&storage()?, &away_key(state), away)
}

/// What the errand with this state is for, where the person was signed in as they went. Whatever is
/// kept, only a page of this app comes out as the one to return to.
pub fn away(state: &str) -> Option<Away> {
    read(&storage()?, &away_key(state))
}

/// Keeps what was asked for and is to be done by the page that opens next. Where the browser keeps
/// nothing, the person presses the button again.
pub fn keep_back(away: &Away) {
    if let Some(storage) = storage() {
        let _ = write(&storage, BACK, away);
    }
}

/// Whether [`keep_back`] kept something.
pub fn holds_back() -> bool {
    storage().is_some_and(|storage| matches!(storage.get_item(BACK), Ok(Some(_))))
}

/// What [`keep_back`] kept, once: it is gone before anybody acts upon it.
pub fn take_back() -> Option<Away> {
    let storage = storage()?;
    let back = read(&storage, BACK);
    storage.remove_item(BACK).ok()?;
    back
}

fn write(storage: &Storage, key: &str, away: &Away) -> Option<()> {
    storage
        .set_item(key, &serde_json::to_string(away).ok()?)
        .ok()
}

fn read(storage: &Storage, key: &str) -> Option<Away> {
    let text = storage.get_item(key).ok().flatten()?;
    let away: Away = serde_json::from_slice(text.as_bytes()).ok()?;
    let is_ours = |place: &String| ReturnTo::parse(place).is_ok();
    (is_ours(&away.place) && away.from.iter().all(is_ours)).then_some(away)
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
    let _ = storage.remove_item(&away_key(state));
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
        let _ = storage.remove_item(&away_key(&state));
    }
    let _ = storage.remove_item(ORDER);
}

/// Forgets all, and what waits for the page that opens next: the person whose it was has left.
pub fn forget_everything() {
    forget_all();
    if let Some(storage) = storage() {
        let _ = storage.remove_item(BACK);
    }
}

fn key(state: &str) -> String {
    format!("{PREFIX}{state}")
}

fn away_key(state: &str) -> String {
    format!("{AWAY}{state}")
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
