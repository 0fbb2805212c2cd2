//! The end of a session, by the person's own hand.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::api;
use crate::error::Code;
use crate::notice::{Notice, use_notice};
use crate::parts::error_view::{ErrorView, Problem};
use crate::session::live::use_session;
use crate::sign_in::verifiers;
use crate::tabs::{self, News};

/// A button that ends the session of this browser, in every tab at once, and goes to the front
/// page. Says beside it why it could not.
#[component]
pub fn SignOutButton() -> impl IntoView {
    let session = use_session();
    let notice = use_notice();
    let navigate = use_navigate();
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);

    let sign_out = move |_| {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        problem.set(None);
        let navigate = navigate.clone();
        // Named before they are gone: only who was connected has a session left elsewhere.
        let elsewhere = elsewhere(
            session
                .providers()
                .into_iter()
                .filter(|provider| {
                    session
                        .view_untracked()
                        .is_some_and(|view| view.connection(&provider.id).is_some())
                })
                .map(|provider| provider.label),
        );
        spawn_local(async move {
            match api::sign_out(None).await {
                Ok(ended) => {
                    verifiers::forget_everything();
                    session.end();
                    tabs::tell(&News::SignedOut);
                    let said = Notice::new(format!("You are signed out here. {elsewhere}"));
                    let said = match ended.end_session_url {
                        Some(url) => said.link("Sign out there, too", url),
                        None => said,
                    };
                    notice.put("/", said);
                    navigate("/", NavigateOptions::default());
                }
                // The cookies of this browser are gone, though the server could not write it down.
                Err(error) if error.code == Code::Unavailable => {
                    verifiers::forget_everything();
                    session.end();
                    tabs::tell(&News::SignedOut);
                    let text = "You are signed out in this browser. The server could not write \
                                it down yet and will try again.";
                    notice.put("/", Notice::new(text));
                    navigate("/", NavigateOptions::default());
                }
                Err(error) => {
                    pending.try_set(false);
                    problem.try_set(Some(error.into()));
                }
            }
        });
    };

    view! {
        <div class="sign-out">
            <button
                type="button"
                class="button quiet"
                aria-disabled=move || pending.get().then_some("true")
                aria-busy=move || pending.get().then_some("true")
                on:click=sign_out
            >
                {move || if pending.get() { "Signing out…" } else { "Sign out" }}
            </button>
            {move || problem.get().map(|problem| view! { <ErrorView problem /> })}
        </div>
    }
    .into_any()
}

/// What is true about the providers' own sessions after a sign-out here.
fn elsewhere(labels: impl Iterator<Item = String>) -> String {
    let labels: Vec<_> = labels.collect();
    if labels.is_empty() {
        "The sign-in service may still know you in this browser.".to_owned()
    } else {
        format!(
            "You are still signed in at {} in this browser.",
            labels.join(" and ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::elsewhere;

    #[test]
    fn connected_services_are_named() {
        let both = ["Spotify", "Google"].map(str::to_owned).into_iter();
        assert_eq!(
            elsewhere(both),
            "You are still signed in at Spotify and Google in this browser."
        );
        assert_eq!(
            elsewhere(std::iter::empty()),
            "The sign-in service may still know you in this browser."
        );
    }
}
