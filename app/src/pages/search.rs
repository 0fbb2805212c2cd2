//! x
use leptos::prelude::*;
/// x
#[component]
pub fn Search() -> impl IntoView {
    view! { <h1>"x"</h1> }
}
