//! The account: who one is here, the ways in, what is connected, where one is signed in, and the way
//! out with everything.

pub mod act;
pub mod browsers;
pub mod connections;
pub mod farewell;
pub mod pending;
pub mod recent;
pub mod take_along;
pub mod ways;
pub mod who;

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::signed_in::SignedIn;
use crate::sign_in::button::SignInButtons;

crate::lazy_page!(account in mine: Account);

/// `/account`.
#[component]
pub fn Account() -> impl IntoView {
    view! {
        <Title text="Your account" />
        <SignedIn invitation=Invitation>
            <Mine />
        </SignedIn>
    }
    .into_any()
}

#[component]
fn Invitation() -> impl IntoView {
    view! {
        <section class="narrow invitation">
            <h1>"Your account"</h1>
            <p class="lead">"Sign in, and on this page you can"</p>
            <ul class="ticks">
                <li>"see who you are here, and by which services you can come in,"</li>
                <li>"link another service, or take one out,"</li>
                <li>"see where you are signed in, and end it from here,"</li>
                <li>"save all that is kept of you, or delete it."</li>
            </ul>
            <SignInButtons />
        </section>
    }
    .into_any()
}

#[component]
fn Mine() -> impl IntoView {
    view! {
        <section class="account">
            <h1>"Your account"</h1>
            <pending::PendingLink />
            <recent::Recent />
            <who::WhoHere />
            <ways::Ways />
            <connections::Connections />
            <browsers::Browsers />
            <take_along::TakeAlong />
            <farewell::Farewell />
        </section>
    }
    .into_any()
}
