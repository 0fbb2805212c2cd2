//! The end of the account.

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::act::{ActButton, Outcome, use_act};
use crate::api::account::{Deleted, delete_account};
use crate::notice::{Notice, use_notice};
use crate::page_life::focus_soon;
use crate::session::live::use_session;
use crate::sign_in::verifiers;
use crate::tabs::{self, News};

/// The word that is typed before the account goes.
const WORD: &str = "DELETE";

/// Says what a deletion means, and does it after the person typed the word.
#[component]
pub fn Farewell() -> impl IntoView {
    let open = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    let first = NodeRef::<html::Button>::new();
    let unfold = move |_| {
        open.set(true);
        focus_soon(move || field.try_get_untracked().flatten().map(Into::into));
    };
    let fold = Callback::new(move |()| {
        open.set(false);
        focus_soon(move || first.try_get_untracked().flatten().map(Into::into));
    });
    view! {
        <section class="card farewell" aria-labelledby="farewell">
            <h2 id="farewell">"Delete the account"</h2>
            <ul class="ticks">
                <li>"Every row about you goes: the account, its identities, its sessions."</li>
                <li>"Every session ends at once, on every device."</li>
                <li>
                    "The services connected in this browser are asked to take their grants back \
                     where they can; the others are named to you, with the place to do it."
                </li>
            </ul>
            <p>"It cannot be undone. What you have at the services themselves stays as it is."</p>
            {move || if open.get() {
                view! { <Certain field fold /> }.into_any()
            } else {
                view! {
                    <div class="actions">
                        <button
                            type="button"
                            class="button small quiet"
                            node_ref=first
                            on:click=unfold
                        >
                            "Delete the account…"
                        </button>
                    </div>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Certain(field: NodeRef<html::Input>, fold: Callback<()>) -> impl IntoView {
    let session = use_session();
    let board = use_notice();
    let navigate = use_navigate();
    let act = use_act();
    let typed = RwSignal::new(String::new());
    let wrong = RwSignal::new(false);
    let delete = Callback::new(move |()| {
        if !typed.with_untracked(|typed| is_the_word(typed)) {
            wrong.set(true);
            focus_soon(move || field.try_get_untracked().flatten().map(Into::into));
            return;
        }
        wrong.set(false);
        let navigate = navigate.clone();
        act.run("delete", delete_account(), move |deleted| {
            let said = gone_in_words(&deleted, |id| session.label(id));
            verifiers::forget_everything();
            session.end();
            tabs::tell(&News::SignedOut);
            board.put("/", said);
            navigate("/", NavigateOptions::default());
            None
        });
    });
    view! {
        <form
            class="confirm"
            on:submit=move |event| {
                event.prevent_default();
                delete.run(());
            }
            on:keydown=move |event| if event.key() == "Escape" { fold.run(()) }
        >
            <label for="farewell-word">{format!("Type {WORD} to go on")}</label>
            <input
                id="farewell-word"
                class="field"
                type="text"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                node_ref=field
                aria-invalid=move || wrong.get().then_some("true")
                aria-describedby="farewell-wrong"
                on:input:target=move |event| typed.set(event.target().value())
            />
            <p id="farewell-wrong" role="status">
                {move || wrong.get().then(|| format!("Type the word {WORD} first. Nothing was deleted."))}
            </p>
            <div class="actions">
                <ActButton act name="delete" words="Delete everything now" grave=true press=delete />
                <button type="button" class="button small quiet" on:click=move |_| fold.run(())>
                    "Keep the account"
                </button>
            </div>
            <Outcome act />
        </form>
    }
    .into_any()
}

fn is_the_word(typed: &str) -> bool {
    typed.trim().eq_ignore_ascii_case(WORD)
}

/// What is said once the account is gone: what became of each grant, and where the person can take
/// back what is left.
fn gone_in_words(deleted: &Deleted, label: impl Fn(&str) -> String) -> Notice {
    let mut sentences =
        vec!["Your account is deleted, and every session of it has ended.".to_owned()];
    let mut links = Vec::new();
    for grant in &deleted.grants {
        let label = label(&grant.provider);
        if grant.revoked {
            sentences.push(format!("{label} took its grant back."));
            continue;
        }
        sentences.push(format!("{label} may still list this app."));
        if let Some(url) = &grant.manage_url {
            links.push((format!("Remove it at {label}"), url.clone()));
        }
    }
    Notice {
        again: None,
        text: sentences.join(" "),
        links,
    }
}

#[cfg(test)]
mod tests {
    use super::{gone_in_words, is_the_word};
    use crate::api::account::{Deleted, GrantEnd};

    #[test]
    fn only_the_word_deletes() {
        for good in ["DELETE", " delete "] {
            assert!(is_the_word(good), "{good}");
        }
        for bad in ["", "DELET", "DELETE IT", "YES"] {
            assert!(!is_the_word(bad), "{bad}");
        }
    }

    #[test]
    fn each_grant_is_told_with_the_place_to_end_it() {
        let grant = |provider: &str, revoked| GrantEnd {
            provider: provider.to_owned(),
            revoked,
            manage_url: Some(format!("https://{provider}.example/")),
        };
        let deleted = Deleted {
            grants: vec![grant("google", true), grant("spotify", false)],
        };
        let said = gone_in_words(&deleted, str::to_uppercase);
        assert_eq!(
            said.text,
            "Your account is deleted, and every session of it has ended. GOOGLE took its grant \
             back. SPOTIFY may still list this app."
        );
        assert_eq!(
            said.links,
            [(
                "Remove it at SPOTIFY".to_owned(),
                "https://spotify.example/".to_owned()
            )]
        );
    }
}
