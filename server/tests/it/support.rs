//! A server, a sandbox, and browsers that keep cookies as a browser does.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::error::Code;
use axum::Router;
use axum::body::Body;
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use sandbox::{Control, Sandbox};
use serde_json::{Value, json};
use server::clock::Clock;
use server::egress::Egress;
use server::rng::Rng;
use server::settings::Settings;
use server::site::Site;
use server::store::Store;
use server::world::World;
use tower::ServiceExt as _;

/// The origin of the app in these tests.
pub(crate) const ORIGIN: &str = "http://127.0.0.1:3000";
/// The `Host` that goes with it.
pub(crate) const HOST: &str = "127.0.0.1:3000";
/// The key ring.
pub(crate) const KEYS: &str = "a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
/// The token endpoint of the sandbox.
pub(crate) const TOKEN: &str = "/spotify/api/token";
/// The profile at the sandbox.
pub(crate) const ME: &str = "/spotify/v1/me";
/// The search at the sandbox.
pub(crate) const SEARCH: &str = "/spotify/v1/search";
/// The session cookie.
pub(crate) const SESSION: &str = "__Host-Http-session";
/// The token cookie.
pub(crate) const TOKENS: &str = "__Host-Http-tokens-spotify";
/// The token cookie of Google.
pub(crate) const GOOGLE_TOKENS: &str = "__Host-Http-tokens-google";
/// The cookie of an identity that waits to be linked.
pub(crate) const LINK: &str = "__Host-Http-link";
/// The metadata of Google at the sandbox.
pub(crate) const DISCOVERY: &str = "/google/.well-known/openid-configuration";
/// Its token endpoint.
pub(crate) const GOOGLE_TOKEN: &str = "/google/token";
/// Its userinfo endpoint.
pub(crate) const USERINFO: &str = "/google/userinfo";
/// Its keys.
pub(crate) const CERTS: &str = "/google/certs";
/// Where it takes grants back.
pub(crate) const REVOKE: &str = "/google/revoke";
/// What the names of transaction cookies begin with.
pub(crate) const SIGN_IN: &str = "__Host-Http-signin-";

/// A server on paper and the sandbox it talks to.
pub(crate) struct Stage {
    pub(crate) world: Arc<World>,
    pub(crate) router: Router,
    pub(crate) clock: Clock,
    pub(crate) sandbox: Arc<Sandbox>,
    seed: u64,
    verifiers: Arc<AtomicUsize>,
}

impl Stage {
    /// A stage with a database in memory.
    pub(crate) async fn new() -> Self {
        Self::with_settings(&[]).await
    }

    /// A stage with other settings.
    pub(crate) async fn with_settings(settings: &[(&str, &str)]) -> Self {
        Self::build(settings, &no_site(), |_| {}).await
    }

    /// A stage whose parts are changed before anybody comes.
    pub(crate) async fn tuned(tune: impl FnOnce(&mut World)) -> Self {
        Self::build(&[], &no_site(), tune).await
    }

    /// A stage with the files of a site, and the hashes in their names.
    pub(crate) async fn with_site(root: &Path, hashes: Option<&str>) -> Self {
        Self::build(&[], &Site::at(root, hashes, false), |_| {}).await
    }

    /// A stage on the public internet. It has real providers: nothing may be asked of them.
    pub(crate) async fn on_https() -> Self {
        let settings = [
            ("STAGEDOOR_ORIGIN", "https://music.example"),
            ("STAGEDOOR_ALLOW_LOOPBACK", "false"),
            ("STAGEDOOR_LIMITS", "on"),
            ("SPOTIFY_ACCOUNTS_URL", "https://accounts.spotify.com"),
            ("SPOTIFY_API_URL", "https://api.spotify.com"),
            ("GOOGLE_ISSUER", "https://accounts.google.com"),
        ];
        Self::with_settings(&settings).await
    }

    /// A stage over a database in this folder, which can be looked into after it was closed.
    pub(crate) async fn in_folder(folder: &Path) -> Self {
        let sandbox = Arc::new(Sandbox::start().await);
        let store = Store::open(None, folder).await.expect("a database");
        let clock = Clock::manual(sandbox.control().now());
        Self::over(7, sandbox, store, clock, &[], &no_site(), |_| {}).await
    }

    /// The same server after its database came back.
    pub(crate) async fn reopened(&self, folder: &Path) -> Self {
        let store = Store::open(None, folder).await.expect("a database");
        let (sandbox, clock) = (Arc::clone(&self.sandbox), self.clock.clone());
        let seed = self.seed + 1;
        let mut again = Self::over(seed, sandbox, store, clock, &[], &no_site(), |_| {}).await;
        again.verifiers = Arc::clone(&self.verifiers);
        again
    }

    /// The same server after a restart, over the same database and the same sandbox.
    pub(crate) async fn restarted(&self) -> Self {
        self.again_with(&[]).await
    }

    /// The same server with other settings, over the same database and the same sandbox.
    pub(crate) async fn again_with(&self, settings: &[(&str, &str)]) -> Self {
        let sandbox = Arc::clone(&self.sandbox);
        let (store, clock) = (self.world.store.clone(), self.clock.clone());
        let mut again = Self::over(
            self.seed + 1,
            sandbox,
            store,
            clock,
            settings,
            &no_site(),
            |_| {},
        )
        .await;
        again.verifiers = Arc::clone(&self.verifiers);
        again
    }

    async fn build(settings: &[(&str, &str)], site: &Site, tune: impl FnOnce(&mut World)) -> Self {
        let sandbox = Arc::new(Sandbox::start().await);
        let store = Store::in_memory().await.expect("a database");
        let clock = Clock::manual(sandbox.control().now());
        Self::over(7, sandbox, store, clock, settings, site, tune).await
    }

    async fn over(
        seed: u64,
        sandbox: Arc<Sandbox>,
        store: Store,
        clock: Clock,
        more: &[(&str, &str)],
        site: &Site,
        tune: impl FnOnce(&mut World),
    ) -> Self {
        let url = format!("{}/spotify", sandbox.url());
        let issuer = format!("{}/google", sandbox.url());
        let usual = [
            ("STAGEDOOR_ORIGIN", ORIGIN),
            ("STAGEDOOR_KEYS", KEYS),
            ("STAGEDOOR_ALLOW_LOOPBACK", "true"),
            ("STAGEDOOR_LIMITS", "off"),
            ("SPOTIFY_CLIENT_ID", "sandbox-client"),
            ("SPOTIFY_CLIENT_SECRET", "sandbox-secret"),
            ("SPOTIFY_ACCOUNTS_URL", &url),
            ("SPOTIFY_API_URL", &url),
            ("GOOGLE_CLIENT_ID", "sandbox-client"),
            ("GOOGLE_CLIENT_SECRET", "sandbox-secret"),
            ("GOOGLE_ISSUER", &issuer),
        ];
        let variables: BTreeMap<String, String> = usual
            .iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let (settings, _) = Settings::read(&variables).expect("the settings are right");
        let mut world = World::with_store(settings, clock.clone(), Rng::seeded(seed), store)
            .await
            .expect("a world");
        tune(&mut world);
        let world = Arc::new(world);
        let router = server::router::router(Arc::clone(&world), site);
        Self {
            world,
            router,
            clock,
            sandbox,
            seed,
            verifiers: Arc::default(),
        }
    }

    /// A browser with an empty jar.
    pub(crate) fn browser(&self) -> Browser {
        let origin = &self.world.settings.origin;
        Browser {
            way: Way::Paper(self.router.clone()),
            control: self.control(),
            cookies: BTreeMap::new(),
            origin: origin.as_str().to_owned(),
            host: origin.authority().to_owned(),
            user_agent: None,
            verifiers: Arc::clone(&self.verifiers),
        }
    }

    /// A browser that is signed in.
    pub(crate) async fn signed_in(&self, login: &str) -> Browser {
        self.signed_in_with("spotify", login).await
    }

    /// A browser that is signed in with a provider.
    pub(crate) async fn signed_in_with(&self, provider: &str, login: &str) -> Browser {
        let mut browser = self.browser();
        browser.sign_in_with(provider, login).await;
        browser
    }

    /// A browser of Ada's, signed in with Spotify, whose account has her Google identity, too.
    pub(crate) async fn with_both(&self) -> Browser {
        let mut browser = self.signed_in("ada").await;
        browser.link("google", "ada").await;
        browser
    }

    /// The same browser in front of this node.
    pub(crate) fn served(&self, browser: &Browser) -> Browser {
        Browser {
            way: Way::Paper(self.router.clone()),
            ..browser.clone()
        }
    }

    /// The handle of the sandbox.
    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// How many requests the sandbox saw at a path.
    pub(crate) fn calls(&self, path: &str) -> usize {
        let log = self.control().log();
        log.iter().filter(|entry| entry.path == path).count()
    }

    /// How many requests Google saw in all.
    pub(crate) fn google_calls(&self) -> usize {
        let log = self.control().log();
        log.iter()
            .filter(|entry| entry.path.starts_with("/google/"))
            .count()
    }

    /// How many requests the sandbox saw in all.
    pub(crate) fn all_calls(&self) -> usize {
        self.control().log().len()
    }

    /// Waits until the sandbox has seen `count` requests at a path.
    pub(crate) async fn until_called(&self, path: &str, count: usize) {
        let waiting = async {
            while self.calls(path) < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), waiting)
            .await
            .expect("the request arrives");
    }

    /// Lets time pass, here and at the sandbox.
    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
        let offset_s = self.control().snapshot().offset_s;
        self.control()
            .set_clock_offset(offset_s + seconds)
            .expect("an offset within bounds");
    }

    /// How many accounts there are.
    pub(crate) async fn accounts(&self) -> i64 {
        self.world.store.count_accounts().await.expect("a count")
    }

    /// How many sessions there are.
    pub(crate) async fn sessions(&self) -> i64 {
        let count = self.world.store.count_sessions(i64::MIN, i64::MIN).await;
        count.expect("a count")
    }

    /// What must be the same after a refusal as it is now.
    pub(crate) async fn before(&self, browser: &mut Browser) -> Before {
        Before {
            session: browser.session().await,
            accounts: self.accounts().await,
            calls: self.all_calls(),
        }
    }
}

fn no_site() -> Site {
    Site::at(Path::new("no-such-folder"), None, false)
}

/// The state of things before a request that is to be refused.
pub(crate) struct Before {
    session: Value,
    accounts: i64,
    calls: usize,
}

impl Before {
    /// Asserts that `answer` refuses with exactly this, that it sets no cookie and clears none but
    /// a transaction, that nobody is signed in who was not, that there is no new account, and that
    /// nothing was sent to the provider.
    pub(crate) async fn refused(
        &self,
        stage: &Stage,
        browser: &mut Browser,
        answer: &Answer,
        refusal: (u16, &str),
    ) {
        self.refused_after(0, stage, browser, answer, refusal).await;
    }

    /// The same where `calls` requests to the provider were right.
    pub(crate) async fn refused_after(
        &self,
        calls: usize,
        stage: &Stage,
        browser: &mut Browser,
        answer: &Answer,
        refusal: (u16, &str),
    ) {
        assert_eq!(answer.refusal(), (refusal.0, refusal.1.to_owned()));
        for line in answer.set_cookies() {
            let removal =
                line.starts_with(SIGN_IN) && line.contains("=; ") && line.contains("Max-Age=0");
            assert!(removal, "a refusal sets {line}");
        }
        assert_eq!(
            stage.all_calls() - self.calls,
            calls,
            "requests to the provider"
        );
        assert_eq!(
            browser.session().await,
            self.session,
            "the session is untouched"
        );
        assert_eq!(stage.accounts().await, self.accounts, "no account was made");
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What was asked, for the message of a failing test.
    pub(crate) asked: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Status and code of a refusal, once it was seen that it is one envelope of ours and nothing
    /// else.
    #[track_caller]
    pub(crate) fn refusal(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        assert_eq!(self.header("location"), None, "{self:?}");
        let body = self.json();
        let (status, code) = (
            self.status.as_u16(),
            body["code"].as_str().unwrap_or_default(),
        );
        let known = ["code", "message", "retry_after", "permission", "reference"];
        for name in body.as_object().expect("an object").keys() {
            assert!(known.contains(&name.as_str()), "{name} in {body}");
        }
        let is_ours = Code::ALL.iter().any(|known| {
            known.name() == code && known.status() == status && body["message"] == known.sentence()
        });
        assert!(is_ours, "{}: {self:?}", self.asked);
        (status, code.to_owned())
    }

    /// Asserts that this is the envelope of a refusal.
    #[track_caller]
    pub(crate) fn is_refusal(&self, status: u16, code: &str) {
        assert_eq!(self.refusal(), (status, code.to_owned()), "{self:?}");
    }

    /// A header, where it is there once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok();
        assert!(values.next().is_none(), "{name} is there twice: {self:?}");
        value
    }

    /// The `Set-Cookie` lines.
    pub(crate) fn set_cookies(&self) -> Vec<String> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter();
        lines
            .map(|line| line.to_str().expect("text").to_owned())
            .collect()
    }

    /// The `Set-Cookie` line of a cookie.
    pub(crate) fn set_cookie(&self, name: &str) -> Option<String> {
        let start = format!("{name}=");
        self.set_cookies()
            .into_iter()
            .find(|line| line.starts_with(&start))
    }

    /// Whether a cookie is cleared.
    pub(crate) fn clears(&self, name: &str) -> bool {
        self.set_cookie(name).is_some_and(|line| {
            line.starts_with(&format!("{name}=;")) && line.contains("Max-Age=0")
        })
    }

    /// The names of the cookies that get a value.
    pub(crate) fn set_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .set_cookies()
            .iter()
            .filter(|line| !line.contains("Max-Age=0"))
            .filter_map(|line| Some(line.split_once('=')?.0.to_owned()))
            .collect();
        names.sort();
        names
    }

    /// Whether a cookie gets a value.
    pub(crate) fn sets(&self, name: &str) -> bool {
        self.set_cookie(name)
            .is_some_and(|line| !line.contains("Max-Age=0"))
    }
}

/// One attempt to sign in: what the tab keeps, and where the browser was sent.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) verifier: String,
    pub(crate) state: String,
    pub(crate) authorize_url: String,
}

impl Attempt {
    /// The name of its cookie.
    pub(crate) fn cookie(&self) -> String {
        format!("{SIGN_IN}{}", &self.state[..8])
    }
}

/// How a browser reaches its server.
#[derive(Clone)]
enum Way {
    /// Straight into the router.
    Paper(Router),
    /// Over a socket, to a program of its own.
    Socket(Egress, SocketAddr),
}

impl Way {
    async fn send(&self, request: Request<Body>) -> (Parts, Vec<u8>) {
        match self {
            Self::Paper(router) => {
                let sent = router.clone().oneshot(request).await;
                let (parts, body) = sent.expect("the router does not fail").into_parts();
                (
                    parts,
                    body.collect()
                        .await
                        .expect("a whole body")
                        .to_bytes()
                        .into(),
                )
            }
            Self::Socket(egress, address) => {
                let (mut parts, body) = request.into_parts();
                parts.uri = format!("http://{address}{}", parts.uri)
                    .parse()
                    .expect("an address");
                let body = body
                    .collect()
                    .await
                    .expect("a whole body")
                    .to_bytes()
                    .into();
                let sent = egress.send(Request::from_parts(parts, body)).await;
                sent.expect("an answer").into_parts()
            }
        }
    }
}

/// A browser: it keeps cookies, and its own pages send the headers that a browser sends.
#[derive(Clone)]
pub(crate) struct Browser {
    way: Way,
    pub(crate) control: Control,
    pub(crate) cookies: BTreeMap<String, String>,
    origin: String,
    host: String,
    /// What it calls itself.
    pub(crate) user_agent: Option<&'static str>,
    verifiers: Arc<AtomicUsize>,
}

impl Browser {
    /// A browser in front of a program that listens at `address` and is known as `host`.
    pub(crate) fn at(address: SocketAddr, host: &str, control: Control) -> Self {
        Self {
            way: Way::Socket(Egress::new(false).expect("a client"), address),
            control,
            cookies: BTreeMap::new(),
            origin: format!("http://{host}"),
            host: host.to_owned(),
            user_agent: None,
            verifiers: Arc::default(),
        }
    }

    /// The `Cookie` header it would send.
    pub(crate) fn cookie_header(&self) -> String {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Whether it holds a cookie.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.cookies.contains_key(name)
    }

    /// The names of its transaction cookies.
    pub(crate) fn pending(&self) -> Vec<String> {
        let names = self.cookies.keys().filter(|name| name.starts_with(SIGN_IN));
        names.cloned().collect()
    }

    /// A request as one of the app's own pages sends it.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header("x-stagedoor-csrf", "1")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors")
            .header(header::ORIGIN, &self.origin);
        if let Some(name) = self.user_agent {
            request = request.header(header::USER_AGENT, name);
        }
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
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let asked = format!(
            "{} {} with {:?}",
            request.method(),
            request.uri(),
            request.headers()
        );
        let (parts, bytes) = self.way.send(request).await;
        let answer = Answer {
            asked,
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes).expect("text"),
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
    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path, Some(&body)))
            .await
    }

    /// `GET`.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, None)).await
    }

    /// A page as a person's own navigation asks for it; `site` is `Sec-Fetch-Site`. A visit by a
    /// link of another site brings no cookie, for all of ours are `SameSite=Strict`.
    pub(crate) fn page_request(&self, path: &str, site: &'static str) -> Request<Body> {
        let mut request = self.request(Method::GET, path, None);
        let headers = request.headers_mut();
        for name in ["x-stagedoor-csrf", "origin"] {
            headers.remove(name);
        }
        for (name, value) in [
            ("sec-fetch-site", site),
            ("sec-fetch-mode", "navigate"),
            ("accept", "text/html"),
        ] {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        if site == "cross-site" {
            headers.remove(header::COOKIE);
        }
        request
    }

    /// A page.
    pub(crate) async fn page(&mut self, path: &str, site: &'static str) -> Answer {
        self.send(self.page_request(path, site)).await
    }

    /// A verifier of its own for each attempt of a test: 43 characters, as the page makes it.
    pub(crate) fn verifier(&self) -> String {
        let n = self.verifiers.fetch_add(1, Ordering::SeqCst);
        format!("verifier-{n:0>34}")
    }

    /// Begins a sign-in.
    pub(crate) async fn begin(&mut self) -> Attempt {
        let verifier = self.verifier();
        self.begin_with(&verifier).await
    }

    /// Begins a sign-in with the challenge of `verifier`.
    pub(crate) async fn begin_with(&mut self, verifier: &str) -> Attempt {
        let answer = self.post("/api/sign-in/begin", begin_body(verifier)).await;
        begun(&answer, verifier)
    }

    /// Asks to begin a transaction at a provider.
    pub(crate) async fn ask_to_begin(&mut self, provider: &str, intent: &str) -> (String, Answer) {
        let verifier = self.verifier();
        let mut body = begin_body(&verifier);
        body["provider"] = json!(provider);
        body["intent"] = json!(intent);
        let answer = self.post("/api/sign-in/begin", body).await;
        (verifier, answer)
    }

    /// Begins a transaction at a provider.
    pub(crate) async fn begin_at(&mut self, provider: &str, intent: &str) -> Attempt {
        let (verifier, answer) = self.ask_to_begin(provider, intent).await;
        begun(&answer, &verifier)
    }

    /// Consents at a provider and tells the query of the callback.
    pub(crate) fn consent_at(&self, provider: &str, attempt: &Attempt, login: &str) -> String {
        if provider == "spotify" {
            return self.consent(attempt, login);
        }
        let callback = self
            .control
            .google_authorize(&attempt.authorize_url, login)
            .expect("consent");
        callback.split_once('?').expect("a query").1.to_owned()
    }

    /// Finishes a transaction at a provider.
    pub(crate) async fn complete_at(
        &mut self,
        provider: &str,
        query: &str,
        verifier: &str,
    ) -> Answer {
        let mut body = complete_body(query, verifier);
        body["provider"] = json!(provider);
        self.post("/api/sign-in/complete", body).await
    }

    /// The whole way at a provider, to whatever comes of it.
    pub(crate) async fn go(&mut self, provider: &str, intent: &str, login: &str) -> Answer {
        let attempt = self.begin_at(provider, intent).await;
        let query = self.consent_at(provider, &attempt, login);
        self.complete_at(provider, &query, &attempt.verifier).await
    }

    /// The same, which must lead to the answer's session view.
    async fn arrive(&mut self, provider: &str, intent: &str, login: &str) -> Value {
        let answer = self.go(provider, intent, login).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["session"].clone()
    }

    /// Signs in with a provider.
    pub(crate) async fn sign_in_with(&mut self, provider: &str, login: &str) -> Value {
        self.arrive(provider, "sign-in", login).await
    }

    /// Grants with the identity that is linked.
    pub(crate) async fn grant(&mut self, provider: &str, login: &str) -> Value {
        self.arrive(provider, "grant", login).await
    }

    /// Proves an identity, which waits to be linked after that.
    pub(crate) async fn prove(&mut self, provider: &str, login: &str) -> Value {
        self.arrive(provider, "link", login).await
    }

    /// `POST /api/account/link/confirm`.
    pub(crate) async fn confirm(&mut self, accept: bool) -> Answer {
        self.post("/api/account/link/confirm", json!({"accept": accept}))
            .await
    }

    /// Proves an identity and links it.
    pub(crate) async fn link(&mut self, provider: &str, login: &str) -> Value {
        self.prove(provider, login).await;
        let answer = self.confirm(true).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// `POST /api/account/unlink`.
    pub(crate) async fn unlink(&mut self, provider: &str) -> Answer {
        self.post("/api/account/unlink", json!({"provider": provider}))
            .await
    }

    /// `POST /api/disconnect`.
    pub(crate) async fn disconnect(&mut self, provider: &str) -> Answer {
        self.post("/api/disconnect", json!({"provider": provider}))
            .await
    }

    /// `POST /api/account/delete`.
    pub(crate) async fn delete(&mut self) -> Answer {
        self.post("/api/account/delete", json!({})).await
    }

    /// `GET /api/account/sessions`.
    pub(crate) async fn sessions(&mut self) -> Vec<Value> {
        let answer = self.get("/api/account/sessions").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        list(&answer.json()["sessions"])
    }

    /// `POST /api/session/refresh` for a provider.
    pub(crate) async fn refresh_at(&mut self, provider: &str) -> Answer {
        self.post("/api/session/refresh", json!({"provider": provider}))
            .await
    }

    /// The claims of its session token.
    pub(crate) fn claims(&self) -> Value {
        claims(self.cookies.get(SESSION).expect("a session cookie"))
    }

    /// Its account's id.
    pub(crate) fn account(&self) -> String {
        self.claims()["sub"].as_str().expect("a sub").to_owned()
    }

    /// Its session's id.
    pub(crate) fn sid(&self) -> String {
        self.claims()["sid"].as_str().expect("a sid").to_owned()
    }

    /// Signs in at the sandbox and tells the query of the callback.
    pub(crate) fn consent(&self, attempt: &Attempt, login: &str) -> String {
        let callback = self
            .control
            .authorize(&attempt.authorize_url, login)
            .expect("consent");
        callback.split_once('?').expect("a query").1.to_owned()
    }

    /// Begins a sign-in and consents: all that is left is to complete it.
    pub(crate) async fn begin_and_consent(&mut self, login: &str) -> (Attempt, String) {
        let attempt = self.begin().await;
        let query = self.consent(&attempt, login);
        (attempt, query)
    }

    /// Finishes a sign-in.
    pub(crate) async fn complete(&mut self, query: &str, verifier: &str) -> Answer {
        self.post("/api/sign-in/complete", complete_body(query, verifier))
            .await
    }

    /// The whole way: begin, consent, complete.
    pub(crate) async fn sign_in(&mut self, login: &str) -> Answer {
        let (attempt, query) = self.begin_and_consent(login).await;
        let answer = self.complete(&query, &attempt.verifier).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer
    }

    /// The answer of `GET /api/session`.
    pub(crate) async fn session(&mut self) -> Value {
        let answer = self.get("/api/session").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// Whether `GET /api/session` says that somebody is signed in.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.session().await["signed_in"] == true
    }

    /// Whether `GET /api/session` says that Spotify is connected.
    pub(crate) async fn is_connected(&mut self) -> bool {
        let session = self.session().await;
        session["connections"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    }

    /// `POST /api/session/refresh`.
    pub(crate) async fn refresh(&mut self) -> Answer {
        self.refresh_at("spotify").await
    }

    /// `GET /api/spotify/v1/me`.
    pub(crate) async fn me(&mut self) -> Answer {
        self.get("/api/spotify/v1/me").await
    }

    /// `POST /api/sign-out`.
    pub(crate) async fn sign_out(&mut self, everywhere: bool) -> Answer {
        self.post("/api/sign-out", json!({"everywhere": everywhere}))
            .await
    }
}

/// What came of a `begin` that was accepted.
pub(crate) fn begun(answer: &Answer, verifier: &str) -> Attempt {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let begun = answer.json();
    let text = |name: &str| begun[name].as_str().expect("text").to_owned();
    Attempt {
        verifier: verifier.to_owned(),
        state: text("state"),
        authorize_url: text("authorize_url"),
    }
}

/// The members of a list.
pub(crate) fn list(value: &Value) -> Vec<Value> {
    value.as_array().expect("a list").clone()
}

/// One member of every object in a list, in order.
pub(crate) fn each(value: &Value, name: &str) -> Vec<String> {
    let members = list(value);
    let texts = members.iter().map(|one| one[name].as_str());
    texts.map(|text| text.expect("text").to_owned()).collect()
}

/// The body of `begin`.
pub(crate) fn begin_body(verifier: &str) -> Value {
    json!({"provider": "spotify", "code_challenge": challenge(verifier), "return_to": "/profile"})
}

/// The body of `complete`.
pub(crate) fn complete_body(query: &str, verifier: &str) -> Value {
    json!({"provider": "spotify", "query": query, "code_verifier": verifier})
}

/// The S256 challenge of a verifier.
pub(crate) fn challenge(verifier: &str) -> String {
    use sha2::Digest as _;
    base64url(&sha2::Sha256::digest(verifier))
}

/// Bytes as base64url without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind base64url without padding.
pub(crate) fn from_base64url(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text)
        .expect("base64url")
}

/// The values of a parameter in an address.
pub(crate) fn parameters(url: &str, name: &str) -> Vec<String> {
    let url = url::Url::parse(url).expect("an address");
    let values = url.query_pairs().filter(|(key, _)| key == name);
    values.map(|(_, value)| value.into_owned()).collect()
}

/// The claims of a session token, not verified.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&from_base64url(payload)).expect("JSON")
}

/// `value` in a query.
pub(crate) fn encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// The text of a page as a person reads it: without tags and scripts.
pub(crate) fn words(answer: &Answer) -> String {
    let mut text = String::new();
    let mut rest = answer.text.as_str();
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = if tag.starts_with("script") {
            tag.split_once("</script>").map_or("", |(_, after)| after)
        } else {
            tag.split_once('>').map_or("", |(_, after)| after)
        };
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
