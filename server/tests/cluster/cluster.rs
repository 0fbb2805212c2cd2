//! Three nodes, the provider they sign in at, and the balancer's rule.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http;
use sandbox::{Control, Sandbox};
use tempfile::TempDir;

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
    settings: Settings,
    sandbox: Sandbox,
    /// How many requests came.
    turn: AtomicUsize,
    _folder: TempDir,
}

/// Runs a test with three nodes over a database of their own.
pub(crate) async fn with<F: Future<Output = ()>>(test: impl FnOnce(Cluster) -> F) {
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
