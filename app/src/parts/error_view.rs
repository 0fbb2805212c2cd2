//! What went wrong, whose doing it is, and the way on.

use std::time::Duration;

use leptos::prelude::*;
use spotify::Permission;

use crate::effect::effect;
use crate::error::{ApiError, Code};
use crate::page_life::{browser_now, stay_near};
use crate::parts::date::Moment;
use crate::session::live::use_session;
use crate::sign_in::StartError;
use crate::sign_in::button::{ConnectButton, SignInAgain, SignInButton, SignInButtons};
use crate::sign_in::errand::Intent;
use crate::sign_in::words::SPOTIFY;

/// How a sentence calls a service where it is not known which.
const SOME_SERVICE: &str = "The other service";

/// From so many seconds on the hour is told, too.
const LONG_S: u32 = 5_400;

/// What a person is told when something did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// One sentence: what happened.
    pub sentence: String,
    /// What to do about it, in whole sentences; may be empty.
    pub advice: &'static str,
    /// The button that goes with it.
    pub way_on: WayOn,
    /// Whether nothing went wrong at all: the person chose it.
    pub calm: bool,
    /// Seconds until another try makes sense.
    pub retry_after: Option<u32>,
    /// Under which the server's log tells the cause.
    pub reference: Option<String>,
}

/// What the person can press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOn {
    /// Nothing here helps.
    Nothing,
    /// The same again.
    TryAgain,
    /// Sign in, with any provider on offer.
    SignIn,
    /// Sign in once more, with a provider that leads into the account already.
    SignInAgain,
    /// Make the connection to Spotify in this browser.
    Connect,
    /// Make the connection to Spotify again, which has ended.
    Reconnect,
    /// Allow at Spotify what is missing.
    Allow(Permission),
}

impl Problem {
    /// A problem with nothing but a sentence, advice and a way on.
    pub fn new(sentence: impl Into<String>, advice: &'static str, way_on: WayOn) -> Self {
        Self {
            sentence: sentence.into(),
            advice,
            way_on,
            calm: false,
            retry_after: None,
            reference: None,
        }
    }

    /// Whether both are one problem to the person. How long to wait, and the reference, may differ.
    pub fn is_like(&self, other: &Self) -> bool {
        let told = |one: &Self| (one.advice, one.way_on, one.calm);
        self.sentence == other.sentence && told(self) == told(other)
    }

    /// The same problem with the service by its name, where the sentence speaks of one.
    #[must_use]
    pub fn naming(mut self, service: &str) -> Self {
        if let Some(rest) = self.sentence.strip_prefix(SOME_SERVICE) {
            self.sentence = format!("{service}{rest}");
        }
        if self.sentence == Code::Forbidden.sentence() {
            self.sentence = format!("{service} does not let this app do that.");
            self.advice = "It keeps some things from apps of this kind, and lets nobody change what \
                           belongs to somebody else. Trying again does not help.";
        }
        self
    }
}

impl From<ApiError> for Problem {
    /// The sentence is the one that stands here for the code, whatever came over the wire.
    fn from(error: ApiError) -> Self {
        let (advice, way_on) = advice(error.code);
        let missing = error.permission.as_deref().and_then(Permission::parse);
        let way_on = missing.map_or(way_on, WayOn::Allow);
        Self {
            calm: error.code == Code::AccessDenied,
            retry_after: error.retry_after,
            reference: error.reference,
            ..Self::new(error.code.sentence(), advice, way_on)
        }
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        let sentence = error.to_string();
        match error {
            StartError::NoStorage => Self::new(
                sentence,
                "Allow this site to store data, or leave private browsing, and try again.",
                WayOn::Nothing,
            ),
            StartError::NoRandomness => Self::new(
                sentence,
                "A current version of Firefox, Chrome, Edge or Safari can.",
                WayOn::Nothing,
            ),
            StartError::ForeignAddress => Self::new(
                sentence,
                "Whoever runs this installation has to put its settings right.",
                WayOn::Nothing,
            ),
            StartError::Refused(error) if error.code == Code::RecentSignInNeeded => error.into(),
            // The button that was pressed stands beside it.
            StartError::Refused(error) => Self {
                way_on: WayOn::Nothing,
                ..error.into()
            },
        }
    }
}

/// What to do about each code, and the button that does it.
#[expect(
    clippy::match_same_arms,
    reason = "one line for each code, in the order of the contract"
)]
const fn advice(code: Code) -> (&'static str, WayOn) {
    use Code as C;
    match code {
        C::TransactionMissing => (
            "Start again here, and finish in this same browser.",
            WayOn::SignIn,
        ),
        C::TransactionExpired => (
            "Nothing was changed. Starting again takes a moment.",
            WayOn::SignIn,
        ),
        C::StateMismatch | C::IssuerMismatch | C::ProviderMismatch => (
            "It was not used, and nothing was changed. Start again from here to be sure.",
            WayOn::SignIn,
        ),
        C::VerifierMismatch => (
            "Go back to the tab in which you started, or start again here.",
            WayOn::SignIn,
        ),
        C::CodeRejected => (
            "Nothing was changed. Starting again usually helps.",
            WayOn::SignIn,
        ),
        C::AccessDenied => (
            "Nothing was changed. You can sign in whenever you like.",
            WayOn::SignIn,
        ),
        C::BadRequest | C::MethodNotAllowed | C::UnsupportedMediaType | C::MisdirectedRequest => {
            ("Reloading the page usually helps.", WayOn::Nothing)
        }
        C::SignedOut => ("Sign in to go on.", WayOn::SignIn),
        C::Reauthorize => (
            "Spotify ends a connection after six months, or when you remove it there. \
             Your account here is untouched.",
            WayOn::Reconnect,
        ),
        C::IdTokenInvalid | C::UserinfoMismatch => (
            "The mistake is the service's. It was not believed, and nothing was changed. If it \
             happens again, tell whoever runs this installation.",
            WayOn::SignIn,
        ),
        C::Csrf => ("Reload the page and try again.", WayOn::Nothing),
        C::PermissionNeeded => (
            "You can give it, and take it back, whenever you like.",
            WayOn::Nothing,
        ),
        C::NotAllowListed => (
            "Whoever runs this installation can add you in Spotify's developer dashboard.",
            WayOn::Nothing,
        ),
        C::OwnerPremiumRequired => (
            "Whoever runs this installation has to renew it; Spotify may take some hours to \
             notice.",
            WayOn::Nothing,
        ),
        C::Forbidden => ("", WayOn::Nothing),
        C::RecentSignInNeeded => (
            "Ways into an account are changed, and accounts deleted, by nobody who merely finds \
             the screen unlocked. You come back to this page.",
            WayOn::SignInAgain,
        ),
        C::NotFound => (
            "It may have been removed, or the address may be mistyped.",
            WayOn::Nothing,
        ),
        C::TooLarge => ("", WayOn::Nothing),
        C::IdentityTaken => (
            "Nothing was changed. To use that account, sign out and sign in with this identity; \
             to have it here, unlink it there first.",
            WayOn::Nothing,
        ),
        C::LastIdentity => ("Add another way in first.", WayOn::Nothing),
        C::WrongAccount => (
            "Nothing was changed. Try again, and choose there the account that is linked here.",
            WayOn::Connect,
        ),
        C::NotConnected => ("Connect it to see what is yours.", WayOn::Connect),
        C::RateLimited => ("", WayOn::TryAgain),
        C::QuotaExhausted => (
            "Spotify counts it over 24 hours, for everybody who uses this installation.",
            WayOn::TryAgain,
        ),
        C::ProviderError | C::ProviderUnavailable => (
            "The trouble is on its side, and nothing of yours is lost.",
            WayOn::TryAgain,
        ),
        C::Unavailable => ("Nothing of yours is lost.", WayOn::TryAgain),
        C::Unexpected => (
            "If it happens again, tell whoever runs this installation.",
            WayOn::TryAgain,
        ),
        C::Offline => ("Nothing of yours is lost.", WayOn::TryAgain),
    }
}

/// Shows a [`Problem`]: the sentence, the advice, how long to wait, the button, the reference.
///
/// Everything in it is text of this app. What a provider said is neither here nor on the wire.
#[component]
pub fn ErrorView(
    /// What went wrong; an [`ApiError`] will do.
    #[prop(into)]
    problem: Problem,
    /// Does the same again. Without it there is no *Try again*.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    let session = use_session();
    stay_near();
    let button = match problem.way_on {
        WayOn::Nothing => None,
        WayOn::TryAgain => retry.map(|retry| {
            view! {
                <button type="button" class="button quiet" on:click=move |_| retry.run(())>
                    "Try again"
                </button>
            }
            .into_any()
        }),
        WayOn::SignIn => Some(view! { <SignInButtons /> }.into_any()),
        WayOn::SignInAgain => Some(view! { <SignInAgain /> }.into_any()),
        WayOn::Connect | WayOn::Reconnect => session.provider(SPOTIFY).map(|provider| {
            let ended = problem.way_on == WayOn::Reconnect;
            view! { <ConnectButton provider ended /> }.into_any()
        }),
        WayOn::Allow(permission) => session.provider(SPOTIFY).map(|provider| {
            let label = format!("Allow it at {}", provider.label);
            let permissions = vec![permission.name().to_owned()];
            view! {
                <p>{permission.sentence()}</p>
                <SignInButton provider label intent=Intent::Grant permissions />
            }
            .into_any()
        }),
    };
    view! {
        <div class="problem" class:calm=problem.calm role="alert">
            <p class="problem-sentence">{problem.sentence}</p>
            {(!problem.advice.is_empty()).then(|| view! { <p>{problem.advice}</p> })}
            {problem.retry_after.map(|seconds| view! { <Wait seconds /> })}
            {button.map(|button| view! { <div class="problem-way">{button}</div> })}
            {problem.reference.map(|reference| view! {
                <p class="reference">"Reference: " <code>{reference}</code></p>
            })}
        </div>
    }
    .into_any()
}

/// How long it is until another try makes sense, and for a long wait the hour.
#[component]
fn Wait(seconds: u32) -> impl IntoView {
    let until = RwSignal::new(None);
    let left = RwSignal::new(seconds);
    // The server does not know the person's clock.
    effect(move || {
        let end = browser_now() + i64::from(seconds);
        if seconds > LONG_S {
            until.set(Some(end));
        }
        let count = move || {
            let now = u32::try_from(end - browser_now()).unwrap_or(0);
            left.maybe_update(|left| core::mem::replace(left, now) != now);
        };
        if let Ok(counting) = set_interval_with_handle(count, Duration::from_secs(1)) {
            on_cleanup(move || counting.clear());
        }
    });
    // It counts for eyes: a screen reader says it once.
    view! {
        <p aria-live="off">
            "Another try makes sense " {move || wait_in_words(left.get())}
            {move || until.get().map(|at| view! { ", on " <Moment at /> })} "."
        </p>
    }
}

/// How long `seconds` are, as people say it: `in 12 seconds`, `in about 14 hours`.
pub fn wait_in_words(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0 => return "now".to_owned(),
        1 => return "in a second".to_owned(),
        2..=90 => return format!("in {seconds} seconds"),
        91..=5_400 => (seconds.div_ceil(60), "minutes"),
        5_401..=129_600 => (seconds.div_ceil(3_600), "hours"),
        _ => (seconds.div_ceil(86_400), "days"),
    };
    format!("in about {count} {unit}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{Problem, WayOn, advice, wait_in_words};
    use spotify::Permission;

    use crate::error::{ApiError, Code};
    use crate::sign_in::StartError;

    #[test]
    fn every_code_has_a_sentence_of_its_own() {
        let mut seen = HashMap::new();
        for &code in Code::ALL {
            let sentence = code.sentence();
            assert!(
                sentence.len() > 10 && sentence.ends_with('.'),
                "{code:?}: {sentence}"
            );
            if let Some(other) = seen.insert(sentence, code) {
                panic!("{code:?} and {other:?} say the same");
            }
        }
    }

    #[test]
    fn how_long_to_wait_makes_no_other_problem() {
        let problem = |code, seconds| Problem {
            retry_after: seconds,
            ..Problem::from(ApiError::new(code))
        };
        let limit = problem(Code::RateLimited, Some(7));
        assert!(limit.is_like(&problem(Code::RateLimited, Some(6))));
        assert!(!limit.is_like(&problem(Code::QuotaExhausted, Some(7))));
    }

    #[test]
    fn advice_is_whole_sentences() {
        for &code in Code::ALL {
            let (advice, _) = advice(code);
            assert!(
                advice.is_empty() || advice.ends_with('.'),
                "{code:?}: {advice}"
            );
        }
    }

    #[test]
    fn what_spotify_forbids_is_told_as_its_doing() {
        let problem = Problem::from(ApiError::new(Code::Forbidden)).naming("Spotify");
        assert!(problem.sentence.starts_with("Spotify does not let"));
        assert!(problem.advice.contains("apps of this kind"));
        // What this app forbids stays its own.
        let own = Problem::from(ApiError::new(Code::Forbidden));
        assert_eq!(own.sentence, Code::Forbidden.sentence());
    }

    #[test]
    fn text_of_the_wire_is_not_shown() {
        let mut error = ApiError::new(Code::ProviderError);
        error.message = "<b>call this number</b>".to_owned();
        assert_eq!(
            Problem::from(error).sentence,
            Code::ProviderError.sentence()
        );
    }

    #[test]
    fn saying_no_is_no_alarm() {
        assert!(Problem::from(ApiError::new(Code::AccessDenied)).calm);
        assert!(!Problem::from(ApiError::new(Code::StateMismatch)).calm);
    }

    #[test]
    fn ended_connection_offers_to_connect() {
        assert_eq!(advice(Code::Reauthorize).1, WayOn::Reconnect);
        assert_eq!(advice(Code::NotConnected).1, WayOn::Connect);
    }

    #[test]
    fn missing_permission_can_be_allowed() {
        let mut error = ApiError::new(Code::PermissionNeeded);
        assert_eq!(Problem::from(error.clone()).way_on, WayOn::Nothing);
        error.permission = Some("top".to_owned());
        assert_eq!(
            Problem::from(error.clone()).way_on,
            WayOn::Allow(Permission::Top)
        );
        error.permission = Some("everything".to_owned());
        assert_eq!(Problem::from(error).way_on, WayOn::Nothing);
    }

    #[test]
    fn service_in_trouble_is_named() {
        for code in [Code::ProviderUnavailable, Code::ProviderError] {
            let told = Problem::from(ApiError::new(code)).naming("Google").sentence;
            assert!(told.starts_with("Google "), "{told}");
        }
        let told = Problem::from(ApiError::new(Code::Offline)).naming("Google");
        assert_eq!(told.sentence, Code::Offline.sentence());
    }

    #[test]
    fn old_sign_in_offers_another_beside_every_button() {
        let refused = ApiError::new(Code::RecentSignInNeeded);
        let beside = Problem::from(StartError::Refused(refused.clone()));
        assert_eq!(beside.way_on, WayOn::SignInAgain);
        assert_eq!(Problem::from(refused).way_on, WayOn::SignInAgain);
    }

    #[test]
    fn pressed_button_is_not_offered_twice() {
        let refused = StartError::Refused(ApiError::new(Code::ProviderUnavailable));
        assert_eq!(Problem::from(refused).way_on, WayOn::Nothing);
    }

    #[test]
    fn waits_are_told_as_people_say_them() {
        let cases = [
            (0, "now"),
            (1, "in a second"),
            (12, "in 12 seconds"),
            (90, "in 90 seconds"),
            (91, "in about 2 minutes"),
            (3_600, "in about 60 minutes"),
            (48_925, "in about 14 hours"),
            (86_400, "in about 24 hours"),
            (200_000, "in about 3 days"),
        ];
        for (seconds, words) in cases {
            assert_eq!(wait_in_words(seconds), words);
        }
    }
}
