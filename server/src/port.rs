//! The port behind the server functions: this request's cookies, and the answer they change.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use app::api::account::{Deleted, Disconnected, Export, Sessions};
use app::api::admin::Overview;
use app::api::{BeginRequest, Begun, CompleteRequest, Completed, Refreshed, SignedOut};
use app::error::{ApiError, Code};
use app::port::Port;
use app::session::SessionView;
use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue, header};
use leptos_axum::ResponseOptions;

use crate::answer;
use crate::cookies::{CookieName, Jar};
use crate::sessions::Who;
use crate::world::World;

/// The port of one request.
#[derive(Debug)]
pub struct HttpPort {
    world: Arc<World>,
    client: IpAddr,
    jar: Mutex<Jar>,
    answer: ResponseOptions,
}

impl HttpPort {
    /// A port for a request with these headers, whose changes go to `answer`.
    pub fn new(
        world: Arc<World>,
        client: IpAddr,
        headers: &HeaderMap,
        answer: ResponseOptions,
    ) -> Self {
        Self {
            world,
            client,
            jar: Mutex::new(Jar::read(headers)),
            answer,
        }
    }

    /// The jar, for the one call that a request makes. The lock is never held across an await.
    fn jar(&self) -> Jar {
        std::mem::take(&mut *self.jar.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes what the jar changed to the answer, also beside an error: a transaction that ended
    /// in a refusal has ended.
    fn apply(&self, jar: &Jar) {
        for cookie in jar.headers() {
            self.answer.append_header(header::SET_COOKIE, cookie);
        }
    }
}

#[async_trait]
impl Port for HttpPort {
    async fn begin(&self, request: BeginRequest) -> Result<Begun, ApiError> {
        let mut jar = self.jar();
        let begun = self
            .world
            .begin(&request, &mut jar, self.client)
            .inspect_err(|error| {
                tracing::info!(
                    error = error as &dyn std::error::Error,
                    "a sign-in was not begun"
                );
            })?;
        self.apply(&jar);
        Ok(begun)
    }

    async fn complete(&self, request: CompleteRequest) -> Result<Completed, ApiError> {
        let mut jar = self.jar();
        let result = self.world.complete(&request, &mut jar, self.client).await;
        match &result {
            Ok(_) => self.apply(&jar),
            // A refusal sets nothing; it only ends the transaction.
            Err(_) => self.apply(&jar.only_removals()),
        }
        result
    }

    async fn session(&self) -> Result<SessionView, ApiError> {
        let mut jar = self.jar();
        let view = self.world.tell_session(&mut jar).await.map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the session cannot be told"
            );
            ApiError::from(&error)
        })?;
        self.apply(&jar);
        Ok(view)
    }

    async fn refresh(&self, provider: String) -> Result<Refreshed, ApiError> {
        let mut jar = self.jar();
        let result = self.world.refresh_if_due(&mut jar, &provider).await;
        self.apply(&jar);
        Ok(Refreshed {
            access_expires_at: result?.access_expires_at,
        })
    }

    async fn sign_out(&self, everywhere: bool) -> Result<SignedOut, ApiError> {
        let mut jar = self.jar();
        let result = self.world.sign_out(&mut jar, everywhere).await;
        self.apply(&jar);
        result
    }

    async fn disconnect(&self, _provider: String) -> Result<Disconnected, ApiError> {
        Err(Code::NotFound.into())
    }

    async fn confirm_link(&self, _accept: bool) -> Result<SessionView, ApiError> {
        Err(Code::NotFound.into())
    }

    async fn unlink(&self, _provider: String) -> Result<SessionView, ApiError> {
        Err(Code::NotFound.into())
    }

    async fn sessions(&self) -> Result<Sessions, ApiError> {
        Err(Code::NotFound.into())
    }

    async fn end_session(&self, _id: Option<String>, _others: bool) -> Result<Sessions, ApiError> {
        Err(Code::NotFound.into())
    }

    async fn delete_account(&self) -> Result<Deleted, ApiError> {
        Err(Code::NotFound.into())
    }

    async fn export(&self) -> Result<Export, ApiError> {
        Err(Code::NotFound.into())
    }

    async fn overview(&self) -> Result<Overview, ApiError> {
        Err(Code::NotFound.into())
    }

    fn refused(&self, error: &ApiError) {
        self.answer.set_status(answer::status(error));
        if let Some(seconds) = error.retry_after {
            self.answer
                .insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}

impl World {
    /// Ends the session of a browser, or every session of its account. The cookies go whatever the
    /// database says: who signs out on a borrowed machine must not be left signed in. Where the
    /// database is away, the session is over on this node at once and its end is written later.
    async fn sign_out(&self, jar: &mut Jar, everywhere: bool) -> Result<SignedOut, ApiError> {
        let now = self.clock.now();
        // A token that is only well signed may end its own session. Ending others wants a live one.
        let own = jar
            .get(&CookieName::session())
            .and_then(|token| self.session_tokens.verify(token, now).ok());
        let live = if everywhere {
            self.who(jar).await
        } else {
            Ok(Who::Nobody)
        };
        self.forget(jar);
        let mut written = true;
        if let Some(own) = own {
            written &= self.end_for_good(&own.sid).await;
        }
        match live {
            Ok(Who::Session(claims)) => match self.store.end_sessions_of(&claims.sub, now).await {
                Ok(sessions) => sessions.iter().for_each(|session| self.note_ended(session)),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the sessions of an account cannot be ended"
                    );
                    written = false;
                }
            },
            Ok(_) => {}
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "it cannot be told whose sessions to end"
                );
                written = false;
            }
        }
        if written {
            Ok(SignedOut {
                end_session_url: None,
            })
        } else {
            Err(Code::Unavailable.into())
        }
    }
}
