//! People who go on while something happens to the nodes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::browser::{Browser, ME};
use crate::cluster::Cluster;

/// The listeners of the sandbox.
const LOGINS: [&str; 3] = ["ada", "hanako", "newcomer"];
/// How long anything may take.
const BOUND: Duration = Duration::from_secs(30);

/// Six browsers that ask one thing after the other. Each of them notices any request that failed.
pub(crate) struct Load {
    browsers: JoinSet<Browser>,
    answered: Arc<AtomicUsize>,
    enough: Arc<AtomicBool>,
}

impl Load {
    /// Signs in, and starts to ask.
    pub(crate) async fn start(cluster: &Cluster) -> Self {
        let (answered, enough) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let mut browsers = JoinSet::new();
        for login in LOGINS.into_iter().cycle().take(2 * LOGINS.len()) {
            let mut browser = cluster.signed_in(login).await;
            let (answered, enough) = (Arc::clone(&answered), Arc::clone(&enough));
            browsers.spawn(async move {
                while !enough.load(Ordering::SeqCst) {
                    assert!(browser.is_signed_in().await, "{login} was signed out");
                    browser.get(ME).await.is_ok();
                    answered.fetch_add(2, Ordering::SeqCst);
                }
                browser
            });
        }
        Self {
            browsers,
            answered,
            enough,
        }
    }

    /// Somebody more, who signs in and out.
    pub(crate) fn and_a_visitor(mut self, cluster: &Cluster) -> Self {
        let (mut browser, enough) = (cluster.browser(), Arc::clone(&self.enough));
        let answered = Arc::clone(&self.answered);
        self.browsers.spawn(async move {
            loop {
                browser.sign_in(None, "ada").await;
                answered.fetch_add(2, Ordering::SeqCst);
                if enough.load(Ordering::SeqCst) {
                    return browser;
                }
                browser.post("/api/sign-out", json!({})).await.is_ok();
                assert!(!browser.is_signed_in().await);
            }
        });
        self
    }

    /// Waits until so many more requests were answered.
    pub(crate) async fn answers(&mut self, more: usize) {
        let wanted = self.answered.load(Ordering::SeqCst) + more;
        let waiting = async {
            while self.answered.load(Ordering::SeqCst) < wanted {
                // One that ends before it is told to has failed.
                if let Some(ended) = self.browsers.try_join_next() {
                    ended.expect("every request succeeds");
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let in_time = tokio::time::timeout(BOUND, waiting).await;
        in_time.expect("requests are answered");
    }

    /// Ends it: the browsers, of which none saw a request fail.
    pub(crate) async fn stop(self) -> Vec<Browser> {
        self.enough.store(true, Ordering::SeqCst);
        self.browsers.join_all().await
    }
}
