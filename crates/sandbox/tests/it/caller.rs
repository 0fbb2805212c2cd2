//! A listener in front of a sandbox that has no socket.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::browser::{Answer, Browser, text};

/// Where the sandbox says that it is.
pub(crate) const BASE: &str = "http://localhost:4400";

/// A browser and the token of a listener.
pub(crate) struct Caller {
    pub(crate) browser: Browser,
    pub(crate) token: String,
}

impl Caller {
    pub(crate) async fn new(login: &str, scope: &str) -> Self {
        let mut browser = Browser::new();
        let token = text(&browser.tokens_for(login, scope).await, "access_token");
        Self { browser, token }
    }

    pub(crate) async fn send(&mut self, method: Method, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str())];
        self.browser.send(method, path, &headers, body).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.body);
        answer.json()
    }

    /// Follows the links of a list: everything in it.
    pub(crate) async fn all(&mut self, first: &str) -> Vec<Value> {
        let (mut path, mut items) = (first.to_owned(), Vec::new());
        loop {
            let page = self.get(&path).await;
            items.extend(page["items"].as_array().expect("items").clone());
            let Some(next) = page["next"].as_str() else {
                return items;
            };
            assert!(!next.contains(&self.token), "a token in a link");
            next.strip_prefix(BASE)
                .expect("an absolute link")
                .clone_into(&mut path);
        }
    }

    /// Sends JSON, and reads the answer of this status.
    pub(crate) async fn write(
        &mut self,
        method: Method,
        path: &str,
        body: &Value,
        status: u16,
    ) -> Value {
        let answer = self.send(method, path, &body.to_string()).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{path} {body} {}",
            answer.body
        );
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    pub(crate) async fn put(&mut self, path: &str) -> Answer {
        self.send(Method::PUT, path, "").await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, "").await
    }

    pub(crate) async fn refused_body(
        &mut self,
        method: Method,
        path: &str,
        body: &str,
        status: u16,
        said: &str,
    ) {
        let answer = self.send(method, path, body).await;
        let status = StatusCode::from_u16(status).expect("a status");
        assert_eq!(
            answer.nested_error(),
            (status, said.into()),
            "{path} {body}"
        );
    }

    pub(crate) async fn refused(&mut self, method: Method, path: &str, status: u16, said: &str) {
        let answer = self.send(method, path, "").await;
        let status = StatusCode::from_u16(status).expect("a status");
        assert_eq!(answer.nested_error(), (status, said.into()), "{path}");
    }
}

pub(crate) fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| text(item, "id")).collect()
}

pub(crate) fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| text(item, "name")).collect()
}
