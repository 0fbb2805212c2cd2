//! The front page.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use crate::parts::search_box::SearchBox;
use crate::parts::signed_in::SignedIn;
use crate::session::live::use_session;
use crate::sign_in::button::SignInButtons;

/// `/`: what this is, in one look; for a person who is signed in, the ways on.
#[component]
pub fn Landing() -> impl IntoView {
    let session = use_session();
    let known = Memo::new(move |_| session.signed_in() == Some(true));
    view! {
        <Title text="" />
        <section class="hero">
            <div class="hero-words">
                {move || if known.get() {
                    view! { <Welcome /> }.into_any()
                } else {
                    view! { <Invitation /> }.into_any()
                }}
            </div>
            <img
                class="hero-picture"
                src="/stage-door.svg"
                alt=""
                width="440"
                height="480"
            />
        </section>
        {session.provider("spotify").map(|_| view! {
            <section class="band" aria-labelledby="look-around">
                <h2 id="look-around">"Look around"</h2>
                <p class="soft">"Search Spotify's catalogue. It works without signing in."</p>
                <SearchBox question=String::new() />
            </section>
        })}
        <section class="facts" aria-label="What you can rely on">
            <Fact title="Your password stays with Spotify">
                "You type it on Spotify's own page and nowhere else. What comes back here is a key \
                 that Spotify can take away again."
            </Fact>
            <Fact title="The key stays out of reach">
                "It is kept sealed in a cookie that no script can read, not even ours. Nothing in \
                 this page can give it away."
            </Fact>
            <Fact title="You can leave at any time">
                "Signing out ends it here, in every tab, at once. One link takes you to the place \
                 where Spotify forgets us, too."
            </Fact>
        </section>
    }
    .into_any()
}

/// What this is. It is true for everybody, so it is also what stands here while it is not yet known
/// who has come; only the button waits.
#[component]
fn Invitation() -> impl IntoView {
    view! {
        <p class="eyebrow">"For listeners"</p>
        <h1>"Come in by the stage door."</h1>
        <p class="lead">
            "Sign in with Spotify and see what is yours there. Stagedoor asks for nothing it does \
             not need, and keeps the key to your account where no script can reach it."
        </p>
        <SignedIn invitation=SignInButtons>""</SignedIn>
        <p class="soft small">
            "No new password, no newsletter. " <A href="/privacy">"What is kept"</A>
        </p>
    }
    .into_any()
}

#[component]
fn Welcome() -> impl IntoView {
    let session = use_session();
    let name = move || session.account().and_then(|account| account.name);
    view! {
        <p class="eyebrow">"You are in"</p>
        <h1 class="greeting" title=name>
            {move || match name() {
                Some(name) => format!("Good to see you, {name}."),
                None => "Good to see you.".to_owned(),
            }}
        </h1>
        <p class="lead">"Where would you like to go?"</p>
        <ul class="ways" role="list">
            <li>
                <A href="/profile">
                    <strong>"Your profile"</strong>
                    <span>"Who Spotify says you are, and what this app may do"</span>
                </A>
            </li>
            <li>
                <A href="/search">
                    <strong>"Search"</strong>
                    <span>"Artists, albums, tracks and playlists"</span>
                </A>
            </li>
            <li>
                <A href="/privacy">
                    <strong>"What is kept"</strong>
                    <span>"Every row and every cookie, in plain words"</span>
                </A>
            </li>
        </ul>
    }
    .into_any()
}

#[component]
fn Fact(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <article class="fact">
            <h2>{title}</h2>
            <p>{children()}</p>
        </article>
    }
}
