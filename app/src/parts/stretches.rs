//! Long lists: drawn in stretches, and each entry once, however the list changes.

use std::sync::Arc;

use leptos::prelude::*;

/// So many rows a whole stretch has: as many as Spotify gives at once. The style sheet foretells their height.
pub const STRETCH: usize = 50;

/// A stretch of a list. The browser lays out and draws none that is `whole` and far out of sight; one that is
/// not may be as high as it likes. An entry is told by its role, for the list is not its parent.
pub fn stretch(entries: AnyView, whole: Signal<bool>) -> AnyView {
    view! {
        <div class="stretch" class:whole=move || whole.get() role="none">{entries}</div>
    }
    .into_any()
}

/// Draws what `drawn` makes of each of `keys`, in their order. A key that was there before keeps what was
/// drawn for it, and no key may be there twice.
///
/// Each change looks at all keys. A long list is a list of stretches, and each of them a list of its own.
pub fn keyed(
    keys: impl Fn() -> Vec<u32> + Send + 'static,
    drawn: impl Fn(u32) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    boxed(Box::new(keys), Arc::new(drawn))
}

/// One such list for all of them, so that the program holds its code once.
fn boxed(
    keys: Box<dyn Fn() -> Vec<u32> + Send>,
    drawn: Arc<dyn Fn(u32) -> AnyView + Send + Sync>,
) -> AnyView {
    view! { <For each=keys key=|key| *key children=move |key| drawn(key) /> }.into_any()
}
