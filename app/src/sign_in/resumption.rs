//! Back from a provider: what the person went for is carried on with, once.

use std::rc::Rc;

use leptos::task::spawn_local;
use spotify::Permission;

use crate::effect::effect;
use crate::error::ApiError;
use crate::notice::{Notice, NoticeBoard};
use crate::page_life::current_address;
use crate::session::live::Session;
use crate::session::{ConnectionView, SessionView};
use crate::shelf::Shelf;
use crate::sign_in::errand::{Away, Intent};
use crate::sign_in::verifiers::{holds_back, keep_back, take_back};

/// What becomes of an errand.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    /// It waits: what was to be linked wants the person's word first.
    Wait,
    /// It is over, and there is nothing to say.
    Nothing,
    /// Something that was asked for was not granted.
    Say(String),
    /// The deed is done.
    Perform,
}

/// Carries on with what a person went to a provider for, as soon as it is known who is here. Called
/// once, by the app; `open` turns to another page of it.
pub fn carry_on(
    session: Session,
    shelf: Shelf,
    notice: NoticeBoard,
    open: impl Fn(&str) + 'static,
) {
    let open: Open = Rc::new(open);
    effect(move || {
        // The callback is left by a whole load; the page that opens then does it.
        if !session.is_known() || !holds_back() || current_address().starts_with("/callback/") {
            return;
        }
        let open = Rc::clone(&open);
        spawn_local(async move {
            // Where the part does not arrive, the errand stays kept.
            let _ = go_on(session, shelf, notice, open).await;
        });
    });
}

/// Turns to another page of the app.
type Open = Rc<dyn Fn(&str)>;

crate::later! {
    async fn go_on(session: Session, shelf: Shelf, notice: NoticeBoard, open: Open) -> Result<(), ApiError> in session {
        finish(session, shelf, notice, &*open);
        Ok(())
    }
}

/// Takes up what is kept, where something still is.
fn finish(session: Session, shelf: Shelf, notice: NoticeBoard, open: &dyn Fn(&str)) {
    let Some(view) = session.view_untracked() else {
        return;
    };
    let address = current_address();
    if address.starts_with("/callback/") {
        return;
    }
    let Some(away) = take_back() else { return };
    let next = next(&away, &view);
    // The question whether to link stands on a page of its own; once it is answered, the person
    // goes on where they were.
    let back = away
        .from
        .as_deref()
        .filter(|from| path_of(from) != path_of(&address))
        .filter(|_| next != Next::Wait && leads_back(&away, &view));
    if let Some(from) = back {
        open(from);
    }
    let path = path_of(back.unwrap_or(&address)).to_owned();
    match next {
        Next::Wait => keep_back(&away),
        // What was said of it stands on the page that was left.
        Next::Nothing if back.is_some() => {
            let label = session.label(&away.provider);
            let text = format!("{label} is linked. You can sign in with it from now on.");
            notice.put_at(&path, Notice::new(text));
        }
        Next::Nothing => {}
        Next::Say(text) => notice.put_at(&path, Notice::new(text)),
        Next::Perform => {
            if let Some(deed) = away.deed {
                let done = Notice::new(deed.done());
                notice.put_at(&path, Notice::new(deed.doing()));
                shelf.perform(deed, move |is_done| {
                    // What went wrong is told by the sheet.
                    notice.clear();
                    if is_done {
                        notice.put_at(&path, done);
                    }
                });
            }
        }
    }
}

/// What becomes of `away` for the person of `view`. What the provider says it granted is what counts.
fn next(away: &Away, view: &SessionView) -> Next {
    let account = view.account.as_ref().map(|account| account.id.as_str());
    if account.is_none() || account != away.account.as_deref() {
        return Next::Nothing;
    }
    let waits = view
        .pending_link
        .as_ref()
        .is_some_and(|pending| pending.provider == away.provider);
    match view.connection(&away.provider) {
        None if waits && away.intent == Intent::Link => Next::Wait,
        None => Next::Nothing,
        Some(connection) => weigh(away, connection),
    }
}

fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address)
}

/// Whether what was asked for by a link is there, so that the page that wanted it can go on.
fn leads_back(away: &Away, view: &SessionView) -> bool {
    let account = view.account.as_ref().map(|account| account.id.as_str());
    away.intent == Intent::Link
        && account.is_some()
        && account == away.account.as_deref()
        && view.connection(&away.provider).is_some()
}

fn weigh(away: &Away, connection: &ConnectionView) -> Next {
    let lacks = |permission: &Permission| !permission.is_among(&connection.permissions);
    if let Some(deed) = &away.deed {
        let permission = deed.permission();
        return if lacks(&permission) {
            Next::Say(format!(
                "The permission was not granted: {}. So nothing was changed for {}.",
                permission.title().to_ascii_lowercase(),
                deed.name
            ))
        } else {
            Next::Perform
        };
    }
    let lacking: Vec<_> = away
        .permissions
        .iter()
        .filter_map(|name| Permission::parse(name))
        .filter(lacks)
        .map(|permission| permission.title().to_ascii_lowercase())
        .collect();
    if lacking.is_empty() {
        Next::Nothing
    } else {
        Next::Say(format!(
            "Less was granted than was asked for. Not granted: {}.",
            lacking.join("; ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use spotify::ids::{Base62Id, Uri};

    use super::{Next, leads_back, next};
    use crate::deed::Deed;
    use crate::session::{AccountView, ConnectionView, PendingLinkView, SessionView};
    use crate::sign_in::errand::{Away, Intent};

    fn away(permissions: &[&str], deed: bool) -> Away {
        Away {
            place: "/search?q=x".to_owned(),
            from: None,
            provider: "spotify".to_owned(),
            intent: Intent::Grant,
            permissions: permissions.iter().map(|&name| name.to_owned()).collect(),
            deed: deed.then(|| Deed {
                keep: true,
                uri: Uri::artist(Base62Id::parse("0aV6DOiouImYTqrR5YlIqx").unwrap()),
                name: "Marlow Quill".to_owned(),
            }),
            account: Some("a1".to_owned()),
        }
    }

    fn view(account: &str, permissions: Option<&[&str]>) -> SessionView {
        let connection = permissions.map(|permissions| ConnectionView {
            provider: "spotify".to_owned(),
            permissions: permissions.iter().map(|&name| name.to_owned()).collect(),
            ..ConnectionView::default()
        });
        SessionView {
            signed_in: true,
            account: Some(AccountView {
                id: account.to_owned(),
                ..AccountView::default()
            }),
            connections: connection.into_iter().collect(),
            ..SessionView::default()
        }
    }

    #[test]
    fn allowed_deed_is_done() {
        let held = view("a1", Some(&["top", "follow"]));
        assert_eq!(next(&away(&["follow"], true), &held), Next::Perform);
    }

    #[test]
    fn deed_is_done_for_nobody_else() {
        let errand = away(&["follow"], true);
        for other in [view("a2", Some(&["follow"])), SessionView::default()] {
            assert_eq!(next(&errand, &other), Next::Nothing);
        }
        let nobodys = Away {
            account: None,
            ..errand
        };
        assert_eq!(next(&nobodys, &SessionView::default()), Next::Nothing);
    }

    #[test]
    fn deed_that_was_not_allowed_is_told_and_not_done() {
        let told = next(&away(&["follow"], true), &view("a1", Some(&["top"])));
        let Next::Say(text) = told else {
            panic!("{told:?}");
        };
        assert!(text.contains("Marlow Quill") && text.contains("not granted"));
    }

    #[test]
    fn less_than_was_asked_for_is_told_and_more_is_not() {
        let asked = away(&["top", "follow"], false);
        let told = next(&asked, &view("a1", Some(&["top"])));
        let Next::Say(text) = told else {
            panic!("{told:?}");
        };
        assert!(text.contains("follow artists") && !text.contains("top artists"));
        let more = view("a1", Some(&["top", "follow", "email"]));
        assert_eq!(next(&asked, &more), Next::Nothing);
    }

    #[test]
    fn link_leads_back_once_it_is_there() {
        let linking = Away {
            intent: Intent::Link,
            ..away(&[], false)
        };
        assert!(leads_back(&linking, &view("a1", Some(&[]))));
        // It was dropped, it is of somebody else, or it was no link.
        assert!(!leads_back(&linking, &view("a1", None)));
        assert!(!leads_back(&linking, &view("a2", Some(&[]))));
        assert!(!leads_back(&away(&[], false), &view("a1", Some(&[]))));
    }

    #[test]
    fn link_waits_for_the_word() {
        let linking = Away {
            intent: Intent::Link,
            ..away(&["follow"], true)
        };
        let pending = SessionView {
            pending_link: Some(PendingLinkView {
                provider: "spotify".to_owned(),
                subject: "ada".to_owned(),
                name: None,
                email: None,
                picture: None,
                expires_at: 0,
            }),
            ..view("a1", None)
        };
        assert_eq!(next(&linking, &pending), Next::Wait);
        assert_eq!(next(&linking, &view("a1", None)), Next::Nothing);
    }
}
