//! Who one is at Spotify, and what this app holds.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use spotify::Request;
use spotify::model::PrivateUser;

use crate::music::{Loading, use_call};
use crate::page_life::is_web_address;
use crate::parts::artwork::{Artwork, fitting};
use crate::parts::date::Day;
use crate::parts::error_view::ErrorView;
use crate::parts::open_spotify::{FromSpotify, OpenSpotify};
use crate::parts::signed_in::SignedIn;
use crate::session::ConnectionView;
use crate::session::live::use_session;
use crate::sign_in::button::{SignInButton, SignInButtons};
use crate::sign_out::SignOutButton;

/// The provider whose profile is shown.
const SPOTIFY: &str = "spotify";

/// `/profile`.
#[component]
pub fn Profile() -> impl IntoView {
    view! {
        <Title text="Your profile" />
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
            <h1>"Your profile"</h1>
            <p class="lead">"Sign in, and this page shows"</p>
            <ul class="ticks">
                <li>"the name and the picture that Spotify has of you,"</li>
                <li>"what this app may do for you, and since when,"</li>
                <li>"when Spotify ends that by itself, and how to end it now."</li>
            </ul>
            <p>
                "You type your password on Spotify's own page. It stays with Spotify, and this app \
                 never sees it."
            </p>
            <SignInButtons />
        </section>
    }
    .into_any()
}

#[component]
fn Mine() -> impl IntoView {
    view! {
        <section class="profile">
            <h1>"Your profile"</h1>
            <AtSpotify />
            <div class="profile-cards">
                <Held />
                <Ending />
            </div>
        </section>
    }
    .into_any()
}

/// What Spotify says about the person, asked for afresh.
#[component]
fn AtSpotify() -> impl IntoView {
    let me = use_call(|| Some(Request::me()));
    view! {
        <section class="card" aria-labelledby="at-spotify" aria-busy=move || {
            matches!(me.get(), Loading::Pending).then_some("true")
        }>
            <h2 id="at-spotify">"At Spotify"</h2>
            {move || match me.get() {
                Loading::Idle | Loading::Pending => view! {
                    <div class="person">
                        <span class="artwork skeleton" aria-hidden="true"></span>
                        <p class="soft" role="status">"Asking Spotify who you are…"</p>
                    </div>
                }
                .into_any(),
                Loading::Ready(user) => view! { <Person user /> }.into_any(),
                Loading::Failed(error) => {
                    view! { <ErrorView problem=error retry=me.retry() /> }.into_any()
                }
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Person(user: PrivateUser) -> impl IntoView {
    let name = user.display_name.unwrap_or_else(|| user.id.clone());
    let address = user
        .external_urls
        .spotify
        .filter(|address| is_web_address(address));
    view! {
        <div class="person">
            <Artwork address=fitting(&user.images, 300) alt="Your picture at Spotify" size=128 />
            <div class="person-words">
                <p class="person-name" title=name.clone()>{name.clone()}</p>
                <p class="soft">"Spotify id: " <span class="person-id">{user.id}</span></p>
                {address.map(|address| view! { <p><OpenSpotify address of="your profile" /></p> })}
            </div>
        </div>
        <FromSpotify />
    }
    .into_any()
}

/// What this app holds for the person, from the session alone.
#[component]
fn Held() -> impl IntoView {
    let session = use_session();
    let connection = Memo::new(move |_| {
        session
            .view()
            .and_then(|view| view.connection(SPOTIFY).cloned())
    });
    let ends = Memo::new(move |_| session.view().and_then(|view| view.session_ends_at));
    view! {
        <section class="card" aria-labelledby="held">
            <h2 id="held">"What is held for you"</h2>
            <dl class="terms">
                {move || connection.get().map(|connection| view! { <Terms connection /> })}
                {move || ends.get().map(|at| view! {
                    <div>
                        <dt>"Signed in here until"</dt>
                        <dd><Day at /> ", and longer with each visit"</dd>
                    </div>
                })}
            </dl>
            <p>
                "Kept on this server: your name, your picture's address, your Spotify id and this \
                 session. The keys from Spotify are sealed in your browser's cookies. "
                <A href="/privacy">"All of it, in plain words"</A>
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn Terms(connection: ConnectionView) -> impl IntoView {
    let permissions = if connection.permissions.is_empty() {
        "None. It sees what anybody can see of you.".to_owned()
    } else {
        connection.permissions.join(", ")
    };
    view! {
        <div>
            <dt>"Connected since"</dt>
            <dd><Day at=connection.granted_at /></dd>
        </div>
        <div>
            <dt>"Special permissions"</dt>
            <dd>{permissions}</dd>
        </div>
        {connection.grant_ends_at.map(|at| view! {
            <div>
                <dt>"Spotify ends it on"</dt>
                <dd><Day at /> ", six months after you agreed"</dd>
            </div>
        })}
    }
    .into_any()
}

/// The ways out.
#[component]
fn Ending() -> impl IntoView {
    let session = use_session();
    view! {
        <section class="card" aria-labelledby="ending">
            <h2 id="ending">"Change or end it"</h2>
            <div class="actions">
                {session.provider(SPOTIFY).map(|provider| view! {
                    <SignInButton
                        provider
                        label="Use another account"
                        switch_account=true
                        quiet=true
                    />
                })}
                <SignOutButton />
            </div>
            <p class="soft">
                "Signing out ends it here. To take the permission back as well, remove this app on "
                <a href="https://www.spotify.com/account/apps/" rel="external noreferrer">
                    "Spotify's page of apps you let in"
                </a>
                "; a key already given out there works for an hour at most."
            </p>
        </section>
    }
    .into_any()
}
