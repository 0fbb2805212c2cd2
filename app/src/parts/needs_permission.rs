//! What is for a person who allowed it, and what others are asked in its place.

use leptos::prelude::*;
use spotify::Permission;

use crate::deed::Deed;
use crate::parts::signed_in::NotYetKnown;
use crate::session::live::{Session, use_session};
use crate::sign_in::button::{ConnectButton, SignInButton, SignInButtons};
use crate::sign_in::errand::Intent;
use crate::sign_in::words::SPOTIFY;

/// How far a person is from something that wants a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is not yet known who is here.
    NotYetKnown,
    /// Nobody is signed in.
    SignedOut,
    /// This installation works without Spotify.
    NotOffered,
    /// The account has no identity of Spotify.
    NotLinked,
    /// The account has one, and this browser holds no connection.
    NotHere,
    /// There was a connection, and Spotify ended it.
    Ended,
    /// There is a connection without the permission.
    NotAllowed,
    /// The person allowed it.
    Allowed,
}

impl Standing {
    /// Where the person of `session` stands with two permissions, if there is another. Tracked.
    pub fn of_both(session: Session, permission: Permission, also: Option<Permission>) -> Self {
        match (Self::of(session, permission), also) {
            (Self::Allowed, Some(also)) => Self::of(session, also),
            (standing, _) => standing,
        }
    }

    /// Where the person of `session` stands with `permission`. Tracked.
    pub fn of(session: Session, permission: Permission) -> Self {
        match session.signed_in() {
            None => return Self::NotYetKnown,
            Some(false) => return Self::SignedOut,
            Some(true) => {}
        }
        let connected = session.tie().granted_at.is_some();
        if session.provider(SPOTIFY).is_none() {
            Self::NotOffered
        } else if session.has_ended(SPOTIFY) {
            Self::Ended
        } else if connected && session.holds(permission) {
            Self::Allowed
        } else if connected {
            Self::NotAllowed
        } else if session.has_identity(SPOTIFY) {
            Self::NotHere
        } else {
            Self::NotLinked
        }
    }
}

/// Shows its children to a person who allowed `permission`; to others what it wants and why, and the
/// button that asks. Nobody is asked before they press it.
///
/// When somebody else is here, the children are made anew, so nothing of one person is shown to the
/// next.
#[component]
pub fn NeedsPermission(
    /// What the children need.
    permission: Permission,
    /// What they need besides; it is asked for at once.
    #[prop(default = None)]
    also: Option<Permission>,
    /// What is for a person who allowed it.
    children: ChildrenFn,
) -> impl IntoView {
    let session = use_session();
    let standing = Memo::new(move |_| {
        let account = session.account().map(|account| account.id);
        (Standing::of_both(session, permission, also), account)
    });
    move || match standing.get().0 {
        Standing::NotYetKnown => view! { <NotYetKnown /> }.into_any(),
        Standing::Allowed => children().into_any(),
        _ => view! {
            <section class="card asking" aria-labelledby="asking">
                <h2 id="asking">{permission.title()}</h2>
                <AskPermission permission also />
            </section>
        }
        .into_any(),
    }
}

/// What `permission` is for, what is still to be done before it can be used, and the button for that.
/// What the person wanted is done after the return.
#[component]
pub fn AskPermission(
    /// What is wanted.
    permission: Permission,
    /// What is wanted besides.
    #[prop(default = None)]
    also: Option<Permission>,
    /// What is to be done after the return.
    #[prop(default = None)]
    deed: Option<Deed>,
    /// Whether Spotify has just said that it is not allowed, whatever was known.
    #[prop(optional)]
    refused: bool,
) -> impl IntoView {
    let session = use_session();
    let standing = Memo::new(
        move |_| match Standing::of_both(session, permission, also) {
            Standing::Allowed if refused => Standing::NotAllowed,
            standing => standing,
        },
    );
    let names: Vec<_> = std::iter::once(permission)
        .chain(also)
        .map(|permission| permission.name().to_owned())
        .collect();
    let pressed = deed.is_some();
    move || {
        let (names, deed) = (names.clone(), deed.clone());
        let spotify = session.provider(SPOTIFY);
        let way = match standing.get() {
            Standing::NotYetKnown | Standing::NotOffered | Standing::Allowed => None,
            Standing::SignedOut => Some(view! { <SignInButtons /> }.into_any()),
            Standing::NotAllowed => spotify.map(|provider| {
                let label = format!("Allow it at {}", provider.label);
                view! {
                    <SignInButton
                        provider
                        label
                        intent=Intent::Grant
                        permissions=names
                        deed
                    />
                }
                .into_any()
            }),
            standing @ (Standing::NotLinked | Standing::NotHere | Standing::Ended) => {
                let ended = standing == Standing::Ended;
                spotify.map(|provider| {
                    view! { <ConnectButton provider permissions=names deed ended /> }.into_any()
                })
            }
        };
        view! {
            <p>{permission.sentence()}</p>
            {also.map(|also| view! { <p>{also.sentence()}</p> })}
            <p class="soft">{advice(standing.get(), pressed)}</p>
            {way.map(|way| view! { <div class="problem-way">{way}</div> })}
        }
    }
}

/// What there is to say to a person who stands there; `pressed` says that they pressed a button.
const fn advice(standing: Standing, pressed: bool) -> &'static str {
    match standing {
        Standing::NotYetKnown | Standing::Allowed => "",
        // Whose deed it would be is not known yet, so it is not kept.
        Standing::SignedOut if pressed => "Sign in first, then press the button again.",
        Standing::SignedOut => {
            "Sign in first. That alone allows nothing; you are asked for it then."
        }
        Standing::NotOffered => {
            "This installation works without Spotify, so there is nothing to allow."
        }
        Standing::NotLinked => {
            "You are signed in without Spotify. Connect it, and Spotify asks you for this at the \
             same time."
        }
        Standing::NotHere => {
            "Spotify belongs to your account, and this browser does not hold its keys. Spotify may \
             ask you for this once more."
        }
        Standing::Ended => {
            "Spotify ended the connection, as it does after six months or when you remove this app \
             there. Your account here is untouched."
        }
        Standing::NotAllowed => {
            "You have not allowed it yet. Spotify asks you, and names what you allowed before \
             beside it."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Standing, advice};

    #[test]
    fn every_standing_that_stops_a_person_is_told() {
        for standing in [
            Standing::SignedOut,
            Standing::NotOffered,
            Standing::NotLinked,
            Standing::NotHere,
            Standing::Ended,
            Standing::NotAllowed,
        ] {
            for pressed in [false, true] {
                let told = advice(standing, pressed);
                assert!(told.ends_with('.'), "{standing:?}: {told}");
            }
        }
        assert_eq!(advice(Standing::Allowed, false), "");
    }

    #[test]
    fn press_of_a_signed_out_person_promises_no_more_than_happens() {
        let told = advice(Standing::SignedOut, true);
        assert!(told.contains("press the button again"), "{told}");
    }
}
