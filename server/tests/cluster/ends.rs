//! What ends on one node has ended on all.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::browser::{Browser, ME};
use crate::cluster;
use crate::node::Node;

/// How long an end may be unknown elsewhere.
const HEARD: Duration = Duration::from_secs(2);

/// Waits until a node refuses a session whose token is still fresh.
async fn until_refused(node: &Node, browser: &Browser, ended: Instant) {
    loop {
        let answer = browser.clone().get_from(node, ME).await;
        if !answer.status.is_success() {
            assert_eq!(answer.code(), "signed_out", "{answer:?}");
            break;
        }
        assert!(ended.elapsed() < HEARD, "it is served: {}", node.told());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let answer = browser.clone().get_from(node, "/api/session").await;
    assert_eq!(answer.json()["signed_in"], false);
}

#[tokio::test]
async fn a_sign_out_on_one_node_is_one_on_all_within_two_seconds() {
    cluster::with(|cluster| async move {
        for everywhere in [false, true] {
            for node in cluster.nodes() {
                let mut browser = cluster.signed_in("ada").await;
                let other = if everywhere {
                    cluster.signed_in("ada").await
                } else {
                    browser.clone()
                };
                let stranger = cluster.signed_in("hanako").await;
                for one in cluster.nodes() {
                    other.clone().get_from(one, ME).await.is_ok();
                }
                let body = json!({"everywhere": everywhere});
                browser.post_to(node, "/api/sign-out", body).await.is_ok();
                let ended = Instant::now();
                for one in cluster.nodes() {
                    until_refused(one, &other, ended).await;
                    stranger.clone().get_from(one, ME).await.is_ok();
                }
            }
        }
    })
    .await;
}
