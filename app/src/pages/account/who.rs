//! Who the person is here.

use leptos::prelude::*;

use crate::parts::artwork::Artwork;
use crate::parts::date::Day;
use crate::session::AccountView;
use crate::session::live::use_session;

/// Name, picture, e-mail and dates of the account, as a section.
#[component]
pub fn WhoHere() -> impl IntoView {
    let session = use_session();
    view! {
        <section class="card" aria-labelledby="who-here">
            <h2 id="who-here">"Who you are here"</h2>
            {move || session.account().map(|account| view! { <Person account /> })}
        </section>
    }
    .into_any()
}

#[component]
fn Person(account: AccountView) -> impl IntoView {
    let named = account.name.filter(|name| !name.trim().is_empty());
    let roles = (!account.roles.is_empty()).then(|| account.roles.join(", "));
    view! {
        <div class="person">
            <Artwork address=account.picture alt="Your picture" size=128 />
            <div class="person-words">
                {match named {
                    Some(name) => view! {
                        <p class="person-name" dir="auto" title=name.clone()>{name.clone()}</p>
                    }
                    .into_any(),
                    None => view! { <p class="soft">"No service gave a name for you."</p> }.into_any(),
                }}
                <dl class="terms">
                    {account.email.map(|email| view! {
                        <div><dt>"E-mail"</dt><dd><bdi>{email}</bdi></dd></div>
                    })}
                    {(account.created_at > 0).then(|| view! {
                        <div><dt>"Account since"</dt><dd><Day at=account.created_at /></dd></div>
                    })}
                    {roles.map(|roles| view! {
                        <div><dt>"Roles"</dt><dd>{roles}</dd></div>
                    })}
                </dl>
            </div>
        </div>
        <p class="soft small">
            "This is what the sign-in services said of you. It follows them with each sign-in."
        </p>
    }
    .into_any()
}
