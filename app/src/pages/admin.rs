//! How the installation is doing, for whoever runs it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use crate::api::admin::{Health, Overview, ProviderHealth, overview};
use crate::asked::use_asked;
use crate::music::Loading;
use crate::parts::date::Moment;
use crate::parts::error_view::ErrorView;
use crate::parts::signed_in::SignedIn;
use crate::session::AccountView;
use crate::session::live::use_session;
use crate::sign_in::button::SignInButtons;

/// The role that this page is for.
const ROLE: &str = "admin";

/// Whether `account` may see this page. The server asks the same, and has the last word.
pub fn is_operator(account: &AccountView) -> bool {
    account.roles.iter().any(|role| role == ROLE)
}

crate::lazy_page!(admin in admin: Admin);

/// `/admin`.
#[component]
pub fn Admin() -> impl IntoView {
    let session = use_session();
    let operator = Memo::new(move |_| session.account().is_some_and(|it| is_operator(&it)));
    view! {
        <Title text="This installation" />
        <SignedIn invitation=Invitation>
            {move || if operator.get() {
                view! { <Doing /> }.into_any()
            } else {
                view! { <NotForYou /> }.into_any()
            }}
        </SignedIn>
    }
    .into_any()
}

#[component]
fn Invitation() -> impl IntoView {
    view! {
        <section class="narrow invitation">
            <h1>"This installation"</h1>
            <p class="lead">"This page is for whoever runs this installation. Sign in first."</p>
            <SignInButtons />
        </section>
    }
    .into_any()
}

#[component]
fn NotForYou() -> impl IntoView {
    view! {
        <section class="narrow">
            <h1>"This page is not for you"</h1>
            <p class="lead">
                "It is for whoever runs this installation, and your account does not have that role."
            </p>
            <p class="actions">
                <A href="/" attr:class="button">"Go to the start page"</A>
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn Doing() -> impl IntoView {
    let asked = use_asked(overview);
    view! {
        <section class="admin" aria-busy=move || {
            matches!(asked.get(), Loading::Pending).then_some("true")
        }>
            <h1>"This installation"</h1>
            {move || match asked.get() {
                Loading::Idle | Loading::Pending => view! {
                    <div class="bars" role="status">
                        <span class="heard">"Asking how it is doing…"</span>
                        <span class="skeleton" aria-hidden="true"></span>
                        <span class="skeleton" aria-hidden="true"></span>
                    </div>
                }
                .into_any(),
                Loading::Failed(error) => {
                    view! { <ErrorView problem=error retry=asked.retry() /> }.into_any()
                }
                Loading::Ready(overview) => view! { <Numbers overview /> }.into_any(),
            }}
            <div class="actions">
                <button
                    type="button"
                    class="button small quiet"
                    on:click=move |_| asked.retry().run(())
                >
                    "Look again"
                </button>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Numbers(overview: Overview) -> impl IntoView {
    let rows = overview
        .providers
        .into_iter()
        .map(|provider| view! { <Row provider /> })
        .collect_view();
    view! {
        <dl class="counts">
            <div class="card">
                <dt>"Accounts"</dt>
                <dd>{overview.accounts}</dd>
            </div>
            <div class="card">
                <dt>"Open sessions"</dt>
                <dd>{overview.sessions}</dd>
            </div>
        </dl>
        <section class="card" aria-labelledby="services">
            <h2 id="services">"Sign-in services"</h2>
            <p class="soft">"As this node saw them last."</p>
            <div class="scroll" role="region" aria-label="Table of sign-in services" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Service"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Since"</th>
                            <th scope="col">"Issuer"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Row(provider: ProviderHealth) -> impl IntoView {
    let (state, class) = state_in_words(provider.state);
    view! {
        <tr data-provider=provider.id>
            <th scope="row">{provider.label}</th>
            <td><span class=format!("health {class}")>{state}</span></td>
            <td>
                {match provider.since {
                    Some(at) => view! { <Moment at /> }.into_any(),
                    None => view! { "–" }.into_any(),
                }}
            </td>
            <td><code>{provider.issuer}</code></td>
        </tr>
    }
    .into_any()
}

const fn state_in_words(state: Health) -> (&'static str, &'static str) {
    match state {
        Health::Unknown => ("Not asked yet", "unknown"),
        Health::Ready => ("Ready", "ready"),
        Health::Down => ("Cannot be reached or used", "down"),
    }
}

#[cfg(test)]
mod tests {
    use super::is_operator;
    use crate::session::AccountView;

    #[test]
    fn other_roles_are_no_operators() {
        let with = |roles: &[&str]| AccountView {
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            ..AccountView::default()
        };
        assert!(is_operator(&with(&["editor", "admin"])));
        for roles in [&[][..], &["administrator"], &["Admin"]] {
            assert!(!is_operator(&with(roles)), "{roles:?}");
        }
    }
}
