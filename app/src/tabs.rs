//! What one tab tells the others of this app: that somebody signed in or out, or that
//! something about the session changed.

use std::cell::RefCell;

use js_sys::{Array, Reflect};
use leptos::prelude::window;
use leptos::web_sys::{BroadcastChannel, MessageEvent};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

/// The name of the channel.
const CHANNEL: &str = "stagedoor";

/// Where the first script of the page leaves the channel that it opened, and what was told in it since.
const EARLY: &str = "stagedoorTabs";

/// Stands before the account of who signed in.
const SIGNED_IN: &str = "signed-in ";

/// Stands before the provider whose connection ended.
const ENDED: &str = "ended ";

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Somebody signed in, or gave permissions; this is their account. Where it is not the one that
    /// a page shows, what it shows is not for them.
    SignedIn(String),
    /// The session ended.
    SignedOut,
    /// The same person is signed in, and something about the session is new.
    Changed,
    /// This provider has said that the connection is over.
    Ended(String),
}

impl News {
    fn words(&self) -> String {
        match self {
            Self::SignedIn(account) => format!("{SIGNED_IN}{account}"),
            Self::SignedOut => "signed-out".to_owned(),
            Self::Changed => "changed".to_owned(),
            Self::Ended(provider) => format!("{ENDED}{provider}"),
        }
    }

    fn from_words(words: &str) -> Option<Self> {
        match words {
            "signed-out" => Some(Self::SignedOut),
            "changed" => Some(Self::Changed),
            _ => {
                let of = |head, news: fn(String) -> Self| {
                    words.strip_prefix(head).map(|rest| news(rest.to_owned()))
                };
                of(SIGNED_IN, Self::SignedIn).or_else(|| of(ENDED, Self::Ended))
            }
        }
    }
}

thread_local! {
    // A message does not come back to the object that sent it, so the page has one and no more: to tell and
    // to listen, whichever comes first.
    static OPEN: RefCell<Option<BroadcastChannel>> = const { RefCell::new(None) };
}

/// Calls `heard` for what other tabs tell, for as long as the page lives, and first for what they told since
/// the server answered with it. Browser only; a browser without the channel hears nothing, and learns it when
/// the person comes back to the window.
pub fn listen(heard: impl Fn(News) + 'static) {
    let Some(channel) = channel() else { return };
    let hear = move |told: JsValue| {
        if let Some(news) = told.as_string().as_deref().and_then(News::from_words) {
            heard(news);
        }
    };
    for told in told_early() {
        hear(told);
    }
    let on_message =
        Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| hear(message.data()));
    channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The browser calls it until the page is gone.
    on_message.forget();
}

/// Tells the other tabs. Browser only.
pub fn tell(news: &News) {
    if let Some(channel) = channel() {
        // It fails for what cannot be cloned, and a string can be.
        let _ = channel.post_message(&news.words().into());
    }
}

/// The channel of this page, opened where it is not.
fn channel() -> Option<BroadcastChannel> {
    OPEN.with_borrow_mut(|open| {
        if open.is_none() {
            let early = early("channel").and_then(|channel| channel.dyn_into().ok());
            *open = early.or_else(|| BroadcastChannel::new(CHANNEL).ok());
        }
        open.clone()
    })
}

/// What was told before anybody listened. It is told once.
fn told_early() -> Vec<JsValue> {
    let told = early("told").and_then(|told| told.dyn_into::<Array>().ok());
    let Some(told) = told else { return Vec::new() };
    let all = told.to_vec();
    told.set_length(0);
    all
}

/// What the first script of the page left under `name`.
fn early(name: &str) -> Option<JsValue> {
    let left = Reflect::get(&window(), &EARLY.into()).ok()?;
    Reflect::get(&left, &name.into()).ok()
}

#[cfg(test)]
mod tests {
    use super::{CHANNEL, EARLY, News};

    #[test]
    fn news_survive_the_channel() {
        for news in [
            News::SignedIn("a1".to_owned()),
            News::SignedOut,
            News::Changed,
            News::Ended("spotify".to_owned()),
        ] {
            assert_eq!(News::from_words(&news.words()), Some(news));
        }
    }

    #[test]
    fn first_script_hears_the_same_channel() {
        let script = include_str!("shell/first.js");
        assert!(script.contains(&format!("new BroadcastChannel(\"{CHANNEL}\")")));
        assert!(script.contains(&format!("window.{EARLY} = {{ channel, told }}")));
    }

    #[test]
    fn foreign_message_is_ignored() {
        for words in ["signed-in", "signed-out ", "Changed", "ended", ""] {
            assert_eq!(News::from_words(words), None, "{words}");
        }
    }
}
