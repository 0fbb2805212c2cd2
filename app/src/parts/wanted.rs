//! What stands in the way of something that a person wants done.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use crate::error::Code;
use crate::parts::error_view::ErrorView;
use crate::parts::needs_permission::{AskPermission, Standing};
use crate::session::live::use_session;
use crate::shelf::{Wanted, use_shelf};

/// The sheet over the page that says what is wanted and why, or what went wrong. The browser keeps
/// the keyboard in it, closes it by Escape, and puts the focus back to the button that was pressed.
#[component]
pub fn WantedSheet() -> impl IntoView {
    let shelf = use_shelf();
    let sheet = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(sheet) = sheet.get() else { return };
        let open = shelf.wanted().is_some();
        // A moment later, when what is in it stands.
        set_timeout(
            move || {
                if open && !sheet.open() {
                    // It fails for one that is open, and this is not.
                    let _ = sheet.show_modal();
                } else if !open && sheet.open() {
                    sheet.close();
                }
            },
            Duration::ZERO,
        );
    });
    view! {
        <dialog
            class="sheet"
            node_ref=sheet
            aria-labelledby="wanted"
            on:close=move |_| shelf.let_go()
        >
            {move || shelf.wanted().map(|wanted| view! {
                <div class="sheet-inner">
                    <h2 id="wanted">{wanted.deed.question()}</h2>
                    <InTheWay wanted />
                    <button
                        type="button"
                        class="button quiet"
                        on:click=move |_| shelf.let_go()
                    >
                        "Not now"
                    </button>
                </div>
            })}
        </dialog>
    }
    .into_any()
}

#[component]
fn InTheWay(wanted: Wanted) -> impl IntoView {
    let (session, shelf) = (use_session(), use_shelf());
    let Wanted { deed, trouble } = wanted;
    let permission = deed.permission();
    match trouble {
        Some(error) if !wants_permission(error.code) => {
            let retry = Callback::new(move |()| shelf.perform(deed.clone(), |_| {}));
            view! { <ErrorView problem=error retry /> }.into_any()
        }
        trouble => {
            let refused = trouble.is_some_and(|error| error.code == Code::PermissionNeeded);
            // Another tab may have asked for it meanwhile.
            let allowed = Memo::new(move |_| {
                !refused && Standing::of(session, permission) == Standing::Allowed
            });
            let go_on = deed.clone();
            view! {
                <AskPermission permission deed=Some(deed) refused />
                {move || allowed.get().then(|| {
                    let deed = go_on.clone();
                    view! {
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| shelf.perform(deed.clone(), |_| {})
                        >
                            "Go on"
                        </button>
                    }
                })}
            }
            .into_any()
        }
    }
}

/// Whether it is for the person to allow or to connect.
const fn wants_permission(code: Code) -> bool {
    matches!(
        code,
        Code::PermissionNeeded | Code::NotConnected | Code::Reauthorize | Code::SignedOut
    )
}
