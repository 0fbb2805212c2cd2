//! Who one is at Spotify, and what this app holds.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use spotify::model::PrivateUser;
use spotify::{Permission, Request};

use crate::music::{Loading, use_call};
use crate::page_life::is_web_address;
use crate::pages::account::who::WhoHere;
use crate::parts::artwork::{Artwork, fitting};
use crate::parts::date::Day;
use crate::parts::error_view::{ErrorView, Problem};
use crate::parts::open_spotify::{FromSpotify, OpenSpotify};
use crate::parts::signed_in::SignedIn;
use crate::session::ConnectionView;
use crate::session::live::use_session;
use crate::sign_in::button::{ConnectButton, SignInButton, SignInButtons};
use crate::sign_in::errand::Intent;
use crate::sign_in::words::{SPOTIFY, SPOTIFY_APPS};
use crate::sign_out::SignOutButton;

crate::lazy_page!(profile in mine: Profile);

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
    let (whose, its) = use_session().with_labels(|labels| match labels {
        [only] => ((*only).to_owned(), format!("{only}'s")),
        _ => ("the service you choose".to_owned(), "its".to_owned()),
    });
    view! {
        <section class="narrow invitation">
            <h1>"Your profile"</h1>
            <p class="lead">"Sign in, and this page shows"</p>
            <ul class="ticks">
                <li>{format!("the name and the picture that {whose} has of you,")}</li>
                <li>"what this app may do for you, and since when,"</li>
                <li>"when that ends by itself, and how to end it now."</li>
            </ul>
            <p>
                {format!(
                    "You type your password on {its} own page. It stays with {whose}, and this \
                     app never sees it."
                )}
            </p>
            <SignInButtons />
        </section>
    }
    .into_any()
}

#[component]
fn Mine() -> impl IntoView {
    let session = use_session();
    let connected = Memo::new(move |_| {
        session
            .view()
            .is_some_and(|view| view.connection(SPOTIFY).is_some())
    });
    view! {
        <section class="profile">
            <h1>"Your profile"</h1>
            {move || if connected.get() {
                view! { <AtSpotify /> }.into_any()
            } else {
                view! { <WithoutSpotify /> }.into_any()
            }}
            <div class="profile-cards">
                <Held />
                <Ending />
            </div>
        </section>
    }
    .into_any()
}

/// Who a person is here whose browser holds no connection to Spotify, and the way to one.
#[component]
fn WithoutSpotify() -> impl IntoView {
    let session = use_session();
    let linked = Memo::new(move |_| session.has_identity(SPOTIFY));
    let ended = Memo::new(move |_| session.has_ended(SPOTIFY));
    view! {
        <WhoHere />
        {session.provider(SPOTIFY).map(|provider| view! {
            <section class="card" aria-labelledby="connect">
                {move || {
                    let provider = provider.clone();
                    let (title, words) = match (linked.get(), ended.get()) {
                        (_, true) => (
                            "The connection has ended",
                            "Spotify ends a connection after six months, or when you remove this \
                             app there. Connect again, and this page shows who you are there.",
                        ),
                        (true, false) => (
                            "Spotify is not connected in this browser",
                            "Spotify belongs to your account. Connect it here, too, and this page \
                             shows who you are there.",
                        ),
                        // Nothing went wrong: they came in by another door.
                        (false, false) => (
                            "Spotify is not connected",
                            "You are signed in without it. Connect it, and this page shows who you \
                             are there, and your music is within reach.",
                        ),
                    };
                    view! {
                        <h2 id="connect">{title}</h2>
                        <p>{words}</p>
                        <ConnectButton provider return_to=Some("/profile") ended=ended.get() />
                    }
                }}
            </section>
        })}
    }
    .into_any()
}

/// What Spotify says about the person, asked for afresh.
#[component]
fn AtSpotify() -> impl IntoView {
    let session = use_session();
    let me = use_call(move || {
        // What was allowed since tells more.
        let _ = session.tie();
        Some(Request::me())
    });
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
                    let problem = Problem::from(error).naming("Spotify");
                    view! { <ErrorView problem retry=me.retry() /> }.into_any()
                }
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Person(user: PrivateUser) -> impl IntoView {
    let told_plan = plan(user.product.as_deref(), user.country.as_deref());
    let told_email = user.email.clone();
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
        <dl class="terms">
            <Told permission=Permission::Email told=told_email />
            <Told permission=Permission::Subscription told=told_plan />
        </dl>
        <FromSpotify />
    }
    .into_any()
}

/// One thing that Spotify tells where it was allowed, else the button that allows it. Spotify tells
/// some of it to apps of some kinds alone.
#[component]
fn Told(permission: Permission, told: Option<String>) -> impl IntoView {
    let session = use_session();
    let held = Memo::new(move |_| session.holds(permission));
    view! {
        <div>
            <dt>{permission.title()}</dt>
            <dd>
                {move || if held.get() {
                    told.clone()
                        .unwrap_or_else(|| "Spotify does not tell it to this app.".to_owned())
                        .into_any()
                } else {
                    let allow = session.provider(SPOTIFY).map(|provider| view! {
                        <SignInButton
                            provider
                            label="Show it"
                            heard=format!("Show it: {}", permission.title())
                            intent=Intent::Grant
                            permissions=vec![permission.name().to_owned()]
                            quiet=true
                        />
                    });
                    view! {
                        <p class="soft">{permission.sentence()}</p>
                        {allow}
                    }
                    .into_any()
                }}
            </dd>
        </div>
    }
    .into_any()
}

/// The plan and the country, as far as they are told.
fn plan(product: Option<&str>, country: Option<&str>) -> Option<String> {
    let plan = product.map(|product| match product {
        "premium" => "Premium".to_owned(),
        "free" | "open" => "Free".to_owned(),
        other => other.to_owned(),
    });
    let parts: Vec<_> = plan.into_iter().chain(country.map(str::to_owned)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
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
                "Kept on this server: your name, your e-mail address where a service gave one, your \
                 picture's address, your ids at the services and your sessions. The keys from the \
                 services are sealed in your browser's cookies. "
                <A href="/privacy">"All of it, in plain words"</A>
                ", and " <A href="/account">"your account"</A> " to change or end it."
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
        let titles = connection
            .permissions
            .iter()
            .filter_map(|name| Permission::parse(name))
            .map(Permission::title);
        titles.collect::<Vec<_>>().join("; ")
    };
    view! {
        <div>
            <dt>"Connected since"</dt>
            <dd><Day at=connection.granted_at /></dd>
        </div>
        <div>
            <dt>"Special permissions"</dt>
            <dd>{permissions} " " <A href="/permissions">"See and end them"</A></dd>
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
    let connected = Memo::new(move |_| {
        session
            .view()
            .is_some_and(|view| view.connection(SPOTIFY).is_some())
    });
    view! {
        <section class="card" aria-labelledby="ending">
            <h2 id="ending">"Change or end it"</h2>
            <div class="actions">
                {move || connected.get().then(|| session.provider(SPOTIFY)).flatten().map(|provider| view! {
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
                "Signing out ends it here."
                {move || connected.get().then(|| view! {
                    " To take the permission back as well, remove this app on "
                    <a href=SPOTIFY_APPS rel="external noreferrer">
                        "Spotify's page of apps you let in"
                    </a>
                    "; a key already given out there works for an hour at most."
                })}
            </p>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::plan;

    #[test]
    fn plan_is_told_as_far_as_it_is_known() {
        assert_eq!(
            plan(Some("premium"), Some("SE")).as_deref(),
            Some("Premium, SE")
        );
        assert_eq!(plan(Some("open"), None).as_deref(), Some("Free"));
        assert_eq!(plan(None, Some("SE")).as_deref(), Some("SE"));
        assert_eq!(plan(None, None), None);
    }
}
