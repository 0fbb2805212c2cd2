//! The buttons that start a sign-in.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::page_life::on_restored;
use crate::parts::error_view::{ErrorView, Problem};
use crate::session::ProviderView;
use crate::session::live::use_session;
use crate::sign_in;

/// How long the button waits for the browser to leave the page. After that the way to the provider
/// has failed without a word (the person stopped it), and the button can be pressed again.
const LEAVING: Duration = Duration::from_secs(20);

/// A button that starts a sign-in with one provider, and says beside it why it did not start.
///
/// It is pressed once: while it works it takes no second click. Coming back from the provider by
/// the Back button finds it fresh.
#[component]
pub fn SignInButton(
    /// Whom to sign in with.
    provider: ProviderView,
    /// Lets the person choose another account at the provider.
    #[prop(optional)]
    switch_account: bool,
    /// The words on it; `Continue with …` where absent.
    #[prop(optional, into)]
    label: Option<String>,
    /// Draws it quieter than the one thing to do on a page.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    on_restored(move || pending.set(false));

    let words = label.unwrap_or_else(|| format!("Continue with {}", provider.label));
    let waiting = format!("Opening {}…", provider.label);
    let id = provider.id;
    let start = move |_| {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        problem.set(None);
        let provider = id.clone();
        spawn_local(async move {
            match sign_in::start(provider, switch_account).await {
                // The page is being left. `try_set`, for it may show something else by then.
                Ok(()) => set_timeout(move || _ = pending.try_set(false), LEAVING),
                Err(error) => {
                    pending.try_set(false);
                    problem.try_set(Some(error.into()));
                }
            }
        });
    };

    view! {
        <div class="sign-in">
            <button
                type="button"
                class="button"
                class:quiet=quiet
                aria-disabled=move || pending.get().then_some("true")
                aria-busy=move || pending.get().then_some("true")
                on:click=start
            >
                {move || if pending.get() { waiting.clone() } else { words.clone() }}
            </button>
            {move || problem.get().map(|problem| view! { <ErrorView problem /> })}
        </div>
    }
    .into_any()
}

/// One [`SignInButton`] for each provider on offer, or a sentence where there is none.
#[component]
pub fn SignInButtons() -> impl IntoView {
    let providers = use_session().providers();
    if providers.is_empty() {
        return view! {
            <p class="soft">"No sign-in service has been set up in this installation yet."</p>
        }
        .into_any();
    }
    let buttons: Vec<_> = providers
        .into_iter()
        .map(|provider| view! { <SignInButton provider /> })
        .collect();
    view! { <div class="sign-in-list">{buttons}</div> }.into_any()
}
