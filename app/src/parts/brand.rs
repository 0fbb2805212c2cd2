//! The sign of the house: a door ajar under a lamp.

use leptos::prelude::*;

/// The mark, as a picture without a name: it always stands beside the word or in a named link.
/// The same drawing is `public/favicon.svg`.
#[component]
pub fn BrandMark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
            <rect width="32" height="32" rx="8" fill="#3a1a40" />
            <path d="M11.5 8.5a4.5 4.5 0 0 1 9 0z" fill="#f4b24d" />
            <path d="M10 11h12v16H10z" fill="#ffd88f" />
            <path d="M10 11l7.5-1.6v20L10 27z" fill="#8c3f7c" />
            <circle cx="15.4" cy="19.6" r="1.1" fill="#ffd88f" />
        </svg>
    }
    .into_any()
}
