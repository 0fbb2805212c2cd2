//! Pages: the frame and who you are, rendered at once; no provider is waited for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::port::PageStatus;
use app::session::{Boot, ProviderView, SessionLife};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use leptos::config::{Env, LeptosOptions};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;

use crate::cookies::{CookieName, Jar};
use crate::security_headers;
use crate::world::World;

/// The site: where its files are, and how its pages refer to them.
#[derive(Debug, Clone)]
pub struct Site {
    options: LeptosOptions,
    reload: bool,
}

impl Site {
    /// The site of `LEPTOS_SITE_ROOT`, or the one beside the program.
    pub fn find() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let beside = std::env::current_exe()
            .ok()
            .and_then(|program| program.parent().map(Path::to_owned));
        let around = || {
            let beside = beside.clone().unwrap_or_default();
            [beside.join("site"), beside.join("../site")]
                .into_iter()
                .find(|folder| folder.is_dir())
                .unwrap_or_else(|| PathBuf::from("target/site"))
        };
        let root = variable("LEPTOS_SITE_ROOT").map_or_else(around, PathBuf::from);
        // Hashed names stand in a file beside the program, where they were built.
        let hashed = beside.is_some_and(|folder| folder.join("hash.txt").is_file());
        Self::at(&root, hashed, variable("LEPTOS_WATCH").is_some())
    }

    /// A site in a folder.
    pub fn at(root: &Path, hashed: bool, reload: bool) -> Self {
        let options = LeptosOptions::builder()
            .output_name("stagedoor")
            .site_root(root.to_string_lossy().into_owned())
            .hash_files(hashed)
            .env(if reload { Env::DEV } else { Env::PROD })
            .build();
        Self { options, reload }
    }

    /// The folder with its files.
    pub fn root(&self) -> &str {
        &self.options.site_root
    }

    /// Whether the names of its files change with their content.
    pub fn is_hashed(&self) -> bool {
        self.options.hash_files
    }
}

/// Renders a page.
pub async fn render(world: Arc<World>, site: Site, request: Request) -> Response<Body> {
    let boot = boot(&world, request.headers()).await;
    let policy_of = {
        let world = Arc::clone(&world);
        let reload = site.reload;
        move |nonce: &str| security_headers::page_policy(nonce, &world.providers, reload)
    };
    let context = move || {
        provide_context(boot.clone());
        let Some(answer) = use_context::<ResponseOptions>() else {
            return;
        };
        if let Some(nonce) = leptos::nonce::use_nonce()
            && let Ok(policy) = HeaderValue::from_str(&policy_of(&nonce))
        {
            answer.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        provide_context(PageStatus(Arc::new(move |status| {
            if let Ok(status) = StatusCode::from_u16(status) {
                answer.set_status(status);
            }
        })));
    };
    let options = site.options;
    let page = leptos_axum::render_app_to_stream_with_context(context, move || {
        app::shell(options.clone())
    });
    page(request).await.into_response()
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
