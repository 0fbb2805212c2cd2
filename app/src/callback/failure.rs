//! Why a sign-in did not finish.

use crate::error::{ApiError, Code};
use crate::parts::error_view::{Problem, WayOn};

/// The end of a sign-in that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The address names no provider on offer here.
    UnknownProvider,
    /// The fragment of the address held a token.
    TokenInAddress,
    /// This tab has no verifier for the answer: another tab or another browser asked for it.
    StartedElsewhere,
    /// The server refused.
    Refused(ApiError),
}

impl Failure {
    /// What is said to a person who is signed in all the same and goes on into the app. Nothing
    /// where there is nothing to tell: an answer that comes a second time, as after a double click,
    /// a reload or the Back button, changes nothing for them, nor does their own no.
    /// `label` is the service they were at.
    pub fn in_passing(&self, label: &str) -> Option<String> {
        match self {
            Self::UnknownProvider | Self::StartedElsewhere => None,
            Self::TokenInAddress => Some("Tokens in an address are never accepted.".to_owned()),
            Self::Refused(error) => match error.code {
                Code::TransactionMissing | Code::StateMismatch | Code::AccessDenied => None,
                code => Some(Problem::from(ApiError::new(code)).naming(label).sentence),
            },
        }
    }

    /// What is said to a person who was signed in as they went, and comes back to the page they
    /// went from with nothing done: their own no is worth a word here, for they asked for something.
    /// `label` is the service they were at.
    pub fn on_return(&self, label: &str) -> String {
        match self {
            Self::Refused(error) => match error.code {
                Code::AccessDenied => {
                    "You chose not to go on there. Nothing was changed.".to_owned()
                }
                // The way on of the front page does not fit here: the button is on the page that
                // they come back to.
                code => {
                    let problem = Problem::from(ApiError::new(code)).naming(label);
                    format!("{} {}", problem.sentence, problem.advice)
                        .trim_end()
                        .to_owned()
                }
            },
            other => {
                let problem = Problem::from(other.clone());
                format!("{} {}", problem.sentence, problem.advice)
            }
        }
    }
}

impl Failure {
    /// Whether the person agreed as somebody else than the one who is connected.
    pub const fn is_of_another_account(&self) -> bool {
        matches!(
            self,
            Self::Refused(ApiError {
                code: Code::WrongAccount,
                ..
            })
        )
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::UnknownProvider => Self::new(
                "This address belongs to no sign-in service that is offered here.",
                "Nothing was changed.",
                WayOn::SignIn,
            ),
            Failure::TokenInAddress => Self::new(
                "Tokens in an address are never accepted.",
                "It was taken out of the address and not used. Start again from here to sign in.",
                WayOn::SignIn,
            ),
            Failure::StartedElsewhere => Self::new(
                "This sign-in was started in another tab or another browser.",
                "Finish it there, or start again here. Nothing was changed.",
                WayOn::SignIn,
            ),
            // Whatever it was, the way on from here is a new start: this answer is used up.
            Failure::Refused(error) => Self {
                way_on: WayOn::SignIn,
                ..error.into()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use crate::error::{ApiError, Code};
    use crate::parts::error_view::{Problem, WayOn};

    #[test]
    fn every_failure_offers_a_new_start() {
        let refused = Code::ALL
            .iter()
            .map(|&code| Failure::Refused(ApiError::new(code)));
        let own = [
            Failure::UnknownProvider,
            Failure::TokenInAddress,
            Failure::StartedElsewhere,
        ];
        for failure in own.into_iter().chain(refused) {
            let problem = Problem::from(failure.clone());
            assert_eq!(problem.way_on, WayOn::SignIn, "{failure:?}");
            assert!(problem.sentence.ends_with('.'));
        }
    }

    #[test]
    fn refused_link_says_what_happened_and_that_nothing_did() {
        let cases = [
            (Code::IdentityTaken, "another account"),
            (Code::WrongAccount, "another account"),
            (Code::RecentSignInNeeded, "sign in once more"),
            (Code::IdTokenInvalid, "The mistake is the service's"),
            (Code::UserinfoMismatch, "contradicted itself"),
            (Code::ProviderUnavailable, "Spotify cannot be reached"),
            (Code::AccessDenied, "Nothing was changed"),
        ];
        for (code, words) in cases {
            let said = Failure::Refused(ApiError::new(code)).on_return("Spotify");
            assert!(said.contains(words), "{code:?}: {said}");
            assert!(said.ends_with('.'), "{code:?}: {said}");
        }
    }

    #[test]
    fn second_answer_is_no_news_to_a_signed_in_person() {
        for code in [Code::TransactionMissing, Code::AccessDenied] {
            assert_eq!(
                Failure::Refused(ApiError::new(code)).in_passing("Spotify"),
                None
            );
        }
        assert!(
            Failure::Refused(ApiError::new(Code::ProviderUnavailable))
                .in_passing("Spotify")
                .is_some()
        );
    }
}
