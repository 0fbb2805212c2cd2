//! Light, dark, or as the system has it.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use crate::effect::effect;

/// Where the choice is kept. The first script of the page reads it before anything is drawn.
const KEY: &str = "stagedoor.theme";

/// The attribute of the document that the style follows.
const ATTRIBUTE: &str = "data-theme";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::System => "Like the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// A button that opens the choice of three. The icon follows the document by style alone, because
/// the server does not know the choice.
#[component]
pub fn ThemeMenu() -> impl IntoView {
    let chosen = RwSignal::new(Theme::System);
    effect(move || chosen.set(shown()));
    let choices = Theme::ALL.map(|theme| {
        view! {
            <li>
                <button
                    type="button"
                    class="menu-item"
                    aria-pressed=move || if chosen.get() == theme { "true" } else { "false" }
                    on:click=move |_| {
                        choose(theme);
                        chosen.set(theme);
                        close("theme-menu");
                    }
                >
                    {theme.words()}
                </button>
            </li>
        }
    });
    view! {
        <div class="menu">
            <button
                type="button"
                class="icon-button theme-button"
                popovertarget="theme-menu"
                aria-label="Colours"
                title="Colours"
            >
                <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
                    <g class="sun" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round">
                        <circle cx="12" cy="12" r="4" fill="currentColor" />
                        <path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1 1M17.4 17.4l1 1M5.6 18.4l1-1M17.4 6.6l1-1" />
                    </g>
                    <path class="moon" fill="currentColor" d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />
                </svg>
            </button>
            <div class="menu-sheet" id="theme-menu" popover="auto">
                <ul role="list">{choices.into_iter().collect_view()}</ul>
            </div>
        </div>
    }
    .into_any()
}

/// Closes the open menu with this id. Browser only.
pub fn close(id: &str) {
    let menu = document().get_element_by_id(id);
    if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<web_sys::HtmlElement>().ok()) {
        // It fails where the menu is closed already.
        let _ = menu.hide_popover();
    }
}

fn shown() -> Theme {
    let name = document()
        .document_element()
        .and_then(|html| html.get_attribute(ATTRIBUTE));
    Theme::ALL
        .into_iter()
        .find(|theme| name.as_deref() == Some(theme.name()))
        .unwrap_or(Theme::System)
}

/// Shows `theme` and keeps the choice, where the browser keeps anything.
fn choose(theme: Theme) {
    let storage = window().local_storage().ok().flatten();
    let Some(html) = document().document_element() else {
        return;
    };
    let _ = if theme == Theme::System {
        let _ = html.remove_attribute(ATTRIBUTE);
        storage.map(|storage| storage.remove_item(KEY))
    } else {
        let _ = html.set_attribute(ATTRIBUTE, theme.name());
        storage.map(|storage| storage.set_item(KEY, theme.name()))
    };
}

#[cfg(test)]
mod tests {
    use super::{ATTRIBUTE, KEY, Theme};

    #[test]
    fn first_script_knows_the_same_names() {
        let script = include_str!("../shell/first.js");
        assert!(script.contains(&format!("\"{KEY}\"")));
        assert_eq!(ATTRIBUTE, "data-theme");
        assert!(script.contains("dataset.theme"));
        for theme in [Theme::Light, Theme::Dark] {
            assert!(script.contains(&format!("\"{}\"", theme.name())));
        }
    }
}
