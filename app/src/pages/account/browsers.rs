//! Where the person is signed in.

use leptos::prelude::*;

use super::act::{Act, ActButton, Outcome, use_act};
use crate::api::account::{SessionEntry, Sessions, end_session, sessions};
use crate::asked::{Asked, use_asked};
use crate::music::Loading;
use crate::notice::Notice;
use crate::parts::date::{Moment, span_in_words};
use crate::parts::error_view::ErrorView;
use crate::session::SessionLife;
use crate::session::live::use_session;
use crate::sign_out::SignOutButton;

/// The signed-in browsers, with a way to end each.
#[component]
pub fn Browsers() -> impl IntoView {
    let asked = use_asked(sessions);
    let act = use_act();
    view! {
        <section class="card" aria-labelledby="browsers" aria-busy=move || {
            matches!(asked.get(), Loading::Pending).then_some("true")
        }>
            <h2 id="browsers">"Where you are signed in"</h2>
            <p class="soft">
                "Browsers as they described themselves. The place is not known: no address is kept. "
                {life_in_words(use_session().life())}
            </p>
            <Outcome act />
            {move || match asked.get() {
                Loading::Idle | Loading::Pending => view! {
                    <div class="bars" role="status">
                        <span class="heard">"Looking for your sessions…"</span>
                        <span class="skeleton" aria-hidden="true"></span>
                        <span class="skeleton" aria-hidden="true"></span>
                    </div>
                }
                .into_any(),
                Loading::Failed(error) => {
                    view! { <ErrorView problem=error retry=asked.retry() /> }.into_any()
                }
                Loading::Ready(list) => view! { <List act asked list /> }.into_any(),
            }}
        </section>
    }
    .into_any()
}

#[component]
fn List(act: Act, asked: Asked<Sessions>, list: Sessions) -> impl IntoView {
    let others = list.sessions.iter().filter(|entry| !entry.current).count();
    if list.sessions.is_empty() {
        return view! { <p>"There is no session to show."</p> }.into_any();
    }
    let press = Callback::new(move |()| {
        act.run("others", end_session(None, Some(true)), move |left| {
            asked.put(left);
            Some(Notice::new("All other sessions have ended."))
        });
    });
    let entries = list
        .sessions
        .into_iter()
        .map(|entry| view! { <Entry act asked entry /> })
        .collect_view();
    view! {
        <ul class="entries" role="list">{entries}</ul>
        {if others > 0 {
            view! {
                <div class="actions">
                    <ActButton act name="others" words="End all others" quiet=true press />
                </div>
            }
            .into_any()
        } else {
            view! { <p class="soft">"You are signed in nowhere else."</p> }.into_any()
        }}
    }
    .into_any()
}

#[component]
fn Entry(act: Act, asked: Asked<Sessions>, entry: SessionEntry) -> impl IntoView {
    let session = use_session();
    let browser = entry
        .browser
        .filter(|browser| !browser.trim().is_empty())
        .unwrap_or_else(|| "A browser that does not say which".to_owned());
    // The last day does not move, whoever comes.
    let last_day = entry.created_at.saturating_add(session.life().max_s);
    let until = if entry.ends_at < last_day {
        " unless it is used before."
    } else {
        " in any case."
    };
    let by = entry.provider.map(|id| session.label(&id));
    let deed = if entry.current {
        view! { <SignOutButton /> }.into_any()
    } else {
        let id = entry.id.clone();
        let said = format!("{browser}: its session has ended.");
        let press = Callback::new(move |()| {
            let said = said.clone();
            let ending = end_session(Some(id.clone()), None);
            act.run(&format!("end {id}"), ending, move |left| {
                asked.put(left);
                Some(Notice::new(said))
            });
        });
        view! {
            <ActButton
                act
                name=format!("end {}", entry.id)
                words="End"
                heard=format!("the session of {browser}")
                quiet=true
                press
            />
        }
        .into_any()
    };
    view! {
        <li class="entry">
            <div class="entry-words">
                <h3>
                    <bdi>{browser.clone()}</bdi>
                    {entry.current.then(|| view! { " " <span class="mark-here">"This browser"</span> })}
                </h3>
                <p class="soft small">
                    {by.map(|label| format!("Signed in with {label}, "))}
                    <Moment at=entry.created_at />
                    ". Last seen " <Moment at=entry.seen_at />
                    ". Ends " <Moment at=entry.ends_at /> {until}
                </p>
            </div>
            <div class="entry-deeds">{deed}</div>
        </li>
    }
    .into_any()
}

/// How long a session lives, in a sentence; nothing where the server did not say.
fn life_in_words(life: SessionLife) -> Option<String> {
    (life.idle_s > 0 && life.max_s > 0).then(|| {
        format!(
            "A session ends after {} without use, and after {} in any case.",
            span_in_words(life.idle_s),
            span_in_words(life.max_s)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::life_in_words;
    use crate::session::SessionLife;

    #[test]
    fn life_of_a_session_is_told() {
        let life = SessionLife {
            idle_s: 30 * 86_400,
            max_s: 180 * 86_400,
        };
        assert_eq!(
            life_in_words(life).as_deref(),
            Some("A session ends after 30 days without use, and after 180 days in any case.")
        );
        assert_eq!(life_in_words(SessionLife::default()), None);
    }
}
