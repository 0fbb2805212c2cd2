//! The headers that every answer carries.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Response, header};
use axum::middleware::Next;

use crate::provider::Provider;
use crate::world::World;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Sets what is not set yet. Pages bring a policy of their own, with a nonce.
pub async fn set(State(world): State<Arc<World>>, request: Request, next: Next) -> Response<Body> {
    let callback = request.uri().path().starts_with("/callback/");
    let personal = !request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    default(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // The address of a callback holds a code until the page has cleaned it.
    default(
        header::REFERRER_POLICY,
        if callback {
            "no-referrer"
        } else {
            "same-origin"
        },
    );
    default(
        PERMISSIONS_POLICY,
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    );
    default(OPENER, "same-origin");
    default(RESOURCE, "same-origin");
    if personal {
        default(header::CACHE_CONTROL, "no-store");
    }
    if world.settings.origin.is_https() {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// The policy of a page whose scripts carry `nonce`, and whose own style, if it brings one along, is let in
/// by the source expression `style`.
pub fn page_policy(
    nonce: &str,
    style: Option<&str>,
    providers: &[Provider],
    reload: bool,
) -> String {
    let styles = style.map_or_else(|| "'self'".to_owned(), |style| format!("'self' {style}"));
    let images: Vec<&str> = ["'self'", "data:"]
        .into_iter()
        .chain(
            providers
                .iter()
                .flat_map(|provider| provider.images.iter().map(String::as_str)),
        )
        .collect();
    let images = images.join(" ");
    // `cargo xtask watch` reloads the page over a web socket.
    let connect = if reload {
        "'self' ws://127.0.0.1:3001 ws://localhost:3001"
    } else {
        "'self'"
    };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src {styles}; img-src {images}; \
         font-src 'self'; connect-src {connect}; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'; object-src 'none'"
    )
}
