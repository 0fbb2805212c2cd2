//! A browser, or a client, in front of a sandbox that has no socket.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use sandbox::{Control, World, router};
use serde_json::Value;
use tower::ServiceExt as _;

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:3000/callback/spotify";

/// A sandbox and what a browser keeps of it.
pub(crate) struct Browser {
    router: Router,
    pub(crate) control: Control,
    /// Each with its value, as browsers keep them: by name.
    cookies: BTreeMap<String, String>,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("a text header"))
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location").expect("a redirect")
    }

    /// `error` and `error_description` of the accounts service.
    pub(crate) fn flat_error(&self) -> (StatusCode, String, String) {
        let json = self.json();
        let text = |name: &str| json[name].as_str().expect("a flat error").to_owned();
        (self.status, text("error"), text("error_description"))
    }

    /// `error.message` of the Web API, whose `error.status` must be the status.
    pub(crate) fn nested_error(&self) -> (StatusCode, String) {
        let json = self.json();
        assert_eq!(json["error"]["status"], self.status.as_u16());
        (
            self.status,
            json["error"]["message"]
                .as_str()
                .expect("a message")
                .to_owned(),
        )
    }
}

impl Browser {
    pub(crate) fn new() -> Self {
        let world = World::new(4400, 1);
        let control = world.control();
        Self {
            router: router(world),
            control,
            cookies: BTreeMap::new(),
        }
    }

    /// Another browser at the same sandbox.
    pub(crate) fn another(&self) -> Self {
        Self {
            router: self.router.clone(),
            control: self.control.clone(),
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, "localhost:4400");
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(Body::from(body.to_owned()))
            .expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        if let Some(set) = parts.headers.get(header::SET_COOKIE) {
            let set = set
                .to_str()
                .expect("a cookie")
                .split(';')
                .next()
                .unwrap_or_default();
            let (name, value) = set.split_once('=').expect("a name and a value");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).expect("text"),
        }
    }

    /// What lies at a path that is no text.
    pub(crate) async fn bytes(&mut self, path: &str) -> (HeaderMap, Vec<u8>) {
        let request = Request::builder()
            .uri(path)
            .header(header::HOST, "localhost:4400");
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await;
        let (parts, body) = response.expect("an answer").into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        (parts.headers, bytes.to_vec())
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    pub(crate) async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, "").await
    }

    pub(crate) async fn post_form(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(Method::POST, path, &all, &encode(fields)).await
    }

    pub(crate) async fn post_json(&mut self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, &body.to_string())
            .await
    }

    /// Signs in at the sandbox itself.
    pub(crate) async fn sign_in(&mut self, login: &str) {
        let fields = [("login", login), ("next", "/spotify/account/apps")];
        let answer = self
            .post_form("/spotify/authorize/sign-in", &[], &fields)
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }

    /// Presses a button of the consent page for this query.
    pub(crate) async fn decide(&mut self, query: &str, decision: &str) -> Answer {
        let fields = [("request", query), ("decision", decision)];
        self.post_form("/spotify/authorize/consent", &[], &fields)
            .await
    }

    /// A code for `ada` with the usual query and these scopes.
    pub(crate) fn code(&self, scope: &str) -> String {
        self.code_for("ada", scope)
    }

    pub(crate) fn code_for(&self, login: &str, scope: &str) -> String {
        let url = format!(
            "http://localhost:4400/spotify/authorize?{}",
            query(&[("scope", scope)])
        );
        value(
            &self.control.authorize(&url, login).expect("a callback"),
            "code",
        )
        .expect("a code")
    }

    /// The token endpoint with Basic.
    pub(crate) async fn token(&mut self, fields: &[(&str, &str)]) -> Answer {
        let basic = basic("sandbox-client", "sandbox-secret");
        self.post_form("/spotify/api/token", &[("authorization", &basic)], fields)
            .await
    }

    /// Exchanges a code of the usual query.
    pub(crate) async fn exchange(&mut self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    pub(crate) async fn refresh(&mut self, refresh_token: &str) -> Answer {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ];
        self.token(&fields).await
    }

    /// Signs `login` in with these scopes: the whole token answer.
    pub(crate) async fn tokens_for(&mut self, login: &str, scope: &str) -> Value {
        let code = self.code_for(login, scope);
        let answer = self.exchange(&code).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }

    /// A call of the Web API.
    pub(crate) async fn call(&mut self, path: &str, token: &str) -> Answer {
        self.get_with(path, &[("authorization", &format!("Bearer {token}"))])
            .await
    }
}

/// The usual query of the authorize page, with these values instead; an empty one leaves it out.
pub(crate) fn query(changes: &[(&str, &str)]) -> String {
    let usual = [
        ("client_id", "sandbox-client"),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("state", "s-1"),
        ("code_challenge_method", "S256"),
        ("code_challenge", CHALLENGE),
    ];
    let kept = usual
        .iter()
        .filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    let added = changes.iter().filter(|(_, value)| !value.is_empty());
    encode(&kept.chain(added).copied().collect::<Vec<_>>())
}

/// The authorize page with [`query`].
pub(crate) fn authorize(changes: &[(&str, &str)]) -> String {
    format!("/spotify/authorize?{}", query(changes))
}

pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// A parameter of a callback URL.
pub(crate) fn value(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).expect("a URL");
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// A string of a JSON object.
pub(crate) fn text(json: &Value, name: &str) -> String {
    json[name].as_str().expect("a string").to_owned()
}
