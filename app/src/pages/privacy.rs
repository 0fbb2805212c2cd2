//! What is kept, in plain words.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use crate::page_life::is_web_address;
use crate::parts::date::span_in_words;
use crate::session::live::use_session;
use crate::sign_in::words::{any_of, manage_url};

crate::lazy_page!(privacy in privacy: Privacy);

/// `/privacy`: what is kept where, why, how long, and how to end it.
#[component]
pub fn Privacy() -> impl IntoView {
    view! {
        <Title text="What is kept" />
        <article class="narrow prose">
            <h1>"What is kept, and where"</h1>
            <p class="lead">
                "As little as a sign-in can do with."
            </p>
            <OnTheServer />
            <InTheBrowser />
            <HowToEndIt />
            <p>
                <A href="/profile">"See what is held for you now"</A>
                " · "
                <A href="/account">"Your account"</A>
                {use_session().provider("spotify").map(|_| view! {
                    " · " <A href="/permissions">"What you allowed"</A>
                })}
            </p>
        </article>
    }
    .into_any()
}

/// One kind of thing that is kept.
struct Row {
    what: &'static str,
    why: &'static str,
    how_long: String,
}

#[component]
fn OnTheServer() -> impl IntoView {
    let session = use_session();
    let life = session.life();
    let session_lasts = if life.idle_s > 0 && life.max_s > 0 {
        format!(
            "Until you sign out or end it on your account page; at the latest after {} without use \
             or {} in all.",
            span_in_words(life.idle_s),
            span_in_words(life.max_s)
        )
    } else {
        "Until you sign out, or have been away too long; your profile says until when.".to_owned()
    };
    let rows = [
        Row {
            what: "Your account",
            why: "A number of our own, the day it was made, your display name, your e-mail address \
                  and the address of your picture, where a service gave them: so that the page can \
                  greet you, and you can tell which account it is. Nothing is looked up by the \
                  e-mail address, and nothing is sent to it.",
            how_long: "Until you delete the account; renewed with each sign-in.".to_owned(),
        },
        Row {
            what: "Your identities",
            why: "For each service you linked: the id it gives you, so that you find the same \
                  account next time, the name and the e-mail address it told, when it was linked \
                  and when it was last used, so that you can tell one from another.",
            how_long: "Until you unlink it or delete the account.".to_owned(),
        },
        Row {
            what: "Your sessions",
            why: "When and with which service you signed in, when you were last here, and what your \
                  browser calls itself, such as “Firefox on Linux”: so that you can see where you \
                  are signed in and end it at once, also for a stolen cookie. And the number that \
                  the service gave the sign-in, so that it can end it here, too. No address, no \
                  place.",
            how_long: session_lasts,
        },
        Row {
            what: "Ended sessions",
            why: "The number of a session that ended, so that a copied cookie is worth nothing from \
                  that moment on.",
            how_long: "Some minutes longer than such a cookie could speak for it, which is ten."
                .to_owned(),
        },
        Row {
            what: "Renewed keys",
            why: "When a service renews the key in your browser's cookie, the new one waits here for \
                  tabs that still carry the older, locked so that it opens with that older key \
                  alone. And a fingerprint of a key that was replaced, so that it is never sent \
                  again.",
            how_long: "A day at most; the fingerprint until the session or the connection ends."
                .to_owned(),
        },
        Row {
            what: "Changes",
            why: "When something about your account changed last, so that every server of this \
                  installation forgets what it had in memory.",
            how_long: "Some minutes.".to_owned(),
        },
        Row {
            what: "Used sign-ins",
            why: "A fingerprint of each finished sign-in, so that nobody can play it back.",
            how_long: "Twenty minutes.".to_owned(),
        },
        Row {
            what: "Used logout messages",
            why: "A fingerprint of each message by which a service ended your session here, so \
                  that nobody can play it back.",
            how_long: "As long as such a message could be valid; minutes.".to_owned(),
        },
    ];
    let rows = rows
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row">{row.what}</th>
                    <td>{row.why}</td>
                    <td>{row.how_long}</td>
                </tr>
            }
        })
        .collect_view();
    let service = one_service();
    view! {
        <h2>"On this server"</h2>
        <div class="scroll" role="region" aria-label="Table of what is kept" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"How long"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p>
            {format!("No password: you type it at {service} alone. ")}
            {session.provider("spotify").map(|_| {
                "No list of what you hear: it passes through to your browser and is not written \
                 down. "
            })}
            "The log says which kind of page was asked for, when and with what result, and not by \
             whom. Addresses are counted in memory for some minutes, against floods."
        </p>
        <p>
            "Some things here ask for a recent sign-in. That is what this installation saw itself, \
             ten minutes ago at most: the service may have known you without asking for your \
             password again."
        </p>
    }
    .into_any()
}

#[component]
fn InTheBrowser() -> impl IntoView {
    let session = use_session();
    let service = one_service();
    view! {
        <h2>"In your browser"</h2>
        <ul>
            <li>
                {format!(
                    "The keys that {service} gave for you, sealed, in a cookie that no script can \
                     read. This server can open it only while your browser shows it."
                )}
            </li>
            <li>"Who you are here, signed, in a cookie of the same kind."</li>
            <li>
                "While something you went to link waits for your word: what the service told of it, \
                 sealed, for ten minutes at most."
            </li>
            <li>
                "While you are signing in, linking or allowing something: a secret in this tab, the \
                 page to come back to and what you pressed for; and what was begun, sealed, in a \
                 cookie. They are gone as soon as it has \
                 ended, well or not, or the tab is closed; after ten minutes they are worth nothing."
            </li>
            <li>"Your choice of light or dark, if you made one."</li>
        </ul>
        <p>
            "There is no tracking and no advertising, and no page here loads a script of anybody \
             else. "
            {session.provider("spotify").map(|_| {
                "Pictures of music come from Spotify's servers, and yours from the service that \
                 gave it; they are not told what page you are on."
            })}
            {session.provider("spotify").is_none().then_some(
                "Your picture comes from the service that gave it, which is not told what page you \
                 are on."
            )}
        </p>
    }
    .into_any()
}

#[component]
fn HowToEndIt() -> impl IntoView {
    let session = use_session();
    let there = session
        .providers()
        .into_iter()
        .filter_map(|provider| {
            let address = manage_url(&provider).filter(|address| is_web_address(address))?;
            let label = provider.label;
            let after = match provider.id.as_str() {
                "spotify" => {
                    ". The key we hold stops working within the hour. Spotify ends it by itself \
                     six months after you agreed."
                }
                "google" => {
                    ". Disconnecting Google on your account page does the same: it takes back \
                     everything that any app of this installation's project was granted."
                }
                _ => ".",
            };
            Some(view! {
                <li>
                    <strong>{format!("At {label}:")}</strong>
                    " remove Stagedoor on "
                    <a href=address rel="external noreferrer">"the page of apps you let in"</a>
                    {after}
                </li>
            })
        })
        .collect_view();
    view! {
        <h2>"How to end it"</h2>
        <ul>
            <li>
                <strong>"Here:"</strong>
                " sign out. The session ends and the cookies go, in every tab of this browser. "
                <A href="/account">"Your account page"</A>
                " ends it in other browsers, too."
            </li>
            {there}
            <li>
                <strong>"Take it along:"</strong>
                " your account page saves all of it in one file."
            </li>
            <li>
                <strong>"Everything:"</strong>
                " delete your account there. Every row goes at once, and the services connected in \
                 that browser are asked to take their grants back where they can."
            </li>
        </ul>
    }
    .into_any()
}

/// `Spotify`, `Spotify or Google`, or `the service` where none is on offer.
fn one_service() -> String {
    use_session().with_labels(|labels| {
        if labels.is_empty() {
            "the service".to_owned()
        } else {
            any_of(labels.iter().copied())
        }
    })
}
