//! A rolling restart, and a rotation of keys in two of them.

use crate::browser::{ME, SESSION};
use crate::cluster::{self, Cluster, FIRST_KEY, Settings};
use crate::load::Load;

/// The key that comes after the first.
const SECOND_KEY: &str = "second:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

/// Restarts one node after the other, each with these settings, while people go on.
async fn roll(cluster: &Cluster, settings: &Settings, load: &mut Load) {
    for node in cluster.nodes() {
        node.retire().await;
        load.answers(6).await;
        node.start(settings).await;
        // Old and new nodes side by side.
        load.answers(12).await;
    }
}

#[tokio::test]
async fn a_rolling_restart_with_a_rotation_of_keys_fails_nobody() {
    cluster::with(|cluster| async move {
        let mut load = Load::start(&cluster).await.and_a_visitor(&cluster);
        load.answers(12).await;
        let append = format!("{FIRST_KEY},{SECOND_KEY}");
        let to_the_front = format!("{SECOND_KEY},{FIRST_KEY}");
        for keys in [append, to_the_front] {
            roll(&cluster, &cluster.settings().with_keys(&keys), &mut load).await;
        }
        for mut browser in load.stop().await {
            // On every node.
            for _ in cluster.nodes() {
                assert!(browser.is_signed_in().await);
                browser.get(ME).await.is_ok();
            }
        }
        let visitor = cluster.signed_in("ada").await;
        let token = visitor.cookie(SESSION).expect("a session");
        assert_eq!(kid(token), "second");
    })
    .await;
}

/// The id of the key that signed a session token.
fn kid(token: &str) -> String {
    use base64::Engine as _;
    let (header, _) = token.split_once('.').expect("a token");
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header);
    let header: serde_json::Value =
        serde_json::from_slice(&header.expect("base64url")).expect("a header");
    header["kid"].as_str().expect("a key id").to_owned()
}

#[tokio::test]
async fn a_rotation_in_one_step_would_sign_people_out() {
    cluster::with(|cluster| async move {
        let [first, second, _] = cluster.nodes() else {
            panic!("three nodes");
        };
        first.retire().await;
        first.start(&cluster.settings().with_keys(SECOND_KEY)).await;
        let mut browser = cluster.browser();
        browser.sign_in(Some(first), "ada").await;
        let told = |answer: crate::browser::Answer| answer.json()["signed_in"].clone();
        assert_eq!(told(browser.get_from(first, "/api/session").await), true);
        assert_eq!(told(browser.get_from(second, "/api/session").await), false);
        // Its cookies are not cleared: another node knows the key.
        assert_eq!(told(browser.get_from(first, "/api/session").await), true);
    })
    .await;
}
