//! What is for the person who is signed in, and what others see in its place.

use leptos::children::ViewFn;
use leptos::prelude::*;

use crate::error::ApiError;
use crate::parts::error_view::ErrorView;
use crate::session::fresh::ask;
use crate::session::live::{Session, use_session};

/// Shows its children to a person who is signed in, the invitation to others, and grey bars while
/// it is not yet known which of the two is right: nobody is told that they are signed out before
/// that is certain.
///
/// When the session ends, here or in another tab, the children leave the page; when another account
/// takes its place they are made anew, so nothing of one person is shown to the next.
#[component]
pub fn SignedIn(
    /// What is shown to a person who is signed out.
    #[prop(into)]
    invitation: ViewFn,
    /// What is for the person signed in.
    children: ChildrenFn,
) -> impl IntoView {
    let session = use_session();
    let who = Memo::new(move |_| {
        let signed_in = session.signed_in()?;
        Some(signed_in.then(|| session.account().map(|account| account.id)))
    });
    move || match who.get() {
        None => view! { <NotYetKnown /> }.into_any(),
        Some(None) => invitation.run().into_any(),
        Some(Some(_)) => children().into_any(),
    }
}

/// Grey bars while it is not known who is here, and the reason where it cannot be found out.
#[component]
pub fn NotYetKnown() -> impl IntoView {
    let session = use_session();
    move || match session.trouble() {
        None => view! {
            <div class="bars" role="status">
                <span class="heard">"Checking who you are…"</span>
                <span class="skeleton" aria-hidden="true"></span>
                <span class="skeleton" aria-hidden="true"></span>
                <span class="skeleton" aria-hidden="true"></span>
            </div>
        }
        .into_any(),
        Some(error) => trouble(error, session),
    }
}

crate::later_view! {
    /// Why it cannot be found out.
    fn trouble(error: ApiError, session: Session) in session {
        view! { <ErrorView problem=error retry=Callback::new(move |()| ask(session)) /> }.into_any()
    }
}
