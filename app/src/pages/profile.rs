//! x
use leptos::prelude::*;
/// x
#[component]
pub fn Profile() -> impl IntoView {
    view! { <h1>"x"</h1> }
}
