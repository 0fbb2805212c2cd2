//! The identities that lead into the account.

use leptos::prelude::*;

use super::act::{Act, Confirmed, Outcome, use_act};
use crate::api::account::unlink;
use crate::notice::Notice;
use crate::parts::date::Moment;
use crate::session::IdentityView;
use crate::session::live::use_session;
use crate::sign_in::button::SignInButton;
use crate::sign_in::errand::Intent;
use crate::tabs::{self, News};

/// The identities, with a way to take each out, and the providers that could be added.
#[component]
pub fn Ways() -> impl IntoView {
    let session = use_session();
    let act = use_act();
    let identities = Memo::new(move |_| {
        session
            .view()
            .map(|view| view.identities)
            .unwrap_or_default()
    });
    let list = move || {
        let all = identities.get();
        let only = all.len() < 2;
        all.into_iter()
            .map(|identity| view! { <Way act identity only /> })
            .collect_view()
    };
    let offers = move || {
        let linked = identities.get();
        session
            .providers()
            .into_iter()
            .filter(|provider| linked.iter().all(|it| it.provider != provider.id))
            .map(|provider| {
                let label = format!("Link {}", provider.label);
                view! {
                    <SignInButton provider label intent=Intent::Link return_to=Some("/account") quiet=true />
                }
            })
            .collect_view()
    };
    view! {
        <section class="card" aria-labelledby="ways">
            <h2 id="ways">"Ways to sign in"</h2>
            <p class="soft">
                "Each of these leads into this account. They are told apart by the id that the \
                 service gave, never by an e-mail address."
            </p>
            <Outcome act />
            <ul class="entries" role="list">{list}</ul>
            <div class="sign-in-list">{offers}</div>
        </section>
    }
    .into_any()
}

#[component]
fn Way(act: Act, identity: IdentityView, only: bool) -> impl IntoView {
    let session = use_session();
    let label = session.label(&identity.provider);
    let named = identity.name.clone().filter(|name| !name.trim().is_empty());
    let press = {
        let (provider, label) = (identity.provider.clone(), label.clone());
        Callback::new(move |()| {
            let said = format!("{label} is unlinked. It no longer leads into this account.");
            act.run(
                &format!("unlink {provider}"),
                unlink(provider.clone()),
                move |view| {
                    session.put(view);
                    tabs::tell(&News::Changed);
                    Some(Notice::new(said))
                },
            );
        })
    };
    let taking_out = if only {
        let why = format!("why-{}", identity.provider);
        view! {
            <button
                type="button"
                class="button small quiet"
                aria-disabled="true"
                aria-label=format!("Unlink {label}")
                aria-describedby=why.clone()
            >
                "Unlink"
            </button>
            <p class="soft small" id=why>
                "It is the only way into your account. Link another one first, or delete the \
                 account."
            </p>
        }
        .into_any()
    } else {
        view! {
            <Confirmed
                act
                name=format!("unlink {}", identity.provider)
                words="Unlink"
                heard=format!("Unlink {label}")
                sure=format!("Unlink {label}")
                meaning=format!(
                    "After this, {label} no longer leads into this account, and its connection \
                     here ends. Signing in with it later makes a new, empty account."
                )
                press
            />
        }
        .into_any()
    };
    view! {
        <li class="entry" data-provider=identity.provider.clone()>
            <div class="entry-words">
                <h3>{label.clone()}</h3>
                {named.map(|name| view! { <p class="name" dir="auto">{name}</p> })}
                {identity.email.clone().map(|email| view! { <p><bdi>{email}</bdi></p> })}
                <p class="soft small">"Id there: " <bdi class="id">{identity.subject.clone()}</bdi></p>
                <p class="soft small">
                    "Linked " <Moment at=identity.linked_at />
                    {(identity.seen_at > 0).then(|| view! {
                        ", last used " <Moment at=identity.seen_at />
                    })}
                </p>
            </div>
            <div class="entry-deeds">{taking_out}</div>
        </li>
    }
    .into_any()
}
