//! Pages: the frame and who you are, rendered at once; no provider is waited for.

use std::convert::Infallible;
use std::sync::Arc;

use app::port::{InlineStyle, PageStatus};
use app::session::{Boot, ProviderView, SessionLife};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use tower::ServiceExt as _;
use tower_http::compression::Compression;

use crate::cookies::{CookieName, Jar};
use crate::security_headers;
use crate::site::Site;
use crate::world::World;

/// Renders a page.
///
/// One with nothing of a person in it is packed and brings its style along, for whoever comes first has
/// nothing of ours yet. A page with something personal is not packed: how long it is would tell
/// whoever can put words into its address what else is in it (BREACH).
pub async fn render(world: Arc<World>, site: Site, request: Request) -> Response<Body> {
    let boot = boot(&world, request.headers()).await;
    let personal = boot
        .session
        .as_ref()
        .is_some_and(|session| session.signed_in);
    let style = site.style().filter(|_| !personal).cloned();
    let policy = {
        let world = Arc::clone(&world);
        let style = style.as_ref().map(|style| style.source().to_owned());
        let reload = site.reloads();
        move |nonce: &str| {
            security_headers::page_policy(nonce, style.as_deref(), &world.providers, reload)
        }
    };
    let context = move || {
        provide_context(boot.clone());
        if let Some(style) = &style {
            provide_context(InlineStyle(style.text()));
        }
        let Some(answer) = use_context::<ResponseOptions>() else {
            return;
        };
        if let Some(nonce) = leptos::nonce::use_nonce()
            && let Ok(policy) = HeaderValue::from_str(&policy(&nonce))
        {
            answer.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        provide_context(PageStatus(Arc::new(move |status| {
            if let Ok(status) = StatusCode::from_u16(status) {
                answer.set_status(status);
            }
        })));
    };
    let options = site.options().clone();
    let page = leptos_axum::render_app_to_stream_with_context(context, move || {
        app::shell(options.clone())
    });
    let page = tower::service_fn(move |request| {
        let page = page(request);
        async move { Ok::<_, Infallible>(page.await.into_response()) }
    });
    if personal {
        return page
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {});
    }
    let packed = Compression::new(page).oneshot(request).await;
    packed.unwrap_or_else(|never| match never {}).map(Body::new)
}

/// What the page knows at once. A visit by a link from another site brings no cookie of ours
/// (they are `SameSite=Strict`), so without one it is not known who it is.
async fn boot(world: &World, headers: &HeaderMap) -> Boot {
    let now = world.clock.now();
    let providers = world
        .providers
        .iter()
        .map(|provider| ProviderView {
            id: provider.id.clone(),
            label: provider.label.clone(),
            available: provider.is_available(now),
            manage_url: provider.manage_url.map(str::to_owned),
        })
        .collect();
    let jar = Jar::read(headers);
    let site = headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok());
    let cookies_came =
        jar.holds(&CookieName::session()) || matches!(site, Some("same-origin" | "none"));
    let known = if cookies_came {
        world
            .peek_session(&jar)
            .await
            .inspect_err(|error| {
                tracing::warn!(
                    error = error as &dyn std::error::Error,
                    "a page is rendered without its session"
                );
            })
            .ok()
    } else {
        None
    };
    let (session, ask) = known.map_or((None, true), |(session, due)| (Some(session), due));
    Boot {
        session,
        ask,
        providers,
        session_life: SessionLife {
            idle_s: world.settings.session_idle_s,
            max_s: world.settings.session_max_s,
        },
    }
}
