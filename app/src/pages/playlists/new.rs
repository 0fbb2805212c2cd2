//! The form for a new playlist.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;
use spotify::model::Playlist;
use spotify::permission::Visibility;
use spotify::request::NewPlaylist;
use spotify::{Permission, Request};

use super::draft::Draft;
use crate::music::send_change;
use crate::notice::{Notice, use_notice};
use crate::pages::account::act::{Outcome, use_act};
use crate::pages::playlist::words::{Details, LONGEST_DESCRIPTION, LONGEST_NAME};
use crate::parts::needs_permission::NeedsPermission;
use crate::session::live::use_session;

/// Whether the person's profile shall list it. Spotify calls that public and private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing(pub Visibility);

impl Listing {
    const ALL: [Self; 2] = [Self(Visibility::Private), Self(Visibility::Public)];

    const fn name(self) -> &'static str {
        match self.0 {
            Visibility::Private => "unlisted",
            Visibility::Public => "listed",
        }
    }

    const fn words(self) -> &'static str {
        match self.0 {
            Visibility::Private => "Not on your profile",
            Visibility::Public => "On your profile",
        }
    }

    /// Reads it from the address; `None` where nothing was chosen yet.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|listing| listing.name() == name)
    }
}

/// The form: first whether the profile lists it, for that decides what has to be allowed; then the rest.
#[component]
pub fn NewForm(
    /// What was chosen, as the address says.
    listing: Signal<Option<Listing>>,
) -> impl IntoView {
    let session = use_session();
    let details = Details::new(String::new(), String::new());
    Effect::new(move |_| {
        let Some(account) = session.account() else {
            return;
        };
        if let Some(draft) = Draft::of(&account.id) {
            details.name.set(draft.name);
            details.description.set(draft.description);
        }
    });
    let choices = Listing::ALL.map(|choice| {
        view! {
            <li>
                <a
                    class="tab"
                    href=format!("/playlists?new={}", choice.name())
                    aria-current=move || if listing.get() == Some(choice) { "true" } else { "false" }
                    data-noscroll="true"
                >
                    {choice.words()}
                </a>
            </li>
        }
    });
    let chosen = Memo::new(move |_| listing.get());
    view! {
        <h1>"New playlist"</h1>
        <nav aria-label="Where it is listed">
            <ul class="tabs" role="list">{choices.into_iter().collect_view()}</ul>
        </nav>
        <p class="soft narrow">
            "This says whether your Spotify profile lists it. Whoever has its address can open it either \
             way, so keep nothing in it that nobody may see."
        </p>
        {move || match chosen.get() {
            None => view! {
                <p>"Choose one of the two first. Spotify has a permission for each."</p>
            }
            .into_any(),
            Some(Listing(visibility)) => view! {
                <NeedsPermission
                    permission=Permission::EditPlaylists(Some(visibility))
                    also=to_see(visibility)
                >
                    <Fields details visibility />
                </NeedsPermission>
            }
            .into_any(),
        }}
        <p><A href="/playlists" on:click=|_| Draft::forget()>"Back to your playlists"</A></p>
    }
    .into_any()
}

#[component]
fn Fields(details: Details, visibility: Visibility) -> impl IntoView {
    let (session, notice) = (use_session(), use_notice());
    let navigate = use_navigate();
    let act = use_act();
    let field = NodeRef::<html::Input>::new();
    let keep = move || {
        let draft = Draft {
            account: untrack(|| session.account()).map(|account| account.id),
            name: details.name.get_untracked(),
            description: details.description.get_untracked(),
        };
        draft.keep();
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some((name, description)) = details.checked() else {
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
            }
            return;
        };
        let new = NewPlaylist {
            name,
            description,
            visibility,
            collaborative: false,
        };
        let request = Request::create_playlist(&new);
        let navigate = navigate.clone();
        let made = async move { send_change(session, &request).await };
        act.run("make", made, move |playlist| {
            Draft::forget();
            let path = format!("/playlists/{}", playlist.id);
            notice.put_at(&path, Notice::new(said(&playlist, visibility)));
            navigate(&path, leptos_router::NavigateOptions::default());
            None
        });
    };
    let busy = move || act.is_under_way("make").then_some("true");
    view! {
        <form class="card playlist-form" on:submit=submit on:input=move |_| keep()>
            <label for="playlist-name">"Name"</label>
            <input
                id="playlist-name"
                class="field"
                type="text"
                required
                maxlength=LONGEST_NAME.to_string()
                autocomplete="off"
                node_ref=field
                prop:value=move || details.name.get()
                on:input=move |event| details.name.set(event_target_value(&event))
            />
            <label for="playlist-description">"What it is about " <span class="soft">"(you may leave it empty)"</span></label>
            <textarea
                id="playlist-description"
                class="field"
                rows="3"
                maxlength=LONGEST_DESCRIPTION.to_string()
                prop:value=move || details.description.get()
                on:input=move |event| details.description.set(event_target_value(&event))
            ></textarea>
            {move || details.complaint().map(|words| view! { <p class="problem-sentence" role="alert">{words}</p> })}
            <div class="actions">
                <button type="submit" class="button" aria-disabled=busy aria-busy=busy>
                    "Make it"
                </button>
            </div>
            <Outcome act />
        </form>
    }
    .into_any()
}

/// What is wanted to see a playlist that was made: Spotify shows one that no profile lists to nobody else.
const fn to_see(visibility: Visibility) -> Option<Permission> {
    match visibility {
        Visibility::Private => Some(Permission::Playlists),
        Visibility::Public => None,
    }
}

/// What is said of a playlist that was made: where Spotify lists it is what it says, not what was asked.
fn said(playlist: &Playlist, asked: Visibility) -> String {
    let made = format!("{} is made. Add tracks to it now.", playlist.name);
    match (asked, playlist.public) {
        (Visibility::Private, Some(true)) => {
            format!("{made} Spotify put it on your profile all the same; “Listing” takes it off.")
        }
        _ => made,
    }
}

#[cfg(test)]
mod tests {
    use super::Listing;
    use spotify::permission::Visibility;

    #[test]
    fn choice_stands_in_the_address() {
        for choice in Listing::ALL {
            assert_eq!(Listing::read(choice.name()), Some(choice));
        }
        assert_eq!(Listing::read(""), None);
        assert_eq!(Listing::read("private"), None, "nobody is promised that");
        assert_eq!(Listing::ALL[0].0, Visibility::Private);
    }
}
