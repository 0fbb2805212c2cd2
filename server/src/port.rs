//! The port behind the server functions: this request's cookies, and the answer they change.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use app::api::account::{Deleted, Disconnected, Export, Sessions};
use app::api::admin::Overview;
use app::api::{BeginRequest, Begun, CompleteRequest, Completed, Refreshed, SignedOut};
use app::error::ApiError;
use app::port::Port;
use app::session::SessionView;
use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue, header};
use leptos_axum::ResponseOptions;

use crate::account::AccountError;
use crate::cookies::Jar;
use crate::sign_in::Visitor;
use crate::world::World;
use crate::{answer, browser};

/// The port of one request.
#[derive(Debug)]
pub struct HttpPort {
    world: Arc<World>,
    client: IpAddr,
    browser: Option<String>,
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
            browser: headers
                .get(header::USER_AGENT)
                .and_then(|value| value.to_str().ok())
                .and_then(browser::label),
            jar: Mutex::new(Jar::read(headers)),
            answer,
        }
    }

    /// The jar, for the one call that a request makes. The lock is never held across an await.
    fn jar(&self) -> Jar {
        std::mem::take(&mut *self.jar.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Applies the jar, of a refusal what it unsets alone, and logs what is trouble.
    fn answered<T>(&self, jar: &Jar, result: Result<T, AccountError>) -> Result<T, ApiError> {
        match result {
            Ok(value) => {
                self.apply(jar);
                Ok(value)
            }
            Err(error) => {
                let cause = &error as &dyn std::error::Error;
                if error.is_trouble() {
                    tracing::error!(error = cause, "an account was not served");
                } else {
                    tracing::info!(error = cause, "an account's request was refused");
                }
                self.apply_removals(jar);
                Err(error.into())
            }
        }
    }

    /// Writes what the jar unsets to the answer.
    fn apply_removals(&self, jar: &Jar) {
        for cookie in jar.removals() {
            self.answer.append_header(header::SET_COOKIE, cookie);
        }
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
            .await
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
        let visitor = Visitor {
            client: self.client,
            browser: self.browser.clone(),
        };
        let result = self.world.complete(&request, &mut jar, visitor).await;
        match &result {
            Ok(_) => self.apply(&jar),
            // A refusal sets nothing; it only ends the transaction.
            Err(_) => self.apply_removals(&jar),
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

    async fn disconnect(&self, provider: String) -> Result<Disconnected, ApiError> {
        let mut jar = self.jar();
        let result = self.world.disconnect(&mut jar, &provider).await;
        self.answered(&jar, result)
    }

    async fn confirm_link(&self, accept: bool) -> Result<SessionView, ApiError> {
        let mut jar = self.jar();
        let result = self.world.confirm_link(&mut jar, accept).await;
        self.answered(&jar, result)
    }

    async fn unlink(&self, provider: String) -> Result<SessionView, ApiError> {
        let mut jar = self.jar();
        let result = self.world.unlink(&mut jar, &provider).await;
        self.answered(&jar, result)
    }

    async fn sessions(&self) -> Result<Sessions, ApiError> {
        let jar = self.jar();
        let result = self.world.list_sessions(&jar).await;
        self.answered(&jar, result)
    }

    async fn end_session(&self, id: Option<String>, others: bool) -> Result<Sessions, ApiError> {
        let mut jar = self.jar();
        let result = self
            .world
            .end_sessions(&mut jar, id.as_deref(), others)
            .await;
        self.answered(&jar, result)
    }

    async fn delete_account(&self) -> Result<Deleted, ApiError> {
        let mut jar = self.jar();
        let result = self.world.delete_account(&mut jar).await;
        self.answered(&jar, result)
    }

    async fn export(&self) -> Result<Export, ApiError> {
        let jar = self.jar();
        let result = self.world.export_account(&jar).await;
        self.answered(&jar, result)
    }

    async fn overview(&self) -> Result<Overview, ApiError> {
        let jar = self.jar();
        let result = self.world.overview(&jar).await;
        self.answered(&jar, result)
    }

    fn refused(&self, error: &ApiError) {
        self.answer.set_status(answer::status(error));
        if let Some(seconds) = error.retry_after {
            self.answer
                .insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}
