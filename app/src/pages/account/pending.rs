//! An identity that was proven and waits for the person's word.

use leptos::html;
use leptos::prelude::*;

use super::act::{ActButton, Outcome, use_act};
use crate::api::account::confirm_link;
use crate::notice::{Notice, use_notice};
use crate::page_life::focus_soon;
use crate::parts::artwork::Artwork;
use crate::parts::date::Moment;
use crate::session::live::use_session;
use crate::session::{AccountView, IdentityView, PendingLinkView};
use crate::tabs::{self, News};

/// Asks whether the identity that waits is to be linked, and names both sides. Nothing where none
/// waits.
#[component]
pub fn PendingLink() -> impl IntoView {
    let session = use_session();
    let pending = Memo::new(move |_| session.view().and_then(|view| view.pending_link));
    move || pending.get().map(|pending| view! { <Question pending /> })
}

#[component]
fn Question(pending: PendingLinkView) -> impl IntoView {
    let session = use_session();
    let board = use_notice();
    let act = use_act();
    let label = session.label(&pending.provider);
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        focus_soon(move || heading.try_get_untracked().flatten().map(Into::into));
    });
    let answer = {
        let label = label.clone();
        move |accept: bool| {
            let label = label.clone();
            let name = if accept { "link" } else { "drop" };
            act.run(name, confirm_link(accept), move |view| {
                session.put(view);
                tabs::tell(&News::Changed);
                let text = if accept {
                    format!("{label} is linked. You can sign in with it from now on.")
                } else {
                    format!("{label} was not linked. Nothing was changed.")
                };
                // This section leaves the page, so the words stand above it.
                board.put_and_go("/account", Notice::new(text));
                None
            });
        }
    };
    let (yes, no) = (answer.clone(), answer);
    let (account, identities) = untrack(|| session.view())
        .map(|view| (view.account.unwrap_or_default(), view.identities))
        .unwrap_or_default();
    view! {
        <section class="card pending-link" aria-labelledby="pending-link">
            <h2 id="pending-link" tabindex="-1" node_ref=heading>"Link this identity?"</h2>
            <div class="two-sides">
                <Here account identities />
                <There pending=pending.clone() label />
            </div>
            <p>
                "Linked, both lead into this one account: whoever can sign in with either of them \
                 can use it."
            </p>
            <p class="warning">
                <strong>"Only do this if you started it just now and both are you."</strong>
            </p>
            <div class="actions">
                <ActButton act name="link" words="Link them" press=Callback::new(move |()| yes(true)) />
                <ActButton act name="drop" words="Not now" quiet=true press=Callback::new(move |()| no(false)) />
            </div>
            <Outcome act />
            <p class="soft small">
                "Without your word nothing is linked. The question stands until "
                <Moment at=pending.expires_at /> "."
            </p>
        </section>
    }
    .into_any()
}

/// The account of the person, with the ways into it.
#[component]
fn Here(account: AccountView, identities: Vec<IdentityView>) -> impl IntoView {
    let session = use_session();
    let name = account.name.unwrap_or_else(|| "No name".to_owned());
    let ways = identities
        .into_iter()
        .map(|identity| {
            let label = session.label(&identity.provider);
            view! { <li>{label}": " <bdi>{who(&identity)}</bdi></li> }
        })
        .collect_view();
    view! {
        <div class="side" role="group" aria-label="Your account here">
            <h3>"Your account here"</h3>
            <div class="side-person">
                <Artwork address=account.picture size=48 />
                <div>
                    <p class="name" dir="auto">{name}</p>
                    {account.email.map(|email| view! { <p class="soft">{email}</p> })}
                </div>
            </div>
            <ul class="plain" role="list">{ways}</ul>
        </div>
    }
    .into_any()
}

/// The identity that waits.
#[component]
fn There(pending: PendingLinkView, label: String) -> impl IntoView {
    let name = pending.name.unwrap_or_else(|| "No name".to_owned());
    view! {
        <div class="side" role="group" aria-label="The new identity">
            <h3>{format!("The new one, at {label}")}</h3>
            <div class="side-person">
                <Artwork address=pending.picture size=48 />
                <div>
                    <p class="name" dir="auto">{name}</p>
                    {pending.email.map(|email| view! { <p class="soft">{email}</p> })}
                </div>
            </div>
            <p class="soft small">"Id there: " <bdi class="id">{pending.subject}</bdi></p>
        </div>
    }
    .into_any()
}

/// What tells an identity from another of the same provider: name, e-mail and id, as far as there.
pub fn who(identity: &IdentityView) -> String {
    let mut words: Vec<&str> = Vec::new();
    words.extend(
        identity
            .name
            .as_deref()
            .filter(|name| !name.trim().is_empty()),
    );
    words.extend(identity.email.as_deref());
    if words.is_empty() {
        words.push(&identity.subject);
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::who;
    use crate::session::IdentityView;

    #[test]
    fn identity_without_a_name_is_told_by_its_id() {
        let mut identity = IdentityView {
            subject: "s-1".to_owned(),
            name: Some("  ".to_owned()),
            ..IdentityView::default()
        };
        assert_eq!(who(&identity), "s-1");
        identity.email = Some("a@b.example".to_owned());
        assert_eq!(who(&identity), "a@b.example");
        identity.name = Some("Ada".to_owned());
        assert_eq!(who(&identity), "Ada, a@b.example");
    }
}
