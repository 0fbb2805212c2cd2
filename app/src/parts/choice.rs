//! Lists that can be chosen from, each with an address of its own.

use leptos::prelude::*;

/// One list that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choosable {
    /// What it is called.
    pub words: &'static str,
    /// Where it is.
    pub to: String,
    /// Whether it is the one that is shown.
    pub here: bool,
}

/// Links to the lists there are. They are links and not buttons, for each list has an address.
#[component]
pub fn Choice(
    /// What is chosen, for those who do not see it.
    label: &'static str,
    /// The lists, as they are now.
    options: Signal<Vec<Choosable>>,
) -> impl IntoView {
    let links = move || {
        let links = options.get().into_iter().map(|option| {
            let current = if option.here { "true" } else { "false" };
            view! {
                <li>
                    // The page stays where it was scrolled to.
                    <a class="tab" href=option.to aria-current=current data-noscroll="true">
                        {option.words}
                    </a>
                </li>
            }
        });
        links.collect_view()
    };
    view! {
        <nav aria-label=label>
            <ul class="tabs" role="list">{links}</ul>
        </nav>
    }
    .into_any()
}
