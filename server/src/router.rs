//! Every route, and the layers in front of them.

use std::net::SocketAddr;
use std::sync::Arc;

use app::error::{ApiError, Code};
use app::port::RequestPort;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse as _;
use axum::routing::{MethodFilter, any, get, on, post};
use axum::{Json, Router};
use guard::Guard;
use http_body_util::{BodyExt as _, Collected, LengthLimitError, Limited};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::pages;
use crate::port::HttpPort;
use crate::site::Site;
use crate::world::World;
use crate::{answer, back_channel, host, proxy, request_log, security_headers};

/// The longest body that a server function reads.
const FUNCTION_BODY_BYTES: usize = 16 * 1024;

/// The whole server as a service.
pub fn router(world: Arc<World>, site: &Site) -> Router {
    // Leptos renders with tasks of its own. Set before, by an earlier router of this process, it stands.
    let _ = any_spawner::Executor::init_tokio();
    let guard = Guard::new(world.settings.origin.as_str())
        .exempt("/api/backchannel-logout")
        // The picture of a playlist. Which of the paths below takes it, the proxy says.
        .accept_content_type_under("/api/spotify/v1/playlists", "image/jpeg")
        .layer(|refusal: guard::Refusal| {
            let code = if refusal.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
                Code::UnsupportedMediaType
            } else {
                Code::Csrf
            };
            tracing::info!(
                error = &refusal as &dyn std::error::Error,
                "a request was refused by the guard"
            );
            answer::refused(code)
        });
    let mut api: Router<Arc<World>> = Router::new()
        .route("/api/spotify/v1/{*path}", any(proxy::handle))
        .route(
            "/api/backchannel-logout/{provider}",
            post(back_channel::handle),
        )
        .route("/api", any(not_found))
        .route("/api/", any(not_found))
        .route("/api/{*path}", any(not_found));
    for (path, method) in server_fn::axum::server_fn_paths() {
        if let Ok(filter) = MethodFilter::try_from(method) {
            api = api.route(path, on(filter, server_function));
        }
    }
    let api = api
        .method_not_allowed_fallback(method_not_allowed)
        .layer(guard);

    let assets = ServeDir::new(site.root())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    // While somebody works on the style, it changes under the same name.
    let hashed = site.is_hashed() && !site.reloads();
    let pkg = tower::ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            move |response: &Response<_>| Some(pkg_caching(hashed, response.status())),
        ))
        .service(
            ServeDir::new(format!("{}/pkg", site.root()))
                .append_index_html_on_directories(false)
                .precompressed_br()
                .precompressed_gzip(),
        );
    let page = {
        let (world, site) = (Arc::clone(&world), site.clone());
        move |request: Request| {
            page_or_asset(Arc::clone(&world), site.clone(), assets.clone(), request)
        }
    };

    Router::new()
        .merge(api)
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(readyz))
        .route("/.well-known/jwks.json", get(jwks))
        .nest_service("/pkg", pkg)
        .fallback(page)
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| {
                tracing::error!("a handler panicked");
                answer::refused(Code::Unexpected)
            },
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&world),
            host::check,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&world),
            security_headers::set,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&world),
            request_log::log,
        ))
        .layer(middleware::from_fn(reference))
        .with_state(world)
}

/// Runs the server function of this path: its body is read whole and bounded before Leptos sees it.
async fn server_function(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    // The router takes HEAD for GET; Leptos knows no such function.
    if request.method() == Method::HEAD {
        return answer::refused(Code::MethodNotAllowed);
    }
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0);
    let client = world.limits.client(peer, request.headers());
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, FUNCTION_BODY_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return answer::refused(Code::TooLarge),
        Err(_) => return answer::refused(Code::BadRequest),
    };
    let headers = parts.headers.clone();
    let request = Request::from_parts(parts, Body::from(body));
    let context = move || {
        let Some(answer) = use_context::<ResponseOptions>() else {
            return;
        };
        let port: RequestPort =
            Arc::new(HttpPort::new(Arc::clone(&world), client, &headers, answer));
        provide_context(port);
    };
    let mut response = leptos_axum::handle_server_fns_with_context(context, request)
        .await
        .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // It tells that an error was answered, which the status does.
    headers.remove(HeaderName::from_static("serverfnerror"));
    response
}

async fn page_or_asset(
    world: Arc<World>,
    site: Site,
    assets: ServeDir,
    request: Request,
) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    // A page has no dot in its last segment; a file of the site has.
    let is_file = request
        .uri()
        .path()
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'));
    if is_file {
        let mut file = Request::new(Body::empty());
        *file.method_mut() = request.method().clone();
        *file.uri_mut() = request.uri().clone();
        *file.headers_mut() = request.headers().clone();
        if let Ok(response) = assets.oneshot(file).await
            && response.status() != StatusCode::NOT_FOUND
        {
            let mut response = response.map(Body::new);
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            return response;
        }
    }
    pages::render(world, site, request).await
}

/// How long a file of the site may be kept.
fn pkg_caching(hashed: bool, status: StatusCode) -> HeaderValue {
    HeaderValue::from_static(match (status, hashed) {
        (StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED, true) => {
            "public, max-age=31536000, immutable"
        }
        // A name without a hash stands for another file after the next deployment.
        (StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED, false) => {
            "no-cache"
        }
        // While nodes are replaced one by one, a file may be missing here and nowhere else.
        _ => "no-store",
    })
}

async fn not_found() -> Response<Body> {
    answer::refused(Code::NotFound)
}

async fn method_not_allowed() -> Response<Body> {
    answer::refused(Code::MethodNotAllowed)
}

async fn readyz(State(world): State<Arc<World>>) -> Response<Body> {
    match world.store.ping().await {
        Ok(()) => "ready".into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database is away").into_response()
        }
    }
}

async fn jwks(State(world): State<Arc<World>>) -> Response<Body> {
    (
        [(header::CACHE_CONTROL, "public, max-age=300")],
        Json(world.session_tokens.jwks()),
    )
        .into_response()
}

/// Writes the request id into an answer that says `unexpected`, so that a person can name it.
async fn reference(request: Request, next: Next) -> Response<Body> {
    let response = next.run(request).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let id = answer::request_id(response.headers())
        .unwrap_or_default()
        .to_owned();
    let (mut parts, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .map_or_else(|_| Bytes::new(), Collected::to_bytes);
    match serde_json::from_slice::<ApiError>(&body) {
        Ok(error) => {
            let body = serde_json::to_vec(&error.reference(id)).unwrap_or_default();
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(body))
        }
        Err(_) => Response::from_parts(parts, Body::from(body)),
    }
}
