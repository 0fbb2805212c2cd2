//! Name and description of a playlist.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use spotify::Request;
use spotify::request::PlaylistChange;

use super::open::Open;
use super::words::{Details, LONGEST_DESCRIPTION, LONGEST_NAME};
use crate::entities::decoded;
use crate::notice::Notice;
use crate::pages::account::act::{Outcome, use_act};

/// The form for them.
#[component]
pub fn DetailsForm(
    /// The playlist.
    open: Open,
) -> impl IntoView {
    let act = use_act();
    let head = untrack(|| open.head());
    let before = StoredValue::new((
        head.name.clone(),
        head.description.as_deref().map(decoded).unwrap_or_default(),
    ));
    let (name, description) = before.get_value();
    let details = Details::new(name, description);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (old_name, old_description) = before.get_value();
        let renamed = details.name.get_untracked() != old_name;
        let described = details.description.get_untracked() != old_description;
        // A name that Spotify has may be longer than one that can be given.
        let Some((name, description)) = details.checked_but(!renamed) else {
            return;
        };
        let change = PlaylistChange {
            name: renamed.then(|| name.clone()),
            description: described.then(|| description.clone()),
            ..PlaylistChange::default()
        };
        let request = (renamed || described).then(|| Request::change_playlist(&open.id(), &change));
        let changed = async move {
            match request {
                Some(request) => open
                    .or_as_it_is(open.send_change(&request))
                    .await
                    .map(|_| true),
                None => Ok(false),
            }
        };
        act.run("change", changed, move |any| {
            if !any {
                return Some(Notice::new("Nothing was changed."));
            }
            open.head.update(|head| {
                let head = Arc::make_mut(head);
                if renamed {
                    head.name.clone_from(&name);
                }
                if described {
                    head.description = Some(description.clone());
                }
            });
            // The page may have been left meanwhile.
            let shown = details.name.try_get_untracked();
            if let Some(shown) = shown.zip(details.description.try_get_untracked()) {
                before.set_value(shown);
            }
            Some(Notice::new("Spotify has it."))
        });
    };
    let busy = move || act.is_under_way("change").then_some("true");
    view! {
        <form class="card playlist-form" on:submit=submit>
            <label for="playlist-name">"Name"</label>
            <input
                id="playlist-name"
                class="field"
                type="text"
                required
                maxlength=LONGEST_NAME.to_string()
                autocomplete="off"
                prop:value=move || details.name.get()
                on:input=move |event| details.name.set(event_target_value(&event))
            />
            <label for="playlist-description">"What it is about"</label>
            <textarea
                id="playlist-description"
                class="field"
                rows="3"
                maxlength=LONGEST_DESCRIPTION.to_string()
                prop:value=move || details.description.get()
                on:input=move |event| details.description.set(event_target_value(&event))
            ></textarea>
            {move || details.complaint().map(|words| view! {
                <p class="problem-sentence" role="alert">{words}</p>
            })}
            <div class="actions">
                <button type="submit" class="button" aria-disabled=busy aria-busy=busy>"Save"</button>
            </div>
            <Outcome act />
        </form>
    }
    .into_any()
}
