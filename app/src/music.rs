//! A call for data: the typed request goes to this app's own server, which attaches the token.

use gloo_net::http::{Method, RequestBuilder, Response};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{AbortController, AbortSignal};
use spotify::{Answer, Body, Request};

use crate::effect::effect;
use crate::error::{ApiError, Code};
use crate::paged::memory::{Memory, Stay, when_drawn};
use crate::session::fresh::ask;
use crate::session::live::{Session, Tie, use_session};
use crate::shelf::use_shelf;
use crate::sign_in::words::SPOTIFY;
use crate::tabs::{self, News};

/// Where the Web API of Spotify is reached from here.
const BASE: &str = "/api/spotify/v1";

/// Stands in an answer that tells of the person's connection to Spotify as well: [`ENDED`] or
/// [`CHANGED`].
pub const CONNECTION_HEADER: &str = "x-stagedoor-connection";

/// The connection turned out to be over, and the answer is what everybody gets.
pub const ENDED: &str = "ended";

/// A refresh brought other scopes than the connection had.
pub const CHANGED: &str = "changed";

/// What a page knows about data it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loading<T> {
    /// Nothing was asked for.
    Idle,
    /// The answer is on its way, or the app has not started yet.
    Pending,
    /// The answer.
    Ready(T),
    /// There is none.
    Failed(ApiError),
}

/// Data that a page asks for, and the way to ask again.
pub struct Call<T: Send + Sync + 'static> {
    session: Session,
    state: RwSignal<Loading<T>>,
    again: RwSignal<u32>,
    kept: Option<Kept>,
}

impl<T: Send + Sync + 'static> Clone for Call<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Call<T> {}

impl<T: Clone + Send + Sync + 'static> Call<T> {
    /// What is known now. Tracked.
    pub fn get(self) -> Loading<T> {
        self.state.get()
    }

    /// Why there is none, where there is none. Tracked.
    pub fn failure(self) -> Option<ApiError> {
        self.state.with(|state| match state {
            Loading::Failed(error) => Some(error.clone()),
            _ => None,
        })
    }

    /// Asks again, as a *Try again* button does.
    pub fn retry(self) -> Callback<()> {
        let again = self.again;
        Callback::new(move |()| again.update(|count| *count = count.wrapping_add(1)))
    }

    /// Leaves the answer, where there is one that nothing else was left for.
    fn leave_answer(self) {
        let Some(kept) = self.kept else { return };
        if let Some(Loading::Ready(answer)) = self.state.try_get_untracked() {
            kept.leave(self.session, answer);
        }
    }

    /// Leaves `what` the page made of the answer where the Back button finds it, in the answer's stead, or
    /// nothing where that could not be shown again. For the cleanup of what shows it.
    pub fn leave(self, what: Option<T>) {
        match (self.kept, what) {
            (Some(kept), Some(what)) => kept.leave(self.session, what),
            (Some(kept), None) => _ = kept.stay.try_update_value(Stay::leave_nothing),
            (None, _) => {}
        }
    }

    /// As [`send_change`], of what the page shows, which is up to date with the change.
    ///
    /// # Errors
    /// As [`send`].
    pub async fn send_change<A: Answer>(self, request: &Request<A>) -> Result<A, ApiError> {
        let count = || self.kept.map(|kept| (kept.count)(self.session));
        let before = count();
        let answer = send_change(self.session, request).await;
        if let Some(((kept, before), now)) = self.kept.zip(before).zip(count())
            && answer.is_ok()
        {
            kept.stay.try_update_value(|stay| stay.keep_up(before, now));
        }
        answer
    }
}

/// Asks for what `wanted` says, in the browser, and again whenever that changes.
///
/// A request that is no longer wanted is aborted, and its answer counts no more. The server renders
/// the page without data: it never waits for a provider. An answer that says *signed out* makes the
/// session ask for itself, and so the whole page learns of it.
pub fn use_call<T>(wanted: impl Fn() -> Option<Request<T>> + 'static) -> Call<T>
where
    T: Answer + Clone + Send + Sync + 'static,
{
    call(wanted, None)
}

/// As [`use_call`], and the Back button finds the answer as it was left, and the person where they were.
pub fn use_kept_call<T>(wanted: impl Fn() -> Option<Request<T>> + 'static) -> Call<T>
where
    T: Answer + Clone + Send + Sync + 'static,
{
    call(wanted, Some(Kept::counting(Session::changes)))
}

/// As [`use_kept_call`], for a glance at what is the person's own: where this page has followed, saved or let
/// go of something since, it asks anew.
pub fn use_glance<T>(wanted: impl Fn() -> Option<Request<T>> + 'static) -> Call<T>
where
    T: Answer + Clone + Send + Sync + 'static,
{
    call(wanted, Some(Kept::counting(Session::changes_and_deeds)))
}

fn call<T>(wanted: impl Fn() -> Option<Request<T>> + 'static, kept: Option<Kept>) -> Call<T>
where
    T: Answer + Clone + Send + Sync + 'static,
{
    let session = use_session();
    let first = if untrack(&wanted).is_some() {
        Loading::Pending
    } else {
        Loading::Idle
    };
    let call = Call {
        session,
        state: RwSignal::new(first),
        again: RwSignal::new(0),
        kept,
    };
    Effect::new(move |before: Option<Option<UnderWay>>| {
        drop(before);
        call.again.track();
        let request = wanted();
        if let Some(kept) = kept {
            let asked = request.as_ref().map(Request::path_and_query);
            if kept.turn_to(session, call, asked) {
                return None;
            }
        }
        let Some(request) = request else {
            call.state.set(Loading::Idle);
            return None;
        };
        call.state.set(Loading::Pending);
        let under_way = UnderWay::begin();
        let signal = under_way.signal();
        spawn_local(async move {
            let answer = send(session, &request, signal.as_ref()).await;
            if signal.is_some_and(|signal| signal.aborted()) {
                return;
            }
            if let Some(kept) = kept.filter(|_| answer.is_ok()) {
                kept.stay.try_update_value(Stay::is_shown);
            }
            call.state
                .try_set(answer.map_or_else(Loading::Failed, Loading::Ready));
        });
        Some(under_way)
    });
    if let Some(kept) = kept {
        effect(move || Stay::follow(move |note| _ = kept.stay.try_update_value(note)));
        // After the cleanups of all that shows it, which may leave what they made of it.
        on_cleanup(move || call.leave_answer());
    }
    Effect::new(move |before: Option<Tie>| {
        let tie = session.tie();
        let is_new = before.is_some_and(|before| before != tie) && tie.granted_at.is_some();
        let waits = |state: &Loading<T>| match state {
            Loading::Failed(error) => wants_connection(error.code),
            _ => false,
        };
        if is_new && call.state.with_untracked(waits) {
            call.again.update(|count| *count = count.wrapping_add(1));
        }
        tie
    });
    call
}

/// Where an answer is left, and found again.
#[derive(Clone, Copy)]
struct Kept {
    memory: Memory,
    stay: StoredValue<Stay>,
    /// Counts what puts it out of date.
    count: fn(Session) -> u32,
}

impl Kept {
    fn counting(count: fn(Session) -> u32) -> Self {
        Self {
            memory: use_shelf().lists(),
            stay: StoredValue::new(Stay::default()),
            count,
        }
    }

    /// Leaves the answer that is shown, and shows the one to `asked` that was left at this entry of the
    /// history, if it was. What is asked once more, such as for somebody else, is asked anew.
    fn turn_to<T>(self, session: Session, call: Call<T>, asked: Option<String>) -> bool
    where
        T: Clone + Send + Sync + 'static,
    {
        let is_again = self
            .stay
            .try_with_value(|stay| asked.as_deref().is_some_and(|asked| stay.is_of(asked)))
            .unwrap_or_default();
        if !is_again {
            call.leave_answer();
        }
        let Some(asked) = asked else { return false };
        let left = self.stay.try_update_value(|stay| {
            *stay = Stay::begin(session, asked, self.count);
            if is_again {
                return None;
            }
            stay.take_back::<T>(self.memory)
        });
        let Some((answer, place)) = left.flatten() else {
            return false;
        };
        call.state.set(Loading::Ready(answer));
        when_drawn(|| place.return_to());
        true
    }

    /// Leaves the answer, or what was made of it.
    fn leave<T: Send + Sync + 'static>(self, session: Session, what: T) {
        self.stay
            .try_update_value(|stay| stay.leave(session, self.memory, what));
    }
}

/// Takes up what a refusal tells about the session and its connection to Spotify.
fn heed(session: Session, error: &ApiError) {
    match error.code {
        Code::Reauthorize => note_ended(session),
        // The provider may allow less than it did, and the server knows by now.
        Code::SignedOut | Code::NotConnected | Code::PermissionNeeded => ask(session),
        _ => {}
    }
}

/// Takes up that Spotify ended the connection, in this tab and in the others.
fn note_ended(session: Session) {
    if session.note_ended(SPOTIFY) {
        tabs::tell(&News::Ended(SPOTIFY.to_owned()));
        ask(session);
    }
}

/// Whether another connection, or one that may do more, could bring an answer.
pub const fn wants_connection(code: Code) -> bool {
    matches!(
        code,
        Code::Reauthorize | Code::NotConnected | Code::PermissionNeeded | Code::SignedOut
    )
}

/// Sends `request` and reads its answer, and takes up what that tells about the session. Browser only.
///
/// # Errors
/// What the server refused with; [`Code::Offline`] where no answer of it came back, and
/// [`Code::ProviderError`] where Spotify's answer does not read as what was asked for.
pub async fn send<T: Answer>(
    session: Session,
    request: &Request<T>,
    abort: Option<&AbortSignal>,
) -> Result<T, ApiError> {
    let answer = exchange(session, request, abort).await;
    if let Err(error) = &answer
        && !abort.is_some_and(AbortSignal::aborted)
    {
        heed(session, error);
    }
    answer
}

/// As [`send`], for what changes how a list of the person's reads: what was left of any counts no more,
/// even where the answer is lost, nor what is read before it is here. Browser only.
///
/// # Errors
/// As [`send`].
pub async fn send_change<T: Answer>(session: Session, request: &Request<T>) -> Result<T, ApiError> {
    session.note_change();
    let answer = send(session, request, None).await;
    session.note_change();
    answer
}

async fn exchange<T: Answer>(
    session: Session,
    request: &Request<T>,
    abort: Option<&AbortSignal>,
) -> Result<T, ApiError> {
    let offline = |_| ApiError::new(Code::Offline);
    let (name, value) = guard::header();
    let builder = RequestBuilder::new(&format!("{BASE}{}", request.path_and_query()))
        .method(method(request.method))
        .header(name, value)
        .abort_signal(abort);
    let sent = match &request.body {
        Body::Nothing => builder.build(),
        Body::Json(body) => builder.json(body),
        Body::Jpeg(base64) => builder
            .header("content-type", "image/jpeg")
            .body(base64.as_str()),
    };
    let response = sent.map_err(offline)?.send().await.map_err(offline)?;
    match response.headers().get(CONNECTION_HEADER).as_deref() {
        Some(ENDED) => note_ended(session),
        Some(CHANGED) => ask(session),
        _ => {}
    }
    if !response.ok() {
        return Err(refusal(&response).await);
    }
    let body = response.binary().await.map_err(offline)?;
    let content_type = response.headers().get("content-type");
    request
        .decode(response.status(), content_type.as_deref(), &body)
        .map_err(|_| ApiError::new(Code::ProviderError))
}

/// The envelope of an error. What is not one did not come from this app's server, but from
/// something in front of it.
async fn refusal(response: &Response) -> ApiError {
    let body = response.binary().await.unwrap_or_default();
    serde_json::from_slice(&body).unwrap_or_else(|_| ApiError::new(Code::Offline))
}

const fn method(method: spotify::Method) -> Method {
    match method {
        spotify::Method::Get => Method::GET,
        spotify::Method::Post => Method::POST,
        spotify::Method::Put => Method::PUT,
        spotify::Method::Delete => Method::DELETE,
    }
}

/// A request that is aborted when nobody holds this any more.
pub struct UnderWay(Option<AbortController>);

impl UnderWay {
    /// A browser without the controller sends its requests all the same.
    pub fn begin() -> Self {
        Self(AbortController::new().ok())
    }

    /// What the request is sent with.
    pub fn signal(&self) -> Option<AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}
