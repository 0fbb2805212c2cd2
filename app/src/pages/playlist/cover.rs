//! To give a playlist a picture.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use spotify::Request;

use super::open::Open;
use super::picture::{self, PictureError, part};
use crate::music::send_change;
use crate::notice::Notice;
use crate::page_life::focus_soon;
use crate::pages::account::act::{Outcome, use_act};
use crate::session::live::use_session;

/// The id of the field for the file.
const FILE: &str = "picture-file";

/// The form: a file, which part of it, and the button. The permission is there before a file is chosen,
/// for nothing can be kept of it while the person is away.
#[component]
pub fn CoverForm(
    /// The playlist.
    open: Open,
) -> impl IntoView {
    let session = use_session();
    let act = use_act();
    let file = NodeRef::<html::Input>::new();
    let whole = NodeRef::<html::Canvas>::new();
    let shown = NodeRef::<html::Canvas>::new();
    // The size of the picture that is open.
    let size = RwSignal::new(None::<(u32, u32)>);
    let at = RwSignal::new(50_u32);
    let opening = RwSignal::new(false);
    let trouble = RwSignal::new(None::<PictureError>);
    // Counts the files. What an earlier one still waits for counts no more.
    let turn = StoredValue::new(0_u32);

    let choose = move |_| {
        act.hush();
        trouble.set(None);
        size.set(None);
        let turn_now = turn
            .try_update_value(|turn| {
                *turn = turn.wrapping_add(1);
                *turn
            })
            .unwrap_or_default();
        let chosen = file
            .get_untracked()
            .and_then(|field| field.files())
            .and_then(|files| files.get(0));
        let (Some(chosen), Some(canvas)) = (chosen, whole.get_untracked()) else {
            opening.set(false);
            return;
        };
        opening.set(true);
        spawn_local(async move {
            let opened = picture::open(&chosen, &canvas).await;
            if turn.try_get_value() != Some(turn_now) {
                return;
            }
            opening.set(false);
            match opened {
                Ok(opened) => {
                    at.set(50);
                    size.set(Some(opened));
                    focus_soon(|| document().get_element_by_id("part"));
                }
                Err(error) => trouble.set(Some(error)),
            }
        });
    };
    Effect::new(move |_| {
        let (Some((width, height)), at) = (size.get(), at.get()) else {
            return;
        };
        if let (Some(whole), Some(shown)) = (whole.get_untracked(), shown.get()) {
            let cut = picture::cut(&whole, &shown, part(width, height, at));
            if let Err(error) = cut {
                trouble.set(Some(error));
            }
        }
    });
    let give = move || {
        let Some(canvas) = shown.get_untracked() else {
            return;
        };
        let id = open.id();
        let given = async move {
            let cover = match picture::write(&canvas).await {
                Ok(cover) => cover,
                Err(error) => {
                    trouble.try_set(Some(error));
                    return Ok(false);
                }
            };
            let request = Request::set_playlist_image(&id, &cover);
            send_change(session, &request).await.map(|_| true)
        };
        act.run("give", given, move |given: bool| {
            given.then(|| {
                size.set(None);
                // The page may have been left meanwhile.
                if let Some(field) = file.try_get_untracked().flatten() {
                    field.set_value("");
                }
                Notice::new(
                    "Spotify has the picture. It shows it a little later; until then the one before \
                     may still be here.",
                )
            })
        });
    };
    let busy = move || act.is_under_way("give").then_some("true");
    let movable = Memo::new(move |_| size.get().filter(|(width, height)| width != height));
    view! {
        <section class="card cover-form" aria-labelledby="cover">
            <h2 id="cover">"Picture"</h2>
            <label for=FILE>"A picture of yours"</label>
            <input
                id=FILE
                class="file"
                type="file"
                accept="image/*"
                node_ref=file
                aria-describedby="picture-about"
                on:change=choose
            />
            <p id="picture-about" class="soft small">
                "It is cut square and made small in this browser; the file itself stays with you. Choose \
                 one that you may show: Spotify shows it to everybody."
            </p>
            <p class="soft" role="status">{move || opening.get().then_some("Opening the picture…")}</p>
            {move || trouble.get().map(|error| view! {
                <p class="problem-sentence" role="alert">{error.to_string()}</p>
            })}
            <canvas node_ref=whole hidden></canvas>
            <div class="cover-choice" hidden=move || size.get().is_none()>
                <canvas
                    class="cover-preview"
                    node_ref=shown
                    role="img"
                    aria-label="The part of your picture that is used"
                ></canvas>
                <div class="cover-ways">
                    {move || movable.get().map(|(width, height)| view! {
                        <label for="part">
                            {if width > height { "Which part, from left to right" } else { "Which part, from top to bottom" }}
                        </label>
                        <input
                            id="part"
                            type="range"
                            min="0"
                            max="100"
                            step="1"
                            prop:value=move || at.get().to_string()
                            aria-valuetext=move || in_words(at.get())
                            on:input=move |event| {
                                at.set(event_target_value(&event).parse().unwrap_or(50));
                            }
                        />
                    })}
                    <div class="actions">
                        <button
                            type="button"
                            class="button"
                            aria-disabled=busy
                            aria-busy=busy
                            on:click=move |_| give()
                        >
                            "Use this picture"
                        </button>
                    </div>
                </div>
            </div>
            <Outcome act />
        </section>
    }
    .into_any()
}

/// Where the part lies, for those who do not see it.
fn in_words(at: u32) -> String {
    match at {
        0 => "the beginning".to_owned(),
        50 => "the middle".to_owned(),
        100 => "the end".to_owned(),
        at => format!("{at} percent"),
    }
}
