//! What stands in the way of something that a person wants done.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use crate::deed::Deed;
use crate::effect::effect;
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
    effect(move || {
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
            {move || shelf.wanted().map(sheet_of)}
        </dialog>
    }
    .into_any()
}

crate::later_view! {
    fn sheet_of(wanted: Wanted) in session {
        let shelf = use_shelf();
        view! {
            <div class="sheet-inner">
                <h2 id="wanted" title=wanted.deed.question()>{wanted.deed.question()}</h2>
                <UnderWay deed=wanted.deed.clone() />
                <InTheWay wanted />
                <button type="button" class="button quiet" on:click=move |_| shelf.let_go()>
                    "Not now"
                </button>
            </div>
        }
        .into_any()
    }
}

/// That it is being done, where it is. The place is there before, for a screen reader hears what
/// changes.
#[component]
fn UnderWay(deed: Deed) -> impl IntoView {
    let shelf = use_shelf();
    let words = deed.doing();
    view! {
        <p class="soft" role="status">
            {move || shelf.is_under_way(&deed.uri).then(|| words.clone())}
        </p>
    }
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
                    let uri = deed.uri.clone();
                    let busy = move || shelf.is_under_way(&uri).then_some("true");
                    view! {
                        <button
                            type="button"
                            class="button"
                            aria-disabled=busy.clone()
                            aria-busy=busy
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
