//! Three nodes, the provider they sign in at, and the balancer's rule.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::{self, StatusCode};
use sandbox::{Control, Entry, RefreshPolicy, Sandbox};
use server::clock::Clock;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::browser::{Answer, Browser, client};
use crate::database::{self, Database};
use crate::node::Node;

/// The origin of all nodes. Nobody listens there: each node is reached at an address of its own.
pub(crate) const ORIGIN: &str = "http://127.0.0.1:3000";
/// The `Host` that goes with it.
pub(crate) const HOST: &str = "127.0.0.1:3000";
/// A key.
pub(crate) const FIRST_KEY: &str = "first:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
/// How many nodes there are.
const NODES: usize = 3;

/// Three nodes.
#[derive(Clone)]
pub(crate) struct Cluster(Arc<Inner>);

struct Inner {
    nodes: Vec<Node>,
    database: Database,
    settings: Settings,
    sandbox: Sandbox,
    /// How many requests came.
    turn: AtomicUsize,
    _folder: TempDir,
}

/// How many tests have nodes at once: on a machine with many cores all of them would need more
/// connections than a database has.
const PLACES: u32 = 4;
static FREE: Semaphore = Semaphore::const_new(PLACES as usize);

/// Runs a test with three nodes over a database of their own.
pub(crate) async fn with<F: Future<Output = ()>>(test: impl FnOnce(Cluster) -> F) {
    run(1, test).await;
}

/// The same while no other test has nodes: for one that needs the whole machine.
pub(crate) async fn alone_with<F: Future<Output = ()>>(test: impl FnOnce(Cluster) -> F) {
    run(PLACES, test).await;
}

async fn run<F: Future<Output = ()>>(places: u32, test: impl FnOnce(Cluster) -> F) {
    let _taken = FREE.acquire_many(places).await.expect("it is never closed");
    database::with(|database| async move {
        test(Cluster::start(database).await).await;
    })
    .await;
}

/// What a node is told.
#[derive(Clone)]
pub(crate) struct Settings(BTreeMap<&'static str, String>);

impl Settings {
    fn new(database: &Database, sandbox: &Sandbox, folder: &Path) -> Self {
        let spotify = format!("{}/spotify", sandbox.url());
        let pairs = [
            ("STAGEDOOR_ORIGIN", ORIGIN.to_owned()),
            ("STAGEDOOR_KEYS", FIRST_KEY.to_owned()),
            ("STAGEDOOR_DATA_DIR", folder.display().to_string()),
            ("LEPTOS_SITE_ROOT", folder.display().to_string()),
            ("STAGEDOOR_ALLOW_LOOPBACK", "true".to_owned()),
            ("STAGEDOOR_LIMITS", "off".to_owned()),
            ("DATABASE_URL", database.url.clone()),
            ("SPOTIFY_CLIENT_ID", "sandbox-client".to_owned()),
            ("SPOTIFY_CLIENT_SECRET", "sandbox-secret".to_owned()),
            ("SPOTIFY_ACCOUNTS_URL", spotify.clone()),
            ("SPOTIFY_API_URL", spotify),
        ];
        Self(pairs.into_iter().collect())
    }

    /// The same with these keys.
    pub(crate) fn with_keys(&self, keys: &str) -> Self {
        let mut settings = self.clone();
        settings.0.insert("STAGEDOOR_KEYS", keys.to_owned());
        settings
    }

    pub(crate) fn variables(&self) -> &BTreeMap<&'static str, String> {
        &self.0
    }

    pub(crate) fn folder(&self) -> &str {
        &self.0["STAGEDOOR_DATA_DIR"]
    }
}

impl Cluster {
    async fn start(database: Database) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("pkg")).expect("a site without files");
        let sandbox = Sandbox::start().await;
        let settings = Settings::new(&database, &sandbox, folder.path());
        let nodes: Vec<_> = (1..=NODES)
            .map(|number| Node::new(folder.path().join(format!("node-{number}.log"))))
            .collect();
        futures::future::join_all(nodes.iter().map(|node| node.start(&settings))).await;
        Self(Arc::new(Inner {
            nodes,
            database,
            settings,
            sandbox,
            turn: AtomicUsize::new(0),
            _folder: folder,
        }))
    }

    /// The nodes.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.0.nodes
    }

    /// What the nodes were told at first.
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Their database.
    pub(crate) fn database(&self) -> &Database {
        &self.0.database
    }

    /// The handle of the sandbox.
    pub(crate) fn control(&self) -> Control {
        self.0.sandbox.control()
    }

    /// A browser with an empty jar.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.clone())
    }

    /// A browser that is signed in with Spotify.
    pub(crate) async fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(None, login).await;
        browser
    }

    /// A browser whose tokens are due, at a provider that gives new refresh tokens by this policy.
    pub(crate) async fn due(&self, policy: RefreshPolicy) -> Browser {
        let (control, mut browser) = (self.control(), self.browser());
        control.set_refresh_policy(policy, false);
        // On a machine that is busy a token can be over before the profile is asked for with it.
        for life_s in [1, 2, 4, 8] {
            control.set_token_life(life_s).expect("a life");
            if browser.try_sign_in(None, "ada").await.status != StatusCode::OK {
                continue;
            }
            control.set_token_life(3600).expect("a life");
            // The nodes go by the clock of the system, which no test can move.
            let over = Clock::system().now() + life_s;
            while Clock::system().now() <= over {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            return browser;
        }
        panic!("nobody can sign in: {}", self.nodes()[0].told());
    }

    /// The refreshes that the provider was asked for.
    pub(crate) fn refreshes(&self) -> Vec<Entry> {
        let mut entries = self.control().log();
        entries.retain(|entry| entry.form_value("grant_type") == Some("refresh_token"));
        entries
    }

    /// Sends a request to the next node that is open. Where that was not reached, or, for a request
    /// that may be sent twice, where its answer did not come, to the one after.
    pub(crate) async fn balance(&self, request: &Request) -> Answer {
        let open: Vec<_> = self.nodes().iter().filter(|node| node.is_open()).collect();
        let turn = self.0.turn.fetch_add(1, Ordering::SeqCst);
        let mut lost = None;
        for offset in 0..open.len() {
            let node = open[(turn + offset) % open.len()];
            match self.ask(node, request).await {
                Ok(answer) => return answer,
                Err(error) if error.is_connect() || request.method == http::Method::GET => {
                    lost = Some(error);
                }
                Err(error) => panic!("{request:?} was lost: {error:?}; {}", node.told()),
            }
        }
        panic!("no node takes {request:?}: {lost:?}");
    }

    /// Sends a request to one node.
    pub(crate) async fn ask(&self, node: &Node, request: &Request) -> reqwest::Result<Answer> {
        let _visit = node.visited();
        let url = format!("http://{}{}", node.address, request.path);
        let mut sent = client()
            .request(request.method.clone(), url)
            .header("host", HOST)
            .header("origin", ORIGIN)
            .header("x-stagedoor-csrf", "1")
            .header("sec-fetch-site", "same-origin");
        if !request.cookies.is_empty() {
            sent = sent.header("cookie", &request.cookies);
        }
        if let Some(body) = &request.body {
            sent = sent
                .header("content-type", "application/json")
                .body(body.clone());
        }
        Answer::read(sent.send().await?).await
    }
}

/// A request as one of the app's own pages sends it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: http::Method,
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    /// The `Cookie` header.
    pub(crate) cookies: String,
}
