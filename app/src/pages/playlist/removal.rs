//! To let a playlist go. Spotify deletes none.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use spotify::ids::{Batch, Uri};
use spotify::{Done, Request};

use super::name_of;
use super::open::Open;
use crate::deed::is_of_older_kind;
use crate::error::ApiError;
use crate::music::send_change;
use crate::notice::{Notice, use_notice};
use crate::pages::account::act::{Confirmed, Outcome, use_act};
use crate::session::live::{Session, use_session};

/// The button that takes it out of the person's library, after they are asked once more.
#[component]
pub fn Removal(
    /// The playlist.
    open: Open,
) -> impl IntoView {
    let (session, notice) = (use_session(), use_notice());
    let navigate = use_navigate();
    let act = use_act();
    let press = Callback::new(move |()| {
        let uri = Uri::playlist(open.id());
        let name = name_of(&untrack(|| open.head()));
        let navigate = navigate.clone();
        act.run("remove", remove(session, uri), move |Done| {
            let said = format!("{name} is not in your library any more.");
            notice.put_and_go("/playlists", Notice::new(said));
            navigate("/playlists", NavigateOptions::default());
            None
        });
    });
    view! {
        <section class="card" aria-labelledby="removal">
            <h2 id="removal">"Remove from your library"</h2>
            <p>
                "Spotify deletes no playlist. It leaves your library, and others who follow it keep it. \
                 Spotify’s account page gives back your own for 90 days."
            </p>
            <Confirmed
                act
                name="remove"
                words="Remove from your library"
                heard="Remove from your library"
                sure="Remove it"
                meaning="It leaves your library at Spotify, on all your devices."
                press
            />
            <Outcome act />
        </section>
    }
    .into_any()
}

/// Apps of older kinds have another address for it.
async fn remove(session: Session, uri: Uri) -> Result<Done, ApiError> {
    match send_change(session, &Request::<Done>::remove(&Batch::one(uri.clone()))).await {
        Err(error) if is_of_older_kind(&error) => {
            send_change(session, &Request::remove_older(&uri)).await
        }
        answer => answer,
    }
}
