//! The providers whose tokens this browser holds.

use leptos::prelude::*;
use spotify::Permission;

use super::act::{Act, Confirmed, Outcome, use_act};
use crate::api::account::disconnect;
use crate::notice::Notice;
use crate::parts::date::{Day, Moment};
use crate::session::ConnectionView;
use crate::session::live::use_session;
use crate::sign_in::button::{ConnectButton, SignInButton};
use crate::sign_in::errand::Intent;
use crate::tabs::{self, News};

/// The connections, with a way to keep and to end each.
#[component]
pub fn Connections() -> impl IntoView {
    let session = use_session();
    let act = use_act();
    let connections = Memo::new(move |_| {
        session
            .view()
            .map(|view| view.connections)
            .unwrap_or_default()
    });
    let list = move || {
        connections
            .get()
            .into_iter()
            .map(|connection| view! { <Connection act connection /> })
            .collect_view()
    };
    // Linked, and without tokens in this browser.
    let loose = move || {
        let connected = connections.get();
        session
            .providers()
            .into_iter()
            .filter(|provider| {
                session.has_identity(&provider.id)
                    && connected.iter().all(|it| it.provider != provider.id)
            })
            .map(|provider| view! { <ConnectButton provider return_to=Some("/account") quiet=true /> })
            .collect_view()
    };
    view! {
        <section class="card" aria-labelledby="connections">
            <h2 id="connections">"Connections in this browser"</h2>
            <p class="soft">
                "A connection lets this app ask a service for what is yours. Its keys are sealed in \
                 a cookie of this browser; the database has none."
            </p>
            <Outcome act />
            {move || connections.with(Vec::is_empty).then(|| view! {
                <p>"Nothing is connected in this browser."</p>
            })}
            <ul class="entries" role="list">{list}</ul>
            <div class="sign-in-list">{loose}</div>
        </section>
    }
    .into_any()
}

#[component]
fn Connection(act: Act, connection: ConnectionView) -> impl IntoView {
    let session = use_session();
    let id = connection.provider.clone();
    let label = session.label(&id);
    // Spotify renews without being asked for it.
    let keep = session
        .provider(&id)
        .filter(|provider| !connection.renewable && provider.id != "spotify")
        .map(|provider| {
            let permissions = connection.permissions.clone();
            view! {
                <SignInButton
                    provider
                    label="Keep it connected"
                    intent=Intent::Grant
                    return_to=Some("/account")
                    permissions
                    quiet=true
                />
            }
        });
    view! {
        <li class="entry" data-provider=id.clone()>
            <div class="entry-words">
                <h3>{label.clone()}</h3>
                <dl class="terms">
                    <div><dt>"Connected since"</dt><dd><Moment at=connection.granted_at /></dd></div>
                    <div><dt>"May see and do"</dt><dd>{may_see(&connection)}</dd></div>
                    <div>
                        <dt>"Renewed"</dt>
                        <dd>{renewed(connection.renewable, &label)}</dd>
                    </div>
                    {connection.grant_ends_at.map(|at| view! {
                        <div><dt>"Ends by itself"</dt><dd><Day at /></dd></div>
                    })}
                </dl>
                {(!connection.scopes.is_empty()).then(|| view! {
                    <p class="soft small">
                        {format!("As {label} calls it: ")} <code>{connection.scopes.join(" ")}</code>
                    </p>
                })}
            </div>
            <div class="entry-deeds">
                {keep}
                <DisconnectButton act id=id.clone() />
            </div>
        </li>
    }
    .into_any()
}

/// A button that ends the connection to a provider, in every browser of the account, and says first
/// what that means.
#[component]
pub fn DisconnectButton(
    /// The deeds of the section.
    act: Act,
    /// The provider id.
    id: String,
) -> impl IntoView {
    let session = use_session();
    let label = session.label(&id);
    let name = format!("disconnect {id}");
    let meaning = meaning(&id, &label);
    let press = {
        let (name, label) = (name.clone(), label.clone());
        Callback::new(move |()| {
            let (id, label) = (id.clone(), label.clone());
            act.run(&name, disconnect(id.clone()), move |ended| {
                session.put(ended.session);
                session.note_given_up(&id);
                tabs::tell(&News::Changed);
                Some(ended_in_words(&label, ended.revoked, ended.manage_url))
            });
        })
    };
    view! {
        <Confirmed
            act
            name
            words="Disconnect"
            heard=format!("Disconnect {label}")
            sure=format!("Disconnect {label}")
            meaning
            press
        />
    }
}

/// What a disconnect means, before it is done.
fn meaning(id: &str, label: &str) -> String {
    let there = if id == "google" {
        "and Google takes back everything that any app of this installation's project was granted \
         for you"
            .to_owned()
    } else {
        format!("and {label} is told where it can be")
    };
    format!(
        "The connection ends in every browser of your account, {there}. You stay signed in to your \
         account."
    )
}

/// What the scopes let the app see, as people say it; what is not known here keeps its own name.
fn may_see(connection: &ConnectionView) -> String {
    let mut words: Vec<String> = Vec::new();
    for scope in &connection.scopes {
        let known = match scope.rsplit('/').next().unwrap_or(scope) {
            "openid" => "who you are",
            "profile" | "userinfo.profile" => "your name and picture",
            "email" | "userinfo.email" | "user-read-email" => "your e-mail address",
            "user-read-private" => "your country and your plan",
            _ => continue,
        };
        if !words.iter().any(|word| word == known) {
            words.push(known.to_owned());
        }
    }
    for name in &connection.permissions {
        // The scopes have told these already.
        match Permission::parse(name) {
            Some(Permission::Email | Permission::Subscription) => {}
            Some(permission) => words.push(permission.title().to_ascii_lowercase()),
            None => words.push(name.replace(['-', '_'], " ")),
        }
    }
    if words.is_empty() {
        "What anybody can see of you, and nothing more".to_owned()
    } else {
        words.join(", ")
    }
}

fn renewed(renewable: bool, label: &str) -> String {
    if renewable {
        "By itself, without asking you".to_owned()
    } else {
        format!(
            "No. {label} gave a key that ends within hours; keep it connected and {label} asks you \
             once more"
        )
    }
}

/// What came of a disconnect.
pub fn ended_in_words(label: &str, revoked: bool, manage_url: Option<String>) -> Notice {
    let text = if revoked {
        format!("{label} is disconnected, and took the grant back.")
    } else {
        format!(
            "{label} is disconnected in every browser of your account. Its own list may still name \
             this app."
        )
    };
    let notice = Notice::new(text);
    match manage_url {
        Some(url) => notice.link(format!("See it at {label}"), url),
        None => notice,
    }
}

#[cfg(test)]
mod tests {
    use super::{ended_in_words, may_see, meaning};
    use crate::session::ConnectionView;

    fn with(scopes: &[&str], permissions: &[&str]) -> ConnectionView {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        ConnectionView {
            scopes: owned(scopes),
            permissions: owned(permissions),
            ..ConnectionView::default()
        }
    }

    #[test]
    fn scopes_are_told_once_and_in_words() {
        let google = with(
            &[
                "openid",
                "email",
                "https://www.googleapis.com/auth/userinfo.email",
                "profile",
            ],
            &[],
        );
        assert_eq!(
            may_see(&google),
            "who you are, your e-mail address, your name and picture"
        );
        assert_eq!(
            may_see(&with(&["odd"], &["recently_played"])),
            "recently played"
        );
        assert!(may_see(&with(&[], &[])).contains("nothing more"));
        let spotify = with(&["user-read-email", "user-top-read"], &["email", "top"]);
        assert_eq!(
            may_see(&spotify),
            "your e-mail address, your top artists and tracks"
        );
    }

    #[test]
    fn disconnect_is_told_to_reach_every_browser_before_and_after() {
        for said in [
            meaning("google", "Google"),
            meaning("spotify", "Spotify"),
            ended_in_words("Spotify", false, None).text,
        ] {
            assert!(said.contains("in every browser of your account"), "{said}");
        }
    }

    #[test]
    fn grant_that_stays_is_not_called_gone() {
        let told = ended_in_words("Spotify", false, Some("https://a.example".to_owned()));
        assert!(told.text.contains("may still name"), "{}", told.text);
        assert_eq!(told.links.len(), 1);
        assert!(
            ended_in_words("Google", true, None)
                .text
                .contains("took the grant back")
        );
    }
}
