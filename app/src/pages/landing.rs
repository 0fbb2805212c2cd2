//! The front page.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use crate::lazy_page::Within;
use crate::pages::overview;
use crate::parts::search_box::SearchBox;
use crate::parts::signed_in::SignedIn;
use crate::session::live::use_session;
use crate::sign_in::button::SignInButtons;
use crate::sign_in::words::any_of;

/// `/`: what this is, in one look; for a person who is signed in, the ways on.
#[component]
pub fn Landing() -> impl IntoView {
    let session = use_session();
    let known = Memo::new(move |_| session.signed_in() == Some(true));
    let page = move || {
        if known.get() {
            view! { <Within page=overview::PAGE /> }.into_any()
        } else {
            view! { <Front /> }.into_any()
        }
    };
    view! {
        <Title text="" />
        {page}
    }
    .into_any()
}

/// What somebody sees who is not signed in, or not yet known.
#[component]
fn Front() -> impl IntoView {
    let session = use_session();
    let password = session.with_labels(whose_password);
    view! {
        <section class="hero">
            <div class="hero-words"><Invitation /></div>
            <img
                class="hero-picture"
                loading="lazy"
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
            <article class="fact">
                <h2>{password.title}</h2>
                <p>{password.text}</p>
            </article>
            <article class="fact">
                <h2>"The key stays out of reach"</h2>
                <p>
                    "It is kept sealed in a cookie that no script can read, not even ours. Nothing \
                     in this page can give it away."
                </p>
            </article>
            <article class="fact">
                <h2>"You can leave at any time"</h2>
                <p>
                    "Signing out ends it here, in every tab, at once, and deleting the account \
                     takes one page. Links take you to where the services forget us, too."
                </p>
            </article>
        </section>
    }
    .into_any()
}

/// What this is. It is true for everybody, so it is also what stands here while it is not yet known
/// who has come; only the button waits.
#[component]
fn Invitation() -> impl IntoView {
    let lead = use_session().with_labels(invited);
    view! {
        <p class="eyebrow">"For listeners"</p>
        <h1>"Come in by the stage door."</h1>
        <p class="lead">
            {lead}
            " Stagedoor asks for nothing it does not need, and keeps the key to your account where \
             no script can reach it."
        </p>
        <SignedIn invitation=SignInButtons>""</SignedIn>
        <p class="soft small">
            "No new password, no newsletter. " <A href="/privacy">"What is kept"</A>
        </p>
    }
    .into_any()
}

/// A title and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Words {
    title: String,
    text: String,
}

/// What a person is invited to, by the services on offer.
fn invited(labels: &[&str]) -> String {
    match labels {
        [] => "A way in that keeps its keys to itself.".to_owned(),
        ["Spotify"] => "Sign in with Spotify and see what is yours there.".to_owned(),
        [only] => format!("Sign in with {only}, and you have an account here."),
        several => format!(
            "Sign in with the service you already use: {}.",
            any_of(several.iter().copied())
        ),
    }
}

/// Where the password stays, by the services on offer.
fn whose_password(labels: &[&str]) -> Words {
    let whose = match labels {
        [only] => (*only).to_owned(),
        _ => "the service".to_owned(),
    };
    let title = match labels {
        [only] => format!("Your password stays with {only}"),
        _ => "Your password stays where it is".to_owned(),
    };
    Words {
        title,
        text: format!(
            "You type it on {whose}'s own page and nowhere else. What comes back here is a key \
             that {whose} can take away again."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{invited, whose_password};

    #[test]
    fn words_name_the_services_on_offer() {
        assert!(invited(&["Spotify"]).starts_with("Sign in with Spotify and"));
        assert!(!invited(&["Google"]).contains("Spotify"));
        assert!(invited(&["Spotify", "Google"]).ends_with("Spotify or Google."));
        assert!(!invited(&[]).contains("Sign in"));
        assert_eq!(
            whose_password(&["Google"]).title,
            "Your password stays with Google"
        );
        assert!(
            !whose_password(&["Spotify", "Google"])
                .text
                .contains("Spotify")
        );
    }
}
