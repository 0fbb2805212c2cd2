use std::future::{Future, Ready, ready};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use oauth::callback::{CallbackQuery, ValidatedCallback, check};
use oauth::client::{
    AppTokenError, ClientAuth, ClientConfig, ClientSecret, ConfigError, ExchangeError, Granted,
    HttpRequest, HttpResponse, RefreshError, RevokeError, TokenErrorCode, Unavailable,
    client_credentials, exchange, refresh, revoke,
};
use oauth::tokens::{AccessToken, RefreshToken, TokenSet};
use oauth::transaction::Transaction;
use proptest::prelude::{any, proptest};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{NOW, REDIRECT_URI, STATE, VERIFIER, transaction};

const TOKEN_URL: &str = "http://localhost:4400/spotify/api/token";
const SECRET: &str = "a:b c%+/=&";

const GRANTED: &str = r#"{"access_token":"BQ-new","token_type":"Bearer","expires_in":3600,
    "scope":"user-read-private user-top-read","refresh_token":"AQ-new"}"#;

/// A transport that keeps every request and always gives the same answer.
struct Recorder {
    requests: Mutex<Vec<HttpRequest>>,
    response: HttpResponse,
}

impl Recorder {
    fn new(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Self {
        let response = http::Response::builder()
            .status(status)
            .header("content-type", content_type)
            .body(body.as_ref().to_vec())
            .expect("a response");
        Self {
            requests: Mutex::default(),
            response,
        }
    }

    fn json(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self::new(status, "application/json", body)
    }

    fn answer(&self, request: HttpRequest) -> Ready<Result<HttpResponse, std::io::Error>> {
        self.requests.lock().expect("the requests").push(request);
        ready(Ok(self.response.clone()))
    }

    /// The one request that was sent.
    fn request(&self) -> HttpRequest {
        let requests = self.requests.lock().expect("the requests");
        assert_eq!(requests.len(), 1, "exactly one request");
        requests[0].clone()
    }

    /// Nothing was sent.
    fn assert_idle(&self) {
        assert!(self.requests.lock().expect("the requests").is_empty());
    }
}

/// Runs a future that never waits: every transport here answers at once.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits for something"),
    }
}

fn config() -> ClientConfig {
    let secret = ClientSecret::new(SECRET.to_owned()).expect("a secret");
    ClientConfig::new(TOKEN_URL, "client:id", secret).expect("a client")
}

fn validated_with(transaction: Transaction) -> ValidatedCallback {
    let query = CallbackQuery::parse(&format!("code=AQ%2Fcode%3D%26&state={STATE}"));
    check(
        Some(transaction),
        "spotify",
        query.expect("a query"),
        VERIFIER,
        false,
        NOW,
    )
    .expect("a valid answer")
}

fn tokens() -> TokenSet {
    TokenSet {
        access_token: AccessToken::new("BQ-old".to_owned()).expect("a token"),
        refresh_token: Some(RefreshToken::new("AQ-old+/=&".to_owned()).expect("a token")),
        scopes: vec!["user-read-private".to_owned()],
        access_expires_at: NOW - 1,
        access_life_s: 3600,
        granted_at: NOW - 100_000,
        since: std::collections::BTreeMap::new(),
        generation: 7,
        subject: None,
        id_token: None,
        nonce: None,
    }
}

fn run_exchange(recorder: &Recorder) -> Result<Granted, ExchangeError> {
    let requested = ["user-read-private".to_owned()];
    let validated = validated_with(transaction());
    run(exchange(
        &config(),
        &validated,
        &requested,
        |r| recorder.answer(r),
        NOW,
    ))
}

fn run_refresh(recorder: &Recorder) -> Result<Granted, RefreshError> {
    run(refresh(&config(), &tokens(), |r| recorder.answer(r), NOW))
}

fn run_client_credentials(recorder: &Recorder) -> Result<TokenSet, AppTokenError> {
    run(client_credentials(&config(), |r| recorder.answer(r), NOW))
}

/// The form fields of a request, in their order.
fn fields(request: &HttpRequest) -> Vec<(String, String)> {
    form_urlencoded::parse(request.body())
        .into_owned()
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request
        .headers()
        .get(name)
        .map(|value| value.to_str().expect("a text"))
}

/// What every token request looks like, whatever it asks for.
fn assert_token_request(request: &HttpRequest) {
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri().to_string(), TOKEN_URL);
    assert_eq!(
        header(request, "content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(header(request, "accept"), Some("application/json"));
    for secret in [SECRET, "AQ", VERIFIER] {
        assert!(
            !request.uri().to_string().contains(secret),
            "no secret in the address"
        );
    }
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they are joined by a colon.
fn basic() -> String {
    let credentials = "client%3Aid:a%3Ab+c%25%2B%2F%3D%26";
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(credentials)
    )
}

#[test]
fn exchange_sends_code_verifier_and_redirect_uri_with_basic() {
    let recorder = Recorder::json(200, GRANTED);
    let tokens = run_exchange(&recorder).unwrap().tokens;
    let request = recorder.request();
    assert_token_request(&request);
    assert_eq!(header(&request, "authorization"), Some(basic().as_str()));
    assert_eq!(
        fields(&request),
        pairs(&[
            ("grant_type", "authorization_code"),
            ("code", "AQ/code=&"),
            ("code_verifier", VERIFIER),
            ("redirect_uri", REDIRECT_URI),
        ])
    );
    assert_eq!(request.headers().len(), 3, "no other header, no cookie");

    assert_eq!(tokens.access_token.secret(), "BQ-new");
    assert_eq!(tokens.refresh_token.unwrap().secret(), "AQ-new");
    assert_eq!(tokens.scopes, ["user-read-private", "user-top-read"]);
    assert_eq!(
        (tokens.access_expires_at, tokens.access_life_s),
        (NOW + 3600, 3600)
    );
    assert_eq!((tokens.granted_at, tokens.generation), (NOW, 0));
}

#[test]
fn client_authenticates_in_the_body_where_it_is_told_to() {
    let recorder = Recorder::json(200, GRANTED);
    let config = config().with_auth(ClientAuth::Post);
    run(exchange(
        &config,
        &validated_with(transaction()),
        &[],
        |r| recorder.answer(r),
        NOW,
    ))
    .unwrap();
    let request = recorder.request();
    assert_token_request(&request);
    assert_eq!(header(&request, "authorization"), None, "never both");
    assert_eq!(
        fields(&request),
        pairs(&[
            ("grant_type", "authorization_code"),
            ("code", "AQ/code=&"),
            ("code_verifier", VERIFIER),
            ("client_id", "client:id"),
            ("client_secret", SECRET),
            ("redirect_uri", REDIRECT_URI),
        ])
    );
}

#[test]
fn redirect_uri_is_sent_byte_for_byte() {
    for uri in [
        "http://127.0.0.1:3000/callback/spotify",
        "https://music.example:443/callback/spotify",
        "https://MUSIC.example",
        "https://music.example/a/../callback?x=%c3%a4&y=",
    ] {
        let recorder = Recorder::json(200, GRANTED);
        let validated = validated_with(Transaction {
            redirect_uri: uri.to_owned(),
            ..transaction()
        });
        run(exchange(
            &config(),
            &validated,
            &[],
            |r| recorder.answer(r),
            NOW,
        ))
        .unwrap();
        assert_eq!(
            fields(&recorder.request())[3],
            ("redirect_uri".to_owned(), uri.to_owned())
        );
    }
}

#[test]
fn malformed_redirect_uri_sends_nothing() {
    let recorder = Recorder::json(200, GRANTED);
    let validated = validated_with(Transaction {
        redirect_uri: "/callback".to_owned(),
        ..transaction()
    });
    let error = run(exchange(
        &config(),
        &validated,
        &[],
        |r| recorder.answer(r),
        NOW,
    ))
    .unwrap_err();
    assert!(matches!(error, ExchangeError::RedirectUri));
    assert_eq!(error.code(), "unexpected");
    recorder.assert_idle();
}

#[test]
fn refresh_sends_the_refresh_token_and_keeps_what_the_answer_leaves_out() {
    let spotify = r#"{"access_token":"BQ-new","token_type":"Bearer","expires_in":3600}"#;
    let recorder = Recorder::json(200, spotify);
    let tokens = run_refresh(&recorder).unwrap().tokens;
    let request = recorder.request();
    assert_token_request(&request);
    assert_eq!(header(&request, "authorization"), Some(basic().as_str()));
    assert_eq!(
        fields(&request),
        pairs(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", "AQ-old+/=&")
        ])
    );
    assert_eq!(tokens.access_token.secret(), "BQ-new");
    assert_eq!(tokens.refresh_token.unwrap().secret(), "AQ-old+/=&");
    assert_eq!(tokens.scopes, ["user-read-private"]);
    assert_eq!(tokens.access_expires_at, NOW + 3600);
    assert_eq!((tokens.granted_at, tokens.generation), (NOW - 100_000, 8));
}

#[test]
fn rotated_refresh_token_replaces_the_old_one_and_an_empty_one_does_not() {
    let tokens = run_refresh(&Recorder::json(200, GRANTED)).unwrap().tokens;
    assert_eq!(tokens.refresh_token.unwrap().secret(), "AQ-new");
    assert_eq!(tokens.scopes, ["user-read-private", "user-top-read"]);
    for none in ["\"\"", "null"] {
        let body = GRANTED.replace("\"AQ-new\"", none);
        let tokens = run_refresh(&Recorder::json(200, body)).unwrap().tokens;
        assert_eq!(tokens.refresh_token.unwrap().secret(), "AQ-old+/=&");
    }
}

#[test]
fn refresh_without_a_refresh_token_sends_nothing() {
    let recorder = Recorder::json(200, GRANTED);
    let tokens = TokenSet {
        refresh_token: None,
        ..tokens()
    };
    let error = run(refresh(&config(), &tokens, |r| recorder.answer(r), NOW)).unwrap_err();
    assert!(matches!(error, RefreshError::NoRefreshToken));
    assert_eq!(error.code(), "reauthorize");
    recorder.assert_idle();
}

#[test]
fn client_credentials_send_the_grant_alone() {
    let spotify = r#"{"access_token":"BQ-app","token_type":"bearer","expires_in":3600}"#;
    let recorder = Recorder::json(200, spotify);
    let tokens = run_client_credentials(&recorder).unwrap();
    let request = recorder.request();
    assert_token_request(&request);
    assert_eq!(header(&request, "authorization"), Some(basic().as_str()));
    assert_eq!(
        fields(&request),
        pairs(&[("grant_type", "client_credentials")])
    );
    assert_eq!(tokens.access_token.secret(), "BQ-app");
    assert!(tokens.refresh_token.is_none() && tokens.scopes.is_empty());
}

#[test]
fn first_answer_without_scope_granted_what_was_requested() {
    let body = r#"{"access_token":"BQ-new","token_type":"Bearer"}"#;
    let tokens = run_exchange(&Recorder::json(200, body)).unwrap().tokens;
    assert_eq!(tokens.scopes, ["user-read-private"]);
    assert_eq!(tokens.access_life_s, 300);
    assert!(tokens.refresh_token.is_none());
}

#[test]
fn bearer_passes_in_any_case() {
    for token_type in ["Bearer", "bearer", "bEARER", "BEARER"] {
        let body = GRANTED.replace("Bearer", token_type);
        assert!(
            run_exchange(&Recorder::json(200, body)).is_ok(),
            "{token_type}"
        );
    }
}

#[test]
fn other_token_type_is_refused() {
    for token_type in [
        "\"mac\"",
        "\"DPoP\"",
        "\"\"",
        "\"Bearer \"",
        "null",
        "7",
        "[\"Bearer\"]",
    ] {
        let body = GRANTED.replace("\"Bearer\"", token_type);
        assert_nonsense(&Recorder::json(200, body));
    }
    assert_nonsense(&Recorder::json(200, r#"{"access_token":"BQ-new"}"#));
}

#[test]
fn life_is_read_from_numbers_of_every_kind() {
    for (said, life) in [
        ("3600", 3600),
        ("\"3600\"", 3600),
        ("3600.9", 3600),
        ("0", 0),
        ("-1", 0),
        ("-1e300", 0),
        ("1e12", 86_400),
        ("1000000000000", 86_400),
        ("18446744073709551615", 86_400),
        ("1e300", 86_400),
        ("null", 300),
    ] {
        let body = GRANTED.replace("3600", said);
        let tokens = run_exchange(&Recorder::json(200, body)).expect(said).tokens;
        assert_eq!(tokens.access_life_s, life, "{said}");
        assert_eq!(tokens.access_expires_at, NOW + life, "{said}");
    }
}

#[test]
fn life_that_is_no_number_is_refused() {
    for said in ["\"soon\"", "\"\"", "\"1e3\"", "true", "[]", "{}", "1e999"] {
        assert_nonsense(&Recorder::json(200, GRANTED.replace("3600", said)));
    }
}

#[test]
fn scope_is_read_from_a_text_or_a_list() {
    for (said, scopes) in [
        (r#""b a""#, vec!["b", "a"]),
        (r#"" b  a ""#, vec!["b", "a"]),
        (r#""""#, vec![]),
        (r#"["b","a"]"#, vec!["b", "a"]),
        ("[]", vec![]),
        ("null", vec!["user-read-private"]),
    ] {
        let body = GRANTED.replace(r#""user-read-private user-top-read""#, said);
        assert_eq!(
            run_exchange(&Recorder::json(200, body))
                .expect(said)
                .tokens
                .scopes,
            scopes,
            "{said}"
        );
    }
}

#[test]
fn malformed_scope_is_refused() {
    let long = format!("\"{}\"", "a".repeat(4097));
    for said in [
        "7",
        "{}",
        "[7]",
        r#"["a b"]"#,
        r#"[""]"#,
        r#""a\tb""#,
        r#""a\"b""#,
        r#""ä""#,
        &long,
    ] {
        let body = GRANTED.replace(r#""user-read-private user-top-read""#, said);
        assert_nonsense(&Recorder::json(200, body));
    }
}

#[test]
fn malformed_token_is_refused() {
    let long = format!("\"{}\"", "a".repeat(1 << 20));
    for token in [
        "null",
        "7",
        "{}",
        "[]",
        r#""""#,
        r#""a b""#,
        r#""a\r\nb""#,
        r#""a\u0000""#,
        r#""ä""#,
        &long,
    ] {
        assert_nonsense(&Recorder::json(200, GRANTED.replace("\"BQ-new\"", token)));
    }
    for token in ["7", "{}", r#""a b""#, r#""a\r\nb""#, r#""ä""#, &long] {
        assert_nonsense(&Recorder::json(200, GRANTED.replace("\"AQ-new\"", token)));
    }
}

#[test]
fn answer_that_is_not_one_json_object_is_refused() {
    for body in [
        "",
        "<!doctype html><title>Hello</title>",
        "null",
        "\"BQ-new\"",
        r#"["BQ-new","Bearer"]"#,
        "{}",
        r#"{"token_type":"Bearer"}"#,
        &GRANTED.replace("access_token", "accessToken"),
        &format!("{GRANTED}{GRANTED}"),
        &format!("{GRANTED} x"),
        &format!("\u{feff}{GRANTED}"),
        &GRANTED.replacen('{', r#"{"access_token":"BQ-other","#, 1),
        &GRANTED[..40],
        &"[".repeat(100_000),
    ] {
        assert_nonsense(&Recorder::json(200, body));
    }
    assert_nonsense(&Recorder::json(200, b"\xff\xfe{\0}\0"));
}

#[test]
fn html_with_status_200_is_refused() {
    assert_nonsense(&Recorder::new(
        200,
        "text/html; charset=utf-8",
        "<h1>Login</h1>",
    ));
    // Even when it could be read as JSON.
    assert_nonsense(&Recorder::new(200, "text/html", GRANTED));
}

#[test]
fn redirect_and_other_success_are_refused() {
    for status in [201, 204, 301, 302, 303, 304, 307, 308] {
        assert_nonsense(&Recorder::json(status, GRANTED));
        assert_nonsense(&Recorder::json(status, ""));
    }
}

#[test]
fn error_that_is_no_oauth_error_is_refused() {
    for body in [
        "",
        "<h1>Bad Request</h1>",
        "{}",
        "[]",
        r#"{"error":{"status":400,"message":"invalid_grant"}}"#,
        r#"{"error":{"invalid_grant":null}}"#,
        r#"{"error":7}"#,
        r#"{"error":"a","error":"invalid_grant"}"#,
        r#"["invalid_grant"]"#,
    ] {
        for status in [400, 401, 403, 404] {
            assert_nonsense(&Recorder::json(status, body));
        }
    }
}

#[test]
fn error_and_token_together_are_refused() {
    let body = GRANTED.replacen('{', r#"{"error":"invalid_grant","#, 1);
    assert_nonsense(&Recorder::json(200, &body));
    let body = GRANTED.replacen('{', r#"{"error":null,"#, 1);
    assert!(run_exchange(&Recorder::json(200, &body)).is_ok());
}

#[test]
fn invalid_grant_rejects_the_code_and_ends_the_connection() {
    // GitHub and others report errors with status 200.
    for status in [400, 401, 200] {
        let body = r#"{"error":"invalid_grant","error_description":"Refresh token revoked"}"#;
        let error = run_exchange(&Recorder::json(status, body)).unwrap_err();
        assert!(matches!(error, ExchangeError::CodeRejected), "{error:?}");
        assert_eq!(error.code(), "code_rejected");
        let error = run_refresh(&Recorder::json(status, body)).unwrap_err();
        assert!(matches!(error, RefreshError::Ended), "{error:?}");
        assert_eq!(error.code(), "reauthorize");
        let error = run_client_credentials(&Recorder::json(status, body)).unwrap_err();
        assert!(matches!(
            error,
            AppTokenError::Refused(TokenErrorCode::InvalidGrant)
        ));
    }
}

#[test]
fn invalid_client_is_told_apart() {
    for status in [400, 401] {
        let body = r#"{"error":"invalid_client","error_description":"Invalid client secret"}"#;
        let recorder = Recorder::json(status, body);
        let error = run_exchange(&recorder).unwrap_err();
        assert!(matches!(error, ExchangeError::ClientRejected), "{error:?}");
        assert_eq!(error.code(), "provider_error");
        assert!(matches!(
            run_refresh(&recorder),
            Err(RefreshError::ClientRejected)
        ));
        assert!(matches!(
            run_client_credentials(&recorder),
            Err(AppTokenError::ClientRejected)
        ));
    }
}

#[test]
fn other_oauth_error_keeps_nothing_of_its_text() {
    use TokenErrorCode as Code;
    for (error, code) in [
        ("invalid_request", Code::InvalidRequest),
        ("unauthorized_client", Code::UnauthorizedClient),
        ("unsupported_grant_type", Code::UnsupportedGrantType),
        ("invalid_scope", Code::InvalidScope),
        ("<script>", Code::Other),
        ("INVALID_GRANT", Code::Other),
        ("", Code::Other),
    ] {
        let body = format!(r#"{{"error":"{error}","error_description":"<script>","error_uri":7}}"#);
        let refused = run_exchange(&Recorder::json(400, &body)).unwrap_err();
        assert!(
            matches!(refused, ExchangeError::Refused(c) if c == code),
            "{refused:?}"
        );
        assert_eq!(refused.code(), "provider_error");
        assert!(!format!("{refused} {refused:?}").contains("script"));
        let refused = run_refresh(&Recorder::json(400, &body)).unwrap_err();
        assert!(
            matches!(refused, RefreshError::Refused(c) if c == code),
            "{refused:?}"
        );
        let refused = run_client_credentials(&Recorder::json(400, &body)).unwrap_err();
        assert!(
            matches!(refused, AppTokenError::Refused(c) if c == code),
            "{refused:?}"
        );
    }
}

#[test]
fn trouble_of_the_provider_ends_nothing() {
    // A 5xx that claims invalid_grant is trouble all the same.
    for body in ["", "<h1>502</h1>", r#"{"error":"invalid_grant"}"#, GRANTED] {
        for status in [429, 500, 502, 503, 504, 599] {
            let recorder = Recorder::json(status, body);
            let error = run_refresh(&recorder).unwrap_err();
            assert_eq!(error.code(), "provider_unavailable", "{status} {error:?}");
            let RefreshError::Unavailable(Unavailable::Status { status: seen, .. }) = error else {
                panic!("{error:?}");
            };
            assert_eq!(seen, status);
            assert_eq!(
                run_exchange(&recorder).unwrap_err().code(),
                "provider_unavailable"
            );
            assert_eq!(
                run_client_credentials(&recorder).unwrap_err().code(),
                "provider_unavailable"
            );
        }
    }
}

#[test]
fn retry_after_is_read_in_seconds() {
    for (header, seconds) in [
        ("7", Some(7)),
        (" 86400 ", Some(86_400)),
        ("-1", None),
        ("1.5", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("99999999999999999999999", None),
    ] {
        let mut recorder = Recorder::json(429, "");
        recorder
            .response
            .headers_mut()
            .insert("retry-after", header.parse().unwrap());
        let Err(RefreshError::Unavailable(unavailable)) = run_refresh(&recorder) else {
            panic!("{header}");
        };
        assert_eq!(unavailable.retry_after_s(), seconds, "{header}");
    }
}

#[test]
fn failing_transport_is_unavailable_and_keeps_its_cause() {
    let http = |_| async { Err::<HttpResponse, _>(std::io::Error::other("connection refused")) };
    let error = run(refresh(&config(), &tokens(), http, NOW)).unwrap_err();
    assert_eq!(error.code(), "provider_unavailable");
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    assert_eq!(cause.to_string(), "connection refused");
}

#[test]
fn no_error_shows_a_secret() {
    for (status, body) in [
        (200, GRANTED.replace("Bearer", "mac")),
        (200, format!("{GRANTED}x")),
        (200, GRANTED.replace("BQ-new", "BQ new")),
        (400, GRANTED.to_owned()),
        (500, GRANTED.to_owned()),
    ] {
        let recorder = Recorder::json(status, body);
        let shown = format!(
            "{:?} {:?} {:?} {:?}",
            run_exchange(&recorder),
            run_refresh(&recorder),
            run_client_credentials(&recorder),
            config(),
        );
        for secret in ["BQ", "AQ", VERIFIER, SECRET] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[test]
fn client_that_cannot_be_is_refused() {
    let secret = || ClientSecret::new("s".to_owned()).expect("a secret");
    for url in [
        "",
        "/api/token",
        "accounts.example/api/token",
        "ftp://accounts.example/token",
        "file:///etc/passwd",
        "https://user@accounts.example/token",
        "https://:password@accounts.example/token",
        "https://accounts.example/token#fragment",
        "javascript:alert(1)",
    ] {
        assert_eq!(
            ClientConfig::new(url, "id", secret()).unwrap_err(),
            ConfigError::TokenUrl,
            "{url}"
        );
    }
    for id in ["", "a b", "ä", "a\n"] {
        assert_eq!(
            ClientConfig::new(TOKEN_URL, id, secret()).unwrap_err(),
            ConfigError::ClientId,
            "{id:?}"
        );
    }
    for text in ["", "a\nb", "ä", "a\0"] {
        assert!(ClientSecret::new(text.to_owned()).is_err(), "{text:?}");
    }
}

/// A server as it uses this crate: operations in tasks of their own, over one shared transport.
struct Server {
    recorder: Arc<Recorder>,
}

type Answered = Pin<Box<dyn Future<Output = Result<HttpResponse, std::io::Error>> + Send>>;

impl Server {
    fn transport(&self) -> impl Fn(HttpRequest) -> Answered + Send + Sync + use<> {
        let recorder = Arc::clone(&self.recorder);
        move |request| {
            let recorder = Arc::clone(&recorder);
            Box::pin(async move { recorder.answer(request).await })
        }
    }

    async fn exchange(&self, validated: ValidatedCallback) -> Result<Granted, ExchangeError> {
        exchange(&config(), &validated, &[], self.transport(), NOW).await
    }

    async fn refresh(&self, tokens: &TokenSet) -> Result<Granted, RefreshError> {
        refresh(&config(), tokens, self.transport(), NOW).await
    }

    async fn app_token(&self) -> Result<TokenSet, AppTokenError> {
        client_credentials(&config(), self.transport(), NOW).await
    }
}

/// That this compiles is half of the test: the whole must be able to move between threads.
#[test]
fn operations_run_in_tasks_of_their_own() {
    type Task = Pin<Box<dyn Future<Output = bool> + Send>>;

    let server = || Server {
        recorder: Arc::new(Recorder::json(200, GRANTED)),
    };
    let (a, b, c) = (server(), server(), server());
    let tasks: [Task; 3] = [
        Box::pin(async move { a.exchange(validated_with(transaction())).await.is_ok() }),
        Box::pin(async move { b.refresh(&tokens()).await.is_ok() }),
        Box::pin(async move { c.app_token().await.is_ok() }),
    ];
    for task in tasks {
        assert!(run(task));
    }
}

/// No answer with this body is a success or an end of anything, whoever asked.
fn assert_nonsense(recorder: &Recorder) {
    let shown = String::from_utf8_lossy(recorder.response.body());
    let shown = &shown[..shown.len().min(200)];
    let error = run_exchange(recorder).expect_err(shown);
    assert!(
        matches!(error, ExchangeError::Nonsense),
        "{shown} {error:?}"
    );
    assert_eq!(error.code(), "provider_error");
    let error = run_refresh(recorder).expect_err(shown);
    assert!(matches!(error, RefreshError::Nonsense), "{shown} {error:?}");
    assert_eq!(error.code(), "provider_error");
    let error = run_client_credentials(recorder).expect_err(shown);
    assert!(
        matches!(error, AppTokenError::Nonsense),
        "{shown} {error:?}"
    );
    assert_eq!(error.code(), "provider_error");
}

fn with_id_token(id_token: &str) -> String {
    GRANTED.replacen('{', &format!(r#"{{"id_token":{id_token},"#), 1)
}

#[test]
fn id_token_is_given_beside_the_tokens() {
    let body = with_id_token(r#""a.b.c""#);
    for granted in [
        run_exchange(&Recorder::json(200, &body)).unwrap(),
        run_refresh(&Recorder::json(200, &body)).unwrap(),
    ] {
        assert_eq!(granted.id_token.unwrap().secret(), "a.b.c");
        // Nobody checked it yet.
        assert!(granted.tokens.id_token.is_none() && granted.tokens.subject.is_none());
    }
    for body in [GRANTED.to_owned(), with_id_token("null")] {
        let granted = run_exchange(&Recorder::json(200, body)).unwrap();
        assert!(granted.id_token.is_none());
    }
}

/// G5, G7.
#[test]
fn malformed_id_token_refuses_the_answer() {
    let long = format!("\"{}\"", "a".repeat(16 * 1024 + 1));
    for odd in [
        r#""""#,
        "7",
        "[]",
        "{}",
        r#""a b""#,
        r#""a\r\nb""#,
        r#""\u00e4""#,
        &long,
    ] {
        let recorder = Recorder::json(200, with_id_token(odd));
        let error = run_exchange(&recorder).unwrap_err();
        assert!(matches!(error, ExchangeError::Nonsense), "{odd}: {error}");
        let error = run_refresh(&recorder).unwrap_err();
        assert!(matches!(error, RefreshError::Nonsense), "{odd}: {error}");
    }
}

const REVOCATION_URL: &str = "http://localhost:4400/google/revoke";

fn run_revoke(config: &ClientConfig, recorder: &Recorder) -> Result<(), RevokeError> {
    let http = |r| recorder.answer(r);
    run(revoke(config, REVOCATION_URL, "1//0g+/=& token", http))
}

#[test]
fn token_is_given_back_in_a_form() {
    let recorder = Recorder::json(200, "");
    run_revoke(&config(), &recorder).unwrap();
    let request = recorder.request();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), REVOCATION_URL);
    assert_eq!(
        header(&request, "content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(fields(&request), pairs(&[("token", "1//0g+/=& token")]));
    let basic =
        base64::engine::general_purpose::STANDARD.encode("client%3Aid:a%3Ab+c%25%2B%2F%3D%26");
    assert_eq!(
        header(&request, "authorization"),
        Some(format!("Basic {basic}").as_str())
    );
}

#[test]
fn token_is_given_back_with_the_secret_in_the_form() {
    let recorder = Recorder::json(200, "{}");
    run_revoke(&config().with_auth(ClientAuth::Post), &recorder).unwrap();
    let request = recorder.request();
    assert_eq!(header(&request, "authorization"), None);
    let expected = pairs(&[
        ("token", "1//0g+/=& token"),
        ("client_id", "client:id"),
        ("client_secret", SECRET),
    ]);
    assert_eq!(fields(&request), expected);
}

#[test]
fn unknown_token_counts_as_given_back() {
    let body = r#"{"error":"invalid_token","error_description":"Token expired or revoked"}"#;
    assert!(run_revoke(&config(), &Recorder::json(400, body)).is_ok());
}

#[test]
fn refused_revocation_is_an_error() {
    for (status, body) in [
        (400, r#"{"error":"invalid_request"}"#),
        (400, "invalid_token"),
        (400, ""),
        (401, r#"{"error":"invalid_token"}"#),
        (302, ""),
        (404, ""),
    ] {
        let error = run_revoke(&config(), &Recorder::json(status, body)).unwrap_err();
        assert_eq!(error.code(), "provider_error");
        assert!(
            matches!(error, RevokeError::Refused { status: said } if said == status),
            "{status} {body}"
        );
    }
}

/// G10.
#[test]
fn revocation_that_cannot_be_asked_for_is_told_apart() {
    for status in [429, 500, 502, 503] {
        let error = run_revoke(&config(), &Recorder::json(status, "")).unwrap_err();
        assert!(matches!(error, RevokeError::Unavailable(_)), "{status}");
        assert_eq!(error.code(), "provider_unavailable");
    }
    let http = |_| ready(Err::<HttpResponse, _>(std::io::Error::other("reset")));
    let error = run(revoke(&config(), REVOCATION_URL, "t", http)).unwrap_err();
    assert!(matches!(
        error,
        RevokeError::Unavailable(Unavailable::Unreachable(_))
    ));
}

#[test]
fn malformed_revocation_endpoint_is_asked_nothing() {
    for odd in [
        "",
        "/revoke",
        "ftp://a.example/",
        "https://u:p@a.example/",
        "https://a.example/#x",
    ] {
        let recorder = Recorder::json(200, "");
        let error = run(revoke(&config(), odd, "t", |r| recorder.answer(r))).unwrap_err();
        assert!(matches!(error, RevokeError::Address), "{odd}");
        recorder.assert_idle();
    }
}

proptest! {
    #![proptest_config(crate::property())]

    #[test]
    fn any_answer_is_read_without_panic(status in 100_u16..600, body in any::<Vec<u8>>()) {
        let _ = run_refresh(&Recorder::json(status, body));
    }

    #[test]
    fn any_members_are_read_without_panic(a in json(), b in json(), c in json(), d in json()) {
        let body = format!(
            r#"{{"access_token":{a},"token_type":"Bearer","expires_in":{b},"scope":{c},"refresh_token":{d}}}"#
        );
        if let Ok(Granted { tokens, .. }) = run_exchange(&Recorder::json(200, body)) {
            assert!((0..=86_400).contains(&tokens.access_life_s));
            assert!(tokens.access_token.secret().bytes().all(|b| b.is_ascii_graphic()));
        }
    }
}

/// Small JSON texts of every kind.
fn json() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::{Just, Strategy as _, prop_oneof};
    prop_oneof![
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        "-?[1-9][0-9]{0,20}e[0-9]{1,3}",
        "\"[ -!#-\\[\\]-~]{0,12}\"",
    ]
}
