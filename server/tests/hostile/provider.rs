//! An `OpenID` provider that does as it is told: honest where nothing is said, and wrong in exactly
//! one place where a test says so. It keeps a log of every request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use serde_json::{Map, Value, json};
use server::clock::Clock;
use sha2::Digest as _;
use tokio::net::TcpListener;
use url::Url;

use crate::id_token::{BACK_CHANNEL_LOGOUT, Draft};
use crate::keys::{KEYS, secp256k1};
use crate::raw::{self, Asked, Reply};
use crate::stage::base64url;

/// The client id that it knows: what form encoding changes is in it.
pub(crate) const CLIENT_ID: &str = "stage-door+1:%/a";
/// The client secret that it knows: the conformance suite's own.
pub(crate) const CLIENT_SECRET: &str = "a:b c%+/=&";

/// Metadata and keys say that they are good for a day: what is asked again is asked for a reason.
const DAY: &str = "public, max-age=86400";

/// A place at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Endpoint {
    Discovery,
    Jwks,
    Token,
    Userinfo,
    Revocation,
    /// Anything else: nobody has a reason to come here.
    Elsewhere,
}

/// How many requests came to each place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Calls {
    pub(crate) discovery: usize,
    pub(crate) jwks: usize,
    pub(crate) token: usize,
    pub(crate) userinfo: usize,
    pub(crate) revocation: usize,
    pub(crate) elsewhere: usize,
}

impl Calls {
    /// No request.
    pub(crate) const NONE: Self = Self {
        discovery: 0,
        jwks: 0,
        token: 0,
        userinfo: 0,
        revocation: 0,
        elsewhere: 0,
    };
    /// One request to the token endpoint.
    pub(crate) const TOKEN: Self = Self {
        token: 1,
        ..Self::NONE
    };

    /// Those that came after `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            discovery: self.discovery - earlier.discovery,
            jwks: self.jwks - earlier.jwks,
            token: self.token - earlier.token,
            userinfo: self.userinfo - earlier.userinfo,
            revocation: self.revocation - earlier.revocation,
            elsewhere: self.elsewhere - earlier.elsewhere,
        }
    }
}

type Edit = Box<dyn Fn(&mut Value) + Send + Sync>;
type Mint = Box<dyn Fn(Draft) -> String + Send + Sync>;

/// What it does where a test said so.
struct Script {
    metadata: Value,
    keys: Vec<Value>,
    replies: BTreeMap<Endpoint, Reply>,
    /// The next reply of an endpoint alone.
    token: Edit,
    userinfo: Edit,
    mint: Mint,
    /// New keys at the moment of signing.
    rotate_at_signing: Option<Vec<Value>>,
    /// Whether the answer of a refresh has an ID token, and how it is made.
    refreshed: Option<Mint>,
    /// Whether refresh tokens are replaced at each refresh.
    rotate_refresh_token: bool,
    /// Headers of every answer.
    headers: Vec<(String, String)>,
    /// Whether it is an `OpenID` provider, and not an OAuth server with an `id_token` by mistake.
    wants_nonce: bool,
}

/// What was agreed with one person.
#[derive(Debug, Clone)]
struct Grant {
    subject: String,
    redirect_uri: String,
    challenge: String,
    nonce: Option<String>,
    scope: String,
}

#[derive(Default)]
struct Given {
    /// Codes that were not used yet.
    codes: BTreeMap<String, Grant>,
    refresh_tokens: BTreeMap<String, Grant>,
    access_tokens: BTreeMap<String, Grant>,
    count: usize,
}

struct Inner {
    issuer: String,
    jwks_path: String,
    clock: Clock,
    script: Mutex<Script>,
    given: Mutex<Given>,
    log: Mutex<Vec<(Endpoint, Asked)>>,
    complaints: Mutex<Vec<String>>,
}

/// The provider; it listens until the runtime of its test ends.
#[derive(Clone)]
pub(crate) struct Op(Arc<Inner>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Op {
    /// An honest provider on loopback.
    pub(crate) async fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let issuer = format!("http://127.0.0.1:{port}/op");
        // Nobody can guess it: whoever finds the keys has read the metadata.
        let jwks_path = format!("/op/keys-{}", port ^ 0x5a5a);
        let script = Script {
            metadata: honest_metadata(&issuer, &jwks_path),
            keys: honest_keys(),
            replies: BTreeMap::new(),
            token: Box::new(|_| {}),
            userinfo: Box::new(|_| {}),
            mint: Box::new(|draft| draft.sign()),
            rotate_at_signing: None,
            refreshed: None,
            rotate_refresh_token: true,
            headers: Vec::new(),
            wants_nonce: true,
        };
        let op = Self(Arc::new(Inner {
            issuer,
            jwks_path,
            clock,
            script: Mutex::new(script),
            given: Mutex::default(),
            log: Mutex::default(),
            complaints: Mutex::default(),
        }));
        let answering = op.clone();
        tokio::spawn(raw::listen(listener, move |asked| answering.answer(&asked)));
        op
    }

    /// Its issuer identifier.
    pub(crate) fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// An address of its own that is no endpoint.
    pub(crate) fn elsewhere(&self) -> String {
        format!("{}/elsewhere", self.0.issuer)
    }

    /// Changes the metadata document.
    pub(crate) fn metadata(&self, edit: impl FnOnce(&mut Value)) {
        edit(&mut lock(&self.0.script).metadata);
    }

    /// Says something else at an endpoint.
    pub(crate) fn reply(&self, endpoint: Endpoint, reply: Reply) {
        lock(&self.0.script).replies.insert(endpoint, reply);
    }

    /// Is honest at an endpoint again.
    pub(crate) fn recover(&self, endpoint: Endpoint) {
        lock(&self.0.script).replies.remove(&endpoint);
    }

    /// Publishes other keys.
    pub(crate) fn keys(&self, keys: Vec<Value>) {
        lock(&self.0.script).keys = keys;
    }

    /// Publishes other keys at the moment when the next ID token is signed.
    pub(crate) fn rotate_at_signing(&self, keys: Vec<Value>) {
        lock(&self.0.script).rotate_at_signing = Some(keys);
    }

    /// Makes ID tokens in another way.
    pub(crate) fn mint(&self, mint: impl Fn(Draft) -> String + Send + Sync + 'static) {
        lock(&self.0.script).mint = Box::new(mint);
    }

    /// Makes honest ID tokens again.
    pub(crate) fn mint_honestly(&self) {
        self.mint(|draft| draft.sign());
    }

    /// Sends an ID token with the answer of a refresh, made in this way.
    pub(crate) fn mint_refreshed(&self, mint: impl Fn(Draft) -> String + Send + Sync + 'static) {
        lock(&self.0.script).refreshed = Some(Box::new(mint));
    }

    /// Leaves the refresh token as it is at each refresh.
    pub(crate) fn keep_refresh_token(&self) {
        lock(&self.0.script).rotate_refresh_token = false;
    }

    /// Changes the answers of the token endpoint.
    pub(crate) fn token(&self, edit: impl Fn(&mut Value) + Send + Sync + 'static) {
        lock(&self.0.script).token = Box::new(edit);
    }

    /// Changes the answers of userinfo.
    pub(crate) fn userinfo(&self, edit: impl Fn(&mut Value) + Send + Sync + 'static) {
        lock(&self.0.script).userinfo = Box::new(edit);
    }

    /// Sends a header with every answer.
    pub(crate) fn header(&self, name: &str, value: &str) {
        let pair = (name.to_owned(), value.to_owned());
        lock(&self.0.script).headers.push(pair);
    }

    /// Is an OAuth server, which knows no nonce.
    pub(crate) fn without_nonce(&self) {
        lock(&self.0.script).wants_nonce = false;
    }

    /// How many requests came.
    pub(crate) fn calls(&self) -> Calls {
        let mut calls = Calls::NONE;
        for (endpoint, _) in lock(&self.0.log).iter() {
            let count = match endpoint {
                Endpoint::Discovery => &mut calls.discovery,
                Endpoint::Jwks => &mut calls.jwks,
                Endpoint::Token => &mut calls.token,
                Endpoint::Userinfo => &mut calls.userinfo,
                Endpoint::Revocation => &mut calls.revocation,
                Endpoint::Elsewhere => &mut calls.elsewhere,
            };
            *count += 1;
        }
        calls
    }

    /// Every request.
    pub(crate) fn log(&self) -> Vec<(Endpoint, Asked)> {
        lock(&self.0.log).clone()
    }

    /// What it found wrong with the requests of the server: nothing may be.
    pub(crate) fn complaints(&self) -> Vec<String> {
        lock(&self.0.complaints).clone()
    }

    /// What must not be in any answer to a browser: every code and token it gave out.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let given = lock(&self.0.given);
        let tokens = given
            .access_tokens
            .keys()
            .chain(given.refresh_tokens.keys());
        tokens.cloned().chain([CLIENT_SECRET.to_owned()]).collect()
    }

    /// The person says yes: what the browser is sent back with, as the query of the callback.
    pub(crate) fn consent(&self, authorize_url: &str, subject: &str) -> Vec<(String, String)> {
        let url = Url::parse(authorize_url).expect("an address");
        let one = |name: &str| {
            let mut values = url.query_pairs().filter(|(known, _)| known == name);
            let value = values.next().map(|(_, value)| value.into_owned());
            if values.next().is_some() {
                self.complain(format!("{name} is there twice in {authorize_url}"));
            }
            value
        };
        let must = |name: &str, wanted: &str| {
            let value = one(name);
            if value.as_deref() != Some(wanted) {
                self.complain(format!("{name} is {value:?}, not {wanted:?}"));
            }
        };
        must("response_type", "code");
        must("client_id", CLIENT_ID);
        must("code_challenge_method", "S256");
        let nonce = one("nonce").filter(|nonce| nonce.len() >= 22);
        let state = one("state").unwrap_or_default();
        if state.len() < 22 || nonce.as_ref() == Some(&state) {
            self.complain(format!("state and nonce are {state:?} and {nonce:?}"));
        }
        let scope = one("scope").unwrap_or_default();
        if lock(&self.0.script).wants_nonce {
            if nonce.is_none() {
                self.complain("there is no nonce worth the name".to_owned());
            }
            if !scope.split(' ').any(|scope| scope == "openid") {
                self.complain(format!("the scope is {scope:?}"));
            }
        }
        for name in [
            "client_secret",
            "code_verifier",
            "max_age",
            "request",
            "request_uri",
        ] {
            if let Some(value) = one(name) {
                self.complain(format!("{name}={value} in the authorization request"));
            }
        }
        let grant = Grant {
            subject: subject.to_owned(),
            redirect_uri: one("redirect_uri").unwrap_or_default(),
            challenge: one("code_challenge").unwrap_or_default(),
            nonce,
            scope,
        };
        let code = self.fresh("code");
        lock(&self.0.given).codes.insert(code.clone(), grant);
        let mut answer = vec![("code".to_owned(), code), ("state".to_owned(), state)];
        if lock(&self.0.script).metadata["authorization_response_iss_parameter_supported"] == true {
            answer.push(("iss".to_owned(), self.0.issuer.clone()));
        }
        answer
    }

    /// A logout token for `subject`, to be changed and signed.
    pub(crate) fn logout_token(&self, subject: Option<&str>, sid: Option<&str>) -> Draft {
        let now = self.0.clock.now();
        let mut claims = json!({
            "iss": self.0.issuer,
            "aud": CLIENT_ID,
            "jti": self.fresh("jti"),
            "iat": now,
            "exp": now + 120,
            "events": {BACK_CHANNEL_LOGOUT: {}},
        });
        for (name, value) in [("sub", subject), ("sid", sid)] {
            if let Some(value) = value {
                claims[name] = json!(value);
            }
        }
        Draft::new(claims, "").head("typ", json!("logout+jwt"))
    }

    fn fresh(&self, kind: &str) -> String {
        let mut given = lock(&self.0.given);
        given.count += 1;
        // Long enough that it is in no other text by chance.
        format!("{kind}-of-the-hostile-provider-{:0>4}", given.count)
    }

    fn complain(&self, complaint: String) {
        lock(&self.0.complaints).push(complaint);
    }

    fn answer(&self, asked: &Asked) -> Reply {
        let path = asked.path();
        let endpoint = match path.strip_prefix("/op") {
            Some("/.well-known/openid-configuration") => Endpoint::Discovery,
            _ if path == self.0.jwks_path => Endpoint::Jwks,
            // The second of each is where the sandbox's Spotify has it.
            Some("/token" | "/api/token") => Endpoint::Token,
            Some("/userinfo" | "/v1/me") => Endpoint::Userinfo,
            Some("/revoke") => Endpoint::Revocation,
            _ => Endpoint::Elsewhere,
        };
        lock(&self.0.log).push((endpoint, asked.clone()));
        let told = lock(&self.0.script).replies.get(&endpoint).cloned();
        let mut reply = told.unwrap_or_else(|| match endpoint {
            Endpoint::Discovery => {
                let metadata = Reply::json(200, &lock(&self.0.script).metadata);
                metadata.with("cache-control", DAY)
            }
            Endpoint::Jwks => {
                let keys = Reply::json(200, &json!({"keys": lock(&self.0.script).keys}));
                keys.with("cache-control", DAY)
            }
            Endpoint::Token => self.token_answer(asked),
            Endpoint::Userinfo => self.userinfo_answer(asked),
            Endpoint::Revocation => Reply::json(200, &json!({})),
            Endpoint::Elsewhere => Reply::json(404, &json!({})),
        });
        for (name, value) in &lock(&self.0.script).headers {
            reply = reply.with(name, value);
        }
        reply
    }

    /// Who calls the token endpoint, where that can be proven (RFC 6749 §2.3.1).
    fn is_our_client(&self, asked: &Asked) -> bool {
        let encoded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let basic = asked.header("authorization").map(|value| {
            let pair = format!("{}:{}", encoded(CLIENT_ID), encoded(CLIENT_SECRET));
            value
                == format!(
                    "Basic {}",
                    base64::engine::general_purpose::STANDARD.encode(pair)
                )
        });
        let post = asked.field("client_secret").map(|secret| {
            secret == CLIENT_SECRET && asked.field("client_id").as_deref() == Some(CLIENT_ID)
        });
        match (basic, post) {
            (Some(true), None) | (None, Some(true)) => true,
            both => {
                self.complain(format!("client authentication is {both:?}: {asked:?}"));
                false
            }
        }
    }

    fn token_answer(&self, asked: &Asked) -> Reply {
        let refused = |code: &str| Reply::json(400, &json!({"error": code}));
        let form = asked.header("content-type").unwrap_or_default();
        if asked.method != "POST" || !form.starts_with("application/x-www-form-urlencoded") {
            self.complain(format!("the token endpoint was asked {asked:?}"));
        }
        if asked.target.contains('?') {
            self.complain(format!("a query at the token endpoint: {}", asked.target));
        }
        if !self.is_our_client(asked) {
            return Reply::json(401, &json!({"error": "invalid_client"}));
        }
        let (grant, refreshing) = match asked.field("grant_type").as_deref() {
            Some("authorization_code") => {
                let code = asked.field("code").unwrap_or_default();
                let Some(grant) = lock(&self.0.given).codes.remove(&code) else {
                    return refused("invalid_grant");
                };
                let verifier = asked.field("code_verifier").unwrap_or_default();
                let challenge = base64url(&sha2::Sha256::digest(verifier));
                if asked.field("redirect_uri").as_ref() != Some(&grant.redirect_uri)
                    || challenge != grant.challenge
                {
                    self.complain(format!("the code of {grant:?} came with {asked:?}"));
                    return refused("invalid_grant");
                }
                (grant, false)
            }
            Some("refresh_token") => {
                let token = asked.field("refresh_token").unwrap_or_default();
                let mut given = lock(&self.0.given);
                let Some(grant) = given.refresh_tokens.get(&token).cloned() else {
                    return refused("invalid_grant");
                };
                if lock(&self.0.script).rotate_refresh_token {
                    given.refresh_tokens.remove(&token);
                }
                (grant, true)
            }
            _ => return refused("unsupported_grant_type"),
        };
        let access_token = self.fresh("access");
        let mut answer = json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": grant.scope,
        });
        if !refreshing || lock(&self.0.script).rotate_refresh_token {
            let refresh_token = self.fresh("refresh");
            answer["refresh_token"] = json!(refresh_token);
            let mut given = lock(&self.0.given);
            given.refresh_tokens.insert(refresh_token, grant.clone());
        }
        lock(&self.0.given)
            .access_tokens
            .insert(access_token.clone(), grant.clone());
        let mut script = lock(&self.0.script);
        if let Some(keys) = script.rotate_at_signing.take() {
            script.keys = keys;
        }
        let draft = self.id_token(&grant, &access_token, refreshing);
        if !refreshing {
            answer["id_token"] = json!((script.mint)(draft));
        } else if let Some(mint) = &script.refreshed {
            answer["id_token"] = json!(mint(draft));
        }
        (script.token)(&mut answer);
        Reply::json(200, &answer)
    }

    /// The honest ID token. It has no name, so that userinfo is asked for one.
    fn id_token(&self, grant: &Grant, access_token: &str, refreshing: bool) -> Draft {
        let now = self.0.clock.now();
        let mut claims = json!({
            "iss": self.0.issuer,
            "sub": grant.subject,
            "aud": CLIENT_ID,
            "exp": now + 3600,
            "iat": now,
        });
        // In the answer of a refresh there should be none (OpenID Connect Core, 12.2).
        if let Some(nonce) = grant.nonce.as_ref().filter(|_| !refreshing) {
            claims["nonce"] = json!(nonce);
        }
        Draft::new(claims, access_token)
    }

    fn userinfo_answer(&self, asked: &Asked) -> Reply {
        if asked.target.contains('?') {
            self.complain(format!("a query at userinfo: {}", asked.target));
        }
        let token = asked
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        let Some(grant) = lock(&self.0.given).access_tokens.get(token).cloned() else {
            self.complain(format!("userinfo was asked with {asked:?}"));
            return Reply::json(401, &json!({}));
        };
        let mut answer = json!({
            "sub": grant.subject,
            "name": format!("Name of {}", grant.subject),
            "email": format!("{}@example.test", grant.subject),
            "email_verified": true,
        });
        (lock(&self.0.script).userinfo)(&mut answer);
        Reply::json(200, &answer)
    }
}

fn honest_metadata(issuer: &str, jwks_path: &str) -> Value {
    let base = issuer.strip_suffix("/op").expect("our own path");
    let mut metadata = Map::new();
    for (name, path) in [
        ("authorization_endpoint", "/op/authorize"),
        ("token_endpoint", "/op/token"),
        ("userinfo_endpoint", "/op/userinfo"),
        ("revocation_endpoint", "/op/revoke"),
        ("end_session_endpoint", "/op/end-session"),
        ("jwks_uri", jwks_path),
    ] {
        metadata.insert(name.to_owned(), json!(format!("{base}{path}")));
    }
    let mut metadata = Value::Object(metadata);
    metadata["issuer"] = json!(issuer);
    for (name, values) in [
        ("response_types_supported", &["code"][..]),
        ("response_modes_supported", &["query"]),
        (
            "grant_types_supported",
            &["authorization_code", "refresh_token"],
        ),
        ("subject_types_supported", &["public"]),
        ("id_token_signing_alg_values_supported", &["RS256"]),
        ("scopes_supported", &["openid", "profile", "email"]),
        (
            "token_endpoint_auth_methods_supported",
            &["client_secret_basic", "client_secret_post"],
        ),
        ("code_challenge_methods_supported", &["S256"]),
    ] {
        metadata[name] = json!(values);
    }
    for name in [
        "authorization_response_iss_parameter_supported",
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
    ] {
        metadata[name] = json!(true);
    }
    metadata["a_member_of_the_future"] = json!({"nobody": ["knows"]});
    metadata
}

/// One key of each kind, and some that are of no use here: a reader that stumbles over one of them
/// can read no key set of the conformance suite.
fn honest_keys() -> Vec<Value> {
    let mut for_encryption = KEYS.rsa[2].jwk();
    for_encryption["use"] = json!("enc");
    for_encryption["kid"] = json!("for-encryption");
    vec![
        secp256k1(0),
        for_encryption,
        KEYS.rsa[0].jwk(),
        KEYS.p256[0].jwk(),
        KEYS.ed25519[0].jwk(),
    ]
}
