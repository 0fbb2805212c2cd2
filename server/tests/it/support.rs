//! A server, a sandbox, and browsers that keep cookies as a browser does.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use sandbox::{Control, Sandbox};
use serde_json::{Value, json};
use server::clock::Clock;
use server::pages::Site;
use server::rng::Rng;
use server::settings::Settings;
use server::store::Store;
use server::world::World;
use tower::ServiceExt as _;

/// The origin of the app in these tests.
pub const ORIGIN: &str = "http://127.0.0.1:3000";
/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Two keys; the first seals.
pub const KEYS: &str = "a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

/// A server on paper and the sandbox it talks to.
pub struct Stage {
    pub world: Arc<World>,
    pub router: Router,
    pub clock: Clock,
    pub sandbox: Sandbox,
}

impl Stage {
    /// A stage with a database in memory.
    pub async fn new() -> Self {
        let sandbox = Sandbox::start().await;
        let store = Store::in_memory().await.expect("a database");
        Self::with(sandbox, store, &[]).await
    }

    /// A stage with more settings, over a given database.
    pub async fn with(sandbox: Sandbox, store: Store, more: &[(&str, &str)]) -> Self {
        let url = format!("{}/spotify", sandbox.url());
        let mut variables: BTreeMap<String, String> = [
            ("STAGEDOOR_ORIGIN", ORIGIN),
            ("STAGEDOOR_KEYS", KEYS),
            ("STAGEDOOR_ALLOW_LOOPBACK", "true"),
            ("STAGEDOOR_LIMITS", "off"),
            ("SPOTIFY_CLIENT_ID", "sandbox-client"),
            ("SPOTIFY_CLIENT_SECRET", "sandbox-secret"),
            ("SPOTIFY_ACCOUNTS_URL", &url),
            ("SPOTIFY_API_URL", &url),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        variables.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let (settings, _) = Settings::read(&variables).expect("the settings are right");
        let clock = Clock::manual(sandbox.control().now());
        let world = World::with_store(settings, clock.clone(), Rng::seeded(7), store)
            .await
            .expect("a world");
        let world = Arc::new(world);
        let site = Site::at(std::path::Path::new("no-such-folder"), false, false);
        let router = server::router::router(Arc::clone(&world), &site);
        Self {
            world,
            router,
            clock,
            sandbox,
        }
    }

    /// A browser with an empty jar.
    pub fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            control: self.sandbox.control(),
            cookies: BTreeMap::new(),
        }
    }

    /// The requests the sandbox saw at a path.
    pub fn calls(&self, path: &str) -> usize {
        self.sandbox
            .control()
            .log()
            .iter()
            .filter(|entry| entry.path == path)
            .count()
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// Status and code of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        (
            self.status.as_u16(),
            self.json()["code"].as_str().unwrap_or_default().to_owned(),
        )
    }

    /// The `Set-Cookie` lines.
    pub fn set_cookies(&self) -> Vec<String> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter();
        lines
            .map(|line| line.to_str().expect("text").to_owned())
            .collect()
    }
}

/// A browser: it keeps cookies, and its own pages send the headers that a browser sends.
#[derive(Clone)]
pub struct Browser {
    pub router: Router,
    pub control: Control,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    /// The `Cookie` header it would send.
    pub fn cookie_header(&self) -> String {
        self.cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// A request as one of the app's own pages sends it.
    pub fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:3000")
            .header("x-stagedoor-csrf", "1")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors")
            .header(header::ORIGIN, ORIGIN);
        if !self.cookies.is_empty() {
            request = request.header(header::COOKIE, self.cookie_header());
        }
        match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string()))
                .expect("a request"),
            None => request.body(Body::empty()).expect("a request"),
        }
    }

    /// Sends a request and keeps the cookies of the answer.
    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router does not fail");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).expect("text"),
        };
        for line in answer.set_cookies() {
            let (name, rest) = line.split_once('=').expect("a pair");
            let value = rest.split(';').next().unwrap_or_default();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// `POST` of JSON.
    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path, Some(&body)))
            .await
    }

    /// `GET`.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, None)).await
    }

    /// A page as a person's own navigation asks for it.
    pub async fn page(&mut self, path: &str, site: &'static str) -> Answer {
        let mut request = self.request(Method::GET, path, None);
        for name in ["x-stagedoor-csrf", "origin", "sec-fetch-mode"] {
            request.headers_mut().remove(name);
        }
        request
            .headers_mut()
            .insert("sec-fetch-site", HeaderValue::from_static(site));
        if site == "cross-site" {
            request.headers_mut().remove(header::COOKIE);
        }
        self.send(request).await
    }

    /// Begins a sign-in with the challenge of `verifier` and tells the provider's URL.
    pub async fn begin(&mut self, verifier: &str) -> String {
        let answer = self.post("/api/sign-in/begin", begin_body(verifier)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["authorize_url"]
            .as_str()
            .expect("an address")
            .to_owned()
    }

    /// Signs in at the sandbox and tells the query of the callback.
    pub fn consent(&self, authorize_url: &str, login: &str) -> String {
        let callback = self
            .control
            .authorize(authorize_url, login)
            .expect("consent");
        callback.split_once('?').expect("a query").1.to_owned()
    }

    /// Finishes a sign-in.
    pub async fn complete(&mut self, query: &str, verifier: &str) -> Answer {
        self.post("/api/sign-in/complete", complete_body(query, verifier))
            .await
    }

    /// The whole way: begin, consent, complete.
    pub async fn sign_in(&mut self, login: &str) -> Answer {
        let verifier = verifier_for(login, self.control.log().len());
        let authorize_url = self.begin(&verifier).await;
        let query = self.consent(&authorize_url, login);
        let answer = self.complete(&query, &verifier).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer
    }

    /// The answer of `GET /api/session`.
    pub async fn session(&mut self) -> Value {
        let answer = self.get("/api/session").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }
}

/// The body of `begin`.
pub fn begin_body(verifier: &str) -> Value {
    json!({"provider": "spotify", "code_challenge": challenge(verifier), "return_to": "/profile"})
}

/// The body of `complete`.
pub fn complete_body(query: &str, verifier: &str) -> Value {
    json!({"provider": "spotify", "query": query, "code_verifier": verifier})
}

/// The S256 challenge of a verifier.
pub fn challenge(verifier: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier))
}

/// A verifier of its own for each sign-in of a test.
pub fn verifier_for(login: &str, n: usize) -> String {
    format!("{login:-<20}{n:0>30}")
}
