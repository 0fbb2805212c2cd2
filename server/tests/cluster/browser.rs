//! A browser: it keeps cookies, and signs in without a person.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cluster::{Cluster, Request};
use crate::node::Node;

/// The session cookie.
pub(crate) const SESSION: &str = "__Host-Http-session";
/// The profile at Spotify, by the proxy.
pub(crate) const ME: &str = "/api/spotify/v1/me";
/// Nobody waits longer than this; two seconds are for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(17);

/// The client of all browsers. Each request has a connection of its own, as behind the balancer: a
/// connection that is kept could be the end of a node that another request was promised.
pub(crate) fn client() -> &'static reqwest::Client {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        #[expect(clippy::disallowed_methods, reason = "no provider is asked with it")]
        let client = reqwest::Client::builder();
        client
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE)
            .build()
            .expect("a client")
    });
    &CLIENT
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    pub(crate) async fn read(answer: reqwest::Response) -> reqwest::Result<Self> {
        Ok(Self {
            status: answer.status(),
            headers: answer.headers().clone(),
            text: answer.text().await?,
        })
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Asserts that it is a good one.
    #[track_caller]
    pub(crate) fn is_ok(&self) {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A browser in front of the balancer.
#[derive(Clone)]
pub(crate) struct Browser {
    cluster: Cluster,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A browser with an empty jar.
    pub(crate) fn new(cluster: Cluster) -> Self {
        Self {
            cluster,
            cookies: BTreeMap::new(),
        }
    }

    /// A cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// A request with all of its cookies.
    pub(crate) fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Request {
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Request {
            method,
            path: path.to_owned(),
            body: body.map(Value::to_string),
            cookies: pairs.join("; "),
        }
    }

    /// Takes the cookies of an answer.
    fn keep(&mut self, answer: &Answer) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("text");
            let (name, rest) = line.split_once('=').expect("a pair");
            let value = rest.split(';').next().unwrap_or_default();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Asks one node, or the next one, and keeps the cookies of the answer.
    async fn send(
        &mut self,
        node: Option<&Node>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let request = self.request(method, path, body);
        let answer = match node {
            Some(node) => self.cluster.ask(node, &request).await.expect("an answer"),
            None => self.cluster.balance(&request).await,
        };
        self.keep(&answer);
        answer
    }

    /// `GET` of the next node.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(None, Method::GET, path, None).await
    }

    /// `GET` of one node, which may be lost meanwhile.
    pub(crate) async fn try_get_from(&mut self, node: &Node, path: &str) -> Option<Answer> {
        let request = self.request(Method::GET, path, None);
        let answer = self.cluster.ask(node, &request).await.ok()?;
        self.keep(&answer);
        Some(answer)
    }

    /// `GET` of one node.
    pub(crate) async fn get_from(&mut self, node: &Node, path: &str) -> Answer {
        self.send(Some(node), Method::GET, path, None).await
    }

    /// `POST` of JSON to the next node.
    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(None, Method::POST, path, Some(&body)).await
    }

    /// `POST` of JSON to one node.
    pub(crate) async fn post_to(&mut self, node: &Node, path: &str, body: Value) -> Answer {
        self.send(Some(node), Method::POST, path, Some(&body)).await
    }

    /// Signs in with Spotify: begun on one node, completed on the next, or both on this one.
    pub(crate) async fn sign_in(&mut self, node: Option<&Node>, login: &str) {
        self.try_sign_in(node, login).await.is_ok();
    }

    /// The same, to whatever comes of it.
    pub(crate) async fn try_sign_in(&mut self, node: Option<&Node>, login: &str) -> Answer {
        static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);
        let attempt = ATTEMPTS.fetch_add(1, Ordering::SeqCst);
        let verifier = format!("verifier-{attempt:0>34}");
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let body = json!({"provider": "spotify", "code_challenge": challenge, "return_to": "/"});
        let path = "/api/sign-in/begin";
        let begun = self.send(node, Method::POST, path, Some(&body)).await;
        begun.is_ok();
        let authorize_url = begun.json()["authorize_url"].clone();
        let authorize_url = authorize_url.as_str().expect("an address");
        let callback = self.cluster.control().authorize(authorize_url, login);
        let callback = callback.expect("consent");
        let (_, query) = callback.split_once('?').expect("a query");
        let body = json!({"provider": "spotify", "query": query, "code_verifier": verifier});
        let path = "/api/sign-in/complete";
        self.send(node, Method::POST, path, Some(&body)).await
    }

    /// Whether the next node says that somebody is signed in.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        let answer = self.get("/api/session").await;
        answer.is_ok();
        answer.json()["signed_in"] == json!(true)
    }
}
