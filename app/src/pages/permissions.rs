//! What this app may do at Spotify for the person, why, when they agreed and until when; and how to end it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use spotify::Permission;

use crate::pages::account::act::{Outcome, use_act};
use crate::pages::account::connections::DisconnectButton;
use crate::parts::date::Day;
use crate::parts::ending_soon::{End, Renew, use_end};
use crate::parts::signed_in::SignedIn;
use crate::session::ConnectionView;
use crate::session::live::use_session;
use crate::sign_in::button::{ConnectButton, SignInButton, SignInButtons};
use crate::sign_in::errand::Intent;
use crate::sign_in::words::{SPOTIFY, SPOTIFY_APPS};

crate::lazy_page!(permissions in mine: Permissions);

/// `/permissions`.
#[component]
pub fn Permissions() -> impl IntoView {
    view! {
        <Title text="Permissions" />
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
            <h1>"Permissions"</h1>
            <p class="lead">"Signing in allows nothing. Later, and only when you press for it, a page \
                             may ask. Sign in, and this page shows"</p>
            <ul class="ticks">
                <li>"what you allowed this app, and why it asked,"</li>
                <li>"when you agreed last, and until when,"</li>
                <li>"and how to end it."</li>
            </ul>
            <SignInButtons />
        </section>
    }
    .into_any()
}

#[component]
fn Mine() -> impl IntoView {
    let session = use_session();
    // What Spotify has just ended is not shown as held, whether or not the server was asked since.
    let connection = Memo::new(move |_| {
        session
            .view()
            .filter(|_| !session.has_ended(SPOTIFY))
            .and_then(|view| view.connection(SPOTIFY).cloned())
    });
    view! {
        <section class="account permissions">
            <h1>"Permissions"</h1>
            <p class="lead">"What this app may do for you at Spotify. It asks only when you press for it."</p>
            {move || match connection.get() {
                Some(connection) => view! { <Held connection /> <Others /> }.into_any(),
                None => view! { <WithoutConnection /> }.into_any(),
            }}
            <Ending />
        </section>
    }
    .into_any()
}

/// What there is to say where this browser holds no connection.
#[component]
fn WithoutConnection() -> impl IntoView {
    let session = use_session();
    let Some(provider) = session.provider(SPOTIFY) else {
        return view! {
            <section class="card" aria-labelledby="held">
                <h2 id="held">"Nothing to allow"</h2>
                <p>"This installation works without Spotify. It knows who you are, and nothing more."</p>
            </section>
        }
        .into_any();
    };
    let linked = Memo::new(move |_| session.has_identity(SPOTIFY));
    let ended = Memo::new(move |_| session.has_ended(SPOTIFY));
    view! {
        <section class="card" aria-labelledby="held">
            {move || {
                let provider = provider.clone();
                let (title, words) = match (linked.get(), ended.get()) {
                    (_, true) => (
                        "The connection has ended",
                        "Spotify ends a connection after six months, or when you remove this app \
                         there. Connect again, and what you allowed before is asked for again.",
                    ),
                    (true, false) => (
                        "Spotify is not connected in this browser",
                        "Spotify belongs to your account. Without a connection here, this app may \
                         do nothing for you there.",
                    ),
                    (false, false) => (
                        "Spotify is not connected",
                        "You are signed in without it, so there is nothing it allows. Connecting \
                         allows nothing by itself either.",
                    ),
                };
                view! {
                    <h2 id="held">{title}</h2>
                    <p>{words}</p>
                    <ConnectButton provider return_to=Some("/permissions") ended=ended.get() />
                }
            }}
        </section>
    }
    .into_any()
}

/// What the person allowed.
#[component]
fn Held(connection: ConnectionView) -> impl IntoView {
    let held: Vec<_> = connection
        .permissions
        .iter()
        .filter_map(|name| Permission::parse(name))
        .collect();
    let empty = held.is_empty();
    let (agreed, until) = (connection.granted_at, connection.grant_ends_at);
    let entries = held
        .into_iter()
        .map(|permission| {
            let since = connection.since.get(permission.name());
            let since = since.copied().unwrap_or(agreed);
            view! { <Entry permission since until /> }
        })
        .collect_view();
    let end = use_end();
    view! {
        <section class="card" aria-labelledby="held">
            <h2 id="held">"What you allowed"</h2>
            {move || match end.get() {
                End::Far => ().into_any(),
                End::Near(at) => view! {
                    <div class="problem calm" role="note">
                        <p class="problem-sentence">
                            "Spotify ends all of it on " <Day at /> ", six months after you agreed."
                        </p>
                        <p>"Renewing takes one press. You are not asked again for what you allowed."</p>
                        <div class="problem-way"><Renew /></div>
                    </div>
                }
                .into_any(),
                End::Past(at) => view! {
                    <div class="problem calm" role="note">
                        <p class="problem-sentence">
                            "Spotify ended all of it on " <Day at /> ", six months after you agreed."
                        </p>
                        <div class="problem-way"><Reconnect /></div>
                    </div>
                }
                .into_any(),
            }}
            {empty.then(|| view! {
                <p>
                    "Nothing special. This app sees what anybody can see of you: your name, your \
                     picture, and what you show in public."
                </p>
            })}
            <p class="soft">
                "You agreed last on " <Day at=agreed />
                {until.map(|at| view! { "; it ends on " <Day at /> " at the latest" })} "."
            </p>
            <ul class="entries" role="list">{entries}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Reconnect() -> impl IntoView {
    let provider = use_session().provider(SPOTIFY)?;
    Some(view! { <ConnectButton provider ended=true /> })
}

#[component]
fn Entry(permission: Permission, since: i64, until: Option<i64>) -> impl IntoView {
    view! {
        <li class="entry" data-permission=permission.name()>
            <div class="entry-words">
                <h3>{permission.title()}</h3>
                <p>{permission.sentence()}</p>
                <p class="soft small">{used_by(permission)}</p>
            </div>
            <dl class="terms">
                <div><dt>"Since"</dt><dd><Day at=since /></dd></div>
                {until.map(|at| view! {
                    <div><dt>"Until"</dt><dd><Day at /></dd></div>
                })}
                <div>
                    <dt>"End it"</dt>
                    <dd><a href="#ending" rel="external">"With all others"</a></dd>
                </div>
            </dl>
        </li>
    }
    .into_any()
}

/// The pages that use it, as links.
fn used_by(permission: Permission) -> AnyView {
    let pages = permission.pages();
    if pages.is_empty() {
        return "No page of this app uses it.".into_any();
    }
    let links = pages
        .iter()
        .map(|&page| view! { " " <A href=page>{page_name(page)}</A> })
        .collect_view();
    view! { "Used by:" {links} }.into_any()
}

/// What the page at `path` is called.
fn page_name(path: &'static str) -> &'static str {
    match path {
        "/search" => "Search",
        "/top" => "Your top lists",
        "/artists" => "Artists you follow",
        "/playlists" => "Your playlists",
        "/recent" => "Recently played",
        "/saved" => "What you saved",
        "/profile" => "Your profile",
        other => other,
    }
}

/// What the person has not allowed and some page could use, each with a button of its own.
#[component]
fn Others() -> impl IntoView {
    let session = use_session();
    let others = Memo::new(move |_| {
        let tie = session.tie();
        Permission::ALL
            .into_iter()
            .filter(|permission| {
                !permission.pages().is_empty() && !permission.is_among(&tie.permissions)
            })
            .collect::<Vec<_>>()
    });
    let list = move || {
        let entries = others.get().into_iter().map(|permission| {
            let allow = session.provider(SPOTIFY).map(|provider| {
                let permissions = vec![permission.name().to_owned()];
                view! {
                    <SignInButton
                        provider
                        label="Allow"
                        heard=format!("Allow: {}", permission.title())
                        intent=Intent::Grant
                        permissions
                        quiet=true
                    />
                }
            });
            view! {
                <li class="entry" data-permission=permission.name()>
                    <div class="entry-words">
                        <h3>{permission.title()}</h3>
                        <p class="soft">{permission.sentence()}</p>
                        <p class="soft small">{used_by(permission)}</p>
                    </div>
                    <div class="entry-deeds">{allow}</div>
                </li>
            }
        });
        entries.collect_view()
    };
    move || {
        (!others.with(Vec::is_empty)).then(|| {
            view! {
                <section class="card" aria-labelledby="others">
                    <h2 id="others">"What you have not allowed"</h2>
                    <p class="soft">
                        "Nothing of it is needed. Pages ask by themselves when you press for \
                         something; here you can allow it before."
                    </p>
                    <ul class="entries" role="list">{list}</ul>
                </section>
            }
        })
    }
}

/// How to end it, and what that means.
#[component]
fn Ending() -> impl IntoView {
    let session = use_session();
    let act = use_act();
    let connected = Memo::new(move |_| session.tie().granted_at.is_some());
    session.provider(SPOTIFY).map(|_| {
        view! {
            <section class="card" id="ending" aria-labelledby="ending-title" tabindex="-1">
                <h2 id="ending-title">"How to end it"</h2>
                <ul class="ticks">
                    <li>
                        <strong>"One of them: "</strong>
                        "Spotify cannot take back a single permission. End all of them, connect \
                         again, and allow only what you want."
                    </li>
                    <li>
                        <strong>"All, for this app: "</strong>
                        "disconnect. The connection ends in every browser of your account, within \
                         seconds. You stay signed in."
                    </li>
                    <li>
                        <strong>"All, at Spotify too: "</strong>
                        "remove this app on "
                        <a href=SPOTIFY_APPS rel="external noreferrer">
                            "Spotify's page of apps you let in"
                        </a>
                        ". Only Spotify can forget what you allowed; until then, connecting again \
                         may give it back without a question."
                    </li>
                </ul>
                <p class="soft">
                    "A key that was given out already works at Spotify for up to an hour, which \
                     nobody can shorten. After you disconnect, nobody holds it any more."
                </p>
                <Outcome act />
                {move || connected.get().then(|| view! {
                    <div class="actions">
                        <DisconnectButton act id=SPOTIFY.to_owned() />
                    </div>
                })}
            </section>
        }
    })
}
