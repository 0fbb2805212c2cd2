//! Injected trouble: answers that come late, wrong, or never.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::log::GrantType;
use crate::world::World;

/// Longest delay: ten minutes.
const MAX_DELAY_MS: u64 = 600_000;

/// One kind of trouble for the next `times` requests that fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// A path, or the beginning of several: `/spotify/v1` fits `/spotify/v1/me`.
    pub path: String,
    /// Only requests of this method, when given.
    #[serde(default)]
    pub method: Option<String>,
    /// Only token requests of this grant (`refresh_token`), when given.
    #[serde(default)]
    pub grant_type: Option<String>,
    /// The status to answer with, 200 to 599.
    #[serde(default)]
    pub status: Option<u16>,
    /// Milliseconds to wait first.
    #[serde(default)]
    pub delay_ms: u64,
    /// Never answer.
    #[serde(default)]
    pub hang: bool,
    /// Wait first until `POST /control/faults/release`: what a test looks at meanwhile is there for as long
    /// as the client waits.
    #[serde(default)]
    pub hold: bool,
    /// The body: a string is sent as it is, any other value as JSON.
    #[serde(default)]
    pub body: Option<Value>,
    /// The content type, when the one that fits the body will not do.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How many requests it is good for.
    #[serde(default = "once")]
    pub times: u32,
    /// Let the provider handle the request first, and lose only its answer.
    #[serde(default)]
    pub after: bool,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// A fault on a path that does nothing yet.
    fn on(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            method: None,
            grant_type: None,
            status: None,
            delay_ms: 0,
            hang: false,
            hold: false,
            body: None,
            content_type: None,
            headers: BTreeMap::new(),
            times: 1,
            after: false,
        }
    }

    /// An empty answer of this status.
    #[must_use]
    pub fn status(path: &str, status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::on(path)
        }
    }

    /// The true answer, but late.
    #[must_use]
    pub fn delay(path: &str, delay_ms: u64) -> Self {
        Self {
            delay_ms,
            ..Self::on(path)
        }
    }

    /// The true answer, once it is released.
    #[must_use]
    pub fn hold(path: &str) -> Self {
        Self {
            hold: true,
            ..Self::on(path)
        }
    }

    /// No answer, ever.
    #[must_use]
    pub fn hang(path: &str) -> Self {
        Self {
            hang: true,
            ..Self::on(path)
        }
    }

    /// The provider's rate limit: 429 with a short `Retry-After`, in seconds.
    #[must_use]
    pub fn rate_limited(path: &str, retry_after: u32) -> Self {
        Self::status(path, 429)
            .header("retry-after", &retry_after.to_string())
            .body(json!({
                "error": { "status": 429, "message": "API rate limit exceeded" }
            }))
    }

    /// The developer's allowance for the day is used up: 429 with a long `Retry-After`, in seconds.
    #[must_use]
    pub fn quota_exhausted(path: &str, retry_after: u32) -> Self {
        Self::status(path, 429).header("retry-after", &retry_after.to_string()).body(json!({
            "error": { "status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED" }
        }))
    }

    /// With this body: a string is sent as it is, any other value as JSON.
    #[must_use]
    pub fn body(self, body: impl Into<Value>) -> Self {
        Self {
            body: Some(body.into()),
            ..self
        }
    }

    /// With this content type.
    #[must_use]
    pub fn content_type(self, content_type: &str) -> Self {
        Self {
            content_type: Some(content_type.to_owned()),
            ..self
        }
    }

    /// With this header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// For token requests of this grant alone.
    #[must_use]
    pub fn grant_type(self, grant_type: &str) -> Self {
        Self {
            grant_type: Some(grant_type.to_owned()),
            ..self
        }
    }

    /// For this many requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Only once the provider has handled the request.
    #[must_use]
    pub fn after(self) -> Self {
        Self {
            after: true,
            ..self
        }
    }

    /// What is wrong with it, as a sentence.
    pub(crate) fn mistake(&self) -> Option<String> {
        let provider = ["/spotify", "/google"];
        if !provider.iter().any(|root| begins(&self.path, root)) {
            return Some("`path` must begin with /spotify or /google".to_owned());
        }
        if self.times == 0 {
            return Some("`times` must be at least 1".to_owned());
        }
        if self.delay_ms > MAX_DELAY_MS {
            return Some(format!("`delay_ms` must be at most {MAX_DELAY_MS}"));
        }
        if self
            .status
            .is_some_and(|status| !(200..=599).contains(&status))
        {
            return Some("`status` must be between 200 and 599".to_owned());
        }
        if !self.hang && !self.hold && self.delay_ms == 0 && !self.answers() {
            return Some("say `status`, `body`, `delay_ms`, `hold` or `hang`".to_owned());
        }
        let bad_header = self.headers.iter().find(|(name, value)| {
            HeaderName::try_from(name.as_str()).is_err() || HeaderValue::try_from(*value).is_err()
        });
        if let Some((name, _)) = bad_header {
            return Some(format!(
                "`headers` has a name or value that no header can have: {name}"
            ));
        }
        if self
            .content_type
            .as_deref()
            .is_some_and(|kind| HeaderValue::try_from(kind).is_err())
        {
            return Some("`content_type` is no header value".to_owned());
        }
        None
    }

    /// Whether it fits a request.
    pub(crate) fn fits(&self, method: &Method, path: &str, grant: Option<&GrantType>) -> bool {
        let of_grant = self
            .grant_type
            .as_ref()
            .is_none_or(|wanted| grant.is_some_and(|grant| grant.0 == *wanted));
        of_grant
            && begins(path, &self.path)
            && self
                .method
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
    }

    /// Whether it replaces the provider's answer.
    fn answers(&self) -> bool {
        self.status.is_some() || self.body.is_some()
    }

    fn answer(&self) -> Response {
        let (text, usual_type) = match &self.body {
            None => (String::new(), None),
            Some(Value::String(text)) => (text.clone(), Some("text/plain; charset=utf-8")),
            Some(value) => (value.to_string(), Some("application/json; charset=utf-8")),
        };
        let status = self.status.and_then(|code| StatusCode::from_u16(code).ok());
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status.unwrap_or(StatusCode::OK);
        let content_type = self.content_type.as_deref().or(usual_type);
        if let Some(value) = content_type.and_then(|kind| HeaderValue::try_from(kind).ok()) {
            response.headers_mut().insert(header::CONTENT_TYPE, value);
        }
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (
                HeaderName::try_from(name.as_str()),
                HeaderValue::try_from(value),
            ) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// Whether a path is `start` or lies below it.
pub(crate) fn begins(path: &str, start: &str) -> bool {
    let start = start.trim_end_matches('/');
    path.strip_prefix(start)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The layer: uses up the oldest fault that fits, else lets the request through.
pub(crate) async fn inject(State(world): State<World>, request: Request, next: Next) -> Response {
    let grant = request.extensions().get();
    // First, so that no release is missed.
    let unheld = world.unheld();
    let Some(fault) = world.take_fault(request.method(), request.uri().path(), grant) else {
        return next.run(request).await;
    };
    // From here on, so that a release during the delay counts.
    let released = world.released();
    let wait = async {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
        if fault.hold {
            unheld.await;
        }
    };
    let mut answer = None;
    if fault.after {
        answer = Some(next.run(request).await);
    } else if !fault.answers() && !fault.hang {
        wait.await;
        return next.run(request).await;
    }
    wait.await;
    if fault.hang {
        released.await;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match answer {
        Some(answer) if !fault.answers() => answer,
        _ => fault.answer(),
    }
}
