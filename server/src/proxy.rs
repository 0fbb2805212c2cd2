//! The way to the Web API: an allow-listed method and path, the token attached, the answer streamed back.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use app::error::{ApiError, Code};
use app::music::{CHANGED, CONNECTION_HEADER, ENDED};
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{self, HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use futures::StreamExt as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use oauth::tokens::{AccessToken, TokenSet};
use spotify::paths::Endpoint;
use spotify::{BodyKind, Cover, Permission};

use crate::answer;
use crate::connection::{Bond, Connection, Held};
use crate::cookies::{CookieName, Jar};
use crate::egress::EgressError;
use crate::held_back::Whose;
use crate::limits::Kind;
use crate::provider::{self, Provider};
use crate::refresh::NoTokens;
use crate::session_token::Claims;
use crate::sessions::Who;
use crate::world::World;

/// The longest answer that is passed on.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// The longest error that is read.
const ERROR_BYTES: usize = 64 * 1024;
/// Tokens are new for so long, in seconds: nobody asks for newer ones because these are not taken.
const NEW_S: i64 = 15;
/// Until an answer begins, whatever is refreshed, looked up and waited for before it.
const DEADLINE: Duration = Duration::from_millis(14_500);
/// So often a call is made anew with renewed tokens that were found, before new ones are asked for.
const RESENT: usize = 3;
/// The longest request body, but for the cover of a playlist.
const REQUEST_BYTES: usize = 64 * 1024;
/// The longest query.
const QUERY_BYTES: usize = 4096;
/// What is passed on of a request, besides the content type of its endpoint.
const REQUEST_HEADERS: &[HeaderName] = &[header::IF_NONE_MATCH, header::ACCEPT_LANGUAGE];
/// What is passed on of an answer.
const ANSWER_HEADERS: &[HeaderName] = &[header::CONTENT_TYPE, header::ETAG];

/// Answers `/api/spotify/v1/{path}`.
pub async fn handle(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let mut jar = Jar::read(request.headers());
    let passed = tokio::time::timeout(DEADLINE, world.pass_on(request, &mut jar)).await;
    let passed = passed.unwrap_or_else(|_| {
        tracing::warn!("a call took too long");
        Err(Code::ProviderUnavailable.into())
    });
    let mut response = match passed {
        Ok(response) => response,
        Err(error) => answer::envelope(&error),
    };
    for cookie in jar.headers() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A request for the Web API, checked and read.
struct Call {
    endpoint: &'static Endpoint,
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Call {
    fn with_token(
        &self,
        provider: &Provider,
        token: &AccessToken,
    ) -> Result<http::Request<Vec<u8>>, ApiError> {
        let bearer = provider::bearer(token).map_err(|_| ApiError::new(Code::Unexpected))?;
        let api_url = provider
            .api_url()
            .ok_or_else(|| ApiError::new(Code::NotFound))?;
        let mut request = http::Request::builder()
            .method(self.method.clone())
            .uri(format!("{api_url}/v1{}", self.target))
            .header(header::AUTHORIZATION, bearer)
            .header(header::ACCEPT, "application/json")
            .body(self.body.clone())
            .map_err(|_| ApiError::new(Code::BadRequest))?;
        request.headers_mut().extend(self.headers.clone());
        Ok(request)
    }
}

impl World {
    async fn pass_on(
        self: &Arc<Self>,
        request: Request,
        jar: &mut Jar,
    ) -> Result<Response<Body>, ApiError> {
        let provider = self
            .provider("spotify")
            .ok_or_else(|| ApiError::new(Code::NotFound))?;
        let path = request
            .uri()
            .path()
            .strip_prefix("/api/spotify/v1")
            .unwrap_or_default()
            .to_owned();
        let endpoint = spotify::request::Method::parse(request.method().as_str())
            .and_then(|method| spotify::paths::allowed(method, &path))
            .ok_or_else(|| ApiError::new(Code::NotFound))?;
        let needed = Permission::needed(
            endpoint.method,
            &path,
            request.uri().query().unwrap_or_default(),
        );
        let who = self.who(jar).await.map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "it cannot be told who is calling"
            );
            ApiError::new(Code::Unavailable)
        })?;
        let held = match who.session() {
            Some(claims) => self.held_and_mended(jar, &provider.id, claims).await,
            None => Held::Nothing,
        };
        let peer = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0);
        let client = self.limits.client(peer, request.headers());
        match (who, held) {
            (Who::Session(claims), Held::Connection(held)) => {
                self.limits.check_call(&claims.sid, client)?;
                let call = read(request, &path, endpoint).await?;
                let whose = Whose::Session(claims.sid.clone());
                let epoch = held.epoch.clone();
                self.held_back.check(&whose, endpoint, self.clock.now())?;
                let result = self
                    .call_as_person(provider, &call, &claims, *held, jar)
                    .await;
                self.held_back
                    .note(&whose, endpoint, &result, self.clock.now());
                if self.ended.contains(&claims.sid) {
                    // The browser may hold the cookies of another session by now.
                    jar.leave();
                    return Err(Code::SignedOut.into());
                }
                // The call may have taken long, and the connection may have ended meanwhile.
                if jar.is_changed() && !self.is_of_epoch(&claims.sid, &provider.id, &epoch).await {
                    jar.leave();
                }
                match result {
                    // The connection is over, but what everybody may look at needs none.
                    Err(error) if error.code == Code::Reauthorize && endpoint.catalogue => {
                        let answer = self.call_as_visitor(provider, &call, client).await;
                        answer.map(|answer| telling(answer, ENDED))
                    }
                    // The page can ask for it.
                    Err(mut error) if error.code == Code::PermissionNeeded => {
                        error.permission = needed.map(|needed| needed.name().to_owned());
                        Err(error)
                    }
                    result => result,
                }
            }
            _ if endpoint.catalogue => {
                let call = read(request, &path, endpoint).await?;
                self.call_as_visitor(provider, &call, client).await
            }
            (Who::Session(_), _) => Err(Code::NotConnected.into()),
            (Who::Nobody | Who::Worthless | Who::Over | Who::Foreign, _) => {
                Err(Code::SignedOut.into())
            }
        }
    }

    /// What this browser may use of a provider: nothing once it was disconnected or unlinked, be it in
    /// another browser. Where the database is away and nothing is kept, a session speaks for itself.
    async fn held(&self, jar: &Jar, provider: &str, claims: &Claims) -> Held {
        let now = self.clock.now();
        let held = self.connections.open(jar, provider, &claims.sid, now);
        match self.known(claims).await {
            Ok(Some(known)) => held.of_epoch(known.epoch_of(provider).as_deref()),
            Ok(None) => Held::Worthless,
            Err(_) => held,
        }
    }

    /// Whether a connection goes on, as the database says it now.
    async fn is_of_epoch(&self, session: &str, provider: &str, epoch: &str) -> bool {
        let found = self.store.session_and_account(session).await;
        matches!(found, Ok(Some((.., identities))) if identities
            .iter()
            .any(|identity| identity.provider == provider && identity.epoch() == epoch))
    }

    /// The same, but the newest there is: where this node knows that the browser had newer tokens, it
    /// took an older cookie for a newer one, and what follows on the older is put into the jar again.
    async fn held_and_mended(
        self: &Arc<Self>,
        jar: &mut Jar,
        provider: &str,
        claims: &Claims,
    ) -> Held {
        let held = self.held(jar, provider, claims).await;
        let Held::Connection(mut held) = held else {
            return held;
        };
        let epoch = held.epoch.clone();
        let bond = Bond {
            provider,
            session: &claims.sid,
            epoch: &epoch,
        };
        if self.refreshes.has_seen_newer(bond, &held.tokens)
            && let Some(newer) = self.successor(bond, &held.tokens).await
            && self.keep_renewed(jar, bond, &newer).is_ok()
        {
            held.tokens = TokenSet::clone(&newer);
        }
        Held::Connection(held)
    }

    /// Puts renewed tokens into the jar.
    fn keep_renewed(
        &self,
        jar: &mut Jar,
        bond: Bond<'_>,
        tokens: &TokenSet,
    ) -> Result<(), ApiError> {
        let now = self.clock.now();
        let ends_at = now + self.settings.session_max_s;
        self.connections
            .keep(jar, tokens, bond, ends_at, now, &self.rng)
            .map_err(|_| ApiError::new(Code::TooLarge))
    }

    async fn call_as_person(
        self: &Arc<Self>,
        provider: &Provider,
        call: &Call,
        claims: &Claims,
        held: Connection,
        jar: &mut Jar,
    ) -> Result<Response<Body>, ApiError> {
        let bond = Bond {
            provider: &provider.id,
            session: &claims.sid,
            epoch: &held.epoch,
        };
        let scopes = held.tokens.scopes.clone();
        let mut tokens = if held.tokens.due(self.clock.now()) {
            self.renew(bond, &held.tokens, jar).await?
        } else {
            held.tokens
        };
        for _ in 0..RESENT {
            let response = self
                .send(call.with_token(provider, &tokens.access_token)?)
                .await?;
            if response.status() != StatusCode::UNAUTHORIZED {
                let answer = self.answer(response).await;
                if is_of_scope(&answer)
                    && let Some(newer) = self.successor(bond, &tokens).await
                {
                    // The browser took an older cookie for that of a later consent.
                    self.keep_renewed(jar, bond, &newer)?;
                    if call.method == Method::GET {
                        tokens = TokenSet::clone(&newer);
                        continue;
                    }
                }
                return answer.map(|answer| telling_of_scopes(answer, &scopes, &tokens));
            }
            // What was found may have been renewed since: that is tried, too.
            let renewed = self.renew(bond, &tokens, jar).await?;
            let is_new = self.clock.now() - renewed.issued_at() < NEW_S;
            tokens = renewed;
            if is_new {
                break;
            }
        }
        let response = self
            .send(call.with_token(provider, &tokens.access_token)?)
            .await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            // Spotify does not take a token that it issued a moment ago: the connection is over.
            self.drop_tokens(bond, &tokens, jar).await;
            return Err(Code::Reauthorize.into());
        }
        let answer = self.answer(response).await;
        answer.map(|answer| telling_of_scopes(answer, &scopes, &tokens))
    }

    async fn call_as_visitor(
        self: &Arc<Self>,
        provider: &Provider,
        call: &Call,
        client: IpAddr,
    ) -> Result<Response<Body>, ApiError> {
        self.limits.check(Kind::Catalogue, client)?;
        let (whose, endpoint) = (Whose::App, call.endpoint);
        self.held_back.check(&whose, endpoint, self.clock.now())?;
        let result = self.call_as_app(provider, call).await;
        self.held_back
            .note(&whose, endpoint, &result, self.clock.now());
        result
    }

    async fn call_as_app(
        self: &Arc<Self>,
        provider: &Provider,
        call: &Call,
    ) -> Result<Response<Body>, ApiError> {
        let token = self.app_token(provider, None).await?;
        let response = self.send(call.with_token(provider, &token)?).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return self.answer(response).await;
        }
        let token = self.app_token(provider, Some(&token)).await?;
        let response = self.send(call.with_token(provider, &token)?).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            // It was a new token of our own: nothing that the person could mend.
            return Err(Code::ProviderError.into());
        }
        self.answer(response).await
    }

    /// Refreshes the tokens and puts the result into the jar, or drops a connection that is over.
    async fn renew(
        self: &Arc<Self>,
        bond: Bond<'_>,
        tokens: &TokenSet,
        jar: &mut Jar,
    ) -> Result<TokenSet, ApiError> {
        match self.refresh_tokens(bond, tokens).await {
            Ok(renewed) => {
                self.keep_renewed(jar, bond, &renewed)?;
                Ok(TokenSet::clone(&renewed))
            }
            Err(error) => {
                // What was disconnected is left alone: this answer may be late, and the browser may
                // hold the next connection by now.
                if error == NoTokens::Over {
                    self.drop_tokens(bond, tokens, jar).await;
                }
                Err(error.into())
            }
        }
    }

    /// Takes tokens that are over out of the browser, unless a consent has brought others meanwhile:
    /// then this answer is late, and the cookie is theirs.
    async fn drop_tokens(&self, bond: Bond<'_>, tokens: &TokenSet, jar: &mut Jar) {
        if self.successor(bond, tokens).await.is_none() {
            jar.unset_cut(&CookieName::tokens(bond.provider));
        } else {
            jar.leave();
        }
    }

    /// The answer of `POST /api/session/refresh`: the tokens of this browser, renewed if they are due.
    ///
    /// # Errors
    /// An [`ApiError`] with `bad_request`, `signed_out`, `not_connected`, `reauthorize`,
    /// `provider_unavailable`, `provider_error` or `unavailable`.
    pub async fn refresh_if_due(
        self: &Arc<Self>,
        jar: &mut Jar,
        provider: &str,
    ) -> Result<TokenSet, ApiError> {
        let refreshed = tokio::time::timeout(DEADLINE, self.due_tokens(jar, provider)).await;
        refreshed.unwrap_or_else(|_| {
            tracing::warn!("a refresh took too long");
            // What waits is our own: each question to a provider ends long before.
            Err(Code::Unavailable.into())
        })
    }

    async fn due_tokens(
        self: &Arc<Self>,
        jar: &mut Jar,
        provider: &str,
    ) -> Result<TokenSet, ApiError> {
        let provider = self
            .provider(provider)
            .ok_or_else(|| ApiError::new(Code::BadRequest))?;
        let who = self
            .who(jar)
            .await
            .map_err(|_| ApiError::new(Code::Unavailable))?;
        let claims = who
            .session()
            .ok_or_else(|| ApiError::new(Code::SignedOut))?;
        let now = self.clock.now();
        let held = self.held_and_mended(jar, &provider.id, claims).await;
        let Held::Connection(held) = held else {
            return Err(Code::NotConnected.into());
        };
        if !held.tokens.due(now) {
            return Ok(held.tokens);
        }
        let bond = Bond {
            provider: &provider.id,
            session: &claims.sid,
            epoch: &held.epoch,
        };
        let result = self.renew(bond, &held.tokens, jar).await;
        if self.ended.contains(&claims.sid) {
            jar.leave();
            return Err(Code::SignedOut.into());
        }
        result
    }

    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<
        Response<impl futures::Stream<Item = Result<bytes::Bytes, EgressError>> + Send + use<>>,
        ApiError,
    > {
        self.egress
            .stream(request, ANSWER_BYTES)
            .await
            .map_err(|error| unavailable(&error))
    }

    /// Passes an answer on: 2xx and 304 as they are, every error as our envelope.
    async fn answer(
        &self,
        response: Response<
            impl futures::Stream<Item = Result<bytes::Bytes, EgressError>> + Send + 'static,
        >,
    ) -> Result<Response<Body>, ApiError> {
        let (parts, body) = response.into_parts();
        if parts.status.is_success() || parts.status == StatusCode::NOT_MODIFIED {
            let mut answer = Response::new(Body::from_stream(body));
            *answer.status_mut() = parts.status;
            for name in ANSWER_HEADERS {
                if let Some(value) = parts.headers.get(name) {
                    answer.headers_mut().insert(name, value.clone());
                }
            }
            return Ok(answer);
        }
        let mut bytes = Vec::new();
        let mut body = std::pin::pin!(body);
        while let Some(piece) = body.next().await {
            bytes.extend_from_slice(&piece.map_err(|error| unavailable(&error))?);
            if bytes.len() > ERROR_BYTES {
                bytes.truncate(ERROR_BYTES);
                break;
            }
        }
        let retry_after = parts
            .headers
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        Err(provider::spotify::answer(spotify::Refusal::read(
            parts.status.as_u16(),
            retry_after,
            &bytes,
        )))
    }
}

/// Reads the request whole, and takes of it what is passed on: a body where the endpoint has one, of
/// its type, and as that type alone.
async fn read(request: Request, path: &str, endpoint: &'static Endpoint) -> Result<Call, ApiError> {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > QUERY_BYTES {
        return Err(Code::BadRequest.into());
    }
    let content_type = endpoint.body.content_type();
    if content_type.is_some_and(|expected| !is_of_type(&parts.headers, expected)) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let body = Limited::new(body, longest(endpoint.body))
        .collect()
        .await
        .map_err(|error| {
            ApiError::new(if error.is::<LengthLimitError>() {
                Code::TooLarge
            } else {
                Code::BadRequest
            })
        })?;
    let mut headers: HeaderMap = REQUEST_HEADERS
        .iter()
        .filter_map(|name| Some((name.clone(), parts.headers.get(name)?.clone())))
        .collect();
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    let body = match endpoint.body {
        BodyKind::Nothing => Vec::new(),
        BodyKind::Json | BodyKind::Jpeg => body.to_bytes().into(),
    };
    let target = if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    };
    Ok(Call {
        endpoint,
        method: parts.method,
        target,
        headers,
        body,
    })
}

/// How many bytes a body may have. A cover has its own measure, which is Spotify's.
const fn longest(kind: BodyKind) -> usize {
    match kind {
        BodyKind::Nothing | BodyKind::Json => REQUEST_BYTES,
        BodyKind::Jpeg => Cover::MAX_ENCODED_BYTES,
    }
}

/// Whether a request says that its body is of this type. The guard has looked at the parameters.
fn is_of_type(headers: &HeaderMap, expected: &str) -> bool {
    let said = headers.get(header::CONTENT_TYPE);
    let said = said.and_then(|said| said.to_str().ok()).unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(expected)
}

/// An answer that tells of the person's connection as well.
fn telling(mut answer: Response<Body>, news: &'static str) -> Response<Body> {
    let name = HeaderName::from_static(CONNECTION_HEADER);
    answer
        .headers_mut()
        .insert(name, HeaderValue::from_static(news));
    answer
}

/// An answer that tells where the tokens it came by have other scopes than the browser's had.
fn telling_of_scopes(
    answer: Response<Body>,
    before: &[String],
    tokens: &TokenSet,
) -> Response<Body> {
    if tokens.scopes == before {
        answer
    } else {
        telling(answer, CHANGED)
    }
}

/// Whether the token lacks a scope for the call.
fn is_of_scope(answer: &Result<Response<Body>, ApiError>) -> bool {
    matches!(answer, Err(error) if error.code == Code::PermissionNeeded)
}

fn unavailable(error: &EgressError) -> ApiError {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "a call did not get through"
    );
    error.answer()
}
