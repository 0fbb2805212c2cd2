//! The box that searches Spotify's catalogue.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use crate::effect::effect_after;
use crate::page_life::current_address;

/// The longest question that is sent, in characters.
const LONGEST: usize = 200;

/// A search field with its button.
///
/// It searches when it is submitted and not while one types: Spotify gives an installation a few
/// hundred searches a day. It is a plain form, so it works before the app runs.
#[component]
pub fn SearchBox(
    /// What stands in it; follows the address of the page.
    #[prop(into)]
    question: Signal<String>,
) -> impl IntoView {
    let navigate = use_navigate();
    let field = NodeRef::<leptos::html::Input>::new();
    // The person may type before the app runs, so what stands in the field is only replaced when
    // the question changes later, as by the Back button.
    effect_after(move |before: Option<String>| {
        let question = question.get();
        if let (Some(before), Some(field)) = (before, field.get_untracked())
            && before != question
        {
            field.set_value(&question);
        }
        question
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else {
            return;
        };
        let Some(address) = search_address(&field.value()) else {
            // An empty question is an invitation to type one.
            let _ = field.focus();
            return;
        };
        if current_address() != address {
            navigate(&address, leptos_router::NavigateOptions::default());
        }
    };
    view! {
        <form class="search-box" role="search" method="get" action="/search" on:submit=submit>
            <label class="heard" for="question">"Artists, albums, tracks and playlists"</label>
            <input
                node_ref=field
                id="question"
                name="q"
                type="search"
                class="field"
                value=question.get_untracked()
                maxlength=LONGEST.to_string()
                placeholder="An artist, an album, a track…"
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="search"
            />
            <button type="submit" class="button">"Search"</button>
        </form>
    }
    .into_any()
}

/// `question` as it is asked: trimmed, and not endless.
pub fn asked(question: &str) -> String {
    question.trim().chars().take(LONGEST).collect()
}

/// The page that answers `question`, or `None` where there is no question.
pub fn search_address(question: &str) -> Option<String> {
    let question = asked(question);
    (!question.is_empty()).then(|| format!("/search?q={}", encoded(&question)))
}

/// `text` as one value of a query or one segment of a path (RFC 3986 §2.1).
pub fn encoded(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::search_address;

    #[test]
    fn question_is_one_query_value() {
        assert_eq!(
            search_address(" daft punk ").as_deref(),
            Some("/search?q=daft%20punk")
        );
        assert_eq!(
            search_address("a&b=c#d").as_deref(),
            Some("/search?q=a%26b%3Dc%23d")
        );
        assert_eq!(
            search_address("Björk").as_deref(),
            Some("/search?q=Bj%C3%B6rk")
        );
    }

    #[test]
    fn empty_question_goes_nowhere() {
        assert_eq!(search_address("  "), None);
    }

    #[test]
    fn endless_question_is_cut() {
        let address = search_address(&"x".repeat(1_000)).unwrap();
        assert_eq!(address.len(), "/search?q=".len() + 200);
    }
}
