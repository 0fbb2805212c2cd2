//! Keeps what is known of a person up to date, without a visit to the provider.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api;
use crate::effect::effect;
use crate::error::Code;
use crate::music::wants_connection;
use crate::page_life::browser_now;
use crate::session::ConnectionView;
use crate::session::live::Session;
use crate::tabs::{self, News};

/// Between two attempts for one provider lie at least this many seconds: a token that is over as soon
/// as it is issued must not make the page ask without end.
const PAUSE_S: i64 = 300;

/// Renews connections whose time has come while the page is looked at. The server renews the name
/// and the picture with them, so the session is asked for again afterwards.
pub fn renew_when_due(session: Session) {
    let tried = StoredValue::new(Vec::<(String, i64)>::new());
    effect(move || {
        let Some(view) = session.view() else { return };
        let now = browser_now();
        for provider in due(&view.connections, now) {
            let recent = |(tried, at): &(String, i64)| *tried == provider && now - at < PAUSE_S;
            if tried.with_value(|tried| tried.iter().any(recent)) {
                continue;
            }
            tried.update_value(|tried| {
                tried.retain(|(other, _)| *other != provider);
                tried.push((provider.clone(), now));
            });
            spawn_local(async move {
                let outcome = api::refresh(provider.clone())
                    .await
                    .err()
                    .map(|error| error.code);
                if outcome == Some(Code::Reauthorize) && session.note_ended(&provider) {
                    tabs::tell(&News::Ended(provider));
                }
                // Another tab may have been told first, and this one finds the connection gone.
                if outcome.is_none_or(wants_connection) {
                    let _ = session.ask().await;
                }
            });
        }
    });
}

/// The providers whose connections are to be renewed at `now`.
fn due(connections: &[ConnectionView], now: i64) -> Vec<String> {
    connections
        .iter()
        .filter(|connection| connection.renew_at.is_some_and(|renew_at| renew_at <= now))
        .map(|connection| connection.provider.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_due_is_renewed() {
        let connection = |provider: &str, renew_at| ConnectionView {
            provider: provider.to_owned(),
            renew_at,
            ..ConnectionView::default()
        };
        let connections = [
            connection("spotify", None),
            connection("google", Some(100)),
            connection("acme", Some(101)),
        ];
        assert_eq!(due(&connections, 100), ["google"]);
    }
}
