//! What one tab tells the others of this app: that somebody signed in or out, or that
//! something about the session changed.

use std::cell::RefCell;

use leptos::web_sys::{BroadcastChannel, MessageEvent};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

/// The name of the channel.
const CHANNEL: &str = "stagedoor";

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Somebody signed in, perhaps as somebody else.
    SignedIn,
    /// The session ended.
    SignedOut,
    /// The same person is signed in, and something about the session is new.
    Changed,
}

impl News {
    const fn name(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignedOut => "signed-out",
            Self::Changed => "changed",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::SignedIn, Self::SignedOut, Self::Changed]
            .into_iter()
            .find(|news| news.name() == name)
    }
}

thread_local! {
    // A message does not come back to the object that sent it, so the page has one and no more.
    static OPEN: RefCell<Option<BroadcastChannel>> = const { RefCell::new(None) };
}

/// Calls `heard` for what other tabs tell, for as long as the page lives. Browser only; a browser
/// without the channel hears nothing, and learns it when the person comes back to the window.
pub fn listen(heard: impl Fn(News) + 'static) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else {
        return;
    };
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        if let Some(news) = message
            .data()
            .as_string()
            .as_deref()
            .and_then(News::from_name)
        {
            heard(news);
        }
    });
    channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The browser calls it until the page is gone.
    on_message.forget();
    OPEN.with_borrow_mut(|open| *open = Some(channel));
}

/// Tells the other tabs. Browser only.
pub fn tell(news: News) {
    OPEN.with_borrow(|open| {
        if let Some(channel) = open {
            // It fails for what cannot be cloned, and a string can be.
            let _ = channel.post_message(&news.name().into());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::News;

    #[test]
    fn news_survive_the_channel() {
        for news in [News::SignedIn, News::SignedOut, News::Changed] {
            assert_eq!(News::from_name(news.name()), Some(news));
        }
    }

    #[test]
    fn foreign_message_is_ignored() {
        assert_eq!(News::from_name("signed-in "), None);
        assert_eq!(News::from_name(""), None);
    }
}
