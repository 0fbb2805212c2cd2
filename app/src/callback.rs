//! The page a provider sends the browser back to.
//!
//! The first script of the page has taken the answer out of the address by the time this runs. The
//! page adds the verifier of this tab, hands both to the server, and says what comes of it.

pub mod failure;
pub mod landed;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};
use oauth::pkce::Verifier;
use oauth::return_to::ReturnTo;

use crate::api;
use crate::callback::failure::Failure;
use crate::effect::effect;
use crate::error::{ApiError, Code};
use crate::notice::{Notice, NoticeBoard, use_notice};
use crate::parts::error_view::{ErrorView, Problem, WayOn};
use crate::session::live::{Session, use_session};
use crate::sign_in::button::{SignInButton, SignInButtons};
use crate::sign_in::errand::{Away, Intent};
use crate::sign_in::verifiers;
use crate::tabs::{self, News};

/// How long the page waits before it says that it takes long.
const LONG: Duration = Duration::from_secs(5);

/// How long the page waits before it asks once more by itself.
const AGAIN: Duration = Duration::from_millis(1_500);

/// Where the page stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// The app is starting. The server draws this, and so does the browser at first.
    Reading,
    /// The server has the answer.
    Asking,
    /// No answer of the server came back. It keeps the result, so asking again succeeds.
    NoAnswer(ApiError),
    /// It did not succeed.
    Failed(Failure),
    /// There was nothing to finish.
    Nothing,
    /// It succeeded, and the next page opens.
    Done,
}

/// One answer of a provider, on its way to the server.
struct Ticket {
    provider: String,
    query: String,
    state: String,
    verifier: Verifier,
    /// What a person went for who was signed in as they went.
    away: Option<Away>,
}

/// All that the page's work needs. It is of the browser alone.
#[derive(Clone)]
struct Desk {
    stage: RwSignal<Stage>,
    slow: RwSignal<bool>,
    /// What somebody went for who was signed in as they went: to link an identity or to give
    /// permissions.
    errand: RwSignal<Option<Intent>>,
    session: Session,
    notice: NoticeBoard,
    /// The name of the provider.
    label: String,
    /// Opens a page of this app in the place of the callback. Does nothing once the person has
    /// gone elsewhere by themselves.
    open: Rc<dyn Fn(&str)>,
    /// What is to be finished, once it is known.
    ticket: Rc<RefCell<Option<Rc<Ticket>>>>,
    /// Whether a request is under way.
    busy: Rc<Cell<bool>>,
    /// Whether the page has asked a second time by itself.
    asked_again: Rc<Cell<bool>>,
}

crate::lazy_page!(callback in callback: CallbackPage);

/// `/callback/{provider}`.
#[component]
pub fn CallbackPage() -> impl IntoView {
    let session = use_session();
    let notice = use_notice();
    let navigate = use_navigate();
    let params = use_params_map();
    let stage = RwSignal::new(Stage::Reading);
    let (slow, errand) = (RwSignal::new(false), RwSignal::new(None));
    let again = RwSignal::new(0_u32);

    let provider_id = move || params.with(|params| params.get("provider").unwrap_or_default());
    let label = Memo::new(move |_| {
        session
            .provider(&provider_id())
            .map_or_else(|| "the service".to_owned(), |it| it.label)
    });

    effect(move || {
        let navigate = navigate.clone();
        let open = move |path: &str| {
            // The signal goes with the page.
            if stage.try_get_untracked().is_some() {
                navigate(
                    path,
                    NavigateOptions {
                        replace: true,
                        ..Default::default()
                    },
                );
            }
        };
        let desk = Desk {
            stage,
            slow,
            errand,
            session,
            notice,
            label: label.get_untracked(),
            open: Rc::new(open),
            ticket: Rc::default(),
            busy: Rc::default(),
            asked_again: Rc::default(),
        };
        Effect::new({
            let desk = desk.clone();
            move |_| {
                // Followed first, for there is no ticket yet when this runs for the first time.
                let asked = again.get() > 0;
                let ticket = desk.ticket.borrow().clone().filter(|_| asked);
                if let Some(ticket) = ticket {
                    spawn_local(finish(desk.clone(), ticket));
                }
            }
        });
        spawn_local(read(desk, untrack(provider_id)));
    });

    view! {
        <Title text=move || title(errand.get()) />
        <section class="callback narrow">
            <h1>{move || heading(&stage.get(), errand.get().is_some())}</h1>
            <div aria-live="polite">
                {move || match stage.get() {
                    Stage::Reading | Stage::Asking | Stage::Done => {
                        view! { <Progress stage slow label /> }.into_any()
                    }
                    Stage::NoAnswer(error) => {
                        let problem = Problem {
                            advice: not_lost(errand.get()),
                            way_on: WayOn::TryAgain,
                            ..error.into()
                        };
                        let retry = Callback::new(move |()| again.update(|count| *count += 1));
                        view! { <ErrorView problem retry /> }.into_any()
                    }
                    Stage::Failed(failure) => view! {
                        <ErrorView problem=Problem::from(failure).naming(&label.get()) />
                        <div class="actions">
                            {session.provider(&provider_id()).map(|provider| view! {
                                <SignInButton
                                    provider
                                    label="Use another account"
                                    switch_account=true
                                    quiet=true
                                />
                            })}
                            <A href="/" attr:class="button quiet">"Go to the start page"</A>
                        </div>
                    }
                    .into_any(),
                    Stage::Nothing => view! {
                        <p>
                            "There is no sign-in to finish on this page. It may have been \
                             finished before, or the page was loaded again."
                        </p>
                        <SignInButtons />
                        <div class="actions">
                            <A href="/" attr:class="button quiet">"Go to the start page"</A>
                        </div>
                    }
                    .into_any(),
                }}
            </div>
        </section>
    }
    .into_any()
}

const fn title(errand: Option<Intent>) -> &'static str {
    match errand {
        Some(Intent::Grant) => "Giving permission",
        Some(Intent::Link) => "Linking an identity",
        Some(Intent::SignIn) | None => "Signing in",
    }
}

/// What is said while no answer of the server comes.
const fn not_lost(errand: Option<Intent>) -> &'static str {
    match errand {
        Some(Intent::Grant) => {
            "What you allowed is not lost: as soon as the answer comes, it is taken up."
        }
        Some(Intent::Link) => {
            "What you proved is not lost: as soon as the answer comes, you are asked whether to link \
             it."
        }
        Some(Intent::SignIn) | None => {
            "Your sign-in is not lost: as soon as the answer comes, it is finished."
        }
    }
}

const fn heading(stage: &Stage, errand: bool) -> &'static str {
    match stage {
        Stage::Reading | Stage::Asking if errand => "Taking it back to your account",
        Stage::Failed(_) if errand => "It did not finish",
        Stage::Done if errand => "Back to your page",
        Stage::Reading | Stage::Asking => "Signing you in",
        Stage::NoAnswer(_) => "Waiting for an answer",
        Stage::Failed(Failure::Refused(ApiError {
            code: Code::AccessDenied,
            ..
        })) => "You are not signed in",
        Stage::Failed(_) => "The sign-in did not finish",
        Stage::Nothing => "Nothing to finish here",
        Stage::Done => "You are signed in",
    }
}

/// The steps of a sign-in. They tell what this page knows, and no more: checking, exchanging the
/// code and reading the profile are one request to the server.
#[component]
fn Progress(stage: RwSignal<Stage>, slow: RwSignal<bool>, label: Memo<String>) -> impl IntoView {
    const STEPS: usize = 3;
    // Which step is under way.
    let at = Memo::new(move |_| match stage.get() {
        Stage::Reading => 0,
        Stage::Asking => 1,
        Stage::Done => 2,
        _ => STEPS,
    });
    let step = move |number: usize, words: Signal<String>| {
        view! {
            <li
                class="step"
                class:done=move || number < at.get()
                aria-current=move || (at.get() == number).then_some("step")
            >
                {move || words.get()}
            </li>
        }
    };
    view! {
        <ol class="steps" role="list">
            {step(0, Signal::derive(move || format!("Taking the answer of {}", label.get())))}
            {step(1, Signal::derive(move || format!("Checking it, and asking {} who you are", label.get())))}
            {step(2, Signal::stored("Opening your page".to_owned()))}
        </ol>
        {move || slow.get().then(|| view! {
            <p class="soft">{move || format!("This takes longer than usual. {} may be slow to answer.", label.get())}</p>
        })}
    }
    .into_any()
}

/// Finds out what there is to finish, and begins to.
async fn read(desk: Desk, provider: String) {
    let landed = landed::take();
    if desk.session.provider(&provider).is_none() {
        return desk.fail(Failure::UnknownProvider).await;
    }
    let Some(landed) = landed else {
        return desk.nothing().await;
    };
    if landed.token_in_fragment {
        return desk.fail(Failure::TokenInAddress).await;
    }
    if landed.query.is_empty() {
        return desk.nothing().await;
    }
    let found = states(&landed.query)
        .into_iter()
        .find_map(|state| verifiers::find(&state).map(|verifier| (state, verifier)));
    let Some((state, verifier)) = found else {
        return desk.fail(Failure::StartedElsewhere).await;
    };
    let away = verifiers::away(&state);
    desk.errand.try_set(away.as_ref().map(|away| away.intent));
    let ticket = Rc::new(Ticket {
        provider,
        query: landed.query,
        state,
        verifier,
        away,
    });
    *desk.ticket.borrow_mut() = Some(Rc::clone(&ticket));
    finish(desk, ticket).await;
}

/// Hands the answer to the server. There is never more than one such request under way, and none
/// after the server has answered.
async fn finish(desk: Desk, ticket: Rc<Ticket>) {
    if desk.busy.replace(true) {
        return;
    }
    desk.stage.try_set(Stage::Asking);
    let slow = desk.slow;
    slow.try_set(false);
    set_timeout(move || _ = slow.try_set(true), LONG);
    let verifier = ticket.verifier.secret().to_owned();
    let answer = api::complete(ticket.provider.clone(), ticket.query.clone(), verifier).await;
    match answer {
        Ok(completed) => {
            verifiers::forget_all();
            if let Some(account) = &completed.session.account {
                tabs::tell(&News::SignedIn(account.id.clone()));
            }
            if let Some(away) = &ticket.away {
                verifiers::keep_back(away);
            }
            // The server checked it, and the app checks it too: an address of another site would
            // leave the app.
            let place = ReturnTo::parse(&completed.return_to).unwrap_or_default();
            if desk.stage.try_set(Stage::Done).is_none() {
                desk.load(place.as_str());
            } else {
                // The person has gone to another page of the app meanwhile.
                desk.session.put(completed.session);
            }
        }
        Err(error) if error.code == Code::Offline => {
            desk.busy.set(false);
            desk.stage.try_set(Stage::NoAnswer(error));
            if !desk.asked_again.replace(true) {
                ask_again(desk, ticket);
            }
        }
        Err(error) => {
            verifiers::forget(&ticket.state);
            let failure = Failure::Refused(error);
            match &ticket.away {
                Some(away) => desk.come_back(failure, away).await,
                None => desk.fail(failure).await,
            }
        }
    }
}

/// Asks once more: as soon as the network is back, or in a moment where the browser says that it
/// is there.
fn ask_again(desk: Desk, ticket: Rc<Ticket>) {
    if window().navigator().on_line() {
        set_timeout(move || spawn_local(finish(desk, ticket)), AGAIN);
    } else {
        // It is heard once: after that either an answer is there or the person has a button.
        let heard = Cell::new(false);
        window_event_listener(ev::online, move |_| {
            if !heard.replace(true) {
                spawn_local(finish(desk.clone(), Rc::clone(&ticket)));
            }
        });
    }
}

impl Desk {
    /// Ends with `failure`, unless the person is signed in: they go on into the app.
    async fn fail(&self, failure: Failure) {
        if self.is_signed_in().await {
            if let Some(sentence) = failure.in_passing(&self.label) {
                let text = format!("{sentence} You are still signed in as before.");
                self.notice.put("/", Notice::new(text));
            }
            (self.open)("/");
        } else {
            self.stage.try_set(Stage::Failed(failure));
        }
    }

    /// Ends with `failure` on the page that the person went from, unless they are signed out by now
    /// or somebody else is here: neither the page nor what was wanted is theirs.
    async fn come_back(&self, failure: Failure, away: &Away) {
        let account = self.account().await;
        if account.is_none() || account != away.account {
            return self.fail(failure).await;
        }
        let place = away.place.as_str();
        let path = place.split(['?', '#']).next().unwrap_or(place);
        let mut notice = Notice::new(failure.on_return(&self.label));
        // Consent by another account there: the way on is to choose the right one.
        if away.intent == Intent::Grant && failure.is_of_another_account() {
            notice = notice.again(away.clone());
        }
        self.notice.put_at(path, notice);
        (self.open)(place);
    }

    /// Loads a page of this app in the place of the callback. A whole load, for the browser keeps
    /// the address a document came by, with the code in it, where scripts can read it
    /// (`performance.getEntries`) until the document is gone.
    fn load(&self, path: &str) {
        if window().location().replace(path).is_err() {
            (self.open)(path);
        }
    }

    /// Ends where there was nothing to finish: in the app, for a person who is signed in.
    async fn nothing(&self) {
        if self.is_signed_in().await {
            (self.open)("/");
        } else {
            self.stage.try_set(Stage::Nothing);
        }
    }

    /// The page came from another site, so nothing was known of the session when it was drawn.
    async fn is_signed_in(&self) -> bool {
        self.session.ask().await.is_ok_and(|view| view.signed_in)
    }

    /// Whose session it is, in the same way.
    async fn account(&self) -> Option<String> {
        let view = self.session.ask().await.ok()?;
        view.account.map(|account| account.id)
    }
}

/// The values of `state` in a query string, in order. More than one is for the server to refuse.
fn states(query: &str) -> Vec<String> {
    let Ok(params) = web_sys::UrlSearchParams::new_with_str(query) else {
        return Vec::new();
    };
    params
        .get_all("state")
        .iter()
        .filter_map(|state| state.as_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{not_lost, title};
    use crate::sign_in::errand::Intent;

    #[test]
    fn errand_is_called_no_sign_in() {
        for errand in [Some(Intent::Grant), Some(Intent::Link)] {
            assert!(!title(errand).contains("Signing in"), "{errand:?}");
            assert!(!not_lost(errand).contains("sign-in"), "{errand:?}");
        }
        for errand in [None, Some(Intent::SignIn)] {
            assert_eq!(title(errand), "Signing in");
            assert!(not_lost(errand).contains("Your sign-in is not lost"));
        }
    }
}
