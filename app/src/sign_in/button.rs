//! The buttons that start a sign-in.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::deed::Deed;
use crate::effect::effect;
use crate::page_life::{browser_now, on_restored};
use crate::parts::error_view::{ErrorView, Problem};
use crate::session::ProviderView;
use crate::session::live::use_session;
use crate::sign_in::errand::{Errand, Intent};
use crate::sign_in::{self, StartError};

/// How long the button waits for the browser to leave the page. After that the way to the provider
/// has failed without a word (the person stopped it), and the button can be pressed again.
const LEAVING: Duration = Duration::from_secs(20);

/// The provider whose button has a look of its own, by its branding guidelines of 2026-07-07.
const GOOGLE: &str = "google";

/// A button that starts a sign-in with one provider, and says beside it why it did not start.
///
/// It is pressed once: while it works it takes no second click. Coming back from the provider by
/// the Back button finds it fresh. Where the server asks for patience, it waits and shows how long.
/// Google's keeps its words, its mark and its colours whatever happens.
#[component]
pub fn SignInButton(
    /// Whom to sign in with.
    provider: ProviderView,
    /// Lets the person choose another account at the provider.
    #[prop(optional)]
    switch_account: bool,
    /// What for; to come in where absent.
    #[prop(optional)]
    intent: Intent,
    /// The page to come back to; the one shown where absent.
    #[prop(default = None)]
    return_to: Option<&'static str>,
    /// The permissions to ask for.
    #[prop(optional)]
    permissions: Vec<String>,
    /// What is to be done after the return.
    #[prop(default = None)]
    deed: Option<Deed>,
    /// The words on it; `Continue with …` where absent.
    #[prop(optional, into)]
    label: Option<String>,
    /// Its name for a screen reader, which begins with its words.
    #[prop(optional, into)]
    heard: Option<String>,
    /// Draws it quieter than the one thing to do on a page.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    let session = use_session();
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<StartError>);
    let wait = RwSignal::new(None::<Wait>);
    on_restored(move || pending.set(false));

    // The guidelines know three texts, and this is the one of them that is used here. Other words
    // stand on buttons without the mark.
    let branded = provider.id == GOOGLE && label.is_none();
    let words = label.unwrap_or_else(|| format!("Continue with {}", provider.label));
    let waiting = format!("Opening {}…", provider.label);
    let away = (!provider.available).then(|| {
        let text = format!("{} cannot be reached right now.", provider.label);
        view! { <p class="soft small sign-in-away">{text}" Load the page again in a while."</p> }
    });
    let available = provider.available;
    let blocked = move || !available || pending.get() || wait.get().is_some();
    let errand = Errand {
        provider: provider.id.clone(),
        intent,
        return_to,
        permissions,
        deed,
        account: None,
        switch_account,
    };
    let named = provider.label.clone();
    let start = move |_| {
        if untrack(blocked) {
            return;
        }
        pending.set(true);
        problem.set(None);
        let errand = Errand {
            account: untrack(|| session.account()).map(|account| account.id),
            ..errand.clone()
        };
        spawn_local(async move {
            match sign_in::start(errand).await {
                // The page is being left. `try_set`, for it may show something else by then.
                Ok(()) => set_timeout(move || _ = pending.try_set(false), LEAVING),
                Err(error) => {
                    pending.try_set(false);
                    if let Some(seconds) = error.retry_after() {
                        wait.try_set(Some(Wait::of(seconds)));
                    }
                    problem.try_set(Some(error));
                }
            }
        });
    };
    let over = move |()| {
        wait.set(None);
        problem.set(None);
    };

    view! {
        <div class="sign-in">
            <button
                type="button"
                class="button"
                class:quiet=quiet && !branded
                class:google=branded
                data-provider=provider.id
                aria-label=heard
                aria-disabled=move || blocked().then_some("true")
                aria-busy=move || pending.get().then_some("true")
                on:click=start
            >
                {branded.then(|| view! {
                    <img loading="lazy" src="/google-g.svg" alt="" width="20" height="20" />
                })}
                {
                    let words = words.clone();
                    let waiting = waiting.clone();
                    move || if pending.get() && !branded { waiting.clone() } else { words.clone() }
                }
            </button>
            {branded.then(|| view! {
                <span class="heard" role="status">
                    {move || pending.get().then(|| waiting.clone())}
                </span>
            })}
            {away}
            {move || problem.get().map(|error| trouble(error, named.clone()))}
            {move || wait.get().map(|wait| waiting_for(wait, Callback::new(over)))}
        </div>
    }
    .into_any()
}

crate::later_view! {
    /// Why a sign-in with the provider named `named` did not start.
    fn trouble(error: StartError, named: String) in session {
        view! { <ErrorView problem=Problem::from(error).naming(&named) /> }.into_any()
    }
}

/// A wait that the server asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wait {
    seconds: u32,
    until: i64,
}

impl Wait {
    /// Browser only.
    fn of(seconds: u32) -> Self {
        Self {
            seconds,
            until: browser_now().saturating_add(i64::from(seconds)),
        }
    }
}

crate::later_view! {
    fn waiting_for(wait: Wait, over: Callback<()>) in session {
        view! { <Waiting wait over /> }.into_any()
    }
}

/// How much of a wait is over. The sentence beside it says how long it is; this is for the eye.
#[component]
fn Waiting(wait: Wait, over: Callback<()>) -> impl IntoView {
    let left = RwSignal::new(i64::from(wait.seconds));
    effect(move || {
        let tick = move || {
            let now = wait.until.saturating_sub(browser_now());
            left.try_set(now);
            if now <= 0 {
                over.try_run(());
            }
        };
        if let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || timer.clear());
        }
    });
    view! {
        <progress
            class="waiting"
            max=wait.seconds.to_string()
            prop:value=move || f64::from(wait.seconds) - seconds(left.get())
            aria-label="Time until another try"
        ></progress>
    }
    .into_any()
}

#[expect(clippy::cast_precision_loss, reason = "a wait is some hours at most")]
fn seconds(left: i64) -> f64 {
    left as f64
}

/// One [`SignInButton`] for each provider on offer, or a sentence where there is none.
#[component]
pub fn SignInButtons() -> impl IntoView {
    let providers = use_session().providers();
    if providers.is_empty() {
        return view! {
            <p class="soft">"No sign-in service has been set up in this installation yet."</p>
        }
        .into_any();
    }
    let buttons: Vec<_> = providers
        .into_iter()
        .map(|provider| view! { <SignInButton provider /> })
        .collect();
    view! { <div class="sign-in-list">{buttons}</div> }.into_any()
}

/// A button for each provider that leads into the account, and back to this page: what the person
/// wanted asks for a recent sign-in.
#[component]
pub fn SignInAgain() -> impl IntoView {
    let session = use_session();
    let buttons = move || {
        session
            .providers()
            .into_iter()
            .filter(|provider| session.has_identity(&provider.id))
            .map(|provider| view! { <SignInButton provider /> })
            .collect_view()
    };
    view! {
        <div class="sign-in-list" role="group" aria-label="Sign in again">{buttons}</div>
    }
    .into_any()
}

/// A button that connects `provider` in this browser: it adds the identity where the account has
/// none of that provider, else gives the grant anew. For a person who is signed out it signs in.
///
/// Where a connection is gone that the person did not end here, what was allowed before is asked for
/// again.
#[component]
pub fn ConnectButton(
    /// Whom to connect.
    provider: ProviderView,
    /// The page to come back to; the one shown where absent.
    #[prop(default = None)]
    return_to: Option<&'static str>,
    /// The permissions to ask for.
    #[prop(optional)]
    permissions: Vec<String>,
    /// What is to be done after the return.
    #[prop(default = None)]
    deed: Option<Deed>,
    /// Whether there was a connection, and it ended.
    #[prop(optional)]
    ended: bool,
    /// Draws it quieter than the one thing to do on a page.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    let session = use_session();
    let (signed_in, linked) = untrack(|| (session.signed_in(), session.has_identity(&provider.id)));
    let intent = match (signed_in, linked) {
        (Some(true), false) => Intent::Link,
        (Some(true), true) => Intent::Grant,
        _ => Intent::SignIn,
    };
    let label = &provider.label;
    let words = match intent {
        Intent::Grant if !ended => format!("Connect {label} on this device"),
        Intent::Link => format!("Connect {label}"),
        Intent::Grant | Intent::SignIn => format!("Reconnect {label}"),
    };
    // What is to be linked waits for the person's word on that page.
    let return_to = match intent {
        Intent::Link => Some("/account"),
        Intent::SignIn | Intent::Grant => return_to,
    };
    let mut permissions = permissions;
    if intent == Intent::Grant {
        for name in session.had(&provider.id) {
            if !permissions.contains(&name) {
                permissions.push(name);
            }
        }
    }
    // Signing in asks for nothing.
    let permissions = if intent == Intent::SignIn {
        Vec::new()
    } else {
        permissions
    };
    view! { <SignInButton provider label=words intent return_to permissions deed quiet /> }
}
