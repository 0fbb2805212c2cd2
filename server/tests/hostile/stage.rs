//! A server on paper in front of hostile providers, browsers that keep cookies, and the one oracle
//! of "refused".

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use app::error::Code;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use server::clock::Clock;
use server::provider::IdentitySource;
use server::rng::Rng;
use server::settings::Settings;
use server::site::Site;
use server::store::Store;
use server::world::World;
use tower::ServiceExt as _;

use crate::provider::{CLIENT_ID, CLIENT_SECRET, Calls, Op};

/// The origin of the app in these tests.
pub(crate) const ORIGIN: &str = "http://127.0.0.1:3000";
const HOST: &str = "127.0.0.1:3000";
const KEY_RING: &str = "a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
/// The session cookie.
pub(crate) const SESSION: &str = "__Host-Http-session";
/// What the names of transaction cookies begin with.
const SIGN_IN: &str = "__Host-Http-signin-";
/// When these tests take place, in unix seconds.
pub(crate) const NOW: i64 = 1_800_000_000;
/// How an ID token that does not hold is refused.
pub(crate) const INVALID: (u16, &str) = (401, "id_token_invalid");
/// The provider that most tests have.
pub(crate) const ACME: &str = "acme";

/// A server and the provider it trusts.
pub(crate) struct Stage {
    pub(crate) world: Arc<World>,
    pub(crate) clock: Clock,
    /// The provider, under the id in `provider`.
    pub(crate) op: Op,
    pub(crate) provider: &'static str,
    router: Router,
}

/// The settings of a provider by discovery.
pub(crate) fn by_discovery(name: &str, issuer: &str) -> Vec<(String, String)> {
    let name = name.to_uppercase();
    [
        ("ISSUER", issuer),
        ("CLIENT_ID", CLIENT_ID),
        ("CLIENT_SECRET", CLIENT_SECRET),
        ("LABEL", "A Provider"),
    ]
    .map(|(what, value)| (format!("OIDC_{name}_{what}"), value.to_owned()))
    .to_vec()
}

/// The settings of Google at another issuer.
pub(crate) fn google_at(issuer: &str) -> Vec<(String, String)> {
    [
        ("GOOGLE_CLIENT_ID", CLIENT_ID),
        ("GOOGLE_CLIENT_SECRET", CLIENT_SECRET),
        ("GOOGLE_ISSUER", issuer),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

impl Stage {
    /// One provider by discovery.
    pub(crate) async fn new() -> Self {
        let clock = Clock::manual(NOW);
        let op = Op::start(clock.clone()).await;
        let settings = by_discovery(ACME, op.issuer());
        Self::build(clock, op, ACME, &settings).await
    }

    /// The same where somebody signed in: the provider is honest so far, and its metadata and keys
    /// are known.
    pub(crate) async fn warm() -> Self {
        let stage = Self::new().await;
        stage.accepts("alice").await;
        stage
    }

    /// Two providers by discovery: the second is `beta`.
    pub(crate) async fn with_two() -> (Self, Op) {
        let clock = Clock::manual(NOW);
        let (op, other) = (
            Op::start(clock.clone()).await,
            Op::start(clock.clone()).await,
        );
        let mut settings = by_discovery(ACME, op.issuer());
        settings.extend(by_discovery("beta", other.issuer()));
        (Self::build(clock, op, ACME, &settings).await, other)
    }

    /// Google, and a provider by discovery under the id `acme`.
    pub(crate) async fn google() -> (Self, Op) {
        let clock = Clock::manual(NOW);
        let (op, other) = (
            Op::start(clock.clone()).await,
            Op::start(clock.clone()).await,
        );
        let mut settings = google_at(op.issuer());
        settings.extend(by_discovery(ACME, other.issuer()));
        (Self::build(clock, op, "google", &settings).await, other)
    }

    /// The hostile provider in the place of Spotify: OAuth alone.
    pub(crate) async fn oauth_only() -> Self {
        let clock = Clock::manual(NOW);
        let op = Op::start(clock.clone()).await;
        op.without_nonce();
        let settings = [
            ("SPOTIFY_CLIENT_ID", CLIENT_ID),
            ("SPOTIFY_CLIENT_SECRET", CLIENT_SECRET),
            ("SPOTIFY_ACCOUNTS_URL", op.issuer()),
            ("SPOTIFY_API_URL", op.issuer()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self::build(clock, op, "spotify", &settings).await
    }

    /// A server that lets no endpoint be in a private network, as in production, before a provider
    /// whose endpoints are all on the public internet. Only its metadata can be asked for here.
    pub(crate) async fn with_public_endpoints() -> Self {
        let clock = Clock::manual(NOW);
        let op = Op::start(clock.clone()).await;
        op.metadata(|metadata| {
            for (name, value) in metadata.as_object_mut().expect("an object") {
                if name.ends_with("_endpoint") || name == "jwks_uri" {
                    *value = json!(format!("https://op.example/{name}"));
                }
            }
        });
        let settings = by_discovery(ACME, op.issuer());
        Self::tuned(clock, op, ACME, &settings, |world| {
            for provider in &mut world.providers {
                if let IdentitySource::OpenId(open_id) = &mut provider.identity {
                    open_id.client.private_allowed = false;
                }
            }
        })
        .await
    }

    /// Any settings, and a provider that is expected to be in them.
    pub(crate) async fn build(
        clock: Clock,
        op: Op,
        provider: &'static str,
        settings: &[(String, String)],
    ) -> Self {
        Self::tuned(clock, op, provider, settings, |_| {}).await
    }

    async fn tuned(
        clock: Clock,
        op: Op,
        provider: &'static str,
        settings: &[(String, String)],
        tune: impl FnOnce(&mut World),
    ) -> Self {
        let settings = read(settings).expect("the settings are right");
        let store = Store::in_memory().await.expect("a database");
        let mut world = World::with_store(settings, clock.clone(), Rng::seeded(7), store)
            .await
            .expect("a world");
        tune(&mut world);
        let world = Arc::new(world);
        let site = Site::at(Path::new("no-such-folder"), None, false);
        let router = server::router::router(Arc::clone(&world), &site);
        Self {
            world,
            clock,
            op,
            provider,
            router,
        }
    }

    /// A browser with an empty jar.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            provider: self.provider,
            cookies: BTreeMap::new(),
        }
    }

    /// How many accounts there are.
    pub(crate) async fn accounts(&self) -> i64 {
        self.world.store.count_accounts().await.expect("a count")
    }

    /// Begins a sign-in, which the provider lets a person of this name through, and completes it.
    pub(crate) async fn try_sign_in(&self, subject: &str) -> (Browser, Answer) {
        let mut browser = self.browser();
        let answer = browser.try_sign_in(&self.op, subject).await;
        (browser, answer)
    }

    /// A browser that was signed in.
    #[track_caller]
    pub(crate) fn accepts(&self, subject: &'static str) -> impl Future<Output = Browser> + use<'_> {
        let caller = std::panic::Location::caller();
        async move {
            let (mut browser, answer) = self.try_sign_in(subject).await;
            assert_eq!(answer.status, StatusCode::OK, "{caller}: {}", answer.text);
            assert!(answer.sets(SESSION), "{caller}: {answer:?}");
            self.tells_nothing(&answer);
            let session = browser.session().await;
            assert_eq!(session["signed_in"], true, "{caller}");
            let identity = &session["identities"][0];
            assert_eq!(identity["provider"], self.provider, "{caller}: {session}");
            assert_eq!(identity["subject"], subject, "{caller}: {session}");
            assert_eq!(self.op.complaints(), [""; 0], "{caller}");
            browser
        }
    }

    /// The oracle: an answer that refuses with this status and code, whose envelope is ours alone,
    /// that sets no cookie, after which nobody is signed in, there is no further account, nothing
    /// was told that is secret, and the provider saw exactly these requests since `begin`.
    #[track_caller]
    pub(crate) fn refuses<'a>(
        &'a self,
        told: &'a str,
        refusal: (u16, &'a str),
        calls: Calls,
    ) -> impl Future<Output = Answer> + use<'a> {
        let caller = std::panic::Location::caller();
        async move {
            let mut browser = self.browser();
            let accounts = self.accounts().await;
            let attempt = browser.begin(self.provider).await;
            let before = self.op.calls();
            let query = encoded(&self.op.consent(&attempt.authorize_url, "mallory"));
            let answer = browser
                .complete(self.provider, &query, &attempt.verifier)
                .await;
            let told = format!("{caller}: {told}");
            self.refused(&mut browser, &answer, accounts, refusal, &told)
                .await;
            assert_eq!(self.op.calls().since(before), calls, "{told}");
            assert!(answer.clears(&attempt.cookie()), "{told}: {answer:?}");
            // It is over: the same answer is worth nothing a second time.
            let again = browser
                .complete(self.provider, &query, &attempt.verifier)
                .await;
            assert_eq!(
                again.refusal(),
                (400, "transaction_missing".to_owned()),
                "{told}"
            );
            assert_eq!(self.op.calls().since(before), calls, "{told}");
            answer
        }
    }

    /// What a refusal leaves behind, whatever it was of.
    pub(crate) async fn refused(
        &self,
        browser: &mut Browser,
        answer: &Answer,
        accounts: i64,
        refusal: (u16, &str),
        told: &str,
    ) {
        assert_eq!(
            answer.refusal(),
            (refusal.0, refusal.1.to_owned()),
            "{told}"
        );
        assert_eq!(answer.set_names(), [""; 0], "{told}");
        self.tells_nothing(answer);
        assert_eq!(browser.session().await["signed_in"], false, "{told}");
        assert_eq!(self.accounts().await, accounts, "{told}: accounts");
    }

    /// Asserts that an answer holds no token, code or secret of the provider, in body or headers.
    pub(crate) fn tells_nothing(&self, answer: &Answer) {
        let shown = format!("{:?} {}", answer.headers, answer.text);
        for secret in self.op.secrets() {
            assert!(!shown.contains(&secret), "{secret} is in {shown}");
        }
    }
}

/// Settings with those that every test has.
pub(crate) fn read(more: &[(String, String)]) -> Result<Settings, String> {
    let usual = [
        ("STAGEDOOR_ORIGIN", ORIGIN),
        ("STAGEDOOR_KEYS", KEY_RING),
        ("STAGEDOOR_ALLOW_LOOPBACK", "true"),
        ("STAGEDOOR_LIMITS", "off"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let variables = usual.into_iter().chain(more.iter().cloned()).collect();
    Settings::read(&variables)
        .map(|(settings, _)| settings)
        .map_err(|report| report.to_string())
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
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
        let status = self.status.as_u16();
        let code = body["code"].as_str().unwrap_or_default();
        for name in body.as_object().expect("an object").keys() {
            let known = ["code", "message", "retry_after", "permission", "reference"];
            assert!(known.contains(&name.as_str()), "{name} in {body}");
        }
        let is_ours = Code::ALL.iter().any(|known| {
            known.name() == code && known.status() == status && body["message"] == known.sentence()
        });
        assert!(is_ours, "{self:?}");
        (status, code.to_owned())
    }

    /// A header, where it is there once.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok();
        assert!(values.next().is_none(), "{name} is there twice: {self:?}");
        value
    }

    fn set_cookies(&self) -> Vec<String> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter();
        lines
            .map(|line| line.to_str().expect("text").to_owned())
            .collect()
    }

    /// The names of the cookies that get a value.
    pub(crate) fn set_names(&self) -> Vec<String> {
        let lines = self.set_cookies();
        let set = lines.iter().filter(|line| !line.contains("Max-Age=0"));
        set.filter_map(|line| Some(line.split_once('=')?.0.to_owned()))
            .collect()
    }

    /// Whether a cookie gets a value.
    pub(crate) fn sets(&self, name: &str) -> bool {
        self.set_names().iter().any(|set| set == name)
    }

    /// Whether a cookie is cleared.
    pub(crate) fn clears(&self, name: &str) -> bool {
        let start = format!("{name}=;");
        self.set_cookies()
            .iter()
            .any(|line| line.starts_with(&start) && line.contains("Max-Age=0"))
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

    /// The values of a parameter of the authorization request.
    pub(crate) fn parameters(&self, name: &str) -> Vec<String> {
        let url = url::Url::parse(&self.authorize_url).expect("an address");
        let values = url.query_pairs().filter(|(known, _)| known == name);
        values.map(|(_, value)| value.into_owned()).collect()
    }
}

/// A browser: it keeps cookies, and its own pages send the headers that a browser sends.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    provider: &'static str,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// Verifiers that were drawn in this process: each attempt has one of its own.
static VERIFIERS: AtomicUsize = AtomicUsize::new(0);

impl Browser {
    /// Sends a request and keeps the cookies of the answer.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let sent = self.router.clone().oneshot(request).await;
        let (parts, body) = sent.expect("the router does not fail").into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.into()).expect("text"),
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

    fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header("x-stagedoor-csrf", "1")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors")
            .header(header::ORIGIN, ORIGIN);
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter();
            let pairs: Vec<String> = pairs
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        request.body(body).expect("a request")
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

    /// A page, by a navigation that another site started: no cookie comes along.
    pub(crate) async fn page(&mut self, path: &str) -> Answer {
        let request = Request::builder()
            .uri(path)
            .header(header::HOST, HOST)
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "navigate")
            .header(header::ACCEPT, "text/html");
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// Asks for a sign-in to begin.
    pub(crate) async fn try_begin(&mut self, provider: &str, verifier: &str) -> Answer {
        let body = json!({
            "provider": provider,
            "code_challenge": challenge(verifier),
            "return_to": "/profile",
        });
        self.post("/api/sign-in/begin", body).await
    }

    /// Begins a sign-in.
    pub(crate) async fn begin(&mut self, provider: &str) -> Attempt {
        let verifier = verifier();
        let answer = self.try_begin(provider, &verifier).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let begun = answer.json();
        let text = |name: &str| begun[name].as_str().expect("a text").to_owned();
        Attempt {
            verifier,
            state: text("state"),
            authorize_url: text("authorize_url"),
        }
    }

    /// Finishes a sign-in.
    pub(crate) async fn complete(&mut self, provider: &str, query: &str, verifier: &str) -> Answer {
        let body = json!({"provider": provider, "query": query, "code_verifier": verifier});
        self.post("/api/sign-in/complete", body).await
    }

    /// Begin, consent at `op`, complete.
    pub(crate) async fn try_sign_in(&mut self, op: &Op, subject: &str) -> Answer {
        self.try_sign_in_at(self.provider, op, subject).await
    }

    /// The same at another provider.
    pub(crate) async fn try_sign_in_at(
        &mut self,
        provider: &str,
        op: &Op,
        subject: &str,
    ) -> Answer {
        let attempt = self.begin(provider).await;
        let query = encoded(&op.consent(&attempt.authorize_url, subject));
        self.complete(provider, &query, &attempt.verifier).await
    }

    /// The answer of `GET /api/session`.
    pub(crate) async fn session(&mut self) -> Value {
        let answer = self.get("/api/session").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// Whether somebody is signed in.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.session().await["signed_in"] == true
    }

    /// `POST /api/session/refresh`.
    pub(crate) async fn refresh(&mut self) -> Answer {
        let body = json!({"provider": self.provider});
        self.post("/api/session/refresh", body).await
    }

    /// `POST /api/sign-out`.
    pub(crate) async fn sign_out(&mut self) -> Answer {
        self.post("/api/sign-out", json!({})).await
    }

    /// What the provider sends to the server by itself: no cookie, no header of ours.
    pub(crate) async fn back_channel(&self, path: &str, content_type: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from(body.to_owned()))
            .expect("a request");
        let mut nobody = self.clone();
        nobody.cookies.clear();
        nobody.send(request).await
    }
}

/// A verifier of its own for each attempt: 43 characters, as the page makes it.
pub(crate) fn verifier() -> String {
    format!("verifier-{:0>34}", VERIFIERS.fetch_add(1, Ordering::SeqCst))
}

/// Pairs as a query.
pub(crate) fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
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
