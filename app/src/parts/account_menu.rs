//! Who is signed in, at the end of the header.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::pages::admin::is_operator;
use crate::parts::artwork::Artwork;
use crate::parts::theme_menu::close;
use crate::session::AccountView;
use crate::session::live::use_session;
use crate::sign_in::button::SignInButton;
use crate::sign_in::words::SPOTIFY;
use crate::sign_out::SignOutButton;

/// The person's menu, a way in for a person who is signed out, or a grey place while it is not yet
/// known.
///
/// It draws from signals and waits for nothing: something that suspends outside of the routes
/// breaks their hydration.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let session = use_session();
    move || {
        match (session.signed_in(), session.account()) {
        (None, _) => view! {
            <span class="skeleton account-place" role="img" aria-label="Checking who you are"></span>
        }
        .into_any(),
        (Some(true), Some(account)) => menu(account),
        _ => view! { <a href="/profile" class="button small">"Sign in"</a> }.into_any(),
    }
    }
}

crate::later_view! {
    fn menu(account: AccountView) in session, after menu_arrival {
        #[cfg(feature = "ssr")]
        leptos::prefetch_lazy_fn_on_server("session");
        view! { <Menu account /> }.into_any()
    }
}

#[component]
fn Menu(account: AccountView) -> impl IntoView {
    let session = use_session();
    let operator = is_operator(&account);
    let name = account.name.as_deref().map(trimmed).unwrap_or_default();
    // A name that is not there is not read out twice.
    let (name, spoken) = if name.is_empty() {
        ("Your account".to_owned(), "Your account".to_owned())
    } else {
        let spoken = format!("{name}, your account");
        (name, spoken)
    };
    let switch = session.providers().into_iter().map(|provider| {
        let label = if session.providers().len() > 1 {
            format!("Use another {} account", provider.label)
        } else {
            "Use another account".to_owned()
        };
        view! { <li><SignInButton provider label switch_account=true quiet=true /></li> }
    });
    view! {
        <div class="menu">
            <button
                type="button"
                class="account-button"
                popovertarget="account-menu"
                aria-label=spoken
                title=name.clone()
            >
                <Artwork address=account.picture size=28 />
                <span class="account-name" dir="auto">{name.clone()}</span>
            </button>
            <div class="menu-sheet" id="account-menu" popover="auto">
                <p class="menu-head">
                    "Signed in as " <strong title=name.clone()>{name.clone()}</strong>
                </p>
                <ul role="list">
                    <li>
                        <A
                            href="/account"
                            attr:class="menu-item"
                            on:click=move |_| close("account-menu")
                        >
                            "Account"
                        </A>
                    </li>
                    {operator.then(|| view! {
                        <li>
                            <A
                                href="/admin"
                                attr:class="menu-item"
                                on:click=move |_| close("account-menu")
                            >
                                "This installation"
                            </A>
                        </li>
                    })}
                    <li>
                        <A
                            href="/profile"
                            attr:class="menu-item"
                            on:click=move |_| close("account-menu")
                        >
                            "Your profile"
                        </A>
                    </li>
                    {session.provider(SPOTIFY).map(|_| view! {
                        <li>
                            <A
                                href="/permissions"
                                attr:class="menu-item"
                                on:click=move |_| close("account-menu")
                            >
                                "Permissions"
                            </A>
                        </li>
                    })}
                    <li>
                        <A
                            href="/privacy"
                            attr:class="menu-item"
                            on:click=move |_| close("account-menu")
                        >
                            "What is kept"
                        </A>
                    </li>
                    {switch.collect_view()}
                    <li><SignOutButton /></li>
                </ul>
            </div>
        </div>
    }
    .into_any()
}

/// `name` without spaces around it and with one space at a time inside, so that a comma stands right
/// behind it.
fn trimmed(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::trimmed;

    #[test]
    fn stray_spaces_of_a_name_are_dropped() {
        assert_eq!(trimmed(" Ada \n Lindqvist "), "Ada Lindqvist");
        assert_eq!(trimmed("  "), "");
    }
}
